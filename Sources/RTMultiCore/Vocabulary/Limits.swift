// What a session may grow to, and how patient it is. Numbers only.

/// The sizes past which an input is refused, before it changes anything (docs/rules/DESIGN.md §4).
public struct Limits: Sendable {
  /// Audio in one response.
  public var responseAudioMs: Int64 = 3_600_000
  /// Items that are not settled yet.
  public var openItems = 1_024
  /// Text of one item.
  public var itemTextBytes = 1_048_576

  /// Responses that are not settled yet, and those behind them.
  static let openResponses = 256
  /// Items of one response, settled ones included: what a server may make us remember.
  static let responseItems = 16_384
  /// Parts of one item. Real ones have one to three; each step through an item looks at all of its parts.
  static let itemParts = 64
  /// Items and parts of a session, settled ones included. From half of it on what is settled is forgotten sooner.
  static let rememberedPieces = 65_536
  /// Past so many, what was refused for a limit is not opened so that the server can be told of it (rule A13): it would
  /// cost memory and time like what was taken.
  static let piecesWithRefused = 8_192
  /// Text of a session, settled items included, and what a span costs in it. From half of it on as above.
  static let rememberedTextBytes = 16 << 20
  static let spanBytes = 32
  /// What is kept of a server's reason for an end.
  static let reasonBytes = 4_096
  /// The name of a message's phase.
  static let phaseBytes = 64
  /// The place of a part in its item.
  static let maximumContentIndex: Int32 = 65_535
  /// How long a part is at the most where only a server's words say it, which may be any: so short that the sum of all that
  /// a session may hold is a number.
  static let longestPartMs: Int64 = 1 << 40
  /// Responses that were asked for and are not created yet.
  static let expectedResponses = 64
  /// Segments that the sink has not finished, or that are on their way to the ear. What is behind them waits: who takes
  /// several takes no more than these, for each step looks at all of them.
  static let segments = 32
  /// When something was that has not been yet: so long ago that no patience reaches back to it, and so far from the beginning
  /// of the numbers that what has passed since fits, also at the end of time (`Deadlines.swift`).
  static let neverUs: Int64 = -(1 << 61)
  /// How long a settled response is remembered after its end: by time and by later responses (rule D11).
  static let tombstoneUs: Int64 = 60_000_000
  static let tombstoneResponses: UInt64 = 64
  /// Settled responses whose end never came are forgotten past this many, so that memory is bounded.
  static let rememberedResponses = 256
  /// Commands whose rejection can still be understood.
  static let rememberedCommands = 64

  /// The defaults of docs/rules/DESIGN.md §4.
  public init() {}
}

/// How long the engine waits for others. All in microseconds.
public struct Patience: Sendable {
  /// For the sink's answer to a clear (rule E2).
  public var clearUs: Int64 = 500_000
  /// For the audio of a silent message while a later one is ready (rule A3).
  public var turnUs: Int64 = 200_000
  /// For a response that has run dry in the middle of a part, and for the end of one that a later one has followed (rule
  /// A6).
  public var responseUs: Int64 = 2_000_000
  /// For the server's answer to a command (rule F11), and for a response that was interrupted before it was created (rule
  /// D12); 0 is for ever.
  public var commandUs: Int64 = 10_000_000

  /// The defaults of docs/rules/SCENARIOS.md.
  public init() {}
}
