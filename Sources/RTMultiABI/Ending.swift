// How a session ends, and when the host gets back what it lent: each `release` is called once for each set, when nothing
// of the session uses its user_data any more, and before the session's memory goes (law 3).

import CRTMulti
import CStack
import RTMulti
import Synchronization

/// A user_data that was lent, for what, and how it is given back.
struct Owed {
  enum Use {
    case sink, handlers, trace
  }

  let use: Use
  let release: rtmulti_release_fn?
  let userData: UnsafeMutableRawPointer?
}

extension Owed {
  init(_ sink: rtmulti_sink) { self.init(use: .sink, release: sink.release, userData: sink.user_data) }

  init(_ handlers: rtmulti_handlers) {
    self.init(use: .handlers, release: handlers.release, userData: handlers.user_data)
  }
}

extension GatePointer {
  // MARK: Releases

  /// Notes that a user_data was replaced. It is given back with the next ``payOwed()``.
  func owe(_ owed: Owed) {
    if owed.release != nil { pointee.owed.append(owed) }
  }

  /// Gives back what is used no more.
  func payOwed() {
    var index = 0
    while index < pointee.owed.count {
      let owed = pointee.owed[index]
      if isInUse(owed) {
        index += 1
      } else {
        pointee.owed.remove(at: index)
        callHost(.release) { owed.release?(owed.userData) }
      }
    }
  }

  /// Whether the same user_data was set again for the same.
  private func isInUse(_ owed: Owed) -> Bool {
    guard let userData = owed.userData else { return false }
    return switch owed.use {
    case .sink: pointee.sink.user_data == userData
    case .handlers: pointee.handlers.user_data == userData
    case .trace: pointee.traceUser?.userData == userData
    }
  }

  // MARK: The end

  /// Ends the session, at once or, from inside a call or beside one, when that returns.
  fileprivate func requestEnd(_ frame: UnsafeRawPointer!) -> rtmulti_result {
    let me = stack_thread()
    var owner = pointee.owner.load(ordering: .acquiring)
    if owner & ~Owner.endsOnLeaving == me {
      // It is ending already, and this comes out of its last release.
      if pointee.isEnding { return fail(RTMULTI_ERROR_IN_CALLBACK) }
      if !hostCodeWasLeft(frame) {
        pointee.owner.bitwiseOr(Owner.endsOnLeaving, ordering: .relaxed)
        return rtmulti_result(RTMULTI_QUEUED)
      }
      owner = Owner.abandoned
      pointee.owner.store(owner, ordering: .relaxed)
    }
    // A forked child has no other way to end a session; whoever was inside is its parent's.
    if wasForked {
      end()
      return rtmulti_result(RTMULTI_OK)
    }
    while true {
      let isFree = owner == Owner.nobody || owner == Owner.abandoned
      let (exchanged, now) = pointee.owner.compareExchange(
        expected: owner, desired: isFree ? me : owner | Owner.endsOnLeaving, ordering: .acquiringAndReleasing)
      if exchanged {
        guard isFree else { return rtmulti_result(RTMULTI_QUEUED) }
        if owner == Owner.nobody { endTrace(at: .wanted) }
        end()
        return rtmulti_result(RTMULTI_OK)
      }
      owner = now
    }
  }

  /// Gives everything back and frees the session. A trace that has no end yet stays without one: it breaks off.
  @inline(never)
  func end() {
    pointee.owner.store(stack_thread(), ordering: .relaxed)
    pointee.isEnding = true
    let (sink, handlers, trace) = (pointee.sink, pointee.handlers, pointee.traceUser)
    pointee.sink = rtmulti_sink()
    pointee.handlers = rtmulti_handlers()
    pointee.traceUser = nil
    owe(Owed(sink))
    owe(Owed(handlers))
    if let trace { owe(trace) }
    payOwed()
    pointee.session.end()
    forgetTracer()
    deinitialize(count: 1)
    deallocate()
  }
}

@_cdecl("rtmulti_session_destroy") @implementation
public func rtmulti_session_destroy(_ session: OpaquePointer!) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return rtmulti_result(RTMULTI_OK) }
  return gate.requestEnd(stack_frame())
}
