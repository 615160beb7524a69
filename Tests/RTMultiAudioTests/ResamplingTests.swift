// The way from one rate to another: the law of the lengths, independence of the pieces, and nothing of one
// segment in the next.

import RTMultiAudio
import RTMultiCore
import Testing

@Suite struct ResamplingTests {
  static let sinkRatesHz = AudioFormat.pcmRatesHz + [44_056, 47_999, 8_001]

  @Test(
    "C4: every rate pair gives ceil(frames · sink ÷ source) frames, whatever the pieces",
    arguments: sinkRatesHz)
  func lawOfLengths(sinkRateHz: Int) {
    var listener = Listener(.of(.uLaw), seed: UInt64(sinkRateHz))
    for sourceRateHz in AudioFormat.pcmRatesHz {
      for (frames, channels) in [(1, 1), (37, 2), (999, 1), (sourceRateHz / 3 + 11, 2)] {
        let sinkChannels = Int.random(in: 1...2, using: &listener.random)
        listener.nextPart(.of(.pcm16, sourceRateHz, channels: channels))
        listener.append(
          bytes(tone(frames: frames, channels: channels, sampleRateHz: sourceRateHz)), inPiecesUpTo: 3_000)
        let start = Int64.random(in: 0..<Int64(frames), using: &listener.random)
        let playback = listener.play(
          at: start, .of(sinkRateHz, channels: sinkChannels), inPiecesUpTo: 800,
          drainCapacity: Int.random(in: 1...90, using: &listener.random))
        let law = lawfulFrames(Int64(frames) - start, from: sourceRateHz, to: sinkRateHz)
        #expect(playback.sourceFrames == Int64(frames) - start)
        #expect(
          playback.samples.count == law * sinkChannels, "\(sourceRateHz) to \(sinkRateHz), \(frames) frames")
      }
    }
    listener.discard()
  }

  @Test("the pieces in which audio comes and goes change no sample", arguments: [1, 2], [1, 2])
  func pieces(channels: Int, sinkChannels: Int) {
    for (sourceRateHz, sinkRateHz) in [(24_000, 48_000), (24_000, 44_100), (44_100, 8_000), (8_000, 24_000)] {
      let delta = bytes(tone(frames: 9_000, channels: channels, sampleRateHz: sourceRateHz))
      let sink = SinkFormat.of(sinkRateHz, channels: sinkChannels)
      var listener = Listener(.of(.pcm16, sourceRateHz, channels: channels))
      listener.append(delta)
      let whole = listener.play(sink)
      for longest in [1, 13, 500] as [Int64] {
        listener.nextPart(.of(.pcm16, sourceRateHz, channels: channels))
        listener.append(delta, inPiecesUpTo: 1_000)
        let pieces = listener.play(sink, inPiecesUpTo: longest, drainCapacity: 7)
        #expect(pieces == whole)
      }
      listener.discard()
    }
  }

  @Test("a tone stays that tone, at most 5 ms late")
  func fidelityOfTone() {
    for (sourceRateHz, sinkRateHz) in [(24_000, 48_000), (48_000, 24_000), (24_000, 44_100), (16_000, 8_000)] {
      for channels in 1...2 {
        var listener = Listener(.of(.pcm16, sourceRateHz, channels: channels))
        listener.append(bytes(tone(frames: sourceRateHz, channels: channels, sampleRateHz: sourceRateHz)))
        let playback = listener.play(.of(sinkRateHz, channels: channels))
        let truth = tone(frames: sinkRateHz, channels: channels, sampleRateHz: sinkRateHz)
        // The first and the last 10 ms are shaped by the silence around them.
        let edge = sinkRateHz / 100 * channels
        let inside = edge..<(truth.count - edge)
        #expect(playback.samples.count == truth.count)
        // The output lags by half of the filter; its count does not (rules C2 and C4).
        let latest = sinkRateHz / 200
        let likeness =
          (0...latest).map { lag in
            fidelity(
              playback.samples[(inside.lowerBound + lag * channels)..<inside.upperBound],
              to: truth[inside.lowerBound..<(inside.upperBound - lag * channels)])
          }.max() ?? 0
        // The lag may end between two frames: half a frame of this tone is a likeness of 300 by itself.
        #expect(likeness > 300)
        listener.discard()
      }
    }
  }

  @Test("H4: nothing of one segment is heard in the next", arguments: [1, 2])
  func nothingLeaks(channels: Int) {
    let loud = [Int16](repeating: 30_000, count: 6_000 * channels)
    let quiet = tone(frames: 6_000, channels: channels, hz: 300)
    for rates in [[48_000], [44_100, 48_000], [8_000, 16_000], [48_000, 8_000, 44_100]] {
      var listener = Listener(.of(.pcm16, 24_000, channels: channels))
      for sinkRateHz in rates {
        var fresh = Listener(.of(.pcm16, 24_000, channels: channels))
        fresh.append(bytes(quiet))
        let truth = fresh.play(.of(sinkRateHz, channels: channels))
        fresh.discard()

        listener.nextPart(.of(.pcm16, 24_000, channels: channels))
        listener.append(bytes(loud))
        listener.begin(.of(sinkRateHz, channels: channels))
        _ = listener.read(5_000)
        listener.nextPart(.of(.pcm16, 24_000, channels: channels))
        listener.append(bytes(quiet))
        let playback = listener.play(.of(sinkRateHz, channels: channels))
        #expect(playback == truth, "to \(sinkRateHz) Hz")
      }
      listener.discard()
    }
  }

  @Test("the steady state asks for no memory", arguments: [8_000, 24_000, 44_100])
  func steadyState(sinkRateHz: Int) {
    var listener = Listener(.of(.pcm16, 24_000))
    let delta = bytes(tone(frames: 2_400))
    listener.begin(.of(sinkRateHz, channels: 2))
    var heard: Int64 = 0
    var allocationsAfterTenDeltas = 0
    for round in 0..<2_000 {
      listener.append(delta)
      heard += listener.read(2_400).sourceFrames
      listener.release(heardThrough: heard - 1_000)
      if round == 10 { allocationsAfterTenDeltas = listener.pool.allocations }
    }
    let allocations = listener.pool.allocations
    #expect(heard == 4_800_000)
    #expect(allocations == allocationsAfterTenDeltas)
    listener.discard()
  }
}
