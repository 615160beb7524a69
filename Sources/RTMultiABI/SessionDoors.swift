// Creating and wiring a session. Each door converts, calls, and converts back.

import CRTMulti
import RTMulti

// MARK: Life

@_cdecl("rtmulti_session_create") @implementation
public func rtmulti_session_create(
  _ config: UnsafePointer<rtmulti_config>!, _ session: UnsafeMutablePointer<OpaquePointer?>!
) -> rtmulti_result {
  guard let session else {
    OrphanedError.keep(.null("session", "say where the new session is to be put"))
    return rtmulti_result(RTMULTI_ERROR_INVALID)
  }
  session.pointee = nil
  let chosen: rtmulti_config
  do { chosen = try rtmulti_config(chosenBy: config) } catch {
    OrphanedError.keep(error)
    return rtmulti_result(error.answer.errorCode)
  }
  let gate = GatePointer.allocate(capacity: 1)
  gate.initialize(to: Gate(SessionOptions(chosen), chosen))
  session.pointee = OpaquePointer(gate)
  return rtmulti_result(RTMULTI_OK)
}

@_cdecl("rtmulti_session_set_format") @implementation
public func rtmulti_session_set_format(
  _ session: OpaquePointer!, _ format: UnsafePointer<rtmulti_format>!
) -> rtmulti_result {
  input(session) { () throws(Refusal) in try .format(AudioFormat(format)) }
}

// MARK: Sink and handlers

@_cdecl("rtmulti_session_set_sink") @implementation
public func rtmulti_session_set_sink(
  _ session: OpaquePointer!, _ sink: UnsafePointer<rtmulti_sink>!
) -> rtmulti_result {
  outside(session) { gate throws(Refusal) in
    let chosen = sink == nil ? nil : try ChosenSink(sink, isPolled: gate.pointee.isPolled)
    let new = chosen?.sink ?? rtmulti_sink()
    if gate.pointee.tracing == .running { gate.trace { $0.setSink(new, isGiven: chosen != nil) } }
    let oldDevice = gate.pointee.tracing == .running ? gate.pointee.session.device : nil
    oldDevice?.retain()
    defer { oldDevice?.release() }
    let answer = gate.pointee.session.setSink(
      chosen?.format, chosen.map { SinkTraits($0.sink) }, codec: chosen?.codec ?? .pcm16,
      pacing: chosen.flatMap { Pacing($0.sink) }, fadeUs: Int(new.fade_us),
      isPlayedByHost: new.driver == UInt32(RTMULTI_DRIVER_HOST))
    guard answer == .ok else {
      gate.endCall()
      if answer == .unsupported {
        throw .sentence(
          .unsupported,
          "The host has played by itself, and only it has the audio that is unheard: set a sink with driver = RTMULTI_DRIVER_HOST, or interrupt first."
        )
      }
      throw Refusal(answer)
    }
    if let oldDevice { gate.endLog(of: oldDevice) }
    if gate.pointee.tracing == .running { gate.pointee.session.device?.beginLog() }
    let old = gate.pointee.sink
    gate.pointee.sink = new
    gate.pointee.hasSink = chosen != nil
    gate.owe(Owed(old))
    gate.payOwed()
    return gate.deliver() ? rtmulti_result(RTMULTI_OK) : gate.stopped()
  }
}

@_cdecl("rtmulti_session_set_handlers") @implementation
public func rtmulti_session_set_handlers(
  _ session: OpaquePointer!, _ handlers: UnsafePointer<rtmulti_handlers>!
) -> rtmulti_result {
  outside(session) { gate throws(Refusal) in
    let new =
      handlers == nil ? rtmulti_handlers() : try rtmulti_handlers.read(handlers, over: rtmulti_handlers())
    if gate.pointee.tracing == .running {
      gate.trace { $0.setHandlers(new) }
      gate.endCall()
    }
    let old = gate.pointee.handlers
    gate.pointee.handlers = new
    gate.owe(Owed(old))
    gate.payOwed()
    return rtmulti_result(RTMULTI_OK)
  }
}
