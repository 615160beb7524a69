// What the server cuts or drops without our asking (rule F10): where its own cut is, and what more was heard than it has
// kept. Its answers to our commands are told apart from that here; what we tell it is Telling.swift's.

extension Engine {
  /// The server has dropped an item. Unless we have asked for it, that is its own cut at 0, and no command names the item
  /// any more (rule F10).
  mutating func itemDeleted(_ name: Bytes, into effects: inout EffectRing) -> Answer {
    guard let item = conversation.item(named: name) else { return .ignored }
    // An answer to our own command changes nothing.
    if commands.answer(.delete(item)) { return .ignored }
    switch conversation[item].memory {
    case .deleted, .dropped: return .ignored
    case .forgotten, .leftOut, .rewritten:
      // The server knew already what of it was heard.
      conversation[item].memory = .deleted
      return .ignored
    case .whole, .cut:
      // Of what the server plays it alone knows what was heard (rule F4).
      if isForServer(conversation[item].response) {
        conversation[item].memory = .deleted
        return .ok
      }
      let keptAsHeard = !isMoreHeardThanKept(item)
      conversation[item].memory = .dropped
      if keptAsHeard { serverHasCut(item, into: &effects) }
      return .ok
    }
  }

  /// The server has cut a part. Unless we have asked for just that, it is its own cut: K (rule F10). One that does not say
  /// where it cut, and that answers nothing, teaches nothing: our own TRUNC says it in its time.
  mutating func partTruncated(_ place: Place, audioEndMs: Int64?, into effects: inout EffectRing) -> Answer {
    if let answer = truncatedAtServer(place, audioEndMs: audioEndMs, into: &effects) { return answer }
    guard let item = conversation.item(named: place.item),
      let part = conversation.part(of: item, at: place.contentIndex)
    else { return .ignored }
    func isAsked(_ command: SentCommand) -> Bool {
      guard case .truncate(part, let askedMs, _) = command.kind else { return false }
      return audioEndMs == nil || audioEndMs == askedMs
    }
    if let answered = commands.oldestUnanswered(where: isAsked) {
      commands.answer(answered)
      return .ignored
    }
    // An answer that comes twice is still one.
    guard let cutMs = audioEndMs, commands.newest(where: isAsked) == nil else { return .ignored }
    // Of a server that plays by itself it says what was heard, and nothing of its memory alone (rule F4).
    guard !server.contains(.ownsPlayout), !conversation[item].memory.isSettled,
      cutMs < conversation[part].serverCutMs
    else { return .ignored }
    let keptAsHeard = !isMoreHeardThanKept(item)
    conversation[part].serverCutMs = cutMs
    conversation[item].memory = .cut
    if keptAsHeard { serverHasCut(item, into: &effects) }
    return .ok
  }

  /// Behind the settlement what was heard is known: the host hears at once that less of it is left (rule F10).
  private mutating func serverHasCut(_ item: ItemID, into effects: inout EffectRing) {
    if conversation[item].outcome != .pending { tellServerCut(item, into: &effects) }
  }

  /// More was heard of a message than the server has kept by itself: nothing gives it that back (rule F10), unless it can
  /// replace its context with what was heard (rule F1).
  mutating func tellServerCut(_ item: ItemID, into effects: inout EffectRing) {
    let response = conversation[item].response
    guard conversation[response].isRemembered, !server.contains(.ownsPlayout), isMoreHeardThanKept(item) else {
      return
    }
    if conversation[item].outcome == .partial, saysBySync, !conversation[item].memory.isDeleted { return }
    diagnose(.memoryDiffers, response: response, item: item, into: &effects)
  }

  private func isMoreHeardThanKept(_ item: ItemID) -> Bool {
    guard conversation[item].memory.isCutByServer else { return false }
    let isDropped = conversation[item].memory.isDeleted
    let isRead = conversation[item].outcome == .textOnly
    return conversation.parts(of: item).contains {
      (isRead ? conversation[$0].receivedMs : conversation[$0].heardMs)
        > (isDropped ? 0 : conversation[$0].serverCutMs)
    }
  }
}
