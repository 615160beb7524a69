// The framing of an Ogg Opus stream (RFC 3533, RFC 7845 §3 and §5): bytes become stream heads, packets and page
// ends. What the numbers in them mean for R is OggOpusIntake's.

import COgg
import RTMultiCore

/// A pull parser on libogg: feed it bytes, then ask for events until it is starved.
struct OggOpusPages: ~Copyable {
  enum Event {
    /// All complete pages are taken apart: more bytes are needed.
    case starved
    /// The bytes do not begin a stream that can be played, and why. Call ``takeBack()``.
    case refused(Answer)
    /// A stream begins; also in the middle, where one Ogg stream follows another.
    case streamBegins(preSkipFrames: Int, gainQ8: Int16)
    /// A later stream that cannot be played is left out.
    case streamLeftOut
    /// A packet, valid until the next call.
    case packet(UnsafeRawBufferPointer)
    /// Bytes came that are no page, or a damaged one.
    case damage
    /// Pages are missing before the one at hand, which ends at `granule` (negative if it does not say). What waits on
    /// it is told by ``ahead(previousDurationFrames:)``.
    case hole(granule: Int64, endsStream: Bool)
    /// All packets that end on a page have been told. `granule` is the page's, negative if it has none.
    case pageEnds(granule: Int64, endsStream: Bool)
  }

  /// The packets that wait on the page at hand.
  struct Ahead {
    /// Valid until the next call of `next`.
    var first: UnsafeRawBufferPointer?
    /// How many frames before the first can be rebuilt from it.
    var rebuildableFrames = 0
    var frames: Int64 = 0
    var lastDurationFrames: Int
  }

  private enum Stage {
    case awaitingHead
    case awaitingTags
    case audio
    /// Between two streams.
    case ended
  }

  private enum Place {
    case betweenPages
    case onPage(granule: Int64, endsStream: Bool)
  }

  /// libogg copies what it is fed; small pieces keep its buffer small.
  static let longestFeedBytes = 4_096
  /// Tags with a picture may be longer than this and are skipped all the same; audio packets never are.
  private static let longestPacketBytes = 1 << 20

  private var sync = ogg_sync_state()
  private var stream = ogg_stream_state()
  /// Which stream, and which of its pages came last, while libogg's memory is given back.
  private var resting: (serial: Int32, page: Int)?
  private var stage = Stage.awaitingHead
  private var place = Place.betweenPages
  /// Whether something is missing before the next packet.
  private var isTorn = false
  /// Whether a packet without end was given up just now.
  private var hasGivenUp = false
  /// The newest granule position that a page of the stream had.
  private var granule: Int64 = 0
  /// How many bytes waited when the host's call began.
  private var bytesBefore: Int32 = 0

  init() {
    ogg_sync_init(&sync)
    ogg_stream_init(&stream, 0)
  }

  deinit {
    var (sync, stream) = (sync, stream)
    ogg_sync_clear(&sync)
    ogg_stream_clear(&stream)
  }

  /// What is wrong with bytes that are to begin a stream; nil as long as nothing is.
  static func refusal(ofBeginning bytes: UnsafeRawBufferPointer) -> Answer? {
    var pages = OggOpusPages()
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(longestFeedBytes)
      rest = rest.dropFirst(piece.count)
      pages.feed(UnsafeRawBufferPointer(rebasing: piece))
      switch pages.next() {
      case .starved: continue
      case .refused(let answer): return answer
      default: return nil
      }
    }
    return nil
  }

  /// Gives libogg's memory back until more bytes come, unless a part of a page or packet waits in it.
  mutating func rest() {
    guard case .betweenPages = place, sync.fill == sync.returned, stream.body_fill == stream.body_returned,
      stream.lacing_fill == stream.lacing_returned, resting == nil
    else { return }
    resting = (Int32(truncatingIfNeeded: stream.serialno), stream.pageno)
    ogg_sync_clear(&sync)
    ogg_stream_clear(&stream)
  }

  private mutating func wake() {
    guard let (serial, page) = resting else { return }
    resting = nil
    ogg_stream_init(&stream, serial)
    stream.pageno = page
  }

  /// Bytes of another call come now.
  mutating func beginFeeding() { bytesBefore = sync.fill }

  /// Takes bytes, at most ``longestFeedBytes`` of them. Call `next` until it is starved before feeding more.
  mutating func feed(_ bytes: UnsafeRawBufferPointer) {
    wake()
    guard let start = bytes.baseAddress, let buffer = ogg_sync_buffer(&sync, bytes.count) else { return }
    UnsafeMutableRawPointer(buffer).copyMemory(from: start, byteCount: bytes.count)
    ogg_sync_wrote(&sync, bytes.count)
  }

  /// Forgets the bytes of this call: they were refused, and a refusal changes nothing. Before the head of the first
  /// stream libogg keeps every byte where it is, so that the count is all that has to go back.
  mutating func takeBack() {
    sync.fill = bytesBefore
    (sync.returned, sync.unsynced, sync.headerbytes, sync.bodybytes) = (0, 0, 0, 0)
  }

  /// The next thing that the bytes so far say.
  mutating func next() -> Event {
    if hasGivenUp {
      hasGivenUp = false
      return .damage
    }
    while true {
      switch place {
      case .onPage(let granule, let endsStream):
        if let event = nextPacket(granule: granule, endsStream: endsStream) { return event }
      case .betweenPages:
        if case .awaitingHead = stage, !beginsLikeOgg { return .refused(.notOgg) }
        var page = ogg_page()
        switch ogg_sync_pageout(&sync, &page) {
        case 0:
          return .starved
        case 1:
          if let event = take(&page) { return event }
        default:
          switch stage {
          case .awaitingHead: return .refused(.brokenOpusHead)
          case .awaitingTags, .audio: return .damage
          case .ended: break
          }
        }
      }
    }
  }

  // MARK: Pages

  /// Whether the bytes so far may be the beginning of a page.
  private var beginsLikeOgg: Bool {
    guard let data = sync.data else { return true }
    let bytes = UnsafeRawBufferPointer(start: data, count: min(4, Int(sync.fill)))
    return "OggS".utf8.starts(with: bytes)
  }

  private mutating func take(_ page: inout ogg_page) -> Event? {
    guard ogg_page_bos(&page) == 0 else { return beginStream(&page) }
    switch stage {
    case .awaitingHead:
      return .refused(.oggWithoutBeginning)
    case .awaitingTags, .audio:
      if !isOver(&page), ogg_stream_pagein(&stream, &page) == 0 {
        place = .onPage(granule: ogg_page_granulepos(&page), endsStream: ogg_page_eos(&page) != 0)
      }
    case .ended:
      break
    }
    return nil
  }

  /// Whether the page came before, or when its time was over: neither its number nor its granule position goes on.
  private func isOver(_ page: inout ogg_page) -> Bool {
    guard granule > 0, stream.pageno > 0 else { return false }
    let ahead = Int32(truncatingIfNeeded: ogg_page_pageno(&page) &- stream.pageno)
    return ahead < 0 && ogg_page_granulepos(&page) <= granule
  }

  private mutating func beginStream(_ page: inout ogg_page) -> Event? {
    // The heads of all multiplexed streams come first: one that follows ours belongs to another stream.
    if case .awaitingTags = stage { return nil }
    let serial = ogg_page_serialno(&page)
    switch Self.head(UnsafeRawBufferPointer(start: page.body, count: page.body_len)) {
    case .failure(let refusal):
      if case .awaitingHead = stage { return .refused(refusal.answer) }
      // What follows under the number of our own stream is not ours any more.
      if Int(serial) == stream.serialno { stage = .ended }
      return .streamLeftOut
    case .success(let head):
      ogg_stream_reset_serialno(&stream, serial)
      var packet = ogg_packet()
      guard ogg_stream_pagein(&stream, &page) == 0, ogg_stream_packetout(&stream, &packet) == 1 else {
        if case .awaitingHead = stage { return .refused(.brokenOpusHead) }
        stage = .ended
        return .streamLeftOut
      }
      stage = .awaitingTags
      isTorn = false
      granule = 0
      return .streamBegins(preSkipFrames: head.preSkipFrames, gainQ8: head.gainQ8)
    }
  }

  private struct Refusal: Error {
    let answer: Answer
  }

  /// What an identification header says (RFC 7845 §5.1), or why it cannot be played: that is mapping family 0 alone,
  /// mono or stereo in one Opus stream.
  private static func head(
    _ bytes: UnsafeRawBufferPointer
  ) -> Result<(preSkipFrames: Int, gainQ8: Int16), Refusal> {
    guard bytes.prefix(8).elementsEqual("OpusHead".utf8) else { return .failure(Refusal(answer: .notOpus)) }
    guard bytes.count >= 19, bytes[9] > 0 else { return .failure(Refusal(answer: .brokenOpusHead)) }
    let (version, channels, mappingFamily) = (bytes[8], bytes[9], bytes[18])
    guard version & 0xF0 == 0 else { return .failure(Refusal(answer: .unknownOpusVersion)) }
    guard channels <= 2 else { return .failure(Refusal(answer: .tooManyChannels)) }
    guard mappingFamily == 0 else { return .failure(Refusal(answer: .unknownMapping)) }
    let preSkip = UInt16(bytes[10]) | UInt16(bytes[11]) << 8
    let gain = UInt16(bytes[16]) | UInt16(bytes[17]) << 8
    return .success((Int(preSkip), Int16(bitPattern: gain)))
  }

  // MARK: Packets

  /// What waits on the page at hand. A damaged packet lasts as long as the one before it.
  func ahead(previousDurationFrames: Int) -> Ahead {
    // libogg's reader only counts: a copy of it reads ahead and leaves everything where it is.
    var reader = stream
    var packet = ogg_packet()
    var ahead = Ahead(lastDurationFrames: previousDurationFrames)
    while true {
      let answer = ogg_stream_packetout(&reader, &packet)
      if answer == 0 { return ahead }
      guard answer == 1 else { continue }
      let bytes = UnsafeRawBufferPointer(start: packet.packet, count: packet.bytes)
      if case .awaitingTags = stage, ahead.first == nil, isTags(bytes) { continue }
      let durationFrames = OpusPacket.durationFrames(bytes)
      if ahead.first == nil {
        ahead.first = bytes
        ahead.rebuildableFrames = durationFrames == nil ? 0 : OpusPacket.rebuildableFrames(bytes)
      }
      ahead.lastDurationFrames = durationFrames ?? ahead.lastDurationFrames
      ahead.frames += Int64(ahead.lastDurationFrames)
    }
  }

  private func isTags(_ packet: UnsafeRawBufferPointer) -> Bool {
    packet.prefix(8).elementsEqual("OpusTags".utf8)
  }

  private mutating func nextPacket(granule: Int64, endsStream: Bool) -> Event? {
    // A page on which nothing ends says nothing about what is missing: the next one does.
    if isTorn, granule > 0 || ahead(previousDurationFrames: 0).first != nil {
      isTorn = false
      return .hole(granule: granule, endsStream: endsStream)
    }
    var packet = ogg_packet()
    switch ogg_stream_packetout(&stream, &packet) {
    case 1:
      return take(UnsafeRawBufferPointer(start: packet.packet, count: packet.bytes))
    case 0:
      return leavePage(granule: granule, endsStream: endsStream)
    default:
      isTorn = true
      return nil
    }
  }

  private mutating func take(_ packet: UnsafeRawBufferPointer) -> Event? {
    // A stream without tags breaks the RFC, but its audio is none the worse for it.
    if case .awaitingTags = stage {
      stage = .audio
      if isTags(packet) { return nil }
    }
    return .packet(packet)
  }

  private mutating func leavePage(granule: Int64, endsStream: Bool) -> Event? {
    if stream.body_fill - stream.body_returned > Self.longestPacketBytes {
      // libogg skips the rest of a packet whose beginning it does not have.
      ogg_stream_reset(&stream)
      if case .awaitingTags = stage { stage = .audio } else { (isTorn, hasGivenUp) = (true, true) }
    }
    place = .betweenPages
    if granule >= 0 { self.granule = granule }
    if endsStream { stage = .ended }
    return .pageEnds(granule: granule, endsStream: endsStream)
  }
}
