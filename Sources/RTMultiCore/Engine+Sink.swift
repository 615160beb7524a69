// What the sink reports, what the ear makes of it, and what happens when the sink is replaced.

extension Engine {
  // MARK: Reports (rules E1, E6, B7 to B9)

  mutating func started(_ id: SegmentID, into effects: inout EffectRing) -> Answer {
    guard let index = timeline.index(of: id), !timeline.segments[index].hasStarted else {
      return stale(id, into: &effects)
    }
    switch timeline.segments[index].phase {
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
    timeline.segments[index].hasStarted = true
    let part = timeline.segments[index].part
    let response = response(of: part)
    noteFirstFrame(of: response)
    if conversation.responses[response.slot].speaking == .silent,
      !conversation.responses[response.slot].isSettled
    {
      conversation.responses[response.slot].speaking = .started
      effects.append(.speakingStarted(response))
    }
    effects.append(.playbackStarted(timeline.segments[index].id, part))
  }

  mutating func progress(_ id: SegmentID, frames: Int64, into effects: inout EffectRing) -> Answer {
    // A report that crosses a clear does not count: the sink's answer does, and a mark that comes back
    // because of the clear was not heard (rule E6).
    guard let index = timeline.index(of: id),
      timeline.segments[index].phase == .open
        || timeline.segments[index].phase == .flushed, frames >= timeline.segments[index].played
    else { return stale(id, into: &effects) }
    isSinkFull = false
    advance(index, to: frames)
    return .ok
  }

  mutating func finished(
    _ id: SegmentID, frames: Int64, interrupted: Bool, into effects: inout EffectRing
  ) -> Answer {
    guard let index = timeline.index(of: id) else { return stale(id, into: &effects) }
    switch timeline.segments[index].phase {
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
    if timeline.segments[index].phase == .flushed, frames >= timeline.segments[index].written {
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
      guard timeline.segments[index].phase == .flushed,
        timeline.segments[index].played == timeline.segments[index].written
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
    timeline.segments[index].played = max(
      timeline.segments[index].played, min(frames, timeline.segments[index].written))
    timeline.restartClock(nowUs: nowUs)
    timeline.noteFact(nowUs: nowUs)
  }

  /// The sink is done with a segment.
  mutating func finish(_ index: Int, interrupted: Bool, into effects: inout EffectRing) {
    let id = timeline.segments[index].id
    let part = timeline.segments[index].part
    let wasCleared = timeline.segments[index].phase == .clearing
    let isShort = timeline.segments[index].played < timeline.segments[index].written
    timeline.segments[index].phase = .finished
    // A clock says so without an input of its own, and the next response may begin.
    mayHaveSettled = true
    let item = conversation.parts[part.slot].item
    if interrupted, conversation.items[item.slot].outcome == .pending {
      conversation.items[item.slot].wasInterrupted = true
    }
    followEar(into: &effects)
    if wasCleared, clearing?.purpose != .cut || !isCut(part) {
      // Nothing is over: it is handed over again.
    } else if isShort, !wasCleared, timeline.latencyUs > 0 {
      // The ear has yet to come to where the sink stopped (rule C6); nothing follows it.
      _ = conversation.parts[part.slot].playout.finish(id, isShort: false)
      conversation.parts[part.slot].isFollowed = true
      conversation.parts[part.slot].handed = conversation.parts[part.slot].received
    } else {
      _ = conversation.parts[part.slot].playout.finish(id, isShort: isShort)
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
      let length = timeline.segments[index].length
      let heard = max(0, min(ear - start, length))
      start += length
      if heard != timeline.segments[index].ear
        || timeline.segments[index].phase != timeline.segments[index].heardPhase
      {
        hear(index, through: heard, into: &effects)
      }
    }
    while timeline.count > 0, timeline.segments[0].isDrained {
      let part = timeline.segments[0].part
      // A clear that was not meant for it has made it short: what it lacks is handed over again after the answer.
      if clearing?.purpose == .cut, !isCut(part) { break }
      effects.append(.retire(timeline.segments[0].id))
      timeline.removeFirst()
      mayHaveSettled = true
      // Audio that came too late while this was on its way to the ear can be told now.
      if !conversation.parts[part.slot].generation.isOpen { tellLateAudio(part, into: &effects) }
    }
  }

  private mutating func hear(_ index: Int, through ear: Int64, into effects: inout EffectRing) {
    let hasMoved = timeline.segments[index].ear != ear
    timeline.segments[index].ear = ear
    timeline.segments[index].heardPhase = timeline.segments[index].phase
    let part = timeline.segments[index].part
    guard conversation.parts[part.slot].playout != .cut else { return }
    // A segment that waits behind another of the same part says nothing yet, and one that the ear has left for the
    // next says nothing more.
    if ear == 0, timeline.segments[index].base > conversation.parts[part.slot].heard { return }
    if !hasMoved, hasLeft(index) { return }
    let heard = timeline.segments[index].heardFrames(
      sourceRateHz: conversation.parts[part.slot].sourceRateHz, sinkRateHz: timeline.rateHz)
    let isCertain = ear <= timeline.segments[index].played
    // After a step back the furthest that was heard counts; and what was reported stands, also where a sink that has
    // told of a later segment lets an earlier one end short (rule C1).
    let reported = conversation.parts[part.slot].isEstimated ? 0 : conversation.parts[part.slot].heard
    if heard < max(reported, conversation.parts[part.slot].heardFloor) {
      if reportsHeardAudio, isCertain { giveOut(index, through: ear, into: &effects) }
      return
    }
    conversation.parts[part.slot].isEstimated = !isCertain || timeline.segments[index].isPlayedEstimated
    if reportsHeardAudio, isCertain { giveOut(index, through: ear, into: &effects) }
    guard heard != conversation.parts[part.slot].heard else { return }
    let item = conversation.parts[part.slot].item
    if heard > conversation.parts[part.slot].heard {
      if conversation.items[item.slot].startedUs < 0 {
        conversation.items[item.slot].startedUs = nowUs
        noteFirstFrame(of: conversation.items[item.slot].response)
        noteGap(before: item)
      }
      conversation.items[item.slot].stoppedUs = nowUs
      conversation.responses[conversation.items[item.slot].response.slot].heardUs = nowUs
    }
    conversation.parts[part.slot].heard = heard
    if heard >= conversation.parts[part.slot].keptFrom + Int64(conversation.parts[part.slot].sourceRateHz / 10)
    {
      conversation.parts[part.slot].keptFrom = heard
      effects.append(.release(part, heardThrough: max(0, heard - stepBackFrames(of: part))))
    }
    releaseText(part, into: &effects)
  }

  /// Whether the ear has gone on from a segment to a later one of the same part.
  private func hasLeft(_ index: Int) -> Bool {
    var later = index + 1
    while later < timeline.count {
      if timeline.segments[later].part == timeline.segments[index].part, timeline.segments[later].ear > 0 {
        return true
      }
      later += 1
    }
    return false
  }

  /// Heard audio is given out once, and only what was heard for certain.
  mutating func giveOut(_ index: Int, through frame: Int64, into effects: inout EffectRing) {
    guard frame > timeline.segments[index].givenOut else { return }
    timeline.segments[index].givenOut = frame
    effects.append(.heardAudio(timeline.segments[index].id, timeline.segments[index].part, through: frame))
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
      let part = timeline.segments[index].part
      effects.append(.retire(timeline.segments[index].id))
      rewind(part, to: conversation.parts[part.slot].heard)
    }
    timeline.reset()
  }

  /// What lies behind a source frame of a part waits again, unless it is over.
  mutating func rewind(_ part: PartID, to frame: Int64) {
    guard conversation.parts[part.slot].playout.rewind() else { return }
    conversation.parts[part.slot].handed = min(conversation.parts[part.slot].handed, frame)
    guard conversation.parts[part.slot].waiting > 0 else { return }
    conversation.reopen(response(of: part))
    conversation.parts[part.slot].isFollowed = false
    let item = conversation.parts[part.slot].item
    if conversation.items[item.slot].turn == .followed { conversation.items[item.slot].turn = .begun }
  }
}
