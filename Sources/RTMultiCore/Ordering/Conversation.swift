// Who is who and in which order: responses in the order of their creation, items in announced order, parts
// in content order. Nothing here knows of sinks, positions or servers.

/// The responses, items and parts that are known, by name and in order.
struct Conversation: ~Copyable {
  var responses = Slab<Response>(capacity: 8)
  var items = Slab<Item>(capacity: 16)
  var parts = Slab<Part>(capacity: 8)
  private var responseNames = NameTable()
  private var itemNames = NameTable()
  /// All known responses in the order of creation.
  private(set) var line: [ResponseID] = []
  /// The place in the line before which every response is settled: where scans begin.
  private(set) var firstUnsettled = 0
  private(set) var createdCount: UInt64 = 0
  private var recentItem = ItemID.none
  /// How fast the voice of these responses speaks.
  var voicePace = VoicePace.usual
  /// Items that are not settled.
  var openItems = 0
  /// The text of all items, as it counts for ``Limits/rememberedTextBytes``.
  var textCost = 0
  /// Items and parts that are known.
  var pieces: Int { items.count + parts.count }
  /// Responses from the first unsettled one on.
  var openResponses: Int { line.count - firstUnsettled }
  private let inPlace = InPlace()

  init() { line.reserveCapacity(128) }

  deinit {
    for response in line {
      responses[response.slot].name.free()
      responses[response.slot].reason.free()
      forEachItem(of: response) { item in
        items[item.slot].name.free()
        items[item.slot].phase.free()
      }
    }
  }

  // MARK: Names

  func response(named name: Bytes) -> ResponseID? {
    name.isEmpty ? nil : responseNames.find(name).map(ResponseID.init(slot:))
  }

  mutating func item(named name: Bytes) -> ItemID? {
    // Deltas come in runs: the last item that was asked for is nearly always the next one too.
    if recentItem.exists, items[recentItem.slot].name.bytes.holdsSame(as: name) { return recentItem }
    guard let slot = itemNames.find(name) else { return nil }
    recentItem = ItemID(slot: slot)
    return recentItem
  }

  /// The part at a place in an item; without an index its first audio part, else part 0 (SCENARIOS.md).
  func part(of item: ItemID, at contentIndex: Int32?) -> PartID? {
    var id = items[item.slot].firstPart
    while id.exists {
      let part = parts[id.slot].contentIndex
      if let contentIndex {
        if part == contentIndex { return id }
      } else if parts[id.slot].kind == .audio {
        return id
      }
      id = parts[id.slot].next
    }
    return contentIndex == nil ? self.part(of: item, at: 0) : nil
  }

  /// The response that was created last.
  var newest: ResponseID? { line.last }

  // MARK: Adding

  mutating func addResponse(_ name: Bytes, traits: ResponseTraits) -> ResponseID {
    createdCount += 1
    let owned = OwnedBytes(name)
    let id = ResponseID(
      slot: responses.insert(Response(name: owned, traits: traits, number: createdCount)))
    responseNames.insert(owned.bytes, slot: id.slot)
    line.append(id)
    return id
  }

  /// Adds an item in announced order: by index, and among equal ones as they came.
  mutating func addItem(
    _ name: Bytes, kind: ItemKind, outputIndex: Int32?, to response: ResponseID
  ) -> ItemID {
    // Past the highest number that there is, the order of announcement goes on.
    let index = outputIndex ?? min(responses[response.slot].highestIndex, .max - 1) + 1
    let owned = OwnedBytes(name)
    let id = ItemID(
      slot: items.insert(Item(name: owned, response: response, kind: kind, outputIndex: index)))
    itemNames.insert(owned.bytes, slot: id.slot)
    openItems += 1
    responses[response.slot].itemCount += 1
    responses[response.slot].highestIndex = max(index, responses[response.slot].highestIndex)

    let last = responses[response.slot].lastItem
    if last.exists, items[last.slot].outputIndex <= index {
      items[last.slot].next = id
      responses[response.slot].lastItem = id
    } else {
      var before = ItemID.none
      var after = responses[response.slot].firstItem
      while after.exists, items[after.slot].outputIndex <= index {
        before = after
        after = items[after.slot].next
      }
      items[id.slot].next = after
      if before.exists { items[before.slot].next = id } else { responses[response.slot].firstItem = id }
      if !after.exists { responses[response.slot].lastItem = id }
    }
    // The cursor stands before everything unsettled, so a new item before it, or at the end, moves it.
    let cursor = responses[response.slot].cursor
    if !cursor.exists || index < items[cursor.slot].outputIndex { responses[response.slot].cursor = id }
    return id
  }

  mutating func addPart(
    kind: PartKind, contentIndex: Int32, format: AudioFormat?, to item: ItemID
  ) -> PartID {
    let id = PartID(
      slot: parts.insert(Part(item: item, kind: kind, contentIndex: contentIndex, format: format)))
    var before = PartID.none
    var after = items[item.slot].firstPart
    while after.exists, parts[after.slot].contentIndex < contentIndex {
      before = after
      after = parts[after.slot].next
    }
    parts[id.slot].next = after
    if before.exists { parts[before.slot].next = id } else { items[item.slot].firstPart = id }
    return id
  }

  // MARK: Walking

  /// Calls `body` for each part of an item, in content order.
  @inline(__always)
  func forEachPart(of item: ItemID, _ body: (PartID) -> Void) {
    var id = items[item.slot].firstPart
    while id.exists {
      body(id)
      id = parts[id.slot].next
    }
  }

  /// Calls `body` for each item of a response, in announced order.
  @inline(__always)
  func forEachItem(of response: ResponseID, _ body: (ItemID) -> Void) {
    var id = responses[response.slot].firstItem
    while id.exists {
      body(id)
      id = items[id.slot].next
    }
  }

  /// Whether the server is done with an item, by its own word or by the end of its response.
  func isDone(_ item: ItemID) -> Bool {
    items[item.slot].isDone || !responses[items[item.slot].response.slot].generation.isOpen
  }

  /// When the first of the later parts and messages became ready, or nil while none is: the earliest
  /// arrival of audio that was not handed over yet, behind `part` (or behind all of `item`).
  func readySince(after part: PartID, in item: ItemID) -> Int64? {
    var earliest: Int64?
    var next = part.exists ? parts[part.slot].next : .none
    var owner = item
    while true {
      while next.exists {
        if parts[next.slot].waiting > 0, !parts[next.slot].isFollowed {
          earliest = min(earliest ?? .max, parts[next.slot].readyUs)
        }
        next = parts[next.slot].next
      }
      owner = items[owner.slot].next
      guard owner.exists else { return earliest }
      if items[owner.slot].isOpenMessage { next = items[owner.slot].firstPart }
    }
  }

  /// Something new came for a response: unless it is settled, it may have a turn again.
  mutating func reopen(_ response: ResponseID) {
    if !responses[response.slot].isSettled { responses[response.slot].isPlayedOut = false }
  }

  /// Moves ``firstUnsettled`` on.
  mutating func passSettled() {
    while firstUnsettled < line.count, responses[line[firstUnsettled].slot].isSettled { firstUnsettled += 1 }
  }

  // MARK: Forgetting

  /// Lets the names of all lost items and responses go: a new connection may use them again (rule F8).
  mutating func forgetLostNames() {
    recentItem = .none
    itemNames.removeAll()
    responseNames.removeAll()
    for response in line where !responses[response.slot].isLost {
      responseNames.insert(responses[response.slot].name.bytes, slot: response.slot)
      var item = responses[response.slot].firstItem
      while item.exists {
        itemNames.insert(items[item.slot].name.bytes, slot: item.slot)
        item = items[item.slot].next
      }
    }
  }

  /// Forgets a response with all that belongs to it. `forgotten` hears of each part.
  mutating func remove(_ response: ResponseID, _ forgotten: (PartID) -> Void) {
    recentItem = .none
    forEachItem(of: response) { item in forEachPart(of: item, forgotten) }
    var item = responses[response.slot].firstItem
    while item.exists {
      let next = items[item.slot].next
      var part = items[item.slot].firstPart
      while part.exists {
        let nextPart = parts[part.slot].next
        parts.remove(part.slot)
        part = nextPart
      }
      let name = items[item.slot].name
      textCost -= items[item.slot].textCost
      items[item.slot].phase.free()
      itemNames.remove(name.bytes, slot: item.slot)
      items.remove(item.slot)
      name.free()
      item = next
    }
    let name = responses[response.slot].name
    responseNames.remove(name.bytes, slot: response.slot)
    responses[response.slot].reason.free()
    responses.remove(response.slot)
    name.free()
    guard let place = line.firstIndex(of: response) else { return }
    line.remove(at: place)
    if place < firstUnsettled { firstUnsettled -= 1 }
  }
}
