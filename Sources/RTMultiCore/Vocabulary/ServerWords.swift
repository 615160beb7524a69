// What a server says of itself and of its own ear and mouth. No rule lives here.

/// What a session says of its turn detection (rule D14).
public enum TurnDetection: UInt32, Sendable {
  /// There is none, or the client does it.
  case absent = 1
  /// The server cuts by itself when the listener speaks, and its word of that is an interrupt.
  case interrupts = 2
  /// The server hears the listener and cuts nothing.
  case ignored = 3
}

/// What a server that plays by itself says of its output buffer (rule F4).
public enum OutputBufferWord: UInt32, Sendable {
  case started = 1
  case stopped = 2
  case cleared = 3
}
