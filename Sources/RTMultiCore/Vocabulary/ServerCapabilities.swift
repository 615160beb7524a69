// What the server can be told (docs/rules/RULES.md#F).

/// The capabilities of a server, as the host declared them.
public struct ServerCapabilities: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// Obeys `conversation.item.truncate`.
  public static let truncates = ServerCapabilities(rawValue: 1)
  /// Obeys `conversation.item.delete`.
  public static let deletes = ServerCapabilities(rawValue: 2)
  /// Its whole context can be replaced.
  public static let syncs = ServerCapabilities(rawValue: 4)
  /// Cancels by itself when the listener speaks.
  public static let interrupts = ServerCapabilities(rawValue: 8)
  /// Plays and truncates by itself (WebRTC, SIP).
  public static let ownsPlayout = ServerCapabilities(rawValue: 16)
  /// A text item may be deleted and created again with the heard text (rule F9).
  public static let rewrites = ServerCapabilities(rawValue: 32)
}
