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
    // What the sink is being cleared of already, for another, is told together with that other.
    let joins = clearing?.purpose == .cut && isAtSink(response)
    if !joins { lastCutGroup += 1 }
    markCut(response, by: interrupter, into: &effects)
    clearForCut()
    if clearing == nil {
      clearAndSettle(into: &effects)
    } else if !joins {
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
    if clearing == nil { clearAndSettle(into: &effects) }
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
    guard conversation[response].cut == .none,
      !conversation[response].isSettled
    else { return false }
    if interrupter == .listener, conversation[response].traits.contains(.uninterruptible) {
      return false
    }
    return conversation[response].generation.isOpen || !isAllHeard(response)
  }

  /// Whether nothing of a response is left to be heard or shown, by what the sink has reported.
  private func isAllHeard(_ response: ResponseID) -> Bool {
    var item = conversation[response].firstItem
    while item.exists {
      if conversation[item].isOpenMessage {
        var hasAudio = false
        var part = conversation[item].firstPart
        while part.exists {
          switch conversation[part].verdict {
          case .silent: break
          case .full where !conversation[part].isEstimated: hasAudio = true
          case .full, .partial, .unheard: return false
          }
          part = conversation[part].next
        }
        if !hasAudio { return false }
      }
      item = conversation[item].next
    }
    return true
  }

  /// Rule D12: a response that was interrupted before it was created.
  mutating func cutAtCreation(_ response: ResponseID, into effects: inout EffectRing) {
    lastCutGroup += 1
    conversation[response].cut = .done(group: lastCutGroup)
    cancel(response, into: &effects)
    settled(response, into: &effects)
  }

  /// A response is over for the listener: CANCEL leaves at once (rule D1), unless the server has cancelled
  /// by itself (rule D13).
  private mutating func markCut(
    _ response: ResponseID, by interrupter: Interrupter, into effects: inout EffectRing
  ) {
    conversation[response].cut = .clearing(group: lastCutGroup)
    let cancelsItself = server.contains(.interrupts) && interrupter == .listener
    if !cancelsItself { cancel(response, into: &effects) }
  }

  /// Clears the sink, and settles at once what nothing of it has to answer for.
  private mutating func clearAndSettle(into effects: inout EffectRing) {
    let isCleared = clearSink(into: &effects)
    guard clearing == nil else { return }
    settleCut(into: &effects)
    if isCleared { restoreSpared(into: &effects) }
  }

  /// Takes back what the sink has not played of the cut responses. What it cannot take back counts as
  /// heard (rule C6). Returns whether the sink was told to clear.
  @discardableResult
  mutating func clearSink(into effects: inout EffectRing) -> Bool {
    guard sink?.canClear == true else {
      surrenderSegments(into: &effects)
      return false
    }
    let first = firstToClear()
    dropUnwritten(withSpared: first != nil)
    guard let first else { return false }
    tellClear(at: first, into: &effects)
    var mustAnswer = false
    for index in 0..<timeline.count where timeline[index].phase != .finished {
      let part = timeline[index].part
      timeline[index].phase = .clearing
      // Of a response that is spared nothing is over: its part will play on.
      if !isCut(part) || conversation[part].playout.clear() { mustAnswer = true }
    }
    if mustAnswer {
      timeline.freezeClock(nowUs: nowUs)
      clearing = Clearing(deadlineUs: nowUs + patience.clearUs)
    }
    return true
  }

  /// A segment of which the sink has nothing yet is no matter for it: it is over without a word. A spared one is
  /// begun anew.
  private mutating func dropUnwritten(withSpared: Bool) {
    for index in 0..<timeline.count where isUnwritten(index) {
      let part = timeline[index].part
      guard isCut(part) || withSpared else { continue }
      timeline[index].phase = .finished
      if isCut(part) { _ = conversation[part].playout.cutOff() }
    }
  }

  /// Whether nothing of a segment was written. What goes into a device's channel is cut with the channel.
  private func isUnwritten(_ index: Int) -> Bool {
    timeline[index].written == 0 && timeline[index].phase != .finished && sink?.reporting != .counted
  }

  /// A clear takes back all that the ear has not heard, also of responses that it was not meant for: where the ear
  /// lags, one has ended at the sink and the next has begun. What was taken from them waits again (rules A10, C6, D9).
  private mutating func restoreSpared(into effects: inout EffectRing) {
    var isAnySpared = false
    for index in 0..<timeline.count where !isCut(timeline[index].part) { isAnySpared = true }
    if isAnySpared { abandonSegments(into: &effects) }
  }

  /// Tells the sink to clear; this segment is the audible one.
  mutating func tellClear(at index: Int, into effects: inout EffectRing) {
    clears += 1
    effects.append(.clear(timeline[index].id, timeline[index].part))
  }

  /// The audible segment, if anything unheard of the cut responses lies in the sink or on its way to the
  /// ear. All of it heard and the part done: nothing to clear (rule B9).
  private func firstToClear() -> Int? {
    var isNeeded = false
    for index in 0..<timeline.count where isCut(timeline[index].part) && !isUnwritten(index) {
      let part = timeline[index].part
      if conversation[part].playout == .cut { continue }
      if conversation[part].verdict != .full || conversation[part].isEstimated { isNeeded = true }
    }
    guard isNeeded else { return nil }
    for index in 0..<timeline.count where timeline[index].phase != .finished && !isUnwritten(index) {
      return index
    }
    return 0
  }

  func isCut(_ part: PartID) -> Bool {
    conversation[response(of: part)].cut != .none
  }

  private mutating func surrenderSegments(into effects: inout EffectRing) {
    for index in 0..<timeline.count where isCut(timeline[index].part) {
      let part = timeline[index].part
      let length = timeline[index].length
      guard conversation[part].playout != .cut else { continue }
      timeline[index].ear = length
      let heard = timeline[index].heardFrames(
        sourceRateHz: conversation[part].sourceRateHz, sinkRateHz: timeline.rateHz)
      conversation[part].heard = max(heard, conversation[part].heardFloor)
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
    if purpose == .cut { restoreSpared(into: &effects) }
  }

  /// The sink did not answer in time: what is known counts, never what was pushed (rule E2).
  mutating func clearTimesOut(into effects: inout EffectRing) {
    if let first = timeline.audible {
      let part = timeline[first].part
      diagnose(
        .clearTimeout, response: response(of: part), item: conversation[part].item,
        segment: timeline[first].id, into: &effects)
    }
    let position = timeline.position(nowUs: nowUs)
    var start = timeline.origin
    for index in 0..<timeline.count {
      let place = position - start
      start += timeline[index].length
      guard timeline[index].phase == .clearing else { continue }
      let played = timeline[index].played
      let reached = max(played, min(timeline[index].written, place))
      timeline[index].isPlayedEstimated = reached > played
      timeline[index].played = reached
    }
    // All at once: a segment that is finished is shorter, and the ones behind it would seem to move.
    for index in 0..<timeline.count { timeline[index].phase = .finished }
    followEar(into: &effects)
    clearIsAnswered(into: &effects)
  }

  /// Settles every response that is being cut, or `only` one: TRUNCs first, then DELETEs and one SYNC (rules D1,
  /// F1), and behind what the server waits for the records.
  mutating func settleCut(only: ResponseID? = nil, into effects: inout EffectRing) {
    let range = conversation.firstUnsettled..<conversation.line.count
    for index in range where isBeingCut(conversation.line[index], only) {
      var item = conversation[conversation.line[index]].firstItem
      while item.exists {
        if conversation[item].isOpenMessage {
          conversation[item].wasInterrupted = true
          decide(item, into: &effects)
          if conversation[item].outcome == .partial { tellPartial(item, into: &effects) }
        }
        item = conversation[item].next
      }
    }
    var firstSkipped: ResponseID?
    for index in range where isBeingCut(conversation.line[index], only) {
      let response = conversation.line[index]
      var item = conversation[response].firstItem
      while item.exists {
        if conversation[item].outcome == .skipped, !conversation[item].isForgotten {
          if tellSkipped(item, into: &effects) { firstSkipped = firstSkipped ?? response }
        }
        item = conversation[item].next
      }
    }
    for index in range where isBeingCut(conversation.line[index], only) {
      payLateAudio(of: conversation.line[index], into: &effects)
    }
    if let firstSkipped {
      sync(.cut(group: conversation[firstSkipped].cut.group), firstSkipped, into: &effects)
    }
    for index in range where isBeingCut(conversation.line[index], only) {
      let response = conversation.line[index]
      conversation[response].cut = .done(group: conversation[response].cut.group)
      recordMessages(of: response, into: &effects)
      settled(response, into: &effects)
    }
  }

  private mutating func recordMessages(of response: ResponseID, into effects: inout EffectRing) {
    var item = conversation[response].firstItem
    while item.exists {
      let isSettled = conversation[item].outcome != .pending
      if conversation[item].kind == .message, isSettled { record(item, into: &effects) }
      item = conversation[item].next
    }
  }

  /// What came too late for parts that had ended before the cut made their positions final; at the close, for all
  /// parts, since none ends behind it.
  mutating func payLateAudio(of response: ResponseID, into effects: inout EffectRing) {
    var item = conversation[response].firstItem
    while item.exists {
      var part = conversation[item].firstPart
      while part.exists {
        if isClosed || !conversation[part].generation.isOpen { payLateAudio(part, into: &effects) }
        part = conversation[part].next
      }
      item = conversation[item].next
    }
  }

  func isBeingCut(_ response: ResponseID, _ only: ResponseID?) -> Bool {
    guard case .clearing = conversation[response].cut else { return false }
    return only == nil || only == response
  }

  /// An item announced after its response was cut: nothing of it plays, and the server forgets it (rule D5).
  mutating func settleAfterCut(_ item: ItemID, into effects: inout EffectRing) {
    let response = conversation[item].response
    conversation[item].wasInterrupted = conversation[response].cut != .none
    settle(item, into: &effects)
    if tell(item, into: &effects) { sync(about: response, into: &effects) }
  }
}
