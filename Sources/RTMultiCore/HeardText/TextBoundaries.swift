// Where a text may be cut: between words as Unicode sees them (UAX #29), never inside a grapheme.

@_spi(_Unicode) import Swift

/// The places at which a text that grows may be cut, as byte offsets, ascending. The end of the text is one
/// of them, unless it stands in the middle of a scalar.
struct TextBoundaries {
  private var places: [Int] = []
  /// Where whole words were known for certain when the text last grew: in front of its last run without
  /// white space.
  private var stable = 0

  /// A run without white space that is longer than this is no word of any language. It is not read again from
  /// its beginning with every delta, or a text without a space would be read over and over.
  private static let longestRunBytes = 1_024

  /// The last place at or before `offset`; 0 is always one.
  func last(atOrBefore offset: Int) -> Int {
    var low = 0
    var high = places.count
    while low < high {
      let middle = (low + high) / 2
      if places[middle] <= offset { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? 0 : places[low - 1]
  }

  /// Takes note that `text` has grown. What a word is can depend on what follows it ("can" and "'t"), so
  /// the last run without white space is looked at again.
  mutating func update(for text: [UInt8]) {
    let end = Self.endOfWholeScalars(text)
    if end - stable > Self.longestRunBytes, let last = places.last, last > stable { stable = last }
    while let last = places.last, last > stable { places.removeLast() }
    guard end > stable else { return }
    if let tail = String(validating: text[stable..<end], as: UTF8.self) {
      findPlaces(in: tail, from: stable)
    } else {
      // Bytes that are no UTF-8 cannot be read as words; they are cut at their end only.
      places.append(end)
    }
    stable = Self.startOfLastRun(text, end: end, notBefore: stable)
  }

  private mutating func findPlaces(in tail: String, from start: Int) {
    var offset = start
    var index = tail.startIndex
    var grapheme = tail.startIndex
    while index < tail.endIndex {
      let next = tail._wordIndex(after: index)
      offset += tail.utf8.distance(from: index, to: next)
      index = next
      // Word boundaries may fall into a grapheme (Thai, Lao); a cut never does.
      while grapheme < index { grapheme = tail.index(after: grapheme) }
      if grapheme == index, !Self.isInsideHangul(tail, at: index) { places.append(offset) }
    }
  }

  /// Korean is written in words. UAX #29 keeps its syllables together (WB5); the standard library does not.
  private static func isInsideHangul(_ text: String, at index: String.Index) -> Bool {
    guard index > text.startIndex, index < text.endIndex else { return false }
    let scalars = text.unicodeScalars
    let syllables: ClosedRange<UInt32> = 0xAC00...0xD7A3
    return syllables.contains(scalars[index].value)
      && syllables.contains(scalars[scalars.index(before: index)].value)
  }

  /// The end of the text without a scalar whose last bytes have not come yet.
  private static func endOfWholeScalars(_ text: [UInt8]) -> Int {
    var start = text.count
    while start > 0, text.count - start < 3, text[start - 1] & 0xC0 == 0x80 { start -= 1 }
    guard start > 0 else { return text.count }
    let expected =
      switch text[start - 1] {
      case 0xC0...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF7: 4
      default: 1
      }
    return text.count - start + 1 < expected ? start - 1 : text.count
  }

  /// Where the last run without white space begins; white space at the end belongs to the run before it.
  private static func startOfLastRun(_ text: [UInt8], end: Int, notBefore lowest: Int) -> Int {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    var start = end
    while start > lowest, isSpace(text[start - 1]) { start -= 1 }
    while start > lowest, !isSpace(text[start - 1]) { start -= 1 }
    return start
  }
}
