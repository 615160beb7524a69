// The newest events of a connection, so that one that is handed over twice counts once (rule A12). Both of a host's
// handlers may get the same event, with others between; ids alone do not tell, for some servers give one id to all.

import RTMultiCore

/// What is remembered of events. It costs the same for each, however long it is.
public struct RecentEvents: ~Copyable {
  private static var capacity: Int { 8 }
  private static var edge: Int { 64 }

  /// One event as it is remembered: its type as a number, and the ends of its text.
  private struct Print {
    var type: UInt64 = 0
    var size = 0
    var beginning = SIMD64<UInt8>()
    var ending = SIMD64<UInt8>()
  }

  /// There from the first event on that has an id: a host that reads events itself has none.
  private var storage: UnsafeMutablePointer<Print>?
  private var prints: UnsafeMutablePointer<Print> { storage.unsafelyUnwrapped }
  /// The ids of the events as numbers, apart, for nearly always that is all that is looked at. 0 is one without.
  private var ids = InlineArray<8, UInt64>(repeating: 0)
  private var next = 0
  /// Ids that came with another type or content: a habit of that server, which proves nothing.
  private var habits = InlineArray<8, UInt64>(repeating: 0)
  private var habitCount = 0

  /// Nothing has come yet.
  public init() {}

  deinit { storage?.deallocate() }

  /// A new connection begins.
  public mutating func removeAll() {
    ids = InlineArray(repeating: 0)
    habitCount = 0
  }

  /// Whether this very event is one of the newest. `id` is the number of its id.
  public mutating func contains(id: UInt64, type: Bytes, text: Bytes) -> Bool {
    guard id != 0 else { return false }
    var isKnown = false
    for index in 0..<Self.capacity where ids[index] == id { isKnown = true }
    return isKnown && isRepetition(id, type, text)
  }

  /// Remembers an event that was taken. One that was refused may be offered again.
  public mutating func append(id: UInt64, type: Bytes, text: Bytes) {
    ids[next] = id
    if id != 0 {
      if storage == nil {
        storage = .allocate(capacity: Self.capacity)
        prints.initialize(repeating: Print(), count: Self.capacity)
      }
      Self.print(of: text, type: type, to: prints + next)
    }
    next = (next + 1) & (Self.capacity - 1)
  }

  @inline(never)
  private mutating func isRepetition(_ id: UInt64, _ type: Bytes, _ text: Bytes) -> Bool {
    guard habitCount <= Self.capacity else { return false }
    for index in 0..<habitCount where habits[index] == id { return false }
    var print = Print()
    Self.print(of: text, type: type, to: &print)
    for index in 0..<Self.capacity where ids[index] == id {
      guard prints[index].type == print.type, prints[index].size == print.size,
        prints[index].beginning == print.beginning, prints[index].ending == print.ending
      else {
        noteHabit(id)
        return false
      }
    }
    return true
  }

  /// Past so many habits no id proves anything on this connection.
  private mutating func noteHabit(_ id: UInt64) {
    if habitCount < Self.capacity { habits[habitCount] = id }
    habitCount += 1
  }

  private static func print(of text: Bytes, type: Bytes, to print: UnsafeMutablePointer<Print>) {
    print.pointee.type = type.number
    print.pointee.size = text.count
    guard let base = text.base, text.count >= edge else {
      var beginning = SIMD64<UInt8>()
      for index in 0..<text.count { beginning[index] = text.base![index] }
      print.pointee.beginning = beginning
      print.pointee.ending = SIMD64()
      return
    }
    let bytes = UnsafeRawPointer(base)
    print.pointee.beginning = bytes.loadUnaligned(as: SIMD64<UInt8>.self)
    print.pointee.ending = (bytes + text.count - edge).loadUnaligned(as: SIMD64<UInt8>.self)
  }
}
