// Lets the text of a part follow its position (rules G1, G3). Which words have been heard is HeardText.swift's.

extension Engine {
  /// Lets the text of a part catch up with its position (rules G1 and G3).
  @inline(__always)
  mutating func releaseText(
    _ part: PartID, for occasion: HeardText.Occasion = .playing, into effects: inout EffectRing
  ) {
    if conversation[part].heard > 0, conversation[part].text.hasMore {
      releaseMore(part, for: occasion, into: &effects)
    }
  }

  @inline(never)
  private mutating func releaseMore(
    _ part: PartID, for occasion: HeardText.Occasion, into effects: inout EffectRing
  ) {
    let newlyHeard = conversation[part].text.release(
      heardProgress(of: part), pace: conversation.voicePace, for: occasion)
    tellHeardText(newlyHeard, part, into: &effects)
  }

  /// How far a part is, for its text.
  func heardProgress(of part: PartID) -> HeardProgress {
    HeardProgress(
      heardMs: conversation[part].heardMs, receivedMs: conversation[part].receivedMs,
      isComplete: !conversation[part].generation.isOpen)
  }

  /// What 20 ms of the sound of a part are.
  @inline(__always)
  public mutating func sounds(_ frame: SoundFrame, in part: PartID) {
    conversation[part].text.note(frame)
  }

  func tellHeardText(_ range: Range<Int>?, _ part: PartID, into effects: inout EffectRing) {
    guard let range else { return }
    effects.append(
      .heardText(
        part, from: range.lowerBound, to: range.upperBound,
        estimated: conversation[part].text.isEstimated || conversation[part].isEstimated))
  }
}
