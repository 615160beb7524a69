// A pause that ends a little before where it began: at the start of the word in which the listener was left. The sink is
// cleared for that, and what it has not played is handed over again. What was heard counts once.

extension Engine {
  /// Begins to step back, where that is wanted and there is a word to go back to.
  mutating func stepBack(into effects: inout EffectRing) {
    guard stepBackUs > 0, clearing.isIdle, sink?.canClear == true, let audible = timeline.audible else {
      return
    }
    let part = timeline[audible].part
    let start = wordStart(in: part)
    guard start < conversation[part].heard else { return }
    tellClear(at: audible, into: &effects)
    for index in 0..<timeline.count where timeline[index].phase != .finished {
      timeline[index].beginClearing()
    }
    clearing.clearedForStepBack(of: response(of: part), deadlineUs: nowUs + patience.clearUs)
  }

  /// The sink has answered for every segment: everything of the response that it has not played waits again.
  mutating func finishStepBack(of response: ResponseID, into effects: inout EffectRing) {
    for index in 0..<timeline.count { effects.append(.retire(timeline[index].id)) }
    timeline.reset()
    for item in conversation.unsettledItems(of: response) {
      for part in conversation.parts(of: item) {
        if case .playing = conversation[part].playout {
          let start = wordStart(in: part)
          conversation[part].heardFloor = conversation[part].heard
          rewind(part, to: start)
        }
      }
    }
  }

  /// The source frame of a part at which the word begins that is being heard, at most ``stepBackUs`` before its P; P
  /// itself where nothing or all of it was heard, or no word is known.
  mutating func wordStart(in part: PartID) -> Int64 {
    let heard = conversation[part].heard
    guard heard > 0, heard < conversation[part].received,
      let ms = conversation[part].text.wordStartMs(heardProgress(of: part), pace: conversation.voicePace)
    else { return heard }
    let start = FrameCount.frames(milliseconds: ms, rateHz: conversation[part].sourceRateHz)
    return min(heard, max(start, heard - stepBackFrames(of: part), 0))
  }

  /// How much heard audio of a part must be kept for it.
  func stepBackFrames(of part: PartID) -> Int64 {
    stepBackUs == 0 ? 0 : FrameCount.frames(microseconds: stepBackUs, rateHz: conversation[part].sourceRateHz)
  }
}
