// Late audio, all of it: what makes a part over, that its audio is then dropped, and when the server is told. Nothing
// else in the engine decides any of the three.
//
// The order of events: a later part begins, or the response is cut; audio comes for what is over, nobody hears it, and a
// word to the server is owed; the part ends or its response does, and the ear has all that it will get; one TRUNC.
// What is refused for a limit ends its part where it is (rule A13, Ledger/Refusing.swift), and is late from then on.

extension Engine {
  // MARK: What is over

  /// A part begins: everything before it in its response is over, whatever still comes for it (rule A4).
  mutating func begin(_ part: PartID) {
    let item = conversation[part].item
    for earlier in conversation.parts(of: item) {
      if earlier == part { break }
      conversation[earlier].turn = .followed
    }
    conversation[part].turn = .begun
    conversation[item].turn = .begun
    noteTurn(of: item)
    mayBeDue = true
    for before in conversation.unsettledItems(of: conversation[item].response) {
      if before == item { break }
      // So are its parts, also those that were opened since.
      if conversation[before].turn == .followed { continue }
      if conversation[before].turn != .shown { conversation[before].turn = .followed }
      for its in conversation.parts(of: before) {
        conversation[its].turn = .followed
      }
    }
  }

  /// An item is opened: if a later message of its response has begun, it comes too late to keep its turn.
  mutating func lookForFollowers(of item: ItemID) {
    if conversation[conversation[item].response].furthestTurn > conversation[item].outputIndex {
      conversation[item].turn = .followed
    }
  }

  /// A message has had its turn, or has it now.
  mutating func noteTurn(of item: ItemID) {
    let response = conversation[item].response
    conversation[response].furthestTurn = max(
      conversation[response].furthestTurn, conversation[item].outputIndex)
  }

  /// The same for a part that is opened, and later ones of its message.
  mutating func lookForFollowers(of part: PartID) {
    var isFollowed = conversation[conversation[part].item].turn == .followed
    var next = conversation[part].next
    while next.exists, !isFollowed {
      isFollowed = conversation[next].handed > 0
      next = conversation[next].next
    }
    if isFollowed { conversation[part].turn = .followed }
  }

  /// Whether audio that comes for a part now comes too late.
  @inline(__always)
  func isLate(_ part: PartID) -> Bool {
    let item = conversation[part].item
    // Its response has ended without a word (rule A6).
    if conversation[conversation[item].response].generation == .lapsed { return true }
    // A later part or message has begun (rule A4), or it is shown instead (rule B11).
    if conversation[part].isFollowed || conversation[item].turn.isOver { return true }
    // The message has its outcome, or the sink stopped in the middle of it (rule D6).
    if conversation[item].outcome != .pending || conversation[part].playout == .cut { return true }
    // Audio of it was dropped before: what plays has no hole (rules A4, A13).
    if conversation[part].hasLateAudio { return true }
    // The response was interrupted (rules D5, D6), also when that left it alone for it was silent (rule D1).
    let response = conversation[item].response
    return conversation[response].isInterrupted || conversation[response].isMuted
  }

  // MARK: What comes for it

  /// Audio came for what is over. One diagnostic tells it, except where the host's own word explains it; the server is told
  /// when the part or its response ends, which may have been long ago.
  mutating func audioIsLate(_ part: PartID, into effects: inout EffectRing) {
    guard conversation[part].truncation == .none else { return }
    conversation[part].truncation = .owed
    let item = conversation[part].item
    let response = conversation[item].response
    let isExplained = conversation[response].isInterrupted || conversation[response].isMuted
    if !isExplained, conversation[item].turn != .shown {
      diagnose(.lateAudio, response: response, item: item, into: &effects)
    }
    if conversation[response].generation == .lapsed { owesLapsed = true }
    if !conversation[response].generation.isOpen { lateAudioIsDue(part, into: &effects) }
  }

  // MARK: What the server is told

  /// A part has ended, or the ear has drained one that had: what is owed for it is told, unless its response is being
  /// cut, which tells everything in an order of its own (rule D5).
  mutating func lateAudioIsDue(_ part: PartID, into effects: inout EffectRing) {
    let response = response(of: part)
    guard !isBeingCut(response, nil), conversation[response].generation != .lapsed else { return }
    // What ended at a limit goes on at the server, until that says that it is done (rule A13).
    guard conversation[part].generation != .lapsed else { return }
    if tellLateAudio(part, into: &effects) { oweSync(about: response, into: &effects) }
  }

  /// What else this input leads to is told by the same SYNC (rule F1).
  private mutating func oweSync(about response: ResponseID, into effects: inout EffectRing) {
    if owesSync.exists, owesSync != response { sync(about: owesSync, into: &effects) }
    owesSync = response
    mayBeDue = true
  }

  /// The late end of a response that had ended without a word.
  mutating func lateAudioIsDue(ofEnded response: ResponseID, into effects: inout EffectRing) {
    var needsSync = false
    for item in conversation.items(of: response) {
      for part in conversation.parts(of: item) {
        if tellLateAudio(part, into: &effects) { needsSync = true }
      }
    }
    if needsSync { oweSync(about: response, into: &effects) }
  }

  /// A response has settled: what is owed for others that have ended without a word is not waited for any longer (rule A6).
  mutating func lateAudioOfLapsedIsDue(into effects: inout EffectRing) {
    guard owesLapsed else { return }
    owesLapsed = false
    for response in conversation.line where conversation[response].generation == .lapsed {
      lateAudioIsDue(ofEnded: response, into: &effects)
    }
  }

  /// Whether the word about late audio of a part has to wait for the end of the part, or for that of its response: of one
  /// that a later one has followed, also in a cut (rule A4).
  func mustWaitWithLateAudio(_ part: PartID) -> Bool {
    guard conversation[part].truncation == .owed else { return false }
    if conversation[response(of: part)].generation == .lapsed { return true }
    // At a close nothing is waited for, and the message that is heard comes before all the others (rules A4, D1).
    if isClosed, let audible = timeline.audible, timeline[audible].part == part { return false }
    let isFollowed = conversation[part].isFollowed || conversation[conversation[part].item].turn == .followed
    return isFollowed && !conversation[part].generation.isClosed
  }

  /// A cut has made the positions of a response final: what is owed is told for the parts that had ended before. Others
  /// tell it at their own end; at a close none has one any more, so all do. Returns whether a SYNC must follow.
  mutating func lateAudioIsDue(ofCut response: ResponseID, into effects: inout EffectRing) -> Bool {
    var needsSync = false
    for item in conversation.items(of: response) {
      for part in conversation.parts(of: item) where isClosed || conversation[part].generation.isClosed {
        if tellLateAudio(part, into: &effects) { needsSync = true }
      }
    }
    return needsSync
  }

  /// TRUNC(item, content, P), once, as soon as P is final. An item that the server forgets needs no words. Returns whether
  /// a SYNC must say it instead.
  private mutating func tellLateAudio(_ part: PartID, into effects: inout EffectRing) -> Bool {
    guard conversation[part].truncation == .owed, !isOnItsWayToTheEar(part) else { return false }
    let item = conversation[part].item
    // Of a message that nobody has heard the server is told when it settles: that it is to forget it (rule B3).
    if conversation[item].isOpenMessage, !hasHeard(item) { return false }
    guard conversation[conversation[item].response].isRemembered else { return false }
    if mayBeRead(item) { return false }
    // Only a server that can do nothing but truncate is told so of an item that was skipped, and only if it has it still.
    let isTold = server.contains(.deletes) || server.contains(.syncs) || !server.contains(.truncates)
    let isDropped = conversation[item].memory.isSettled && (isTold || conversation[item].memory == .leftOut)
    return !isDropped && truncate(part, into: &effects)
  }

  /// What is read is not cut (rule B11).
  private func mayBeRead(_ item: ItemID) -> Bool {
    guard conversation[item].turn == .shown else { return false }
    return conversation[item].isOpenMessage || conversation[item].outcome == .textOnly
  }

  private func hasHeard(_ item: ItemID) -> Bool {
    var hasHeard = false
    for part in conversation.parts(of: item) where conversation[part].heard > 0 { hasHeard = true }
    return hasHeard
  }

  /// Whether P of a part may still move.
  private func isOnItsWayToTheEar(_ part: PartID) -> Bool {
    if conversation[part].playout == .cut { return false }
    for index in 0..<timeline.count where timeline[index].part == part { return true }
    return false
  }
}
