// The sink is told to drop what is unheard: what must answer, what the answer settles, and what if none comes
// (rules B9, C6, E2).

/// What the sink is being cleared for, until it has answered for every segment; meanwhile nothing is written (rule E2).
/// One method for each event.
enum Clearing: Equatable {
  /// Nothing is being cleared.
  case idle
  /// Something was interrupted, or the audio was switched off (rule B11): what was heard follows from the sink's answers.
  case cut(deadlineUs: Int64)
  /// Playing of this response goes on, a little before where it was paused.
  case stepBack(ResponseID, deadlineUs: Int64)

  /// The sink was told to clear for an interrupt, and has something to answer for.
  mutating func clearedForCut(deadlineUs: Int64) {
    self = .cut(deadlineUs: deadlineUs)
  }

  /// The sink was told to clear so that a resume can step back.
  mutating func clearedForStepBack(of response: ResponseID, deadlineUs: Int64) {
    self = .stepBack(response, deadlineUs: deadlineUs)
  }

  /// What was to be played again was interrupted: the answers that are due settle it instead, no later than before.
  mutating func interrupted() {
    if case .stepBack(_, let deadlineUs) = self { self = .cut(deadlineUs: deadlineUs) }
  }

  /// Every segment was answered for, or nobody will answer any more. Returns what it was for.
  mutating func ended() -> Clearing {
    defer { self = .idle }
    return self
  }

  var isIdle: Bool { self == .idle }

  var isForCut: Bool {
    if case .cut = self { return true }
    return false
  }

  /// When the sink's answers are not waited for any longer.
  var deadlineUs: Int64? {
    switch self {
    case .idle: nil
    case .cut(let deadlineUs), .stepBack(_, let deadlineUs): deadlineUs
    }
  }
}

extension Engine {
  /// Clears the sink, and settles at once what nothing of it has to answer for.
  mutating func clearAndSettle(into effects: inout EffectRing) {
    let isCleared = clearSink(into: &effects)
    guard clearing.isIdle else { return }
    beginToSettleCut(restoringSpared: isCleared, into: &effects)
  }

  /// Takes back what the sink has not played of the cut responses, and with the audio off of all. What it cannot take back counts as
  /// heard (rule C6). Returns whether the sink was told to clear.
  @discardableResult
  mutating func clearSink(isClosing: Bool = false, into effects: inout EffectRing) -> Bool {
    guard sink?.canClear == true else {
      // A close ends the channel to a device: what it has not taken it never gets (rule B10).
      if !isClosing || sink?.reporting != .counted { surrenderSegments(into: &effects) }
      return false
    }
    let first = firstToClear()
    dropUnwritten(withSpared: first != nil)
    guard let first else { return false }
    tellClear(at: first, into: &effects)
    var mustAnswer = false
    for index in 0..<timeline.count where timeline[index].phase != .finished {
      let part = timeline[index].part
      timeline[index].beginClearing()
      // Of a response that is spared nothing is over: its part will play on.
      if !isCut(part) || conversation[part].playout.isPlaying { mustAnswer = true }
    }
    if mustAnswer {
      timeline.freezeClock(nowUs: nowUs)
      clearing.clearedForCut(deadlineUs: nowUs + patience.clearUs)
    }
    return true
  }

  /// A segment of which the sink has nothing yet is no matter for it: it is over without a word. A spared one is
  /// begun anew.
  private mutating func dropUnwritten(withSpared: Bool) {
    for index in 0..<timeline.count where isUnwritten(index) {
      let part = timeline[index].part
      guard isTakenBack(part) || withSpared else { continue }
      timeline[index].phase = .finished
      if isCut(part) { _ = conversation[part].playout.cutOff() }
    }
  }

  /// Whether nothing of a segment was written. What goes into a device's channel is cut with the channel.
  private func isUnwritten(_ index: Int) -> Bool {
    timeline[index].written == 0 && timeline[index].phase != .finished && sink?.reporting != .counted
  }

  /// A clear takes back all that the ear has not heard, also of responses that it was not meant for: where the ear
  /// lags, one has ended at the sink and the next has begun. What was taken from them waits again (rules A10, C6, D9).
  mutating func restoreSpared(into effects: inout EffectRing) {
    var isAnySpared = false
    for index in 0..<timeline.count where !isCut(timeline[index].part) { isAnySpared = true }
    if isAnySpared { abandonSegments(into: &effects) }
  }

  /// Tells the sink to clear; this segment is the audible one.
  mutating func tellClear(at index: Int, into effects: inout EffectRing) {
    clears += 1
    firstReport.wasCleared()
    timeline.forgetPadding()
    effects.append(.clear(timeline[index].id, timeline[index].part))
  }

  /// Whether what is unheard of a part shall not be heard now.
  private func isTakenBack(_ part: PartID) -> Bool { !isAudioEnabled || isCut(part) }

  /// The audible segment, if anything unheard of what is taken back lies in the sink or on its way to the
  /// ear. All of it heard and the part done: nothing to clear (rule B9).
  private func firstToClear() -> Int? {
    var isNeeded = false
    for index in 0..<timeline.count where isTakenBack(timeline[index].part) && !isUnwritten(index) {
      let part = timeline[index].part
      if conversation[part].playout == .cut { continue }
      if conversation[part].verdict != .full || conversation[part].isEstimated { isNeeded = true }
    }
    guard isNeeded else { return nil }
    // The one that is heard, not the last one that came (rule D10).
    for index in 0..<timeline.count where timeline[index].phase != .finished && !isUnwritten(index) {
      return index
    }
    return 0
  }

  private mutating func surrenderSegments(into effects: inout EffectRing) {
    for index in 0..<timeline.count where isTakenBack(timeline[index].part) {
      let part = timeline[index].part
      let length = timeline[index].length
      guard conversation[part].playout != .cut else { continue }
      timeline[index].ear = length
      let heard = timeline[index].heardFrames(
        sourceRateHz: conversation[part].sourceRateHz, sinkRateHz: timeline.rateHz)
      conversation[part].heard = max(heard, conversation[part].heardFloor)
      if reportsHeardAudio { giveOut(index, through: length, into: &effects) }
      releaseText(part, into: &effects)
    }
  }

  /// An interrupt came while the sink was cleared for a step back: if that was for what is cut now, its answer settles
  /// it instead.
  mutating func takeOverClearing() {
    guard let audible = timeline.audible, isCut(timeline[audible].part) else { return }
    clearing.interrupted()
  }

  /// Every segment has been answered for. `isWhole`: the input at hand has more to do, so all of a cut is told before that.
  mutating func clearIsAnswered(isWhole: Bool = false, into effects: inout EffectRing) {
    let ended = clearing.ended()
    intake.spoke(nowUs: nowUs)
    if case .stepBack(let response, _) = ended { finishStepBack(of: response, into: &effects) }
    if !isPaused { timeline.thawClock(nowUs: nowUs) }
    guard isWhole else { return beginToSettleCut(restoringSpared: ended.isForCut, into: &effects) }
    settleCut(into: &effects)
    if ended.isForCut { restoreSpared(into: &effects) }
  }

  /// The next clear has so long to be answered (rule E2); one that is out keeps its time.
  mutating func setClearTimeout(us: Int64) -> Answer {
    guard patience.clearUs != us else { return .ignored }
    patience.clearUs = us
    return .ok
  }

  /// The sink did not answer in time: what is known counts, never what was pushed (rule E2).
  mutating func clearTimesOut(into effects: inout EffectRing) {
    if let first = timeline.audible {
      let part = timeline[first].part
      diagnose(
        .clearTimeout, response: response(of: part), item: conversation[part].item,
        segment: timeline[first].id, into: &effects)
    }
    let position = timeline.position(nowUs: nowUs)
    var start = timeline.origin
    for index in 0..<timeline.count {
      let place = position - start
      start += timeline[index].length
      guard timeline[index].phase == .clearing else { continue }
      let played = timeline[index].played
      let reached = max(played, min(timeline[index].written, place))
      timeline[index].isPlayedEstimated = reached > played
      timeline[index].played = reached
    }
    // All at once: a segment that is finished is shorter, and the ones behind it would seem to move.
    for index in 0..<timeline.count { timeline[index].phase = .finished }
    followEar(into: &effects)
    clearIsAnswered(isWhole: true, into: &effects)
  }
}
