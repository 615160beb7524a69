// What is known of the sound of one part, in frames of 20 ms: measured by whoever has the samples, guessed by whoever has
// the packets only. What the frames say about words is SpeechAlignment's.

/// 20 ms of the sound of a part.
public struct SoundFrame: Equatable, Sendable {
  /// What is known of it: two bytes, for a talking session holds thousands.
  public struct Code: Equatable, Sendable {
    let bits: UInt16

    /// From the samples: the logarithms, in sixteenths of an octave, of the mean magnitude and of the mean change from
    /// sample to sample.
    @inline(__always)
    public static func measured(level: UInt8, change: UInt8) -> Code {
      Code(bits: UInt16(min(level, highest)) << 8 | UInt16(change))
    }

    /// From the size of a packet that was not decoded.
    public static let guessedSilence = Code(bits: 0xFF01)
    public static let guessedSound = Code(bits: 0xFF02)
    /// Nobody can tell.
    public static let unknown = Code(bits: 0xFF00)
    private static let highest: UInt8 = 0xFE

    var isMeasured: Bool { bits < 0xFF00 }
    public var level: UInt8 { UInt8(bits >> 8) }
    public var change: UInt8 { UInt8(truncatingIfNeeded: bits) }
  }

  /// How many frames of the part lie before it.
  public let index: Int32
  public let code: Code

  @inline(__always)
  public init(index: Int32, code: Code) {
    self.index = index
    self.code = code
  }
}

/// The frames of one part, in order. More than five minutes ahead of the listener are not kept.
struct SoundTrack {
  static let frameMs: Int64 = 20
  private static let mostFrames = 16_384
  /// So many are let go at once.
  private static let step = 4_096
  private static let usualFrames = 1_024

  /// The first frame that is kept.
  private(set) var first = 0
  private var codes: [SoundFrame.Code] = []
  /// Up to where frames may be let go: the listener has heard them.
  var heardFrames = 0

  /// Behind the last frame of which anything is known.
  var end: Int { first + codes.count }

  @inline(__always)
  mutating func note(_ frame: SoundFrame) {
    let place = Int(frame.index) - first
    if place == codes.count, place < Self.mostFrames, place > 0 {
      codes.append(frame.code)
    } else {
      noteElsewhere(frame)
    }
  }

  @inline(never)
  private mutating func noteElsewhere(_ frame: SoundFrame) {
    var place = Int(frame.index) - first
    guard place >= 0 else { return }
    if place >= Self.mostFrames {
      guard heardFrames - first > 2 * Self.step, place - Self.step < Self.mostFrames else { return }
      codes.removeFirst(min(Self.step, codes.count))
      first += Self.step
      place -= Self.step
    }
    if place < codes.count {
      // What was guessed gives way to what is measured; what is heard again was measured before.
      if frame.code.isMeasured || !codes[place].isMeasured { codes[place] = frame.code }
      return
    }
    // Room for most messages at once: what comes while it plays should allocate nothing.
    if codes.isEmpty { codes.reserveCapacity(Self.usualFrames) }
    while codes.count < place { codes.append(.unknown) }
    codes.append(frame.code)
  }

  subscript(frame: Int) -> SoundFrame.Code {
    let place = frame - first
    return place >= 0 && place < codes.count ? codes[place] : .unknown
  }

  /// How many of the frames before `end` sound: are not much fainter than the loudest. What was only guessed counts as it
  /// was guessed.
  func soundingFrames(before end: Int) -> Int {
    let frames = codes.prefix(max(0, end - first))
    let loudest = frames.reduce(0) { $1.isMeasured ? max($0, Int($1.level)) : $0 }
    var count = max(0, end - first - frames.count)
    for code in frames where code.isMeasured ? Int(code.level) + Self.quiet > loudest : code != .guessedSilence
    {
      count += 1
    }
    return count
  }

  /// 30 dB.
  private static let quiet = 80

  /// The part is over: nothing of it will be asked for again.
  mutating func removeAll() { codes = [] }
}
