// Text as it comes in, and the ends of parts, items, responses and connections.

extension Engine {
  // MARK: Text

  mutating func received(
    _ text: Bytes, startMs: Int64?, endMs: Int64?, at place: Place, into effects: inout EffectRing
  ) -> Answer {
    if let contentIndex = place.contentIndex, contentIndex > Limits.maximumContentIndex { return .invalid }
    if let known = conversation.item(named: place.item) {
      // The size may be any that a host can name, so nothing is added to it.
      guard text.count <= limits.itemTextBytes - conversation[known].textBytes else { return .limitText }
    } else if text.count > limits.itemTextBytes {
      return .limitText
    }
    let cost = text.count + (endMs == nil || text.isEmpty ? 0 : Limits.spanBytes)
    guard conversation.textCost + cost <= rememberedTextBytes else { return .limitText }
    let item: ItemID
    switch self.item(at: place, into: &effects) {
    case .failure(let refused): return refused.answer
    case .success(let found): item = found
    }
    guard conversation[item].kind == .message else { return .ignored }
    let response = conversation[item].response
    // A transcript for a part that nobody announced; in a text response it is text.
    let kind: PartKind = conversation[response].traits.contains(.text) ? .text : .audio
    let known = conversation.part(of: item, at: place.contentIndex)
    if known == nil, let refusal = refusalOfPart(in: item) { return refusal }
    let part = known ?? addPart(kind: kind, contentIndex: place.contentIndex ?? 0, format: nil, to: item)
    guard !text.isEmpty else { return .ok }
    conversation[item].textBytes += text.count
    conversation[item].textCost += cost
    conversation.textCost += cost
    conversation[part].text.append(
      text, startMs: startMs, endMs: endMs, receivedMs: conversation[part].receivedMs)
    if conversation[item].outcome == .pending { releaseText(part, into: &effects) }
    return .ok
  }

  /// A session may always hold one item with all the text that is allowed to it.
  var rememberedTextBytes: Int { max(Limits.rememberedTextBytes, limits.itemTextBytes) }

  /// Lets the text of a part catch up with its position (rules G1 and G3).
  mutating func releaseText(
    _ part: PartID, for occasion: HeardText.Occasion = .playing, into effects: inout EffectRing
  ) {
    guard conversation[part].heard > 0, conversation[part].text.hasMore else { return }
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

  // MARK: Ends

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
    guard !conversation[item].isDone else { return .ignored }
    conversation[item].isDone = true
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
    return close(response, end, reason: reason, into: &effects) ? .ok : .ignored
  }

  /// Ends a response's generation, and with it its items and parts. Returns false if it had ended before.
  mutating func close(
    _ response: ResponseID, _ status: Status, reason: Bytes, into effects: inout EffectRing
  ) -> Bool {
    guard conversation[response].generation.close(status) else { return false }
    conversation[response].reason = OwnedBytes(reason.prefix(Limits.reasonBytes))
    conversation[response].endedUs = nowUs
    conversation[response].endedNumber = conversation.createdCount
    var item = conversation[response].firstItem
    while item.exists {
      closeParts(of: item, status, into: &effects)
      if conversation[item].kind != .message { conversation.openItems -= 1 }
      item = conversation[item].next
    }
    return true
  }

  private mutating func closeParts(of item: ItemID, _ status: Status, into effects: inout EffectRing) {
    var part = conversation[item].firstPart
    while part.exists {
      if !close(part, status, into: &effects) { tellLateAudio(part, into: &effects) }
      part = conversation[part].next
    }
  }

  /// Ends a part; what came too late for it is told now (rules A4, D6).
  private mutating func close(_ part: PartID, _ status: Status, into effects: inout EffectRing) -> Bool {
    guard conversation[part].generation.close(status) else { return false }
    tellLateAudio(part, into: &effects)
    return true
  }

  // MARK: The connection

  /// Open parts close where they are, what is queued plays on, and the lost session is never named again
  /// (rule F8).
  mutating func reconnect(into effects: inout EffectRing) -> Answer {
    // The host's own audio belongs to no connection (rule A11).
    for response in conversation.line
    where !conversation[response].traits.contains(.local) {
      conversation[response].isLost = true
      _ = close(response, .incomplete, reason: Bytes("reconnect"), into: &effects)
      // Nobody can acknowledge by its old name what was shown already.
      var item = conversation[response].firstItem
      while item.exists {
        if conversation[item].delivery == .offered {
          conversation[item].delivery = .delivered
        }
        item = conversation[item].next
      }
    }
    conversation.forgetLostNames()
    for expectation in expected { expectation.token.free() }
    expected.removeAll()
    return .ok
  }
}
