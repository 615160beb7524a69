// The listener, or the host, wants silence: what is cut, and what the sink is told (RULES.md D). What the
// server is told is in Telling.swift.

extension Engine {
  mutating func interrupt(
    _ name: Bytes, by interrupter: Interrupter, into effects: inout EffectRing
  ) -> Answer {
    followEar(into: &effects)
    guard !name.isEmpty else { return interruptAll(by: interrupter, into: &effects) }
    if interruptExpected(named: name, by: interrupter) { return .ok }
    guard let response = conversation.response(named: name), isCovered(response, by: interrupter) else {
      return .ignored
    }
    lastCutGroup += 1
    markCut(response, by: interrupter, into: &effects)
    clearForCut()
    if clearing == nil {
      clearSink(into: &effects)
      if clearing == nil { settleCut(into: &effects) }
    } else {
      // It waits in the queue: it is cut at once, also while the sink is clearing for another (rule D9).
      settleCut(only: response, into: &effects)
    }
    return .ok
  }

  private mutating func interruptAll(by interrupter: Interrupter, into effects: inout EffectRing) -> Answer {
    var isAny = false
    for index in expected.indices where expected[index].interruptedBy == nil {
      expected[index].interruptedBy = interrupter
      isAny = true
    }
    // Responses that join a clear under way are told together with those that it is for (rule D1).
    if clearing?.purpose != .cut { lastCutGroup += 1 }
    var isAnyCut = false
    for index in conversation.firstUnsettled..<conversation.line.count {
      let response = conversation.line[index]
      guard isCovered(response, by: interrupter) else { continue }
      markCut(response, by: interrupter, into: &effects)
      isAnyCut = true
    }
    guard isAnyCut else { return isAny ? .ok : .ignored }
    clearForCut()
    if clearing == nil {
      clearSink(into: &effects)
      if clearing == nil { settleCut(into: &effects) }
    }
    return .ok
  }

  private mutating func interruptExpected(named name: Bytes, by interrupter: Interrupter) -> Bool {
    guard
      let index = expected.firstIndex(where: {
        $0.interruptedBy == nil && $0.token.bytes.holdsSame(as: name)
      })
    else { return false }
    expected[index].interruptedBy = interrupter
    return true
  }

  /// Whether an interrupt has anything to do for a response (rules A10, D8, D9).
  private func isCovered(_ response: ResponseID, by interrupter: Interrupter) -> Bool {
    guard conversation.responses[response.slot].cut == .none,
      !conversation.responses[response.slot].isSettled
    else { return false }
    if interrupter == .listener, conversation.responses[response.slot].traits.contains(.uninterruptible) {
      return false
    }
    return conversation.responses[response.slot].generation.isOpen || !isAllHeard(response)
  }

  /// Whether nothing of a response is left to be heard or shown, by what the sink has reported.
  private func isAllHeard(_ response: ResponseID) -> Bool {
    var item = conversation.responses[response.slot].firstItem
    while item.exists {
      if conversation.items[item.slot].isOpenMessage {
        var hasAudio = false
        var part = conversation.items[item.slot].firstPart
        while part.exists {
          switch conversation.parts[part.slot].verdict {
          case .silent: break
          case .full where !conversation.parts[part.slot].isEstimated: hasAudio = true
          case .full, .partial, .unheard: return false
          }
          part = conversation.parts[part.slot].next
        }
        if !hasAudio { return false }
      }
      item = conversation.items[item.slot].next
    }
    return true
  }

  /// Rule D12: a response that was interrupted before it was created.
  mutating func cutAtCreation(_ response: ResponseID, into effects: inout EffectRing) {
    lastCutGroup += 1
    conversation.responses[response.slot].cut = .done(group: lastCutGroup)
    cancel(response, into: &effects)
    settled(response, into: &effects)
  }

  /// A response is over for the listener: CANCEL leaves at once (rule D1), unless the server has cancelled
  /// by itself (rule D13).
  private mutating func markCut(
    _ response: ResponseID, by interrupter: Interrupter, into effects: inout EffectRing
  ) {
    conversation.responses[response.slot].cut = .clearing(group: lastCutGroup)
    let cancelsItself = server.contains(.interrupts) && interrupter == .listener
    if !cancelsItself { cancel(response, into: &effects) }
  }

  /// Takes back what the sink has not played of the cut responses. What it cannot take back counts as
  /// heard (rule C6).
  mutating func clearSink(into effects: inout EffectRing) {
    guard sink?.canClear == true else { return surrenderSegments(into: &effects) }
    guard let first = firstToClear() else { return }
    effects.append(.clear(timeline.segments[first].id, timeline.segments[first].part))
    var mustAnswer = false
    for index in 0..<timeline.count where timeline.segments[index].phase != .finished {
      timeline.segments[index].phase = .clearing
      if conversation.parts[timeline.segments[index].part.slot].playout.clear() { mustAnswer = true }
    }
    if mustAnswer {
      timeline.freezeClock(nowUs: nowUs)
      clearing = Clearing(deadlineUs: nowUs + patience.clearUs)
    }
  }

  /// The audible segment, if anything unheard of the cut responses lies in the sink or on its way to the
  /// ear. All of it heard and the part done: nothing to clear (rule B9).
  private func firstToClear() -> Int? {
    var isNeeded = false
    for index in 0..<timeline.count where isCut(timeline.segments[index].part) {
      let part = timeline.segments[index].part.slot
      if conversation.parts[part].playout == .cut { continue }
      if conversation.parts[part].verdict != .full || conversation.parts[part].isEstimated { isNeeded = true }
    }
    return isNeeded ? timeline.audible ?? 0 : nil
  }

  func isCut(_ part: PartID) -> Bool {
    conversation.responses[response(of: part).slot].cut != .none
  }

  private mutating func surrenderSegments(into effects: inout EffectRing) {
    for index in 0..<timeline.count where isCut(timeline.segments[index].part) {
      let part = timeline.segments[index].part
      let length = timeline.segments[index].length
      guard conversation.parts[part.slot].playout != .cut else { continue }
      timeline.segments[index].ear = length
      let heard = timeline.segments[index].heardFrames(
        sourceRateHz: conversation.parts[part.slot].sourceRateHz, sinkRateHz: timeline.rateHz)
      conversation.parts[part.slot].heard = max(heard, conversation.parts[part.slot].heardFloor)
      if reportsHeardAudio { giveOut(index, through: length, into: &effects) }
      releaseText(part, into: &effects)
    }
  }

  /// Every segment has been answered for.
  mutating func clearIsAnswered(into effects: inout EffectRing) {
    let purpose = clearing?.purpose
    clearing = nil
    isSinkFull = false
    if case .stepBack(let response) = purpose { finishStepBack(of: response, into: &effects) }
    if !isPaused { timeline.thawClock(nowUs: nowUs) }
    settleCut(into: &effects)
  }

  /// The sink did not answer in time: what is known counts, never what was pushed (rule E2).
  mutating func clearTimesOut(into effects: inout EffectRing) {
    if let first = timeline.audible {
      let part = timeline.segments[first].part
      diagnose(
        .clearTimeout, response: response(of: part), item: conversation.parts[part.slot].item,
        segment: timeline.segments[first].id, into: &effects)
    }
    let position = timeline.position(nowUs: nowUs)
    var start = timeline.origin
    for index in 0..<timeline.count {
      let place = position - start
      start += timeline.segments[index].length
      guard timeline.segments[index].phase == .clearing else { continue }
      let played = timeline.segments[index].played
      let reached = max(played, min(timeline.segments[index].written, place))
      timeline.segments[index].isPlayedEstimated = reached > played
      timeline.segments[index].played = reached
    }
    // All at once: a segment that is finished is shorter, and the ones behind it would seem to move.
    for index in 0..<timeline.count { timeline.segments[index].phase = .finished }
    followEar(into: &effects)
    clearIsAnswered(into: &effects)
  }

  /// Settles every response that is being cut, or `only` one: TRUNCs first, then DELETEs and one SYNC (rules D1,
  /// F1), and behind what the server waits for the records.
  mutating func settleCut(only: ResponseID? = nil, into effects: inout EffectRing) {
    let range = conversation.firstUnsettled..<conversation.line.count
    for index in range where isBeingCut(conversation.line[index], only) {
      var item = conversation.responses[conversation.line[index].slot].firstItem
      while item.exists {
        if conversation.items[item.slot].isOpenMessage {
          conversation.items[item.slot].wasInterrupted = true
          decide(item, into: &effects)
          if conversation.items[item.slot].outcome == .partial { tellPartial(item, into: &effects) }
        }
        item = conversation.items[item.slot].next
      }
    }
    var firstSkipped: ResponseID?
    for index in range where isBeingCut(conversation.line[index], only) {
      let response = conversation.line[index]
      var item = conversation.responses[response.slot].firstItem
      while item.exists {
        if conversation.items[item.slot].outcome == .skipped, !conversation.items[item.slot].isForgotten {
          if tellSkipped(item, into: &effects) { firstSkipped = firstSkipped ?? response }
        }
        item = conversation.items[item.slot].next
      }
    }
    for index in range where isBeingCut(conversation.line[index], only) {
      payLateAudio(of: conversation.line[index], into: &effects)
    }
    if let firstSkipped {
      sync(.cut(group: conversation.responses[firstSkipped.slot].cut.group), firstSkipped, into: &effects)
    }
    for index in range where isBeingCut(conversation.line[index], only) {
      let response = conversation.line[index]
      conversation.responses[response.slot].cut = .done(
        group: conversation.responses[response.slot].cut.group)
      recordMessages(of: response, into: &effects)
      settled(response, into: &effects)
    }
  }

  private mutating func recordMessages(of response: ResponseID, into effects: inout EffectRing) {
    var item = conversation.responses[response.slot].firstItem
    while item.exists {
      let isSettled = conversation.items[item.slot].outcome != .pending
      if conversation.items[item.slot].kind == .message, isSettled { record(item, into: &effects) }
      item = conversation.items[item.slot].next
    }
  }

  /// What came too late for parts that had ended before the cut made their positions final; at the close, for all
  /// parts, since none ends behind it.
  mutating func payLateAudio(of response: ResponseID, into effects: inout EffectRing) {
    var item = conversation.responses[response.slot].firstItem
    while item.exists {
      var part = conversation.items[item.slot].firstPart
      while part.exists {
        if isClosed || !conversation.parts[part.slot].generation.isOpen { payLateAudio(part, into: &effects) }
        part = conversation.parts[part.slot].next
      }
      item = conversation.items[item.slot].next
    }
  }

  func isBeingCut(_ response: ResponseID, _ only: ResponseID?) -> Bool {
    guard case .clearing = conversation.responses[response.slot].cut else { return false }
    return only == nil || only == response
  }

  /// An item announced after its response was cut: nothing of it plays, and the server forgets it (rule D5).
  mutating func settleAfterCut(_ item: ItemID, into effects: inout EffectRing) {
    let response = conversation.items[item.slot].response
    conversation.items[item.slot].wasInterrupted = conversation.responses[response.slot].cut != .none
    settle(item, into: &effects)
    if tell(item, into: &effects) { sync(about: response, into: &effects) }
  }
}
