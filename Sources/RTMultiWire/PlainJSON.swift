// JSON whose strings need no escapes, written in one pass into room that was made before. An interrupt waits for its
// commands, and names that need escapes are none that a server gives. What a command says is CommandJSON.swift's.

import RTMultiCore

/// Writes from one place on. What it has written counts only if ``isPlain`` is still true.
struct PlainJSON {
  private(set) var place: UnsafeMutablePointer<UInt8>
  /// Whether every string so far stands in JSON as it is.
  private(set) var isPlain = true

  init(at place: UnsafeMutablePointer<UInt8>) { self.place = place }

  /// Writes what is JSON already. Its length is known where this is compiled, so nothing is called for it.
  @inline(__always)
  mutating func put(_ piece: StaticString) {
    UnsafeMutableRawPointer(place).copyMemory(from: piece.utf8Start, byteCount: piece.utf8CodeUnitCount)
    place += piece.utf8CodeUnitCount
  }

  /// Writes a string in quotes.
  @inline(__always)
  mutating func put(string value: Bytes) {
    place[0] = UInt8(ascii: "\"")
    copy(value)
    place[0] = UInt8(ascii: "\"")
    place += 1
  }

  /// Copies eight bytes at a time, and looks at them on the way.
  private mutating func copy(_ value: Bytes) {
    let out = UnsafeMutableRawPointer(place + 1)
    place += 1 + value.count
    guard let base = value.base else { return }
    let bytes = UnsafeRawPointer(base)
    guard value.count >= 8 else {
      for index in 0..<value.count {
        let byte = base[index]
        if Self.isSpecial(UInt64(byte) | 0x2020_2020_2020_2000) { isPlain = false }
        out.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
      }
      return
    }
    // The last eight overlap those before them.
    let last = value.count &- 8
    var index = 0
    var found: UInt64 = 0
    while index < last {
      let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      found |= Self.specials(word)
      out.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
      index &+= 8
    }
    let word = bytes.loadUnaligned(fromByteOffset: last, as: UInt64.self)
    out.storeBytes(of: word, toByteOffset: last, as: UInt64.self)
    if (found | Self.specials(word)) & Self.highBits != 0 { isPlain = false }
  }

  /// Writes a number in decimal digits.
  mutating func put(decimal number: Int64) {
    if number < 0 {
      place[0] = UInt8(ascii: "-")
      place += 1
    }
    var rest = number.magnitude
    var digits = 1
    var bound: UInt64 = 10
    while digits < 19, rest >= bound {
      digits &+= 1
      bound &*= 10
    }
    var index = digits
    repeat {
      index &-= 1
      let tenth = rest / 10
      place[index] = UInt8(truncatingIfNeeded: rest &- tenth &* 10 &+ 48)
      rest = tenth
    } while index > 0
    place += digits
  }

  /// Whether one of eight bytes cannot stand in JSON as it is: whether it is below 0x20, above 0x7F, a quote or a
  /// backslash (the zero-byte test of "Bit Twiddling Hacks"; exact here, because a high bit refuses the word anyway).
  @inline(__always)
  static func isSpecial(_ word: UInt64) -> Bool { specials(word) & highBits != 0 }

  /// The same for several words: one of them is special if one of ``highBits`` is set in any answer.
  @inline(__always)
  private static func specials(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    return word | (word &- ones &* 0x20) | (quote &- ones) | (backslash &- ones)
  }

  private static var highBits: UInt64 { 0x8080_8080_8080_8080 }
}

extension ByteBuffer {
  /// Appends plain JSON of at most `size` bytes; nothing, and false, where it turns out not to be plain.
  @inline(__always)
  mutating func append(plain size: Int, _ write: (inout PlainJSON) -> Void) -> Bool {
    var json = PlainJSON(at: room(for: size))
    write(&json)
    if json.isPlain { filled(to: json.place) }
    return json.isPlain
  }

  /// Appends JSON of at most `size` bytes whose strings are escaped already.
  mutating func append(escaped size: Int, _ write: (inout PlainJSON) -> Void) {
    var json = PlainJSON(at: room(for: size))
    write(&json)
    filled(to: json.place)
  }
}
