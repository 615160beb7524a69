// The words of one part, and how many of them the listener has heard. Position comes in, text goes out:
// what the sound itself says about the place in the text does not live here.

/// The transcript of an audio part. Text is released by position and only grows (rules G1 to G3).
///
/// Provider spans are used as given: a piece is heard when its whole span is (rule G2). Without spans the
/// place in the text is estimated in proportion to the position and cut back to a word boundary.
struct HeardText {
  /// Where a piece of text that came with a span ends: in the text and in the part's own time.
  private struct Span {
    var end: Int
    var startMs: Int64
    var endMs: Int64
  }

  /// The text as generated, UTF-8.
  private(set) var generated: [UInt8] = []
  /// How many bytes of it have been heard.
  private(set) var heard = 0
  private var spans: [Span] = []
  private var spanCursor = 0
  private var boundaries = TextBoundaries()

  /// The speed of speech that an estimate never exceeds while it is not known how much audio is to come,
  /// in bytes of text per second. Fast English speech has about 20 characters a second.
  private static let fastestBytesPerSecond: Int64 = 20

  /// Whether the place in the text is a guess.
  var isEstimated: Bool { spans.isEmpty && !generated.isEmpty }

  /// Whether there is text that has not been heard.
  var hasMore: Bool { heard < generated.count }

  /// Adds a piece; `startMs` and `endMs` are its span if the provider gave one.
  mutating func append(_ text: Bytes, startMs: Int64? = nil, endMs: Int64?) {
    generated.append(contentsOf: text.raw)
    if let endMs {
      spans.append(Span(end: generated.count, startMs: startMs ?? spans.last?.endMs ?? 0, endMs: endMs))
    }
    boundaries.update(for: generated)
  }

  /// Moves on to what has been heard by now and returns the newly heard bytes, or nil when there are none.
  /// - Parameters:
  ///   - heardMs: P, whole milliseconds.
  ///   - receivedMs: R, whole milliseconds.
  ///   - isComplete: whether R and the text are final.
  mutating func release(heardMs: Int64, receivedMs: Int64, isComplete: Bool) -> Range<Int>? {
    if spans.isEmpty {
      return release(upTo: place(heardMs: heardMs, receivedMs: receivedMs, isComplete: isComplete))
    }
    while spanCursor < spans.count, spans[spanCursor].endMs <= heardMs { spanCursor += 1 }
    return release(upTo: spanCursor == 0 ? 0 : spans[spanCursor - 1].end)
  }

  /// When the word began that is spoken at `heardMs`, or the last one before it; nil without text.
  func wordStartMs(heardMs: Int64, receivedMs: Int64, isComplete: Bool) -> Int64? {
    if let span = spans.last(where: { $0.startMs < heardMs }) { return span.startMs }
    guard spans.isEmpty, receivedMs > 0, !generated.isEmpty else { return nil }
    var place = place(heardMs: heardMs, receivedMs: receivedMs, isComplete: isComplete)
    // The end of a word is the beginning of the space behind it, and no word.
    while place > 0, place == generated.count || generated[place] <= UInt8(ascii: " ") {
      place = boundaries.last(atOrBefore: place - 1)
    }
    return min(heardMs, Int64(place) * receivedMs / Int64(generated.count))
  }

  /// All of the audio was heard, so all of the text was: returns what was still missing, or nil.
  mutating func releaseAll() -> Range<Int>? { release(upTo: generated.count) }

  private mutating func release(upTo end: Int) -> Range<Int>? {
    guard end > heard else { return nil }
    defer { heard = end }
    return heard..<end
  }

  private func place(heardMs: Int64, receivedMs: Int64, isComplete: Bool) -> Int {
    guard receivedMs > 0, heardMs > 0 else { return 0 }
    var bytes = Int64(generated.count) * heardMs / receivedMs
    if !isComplete { bytes = min(bytes, heardMs * Self.fastestBytesPerSecond / 1_000) }
    return boundaries.last(atOrBefore: Int(bytes))
  }
}
