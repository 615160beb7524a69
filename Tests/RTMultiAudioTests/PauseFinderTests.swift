// Where a part is silent: in samples of every format and rate, however they are split, and in the sizes of packets.

import COpus
import RTMultiAudio
import RTMultiCore
import Testing

@Suite struct PauseFinderTests {
  /// A tone, 300 ms of silence from 500 ms on, and a tone.
  private func pcm(sampleRateHz: Int, channels: Int = 1) -> [Int16] {
    let sound = tone(frames: sampleRateHz, channels: channels, sampleRateHz: sampleRateHz)
    let silent = sampleRateHz * channels / 2..<sampleRateHz * channels * 8 / 10
    return sound.indices.map { silent.contains($0) ? Int16($0 % 3) : sound[$0] }
  }

  private func bytes(_ samples: [Int16]) -> [UInt8] {
    samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
  }

  private func near(_ edges: [SoundEdge], _ expected: [(Bool, Int32)], source: SoundEdge.Source) -> Bool {
    edges.count == expected.count
      && zip(edges, expected).allSatisfy { edge, expected in
        edge.source == source && edge.isSilence == expected.0 && abs(edge.atMs - expected.1) <= 25
      }
  }

  @Test(
    "in PCM16 of every rate and both channel counts, however it is split", arguments: AudioFormat.pcmRatesHz)
  func pcm16(sampleRateHz: Int) {
    for channels in 1...2 {
      let sound = bytes(pcm(sampleRateHz: sampleRateHz, channels: channels))
      for longest in [7, 960, 1_000_000] {
        var listener = Listener(.of(.pcm16, sampleRateHz, channels: channels), seed: 3)
        listener.append(sound, inPiecesUpTo: longest)
        let edges = listener.soundEdges()
        #expect(near(edges, [(true, 500), (false, 800)], source: .samples))
        listener.discard()
      }
    }
  }

  @Test("60 ms, as of a stop consonant, are none, and silence before the first sound is one")
  func shortAndEarly() {
    var sound = [Int16](repeating: 0, count: 4_800) + tone(frames: 24_000, channels: 1, sampleRateHz: 24_000)
    for index in 14_400..<15_840 { sound[index] = 0 }
    var listener = Listener(.of(.pcm16, 24_000))
    listener.append(bytes(sound))
    let edges = listener.soundEdges()
    #expect(near(edges, [(true, 0), (false, 200)], source: .samples))
    listener.discard()
  }

  @Test("in G.711 of both laws", arguments: [Codec.uLaw, .aLaw])
  func g711(codec: Codec) {
    let loud: UInt8 = codec == .uLaw ? 0x10 : 0x35
    let quiet: UInt8 = codec == .uLaw ? 0xFF : 0xD5
    let sound = (0..<8_000).map { (4_000..<6_400).contains($0) ? quiet : $0 % 2 == 0 ? loud : loud ^ 0x80 }
    var listener = Listener(.of(codec))
    listener.append(sound, inPiecesUpTo: 300)
    let edges = listener.soundEdges()
    #expect(near(edges, [(true, 500), (false, 800)], source: .samples))
    listener.discard()
  }

  @Test("in decoded Opus, at every sink's rate, and once only when it is handed over again")
  func decodedOpus() {
    let packets = encoded(pcm(sampleRateHz: 48_000))
    for sinkRateHz in ResamplingTests.sinkRatesHz {
      var listener = Listener(.of(.opus))
      for packet in packets { listener.append(packet) }
      _ = listener.soundEdges()
      _ = listener.play(.of(sinkRateHz, channels: 2))
      let edges = listener.soundEdges()
      #expect(near(edges, [(true, 500), (false, 800)], source: .samples), "\(sinkRateHz) Hz")
      _ = listener.play(.of(sinkRateHz, channels: 2))
      let again = listener.soundEdges()
      #expect(again == [])
      listener.discard()
    }
  }

  @Test("by the sizes of Opus packets, before anything is decoded; with a constant rate nothing is claimed")
  func packetSizes() {
    let sound = pcm(sampleRateHz: 48_000)
    for isConstant in [false, true] {
      var listener = Listener(.of(.opus))
      for packet in encoded(sound, isConstant: isConstant) { listener.append(packet) }
      let edges = listener.soundEdges()
      let decoded = listener.pool.decodedPackets
      #expect(isConstant ? edges == [] : near(edges, [(true, 520), (false, 800)], source: .packets))
      #expect(decoded == 0)
      listener.discard()
    }
  }

  private func encoded(_ samples: [Int16], isConstant: Bool = false) -> [[UInt8]] {
    let encoder = opus_encoder_create(48_000, 1, OPUS_APPLICATION_VOIP, nil)!
    defer { opus_encoder_destroy(encoder) }
    _ = rtmulti_opus_encoder_set(encoder, OPUS_SET_BITRATE_REQUEST, 24_000)
    _ = rtmulti_opus_encoder_set(encoder, OPUS_SET_VBR_REQUEST, isConstant ? 0 : 1)
    return stride(from: 0, to: samples.count - 959, by: 960).map { start in
      [UInt8](unsafeUninitializedCapacity: 2_000) { buffer, count in
        count = samples.withUnsafeBufferPointer {
          Int(opus_encode(encoder, $0.baseAddress! + start, 960, buffer.baseAddress!, 2_000))
        }
      }
    }
  }
}

extension Listener {
  /// What was found since the last time.
  fileprivate mutating func soundEdges() -> [SoundEdge] {
    var edges: [SoundEdge] = []
    pool.soundEdges.takeAll { edges.append($0) }
    return edges
  }
}
