// Everything that can happen to a conversation. Names and texts are borrowed for the call.

/// What the server meant by refusing a command (rules F5 and F6); worked out from its words elsewhere.
public enum Refusal: Equatable, Sendable {
  /// What was asked for is so already: nothing was active, the item is gone.
  case benign
  /// The item's audio is shorter than the truncation asked for: its own length.
  case alreadyShorter(ms: Int64)
  case refused
}

/// One input, in the words in which a host gives it. Audio comes in by ``Engine/admit(_:format:isEmpty:into:)`` and
/// ``Engine/received(_:frames:grain:isDamaged:into:)``, because its bytes never enter the engine.
public enum Input {
  // From the server.
  case expect(token: Bytes)
  case expectOutOfBand(token: Bytes)
  case unexpect(token: Bytes)
  case responseCreated(id: Bytes, traits: ResponseTraits, token: Bytes)
  case responseDone(id: Bytes, status: Status, reason: Bytes)
  case itemAdded(response: Bytes, item: Bytes, outputIndex: Int32?, kind: ItemKind)
  /// Without a format it is not known yet how audio of the part will arrive.
  case partAdded(Place, kind: PartKind, format: AudioFormat?)
  case text(Place, text: Bytes, startMs: Int64?, endMs: Int64?)
  case partDone(Place)
  case itemDone(item: Bytes)
  case reconnect
  /// The server named the phase of a message; it is passed through.
  case phase(item: Bytes, Bytes)
  /// The server has forgotten an item, or cut a part of it, without or with our asking. It may not say where it cut.
  case itemDeleted(item: Bytes)
  case partTruncated(Place, audioEndMs: Int64?)

  // From the host.
  case interrupt(response: Bytes, by: Interrupter)
  /// The server shall stop generating, and what was received plays on. Without a name: all of the conversation.
  case cancel(response: Bytes)
  /// What the server can be told from now on, and how long the sink may take to answer a clear.
  case setServer(ServerCapabilities)
  case setClearTimeout(us: Int64)
  /// Whether messages are heard from now on, or shown instead (rule B11).
  case setAudioEnabled(Bool)
  case pause
  case resume
  case textDelivered(item: Bytes)
  case close

  // From the sink. `atUs` is when it was so.
  case started(SegmentID, atUs: Int64 = Input.now)
  case progress(SegmentID, frames: Int64, atUs: Int64 = Input.now)
  case finished(SegmentID, frames: Int64, interrupted: Bool, atUs: Int64 = Input.now)
  case mark(SegmentID, frames: Int64, atUs: Int64 = Input.now)
  /// So many of the frames that were written have not been played.
  case queued(frames: Int64)
  case sinkReady

  // From the clock.
  case advance(us: Int64)

  /// The message that it would open if there were room; empty where it opens none.
  var opens: Bytes {
    switch self {
    case .itemAdded(_, let item, _, _): item
    case .partAdded(let place, _, _), .text(let place, _, _, _): place.item
    default: .none
    }
  }

  /// The moment of a report that tells of the present: the header's `RTMULTI_NOW`.
  public static var now: Int64 { -1 }
}

/// An input that a session makes: it has kept what the engine need not know, words or the sink itself, or has read it
/// out of an event of the wire.
public enum RelayedInput {
  case functionCall(response: Bytes, item: Bytes, KeptTexts)
  case rejected(CommandNumber, Refusal, KeptTexts)
  case sinkChanged(SinkTraits?)
  /// When a word of a transcript is spoken, in its part's own time (rule G2).
  case wordTime(Place, word: Bytes, startMs: Int64, endMs: Int64)
  /// The server refuses something of the host's: by its event id or, without one, the request for a response
  /// (rule D12).
  case requestRefused(eventID: Bytes, isOfResponse: Bool)
  /// What the server's session says of its turn detection, and what the server hears of the listener (rules D12, D14).
  case sessionTurnDetection(TurnDetection)
  case speechStarted
  case speechStopped
  /// A server that plays by itself speaks of its output buffer (rule F4).
  case outputBuffer(response: Bytes, OutputBufferWord)
}
