// Whose turn it is (rules A1 to A6). Everything here follows from the state: it is asked again after each input and
// remembers nothing of its own.

extension Engine {
  /// What a message can do when its turn has come.
  enum Standing: Equatable {
    /// This part has audio to hand over.
    case ready(PartID)
    /// Nothing later may be handed over yet; from this time on it may, if nothing happens before.
    case holds(untilUs: Int64?)
    /// A later message that is ready may go first; audio that comes before it does still plays here.
    case mayBePassed
    /// Nothing more of it will be handed over.
    case over
  }

  /// Where a message stands at the head of its response.
  func standing(of item: ItemID) -> Standing {
    guard conversation[item].isOpenMessage else { return .over }
    let isDone = conversation.hasEnded(item)
    var hasSpoken = false
    var mayBePassed = false
    var part = conversation[item].firstPart
    while part.exists {
      defer { part = conversation[part].next }
      guard conversation[part].speaks, conversation[part].playout != .cut else { continue }
      hasSpoken = hasSpoken || conversation[part].received > 0
      if !isHandedOver(part) { return .holds(untilUs: nil) }
      if conversation[part].isFollowed { continue }
      if conversation[part].waiting > 0 { return .ready(part) }
      if isDone || !conversation[part].generation.isOpen { continue }
      if conversation[part].received == 0 {
        let standing = standingInSilence(of: part, in: item)
        guard standing == .mayBePassed else { return standing }
      }
      mayBePassed = true
    }
    if conversation[item].turn == .followed { return .over }
    if mayBePassed { return .mayBePassed }
    // A text that waits for its turn lets a later message go first when a silent one before it does.
    if isDone { return awaitsItsTurnAsText(item) ? .mayBePassed : .over }
    return hasSpoken ? .mayBePassed : standingInSilence(of: .none, in: item)
  }

  /// Whether nothing of the part keeps a later one from being handed over: the sink has finished it, or
  /// takes several segments and got all of this one, which is done or nearly heard (rule A2).
  private func isHandedOver(_ part: PartID) -> Bool {
    switch conversation[part].playout {
    case .waiting, .drained, .cut: return true
    case .playing(let id):
      guard sink?.isGapless == true, let index = timeline.index(of: id) else { return false }
      return timeline[index].phase != .open || isNearlyHeard(timeline[index]) || conversation[part].isFollowed
    }
  }

  /// The response whose turn it is: the first that has not been handed over whole.
  var head: ResponseID? {
    var index = conversation.firstUnsettled
    while index < conversation.line.count {
      let response = conversation.line[index]
      if conversation[response].life == .open { return response }
      index += 1
    }
    return nil
  }

  /// Where the first message stands that does not let the next one go before it: ready, or holding the turn; over if
  /// there is none.
  var turn: Standing {
    guard let head else { return .over }
    var item = conversation[head].cursor
    while item.exists {
      let standing = standing(of: item)
      switch standing {
      case .ready, .holds: return standing
      case .mayBePassed, .over: item = conversation[item].next
      }
    }
    return .over
  }

  /// The part to hand over next, or nil while somebody holds the turn.
  var nextPart: PartID? {
    guard case .ready(let part) = turn else { return nil }
    return part
  }

  /// Whether the next response may begin: the server has ended this one and the sink has finished it (A6).
  func isPlayedOut(_ response: ResponseID) -> Bool {
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
}
