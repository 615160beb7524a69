// The three kinds of doors into a session. What stands at the entry of every exported function is written here once:
// whether there is a session, who may come in (laws 1 and 2), and what an error leaves behind. A door itself only
// converts: what it throws is its answer, with what is wrong with which argument.

import CRTMulti
import RTMulti

/// The door of an input: it runs and what follows from it is delivered; from inside a callback it is queued.
/// `unsupported` is the sentence where nothing but this door is unsupported.
@inline(__always)
func input(
  _ session: OpaquePointer?, unsupported: StaticString? = nil, _ make: () throws(Refusal) -> SessionInput
) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return noSession() }
  let isDelivering: Bool
  switch gate.enter() {
  case .refused(let result): return result
  case .fromCallback: isDelivering = true
  case .free: isDelivering = false
  }
  let answer = gate.submit(make, isDelivering: isDelivering)
  if let unsupported, answer == rtmulti_result(RTMULTI_ERROR_UNSUPPORTED) {
    gate.pointee.lastError = unsupported
  }
  if isDelivering { return answer }
  let isWhole = gate.deliver()
  let result = isWhole || answer < 0 ? answer : gate.stopped()
  gate.leave()
  return result
}

/// The door of a query: it is answered at once, from inside a callback too.
@inline(__always)
func query(
  _ session: OpaquePointer?, _ answer: (inout Session) throws(Refusal) -> rtmulti_result
) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return noSession() }
  switch gate.enter() {
  case .refused(let result): return result
  case .fromCallback: return gate.reply { gate throws(Refusal) in try gate.ask(answer) }
  case .free:
    defer { gate.leave() }
    return gate.reply { gate throws(Refusal) in try gate.ask(answer) }
  }
}

/// The door of a call that is refused from inside a callback. It delivers nothing by itself.
@inline(__always)
func outside(
  _ session: OpaquePointer?, _ call: (GatePointer) throws(Refusal) -> rtmulti_result
) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return noSession() }
  switch gate.enter() {
  case .refused(let result): return result
  case .fromCallback: return gate.fail(RTMULTI_ERROR_IN_CALLBACK)
  case .free:
    defer { gate.leave() }
    return gate.reply(call)
  }
}

extension GatePointer {
  @inline(__always)
  fileprivate func submit(_ make: () throws(Refusal) -> SessionInput, isDelivering: Bool) -> rtmulti_result {
    let input: SessionInput
    do { input = try make() } catch { return refuse(error) }
    if pointee.tracing != .none { trace(input) }
    return result(of: pointee.session.submit(input, isDelivering: isDelivering))
  }

  /// Answers out of the state that follows from all that came, also where not all of it is delivered yet.
  @inline(__always)
  fileprivate func ask(
    _ answer: (inout Session) throws(Refusal) -> rtmulti_result
  ) throws(Refusal) -> rtmulti_result {
    pointee.session.becomeWhole()
    return try answer(&pointee.session)
  }

  @inline(__always)
  fileprivate func reply(_ body: (GatePointer) throws(Refusal) -> rtmulti_result) -> rtmulti_result {
    do { return try body(self) } catch { return refuse(error) }
  }
}
