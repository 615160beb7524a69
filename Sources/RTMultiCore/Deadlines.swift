// What only time brings: the clock that the engine is told, and when it wants to be told again.

extension Engine {
  mutating func advance(_ us: Int64, into effects: inout EffectRing) -> Answer {
    // A step backwards changes nothing (rule C7).
    guard us >= nowUs else { return .ignored }
    // So far from the end of the numbers that every deadline fits behind it.
    nowUs = min(us, 1 << 62)
    if let clearing, us >= clearing.deadlineUs {
      mayHaveSettled = true
      clearTimesOut(into: &effects)
    }
    return .ok
  }

  /// When ``Input/advance(us:)`` must come at the latest if nothing else happens; nil when nothing depends
  /// on time.
  public var nextDeadlineUs: Int64? {
    if isClosed { return nil }
    var deadline: Int64?
    func consider(_ us: Int64) { deadline = min(deadline ?? .max, us) }
    if let clearing { consider(clearing.deadlineUs) }
    if timeline.earDeadline(nowUs: nowUs) != nil { consider(nowUs + Self.followingStepUs) }
    if timeline.estimates, !isPaused, clearing == nil, timeline.ahead(nowUs: nowUs) > 0 {
      consider(nowUs + Self.followingStepUs)
    }
    if let clockUs = clockDeadline { consider(max(clockUs, nowUs)) }
    if let patienceUs = patienceDeadline { consider(max(patienceUs, nowUs)) }
    return deadline
  }

  /// How often a position that moves by itself is looked at: what text and write-ahead follow in.
  private static var followingStepUs: Int64 { 20_000 }
}
