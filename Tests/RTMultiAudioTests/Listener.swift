// How the tests of this room append, hand over and listen: one part, its pool and a sink that takes everything,
// in random pieces. No expectation lives here.

import RTMultiAudio
import RTMultiCore

/// A small repeatable source of random numbers (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}

/// What a sink was given of a part.
struct Playback: Equatable {
  var samples: [Int16] = []
  var sourceFrames: Int64 = 0
  var damagedReads = 0
}

extension AudioFormat {
  /// A format that exists, as every format named in these tests does.
  static func of(_ codec: Codec, _ sampleRateHz: Int = 48_000, channels: Int = 1) -> AudioFormat {
    AudioFormat(codec: codec, sampleRateHz: sampleRateHz, channels: channels)!
  }
}

extension SinkFormat {
  /// A sink that exists, as every sink named in these tests does.
  static func of(_ sampleRateHz: Int, channels: Int = 1) -> SinkFormat {
    SinkFormat(sampleRateHz: sampleRateHz, channels: channels)!
  }
}

/// One part after another through one pool.
struct Listener: ~Copyable {
  var pool = AudioPool()
  var part: PartAudio
  var random: SeededRandom
  private var sink = SinkFormat.of(48_000)
  private let pcm = UnsafeMutableBufferPointer<Int16>.allocate(capacity: 2 * PartAudio.maximumReadFrames)

  init(_ format: AudioFormat, seed: UInt64 = 1) {
    part = PartAudio(format: format)
    random = SeededRandom(seed: seed)
  }

  deinit { pcm.deallocate() }

  /// Discards the part and goes on with an empty one, through the same pool.
  mutating func nextPart(_ format: AudioFormat) {
    part.discard(pool: &pool)
    part = PartAudio(format: format)
  }

  // MARK: Appending

  @discardableResult
  mutating func append(_ bytes: [UInt8]) -> AppendOutcome {
    bytes.withUnsafeBytes { part.append($0, pool: &pool) }
  }

  /// Appends in random pieces of 1 to `longest` bytes.
  mutating func append(_ bytes: [UInt8], inPiecesUpTo longest: Int) {
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + Int.random(in: 1...longest, using: &random))
      append(Array(bytes[start..<end]))
      start = end
    }
  }

  mutating func append(packets: [[UInt8]]) {
    for packet in packets { append(packet) }
  }

  func measure(_ bytes: [UInt8]) -> Int64 {
    bytes.withUnsafeBytes { part.measure($0) }
  }

  @discardableResult
  mutating func finish() -> FinishOutcome { part.finish(pool: &pool) }

  mutating func release(heardThrough frame: Int64) { part.release(heardThrough: frame, pool: &pool) }

  mutating func discard() { part.discard(pool: &pool) }

  // MARK: Listening

  mutating func begin(at frame: Int64 = 0, _ sink: SinkFormat) {
    self.sink = sink
    part.beginSegment(at: frame, sink: sink, pool: &pool)
  }

  /// Reads until `frames` frames were read or nothing waits, in pieces of at most `longest` frames.
  mutating func read(_ frames: Int64 = .max, inPiecesUpTo longest: Int64 = .max) -> Playback {
    var playback = Playback()
    while playback.sourceFrames < frames {
      let wanted = min(longest == .max ? .max : Int64.random(in: 1...longest, using: &random), frames)
      let reading = part.read(
        atMost: min(wanted, frames - playback.sourceFrames),
        into: room(PartAudio.maximumReadFrames), pool: &pool)
      if reading.sourceFrames == 0 { break }
      playback.sourceFrames += reading.sourceFrames
      playback.damagedReads += reading.damaged ? 1 : 0
      playback.samples += pcm[..<(reading.sinkFrames * sink.channels)]
    }
    return playback
  }

  /// Brings out the tail, at most `capacity` frames at a time.
  mutating func drain(capacity: Int = PartAudio.maximumReadFrames) -> [Int16] {
    var samples: [Int16] = []
    while true {
      let frames = part.drain(into: room(capacity), pool: &pool)
      if frames == 0 { return samples }
      samples += pcm[..<(frames * sink.channels)]
    }
  }

  /// A whole segment: begun at `frame`, read to the end, drained and ended.
  mutating func play(
    at frame: Int64 = 0, _ sink: SinkFormat, inPiecesUpTo longest: Int64 = .max,
    drainCapacity: Int = PartAudio.maximumReadFrames
  ) -> Playback {
    begin(at: frame, sink)
    var playback = read(inPiecesUpTo: longest)
    playback.samples += drain(capacity: drainCapacity)
    part.endSegment(pool: &pool)
    return playback
  }

  private func room(_ frames: Int) -> UnsafeMutableBufferPointer<Int16> {
    UnsafeMutableBufferPointer(rebasing: pcm[..<(frames * sink.channels)])
  }
}

// MARK: Signals

/// A tone that never repeats itself exactly, so that a shifted copy is not equal.
func tone(frames: Int, channels: Int = 1, sampleRateHz: Int = 24_000, hz: Double = 440) -> [Int16] {
  (0..<frames * channels).map { index in
    Int16(toneSample(atS: Double(index / channels) / Double(sampleRateHz), channel: index % channels, hz: hz))
  }
}

/// That tone at any moment, also between two frames.
func toneSample(atS seconds: Double, channel: Int = 0, hz: Double = 440) -> Double {
  let pitch = hz * (1 + 0.5 * Double(channel)) * (1 + 0.3 * seconds)
  return 9_000 * sine(pitch * seconds)
}

/// sin(2π · turns), from the parabola of Bhaskara: near enough for a test tone, and without Foundation.
private func sine(_ turns: Double) -> Double {
  let phase = turns - turns.rounded(.down)
  let half = phase < 0.5 ? phase * 2 : phase * 2 - 1
  let bump = half * (1 - half)
  return (phase < 0.5 ? 1 : -1) * 16 * bump / (5 - 4 * bump)
}

/// The samples as they travel: little-endian.
func bytes(_ samples: [Int16]) -> [UInt8] {
  samples.flatMap { sample in
    let bits = UInt16(bitPattern: sample)
    return [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
  }
}

/// What the law of the lengths says: ceil(source frames · sink rate ÷ source rate).
func lawfulFrames(_ sourceFrames: Int64, from sourceRateHz: Int, to sinkRateHz: Int) -> Int {
  Int((sourceFrames * Int64(sinkRateHz) + Int64(sourceRateHz) - 1) / Int64(sourceRateHz))
}

/// The signal-to-noise ratio of `samples` against `truth`, as a plain factor of powers.
func fidelity(_ samples: ArraySlice<Int16>, to truth: ArraySlice<Int16>) -> Double {
  var signal = 1.0
  var noise = 1.0
  for (sample, wanted) in zip(samples, truth) {
    signal += Double(wanted) * Double(wanted)
    noise += (Double(sample) - Double(wanted)) * (Double(sample) - Double(wanted))
  }
  return signal / noise
}
