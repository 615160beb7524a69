// Raw Opus packets through a part: lengths, every kind of packet, damage, fresh decoders, and playing the rest
// again. Ogg streams are OggOpusTests'.

import COpus
import RTMultiAudio
import RTMultiCore
import Testing

@Suite struct OpusTests {
  @Test("C3: 50 packets of 20 ms are 1000 ms")
  func lengths() {
    var listener = Listener(.of(.opus))
    for packet in OpusSource().packets(50) {
      let measured = listener.measure(packet)
      let outcome = listener.append(packet)
      #expect(measured == 960)
      #expect(outcome == .appended(frames: 960))
    }
    let received = listener.part.receivedFrames
    #expect(received == 48_000)
    listener.discard()
  }

  @Test(
    "H1: packets of 2.5 to 60 ms, mono and stereo, in every mode",
    arguments: [120, 240, 480, 960, 1_920, 2_880])
  func durations(packetFrames: Int) {
    for channels in 1...2 {
      for (bitsPerSecond, application) in [
        (12_000, OPUS_APPLICATION_VOIP), (28_000, OPUS_APPLICATION_VOIP), (96_000, OPUS_APPLICATION_AUDIO),
        (48_000, OPUS_APPLICATION_RESTRICTED_LOWDELAY),
      ] {
        let packets = OpusSource(
          channels: channels, bitsPerSecond: bitsPerSecond, application: application, packetFrames: packetFrames
        ).packets(12)
        expectPlainDecoding(packets, packetFrames: packetFrames)
      }
    }
  }

  @Test("H1: DTX, several frames in one packet, and padding")
  func framings() {
    let dtx = OpusSource(bitsPerSecond: 16_000, usesDTX: true, isSilent: true).packets(60)
    #expect(dtx.contains { $0.count <= 2 })
    expectPlainDecoding(dtx, packetFrames: 960)

    let short = OpusSource(
      application: OPUS_APPLICATION_RESTRICTED_LOWDELAY, packetFrames: 480, bandwidth: OPUS_BANDWIDTH_FULLBAND
    ).packets(48)
    for count in [2, 3, 12] {
      let joined = stride(from: 0, to: 48, by: count).map { repacketized(Array(short[$0..<($0 + count)])) }
      expectPlainDecoding(joined, packetFrames: 480 * count)
    }
    let padded = short.map { repacketized([$0], paddedTo: 20_000) }
    expectPlainDecoding(padded, packetFrames: 480)
  }

  @Test("C4: at any sink rate the lengths hold, from any frame on", arguments: ResamplingTests.sinkRatesHz)
  func lawOfLengths(sinkRateHz: Int) {
    let packets = OpusSource().packets(40)
    var listener = Listener(.of(.opus), seed: UInt64(sinkRateHz))
    listener.append(packets: packets)
    for round in 0..<26 {
      let special: [Int64] = [0, 1, 5, 959, 960, 7_681]
      let start =
        round < special.count ? special[round] : Int64.random(in: 0..<38_400, using: &listener.random)
      let playback = listener.play(at: start, .of(sinkRateHz, channels: 2), drainCapacity: 100)
      #expect(playback.sourceFrames == 38_400 - start)
      #expect(playback.samples.count == 2 * lawfulFrames(38_400 - start, from: 48_000, to: sinkRateHz))
    }
    listener.discard()
  }

  @Test("a read is one packet, however small the limit")
  func onePacketPerRead() {
    var listener = Listener(.of(.opus))
    listener.append(packets: OpusSource().packets(3))
    listener.begin(.of(48_000))
    let first = listener.read(1)
    let rest = listener.read()
    #expect(first.sourceFrames == 960)
    #expect(rest.sourceFrames == 1_920)
    listener.discard()
  }

  @Test("H3: a corrupt packet is told once, concealed, and the next one plays")
  func corruptPackets() {
    // Code 3 with no frames, code 3 with more than 120 ms, code 1 of odd length, and no byte at all.
    for corrupt in [[0xFB, 0x00], [0xFB, 0x3F], [0xF9, 1, 2, 3, 4, 5], []] as [[UInt8]] {
      var packets = OpusSource(packetFrames: 480).packets(20)
      var listener = Listener(.of(.opus))
      packets[8] = corrupt
      let outcomes = packets.map { listener.append($0) }
      packets[8] = []
      let playback = listener.play(.of(48_000))
      let again = listener.play(.of(48_000))
      let (received, concealed) = (listener.part.receivedFrames, listener.pool.concealedPackets)
      #expect(outcomes.filter { $0 == .damaged(frames: 480) }.count == 1)
      #expect(outcomes[8] == .damaged(frames: 480))
      #expect(received == 9_600)
      #expect(concealed == 2)
      #expect(playback.damagedReads == 0)
      #expect(playback.samples == plainlyDecoded(packets, concealedFrames: 480))
      #expect(again == playback)
      listener.discard()
    }
  }

  @Test("H3: a corrupt first packet lasts 20 ms")
  func corruptFirstPacket() {
    var listener = Listener(.of(.opus))
    let measured = listener.measure([0xFB, 0x00])
    let outcome = listener.append([0xFB, 0x00])
    let playback = listener.play(.of(24_000))
    #expect(measured == 960)
    #expect(outcome == .damaged(frames: 960))
    #expect(playback.samples == [Int16](repeating: 0, count: 480))
    listener.discard()
  }

  @Test("H3: 10,000 packets of random bytes: lengths hold, nothing crashes")
  func randomPackets() {
    for (sinkRateHz, channels) in [(48_000, 2), (8_000, 1), (44_100, 1), (16_000, 2), (22_050, 2)] {
      var listener = Listener(.of(.opus), seed: UInt64(sinkRateHz))
      listener.begin(.of(sinkRateHz, channels: channels))
      var playback = Playback()
      for _ in 0..<2_000 {
        let packet = listener.random.bytes(Int.random(in: 0...120, using: &listener.random))
        let measured = listener.measure(packet)
        let outcome = listener.append(packet)
        #expect(outcome == .appended(frames: measured) || outcome == .damaged(frames: measured))
        let heard = listener.read()
        #expect(heard.sourceFrames == measured)
        playback.sourceFrames += heard.sourceFrames
        playback.samples += heard.samples
        listener.release(heardThrough: playback.sourceFrames)
      }
      playback.samples += listener.drain()
      let received = listener.part.receivedFrames
      #expect(playback.sourceFrames == received)
      #expect(playback.samples.count == channels * lawfulFrames(received, from: 48_000, to: sinkRateHz))
      listener.discard()
    }
  }

  @Test("H4: every part is decoded as if by a new decoder")
  func freshDecoders() {
    let first = OpusSource(channels: 2, bitsPerSecond: 64_000).packets(20)
    let second = OpusSource().packets(20, hz: 300)
    var listener = Listener(.of(.opus))
    for sinkRateHz in [48_000, 24_000, 24_000, 8_000] {
      for packets in [first, second] {
        listener.nextPart(.of(.opus))
        listener.append(packets: packets)
        let playback = listener.play(.of(sinkRateHz))
        #expect(playback.samples == plainlyDecoded(packets, sampleRateHz: sinkRateHz))
      }
    }
    listener.discard()
  }

  @Test("H6: what is never read is never decoded")
  func neverDecoded() {
    var listener = Listener(.of(.opus))
    listener.append(packets: OpusSource().packets(100))
    listener.begin(.of(24_000))
    let before = listener.pool.decodedPackets
    _ = listener.read(10 * 960)
    let after = listener.pool.decodedPackets
    listener.discard()
    let atLast = listener.pool.decodedPackets
    #expect(before == 0)
    #expect(after == 10)
    #expect(atLast == 10)
  }

  @Test("E5: the unheard rest goes on as if it had never stopped", arguments: [48_000, 24_000, 44_100])
  func replay(sinkRateHz: Int) {
    let packets = OpusSource(bitsPerSecond: 64_000, application: OPUS_APPLICATION_AUDIO).packets(100)
    var listener = Listener(.of(.opus))
    listener.append(packets: packets)
    let whole = listener.play(.of(sinkRateHz))
    for heard in [0, 700, 960, 4_000, 12_345, 48_000, 90_007] as [Int64] {
      listener.release(heardThrough: heard)
      let decodedBefore = listener.pool.decodedPackets
      let rest = listener.play(at: heard, .of(sinkRateHz))
      let decoded = listener.pool.decodedPackets - decodedBefore
      let from = lawfulFrames(heard, from: 48_000, to: sinkRateHz)
      let truth = whole.samples[from...]
      // The first 5 ms belong to the fresh resampler, which knows no past.
      let settled = sinkRateHz == 44_100 && heard > 0 ? 220 : 0
      let isAligned = heard * Int64(sinkRateHz) % 48_000 == 0
      #expect(rest.sourceFrames == 96_000 - heard)
      #expect(abs(rest.samples.count - truth.count) <= 1)
      // From a frame that the sink's rate does not have, the samples lie elsewhere and cannot be compared.
      if isAligned {
        let likeness = fidelity(rest.samples[settled...], to: truth.dropFirst(settled))
        #expect(likeness > 1_000)
      }
      // 160 ms of warming up, the packet that they begin in, and the packets of the rest.
      #expect(decoded <= 100 - Int(heard / 960) + 9)
    }
    listener.discard()
  }

  @Test("queued bytes are the packets' own, and return to nothing")
  func queuedBytes() {
    let packets = OpusSource().packets(500)
    var listener = Listener(.of(.opus))
    listener.append(packets: packets)
    let payload = packets.reduce(0) { $0 + $1.count }
    let (queued, inAll) = (listener.part.queuedBytes, listener.pool.queuedBytes)
    #expect(queued == payload)
    #expect(inAll == payload)

    listener.begin(.of(48_000))
    _ = listener.read(100 * 960)
    listener.release(heardThrough: 100 * 960)
    let kept = listener.part.queuedBytes
    #expect(kept == packets[92...].reduce(0) { $0 + $1.count })

    _ = listener.read()
    listener.release(heardThrough: 480_000)
    let preRoll = listener.part.queuedBytes
    #expect(preRoll == packets[492...].reduce(0) { $0 + $1.count })

    listener.finish()
    listener.release(heardThrough: 480_000)
    let (end, endInAll) = (listener.part.queuedBytes, listener.pool.queuedBytes)
    #expect(end == 0)
    #expect(endInAll == 0)
    listener.discard()
  }

  @Test("the steady state asks for no memory", arguments: [48_000, 44_100])
  func steadyState(sinkRateHz: Int) {
    let packets = OpusSource().packets(50)
    var listener = Listener(.of(.opus))
    var allocationsAfterOnePart = 0
    for round in 0..<20 {
      listener.nextPart(.of(.opus))
      listener.begin(.of(sinkRateHz))
      var heard: Int64 = 0
      for packet in packets + packets {
        listener.append(packet)
        heard += listener.read().sourceFrames
        listener.release(heardThrough: heard)
      }
      if round == 0 { allocationsAfterOnePart = listener.pool.allocations }
    }
    let allocations = listener.pool.allocations
    #expect(allocations == allocationsAfterOnePart)
    listener.discard()
  }

  /// Whether a part makes of these packets what libopus alone does.
  private func expectPlainDecoding(
    _ packets: [[UInt8]], packetFrames: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let sinks = [(48_000, 1), (48_000, 2), (24_000, 1), (16_000, 2), (12_000, 1), (8_000, 1)]
    for (sinkRateHz, channels) in sinks {
      var listener = Listener(.of(.opus))
      listener.append(packets: packets)
      let received = listener.part.receivedFrames
      let playback = listener.play(.of(sinkRateHz, channels: channels))
      let truth = plainlyDecoded(packets, sampleRateHz: sinkRateHz, channels: channels)
      #expect(received == Int64(packets.count * packetFrames), sourceLocation: sourceLocation)
      #expect(playback.samples == truth, sourceLocation: sourceLocation)
      listener.discard()
    }
  }
}
