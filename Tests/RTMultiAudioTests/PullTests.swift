// The channel to a device, on one thread: every sample, every boundary, the cut, the pause, the ear, and what comes
// back. Two threads at once are PullThreadTests'.

import RTMultiAudio
import RTMultiCore
import Testing

@Suite struct PullTests {
  private let pcm48 = AudioFormat.of(.pcm16, 48_000)

  @Test("a ramp comes through sample by sample, whatever the blocks")
  func ramps() {
    var world = PullWorld(pcm48, .of(48_000))
    let samples = ramp(30_000)
    let sent = world.play(pcm48, [bytes(samples)])
    world.pullAll()
    let (claimed, count, heard) = (world.claimed, world.channel.claimedFrames, world.channel.heardFrames())
    #expect(sent.source == 30_000)
    #expect(sent.sink == 30_000)
    #expect(claimed == samples)
    #expect(count == 30_000)
    #expect(heard == 30_000)
    world.end()
  }

  @Test("A2: not one frame of silence between two segments, and the boundary lies inside a block")
  func gapless() {
    var world = PullWorld(pcm48, .of(48_000))
    world.play(pcm48, [bytes(ramp(1_111))])
    world.play(pcm48, [bytes(ramp(777, from: 20_000))])
    let heard = [world.pull(1_000), world.pull(1_000), world.pull(10)]
    let played = world.played
    #expect(heard == [1_000, 888, 0])
    #expect(played == ramp(1_111) + ramp(777, from: 20_000) + [Int16](repeating: 0, count: 122))
    world.end()
  }

  @Test("a segment that is still open is ended by the next one")
  func followed() {
    let coarse = AudioFormat.of(.pcm16, 24_000)
    var world = PullWorld(coarse, .of(48_000))
    world.begin(coarse)
    world.append(bytes(tone(frames: 501)))
    let first = world.send()
    world.begin(coarse)
    world.append(bytes(tone(frames: 300)))
    let second = world.send()
    world.pullAll()
    let claimed = world.claimed.count
    #expect(first.sink == 1_002)
    #expect(second.sink == 600)
    #expect(claimed == 1_602)
    world.end()
  }

  @Test("a cut in the middle of a block that was claimed counts all of it, and nothing more is heard")
  func cut() {
    var world = PullWorld(pcm48, .of(48_000))
    world.play(pcm48, [bytes(ramp(5_000))])
    world.play(pcm48, [bytes(ramp(5_000))])
    world.pull(480)
    world.pull(333)
    let claimed = world.channel.cut()
    let after = world.pull(480)
    let silence = world.last(480)
    let (again, heard) = (world.channel.cut(), world.channel.heardFrames())
    #expect(claimed == 813)
    #expect(after == 0)
    #expect(silence == [Int16](repeating: 0, count: 480))
    #expect(again == 0)
    #expect(heard == 0)

    world.play(pcm48, [bytes(ramp(100, from: 9_000))])
    world.pull(480)
    let (next, fresh) = (world.channel.claimedFrames, world.last(480))
    #expect(next == 100)
    #expect(fresh == ramp(100, from: 9_000) + [Int16](repeating: 0, count: 380))
    world.end()
  }

  @Test("more cuts than the epoch can count, with and without a pull between them")
  func manyCuts() {
    var world = PullWorld(pcm48, .of(48_000))
    for round in 0..<70_000 {
      world.play(pcm48, [bytes(ramp(3, from: round % 30_000 + 1))])
      let pulled = round % 5 == 0 ? world.pull(2) : 0
      let claimed = world.channel.cut()
      #expect(claimed == Int64(pulled))
    }
    world.pull(1)
    world.play(pcm48, [bytes(ramp(50))])
    world.claimed = []
    world.pullAll()
    let claimed = world.claimed
    #expect(claimed == ramp(50))
    world.end()
  }

  @Test("after a cut the last sample decays over the fade and is not counted; a natural end is left alone")
  func fade() {
    for channels in 1...2 {
      let format = AudioFormat.of(.pcm16, 48_000, channels: channels)
      var world = PullWorld(format, .of(48_000, channels: channels), fadeUs: 1_000)
      let frames = channels == 1 ? [Int16(9_000)] : [Int16(9_000), Int16(-9_000)]
      let loud = [Int16]([[Int16]](repeating: frames, count: 2_000).joined())
      world.play(format, [bytes(loud)])
      world.pull(500)
      _ = world.channel.cut()
      // In two blocks, so that the decay goes on from one to the next.
      let counted = world.pull(20) + world.pull(80)
      let decay = world.last(100)
      #expect(counted == 0)
      for frame in 0..<100 {
        let wanted = frame < 48 ? 9_000 * (48 - frame) / 49 : 0
        #expect(decay[frame * channels] == Int16(wanted))
        #expect(decay[frame * channels + channels - 1] == Int16(channels == 1 ? wanted : -wanted))
      }

      world.play(format, [bytes(loud)])
      world.pull(2_000)
      world.pull(100)
      let end = world.last(100)
      #expect(end == [Int16](repeating: 0, count: 100 * channels))
      world.end()
    }
  }

  @Test("E3: a pause loses nothing and counts nothing; a cut reaches through it")
  func pause() {
    var world = PullWorld(.of(.opus), .of(44_100), fadeUs: 0)
    let packets = OpusSource().packets(20)
    world.play(.of(.opus), packets)
    world.pull(333)
    world.channel.setPaused(true)
    let silent = world.pull(1_000) + world.pull(1_000)
    let (claimed, silence) = (world.channel.claimedFrames, world.last(2_000))
    world.channel.setPaused(false)
    world.pullAll()
    let heard = world.claimed
    #expect(silent == 0)
    #expect(claimed == 333)
    #expect(silence == [Int16](repeating: 0, count: 2_000))
    #expect(heard == readDirectly(.of(.opus), packets, .of(44_100)))

    world.play(.of(.opus), packets)
    world.pull(100)
    world.channel.setPaused(true)
    let before = world.channel.cut()
    world.pull(10)
    // What was cut came back although nothing plays.
    for _ in 0..<40 {
      let isOpen = world.begin(.of(.opus))
      #expect(isOpen)
      _ = world.channel.cut()
      world.pull(10)
    }
    #expect(before == Int64(heard.count) + 100)
    world.end()
  }

  @Test("C6: heard is what lies behind the device's delay, silence pushes it on, and it never goes back")
  func ear() {
    var world = PullWorld(pcm48, .of(48_000))
    world.play(pcm48, [bytes(ramp(1_000))])
    var heard: [Int64] = []
    for _ in 0..<4 {
      world.pull(480, delay: 960)
      heard.append(world.channel.heardFrames())
    }
    #expect(heard == [0, 0, 480, 960])
    world.pull(40, delay: 960)
    let all = world.channel.heardFrames()
    world.play(pcm48, [bytes(ramp(1_000))])
    world.pull(480, delay: 960)
    let next = world.channel.heardFrames()
    world.pull(480, delay: .init(UInt32.max))
    let unbelievable = world.channel.heardFrames()
    #expect(all == 1_000)
    #expect(next == 1_000)
    #expect(unbelievable == 1_000)
    for _ in 0..<12 { world.pull(24_000, delay: .init(UInt32.max)) }
    let atLast = world.channel.heardFrames()
    #expect(atLast == 2_000)
    world.end()
  }

  @Test("an underrun goes on where it stopped, and counts nothing meanwhile")
  func underrun() {
    var world = PullWorld(pcm48, .of(48_000))
    world.begin(pcm48)
    world.append(bytes(ramp(700)))
    world.send()
    let heard = [world.pull(480), world.pull(480), world.pull(480)]
    world.append(bytes(ramp(300, from: 701)))
    world.send()
    world.pullAll()
    let claimed = world.claimed
    #expect(heard == [480, 220, 0])
    #expect(claimed == ramp(1_000))
    world.end()
  }

  @Test("the floats are the integers")
  func floats() {
    for channels in 1...2 {
      let format = AudioFormat.of(.pcm16, 48_000, channels: channels)
      var world = PullWorld(format, .of(48_000, channels: channels))
      let samples = [Int16.min, .max, -1, 1, 0, 12_345] + ramp(1_994)
      world.play(format, [bytes(samples)])
      var floats = [Float](repeating: 7, count: 3_001 * channels)
      let claimed = floats.withUnsafeMutableBufferPointer {
        world.channel.device.pull(
          into: $0.baseAddress!, frames: 3_001, channels: UInt32(channels), deviceDelayFrames: 0
        )
        .takenFrames
      }
      #expect(claimed == UInt32(2_000 / channels))
      #expect(Array(floats[..<2_000]) == samples.map { Float($0) / 32_768 })
      #expect(floats[2_000...].allSatisfy { $0 == 0 })
      world.end()
    }
  }
}

/// What a part makes of these deltas when it is read, not sent.
func readDirectly(_ format: AudioFormat, _ deltas: [[UInt8]], _ sink: SinkFormat, at frame: Int64 = 0)
  -> [Int16]
{
  var listener = Listener(format)
  listener.append(packets: deltas)
  let playback = listener.play(at: frame, sink)
  listener.discard()
  return playback.samples
}
