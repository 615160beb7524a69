// What only time brings: the clock that the engine is told, and when it wants to be told again.

extension Engine {
  mutating func advance(_ us: Int64, into effects: inout EffectRing) -> Answer {
    // A step backwards changes nothing (rule C7).
    guard us >= nowUs else { return .ignored }
    // So far from the end of the numbers that every deadline fits behind it.
    nowUs = min(us, 1 << 62)
    if let clearUs = clearing.deadlineUs, us >= clearUs {
      mayBeDue = true
      clearTimesOut(into: &effects)
    }
    expected.end(nowUs: nowUs)
    awaitFirstReport(into: &effects)
    cancelHeldBack(into: &effects)
    if let commandUs = commands.wait.deadlineUs, us >= commandUs { giveUpCommands(into: &effects) }
    // Time alone lets one response pass another (rule A6).
    if conversation.openResponses > 1, turnUs >= passingTurnUs { mayBeDue = true }
    return .ok
  }

  /// When ``Input/advance(us:)`` must come at the latest if nothing else happens; nil when nothing depends
  /// on time.
  public var nextDeadlineUs: Int64? {
    if isClosed { return nil }
    var deadline: Int64?
    func consider(_ us: Int64?) {
      if let us { deadline = min(deadline ?? .max, max(us, nowUs)) }
    }
    consider(clearing.deadlineUs)
    consider(listening.cancelUs)
    consider(commands.wait.deadlineUs)
    consider(expected.endUs)
    consider(intakeDeadline)
    consider(firstReportDeadline)
    consider(clockDeadline)
    consider(patienceDeadline)
    consider(followingDeadline)
    consider(serverDeadline)
    return deadline
  }

  /// When to look again at positions that move by themselves: every 20 ms, for text and room in the sink follow them,
  /// and where they stop, for a segment or a message may end there.
  private var followingDeadline: Int64? {
    var stopUs = timeline.earDeadline(nowUs: nowUs)
    if timeline.estimates, !isPaused, clearing.isIdle, timeline.position(nowUs: nowUs) < timeline.reach,
      let writtenUs = timeline.moment(of: timeline.reach)
    {
      stopUs = min(stopUs ?? .max, writtenUs)
    }
    if let startUs = timeline.startDeadline { stopUs = min(stopUs ?? .max, startUs) }
    return stopUs.map { min($0, nowUs + 20_000) }
  }
}
