// Where words end in text of ASCII alone: what UAX #29 comes to for these 128 scalars, which needs none of Unicode's tables.
// Any other text is TextBoundaries'.

/// The word boundaries of ASCII text, as the standard library has them (ASCIIWordsTests hold them together).
enum ASCIIWords {
  private enum Kind: UInt8 {
    /// Stands by itself.
    case other
    case letter, digit
    /// The underscore: goes on with letters and digits.
    case joiner
    /// A colon between two letters, a comma or semicolon between two digits, a full stop or apostrophe between two of either.
    case midLetter, midNumber, midBoth
    case space, carriageReturn

    var isInWord: Bool { self == .letter || self == .digit || self == .joiner }
  }

  @inline(__always)
  private static func kind(_ byte: UInt8) -> Kind {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): .letter
    case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
    case UInt8(ascii: "_"): .joiner
    case UInt8(ascii: ":"): .midLetter
    case UInt8(ascii: ","), UInt8(ascii: ";"): .midNumber
    case UInt8(ascii: "."), UInt8(ascii: "'"): .midBoth
    case UInt8(ascii: " "): .space
    case UInt8(ascii: "\r"): .carriageReturn
    default: .other
    }
  }

  /// The end of the word that begins at `start`, in text that is all ASCII up to `end`.
  static func end(in text: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
    var index = start + 1
    switch kind(text[start]) {
    case .space:
      while index < end, kind(text[index]) == .space { index += 1 }
    case .carriageReturn:
      if index < end, text[index] == UInt8(ascii: "\n") { index += 1 }
    case .letter, .digit, .joiner:
      while let more = goesOn(in: text, at: index, to: end) { index += more }
    case .other, .midLetter, .midNumber, .midBoth: break
    }
    return index
  }

  /// How many bytes from `index` on belong to the word before it, or nil where it ends.
  @inline(__always)
  private static func goesOn(in text: UnsafePointer<UInt8>, at index: Int, to end: Int) -> Int? {
    guard index < end else { return nil }
    let here = kind(text[index])
    if here.isInWord { return 1 }
    guard index + 1 < end, here == .midLetter || here == .midNumber || here == .midBoth else { return nil }
    let before = kind(text[index - 1])
    guard before == kind(text[index + 1]) else { return nil }
    return (before == .letter && here != .midNumber) || (before == .digit && here != .midLetter) ? 2 : nil
  }
}
