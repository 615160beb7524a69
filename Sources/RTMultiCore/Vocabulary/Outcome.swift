// The words for what became of a response and of its messages. No rule lives here: the table that gives a
// message its outcome is Playout/OutcomeTable.swift.

/// What became of a message for the listener (rules B1 to B6).
public enum Outcome: UInt32, Sendable {
  case pending = 0
  case full = 1
  case partial = 2
  case skipped = 3
  case textOnly = 4
}

/// How the server's generation of a response ended.
public enum Status: UInt32, Sendable {
  case inProgress = 0
  case completed = 1
  case cancelled = 2
  case incomplete = 3
  case failed = 4
}

/// What an output item is. Only messages speak.
public enum ItemKind: UInt32, Sendable {
  case message = 1
  case functionCall = 2
  case other = 3
}

/// What the server announced a content part to be.
public enum PartKind: UInt32, Sendable {
  case audio = 1
  case text = 2
}

/// Who wants silence (rule D13).
public enum Interrupter: UInt32, Sendable {
  /// Somebody spoke over us; a server with voice detection has cancelled by itself.
  case listener = 1
  /// A stop button.
  case host = 2
}

/// How a response is special. Plain data, as the host passed it.
public struct ResponseTraits: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// A listener's interrupt is ignored (rule A10).
  public static let uninterruptible = ResponseTraits(rawValue: 1)
  /// The host's own audio: the server never hears of it (rule A11).
  public static let local = ResponseTraits(rawValue: 2)
  /// Not part of the conversation: never truncated or deleted (rule A6).
  public static let outOfBand = ResponseTraits(rawValue: 4)
  /// Its modality is text (rule B6).
  public static let text = ResponseTraits(rawValue: 8)
}
