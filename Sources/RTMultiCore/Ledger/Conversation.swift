// Who is who and in which order: responses in the order of their creation, items in announced order, parts
// in content order. Nothing here knows of sinks, positions or servers.

/// The responses, items and parts that are known, by name and in order.
struct Conversation: ~Copyable {
  // What every tick asks comes first (``Engine``).

  private var recentItem = ItemID.none
  /// Responses from the first unsettled one on. Kept here, for every step asks, and the line lies elsewhere.
  private(set) var openResponses = 0
  /// All known responses in the order of creation.
  private(set) var line: [ResponseID] = [] {
    didSet { openResponses = line.count - firstUnsettled }
  }
  /// The place in the line before which every response is settled: where scans begin.
  private(set) var firstUnsettled = 0 {
    didSet { openResponses = line.count - firstUnsettled }
  }
  private(set) var responses = Slab<Response>()
  private(set) var items = Slab<Item>()
  private(set) var parts = Slab<Part>()
  private var names = NameCells()
  private var responseNames = NameTable()
  private var itemNames = NameTable()
  private(set) var createdCount: UInt64 = 0
  private var announcedCount: UInt32 = 0
  /// How fast the voice of these responses speaks.
  var voicePace = VoicePace.usual
  /// Items that are not settled.
  var openItems = 0
  /// The text of all items, as it counts for ``Limits/rememberedTextBytes``.
  var textCost = 0
  /// Items and parts that are known.
  var pieces: Int { items.count + parts.count }
  /// Audio that waits to be handed over, in ``FrameCount/ticksPerSecond``.
  var waitingTicks: Int64 { readiness.pointee.waitingTicks }
  let readiness = Readiness.allocate()
  private let addressOnly = AddressOnly()

  deinit {
    readiness.pointee.free()
    readiness.deinitialize(count: 1)
    for response in line {
      names.leave(self[response].name)
      self[response].reason.free()
      for item in items(of: response) {
        names.leave(self[item].name)
        self[item].phase.free()
      }
    }
    readiness.deallocate()
  }

  // MARK: Entries

  /// The entry of a response itself, not a copy.
  subscript(response: ResponseID) -> Response {
    unsafeAddress { responses.address(of: response.slot) }
    unsafeMutableAddress { responses.mutableAddress(of: response.slot) }
  }

  /// The entry of an item itself, not a copy.
  subscript(item: ItemID) -> Item {
    unsafeAddress { items.address(of: item.slot) }
    unsafeMutableAddress { items.mutableAddress(of: item.slot) }
  }

  /// The entry of a part itself, not a copy.
  subscript(part: PartID) -> Part {
    unsafeAddress { parts.address(of: part.slot) }
    unsafeMutableAddress { parts.mutableAddress(of: part.slot) }
  }

  // MARK: Names

  func response(named name: Bytes) -> ResponseID? {
    name.isEmpty ? nil : responseNames.find(name).map(ResponseID.init(slot:))
  }

  @inline(__always)
  mutating func item(named name: Bytes) -> ItemID? {
    // Deltas come in runs: the last item that was asked for is nearly always the next one too.
    if recentItem.exists, self[recentItem].name.bytes.holdsSame(as: name) { return recentItem }
    return anotherItem(named: name)
  }

  @inline(never)
  private mutating func anotherItem(named name: Bytes) -> ItemID? {
    guard let slot = itemNames.find(name) else { return nil }
    recentItem = ItemID(slot: slot)
    return recentItem
  }

  /// The part at a place in an item (rule C5); without an index its first audio part, else part 0.
  @inline(__always)
  func part(of item: ItemID, at contentIndex: Int32?) -> PartID? {
    // Nearly always there is one part.
    let first = self[item].firstPart
    if first.exists, let contentIndex, self[first].contentIndex == contentIndex { return first }
    return anotherPart(of: item, at: contentIndex)
  }

  @inline(never)
  private func anotherPart(of item: ItemID, at contentIndex: Int32?) -> PartID? {
    var id = self[item].firstPart
    while id.exists {
      let part = self[id].contentIndex
      if let contentIndex {
        if part == contentIndex { return id }  // The part's own index, whatever stands before it (rule C5).
      } else if self[id].kind == .audio {
        return id
      }
      id = self[id].next
    }
    return contentIndex == nil ? self.part(of: item, at: 0) : nil
  }

  /// The response that was created last.
  var newest: ResponseID? { line.last }

  // MARK: Adding

  mutating func addResponse(_ name: Bytes, traits: ResponseTraits) -> ResponseID {
    createdCount += 1
    let owned = names.keep(name)
    let id = ResponseID(
      slot: responses.insert(Response(name: owned, traits: traits, number: createdCount)))
    responseNames.insert(owned.bytes, slot: id.slot)
    readiness.pointee.opened(id)
    line.append(id)
    return id
  }

  /// Adds an item in announced order: by index, and among equal ones as they came.
  mutating func addItem(
    _ name: Bytes, kind: ItemKind, outputIndex: Int32?, to response: ResponseID
  ) -> ItemID {
    // Past the highest number that there is, the order of announcement goes on.
    let index = outputIndex ?? min(self[response].highestIndex, .max - 1) + 1
    let owned = names.keep(name)
    announcedCount &+= 1
    let id = ItemID(
      slot: items.insert(
        Item(
          name: owned, response: response, number: announcedCount, kind: kind, outputIndex: index,
          readiness: readiness)))
    itemNames.insert(owned.bytes, slot: id.slot)
    readiness.pointee.opened(id)
    openItems += 1
    self[response].itemCount += 1
    self[response].highestIndex = max(index, self[response].highestIndex)

    let last = self[response].lastItem
    if last.exists, self[last].outputIndex <= index {
      self[last].next = id
      self[response].lastItem = id
      if self[response].itemCount % Int32(Self.landmarkDistance) == 0 { self[response].landmarks.append(id) }
      self[id].earlierMessage = self[response].lastMessage
    } else {
      insert(id, at: index, in: response)
    }
    if kind == .message {
      linkMessage(id, in: response)
      let newest = self[response].lastMessage
      if !newest.exists || self[newest].outputIndex <= index { self[response].lastMessage = id }
    }
    // The cursor stands before everything unsettled, so a new message before it, or at the end, moves it; nothing else
    // settles.
    let cursor = self[response].cursor
    if kind == .message, !cursor.exists || index < self[cursor].outputIndex { self[response].cursor = id }
    return id
  }

  /// So far apart landmarks are, or up to twice that.
  private static var landmarkDistance: Int { 64 }

  /// Puts an item that is announced out of order into its place.
  private mutating func insert(_ id: ItemID, at index: Int32, in response: ResponseID) {
    // The landmarks before `place` are not behind the item.
    var place = 0
    var end = self[response].landmarks.count
    while place < end {
      let middle = (place + end) / 2
      if self[self[response].landmarks[middle]].outputIndex <= index {
        place = middle + 1
      } else {
        end = middle
      }
    }
    var before = place > 0 ? self[response].landmarks[place - 1] : .none
    var after = before.exists ? self[before].next : self[response].firstItem
    var steps = 0
    while after.exists, self[after].outputIndex <= index {
      before = after
      after = self[after].next
      steps += 1
    }
    self[id].next = after
    if before.exists { self[before].next = id } else { self[response].firstItem = id }
    if !after.exists { self[response].lastItem = id }
    if before.exists {
      self[id].earlierMessage = self[before].kind == .message ? before : self[before].earlierMessage
    }
    // Those that are announced backwards have one on their way, too.
    if steps >= Self.landmarkDistance || self[response].itemCount % Int32(Self.landmarkDistance) == 0 {
      self[response].landmarks.insert(id, at: place)
    }
  }

  /// Puts a message between the two that are nearest to it.
  private mutating func linkMessage(_ id: ItemID, in response: ResponseID) {
    var before = self[id].earlierMessage
    var after = before.exists ? self[before].nextMessage : self[response].firstMessage
    // Others may have been put there since the item before it was.
    while after.exists, self[after].outputIndex <= self[id].outputIndex {
      before = after
      after = self[after].nextMessage
    }
    self[id].nextMessage = after
    if before.exists { self[before].nextMessage = id } else { self[response].firstMessage = id }
  }

  mutating func addPart(
    kind: PartKind, contentIndex: Int32, format: AudioFormat?, to item: ItemID
  ) -> PartID {
    let id = PartID(
      slot: parts.insert(
        Part(
          item: item, response: self[item].response, kind: kind, contentIndex: contentIndex, format: format,
          readiness: readiness)))
    var before = PartID.none
    var after = self[item].firstPart
    while after.exists, self[after].contentIndex < contentIndex {
      before = after
      after = self[after].next
    }
    self[id].next = after
    if before.exists { self[before].next = id } else { self[item].firstPart = id }
    return id
  }

  // MARK: Walking

  /// The items of a response, in announced order. Nothing may be added to the ledger while they are walked over.
  @inline(__always)
  func items(of response: ResponseID) -> ItemWalk {
    ItemWalk(items: items.base, next: self[response].firstItem)
  }

  /// Its messages, from the first one on that may be unsettled.
  @inline(__always)
  func unsettledItems(of response: ResponseID) -> MessageWalk {
    MessageWalk(items: items.base, next: self[response].cursor)
  }

  /// The same without those that were passed over in silence, from which nothing follows.
  @inline(__always)
  func messagesThatMatter(of response: ResponseID) -> MessageWalk {
    MessageWalk(
      items: items.base, next: self[response].cursor,
      passesUntilEnded: self[response].generation.isOpen, passes: true)
  }

  /// The parts of an item, in content order. Nothing may be added to the ledger while they are walked over.
  @inline(__always)
  func parts(of item: ItemID) -> PartWalk { PartWalk(parts: parts.base, next: self[item].firstPart) }

  /// Whether the server is done with an item, by its own word or by the end of its response.
  func hasEnded(_ item: ItemID) -> Bool {
    !self[item].generation.isOpen || !self[self[item].response].generation.isOpen
  }

  /// The turn time at which the newest audio of a message came.
  func arrivedTurnUs(of item: ItemID) -> Int64 {
    var newest: Int64 = 0
    var part = self[item].firstPart
    while part.exists {
      newest = max(newest, self[part].arrivedTurnUs)
      part = self[part].next
    }
    return newest
  }

  /// Whether nothing that the server has announced comes behind a part in its response.
  @inline(__always)
  func isLast(_ part: PartID) -> Bool { !self[part].next.exists && !self[self[part].item].next.exists }

  /// The items of a response behind one of them, or all of them.
  func items(of response: ResponseID, after item: ItemID) -> ItemWalk {
    item.exists ? ItemWalk(items: items.base, next: self[item].next) : items(of: response)
  }

  /// Moves ``firstUnsettled`` on.
  mutating func passSettled() {
    while firstUnsettled < line.count, self[line[firstUnsettled]].life.isSettled { firstUnsettled += 1 }
  }

  // MARK: Forgetting

  /// Lets the names of all lost items and responses go: a new connection may use them again (rule F8).
  mutating func forgetLostNames() {
    recentItem = .none
    itemNames.removeAll()
    responseNames.removeAll()
    for response in line where self[response].membership != .lost {
      responseNames.insert(self[response].name.bytes, slot: response.slot)
      var item = self[response].firstItem
      while item.exists {
        itemNames.insert(self[item].name.bytes, slot: item.slot)
        item = self[item].next
      }
    }
  }

  /// Forgets a response with all that belongs to it. `forgotten` hears of each part.
  mutating func remove(_ response: ResponseID, _ forgotten: (PartID) -> Void) {
    recentItem = .none
    for item in items(of: response) {
      for part in parts(of: item) { forgotten(part) }
    }
    var item = self[response].firstItem
    while item.exists {
      let next = self[item].next
      var part = self[item].firstPart
      while part.exists {
        let nextPart = self[part].next
        parts.remove(part.slot)
        part = nextPart
      }
      let name = self[item].name
      textCost -= self[item].textCost
      self[item].phase.free()
      itemNames.remove(name.bytes, slot: item.slot)
      items.remove(item.slot)
      names.giveBack(name)
      item = next
    }
    let name = self[response].name
    responseNames.remove(name.bytes, slot: response.slot)
    self[response].reason.free()
    responses.remove(response.slot)
    names.giveBack(name)
    guard let index = line.firstIndex(of: response) else { return }
    line.remove(at: index)
    if index < firstUnsettled { firstUnsettled -= 1 }
  }
}
