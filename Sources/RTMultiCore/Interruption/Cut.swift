// A cut response settles: what the server is told of it and in which order (rules D1, D5, F1), and the close, which cuts
// everything (rule B10).

extension Engine {
  /// Settles every response that is being cut, or `only` one. What the server waits for comes before the records, and in
  /// this order: TRUNCs, DELETEs, the words about late audio, one SYNC (rules D1, F1).
  mutating func settleCut(only: ResponseID? = nil, into effects: inout EffectRing) {
    let range = conversation.firstUnsettled..<conversation.line.count
    var firstToSync: ResponseID?
    for index in range where isBeingCut(conversation.line[index], only) {
      let response = conversation.line[index]
      if decideMessages(of: response, into: &effects) { firstToSync = firstToSync ?? response }
    }
    for index in range where isBeingCut(conversation.line[index], only) {
      let response = conversation.line[index]
      if tellSkipped(of: response, into: &effects) { firstToSync = firstToSync ?? response }
    }
    for index in range where isBeingCut(conversation.line[index], only) {
      let response = conversation.line[index]
      if lateAudioIsDue(ofCut: response, into: &effects) { firstToSync = firstToSync ?? response }
    }
    if let firstToSync { sync(about: firstToSync, into: &effects) }
    for index in range where isBeingCut(conversation.line[index], only) {
      recordMessages(of: conversation.line[index], into: &effects)
      settled(conversation.line[index], into: &effects)
    }
  }

  /// Gives the messages of a cut response their outcomes, and has the one that was heard in part truncated. Returns
  /// whether a SYNC must follow.
  private mutating func decideMessages(of response: ResponseID, into effects: inout EffectRing) -> Bool {
    var needsSync = false
    for item in conversation.items(of: response) where conversation[item].isOpenMessage {
      conversation[item].wasInterrupted = true
      decide(item, into: &effects)
      if conversation[item].memory.isCutByServer { tellServerCut(item, into: &effects) }
      // One that was heard whole stays full, and needs no word (rule D3).
      if conversation[item].outcome == .partial, tellPartial(item, into: &effects) { needsSync = true }
    }
    return needsSync
  }

  /// Has the messages of a cut response forgotten that nobody heard: those behind the audible one, or all of them (rules
  /// D2, D4). Returns whether a SYNC must follow.
  private mutating func tellSkipped(of response: ResponseID, into effects: inout EffectRing) -> Bool {
    var needsSync = false
    for item in conversation.items(of: response) where conversation[item].outcome == .skipped {
      if tellSkipped(item, into: &effects) { needsSync = true }
    }
    return needsSync
  }

  private mutating func recordMessages(of response: ResponseID, into effects: inout EffectRing) {
    for item in conversation.items(of: response) where conversation[item].kind == .message {
      record(item, into: &effects)
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
    expected.removeAll()
    lastCutGroup += 1
    // A CANCEL that is held back has no later moment (rule D13).
    for response in conversation.line { _ = cancelAtOnce(response, into: &effects) }
    var atServer: [ResponseID] = []
    for index in conversation.firstUnsettled..<conversation.line.count {
      let response = conversation.line[index]
      guard !conversation[response].life.isSettled else { continue }
      if conversation[response].isInterrupted {
        // Whatever was being cut is told with the rest, in one SYNC (rule F1).
        conversation[response].cut(group: lastCutGroup, nowUs: nowUs)
        continue
      }
      if conversation[response].life == .atServer {
        atServer.append(response)
      } else {
        conversation[response].cut(group: lastCutGroup, nowUs: nowUs)
      }
      cancel(response, into: &effects)
    }
    closeAtServer(atServer, into: &effects)
    if clearing.isIdle { clearSink(into: &effects) }
    _ = clearing.ended()
    // Nothing ends behind this any more, so what came too late for a message is told now (rules A4, D5, D6).
    isClosed = true
    for response in conversation.line where !isBeingCut(response, nil) {
      if lateAudioIsDue(ofCut: response, into: &effects) { sync(about: response, into: &effects) }
    }
    settleCut(into: &effects)
    return .ok
  }
}
