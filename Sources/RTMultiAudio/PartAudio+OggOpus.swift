// What the packets of an Ogg Opus stream count: pre-skip, end trim and gain (RFC 7845 §4), and R, which never
// shrinks. How bytes become pages and packets is OggOpusPages'.

import COgg

/// The state of an Ogg Opus stream while it arrives.
struct OggOpusIntake: ~Copyable {
  var pages = OggOpusPages()
  /// How many frames at the beginning are still to be skipped.
  var preSkipFrames = 0
  var gainQ8: Int16 = 0
  /// The granule position at the end of the page before.
  var granule: Int64 = 0
  /// The duration of the packets that ended on the page at hand.
  var pageFrames: Int64 = 0
  /// The first queued packet that does not count into R yet: those of the page at hand, and the newest one
  /// before it, because the end of the stream may trim it.
  var pending = Cursor()
  var pendingPackets = 0
}

extension PartAudio {
  mutating func appendOgg(_ bytes: UnsafeRawBufferPointer, pool: inout AudioPool) -> AppendOutcome {
    let intake = oggIntake(pool: &pool)
    let receivedBefore = receivedFrames
    var isDamaged = false
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(OggOpusPages.longestFeedBytes)
      rest = rest.dropFirst(piece.count)
      intake.pointee.pages.feed(UnsafeRawBufferPointer(rebasing: piece))
      taking: while true {
        switch intake.pointee.pages.next() {
        case .starved:
          break taking
        case .notOpus:
          return .refused
        case .streamBegins(let preSkipFrames, let gainQ8):
          countPending(butLast: 0, of: intake)
          intake.pointee.preSkipFrames = preSkipFrames
          intake.pointee.gainQ8 = gainQ8
          intake.pointee.granule = 0
          intake.pointee.pageFrames = 0
        case .packet(let packet, let startsStream):
          if !hold(packet, startsStream: startsStream, in: intake, pool: &pool) { isDamaged = true }
        case .hole:
          // Nothing says how much is missing: one packet, as for a damaged one.
          _ = hold(UnsafeRawBufferPointer(start: nil, count: 0), startsStream: false, in: intake, pool: &pool)
          isDamaged = true
        case .pageEnds(let granule, let endsStream):
          endPage(granule: granule, endsStream: endsStream, of: intake)
        }
      }
    }
    let frames = receivedFrames - receivedBefore
    return isDamaged ? .damaged(frames: frames) : .appended(frames: frames)
  }

  /// Counts what was held back: nothing more comes that could trim it.
  mutating func finishOgg() {
    if let ogg { countPending(butLast: 0, of: ogg) }
    freeOgg()
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
    _ packet: UnsafeRawBufferPointer, startsStream: Bool, in intake: UnsafeMutablePointer<OggOpusIntake>,
    pool: inout AudioPool
  ) -> Bool {
    var header = OpusPacket.header(packet, previousDurationFrames: previousDurationFrames)
    let leadFrames = min(Int(header.durationFrames), intake.pointee.preSkipFrames)
    intake.pointee.preSkipFrames -= leadFrames
    intake.pointee.pageFrames += Int64(header.durationFrames)
    header.leadFrames = UInt16(leadFrames)
    header.playFrames = header.durationFrames - UInt16(leadFrames)
    header.gainQ8 = intake.pointee.gainQ8
    header.startsStream = startsStream
    pool.receivedPackets += 1
    let place = enqueue(header, payload: packet, pool: &pool)
    if intake.pointee.pendingPackets == 0 { intake.pointee.pending = place }
    intake.pointee.pendingPackets += 1
    return header.condition == .intact
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
    }
    countPending(butLast: endsStream ? 0 : 1, of: intake)
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
