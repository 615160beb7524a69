// How the audio of a content part arrives. No decoding lives here: that is RTMultiAudio's.

/// The encodings in which a server, or a host's own voice, delivers audio.
public enum Codec: UInt32, Sendable {
  case pcm16 = 1
  case uLaw = 2
  case aLaw = 3
  /// Raw Opus packets, one per delta.
  case opus = 4
  /// An Ogg Opus stream, split at any byte.
  case oggOpus = 5
}

/// The encoding, rate and channels of one content part. Only formats that the engine can play exist: the
/// initialiser refuses all others.
public struct AudioFormat: Equatable, Sendable {
  public let codec: Codec
  /// The rate in which the part's frames are counted. Opus counts its time at 48 kHz whatever was encoded
  /// (RFC 6716 §2, RFC 7587 §4.1); G.711 is always 8 kHz.
  public let sampleRateHz: Int
  /// 1 or 2.
  public let channels: Int
  /// The length of a frame in ``FrameCount/ticksPerSecond``; exact for every rate that there is.
  public let ticksPerFrame: Int64

  /// Returns nil for a format that nobody can play: a PCM rate outside ``pcmRatesHz``, G.711 that is not
  /// mono, or channels other than one or two.
  public init?(codec: Codec, sampleRateHz: Int, channels: Int) {
    guard channels == 1 || channels == 2 else { return nil }
    switch codec {
    case .pcm16:
      guard Self.pcmRatesHz.contains(sampleRateHz) else { return nil }
      self.init(unchecked: codec, sampleRateHz: sampleRateHz, channels: channels)
    case .uLaw, .aLaw:
      guard channels == 1 else { return nil }
      self.init(unchecked: codec, sampleRateHz: 8_000, channels: channels)
    case .opus, .oggOpus:
      self.init(unchecked: codec, sampleRateHz: 48_000, channels: channels)
    }
  }

  private init(unchecked codec: Codec, sampleRateHz: Int, channels: Int) {
    self.codec = codec
    self.sampleRateHz = sampleRateHz
    self.channels = channels
    ticksPerFrame = FrameCount.ticksPerSecond / Int64(sampleRateHz)
  }

  /// Whether it arrives in packets, which nobody decodes before they are handed over (rule H6).
  public var arrivesInPackets: Bool { codec == .opus || codec == .oggOpus }

  /// The rates that PCM16 may have.
  public static let pcmRatesHz = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]

  /// What the OpenAI Realtime API sends when nothing is said: PCM16, 24 kHz, mono.
  public static let realtimeDefault = AudioFormat(unchecked: .pcm16, sampleRateHz: 24_000, channels: 1)
}

/// The PCM that a sink takes: signed 16 bit, interleaved.
public struct SinkFormat: Equatable, Sendable {
  /// 8 000 to 48 000.
  public let sampleRateHz: Int
  /// 1 or 2.
  public let channels: Int

  /// Returns nil when the rate is not 8 000...48 000 or the channels are not one or two.
  public init?(sampleRateHz: Int, channels: Int) {
    guard (8_000...48_000).contains(sampleRateHz), channels == 1 || channels == 2 else { return nil }
    self.sampleRateHz = sampleRateHz
    self.channels = channels
  }
}
