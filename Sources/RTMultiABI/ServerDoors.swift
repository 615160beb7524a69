// What the server says. Each door converts, calls, and converts back.

import CRTMulti
import RTMulti

/// A place as the doors get it; -1 means "the item's first audio part, else 0".
@inline(__always)
private func place(
  _ response: UnsafePointer<CChar>?, _ responseSize: Int, _ item: UnsafePointer<CChar>?, _ itemSize: Int,
  _ contentIndex: Int32
) throws(Refusal) -> Place {
  guard UInt32(bitPattern: contentIndex &+ 1) <= 65_536 else {
    throw .number(
      "content_index", Int64(contentIndex), "it must be 0 to 65535, or -1 for the item's first audio part")
  }
  let place = try Place(
    response: Bytes(id: response, responseSize, "response_id"), item: Bytes(givenID: item, itemSize, "item_id"),
    contentIndex: contentIndex == -1 ? nil : contentIndex)
  if place.item.isEmpty { throw .empty("item_id") }
  return place
}

/// The token of a request, which the host has chosen.
private func given(_ token: UnsafePointer<CChar>?, _ size: Int) throws(Refusal) -> Bytes {
  let remedy: StaticString = "give the word of your own that your request bears"
  guard token != nil else { throw .null("token", remedy) }
  let bytes = try Bytes(id: token, size, "token")
  if bytes.isEmpty { throw .size("token", 0, remedy) }
  return bytes
}

@_cdecl("rtmulti_session_receive_json") @implementation
public func rtmulti_session_receive_json(
  _ session: OpaquePointer!, _ text: UnsafePointer<CChar>!, _ text_size: Int
) -> rtmulti_result {
  input(session) { () throws(Refusal) in try .event(Bytes(text: text, text_size)) }
}

@_cdecl("rtmulti_session_set_phase") @implementation
public func rtmulti_session_set_phase(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int,
  _ phase: UnsafePointer<CChar>!, _ phase_size: Int
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    let phase = try Bytes(id: phase, phase_size, "phase")
    guard phase.count <= 64 else { throw .size("phase", phase.count, "at most 64 are allowed") }
    return try .plain(.phase(item: Bytes(givenID: item_id, item_id_size, "item_id"), phase))
  }
}

/// NULL is a response that nobody can name (rule D12). A token without a byte is no token at all.
private func tokenOrNone(_ token: UnsafePointer<CChar>?, _ size: Int) throws(Refusal) -> Bytes {
  token == nil ? .none : try given(token, size)
}

@_cdecl("rtmulti_session_expect_response") @implementation
public func rtmulti_session_expect_response(
  _ session: OpaquePointer!, _ token: UnsafePointer<CChar>!, _ token_size: Int
) -> rtmulti_result {
  input(session) { () throws(Refusal) in try .plain(.expect(token: tokenOrNone(token, token_size))) }
}

@_cdecl("rtmulti_session_expect_out_of_band") @implementation
public func rtmulti_session_expect_out_of_band(
  _ session: OpaquePointer!, _ token: UnsafePointer<CChar>!, _ token_size: Int
) -> rtmulti_result {
  input(session) { () throws(Refusal) in try .plain(.expectOutOfBand(token: given(token, token_size))) }
}

@_cdecl("rtmulti_session_unexpect_response") @implementation
public func rtmulti_session_unexpect_response(
  _ session: OpaquePointer!, _ token: UnsafePointer<CChar>!, _ token_size: Int
) -> rtmulti_result {
  input(session) { () throws(Refusal) in try .plain(.unexpect(token: tokenOrNone(token, token_size))) }
}

@_cdecl("rtmulti_session_response_created") @implementation
public func rtmulti_session_response_created(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int, _ flags: UInt32,
  _ token: UnsafePointer<CChar>!, _ token_size: Int
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    guard flags < 1 << 4 else {
      throw .number("flags", Int64(flags), "combine RTMULTI_RESPONSE_ bits")
    }
    return try .plain(
      .responseCreated(
        id: Bytes(namedID: response_id, response_id_size, "response_id"),
        traits: ResponseTraits(rawValue: flags),
        token: Bytes(id: token, token_size, "token")))
  }
}

@_cdecl("rtmulti_session_response_done") @implementation
public func rtmulti_session_response_done(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ status: rtmulti_status, _ reason: UnsafePointer<CChar>!, _ reason_size: Int
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    guard let known = Status(rawValue: status) else {
      throw .number(
        "status", Int64(status), "use one of RTMULTI_STATUS_COMPLETED, CANCELLED, INCOMPLETE and FAILED")
    }
    return try .plain(
      .responseDone(
        id: Bytes(givenID: response_id, response_id_size, "response_id"), status: known,
        reason: Bytes(words: reason, reason_size, "reason")))
  }
}

@_cdecl("rtmulti_session_item_added") @implementation
public func rtmulti_session_item_added(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ output_index: Int32, _ kind: rtmulti_item_kind
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    guard let known = ItemKind(rawValue: kind) else {
      throw .number(
        "kind", Int64(kind), "use RTMULTI_ITEM_MESSAGE, RTMULTI_ITEM_FUNCTION_CALL or RTMULTI_ITEM_OTHER")
    }
    guard output_index >= -1 else {
      throw .number("output_index", Int64(output_index), "it must be 0 or more, or -1 for the next")
    }
    return try .plain(
      .itemAdded(
        response: Bytes(id: response_id, response_id_size, "response_id"),
        item: Bytes(namedID: item_id, item_id_size, "item_id"),
        outputIndex: output_index == -1 ? nil : output_index, kind: known))
  }
}

@_cdecl("rtmulti_session_part_added") @implementation
public func rtmulti_session_part_added(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ content_index: Int32, _ kind: rtmulti_part_kind,
  _ format: UnsafePointer<rtmulti_format>!
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    guard let known = PartKind(rawValue: kind) else {
      throw .number("kind", Int64(kind), "use RTMULTI_PART_AUDIO or RTMULTI_PART_TEXT")
    }
    guard content_index != -1 else { throw .number("content_index", -1, "it must be 0 to 65535") }
    return try .plain(
      .partAdded(
        place(response_id, response_id_size, item_id, item_id_size, content_index), kind: known,
        format: format == nil ? nil : AudioFormat(format)))
  }
}

@_cdecl("rtmulti_session_audio") @implementation
public func rtmulti_session_audio(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ content_index: Int32,
  _ bytes: UnsafeRawPointer!, _ bytes_size: Int
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    try .audio(
      place(response_id, response_id_size, item_id, item_id_size, content_index),
      Bytes(audio: bytes, bytes_size))
  }
}

@_cdecl("rtmulti_session_audio_base64") @implementation
public func rtmulti_session_audio_base64(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ content_index: Int32,
  _ base64: UnsafePointer<CChar>!, _ base64_size: Int,
  _ event_id: UnsafePointer<CChar>!, _ event_id_size: Int
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    try .audioDelta(
      place(response_id, response_id_size, item_id, item_id_size, content_index),
      base64: Bytes(text: base64, base64_size), eventID: Bytes(id: event_id, event_id_size, "event_id"))
  }
}

@_cdecl("rtmulti_session_packet") @implementation
public func rtmulti_session_packet(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ content_index: Int32,
  _ bytes: UnsafeRawPointer!, _ bytes_size: Int, _ sequence: UInt16, _ timestamp: UInt32
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    try .packet(
      place(response_id, response_id_size, item_id, item_id_size, content_index),
      Bytes(audio: bytes, bytes_size),
      PacketStamp(sequence: sequence, timestamp: timestamp))
  }
}

@_cdecl("rtmulti_session_text") @implementation
public func rtmulti_session_text(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ content_index: Int32,
  _ text: UnsafePointer<CChar>!, _ text_size: Int, _ start_ms: Int64, _ end_ms: Int64
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    guard start_ms >= -1, end_ms >= -1, end_ms == -1 || start_ms <= end_ms else {
      throw start_ms < -1
        ? .number("start_ms", start_ms, "it must be 0 or more, or -1 where the server said no time")
        : .number("end_ms", end_ms, "it must be start_ms or more, or -1 where the server said no time")
    }
    return try .plain(
      .text(
        place(response_id, response_id_size, item_id, item_id_size, content_index),
        text: Bytes(text: text, text_size), startMs: start_ms == -1 ? nil : start_ms,
        endMs: end_ms == -1 ? nil : end_ms))
  }
}

@_cdecl("rtmulti_session_part_done") @implementation
public func rtmulti_session_part_done(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ content_index: Int32
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    try .plain(.partDone(place(nil, 0, item_id, item_id_size, content_index)))
  }
}

@_cdecl("rtmulti_session_item_done") @implementation
public func rtmulti_session_item_done(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    try .plain(.itemDone(item: Bytes(givenID: item_id, item_id_size, "item_id")))
  }
}

@_cdecl("rtmulti_session_item_deleted") @implementation
public func rtmulti_session_item_deleted(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    try .plain(.itemDeleted(item: Bytes(givenID: item_id, item_id_size, "item_id")))
  }
}

@_cdecl("rtmulti_session_part_truncated") @implementation
public func rtmulti_session_part_truncated(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ content_index: Int32,
  _ audio_end_ms: Int64
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    guard audio_end_ms >= 0 else {
      throw .number("audio_end_ms", audio_end_ms, "it must be 0 or more")
    }
    return try .plain(
      .partTruncated(place(nil, 0, item_id, item_id_size, content_index), audioEndMs: audio_end_ms))
  }
}

@_cdecl("rtmulti_session_output_buffer") @implementation
public func rtmulti_session_output_buffer(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ word: rtmulti_buffer_word
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    guard let known = OutputBufferWord(rawValue: word) else {
      throw .number("word", Int64(word), "it must be one of RTMULTI_BUFFER_...")
    }
    return try .outputBuffer(response: Bytes(id: response_id, response_id_size, "response_id"), known)
  }
}

@_cdecl("rtmulti_session_function_call") @implementation
public func rtmulti_session_function_call(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ call_id: UnsafePointer<CChar>!,
  _ call_id_size: Int, _ name: UnsafePointer<CChar>!, _ name_size: Int, _ arguments: UnsafePointer<CChar>!,
  _ arguments_size: Int
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    try .functionCall(
      response: Bytes(id: response_id, response_id_size, "response_id"),
      item: Bytes(namedID: item_id, item_id_size, "item_id"),
      callID: Bytes(id: call_id, call_id_size, "call_id"), name: Bytes(id: name, name_size, "name"),
      arguments: Bytes(words: arguments, arguments_size, "arguments"))
  }
}

@_cdecl("rtmulti_session_command_rejected") @implementation
public func rtmulti_session_command_rejected(
  _ session: OpaquePointer!, _ event_id: UnsafePointer<CChar>!, _ event_id_size: Int,
  _ code: UnsafePointer<CChar>!, _ code_size: Int, _ message: UnsafePointer<CChar>!, _ message_size: Int
) -> rtmulti_result {
  input(session) { () throws(Refusal) in
    try .commandRejected(
      eventID: Bytes(id: event_id, event_id_size, "event_id"), code: Bytes(id: code, code_size, "code"),
      message: Bytes(words: message, message_size, "message"))
  }
}

@_cdecl("rtmulti_session_reconnect") @implementation
public func rtmulti_session_reconnect(_ session: OpaquePointer!) -> rtmulti_result {
  input(session) { .plain(.reconnect) }
}
