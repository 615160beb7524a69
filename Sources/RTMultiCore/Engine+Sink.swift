// What the sink reports, what the ear makes of it, and what happens when the sink is replaced.

extension Engine {
  // MARK: Reports (rules E1, E6, B7 to B9)

  mutating func started(_ id: SegmentID, into effects: inout EffectRing) -> Answer {
    guard let index = timeline.index(of: id), !timeline[index].hasStarted else {
      return stale(id, into: &effects)
    }
    switch timeline[index].phase {
    case .open, .flushed: break
    // What was taken and on its way to the ear when it was cut is heard from then on (rule C6).
    case .clearing where sink?.reporting == .counted: break
    case .clearing, .finished: return stale(id, into: &effects)
    }
    isSinkFull = false
    timeline.restartClock(nowUs: nowUs)
    noteStart(index, into: &effects)
    return .ok
  }

  /// A segment is heard from now on.
  mutating func noteStart(_ index: Int, into effects: inout EffectRing) {
    timeline[index].hasStarted = true
    let part = timeline[index].part
    let response = response(of: part)
    noteFirstFrame(of: response)
    if conversation[response].speaking == .silent,
      !conversation[response].isSettled
    {
      conversation[response].speaking = .started
      effects.append(.speakingStarted(response))
    }
    effects.append(.playbackStarted(timeline[index].id, part))
  }

  mutating func progress(_ id: SegmentID, frames: Int64, into effects: inout EffectRing) -> Answer {
    // A report that crosses a clear does not count: the sink's answer does, and a mark that comes back
    // because of the clear was not heard (rule E6).
    guard let index = timeline.index(of: id),
      timeline[index].phase == .open || timeline[index].phase == .flushed, frames >= timeline[index].played
    else { return stale(id, into: &effects) }
    isSinkFull = false
    advance(index, to: frames)
    return .ok
  }

  mutating func finished(
    _ id: SegmentID, frames: Int64, interrupted: Bool, into effects: inout EffectRing
  ) -> Answer {
    guard let index = timeline.index(of: id) else { return stale(id, into: &effects) }
    switch timeline[index].phase {
    case .finished: return stale(id, into: &effects)
    case .open: return progress(id, frames: frames, into: &effects)  // Rule B9.
    case .flushed, .clearing: break
    }
    isSinkFull = false
    advance(index, to: frames)
    finish(index, interrupted: interrupted, into: &effects)
    return .ok
  }

  /// Position is what marks acknowledge; one at the end of a complete segment finishes it (rule E6).
  mutating func mark(_ id: SegmentID, frames: Int64, into effects: inout EffectRing) -> Answer {
    guard let index = timeline.index(of: id) else { return stale(id, into: &effects) }
    if timeline[index].phase == .flushed, frames >= timeline[index].written {
      return finished(id, frames: frames, interrupted: false, into: &effects)
    }
    return progress(id, frames: frames, into: &effects)
  }

  /// The far end tells the length of its queue: where it stands in the line follows from that.
  mutating func queued(frames: Int64, into effects: inout EffectRing) -> Answer {
    guard timeline.audible != nil, clearing == nil, frames >= 0 else { return .ignored }
    isSinkFull = false
    let position = max(timeline.written - frames, timeline.reported)
    while let index = timeline.audible {
      let start = timeline.start(of: index)
      advance(index, to: max(position - start, 0))
      guard timeline[index].phase == .flushed,
        timeline[index].played == timeline[index].written
      else { break }
      finish(index, interrupted: false, into: &effects)
    }
    return .ok
  }

  mutating func sinkReady() -> Answer {
    guard isSinkFull else { return .ignored }
    isSinkFull = false
    return .ok
  }

  private func stale(_ id: SegmentID, into effects: inout EffectRing) -> Answer {
    diagnose(.staleReport, segment: id, into: &effects)
    return .ignored
  }

  /// The sink has come to `frames` of a segment: never back, and never beyond what was written (rule C1).
  private mutating func advance(_ index: Int, to frames: Int64) {
    timeline[index].played = max(timeline[index].played, min(frames, timeline[index].written))
    timeline.restartClock(nowUs: nowUs)
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
    mayHaveSettled = true
    let item = conversation[part].item
    if interrupted, conversation[item].outcome == .pending {
      conversation[item].wasInterrupted = true
    }
    followEar(into: &effects)
    if wasCleared, clearing?.purpose != .cut || !isCut(part) {
      // Nothing is over: it is handed over again.
    } else if isShort, !wasCleared, timeline.latencyUs > 0 {
      // The ear has yet to come to where the sink stopped (rule C6); nothing follows it.
      _ = conversation[part].playout.finish(id, isShort: false)
      conversation[part].isFollowed = true
      conversation[part].handed = conversation[part].received
    } else {
      _ = conversation[part].playout.finish(id, isShort: isShort)
    }
    if clearing != nil, timeline.audible == nil { clearIsAnswered(into: &effects) }
  }

  // MARK: The ear

  /// Moves every P to where the ear is now, and tells what follows: text, heard audio, what may be let go.
  mutating func followEar(into effects: inout EffectRing) {
    guard timeline.count > 0 else { return }
    if timeline.estimates { timeline.noteFact(nowUs: nowUs) }
    let ear = timeline.ear(nowUs: nowUs)
    var start = timeline.origin
    for index in 0..<timeline.count {
      let length = timeline[index].length
      let heard = max(0, min(ear - start, length))
      start += length
      if heard != timeline[index].ear || timeline[index].phase != timeline[index].heardPhase {
        hear(index, through: heard, into: &effects)
      }
    }
    while timeline.count > 0, timeline[0].isDrained {
      let part = timeline[0].part
      // A clear that was not meant for it has made it short: what it lacks is handed over again after the answer.
      if clearing?.purpose == .cut, !isCut(part) { break }
      effects.append(.retire(timeline[0].id))
      timeline.removeFirst()
      mayHaveSettled = true
      // Audio that came too late while this was on its way to the ear can be told now.
      if !conversation[part].generation.isOpen { tellLateAudio(part, into: &effects) }
    }
  }

  private mutating func hear(_ index: Int, through ear: Int64, into effects: inout EffectRing) {
    let hasMoved = timeline[index].ear != ear
    timeline[index].ear = ear
    timeline[index].heardPhase = timeline[index].phase
    let part = timeline[index].part
    guard conversation[part].playout != .cut else { return }
    // A segment that waits behind another of the same part says nothing yet, and one that the ear has left for the
    // next says nothing more.
    if ear == 0, timeline[index].base > conversation[part].heard { return }
    if !hasMoved, hasLeft(index) { return }
    let heard = timeline[index].heardFrames(
      sourceRateHz: conversation[part].sourceRateHz, sinkRateHz: timeline.rateHz)
    let isCertain = ear <= timeline[index].played
    // After a step back the furthest that was heard counts; and what was reported stands, also where a sink that has
    // told of a later segment lets an earlier one end short (rule C1).
    let reported = conversation[part].isEstimated ? 0 : conversation[part].heard
    if heard < max(reported, conversation[part].heardFloor) {
      if reportsHeardAudio, isCertain { giveOut(index, through: ear, into: &effects) }
      return
    }
    conversation[part].isEstimated = !isCertain || timeline[index].isPlayedEstimated
    if reportsHeardAudio, isCertain { giveOut(index, through: ear, into: &effects) }
    guard heard != conversation[part].heard else { return }
    let item = conversation[part].item
    if heard > conversation[part].heard {
      if conversation[item].startedUs < 0 {
        conversation[item].startedUs = nowUs
        noteFirstFrame(of: conversation[item].response)
        noteGap(before: item)
      }
      conversation[item].stoppedUs = nowUs
      conversation[conversation[item].response].heardUs = nowUs
    }
    conversation[part].heard = heard
    if heard >= conversation[part].keptFrom + Int64(conversation[part].sourceRateHz / 10) {
      conversation[part].keptFrom = heard
      effects.append(.release(part, heardThrough: max(0, heard - stepBackFrames(of: part))))
    }
    releaseText(part, into: &effects)
  }

  /// Whether the ear has gone on from a segment to a later one of the same part.
  private func hasLeft(_ index: Int) -> Bool {
    var later = index + 1
    while later < timeline.count {
      if timeline[later].part == timeline[index].part, timeline[later].ear > 0 {
        return true
      }
      later += 1
    }
    return false
  }

  /// Heard audio is given out once, and only what was heard for certain.
  mutating func giveOut(_ index: Int, through frame: Int64, into effects: inout EffectRing) {
    guard frame > timeline[index].givenOut else { return }
    timeline[index].givenOut = frame
    effects.append(.heardAudio(timeline[index].id, timeline[index].part, through: frame))
  }

  // MARK: Another sink (rule E5)

  mutating func sinkChanged(_ traits: SinkTraits?, into effects: inout EffectRing) -> Answer {
    followEar(into: &effects)
    if clearing != nil {
      // The old sink will not answer any more: what it reported is what was heard.
      abandonSegments(into: &effects)
      settleCut(into: &effects)
      clearing = nil
    } else {
      abandonSegments(into: &effects)
    }
    sink = traits
    isSinkFull = false
    timeline.rateHz = traits?.rateHz ?? timeline.rateHz
    timeline.latencyUs = traits?.latencyUs ?? 0
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

  /// What lies behind a source frame of a part waits again, unless it is over.
  mutating func rewind(_ part: PartID, to frame: Int64) {
    guard conversation[part].playout.rewind() else { return }
    conversation[part].handed = min(conversation[part].handed, frame)
    guard conversation[part].waiting > 0 else { return }
    conversation.reopen(response(of: part))
    conversation[part].isFollowed = false
    let item = conversation[part].item
    if conversation[item].turn == .followed { conversation[item].turn = .begun }
  }
}
