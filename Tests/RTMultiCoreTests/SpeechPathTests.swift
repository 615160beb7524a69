// The estimate of the place in a text: what pauses and marks tell, what is held back while it plays, and what is learned
// of a voice. How near it comes on real speech is `make bench-text`'s.

import Testing

@testable import RTMultiCore

@Suite struct SpeechPathTests {
  private let words = Words()
  private let two = "Let me check. It is sunny in Paris."

  /// A part that has come whole, silent from and to these moments.
  private func text(_ text: String, pauses: [(Int32, Int32)], source: SoundEdge.Source = .samples) -> HeardText
  {
    var heard = HeardText()
    heard.append(words[text], endMs: nil)
    for (startMs, endMs) in pauses { heard.pause(startMs, endMs, source) }
    return heard
  }

  @Test(
    "G2: a pause stands at the mark, however long the sentence before it takes", arguments: [500, 900, 2_600])
  func pauseAtMark(endMs: Int64) {
    var heard = text(two, pauses: [(Int32(endMs), Int32(endMs) + 400)])
    for heardMs in [endMs, endMs + 200, endMs + 400] {
      _ = heard.release(heardMs: heardMs, receivedMs: endMs + 2_000, isComplete: true)
      #expect(heard.words == "Let me check. ")
    }
    _ = heard.release(heardMs: endMs + 1_990, receivedMs: endMs + 2_000, isComplete: true)
    #expect(heard.words == "Let me check. It is sunny in ")
  }

  @Test("a pause in the middle of a clause is a breath, and no mark")
  func breath() {
    // "Let me check." takes the first second; a breath falls into the second sentence.
    var heard = text(two, pauses: [(1_000, 1_400), (2_000, 2_150)])
    _ = heard.release(heardMs: 2_150, receivedMs: 3_000, isComplete: true)
    #expect(heard.words.hasPrefix("Let me check. It is"))
    #expect(!heard.words.hasSuffix("."))
  }

  @Test("before the sound speaks nothing is heard, and silence at the end adds nothing")
  func silentEnds() {
    var heard = text("One two.", pauses: [(0, 500)])
    heard.note(SoundEdge(source: .samples, isSilence: true, atMs: 1_500))
    let before = heard.release(heardMs: 490, receivedMs: 3_000, isComplete: true)
    #expect(before == nil)
    _ = heard.release(heardMs: 1_600, receivedMs: 3_000, isComplete: true)
    #expect(heard.words == "One two.")
  }

  @Test("a number takes as long as it is spoken, and the marks inside it are none")
  func numbers() {
    var heard = text("At 17:45 we had 1,250 guests.", pauses: [])
    _ = heard.release(heardMs: 450, receivedMs: 1_000, isComplete: true)
    // By the letters alone it would be a word more.
    #expect(heard.words == "At 17:45 ")
    var boundaries = TextBoundaries()
    boundaries.update(for: Array("At 17:45 we had 1,250 guests, all well-known.".utf8))
    let marks = boundaries.all.filter { $0.pause != .none }.map { Int($0.end) }
    #expect(marks == [29, 30, 45])
  }

  @Test("what packets' sizes tell counts until the samples are known")
  func guessedPauses() {
    func words(knownMs: Int64, heardMs: Int64) -> String {
      var heard = text(two, pauses: [(900, 1_300)], source: .packets)
      _ = heard.release(
        HeardProgress(heardMs: heardMs, receivedMs: 3_000, knownMs: knownMs, isComplete: true), pace: .usual,
        for: .settling)
      return heard.words
    }
    #expect(words(knownMs: 600, heardMs: 890) == "Let me ")
    #expect(words(knownMs: 600, heardMs: 1_440) == "Let me check. ")
    // The samples, known to 2 s, have no pause: the text goes on evenly.
    #expect(words(knownMs: 2_000, heardMs: 1_440) == "Let me check. It ")
  }

  @Test("a pause that lasts beyond what is known does not end the text")
  func openPause() {
    var heard = text(two, pauses: [])
    heard.note(SoundEdge(source: .samples, isSilence: true, atMs: 900))
    _ = heard.release(
      HeardProgress(heardMs: 1_000, receivedMs: 3_000, knownMs: 1_200, isComplete: true), pace: .usual,
      for: .settling)
    #expect(heard.words == "Let me check. ")
  }

  @Test("G1: what may not have been heard yet waits while it plays, and is told at the end")
  func heldBack() {
    let progress = HeardProgress(heardMs: 1_000, receivedMs: 1_200, knownMs: 1_200, isComplete: false)
    var playing = text("one two three four five six seven", pauses: [])
    var settling = playing
    _ = playing.release(progress, pace: .usual, for: .playing)
    _ = settling.release(progress, pace: .usual, for: .settling)
    #expect(settling.words.hasPrefix(playing.words))
    #expect(playing.words.utf8.count < settling.words.utf8.count)
  }

  @Test("G3: text that comes late catches up, over many pauses")
  func lateText() {
    var heard = HeardText()
    for index in Int32(0)..<30 { heard.pause(index * 1_000 + 700, index * 1_000 + 1_000, .samples) }
    let nothing = heard.release(heardMs: 20_000, receivedMs: 30_000, isComplete: false)
    #expect(nothing == nil)
    for _ in 0..<30 { heard.append(words["one two three. "], endMs: nil, receivedMs: 30_000) }
    _ = heard.release(heardMs: 20_000, receivedMs: 30_000, isComplete: true)
    #expect(heard.heard == 20 * 15)
  }

  @Test("a slow voice is known in its second message")
  func pace() {
    let first = text("one two three four five six", pauses: [])
    let slow = first.pace(after: .usual, receivedMs: 2_600)
    #expect(slow.ratio > 1.3)
    let open = HeardProgress(heardMs: 1_000, receivedMs: 1_500, knownMs: 1_500, isComplete: false)
    var usual = first
    var learned = first
    _ = usual.release(open, pace: .usual, for: .settling)
    _ = learned.release(open, pace: slow, for: .settling)
    #expect(learned.heard < usual.heard)
    // A message of noise teaches nothing.
    #expect(text("one", pauses: []).pace(after: .usual, receivedMs: 60_000) == .usual)
  }

  @Test(
    "G2: whatever comes in whatever order, the text only grows and is cut at whole scalars", arguments: 1...30)
  func onlyGrows(seed: UInt64) {
    var dice = Dice(seed: seed)
    var heard = HeardText()
    var end = 0
    var receivedMs: Int64 = 0
    for _ in 0..<600 {
      switch dice.below(5) {
      case 0:
        let piece = dice.one(of: ["so, ", "it", " 1,250", ". ", "日本", "👩‍👧", "!", "\n", "…"])
        heard.append(words[piece], endMs: nil, receivedMs: receivedMs)
      case 1: receivedMs += Int64(dice.below(900))
      case 2:
        // Moments as they come from whoever lies.
        heard.note(
          SoundEdge(
            source: dice.once(in: 2) ? .samples : .packets, isSilence: dice.once(in: 2),
            atMs: Int32(dice.below(Int(receivedMs) + 100))))
      default: break
      }
      let progress = HeardProgress(
        heardMs: Int64.random(in: 0...receivedMs, using: &dice), receivedMs: receivedMs,
        knownMs: Int64.random(in: 0...receivedMs, using: &dice), isComplete: dice.once(in: 4))
      let released = heard.release(progress, pace: .usual, for: dice.once(in: 5) ? .settling : .playing)
      if let released {
        #expect(released.lowerBound == end)
        #expect(released.upperBound > end)
        end = released.upperBound
      }
      #expect(heard.heard == end)
      #expect(String(validating: heard.generated[..<end], as: UTF8.self) != nil)
      let start = heard.wordStartMs(progress, pace: .usual)
      #expect(start.map { $0 <= progress.heardMs } ?? true)
    }
  }
}

extension HeardText {
  fileprivate var words: String { String(decoding: generated[..<heard], as: UTF8.self) }

  fileprivate mutating func pause(_ startMs: Int32, _ endMs: Int32, _ source: SoundEdge.Source) {
    note(SoundEdge(source: source, isSilence: true, atMs: startMs))
    note(SoundEdge(source: source, isSilence: false, atMs: endMs))
  }
}
