// The newest events of a connection, so that one that is handed over twice counts once (rule A12). Both of a host's
// handlers may get the same event, with others between; ids alone do not tell, for some servers give one id to all.

import RTMultiCore

/// What is remembered of events. It costs the same for each, however long it is.
public struct RecentEvents: ~Copyable {
  private static var capacity: Int { 8 }
  private static var edge: Int { 64 }

  /// One event as it is remembered: its type and id as numbers, and the ends of its text.
  private struct Print {
    var type: UInt64 = 0
    var size = 0
    var beginning = SIMD64<UInt8>()
    var ending = SIMD64<UInt8>()
  }

  /// The ids, apart, for nearly always that is all that is looked at. 0 is an event without one.
  private var ids = SIMD8<UInt64>()
  private let prints: UnsafeMutablePointer<Print>
  private var next = 0
  /// Ids that came with another type or content: a habit of that server, which proves nothing.
  private var habits = SIMD8<UInt64>()
  private var habitCount = 0

  /// Nothing has come yet.
  public init() {
    prints = .allocate(capacity: Self.capacity)
    prints.initialize(repeating: Print(), count: Self.capacity)
  }

  deinit { prints.deallocate() }

  /// A new connection begins.
  public mutating func removeAll() {
    ids = SIMD8()
    habits = SIMD8()
    habitCount = 0
  }

  /// Whether this very event is one of the newest.
  public mutating func contains(type: Bytes, id: Bytes, text: Bytes) -> Bool {
    let number = Self.number(of: id)
    guard number != 0, any(ids .== number), habitCount <= Self.capacity, !any(habits .== number) else {
      return false
    }
    let print = Self.print(of: text, type: type)
    for index in 0..<Self.capacity where ids[index] == number {
      let known = prints[index]
      guard known.type == print.type, known.size == print.size, known.beginning == print.beginning,
        known.ending == print.ending
      else {
        noteHabit(number)
        return false
      }
    }
    return true
  }

  /// Remembers an event that was taken. One that was refused may be offered again.
  public mutating func append(type: Bytes, id: Bytes, text: Bytes) {
    ids[next] = Self.number(of: id)
    if ids[next] != 0 { prints[next] = Self.print(of: text, type: type) }
    next = (next + 1) & (Self.capacity - 1)
  }

  /// Past so many habits no id proves anything on this connection.
  private mutating func noteHabit(_ id: UInt64) {
    if habitCount < Self.capacity { habits[habitCount] = id }
    habitCount += 1
  }

  private static func print(of text: Bytes, type: Bytes) -> Print {
    var print = Print()
    print.type = number(of: type)
    print.size = text.count
    guard let base = text.base else { return print }
    let bytes = UnsafeRawPointer(base)
    if text.count >= edge {
      print.beginning = bytes.loadUnaligned(as: SIMD64<UInt8>.self)
      print.ending = (bytes + text.count - edge).loadUnaligned(as: SIMD64<UInt8>.self)
    } else {
      for index in 0..<text.count { print.beginning[index] = base[index] }
    }
    return print
  }

  /// A name as a number; two names have the same one by accident only. 0 for an empty one.
  private static func number(of name: Bytes) -> UInt64 {
    guard let base = name.base, name.count > 0 else { return 0 }
    let bytes = UnsafeRawPointer(base)
    var number = UInt64(truncatingIfNeeded: name.count)
    var index = 0
    while index + 8 <= name.count {
      number = mix(number, bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index += 8
    }
    while index < name.count {
      number = mix(number, UInt64(base[index]))
      index += 1
    }
    return number | 1
  }

  private static func mix(_ number: UInt64, _ word: UInt64) -> UInt64 {
    let product = (number ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }
}
