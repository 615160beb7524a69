// How fast a voice speaks, as far as it was heard. Learned from one message for the next; what a text weighs is
// SpeechWeight's.

/// What was heard of a voice beside what its text weighs: the pace is their ratio, and the more was heard the more it
/// counts.
struct VoicePace: Equatable {
  /// How long it sounded.
  private(set) var heardMs: Double
  /// What the text of that weighs, in milliseconds at the usual pace.
  private(set) var soundMs: Double

  /// What is believed before anything was heard: the usual pace, with the weight of a second and a half.
  static let usual = VoicePace(heardMs: 1_500, soundMs: 1_500)
  /// More than this is forgotten again: a voice may change.
  private static let longestMemoryMs = 6_000.0
  /// Beyond these a voice speaks no slower and no faster; what says so is something else.
  private static let paces = 0.4...2.5

  /// Heard milliseconds for each of ``SpeechWeight``.
  var ratio: Double { heardMs / soundMs }

  /// How far words and their sound may differ, as a share: by as much as they do when the pace is known, and by what
  /// the pace may be off, 28 % at first and less with what was heard.
  func deviation(besides known: Double) -> Double {
    (known * known + 0.28 * 0.28 * Self.usual.soundMs / soundMs).squareRoot()
  }

  /// The same, having heard some more.
  func heard(_ heardMs: Double, soundMs: Double) -> VoicePace {
    guard soundMs > 0, Self.paces.contains(heardMs / soundMs) else { return self }
    var pace = VoicePace(heardMs: self.heardMs + heardMs, soundMs: self.soundMs + soundMs)
    if pace.soundMs > Self.longestMemoryMs {
      pace.heardMs *= Self.longestMemoryMs / pace.soundMs
      pace.soundMs = Self.longestMemoryMs
    }
    return pace
  }

  /// The pace of which somebody is as sure as if they had heard `soundMs` of it.
  static func sure(ratio: Double, soundMs: Double) -> VoicePace {
    let ratio = min(max(ratio, paces.lowerBound), paces.upperBound)
    return VoicePace(heardMs: ratio * soundMs, soundMs: soundMs)
  }

  /// Adds evidence without forgetting: for the course of one path.
  mutating func add(_ heardMs: Double, soundMs: Double) {
    self.heardMs += heardMs
    self.soundMs += soundMs
  }
}
