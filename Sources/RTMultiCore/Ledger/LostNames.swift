// Names of a lost session (rule F8): what still plays of it answers to them, unless the new session uses them again. The
// server never hears them, and its events never mean them.

extension Conversation {
  /// The newest response of a lost session with this name that is not settled: something of it still plays.
  func lostResponse(named name: Bytes) -> ResponseID? {
    for index in (firstUnsettled..<line.count).reversed() where isLost(line[index], named: name) {
      if !self[line[index]].life.isSettled { return line[index] }
    }
    return nil
  }

  /// The newest item of a lost session with this name.
  fileprivate func lostItem(named name: Bytes) -> ItemID? {
    guard !name.isEmpty else { return nil }
    for response in line.reversed() where self[response].membership == .lost {
      for item in items(of: response) where self[item].name.bytes.holdsSame(as: name) { return item }
    }
    return nil
  }

  private func isLost(_ response: ResponseID, named name: Bytes) -> Bool {
    self[response].membership == .lost && self[response].name.bytes.holdsSame(as: name)
  }
}

extension Engine {
  /// The item that a host asks about by this id, or nil: of the session that stands, else of one that was lost (rule F8).
  public mutating func askedItem(named name: Bytes) -> ItemID? {
    conversation.item(named: name) ?? conversation.lostItem(named: name)
  }
}
