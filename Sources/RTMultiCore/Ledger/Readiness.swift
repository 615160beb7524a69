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
    var exists: Bool { readyTurnUs != .max }
  }

  /// How many parts of each item are ready, by its slot, and what is so for longest of each response, by its own: nil where
  /// that has to be looked for.
  private var readyParts = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
  private var capacity = 1
  private var earliest: [Earliest?] = []
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
    readyParts[Int(key >> 32)] += 1
    if let known = earliest[Int(response.slot)], readyTurnUs < known.readyTurnUs {
      earliest[Int(response.slot)] = Earliest(readyTurnUs: readyTurnUs, key: key)
    }
  }

  /// A part has nothing to hand over any more, or must not be.
  @inline(__always)
  mutating func stoppedBeingReady(_ key: Key, of response: ResponseID) {
    changed(key)
    readyParts[Int(key >> 32)] -= 1
    if earliest[Int(response.slot)]?.key == key { earliest[Int(response.slot)] = nil }
  }

  /// Whether any part of an item is ready.
  @inline(__always)
  func isReady(_ item: ItemID) -> Bool { readyParts[Int(item.slot)] > 0 }

  /// How many parts of each item are ready, by its slot: for whoever steps from item to item.
  var counts: UnsafePointer<UInt8> { UnsafePointer(readyParts) }

  /// What has been ready for longest of a response, where that is known.
  @inline(__always)
  func earliest(of response: ResponseID) -> Earliest? { earliest[Int(response.slot)] }

  mutating func found(_ found: Earliest, of response: ResponseID) { earliest[Int(response.slot)] = found }

  mutating func opened(_ item: ItemID) {
    if Int(item.slot) >= capacity {
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2)
      larger.moveInitialize(from: readyParts, count: capacity)
      readyParts.deallocate()
      readyParts = larger
      capacity *= 2
    }
    readyParts[Int(item.slot)] = 0
  }

  func free() { readyParts.deallocate() }

  mutating func opened(_ response: ResponseID) {
    if Int(response.slot) >= earliest.count {
      let more = max(Int(response.slot) + 1 - earliest.count, earliest.count)
      earliest.append(contentsOf: repeatElement(nil, count: more))
    }
    earliest[Int(response.slot)] = Earliest.none
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
