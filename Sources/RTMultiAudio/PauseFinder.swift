// Where a part is silent, from its samples or, where nobody has decoded them, from the sizes of its packets. What text
// goes with which stretch of sound is RTMultiCore's.

import CSamples
import RTMultiCore

/// Finds pauses in samples, in windows of 20 ms: one is silent when its mean magnitude is 30 dB below that of the loudest
/// window so far, which is slowly forgotten.
///
/// On speech of known times (`make bench-text`) runs of 100 ms below that are pauses between words and no others, and runs
/// of 80 ms all of them and some stop consonants, which the marks in the text tell apart.
struct PauseFinder {
  private static let windowsPerSecond = 50
  private static let shortestPauseWindows: Int64 = 4
  private static let silenceRatio: Float = 0.03
  /// The loudest window halves in six seconds.
  private static let forgetting: Float = 0.9975
  /// Below this mean magnitude, -50 dB, nobody has spoken yet.
  private static let faintestSpeech: Float = 100

  private var samplesPerSecond: Int64 = 0
  private var windowSamples: Int64 = 0
  private var startMs: Int64 = 0
  /// Samples of all channels heard since `startMs`, and in the window at hand.
  private var samples: Int64 = 0
  private var heardInWindow: Int64 = 0
  private var magnitude: UInt32 = 0
  private var loudest: Float = 0
  private var silentWindows: Int64 = 0

  /// Up to where it has heard, in the part's own time.
  var positionMs: Int64 { samplesPerSecond == 0 ? 0 : startMs + samples * 1_000 / samplesPerSecond }

  /// Whether samples at this rate, of all channels, from this moment on go on where the last ones ended. A resampler may
  /// be a few of them late.
  func goesOn(atMs: Int64, samplesPerSecond: Int) -> Bool {
    self.samplesPerSecond == Int64(samplesPerSecond) && abs(atMs - positionMs) <= 20
  }

  /// What comes now begins at this moment.
  mutating func begin(atMs: Int64, samplesPerSecond: Int) {
    startMs = atMs
    self.samplesPerSecond = Int64(samplesPerSecond)
    windowSamples = Int64(samplesPerSecond / Self.windowsPerSecond)
    samples = 0
    heardInWindow = 0
    magnitude = 0
    silentWindows = 0
  }

  /// Hears samples of all channels, one after another, and notes where they fall silent or speak again.
  @inline(__always)
  mutating func hear(_ count: Int, _ edges: inout SoundEdges, magnitude ofSamples: (Range<Int>) -> UInt32) {
    // Nearly always a whole window comes.
    if heardInWindow == 0, Int64(count) == windowSamples {
      magnitude = ofSamples(0..<count)
      samples += windowSamples
      return endWindow(&edges)
    }
    var place = 0
    while place < count {
      let taken = min(count - place, Int(windowSamples - heardInWindow))
      magnitude &+= ofSamples(place..<place + taken)
      heardInWindow += Int64(taken)
      samples += Int64(taken)
      place += taken
      if heardInWindow == windowSamples { endWindow(&edges) }
    }
  }

  @inline(__always)
  private mutating func endWindow(_ edges: inout SoundEdges) {
    let level = Float(magnitude) / Float(windowSamples)
    magnitude = 0
    heardInWindow = 0
    loudest = max(loudest * Self.forgetting, level)
    guard loudest < Self.faintestSpeech || level < Self.silenceRatio * loudest else {
      if silentWindows >= Self.shortestPauseWindows { note(false, windowsAgo: 1, &edges) }
      silentWindows = 0
      return
    }
    silentWindows += 1
    if silentWindows == Self.shortestPauseWindows { note(true, windowsAgo: silentWindows, &edges) }
  }

  @inline(never)
  private func note(_ isSilence: Bool, windowsAgo: Int64, _ edges: inout SoundEdges) {
    let atMs = startMs + (samples - windowsAgo * windowSamples) * 1_000 / samplesPerSecond
    edges.append(SoundEdge(source: .samples, isSilence: isSilence, atMs: Int32(clamping: atMs)))
  }
}

/// Guesses pauses from the sizes of Opus packets: with a variable bit rate silence takes clearly less. With a constant
/// one nothing is found, and nothing is claimed.
struct PacketPauseFinder {
  /// Of espeak-ng at 24 kbit/s pauses take 0.7 of a usual packet, and vowels that are held 0.9.
  private static let silenceRatio: Float = 0.85
  private static let shortestPauseFrames: Int64 = 7_680
  /// A packet of so few bytes says that nothing is sent (DTX).
  private static let longestEmptyBytes = 2
  /// How far the usual size moves with each packet: up by 0.6 of it or down by 0.4, so that it comes to lie where six
  /// of ten packets are smaller.
  private static let step: Float = 0.02

  private var usualBytes: Float = 0
  private var packets: Float = 0
  private var frames: Int64 = 0
  private var silentFrames: Int64 = 0

  /// A packet, or a piece of a gap, was queued: `playFrames` of it will be heard, at 48 kHz.
  mutating func queued(_ header: PacketHeader, _ edges: inout SoundEdges) {
    let playFrames = Int64(header.playFrames)
    switch isSilent(header) {
    case nil: if silentFrames > 0 { silentFrames += playFrames }
    case false?:
      if silentFrames >= Self.shortestPauseFrames { note(false, framesAgo: 0, &edges) }
      silentFrames = 0
    case true?:
      let wasShort = silentFrames < Self.shortestPauseFrames
      silentFrames += playFrames
      frames += playFrames
      if wasShort, silentFrames >= Self.shortestPauseFrames { note(true, framesAgo: silentFrames, &edges) }
      return
    }
    frames += playFrames
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

  private func note(_ isSilence: Bool, framesAgo: Int64, _ edges: inout SoundEdges) {
    let atMs = (frames - framesAgo) / 48
    edges.append(SoundEdge(source: .packets, isSilence: isSilence, atMs: Int32(clamping: atMs)))
  }
}

/// What was found and not yet told, in the memory of the pool. The session tells the engine after each call on a part.
public struct SoundEdges {
  private var edges: [SoundEdge] = []
  /// Kept here, for every call asks, and the array lies elsewhere.
  public private(set) var isEmpty = true

  mutating func append(_ edge: SoundEdge) {
    edges.append(edge)
    isEmpty = false
  }

  /// Hands out all of them, in order.
  public mutating func takeAll(_ body: (SoundEdge) -> Void) {
    for edge in edges { body(edge) }
    edges.removeAll(keepingCapacity: true)
    isEmpty = true
  }
}

/// The sums of the magnitudes of samples.
enum Magnitude {
  /// Of PCM16 as it came, aligned or not.
  @inline(__always)
  static func sum(pcm16 bytes: UnsafeRawPointer, _ samples: Range<Int>) -> UInt32 {
    rtmulti_sum_magnitudes(bytes + 2 * samples.lowerBound, samples.count)
  }

  /// Of G.711.
  static func sum(_ codes: UnsafeRawPointer, _ samples: Range<Int>, _ table: G711Samples) -> UInt32 {
    var sum: UInt32 = 0
    for index in samples {
      sum &+= UInt32(table.sample(of: codes.load(fromByteOffset: index, as: UInt8.self)).magnitude)
    }
    return sum
  }
}
