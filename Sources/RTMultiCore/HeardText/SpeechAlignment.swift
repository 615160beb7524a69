// Which word of a text is being spoken at a moment of its sound: a chain of hidden states through the units of the words
// around that moment. What the frames are is SoundTrack's, what the words are SpeechWords', the constants are SpeechTable's;
// what is told of the answer is HeardText's.

/// The pace is hidden too: each sum is kept for four of them at once.
typealias Paces = SIMD4<Float>

/// How likely it is, at one moment, that each of the states around it is being spoken; or, looking back from later, how
/// likely what follows is for each of them.
struct SpeechStates {
  private let addressOnly = AddressOnly()

  /// A unit is two states, so that it lasts as units do.
  var first = InlineArray<224, Paces>(repeating: .zero)
  var second = InlineArray<224, Paces>(repeating: .zero)
  /// The pause in front of each word, and behind the last one.
  var pauses = InlineArray<73, Paces>(repeating: .zero)
  /// What is spoken behind the text that has come, and the pauses there.
  var beyond = Paces.zero
  var quiet = Paces.zero
  /// The words that matter: all others are as good as impossible.
  var low = 0
  var high = 0
}

/// How the words around a moment go with the sound up to there, and what follows from it.
struct SpeechAlignment {
  /// What a search goes by.
  struct Knowledge {
    /// The frame that is heard last.
    var frame: Int
    /// Up to where there is sound.
    var frames: Int
    /// Whether that, and the text, is all.
    var isComplete: Bool
    /// How many frames beyond the position it looks.
    var ahead: Int
  }

  /// Where the heard text ends.
  struct Answer {
    /// As likely as not more of it was heard than that.
    var likely: Int
    /// Nine times of ten so much was heard.
    var sure: Int
    /// How likely each pace is.
    var paces: Paces
  }

  /// Below this a state is as good as impossible.
  private static let least: Float = 1e-7
  /// Below this share nothing was spoken beyond the text.
  private static let noShare: Float = 1e-6
  /// So many units a frame speaks the fastest voice.
  private static let unitsAFrame: Float = 0.45
  /// Words are taken in when less than this lies ahead, if so much can be let go.
  private static let unitsAhead = 96
  private static let unitsToDrop = 24

  private let addressOnly = AddressOnly()
  private var words = SpeechWords()
  private var now = SpeechStates()
  /// From where it goes on when the text turns out otherwise.
  private var kept = SpeechStates()
  private var later = SpeechStates()
  /// How many frames `now` and `kept` have heard.
  private(set) var heard = 0
  private var keptFrames = 0
  /// What all of `now` is together.
  private var sum: Float = 1
  private(set) var levels = SpeechLevels()
  /// Of each unit: how likely one of its states ends with a frame, how likely it is not spoken, and its sound.
  private var leave = InlineArray<32, Paces>(repeating: .zero)
  private var skips = InlineArray<32, Float>(repeating: 0)
  private var unitSounds = InlineArray<32, Int>(repeating: 0)
  private let prior: Paces
  /// What the frames around the position sound like, by the last bits of their numbers.
  private var emissions = InlineArray<64, InlineArray<8, Float>>(repeating: InlineArray(repeating: 1))
  /// The frame behind the last of them.
  private var emitted = 0

  /// For a voice that is thought to speak at this pace, give or take a share.
  init(pace: Float, prior: Paces) {
    self.prior = prior
    for unit in 0..<SpeechTable.unitCount {
      let frames = SpeechTable.unitFrames[unit] * pace * SpeechTable.paces
      leave[unit] = Paces(repeating: 1) / frames.replacing(with: 1.02, where: frames .< 1.02)
      skips[unit] = SpeechTable.unitSkips[unit]
      unitSounds[unit] = SpeechTable.unitSounds[unit]
    }
  }

  // MARK: The text

  /// Forgets what was heard and all words.
  mutating func restart() {
    words = SpeechWords()
    now = SpeechStates()
    heard = 0
    keptFrames = 0
    sum = 1
    emitted = 0
  }

  /// The boundaries behind `place` are new. What was thought of words there is thought again.
  mutating func textChanged(behind place: Int, _ boundaries: TextBoundaries) {
    let left = words.textChanged(behind: place, boundaries)
    guard now.high > left || hasBeyond else { return }
    guard keptFrames > 0, kept.high <= left else { return restart() }
    now = kept
    heard = keptFrames
    sum = 1
  }

  private var hasBeyond: Bool { (now.beyond + now.quiet).sum() > Self.noShare * sum }

  /// Takes in more words when few are left ahead.
  private mutating func fill(_ text: [UInt8], _ boundaries: TextBoundaries) {
    guard !words.isWhole else { return }
    let spoken = now.high == 0 ? 0 : words.unitEnd(now.high - 1)
    if words.count > 0, words.unitCount - spoken >= Self.unitsAhead { return }
    let gone = now.low < words.count ? Int(words.all[now.low].unit) : 0
    if gone >= Self.unitsToDrop {
      let dropped = now.low
      words.drop(dropped)
      now.drop(dropped, units: gone)
      keptFrames = 0
    }
    words.fill(text, boundaries)
  }

  // MARK: What was heard

  /// Hears the frames up to the position and looks ahead. nil without words or sound.
  mutating func answer(
    _ text: [UInt8], _ boundaries: TextBoundaries, _ track: SoundTrack, _ known: Knowledge, voice: VoiceSound?
  ) -> Answer? {
    levels.follow(track, to: known.frames, voice: voice)
    let last = min(known.frame, known.frames - 1)
    guard last >= 0 else { return nil }
    if heard > last + 1 || (known.isComplete && hasBeyond) { restart() }
    fill(text, boundaries)
    guard words.count > 0 else { return nil }
    while heard <= last {
      hear(emission(track, heard, known.frames), isOpen: !known.isComplete, isFirst: heard == 0)
      heard += 1
      fill(text, boundaries)
    }
    keep()
    lookBack(track, known, last)
    return answer()
  }

  /// What the sound so far tells of the voice.
  var voice: VoiceSound? { levels.voice }

  private mutating func keep() {
    guard !hasBeyond, now.high + 1 < words.count else { return }
    kept = now
    kept.scale(by: 1 / sum)
    keptFrames = heard
  }

  /// One frame more.
  private mutating func hear(_ emission: InlineArray<8, Float>, isOpen: Bool, isFirst: Bool) {
    let sounds = Self.scaled(emission, by: 1 / sum)
    let silence = sounds[unchecked: SpeechTable.silence]
    var through: Paces
    if isFirst {
      now.pauses[0] = SpeechTable.firstPause * prior * silence
      through = (1 - SpeechTable.firstPause) * prior
    } else {
      let pause = now.pauses[unchecked: now.low]
      through = pause * SpeechTable.pauseLeave(words.pause(before: now.low))
      now.pauses[unchecked: now.low] = (pause - through) * silence
    }
    var total = now.pauses[unchecked: now.low]
    var word = now.low
    while word < words.count {
      let entering = through
      through = entering * (1 - SpeechTable.wordSkip)
      for unit in Int(words.all[unchecked: word].unit)..<words.unitEnd(word) {
        let kind = Int(words.units[unchecked: unit])
        let leaving = leave[unchecked: kind]
        let skip = skips[unchecked: kind]
        let sound = sounds[unchecked: unitSounds[unchecked: kind]]
        let one = now.first[unchecked: unit]
        let two = now.second[unchecked: unit]
        let left = one * leaving
        let ended = two * leaving
        let first = (one - left + (1 - skip) * through) * sound
        let second = (two - ended + left) * sound
        now.first[unchecked: unit] = first
        now.second[unchecked: unit] = second
        through = skip * through + ended
        total += first + second
      }
      through += entering * SpeechTable.wordSkip
      let mark = words.all[unchecked: word].pause
      word += 1
      let pause = now.pauses[unchecked: word]
      let out = pause * SpeechTable.pauseLeave(mark)
      let share = SpeechTable.pauseShare(mark)
      now.pauses[unchecked: word] = (pause - out + share * through) * silence
      through = (1 - share) * through + out
      total += now.pauses[unchecked: word]
      if word > now.high {
        now.high = word
        if through.sum() < Self.least { break }
      }
    }
    if word == words.count, isOpen, words.isWhole {
      let more = now.beyond * SpeechTable.beyondLeave
      let again = now.quiet * SpeechTable.quietLeave
      now.beyond = (now.beyond - more + again + through) * sounds[unchecked: SpeechTable.anySound]
      now.quiet = (now.quiet - again + more) * silence
      total += now.beyond + now.quiet
    }
    sum = total.sum()
    if sum < 1e-30 {
      // Nothing goes with this sound any more: it goes on from where it was likeliest, as well as it can.
      now.pauses[now.low] = prior
      sum = prior.sum()
    }
    passBy()
  }

  /// The first word is over when nearly nothing of it is left.
  private mutating func passBy() {
    guard now.low + 1 < now.high else { return }
    var rest = now.pauses[now.low]
    for unit in Int(words.all[now.low].unit)..<words.unitEnd(now.low) {
      rest += now.first[unchecked: unit] + now.second[unchecked: unit]
    }
    if rest.sum() < Self.least * sum { now.low += 1 }
  }

  // MARK: What follows

  /// Looks back from what is known beyond the position: fills `later`.
  private mutating func lookBack(_ track: SoundTrack, _ known: Knowledge, _ last: Int) {
    let end = min(known.frames, last + 1 + known.ahead)
    let isEnd = known.isComplete && end == known.frames
    let high = reach(end - 1 - last)
    let isRight = high == words.count && words.isWhole
    let isOpen = isRight && !known.isComplete
    later.low = now.low
    later.high = high
    beginLater(isEnd: isEnd && isRight)
    var frame = end - 1
    var scale: Float = 1
    var wordsHigh = high
    while frame > last {
      let most = reach(frame - last)
      while wordsHigh > most { wordsHigh -= 1 }
      let sounds = Self.scaled(emission(track, frame, known.frames), by: scale)
      let total = stepBack(sounds, high: wordsHigh, isRight: isRight && wordsHigh == high, isOpen: isOpen)
      scale = total > 0 ? 16 / total : 1
      frame -= 1
    }
  }

  /// How many words may have been reached so many frames beyond the position.
  private func reach(_ frames: Int) -> Int {
    let base = now.high == 0 ? 0 : words.unitEnd(now.high - 1)
    let units = base + 12 + Int(Self.unitsAFrame * Float(frames))
    if units >= words.unitCount { return words.count }
    var word = now.high
    while word < words.count, words.unitEnd(word) < units { word += 1 }
    return word
  }

  private mutating func beginLater(isEnd: Bool) {
    let unitEnd = later.high == 0 ? 0 : words.unitEnd(later.high - 1)
    let begin = isEnd ? Paces.zero : Paces(repeating: 1)
    for word in later.low...later.high { later.pauses[word] = begin }
    for unit in (later.low < words.count ? Int(words.all[later.low].unit) : 0)..<unitEnd {
      later.first[unit] = begin
      later.second[unit] = begin
    }
    later.beyond = begin
    later.quiet = begin
    guard isEnd else { return }
    later.pauses[later.high] = Paces(repeating: 1)
    var share: Float = 1
    var unit = unitEnd - 1
    while unit >= Int(words.all[later.high - 1].unit) {
      later.second[unit] = Paces(repeating: share)
      share *= SpeechTable.unitSkips[Int(words.units[unit])]
      unit -= 1
    }
  }

  /// One frame back; answers the sum of what there is.
  private mutating func stepBack(_ sounds: InlineArray<8, Float>, high: Int, isRight: Bool, isOpen: Bool)
    -> Float
  {
    let silence = sounds[unchecked: SpeechTable.silence]
    var onward = Paces.zero
    if isOpen, isRight {
      let going = later.beyond * sounds[unchecked: SpeechTable.anySound]
      let resting = later.quiet * silence
      later.beyond = going + SpeechTable.beyondLeave * (resting - going)
      later.quiet = resting + SpeechTable.quietLeave * (going - resting)
      onward = going
    } else if !isRight {
      // More words follow than are looked at.
      onward = Paces(repeating: sounds[unchecked: SpeechTable.anySound])
    }
    var total = onward
    var word = high - 1
    while word >= later.low {
      let mark = words.all[unchecked: word].pause
      let pause = later.pauses[unchecked: word + 1] * silence
      let paused = pause + SpeechTable.pauseLeave(mark) * (onward - pause)
      later.pauses[unchecked: word + 1] = paused
      var entry = onward + SpeechTable.pauseShare(mark) * (pause - onward)
      let end = entry
      var unit = words.unitEnd(word) - 1
      let start = Int(words.all[unchecked: word].unit)
      total += paused
      while unit >= start {
        let kind = Int(words.units[unchecked: unit])
        let leaving = leave[unchecked: kind]
        let sound = sounds[unchecked: unitSounds[unchecked: kind]]
        let one = later.first[unchecked: unit] * sound
        let two = later.second[unchecked: unit] * sound
        let second = two + leaving * (entry - two)
        later.second[unchecked: unit] = second
        later.first[unchecked: unit] = one + leaving * (two - one)
        entry = one + skips[unchecked: kind] * (entry - one)
        total += second
        unit -= 1
      }
      onward = entry + SpeechTable.wordSkip * (end - entry)
      word -= 1
    }
    let pause = later.pauses[unchecked: later.low] * silence
    let paused = pause + SpeechTable.pauseLeave(words.pause(before: later.low)) * (onward - pause)
    later.pauses[unchecked: later.low] = paused
    return (total + paused).sum()
  }

  /// What both together say.
  private func answer() -> Answer {
    var paces = now.pauses[now.low] * later.pauses[now.low]
    /// How likely it is that so many words were heard, or fewer.
    var shares = InlineArray<74, Float>(repeating: 0)
    shares[now.low] = paces.sum()
    for word in now.low..<now.high {
      var inside = Paces.zero
      for unit in Int(words.all[word].unit)..<words.unitEnd(word) {
        inside += now.first[unit] * later.first[unit] + now.second[unit] * later.second[unit]
      }
      let behind = now.pauses[word + 1] * later.pauses[word + 1]
      shares[word] += inside.sum()
      shares[word + 1] += behind.sum()
      paces += inside + behind
    }
    let rest = now.beyond * later.beyond + now.quiet * later.quiet
    shares[now.high] += rest.sum()
    paces += rest
    let total = paces.sum()
    guard total > 0 else {
      return Answer(likely: words.end(now.low), sure: words.end(now.low), paces: prior)
    }
    var likely = now.low
    var sure = now.low
    var below: Float = 0
    for count in now.low..<now.high {
      below += shares[count]
      if below < 0.5 * total { likely = count + 1 }
      if below <= 0.1 * total { sure = count + 1 }
    }
    return Answer(likely: words.end(likely), sure: words.end(sure), paces: paces / total)
  }

  // MARK: Sounds

  /// How well a frame goes with each sound: as it was thought when it was first asked for.
  private mutating func emission(_ track: SoundTrack, _ frame: Int, _ frames: Int) -> InlineArray<8, Float> {
    while emitted <= frame {
      // Its rise shows when the next one is there; and what was only guessed may still be measured.
      if emitted + 1 >= frames || !track[emitted].isMeasured || !track[emitted + 1].isMeasured {
        if emitted < heard { emitted += 1 } else { return measured(track, frame) }
        continue
      }
      emissions[emitted & 63] = measured(track, emitted)
      emitted += 1
    }
    return frame + 64 >= emitted ? emissions[frame & 63] : measured(track, frame)
  }

  private func measured(_ track: SoundTrack, _ frame: Int) -> InlineArray<8, Float> {
    let code = track[frame]
    var sounds: SIMD8<Float>
    switch code {
    case .guessedSilence: sounds = SpeechTable.guessedSilence
    case .guessedSound: sounds = SpeechTable.guessedSound
    case .unknown: sounds = SIMD8(repeating: 1)
    default:
      let (height, hiss, rise) = levels.features(track[frame - 1], code, track[frame + 1])
      let logs = SpeechTable.logs(height: height, hiss: hiss, rise: rise)
      sounds = Self.power(logs - Self.largest(logs))
    }
    var found = InlineArray<8, Float>(repeating: 0)
    for sound in 0..<8 { found[sound] = sounds[sound] }
    return found
  }

  private static func largest(_ logs: SIMD8<Float>) -> Float {
    var largest = logs[0]
    for sound in 1..<8 where logs[sound] > largest { largest = logs[sound] }
    return largest
  }

  @inline(__always)
  private static func scaled(_ sounds: InlineArray<8, Float>, by factor: Float) -> InlineArray<8, Float> {
    var scaled = sounds
    for sound in 0..<8 { scaled[unchecked: sound] *= factor }
    return scaled
  }

  /// Two to the power of what is 0 or less, to a part in a thousand; nothing is less than 2 to the power of -17. Only sums and
  /// products, which are the same on every machine.
  private static func power(_ exponents: SIMD8<Float>) -> SIMD8<Float> {
    let bounded = exponents.replacing(with: -17, where: exponents .< -17)
    // Behind this number no fraction has room: what is added to it is rounded.
    let rounder = SIMD8<Float>(repeating: 12_582_912)
    let rounded = bounded + rounder
    let part = bounded - (rounded - rounder)
    let fraction = 1 + part * (0.693_147 + part * (0.240_227 + part * 0.055_504))
    let whole = unsafeBitCast(rounded, to: SIMD8<UInt32>.self) &- unsafeBitCast(rounder, to: SIMD8<UInt32>.self)
    let bits = (whole &+ 127) &<< 23
    return fraction * unsafeBitCast(bits, to: SIMD8<Float>.self)
  }
}

extension SpeechStates {
  /// Lets go of so many words in front. All that comes in behind begins at nothing.
  fileprivate mutating func drop(_ words: Int, units gone: Int) {
    for unit in gone..<224 {
      first[unit - gone] = first[unit]
      second[unit - gone] = second[unit]
    }
    for unit in (224 - gone)..<224 {
      first[unit] = .zero
      second[unit] = .zero
    }
    for word in words..<73 { pauses[word - words] = pauses[word] }
    for word in (73 - words)..<73 { pauses[word] = .zero }
    low -= words
    high -= words
  }

  fileprivate mutating func scale(by factor: Float) {
    for unit in 0..<224 {
      first[unit] *= factor
      second[unit] *= factor
    }
    for word in 0..<73 { pauses[word] *= factor }
    beyond *= factor
    quiet *= factor
  }
}
