// The estimate of the place in a text: what its letters and its sound tell, what is held back while it plays, and what is
// learned of a voice. The sound here is made of four sorts of frames; how near it comes on real speech is `make bench-text`'s.

import Testing

@testable import RTMultiCore

@Suite struct SpeechAlignmentTests {
  private let words = Words()
  private let two = "Let me check. It is sunny in Paris."

  /// A text beside a sound that is written with a letter for each 20 ms: "a" is a vowel, "s" a hiss, "t" a closure and "_" silence.
  private func text(_ text: String, _ sound: String) -> HeardText {
    var heard = HeardText()
    heard.append(words[text], endMs: nil)
    heard.hear(sound)
    return heard
  }

  /// As long as words are, and as they sound: two syllables a word.
  private func spoken(_ count: Int) -> String {
    String(repeating: "ttaaaaatttaaaaa", count: count)
  }

  private func heard(_ text: HeardText, atMs heardMs: Int64, of receivedMs: Int64) -> String {
    var text = text
    _ = text.release(heardMs: heardMs, receivedMs: receivedMs, isComplete: true)
    return text.words
  }

  private let silence = String(repeating: "_", count: 25)

  @Test("G2: a pause stands at the mark, however long the sentence before it takes", arguments: [2, 3])
  func pauseAtMark(count: Int) {
    let sound = spoken(count) + silence + spoken(4)
    let text = text("Papa kaka. Tata papa kaka tata.", sound)
    let pauseMs = Int64(count * 300)
    for heardMs in [pauseMs + 100, pauseMs + 300, pauseMs + 480] {
      #expect(heard(text, atMs: heardMs, of: Int64(sound.utf8.count * 20)) == "Papa kaka. ")
    }
  }

  @Test("words are heard as their letters sound, and not by their share of the time")
  func bySound() {
    // The first word is held far longer than the second.
    let text = text("Papa sasa papa.", "__taaaaaaaaaaataaaaaaaaaaaaaaaassssaaaasssaaaattaaaattaaaa______")
    #expect(heard(text, atMs: 560, of: 1_360) == "")
    #expect(heard(text, atMs: 980, of: 1_360) == "Papa sasa ")
    #expect(heard(text, atMs: 1_320, of: 1_360) == "Papa sasa papa.")
  }

  @Test("before the sound speaks nothing is heard, and silence at the end adds nothing")
  func silentEnds() {
    let text = text("Papa kaka.", silence + spoken(2) + silence + silence)
    #expect(heard(text, atMs: 480, of: 2_100) == "")
    #expect(heard(text, atMs: 1_500, of: 2_100) == "Papa kaka.")
    #expect(heard(text, atMs: 2_090, of: 2_100) == "Papa kaka.")
  }

  @Test("G1: what may not have been heard yet waits while it plays, and is told at the end")
  func heldBack() {
    let sound = spoken(7)
    let whole = text("papa kaka tata papa kaka tata papa", sound)
    var playing = whole
    for frame in Int64(1)...105 {
      let progress = HeardProgress(heardMs: frame * 20, receivedMs: 2_100, isComplete: true)
      _ = playing.release(progress, pace: .usual, for: .playing)
      guard frame % 10 == 0 else { continue }
      let settled = heard(whole, atMs: frame * 20, of: 2_100)
      #expect(settled.hasPrefix(playing.words), "at \(frame * 20) ms")
    }
    #expect(playing.words.hasPrefix("papa kaka tata papa kaka "))
  }

  @Test("what was guessed of a sound counts until it is measured")
  func guessedSound() {
    var text = HeardText()
    text.append(words["Papa kaka. Tata papa kaka tata."], endMs: nil)
    for index in Int32(0)..<135 {
      text.note(SoundFrame(index: index, code: (30..<55).contains(index) ? .guessedSilence : .guessedSound))
    }
    #expect(heard(text, atMs: 900, of: 2_700) == "Papa kaka. ")
    text.hear(spoken(4) + silence + spoken(2))
    // What is handed over again, and guessed again, was measured before.
    for index in Int32(0)..<115 { text.note(SoundFrame(index: index, code: .guessedSilence)) }
    #expect(heard(text, atMs: 1_180, of: 2_700).hasPrefix("Papa kaka. Tata "))
  }

  @Test("G3: text that comes late catches up, over many pauses", arguments: [1, 4])
  func lateText(pieces: Int) {
    var text = HeardText()
    text.hear(String(repeating: spoken(3) + silence, count: 12))
    let received: Int64 = 12 * 1_400
    let open = HeardProgress(heardMs: 8 * 1_400 - 100, receivedMs: received, isComplete: false)
    let nothing = text.release(open, pace: .usual, for: .playing)
    #expect(nothing == nil)
    let sentence = "papa kaka tata. "
    for _ in 0..<pieces {
      text.append(words[String(repeating: sentence, count: 12 / pieces)], endMs: nil)
      _ = text.release(open, pace: .usual, for: .playing)
    }
    _ = text.release(open, pace: .usual, for: .settling)
    #expect(text.heard == 8 * sentence.utf8.count)
  }

  @Test("a long text is followed word by word: what is far behind is let go")
  func longText() {
    let sentence = "Papa kaka tata papa, kaka tata papa kaka. "
    let count = 12
    var text = text(
      String(repeating: sentence, count: count), String(repeating: spoken(8) + silence, count: count))
    let each: Int64 = 8 * 300 + 500
    for turn in Int64(1)..<Int64(count) {
      for ms in stride(from: (turn - 1) * each, to: turn * each, by: 300) where ms > 0 {
        _ = text.release(
          HeardProgress(heardMs: ms, receivedMs: each * Int64(count), isComplete: true), pace: .usual,
          for: .playing)
      }
      #expect(abs(text.heard - Int(turn) * sentence.utf8.count) <= 12, "in sentence \(turn)")
    }
  }

  @Test("a voice is known in its second message: how fast it speaks, how loud it is")
  func voice() {
    let slow = String(spoken(6).flatMap { [$0, $0] })
    let first = text("papa kaka tata papa kaka tata", slow)
    let learned = first.pace(after: .usual, receivedMs: 3_600)
    #expect(learned.ratio > 1.2)
    #expect(learned.sound != nil)
    #expect(learned.prior != VoicePace.usual.prior)
    // A message of noise teaches nothing of a pace.
    let noise = text("one", String(repeating: "a", count: 1_000))
    #expect(noise.pace(after: .usual, receivedMs: 20_000).ratio == 1)
  }

  @Test("what there is of a long sound is kept until it is heard, and no more")
  func boundedTrack() {
    var track = SoundTrack()
    for index in Int32(0)..<40_000 {
      track.heardFrames = max(0, Int(index) - 500)
      track.note(SoundFrame(index: index, code: .measured(level: UInt8(index % 200), change: 9)))
    }
    #expect(track.end == 40_000)
    #expect(track[39_999] == .measured(level: 199, change: 9))
    #expect(track.end - track.first <= 16_384)
    var ahead = SoundTrack()
    for index in Int32(0)..<40_000 { ahead.note(SoundFrame(index: index, code: .guessedSound)) }
    #expect(ahead.end == 16_384)
    #expect(ahead[20_000] == .unknown)
  }

  @Test(
    "G2: whatever comes in whatever order, the text only grows and is cut at whole scalars", arguments: 1...8)
  func onlyGrows(seed: UInt64) {
    var dice = Dice(seed: seed)
    var text = HeardText()
    var end = 0
    var receivedMs: Int64 = 0
    for _ in 0..<150 {
      switch dice.below(5) {
      case 0:
        let piece = dice.one(of: [
          "so, ", "it", " 1,250", ". ", "日本", "👩‍👧", "!", "\n", "…", "schließlich ", "NATO",
        ])
        text.append(words[piece], endMs: nil)
      case 1: receivedMs += Int64(dice.below(400))
      case 2:
        // Frames as they come from whoever lies.
        for _ in 0..<dice.below(30) {
          let index = Int32(dice.below(Int(receivedMs / 20) + 3))
          let measured = SoundFrame.Code.measured(level: UInt8(dice.below(256)), change: UInt8(dice.below(256)))
          let code = dice.one(of: [.guessedSound, .guessedSilence, .unknown, measured] as [SoundFrame.Code])
          text.note(SoundFrame(index: index, code: code))
        }
      default: break
      }
      let progress = HeardProgress(
        heardMs: Int64.random(in: 0...receivedMs, using: &dice), receivedMs: receivedMs,
        isComplete: dice.once(in: 4))
      let released = text.release(progress, pace: .usual, for: dice.once(in: 5) ? .settling : .playing)
      if let released {
        #expect(released.lowerBound == end)
        #expect(released.upperBound > end)
        end = released.upperBound
      }
      #expect(text.heard == end)
      #expect(String(validating: text.generated[..<end], as: UTF8.self) != nil)
      if dice.once(in: 50) {
        let start = text.wordStartMs(progress, pace: .usual)
        #expect(start.map { $0 <= progress.heardMs } ?? true)
      }
    }
  }

  // MARK: Units

  private func units(_ word: String) -> [UInt8] {
    var found: [UInt8] = []
    Array(word.utf8).withUnsafeBufferPointer { bytes in
      var units = SpeechUnits(bytes, 0..<bytes.count)
      units.forEach { found.append($0) }
    }
    return found
  }

  @Test("letters are units by their sounds, in every script and both cases")
  func letters() {
    let (v, n, t) = (SpeechTable.vowel, SpeechTable.sonorant, SpeechTable.stop)
    #expect(units("Tomato") == [t, v, n, v, t, SpeechTable.lastVowel])
    #expect(units("ТОМАТО").count == 6)
    #expect(units("томато") == units("tomato"))
    #expect(units("ÉTÉ") == [SpeechTable.spelled, SpeechTable.spelledVowel].repeated(3))
    #expect(units("thought") == [SpeechTable.fricative, SpeechTable.longVowel, SpeechTable.lastStop])
    #expect(units("écoute").last == SpeechTable.finalE)
    #expect(units("matte") == units("mate"))
    #expect(units("20") == [SpeechTable.firstDigit].repeated(3) + [SpeechTable.zero].repeated(2))
    #expect(units("3%").count == 6)
    #expect(units("カ") == [SpeechTable.kanaStop, SpeechTable.kanaVowel])
    #expect(units("か") == units("カ"))
    #expect(units("…") == [SpeechTable.nothing])
    #expect(units(String(repeating: "la", count: 500)).count == SpeechUnits.most)
  }

  @Test("bytes that are no UTF-8 are passed over")
  func brokenLetters() {
    for bytes in [[0xFF], [0xC3], [0xE3, 0x81], [0xF0, 0x80, 0x80, 0x41], [0x80, 0x80]] as [[UInt8]] {
      bytes.withUnsafeBufferPointer { buffer in
        var count = 0
        var units = SpeechUnits(buffer, 0..<buffer.count)
        units.forEach { _ in count += 1 }
        #expect((1...3).contains(count))
      }
    }
  }
}

extension Array {
  fileprivate func repeated(_ times: Int) -> Array { (0..<times).flatMap { _ in self } }
}

extension HeardText {
  fileprivate var words: String { String(decoding: generated[..<heard], as: UTF8.self) }

  fileprivate mutating func hear(_ sound: String) {
    for (index, letter) in sound.utf8.enumerated() {
      let code: SoundFrame.Code =
        switch letter {
        case UInt8(ascii: "a"): .measured(level: 180, change: 130)
        case UInt8(ascii: "s"): .measured(level: 150, change: 150)
        case UInt8(ascii: "t"): .measured(level: 90, change: 70)
        default: .measured(level: 40, change: 44)
        }
      note(SoundFrame(index: Int32(index), code: code))
    }
  }
}
