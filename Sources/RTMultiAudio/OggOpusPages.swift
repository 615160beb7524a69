// The framing of an Ogg Opus stream (RFC 3533, RFC 7845 §3 and §5): bytes become stream heads, packets and page
// ends. What the numbers in them mean for R is OggOpusIntake's.

import COgg

/// A pull parser on libogg: feed it bytes, then ask for events until it is starved.
struct OggOpusPages: ~Copyable {
  enum Event {
    /// All complete pages are taken apart: more bytes are needed.
    case starved
    /// The bytes do not begin with a page that opens an Opus stream of one or two channels.
    case notOpus
    /// A stream begins; also in the middle, where one Ogg stream follows another.
    case streamBegins(preSkipFrames: Int, gainQ8: Int16)
    /// A packet, valid until the next call.
    case packet(UnsafeRawBufferPointer, startsStream: Bool)
    /// Packets are missing here.
    case hole
    /// All packets that end on a page have been told. `granule` is the page's, negative if it has none.
    case pageEnds(granule: Int64, endsStream: Bool)
  }

  private enum Stage {
    case awaitingHead
    case awaitingTags
    case awaitingFirstPacket
    case audio
    /// Between two streams, or in one that is not ours.
    case ended
    case refused
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
  private var stage = Stage.awaitingHead
  private var place = Place.betweenPages

  init() {
    ogg_sync_init(&sync)
    ogg_stream_init(&stream, 0)
  }

  deinit {
    var (sync, stream) = (sync, stream)
    ogg_sync_clear(&sync)
    ogg_stream_clear(&stream)
  }

  /// Takes bytes, at most ``longestFeedBytes`` of them. Call `next` until it is starved before feeding more.
  mutating func feed(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, let buffer = ogg_sync_buffer(&sync, bytes.count) else { return }
    UnsafeMutableRawPointer(buffer).copyMemory(from: start, byteCount: bytes.count)
    ogg_sync_wrote(&sync, bytes.count)
  }

  /// The next thing that the bytes so far say.
  mutating func next() -> Event {
    while true {
      if case .refused = stage { return .notOpus }
      switch place {
      case .onPage(let granule, let endsStream):
        if let event = nextPacket(granule: granule, endsStream: endsStream) { return event }
      case .betweenPages:
        var page = ogg_page()
        switch ogg_sync_pageout(&sync, &page) {
        case 0:
          return .starved
        case 1:
          if let event = take(&page) { return event }
        default:
          if case .awaitingHead = stage { stage = .refused }
        }
      }
    }
  }

  /// Whether a stream that begins with these bytes is refused. Looks no further than its first page.
  static func refuses(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var pages = OggOpusPages()
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(longestFeedBytes)
      rest = rest.dropFirst(piece.count)
      pages.feed(UnsafeRawBufferPointer(rebasing: piece))
      switch pages.next() {
      case .starved: continue
      case .notOpus: return true
      default: return false
      }
    }
    return false
  }

  // MARK: Pages

  private mutating func take(_ page: inout ogg_page) -> Event? {
    guard ogg_page_bos(&page) == 0 else { return beginStream(&page) }
    switch stage {
    case .awaitingHead:
      stage = .refused
    case .awaitingTags, .awaitingFirstPacket, .audio:
      if ogg_stream_pagein(&stream, &page) == 0 {
        place = .onPage(granule: ogg_page_granulepos(&page), endsStream: ogg_page_eos(&page) != 0)
      }
    case .ended, .refused:
      break
    }
    return nil
  }

  private mutating func beginStream(_ page: inout ogg_page) -> Event? {
    // The heads of all multiplexed streams come first: one that follows ours belongs to another stream.
    if case .awaitingTags = stage { return nil }
    ogg_stream_reset_serialno(&stream, ogg_page_serialno(&page))
    var packet = ogg_packet()
    if ogg_stream_pagein(&stream, &page) == 0, ogg_stream_packetout(&stream, &packet) == 1,
      let head = Self.head(UnsafeRawBufferPointer(start: packet.packet, count: packet.bytes))
    {
      stage = .awaitingTags
      return .streamBegins(preSkipFrames: head.preSkipFrames, gainQ8: head.gainQ8)
    }
    if case .awaitingHead = stage { stage = .refused } else { stage = .ended }
    return nil
  }

  /// What an identification header says, or nil if it is none that we can play: RFC 7845 §5.1, mapping family
  /// 0 (mono or stereo in one Opus stream).
  private static func head(_ bytes: UnsafeRawBufferPointer) -> (preSkipFrames: Int, gainQ8: Int16)? {
    guard bytes.count >= 19, bytes.prefix(8).elementsEqual("OpusHead".utf8) else { return nil }
    let (version, channels, mappingFamily) = (bytes[8], bytes[9], bytes[18])
    guard version & 0xF0 == 0, channels == 1 || channels == 2, mappingFamily == 0 else { return nil }
    let preSkip = UInt16(bytes[10]) | UInt16(bytes[11]) << 8
    let gain = UInt16(bytes[16]) | UInt16(bytes[17]) << 8
    return (Int(preSkip), Int16(bitPattern: gain))
  }

  // MARK: Packets

  private mutating func nextPacket(granule: Int64, endsStream: Bool) -> Event? {
    var packet = ogg_packet()
    switch ogg_stream_packetout(&stream, &packet) {
    case 1:
      return take(UnsafeRawBufferPointer(start: packet.packet, count: packet.bytes))
    case 0:
      return leavePage(granule: granule, endsStream: endsStream)
    default:
      if case .audio = stage { return .hole }
      return nil
    }
  }

  private mutating func take(_ packet: UnsafeRawBufferPointer) -> Event? {
    switch stage {
    case .awaitingTags:
      stage = .awaitingFirstPacket
      // A stream without tags breaks the RFC, but its audio is none the worse for it.
      if packet.prefix(8).elementsEqual("OpusTags".utf8) { return nil }
      fallthrough
    case .awaitingFirstPacket:
      stage = .audio
      return .packet(packet, startsStream: true)
    case .audio:
      return .packet(packet, startsStream: false)
    case .awaitingHead, .ended, .refused:
      return nil
    }
  }

  private mutating func leavePage(granule: Int64, endsStream: Bool) -> Event? {
    if stream.body_fill - stream.body_returned > Self.longestPacketBytes {
      // libogg skips the rest of a packet whose beginning it does not have.
      ogg_stream_reset(&stream)
      if case .awaitingTags = stage { stage = .awaitingFirstPacket } else { return .hole }
    }
    place = .betweenPages
    if endsStream { stage = .ended }
    return .pageEnds(granule: granule, endsStream: endsStream)
  }
}
