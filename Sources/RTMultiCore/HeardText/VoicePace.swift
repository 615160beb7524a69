// How fast a voice speaks, as far as it was heard. Learned from one message for the next; what a text weighs is
// SpeechWeight's.

/// What was heard of a voice beside what its text weighs: the pace is their ratio, and the more was heard the more it
/// counts.
struct VoicePace: Equatable {
  /// How long it sounded.
  private(set) var heardMs: Double
  /// What the text of that weighs, in milliseconds at the usual pace.
  private(set) var soundMs: Double

  /// How loud it was, and how loud its room, if an earlier message told.
  var sound: VoiceSound?

  init(heardMs: Double, soundMs: Double) {
    self.heardMs = heardMs
    self.soundMs = soundMs
  }

  /// What is believed of the four paces of an alignment: less sure while little was heard.
  var prior: Paces { soundMs > 2 * Self.usual.soundMs ? SpeechTable.knownPace : SpeechTable.usualPace }

  /// What is believed before anything was heard: the usual pace, with the weight of a second and a half.
  static let usual = VoicePace(heardMs: 1_500, soundMs: 1_500)
  /// More than this is forgotten again: a voice may change.
  private static let longestMemoryMs = 6_000.0
  /// Beyond these a voice speaks no slower and no faster; what says so is something else.
  private static let paces = 0.4...2.5

  /// Heard milliseconds for each of ``SpeechWeight``.
  var ratio: Double { heardMs / soundMs }

  /// The same, having heard some more.
  func heard(_ heardMs: Double, soundMs: Double) -> VoicePace {
    guard soundMs > 0, Self.paces.contains(heardMs / soundMs) else { return self }
    var pace = self
    pace.add(heardMs, soundMs: soundMs)
    if pace.soundMs > Self.longestMemoryMs {
      pace.heardMs *= Self.longestMemoryMs / pace.soundMs
      pace.soundMs = Self.longestMemoryMs
    }
    return pace
  }

  private mutating func add(_ heardMs: Double, soundMs: Double) {
    self.heardMs += heardMs
    self.soundMs += soundMs
  }
}
