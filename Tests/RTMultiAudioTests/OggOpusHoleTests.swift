// Ogg Opus streams of which pages are missing, damaged, repeated or out of place: R stays what the granule positions
// say. The truth is a libopus decoder that is told by hand what is missing. Sound streams are OggOpusTests'.

import COpus
import RTMultiAudio
import RTMultiCore
import Testing

@Suite struct OggOpusHoleTests {
  /// SILK at a rate at which the encoder puts the packet before into each one, and CELT, which has no such thing.
  private static let speech = OpusSource(bitsPerSecond: 24_000, bandwidth: OPUS_BANDWIDTH_WIDEBAND).packets(30)
  private static let music = OpusSource(
    bitsPerSecond: 64_000, application: OPUS_APPLICATION_RESTRICTED_LOWDELAY
  ).packets(30)

  private struct Hearing {
    var samples: [Int16] = []
    var received: Int64 = 0
    var damaged = 0
    var lost = 0
    var rebuilt = 0
  }

  /// Plays pages, each piece appended alone, and sees that all is accounted for.
  private func hear(_ pieces: [[UInt8]], sourceLocation: SourceLocation = #_sourceLocation) -> Hearing {
    var listener = Listener(.of(.oggOpus))
    var hearing = Hearing()
    for piece in pieces {
      if case .damaged = listener.append(piece) { hearing.damaged += 1 }
    }
    listener.finish()
    hearing.samples = listener.play(.of(48_000)).samples
    hearing.received = listener.part.receivedFrames
    listener.release(heardThrough: hearing.received)
    let (accounted, unaccounted) = (listener.accountedFrames, listener.unaccountedPackets)
    #expect(accounted == hearing.received, sourceLocation: sourceLocation)
    #expect(unaccounted == 0, sourceLocation: sourceLocation)
    (hearing.lost, hearing.rebuilt) = (listener.pool.lostPackets, listener.pool.rebuiltPackets)
    listener.discard()
    return hearing
  }

  /// What libopus makes of `packets` where those of `lost` never came.
  private func truth(_ packets: [[UInt8]], lost: Range<Int>, hasFEC: Bool) -> [Int16] {
    let guessed = lost.count - (hasFEC ? 1 : 0)
    var steps = packets[..<lost.lowerBound].map { DecodingStep.packet($0) }
    for index in 0..<guessed { steps.append(index < 6 ? .concealed(frames: 960) : .zeros(frames: 960)) }
    if hasFEC { steps.append(.rebuilt(from: packets[lost.upperBound], frames: 960)) }
    steps += packets[lost.upperBound...].map { DecodingStep.packet($0) }
    return plainlyDecoded(steps: steps)
  }

  @Test("H2: missing pages are exactly their samples, the last from the FEC of the next", arguments: 1...9)
  func missingPages(lostPages: Int) {
    for (packets, hasFEC) in [(Self.speech, true), (Self.music, false)] {
      for perPage in [1, 2] {
        var pages = oggOpus(packets, preSkipFrames: 312, playedFrames: 28_000, perPage: perPage).pages
        let lost = 5 * perPage..<(5 + lostPages) * perPage
        pages.removeSubrange(7..<(7 + lostPages))
        let hearing = hear(pages)
        #expect(hearing.received == 28_000)
        #expect(hearing.samples == Array(truth(packets, lost: lost, hasFEC: hasFEC)[312..<28_312]))
        #expect(hearing.lost == lost.count)
        #expect(hearing.rebuilt == (hasFEC ? 1 : 0))
        #expect(hearing.damaged == 1)
      }
    }
  }

  @Test("the first pages of audio may be missing, with the tags or without: the pre-skip is theirs")
  func missingBeginning() {
    for missing in [1..<2, 1..<3, 2..<3, 2..<5] {
      var pages = oggOpus(Self.music, preSkipFrames: 1_200, playedFrames: 27_000, perPage: 2).pages
      pages.removeSubrange(missing)
      let lost = 0..<max(0, 2 * (missing.upperBound - 2))
      let hearing = hear(pages)
      #expect(hearing.received == 27_000)
      #expect(hearing.samples == Array(truth(Self.music, lost: lost, hasFEC: false)[1_200..<28_200]))
      #expect(hearing.lost == lost.count)
    }
  }

  @Test("before the last page whole packets are missing: what it counts less is the end trim")
  func missingBeforeTheEnd() {
    for playedFrames in [28_488, 28_300, 27_600, 27_529] {
      var pages = oggOpus(Self.music, preSkipFrames: 312, playedFrames: playedFrames, perPage: 3).pages
      pages.remove(at: 10)
      let hearing = hear(pages)
      let samples = truth(Self.music, lost: 24..<27, hasFEC: false)[312..<(312 + playedFrames)]
      #expect(hearing.received == Int64(playedFrames))
      #expect(hearing.samples == Array(samples))
    }
  }

  @Test("2 s are the longest hole; a longer one is none")
  func longestHole() {
    let packets = OpusSource(
      bitsPerSecond: 64_000, application: OPUS_APPLICATION_RESTRICTED_LOWDELAY
    ).packets(120)
    for (lostPackets, heardPackets) in [(100, 120), (101, 19)] {
      var pages = oggOpus(packets, preSkipFrames: 0, playedFrames: 120 * 960, perPage: 1).pages
      pages.removeSubrange(7..<(7 + lostPackets))
      let hearing = hear(pages)
      #expect(hearing.received == Int64(heardPackets * 960))
      #expect(hearing.lost == (heardPackets == 120 ? lostPackets : 0))
      #expect(hearing.damaged == 1)
    }
  }

  @Test("a packet over two pages goes with either of them")
  func missingHalf() {
    for missing in 4...5 {
      let writer = OggWriter()
      writer.opusHeaders(preSkipFrames: 0)
      writer.page(Array(Self.music[..<4]), granule: 4 * 960)
      writer.page([Self.music[4]], granule: 5 * 960)
      // 70,000 bytes: more than a page holds.
      writer.page([repacketized([Self.music[5]], paddedTo: 70_000)], granule: 6 * 960)
      writer.page(Array(Self.music[6..<10]), granule: 10 * 960, endsStream: true)
      #expect(writer.pages.count == 7)
      var pages = writer.pages
      pages.remove(at: missing)
      let hearing = hear(pages)
      #expect(hearing.received == 9_600)
      #expect(hearing.lost == 1)
      #expect(hearing.samples == Array(truth(Array(Self.music[..<10]), lost: 5..<6, hasFEC: false)))
    }
  }

  @Test("a page that comes twice, or when its time is over, plays once")
  func repeatedPages() {
    let pages = oggOpus(Self.music, preSkipFrames: 312, playedFrames: 28_000, perPage: 1).pages
    let sound = Array(plainlyDecoded(Self.music)[312..<28_312])
    let repeated = hear(pages[...9] + [pages[9], pages[4]] + pages[5...8] + pages[10...])
    #expect(repeated.samples == sound)
    #expect(repeated.damaged == 0)
    let swapped = hear(pages[..<9] + [pages[10], pages[9]] + pages[11...])
    #expect(swapped.received == 28_000)
    #expect(swapped.samples == Array(truth(Self.music, lost: 7..<8, hasFEC: false)[312..<28_312]))
  }

  @Test(
    "numbers of pages that say nothing, and granule positions that jump without a missing page, lose nothing")
  func carelessWriters() {
    let sound = Array(plainlyDecoded(Self.music)[312..<28_312])
    let pages = oggOpus(Self.music, preSkipFrames: 312, playedFrames: 28_000, perPage: 2).pages
    let unnumbered = pages.enumerated().map { index, page in
      var page = page
      if index > 1 { page[18] = 7 }
      return sealed(page)
    }
    #expect(hear(unnumbered).samples == sound)
    var late = pages
    for index in 9..<late.count {
      // 19,200 frames later: half a second in which nothing was sent.
      let granule = UInt32(late[index][6]) | UInt32(late[index][7]) << 8
      for byte in 0..<3 {
        late[index][6 + byte] = UInt8(truncatingIfNeeded: (granule + 19_200) >> (8 * UInt32(byte)))
      }
      late[index] = sealed(late[index])
    }
    let hearing = hear(late)
    #expect(hearing.samples == sound)
    #expect(hearing.lost == 0)
  }

  @Test("H3: what is no page is told once, wherever it stands, and costs nothing but what it damaged")
  func garbage() {
    let pages = oggOpus(Self.music, preSkipFrames: 312, playedFrames: 28_000, perPage: 1).pages
    let between = hear(pages[..<9] + [Array(repeating: 79, count: 3_000)] + pages[9...])
    #expect(between.samples == Array(plainlyDecoded(Self.music)[312..<28_312]))
    #expect(between.damaged == 1)
    var last = pages
    last[31][30] ^= 1
    let lastDamaged = hear(last)
    #expect(lastDamaged.received == 29 * 960 - 312)
    #expect(lastDamaged.damaged == 1)
    var middle = pages
    middle[12][40] ^= 1
    // Every byte alone: the damage is told where it is seen, and not again where the page is missed.
    let bytewise = hear(middle.flatMap { $0 }.map { [$0] })
    #expect(bytewise.received == 28_000)
    #expect(bytewise.damaged == 1)
  }

  @Test("tags on several pages of which one is missing, and tags without end, cost no audio")
  func damagedTags() {
    let writer = OggWriter()
    writer.opusHeaders(preSkipFrames: 312, tagBytes: 200_000)
    writer.page(Array(Self.music[..<20]), granule: 19_200)
    writer.page(Array(Self.music[20...]), granule: 28_312, endsStream: true)
    #expect(writer.pages.count == 7)
    for missing in 1...4 {
      var pages = writer.pages
      pages.remove(at: missing)
      let hearing = hear(pages)
      #expect(hearing.received == 28_000)
      #expect(hearing.samples == Array(plainlyDecoded(Self.music)[312..<28_312]))
      #expect(hearing.lost == 0)
    }
  }

  @Test("a later stream that cannot be played is told and left out; those around it play")
  func unplayableChain() {
    let first = oggOpus(Array(Self.music[..<10]), preSkipFrames: 312, playedFrames: 9_000, perPage: 5)
    let surround = OggWriter(serial: 78)
    surround.opusHeaders(preSkipFrames: 0, channels: 6, mappingFamily: 1)
    surround.page(Array(Self.speech[..<5]), granule: 4_800, endsStream: true)
    let third = oggOpus(
      Array(Self.speech[..<10]), preSkipFrames: 100, playedFrames: 9_100, perPage: 5, serial: 79)
    let hearing = hear([first.bytes, surround.bytes, third.bytes])
    #expect(hearing.damaged == 1)
    #expect(hearing.received == 18_100)
    #expect(
      hearing.samples == Array(plainlyDecoded(Array(Self.music[..<10]))[312..<9_312])
        + Array(plainlyDecoded(Array(Self.speech[..<10]))[100..<9_200]))
  }

  @Test("a chained stream may end or begin with a hole: it has a decoder of its own all the same")
  func chainWithHoles() {
    var first = oggOpus(Self.speech, preSkipFrames: 312, playedFrames: 28_000, perPage: 3).pages
    var second = oggOpus(Self.music, preSkipFrames: 312, playedFrames: 28_000, perPage: 3, serial: 78).pages
    first.removeLast()
    second.remove(at: 2)
    let hearing = hear(first + second)
    #expect(hearing.received == 27 * 960 - 312 + 28_000)
    #expect(
      hearing.samples == Array(plainlyDecoded(Array(Self.speech[..<27]))[312...])
        + Array(truth(Self.music, lost: 0..<3, hasFEC: false)[312..<28_312]))
  }
}
