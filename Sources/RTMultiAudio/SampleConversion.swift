// Samples that need no state to be converted: G.711 by table, in both directions, one channel into two and two into
// one. No rate is changed here; that is Resampler's.

import RTMultiCore

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

/// The codes of all samples: of the 16 bits of a sample, μ-law looks at the upper 14 and A-law at the upper 12.
struct G711CodeTable: ~Copyable, @unchecked Sendable {
  private let memory: UnsafeMutablePointer<UInt8>
  private let ignoredBits: Int
  /// Valid as long as the table.
  private var codes: G711Codes { G711Codes(codes: UnsafePointer(memory), ignoredBits: ignoredBits) }

  private static let sharedULaw = G711CodeTable(ignoredBits: 2, uLawCode)
  private static let sharedALaw = G711CodeTable(ignoredBits: 4, aLawCode)

  static var uLaw: G711Codes { sharedULaw.codes }
  static var aLaw: G711Codes { sharedALaw.codes }

  /// The μ-law of ITU-T G.711 for a value of 14 bits: like G.191, a negative one is taken for its complement of ones.
  private static func uLawCode(of value: Int) -> UInt8 {
    let magnitude = min((value < 0 ? ~value : value) + 33, 0x1FFF)
    let exponent = bitCount(magnitude >> 6)
    let sign = value < 0 ? 0x80 : 0
    return ~UInt8(sign | exponent << 4 | magnitude >> (exponent + 1) & 0x0F)
  }

  /// The A-law of ITU-T G.711 for a value of 12 bits.
  private static func aLawCode(of value: Int) -> UInt8 {
    let magnitude = value < 0 ? ~value : value
    let exponent = bitCount(magnitude >> 4)
    let mantissa = magnitude >> max(exponent - 1, 0) & 0x0F
    let sign = value < 0 ? 0 : 0x80
    return UInt8(sign | exponent << 4 | mantissa) ^ 0x55
  }

  /// How many bits a number needs that is 0 or more.
  private static func bitCount(_ number: Int) -> Int { Int.bitWidth - number.leadingZeroBitCount }

  private init(ignoredBits: Int, _ code: (Int) -> UInt8) {
    self.ignoredBits = ignoredBits
    memory = .allocate(capacity: 1 << (16 - ignoredBits))
    for sample in stride(from: -32_768, to: 32_768, by: 1 << ignoredBits) {
      let bits = UInt16(bitPattern: Int16(sample))
      (memory + Int(bits >> ignoredBits)).initialize(to: code(sample >> ignoredBits))
    }
  }

  deinit { memory.deallocate() }
}

/// What a table of codes says, for those who do not own it.
public struct G711Codes {
  fileprivate let codes: UnsafePointer<UInt8>
  fileprivate let ignoredBits: Int

  /// nil for a codec that is not G.711.
  public static func codes(of codec: Codec) -> G711Codes? {
    switch codec {
    case .uLaw: G711CodeTable.uLaw
    case .aLaw: G711CodeTable.aLaw
    case .pcm16, .opus, .oggOpus: nil
    }
  }

  /// Encodes `count` samples into as many codes.
  public func encode(_ pcm: UnsafePointer<Int16>, count: Int, into code: UnsafeMutablePointer<UInt8>) {
    for index in 0..<count {
      code[index] = codes[Int(UInt16(bitPattern: pcm[index]) >> ignoredBits)]
    }
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
