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
        #expect(playback.samples.count == sinkRateHz * channels)
        // The output lags by half of the filter, which may end between two frames; its count does not (rules C2, C4).
        let whole = (0...sinkRateHz / 200).max {
          likeness(playback.samples, channels, lagFrames: Double($0), sinkRateHz)
            < likeness(playback.samples, channels, lagFrames: Double($1), sinkRateHz)
        }
        let best =
          (-32...32).map {
            likeness(playback.samples, channels, lagFrames: Double(whole ?? 0) + Double($0) / 32, sinkRateHz)
          }.max() ?? 0
        #expect(best > 3_000, "\(sourceRateHz) to \(sinkRateHz) Hz, \(channels) channels")
        listener.discard()
      }
    }
  }

  /// How well 5 ms at three places fit the tone as it was so many frames before: a ratio of powers.
  private func likeness(
    _ samples: [Int16], _ channels: Int, lagFrames: Double, _ sinkRateHz: Int
  ) -> Double {
    var signal = 0.0
    var noise = 1.0
    for place in 1...3 {
      let start = sinkRateHz * place / 4
      for frame in start..<(start + sinkRateHz / 200) {
        for channel in 0..<channels {
          let wanted = toneSample(atS: (Double(frame) - lagFrames) / Double(sinkRateHz), channel: channel)
          let heard = Double(samples[frame * channels + channel])
          signal += wanted * wanted
          noise += (heard - wanted) * (heard - wanted)
        }
      }
    }
    return signal / noise
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
