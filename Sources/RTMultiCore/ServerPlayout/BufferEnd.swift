// How a response ends that the server plays (rule F4): what its messages become by the server's word or by an estimate, and
// what the server is told to forget. Its own words about the buffer are BufferWords.swift's.

/// How the listener's hearing of such a response ended.
enum BufferEnd {
  /// All of it was heard: the server has said so, or has said nothing at all.
  case heardWhole(isSaid: Bool)
  /// The server has cut it there, and may not say after how many milliseconds.
  case cutAt(ItemID, PartID, ms: Int64?)
  /// It was cut so long after it had started, as far as anybody knows.
  case cutAfter(sinceUs: Int64, ms: Int64)
  /// It was cut before any of it was heard.
  case neverStarted

  var isCut: Bool {
    if case .heardWhole = self { return false }
    return true
  }
}

extension Engine {
  /// Where a response was cut of which the server does not say it: by the time since `started`. One that never started was
  /// not heard, unless the server does not speak of its buffer at all (rule F4).
  func cutSomewhere(_ response: ResponseID) -> BufferEnd {
    switch conversation[response].buffer {
    case .playing(let sinceUs), .silenced(let sinceUs?, _):
      return .cutAfter(sinceUs: sinceUs, ms: (nowUs - sinceUs) / 1_000)
    case .cleared(let sinceUs?, let atUs, _, _):
      return .cutAfter(sinceUs: sinceUs, ms: (atUs - sinceUs) / 1_000)
    case .untold, .silenced, .cleared:
      return outputBuffer.hasSpoken ? .neverStarted : .heardWhole(isSaid: false)
    }
  }

  /// The line is gone: what was heard of a response is known as far as it was then, and nothing is told (rule F8).
  mutating func loseAtServer(_ response: ResponseID, into effects: inout EffectRing) {
    let isUntold = conversation[response].buffer == .untold
    endAtServer(
      response, isUntold ? .heardWhole(isSaid: false) : cutSomewhere(response), into: &effects)
  }

  /// Gives a response its end: outcomes, then what the server is to forget, then the records (rule D1).
  mutating func endAtServer(_ response: ResponseID, _ end: BufferEnd, into effects: inout EffectRing) {
    let isCut = end.isCut || conversation[response].buffer.isBeingCut
    conversation[response].silenceUs = nil
    if isCut {
      conversation[response].isMuted = true
      lastCutGroup += 1
      conversation[response].cut(group: lastCutGroup, nowUs: nowUs)
    }
    let unheard = decideMessages(of: response, end, into: &effects)
    var needsSync = false
    for item in unheard where tellSkipped(item, into: &effects) { needsSync = true }
    if needsSync { sync(about: response, into: &effects) }
    for item in conversation.items(of: response) where conversation[item].kind == .message {
      record(item, into: &effects)
    }
    mayBeDue = true
    if leavesTexts(of: response) {
      stopSpeaking(response, into: &effects)
      conversation[response].life = .open
    } else {
      settled(response, into: &effects)
    }
  }

  /// Whether messages are left that are shown instead of spoken: their turn is that of any other (rule B6).
  private func leavesTexts(of response: ResponseID) -> Bool {
    for item in conversation.items(of: response) where conversation[item].isOpenMessage { return true }
    return false
  }

  // MARK: Outcomes

  /// Gives every message its outcome. Returns those that the server is to forget: what is behind the place that it has
  /// named itself, and all of what was cut before it started (rule F4).
  private mutating func decideMessages(
    of response: ResponseID, _ end: BufferEnd, into effects: inout EffectRing
  ) -> [ItemID] {
    switch end {
    case .heardWhole(let isSaid):
      if isSaid, let sinceUs = conversation[response].buffer.sinceUs {
        measure(response, sinceUs)
      } else {
        measureByWords(response)
      }
      for item in conversation.items(of: response) where conversation[item].isOpenMessage {
        if mayBeShown(item) { continue }
        decideWhole(item, into: &effects)
      }
      return []
    case .cutAt(let item, let part, let ms):
      conversation[response].forgetsRest = true
      if part.exists, conversation[item].isOpenMessage {
        setHeard(part, ms: ms ?? conversation[part].heardMs, isEstimated: ms == nil)
      }
      return decideMessages(of: response, cutIn: item, part, into: &effects)
    case .cutAfter(let sinceUs, let ms):
      place(response, sinceUs, afterMs: ms)
      let part = lastHeardPart(of: response)
      _ = decideMessages(
        of: response, cutIn: part.exists ? conversation[part].item : .none, part, into: &effects)
      return []
    case .neverStarted:
      conversation[response].forgetsRest = true
      return decideMessages(of: response, cutIn: .none, .none, into: &effects)
    }
  }

  /// The messages of a response that was cut in one of them, or before all of them. Returns those behind that place.
  private mutating func decideMessages(
    of response: ResponseID, cutIn cut: ItemID, _ part: PartID, into effects: inout EffectRing
  ) -> [ItemID] {
    var unheard: [ItemID] = []
    var isBefore = cut.exists
    for item in conversation.items(of: response) {
      let isCutHere = item == cut
      defer { if isCutHere { isBefore = false } }
      guard conversation[item].isOpenMessage else { continue }
      if isCutHere {
        decidePartial(item, at: part, into: &effects)
      } else if isBefore {
        decideWhole(item, into: &effects)
      } else {
        conversation[item].wasInterrupted = conversation[conversation[item].response].membership != .lost
        for part in conversation.parts(of: item) { setHeard(part, ms: 0, isEstimated: true) }
        decide(item, as: isShownAsText(item) ? .textOnly : .skipped, into: &effects)
        if conversation[item].outcome == .skipped { unheard.append(item) }
      }
    }
    return unheard
  }

  /// A message that was heard to its end. One without an audio part has nothing that could be heard (rule B6).
  private mutating func decideWhole(_ item: ItemID, into effects: inout EffectRing) {
    guard hasAudioPart(item) else {
      return decide(item, as: isShownAsText(item) ? .textOnly : .skipped, into: &effects)
    }
    for part in conversation.parts(of: item) where conversation[part].kind == .audio {
      tellHeardText(conversation[part].text.releaseAll(), part, into: &effects)
    }
    decide(item, as: .full, into: &effects)
  }

  /// The message in which it was cut: the parts before that place were heard, the ones behind it were not.
  private mutating func decidePartial(_ item: ItemID, at cut: PartID, into effects: inout EffectRing) {
    var isBefore = true
    for part in conversation.parts(of: item) where conversation[part].kind == .audio {
      if part == cut {
        isBefore = false
        releaseSpokenText(part, for: .settling, into: &effects)
      } else if isBefore, cut.exists {
        tellHeardText(conversation[part].text.releaseAll(), part, into: &effects)
      } else {
        setHeard(part, ms: 0, isEstimated: true)
      }
      if conversation[part].text.isHeardEstimated { conversation[item].isTextEstimated = true }
    }
    conversation[item].wasInterrupted = conversation[conversation[item].response].membership != .lost
    decide(item, as: .partial, into: &effects)
  }

  private mutating func decide(_ item: ItemID, as outcome: Outcome, into effects: inout EffectRing) {
    for part in conversation.parts(of: item) {
      _ = conversation[part].playout.cutOff()
      // P is counted in frames of this format, whatever still comes too late.
      if conversation[part].format == nil { conversation[part].format = .realtimeDefault }
      effects.append(.discard(part))
    }
    conversation[item].life = .decided(outcome)
    conversation.openItems -= 1
  }

  // MARK: What a message is made of

  private func hasAudioPart(_ item: ItemID) -> Bool {
    for part in conversation.parts(of: item) where conversation[part].kind == .audio { return true }
    return false
  }

  /// Whether a message waits to be shown behind what was heard (rule B6).
  private func mayBeShown(_ item: ItemID) -> Bool {
    guard !hasAudioPart(item), conversation.hasEnded(item), sink?.showsText == true else { return false }
    let response = conversation[item].response
    return !conversation[response].buffer.isBeingCut && conversation[response].membership != .lost
      && awaitsItsTurnAsText(item)
  }

  private func lastHeardPart(of response: ResponseID) -> PartID {
    var last = PartID.none
    for item in conversation.items(of: response) where conversation[item].isOpenMessage {
      for part in conversation.parts(of: item) where conversation[part].heard > 0 { last = part }
    }
    return last
  }

  // MARK: What the server may be told to forget

  /// Whether the server may be told to forget a message that nobody heard. Of a response that it plays only what is behind
  /// its own cut, and what was cut before it started, by a server that speaks of its buffer at all (rule F4).
  func mayForget(_ item: ItemID) -> Bool {
    let response = conversation[item].response
    guard isForServer(response), !conversation[response].forgetsRest else { return true }
    return conversation[response].isInterrupted && conversation[response].buffer.sinceUs == nil
      && outputBuffer.hasSpoken
  }
}
