// The words of a part by position: spans, estimates, late and odd text, and how long a megabyte takes. Where
// a text may be cut is TextBoundariesTests.swift's.

import Testing

@testable import RTMultiCore

extension HeardText {
  /// The last word at a position, for a voice of which nothing is known.
  mutating func release(heardMs: Int64, receivedMs: Int64, isComplete: Bool) -> Range<Int>? {
    release(
      HeardProgress(heardMs: heardMs, receivedMs: receivedMs, isComplete: isComplete), pace: .usual,
      for: .settling)
  }
}

@Suite struct HeardTextTests {
  private let words = Words()

  private func text(_ pieces: [String]) -> HeardText {
    var text = HeardText()
    for piece in pieces { text.append(words[piece], endMs: nil) }
    return text
  }

  private func heard(_ text: HeardText) -> String {
    String(decoding: text.generated[..<text.heard], as: UTF8.self)
  }

  @Test(
    "G4: a long text in one call is heard as the same text in small pieces is, however little of it is cut at first"
  )
  func longTextAtOnce() {
    let sentences = [
      "It is sunny in Paris, with a light west wind. ", "Aujourd'hui il pleut\u{A0}: prenez un parapluie ! ",
    ]
    let pieces = (0..<4_000).map { sentences[$0 % 2] }
    var atOnce = text([pieces.joined()])
    var inPieces = text(pieces)
    for (heardMs, receivedMs, isComplete) in [
      (400, 2_000, false), (2_900, 4_000, false), (30_000, 40_000, false), (39_000, 40_000, false),
      (41_000, 90_000, false), (60_000, 90_000, true), (90_000, 90_000, true),
    ] as [(Int64, Int64, Bool)] {
      let one = atOnce.release(heardMs: heardMs, receivedMs: receivedMs, isComplete: isComplete)
      let other = inPieces.release(heardMs: heardMs, receivedMs: receivedMs, isComplete: isComplete)
      #expect(one == other, "at \(heardMs) ms")
    }
    #expect(atOnce.weightMs == inPieces.weightMs)
  }

  // MARK: Spans

  @Test("G2: with spans a piece is heard when its whole span is, and not a millisecond before")
  func spans() {
    var text = HeardText()
    for (piece, endMs) in [("Let ", 200), ("me ", 350), ("check.", 900)] as [(String, Int64)] {
      text.append(words[piece], endMs: endMs)
    }
    #expect(!text.isEstimated)
    for (heardMs, expected) in [
      (0, nil), (199, nil), (200, 0..<4), (349, nil), (350, 4..<7), (899, nil), (900, 7..<13), (5_000, nil),
    ] as [(Int64, Range<Int>?)] {
      let released = text.release(heardMs: heardMs, receivedMs: 5_000, isComplete: true)
      #expect(released == expected)
    }
    let rest = text.releaseAll()
    #expect(rest == nil)
  }

  @Test("G2: several spans at once, and one that ends before the piece in front of it")
  func severalSpans() {
    var text = HeardText()
    for (piece, endMs) in [("one ", 100), ("two ", 300), ("three ", 250), ("four", 400)] as [(String, Int64)] {
      text.append(words[piece], endMs: endMs)
    }
    let first = text.release(heardMs: 260, receivedMs: 1_000, isComplete: false)
    #expect(first == 0..<4)
    let second = text.release(heardMs: 300, receivedMs: 1_000, isComplete: false)
    #expect(second == 4..<14)
  }

  @Test("G3: late text catches up with P and never passes it")
  func lateText() {
    var text = HeardText()
    text.append(words["one "], endMs: 100)
    let first = text.release(heardMs: 500, receivedMs: 1_000, isComplete: false)
    #expect(first == 0..<4)
    text.append(words["two "], endMs: 400)
    text.append(words["three"], endMs: 800)
    let late = text.release(heardMs: 500, receivedMs: 1_000, isComplete: false)
    #expect(late == 4..<8)
  }

  @Test("a piece without a span waits for the next span, or for the end")
  func mixedSpans() {
    var text = HeardText()
    text.append(words["one "], endMs: 100)
    text.append(words["two "], endMs: nil)
    let before = text.release(heardMs: 900, receivedMs: 1_000, isComplete: true)
    #expect(before == 0..<4)
    text.append(words["three "], endMs: 950)
    text.append(words["four"], endMs: nil)
    let after = text.release(heardMs: 950, receivedMs: 1_000, isComplete: true)
    #expect(after == 4..<14)
    let rest = text.releaseAll()
    #expect(rest == 14..<18)
  }

  // MARK: Estimates

  @Test("G2: without spans the text grows with the position, word by word, to the last byte")
  func estimate() {
    var text = text(["It is sunny", " in Paris."])
    #expect(text.isEstimated)
    var seen: [String] = []
    for heardMs in Int64(0)...2_000 {
      if text.release(heardMs: heardMs, receivedMs: 2_000, isComplete: true) != nil { seen.append(heard(text)) }
    }
    #expect(
      seen == [
        "It ", "It is ", "It is sunny ", "It is sunny in ", "It is sunny in Paris.",
      ])
  }

  @Test(
    "G2: words that sound alike take turns evenly, however long it all takes", arguments: [50, 700, 3_600_000])
  func even(receivedMs: Int64) {
    let count: Int64 = 26
    var text = text([String(repeating: "ba ", count: Int(count))])
    for heardMs in stride(from: 0, through: receivedMs, by: Int(max(1, receivedMs / 400))) {
      _ = text.release(heardMs: heardMs, receivedMs: receivedMs, isComplete: true)
      let words = Int64(text.heard) / 3
      // Half a millisecond of rounding.
      #expect(words * receivedMs <= heardMs * count + count)
      #expect((words + 1) * receivedMs >= heardMs * count - count)
    }
    _ = text.release(heardMs: receivedMs, receivedMs: receivedMs, isComplete: true)
    #expect(text.heard == 3 * Int(count))
  }

  @Test("G2: the estimate only grows, whatever P and R do", arguments: 1...20)
  func onlyGrows(seed: UInt64) {
    var dice = Dice(seed: seed)
    var text = HeardText()
    var end = 0
    var receivedMs: Int64 = 0
    for _ in 0..<400 {
      switch dice.below(3) {
      case 0: text.append(words[dice.one(of: ["so ", "it", " seems", ", ", "日本", "👩‍👧", "!"])], endMs: nil)
      case 1: receivedMs += Int64(dice.below(300))
      default: break
      }
      let heardMs = Int64.random(in: 0...receivedMs, using: &dice)
      let released = text.release(
        heardMs: heardMs, receivedMs: receivedMs, isComplete: dice.once(in: 10))
      if let released {
        #expect(released.lowerBound == end)
        #expect(released.upperBound > end)
        end = released.upperBound
      }
      #expect(text.heard == end)
      #expect(end <= text.generated.count)
    }
    let rest = text.releaseAll()
    #expect(rest == (end < text.generated.count ? end..<text.generated.count : nil))
  }

  @Test("while more audio may come, text that runs ahead is heard at the usual pace")
  func unfinishedAudio() {
    var text = text(["one two three four five six seven eight nine ten eleven twelve"])
    // Text runs ahead of audio: all of what was received is heard, but that is one second only.
    _ = text.release(heardMs: 1_000, receivedMs: 1_000, isComplete: false)
    #expect(heard(text) == "one two three four ")
    let more = text.release(heardMs: 1_000, receivedMs: 1_000, isComplete: true)
    #expect(more == 19..<62)
  }

  @Test("B7: no audio, no position: nothing is heard")
  func nothingHeard() {
    var text = text(["Hello."])
    for (heardMs, receivedMs) in [(0, 0), (0, 1_000), (100, 0)] as [(Int64, Int64)] {
      let released = text.release(heardMs: heardMs, receivedMs: receivedMs, isComplete: true)
      #expect(released == nil)
    }
  }

  // MARK: Odd text

  @Test("G4: empty text, with and without a span")
  func empty() {
    var text = HeardText()
    #expect(!text.isEstimated)
    text.append(.none, endMs: nil)
    let none = text.release(heardMs: 10, receivedMs: 10, isComplete: true)
    let nothing = text.releaseAll()
    #expect(none == nil)
    #expect(nothing == nil)
    text.append(.none, endMs: 5)
    let span = text.release(heardMs: 10, receivedMs: 10, isComplete: true)
    #expect(span == nil)
    #expect(text.generated.isEmpty)
  }

  @Test("G4: a scalar that comes in two pieces is whole again when both are there")
  func splitScalar() {
    for whole in ["café au lait", "日本語", "a👨‍👩‍👧b"] {
      let bytes = Array(whole.utf8)
      for place in 1..<bytes.count {
        var text = HeardText()
        text.append(words[Array(bytes[..<place])], endMs: nil)
        text.append(words[Array(bytes[place...])], endMs: nil)
        var cuts: [Int] = []
        for heardMs in Int64(1)...1_000 {
          if let released = text.release(heardMs: heardMs, receivedMs: 1_000, isComplete: true) {
            cuts.append(released.upperBound)
          }
        }
        #expect(cuts.last == bytes.count)
        #expect(cuts.allSatisfy { String(validating: bytes[..<$0], as: UTF8.self) != nil })
      }
    }
  }

  @Test("G2, G4: half a scalar is not heard before its other half is there")
  func halfScalar() {
    var text = HeardText()
    text.append(words[[0x61, 0x20, 0xC3]], endMs: nil)
    _ = text.release(heardMs: 1_000, receivedMs: 1_000, isComplete: false)
    #expect(String(validating: text.generated[..<text.heard], as: UTF8.self) != nil)
  }

  @Test("G4: a text that is cut at any byte is all there at the end, and never in half a character before")
  func cutAnywhere() {
    var dice = Dice(seed: 0xBAD)
    let whole = Array("Grüß dich, 東京 👩‍👩‍👧! ".utf8)
    for _ in 0..<200 {
      var text = HeardText()
      var sent = 0
      while sent < whole.count {
        let end = min(whole.count, sent + 1 + dice.below(7))
        text.append(words[Array(whole[sent..<end])], endMs: nil)
        sent = end
        _ = text.release(
          heardMs: Int64(dice.below(1_000)), receivedMs: 1_000, isComplete: dice.once(in: 2))
        #expect(String(validating: text.generated[..<text.heard], as: UTF8.self) != nil)
      }
      _ = text.releaseAll()
      #expect(text.heard == whole.count)
    }
  }
}
