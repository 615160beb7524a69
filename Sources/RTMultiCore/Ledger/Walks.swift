// How the ledger is walked over: from item to item, from message to message, from part to part. Nothing may be added to it
// meanwhile; what is looked for on the way is for those who walk.

/// Steps from item to item of a response.
struct ItemWalk: Sequence, IteratorProtocol {
  let items: UnsafePointer<Item>
  var item: ItemID

  init(items: UnsafePointer<Item>, next item: ItemID) {
    self.items = items
    self.item = item
  }

  @inline(__always)
  mutating func next() -> ItemID? {
    guard item.exists else { return nil }
    defer { item = items[Int(item.slot)].next }
    return item
  }
}

/// Steps from message to message of a response.
struct MessageWalk: Sequence, IteratorProtocol {
  let items: UnsafePointer<Item>
  var item: ItemID
  let passesUntilEnded: Bool
  let passes: Bool

  init(
    items: UnsafePointer<Item>, next item: ItemID, passesUntilEnded: Bool = false, passes: Bool = false
  ) {
    self.items = items
    self.item = item
    self.passesUntilEnded = passesUntilEnded
    self.passes = passes
  }

  @inline(__always)
  mutating func next() -> ItemID? {
    while passes, item.exists {
      switch items[Int(item.slot)].quiet {
      case .untilAcknowledged: break
      case .untilEnded where passesUntilEnded: break
      case .none, .untilEnded: return step()
      }
      item = items[Int(item.slot)].nextMessage
    }
    return step()
  }

  @inline(__always)
  private mutating func step() -> ItemID? {
    guard item.exists else { return nil }
    defer { item = items[Int(item.slot)].nextMessage }
    return item
  }
}

/// Steps from part to part of an item.
struct PartWalk: Sequence, IteratorProtocol {
  let parts: UnsafePointer<Part>
  var part: PartID

  init(parts: UnsafePointer<Part>, next part: PartID) {
    self.parts = parts
    self.part = part
  }

  @inline(__always)
  mutating func next() -> PartID? {
    guard part.exists else { return nil }
    defer { part = parts[Int(part.slot)].next }
    return part
  }
}
