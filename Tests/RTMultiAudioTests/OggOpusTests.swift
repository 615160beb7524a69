// Ogg Opus through a part: pages split anywhere, pre-skip, end trim and gain to the frame, several streams in
// one, damage, and what is no Opus stream.

import COpus
import RTMultiAudio
import RTMultiCore
import Testing

@Suite struct OggOpusTests {
  private static let packets = OpusSource().packets(30)

  @Test("split at any byte: the same frames, the same samples", arguments: [1, 3, 30])
  func splits(perPage: Int) {
    let ogg = oggOpus(Self.packets, preSkipFrames: 312, playedFrames: 28_000, perPage: perPage).bytes
    let truth = Array(plainlyDecoded(Self.packets)[312..<28_312])
    for longest in [1, 2, 30, 700, 100_000] {
      var listener = Listener(.of(.oggOpus), seed: UInt64(longest))
      listener.append(ogg, inPiecesUpTo: longest)
      listener.finish()
      let received = listener.part.receivedFrames
      let playback = listener.play(.of(48_000))
      #expect(received == 28_000)
      #expect(playback == Playback(samples: truth, sourceFrames: 28_000))
      listener.discard()
    }
    for cut in 1..<ogg.count {
      var listener = Listener(.of(.oggOpus))
      let outcomes = [listener.append(Array(ogg[..<cut])), listener.append(Array(ogg[cut...]))]
      let received = listener.part.receivedFrames
      #expect(received == 28_000)
      #expect(!outcomes.contains { if case .refused = $0 { true } else { false } })
      listener.discard()
    }
  }

  @Test("pre-skip and end trim to the frame, over packet borders and at every sink rate")
  func trims() {
    let truth = plainlyDecoded(Self.packets)
    let trims = [(0, 28_800), (1, 28_799), (960, 27_840), (3_840, 1), (961, 26_001), (7, 27_801)]
    for (preSkipFrames, playedFrames) in trims {
      let ogg = oggOpus(
        Self.packets, preSkipFrames: preSkipFrames, playedFrames: playedFrames, perPage: 30
      ).bytes
      var listener = Listener(.of(.oggOpus))
      listener.append(ogg)
      listener.finish()
      let playback = listener.play(.of(48_000))
      #expect(playback.samples == Array(truth[preSkipFrames..<(preSkipFrames + playedFrames)]))
      for sinkRateHz in ResamplingTests.sinkRatesHz {
        let start = Int64.random(in: 0..<Int64(playedFrames), using: &listener.random)
        let other = listener.play(at: start, .of(sinkRateHz, channels: 2))
        let law = lawfulFrames(Int64(playedFrames) - start, from: 48_000, to: sinkRateHz)
        #expect(other.sourceFrames == Int64(playedFrames) - start)
        #expect(other.samples.count == 2 * law)
      }
      listener.discard()
    }
  }

  @Test("R counts all but the newest packet, and never shrinks")
  func received() {
    let writer = oggOpus(Self.packets, preSkipFrames: 312, playedFrames: 28_000, perPage: 1)
    var listener = Listener(.of(.oggOpus))
    for (index, page) in writer.pages.enumerated() {
      let before = listener.part.receivedFrames
      let measured = listener.measure(page)
      let outcome = listener.append(page)
      let received = listener.part.receivedFrames
      let packets = index - 1
      let expected = index == 31 ? 28_000 : max(0, (packets - 1) * 960 - 312)
      #expect(received == Int64(expected))
      #expect(outcome == .appended(frames: received - before))
      #expect(measured == 0)
      let readable = listener.play(.of(48_000)).sourceFrames
      #expect(readable == received)
    }
    listener.discard()
  }

  @Test("the end of a stream on an empty page trims the packet before it")
  func endOnEmptyPage() {
    let writer = OggWriter()
    writer.opusHeaders(preSkipFrames: 312)
    for index in 0..<10 { writer.page([Self.packets[index]], granule: Int64(960 * (index + 1))) }
    writer.page([[]], granule: 9_300, endsStream: true)
    // libogg cannot write a page without a packet; this one has an empty packet, which is taken out again.
    let empty = emptied(writer.pages[12])
    var listener = Listener(.of(.oggOpus))
    listener.append(writer.pages[..<12].flatMap { $0 } + empty)
    let received = listener.part.receivedFrames
    #expect(received == 9_300 - 312)
    listener.discard()
  }

  @Test("without an end page, finish counts what was held back, and what comes all the same goes on")
  func finishWithoutEnd() {
    let writer = oggOpus(Self.packets, preSkipFrames: 312, playedFrames: 28_000, perPage: 5)
    var listener = Listener(.of(.oggOpus))
    listener.append(writer.pages[..<4].flatMap { $0 })
    let before = listener.part.receivedFrames
    let outcome = listener.finish()
    let after = listener.part.receivedFrames
    listener.append(writer.pages[4...].flatMap { $0 })
    listener.finish()
    let inTheEnd = listener.part.receivedFrames
    let playback = listener.play(.of(48_000))
    #expect(before == 9 * 960 - 312)
    #expect(after == 10 * 960 - 312)
    #expect(outcome == .clean)
    #expect(inTheEnd == 28_000)
    #expect(playback.samples == Array(plainlyDecoded(Self.packets)[312..<28_312]))
    listener.discard()
  }

  @Test("what comes after the finish in the middle of a page goes on too, and a missing page is found")
  func finishInMiddle() {
    let writer = oggOpus(Self.packets, preSkipFrames: 312, playedFrames: 28_000, perPage: 5)
    let bytes = writer.bytes
    for cut in [writer.pages[..<4].joined().count - 100, writer.pages[..<4].joined().count + 100] {
      var listener = Listener(.of(.oggOpus))
      listener.append(Array(bytes[..<cut]))
      listener.finish()
      listener.append(Array(bytes[cut...]))
      listener.finish()
      let received = listener.part.receivedFrames
      #expect(received == 28_000)
      listener.discard()
    }
    var listener = Listener(.of(.oggOpus))
    listener.append(writer.pages[..<4].flatMap { $0 })
    listener.finish()
    listener.append(writer.pages[5...].flatMap { $0 })
    listener.finish()
    let received = listener.part.receivedFrames
    #expect(received == 28_000)
    listener.discard()
  }

  @Test("a live stream may begin at any granule position")
  func lateStart() {
    let writer = oggOpus(
      Self.packets, preSkipFrames: 312, playedFrames: 28_000, perPage: 4, startGranule: 48_000 * 3_600)
    var listener = Listener(.of(.oggOpus))
    listener.append(writer.bytes)
    let received = listener.part.receivedFrames
    #expect(received == 28_000)
    listener.discard()
  }

  @Test("the output gain is applied, in stereo too")
  func gain() {
    let stereo = OpusSource(channels: 2, bitsPerSecond: 96_000).packets(30)
    let quieter = oggOpus(
      stereo, preSkipFrames: 312, playedFrames: 28_000, perPage: 10, channels: 2, gainQ8: -1_541)
    var listener = Listener(.of(.oggOpus, channels: 2))
    listener.append(quieter.bytes)
    let playback = listener.play(.of(48_000, channels: 2))
    // -6.02 dB: half of every sample.
    let truth = plainlyDecoded(stereo, channels: 2)[624..<56_624].map { $0 / 2 }
    #expect(playback.samples.count == truth.count)
    #expect(zip(playback.samples, truth).allSatisfy { abs(Int($0) - Int($1)) <= 4 })
    listener.discard()
  }

  @Test("H4: one stream after another in one part: each with its own pre-skip, gain and decoder")
  func chainedStreams() {
    let second = OpusSource().packets(20, hz: 300)
    let streams = [
      oggOpus(Self.packets, preSkipFrames: 312, playedFrames: 28_000, perPage: 7),
      oggOpus(second, preSkipFrames: 500, playedFrames: 18_000, perPage: 7, serial: 78),
    ]
    let truth =
      Array(plainlyDecoded(Self.packets)[312..<28_312]) + Array(plainlyDecoded(second)[500..<18_500])
    for endsWithPage in [true, false] {
      var listener = Listener(.of(.oggOpus))
      let first = endsWithPage ? streams[0].bytes : streams[0].pages.dropLast().flatMap { $0 }
      listener.append(first + streams[1].bytes, inPiecesUpTo: 900)
      let received = listener.part.receivedFrames
      let playback = listener.play(.of(48_000))
      let lost = endsWithPage ? 0 : 28_312 - 28 * 960
      #expect(received == Int64(46_000 - lost))
      #expect(playback.samples == Array(truth[..<(28_000 - lost)] + truth[28_000...]))
      listener.discard()
    }
  }

  @Test("tags of any length are skipped; other streams in between are ignored")
  func tagsAndCompanions() {
    for tagBytes in [0, 70_000, 3_000_000] {
      let writer = OggWriter()
      writer.opusHeaders(preSkipFrames: 312, tagBytes: tagBytes)
      writer.page(Array(Self.packets[..<20]), granule: 19_000, endsStream: true)
      let companion = OggWriter(serial: 5)
      companion.page([Array("Skeleton".utf8)], granule: 0)
      companion.page([[1, 2, 3]], granule: 9, endsStream: true)
      var listener = Listener(.of(.oggOpus))
      listener.append(
        writer.pages[0] + companion.pages[0] + writer.pages[1] + companion.pages[1]
          + writer.pages[2...].flatMap { $0 }, inPiecesUpTo: 50_000)
      let received = listener.part.receivedFrames
      let playback = listener.play(.of(48_000))
      #expect(received == 19_000 - 312)
      #expect(playback.samples == Array(plainlyDecoded(Array(Self.packets[..<20]))[312..<19_000]))
      listener.discard()
    }
  }

  @Test("H3: a packet without end is not gathered without end")
  func endlessPacket() {
    let writer = OggWriter()
    writer.opusHeaders(preSkipFrames: 0)
    writer.page([[UInt8](repeating: 0, count: 1_500_000)], granule: 960)
    writer.page([Self.packets[0]], granule: 1_920, endsStream: true)
    let lastOfIt = writer.pages.count - 2
    var listener = Listener(.of(.oggOpus))
    var outcomes: [AppendOutcome] = []
    for page in writer.pages[..<lastOfIt] { outcomes.append(listener.append(page)) }
    let end = listener.append(writer.pages[lastOfIt...].flatMap { $0 })
    let received = listener.part.receivedFrames
    // It was given up while it still came, and the next packet counts.
    #expect(outcomes.contains { if case .damaged = $0 { true } else { false } })
    #expect(end == .appended(frames: 1_920))
    #expect(received == 1_920)
    listener.discard()
  }

  @Test("H3: a damaged page is told, its packet rebuilt from the next one, and the next page plays")
  func damagedPage() {
    var pages = oggOpus(Self.packets, preSkipFrames: 312, playedFrames: 28_000, perPage: 1).pages
    pages[12][40] ^= 0x10
    var listener = Listener(.of(.oggOpus))
    let outcomes = pages.map { listener.append($0) }
    let received = listener.part.receivedFrames
    let playback = listener.play(.of(48_000))
    var truth = Self.packets.map { DecodingStep.packet($0) }
    truth[10] = .rebuilt(from: Self.packets[11], frames: 960)
    #expect(received == 28_000)
    #expect(outcomes.filter { if case .damaged = $0 { true } else { false } }.count == 1)
    #expect(playback.samples == Array(plainlyDecoded(steps: truth)[312..<28_312]))
    listener.discard()
  }

  @Test("H3: a corrupt packet on a sound page is concealed")
  func corruptPacket() {
    var packets = Self.packets
    packets[4] = [0xFB, 0x00]
    var listener = Listener(.of(.oggOpus))
    let outcome = listener.append(
      oggOpus(packets, preSkipFrames: 312, playedFrames: 28_000, perPage: 6).bytes)
    let playback = listener.play(.of(48_000))
    packets[4] = []
    #expect(outcome == .damaged(frames: 28_000))
    #expect(playback.samples == Array(plainlyDecoded(packets)[312..<28_312]))
    listener.discard()
  }

  @Test("what is no Opus stream of one or two channels is refused with its reason, and nothing has changed")
  func refusals() {
    let vorbis = OggWriter()
    vorbis.page([[1] + Array("vorbis".utf8) + [UInt8](repeating: 0, count: 23)], granule: 0)
    let middle = oggOpus(Self.packets, preSkipFrames: 312, playedFrames: 28_000, perPage: 5).pages[3...]
    let noise = [UInt8](repeating: 65, count: 5_000)
    let sound = oggOpus(Self.packets, preSkipFrames: 0, playedFrames: 28_800, perPage: 5).bytes
    var damaged = sound
    damaged[30] ^= 1
    let refused: [([UInt8], Answer)] = [
      (vorbis.bytes, .notOpus), (head(channels: 6, mappingFamily: 1), .tooManyChannels),
      (head(channels: 3), .tooManyChannels), (head(channels: 2, mappingFamily: 1), .unknownMapping),
      (head(channels: 1, mappingFamily: 255), .unknownMapping), (head(channels: 0), .brokenOpusHead),
      (head(version: 16), .unknownOpusVersion), (head(bytes: 12), .brokenOpusHead), (damaged, .brokenOpusHead),
      (middle.flatMap { $0 }, .oggWithoutBeginning), (noise, .notOgg), ([79, 103, 103, 84], .notOgg),
    ]
    for (bytes, reason) in refused {
      for accepted in [0, 1, 3] {
        var listener = Listener(.of(.oggOpus))
        if accepted > 0 { #expect(listener.append(Array(sound[..<accepted])) == .appended(frames: 0)) }
        let pieces = accepted == 0 || reason == .notOgg ? [bytes] : [Array(bytes[accepted...])]
        for piece in pieces + pieces {
          let outcome = listener.append(piece)
          // Behind the first bytes of a stream, noise is a page without end or none; never a stream.
          if accepted == 0 || reason != .notOgg { #expect(outcome == .refused(reason)) }
        }
        if accepted > 0, reason == .notOgg {
          listener.discard()
          continue
        }
        listener.append(Array(sound[accepted...]))
        listener.finish()
        let (received, arrived) = (listener.part.receivedFrames, listener.pool.receivedPackets)
        #expect(received == 28_800)
        #expect(arrived == 30)
        listener.discard()
      }
    }
    #expect(
      PartAudio.refusal(ofBeginning: UnsafeRawBufferPointer(start: nil, count: 0), format: .of(.oggOpus)) == nil
    )
  }

  /// A first page whose head says this.
  private func head(version: UInt8 = 1, channels: UInt8 = 1, mappingFamily: UInt8 = 0, bytes: Int = 19)
    -> [UInt8]
  {
    let writer = OggWriter()
    let head =
      Array("OpusHead".utf8) + [version, channels, 0, 0, 0x80, 0xBB, 0, 0, 0, 0, mappingFamily]
    writer.page([Array(head[..<bytes])], granule: 0)
    return writer.bytes
  }

  @Test("H3: 2,000 streams with damaged bytes: R never shrinks and all of it can be read")
  func damagedStreams() {
    let sound = oggOpus(Self.packets, preSkipFrames: 312, playedFrames: 28_000, perPage: 3).bytes
    var listener = Listener(.of(.oggOpus), seed: 9)
    for _ in 0..<2_000 {
      listener.nextPart(.of(.oggOpus))
      var stream = sound
      for _ in 0...Int.random(in: 0...3, using: &listener.random) {
        let place = Int.random(in: 0..<stream.count, using: &listener.random)
        switch Int.random(in: 0...2, using: &listener.random) {
        case 0: stream[place] = UInt8.random(in: 0...255, using: &listener.random)
        case 1: stream.removeSubrange(place..<min(stream.count, place + 90))
        default: stream.insert(contentsOf: stream[max(0, place - 400)..<place], at: place)
        }
      }
      var received: Int64 = 0
      for start in stride(from: 0, to: stream.count, by: 300) {
        listener.append(Array(stream[start..<min(stream.count, start + 300)]))
        #expect(listener.part.receivedFrames >= received)
        received = listener.part.receivedFrames
      }
      listener.finish()
      received = listener.part.receivedFrames
      let playback = listener.play(.of(8_000))
      #expect(playback.sourceFrames == received)
      listener.release(heardThrough: received)
      let queued = listener.pool.queuedBytes
      #expect(queued == 0)
    }
    listener.discard()
  }

  @Test("E5 and release: the rest of a long stream plays from any frame while it still arrives")
  func replayWhileArriving() {
    let packets = OpusSource(bitsPerSecond: 64_000, application: OPUS_APPLICATION_RESTRICTED_LOWDELAY)
      .packets(400)
    let pages = oggOpus(packets, preSkipFrames: 312, playedFrames: 380_000, perPage: 2).pages
    let truth = plainlyDecoded(packets)[312...]
    var listener = Listener(.of(.oggOpus))
    listener.append(pages[0] + pages[1])
    var heard: Int64 = 0
    for page in pages[2...] {
      listener.append(page)
      listener.begin(at: heard, .of(48_000))
      let ahead = listener.read()
      let from = truth.startIndex + Int(heard)
      let same = ahead.samples[...]
      #expect(heard + ahead.sourceFrames == listener.part.receivedFrames)
      let likeness = fidelity(same, to: truth[from..<(from + same.count)])
      #expect(likeness > 1_000)
      heard += ahead.sourceFrames / 2
      listener.release(heardThrough: heard)
    }
    listener.discard()
  }

  /// The page without its one empty packet.
  private func emptied(_ page: [UInt8]) -> [UInt8] {
    var header = Array(page[..<27])
    header[26] = 0
    return sealed(header)
  }
}
