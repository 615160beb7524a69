// How long a message keeps its turn while a later one of its response is ready (rule A3). Each patience is said once, as
// the turn time at which it ends: for whether it is over, and for the deadline.

extension Engine {
  /// What silence does to the turn: of `part`, or of the whole message when that is none. It is kept until something
  /// later is ready, and `turn_patience` longer; then what is later may go first. The patience begins when the response
  /// has its turn and the sink is done with what was before (rule A3).
  func standingInSilence(of part: PartID, in item: ItemID) -> Standing {
    guard let readyTurnUs = conversation.readySince(after: part, in: item), let doneTurnUs = sinkDoneTurnUs,
      let cameTurnUs = conversation[conversation[item].response].cameTurnUs
    else { return .holds(untilTurnUs: nil) }
    return standing(waitingUntil: max(readyTurnUs, doneTurnUs, cameTurnUs) + patience.turnUs)
  }

  /// What a pause in the audio does to the turn, of one that has spoken and is not done: it is kept until something later
  /// is ready and no audio has come for `handover`, for deltas that interleave come with jitter (rule A3). `part` is the
  /// one that something later may follow; none where that is the whole message.
  func standingInQuiet(of part: PartID, in item: ItemID) -> Standing {
    guard conversation.readySince(after: part, in: item) != nil else { return .holds(untilTurnUs: nil) }
    let arrivedTurnUs =
      part.exists ? conversation[part].arrivedTurnUs : conversation.arrivedTurnUs(of: item)
    return standing(waitingUntil: arrivedTurnUs + handoverUs)
  }

  /// Whether no audio has come for a part for `handover` while something later of its response is ready.
  func isQuiet(_ part: PartID) -> Bool {
    standingInQuiet(of: part, in: conversation[part].item) == .mayBePassed
  }

  private func standing(waitingUntil endTurnUs: Int64) -> Standing {
    turnUs < endTurnUs ? .holds(untilTurnUs: endTurnUs) : .mayBePassed
  }

  /// When the patience ends with whoever holds the turn, or nil while that depends on something else than time.
  var patienceDeadline: Int64? {
    guard clearing.isIdle else { return nil }
    var endTurnUs = passing?.endTurnUs
    if let lapse { endTurnUs = min(endTurnUs ?? .max, lapse.endTurnUs) }
    if case .holds(let untilTurnUs?) = turn { endTurnUs = min(endTurnUs ?? .max, untilTurnUs) }
    return endTurnUs.flatMap { turnClock.moment(of: $0, nowUs: nowUs) }
  }
}
