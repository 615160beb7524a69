// Whether bytes are UTF-8, and where their last whole character ends. What becomes of bytes that are not is for those
// who ask.

extension Bytes {
  /// Whether every byte is a character of its own. Ids nearly always are so, and then nothing else need be looked at.
  @inlinable
  @inline(__always)
  public var isASCII: Bool {
    guard let base, count >= 8 else { return isShortASCII }
    // The last eight overlap those before them.
    let last = count - 8
    var bits = UnsafeRawPointer(base).loadUnaligned(fromByteOffset: last, as: UInt64.self)
    var index = 0
    repeat {
      bits |= UnsafeRawPointer(base).loadUnaligned(fromByteOffset: index, as: UInt64.self)
      index += 8
    } while index < last
    return bits & 0x8080_8080_8080_8080 == 0
  }

  /// The same for fewer than eight.
  @usableFromInline
  var isShortASCII: Bool {
    guard let base, count > 0 else { return true }
    // The first, the middle and the last overlap, and so do the first and the last four.
    if count < 4 { return (base[0] | base[count / 2] | base[count - 1]) < 0x80 }
    let raw = UnsafeRawPointer(base)
    let bits =
      raw.loadUnaligned(as: UInt32.self) | raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
    return bits & 0x8080_8080 == 0
  }

  /// Whether these are whole characters in UTF-8.
  @inlinable
  @inline(__always)
  public var isUTF8: Bool { isASCII || unfinishedBytes(after: CharacterBeginning()) == 0 }

  /// How many bytes at the end are only the beginning of a character, those of `beginning` counted; nil when the bytes
  /// behind `beginning` are not UTF-8.
  @usableFromInline
  func unfinishedBytes(after beginning: CharacterBeginning) -> Int? {
    guard let base else { return beginning.count }
    var character = beginning
    var index = 0
    while index < count {
      if character.count == 0 {
        index = endOfASCII(from: index)
        if index == count { break }
      }
      guard character.take(base[index]) else { return nil }
      index += 1
    }
    return character.count
  }

  private func endOfASCII(from start: Int) -> Int {
    guard let base else { return count }
    var index = start
    while index + 8 <= count,
      UnsafeRawPointer(base).loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
    {
      index += 8
    }
    while index < count, base[index] < 0x80 { index += 1 }
    return index
  }
}

/// Up to three bytes with which a character begins whose rest is to come. It is empty between two characters.
@usableFromInline
struct CharacterBeginning: Equatable {
  /// The first byte is the lowest.
  private var bits: UInt32 = 0
  private var size: UInt8 = 0

  @usableFromInline
  var count: Int { Int(size) }

  @usableFromInline
  init() {}

  /// Takes the next byte; false when no character goes on so (Unicode, table 3-7: no overlong ones, no surrogates, none
  /// past U+10FFFF).
  mutating func take(_ byte: UInt8) -> Bool {
    if count == 0 {
      if byte < 0x80 { return true }
      guard (0xC2...0xF4).contains(byte) else { return false }
      bits = UInt32(byte)
      size = 1
      return true
    }
    let first = UInt8(truncatingIfNeeded: bits)
    guard Self.bytes(behind: first, at: count).contains(byte) else { return false }
    bits |= UInt32(byte) << UInt32(8 * count)
    size += 1
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    if count == length { self = CharacterBeginning() }
    return true
  }

  private static func bytes(behind first: UInt8, at index: Int) -> ClosedRange<UInt8> {
    switch (first, index) {
    case (0xE0, 1): 0xA0...0xBF
    case (0xED, 1): 0x80...0x9F
    case (0xF0, 1): 0x90...0xBF
    case (0xF4, 1): 0x80...0x8F
    default: 0x80...0xBF
    }
  }

  /// Puts its bytes behind others.
  func append(to text: inout [UInt8]) {
    for index in 0..<count { text.append(UInt8(truncatingIfNeeded: bits >> UInt32(8 * index))) }
  }
}
