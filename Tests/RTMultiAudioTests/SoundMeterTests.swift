// What the sound of a part is: in samples of every format and rate, however they are split, and in the sizes of packets.

import COpus
import RTMultiAudio
import RTMultiCore
import Testing

@Suite struct SoundMeterTests {
  /// A tone, 300 ms of silence from 500 ms on, and a tone.
  private func pcm(sampleRateHz: Int, channels: Int = 1) -> [Int16] {
    let sound = tone(frames: sampleRateHz, channels: channels, sampleRateHz: sampleRateHz)
    let silent = sampleRateHz * channels / 2..<sampleRateHz * channels * 8 / 10
    return sound.indices.map { silent.contains($0) ? Int16($0 % 3) : sound[$0] }
  }

  private func bytes(_ samples: [Int16]) -> [UInt8] {
    samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
  }

  /// How many of the frames are silent, and which: those that are much fainter than the loudest.
  private func silent(_ frames: [SoundFrame]) -> ClosedRange<Int32>? {
    let loudest = frames.map(\.code.level).max() ?? 0
    let found = frames.filter { $0.code.level < loudest - 80 }.map(\.index)
    guard let first = found.first, let last = found.last, found.count == Int(last - first) + 1 else {
      return nil
    }
    return first...last
  }

  /// Silent from 500 to 800 ms, as far as 20 ms tell.
  private func isRight(_ frames: [SoundFrame]) -> Bool {
    guard let range = silent(frames) else { return false }
    return abs(range.lowerBound - 25) <= 1 && abs(range.upperBound - 39) <= 1
  }

  @Test(
    "in PCM16 of every rate and both channel counts, however it is split", arguments: AudioFormat.pcmRatesHz)
  func pcm16(sampleRateHz: Int) {
    for channels in 1...2 {
      let sound = bytes(pcm(sampleRateHz: sampleRateHz, channels: channels))
      for longest in [7, 960, 1_000_000] {
        var listener = Listener(.of(.pcm16, sampleRateHz, channels: channels), seed: 3)
        listener.append(sound, inPiecesUpTo: longest)
        let frames = listener.soundFrames()
        #expect(frames.map(\.index) == Array(0..<50))
        #expect(isRight(frames))
        listener.discard()
      }
    }
  }

  @Test(
    "what hisses changes more than what hums, and by as much at every rate", arguments: AudioFormat.pcmRatesHz)
  func hiss(sampleRateHz: Int) {
    func change(hz: Double) -> Int {
      let samples = (0..<sampleRateHz / 5).map { index -> Int16 in
        // A triangle, so that nothing but arithmetic is needed.
        let phase = (Double(index) * hz / Double(sampleRateHz)).truncatingRemainder(dividingBy: 1)
        return Int16(8_000 * (phase < 0.5 ? 4 * phase - 1 : 3 - 4 * phase))
      }
      var listener = Listener(.of(.pcm16, sampleRateHz))
      listener.append(bytes(samples))
      let code = listener.soundFrames()[4].code
      listener.discard()
      return Int(code.change) - Int(code.level)
    }
    #expect(change(hz: 2_000) > change(hz: 200) + 40)
    // 200 Hz of a triangle change by 4 * 200 / 24,000 of its top a sample, which is 15 times its mean: 3.9 octaves.
    #expect(abs(change(hz: 200) + 62) <= 4)
  }

  @Test("in G.711 of both laws", arguments: [Codec.uLaw, .aLaw])
  func g711(codec: Codec) {
    let loud: UInt8 = codec == .uLaw ? 0x10 : 0x35
    let quiet: UInt8 = codec == .uLaw ? 0xFF : 0xD5
    let sound = (0..<8_000).map { (4_000..<6_400).contains($0) ? quiet : $0 % 2 == 0 ? loud : loud ^ 0x80 }
    var listener = Listener(.of(codec))
    listener.append(sound, inPiecesUpTo: 300)
    #expect(isRight(listener.soundFrames()))
    listener.discard()
  }

  @Test("in decoded Opus, at every sink's rate, and once only when it is handed over again")
  func decodedOpus() {
    let packets = encoded(pcm(sampleRateHz: 48_000))
    for sinkRateHz in ResamplingTests.sinkRatesHz {
      var listener = Listener(.of(.opus))
      for packet in packets { listener.append(packet) }
      _ = listener.soundFrames()
      _ = listener.play(.of(sinkRateHz, channels: 2))
      let frames = listener.soundFrames()
      #expect(isRight(frames), "\(sinkRateHz) Hz")
      _ = listener.play(.of(sinkRateHz, channels: 2))
      let again = listener.soundFrames()
      // The last samples may be heard twice, for a resampler is late: they lie behind all others.
      #expect(again.allSatisfy { $0.index >= 50 })
      listener.discard()
    }
  }

  @Test("by the sizes of Opus packets, before anything is decoded; with a constant rate nothing is silent")
  func packetSizes() {
    let sound = pcm(sampleRateHz: 48_000)
    for isConstant in [false, true] {
      var listener = Listener(.of(.opus))
      for packet in encoded(sound, isConstant: isConstant) { listener.append(packet) }
      let frames = listener.soundFrames()
      let silent = frames.filter { $0.code == .guessedSilence }.map(\.index)
      let decoded = listener.pool.decodedPackets
      #expect(frames.map(\.index) == Array(0..<50))
      // In the pause packets are small, but for the first of it, which still has the tone.
      let inPause = silent.filter { (25..<40).contains($0) }
      #expect(isConstant ? silent.isEmpty : inPause.count >= 12 && silent.count < 2 * inPause.count, "\(silent)")
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
  /// What was measured since the last time.
  fileprivate mutating func soundFrames() -> [SoundFrame] {
    var frames: [SoundFrame] = []
    pool.soundFrames.takeAll { frames.append($0) }
    return frames
  }
}
