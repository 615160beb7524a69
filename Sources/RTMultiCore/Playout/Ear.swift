// What the ear makes of the sink's position (rule C6): it moves every P, and what follows from that is told.

extension Engine {
  /// Moves every P to where the ear is now, and tells what follows: text, heard audio, what may be let go. Segment by
  /// segment, in the order in which they are heard: what the ear has left settles before what it comes to begins (rules A8,
  /// C6).
  mutating func followEar(into effects: inout EffectRing) {
    guard timeline.count > 0 else { return }
    if timeline.estimates { timeline.noteFact(nowUs: nowUs) }
    var index = 0
    var start = timeline.origin
    var ear = timeline.ear(nowUs: nowUs)
    while index < timeline.count {
      let length = timeline[index].length
      let heard = max(0, min(ear - start, length))
      if index > 0, isComingTo(index, heard: heard), settleBefore(index, into: &effects) {
        index = 0
        start = timeline.origin
        ear = timeline.ear(nowUs: nowUs)
        continue
      }
      if timeline[index].ear == 0 || timeline[index].start.isReported {
        tellStart(index, heard: heard, into: &effects)
      }
      if heard != timeline[index].ear || timeline[index].phase != timeline[index].heardPhase {
        hear(index, through: heard, into: &effects)
      }
      start += length
      index += 1
    }
    if timeline.count > 0, timeline[0].isDrained { retireDrained(into: &effects) }
  }

  /// Whether the ear comes to a segment that belongs to another part than the one before it.
  private func isComingTo(_ index: Int, heard: Int64) -> Bool {
    guard timeline[index].ear == 0, heard > 0 || isStartHeard(index) else { return false }
    return timeline[index].part != timeline[index - 1].part
  }

  /// The ear leaves a part for another one: what it has drained settles first. Returns whether segments have gone.
  private mutating func settleBefore(_ index: Int, into effects: inout EffectRing) -> Bool {
    let count = timeline.count
    retireDrained(into: &effects)
    settleIfDue(into: &effects)
    return timeline.count != count
  }

  /// Whoever has spoken so far stops, and speaks again when more of it is heard (rule A8).
  private mutating func giveWay(into effects: inout EffectRing) {
    guard speaker.exists, conversation[speaker].speaking == .started else { return }
    conversation[speaker].speaking = .silent
    effects.append(.speakingStopped(speaker))
  }

  /// A response is heard as speaking from now on (rule A8).
  mutating func beginToSpeak(_ response: ResponseID, into effects: inout EffectRing) {
    giveWay(into: &effects)
    speaker = response
    conversation[response].speaking = .started
    effects.append(.speakingStarted(response))
  }

  /// Nothing more of a response will be heard (rule A8).
  mutating func stopSpeaking(_ response: ResponseID, into effects: inout EffectRing) {
    if speaker == response { speaker = .none }
    guard conversation[response].speaking == .started else { return }
    conversation[response].speaking = .stopped
    effects.append(.speakingStopped(response))
  }

  private mutating func retireDrained(into effects: inout EffectRing) {
    while timeline.count > 0, timeline[0].isDrained {
      let part = timeline[0].part
      // A clear that was not meant for it has made it short: what it lacks is handed over again after the answer.
      if clearing.isForCut, !isCut(part) { break }
      effects.append(.retire(timeline[0].id))
      timeline.removeFirst()
      mayBeDue = true
      // Audio that came too late while this was on its way to the ear can be told now.
      if !conversation[part].generation.isOpen { lateAudioIsDue(part, into: &effects) }
    }
  }

  /// Whether the sink has said of a segment that it plays, and the ear is there.
  private func isStartHeard(_ index: Int) -> Bool {
    guard case .reported(let atUs) = timeline[index].start else { return false }
    return nowUs - atUs >= timeline.latencyUs
  }

  /// The ear hears the beginning of a segment: by the sink's word, or because it has heard some of it (rules A8, B8).
  private mutating func tellStart(_ index: Int, heard: Int64, into effects: inout EffectRing) {
    let hasBegun = heard > 0 && timeline[index].ear == 0
    let isStartHeard = isStartHeard(index)
    guard hasBegun || isStartHeard else { return }
    let part = timeline[index].part
    let response = response(of: part)
    noteFirstFrame(of: response)
    if conversation[response].speaking == .silent, !conversation[response].life.isSettled {
      beginToSpeak(response, into: &effects)
    }
    guard isStartHeard else { return }
    timeline[index].start = .told
    effects.append(.playbackStarted(timeline[index].id, part))
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
      conversation[conversation[item].response].lastHeardUs = nowUs
    }
    conversation[part].heard = heard
    if isCertain { conversation[part].proven = heard }
    if conversation[part].isKeptLong { letGo(of: part, into: &effects) }
    releaseText(part, into: &effects)
  }

  /// Audio that nobody will ask for again may go, in steps of 100 ms. What is only estimated may be taken back by a report,
  /// and is kept for 10 s (rule C8).
  private mutating func letGo(of part: PartID, into effects: inout EffectRing) {
    let rateHz = Int64(conversation[part].sourceRateHz)
    let through =
      max(conversation[part].proven, conversation[part].heard - 10 * rateHz) - stepBackFrames(of: part)
    guard through >= conversation[part].keptFrom + rateHz / 10 else { return }
    conversation[part].keptFrom = through
    effects.append(.release(part, heardThrough: through))
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
}
