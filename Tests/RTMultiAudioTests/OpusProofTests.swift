// Proof against libopus itself, at run time (rule H1): streams of every kind that its encoder can make, through a part,
// are the samples of a direct decode, and the decoder ends each packet where the encoder did.

import COpus
import RTMultiAudio
import Testing

/// One kind of stream.
private struct Kind: CustomStringConvertible, Sendable {
  enum Mode: Int32, CaseIterable {
    case silk = 1_000
    case hybrid = 1_001
    case celt = 1_002
  }

  var mode = Mode.silk
  var bandwidth: Int32 = OPUS_BANDWIDTH_WIDEBAND
  var packetFrames = 960
  var channels = 1
  var bitsPerSecond = 24_000
  var usesFEC = false
  var usesDTX = false
  var isConstantRate = false
  /// Another mode every third packet.
  var switches = false

  var description: String {
    "\(mode) \(bandwidth) \(packetFrames) frames \(channels) ch \(bitsPerSecond) bit/s"
      + (usesFEC ? " FEC" : "") + (usesDTX ? " DTX" : "") + (isConstantRate ? " CBR" : "")
      + (switches ? " switching" : "")
  }

  private static let silkBandwidths = [
    OPUS_BANDWIDTH_NARROWBAND, OPUS_BANDWIDTH_MEDIUMBAND, OPUS_BANDWIDTH_WIDEBAND,
  ]
  private static let celtBandwidths = [
    OPUS_BANDWIDTH_NARROWBAND, OPUS_BANDWIDTH_WIDEBAND, OPUS_BANDWIDTH_SUPERWIDEBAND, OPUS_BANDWIDTH_FULLBAND,
  ]

  /// Every mode in its bandwidths and lengths, in mono and stereo, and each of the switches of the encoder.
  static func all(channels: Int) -> [Kind] {
    var kinds: [Kind] = []
    func add(_ mode: Mode, _ bandwidths: [Int32], _ lengths: [Int]) {
      for bandwidth in bandwidths {
        for packetFrames in lengths {
          kinds.append(
            Kind(
              mode: mode, bandwidth: bandwidth, packetFrames: packetFrames, channels: channels,
              bitsPerSecond: (mode == .silk ? 20_000 : 48_000) * channels))
        }
      }
    }
    add(.silk, silkBandwidths, [480, 960, 1_920, 2_880, 5_760])
    add(.hybrid, [OPUS_BANDWIDTH_SUPERWIDEBAND, OPUS_BANDWIDTH_FULLBAND], [480, 960, 1_920, 2_880, 5_760])
    add(.celt, celtBandwidths, [120, 240, 480, 960, 1_920, 2_880, 5_760])
    for mode in Mode.allCases {
      let bandwidth = mode == .silk ? OPUS_BANDWIDTH_WIDEBAND : OPUS_BANDWIDTH_FULLBAND
      var kind = Kind(mode: mode, bandwidth: bandwidth, channels: channels, bitsPerSecond: 32_000 * channels)
      kind.usesFEC = true
      kinds.append(kind)
      kind.usesDTX = true
      kinds.append(kind)
      kind.isConstantRate = true
      kinds.append(kind)
      kind.switches = true
      kinds.append(kind)
      kind.usesDTX = false
      kind.packetFrames = 480
      kinds.append(kind)
    }
    return kinds
  }

  /// A tone, silence and noise: what makes an encoder think, in stereo two different ones.
  static let signal: [Int16] = {
    var random = SeededRandom(seed: 5)
    let tone = tone(frames: 40_000, channels: 2, sampleRateHz: 48_000)
    let noise = (0..<40_000).map { _ in Int16(truncatingIfNeeded: random.next()) / 8 }
    return tone + [Int16](repeating: 0, count: 60_000) + noise
  }()

  /// The packets and the final range of each.
  func encoded() -> [(bytes: [UInt8], finalRange: UInt32)] {
    let encoder = opus_encoder_create(48_000, Int32(channels), OPUS_APPLICATION_VOIP, nil)!
    defer { opus_encoder_destroy(encoder) }
    for (request, value) in [
      (OPUS_SET_BITRATE_REQUEST, Int32(bitsPerSecond)), (OPUS_SET_INBAND_FEC_REQUEST, usesFEC ? 1 : 0),
      (OPUS_SET_PACKET_LOSS_PERC_REQUEST, usesFEC ? 20 : 0), (OPUS_SET_DTX_REQUEST, usesDTX ? 1 : 0),
      (OPUS_SET_VBR_REQUEST, isConstantRate ? 0 : 1),
    ] { _ = rtmulti_opus_encoder_set(encoder, request, value) }
    let samples = packetFrames * channels
    let count = min(60, max(6, Self.signal.count / samples))
    return (0..<count).map { index in
      let mode = switches ? Mode.allCases[index / 3 % 3] : mode
      let widest = mode == .silk ? OPUS_BANDWIDTH_WIDEBAND : OPUS_BANDWIDTH_FULLBAND
      _ = rtmulti_opus_encoder_set(encoder, Self.forceMode, mode.rawValue)
      _ = rtmulti_opus_encoder_set(encoder, OPUS_SET_BANDWIDTH_REQUEST, switches ? widest : bandwidth)
      let start = index * samples % (Self.signal.count - samples + 1)
      let bytes = [UInt8](unsafeUninitializedCapacity: 8_000) { buffer, written in
        written = Self.signal.withUnsafeBufferPointer { pcm in
          Int(opus_encode(encoder, pcm.baseAddress! + start, Int32(packetFrames), buffer.baseAddress!, 8_000))
        }
      }
      return (bytes, rtmulti_opus_encoder_final_range(encoder))
    }
  }

  /// OPUS_SET_FORCE_MODE of libopus' own tests.
  private static let forceMode: Int32 = 11_002
}

@Suite struct OpusProofTests {
  @Test("every kind of stream, at five rates, is the direct decode to the bit", arguments: 1...2)
  func everyKind(channels: Int) {
    for kind in Kind.all(channels: channels) {
      let packets = kind.encoded()
      for sampleRateHz in [8_000, 12_000, 16_000, 24_000, 48_000] {
        for sinkChannels in 1...2 {
          expectDirectDecode(packets, kind, sampleRateHz, sinkChannels, isSequenced: sampleRateHz == 24_000)
        }
      }
    }
  }

  @Test("the streams are of the modes that they claim to be")
  func modes() {
    for kind in Kind.all(channels: 1) where !kind.switches && !kind.usesDTX {
      // RFC 6716 §3.1: configurations 0 to 11 are SILK, 12 to 15 hybrid, the others CELT.
      let configurations = kind.encoded().map { Int($0.bytes[0] >> 3) }
      let wanted =
        switch kind.mode {
        case .silk: 0...11
        case .hybrid: 12...15
        case .celt: 16...31
        }
      #expect(configurations.allSatisfy { wanted.contains($0) }, "\(kind)")
    }
  }

  private func expectDirectDecode(
    _ packets: [(bytes: [UInt8], finalRange: UInt32)], _ kind: Kind, _ sampleRateHz: Int, _ channels: Int,
    isSequenced: Bool
  ) {
    let decoder = opus_decoder_create(Int32(sampleRateHz), Int32(channels), nil)!
    defer { opus_decoder_destroy(decoder) }
    var pcm = [Int16](repeating: 0, count: 5_760 * 2)
    var listener = Listener(.of(.opus))
    listener.begin(.of(sampleRateHz, channels: channels))
    var differing = 0
    for (packet, sent) in zip(packets, numbered(packets.map(\.bytes), packetFrames: kind.packetFrames)) {
      if isSequenced { listener.append(sent) } else { listener.append(packet.bytes) }
      let heard = listener.read()
      let frames = opus_decode(decoder, packet.bytes, Int32(packet.bytes.count), &pcm, 5_760, 0)
      let isEqual =
        heard.samples.count == Int(frames) * channels
        && heard.samples.elementsEqual(pcm[..<heard.samples.count])
      if !isEqual || listener.part.opusFinalRange != packet.finalRange { differing += 1 }
    }
    #expect(differing == 0, "\(kind) at \(sampleRateHz) Hz, \(channels) channels")
    listener.discard()
  }
}
