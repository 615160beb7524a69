// What may be asked at any time. Each door converts, calls, and converts back.

import CRTMulti
import RTMulti

private let done = rtmulti_result(RTMULTI_DONE)
private let ok = rtmulti_result(RTMULTI_OK)

@_cdecl("rtmulti_session_position") @implementation
public func rtmulti_session_position(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int, _ content_index: Int32,
  _ position: UnsafeMutablePointer<rtmulti_position>!
) -> rtmulti_result {
  query(session) { session throws(Answer) in
    guard content_index >= -1 else { throw .invalid }
    let found = try session.position(
      item: Bytes(givenID: item_id, item_id_size), contentIndex: content_index == -1 ? nil : content_index)
    guard let found else { return done }
    var answer = rtmulti_position()
    answer.source_rate_hz = UInt32(found.sourceRateHz)
    answer.received_frames = found.received
    answer.heard_frames = found.heard
    answer.received_ms = FrameCount.milliseconds(found.received, rateHz: found.sourceRateHz)
    answer.heard_ms = FrameCount.milliseconds(found.heard, rateHz: found.sourceRateHz)
    answer.estimated = rtmulti_bool(found.isEstimated)
    answer.done = rtmulti_bool(found.isDone)
    guard answer.write(to: position) else { throw .invalid }
    return ok
  }
}

@_cdecl("rtmulti_session_message") @implementation
public func rtmulti_session_message(
  _ session: OpaquePointer!, _ item_id: UnsafePointer<CChar>!, _ item_id_size: Int,
  _ message: UnsafeMutablePointer<rtmulti_message>!
) -> rtmulti_result {
  query(session) { session throws(Answer) in
    guard let found = try session.message(named: Bytes(givenID: item_id, item_id_size)) else { return done }
    guard rtmulti_message(found).write(to: message) else { throw .invalid }
    return ok
  }
}

/// The text of an item by one of the session's two questions.
private func text(
  _ session: OpaquePointer?, _ item: UnsafePointer<CChar>?, _ itemSize: Int,
  _ text: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ size: UnsafeMutablePointer<Int>?,
  _ ask: (inout Session, Bytes) -> Bytes?
) -> rtmulti_result {
  query(session) { session throws(Answer) in
    guard let text, let size else { throw .invalid }
    guard let answer = try ask(&session, Bytes(givenID: item, itemSize)) else { return done }
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

@_cdecl("rtmulti_session_heard_count") @implementation
public func rtmulti_session_heard_count(_ session: OpaquePointer!) -> Int {
  var count = 0
  _ = query(session) { session in
    count = session.historyCount
    return ok
  }
  return count
}

@_cdecl("rtmulti_session_heard_at") @implementation
public func rtmulti_session_heard_at(
  _ session: OpaquePointer!, _ index: Int, _ message: UnsafeMutablePointer<rtmulti_message>!
) -> rtmulti_result {
  query(session) { session throws(Answer) in
    guard let found = session.history(at: index) else { return done }
    guard rtmulti_message(found).write(to: message) else { throw .invalid }
    return ok
  }
}

@_cdecl("rtmulti_session_segment") @implementation
public func rtmulti_session_segment(
  _ session: OpaquePointer!, _ segment: UInt64, _ out: UnsafeMutablePointer<rtmulti_segment>!
) -> rtmulti_result {
  query(session) { session throws(Answer) in
    guard let owner = session.owner(of: segment) else { return done }
    var answer = rtmulti_segment()
    answer.content_index = owner.contentIndex
    answer.response_id = owner.responseID.cString
    answer.response_id_size = owner.responseID.count
    answer.item_id = owner.itemID.cString
    answer.item_id_size = owner.itemID.count
    guard answer.write(to: out) else { throw .invalid }
    return ok
  }
}

@_cdecl("rtmulti_session_stats") @implementation
public func rtmulti_session_stats(
  _ session: OpaquePointer!, _ stats: UnsafeMutablePointer<rtmulti_stats>!
) -> rtmulti_result {
  query(session) { session throws(Answer) in
    guard rtmulti_stats(session.stats).write(to: stats) else { throw .invalid }
    return ok
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
