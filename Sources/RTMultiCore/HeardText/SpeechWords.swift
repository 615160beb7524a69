// The words around a moment, as units of sound. What a word is stands in TextBoundaries, what its letters sound like in
// SpeechUnits; how they go with the frames is SpeechAlignment's.

/// Some words of a text in a row, as many as may matter at once.
struct SpeechWords {
  static let mostUnits = 224
  static let mostWords = 72

  struct Word {
    /// Where its units begin.
    var unit: Int32
    /// Where it ends in the text, with the marks behind it.
    var end: Int32
    /// The pause that is asked for behind it.
    var pause: Break
  }

  private let addressOnly = AddressOnly()
  private(set) var units = InlineArray<224, UInt8>(repeating: 0)
  private(set) var all = InlineArray<72, Word>(repeating: Word(unit: 0, end: 0, pause: .none))
  private(set) var count = 0
  private(set) var unitCount = 0
  /// The word before the first one here, where there is one: where it ends, and its pause.
  private(set) var before: (end: Int, pause: Break)?
  /// The boundary from which on words are still to be taken.
  private var next = 0
  /// Whether no more words will be taken, unless more text comes.
  private(set) var isWhole = false

  /// Where the units of a word end.
  @inline(__always)
  func unitEnd(_ word: Int) -> Int { word + 1 < count ? Int(all[unchecked: word + 1].unit) : unitCount }

  /// Up to where the text was spoken when so many words were.
  func end(_ words: Int) -> Int { words == 0 ? before?.end ?? 0 : Int(all[words - 1].end) }

  /// The pause in front of a word; nil before the first of the text.
  @inline(__always)
  func pause(before word: Int) -> Break? { word == 0 ? before?.pause : all[unchecked: word - 1].pause }

  /// Takes in words as far as there is room.
  mutating func fill(_ text: [UInt8], _ boundaries: TextBoundaries) {
    guard !isWhole else { return }
    text.withUnsafeBufferPointer { bytes in
      while next < boundaries.all.count {
        let boundary = boundaries.all[next]
        if boundary.soundMs == boundaries.soundMs(next) {
          joinSilent(boundary)
        } else {
          guard count < Self.mostWords, unitCount + SpeechUnits.most <= Self.mostUnits else { return }
          let start = next == 0 ? 0 : Int(boundaries.all[next - 1].end)
          all[count] = Word(unit: Int32(unitCount), end: Int32(boundary.end), pause: boundary.pause)
          count += 1
          var sounds = SpeechUnits(bytes, start..<Int(boundary.end))
          sounds.forEach { unit in
            units[unitCount] = unit
            unitCount += 1
          }
        }
        next += 1
      }
      isWhole = boundaries.lookedAt == text.count
    }
  }

  /// What has no sound goes with the word before it.
  private mutating func joinSilent(_ boundary: TextBoundary) {
    if count > 0 {
      all[count - 1].end = Int32(boundary.end)
      all[count - 1].pause = boundary.pause
    } else if before != nil {
      before = (Int(boundary.end), boundary.pause)
    }
  }

  /// The text has grown, and its boundaries behind `place` are new: words that reach beyond it are dropped, and taken in
  /// again. Answers how many are left as they were.
  mutating func textChanged(behind place: Int, _ boundaries: TextBoundaries) -> Int {
    isWhole = false
    while count > 0, Int(all[count - 1].end) > place {
      count -= 1
      unitCount = Int(all[count].unit)
    }
    next = boundaries.count(upTo: end(count))
    return count
  }

  /// Lets go of so many words in front.
  mutating func drop(_ gone: Int) {
    guard gone > 0 else { return }
    before = (Int(all[gone - 1].end), all[gone - 1].pause)
    let goneUnits = gone < count ? Int(all[gone].unit) : unitCount
    for word in gone..<count {
      all[word - gone] = all[word]
      all[word - gone].unit -= Int32(goneUnits)
    }
    for unit in goneUnits..<unitCount { units[unit - goneUnits] = units[unit] }
    count -= gone
    unitCount -= goneUnits
  }
}
