// How parts, items, responses and connections end. What the listener still hears of them is decided elsewhere.

extension Engine {
  mutating func partDone(_ place: Place, into effects: inout EffectRing) -> Answer {
    guard let item = conversation.item(named: place.item),
      let part = conversation.part(of: item, at: place.contentIndex)
    else {
      diagnose(.unknownItem, into: &effects)
      return .ignored
    }
    return close(part, .completed, into: &effects) ? .ok : .ignored
  }

  mutating func itemDone(_ name: Bytes, into effects: inout EffectRing) -> Answer {
    guard let item = conversation.item(named: name) else {
      diagnose(.unknownItem, into: &effects)
      return .ignored
    }
    guard conversation[item].generation.close(.completed) else { return .ignored }
    closeParts(of: item, .completed, into: &effects)
    return .ok
  }

  mutating func responseDone(
    _ id: Bytes, status: Status, reason: Bytes, into effects: inout EffectRing
  ) -> Answer {
    guard let response = conversation.response(named: id) else {
      diagnose(.protocolBreach, into: &effects)
      return .ignored
    }
    let end = status == .inProgress ? Status.completed : status
    conversation[response].cancelUs = nil
    guard close(response, end, reason: reason, into: &effects) else { return .ignored }
    cutIfSpokenOver(response, reason, into: &effects)
    return .ok
  }

  /// Ends a response's generation, and with it its items and parts. Returns false if it had ended before.
  mutating func close(
    _ response: ResponseID, _ status: Status, reason: Bytes, into effects: inout EffectRing
  ) -> Bool {
    let hadLapsed = conversation[response].generation == .lapsed
    guard conversation[response].generation.close(status) else { return false }
    commands.answer(.cancel(response))
    conversation[response].reason = OwnedBytes(reason.prefix(Limits.reasonBytes))
    if hadLapsed {
      lateAudioIsDue(ofEnded: response, into: &effects)
    } else {
      endParts(of: response, status, into: &effects)
    }
    return true
  }

  /// A response is taken for ended though its end never came (rule A6).
  mutating func endWithoutWord(_ response: ResponseID, into effects: inout EffectRing) {
    // What came too late before this end is told at it (rule A4); what comes after it waits (rule A6).
    endParts(of: response, .completed, into: &effects)
    conversation[response].generation.lapse()
  }

  private mutating func endParts(of response: ResponseID, _ status: Status, into effects: inout EffectRing) {
    conversation[response].endedUs = nowUs
    conversation[response].endedNumber = conversation.createdCount
    for item in conversation.items(of: response) {
      closeParts(of: item, status, into: &effects)
      if conversation[item].kind != .message { conversation.openItems -= 1 }
    }
  }

  private mutating func closeParts(of item: ItemID, _ status: Status, into effects: inout EffectRing) {
    for part in conversation.parts(of: item) {
      if !close(part, status, into: &effects) { lateAudioIsDue(part, into: &effects) }
    }
  }

  /// Ends a part; what came too late for it is told now (rules A4, D6).
  mutating func close(_ part: PartID, _ status: Status, into effects: inout EffectRing) -> Bool {
    guard conversation[part].generation.close(status) else { return false }
    lateAudioIsDue(part, into: &effects)
    return true
  }

  // MARK: The connection

  /// Open parts close where they are, what is queued plays on, and the lost session is never named again
  /// (rule F8).
  mutating func reconnect(into effects: inout EffectRing) -> Answer {
    // The host's own audio belongs to no connection (rule A11).
    for response in conversation.line
    where !conversation[response].traits.contains(.local) {
      conversation[response].membership = .lost
      conversation[response].cancelUs = nil
      _ = close(response, .incomplete, reason: Bytes("reconnect"), into: &effects)
      if conversation[response].life == .atServer { loseAtServer(response, into: &effects) }
      for item in conversation.items(of: response) {
        if conversation[item].isOpenMessage { conversation[item].isOfLostSession = true }
        // Nobody can acknowledge by its old name what was shown already.
        if conversation[item].delivery == .offered {
          conversation[item].delivery = .delivered
        }
      }
    }
    // Nobody answers any more what was sent on the lost connection (rule F11).
    commands.endWait()
    // What the lost session heard is no promise that the new one interrupts by itself (rule D13).
    listening.speechUs = Limits.neverUs
    conversation.forgetLostNames()
    waitingTexts.forgetNames()
    expected.removeAll()
    return .ok
  }
}
