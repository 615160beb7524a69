// Whose turn it is (rules A1 to A6). Everything here follows from the state: it is asked again after each input and
// remembers nothing of its own.

extension Engine {
  /// What a message can do when its turn has come.
  enum Standing: Equatable {
    /// This part has audio to hand over.
    case ready(PartID)
    /// Nothing later may be handed over yet; from this turn time on it may, if nothing happens before.
    case holds(untilTurnUs: Int64?)
    /// A later message that is ready may go first; audio that comes before it does still plays here.
    case mayBePassed
    /// Nothing more of it will be handed over.
    case over

    var isReady: Bool {
      if case .ready = self { return true }
      return false
    }
  }

  /// Where a message stands at the head of its response.
  func standing(of item: ItemID) -> Standing {
    guard conversation[item].isOpenMessage else { return .over }
    // Nothing more of what was followed is handed over; all that it may do is lie at the sink.
    if conversation[item].turn == .followed, !hasSegments(item) { return .over }
    let isDone = conversation.hasEnded(item)
    if !conversation[item].hasAudio { return standingWithoutAudio(of: item, isDone: isDone) }
    var hasSpoken = false
    for part in conversation.parts(of: item) {
      guard conversation[part].speaks, conversation[part].playout != .cut else { continue }
      hasSpoken = hasSpoken || conversation[part].received > 0
      if !isHandedOver(part) { return .holds(untilTurnUs: untilTurnUs(ofOpen: part)) }
      if conversation[part].isFollowed { continue }
      if conversation[part].waiting > 0 { return .ready(part) }
      if isDone || !conversation[part].generation.isOpen { continue }
      let standing =
        conversation[part].received == 0
        ? standingInSilence(of: part, in: item) : standingInQuiet(of: part, in: item)
      guard standing == .mayBePassed else { return standing }
    }
    if conversation[item].turn == .followed { return .over }
    // A text that waits for its turn lets a later message go first when a silent one before it does.
    if isDone { return awaitsItsTurnAsText(item) ? .mayBePassed : .over }
    guard hasSpoken else { return standingInSilence(of: .none, in: item) }
    // A later message goes behind one that is not done only when little of that is left (rule A2).
    if !isNearlyPlayed, isAtSink(item) { return .holds(untilTurnUs: nil) }
    return standingInQuiet(of: .none, in: item)
  }

  /// Whether a segment of a message is known to the timeline.
  private func hasSegments(_ item: ItemID) -> Bool {
    guard conversation[item].hasAudio else { return false }
    for part in conversation.parts(of: item) {
      if case .playing(let id) = conversation[part].playout, timeline.index(of: id) != nil { return true }
    }
    return false
  }

  /// Whether the sink has the newest segment of a part of a message.
  private func isAtSink(_ item: ItemID) -> Bool {
    for part in conversation.parts(of: item) {
      if conversation[part].speaks, conversation[part].playout != .cut, isSegmentAtSink(part) { return true }
    }
    return false
  }

  /// The same for a message of which no audio has come, however many parts it has: each says what the message does.
  private func standingWithoutAudio(of item: ItemID, isDone: Bool) -> Standing {
    if conversation[item].turn == .followed { return .over }
    if isDone { return awaitsItsTurnAsText(item) ? .mayBePassed : .over }
    return standingInSilence(of: .none, in: item)
  }

  /// Whether nothing of the part keeps a later one from being handed over: the sink has finished it, or
  /// takes several segments and got all of this one, which is done or nearly heard (rule A2).
  private func isHandedOver(_ part: PartID) -> Bool {
    switch conversation[part].playout {
    case .waiting, .drained, .cut: return true
    case .playing(let id):
      guard let index = timeline.index(of: id) else { return true }
      guard sink?.isGapless == true else { return !isAtSink(index) }
      // Of a device it takes a look at all segments whether it has taken one.
      if timeline[index].phase == .open, !isAtSink(index) { return true }
      return timeline[index].phase != .open || conversation[part].isFollowed
        || (isNearlyPlayed && isQuiet(part))
    }
  }

  /// When an open part that the sink holds may be followed, as far as that depends on time alone.
  private func untilTurnUs(ofOpen part: PartID) -> Int64? {
    guard conversation[part].waiting == 0, conversation[part].generation.isOpen,
      case .holds(let untilTurnUs) = standingInQuiet(of: part, in: conversation[part].item)
    else { return nil }
    return untilTurnUs
  }

  private func isSegmentAtSink(_ part: PartID) -> Bool {
    guard case .playing(let id) = conversation[part].playout, let index = timeline.index(of: id) else {
      return false
    }
    return isAtSink(index)
  }

  /// Whether the next response may begin: the server has ended this one and the sink has finished it (A6).
  func isPlayedOut(_ response: ResponseID) -> Bool {
    guard !conversation[response].generation.isOpen, !isAtSink(response) else { return false }
    for item in conversation.messagesThatMatter(of: response) {
      guard standing(of: item) == .over else { return false }
    }
    return true
  }

  /// Whether the sink has segments of a response that it has not finished.
  func isAtSink(_ response: ResponseID) -> Bool {
    for index in 0..<timeline.count where self.response(of: timeline[index].part) == response {
      if isAtSink(index) { return true }
    }
    return false
  }

  /// Whether the sink has not finished a segment. A device has finished what it has taken, though the ear gets that later:
  /// a lag holds nothing back (rules A2, C6).
  @inline(__always)
  func isAtSink(_ index: Int) -> Bool {
    switch timeline[index].phase {
    case .finished: return false
    case .open, .clearing: return true
    case .flushed:
      guard sink?.reporting == .counted else { return true }
      return timeline.start(of: index) + timeline[index].length > timeline.reported + timeline.onTheWay
    }
  }

  /// Whether the sink has not finished everything that it got.
  var isSinkBusy: Bool {
    for index in 0..<timeline.count where isAtSink(index) { return true }
    return false
  }

  func response(of part: PartID) -> ResponseID {
    conversation[conversation[part].item].response
  }
}
