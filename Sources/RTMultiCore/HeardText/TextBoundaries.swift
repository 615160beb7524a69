// Where a text may be cut: between words as Unicode sees them (UAX #29), never inside a grapheme.

@_spi(_Unicode) import Swift

enum TextBoundaries {
  /// Appends to `boundaries` the places, as byte offsets, at which `text` may be cut after `start`, the end
  /// of the text included. Bytes that are no UTF-8 end in a boundary at the end of the text only.
  static func find(in text: [UInt8], from start: Int, into boundaries: inout [Int]) {
    guard start < text.count else { return }
    guard let tail = String(validating: text[start...], as: UTF8.self) else {
      boundaries.append(text.count)
      return
    }
    var index = tail.startIndex
    while index < tail.endIndex {
      index = tail._wordIndex(after: index)
      boundaries.append(start + tail.utf8.distance(from: tail.startIndex, to: index))
    }
  }
}
