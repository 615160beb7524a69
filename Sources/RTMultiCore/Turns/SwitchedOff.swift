// The host's audio, switched off and on (rule B11): what is unheard then is shown instead of spoken. When a text is handed
// over, and what counts as shown, is ShownText.swift's.

extension Engine {
  mutating func setAudioEnabled(_ isEnabled: Bool, into effects: inout EffectRing) -> Answer {
    guard isEnabled != isAudioEnabled else { return .ignored }
    followEar(into: &effects)
    isAudioEnabled = isEnabled
    if isEnabled { return .ok }
    if timeline.count > 0, !isCut(timeline[0].part) { showUnlessHeard(item(of: timeline[0].part)) }
    // What is being cleared already waits again after the sink's answer, and so does all else.
    if clearing.isIdle { takeBackAll(into: &effects) }
    return .ok
  }

  /// Everything unheard is taken back from the sink; what it cannot give back counts as heard (rule C6).
  private mutating func takeBackAll(into effects: inout EffectRing) {
    lastCutGroup += 1
    clearSink(into: &effects)
    if sink?.canClear == true {
      if clearing.isIdle { abandonSegments(into: &effects) }
    } else if timeline.count > 0 {
      cutOffShown(timeline[0].part)
    }
  }

  /// The messages of a response that has its turn are shown, each when all before it are over.
  mutating func showInTurn(_ response: ResponseID) {
    for item in conversation.unsettledItems(of: response) where conversation[item].isOpenMessage {
      if isOnItsWayToTheEar(item) { return }
      showUnlessHeard(item)
      guard conversation.hasEnded(item) else { return }
    }
  }

  /// A message of which anything may be left is shown from now on, and stays so.
  private mutating func showUnlessHeard(_ item: ItemID) {
    guard conversation[item].isOpenMessage else { return }
    if conversation.hasEnded(item), isHeardWhole(item) { return }
    conversation[item].turn = .shown
    noteTurn(of: item)
    // All of it may have been handed to a sink whose ear lags: its text has a turn yet.
    conversation[conversation[item].response].life.reopen()
    for part in conversation.parts(of: item) where !isOnTimeline(part) {
      _ = conversation[part].playout.cutOff()
    }
  }

  /// Nothing more of a part is played whose message is shown. Returns whether that is so.
  @discardableResult
  mutating func cutOffShown(_ part: PartID) -> Bool {
    guard conversation[item(of: part)].turn == .shown else { return false }
    _ = conversation[part].playout.cutOff()
    return true
  }

  /// Whether a message has audio and all of it was heard, by what the sink has reported.
  func isHeardWhole(_ item: ItemID) -> Bool {
    var isAnyFull = false
    for part in conversation.parts(of: item) {
      switch conversation[part].verdict {
      case .silent: break
      case .full where !conversation[part].isEstimated: isAnyFull = true
      case .full, .partial, .unheard: return false
      }
    }
    return isAnyFull
  }

  private func isOnTimeline(_ part: PartID) -> Bool {
    for index in 0..<timeline.count where timeline[index].part == part { return true }
    return false
  }

  private func isOnItsWayToTheEar(_ item: ItemID) -> Bool {
    for part in conversation.parts(of: item) where conversation[part].playout != .cut {
      if isOnTimeline(part) { return true }
    }
    return false
  }
}
