// What the server says. Each door converts, calls, and converts back.

import CRTMulti
import RTMulti

/// A place as the doors get it; -1 means "the item's first audio part, else 0".
@inline(__always)
private func place(
  _ response: UnsafePointer<CChar>?, _ responseSize: Int, _ item: UnsafePointer<CChar>?, _ itemSize: Int,
  _ contentIndex: Int32
) throws(Answer) -> Place {
  guard contentIndex >= -1 else { throw .invalid }
  return try Place(
    response: Bytes(id: response, responseSize), item: Bytes(givenID: item, itemSize),
    contentIndex: contentIndex == -1 ? nil : contentIndex)
}

@_cdecl("rtmulti_session_receive_json") @implementation
public func rtmulti_session_receive_json(
  _ session: OpaquePointer!, _ text: UnsafePointer<CChar>!, _ text_size: Int
) -> rtmulti_result {
  input(session) { () throws(Answer) in try .event(Bytes(text: text, text_size)) }
}

@_cdecl("rtmulti_session_set_phase") @implementation
public func rtmulti_session_set_phase(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int,
  _ phase: UnsafePointer<CChar>!, _ phase_size: Int
) -> rtmulti_result {
  input(session) { () throws(Answer) in
    try .plain(.phase(item: Bytes(givenID: item_id, item_id_size), Bytes(id: phase, phase_size)))
  }
}

@_cdecl("rtmulti_session_expect_response") @implementation
public func rtmulti_session_expect_response(
  _ session: OpaquePointer!, _ token: UnsafePointer<CChar>!, _ token_size: Int
) -> rtmulti_result {
  input(session) { () throws(Answer) in try .plain(.expect(token: Bytes(id: token, token_size))) }
}

@_cdecl("rtmulti_session_expect_out_of_band") @implementation
public func rtmulti_session_expect_out_of_band(
  _ session: OpaquePointer!, _ token: UnsafePointer<CChar>!, _ token_size: Int
) -> rtmulti_result {
  input(session) { () throws(Answer) in try .plain(.expectOutOfBand(token: Bytes(id: token, token_size))) }
}

@_cdecl("rtmulti_session_unexpect_response") @implementation
public func rtmulti_session_unexpect_response(
  _ session: OpaquePointer!, _ token: UnsafePointer<CChar>!, _ token_size: Int
) -> rtmulti_result {
  input(session) { () throws(Answer) in try .plain(.unexpect(token: Bytes(id: token, token_size))) }
}

@_cdecl("rtmulti_session_response_created") @implementation
public func rtmulti_session_response_created(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int, _ flags: UInt32,
  _ token: UnsafePointer<CChar>!, _ token_size: Int
) -> rtmulti_result {
  input(session) { () throws(Answer) in
    guard flags < 1 << 4 else { throw .invalid }
    return try .plain(
      .responseCreated(
        id: Bytes(id: response_id, response_id_size), traits: ResponseTraits(rawValue: flags),
        token: Bytes(id: token, token_size)))
  }
}

@_cdecl("rtmulti_session_response_done") @implementation
public func rtmulti_session_response_done(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ status: rtmulti_status, _ reason: UnsafePointer<CChar>!, _ reason_size: Int
) -> rtmulti_result {
  input(session) { () throws(Answer) in
    guard let status = Status(rawValue: status) else { throw .invalid }
    return try .plain(
      .responseDone(
        id: Bytes(givenID: response_id, response_id_size), status: status,
        reason: Bytes(words: reason, reason_size)))
  }
}

@_cdecl("rtmulti_session_item_added") @implementation
public func rtmulti_session_item_added(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ output_index: Int32, _ kind: rtmulti_item_kind
) -> rtmulti_result {
  input(session) { () throws(Answer) in
    guard let kind = ItemKind(rawValue: kind), output_index >= -1 else { throw .invalid }
    return try .plain(
      .itemAdded(
        response: Bytes(id: response_id, response_id_size), item: Bytes(id: item_id, item_id_size),
        outputIndex: output_index == -1 ? nil : output_index, kind: kind))
  }
}

@_cdecl("rtmulti_session_part_added") @implementation
public func rtmulti_session_part_added(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ content_index: Int32, _ kind: rtmulti_part_kind,
  _ format: UnsafePointer<rtmulti_format>!
) -> rtmulti_result {
  input(session) { () throws(Answer) in
    guard let kind = PartKind(rawValue: kind), content_index >= 0 else { throw .invalid }
    return try .plain(
      .partAdded(
        place(response_id, response_id_size, item_id, item_id_size, content_index), kind: kind,
        format: format == nil ? nil : AudioFormat(format)))
  }
}

@_cdecl("rtmulti_session_audio") @implementation
public func rtmulti_session_audio(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ content_index: Int32,
  _ bytes: UnsafeRawPointer!, _ bytes_size: Int
) -> rtmulti_result {
  input(session) { () throws(Answer) in
    try .audio(
      place(response_id, response_id_size, item_id, item_id_size, content_index),
      Bytes(audio: bytes, bytes_size))
  }
}

@_cdecl("rtmulti_session_packet") @implementation
public func rtmulti_session_packet(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ content_index: Int32,
  _ bytes: UnsafeRawPointer!, _ bytes_size: Int, _ sequence: UInt16, _ timestamp: UInt32
) -> rtmulti_result {
  input(session) { () throws(Answer) in
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
  input(session) { () throws(Answer) in
    guard start_ms >= -1, end_ms >= -1, end_ms == -1 || start_ms <= end_ms else { throw .invalid }
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
  input(session) { () throws(Answer) in
    try .plain(.partDone(place(nil, 0, item_id, item_id_size, content_index)))
  }
}

@_cdecl("rtmulti_session_item_done") @implementation
public func rtmulti_session_item_done(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int
) -> rtmulti_result {
  input(session) { () throws(Answer) in
    try .plain(.itemDone(item: Bytes(givenID: item_id, item_id_size)))
  }
}

@_cdecl("rtmulti_session_item_deleted") @implementation
public func rtmulti_session_item_deleted(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int
) -> rtmulti_result {
  input(session) { () throws(Answer) in
    try .plain(.itemDeleted(item: Bytes(givenID: item_id, item_id_size)))
  }
}

@_cdecl("rtmulti_session_part_truncated") @implementation
public func rtmulti_session_part_truncated(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ content_index: Int32,
  _ audio_end_ms: Int64
) -> rtmulti_result {
  input(session) { () throws(Answer) in
    guard audio_end_ms >= 0 else { throw .invalid }
    return try .plain(
      .partTruncated(place(nil, 0, item_id, item_id_size, content_index), audioEndMs: audio_end_ms))
  }
}

@_cdecl("rtmulti_session_function_call") @implementation
public func rtmulti_session_function_call(
  _ session: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ response_id_size: Int,
  _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ call_id: UnsafePointer<CChar>!,
  _ call_id_size: Int, _ name: UnsafePointer<CChar>!, _ name_size: Int, _ arguments: UnsafePointer<CChar>!,
  _ arguments_size: Int
) -> rtmulti_result {
  input(session) { () throws(Answer) in
    try .functionCall(
      response: Bytes(id: response_id, response_id_size), item: Bytes(givenID: item_id, item_id_size),
      callID: Bytes(id: call_id, call_id_size), name: Bytes(id: name, name_size),
      arguments: Bytes(words: arguments, arguments_size))
  }
}

@_cdecl("rtmulti_session_command_rejected") @implementation
public func rtmulti_session_command_rejected(
  _ session: OpaquePointer!, _ event_id: UnsafePointer<CChar>!, _ event_id_size: Int,
  _ code: UnsafePointer<CChar>!, _ code_size: Int, _ message: UnsafePointer<CChar>!, _ message_size: Int
) -> rtmulti_result {
  input(session) { () throws(Answer) in
    try .commandRejected(
      eventID: Bytes(id: event_id, event_id_size), code: Bytes(id: code, code_size),
      message: Bytes(words: message, message_size))
  }
}

@_cdecl("rtmulti_session_reconnect") @implementation
public func rtmulti_session_reconnect(_ session: OpaquePointer!) -> rtmulti_result {
  input(session) { .plain(.reconnect) }
}
