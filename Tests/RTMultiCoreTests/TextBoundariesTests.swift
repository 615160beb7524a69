// Where a text may be cut: at words, never inside a grapheme, and the same wherever the deltas happen to be
// split. And how long all of that takes for a megabyte.

import Testing

@testable import RTMultiCore

@Suite struct TextBoundariesTests {
  private let words = Words()

  /// The places at which a text that came in these pieces may be cut.
  private func cuts(_ pieces: [String]) -> [Int] {
    var boundaries = TextBoundaries()
    var bytes: [UInt8] = []
    for piece in pieces {
      bytes += Array(piece.utf8)
      boundaries.update(for: bytes)
    }
    return boundaries.all.map { Int($0.end) }
  }

  /// The words of a text, as the cuts divide it.
  private func pieces(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    var start = 0
    return cuts([text]).map { end in
      defer { start = end }
      return String(decoding: bytes[start..<end], as: UTF8.self)
    }
  }

  @Test("a word boundary where the language has one")
  func wordsOfLanguages() {
    #expect(pieces("Let me check.") == ["Let", " ", "me", " ", "check", "."])
    #expect(
      pieces("I can't: it's 3.14, or 1,000.") == [
        "I", " ", "can't", ":", " ", "it's", " ", "3.14", ",", " ", "or", " ", "1,000", ".",
      ])
    #expect(pieces("Grüße aus Köln") == ["Grüße", " ", "aus", " ", "Köln"])
    #expect(pieces("Привет, мир") == ["Привет", ",", " ", "мир"])
    #expect(pieces("مرحبا بك") == ["مرحبا", " ", "بك"])
    // No spaces, no dictionary: ideographs one by one, Katakana together.
    #expect(pieces("東京タワー") == ["東", "京", "タワー"])
  }

  @Test("G2: a Korean word is whole: syllables are letters (UAX #29, WB5)")
  func koreanWords() {
    #expect(pieces("안녕 세상") == ["안녕", " ", "세상"])
  }

  @Test("punctuation only, emoji only, blank only")
  func wordless() {
    #expect(pieces("?!") == ["?", "!"])
    #expect(pieces("👍🏽👨‍👩‍👧‍👦🇫🇷🇩🇪") == ["👍🏽", "👨‍👩‍👧‍👦", "🇫🇷", "🇩🇪"])
    #expect(pieces(" ") == [" "])
    #expect(pieces("\r\n\r\n") == ["\r\n", "\r\n"])
    #expect(pieces("") == [])
  }

  /// Texts with graphemes of several scalars, in which a cut could go wrong.
  static let graphemes = [
    "👨‍👩‍👧‍👦 family 👩🏽‍🚀 and 🏴󠁧󠁢󠁳󠁣󠁴󠁿 flag 🇫🇷🇩🇪🇮🇹",
    "cafe\u{301} nai\u{308}ve a\u{300}\u{301}\u{302}\u{303}b \u{301}alone",
    "keycaps 1️⃣2️⃣ and ❤️‍🔥",
    "नमस्ते दुनिया, क्षत्रिय",
    "สวัสดีครับ วันนี้อากาศดีมาก",
    "น้ำ ทำ คำ กำลัง",
    "ນ້ຳ",
    "မြန်မာ ភាសាខ្មែរ",
    "السَّلَامُ عَلَيْكُمْ",
    "שָׁלוֹם עוֹלָם",
    "각각 한국어",
    "日本語のテキスト、カタカナとひらがな。",
    "a\u{200D}b \u{FEFF}c\u{AD}d",
  ]

  @Test("G2: never inside a grapheme", arguments: graphemes)
  func wholeGraphemes(text: String) {
    let edges = Set(text.indices.map { text.utf8.distance(from: text.startIndex, to: $0) } + [text.utf8.count])
    let inside = cuts([text]).filter { !edges.contains($0) }
    #expect(inside == [])
  }

  @Test("the whole text is heard in the end", arguments: graphemes)
  func end(text: String) {
    var heard = HeardText()
    heard.append(words[text], endMs: nil)
    _ = heard.release(heardMs: 1_234, receivedMs: 1_234, isComplete: true)
    #expect(heard.heard == text.utf8.count)
  }

  static let sentences =
    graphemes + [
      "I can't believe it's 3.14, not 1,000.5: e.g. U.S.A., isn't it?",
      "The quick (\"brown\") fox can\u{2019}t jump 32.3 feet, right?",
      "אל\"ב ר'", "snake_case_word and a.b.c",
    ]

  @Test("G2: it does not matter how the deltas are split", arguments: sentences)
  func anySplit(text: String) {
    let expected = cuts([text])
    let scalars = Array(text.unicodeScalars)
    var splits = [scalars.map { String($0) }]
    var dice = Dice(seed: 0x5917)
    for _ in 0..<20 {
      var pieces: [String] = [""]
      for scalar in scalars {
        if dice.once(in: 3) { pieces.append("") }
        pieces[pieces.count - 1].unicodeScalars.append(scalar)
      }
      splits.append(pieces)
    }
    let wrong = splits.filter { cuts($0) != expected }
    #expect(wrong == [])
  }

  // MARK: A megabyte (G4)

  private static let megabyte = 1 << 20

  private func seconds(_ work: () -> Void) -> Double {
    let duration = ContinuousClock().measure(work)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  /// Takes a megabyte of `unit` in deltas of `size` bytes, with a release behind each.
  private func take(unit: [UInt8], deltaSize: Int) -> HeardText {
    var text = HeardText()
    var delta: [UInt8] = []
    while delta.count < deltaSize { delta += unit }
    let bytes = words[delta]
    var heardMs: Int64 = 0
    while text.generated.count + delta.count <= Self.megabyte {
      text.append(bytes, endMs: nil)
      heardMs += 10
      _ = text.release(heardMs: heardMs, receivedMs: 2 * heardMs, isComplete: true)
    }
    _ = text.releaseAll()
    return text
  }

  @Test("G4: 1 MB of words in one piece and in small deltas", arguments: [1 << 20, 1 << 12, 20])
  func megabyteOfWords(deltaSize: Int) {
    let unit = Array("It is sunny in Paris; 東京は雨。 ".utf8)
    var size = 0
    let taken = seconds { size = take(unit: unit, deltaSize: min(deltaSize, Self.megabyte - unit.count)).heard }
    #expect(size > Self.megabyte / 2)
    #expect(taken < 20)
  }

  @Test("G4: 1 MB without a single place to cut, in small deltas")
  func megabyteOfOneWord() {
    let taken = seconds { _ = take(unit: Array("abcdefghijklmnopqrst".utf8), deltaSize: 1_000) }
    #expect(taken < 20)
  }

  @Test("G4: 1 MB behind a byte that is no UTF-8, in small deltas")
  func megabyteBehindInvalid() {
    let taken = seconds {
      var text = HeardText()
      text.append(words[[0x61, 0x20, 0xFF]], endMs: nil)
      let delta = words[Array("It is sunny. ".utf8)]
      while text.generated.count < Self.megabyte { text.append(delta, endMs: nil) }
    }
    #expect(taken < 20)
  }

  @Test("G4: more digits than their sound can be counted harm nobody")
  func beyondCounting() {
    var text = HeardText()
    text.append(words[[UInt8](repeating: UInt8(ascii: "1"), count: 12 << 20)], endMs: nil)
    text.append(words[Array(" and more".utf8)], endMs: nil)
    _ = text.release(heardMs: 500, receivedMs: 1_000, isComplete: true)
    _ = text.release(heardMs: 1_000, receivedMs: 1_000, isComplete: true)
    _ = text.releaseAll()
    #expect(text.heard == (12 << 20) + 9)
  }
}
