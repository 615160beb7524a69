// Nothing is lost track of, whatever comes and whatever is done: packets received are played, replaced, waiting or
// dropped for a reason; frames handed over are decoded, rebuilt, concealed or silent; and how the bytes were cut makes
// no difference. After every step, on all three ways in.

import COpus
import RTMultiAudio
import RTMultiCore
import Testing

@Suite struct ConservationTests {
  private static let speech = OpusSource(bitsPerSecond: 24_000, bandwidth: OPUS_BANDWIDTH_WIDEBAND).packets(60)
  private static let music = OpusSource(
    bitsPerSecond: 64_000, application: OPUS_APPLICATION_RESTRICTED_LOWDELAY, packetFrames: 480
  ).packets(60)

  /// What one part was fed and has handed over, checked after each step.
  private struct Books: ~Copyable {
    var listener: Listener
    var heard: Int64 = 0
    /// Frames that were handed over, those of a segment begun again once more.
    private var handedOver: Int64 = 0
    /// A segment begun again decodes packets a second time: from then on they are no less than those that came.
    private var decodesAgain = false
    private var released: Int64 = 0
    private var received: Int64 = 0

    init(_ format: AudioFormat, seed: Int) { listener = Listener(format, seed: UInt64(seed)) }

    mutating func balance(_ step: String, sourceLocation: SourceLocation = #_sourceLocation) {
      let (accounted, unaccounted) = (listener.accountedFrames, listener.unaccountedPackets)
      #expect(accounted == handedOver, "\(step)", sourceLocation: sourceLocation)
      #expect(
        decodesAgain ? unaccounted <= 0 : unaccounted == 0, "\(step): \(unaccounted) packets",
        sourceLocation: sourceLocation)
      let now = listener.part.receivedFrames
      #expect(now >= received, "\(step): R shrank", sourceLocation: sourceLocation)
      received = now
    }

    mutating func read(_ frames: Int64) {
      let playback = listener.read(frames)
      handedOver += playback.sourceFrames
      heard += playback.sourceFrames
      #expect(heard <= listener.part.receivedFrames)
    }

    mutating func release() {
      listener.release(heardThrough: heard)
      released = heard
    }

    /// Begins a segment, where it must not begin with what was forgotten.
    mutating func begin(at frame: Int64, _ sink: SinkFormat) {
      if heard > 0 { decodesAgain = true }
      heard = max(released, frame)
      listener.begin(at: heard, sink)
    }

    mutating func nextPart(_ format: AudioFormat) {
      listener.nextPart(format)
      (heard, released, received) = (0, 0, 0)
    }
  }

  private static let sinks: [SinkFormat] = [.of(48_000), .of(24_000, channels: 2), .of(44_100), .of(8_000)]

  /// Feeds parts step by step; now and then reads, forgets, ends, discards early and, where `restarts`, begins again.
  private func feed(
    _ format: AudioFormat, seed: Int, restarts: Bool,
    _ pieces: (inout SeededRandom) -> [(inout Listener) -> Void]
  ) {
    var books = Books(format, seed: seed)
    for round in 0..<6 {
      books.begin(at: 0, Self.sinks[(seed + round) % 4])
      let steps = pieces(&books.listener.random)
      let discardedAt = round % 3 == 1 ? Int.random(in: 0..<steps.count, using: &books.listener.random) : -1
      steps: for (index, step) in steps.enumerated() {
        step(&books.listener)
        books.balance("piece \(index) of round \(round)")
        switch Int.random(in: 0..<10, using: &books.listener.random) {
        case 0..<5: books.read(Int64.random(in: 1...3_000, using: &books.listener.random))
        case 5: books.release()
        case 6 where restarts:
          let back = Int64.random(in: 0...20_000, using: &books.listener.random)
          books.begin(at: books.heard - back, Self.sinks[index % 4])
        default: break
        }
        books.balance("after piece \(index) of round \(round)")
        if index == discardedAt { break steps }
      }
      if discardedAt < 0 {
        books.listener.finish()
        books.balance("end of round \(round)")
        books.read(.max)
        books.balance("heard to the end, round \(round)")
        #expect(books.heard == books.listener.part.receivedFrames)
        books.release()
        books.balance("forgotten, round \(round)")
      }
      books.nextPart(format)
      books.balance("discarded, round \(round)")
      #expect(books.listener.pool.queuedBytes == 0)
    }
    books.listener.discard()
  }

  /// Packets of two kinds, of which some are damaged.
  private func packets(_ random: inout SeededRandom) -> [[UInt8]] {
    (0..<60).map { _ in
      var bytes = (Bool.random(using: &random) ? Self.speech : Self.music)[
        Int.random(in: 0..<60, using: &random)]
      switch Int.random(in: 0..<12, using: &random) {
      case 0: bytes = random.bytes(Int.random(in: 0...60, using: &random))
      case 1: bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 0x55
      case 2: bytes = Array(bytes.prefix(Int.random(in: 0...4, using: &random)))
      default: break
      }
      return bytes
    }
  }

  @Test("raw packets", arguments: 0..<6)
  func raw(seed: Int) {
    feed(.of(.opus), seed: seed, restarts: seed % 2 == 1) { random in
      packets(&random).map { bytes in { $0.append(bytes) } }
    }
  }

  @Test("packets that bear numbers", arguments: 0..<6)
  func sequenced(seed: Int) {
    feed(.of(.opus), seed: seed, restarts: seed % 2 == 1) { random in
      var stamp = PacketStamp(sequence: 65_520, timestamp: 4_294_940_000)
      var sent = packets(&random).filter { !$0.isEmpty }.map { bytes in
        stamp.sequence &+= UInt16([1, 1, 1, 1, 0, 2, 5][Int.random(in: 0..<7, using: &random)])
        stamp.timestamp &+= UInt32([960, 960, 480, 960, 7_200, 97_000][Int.random(in: 0..<6, using: &random)])
        return NumberedPacket(bytes: bytes, stamp: stamp)
      }
      for index in 1..<sent.count where Int.random(in: 0..<4, using: &random) == 0 {
        sent.swapAt(index, max(0, index - Int.random(in: 1...6, using: &random)))
      }
      return sent.map { packet in { $0.append(packet) } }
    }
  }

  /// A chain of Ogg streams, the first of which begins as it should; pages of it are lost, twice there or damaged.
  private func ogg(_ random: inout SeededRandom) -> [UInt8] {
    var bytes: [UInt8] = []
    for serial in 0..<2 {
      let perPage = Int.random(in: 1...7, using: &random)
      // Every page but the last counts 20 ms for each packet: shorter ones are careless writing, and bearable.
      let writer = oggOpus(
        serial == 0 ? packets(&random).filter { !$0.isEmpty } : Self.speech,
        preSkipFrames: [0, 312, 5_000][Int.random(in: 0..<3, using: &random)],
        playedFrames: Int.random(in: 10_000...50_000, using: &random), perPage: perPage, serial: Int32(serial))
      for (index, page) in writer.pages.enumerated() {
        var page = page
        switch Int.random(in: 0..<16, using: &random) {
        case 0 where index > 0: continue
        case 1: bytes += index > 0 ? page : []
        case 2 where index > 0: page[Int.random(in: 0..<page.count, using: &random)] ^= 0x40
        case 3 where index > 0: bytes += random.bytes(100)
        default: break
        }
        bytes += page
      }
    }
    return bytes
  }

  private func split(_ bytes: [UInt8], upTo longest: Int, _ random: inout SeededRandom) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + Int.random(in: 1...longest, using: &random))
      pieces.append(Array(bytes[start..<end]))
      start = end
    }
    return pieces
  }

  @Test("Ogg streams", arguments: 0..<6)
  func pages(seed: Int) {
    feed(.of(.oggOpus), seed: seed, restarts: seed % 2 == 1) { random in
      split(ogg(&random), upTo: 400, &random).map { piece in { $0.append(piece) } }
    }
  }

  @Test("how damaged Ogg streams are cut into pieces changes no sample and no count", arguments: 0..<6)
  func pieces(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed + 100))
    let bytes = ogg(&random)
    var truth: (playback: Playback, counts: [Int])?
    for longest in [1_000_000, 1, 7, 255, 4_096, 20_000] {
      var listener = Listener(.of(.oggOpus), seed: UInt64(longest))
      listener.append(bytes, inPiecesUpTo: longest)
      listener.finish()
      let playback = listener.play(.of(48_000))
      let counts = [
        listener.pool.receivedPackets, listener.pool.lostPackets, listener.pool.rebuiltPackets,
        listener.pool.concealedPackets, listener.pool.concealedFrames, listener.pool.silentFrames,
      ]
      if let truth {
        #expect(playback == truth.playback)
        #expect(counts == truth.counts)
      } else {
        truth = (playback, counts)
      }
      listener.discard()
    }
  }

  @Test("H3: what libopus refuses leaves its decoder as it was, to the bit of every later packet")
  func refusedPackets() {
    // Each breaks RFC 6716 §3.4 in its own way: no frame, too long, odd halves, cut lengths, padding beyond the end.
    let refused: [[UInt8]] = [
      [], [0xFB, 0x00], [0xFB, 0x3F], [0xF9, 1, 2, 3, 4, 5], [0xFA, 0xFC], [0xFA, 5, 1, 2],
      [0xFB, 0x41, 0xFF, 0xFF],
      [0xFB, 0x85, 0xFE], [0x1B, 0x03], [0xFF],
    ]
    var sizes = [Int16](repeating: 0, count: 48)
    for (packets, packetFrames) in [(Self.speech, 960), (Self.music, 480)] {
      // Also with the sound of a real packet behind the broken head, which a decoder that looked at it would hear.
      let broken = (refused + refused.dropFirst().map { $0 + packets[7] }).filter {
        opus_packet_parse($0, Int32($0.count), nil, nil, &sizes, nil) < 1
      }
      #expect(broken.count > 14)
      for bytes in broken {
        var stream = packets
        stream[20] = bytes
        var listener = Listener(.of(.opus))
        listener.append(packets: stream)
        let playback = listener.play(.of(48_000))
        stream[20] = []
        #expect(playback.samples == plainlyDecoded(stream, concealedFrames: packetFrames))
        #expect(listener.pool.replacedPackets == 1)
        #expect(listener.pool.decodedPackets == 59)
        listener.discard()
      }
    }
  }

  @Test("H3: what can be a packet is taken whole by libopus, whatever is in it: never half, never refused")
  func halfTakenPackets() {
    var listener = Listener(.of(.opus), seed: 5)
    listener.begin(.of(48_000))
    for index in 0..<4_000 {
      var bytes = listener.random.bytes(Int.random(in: 1...90, using: &listener.random))
      // Several frames, of which the later ones are noise too.
      if index % 3 == 0 { bytes[0] |= 0x03 }
      let isPacket = listener.append(bytes) == .appended(frames: listener.measure(bytes))
      let (decoded, replaced) = (listener.pool.decodedPackets, listener.pool.replacedPackets)
      let reading = listener.read()
      listener.release(heardThrough: listener.part.receivedFrames)
      #expect(reading.damagedReads == 0)
      #expect(listener.pool.decodedPackets - decoded == (isPacket ? 1 : 0))
      #expect(listener.pool.replacedPackets - replaced == (isPacket ? 0 : 1))
    }
    listener.discard()
  }
}
