// What the host wants: pause, resume, delivered texts, the end. Interrupts are in Interruption/.

extension Engine {
  // MARK: Pause (rules E3, E4)

  mutating func pause(into effects: inout EffectRing) -> Answer {
    guard sink?.canPause == true else {
      diagnose(.refusedPause, into: &effects)
      return .unsupported
    }
    guard !isPaused else { return .ignored }
    isPaused = true
    timeline.freezeClock(nowUs: nowUs)
    effects.append(.pause)
    return .ok
  }

  mutating func resume(into effects: inout EffectRing) -> Answer {
    guard isPaused else { return .ignored }
    isPaused = false
    stepBack(into: &effects)
    if clearing == nil { timeline.thawClock(nowUs: nowUs) }
    if sink?.canPause == true { effects.append(.resume) }
    return .ok
  }

  // MARK: Text that is shown (rule B6)

  mutating func textDelivered(_ name: Bytes, into effects: inout EffectRing) -> Answer {
    guard let item = conversation.item(named: name), conversation[item].delivery == .offered,
      conversation[item].outcome == .pending
    else { return .ignored }
    conversation[item].delivery = .delivered
    return .ok
  }

  // MARK: The end (rule B10)

  mutating func close(into effects: inout EffectRing) -> Answer {
    followEar(into: &effects)
    for expectation in expected { expectation.token.free() }
    expected.removeAll()
    lastCutGroup += 1
    for index in conversation.firstUnsettled..<conversation.line.count {
      let response = conversation.line[index]
      guard !conversation[response].isSettled,
        conversation[response].cut == .none
      else { continue }
      conversation[response].cut = .clearing(group: lastCutGroup)
      cancel(response, into: &effects)
    }
    if clearing == nil { clearSink(into: &effects) }
    clearing = nil
    // Nothing ends behind this any more, so what came too late for a message is told now (rules A4, D5, D6).
    isClosed = true
    for response in conversation.line where !isBeingCut(response, nil) {
      payLateAudio(of: response, into: &effects)
    }
    settleCut(into: &effects)
    return .ok
  }
}
