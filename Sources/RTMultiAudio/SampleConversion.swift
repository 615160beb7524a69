// Samples that need no state to be converted: G.711 by table, one channel into two and two into one. No rate is
// changed here; that is Resampler's.

/// The 256 samples of one code.
struct G711Table: ~Copyable, @unchecked Sendable {
  private let memory: UnsafeMutablePointer<Int16>
  /// Valid as long as the table.
  private var samples: G711Samples { G711Samples(samples: UnsafePointer(memory)) }

  private static let sharedULaw = makeULaw()
  private static let sharedALaw = makeALaw()

  /// The tables of the whole process: a device may still be reading with one when its session is gone.
  static var uLaw: G711Samples { sharedULaw.samples }
  static var aLaw: G711Samples { sharedALaw.samples }

  /// The μ-law of ITU-T G.711, scaled from 14 to 16 bits.
  private static func makeULaw() -> G711Table {
    G711Table { code in
      let inverted = ~code
      let magnitude = ((Int(inverted & 0x0F) << 3) + 0x84) << Int((inverted & 0x70) >> 4) - 0x84
      return Int16(inverted & 0x80 == 0 ? magnitude : -magnitude)
    }
  }

  /// The A-law of ITU-T G.711, scaled from 13 to 16 bits.
  private static func makeALaw() -> G711Table {
    G711Table { code in
      let toggled = code ^ 0x55
      let exponent = Int((toggled & 0x70) >> 4)
      let mantissa = (Int(toggled & 0x0F) << 4) + 8
      let magnitude = exponent == 0 ? mantissa : (mantissa + 0x100) << (exponent - 1)
      return Int16(toggled & 0x80 == 0 ? -magnitude : magnitude)
    }
  }

  private init(_ sample: (UInt8) -> Int16) {
    memory = .allocate(capacity: 256)
    for code in 0...255 { (memory + code).initialize(to: sample(UInt8(code))) }
  }

  deinit { memory.deallocate() }
}

/// What a table says, for those who do not own it.
struct G711Samples {
  fileprivate let samples: UnsafePointer<Int16>

  /// What one code stands for.
  func sample(of code: UInt8) -> Int16 { samples[Int(code)] }

  /// Decodes `source` into as many samples.
  func decode(_ source: UnsafeRawBufferPointer, into pcm: UnsafeMutablePointer<Int16>) {
    for index in source.indices { pcm[index] = samples[Int(source[index])] }
  }
}

enum Channels {
  /// The mean of left and right for each frame of `stereo`.
  static func average(
    _ stereo: UnsafePointer<Int16>, frames: Int, into mono: UnsafeMutablePointer<Int16>
  ) {
    for frame in 0..<frames {
      mono[frame] = Int16((Int32(stereo[2 * frame]) + Int32(stereo[2 * frame + 1])) / 2)
    }
  }

  /// Makes `frames` frames of mono at the beginning of `pcm` into as many of stereo, in place: hence backwards.
  static func duplicate(_ pcm: UnsafeMutablePointer<Int16>, frames: Int) {
    var frame = frames
    while frame > 0 {
      frame -= 1
      let sample = pcm[frame]
      pcm[2 * frame] = sample
      pcm[2 * frame + 1] = sample
    }
  }
}
