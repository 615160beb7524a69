// The two small machines that every part has: what the server still sends, and what the sink does with it.
// One method per event; each returns what changed and does nothing else (docs/rules/DESIGN.md §3).

/// Whether the server may still send something. Closed once, never opened again.
enum Generation: Equatable {
  case open
  /// Taken for ended: a response, for the server has begun another answer long ago (rule A6); a part, for audio of it was
  /// refused for a limit (rule A13). The server's own word may still come.
  case lapsed
  case closed(Status)

  /// The server is done. Returns false when it was done before: the first word counts.
  mutating func close(_ status: Status) -> Bool {
    if case .closed = self { return false }
    self = .closed(status)
    return true
  }

  /// Nothing more is waited for, or taken.
  mutating func lapse() { if self == .open { self = .lapsed } }

  var isOpen: Bool { self == .open }

  /// Whether the server itself has ended it.
  var isClosed: Bool {
    if case .closed = self { return true }
    return false
  }

  var status: Status {
    switch self {
    case .open, .lapsed: .inProgress
    case .closed(let status): status
    }
  }
}

/// What the sink does with a part. Starved and paused are not states of their own: a starved part plays
/// with nothing left to hand over, a paused one plays while the clock stands still.
enum Playout: Equatable {
  /// Nothing of it is at the sink.
  case waiting
  /// Its newest segment is at the sink.
  case playing(SegmentID)
  /// All that was handed over has been finished by the sink; more may follow in a new segment.
  case drained
  /// Nothing more of it will ever play.
  case cut

  /// A segment of it is handed over. Returns false where that must not happen.
  mutating func begin(_ segment: SegmentID) -> Bool {
    switch self {
    case .waiting, .drained, .playing:
      self = .playing(segment)
      return true
    case .cut:
      return false
    }
  }

  /// The sink finished a segment, all of it or not. Returns whether that changed anything for the part.
  mutating func finish(_ segment: SegmentID, isShort: Bool) -> Bool {
    switch self {
    case .playing(segment):
      self = isShort ? .cut : .drained
      return true
    case .playing where isShort:
      self = .cut
      return true
    case .waiting, .playing, .drained, .cut:
      return false
    }
  }

  /// The sink has dropped a segment of what was interrupted. Returns whether that was the newest one.
  mutating func clearAnswered(_ segment: SegmentID) -> Bool {
    guard self == .playing(segment) else { return false }
    self = .cut
    return true
  }

  /// The sink was replaced: what is unheard will play again. Returns false where nothing may.
  mutating func rewind() -> Bool {
    switch self {
    case .waiting, .playing, .drained:
      self = .waiting
      return true
    case .cut:
      return false
    }
  }

  /// Whether the sink has its newest segment.
  var isPlaying: Bool {
    if case .playing = self { return true }
    return false
  }

  /// Nothing more of it shall play. Returns whether that is news.
  mutating func cutOff() -> Bool {
    guard self != .cut else { return false }
    self = .cut
    return true
  }
}
