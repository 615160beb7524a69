// How long a silent message keeps its turn (rule A3).

extension Engine {
  /// A silent message keeps its turn only so long while a later one is ready (rule A3).
  func isPatienceOver(after part: PartID, in item: ItemID) -> Bool {
    guard let readyUs = conversation.readySince(after: part, in: item) else { return false }
    return nowUs - readyUs >= patience.turnUs
  }

  /// When the patience with a silent message ends (rule A3).
  var patienceDeadline: Int64? {
    guard let head, timeline.audible == nil, clearing == nil else { return nil }
    var item = conversation[head].cursor
    while item.exists {
      if standing(of: item) == .holds {
        guard let readyUs = conversation.readySince(after: .none, in: item) ?? readyPart(in: item) else {
          return nil
        }
        return readyUs + patience.turnUs
      }
      item = conversation[item].next
    }
    return nil
  }

  private func readyPart(in item: ItemID) -> Int64? {
    let first = conversation[item].firstPart
    return first.exists ? conversation.readySince(after: first, in: item) : nil
  }
}
