// A cut response settles: what the server is told of it and in which order (rules D1, D5, F1), and the close, which cuts
// everything (rule B10).

extension Engine {
  /// Settles every response that is being cut, or `only` one: TRUNCs first, then DELETEs and one SYNC (rules D1,
  /// F1), and behind what the server waits for the records.
  mutating func settleCut(only: ResponseID? = nil, into effects: inout EffectRing) {
    let range = conversation.firstUnsettled..<conversation.line.count
    for index in range where isBeingCut(conversation.line[index], only) {
      for item in conversation.items(of: conversation.line[index]) {
        if conversation[item].isOpenMessage {
          conversation[item].wasInterrupted = true
          decide(item, into: &effects)
          // Partial is what was being heard (rule D10): between two messages nothing is (rule D3).
          if conversation[item].outcome == .partial { tellPartial(item, into: &effects) }
        }
      }
    }
    var firstSkipped: ResponseID?
    for index in range where isBeingCut(conversation.line[index], only) {
      let response = conversation.line[index]
      for item in conversation.items(of: response) {
        // What lies behind it was not heard (rule D2), nor anything where nothing was (rule D4).
        if conversation[item].outcome == .skipped, !conversation[item].isForgotten {
          if tellSkipped(item, into: &effects) { firstSkipped = firstSkipped ?? response }
        }
      }
    }
    for index in range where isBeingCut(conversation.line[index], only) {
      lateAudioIsDue(ofCut: conversation.line[index], into: &effects)
    }
    if let firstSkipped {
      sync(.cut(group: conversation[firstSkipped].life.cutGroup), firstSkipped, into: &effects)
    }
    for index in range where isBeingCut(conversation.line[index], only) {
      let response = conversation.line[index]
      recordMessages(of: response, into: &effects)
      settled(response, into: &effects)
    }
  }

  private mutating func recordMessages(of response: ResponseID, into effects: inout EffectRing) {
    for item in conversation.items(of: response) {
      let isSettled = conversation[item].outcome != .pending
      if conversation[item].kind == .message, isSettled { record(item, into: &effects) }
    }
  }

  func isBeingCut(_ response: ResponseID, _ only: ResponseID?) -> Bool {
    guard case .beingCut = conversation[response].life else { return false }
    return only == nil || only == response
  }

  /// An item announced after its response was cut: nothing of it plays, and the server forgets it (rule D5).
  mutating func settleAtOnce(_ item: ItemID, into effects: inout EffectRing) {
    let response = conversation[item].response
    conversation[item].wasInterrupted = conversation[response].isInterrupted
    settle(item, into: &effects)
    if tell(item, into: &effects) { sync(about: response, into: &effects) }
  }

  mutating func close(into effects: inout EffectRing) -> Answer {
    followEar(into: &effects)
    for expectation in expected { expectation.token.free() }
    expected.removeAll()
    lastCutGroup += 1
    // A CANCEL that is held back has no later moment (rule D13).
    for response in conversation.line { _ = cancelAtOnce(response, into: &effects) }
    for index in conversation.firstUnsettled..<conversation.line.count {
      let response = conversation.line[index]
      guard !conversation[response].life.isSettled, !conversation[response].isInterrupted else { continue }
      conversation[response].life = .beingCut(group: lastCutGroup)
      cancel(response, into: &effects)
    }
    if clearing.isIdle { clearSink(into: &effects) }
    _ = clearing.ended()
    // Nothing ends behind this any more, so what came too late for a message is told now (rules A4, D5, D6).
    isClosed = true
    for response in conversation.line where !isBeingCut(response, nil) {
      lateAudioIsDue(ofCut: response, into: &effects)
    }
    settleCut(into: &effects)
    return .ok
  }
}
