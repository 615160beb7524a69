// Packets that bear numbers (rule H2): order, loss, FEC, silence, and that nothing is lost track of. The truth is a
// libopus decoder that is told by hand what is missing.

import COpus
import RTMultiAudio
import RTMultiCore
import Testing

@Suite struct SequencingTests {
  /// SILK at a rate at which the encoder puts the packet before into each one.
  private static let speech = OpusSource(bitsPerSecond: 24_000, bandwidth: OPUS_BANDWIDTH_WIDEBAND)
  private static let music = OpusSource(
    bitsPerSecond: 64_000, application: OPUS_APPLICATION_RESTRICTED_LOWDELAY)

  /// Plays a sequence, checking after each packet that nothing is unaccounted for.
  private func play(
    _ packets: [NumberedPacket], sampleRateHz: Int = 48_000, channels: Int = 1,
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> Playback {
    var listener = Listener(.of(.opus))
    listener.begin(.of(sampleRateHz, channels: channels))
    var playback = Playback()
    for packet in packets {
      let measured = listener.measure(packet)
      let before = listener.part.receivedFrames
      listener.append(packet)
      let added = listener.part.receivedFrames - before
      let (held, unaccounted) = (listener.part.heldPackets, listener.unaccountedPackets)
      if held == 0, added > 0 { #expect(measured <= added, sourceLocation: sourceLocation) }
      #expect(unaccounted == 0, sourceLocation: sourceLocation)
      let heard = listener.read()
      playback.samples += heard.samples
      playback.sourceFrames += heard.sourceFrames
    }
    listener.finish()
    let rest = listener.read()
    playback.samples += rest.samples + listener.drain()
    playback.sourceFrames += rest.sourceFrames
    let received = listener.part.receivedFrames
    let (accounted, unaccounted) = (listener.accountedFrames, listener.unaccountedPackets)
    #expect(playback.sourceFrames == received, sourceLocation: sourceLocation)
    #expect(accounted == received, sourceLocation: sourceLocation)
    #expect(unaccounted == 0, sourceLocation: sourceLocation)
    listener.discard()
    let (queued, held) = (listener.pool.queuedBytes, listener.pool.heldPackets)
    #expect(queued == 0, sourceLocation: sourceLocation)
    #expect(held == 0, sourceLocation: sourceLocation)
    return playback
  }

  @Test("in order, across both wraps, it is the plain decoding")
  func inOrder() {
    for source in [Self.speech, Self.music] {
      let packets = source.packets(40)
      #expect(play(numbered(packets)).samples == plainlyDecoded(packets))
    }
  }

  @Test("H2: what comes up to four packets late is in its place again, to the bit", arguments: 0..<40)
  func reordering(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let packets = Self.speech.packets(60)
    // No packet is overtaken by more than four: each gets a key of at most 4.5 behind its place.
    let keys = packets.indices.map { Double($0) + ($0 == 0 ? 0 : Double.random(in: 0...4, using: &random)) }
    let arrivals = packets.indices.sorted { keys[$0] < keys[$1] }
    let sent = numbered(packets)
    #expect(arrivals != Array(packets.indices))
    #expect(play(arrivals.map { sent[$0] }).samples == plainlyDecoded(packets))
  }

  @Test("H2: the first packets too may come in any order where it is known which is the first")
  func reorderedBeginning() {
    let packets = Self.speech.packets(12)
    let sent = numbered(packets)
    let announcement = NumberedPacket(bytes: [], stamp: sent[0].stamp)
    let arrivals = [announcement, sent[3], sent[1], sent[0], announcement, sent[2]] + sent[4...]
    #expect(play(Array(arrivals)).samples == plainlyDecoded(packets))
    let headless = play([announcement] + sent[2...])
    #expect(headless.sourceFrames == 12 * 960)
  }

  @Test("packets too long for the common block wait too")
  func longPackets() {
    let packets = Self.music.packets(20)
    let padded = packets.map { repacketized([$0], paddedTo: 3_000) }
    let sent = numbered(padded)
    let arrivals = [0, 2, 1, 6, 5, 4, 3, 7, 12, 11, 10, 9, 8] + Array(13..<20)
    #expect(play(arrivals.map { sent[$0] }).samples == plainlyDecoded(packets))
  }

  @Test("H2: duplicates and late packets are dropped and counted")
  func duplicatesAndLate() {
    let packets = Self.music.packets(30)
    let sent = numbered(packets)
    var listener = Listener(.of(.opus))
    listener.append(numbered: Array(sent[0..<10]))
    #expect(listener.append(sent[9]) == .ignored)
    #expect(listener.append(sent[0]) == .ignored)
    // 10 is missing: 11 to 15 give it up, and it is late then.
    listener.append(numbered: Array(sent[11...13]))
    #expect(listener.append(sent[12]) == .ignored)
    listener.append(numbered: Array(sent[14...15]))
    #expect(listener.append(sent[10]) == .ignored)
    #expect(listener.append(sent[15]) == .ignored)
    listener.append(numbered: Array(sent[16...]))
    let playback = listener.play(.of(48_000))
    let (late, duplicate, lost) = (
      listener.pool.latePackets, listener.pool.duplicatePackets, listener.pool.lostPackets
    )
    let unaccounted = listener.unaccountedPackets
    #expect(late == 1)
    #expect(duplicate == 4)
    #expect(lost == 1)
    #expect(unaccounted == 0)
    var steps = packets.map { DecodingStep.packet($0) }
    steps[10] = .concealed(frames: 960)
    #expect(playback.samples == plainlyDecoded(steps: steps))
    listener.discard()
  }

  @Test("H2: k lost packets are exactly their samples, the last from the FEC of the next", arguments: 1...9)
  func gaps(lostCount: Int) {
    for (source, hasFEC) in [(Self.speech, true), (Self.music, false)] {
      for (rateHz, channels) in [(48_000, 1), (24_000, 2), (8_000, 1)] {
        let packets = source.packets(30)
        let sent = numbered(packets)
        let lost = 10..<(10 + lostCount)
        let playback = play(
          sent.indices.filter { !lost.contains($0) }.map { sent[$0] }, sampleRateHz: rateHz, channels: channels)
        let guessed = lostCount - (hasFEC ? 1 : 0)
        var steps = packets[..<10].map { DecodingStep.packet($0) }
        for index in 0..<guessed { steps.append(index < 6 ? .concealed(frames: 960) : .zeros(frames: 960)) }
        if hasFEC { steps.append(.rebuilt(from: packets[lost.upperBound], frames: 960)) }
        steps += packets[lost.upperBound...].map { DecodingStep.packet($0) }
        #expect(playback.sourceFrames == 30 * 960)
        #expect(playback.samples == plainlyDecoded(steps: steps, sampleRateHz: rateHz, channels: channels))
      }
    }
  }

  @Test("H2: FEC brings back the sound of a lost packet, and better than concealment does")
  func rebuiltSound() {
    let packets = Self.speech.packets(50)
    let sent = numbered(packets)
    let truth = plainlyDecoded(packets)
    let span = 20 * 960..<21 * 960
    let rebuilt = play(sent.indices.filter { $0 != 20 }.map { sent[$0] })
    var steps = packets.map { DecodingStep.packet($0) }
    steps[20] = .concealed(frames: 960)
    let concealed = plainlyDecoded(steps: steps)
    #expect(fidelity(rebuilt.samples[span], to: truth[span]) > fidelity(concealed[span], to: truth[span]))
  }

  @Test(
    "RFC 6716 §4.2.4: the flag of the FEC is found in packets of every length",
    arguments: [480, 960, 1_920, 2_880])
  func fecFlag(packetFrames: Int) {
    for channels in 1...2 {
      for usesFEC in [true, false] {
        var source = Self.speech
        source.channels = channels
        source.bitsPerSecond = 32_000 * channels
        source.packetFrames = packetFrames
        source.lossPercent = usesFEC ? 20 : 0
        let packets = source.packets(20)
        let sent = numbered(packets, packetFrames: packetFrames)
        var listener = Listener(.of(.opus))
        listener.append(numbered: sent.indices.filter { $0 % 5 != 3 }.map { sent[$0] })
        listener.finish()
        _ = listener.play(.of(48_000))
        let (rebuilt, lost) = (listener.pool.rebuiltPackets, listener.pool.lostPackets)
        // Without FEC libopus answers a request for it with concealment.
        let wanted = [3, 8, 13, 18].filter { index in
          let before = packets[..<index].map { DecodingStep.packet($0) }
          let asked = before + [.rebuilt(from: packets[index + 1], frames: packetFrames)]
          return plainlyDecoded(steps: asked)
            != plainlyDecoded(steps: before + [.concealed(frames: packetFrames)])
        }.count
        #expect(lost == 4)
        #expect(rebuilt == wanted)
        #expect((wanted > 0) == usesFEC)
        listener.discard()
      }
    }
  }

  @Test(
    "a sender that is silent and sends nothing sounds as if it had sent its packets of DTX",
    arguments: [8_000, 48_000])
  func pauses(sampleRateHz: Int) {
    let packets = OpusSource(bitsPerSecond: 16_000, usesDTX: true, isSilent: true).packets(90)
    let stamps = numbered(packets)
    var sequence: UInt16 = 500
    var sent: [NumberedPacket] = []
    for (packet, stamp) in zip(packets, stamps) where packet.count > 2 {
      sent.append(
        NumberedPacket(
          bytes: packet, stamp: PacketStamp(sequence: sequence, timestamp: stamp.stamp.timestamp)))
      sequence += 1
    }
    #expect(sent.count < 60)
    let playback = play(sent, sampleRateHz: sampleRateHz)
    let truth = plainlyDecoded(packets, sampleRateHz: sampleRateHz)
    #expect(playback.samples == Array(truth[..<playback.samples.count]))
    #expect(playback.samples.count >= 60 * 20 * sampleRateHz / 1_000)
  }

  @Test("a gap that is no multiple of 2.5 ms is exact too", arguments: [8_000, 16_000, 44_100, 48_000])
  func oddGaps(sampleRateHz: Int) {
    let packets = Self.music.packets(20)
    for (extraFrames, lostCount) in [(1, 0), (119, 0), (1_000, 0), (7, 1), (5_761, 2), (47_999, 3)] {
      var sent = numbered(packets)
      for index in 10..<20 { sent[index].stamp.timestamp &+= UInt32(extraFrames) }
      sent.removeSubrange((10 - lostCount)..<10)
      let playback = play(sent, sampleRateHz: sampleRateHz)
      #expect(playback.sourceFrames == Int64(20 * 960 + extraFrames))
      #expect(
        playback.samples.count == lawfulFrames(Int64(20 * 960 + extraFrames), from: 48_000, to: sampleRateHz))
    }
  }

  @Test("a jump beyond 2 s, or backwards, is no gap")
  func jumps() {
    let packets = Self.music.packets(20)
    for jump in [96_001, 1_000_000, -960, -500, -10_000_000] {
      var sent = numbered(packets)
      for index in 10..<20 { sent[index].stamp.timestamp &+= UInt32(truncatingIfNeeded: jump) }
      #expect(play(sent).samples == plainlyDecoded(packets))
    }
    var sent = numbered(packets)
    for index in 10..<20 { sent[index].stamp.timestamp &+= 96_000 }
    #expect(play(sent).sourceFrames == 20 * 960 + 96_000)
  }

  @Test("a sender that counts anew is followed after two packets")
  func newCount() {
    let packets = Self.music.packets(40)
    let before = numbered(Array(packets[..<20]), firstSequence: 30_000)
    for (sequence, timestamp) in [(5, 7), (29_990, 3_000_000_000), (29_000, 0)] as [(UInt16, UInt32)] {
      let after = numbered(Array(packets[20...]), firstSequence: sequence, firstTimestamp: timestamp)
      let playback = play(before + after)
      // The first of the new count is taken for a straggler.
      #expect(playback.samples == plainlyDecoded(Array(packets[..<20] + packets[21...])))
    }
  }

  @Test("a hole that stays open is given up after 60 ms, but not while others come in order")
  func patience() {
    let packets = Self.music.packets(20)
    let sent = numbered(packets)
    var listener = Listener(.of(.opus))
    listener.append(sent[0], nowUs: 0)
    listener.append(sent[2], nowUs: 10_000)
    #expect(listener.part.heldDeadlineUs == 70_000)
    listener.append(sent[1], nowUs: 20_000)
    #expect(listener.part.heldDeadlineUs == nil)
    listener.append(sent[5], nowUs: 30_000)
    listener.append(sent[3], nowUs: 80_000)
    #expect(listener.part.heldDeadlineUs == 140_000)
    listener.releaseOverdue(nowUs: 139_999)
    #expect(listener.part.receivedFrames == 4 * 960)
    listener.releaseOverdue(nowUs: 140_000)
    #expect(listener.part.receivedFrames == 6 * 960)
    #expect(listener.part.heldDeadlineUs == nil)
    listener.discard()
  }

  @Test("a part that ends releases what waits, and one that is discarded counts it as never decoded")
  func endings() {
    let sent = numbered(Self.music.packets(10))
    var listener = Listener(.of(.opus))
    listener.append(numbered: [sent[0], sent[3], sent[5]])
    listener.finish()
    #expect(listener.part.receivedFrames == 6 * 960)
    listener.nextPart(.of(.opus))
    listener.append(numbered: [sent[0], sent[3], sent[5]])
    let (neverDecoded, allocations) = (listener.pool.neverDecodedPackets, listener.pool.allocations)
    listener.discard()
    let (dropped, queued) = (listener.pool.neverDecodedPackets, listener.pool.queuedBytes)
    #expect(neverDecoded == 3)
    #expect(dropped == 6)
    #expect(queued == 0)
    listener.nextPart(.of(.opus))
    listener.append(numbered: [sent[0], sent[3], sent[5]])
    #expect(listener.pool.allocations == allocations)
    listener.discard()
  }

  @Test("a pool that has warmed up allocates nothing for a sequence with gaps")
  func noAllocations() {
    var listener = Listener(.of(.opus))
    let sent = numbered(Self.speech.packets(200))
    var allocations = 0
    for round in 0..<3 {
      if round == 2 { allocations = listener.pool.allocations }
      listener.begin(.of(48_000))
      var heard: Int64 = 0
      for index in sent.indices where index % 7 != 3 {
        listener.append(sent[index % 11 == 4 ? index - 1 : index])
        heard += listener.read().sourceFrames
        listener.release(heardThrough: heard)
      }
      listener.nextPart(.of(.opus))
    }
    #expect(listener.pool.allocations == allocations)
    listener.discard()
  }

  @Test("H3: a damaged packet is concealed as if it were lost, and the next one plays")
  func damaged() {
    let packets = Self.speech.packets(20)
    var sent = numbered(packets)
    sent[8].bytes = [0xFB, 0x00]
    var listener = Listener(.of(.opus))
    let outcomes = sent.map { listener.append($0) }
    let playback = listener.play(.of(48_000))
    var steps = packets.map { DecodingStep.packet($0) }
    steps[8] = .concealed(frames: 960)
    #expect(outcomes[8] == .damaged(frames: 960))
    #expect(playback.samples == plainlyDecoded(steps: steps))
    #expect(listener.pool.replacedPackets == 1)
    listener.discard()
  }

  @Test("any numbers, any bytes: nothing crashes and nothing is unaccounted for", arguments: 0..<8)
  func anything(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let packets = Self.speech.packets(50) + Self.music.packets(50)
    var sent: [NumberedPacket] = []
    var stamp = PacketStamp(sequence: 65_000, timestamp: 4_294_900_000)
    for _ in 0..<1_500 {
      var bytes = packets[Int.random(in: 0..<100, using: &random)]
      switch Int.random(in: 0..<20, using: &random) {
      case 0: stamp.sequence &+= UInt16.random(in: 0...UInt16.max, using: &random)
      case 1: stamp.timestamp &+= UInt32.random(in: 0...UInt32.max, using: &random)
      case 2: stamp.timestamp &+= UInt32.random(in: 0...20_000, using: &random)
      case 3: bytes = random.bytes(Int.random(in: 0...50, using: &random))
      default: break
      }
      stamp.sequence &+= UInt16.random(in: 0...2, using: &random)
      stamp.timestamp &+= 960
      sent.append(NumberedPacket(bytes: bytes, stamp: stamp))
      if Int.random(in: 0..<4, using: &random) == 0 {
        sent.swapAt(sent.count - 1, Int.random(in: max(0, sent.count - 7)..<sent.count, using: &random))
      }
    }
    _ = play(sent, sampleRateHz: [48_000, 44_100, 8_000][seed % 3], channels: 1 + seed % 2)
  }
}
