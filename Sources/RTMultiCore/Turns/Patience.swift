// How long a silent message or part keeps its turn (rule A3): said once, for whether it is kept and for when it ends.

extension Engine {
  /// What silence does to the turn: of `part`, or of the whole message when that is none. It is kept until something
  /// later is ready, and `turn_patience` longer; then what is later may go first.
  func standingInSilence(of part: PartID, in item: ItemID) -> Standing {
    guard let readyUs = conversation.readySince(after: part, in: item) else { return .holds(untilUs: nil) }
    let endUs = readyUs + patience.turnUs
    return nowUs < endUs ? .holds(untilUs: endUs) : .mayBePassed
  }

  /// When the patience ends with whoever holds the turn, or nil while that depends on something else than time.
  var patienceDeadline: Int64? {
    // A sink that takes one segment at a time gets nothing before it is done with that one.
    guard clearing.isIdle, sink?.isGapless == true || timeline.audible == nil else { return nil }
    guard case .holds(let untilUs) = turn else { return nil }
    return untilUs
  }
}
