// How loud a voice is, how loud its room, and how much it hisses: what makes the frames of one recording comparable with
// those of another. What the levelled frames sound like is SpeechTable's.

/// What was heard of a voice's sound in earlier messages of a session.
struct VoiceSound: Equatable {
  /// The levels of loud speech and of the room, in sixteenths of an octave.
  var loud: Float
  var floor: Float
  var hissMean: Float
  var hissDeviation: Float
}

/// The measured frames of a part so far, counted by their levels.
struct SpeechLevels {
  private static let binShift: UInt8 = 2
  /// Most voices are as loud as that: -28 dB.
  private static let usualLoud: Float = 160
  private let addressOnly = AddressOnly()
  private var counts = InlineArray<64, Int32>(repeating: 0)
  private var hiss = InlineArray<64, Int32>(repeating: 0)
  private var hissSquares = InlineArray<64, Int64>(repeating: 0)
  private(set) var total: Int32 = 0
  /// Up to which frame it has counted.
  private(set) var counted = 0

  private var middle: Float = 0
  private var half: Float = 1
  private var hissMean: Float = 0
  private var hissScale: Float = 1

  /// Counts what is new on a track, and levels by all of it.
  mutating func follow(_ track: SoundTrack, to end: Int, voice: VoiceSound?) {
    while counted < end {
      count(track[counted])
      counted += 1
    }
    level(voice)
  }

  private mutating func count(_ code: SoundFrame.Code) {
    guard code.isMeasured else { return }
    let bin = Int(code.level >> Self.binShift)
    let hiss = Int32(code.change) - Int32(code.level)
    counts[bin] += 1
    self.hiss[bin] += hiss
    hissSquares[bin] += Int64(hiss * hiss)
    total += 1
  }

  /// The level below which so many thousandths of the frames lie.
  private func level(below share: Int32) -> Float {
    var left = total * share / 1_000
    for bin in 0..<64 {
      left -= counts[bin]
      if left < 0 { return Float(bin * 4 + 2) }
    }
    return 254
  }

  private mutating func level(_ voice: VoiceSound?) {
    let known = Float(total)
    var loud = max(level(below: 950), 104)
    // Before somebody has spoken, what is there is no voice.
    loud = (known * loud + 25 * max(loud, Self.usualLoud)) / (known + 25)
    var floor = max(loud - 160, min(loud - 40, level(below: 40)))
    // While little was heard, a room is supposed that is 42 dB fainter than the voice.
    let share = known / (known + 50)
    floor = share * floor + (1 - share) * (loud - 112)
    if let voice {
      let share = known / (known + 200)
      loud = share * loud + (1 - share) * voice.loud
      floor = share * min(floor, loud - 40) + (1 - share) * voice.floor
    }
    middle = (loud + floor) / 2
    half = max((loud - floor) / 2, 1)
    levelHiss(voice)
  }

  private mutating func levelHiss(_ voice: VoiceSound?) {
    var sum: Int64 = 0
    var squares: Int64 = 0
    var count: Int64 = 0
    var bin = min(max(Int(middle) >> 2, 0), 63)
    while bin < 64 {
      sum += Int64(hiss[bin])
      squares += hissSquares[bin]
      count += Int64(counts[bin])
      bin += 1
    }
    var mean = voice?.hissMean ?? SpeechTable.hissMean
    var deviation = voice?.hissDeviation ?? SpeechTable.hissDeviation
    if count > 3 {
      let heard = Float(count)
      let share = heard / (heard + 75)
      let heardMean = Float(sum) / heard
      let variance = max(Float(squares) / heard - heardMean * heardMean, 0)
      mean = share * heardMean + (1 - share) * mean
      deviation = share * (variance.squareRoot() + 0.1) + (1 - share) * deviation
    }
    hissMean = mean
    hissScale = 1 / max(deviation, 1)
  }

  /// What it has come to, for the next message of the voice; nil where too little was heard.
  var voice: VoiceSound? {
    guard total >= 50 else { return nil }
    return VoiceSound(
      loud: middle + half, floor: middle - half, hissMean: hissMean, hissDeviation: 1 / hissScale)
  }

  /// A frame and its neighbours, made comparable: how loud, how much hiss, how fast it becomes louder.
  @inline(__always)
  func features(_ before: SoundFrame.Code, _ code: SoundFrame.Code, _ after: SoundFrame.Code) -> (
    Float, Float, Float
  ) {
    let level = Float(code.level)
    let height = 1.6 * (level - middle) / half
    let hiss = (Float(code.change) - level - hissMean) * hissScale
    let rise = before.isMeasured && after.isMeasured ? (Float(after.level) - Float(before.level)) / 32 : 0
    return (height, min(max(hiss, -4), 4), min(max(rise, -3), 3))
  }
}
