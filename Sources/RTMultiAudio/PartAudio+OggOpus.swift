// What the packets of an Ogg Opus stream count: pre-skip, end trim and gain (RFC 7845 §4), what is missing where pages
// are, and R, which never shrinks. How bytes become pages and packets is OggOpusPages'.

import RTMultiCore

/// The state of an Ogg Opus stream while it arrives.
struct OggOpusIntake: ~Copyable {
  var pages = OggOpusPages()
  /// Whether no packet of the stream is queued yet.
  var isAtStart = true
  /// How many frames at the beginning are still to be skipped.
  var preSkipFrames = 0
  var gainQ8: Int16 = 0
  /// The granule position at the end of the page before.
  var granule: Int64 = 0
  /// The duration of the packets that ended after it.
  var pageFrames: Int64 = 0
  var concealment = Concealment()
  /// Whether a damage was told of which the hole is still to be found.
  var hasToldDamage = false
  /// The first queued packet that does not count into R yet: those of the page at hand, and the newest one
  /// before it, because the end of the stream may trim it.
  var pending = Cursor()
  var pendingPackets = 0
  /// Whether nothing is held back any more: its part was ended, or another stream has begun behind it, so that it may be
  /// over at any moment, and what was held back then would come too late (rule A4).
  var countsAtOnce = false

  /// Another stream begins, of which nothing is known but its head.
  mutating func beginStream(preSkipFrames: Int, gainQ8: Int16) {
    isAtStart = true
    self.preSkipFrames = preSkipFrames
    self.gainQ8 = gainQ8
    granule = 0
    pageFrames = 0
    concealment = Concealment()
    hasToldDamage = false
  }
}

extension PartAudio {
  /// What is wrong with the first bytes of a part; nil as long as nothing is. Asked before a part is opened for them.
  public static func refusal(ofBeginning bytes: UnsafeRawBufferPointer, format: AudioFormat) -> Answer? {
    format.codec == .oggOpus ? OggOpusPages.refusal(ofBeginning: bytes) : nil
  }

  mutating func appendOgg(_ bytes: UnsafeRawBufferPointer, pool: inout AudioPool) -> AppendOutcome {
    let intake = oggIntake(pool: &pool)
    let receivedBefore = receivedFrames
    var isDamaged = false
    var rest = bytes[...]
    intake.pointee.pages.beginFeeding()
    while !rest.isEmpty {
      let piece = rest.prefix(OggOpusPages.longestFeedBytes)
      rest = rest.dropFirst(piece.count)
      intake.pointee.pages.feed(UnsafeRawBufferPointer(rebasing: piece))
      taking: while true {
        switch intake.pointee.pages.next() {
        case .starved:
          break taking
        case .refused(let answer):
          intake.pointee.pages.takeBack()
          return .refused(answer)
        case .streamBegins(let preSkipFrames, let gainQ8):
          countPending(butLast: 0, of: intake)
          intake.pointee.beginStream(preSkipFrames: preSkipFrames, gainQ8: gainQ8)
        case .streamLeftOut:
          isDamaged = true
        case .packet(let packet):
          if !hold(packet, in: intake, pool: &pool) { isDamaged = true }
        case .damage:
          isDamaged = true
          intake.pointee.hasToldDamage = true
        case .hole(let granule, let endsStream):
          fillHole(granule: granule, endsStream: endsStream, in: intake, pool: &pool)
          if !intake.pointee.hasToldDamage { isDamaged = true }
        case .pageEnds(let granule, let endsStream):
          endPage(granule: granule, endsStream: endsStream, of: intake)
        }
      }
    }
    let frames = receivedFrames - receivedBefore
    return isDamaged ? .damaged(frames: frames) : .appended(frames: frames)
  }

  /// Counts what was held back: the server says that nothing more comes that could trim it. What comes all the same
  /// goes on where the stream was (rule A5).
  mutating func finishOgg() {
    guard let ogg else { return }
    ogg.pointee.countsAtOnce = true
    countPending(butLast: 0, of: ogg)
    ogg.pointee.pages.rest()
  }

  /// Counts what was held back, for the server has gone on to another part. Returns how many frames that are.
  public mutating func countHeldBack() -> Int64 {
    let before = receivedFrames
    if let ogg {
      ogg.pointee.countsAtOnce = true
      countPending(butLast: 0, of: ogg)
    }
    return receivedFrames - before
  }

  /// Lets the parser go, with what it held back.
  mutating func freeOgg() {
    guard let intake = ogg else { return }
    intake.deinitialize(count: 1)
    intake.deallocate()
    ogg = nil
  }

  private mutating func oggIntake(pool: inout AudioPool) -> UnsafeMutablePointer<OggOpusIntake> {
    if let ogg { return ogg }
    pool.ownAllocations += 1
    let intake = UnsafeMutablePointer<OggOpusIntake>.allocate(capacity: 1)
    intake.initialize(to: OggOpusIntake())
    ogg = intake
    return intake
  }

  /// Queues a packet that does not count yet. Returns whether it is intact.
  private mutating func hold(
    _ packet: UnsafeRawBufferPointer, in intake: UnsafeMutablePointer<OggOpusIntake>, pool: inout AudioPool
  ) -> Bool {
    let header = OpusPacket.header(packet, previousDurationFrames: previousDurationFrames)
    let isIntact = header.condition == .intact
    pool.receivedPackets += 1
    hold(header, payload: packet, in: intake, pool: &pool)
    intake.pointee.concealment.pass(header, isCELTOnly: isIntact && OpusPacket.isCELTOnly(packet))
    return isIntact
  }

  /// Queues a packet, or a piece of a gap, that does not count yet.
  mutating func hold(
    _ header: PacketHeader, payload: UnsafeRawBufferPointer, in intake: UnsafeMutablePointer<OggOpusIntake>,
    pool: inout AudioPool
  ) {
    var header = header
    let leadFrames = min(Int(header.durationFrames), intake.pointee.preSkipFrames)
    intake.pointee.preSkipFrames -= leadFrames
    intake.pointee.pageFrames += Int64(header.durationFrames)
    header.leadFrames = UInt16(leadFrames)
    header.playFrames = header.durationFrames - UInt16(leadFrames)
    header.gainQ8 = intake.pointee.gainQ8
    header.startsStream = intake.pointee.isAtStart
    intake.pointee.isAtStart = false
    let place = enqueue(header, payload: payload, pool: &pool)
    if intake.pointee.pendingPackets == 0 { intake.pointee.pending = place }
    intake.pointee.pendingPackets += 1
  }

  /// Fills the time of missing pages: a granule position counts all packets up to it, so what those that came do not
  /// explain is missing. A page without one leaves only a guess: one packet.
  private mutating func fillHole(
    granule: Int64, endsStream: Bool, in intake: UnsafeMutablePointer<OggOpusIntake>, pool: inout AudioPool
  ) {
    let ahead = intake.pointee.pages.ahead(previousDurationFrames: previousDurationFrames)
    let packetFrames = Int64(ahead.lastDurationFrames)
    var missing =
      granule < 0
      ? packetFrames : granule &- intake.pointee.granule &- intake.pointee.pageFrames &- ahead.frames
    guard missing <= Int64(Concealment.longestJumpFrames) else { return }
    // The last page may also count less than it holds. Whole packets are missing; the rest is the end trim.
    if endsStream { missing += (packetFrames - missing % packetFrames) % packetFrames }
    guard missing > 0, missing <= Int64(Concealment.longestJumpFrames) else { return }
    let gap = intake.pointee.concealment.gap(
      of: Int(missing), lostPackets: max(1, Int((missing + packetFrames / 2) / packetFrames)),
      rebuildableFrames: ahead.rebuildableFrames)
    fill(gap, before: ahead.first ?? UnsafeRawBufferPointer(start: nil, count: 0), pool: &pool)
    intake.pointee.concealment.pass(gap)
  }

  private mutating func endPage(
    granule: Int64, endsStream: Bool, of intake: UnsafeMutablePointer<OggOpusIntake>
  ) {
    // The last page names fewer frames than its packets hold where the encoder had to fill up the last one.
    let end = intake.pointee.granule &+ intake.pointee.pageFrames
    if endsStream, granule >= 0, granule < end { trimPending(by: end - granule, of: intake) }
    if granule >= 0 {
      intake.pointee.granule = granule
      intake.pointee.pageFrames = 0
      intake.pointee.hasToldDamage = false
    }
    countPending(butLast: endsStream || intake.pointee.countsAtOnce ? 0 : 1, of: intake)
  }

  private func trimPending(by trimFrames: Int64, of intake: UnsafeMutablePointer<OggOpusIntake>) {
    var heldFrames: Int64 = 0
    var cursor = intake.pointee.pending
    for _ in 0..<intake.pointee.pendingPackets {
      guard let packet = queue.packet(at: &cursor) else { break }
      heldFrames += Int64(packet.pointee.playFrames)
      queue.step(&cursor, over: packet)
    }
    var keptFrames = max(0, heldFrames - trimFrames)
    cursor = intake.pointee.pending
    for _ in 0..<intake.pointee.pendingPackets {
      guard let packet = queue.packet(at: &cursor) else { break }
      let played = min(Int64(packet.pointee.playFrames), keptFrames)
      packet.pointee.playFrames = UInt16(played)
      keptFrames -= played
      queue.step(&cursor, over: packet)
    }
  }

  /// Counts the packets that were held back into R, all but the newest `butLast`.
  private mutating func countPending(butLast held: Int, of intake: UnsafeMutablePointer<OggOpusIntake>) {
    while intake.pointee.pendingPackets > held,
      let packet = queue.packet(at: &intake.pointee.pending)
    {
      receivedFrames += Int64(packet.pointee.playFrames)
      queue.step(&intake.pointee.pending, over: packet)
      intake.pointee.pendingPackets -= 1
    }
  }
}
