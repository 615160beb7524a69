// The host holds the sink still, and lets it go on (rules E3, E4).

extension Engine {
  mutating func pause(into effects: inout EffectRing) -> Answer {
    // A sink that cannot pause says so, and nothing changes (rule E4); nobody can pause a server's playout (rule F4).
    guard sink?.canPause == true, heardAtServer == nil else {
      diagnose(.refusedPause, into: &effects)
      return .unsupported
    }
    guard !isPaused else { return .ignored }
    isPaused = true
    setTurnClock()
    timeline.freezeClock(nowUs: nowUs)
    firstReport.pause(nowUs: nowUs)
    effects.append(.pause)
    return .ok
  }

  mutating func resume(into effects: inout EffectRing) -> Answer {
    guard isPaused else { return .ignored }
    isPaused = false
    setTurnClock()
    firstReport.resume(nowUs: nowUs)
    stepBack(into: &effects)
    if clearing.isIdle { timeline.thawClock(nowUs: nowUs) }
    if sink?.canPause == true { effects.append(.resume) }
    return .ok
  }
}
