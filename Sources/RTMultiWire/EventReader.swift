// Events of the OpenAI Realtime API, GA and beta, and of the servers that speak it, in the engine's words. What follows
// from them is the session's; how JSON is taken apart is CSimdJSON's.

import CSimdJSON
import RTMultiCore

/// Reads events.
public enum EventReader {
  /// Reads one event, or says why it is none. Of most audio deltas the base64 is not looked at: where something is wrong
  /// with one, ``flaw(of:)`` knows whether it is an event at all.
  public static func read(_ text: Bytes) throws(EventFlaw) -> ReadEvent {
    if let delta = audioDelta(text) { return delta }
    return try readWhole(text)
  }

  /// An audio delta of a response as nearly all of them are written; nil for any other event.
  @inline(__always)
  private static func audioDelta(_ text: Bytes) -> ReadEvent? {
    guard let base = text.base else { return nil }
    var read = rtmulti_json_audio_delta()
    let isRead = UnsafeRawPointer(base).withMemoryRebound(to: CChar.self, capacity: text.count) {
      rtmulti_json_read_audio_delta($0, text.count, &read) != 0
    }
    guard isRead, max(read.response_id.size, read.item_id.size) <= EventFlaw.longestName,
      read.content_index <= 65_535
    else { return nil }
    let place = Place(
      response: Bytes(read.response_id), item: Bytes(read.item_id),
      contentIndex: read.content_index < 0 ? nil : Int32(read.content_index))
    return ReadEvent(
      event: .audioDelta(place, base64: Bytes(read.base64), nil), type: Bytes(read.type),
      eventID: Bytes(read.event_id), phase: .none, phaseItem: .none)
  }

  /// Why a text is no event; nil where it is one.
  @inline(never)
  public static func flaw(of text: Bytes) -> EventFlaw? {
    do { _ = try readWhole(text) } catch { return error }
    return nil
  }

  /// The same as ``read(_:)``, and every character of it is looked at.
  static func readWhole(_ text: Bytes) throws(EventFlaw) -> ReadEvent {
    guard let base = text.base else { throw .noObject }
    let read = UnsafeRawPointer(base).withMemoryRebound(to: CChar.self, capacity: text.count) {
      rtmulti_json_read($0, text.count)
    }
    guard let read else { throw .noObject }
    let slots: Slots = read
    let type = Bytes(slots.pointee.type)
    guard !type.isEmpty else { throw .noType }
    let event = try ServerEvent(type, slots)
    if case .other = event {} else { try slots.refuseLongNames(type) }
    return ReadEvent(
      event: event, type: type, eventID: Bytes(slots.pointee.event_id), phase: slots.anyPhase,
      phaseItem: Bytes(
        slots.pointee.item_object_id.bytes == nil ? slots.pointee.item_id : slots.pointee.item_object_id))
  }
}

/// The event at hand, where it stands: it is too large to be copied for each event.
private typealias Slots = UnsafePointer<rtmulti_json_event>

extension UnsafePointer<rtmulti_json_event> {
  /// The phase of a message: of the item, else of the event, else of the part.
  fileprivate var anyPhase: Bytes {
    Bytes(
      pointee.item_phase.bytes != nil
        ? pointee.item_phase : pointee.phase.bytes != nil ? pointee.phase : pointee.part_phase)
  }

  fileprivate func refuseLongNames(_ type: Bytes) throws(EventFlaw) {
    let longest = max(
      max(pointee.response_id.size, pointee.item_id.size, pointee.call_id.size, pointee.name.size),
      max(pointee.response_object_id.size, pointee.client_event_id.size, pointee.error_event_id.size),
      max(pointee.item_object_id.size, pointee.item_call_id.size, pointee.item_name.size))
    if longest > EventFlaw.longestName { throw longName(type) }
  }

  private func longName(_ type: Bytes) -> EventFlaw {
    let names: [(StaticString, rtmulti_json_text)] = [
      ("response_id", pointee.response_id), ("item_id", pointee.item_id), ("call_id", pointee.call_id),
      ("name", pointee.name),
      ("response.id", pointee.response_object_id),
      ("response.metadata.client_event_id", pointee.client_event_id),
      ("error.event_id", pointee.error_event_id), ("item.id", pointee.item_object_id),
      ("item.call_id", pointee.item_call_id),
      ("item.name", pointee.item_name),
    ]
    let (field, text) = names.max { $0.1.size < $1.1.size }!
    return .tooLong(field, count: text.size, type: type)
  }
}

extension ServerEvent {
  fileprivate init(_ type: Bytes, _ event: Slots) throws(EventFlaw) {
    if type.hasPrefix("response.") {
      try self.init(response: type, type.dropping(9), event)
    } else if type.hasPrefix("conversation.item.") {
      try self.init(conversationItem: type, type.dropping(18), event)
    } else if type.hasPrefix("session.") {
      try self.init(session: type, type.dropping(8), event)
    } else if type.hasPrefix("input_audio_buffer.") {
      let word = type.dropping(19)
      self =
        word == "speech_started"
        ? .speechStarted
        : word == "speech_stopped" || word == "committed" ? .speechStopped : .other
    } else if type.hasPrefix("output_audio_buffer.") {
      self.init(outputBuffer: type.dropping(20), event)
    } else if type == "error" {
      self = .failure(
        eventID: Bytes(event.pointee.error_event_id), code: Bytes(event.pointee.error_code),
        message: Bytes(event.pointee.error_message))
    } else {
      self.init(unknown: type)
    }
  }

  /// Audio is never swallowed without a word.
  private init(unknown type: Bytes) { self = type.hasSuffix("audio.delta") ? .unknownAudio : .other }

  // MARK: Responses

  /// Events of a response. Those that stream come first: nearly all events are theirs.
  private init(response type: Bytes, _ word: Bytes, _ event: Slots) throws(EventFlaw) {
    if word == "output_audio.delta" || word == "audio.delta" {
      let place = try Place(type, event)
      self = .audioDelta(place, base64: try event.delta(type), FormatWords(own: event.pointee.own_format))
    } else if word == "output_audio_transcript.delta" || word == "audio_transcript.delta" {
      let place = try Place(type, event)
      self = .textDelta(place, text: try event.delta(type), Span(event), kind: .audio)
    } else if word == "output_text.delta" || word == "text.delta" {
      let place = try Place(type, event)
      self = .textDelta(place, text: try event.delta(type), Span(event), kind: .text)
    } else if word == "output_audio_transcript.done" || word == "audio_transcript.done" {
      self = .transcriptDone(try Place(type, event), text: Bytes(event.pointee.transcript))
    } else if word == "output_audio.done" || word == "audio.done" || word == "output_text.done"
      || word == "text.done" || word == "content_part.done"
    {
      self = .partDone(try Place(type, event))
    } else if word == "content_part.added" {
      let place = try Place(type, event)
      guard place.contentIndex != nil else { throw .lacks("content_index", type: type) }
      let part = Bytes(event.pointee.part_type)
      self = .partAdded(place, kind: part == "audio" || part == "output_audio" ? .audio : .text)
    } else if word == "output_item.added" || word == "output_item.done" {
      self.init(outputItem: word, event)
    } else if word == "audio_timestamp.delta" {
      self = try .init(wordTime: type, event)
    } else if word == "function_call_arguments.done" {
      guard event.pointee.item_id.bytes != nil else { throw .lacks("item_id", type: type) }
      self = .functionCallDone(
        response: Bytes(event.pointee.response_id), item: Bytes(event.pointee.item_id),
        call: CallWords(
          callID: Bytes(event.pointee.call_id), name: Bytes(event.pointee.name),
          arguments: Bytes(event.pointee.arguments),
          isComplete: true))
    } else if word == "created" {
      self = .responseCreated(id: try event.responseID(type), ResponseWords(event))
    } else if word == "done" {
      let reason =
        event.pointee.status_reason.bytes != nil ? event.pointee.status_reason : event.pointee.status_error
      self = .responseDone(
        id: try event.responseID(type), status: Status(wire: Bytes(event.pointee.response_status)),
        reason: Bytes(reason))
    } else {
      self.init(unknown: type)
    }
  }

  /// An item without an id cannot be spoken of: it is ignored (rule A5).
  private init(outputItem word: Bytes, _ event: Slots) {
    let item = Bytes(event.pointee.item_object_id)
    let kindName = Bytes(event.pointee.item_type)
    let kind: ItemKind =
      kindName == "message" ? .message : kindName == "function_call" ? .functionCall : .other
    let isDone = word == "output_item.done"
    let call = CallWords(
      callID: Bytes(event.pointee.item_call_id), name: Bytes(event.pointee.item_name),
      arguments: Bytes(event.pointee.item_arguments),
      isComplete: isDone)
    let index = event.pointee.output_index
    if item.isEmpty {
      self = .other
    } else if isDone {
      self = .itemDone(response: Bytes(event.pointee.response_id), item: item, kind: kind, call: call)
    } else {
      self = .itemAdded(
        response: Bytes(event.pointee.response_id), item: item,
        outputIndex: (0...Int64(Int32.max)).contains(index) ? Int32(index) : nil, kind: kind, call: call)
    }
  }

  /// Azure Voice Live: a word and its place in the audio of its response.
  private init(wordTime type: Bytes, _ event: Slots) throws(EventFlaw) {
    let place = try Place(type, event)
    let isWhole =
      event.pointee.start_ms >= 0 && event.pointee.duration_ms >= 0 && event.pointee.duration_ms < 1 << 40
    guard isWhole, event.pointee.start_ms < 1 << 40, event.pointee.text.size > 0 else {
      self = .other
      return
    }
    self = .wordTime(
      place, word: Bytes(event.pointee.text), startMs: event.pointee.start_ms,
      endMs: event.pointee.start_ms + event.pointee.duration_ms)
  }

  // MARK: Others

  private init(conversationItem type: Bytes, _ word: Bytes, _ event: Slots) throws(EventFlaw) {
    if word == "done" {
      let item = Bytes(event.pointee.item_object_id)
      self = item.isEmpty ? .other : .conversationItemDone(item: item)
    } else if word == "deleted" {
      self = .conversationItemDeleted(item: try event.itemID(type))
    } else if word == "truncated" {
      let item = try event.itemID(type)
      var place = try Place(type, event)
      place.item = item
      let end = event.pointee.audio_end_ms
      self = .conversationItemTruncated(place, audioEndMs: end >= 0 ? end : nil)
    } else {
      // added, created and retrieved: items of this side are announced by response.output_item.added, and
      // those of the user are none of ours.
      self = .other
    }
  }

  private init(session type: Bytes, _ word: Bytes, _ event: Slots) throws(EventFlaw) {
    if word == "created" || word == "updated" || word == "started" {
      self = .session(SessionWords(event))
    } else if word == "output_audio.delta" {
      self = .liveAudio(
        base64: try event.delta(type), startMs: Span(event).startMs, FormatWords(own: event.pointee.own_format))
    } else if word == "output_transcript.delta" {
      self = .liveText(text: try event.delta(type), Span(event))
    } else {
      self.init(unknown: type)
    }
  }

  private init(outputBuffer word: Bytes, _ event: Slots) {
    let response = Bytes(event.pointee.response_id)
    if word == "started" {
      self = .outputBuffer(response: response, .started)
    } else if word == "stopped" {
      self = .outputBuffer(response: response, .stopped)
    } else if word == "cleared" {
      self = .outputBuffer(response: response, .cleared)
    } else {
      self = .other
    }
  }
}

// MARK: - Pieces

extension UnsafePointer<rtmulti_json_event> {
  fileprivate func delta(_ type: Bytes) throws(EventFlaw) -> Bytes {
    guard pointee.delta.bytes != nil else { throw .lacks("delta", type: type) }
    return Bytes(pointee.delta)
  }

  fileprivate func itemID(_ type: Bytes) throws(EventFlaw) -> Bytes {
    guard pointee.item_id.size > 0 else { throw .lacks("item_id", type: type) }
    return Bytes(pointee.item_id)
  }

  fileprivate func responseID(_ type: Bytes) throws(EventFlaw) -> Bytes {
    guard pointee.response_object_id.size > 0 else { throw .lacks("response.id", type: type) }
    return Bytes(pointee.response_object_id)
  }
}

extension Place {
  /// Where a delta belongs. It may name no item: then it is the newest message's (rule A5).
  fileprivate init(_ type: Bytes, _ event: Slots) throws(EventFlaw) {
    let index = event.pointee.content_index
    guard index == Int64.min || (0...65_535).contains(index) else {
      throw .outOfRange("content_index", index, type: type)
    }
    self.init(
      response: Bytes(event.pointee.response_id), item: Bytes(event.pointee.item_id),
      contentIndex: index == Int64.min ? nil : Int32(index))
  }
}

extension Span {
  /// Times that cannot be are none.
  fileprivate init(_ event: Slots) {
    let times = Int64(0)..<(1 << 40)
    startMs = times.contains(event.pointee.start_ms) ? event.pointee.start_ms : nil
    endMs =
      times.contains(event.pointee.end_ms) && event.pointee.end_ms >= startMs ?? 0 ? event.pointee.end_ms : nil
  }
}

extension ResponseWords {
  /// A field that is not there says nothing: only a null does (rule A6).
  fileprivate init(_ event: Slots) {
    isOutOfBand =
      Bytes(event.pointee.conversation) == "none" || event.pointee.conversation_id == Int32(RTMULTI_JSON_NULL)
    isTextOnly = event.isTextOnly
    format = FormatWords(newer: event.pointee.format, older: event.pointee.older_format)
    token = Bytes(event.pointee.client_event_id)
  }
}

extension SessionWords {
  fileprivate init(_ event: Slots) {
    format = FormatWords(newer: event.pointee.format, older: event.pointee.older_format)
    isTextOnly = event.isTextOnly
    let detection = event.pointee.turn_detection
    let older = event.pointee.older_turn_detection
    turnDetection =
      detection.is_given != 0
      ? TurnDetection(detection.is_given, detection.has_type, Bytes(detection.type), detection.interrupts)
      : TurnDetection(older.is_given, older.has_type, Bytes(older.type), older.interrupts)
  }
}

extension UnsafePointer<rtmulti_json_event> {
  /// nil where no pointee.modalities are named.
  fileprivate var isTextOnly: Bool? {
    let bits = pointee.modalities != 0 ? pointee.modalities : pointee.older_modalities
    return bits == 0 ? nil : bits == 1
  }
}

extension TurnDetection {
  /// An `interrupt_response` that is not there is true (rule D14). Without a type, or where the client detects turns,
  /// the server detects none.
  fileprivate init?(_ isGiven: Int32, _ hasType: Int32, _ type: Bytes, _ interrupts: Int32) {
    switch isGiven {
    case Int32(RTMULTI_JSON_NOT_GIVEN): return nil
    case Int32(RTMULTI_JSON_NULL): self = .absent
    case _ where hasType == Int32(RTMULTI_JSON_NULL) || type == "none" || type == "client_vad":
      self = .absent
    default: self = interrupts == Int32(RTMULTI_JSON_FALSE) ? .ignored : .interrupts
    }
  }
}

extension Status {
  fileprivate init(wire name: Bytes) {
    if name == "cancelled" {
      self = .cancelled
    } else if name == "incomplete" {
      self = .incomplete
    } else if name == "failed" {
      self = .failed
    } else {
      self = .completed
    }
  }
}
