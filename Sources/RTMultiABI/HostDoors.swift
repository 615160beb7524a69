// What the host wants, what the sink reports, and the time. Each door converts, calls, and converts back.

import CRTMulti
import RTMulti

// MARK: The host

@_cdecl("rtmulti_session_interrupt") @implementation
public func rtmulti_session_interrupt(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ interrupter: rtmulti_interrupter
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    guard let known = Interrupter(rawValue: interrupter) else {
      throw .number(
        "interrupter", Int64(interrupter), "use RTMULTI_INTERRUPTED_BY_LISTENER or RTMULTI_INTERRUPTED_BY_HOST")
    }
    let name = try Bytes(id: response_id, response_id_size, "response_id")
    // A name without a byte is no name at all, and must not become "everything".
    if response_id != nil, name.isEmpty {
      throw .size("response_id", 0, "name a response, or give NULL for all that is unheard")
    }
    return .plain(.interrupt(response: name, by: known))
  }
}

@_cdecl("rtmulti_session_cancel") @implementation
public func rtmulti_session_cancel(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    let name = try Bytes(id: response_id, response_id_size, "response_id")
    // A name without a byte is no name at all, and must not become "everything".
    if response_id != nil, name.isEmpty {
      throw .size("response_id", 0, "name a response, or give NULL for all that is being generated")
    }
    return .plain(.cancel(response: name))
  }
}

@_cdecl("rtmulti_session_set_server") @implementation
public func rtmulti_session_set_server(
  _ session: OpaquePointer!, _ server: rtmulti_server_flags
) -> rtmulti_result {
  input(
    session,
    unsupported: "Whether a server plays by itself (RTMULTI_SERVER_OWNS_PLAYOUT) is decided with config.server."
  ) { () throws(Refusal) in
    if server >= UInt32(RTMULTI_SERVER_REWRITES) << 1 {
      throw .number("server", Int64(server), "combine RTMULTI_SERVER_ bits")
    }
    return .plain(.setServer(ServerCapabilities(rawValue: server)))
  }
}

@_cdecl("rtmulti_session_set_clear_timeout") @implementation
public func rtmulti_session_set_clear_timeout(
  _ session: OpaquePointer!, _ clear_timeout_ms: UInt32
) -> rtmulti_result {
  input(session) { .plain(.setClearTimeout(us: Int64(clear_timeout_ms) * 1_000)) }
}

@_cdecl("rtmulti_session_set_audio_enabled") @implementation
public func rtmulti_session_set_audio_enabled(
  _ session: OpaquePointer!, _ enabled: rtmulti_bool
) -> rtmulti_result {
  input(session) { .plain(.setAudioEnabled(enabled != 0)) }
}

@_cdecl("rtmulti_session_pause") @implementation
public func rtmulti_session_pause(_ session: OpaquePointer!) -> rtmulti_result {
  input(
    session,
    unsupported: "This sink cannot pause; set one that has RTMULTI_SINK_CAN_PAUSE among its flags."
  ) { .plain(.pause) }
}

@_cdecl("rtmulti_session_resume") @implementation
public func rtmulti_session_resume(_ session: OpaquePointer!) -> rtmulti_result {
  input(session) { .plain(.resume) }
}

@_cdecl("rtmulti_session_text_delivered") @implementation
public func rtmulti_session_text_delivered(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    try .plain(.textDelivered(item: Bytes(givenID: item_id, item_id_size, "item_id")))
  }
}

@_cdecl("rtmulti_session_close") @implementation
public func rtmulti_session_close(_ session: OpaquePointer!) -> rtmulti_result {
  input(session) { .plain(.close) }
}

// MARK: The sink

/// How much waits over there is what waits of all that was written until now.
private func requireNow(_ atUs: Int64) throws(Refusal) {
  if atUs != Input.now {
    throw .unsupported(
      "at_us", atUs, "give RTMULTI_NOW: what was written since then is not known to wait there")
  }
}

@_cdecl("rtmulti_session_playback_started") @implementation
public func rtmulti_session_playback_started(
  _ session: OpaquePointer!, _ segment: UInt64, _ at_us: Int64
) -> rtmulti_result {
  input(session) { .plain(.started(SegmentID(number: segment), atUs: at_us)) }
}

@_cdecl("rtmulti_session_playback_progress") @implementation
public func rtmulti_session_playback_progress(
  _ session: OpaquePointer!, _ segment: UInt64, _ frames: Int64, _ at_us: Int64
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    guard frames >= 0 else {
      throw .number("frames", frames, "it must be 0 or more, counted from the segment's beginning")
    }
    return .plain(.progress(SegmentID(number: segment), frames: frames, atUs: at_us))
  }
}

@_cdecl("rtmulti_session_playback_queued") @implementation
public func rtmulti_session_playback_queued(
  _ session: OpaquePointer!, _ frames: Int64, _ at_us: Int64
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    guard frames >= 0 else { throw .number("frames", frames, "it must be 0 or more: what waits in your queue") }
    try requireNow(at_us)
    return .plain(.queued(frames: frames))
  }
}

@_cdecl("rtmulti_session_playback_finished") @implementation
public func rtmulti_session_playback_finished(
  _ session: OpaquePointer!, _ segment: UInt64, _ frames: Int64, _ interrupted: rtmulti_bool,
  _ at_us: Int64
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    guard frames >= 0 else {
      throw .number("frames", frames, "it must be 0 or more, counted from the segment's beginning")
    }
    return .plain(
      .finished(SegmentID(number: segment), frames: frames, interrupted: interrupted != 0, atUs: at_us))
  }
}

@_cdecl("rtmulti_mark_name") @implementation
public func rtmulti_mark_name(
  _ segment: UInt64, _ frames: Int64, _ name: UnsafeMutablePointer<CChar>!, _ capacity: Int
) -> Int {
  if let name, capacity > 0 { name.pointee = 0 }
  guard let name, frames >= 0, segment <= UInt64(Int64.max) else { return 0 }
  var mark = ByteBuffer(capacity: 48)
  MarkName.write(segment: segment, frames: frames, into: &mark)
  guard mark.count < capacity, let base = mark.bytes.base else { return 0 }
  UnsafeMutableRawPointer(name).copyMemory(from: base, byteCount: mark.count + 1)
  return mark.count
}

@_cdecl("rtmulti_session_playback_mark") @implementation
public func rtmulti_session_playback_mark(
  _ session: OpaquePointer!, _ name: UnsafePointer<CChar>!, _ name_size: Int, _ at_us: Int64
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    // One of somebody else is no input at all.
    guard let mark = try MarkName.read(Bytes(givenID: name, name_size, "name")) else { throw Refusal(.ignored) }
    return .plain(.mark(SegmentID(number: mark.segment), frames: mark.frames, atUs: at_us))
  }
}

@_cdecl("rtmulti_session_sink_ready") @implementation
public func rtmulti_session_sink_ready(_ session: OpaquePointer!) -> rtmulti_result {
  input(session) { .plain(.sinkReady) }
}

// MARK: Time

@_cdecl("rtmulti_session_advance") @implementation
public func rtmulti_session_advance(_ session: OpaquePointer!, _ now_us: Int64) -> rtmulti_result {
  input(session) { .plain(.advance(us: now_us)) }
}

@_cdecl("rtmulti_session_next_deadline") @implementation
public func rtmulti_session_next_deadline(
  _ session: OpaquePointer!, _ deadline_us: UnsafeMutablePointer<Int64>!
) -> rtmulti_result {
  deadline_us?.pointee = .max
  return query(session) { session throws(Refusal) in
    guard let deadline_us else { throw .null("deadline_us", "say where the deadline is to be put") }
    guard let deadline = session.nextDeadlineUs else { return rtmulti_result(RTMULTI_NONE) }
    deadline_us.pointee = deadline
    return rtmulti_result(RTMULTI_OK)
  }
}
