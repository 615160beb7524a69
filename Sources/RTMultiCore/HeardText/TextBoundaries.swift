// Where a text may be cut: between words as Unicode sees them (UAX #29), never inside a grapheme; and how much of it
// sounds up to there. How long a letter sounds is SpeechWeight's.

@_spi(_Unicode) import Swift

/// Where a text may be cut.
struct TextBoundary: Equatable {
  /// The byte offset.
  var end: UInt32
  /// How much of the text before it sounds, in milliseconds at the usual pace.
  var soundMs: UInt32
  /// The pause that stands here, behind the last word before it.
  var pause: Break
}

/// Where a text that grows may be cut, ascending. The end of the text is one of them, unless it stands
/// in the middle of a scalar.
struct TextBoundaries {
  private(set) var all: [TextBoundary] = []
  /// Where whole words were known for certain when the text last grew: in front of its last run without
  /// white space.
  private var stable = 0
  /// Up to where the text has been looked at.
  private(set) var lookedAt = 0

  /// Behind which place boundaries were found anew since somebody asked; `.max` if none was.
  private var changedBehind = Int.max

  /// So much of a text is looked at when it comes: more than is said in minutes. What is longer is cut when its sound nears,
  /// so that a megabyte in one call holds nobody up.
  private static let atOnceBytes = 16_384
  /// So much is looked at in one step.
  private static let stepBytes = 4_096
  /// A run without white space that is longer than this is no word of any language. It is not read again from
  /// its beginning with every delta, or a text without a space would be read over and over.
  private static let longestRunBytes = 1_024
  /// So many of the newest boundaries may move when the text grows: what a word is depends on two scalars behind it at the
  /// most. So languages without spaces are not read again and again.
  private static let unsureCount = 4
  /// What a byte that belongs to no scalar counts for: as much as a letter.
  private static let unreadableByteMs = 50

  /// How much sounds before boundary number `count`, counted from 1; nothing before number 0.
  func soundMs(_ count: Int) -> UInt32 { count == 0 ? 0 : all[count - 1].soundMs }

  /// How much all of it sounds.
  var soundMs: UInt32 { soundMs(all.count) }

  /// How many of them lie no further than a place.
  func count(upTo place: Int) -> Int {
    var low = 0
    var high = all.count
    while low < high {
      let middle = (low + high) / 2
      if Int(all[middle].end) > place { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Behind which place boundaries are new since this was last asked; nil if all are as they were.
  mutating func takeChange() -> Int? {
    defer { changedBehind = .max }
    return changedBehind == .max ? nil : changedBehind
  }

  /// Takes note that `text` has grown.
  mutating func update(for text: [UInt8]) {
    if text.count - lookedAt <= Self.atOnceBytes { look(at: text, to: text.count) }
  }

  /// Sees to it that the boundaries before so much sound are known, or all there are.
  mutating func look(at text: [UInt8], upToSoundMs neededMs: UInt32) {
    while lookedAt < text.count, neededMs == .max || soundMs <= neededMs {
      look(at: text, to: min(lookedAt + Self.stepBytes, text.count))
    }
  }

  /// Looks at the text up to a place, as if it ended there. What a word is can depend on what follows it ("can" and "'t"), so
  /// the last run without white space is looked at again.
  private mutating func look(at text: [UInt8], to place: Int) {
    lookedAt = place
    let end = Self.endOfWholeScalars(text, before: place)
    // A megabyte without white space costs no more than one with it (rule G4).
    if let last = all.last, Int(last.end) - stable > Self.longestRunBytes { stable = Int(last.end) }
    while let last = all.last, last.end > stable { all.removeLast() }
    changedBehind = min(changedBehind, Int(all.last?.end ?? 0))
    guard end > stable else { return }
    let isASCII = text.withUnsafeBufferPointer { findASCIIBoundaries(in: $0, to: end) }
    if isASCII {
      // All of it is found.
    } else if let tail = String(validating: text[stable..<end], as: UTF8.self) {
      findBoundaries(in: tail, from: stable, behind: Self.scalar(before: stable, in: text))
    } else {
      // Bytes that are no UTF-8 cannot be read as words; they are cut at their end only.
      add(end, sound: UInt32(clamping: (end - stable) * Self.unreadableByteMs), pause: .none)
    }
    stable = Self.startOfLastRun(text, end: end, notBefore: stable)
    if all.count > Self.unsureCount {
      stable = max(stable, Int(all[all.count - 1 - Self.unsureCount].end))
    }
  }

  /// Finds the boundaries of a tail that is all ASCII; false, and nothing is found, where it is not.
  private mutating func findASCIIBoundaries(in text: UnsafeBufferPointer<UInt8>, to end: Int) -> Bool {
    guard let base = text.baseAddress, Bytes(base + stable, count: end - stable).isASCII else { return false }
    var offset = stable
    var piece = Piece(behind: Self.scalar(before: stable, in: text))
    while offset < end {
      let next = ASCIIWords.end(in: base, from: offset, to: end)
      for byte in text[offset..<next] { piece.add(Unicode.Scalar(byte)) }
      offset = next
      endPiece(&piece, at: offset)
    }
    return true
  }

  /// A piece ends here: its end is a boundary, and the next one begins.
  private mutating func endPiece(_ piece: inout Piece, at end: Int) {
    if piece.joinsWhatIsBefore, let last = all.indices.last { all[last].pause = .none }
    add(end, sound: piece.soundMs, pause: piece.pause)
    piece.begin()
  }

  /// The scalar that ends before a place in the text, if it is ASCII; all others are alike to what follows.
  private static func scalar(before place: Int, in text: some Collection<UInt8>) -> Unicode.Scalar {
    guard place > 0 else { return " " }
    let byte = text[text.index(text.startIndex, offsetBy: place - 1)]
    return byte < 0x80 ? Unicode.Scalar(byte) : "\u{FFFD}"
  }

  private mutating func findBoundaries(in tail: String, from start: Int, behind before: Unicode.Scalar) {
    var offset = start
    var index = tail.startIndex
    var grapheme = tail.startIndex
    var piece = Piece(behind: before)
    while index < tail.endIndex {
      let next = tail._wordIndex(after: index)
      offset += tail.utf8.distance(from: index, to: next)
      for scalar in tail.unicodeScalars[index..<next] { piece.add(scalar) }
      index = next
      // Word boundaries may fall into a grapheme (Thai, Lao); a cut never does.
      while grapheme < index { grapheme = tail.index(after: grapheme) }
      if grapheme == index, !Self.isInsideHangul(tail, at: index) { endPiece(&piece, at: offset) }
    }
  }

  /// What has no sound stands with the word before it, and so does its pause.
  private mutating func add(_ end: Int, sound: UInt32, pause: Break) {
    let before = all.last
    let isSilent = sound == 0
    let pauseBefore = isSilent ? before?.pause ?? .none : .none
    all.append(
      TextBoundary(
        end: UInt32(clamping: end), soundMs: Self.sum(before?.soundMs ?? 0, sound),
        pause: max(pause, pauseBefore)))
  }

  /// A host may allow more text than can be counted; what is beyond sounds no longer.
  private static func sum(_ soundMs: UInt32, _ more: UInt32) -> UInt32 {
    let (sum, isTooMuch) = soundMs.addingReportingOverflow(more)
    return isTooMuch ? .max : sum
  }

  /// What lies between two boundaries.
  private struct Piece {
    private var weight = SpeechWeight()
    private var lastBefore: Unicode.Scalar
    private var last: Unicode.Scalar
    private(set) var soundMs: UInt32 = 0
    private(set) var pause = Break.none

    init(behind before: Unicode.Scalar) {
      lastBefore = before
      last = before
    }

    mutating func begin() {
      weight.beginWord()
      lastBefore = last
      soundMs = 0
      pause = .none
    }

    mutating func add(_ scalar: Unicode.Scalar) {
      let sound = weight.add(scalar)
      soundMs = TextBoundaries.sum(soundMs, sound)
      // A mark inside a word ("3.14", "can't") is spoken over.
      pause = sound > 0 ? .none : max(pause, SpeechWeight.pause(behind: scalar))
      last = scalar
    }

    /// Whether a word stands close behind a mark, as in "17:45" and "well-known": nobody pauses there.
    var joinsWhatIsBefore: Bool {
      soundMs > 0 && lastBefore.isASCII && lastBefore != " " && !(0x09...0x0D).contains(lastBefore.value)
        && SpeechWeight.pause(behind: lastBefore) != .none
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
  private static func endOfWholeScalars(_ text: [UInt8], before end: Int) -> Int {
    var start = end
    while start > 0, end - start < 3, text[start - 1] & 0xC0 == 0x80 { start -= 1 }
    guard start > 0 else { return end }
    let expected =
      switch text[start - 1] {
      case 0xC0...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF7: 4
      default: 1
      }
    return end - start + 1 < expected ? start - 1 : end
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
