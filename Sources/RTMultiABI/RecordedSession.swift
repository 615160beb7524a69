// When what is recorded: the one place through which all doors give a session its inputs, and the door at which a
// recording begins and ends. What an entry consists of is the recorder's.

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

/// A session as the doors know it: each input is recorded, where somebody wants that, before it runs.
struct RecordedSession {
  fileprivate let gate: GatePointer

  init(gate: GatePointer) { self.gate = gate }

  var currentFormat: AudioFormat { gate.pointee.session.currentFormat }

  @inline(__always)
  func submit(_ input: Input, isDelivering: Bool) -> Answer {
    if gate.pointee.recording != .none { gate.record { $0.input(input) } }
    return gate.pointee.session.submit(input, isDelivering: isDelivering)
  }

  @inline(__always)
  func audio(_ place: Place, _ bytes: Bytes, isDelivering: Bool) -> Answer {
    if gate.pointee.recording != .none { gate.record { $0.audio(place, bytes) } }
    return gate.pointee.session.audio(place, bytes, isDelivering: isDelivering)
  }

  @inline(__always)
  func packet(_ place: Place, _ bytes: Bytes, _ stamp: PacketStamp, isDelivering: Bool) -> Answer {
    if gate.pointee.recording != .none { gate.record { $0.packet(place, bytes, stamp) } }
    return gate.pointee.session.packet(place, bytes, stamp, isDelivering: isDelivering)
  }

  @inline(__always)
  func receive(_ event: Bytes, isDelivering: Bool) -> Answer {
    if gate.pointee.recording != .none { gate.record { $0.receive(event) } }
    return gate.pointee.session.receive(event, isDelivering: isDelivering)
  }

  /// A format that is set before everything else is recorded with the rest of the wiring.
  func setFormat(_ format: AudioFormat, isDelivering: Bool) -> Answer {
    if gate.pointee.recording == .running { gate.record { $0.setFormat(format) } }
    return gate.pointee.session.setFormat(format, isDelivering: isDelivering)
  }

  func functionCall(
    response: Bytes, item: Bytes, callID: Bytes, name: Bytes, arguments: Bytes, isDelivering: Bool
  ) -> Answer {
    if gate.pointee.recording != .none {
      gate.record {
        $0.functionCall(response: response, item: item, callID: callID, name: name, arguments: arguments)
      }
    }
    return gate.pointee.session.functionCall(
      response: response, item: item, callID: callID, name: name, arguments: arguments,
      isDelivering: isDelivering)
  }

  func commandRejected(eventID: Bytes, code: Bytes, message: Bytes, isDelivering: Bool) -> Answer {
    if gate.pointee.recording != .none {
      gate.record { $0.commandRejected(eventID: eventID, code: code, message: message) }
    }
    return gate.pointee.session.commandRejected(
      eventID: eventID, code: code, message: message, isDelivering: isDelivering)
  }
}

extension GatePointer {
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
    pointee.isHandingOver = true
    let answer = recorder.pointee.handOver()
    pointee.isHandingOver = false
    if answer < 0 { stopRecording() }
  }

  private func stopRecording() {
    pointee.recording = .none
    pointee.deliversPlainly = !pointee.isPolled
    pointee.pullLog.store(0, ordering: .relaxed)
  }

  // MARK: Deliveries

  /// Delivers as ``deliver()`` does, and records what the callbacks answer.
  @inline(never)
  func deliverRecorded() -> rtmulti_result {
    guard pointee.recording == .running, let recorder = pointee.recorder else {
      return rtmulti_result(RTMULTI_OK)
    }
    defer { endCall() }
    if pointee.isPolled { return rtmulti_result(RTMULTI_OK) }
    if !recorder.pointee.hasEntry { record { $0.deliver() } }
    while let delivery = pointee.session.next() {
      guard isTaken(delivery) else { continue }
      recorder.pointee.callbackBegins()
      let returned = call(delivery)
      if case .write(_, _, let frames) = delivery {
        let taken = pointee.takenFrames
        recorder.pointee.callbackReturned(taken, isExpected: Int(taken) == frames)
      } else {
        recorder.pointee.callbackReturned(returned, isExpected: returned >= 0)
      }
      if pointee.recording == .running { handOver() }
      if returned < 0 { return returned }
    }
    return rtmulti_result(RTMULTI_OK)
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
    case .event, .command, .diagnostic, .heard: true
    }
  }

  // MARK: Pulls

  /// Notes what a device took; on its own thread, or on the session's.
  @inline(__always)
  func notePull(frames: UInt32, deviceDelayFrames: UInt32, taken: UInt32) {
    let address = pointee.pullLog.load(ordering: .acquiring)
    guard let log = UnsafeMutablePointer<PullLog>(bitPattern: address) else { return }
    let pull = PullLog.Pull(frames: frames, takenFrames: taken, deviceDelayFrames: deviceDelayFrames)
    if pointee.owner.load(ordering: .relaxed) == UInt(pthread_self()), !pointee.isHandingOver {
      // From inside a callback: in order with everything else.
      record { $0.pull(pull, isMeanwhile: false) }
    } else {
      log.pointee.note(pull)
    }
  }

  private func drainPulls(isMeanwhile: Bool) {
    guard let recorder = pointee.recorder,
      let log = UnsafeMutablePointer<PullLog>(bitPattern: pointee.pullLog.load(ordering: .relaxed))
    else { return }
    while let pull = log.pointee.popFirst() { recorder.pointee.pull(pull, isMeanwhile: isMeanwhile) }
    if log.pointee.hasLost { endRecording(at: .pullsLost) }
  }

  // MARK: Beginning and end

  fileprivate func beginRecording(
    _ write: @convention(c) (UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int32,
    _ userData: UnsafeMutableRawPointer?
  ) -> Int32 {
    let config = pointee.config
    let recorder = UnsafeMutablePointer<Recorder>.allocate(capacity: 1)
    recorder.initialize(
      to: Recorder(
        write, userData,
        Recorder.Limits(
          audioBytes: Int(clamping: config.max_queued_bytes), textBytes: Int(config.max_text_bytes),
          eventBytes: Int(config.max_event_bytes))))
    pointee.recorder = recorder
    recorder.pointee.head(config)
    pointee.isHandingOver = true
    let answer = recorder.pointee.handOver()
    pointee.isHandingOver = false
    guard answer >= 0 else {
      forgetRecorder()
      return answer
    }
    let log = UnsafeMutablePointer<PullLog>.allocate(capacity: 1)
    log.initialize(to: PullLog())
    pointee.ownedPullLog = log
    pointee.recording = .running
    pointee.deliversPlainly = false
    // What was set before is an input like the others.
    recorder.pointee.setHandlers(pointee.handlers)
    recorder.pointee.setFormat(pointee.session.currentFormat)
    recorder.pointee.setSink(pointee.sink, isGiven: pointee.hasSink)
    handOver()
    if pointee.recording == .running { pointee.pullLog.store(UInt(bitPattern: log), ordering: .releasing) }
    return 0
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

  /// Gives back what a recording used; nobody may pull any more.
  func forgetRecorder() {
    pointee.recorder?.deinitialize(count: 1)
    pointee.recorder?.deallocate()
    pointee.recorder = nil
    pointee.ownedPullLog?.deinitialize(count: 1)
    pointee.ownedPullLog?.deallocate()
    pointee.ownedPullLog = nil
  }
}

@_cdecl("rtmulti_session_record") @implementation
public func rtmulti_session_record(
  _ session: OpaquePointer!, _ write: rtmulti_trace_write_fn!, _ user_data: UnsafeMutableRawPointer!
) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return rtmulti_result(RTMULTI_ERROR_INVALID) }
  switch gate.enter() {
  case .refused(let result): return result
  case .fromCallback: return gate.fail(RTMULTI_ERROR_BUSY)
  case .free: break
  }
  defer { gate.leave() }
  guard let write else {
    guard gate.pointee.recording == .running else { return rtmulti_result(RTMULTI_IGNORED) }
    gate.endRecording(at: .wanted)
    return rtmulti_result(RTMULTI_OK)
  }
  switch gate.pointee.recording {
  case .possible: return gate.beginRecording(write, user_data)
  case .running:
    gate.pointee.lastError = "This session is being recorded; end that recording with a NULL first."
  case .none:
    gate.pointee.lastError = "A recording begins before the first input of a session; create a new session."
  }
  return rtmulti_result(RTMULTI_ERROR_INVALID)
}
