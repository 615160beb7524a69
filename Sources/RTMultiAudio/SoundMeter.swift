// What the sound of a part is, in frames of 20 ms: measured in its samples or, where nobody has decoded them, guessed from the
// sizes of its packets. What text goes with which frames is RTMultiCore's.

import CSamples
import RTMultiCore

/// Measures samples in windows of 20 ms: how loud each is, and how much it changes from sample to sample, which is much
/// where it hisses.
struct SoundMeter {
  private static let windowsPerSecond = 50
  private static let windowMs: Int64 = 20

  private var samplesPerSecond: Int64 = 0
  private var windowSamples: Int64 = 0
  private var channels = 1
  private var startMs: Int64 = 0
  /// Samples of all channels heard since `startMs`, and in the window at hand.
  private var samples: Int64 = 0
  private var heardInWindow: Int64 = 0
  /// The frame of the part that the window at hand is.
  private var frame: Int32 = 0
  private var sums = rtmulti_sums()
  /// What the rate adds to changes: at twice the rate the same sound changes half as much.
  private var changeOfRate: Int32 = 0

  /// Up to where it has heard, in the part's own time.
  var positionMs: Int64 { samplesPerSecond == 0 ? 0 : startMs + samples * 1_000 / samplesPerSecond }

  /// Whether samples at this rate, of all channels, from this moment on go on where the last ones ended. A resampler may
  /// be a few of them late.
  func goesOn(atMs: Int64, samplesPerSecond: Int) -> Bool {
    self.samplesPerSecond == Int64(samplesPerSecond) && abs(atMs - positionMs) <= 20
  }

  /// What comes now begins at this moment.
  mutating func begin(atMs: Int64, sampleRateHz: Int, channels: Int) {
    startMs = atMs
    self.channels = channels
    samplesPerSecond = Int64(sampleRateHz * channels)
    windowSamples = Int64(sampleRateHz * channels / Self.windowsPerSecond)
    samples = 0
    heardInWindow = 0
    frame = Int32(clamping: (atMs + Self.windowMs / 2) / Self.windowMs)
    sums = rtmulti_sums()
    changeOfRate = Self.sixteenths(UInt64(sampleRateHz)) - Self.sixteenths(24_000)
  }

  /// Hears samples of all channels, one after another, and notes what each window of them is.
  @inline(__always)
  mutating func hear(
    _ count: Int, _ frames: inout SoundFrames, sums ofSamples: (Range<Int>, Int) -> rtmulti_sums
  ) {
    // Nearly always a whole window comes.
    if heardInWindow == 0, Int64(count) == windowSamples {
      sums = ofSamples(0..<count, channels)
      samples += windowSamples
      return endWindow(&frames)
    }
    var place = 0
    while place < count {
      let taken = min(count - place, Int(windowSamples - heardInWindow))
      let more = ofSamples(place..<place + taken, channels)
      sums.magnitudes &+= more.magnitudes
      sums.changes &+= more.changes
      sums.changed &+= more.changed
      heardInWindow += Int64(taken)
      samples += Int64(taken)
      place += taken
      if heardInWindow == windowSamples { endWindow(&frames) }
    }
  }

  @inline(__always)
  private mutating func endWindow(_ frames: inout SoundFrames) {
    let level = Self.level(sums.magnitudes, UInt32(truncatingIfNeeded: windowSamples))
    var change = level + Self.usualChange
    // Of a window that came in splinters too few changes are known.
    if sums.changed &* 4 >= UInt32(truncatingIfNeeded: windowSamples) {
      change = Self.level(sums.changes, sums.changed) + changeOfRate
    }
    frames.append(
      SoundFrame(
        index: frame, code: .measured(level: UInt8(clamping: level), change: UInt8(clamping: change))))
    frame &+= 1
    sums = rtmulti_sums()
    heardInWindow = 0
  }

  private static let usualChange: Int32 = -38

  /// The logarithm of a mean, in sixteenths of an octave; 0 for silence.
  @inline(__always)
  private static func level(_ sum: UInt32, _ count: UInt32) -> Int32 {
    sixteenths(UInt64(sum) * 16 / UInt64(count) + 16) - 64
  }

  /// The logarithm of a number, in sixteenths of an octave; between octaves it goes straight.
  @inline(__always)
  private static func sixteenths(_ number: UInt64) -> Int32 {
    let octave = Int32(63 - number.leadingZeroBitCount)
    let part = octave >= 4 ? number >> UInt64(octave - 4) : number << UInt64(4 - octave)
    return octave * 16 + Int32(part & 15)
  }
}

/// Guesses from the sizes of Opus packets what sounds: with a variable bit rate silence takes clearly less. With a constant
/// one nothing is silent, and nothing is claimed but that there is sound.
struct PacketSoundMeter {
  /// Of espeak-ng at 24 kbit/s pauses take 0.7 of a usual packet, and vowels that are held 0.9.
  private static let silenceRatio: Float = 0.85
  /// A packet of so few bytes says that nothing is sent (DTX).
  private static let longestEmptyBytes = 2
  /// How far the usual size moves with each packet: up by 0.6 of it or down by 0.4, so that it comes to lie where six
  /// of ten packets are smaller.
  private static let step: Float = 0.02
  private static let framePlayFrames: Int64 = 960

  private var usualBytes: Float = 0
  private var packets: Float = 0
  private var playFrames: Int64 = 0
  private var frame: Int32 = 0

  /// A packet, or a piece of a gap, was queued: `playFrames` of it will be heard, at 48 kHz.
  mutating func queued(_ header: PacketHeader, _ frames: inout SoundFrames) {
    playFrames += Int64(header.playFrames)
    let code: SoundFrame.Code =
      switch isSilent(header) {
      case nil: .unknown
      case true?: .guessedSilence
      case false?: .guessedSound
      }
    while Int64(frame) * Self.framePlayFrames + Self.framePlayFrames / 2 < playFrames {
      frames.append(SoundFrame(index: frame, code: code))
      frame &+= 1
    }
  }

  /// nil where nobody can tell.
  private mutating func isSilent(_ header: PacketHeader) -> Bool? {
    switch header.condition {
    case .pause, .silence: return true
    case .damaged, .lost, .rebuilt: return nil
    case .intact: break
    }
    guard header.byteCount > Self.longestEmptyBytes else { return true }
    let bytes = Float(header.byteCount) * Float(OpusPacket.usualDurationFrames) / Float(header.durationFrames)
    if packets == 0 { usualBytes = bytes }
    packets += 1
    // At first it moves in larger steps, for nothing is known.
    let step = max(Self.step, 1 / (5 + packets))
    usualBytes *= bytes > usualBytes ? 1 + 0.6 * step : 1 - 0.4 * step
    return bytes < Self.silenceRatio * usualBytes
  }
}

/// What was measured and not yet told, in the memory of the pool. The session tells the engine after each call on a part.
public struct SoundFrames {
  /// The first of them: nearly always there is no other.
  @usableFromInline var first = SoundFrame(index: 0, code: .unknown)
  @usableFromInline var more: [SoundFrame] = []
  /// Kept here, for every call asks.
  @usableFromInline var isNone = true

  @inlinable public var isEmpty: Bool { isNone }

  @inline(__always)
  mutating func append(_ frame: SoundFrame) {
    if isNone {
      first = frame
      isNone = false
    } else {
      more.append(frame)
    }
  }

  /// Hands out all of them, in order.
  @inlinable
  public mutating func takeAll(_ body: (SoundFrame) -> Void) {
    guard !isNone else { return }
    isNone = true
    body(first)
    guard !more.isEmpty else { return }
    for frame in more { body(frame) }
    more.removeAll(keepingCapacity: true)
  }
}

/// The sums of samples: of their magnitudes, and of their changes.
enum SampleSums {
  /// Of PCM16 as it came, aligned or not.
  @inline(__always)
  static func of(pcm16 bytes: UnsafeRawPointer, _ samples: Range<Int>, _ channels: Int) -> rtmulti_sums {
    rtmulti_sum_samples(bytes + 2 * samples.lowerBound, samples.count, channels)
  }

  /// Of G.711, which has one channel: of each second sample the change to the next.
  static func of(g711 codes: UnsafeRawPointer, _ samples: Range<Int>, _ table: G711Samples) -> rtmulti_sums {
    var sums = rtmulti_sums()
    var index = samples.lowerBound
    while index + 1 < samples.upperBound {
      let one = Int32(table.sample(of: codes.load(fromByteOffset: index, as: UInt8.self)))
      let two = Int32(table.sample(of: codes.load(fromByteOffset: index + 1, as: UInt8.self)))
      sums.magnitudes &+= one.magnitude &+ two.magnitude
      sums.changes &+= min((two - one).magnitude, 1 << 15)
      sums.changed &+= 1
      index += 2
    }
    if index < samples.upperBound {
      sums.magnitudes &+= UInt32(table.sample(of: codes.load(fromByteOffset: index, as: UInt8.self)).magnitude)
    }
    return sums
  }
}
