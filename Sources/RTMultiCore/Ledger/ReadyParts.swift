// Since when something of a response, or behind a place in it, has been ready to be handed over. What is kept of that between
// two questions is Readiness.swift's, and what follows from it Turns'.

extension Conversation {
  /// Since which turn time a response has had something to hand over, or nil while it has nothing.
  @inline(__always)
  func readySince(of response: ResponseID) -> Int64? {
    let earliest = earliestReady(of: response)
    return earliest.exists ? earliest.readyTurnUs : nil
  }

  @inline(__always)
  private func earliestReady(of response: ResponseID) -> Readiness.Earliest {
    readiness.pointee.earliest(of: response) ?? findEarliestReady(of: response)
  }

  @inline(never)
  private func findEarliestReady(of response: ResponseID) -> Readiness.Earliest {
    var earliest = Readiness.Earliest.none
    let (items, counts) = (items.base, readiness.pointee.counts)
    var item = self[response].cursor
    while item.exists {
      if counts[Int(item.slot)] > 0 {
        var part = self[item].firstPart
        while part.exists {
          if self[part].waiting > 0, !self[part].isFollowed, self[part].readyTurnUs < earliest.readyTurnUs {
            earliest = Readiness.Earliest(
              readyTurnUs: self[part].readyTurnUs, key: Readiness.key(item, self[part].contentIndex))
          }
          part = self[part].next
        }
      }
      item = items[Int(item.slot)].nextMessage
    }
    readiness.pointee.found(earliest, of: response)
    return earliest
  }

  /// Whether a ready part comes behind another in its response, or behind all of `item`.
  private func isBehind(_ key: Readiness.Key, _ part: PartID, in item: ItemID) -> Bool {
    let ready = Readiness.item(of: key)
    if ready == item { return part.exists && Readiness.contentIndex(of: key) > self[part].contentIndex }
    let (own, other) = (self[ready].outputIndex, self[item].outputIndex)
    return own > other || (own == other && self[ready].number > self[item].number)
  }

  func hasWaiting(_ response: ResponseID) -> Bool { readySince(of: response) != nil }

  /// When the first of the later parts and messages became ready, or nil while none is: the earliest
  /// arrival of audio that was not handed over yet, behind `part` (or behind all of `item`).
  func readySince(after part: PartID, in item: ItemID) -> Int64? {
    if let said = readiness.pointee.said(after: part, in: item) { return said }
    let readyTurnUs = findReady(after: part, in: item)
    let key = part.exists ? Readiness.key(item, self[part].contentIndex) : nil
    readiness.pointee.say(readyTurnUs, after: part, in: item, key)
    return readyTurnUs
  }

  private func findReady(after part: PartID, in item: ItemID) -> Int64? {
    // Mostly what has been ready for longest is behind whoever is asked about, for what is before him was handed over.
    let first = earliestReady(of: self[item].response)
    if !first.exists { return nil }
    if isBehind(first.key, part, in: item) { return first.readyTurnUs }
    var earliest: Int64?
    var next = part.exists ? self[part].next : .none
    var owner = item
    while true {
      while next.exists {
        if self[next].waiting > 0, !self[next].isFollowed {
          earliest = min(earliest ?? .max, self[next].readyTurnUs)
        }
        next = self[next].next
      }
      owner = self[owner].nextMessage
      guard owner.exists else { return earliest }
      if readiness.pointee.isReady(owner) { next = self[owner].firstPart }
    }
  }
}
