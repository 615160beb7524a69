// Whether anything later is ready, kept from one question to the next: it is asked with every delta, and a response may have
// thousands of messages. What is ready is a part's to know, and what follows from it Turns'.

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

  static func key(_ item: ItemID, _ contentIndex: Int32) -> Key {
    UInt64(item.slot) << 32 | UInt64(UInt32(bitPattern: contentIndex))
  }

  /// A part has something to hand over, or has not any more.
  @inline(__always)
  mutating func changed(_ key: Key) {
    if key != newest {
      newest = key
      number &+= 1
    }
  }

  /// Audio came for a part that had nothing to hand over. What was ready before it has been so for longer.
  @inline(__always)
  mutating func becameReady(_ key: Key) {
    if answer.readyTurnUs == nil || answer.number != number { changed(key) }
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
