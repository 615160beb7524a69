// When what is recorded, and the door at which a recording begins and ends. What an entry consists of is told where
// inputs are described, and by the recorder.

import CRTMulti
import Glibc
import RTMulti

/// How a session stands to being recorded.
enum Recording: UInt8 {
  /// It had no input yet.
  case possible
  case none
  case running
}

extension GatePointer {
  /// Records an input before it runs.
  @inline(never)
  func record(_ input: SessionInput) {
    // A format that is set before everything else is recorded with the rest of the wiring.
    if case .format = input, pointee.recording == .possible { return }
    record { $0.input(input) }
  }

  /// Records an entry; or, without a recording, notes that it is too late for one.
  @inline(never)
  func record(_ entry: (inout Recorder) -> Void) {
    guard pointee.recording == .running, let recorder = pointee.recorder else {
      pointee.recording = .none
      return
    }
    drainPulls(isMeanwhile: recorder.pointee.isNested)
    guard pointee.recording == .running else { return }
    entry(&recorder.pointee)
    recorder.pointee.hasEntry = true
    // From inside a callback: it runs when that has returned, and is handed over then.
    if !recorder.pointee.isNested { handOver() }
  }

  private func handOver() {
    guard let recorder = pointee.recorder else { return }
    if callHost(.traceWriter, { recorder.pointee.handOver() }) < 0 { stopRecording() }
  }

  private func stopRecording() {
    pointee.recording = .none
    pointee.deliversPlainly = !pointee.isPolled
    pointee.session.device?.endLog()
    let trace = pointee.traceUser
    pointee.traceUser = nil
    if let trace { owe(trace) }
    payOwed()
  }

  // MARK: Deliveries

  /// Delivers as ``deliver()`` does, and records what the callbacks answer.
  @inline(never)
  func deliverRecorded() -> Bool {
    guard pointee.recording == .running, let recorder = pointee.recorder else { return true }
    defer { endCall() }
    if pointee.isPolled { return true }
    if !recorder.pointee.hasEntry { record { $0.deliver() } }
    while let delivery = pointee.session.next() {
      guard isTaken(delivery) else { continue }
      recorder.pointee.callbackBegins()
      pointee.session.device?.log?.pointee.callsBack(on: UInt(pthread_self()))
      pointee.hostCode = .callback
      let returned = call(delivery)
      pointee.hostCode = .none
      pointee.session.device?.log?.pointee.callsBack(on: nil)
      drainPulls(isMeanwhile: true)
      if case .write(_, _, let frames) = delivery {
        let taken = pointee.takenFrames
        recorder.pointee.callbackReturned(taken, isExpected: Int(taken) == frames)
      } else {
        recorder.pointee.callbackReturned(returned, isExpected: returned >= 0)
      }
      if pointee.recording == .running { handOver() }
      if returned < 0 {
        pointee.session.hasFailed(delivery)
        return false
      }
    }
    return true
  }

  /// What came while the call was running is in the trace before the next one begins.
  func endCall() {
    guard pointee.recording == .running, let recorder = pointee.recorder else { return }
    drainPulls(isMeanwhile: true)
    recorder.pointee.hasEntry = false
    if pointee.recording == .running { handOver() }
  }

  /// Whether a replay is called for a delivery: it has all handlers, and the callbacks of the sink that the host had.
  private func isTaken(_ delivery: Delivery) -> Bool {
    switch delivery {
    case .write: pointee.sink.write != nil
    case .flush: pointee.sink.flush != nil
    case .clear: pointee.sink.clear != nil
    case .pause: pointee.sink.pause != nil
    case .resume: pointee.sink.resume != nil
    case .showText: pointee.sink.text_write != nil
    case .event, .command, .diagnostic, .heardAudio: true
    }
  }

  // MARK: Pulls

  /// What the device of the sink before had taken until it was cut is still of the recording.
  func endLog(of device: PullDevice) {
    if let recorder = pointee.recorder, let log = device.log {
      while let pull = log.pointee.popFirst() { recorder.pointee.pull(pull, isMeanwhile: true) }
    }
    device.endLog()
  }

  private func drainPulls(isMeanwhile: Bool) {
    guard let recorder = pointee.recorder, let log = pointee.session.device?.log else { return }
    // What a callback pulled itself is in order with everything else.
    while let pull = log.pointee.popFirst() {
      recorder.pointee.pull(pull, isMeanwhile: isMeanwhile && !pull.isFromCallback)
    }
    if log.pointee.hasLost { endRecording(at: .pullsLost) }
  }

  // MARK: Beginning and end

  /// Returns false when the first piece could not be written.
  fileprivate func beginRecording(
    _ write: @convention(c) (UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int32, _ user: Owed
  ) -> Bool {
    let config = pointee.config
    let recorder = UnsafeMutablePointer<Recorder>.allocate(capacity: 1)
    recorder.initialize(
      to: Recorder(
        write, user.userData,
        Recorder.Limits(
          audioBytes: Int(clamping: config.max_queued_bytes), textBytes: Int(config.max_text_bytes),
          eventBytes: Int(config.max_event_bytes))))
    pointee.recorder = recorder
    recorder.pointee.head(config)
    guard callHost(.traceWriter, { recorder.pointee.handOver() }) >= 0 else {
      forgetRecorder()
      return false
    }
    pointee.traceUser = user
    pointee.recording = .running
    pointee.deliversPlainly = false
    // What was set before is an input like the others.
    recorder.pointee.setHandlers(pointee.handlers)
    if let format = pointee.session.currentFormat { recorder.pointee.input(.format(format)) }
    recorder.pointee.setSink(pointee.sink, isGiven: pointee.hasSink)
    handOver()
    if pointee.recording == .running { pointee.session.device?.beginLog() }
    return true
  }

  /// Writes the end of a recording that is running.
  func endRecording(at ending: TraceEnding) {
    guard pointee.recording == .running, let recorder = pointee.recorder else { return }
    if ending == .wanted { drainPulls(isMeanwhile: false) }
    guard pointee.recording == .running else { return }
    recorder.pointee.end(ending)
    handOver()
    stopRecording()
  }

  /// Gives back what a recording used.
  func forgetRecorder() {
    pointee.recorder?.deinitialize(count: 1)
    pointee.recorder?.deallocate()
    pointee.recorder = nil
  }
}

@_cdecl("rtmulti_session_record") @implementation
public func rtmulti_session_record(
  _ session: OpaquePointer!, _ write: rtmulti_trace_write_fn!, _ release: rtmulti_release_fn!,
  _ user_data: UnsafeMutableRawPointer!
) -> rtmulti_result {
  outside(session) { gate in
    guard let write else {
      guard gate.pointee.recording == .running else { return rtmulti_result(RTMULTI_IGNORED) }
      gate.endRecording(at: .wanted)
      return rtmulti_result(RTMULTI_OK)
    }
    switch gate.pointee.recording {
    case .possible:
      if gate.beginRecording(write, Owed(use: .trace, release: release, userData: user_data)) {
        return rtmulti_result(RTMULTI_OK)
      }
      gate.pointee.lastError = "The writer failed with the first piece of the trace, so nothing is recorded."
    case .running:
      gate.pointee.lastError = "This session is being recorded; end that recording with a NULL first."
    case .none:
      gate.pointee.lastError = "A recording begins before the first input of a session; create a new session."
    }
    return rtmulti_result(RTMULTI_ERROR_INVALID)
  }
}
