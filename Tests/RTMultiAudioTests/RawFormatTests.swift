// PCM16 and G.711 through a part: lengths, split samples, tables, channels, and playing the rest again. Rates
// are ResamplingTests'.

import RTMultiAudio
import RTMultiCore
import Testing

@Suite struct RawFormatTests {
  @Test("C3: lengths come from samples at the part's own format")
  func lengths() {
    for (format, byteCount) in [
      (AudioFormat.of(.uLaw), 8_000), (.of(.aLaw), 8_000), (.of(.pcm16, 24_000), 48_000),
      (.of(.pcm16, 8_000), 16_000), (.of(.pcm16, 44_100, channels: 2), 176_400),
    ] {
      var listener = Listener(format)
      let delta = [UInt8](repeating: 7, count: byteCount)
      let measured = listener.measure(delta)
      let outcome = listener.append(delta)
      let received = listener.part.receivedFrames
      #expect(measured == Int64(format.sampleRateHz))
      #expect(outcome == .appended(frames: measured))
      #expect(received == measured)
      listener.discard()
    }
  }

  @Test("H5: a sample split between two deltas is joined", arguments: [1, 2])
  func splitSamples(channels: Int) {
    let samples = tone(frames: 5_000, channels: channels)
    for longest in [1, 2, 3, 5, 97, 9_000] {
      var listener = Listener(.of(.pcm16, 24_000, channels: channels), seed: UInt64(longest))
      listener.append(bytes(samples), inPiecesUpTo: longest)
      let finish = listener.finish()
      let playback = listener.play(.of(24_000, channels: channels))
      #expect(finish == .clean)
      #expect(playback == Playback(samples: samples, sourceFrames: 5_000))
      listener.discard()
    }
  }

  @Test("H5: measure knows of the half sample that waits")
  func measureAfterSplit() {
    var listener = Listener(.of(.pcm16, 24_000, channels: 2))
    for (byteCount, frames) in [(3, 0), (1, 1), (7, 1), (2, 1), (0, 0), (2, 0), (1, 1), (1, 0)] {
      let delta = [UInt8](repeating: 1, count: byteCount)
      let measured = listener.measure(delta)
      let outcome = listener.append(delta)
      #expect(measured == Int64(frames))
      #expect(outcome == .appended(frames: Int64(frames)))
    }
    listener.discard()
  }

  @Test("H5: an odd last byte at the end is dropped, once")
  func oddByte() {
    var listener = Listener(.of(.pcm16, 24_000))
    listener.append([1, 0, 2, 0, 3])
    let first = listener.finish()
    let second = listener.finish()
    let playback = listener.play(.of(24_000))
    #expect(first == .droppedOddByte)
    #expect(second == .clean)
    #expect(playback == Playback(samples: [1, 2], sourceFrames: 2))
    listener.discard()
  }

  @Test("G.711 decodes to the levels of the ITU's own formula", arguments: [Codec.uLaw, .aLaw])
  func g711(codec: Codec) {
    var listener = Listener(.of(codec))
    listener.append((0...255).map { UInt8($0) })
    let playback = listener.play(.of(8_000))
    let truth = (0...255).map { codec == .uLaw ? uLawLevel(UInt8($0)) : aLawLevel(UInt8($0)) }
    #expect(playback.samples == truth)
    listener.discard()
  }

  @Test("mono becomes two equal channels, stereo becomes the mean")
  func channels() {
    var listener = Listener(.of(.pcm16, 24_000))
    listener.append(bytes([1, -2, 32_767]))
    let doubled = listener.play(.of(24_000, channels: 2))
    #expect(doubled.samples == [1, 1, -2, -2, 32_767, 32_767])

    listener.nextPart(.of(.pcm16, 24_000, channels: 2))
    listener.append(bytes([10, 20, -10, -21, 32_767, 32_767, -32_768, -32_768, -3, 3]))
    let mean = listener.play(.of(24_000))
    #expect(mean.samples == [15, -15, 32_767, -32_768, 0])

    listener.nextPart(.of(.uLaw))
    listener.append([0x80, 0x00])
    let telephone = listener.play(.of(8_000, channels: 2))
    #expect(telephone.samples == [32_124, 32_124, -32_124, -32_124])
    listener.discard()
  }

  @Test("a read of PCM obeys its limit exactly and gives nothing when nothing waits")
  func limits() {
    var listener = Listener(.of(.pcm16, 24_000))
    let early = listener.play(.of(24_000))
    listener.append(bytes(tone(frames: 24_000)))
    listener.begin(.of(24_000))
    let none = listener.read(0)
    let some = listener.read(1_234)
    let rest = listener.read()
    #expect(early == Playback())
    #expect(none == Playback())
    #expect(some.sourceFrames == 1_234)
    #expect(some.samples.count == 1_234)
    #expect(rest.sourceFrames == 24_000 - 1_234)
    listener.discard()
  }

  @Test("E5: the unheard rest plays on from any frame, bit for bit", arguments: [1, 2])
  func replay(channels: Int) {
    let samples = tone(frames: 60_000, channels: channels)
    let sink = SinkFormat.of(24_000, channels: channels)
    var listener = Listener(.of(.pcm16, 24_000, channels: channels))
    listener.append(bytes(samples), inPiecesUpTo: 20_000)
    var heard: Int64 = 0
    while heard < 60_000 {
      listener.begin(at: heard, sink)
      let ahead = listener.read(Int64.random(in: 1...9_000, using: &listener.random), inPiecesUpTo: 700)
      let from = Int(heard) * channels
      #expect(ahead.samples == Array(samples[from..<(from + ahead.samples.count)]))
      heard += Int64.random(in: 0...ahead.sourceFrames, using: &listener.random)
      listener.release(heardThrough: heard)
      let queued = listener.part.queuedBytes
      #expect(queued == (60_000 - Int(heard)) * 2 * channels)
    }
    listener.discard()
  }

  @Test("audio may come, be read, be released and begin again in any order")
  func anyOrder() {
    let samples = tone(frames: 120_000)
    // Four deltas fill a block exactly, so that reading often stops on the border between two.
    let delta = 1_021
    var listener = Listener(.of(.pcm16, 24_000))
    listener.begin(.of(24_000))
    var (arrived, read, released) = (0, 0, 0)
    while arrived + delta <= samples.count {
      switch Int.random(in: 0...7, using: &listener.random) {
      case 0...2:
        listener.append(bytes(Array(samples[arrived..<(arrived + delta)])))
        arrived += delta
      case 3...4:
        let wanted = Bool.random(using: &listener.random) ? arrived : read + 500
        let playback = listener.read(Int64(wanted - read))
        #expect(playback.samples == Array(samples[read..<min(wanted, arrived)]))
        read += playback.samples.count
      case 5...6:
        released = Int.random(in: 0...1, using: &listener.random) == 0 ? read : (released + read) / 2
        listener.release(heardThrough: Int64(released))
      default:
        read = Int.random(in: released...read, using: &listener.random)
        listener.begin(at: Int64(read), .of(24_000))
      }
      let queued = listener.part.queuedBytes
      #expect(queued == 2 * (arrived - released))
    }
    listener.discard()
  }

  @Test("a reader on the border of a block survives the release of that block")
  func borderOfABlock() {
    // 8,168 bytes: exactly one block.
    let samples = tone(frames: 4 * 4_084)
    var listener = Listener(.of(.pcm16, 24_000))
    listener.begin(.of(24_000))
    for first in stride(from: 0, to: samples.count, by: 4_084) {
      listener.append(bytes(Array(samples[first..<(first + 4_084)])))
      listener.release(heardThrough: Int64(first))
      let playback = listener.read()
      #expect(playback.samples == Array(samples[first..<(first + 4_084)]))
    }
    listener.discard()
  }

  @Test("what was released cannot be played again; what was not read cannot be released")
  func releaseLimits() {
    var listener = Listener(.of(.pcm16, 24_000))
    listener.append(bytes(tone(frames: 10_000)))
    listener.begin(.of(24_000))
    _ = listener.read(4_000)
    listener.release(heardThrough: 9_000)
    let queued = listener.part.queuedBytes
    let rest = listener.play(at: 100, .of(24_000))
    let beyond = listener.play(at: 99_999, .of(24_000))
    #expect(queued == 12_000)
    #expect(rest.samples == Array(tone(frames: 10_000)[4_000...]))
    #expect(beyond == Playback())
    listener.discard()
  }

  @Test("A5: what comes after the end still counts and plays, also when all before it was forgotten")
  func lateAudio() {
    for codec in [Codec.pcm16, .opus] {
      let pcm = bytes(tone(frames: 960))
      let deltas = codec == .opus ? OpusSource().packets(2) : [pcm, pcm]
      var listener = Listener(.of(codec))
      listener.begin(.of(48_000))
      listener.append(deltas[0])
      listener.finish()
      let first = listener.read()
      listener.release(heardThrough: 960)
      let queued = listener.part.queuedBytes
      let late = listener.append(deltas[1])
      let second = listener.read()
      if codec == .pcm16 { listener.append([1]) }
      let outcome = listener.finish()
      #expect(queued == 0)
      #expect(late == .appended(frames: 960))
      #expect(first.sourceFrames == 960)
      #expect(second.samples == (codec == .opus ? plainlyDecoded(deltas).suffix(960) : tone(frames: 960)))
      #expect(outcome == (codec == .pcm16 ? .droppedOddByte : .clean))
      listener.discard()
    }
  }

  @Test("after discard a part takes nothing and has given everything back")
  func discarding() {
    var listener = Listener(.of(.pcm16, 24_000))
    listener.append(bytes(tone(frames: 30_000)))
    listener.begin(.of(48_000))
    _ = listener.read(100)
    listener.discard()
    let tooLate = listener.append([1, 2, 3, 4])
    let silence = listener.play(.of(24_000))
    let (received, queued, inAll) = (
      listener.part.receivedFrames, listener.part.queuedBytes, listener.pool.queuedBytes
    )
    #expect(tooLate == .appended(frames: 0))
    #expect(silence == Playback())
    #expect(received == 30_000)
    #expect(queued == 0)
    #expect(inAll == 0)
  }
}

/// ITU-T G.711 Table 2, built from its own description: eight segments of sixteen steps, each segment with
/// steps twice as large as the one below, 14 bits wide.
private func uLawLevel(_ code: UInt8) -> Int16 {
  let value = 255 - Int(code)
  let (segment, step) = ((value % 128) / 16, value % 16)
  var base = 0
  for lower in 0..<segment { base += 16 << (lower + 1) }
  // The first segment begins at -1: its first step is half as wide and decodes to zero.
  let level = base + step * (2 << segment) + (1 << segment) - 1
  return Int16((value < 128 ? 1 : -1) * level * 4)
}

/// ITU-T G.711 Table 1: the first two segments share a step size; 13 bits wide; even bits inverted.
private func aLawLevel(_ code: UInt8) -> Int16 {
  let value = Int(code ^ 0x55)
  let (segment, step) = ((value % 128) / 16, value % 16)
  var base = 0
  for lower in 0..<segment { base += 16 * (2 << max(0, lower - 1)) }
  let width = 2 << max(0, segment - 1)
  let level = base + step * width + width / 2
  return Int16((value >= 128 ? 1 : -1) * level * 8)
}
