// The listener, or the host, wants silence: whom that covers (rules A10, D8, D9), and that it is over for them at once.

extension Engine {
  mutating func interrupt(
    _ name: Bytes, by interrupter: Interrupter, into effects: inout EffectRing
  ) -> Answer {
    followEar(into: &effects)
    // The host's own word begins an utterance (rule D14); what the server says of one it has heard does not.
    if interrupter == .listener { listening.interruptUs = nowUs }
    guard !name.isEmpty else { return interruptAll(by: interrupter, into: &effects) }
    return interruptNamed(name, by: interrupter, into: &effects)
  }

  mutating func interruptNamed(
    _ name: Bytes, by interrupter: Interrupter, into effects: inout EffectRing
  ) -> Answer {
    if interruptExpected(named: name, by: interrupter) { return .ok }
    // One that names nothing that is known does nothing, and one that names something leaves all else alone (rule D9).
    // What still plays of a lost session answers to its name as long as no new one bears it (rule F8).
    guard let response = conversation.response(named: name) ?? conversation.lostResponse(named: name) else {
      return .ignored
    }
    // What was interrupted before is left alone, but for a CANCEL that is still held back (rule D8).
    guard isCovered(response, by: interrupter) else {
      return interrupter == .host && cancelAtOnce(response, into: &effects) ? .ok : .ignored
    }
    if conversation[response].life == .atServer {
      var isNews = false
      if mustBeSilenced(response, by: interrupter, isNews: &isNews, into: &effects) {
        silence([response], into: &effects)
      }
      return isNews ? .ok : .ignored
    }
    // What the sink is being cleared of already, for another, is told together with that other.
    let joins = clearing.isForCut && isAtSink(response)
    if !joins { lastCutGroup += 1 }
    markCut(response, by: interrupter, into: &effects)
    takeOverClearing()
    if clearing.isIdle {
      clearAndSettle(into: &effects)
    } else if !joins {
      // It waits in the queue: it is cut at once, also while the sink is clearing for another (rule D9).
      settleCut(only: response, into: &effects)
    }
    return .ok
  }

  mutating func interruptAll(by interrupter: Interrupter, into effects: inout EffectRing) -> Answer {
    var isAny = interruptExpected(by: interrupter)
    if interrupter == .host {
      for response in conversation.line where cancelAtOnce(response, into: &effects) { isAny = true }
    }
    // Responses that join a clear under way are told together with those that it is for (rule D1).
    if !clearing.isForCut { lastCutGroup += 1 }
    var isAnyCut = false
    var atServer: [ResponseID] = []
    for index in conversation.firstUnsettled..<conversation.line.count {
      let response = conversation.line[index]
      guard isCovered(response, by: interrupter) else { continue }
      if conversation[response].life == .atServer {
        if mustBeSilenced(response, by: interrupter, isNews: &isAny, into: &effects) {
          atServer.append(response)
        }
        continue
      }
      // A silent classifier is none of the listener's; but it shall not begin to speak now (rule D1).
      if conversation[response].traits.contains(.outOfBand), conversation[response].saidTurnUs == nil {
        conversation[response].isMuted = true
        continue
      }
      markCut(response, by: interrupter, into: &effects)
      isAnyCut = true
    }
    silence(atServer, into: &effects)
    guard isAnyCut else { return isAny ? .ok : .ignored }
    takeOverClearing()
    if clearing.isIdle { clearAndSettle(into: &effects) }
    return .ok
  }

  /// Whether an interrupt has anything to do for a response.
  private func isCovered(_ response: ResponseID, by interrupter: Interrupter) -> Bool {
    guard !conversation[response].isInterrupted, !conversation[response].life.isSettled else { return false }
    // The host has said that no listener interrupts it (rule A10).
    if interrupter == .listener, conversation[response].traits.contains(.uninterruptible) { return false }
    // All of it was heard and nothing more comes (rule D8).
    return conversation[response].generation.isOpen || !isAllHeard(response)
  }

  /// Whether nothing of a response is left to be heard or shown, by what the sink has reported.
  private func isAllHeard(_ response: ResponseID) -> Bool {
    for item in conversation.items(of: response) {
      if conversation[item].isOpenMessage {
        // Its text is still to be shown (rule B11).
        if conversation[item].turn == .shown { return false }
        if !isHeardWhole(item) { return false }
      }
    }
    return true
  }

  /// A response is over for the listener.
  private mutating func markCut(
    _ response: ResponseID, by interrupter: Interrupter, into effects: inout EffectRing
  ) {
    conversation[response].cut(group: lastCutGroup, nowUs: nowUs)
    cancelWhenDue(response, by: interrupter, into: &effects)
  }

  func isCut(_ part: PartID) -> Bool {
    conversation[response(of: part)].isInterrupted
  }

  /// Whether a response was cut, here or in the server's output buffer.
  func isOverForListener(_ response: ResponseID) -> Bool {
    conversation[response].isInterrupted || conversation[response].buffer.isBeingCut
  }
}
