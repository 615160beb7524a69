// A cut response settles: what the server is told of it and in which order (rules D1, D5, F1), and the close, which cuts
// everything (rule B10).

/// A cut that is being told. The first TRUNC leaves before anybody looks how far the text was heard, and before the messages
/// behind it are decided, however many there are; the other commands leave before the records are made. What is left of the cut
/// follows before anything else happens or is asked.
struct CutBeingTold {
  enum Stage {
    /// Messages are still to be decided.
    case deciding
    /// The server has been told all, and the records are still to be made.
    case recording
  }

  var stage = Stage.deciding
  /// The only response that is settled, or nil for all that are being cut.
  let only: ResponseID?
  /// The place in the line of the response whose messages are decided, and the newest message of it that was.
  var index: Int
  var decided = ItemID.none
  var firstToSync: ResponseID?
  /// Whether the clear took something back of responses that are spared.
  var restoresSpared = false
}

extension Engine {
  /// Settles every response that is being cut, or `only` one.
  mutating func settleCut(only: ResponseID? = nil, into effects: inout EffectRing) {
    var cut = CutBeingTold(only: only, index: conversation.firstUnsettled)
    _ = decide(&cut, untilTruncation: false, into: &effects)
    tellDecided(cut, into: &effects)
    recordDecided(cut, into: &effects)
  }

  /// The same, as the last thing that an input does: it stops behind the first TRUNC, and ``finishCut(into:)`` goes on.
  mutating func beginToSettleCut(restoringSpared: Bool, into effects: inout EffectRing) {
    var cut = CutBeingTold(
      only: nil, index: conversation.firstUnsettled, restoresSpared: restoringSpared)
    if decide(&cut, untilTruncation: true, into: &effects) {
      cutBeingTold = cut
    } else {
      tellDecided(cut, into: &effects)
      recordDecided(cut, into: &effects)
      if restoringSpared { restoreSpared(into: &effects) }
    }
  }

  /// Tells all that is left of a cut, and what follows from it.
  public mutating func finishCut(into effects: inout EffectRing) {
    while isTellingCut { goOnWithCut(into: &effects) }
  }

  /// Tells the next of a cut: the commands that are left, or the records and what follows from them.
  public mutating func goOnWithCut(into effects: inout EffectRing) {
    guard var cut = cutBeingTold else { return }
    if case .deciding = cut.stage {
      let sent = commands.next
      _ = decide(&cut, untilTruncation: false, into: &effects)
      tellDecided(cut, into: &effects)
      cut.stage = .recording
      if commands.next != sent {
        cutBeingTold = cut
        return
      }
    }
    cutBeingTold = nil
    recordDecided(cut, into: &effects)
    if cut.restoresSpared { restoreSpared(into: &effects) }
    drawConsequences(into: &effects)
  }

  /// Gives the messages of what is cut their outcomes, and has those truncated that were heard in part. Returns whether it
  /// has stopped behind a TRUNC.
  private mutating func decide(
    _ cut: inout CutBeingTold, untilTruncation: Bool, into effects: inout EffectRing
  ) -> Bool {
    while cut.index < conversation.line.count {
      let response = conversation.line[cut.index]
      if isBeingCut(response, cut.only) {
        for item in conversation.items(of: response, after: cut.decided) where conversation[item].isOpenMessage
        {
          cut.decided = item
          let sent = commands.next
          if decideCut(item, into: &effects) { cut.firstToSync = cut.firstToSync ?? response }
          if untilTruncation, commands.next != sent { return true }
        }
      }
      cut.index += 1
      cut.decided = .none
    }
    return false
  }

  /// Tells the server what is left where every message is decided, in this order: DELETEs, the words about late audio, one SYNC
  /// (rules D1, F1).
  private mutating func tellDecided(_ cut: CutBeingTold, into effects: inout EffectRing) {
    let range = conversation.firstUnsettled..<conversation.line.count
    var firstToSync = cut.firstToSync
    for index in range where isBeingCut(conversation.line[index], cut.only) {
      let response = conversation.line[index]
      if tellSkipped(of: response, into: &effects) { firstToSync = firstToSync ?? response }
    }
    for index in range where isBeingCut(conversation.line[index], cut.only) {
      let response = conversation.line[index]
      if lateAudioIsDue(ofCut: response, into: &effects) { firstToSync = firstToSync ?? response }
    }
    guard let firstToSync else { return }
    // What is told together is one group, whichever interrupts have cut it, and whatever was cut between them (rule F1).
    let group = conversation[firstToSync].life.cutGroup
    for index in range where isBeingCut(conversation.line[index], cut.only) {
      conversation[conversation.line[index]].cut(group: group, nowUs: nowUs)
      tellLastWords(ofCut: conversation.line[index], into: &effects)
    }
    sync(about: firstToSync, into: &effects)
  }

  private mutating func tellLastWords(ofCut response: ResponseID, into effects: inout EffectRing) {
    for item in conversation.items(of: response) {
      if case .decided = conversation[item].life { tellLastWords(of: item, into: &effects) }
    }
  }

  /// Tells the records: what the server waits for comes before them.
  private mutating func recordDecided(_ cut: CutBeingTold, into effects: inout EffectRing) {
    for index in conversation.firstUnsettled..<conversation.line.count {
      let response = conversation.line[index]
      guard isBeingCut(response, cut.only) else { continue }
      recordMessages(of: response, into: &effects)
      settled(response, into: &effects)
    }
  }

  /// Gives a message of a cut response its outcome, and has it truncated where it was heard in part. Returns whether a SYNC
  /// must follow.
  private mutating func decideCut(_ item: ItemID, into effects: inout EffectRing) -> Bool {
    conversation[item].wasInterrupted = true
    decide(item, into: &effects)
    if conversation[item].memory.isCutByServer { tellServerCut(item, into: &effects) }
    // One that was heard whole stays full, and needs no word (rule D3).
    return conversation[item].outcome == .partial && tellPartial(item, into: &effects)
  }

  /// Has the messages of a cut response forgotten that nobody heard: those behind the audible one, or all of them (rules
  /// D2, D4). Returns whether a SYNC must follow.
  private mutating func tellSkipped(of response: ResponseID, into effects: inout EffectRing) -> Bool {
    var needsSync = false
    for item in conversation.items(of: response) where conversation[item].outcome == .skipped {
      if tellSkipped(item, into: &effects) { needsSync = true }
    }
    return needsSync
  }

  private mutating func recordMessages(of response: ResponseID, into effects: inout EffectRing) {
    for item in conversation.items(of: response) where conversation[item].kind == .message {
      record(item, into: &effects)
    }
  }

  func isBeingCut(_ response: ResponseID, _ only: ResponseID?) -> Bool {
    guard case .beingCut = conversation[response].life else { return false }
    return only == nil || only == response
  }

  /// An item announced after its response was cut: nothing of it plays, and the server forgets it (rule D5).
  mutating func settleAtOnce(_ item: ItemID, into effects: inout EffectRing) {
    let response = conversation[item].response
    conversation[item].wasInterrupted = conversation[response].isInterrupted
    settle(item, into: &effects)
    if tell(item, into: &effects) { sync(about: response, into: &effects) }
  }

  mutating func close(into effects: inout EffectRing) -> Answer {
    followEar(into: &effects)
    expected.removeAll()
    lastCutGroup += 1
    // A CANCEL that is held back has no later moment (rule D13).
    for response in conversation.line { _ = cancelAtOnce(response, into: &effects) }
    var atServer: [ResponseID] = []
    for index in conversation.firstUnsettled..<conversation.line.count {
      let response = conversation.line[index]
      guard !conversation[response].life.isSettled else { continue }
      if conversation[response].isInterrupted {
        // Whatever was being cut is told with the rest, in one SYNC (rule F1).
        conversation[response].cut(group: lastCutGroup, nowUs: nowUs)
        continue
      }
      if conversation[response].life == .atServer {
        atServer.append(response)
      } else {
        conversation[response].cut(group: lastCutGroup, nowUs: nowUs)
      }
      cancel(response, into: &effects)
    }
    closeAtServer(atServer, into: &effects)
    if clearing.isIdle { clearSink(isClosing: true, into: &effects) }
    _ = clearing.ended()
    // Nothing ends behind this any more, so what came too late for a message is told now (rules A4, D5, D6).
    isClosed = true
    for response in conversation.line where !isBeingCut(response, nil) {
      if lateAudioIsDue(ofCut: response, into: &effects) { sync(about: response, into: &effects) }
    }
    settleCut(into: &effects)
    return .ok
  }
}
