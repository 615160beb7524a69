// When a message or a response has had its turn, and how it settles (rules A9, B, G3): its outcome, its last words, its
// record. What the server is told of it is Interruption/Telling.swift's.

extension Engine {
  // MARK: What is due

  /// Settles every message and response whose time has come.
  mutating func settleWhatIsDue(into effects: inout EffectRing) {
    guard clearing.isIdle else { return }
    takeTurns(into: &effects)
    if conversation.openResponses > 1 {
      passBy(into: &effects)
      takeTurns(into: &effects)
    }
    var index = conversation.firstUnsettled
    while index < conversation.line.count {
      let response = conversation.line[index]
      if conversation[response].life == .playedOut, !waitsForEarlier(response) {
        settleMessages(of: response, into: &effects)
        settleIfComplete(response, into: &effects)
      }
      index += 1
    }
    conversation.passSettled()
  }

  /// Goes along the responses: those up to the first that keeps the turn have theirs, and what has been heard of others
  /// that had it before settles too (rule A6).
  private mutating func takeTurns(into effects: inout EffectRing) {
    var isTurnKept = false
    var index = conversation.firstUnsettled
    while index < conversation.line.count {
      let response = conversation.line[index]
      index += 1
      guard conversation[response].life.mayPlay else { continue }
      if conversation[response].cameTurnUs == nil {
        if isTurnKept {
          // One that has ended with nothing to play needs no turn (rule C6).
          if !conversation[response].generation.isOpen, conversation[response].audioTurnUs == nil,
            isPlayedOut(response)
          {
            conversation[response].life = .playedOut
          }
          continue
        }
        conversation[response].cameTurnUs = turnUs
      }
      if conversation[response].cursor.exists {
        if !isAudioEnabled { showInTurn(response) }
        offerTexts(of: response, into: &effects)
        settleMessages(of: response, into: &effects)
      }
      if isPlayedOut(response) {
        conversation[response].life = .playedOut
      } else if !conversation[response].isPassed {
        isTurnKept = true
      }
    }
  }

  /// One that has nothing to play settles when nothing of an earlier one plays, waits to play, or is on its way to the ear;
  /// one that was passed by waits for nobody (rule C6).
  private func waitsForEarlier(_ response: ResponseID) -> Bool {
    guard conversation[response].audioTurnUs == nil, !conversation[response].isPassed else { return false }
    for index in conversation.firstUnsettled..<conversation.line.count {
      let earlier = conversation.line[index]
      if earlier == response { return false }
      if conversation[earlier].life.isSettled { continue }
      if conversation.hasWaiting(earlier) || hasSegments(earlier) { return true }
      // The server plays it, in whose order the listener hears them (rule F4).
      if conversation[earlier].life == .atServer, conversation[earlier].buffer != .untold { return true }
    }
    return false
  }

  /// Settles, in order, the messages of a response that the listener is done with. One that is drained
  /// but not done waits for its done, its response's end or the next message's settlement (rule G3).
  /// However many of them nobody heard, one SYNC tells it (rule F1).
  private mutating func settleMessages(of response: ResponseID, into effects: inout EffectRing) {
    if settleDone(of: response, into: &effects) { sync(about: response, into: &effects) }
  }

  /// Returns whether a SYNC must follow.
  private mutating func settleDone(of response: ResponseID, into effects: inout EffectRing) -> Bool {
    var needsSync = false
    for item in conversation.messagesThatMatter(of: response) {
      guard conversation[item].isOpenMessage else {
        advanceCursor(of: response)
        continue
      }
      // A text that nobody has acknowledged holds nobody up (rule E8).
      if conversation[item].delivery == .offered { continue }
      guard isHeardOut(item) else { break }
      guard conversation.hasEnded(item) else { continue }
      if settleEarlier(than: item, of: response, into: &effects) { needsSync = true }
      settle(item, into: &effects)
      if tell(item, into: &effects) { needsSync = true }
      advanceCursor(of: response)
    }
    return needsSync
  }

  private mutating func settleEarlier(
    than item: ItemID, of response: ResponseID, into effects: inout EffectRing
  ) -> Bool {
    var needsSync = false
    for earlier in conversation.unsettledItems(of: response) {
      if earlier == item { break }
      if conversation[earlier].isOpenMessage, conversation[earlier].delivery != .offered {
        settle(earlier, into: &effects)
        if tell(earlier, into: &effects) { needsSync = true }
      }
    }
    return needsSync
  }

  /// Whether the listener is done with a message: nothing of it is or will be at the sink, and the ear has
  /// drained it (rule C6).
  func isHeardOut(_ item: ItemID) -> Bool {
    switch standing(of: item) {
    case .over: break
    case .mayBePassed where conversation[item].turn == .followed: break
    case .mayBePassed, .holds, .ready: return false
    }
    for index in 0..<timeline.count where conversation[timeline[index].part].item == item {
      if conversation[timeline[index].part].playout != .cut { return false }
    }
    return true
  }

  private mutating func advanceCursor(of response: ResponseID) {
    var item = conversation[response].cursor
    while item.exists, !conversation[item].isOpenMessage {
      item = conversation[item].nextMessage
    }
    conversation[response].cursor = item
  }

  private mutating func settleIfComplete(_ response: ResponseID, into effects: inout EffectRing) {
    guard !conversation[response].life.isSettled else { return }
    for item in conversation.unsettledItems(of: response) {
      if conversation[item].isOpenMessage { return }
    }
    settled(response, into: &effects)
  }

  // MARK: One message, one response

  /// Gives a message its outcome and its record.
  mutating func settle(_ item: ItemID, into effects: inout EffectRing) {
    decide(item, into: &effects)
    record(item, into: &effects)
  }

  /// Tells what more was heard of the text of a message, once its P is final. That comes before its record, and before whatever
  /// tells the server its text (rules F1, F9, G1).
  mutating func tellLastWords(of item: ItemID, into effects: inout EffectRing) {
    guard !conversation[item].hasLastWords else { return }
    conversation[item].hasLastWords = true
    for part in conversation.parts(of: item) where conversation[part].text.isThere {
      tellLastWords(of: item, part, into: &effects)
    }
    if conversation[item].outcome == .textOnly { fixShownText(of: item) }
  }

  private mutating func tellLastWords(of item: ItemID, _ part: PartID, into effects: inout EffectRing) {
    if conversation[part].verdict == .full {
      conversation.voicePace = conversation[part].text.pace(
        after: conversation.voicePace, receivedMs: conversation[part].receivedMs)
      return tellHeardText(conversation[part].text.releaseAll(), part, into: &effects)
    }
    releaseText(part, for: .settling, into: &effects)
    // All of a message that was heard whole is heard, however the time of its parts was measured.
    let isWhole = conversation[item].outcome == .full
    if !isWhole, conversation[part].text.wasReleased(beyondMs: conversation[part].heardMs) {
      conversation[part].text.endRecord(heardProgress(of: part), pace: conversation.voicePace)
    }
    if conversation[part].text.isHeardEstimated { conversation[item].isTextEstimated = true }
  }

  /// Gives a message its outcome; its last words are still to come.
  mutating func decide(_ item: ItemID, into effects: inout EffectRing) {
    if !waitingTexts.isEmpty { giveWaitingTexts(toSettling: item, into: &effects) }
    var table = OutcomeTable()
    for part in conversation.parts(of: item) {
      table.add(conversation[part].verdict)
      _ = conversation[part].playout.cutOff()
      effects.append(.discard(part))
    }
    table.isReadInstead = isReadInstead(item)
    let outcome = table.outcome(isShownAsText: isShownAsText(item))
    conversation[item].life = .decided(outcome)
    conversation.openItems -= 1
  }

  /// The text that is there now was read; what comes later changes no record (rules B6, G3).
  private mutating func fixShownText(of item: ItemID) {
    for part in conversation.parts(of: item) { _ = conversation[part].text.releaseAll() }
    conversation[item].isTextEstimated = false
  }

  /// Tells the record of a message, once, and before it the last words.
  mutating func record(_ item: ItemID, into effects: inout EffectRing) {
    guard case .decided(let outcome) = conversation[item].life else { return }
    tellLastWords(of: item, into: &effects)
    conversation[item].life = .recorded(outcome)
    effects.append(.message(item))
  }

  /// The one end of a response for the listener (rules A8 and A9).
  mutating func settled(_ response: ResponseID, into effects: inout EffectRing) {
    guard conversation[response].life.settle() else { return }
    conversation[response].settledUs = nowUs
    stopSpeaking(response, into: &effects)
    effects.append(.settled(response))
    lateAudioOfLapsedIsDue(into: &effects)
  }
}
