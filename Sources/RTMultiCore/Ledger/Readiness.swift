// Whether anything is ready, and what is so for longest, kept from one question to the next: it is asked with every input, and
// a response may have thousands of messages. What is ready is a part's to know, and what follows from it Turns'.

/// Knows when an answer about later parts still holds. Parts tell it what changes, by its address.
struct Readiness {
  /// A part by its item and its place there: its own changes do not matter to what is said of those behind it.
  typealias Key = UInt64

  private struct Answer {
    var part = PartID.none
    var item = ItemID.none
    var number = UInt64.max
    var readyTurnUs: Int64?
  }

  /// Counts what has changed; changes of one part in a row count once.
  private var number: UInt64 = 0
  private var newest = Key.max
  private var answer = Answer()

  /// What has been ready for longest of a response.
  struct Earliest {
    var readyTurnUs: Int64
    var key: Key

    static var none: Earliest { Earliest(readyTurnUs: .max, key: .max) }
    /// Not known: it has to be looked for. Nothing has been ready for so long.
    static var unknown: Earliest { Earliest(readyTurnUs: .min, key: .max) }
    var exists: Bool { readyTurnUs != .max }
    var isKnown: Bool { readyTurnUs != .min }
  }

  /// How many parts of each item are ready, by its slot, and what is so for longest of each response, by its own: nil where
  /// that has to be looked for.
  private var readyParts: UnsafeMutablePointer<UInt8>
  private var earliest: UnsafeMutablePointer<Earliest>
  private var itemCapacity: UInt32
  private var responseCapacity: UInt32
  /// All that waits to be handed over, in ``FrameCount/ticksPerSecond``.
  var waitingTicks: Int64 = 0

  static func key(_ item: ItemID, _ contentIndex: Int32) -> Key {
    UInt64(item.slot) << 32 | UInt64(UInt32(bitPattern: contentIndex))
  }

  static func item(of key: Key) -> ItemID { ItemID(slot: UInt32(key >> 32)) }
  static func contentIndex(of key: Key) -> Int32 { Int32(truncatingIfNeeded: key) }

  /// A part has something to hand over, or has not any more.
  @inline(__always)
  private mutating func changed(_ key: Key) {
    if key != newest {
      newest = key
      number &+= 1
    }
  }

  /// Audio came for a part that had nothing to hand over. What was ready before it has been so for longer.
  @inline(__always)
  mutating func audioCame(_ key: Key, of response: ResponseID, readyTurnUs: Int64) {
    if answer.readyTurnUs == nil || answer.number != number { changed(key) }
    count(key, of: response, readyTurnUs: readyTurnUs)
  }

  /// A part may be handed over again that had come to the sink, or was over.
  mutating func becameReady(_ key: Key, of response: ResponseID, readyTurnUs: Int64) {
    changed(key)
    count(key, of: response, readyTurnUs: readyTurnUs)
  }

  @inline(__always)
  private mutating func count(_ key: Key, of response: ResponseID, readyTurnUs: Int64) {
    readyParts[Int(truncatingIfNeeded: key >> 32)] &+= 1
    let kept = earliest + Int(response.slot)
    if readyTurnUs < kept.pointee.readyTurnUs { kept.pointee = Earliest(readyTurnUs: readyTurnUs, key: key) }
  }

  /// A part has nothing to hand over any more, or must not be.
  @inline(__always)
  mutating func stoppedBeingReady(_ key: Key, of response: ResponseID) {
    changed(key)
    readyParts[Int(truncatingIfNeeded: key >> 32)] &-= 1
    let kept = earliest + Int(response.slot)
    if kept.pointee.key == key { kept.pointee = .unknown }
  }

  /// Whether any part of an item is ready.
  @inline(__always)
  func isReady(_ item: ItemID) -> Bool { readyParts[Int(item.slot)] > 0 }

  /// How many parts of each item are ready, by its slot: for whoever steps from item to item.
  var counts: UnsafePointer<UInt8> { UnsafePointer(readyParts) }

  /// What has been ready for longest of a response, where that is known.
  @inline(__always)
  func earliest(of response: ResponseID) -> Earliest? {
    let kept = earliest[Int(response.slot)]
    return kept.isKnown ? kept : nil
  }

  mutating func found(_ found: Earliest, of response: ResponseID) { earliest[Int(response.slot)] = found }

  mutating func opened(_ item: ItemID) {
    if item.slot >= itemCapacity {
      let isFirst = itemCapacity == Self.firstItems
      Self.grow(&readyParts, from: &itemCapacity, isFirst: isFirst)
    }
    readyParts[Int(item.slot)] = 0
  }

  mutating func opened(_ response: ResponseID) {
    if response.slot >= responseCapacity {
      let isFirst = responseCapacity == Self.firstResponses
      Self.grow(&earliest, from: &responseCapacity, isFirst: isFirst)
    }
    earliest[Int(response.slot)] = .none
  }

  // MARK: Memory

  private static var firstItems: UInt32 { 16 }
  private static var firstResponses: UInt32 { 2 }

  /// One of them and room for the first items and responses behind it, for every tick asks for all three.
  static func allocate() -> UnsafeMutablePointer<Readiness> {
    let earliestAt = (MemoryLayout<Readiness>.size + 15) & ~15
    let countsAt = earliestAt + MemoryLayout<Earliest>.stride * Int(firstResponses)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: countsAt + Int(firstItems), alignment: 64)
    let readiness = memory.bindMemory(to: Readiness.self, capacity: 1)
    readiness.initialize(
      to: Readiness(
        readyParts: (memory + countsAt).bindMemory(to: UInt8.self, capacity: Int(firstItems)),
        earliest: (memory + earliestAt).bindMemory(to: Earliest.self, capacity: Int(firstResponses))))
    return readiness
  }

  private init(readyParts: UnsafeMutablePointer<UInt8>, earliest: UnsafeMutablePointer<Earliest>) {
    self.readyParts = readyParts
    self.earliest = earliest
    itemCapacity = Self.firstItems
    responseCapacity = Self.firstResponses
  }

  private static func grow<Entry>(
    _ entries: inout UnsafeMutablePointer<Entry>, from capacity: inout UInt32, isFirst: Bool
  ) {
    let larger = UnsafeMutablePointer<Entry>.allocate(capacity: Int(capacity) * 2)
    larger.moveInitialize(from: entries, count: Int(capacity))
    if !isFirst { entries.deallocate() }
    entries = larger
    capacity *= 2
  }

  /// What was allocated for it beside itself.
  func free() {
    if itemCapacity != Self.firstItems { readyParts.deallocate() }
    if responseCapacity != Self.firstResponses { earliest.deallocate() }
  }

  /// All parts of an item have nothing to hand over any more.
  mutating func itemEnded() { changed(.max - number) }

  /// What was said last of what is behind a part, if it still holds.
  func said(after part: PartID, in item: ItemID) -> Int64?? {
    answer.number == number && answer.part == part && answer.item == item ? .some(answer.readyTurnUs) : nil
  }

  /// Since when something behind a part has been ready. The part's own changes from now on count for nothing.
  mutating func say(_ readyTurnUs: Int64?, after part: PartID, in item: ItemID, _ key: Key?) {
    // Behind a whole item each part counts, also the one that changed last.
    newest = key ?? .max
    answer = Answer(part: part, item: item, number: number, readyTurnUs: readyTurnUs)
  }
}
