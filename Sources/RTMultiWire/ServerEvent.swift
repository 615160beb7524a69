// What server events say, in the engine's words: vocabulary only. How they are read is in EventReader.swift.

import RTMultiCore

/// What one server event says. Bytes live until the next event is read on the same thread.
public enum ServerEvent {
  case session(SessionWords)
  case responseCreated(id: Bytes, ResponseWords)
  case responseDone(id: Bytes, status: Status, reason: Bytes)
  /// An output item, with what it says of a function call.
  case itemAdded(response: Bytes, item: Bytes, outputIndex: Int32?, kind: ItemKind, call: CallWords)
  case itemDone(response: Bytes, item: Bytes, kind: ItemKind, call: CallWords)
  /// An item of the conversation is complete; it may be one that no response announced.
  case conversationItemDone(item: Bytes)
  /// The server let go of an item, or cut it, by itself or because it was told to.
  case conversationItemDeleted(item: Bytes)
  case conversationItemTruncated(Place, audioEndMs: Int64?)
  case partAdded(Place, kind: PartKind)
  /// The format is there where the event itself names one.
  case audioDelta(Place, base64: Bytes, FormatWords?)
  /// A piece of a transcript, or of the text of a text part.
  case textDelta(Place, text: Bytes, Span, kind: PartKind)
  /// When a word of a transcript is spoken, in the time of its response.
  case wordTime(Place, word: Bytes, startMs: Int64, endMs: Int64)
  /// The whole transcript of a part, for what its deltas left out.
  case transcriptDone(Place, text: Bytes)
  case partDone(Place)
  case functionCallDone(response: Bytes, item: Bytes, call: CallWords)
  /// The server heard the listener begin, end, or complete a turn.
  case speechStarted
  case speechStopped
  case outputBuffer(response: Bytes, OutputBufferWord)
  /// Of a session without turns (GPT-Live, translation): times are those of the session.
  case liveAudio(base64: Bytes, startMs: Int64?, FormatWords?)
  case liveText(text: Bytes, Span)
  /// Audio in an event that nobody knows.
  case unknownAudio
  case failure(eventID: Bytes, code: Bytes, message: Bytes)
  /// An event that changes nothing here.
  case other
}

/// An event, and by what another is known to be the same one (rule A12).
public struct ReadEvent {
  public var event: ServerEvent
  public var type: Bytes
  public var eventID: Bytes
  /// The phase of a message, wherever the event has it, and of which item it is.
  public var phase: Bytes
  public var phaseItem: Bytes

  init(event: ServerEvent, type: Bytes, eventID: Bytes, phase: Bytes, phaseItem: Bytes) {
    self.event = event
    self.type = type
    self.eventID = eventID
    self.phase = phase
    self.phaseItem = phaseItem
  }

  /// An audio delta that somebody else has read.
  public init(audioDelta place: Place, base64: Bytes, eventID: Bytes) {
    self.init(
      event: .audioDelta(place, base64: base64, nil), type: Bytes("response.output_audio.delta"),
      eventID: eventID, phase: .none, phaseItem: .none)
  }
}

/// When a piece of text is spoken, as far as the event says it (rule G2).
public struct Span: Equatable, Sendable {
  public var startMs: Int64?
  public var endMs: Int64?
}

/// What a session says of itself; nil for what the event does not name.
public struct SessionWords {
  public var format: FormatWords?
  public var isTextOnly: Bool?
  public var turnDetection: TurnDetection?
}

/// What a response says of itself.
public struct ResponseWords {
  /// Whether it says that it is none of the conversation's (rule A6).
  public var isOutOfBand: Bool
  /// nil where it leaves that to its session.
  public var isTextOnly: Bool?
  public var format: FormatWords?
  /// The name under which the host may have expected it.
  public var token: Bytes
}

/// The words of a function call, as far as an event has them.
public struct CallWords {
  public var callID: Bytes
  public var name: Bytes
  public var arguments: Bytes
  /// Whether the arguments are complete.
  public var isComplete: Bool
}
