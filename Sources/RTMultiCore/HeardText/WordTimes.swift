// Word times that a provider sends beside its transcript (Azure Voice Live), laid on the words of that transcript: each
// makes a span (rule G2). Pieces that only say when they begin end with the next one.

/// Words whose place in the text is not known yet.
struct WordTimes {
  fileprivate struct Word {
    var text: [UInt8]
    var startMs: Int64
    var endMs: Int64
  }

  fileprivate var waiting: [Word] = []
  /// Up to where words have been found.
  fileprivate var placedEnd = 0

  /// More words than that, of which no text has come, are forgotten: the oldest first.
  fileprivate static let mostWaiting = 256
  /// So far behind the last one that was found a word is looked for; longer ones are none.
  fileprivate static let reach = 256
}

extension Engine {
  /// A word of a transcript is spoken then. Its text may come before or after.
  mutating func wordTime(
    _ word: Bytes, startMs: Int64, endMs: Int64, at place: Place, into effects: inout EffectRing
  ) -> Answer {
    guard let item = conversation.item(named: place.item),
      let part = conversation.part(of: item, at: place.contentIndex),
      conversation[item].outcome == .pending, word.count <= WordTimes.reach
    else { return .ignored }
    let cost = word.count + Limits.spanBytes
    guard conversation.textCost + cost <= rememberedTextBytes else { return .limitText }
    conversation[item].textCost += cost
    conversation.textCost += cost
    conversation[part].text.time(word, startMs: startMs, endMs: endMs)
    releaseText(part, into: &effects)
    return .ok
  }
}

extension HeardText {
  /// A span of the text that was added last. Without an end it lasts until the next one begins.
  mutating func addSpan(startMs: Int64?, endMs: Int64?) {
    if let startMs, let last = spans.indices.last, spans[last].endMs == .max {
      spans[last].endMs = max(startMs, spans[last].startMs)
    }
    let known = spans.last.map { $0.endMs == .max ? $0.startMs : $0.endMs } ?? 0
    spans.append(Span(end: generated.count, startMs: startMs ?? known, endMs: endMs ?? .max))
  }

  /// The word that comes next in the text is spoken from `startMs` to `endMs`.
  mutating func time(_ word: Bytes, startMs: Int64, endMs: Int64) {
    if wordTimes.waiting.count == WordTimes.mostWaiting { wordTimes.waiting.removeFirst() }
    wordTimes.waiting.append(.init(text: Array(word.raw), startMs: startMs, endMs: endMs))
    placeWordTimes()
  }

  /// Lays the words that wait on the text that is there, in order. One that does not stand in it is passed over once a
  /// later one does.
  mutating func placeWordTimes() {
    var next = 0
    while next < wordTimes.waiting.count {
      if let end = endOfWord(wordTimes.waiting[next].text) {
        let word = wordTimes.waiting[next]
        spans.append(Span(end: end, startMs: word.startMs, endMs: word.endMs))
        wordTimes.placedEnd = end
        wordTimes.waiting.removeSubrange(...next)
        next = 0
      } else {
        next += 1
      }
    }
  }

  /// Where a word ends that stands in the text behind those that were found, with the marks that follow it; nil if it
  /// does not.
  private func endOfWord(_ word: [UInt8]) -> Int? {
    let placedEnd = wordTimes.placedEnd
    let last = min(generated.count - word.count, placedEnd + WordTimes.reach)
    guard !word.isEmpty, last >= placedEnd else { return nil }
    for start in placedEnd...last where generated[start] == word[0] {
      guard start == placedEnd || !Self.isOfWord(generated[start - 1]),
        generated[start..<(start + word.count)].elementsEqual(word)
      else { continue }
      var end = start + word.count
      while end < generated.count, Self.isMark(generated[end]) { end += 1 }
      return end
    }
    return nil
  }

  /// Whether a word that begins behind this would begin inside of another.
  private static func isOfWord(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isMark(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: ":"),
      UInt8(ascii: ";"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ")"):
      true
    default: false
    }
  }
}
