// Events of the OpenAI Realtime API, GA and beta, in the engine's words. What follows from them is the
// session's; how JSON is taken apart is CSimdJSON's.

import CSimdJSON
import RTMultiCore

/// What one server event says. Bytes live until the next event is read on the same thread.
public enum ServerEvent {
  case sessionFormat(AudioFormat)
  case responseCreated(id: Bytes, traits: ResponseTraits, token: Bytes)
  case responseDone(id: Bytes, status: Status, reason: Bytes)
  /// An output item, with what it says of a function call.
  case itemAdded(
    response: Bytes, item: Bytes, outputIndex: Int32?, kind: ItemKind, phase: Bytes, call: CallWords)
  case itemDone(response: Bytes, item: Bytes, kind: ItemKind, call: CallWords)
  /// An item of the conversation is complete; it may be one that no response announced.
  case conversationItemDone(item: Bytes)
  /// The server let go of an item, or cut it, by itself or because it was told to.
  case conversationItemDeleted(item: Bytes)
  case conversationItemTruncated(Place)
  case partAdded(Place, kind: PartKind)
  case audioDelta(Place, base64: Bytes)
  case textDelta(Place, text: Bytes)
  /// The whole transcript of a part, for what its deltas left out.
  case transcriptDone(Place, text: Bytes)
  case partDone(Place)
  case functionCallDone(response: Bytes, item: Bytes, call: CallWords)
  case speechStarted
  case failure(eventID: Bytes, code: Bytes, message: Bytes)
  /// An event that changes nothing here.
  case other
}

/// The words of a function call, as far as an event has them.
public struct CallWords {
  public var callID: Bytes
  public var name: Bytes
  public var arguments: Bytes
  /// Whether the arguments are complete.
  public var isComplete: Bool
}

/// Reads events.
public enum EventReader {
  /// Returns nil when the text is not one well-formed JSON object, or when the event lacks a field that it
  /// must have.
  public static func read(_ text: Bytes) -> ServerEvent? {
    guard let base = text.base else { return nil }
    var event = rtmulti_json_event()
    let isRead = UnsafeRawPointer(base).withMemoryRebound(to: CChar.self, capacity: text.count) {
      rtmulti_json_read($0, text.count, &event)
    }
    guard isRead == 1, let read = ServerEvent(event) else { return nil }
    if case .other = read { return read }
    return event.hasShortNames ? read : nil
  }
}

extension rtmulti_json_event {
  /// Whether all ids and names are as short as the header says: they are remembered, so they may not be large.
  fileprivate var hasShortNames: Bool {
    max(
      max(response_id.size, item_id.size, call_id.size, name.size),
      max(response_object_id.size, client_event_id.size, error_event_id.size),
      max(item_object_id.size, item_call_id.size, item_name.size)) <= 1_024
  }
}

extension Bytes {
  fileprivate init(_ text: rtmulti_json_text) {
    self.init(UnsafeRawPointer(text.bytes)?.assumingMemoryBound(to: UInt8.self), count: text.size)
  }

  fileprivate static func == (bytes: Bytes, word: StaticString) -> Bool {
    guard bytes.count == word.utf8CodeUnitCount else { return false }
    for index in 0..<bytes.count where bytes.base![index] != word.utf8Start[index] { return false }
    return true
  }

  fileprivate func hasPrefix(_ word: StaticString) -> Bool {
    guard count >= word.utf8CodeUnitCount else { return false }
    return Bytes(base, count: word.utf8CodeUnitCount) == word
  }

  fileprivate func dropping(_ count: Int) -> Bytes { Bytes(base.map { $0 + count }, count: self.count - count) }
}

extension ServerEvent {
  fileprivate init?(_ event: rtmulti_json_event) {
    let type = Bytes(event.type)
    guard !type.isEmpty else { return nil }
    if type.hasPrefix("response.") {
      self.init(response: type.dropping(9), event)
    } else if type.hasPrefix("conversation.item.") {
      self.init(conversationItem: type.dropping(18), event)
    } else if type == "input_audio_buffer.speech_started" {
      self = .speechStarted
    } else if type == "error" {
      self = .failure(
        eventID: Bytes(event.error_event_id), code: Bytes(event.error_code),
        message: Bytes(event.error_message))
    } else if type == "session.created" || type == "session.updated" {
      self = AudioFormat(event).map { .sessionFormat($0) } ?? .other
    } else {
      self = .other
    }
  }

  /// Events of a response. Those that stream come first: nearly all events are theirs.
  private init?(response type: Bytes, _ event: rtmulti_json_event) {
    if type == "output_audio.delta" || type == "audio.delta" {
      guard let place = Place(event), event.delta.bytes != nil else { return nil }
      self = .audioDelta(place, base64: Bytes(event.delta))
    } else if type == "output_audio_transcript.delta" || type == "audio_transcript.delta"
      || type == "output_text.delta" || type == "text.delta"
    {
      guard let place = Place(event), event.delta.bytes != nil else { return nil }
      self = .textDelta(place, text: Bytes(event.delta))
    } else if type == "output_audio_transcript.done" || type == "audio_transcript.done" {
      guard let place = Place(event) else { return nil }
      self = .transcriptDone(place, text: Bytes(event.transcript))
    } else if type == "output_audio.done" || type == "audio.done" || type == "output_text.done"
      || type == "text.done" || type == "content_part.done"
    {
      guard let place = Place(event) else { return nil }
      self = .partDone(place)
    } else if type == "content_part.added" {
      guard let place = Place(event), place.contentIndex != nil else { return nil }
      let part = Bytes(event.part_type)
      self = .partAdded(place, kind: part == "audio" || part == "output_audio" ? .audio : .text)
    } else if type == "output_item.added" || type == "output_item.done" {
      self.init(outputItem: type, event)
    } else if type == "function_call_arguments.done" {
      guard event.item_id.bytes != nil else { return nil }
      self = .functionCallDone(
        response: Bytes(event.response_id), item: Bytes(event.item_id),
        call: CallWords(
          callID: Bytes(event.call_id), name: Bytes(event.name), arguments: Bytes(event.arguments),
          isComplete: true))
    } else if type == "created" {
      guard event.response_object_id.bytes != nil else { return nil }
      self = .responseCreated(
        id: Bytes(event.response_object_id), traits: ResponseTraits(event),
        token: Bytes(event.client_event_id))
    } else if type == "done" {
      guard event.response_object_id.bytes != nil else { return nil }
      let reason = event.status_reason.bytes != nil ? event.status_reason : event.status_error
      self = .responseDone(
        id: Bytes(event.response_object_id), status: Status(wire: Bytes(event.response_status)),
        reason: Bytes(reason))
    } else {
      self = .other
    }
  }

  private init?(outputItem type: Bytes, _ event: rtmulti_json_event) {
    guard event.item_object_id.bytes != nil else { return nil }
    let kindName = Bytes(event.item_type)
    let kind: ItemKind =
      kindName == "message" ? .message : kindName == "function_call" ? .functionCall : .other
    let isDone = type == "output_item.done"
    let call = CallWords(
      callID: Bytes(event.item_call_id), name: Bytes(event.item_name), arguments: Bytes(event.item_arguments),
      isComplete: isDone)
    let index = event.output_index
    if isDone {
      self = .itemDone(
        response: Bytes(event.response_id), item: Bytes(event.item_object_id), kind: kind, call: call)
    } else {
      self = .itemAdded(
        response: Bytes(event.response_id), item: Bytes(event.item_object_id),
        outputIndex: (0...Int64(Int32.max)).contains(index) ? Int32(index) : nil, kind: kind,
        phase: Bytes(event.item_phase), call: call)
    }
  }

  private init?(conversationItem type: Bytes, _ event: rtmulti_json_event) {
    if type == "done" {
      guard event.item_object_id.bytes != nil else { return nil }
      self = .conversationItemDone(item: Bytes(event.item_object_id))
    } else if type == "deleted" {
      guard event.item_id.bytes != nil else { return nil }
      self = .conversationItemDeleted(item: Bytes(event.item_id))
    } else if type == "truncated" {
      guard let place = Place(event) else { return nil }
      self = .conversationItemTruncated(place)
    } else {
      // added, created and retrieved: items of this side are announced by response.output_item.added, and
      // those of the user are none of ours.
      self = .other
    }
  }
}

extension Place {
  /// Where a delta belongs; nil when it does not say for which item.
  fileprivate init?(_ event: rtmulti_json_event) {
    guard event.item_id.bytes != nil, event.item_id.size > 0 else { return nil }
    let index = event.content_index
    guard index == Int64.min || (0...65_535).contains(index) else { return nil }
    self.init(
      response: Bytes(event.response_id), item: Bytes(event.item_id),
      contentIndex: index == Int64.min ? nil : Int32(index))
  }
}

extension ResponseTraits {
  fileprivate init(_ event: rtmulti_json_event) {
    self = []
    if event.modalities == 1 { insert(.text) }
    if Bytes(event.conversation) == "none" || event.conversation_id == Int32(RTMULTI_JSON_NULL) {
      insert(.outOfBand)
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

extension AudioFormat {
  /// The output format of a session in any of its spellings (rule C3), or nil when the event has none that we play.
  fileprivate init?(_ event: rtmulti_json_event) {
    let name = Bytes(event.format_type)
    let rate = event.format_rate
    if name == "audio/pcm" || name == "pcm16" {
      self.init(codec: .pcm16, sampleRateHz: rate == Int64.min ? 24_000 : Int(rate), channels: 1)
    } else if name == "audio/pcmu" || name == "g711_ulaw" {
      self.init(codec: .uLaw, sampleRateHz: 8_000, channels: 1)
    } else if name == "audio/pcma" || name == "g711_alaw" {
      self.init(codec: .aLaw, sampleRateHz: 8_000, channels: 1)
    } else {
      return nil
    }
  }
}
