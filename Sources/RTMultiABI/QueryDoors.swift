// What may be asked at any time. Each door converts, calls, and converts back.

import CRTMulti
import RTMulti

private let none = rtmulti_result(RTMULTI_NONE)
private let ok = rtmulti_result(RTMULTI_OK)

/// The door of a query that fills a struct. The struct's size is checked before anything is looked up, and it is empty
/// unless the answer is OK.
private func query<Face: SizedStruct>(
  _ session: OpaquePointer?, filling pointer: UnsafeMutablePointer<Face>?,
  _ answer: (inout Session) throws(Refusal) -> Face?
) -> rtmulti_result {
  let isEmptied = Face.empty(pointer)
  return query(session) { session throws(Refusal) in
    guard isEmptied, let pointer else { throw Face.refusal(of: pointer) }
    guard let face = try answer(&session) else { return none }
    face.fill(pointer)
    return ok
  }
}

@_cdecl("rtmulti_session_position") @implementation
public func rtmulti_session_position(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ content_index: Int32,
  _ position: UnsafeMutablePointer<rtmulti_position>!
) -> rtmulti_result {
  query(session, filling: position) { session throws(Refusal) in
    guard content_index >= -1 else {
      throw .number(
        "content_index", Int64(content_index), "it must be 0 or more, or -1 for the item's first audio part")
    }
    let found = try session.position(
      item: Bytes(givenID: item_id, item_id_size, "item_id"),
      contentIndex: content_index == -1 ? nil : content_index)
    return found.map { rtmulti_position($0) }
  }
}

@_cdecl("rtmulti_session_message") @implementation
public func rtmulti_session_message(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int,
  _ message: UnsafeMutablePointer<rtmulti_message>!
) -> rtmulti_result {
  query(session, filling: message) { session throws(Refusal) in
    try session.message(named: Bytes(givenID: item_id, item_id_size, "item_id")).map { rtmulti_message($0) }
  }
}

/// The text of an item by one of the session's two questions.
private func text(
  _ session: OpaquePointer?, _ item: UnsafePointer<CChar>?, _ itemSize: Int,
  _ text: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ size: UnsafeMutablePointer<Int>?,
  _ ask: (inout Session, Bytes) -> Bytes?
) -> rtmulti_result {
  text?.pointee = nil
  size?.pointee = 0
  return query(session) { session throws(Refusal) in
    guard let text else { throw .null("text", "say where the address of the text is to be put") }
    guard let size else { throw .null("text_size", "say where the size of the text is to be put") }
    guard let answer = try ask(&session, Bytes(givenID: item, itemSize, "item_id")) else { return none }
    text.pointee = answer.cString
    size.pointee = answer.count
    return ok
  }
}

@_cdecl("rtmulti_session_generated_text") @implementation
public func rtmulti_session_generated_text(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int,
  _ text: UnsafeMutablePointer<UnsafePointer<CChar>?>!, _ text_size: UnsafeMutablePointer<Int>!
) -> rtmulti_result {
  RTMultiABI.text(session, item_id, item_id_size, text, text_size) { $0.generatedText($1) }
}

@_cdecl("rtmulti_session_heard_text") @implementation
public func rtmulti_session_heard_text(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int,
  _ text: UnsafeMutablePointer<UnsafePointer<CChar>?>!, _ text_size: UnsafeMutablePointer<Int>!
) -> rtmulti_result {
  RTMultiABI.text(session, item_id, item_id_size, text, text_size) { $0.heardText($1) }
}

@_cdecl("rtmulti_session_history_count") @implementation
public func rtmulti_session_history_count(
  _ session: OpaquePointer!, _ count: UnsafeMutablePointer<Int>!
) -> rtmulti_result {
  count?.pointee = 0
  return query(session) { session throws(Refusal) in
    guard let count else { throw .null("count", "say where the count is to be put") }
    count.pointee = session.historyCount
    return ok
  }
}

@_cdecl("rtmulti_session_history_at") @implementation
public func rtmulti_session_history_at(
  _ session: OpaquePointer!, _ index: Int, _ message: UnsafeMutablePointer<rtmulti_message>!
) -> rtmulti_result {
  query(session, filling: message) { session in session.history(at: index).map { rtmulti_message($0) } }
}

@_cdecl("rtmulti_session_segment") @implementation
public func rtmulti_session_segment(
  _ session: OpaquePointer!, _ segment: UInt64, _ out: UnsafeMutablePointer<rtmulti_segment>!
) -> rtmulti_result {
  query(session, filling: out) { session in
    guard let owner = session.owner(of: segment) else { return nil }
    var answer = rtmulti_segment()
    answer.content_index = owner.contentIndex
    answer.response_id = owner.responseID.cString
    answer.response_id_size = owner.responseID.count
    answer.item_id = owner.itemID.cString
    answer.item_id_size = owner.itemID.count
    return answer
  }
}

@_cdecl("rtmulti_session_stats") @implementation
public func rtmulti_session_stats(
  _ session: OpaquePointer!, _ stats: UnsafeMutablePointer<rtmulti_stats>!
) -> rtmulti_result {
  query(session, filling: stats) { session in rtmulti_stats(session.stats) }
}

extension rtmulti_position {
  fileprivate init(_ position: PartPosition) {
    self.init()
    source_rate_hz = UInt32(position.sourceRateHz)
    received_frames = position.received
    heard_frames = position.heard
    received_ms = FrameCount.milliseconds(position.received, rateHz: position.sourceRateHz)
    heard_ms = FrameCount.milliseconds(position.heard, rateHz: position.sourceRateHz)
    estimated = rtmulti_bool(position.isEstimated)
    done = rtmulti_bool(position.isDone)
  }
}

extension rtmulti_stats {
  fileprivate init(_ stats: SessionStats) {
    self.init()
    responses_heard = stats.tally.responsesHeard
    first_frame_us = stats.tally.firstFrameUs
    first_frame_total_us = stats.tally.firstFrameTotalUs
    gaps = stats.tally.gaps
    gap_us = stats.tally.gapUs
    gap_total_us = stats.tally.gapTotalUs
    underruns = stats.tally.underruns
    underrun_total_us = stats.tally.underrunTotalUs
    packets_received = stats.packetsReceived
    packets_decoded = stats.packetsDecoded
    packets_concealed = stats.packetsConcealed
    packets_never_decoded = stats.packetsNeverDecoded
    commands_sent = stats.commandsSent
    commands_refused = stats.tally.commandsRefused
    queued_bytes = stats.queuedBytes
    queued_ms = stats.queuedMs
    written_ahead_ms = stats.writtenAheadMs
    responses_being_cut = UInt32(clamping: stats.responsesBeingCut)
    waiting_effects = UInt32(clamping: stats.waitingEffects)
    waiting_inputs = UInt32(clamping: stats.waitingInputs)
    packets_lost = stats.packetsLost
    packets_rebuilt = stats.packetsRebuilt
    packets_late = stats.packetsLate
    packets_duplicate = stats.packetsDuplicate
    concealed_ms = stats.concealedMs
    silence_ms = stats.silenceMs
  }
}
