// What the ear makes of the sink's position (rule C6): it moves every P, and what follows from that is told.

extension Engine {
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
      if clearing.isForCut, !isCut(part) { break }
      effects.append(.retire(timeline[0].id))
      timeline.removeFirst()
      mayHaveSettled = true
      // Audio that came too late while this was on its way to the ear can be told now.
      if !conversation[part].generation.isOpen { lateAudioIsDue(part, into: &effects) }
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
      conversation[conversation[item].response].lastHeardUs = nowUs
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
}
