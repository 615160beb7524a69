// What is found in the sound of a part is told of that part, before anything else happens: by every driver that decodes
// where the session can hear it. What the frames are is RTMultiAudio's.

import RTMultiAudio
import RTMultiCore
import Testing

@testable import RTMulti

@Suite struct SoundFramesTests {
  @Test(
    "the frames of decoded Opus are told at once, to a sink that reports and to a paced one",
    arguments: [false, true])
  func toldAtOnce(isPaced: Bool) {
    var session = Session(SessionOptions())
    let format = SinkFormat(sampleRateHz: 24_000, channels: 1)!
    var traits = SinkTraits(
      rateHz: 24_000, isGapless: false, canPause: true, canClear: true, showsText: false, latencyUs: 0)
    traits.reporting = isPaced ? .silent : .reports
    let pacing = Pacing(frameMs: 20, leadMs: 200, prebufferMs: 0, maximumPrebufferMs: 0, padsLastFrame: false)
    _ = session.setSink(format, traits, pacing: isPaced ? pacing : nil)
    _ = session.submit(
      .format(AudioFormat(codec: .opus, sampleRateHz: 48_000, channels: 1)!), isDelivering: false)
    // Packets of one byte are decoded to zeros: silence from the beginning on.
    let silent: [UInt8] = [0x48]
    let place = Place(response: Bytes("r"), item: Bytes("i"), contentIndex: 0)
    for _ in 0..<10 {
      let answer = silent.withUnsafeBufferPointer {
        session.submit(.audio(place, Bytes($0.baseAddress, count: 1)), isDelivering: false)
      }
      #expect(answer == .ok)
    }
    var writtenFrames = 0
    for step in Int64(1)...20 {
      _ = session.submit(.plain(.advance(us: step * 10_000)), isDelivering: false)
      while let delivery = session.next() {
        if case .write(_, _, let frames) = delivery { writtenFrames += frames }
      }
      let isTold = session.pool.soundFrames.isEmpty
      #expect(isTold)
    }
    // What was written are frames of 20 ms, so there was something to tell.
    #expect(writtenFrames >= 24 * 100)
    session.end()
  }
}
