// Everything that can happen to a conversation. Names and texts are borrowed for the call.

/// How it becomes known what a sink has played (DESIGN.md §5).
public enum Reporting: Sendable {
  /// It reports; between reports its position is estimated where that is wanted.
  case reports
  /// It says nothing: its segments start, end and are cleared by the clock.
  case silent
  /// Every frame that it takes is counted: nothing is ever estimated.
  case counted
}

/// What a sink can do, as the engine needs to know it.
public struct SinkTraits: Equatable, Sendable {
  public var rateHz: Int
  public var isGapless: Bool
  public var canPause: Bool
  public var canClear: Bool
  /// Whether the host shows the text of messages without audio (rule B6).
  public var showsText: Bool
  /// How far the ear lags the sink's reports (rule C6).
  public var latencyUs: Int64
  public var reporting = Reporting.reports
  /// Whether whoever drives the sink bounds by itself how far it is written ahead.
  public var boundsItself = false

  /// A sink as the header's `rtmulti_sink` describes it.
  public init(
    rateHz: Int, isGapless: Bool, canPause: Bool, canClear: Bool, showsText: Bool, latencyUs: Int64
  ) {
    self.rateHz = rateHz
    self.isGapless = isGapless
    self.canPause = canPause
    self.canClear = canClear
    self.showsText = showsText
    self.latencyUs = latencyUs
  }
}

/// Where in the conversation a delta belongs, in the server's words.
public struct Place {
  /// The response, or nothing where the protocol does not say it.
  public var response: Bytes
  public var item: Bytes
  /// nil means the item's first audio part, else 0.
  public var contentIndex: Int32?

  /// A place as a server event names it.
  public init(response: Bytes = .none, item: Bytes, contentIndex: Int32? = nil) {
    self.response = response
    self.item = item
    self.contentIndex = contentIndex
  }
}

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
  /// The server has forgotten an item, or cut a part of it, without or with our asking.
  case itemGone(item: Bytes)
  case partTruncated(Place, audioEndMs: Int64?)

  // From the host.
  case interrupt(response: Bytes, by: Interrupter)
  case pause
  case resume
  case textDelivered(item: Bytes)
  case close

  // From the sink.
  case started(SegmentID)
  case progress(SegmentID, frames: Int64)
  case finished(SegmentID, frames: Int64, interrupted: Bool)
  case mark(SegmentID, frames: Int64)
  /// So many of the frames that were written have not been played.
  case queued(frames: Int64)
  case sinkReady

  // From the clock.
  case advance(us: Int64)
}

/// An input of which the session has kept what the engine need not know: words, or the sink itself.
public enum RelayedInput {
  case functionCall(response: Bytes, item: Bytes, payload: UInt)
  case rejected(CommandNumber, Refusal, payload: UInt)
  case sinkChanged(SinkTraits?)
}
