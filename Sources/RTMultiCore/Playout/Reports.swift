// What the sink reports (rules E1, E6, B7 to B9). What the ear makes of it is Ear.swift's.

extension Engine {
  mutating func started(_ id: SegmentID, atUs: Int64, into effects: inout EffectRing) -> Answer {
    guard let index = timeline.index(of: id), timeline[index].start == .unknown else {
      return stale(id, into: &effects)
    }
    switch timeline[index].phase {
    case .open, .flushed: break
    // What was taken and on its way to the ear when it was cut is heard from then on (rule C6).
    case .clearing where sink?.reporting == .counted: break
    case .clearing, .finished: return stale(id, into: &effects)
    }
    sinkSpoke()
    timeline[index].hasReport = true
    timeline[index].start = .reported(
      atUs: atUs == Input.now ? nowUs : timeline.moment(ofReport: atUs, nowUs: nowUs))
    restartClock(atUs: atUs)
    return .ok
  }

  mutating func progress(
    _ id: SegmentID, frames: Int64, atUs: Int64 = Input.now, into effects: inout EffectRing
  ) -> Answer {
    // A report that crosses a clear does not count: the sink's answer does, and a mark that comes back
    // because of the clear was not heard (rule E6).
    guard let index = timeline.index(of: id),
      timeline[index].phase == .open || timeline[index].phase == .flushed, frames >= timeline[index].played
    else { return stale(id, into: &effects) }
    sinkSpoke()
    reported(frames, of: index, atUs: atUs, into: &effects)
    return .ok
  }

  mutating func finished(
    _ id: SegmentID, frames: Int64, interrupted: Bool, atUs: Int64, into effects: inout EffectRing
  ) -> Answer {
    guard let index = timeline.index(of: id) else { return stale(id, into: &effects) }
    switch timeline[index].phase {
    case .finished: return stale(id, into: &effects)
    case .open: return progress(id, frames: frames, atUs: atUs, into: &effects)  // Rule B9.
    case .flushed, .clearing: break
    }
    sinkSpoke()
    reported(frames, of: index, atUs: atUs, into: &effects)
    finish(index, interrupted: interrupted, into: &effects)
    return .ok
  }

  /// Position is what marks acknowledge; one at the end of a complete segment finishes it (rule E6).
  mutating func mark(_ id: SegmentID, frames: Int64, atUs: Int64, into effects: inout EffectRing) -> Answer {
    guard let index = timeline.index(of: id) else { return stale(id, into: &effects) }
    if timeline[index].phase == .flushed, frames >= timeline[index].written {
      return finished(id, frames: frames, interrupted: false, atUs: atUs, into: &effects)
    }
    return progress(id, frames: frames, atUs: atUs, into: &effects)
  }

  /// The far end tells the length of its queue: where it stands in the line follows from that.
  mutating func queued(frames: Int64, into effects: inout EffectRing) -> Answer {
    guard timeline.audible != nil, clearing.isIdle, frames >= 0 else { return .ignored }
    sinkSpoke()
    let position = max(timeline.written - frames, timeline.reported)
    while let index = timeline.audible {
      let start = timeline.start(of: index)
      advance(index, to: max(position - start, 0), atUs: Input.now)
      guard timeline[index].phase == .flushed,
        timeline[index].played == timeline[index].written
      else { break }
      finish(index, interrupted: false, into: &effects)
    }
    return .ok
  }

  mutating func sinkReady() -> Answer { intake.spoke(nowUs: nowUs) ? .ok : .ignored }

  private func stale(_ id: SegmentID, into effects: inout EffectRing) -> Answer {
    diagnose(.staleReport, segment: id, into: &effects)
    return .ignored
  }

  /// The sink says that it has come to `frames` of a segment. It cannot have played what it never got, the silence behind
  /// its last frame included: that is told once (rule E1).
  private mutating func reported(
    _ frames: Int64, of index: Int, atUs: Int64, into effects: inout EffectRing
  ) {
    if frames > timeline[index].written + timeline[index].padding, !timeline[index].wasOverreported {
      timeline[index].wasOverreported = true
      let item = conversation[timeline[index].part].item
      diagnose(.staleReport, item: item, segment: timeline[index].id, into: &effects)
    }
    advance(index, to: frames, atUs: atUs)
  }

  /// The sink has come to `frames` of a segment: never back, and never beyond what was written (rule C1).
  private mutating func advance(_ index: Int, to frames: Int64, atUs: Int64) {
    timeline[index].hasReport = true
    timeline[index].played = max(timeline[index].played, min(frames, timeline[index].written))
    // Whoever is in the silence behind it has come as far: an ear that lags is not taken back (rule C6).
    let silent = min(frames - timeline[index].written, timeline[index].padding)
    if silent > timeline[index].paddingPlayed { timeline[index].paddingPlayed = silent }
    restartClock(atUs: atUs)
  }

  /// Estimates start again from what a report says, at the moment at which it was so (rule C8).
  @inline(__always)
  private mutating func restartClock(atUs: Int64) {
    if atUs == Input.now {
      timeline.restartClock(nowUs: nowUs)
    } else {
      timeline.restartClock(atUs: atUs, nowUs: nowUs)
    }
    timeline.noteFact(nowUs: nowUs)
  }

  /// The sink is done with a segment.
  mutating func finish(_ index: Int, interrupted: Bool, into effects: inout EffectRing) {
    let id = timeline[index].id
    let part = timeline[index].part
    let wasCleared = timeline[index].phase == .clearing
    let isShort = timeline[index].played < timeline[index].written
    timeline[index].phase = .finished
    // A clock says so without an input of its own, and the next response may begin.
    mayBeDue = true
    finishedTurnUs = turnUs
    // It was drained before that where its part ended later than its audio (rule A6).
    conversation[response(of: part)].idleTurnUs = dryTurnUs ?? turnUs
    let item = conversation[part].item
    // A clear that is not for its cut ends nothing: it is handed over again, or shown.
    let goesOn = wasCleared && (!clearing.isForCut || !isCut(part))
    if interrupted, !goesOn, conversation[item].outcome == .pending {
      conversation[item].wasInterrupted = true
    }
    followEar(into: &effects)
    if goesOn {
      // Nothing is over: it is handed over again.
    } else if isShort, !wasCleared, timeline.latencyUs > 0 {
      // The ear has yet to come to where the sink stopped (rule C6); nothing follows it.
      _ = conversation[part].playout.finish(id, isShort: false)
      conversation[part].turn = .followed
      conversation[part].handOver(from: conversation[part].received)
    } else if wasCleared {
      _ = conversation[part].playout.clearAnswered(id)
    } else {
      _ = conversation[part].playout.finish(id, isShort: isShort)
    }
    if !clearing.isIdle, timeline.audible == nil { clearIsAnswered(into: &effects) }
  }
}
