// What one response does to the next (rule A6): they play in the order of their creation, one that has nothing to play is
// passed by after a patience, and one whose end never came has ended without a word.

extension Engine {
  /// Something that happens to a response at a turn time, unless something else happens before.
  struct Due {
    let response: ResponseID
    let endTurnUs: Int64
  }

  // MARK: Whose turn it is

  /// Where a response stands when its turn has come: where its first message stands that does not let the next one go
  /// before it; over if there is none.
  func standing(of response: ResponseID) -> Standing {
    var isSilencePassed = false
    for item in conversation.messagesThatMatter(of: response) {
      let hasAudio = conversation[item].hasAudio
      // Behind one silent message that may be passed the next ones may be, too: the same is ready behind them.
      if hasAudio || !isSilencePassed {
        let standing = standing(of: item)
        switch standing {
        case .ready, .holds: return standing
        case .mayBePassed: isSilencePassed = !hasAudio
        case .over: if hasAudio { isSilencePassed = false }
        }
      }
    }
    return .over
  }

  /// Who may be handed over: the first response that has something ready, unless one before it holds its turn. One that
  /// was passed by holds nobody up, and has its turn again as soon as it has something to play (rule A6).
  var turn: Standing {
    var index = conversation.firstUnsettled
    while index < conversation.line.count {
      let response = conversation.line[index]
      index += 1
      guard conversation[response].life.mayPlay else { continue }
      let standing = standing(of: response)
      switch standing {
      case .ready: return standing
      case .holds, .mayBePassed, .over:
        if !conversation[response].isPassed { return standing == .over ? .holds(untilTurnUs: nil) : standing }
      }
    }
    return .over
  }

  /// The part to hand over next, or nil while somebody holds the turn.
  var nextPart: PartID? {
    guard case .ready(let part) = turn else { return nil }
    return part
  }

  // MARK: Passing by

  /// The response that is passed by next, and when: it holds the turn, has nothing to play, and another one is ready
  /// (rule A6). In the middle of an open part the network may only have stalled, so that is waited for longer.
  var passing: Due? {
    guard conversation.openResponses > 1, dryTurnUs != nil, let holder = holder,
      let readyTurnUs = readySince(besides: holder)
    else { return nil }
    let isInMidPart = isInMidPart(holder)
    // Between two messages the patience begins when the sink has finished what was before, as a silent message's does
    // (rule A3): a server that ends an item says at once what follows it. An open segment ends only by being passed.
    guard let sinceTurnUs = isInMidPart ? dryTurnUs : sinkDoneTurnUs else { return nil }
    let cameTurnUs = conversation[holder].cameTurnUs ?? turnUs
    return Due(
      response: holder,
      endTurnUs: max(readyTurnUs, sinceTurnUs, cameTurnUs)
        + (isInMidPart ? patience.responseUs : patience.turnUs))
  }

  /// Whoever keeps others from playing without playing itself: the one in whose open segment the sink has run dry, else the
  /// first whose turn it is, if it has nothing ready.
  private var holder: ResponseID? {
    if timeline.count > 0, timeline[timeline.count - 1].phase == .open {
      let response = response(of: timeline[timeline.count - 1].part)
      return conversation[response].isPassed || standing(of: response).isReady ? nil : response
    }
    for index in conversation.firstUnsettled..<conversation.line.count {
      let response = conversation.line[index]
      guard conversation[response].life.mayPlay else { continue }
      switch standing(of: response) {
      case .ready: return nil
      case .holds where conversation.hasWaiting(response): return nil
      case .holds, .mayBePassed, .over: if !conversation[response].isPassed { return response }
      }
    }
    return nil
  }

  /// Since when another response has had something to play.
  private func readySince(besides holder: ResponseID) -> Int64? {
    var earliest: Int64?
    for index in conversation.firstUnsettled..<conversation.line.count {
      let response = conversation.line[index]
      guard let readyTurnUs = conversation.readySince(of: response), response != holder,
        conversation[response].life.mayPlay, !hasOpenSegment(response)
      else { continue }
      earliest = min(earliest ?? .max, readyTurnUs)
    }
    return earliest
  }

  private func hasOpenSegment(_ response: ResponseID) -> Bool {
    for index in 0..<timeline.count where timeline[index].phase == .open {
      if self.response(of: timeline[index].part) == response { return true }
    }
    return false
  }

  /// Whether a response has run dry in a part that the server has not ended.
  private func isInMidPart(_ response: ResponseID) -> Bool {
    for item in conversation.unsettledItems(of: response) {
      if conversation[item].hasAudio, conversation[item].isOpenMessage {
        for part in conversation.parts(of: item) {
          if conversation[part].handed > 0, conversation[part].generation.isOpen,
            !conversation[part].isFollowed,
            conversation[part].playout != .cut
          {
            return true
          }
        }
      }
    }
    return false
  }

  /// Lets everything pass whose time has come.
  mutating func passBy(into effects: inout EffectRing) {
    var passing = passing
    while let due = passing, turnUs >= due.endTurnUs {
      pass(due.response)
      passing = self.passing
    }
    var lapse = lapse
    while let due = lapse, turnUs >= due.endTurnUs {
      lapseEnds(due.response, into: &effects)
      lapse = self.lapse
    }
    passingTurnUs = min(passing?.endTurnUs ?? .max, lapse?.endTurnUs ?? .max)
  }

  /// A response loses nothing when it is passed by: its later audio plays in its place. But what it has said so far is done
  /// as far as it goes (rule B2).
  private mutating func pass(_ response: ResponseID) {
    conversation[response].isPassed = true
    mayBeDue = true
    for item in conversation.unsettledItems(of: response) where conversation[item].hasAudio {
      for part in conversation.parts(of: item) {
        if conversation[part].turn == .begun { conversation[part].turn = .left }
      }
    }
  }

  // MARK: An end without a word

  /// The response that ends next without a word, and when: the server has one answer at a time, so when audio of a later
  /// one has been there for `response_patience` while this one was dry or empty, its end was lost (rule A6).
  var lapse: Due? {
    guard conversation.openResponses > 0, conversation.line.count > 1 else { return nil }
    var earliest: Due?
    var laterTurnUs: Int64?
    for index in (conversation.firstUnsettled..<conversation.line.count).reversed() {
      let response = conversation.line[index]
      let mayLapse = laterTurnUs != nil && conversation[response].generation.isOpen
      guard mayLapse || conversation[response].saidTurnUs != nil, conversation[response].isRemembered else {
        continue
      }
      if let laterTurnUs, conversation[response].generation.isOpen, let sinceTurnUs = idleSince(response) {
        let endTurnUs = max(laterTurnUs, sinceTurnUs) + patience.responseUs
        if endTurnUs <= earliest?.endTurnUs ?? .max {
          earliest = Due(response: response, endTurnUs: endTurnUs)
        }
      }
      if let saidTurnUs = conversation[response].saidTurnUs {
        laterTurnUs = min(laterTurnUs ?? .max, saidTurnUs)
      }
    }
    return earliest
  }

  /// Since when nothing of a response has been left to play, by the sink; nil while something is.
  private func idleSince(_ response: ResponseID) -> Int64? {
    // With the audio off nothing is left to play (rule B11).
    if isAudioEnabled, conversation.hasWaiting(response) { return nil }
    switch conversation[response].life {
    case .atServer, .beingCut, .cut: return nil
    case .open, .playedOut, .settled: break
    }
    if timeline.count > 0 {
      if self.response(of: timeline[timeline.count - 1].part) == response { return dryTurnUs }
      if isAtSink(response) { return nil }
    }
    return conversation[response].idleTurnUs
  }

  /// Its open parts end where they are. What still comes for it is late, and an item that it announces is skipped and
  /// deleted at once.
  private mutating func lapseEnds(_ response: ResponseID, into effects: inout EffectRing) {
    diagnose(.missingDone, response: response, into: &effects)
    endWithoutWord(response, into: &effects)
    conversation[response].isPassed = true
    mayBeDue = true
  }
}
