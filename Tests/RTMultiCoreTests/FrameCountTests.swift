// The one place that rounds, held to its law: down, so that nobody is ever said to have heard what they did
// not (rule C1), and exact at every pair of rates that can meet.

import Testing

@testable import RTMultiCore

@Suite struct FrameCountTests {
  /// Every rate that a part or a sink can have in these tests, an odd one among them.
  static let ratesHz = AudioFormat.pcmRatesHz + [37_813]

  private static let hour: Int64 = 3_600
  /// Small counts, counts around a millisecond and a second, and the longest response.
  private static func counts(_ rateHz: Int) -> [Int64] {
    let rate = Int64(rateHz)
    return Array(0...50)
      + [
        rate / 1_000 - 1, rate / 1_000, rate / 1_000 + 1, rate - 1, rate, rate + 1, hour * rate - 1,
        hour * rate,
      ]
  }

  @Test("C1: milliseconds are rounded down", arguments: ratesHz)
  func milliseconds(rateHz: Int) {
    for frames in Self.counts(rateHz) {
      let ms = FrameCount.milliseconds(frames, rateHz: rateHz)
      #expect(ms * Int64(rateHz) <= frames * 1_000)
      #expect((ms + 1) * Int64(rateHz) > frames * 1_000)
    }
    let hour = FrameCount.milliseconds(Self.hour * Int64(rateHz), rateHz: rateHz)
    #expect(hour == 3_600_000)
  }

  @Test("milliseconds and frames undo each other as far as they can", arguments: ratesHz)
  func thereAndBack(rateHz: Int) {
    for ms in Array(Int64(0)...100) + [999, 1_000, 3_599_999, 3_600_000] {
      let frames = FrameCount.frames(milliseconds: ms, rateHz: rateHz)
      #expect(frames * 1_000 <= ms * Int64(rateHz))
      #expect((frames + 1) * 1_000 > ms * Int64(rateHz))
      let back = FrameCount.milliseconds(frames, rateHz: rateHz)
      #expect(back == ms || (back == ms - 1 && ms * Int64(rateHz) % 1_000 != 0))
    }
  }

  @Test("C4: every pair of rates: down, by less than a frame, and back never beyond", arguments: ratesHz)
  func conversion(fromHz: Int) {
    for toHz in Self.ratesHz {
      for frames in Self.counts(fromHz) {
        let converted = FrameCount.convert(frames, fromHz: fromHz, toHz: toHz)
        #expect(converted * Int64(fromHz) <= frames * Int64(toHz))
        #expect((converted + 1) * Int64(fromHz) > frames * Int64(toHz))
        let back = FrameCount.convert(converted, fromHz: toHz, toHz: fromHz)
        #expect(back <= frames)
      }
      let second = FrameCount.convert(Int64(fromHz), fromHz: fromHz, toHz: toHz)
      #expect(second == Int64(toHz))
    }
  }

  @Test("conversion never overtakes: more frames are never fewer elsewhere")
  func monotonic() {
    for fromHz in Self.ratesHz {
      for toHz in Self.ratesHz {
        var last: Int64 = 0
        for frames in Int64(0)..<500 {
          let converted = FrameCount.convert(frames, fromHz: fromHz, toHz: toHz)
          #expect(converted >= last)
          last = converted
        }
      }
    }
  }

  @Test("microseconds are the first moment at which the frames have been heard", arguments: ratesHz)
  func microseconds(rateHz: Int) {
    for frames in Self.counts(rateHz) where frames > 0 {
      let us = FrameCount.microseconds(frames, rateHz: rateHz)
      let heard = FrameCount.frames(microseconds: us, rateHz: rateHz)
      let heardBefore = FrameCount.frames(microseconds: us - 1, rateHz: rateHz)
      #expect(heard == frames)
      #expect(heardBefore < frames)
    }
    let none = FrameCount.microseconds(0, rateHz: rateHz)
    #expect(none == 0)
  }

  @Test("C7: a clock that steps back or leaps overflows nothing", arguments: ratesHz)
  func strangeClocks(rateHz: Int) {
    for us in [Int64.min, -1, 0] {
      let frames = FrameCount.frames(microseconds: us, rateHz: rateHz)
      #expect(frames == 0)
    }
    for us in [86_400_000_000, Int64.max] {
      let frames = FrameCount.frames(microseconds: us, rateHz: rateHz)
      #expect(frames == 86_400 * Int64(rateHz))
    }
  }
}

@Suite struct AudioFormatTests {
  @Test("C3: the rate in which a part is counted", arguments: [8_000, 24_000, 48_000])
  func rates(sampleRateHz: Int) {
    #expect(AudioFormat(codec: .pcm16, sampleRateHz: sampleRateHz, channels: 1)?.sampleRateHz == sampleRateHz)
    #expect(AudioFormat(codec: .uLaw, sampleRateHz: sampleRateHz, channels: 1)?.sampleRateHz == 8_000)
    #expect(AudioFormat(codec: .aLaw, sampleRateHz: sampleRateHz, channels: 1)?.sampleRateHz == 8_000)
    #expect(AudioFormat(codec: .opus, sampleRateHz: sampleRateHz, channels: 2)?.sampleRateHz == 48_000)
    #expect(AudioFormat(codec: .oggOpus, sampleRateHz: sampleRateHz, channels: 1)?.sampleRateHz == 48_000)
  }

  @Test("formats that nobody can play do not exist")
  func refused() {
    #expect(AudioFormat(codec: .pcm16, sampleRateHz: 96_000, channels: 1) == nil)
    #expect(AudioFormat(codec: .pcm16, sampleRateHz: 0, channels: 1) == nil)
    #expect(AudioFormat(codec: .pcm16, sampleRateHz: 24_000, channels: 3) == nil)
    #expect(AudioFormat(codec: .pcm16, sampleRateHz: 24_000, channels: 0) == nil)
    #expect(AudioFormat(codec: .uLaw, sampleRateHz: 8_000, channels: 2) == nil)
    #expect(SinkFormat(sampleRateHz: 7_999, channels: 1) == nil)
    #expect(SinkFormat(sampleRateHz: 48_001, channels: 1) == nil)
    #expect(SinkFormat(sampleRateHz: 24_000, channels: 0) == nil)
    #expect(SinkFormat(sampleRateHz: 37_813, channels: 2)?.sampleRateHz == 37_813)
  }
}
