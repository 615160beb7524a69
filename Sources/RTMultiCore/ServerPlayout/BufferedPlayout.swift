// What a server that plays by itself has said of one response in its output buffer (rule F4): one small machine for each,
// with a method for each word. What follows for the messages is BufferEnd.swift's.

/// How far a response is in the server's output buffer.
enum BufferedPlayout: Equatable {
  /// The server has said nothing of it.
  case untold
  case playing(sinceUs: Int64)
  /// CLEAR_OUTPUT has left for it, and is answered by this moment or counts as obeyed. `sinceUs` is nil where it never
  /// started.
  case silenced(sinceUs: Int64?, deadlineUs: Int64)
  /// It was cut, and where is said by this moment or estimated. Where that `isSaid`, a `stopped` for it is believed no more.
  case cleared(sinceUs: Int64?, atUs: Int64, deadlineUs: Int64, isSaid: Bool)

  /// The server begins to play it. Returns whether that is news.
  mutating func started(nowUs: Int64) -> Bool {
    switch self {
    case .untold:
      self = .playing(sinceUs: nowUs)
      return true
    case .silenced(nil, let deadlineUs):
      self = .silenced(sinceUs: nowUs, deadlineUs: deadlineUs)
      return true
    case .playing, .silenced, .cleared: return false
    }
  }

  /// The server has dropped what was left of it, or must have. Returns whether that is news.
  mutating func cleared(nowUs: Int64, deadlineUs: Int64, isSaid: Bool) -> Bool {
    if case .cleared = self { return false }
    self = .cleared(sinceUs: sinceUs, atUs: nowUs, deadlineUs: deadlineUs, isSaid: isSaid)
    return true
  }

  /// The server was told to drop it. Returns whether that is news.
  mutating func silenced(deadlineUs: Int64) -> Bool {
    guard !isBeingCut else { return false }
    self = .silenced(sinceUs: sinceUs, deadlineUs: deadlineUs)
    return true
  }

  /// When the server began to play it; nil where it has not said so.
  var sinceUs: Int64? {
    switch self {
    case .untold: nil
    case .playing(let sinceUs): sinceUs
    case .silenced(let sinceUs, _), .cleared(let sinceUs, _, _, _): sinceUs
    }
  }

  /// Whether it is heard now, as far as the server has said.
  var isHeard: Bool {
    switch self {
    case .playing: true
    case .silenced(let sinceUs, _): sinceUs != nil
    case .untold, .cleared: false
    }
  }

  /// Whether it was cut before it started.
  var isOverUnstarted: Bool {
    if case .cleared(nil, _, _, _) = self { return true }
    return false
  }

  var isBeingCut: Bool {
    switch self {
    case .untold, .playing: false
    case .silenced, .cleared: true
    }
  }

  /// When what is waited for is waited for no longer.
  var deadlineUs: Int64? {
    switch self {
    case .untold, .playing: nil
    case .silenced(_, let deadlineUs), .cleared(_, _, let deadlineUs, _): deadlineUs
    }
  }
}

/// What is known of the server's output buffer itself.
struct OutputBuffer {
  /// Whether the server has ever spoken of it: one that has not may play whatever it likes.
  var hasSpoken = false
  /// When it was said last to have been cleared.
  var clearedUs = Limits.neverUs
}
