// Another sink (rule E5): the unheard rest of every segment waits again.

extension Engine {
  mutating func sinkChanged(_ traits: SinkTraits?, into effects: inout EffectRing) -> Answer {
    followEar(into: &effects)
    // What the old one had not finished, nobody waits for any longer.
    if isSinkBusy { finishedTurnUs = turnUs }
    if !clearing.isIdle {
      // The old sink will not answer any more: what it reported is what was heard.
      abandonSegments(into: &effects)
      settleCut(into: &effects)
      _ = clearing.ended()
    } else {
      abandonSegments(into: &effects)
    }
    timeline.forgetPadding()
    sink = traits
    setTurnClock()
    intake = .open(delayUs: 0)
    firstReport = traits?.reporting == .reports ? .notOwed : .settled
    timeline.rateHz = traits?.rateHz ?? timeline.rateHz
    timeline.latencyUs = traits?.latencyUs ?? 0
    timeline.startsAtOnce = traits?.startsAtOnce == true || traits?.reporting == .silent
    timeline.estimates =
      switch traits?.reporting {
      case .reports, nil: estimates
      case .silent: true
      case .counted: false
      }
    if isPaused, traits?.canPause == true { effects.append(.pause) }
    return .ok
  }

  /// The unheard rest of every segment waits again.
  mutating func abandonSegments(into effects: inout EffectRing) {
    for index in 0..<timeline.count {
      let part = timeline[index].part
      effects.append(.retire(timeline[index].id))
      rewind(part, to: conversation[part].heard)
    }
    timeline.reset()
  }

  /// What lies behind a source frame of a part waits again (rule E5), unless it is over.
  mutating func rewind(_ part: PartID, to frame: Int64) {
    guard !isCut(part), !cutOffShown(part), conversation[part].playout.rewind() else { return }
    conversation[part].handOver(from: min(conversation[part].handed, frame))
    guard conversation[part].waiting > 0 else { return }
    conversation[response(of: part)].life.reopen()
    if conversation[part].turn == .followed { conversation[part].turn = .begun }
    let item = conversation[part].item
    if conversation[item].turn == .followed { conversation[item].turn = .begun }
  }
}
