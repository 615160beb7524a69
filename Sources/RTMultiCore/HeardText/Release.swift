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
      knownMs: knownSoundMs(of: part), isComplete: !conversation[part].generation.isOpen)
  }

  /// Up to where the samples of a part have been looked at: packets are decoded when they are handed over, and by a
  /// device out of sight.
  private func knownSoundMs(of part: PartID) -> Int64 {
    guard conversation[part].format?.arrivesInPackets == true else { return conversation[part].receivedMs }
    if sink?.reporting == .counted { return 0 }
    return FrameCount.milliseconds(conversation[part].handed, rateHz: conversation[part].sourceRateHz)
  }

  /// The sound of a part falls silent, or speaks again.
  public mutating func sounds(_ edge: SoundEdge, in part: PartID) {
    conversation[part].text.note(edge)
  }

  func tellHeardText(_ range: Range<Int>?, _ part: PartID, into effects: inout EffectRing) {
    guard let range else { return }
    effects.append(
      .heardText(
        part, from: range.lowerBound, to: range.upperBound,
        estimated: conversation[part].text.isEstimated || conversation[part].isEstimated))
  }
}
