// Whose turn it is, and when a message or a response has had it (rules A1 to A6, A9, G3). Everything here
// follows from the state: it is asked again after each input and remembers nothing of its own.

extension Engine {
  /// What a message can do when its turn has come.
  enum Standing: Equatable {
    /// This part has audio to hand over.
    case ready(PartID)
    /// Nothing later may be handed over yet.
    case holds
    /// A later message that is ready may go first; audio that comes before it does still plays here.
    case mayBePassed
    /// Nothing more of it will be handed over.
    case over
  }

  /// Where a message stands at the head of its response.
  func standing(of item: ItemID) -> Standing {
    guard conversation[item].isOpenMessage else { return .over }
    let isDone = conversation.isDone(item)
    var hasSpoken = false
    var mayBePassed = false
    var part = conversation[item].firstPart
    while part.exists {
      defer { part = conversation[part].next }
      guard conversation[part].speaks, conversation[part].playout != .cut else { continue }
      hasSpoken = hasSpoken || conversation[part].received > 0
      if !isHandedOver(part) { return .holds }
      if conversation[part].isFollowed { continue }
      if conversation[part].waiting > 0 { return .ready(part) }
      if isDone || !conversation[part].generation.isOpen { continue }
      if conversation[part].received == 0, !isPatienceOver(after: part, in: item) { return .holds }
      mayBePassed = true
    }
    if conversation[item].turn == .followed { return .over }
    if mayBePassed { return .mayBePassed }
    // A text that waits for its turn lets a later message go first when a silent one before it does.
    if isDone { return awaitsItsTurnAsText(item) ? .mayBePassed : .over }
    return hasSpoken || isPatienceOver(after: .none, in: item) ? .mayBePassed : .holds
  }

  /// Whether nothing of the part keeps a later one from being handed over: the sink has finished it, or
  /// takes several segments and got all of this one, which is done or nearly heard (rule A2).
  private func isHandedOver(_ part: PartID) -> Bool {
    switch conversation[part].playout {
    case .waiting, .drained, .cut: return true
    case .clearing: return false
    case .playing(let id):
      guard sink?.isGapless == true, let index = timeline.index(of: id) else { return false }
      return timeline[index].phase != .open || isNearlyHeard(timeline[index]) || conversation[part].isFollowed
    }
  }

  /// A silent message keeps its turn only so long while a later one is ready (rule A3).
  private func isPatienceOver(after part: PartID, in item: ItemID) -> Bool {
    guard let readyUs = conversation.readySince(after: part, in: item) else { return false }
    return nowUs - readyUs >= patience.turnUs
  }

  /// Whether a message is text that the host shows and that has not been offered yet (rule B6).
  private func awaitsItsTurnAsText(_ item: ItemID) -> Bool {
    guard conversation[item].delivery == .none, isTextWithoutAudio(item) else { return false }
    // Before there is a sink nobody knows whether it shows text; a text response needs none.
    guard let sink else { return !conversation[conversation[item].response].traits.contains(.text) }
    return sink.showsText
  }

  func isTextWithoutAudio(_ item: ItemID) -> Bool {
    guard conversation[item].textBytes > 0 else { return false }
    var hasAudio = false
    conversation.forEachPart(of: item) { if conversation[$0].received > 0 { hasAudio = true } }
    return !hasAudio
  }

  /// The response whose turn it is: the first that has not been handed over whole.
  var head: ResponseID? {
    var index = conversation.firstUnsettled
    while index < conversation.line.count {
      let response = conversation.line[index]
      if !conversation[response].isPlayedOut { return response }
      index += 1
    }
    return nil
  }

  /// The part to hand over next, or nil while somebody holds the turn.
  func nextPart() -> PartID? {
    guard let head else { return nil }
    var item = conversation[head].cursor
    while item.exists {
      switch standing(of: item) {
      case .ready(let part): return part
      case .holds: return nil
      case .mayBePassed, .over: item = conversation[item].next
      }
    }
    return nil
  }

  /// A part begins: everything before it in its response is over, whatever still comes for it (rule A4).
  mutating func begin(_ part: PartID) {
    let item = conversation[part].item
    var earlier = conversation[item].firstPart
    while earlier.exists, earlier != part {
      conversation[earlier].isFollowed = true
      earlier = conversation[earlier].next
    }
    conversation[item].turn = .begun
    mayHaveSettled = true
    var before = conversation[conversation[item].response].cursor
    while before.exists, before != item {
      conversation[before].turn = .followed
      var its = conversation[before].firstPart
      while its.exists {
        conversation[its].isFollowed = true
        its = conversation[its].next
      }
      before = conversation[before].next
    }
  }

  // MARK: Settling

  /// Settles every message and response whose time has come.
  mutating func settleTurns(into effects: inout EffectRing) {
    guard clearing == nil else { return }
    while let head {
      offerTexts(of: head, into: &effects)
      settleMessages(of: head, into: &effects)
      guard isPlayedOut(head) else { break }
      conversation[head].isPlayedOut = true
    }
    var index = conversation.firstUnsettled
    while index < conversation.line.count {
      let response = conversation.line[index]
      if conversation[response].isPlayedOut, !conversation[response].isSettled {
        settleMessages(of: response, into: &effects)
        settleIfComplete(response, into: &effects)
      }
      index += 1
    }
    conversation.passSettled()
  }

  /// Whether the next response may begin: the server has ended this one and the sink has finished it (A6).
  private func isPlayedOut(_ response: ResponseID) -> Bool {
    guard !conversation[response].generation.isOpen, !isAtSink(response) else { return false }
    var item = conversation[response].cursor
    while item.exists {
      guard standing(of: item) == .over else { return false }
      item = conversation[item].next
    }
    return true
  }

  /// Whether the sink has segments of a response that it has not finished.
  func isAtSink(_ response: ResponseID) -> Bool {
    for index in 0..<timeline.count where timeline[index].phase != .finished {
      if self.response(of: timeline[index].part) == response { return true }
    }
    return false
  }

  func response(of part: PartID) -> ResponseID {
    conversation[conversation[part].item].response
  }

  /// Hands texts over whose turn has come: behind everything earlier that is heard (rule B6), or because a
  /// later message has begun.
  private mutating func offerTexts(of response: ResponseID, into effects: inout EffectRing) {
    guard sink?.showsText == true else { return }
    let isSilent = !isAtSink(response)
    var item = conversation[response].cursor
    while item.exists {
      if conversation[item].isOpenMessage {
        let isPassed = conversation[item].turn == .followed
        if conversation.isDone(item), awaitsItsTurnAsText(item), isSilent || isPassed {
          // After a reconnect nobody can acknowledge by its old name what is shown now (rule F8).
          let isLost = conversation[response].isLost
          conversation[item].delivery = isLost ? .delivered : .offered
          effects.append(.offerText(item))
        } else if standing(of: item) != .over {
          return
        }
      }
      item = conversation[item].next
    }
  }

  /// Settles, in order, the messages of a response that the listener is done with. One that is drained
  /// but not done waits for its done, its response's end or the next message's settlement (rule G3).
  /// However many of them nobody heard, one SYNC tells it (rule F1).
  private mutating func settleMessages(of response: ResponseID, into effects: inout EffectRing) {
    if settleDone(of: response, into: &effects) { sync(about: response, into: &effects) }
  }

  /// Returns whether a SYNC must follow.
  private mutating func settleDone(of response: ResponseID, into effects: inout EffectRing) -> Bool {
    var needsSync = false
    var item = conversation[response].cursor
    while item.exists {
      defer { item = conversation[item].next }
      guard conversation[item].isOpenMessage else {
        advanceCursor(of: response)
        continue
      }
      // A text that nobody has acknowledged holds nobody up (rule E8).
      if conversation[item].delivery == .offered { continue }
      guard isHeardOut(item) else { break }
      guard conversation.isDone(item) else { continue }
      if settleEarlier(than: item, of: response, into: &effects) { needsSync = true }
      settle(item, into: &effects)
      if tell(item, into: &effects) { needsSync = true }
      advanceCursor(of: response)
    }
    return needsSync
  }

  private mutating func settleEarlier(
    than item: ItemID, of response: ResponseID, into effects: inout EffectRing
  ) -> Bool {
    var needsSync = false
    var earlier = conversation[response].cursor
    while earlier.exists, earlier != item {
      if conversation[earlier].isOpenMessage, conversation[earlier].delivery != .offered {
        settle(earlier, into: &effects)
        if tell(earlier, into: &effects) { needsSync = true }
      }
      earlier = conversation[earlier].next
    }
    return needsSync
  }

  /// Whether the listener is done with a message: nothing of it is or will be at the sink, and the ear has
  /// drained it (rule C6).
  private func isHeardOut(_ item: ItemID) -> Bool {
    switch standing(of: item) {
    case .over: break
    case .mayBePassed where conversation[item].turn == .followed: break
    case .mayBePassed, .holds, .ready: return false
    }
    for index in 0..<timeline.count where conversation[timeline[index].part].item == item {
      if conversation[timeline[index].part].playout != .cut { return false }
    }
    return true
  }

  private mutating func advanceCursor(of response: ResponseID) {
    var item = conversation[response].cursor
    while item.exists, !conversation[item].isOpenMessage {
      item = conversation[item].next
    }
    conversation[response].cursor = item
  }

  private mutating func settleIfComplete(_ response: ResponseID, into effects: inout EffectRing) {
    guard !conversation[response].isSettled else { return }
    var item = conversation[response].cursor
    while item.exists {
      if conversation[item].isOpenMessage { return }
      item = conversation[item].next
    }
    settled(response, into: &effects)
  }

  /// The one end of a response for the listener (rules A8 and A9).
  mutating func settled(_ response: ResponseID, into effects: inout EffectRing) {
    conversation[response].isSettled = true
    conversation[response].isPlayedOut = true
    if conversation[response].speaking == .started {
      conversation[response].speaking = .stopped
      effects.append(.speakingStopped(response))
    }
    effects.append(.settled(response))
  }

  /// Gives a message its outcome and its record.
  mutating func settle(_ item: ItemID, into effects: inout EffectRing) {
    decide(item, into: &effects)
    record(item, into: &effects)
  }

  /// Tells the record of a message, once.
  mutating func record(_ item: ItemID, into effects: inout EffectRing) {
    guard !conversation[item].isRecorded else { return }
    conversation[item].isRecorded = true
    effects.append(.message(item))
  }

  /// Gives a message its outcome. Its last words come first (rule G1).
  mutating func decide(_ item: ItemID, into effects: inout EffectRing) {
    var table = OutcomeTable()
    var part = conversation[item].firstPart
    while part.exists {
      let verdict = conversation[part].verdict
      table.add(verdict)
      if verdict == .full {
        conversation.voicePace = conversation[part].text.pace(
          after: conversation.voicePace, receivedMs: conversation[part].receivedMs)
        tellHeardText(conversation[part].text.releaseAll(), part, into: &effects)
      } else {
        releaseText(part, for: .settling, into: &effects)
        if conversation[part].text.isHeardEstimated {
          conversation[item].isTextEstimated = true
        }
      }
      if conversation[part].isEstimated { conversation[item].isEstimated = true }
      _ = conversation[part].playout.cutOff()
      effects.append(.discard(part))
      part = conversation[part].next
    }
    conversation[item].outcome = table.outcome(isShownAsText: isShownAsText(item))
    conversation.openItems -= 1
  }

  /// Rule B6: a message without audio counts when the host showed it, or when its response is text.
  private func isShownAsText(_ item: ItemID) -> Bool {
    guard conversation[item].textBytes > 0 else { return false }
    if conversation[item].delivery == .delivered { return true }
    let response = conversation[item].response
    guard conversation[response].traits.contains(.text) else { return false }
    return sink?.showsText != true || conversation[item].delivery == .offered
  }
}
