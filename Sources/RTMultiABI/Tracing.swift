// What is traced when, and the door at which a trace begins and ends. What an entry consists of is told where
// inputs are described, and by the tracer.

import CRTMulti
import CStack
import RTMulti

/// How a session stands to being traced.
enum Tracing: UInt8 {
  /// It had no input yet.
  case possible
  case none
  case running
}

extension GatePointer {
  /// Traces an input before it runs.
  @inline(never)
  func trace(_ input: SessionInput) {
    // A format that is set before everything else is traced with the rest of the wiring.
    if case .format = input, pointee.tracing == .possible { return }
    trace { $0.input(input) }
  }

  /// Traces an entry; or, without a trace, notes that it is too late for one.
  @inline(never)
  func trace(_ entry: (inout Tracer) -> Void) {
    guard pointee.tracing == .running, let tracer = pointee.tracer else {
      pointee.tracing = .none
      return
    }
    drainPulls(isMeanwhile: tracer.pointee.isNested)
    guard pointee.tracing == .running else { return }
    entry(&tracer.pointee)
    tracer.pointee.hasEntry = true
    // From inside a callback: it runs when that has returned, and is handed over then.
    if !tracer.pointee.isNested { handOver() }
  }

  private func handOver() {
    guard let tracer = pointee.tracer else { return }
    if callHost(.traceWriter, { tracer.pointee.handOver() }) < 0 { stopTracing() }
  }

  private func stopTracing() {
    pointee.tracing = .none
    pointee.deliversPlainly = !pointee.isPolled
    pointee.session.device?.endLog()
    let trace = pointee.traceUser
    pointee.traceUser = nil
    if let trace { owe(trace) }
    payOwed()
  }

  // MARK: Deliveries

  /// Delivers as ``deliver()`` does, and traces what the callbacks answer.
  @inline(never)
  func deliverTraced() -> Bool {
    guard pointee.tracing == .running, let tracer = pointee.tracer else { return true }
    defer { endCall() }
    if pointee.isPolled { return true }
    if !tracer.pointee.hasEntry { trace { $0.deliver() } }
    while let delivery = pointee.session.next() {
      guard isTaken(delivery) else { continue }
      tracer.pointee.callbackBegins()
      pointee.session.device?.log?.pointee.callsBack(on: stack_thread())
      pointee.hostCode = .callback
      let returned = call(delivery)
      pointee.hostCode = .none
      if wasForked {
        // The file is the parent's, too.
        pointee.tracing = .none
        return false
      }
      pointee.session.device?.log?.pointee.callsBack(on: nil)
      drainPulls(isMeanwhile: true)
      switch delivery {
      case .write(_, _, let frames), .writeCodes(_, _, let frames):
        let taken = pointee.takenFrames
        tracer.pointee.callbackReturned(taken, isExpected: Int(taken) == frames)
      default: tracer.pointee.callbackReturned(returned, isExpected: returned >= 0)
      }
      if pointee.tracing == .running { handOver() }
      if returned < 0 {
        pointee.session.hasFailed(delivery)
        return false
      }
    }
    return true
  }

  /// What came while the call was running is in the trace before the next one begins.
  func endCall() {
    guard pointee.tracing == .running, let tracer = pointee.tracer else { return }
    drainPulls(isMeanwhile: true)
    tracer.pointee.hasEntry = false
    if pointee.tracing == .running { handOver() }
  }

  /// Whether a replay is called for a delivery: it has all handlers, and the callbacks of the sink that the host had.
  private func isTaken(_ delivery: Delivery) -> Bool {
    switch delivery {
    case .write: pointee.sink.write != nil
    case .writeCodes: pointee.sink.write_codes != nil
    case .flush: pointee.sink.flush != nil
    case .clear: pointee.sink.clear != nil
    case .pause: pointee.sink.pause != nil
    case .resume: pointee.sink.resume != nil
    case .showText: pointee.sink.text_write != nil
    case .event, .command, .diagnostic, .heardAudio: true
    }
  }

  // MARK: Pulls

  /// What the device of the sink before had taken until it was cut is still of the trace.
  func endLog(of device: PullDevice) {
    if let tracer = pointee.tracer, let log = device.log {
      while let pull = log.pointee.popFirst() { tracer.pointee.pull(pull, isMeanwhile: true) }
    }
    device.endLog()
  }

  private func drainPulls(isMeanwhile: Bool) {
    guard let tracer = pointee.tracer, let log = pointee.session.device?.log else { return }
    // What a callback pulled itself is in order with everything else.
    while let pull = log.pointee.popFirst() {
      tracer.pointee.pull(pull, isMeanwhile: isMeanwhile && !pull.isFromCallback)
    }
    if log.pointee.hasLost { endTrace(at: .pullsLost) }
  }

  // MARK: Beginning and end

  /// Returns false when the first piece could not be written.
  fileprivate func beginTrace(
    _ write: @convention(c) (UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int32, _ user: Owed
  ) -> Bool {
    let config = pointee.config
    let tracer = UnsafeMutablePointer<Tracer>.allocate(capacity: 1)
    tracer.initialize(
      to: Tracer(
        write, user.userData,
        Tracer.Limits(
          audioBytes: Int(clamping: config.max_queued_bytes), textBytes: Int(config.max_text_bytes),
          eventBytes: Int(config.max_event_bytes))))
    pointee.tracer = tracer
    tracer.pointee.head(config)
    guard callHost(.traceWriter, { tracer.pointee.handOver() }) >= 0 else {
      forgetTracer()
      return false
    }
    pointee.traceUser = user
    pointee.tracing = .running
    pointee.deliversPlainly = false
    // What was set before is an input like the others.
    tracer.pointee.setHandlers(pointee.handlers)
    if let format = pointee.session.currentFormat { tracer.pointee.input(.format(format)) }
    tracer.pointee.setSink(pointee.sink, isGiven: pointee.hasSink)
    handOver()
    if pointee.tracing == .running { pointee.session.device?.beginLog() }
    return true
  }

  /// Writes the end of a trace that is running.
  func endTrace(at ending: TraceEnding) {
    guard pointee.tracing == .running, let tracer = pointee.tracer else { return }
    if ending == .wanted { drainPulls(isMeanwhile: false) }
    guard pointee.tracing == .running else { return }
    tracer.pointee.end(ending)
    handOver()
    stopTracing()
  }

  /// Gives back what a trace used.
  func forgetTracer() {
    pointee.tracer?.deinitialize(count: 1)
    pointee.tracer?.deallocate()
    pointee.tracer = nil
  }
}

@_cdecl("rtmulti_session_trace") @implementation
public func rtmulti_session_trace(
  _ session: OpaquePointer!, _ write: rtmulti_trace_write_fn!, _ release: rtmulti_release_fn!,
  _ user_data: UnsafeMutableRawPointer!
) -> rtmulti_result {
  outside(session) { gate in
    guard let write else {
      guard gate.pointee.tracing == .running else { return rtmulti_result(RTMULTI_IGNORED) }
      gate.endTrace(at: .wanted)
      return rtmulti_result(RTMULTI_OK)
    }
    switch gate.pointee.tracing {
    case .possible:
      if gate.beginTrace(write, Owed(use: .trace, release: release, userData: user_data)) {
        return rtmulti_result(RTMULTI_OK)
      }
      gate.pointee.lastError =
        "The writer failed with the first piece of the trace, so this session has no trace."
    case .running:
      gate.pointee.lastError = "This session is being traced; end that trace with a NULL first."
    case .none:
      gate.pointee.lastError = "A trace begins before the first input of a session; create a new session."
    }
    return rtmulti_result(RTMULTI_ERROR_INVALID)
  }
}
