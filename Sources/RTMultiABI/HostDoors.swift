// What the host wants, what the sink reports, and the time. Each door converts, calls, and converts back.

import CRTMulti
import RTMulti

private let invalid = rtmulti_result(RTMULTI_ERROR_INVALID)

// MARK: The host

@_cdecl("rtmulti_session_interrupt") @implementation
public func rtmulti_session_interrupt(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ interrupter: rtmulti_interrupter
) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return invalid }
  return gate.input { session, isDelivering throws(TooLong) in
    guard let interrupter = Interrupter(rawValue: interrupter) else { return .invalid }
    let name = try Bytes(id: response_id, response_id_size)
    // A name without a byte is no name at all, and must not become "everything".
    if response_id != nil, name.isEmpty { return .invalid }
    return session.submit(.interrupt(response: name, by: interrupter), isDelivering: isDelivering)
  }
}

@_cdecl("rtmulti_session_pause") @implementation
public func rtmulti_session_pause(_ session: OpaquePointer!) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return invalid }
  return gate.input { session, isDelivering throws(TooLong) in
    session.submit(.pause, isDelivering: isDelivering)
  }
}

@_cdecl("rtmulti_session_resume") @implementation
public func rtmulti_session_resume(_ session: OpaquePointer!) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return invalid }
  return gate.input { session, isDelivering throws(TooLong) in
    session.submit(.resume, isDelivering: isDelivering)
  }
}

@_cdecl("rtmulti_session_text_delivered") @implementation
public func rtmulti_session_text_delivered(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int
) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return invalid }
  return gate.input { session, isDelivering throws(TooLong) in
    guard item_id != nil else { return .invalid }
    return try session.submit(
      .textDelivered(item: Bytes(id: item_id, item_id_size)), isDelivering: isDelivering)
  }
}

@_cdecl("rtmulti_session_close") @implementation
public func rtmulti_session_close(_ session: OpaquePointer!) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return invalid }
  return gate.input { session, isDelivering throws(TooLong) in
    session.submit(.close, isDelivering: isDelivering)
  }
}

// MARK: The sink

@_cdecl("rtmulti_session_playback_started") @implementation
public func rtmulti_session_playback_started(_ session: OpaquePointer!, _ segment: UInt64) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return invalid }
  return gate.input { session, isDelivering throws(TooLong) in
    session.submit(.started(SegmentID(number: segment)), isDelivering: isDelivering)
  }
}

@_cdecl("rtmulti_session_playback_progress") @implementation
public func rtmulti_session_playback_progress(
  _ session: OpaquePointer!, _ segment: UInt64, _ frames: Int64
) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return invalid }
  return gate.input { session, isDelivering throws(TooLong) in
    guard frames >= 0 else { return .invalid }
    return session.submit(.progress(SegmentID(number: segment), frames: frames), isDelivering: isDelivering)
  }
}

@_cdecl("rtmulti_session_playback_queued") @implementation
public func rtmulti_session_playback_queued(_ session: OpaquePointer!, _ frames: Int64) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return invalid }
  return gate.input { session, isDelivering throws(TooLong) in
    guard frames >= 0 else { return .invalid }
    return session.submit(.queued(frames: frames), isDelivering: isDelivering)
  }
}

@_cdecl("rtmulti_session_playback_finished") @implementation
public func rtmulti_session_playback_finished(
  _ session: OpaquePointer!, _ segment: UInt64, _ frames: Int64, _ interrupted: rtmulti_bool
) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return invalid }
  return gate.input { session, isDelivering throws(TooLong) in
    guard frames >= 0 else { return .invalid }
    return session.submit(
      .finished(SegmentID(number: segment), frames: frames, interrupted: interrupted != 0),
      isDelivering: isDelivering)
  }
}

@_cdecl("rtmulti_mark_name") @implementation
public func rtmulti_mark_name(
  _ segment: UInt64, _ frames: Int64, _ name: UnsafeMutablePointer<CChar>!, _ capacity: Int
) -> Int {
  guard let name, frames >= 0, segment <= UInt64(Int64.max) else { return 0 }
  var mark = ByteBuffer(capacity: 48)
  MarkName.write(segment: segment, frames: frames, into: &mark)
  guard mark.count < capacity, let base = mark.bytes.base else { return 0 }
  UnsafeMutableRawPointer(name).copyMemory(from: base, byteCount: mark.count + 1)
  return mark.count
}

@_cdecl("rtmulti_session_playback_mark") @implementation
public func rtmulti_session_playback_mark(
  _ session: OpaquePointer!, _ name: UnsafePointer<CChar>!, _ name_size: Int
) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return invalid }
  return gate.input { session, isDelivering throws(TooLong) in
    guard name != nil else { return .invalid }
    guard let mark = try MarkName.read(Bytes(id: name, name_size)) else { return .ignored }
    return session.submit(
      .mark(SegmentID(number: mark.segment), frames: mark.frames), isDelivering: isDelivering)
  }
}

@_cdecl("rtmulti_session_sink_ready") @implementation
public func rtmulti_session_sink_ready(_ session: OpaquePointer!) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return invalid }
  return gate.input { session, isDelivering throws(TooLong) in
    session.submit(.sinkReady, isDelivering: isDelivering)
  }
}

// MARK: Time

@_cdecl("rtmulti_session_advance") @implementation
public func rtmulti_session_advance(_ session: OpaquePointer!, _ now_us: Int64) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return invalid }
  return gate.input { session, isDelivering throws(TooLong) in
    session.submit(.advance(us: now_us), isDelivering: isDelivering)
  }
}

@_cdecl("rtmulti_session_next_deadline") @implementation
public func rtmulti_session_next_deadline(
  _ session: OpaquePointer!, _ deadline_us: UnsafeMutablePointer<Int64>!
) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return invalid }
  guard let deadline_us else { return gate.fail(RTMULTI_ERROR_INVALID) }
  return gate.query { session in
    guard let deadline = session.nextDeadlineUs else { return rtmulti_result(RTMULTI_DONE) }
    deadline_us.pointee = deadline
    return rtmulti_result(RTMULTI_OK)
  }
}
