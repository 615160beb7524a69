// What the device's thread decodes is what a part decodes: the same samples, the same counts, the same lengths; and
// everything that was lent comes back.

import COpus
import RTMultiAudio
import RTMultiCore
import Testing

@Suite struct PullDecodingTests {
  private static let sinks = [
    (48_000, 1), (48_000, 2), (24_000, 1), (16_000, 2), (8_000, 1), (44_100, 2), (22_050, 1),
  ]

  @Test("H1: Opus is decoded as by a read, at every sink")
  func opus() {
    let packets =
      OpusSource(channels: 2, bitsPerSecond: 64_000).packets(25)
      + OpusSource(bitsPerSecond: 16_000, packetFrames: 2_880).packets(5)
      + OpusSource(packetFrames: 120).packets(9)
    for (rateHz, channels) in Self.sinks {
      let sink = SinkFormat.of(rateHz, channels: channels)
      var world = PullWorld(.of(.opus), sink)
      let sent = world.play(.of(.opus), packets)
      world.pullAll(seed: UInt64(rateHz))
      _ = world.channel.collect(pool: &world.pool)
      let (claimed, decoded) = (world.claimed, world.pool.decodedPackets)
      #expect(claimed == readDirectly(.of(.opus), packets, sink))
      #expect(sent.sink == claimed.count / channels)
      #expect(sent.sink == lawfulFrames(sent.source, from: 48_000, to: rateHz))
      #expect(decoded == packets.count)
      world.end()
    }
  }

  @Test("H2: what is missing between packets is made up for as by a read, at every sink")
  func missingPackets() {
    let packets =
      OpusSource(bitsPerSecond: 24_000, bandwidth: OPUS_BANDWIDTH_WIDEBAND).packets(30)
      + OpusSource(bitsPerSecond: 64_000, application: OPUS_APPLICATION_RESTRICTED_LOWDELAY).packets(20)
    var numbered = numbered(packets)
    // Another second of silence behind packet 20, and 500 frames behind packet 35.
    for index in 21..<50 { numbered[index].stamp.timestamp &+= 48_000 }
    for index in 36..<50 { numbered[index].stamp.timestamp &+= 500 }
    numbered[40].bytes = [0xFB, 0x00]
    let sent = numbered.enumerated().filter { ![5, 10, 11, 22, 31, 32, 33, 36].contains($0.offset) }.map(
      \.element)
    for (rateHz, channels) in Self.sinks {
      let sink = SinkFormat.of(rateHz, channels: channels)
      var listener = Listener(.of(.opus))
      listener.append(numbered: sent)
      listener.finish()
      let truth = listener.play(sink).samples

      var world = PullWorld(.of(.opus), sink)
      world.begin(.of(.opus))
      for packet in sent { world.append(packet) }
      _ = world.part.finish(pool: &world.pool)
      let frames = world.send()
      world.channel.endSegment()
      world.pullAll(seed: UInt64(rateHz))
      _ = world.channel.collect(pool: &world.pool)
      let claimed = world.claimed
      #expect(claimed == truth)
      #expect(frames.source == 50 * 960 + 48_500)
      #expect(frames.sink == lawfulFrames(frames.source, from: 48_000, to: rateHz))
      #expect(world.pool.lostPackets == 8)
      #expect(world.pool.decodedPackets == listener.pool.decodedPackets)
      #expect(world.pool.rebuiltPackets == listener.pool.rebuiltPackets)
      #expect(world.pool.concealedPackets == listener.pool.concealedPackets)
      #expect(world.pool.silentFrames == listener.pool.silentFrames)
      listener.discard()
      world.end()
    }
  }

  @Test("C4: every other format and rate is converted as by a read")
  func rawFormats() {
    for (rateHz, channels) in Self.sinks {
      let sink = SinkFormat.of(rateHz, channels: channels)
      for format in [
        AudioFormat.of(.pcm16, 24_000), .of(.pcm16, 44_100, channels: 2), .of(.pcm16, 48_000, channels: 2),
        .of(.pcm16, 8_000), .of(.uLaw), .of(.aLaw),
      ] {
        var random = SeededRandom(seed: UInt64(rateHz))
        let sound = bytes(tone(frames: 9_999, channels: format.channels, sampleRateHz: format.sampleRateHz))
        let delta = format.codec == .pcm16 ? sound : random.bytes(9_999)
        var world = PullWorld(format, sink)
        let sent = world.play(format, [delta])
        world.pullAll(seed: UInt64(channels))
        let claimed = world.claimed
        #expect(claimed == readDirectly(format, [delta], sink))
        #expect(sent.sink == claimed.count / channels)
        world.end()
      }
    }
  }

  @Test("an Ogg stream keeps its pre-skip, its gain and its end", arguments: [48_000, 24_000, 44_100, 8_000])
  func ogg(rateHz: Int) {
    let stream = oggOpus(
      OpusSource().packets(20), preSkipFrames: 313, playedFrames: 18_001, perPage: 3, gainQ8: -900)
    var world = PullWorld(.of(.oggOpus), .of(rateHz))
    world.begin(.of(.oggOpus))
    world.append(stream.bytes)
    _ = world.part.finish(pool: &world.pool)
    let sent = world.send()
    world.channel.endSegment()
    world.pullAll()
    let claimed = world.claimed

    var listener = Listener(.of(.oggOpus))
    listener.append(stream.bytes)
    listener.finish()
    let truth = listener.play(.of(rateHz)).samples
    listener.discard()
    #expect(sent.source == 18_001)
    #expect(sent.sink == truth.count)
    #expect(claimed == truth)
    world.end()
  }

  @Test("E5: a part that begins in the middle warms its decoder up unheard", arguments: [48_000, 44_100])
  func preRoll(rateHz: Int) {
    let packets = OpusSource().packets(40)
    var world = PullWorld(.of(.opus), .of(rateHz))
    for packet in packets { world.append(packet) }
    let isBegun = world.part.beginSending(at: 20_001, to: &world.channel, pool: &world.pool)
    let sent = world.send()
    world.part.release(heardThrough: 30_000, pool: &world.pool)
    world.channel.endSegment()
    world.pullAll()
    let claimed = world.claimed
    #expect(isBegun)
    #expect(sent.source == 38_400 - 20_001)
    #expect(sent.sink == claimed.count)
    #expect(claimed == readDirectly(.of(.opus), packets, .of(rateHz), at: 20_001))
    world.end()
  }

  @Test("H3: damaged packets are concealed and counted, giants lose their padding")
  func damage() {
    var packets = OpusSource(packetFrames: 480).packets(20)
    packets[8] = [0xFB, 0x00]
    packets[11] = repacketized([packets[11]], paddedTo: 66_000)
    packets[12] = repacketized([packets[12]], paddedTo: 20_000)
    var world = PullWorld(.of(.opus), .of(48_000))
    let sent = world.play(.of(.opus), packets)
    world.pullAll()
    let damaged = world.channel.collect(pool: &world.pool)
    let (claimed, concealed, decoded) =
      (world.claimed, world.pool.concealedPackets, world.pool.decodedPackets)
    #expect(sent.source == 9_600)
    #expect(claimed == readDirectly(.of(.opus), packets, .of(48_000)))
    #expect(concealed == 1)
    #expect(decoded == 19)
    #expect(damaged == 0)
    world.end()
  }

  @Test("H3: random packets crash nothing, and their lengths hold")
  func randomPackets() {
    var random = SeededRandom(seed: 5)
    var world = PullWorld(.of(.opus), .of(16_000, channels: 2))
    world.begin(.of(.opus))
    var frames = 0
    for _ in 0..<5_000 {
      world.append(random.bytes(Int.random(in: 0...120, using: &random)))
      frames += world.send().sink
      world.pullAll()
    }
    let claimed = world.channel.claimedFrames
    #expect(claimed == Int64(frames))
    world.end()
  }

  @Test("H6: what is cut before its time is never decoded")
  func neverDecoded() {
    var world = PullWorld(.of(.opus), .of(48_000))
    world.play(.of(.opus), OpusSource().packets(50))
    world.pull(960 * 3)
    _ = world.channel.cut()
    world.pull(960)
    _ = world.channel.collect(pool: &world.pool)
    let decoded = world.pool.decodedPackets
    #expect(decoded == 3)
    world.end()
  }

  @Test("a full channel takes nothing more, holds over a second, and goes on without a loss")
  func full() {
    let stereo = AudioFormat.of(.pcm16, 48_000, channels: 2)
    let samples = (0..<48_000 * 4).map { Int16(truncatingIfNeeded: $0 / 2) }
    var world = PullWorld(stereo, .of(48_000, channels: 2))
    world.begin(stereo)
    world.append(bytes(samples))
    let first = world.send().source
    let nothing = world.send().source
    // A segment that does not fit ends nothing: the one before goes on.
    #expect(first >= 48_000 && first < 70_000)
    #expect(nothing == 0)
    var sent = first
    while sent < 96_000 {
      world.pull(4_800)
      sent += world.send().source
    }
    world.channel.endSegment()
    world.pullAll()
    let claimed = world.claimed
    #expect(claimed == samples)
    world.end()
  }

  @Test("the channel lends so many seats, and has them back when the device comes by")
  func seats() {
    let format = AudioFormat.of(.opus)
    var world = PullWorld(format, .of(48_000))
    var begun = 0
    while world.begin(format) {
      _ = world.channel.cut()
      begun += 1
    }
    #expect(begun == 32)
    world.pull(1)
    let isOpen = world.begin(format)
    #expect(isOpen)
    world.end()
  }

  @Test("the steady state asks for no memory, cut or heard out", arguments: [48_000, 44_100])
  func steadyState(rateHz: Int) {
    let packets = OpusSource().packets(30)
    var world = PullWorld(.of(.opus), .of(rateHz))
    var allocationsAfterTwoParts = 0
    for round in 0..<60 {
      world.play(.of(.opus), packets)
      if round % 3 == 0 {
        world.pull(5_000)
        _ = world.channel.cut()
        world.pull(1)
      } else {
        world.pullAll()
      }
      _ = world.channel.collect(pool: &world.pool)
      if round == 2 { allocationsAfterTwoParts = world.pool.allocations }
    }
    let allocations = world.pool.allocations
    #expect(allocations == allocationsAfterTwoParts)
    world.end()
    let queued = world.pool.queuedBytes
    #expect(queued == 0)
  }
}
