// The way in for packets that bear numbers: those whose turn it is go into the queue behind what is missing before
// them, the others wait. Whose turn it is, and what is missing, is Sequencing's to say; decoding is the segment's.

extension PartAudio {
  /// Whether the part's packets bear numbers: it then takes no others.
  public var isSequenced: Bool { sequencing != nil }
  /// Whether packets that bear numbers may come: raw Opus, of which nothing came without.
  public var canBeSequenced: Bool { format.codec == .opus && (isSequenced || receivedFrames == 0) }
  /// How many packets wait for one before them.
  public var heldPackets: Int { sequencing?.sequencer.pointee.heldCount ?? 0 }
  /// When they have waited enough, or nil if none does. Then call ``releaseOverdue(nowUs:pool:)``.
  public var heldDeadlineUs: Int64? { sequencing?.sequencer.pointee.deadlineUs }
  /// How long the newest packet in the queue is: the most that is handed over at once.
  public var packetFrames: Int64 { Int64(previousDurationFrames) }

  /// By how many frames R will have grown when this packet and all that come before it have been released. Changes
  /// nothing.
  public func measure(_ bytes: UnsafeRawBufferPointer, stamp: PacketStamp) -> Int64 {
    guard !bytes.isEmpty else { return 0 }
    let header = OpusPacket.header(bytes, previousDurationFrames: previousDurationFrames)
    guard var sequencer = sequencing?.sequencer.pointee else { return Int64(header.durationFrames) }
    switch sequencer.judge(stamp) {
    case .late, .duplicate: return 0
    case .restart: return Int64(header.durationFrames)
    case .next, .early:
      // Whatever comes before it, time is counted from the same place to the same place.
      let gap = sequencer.pass(SequencedPacket(stamp: stamp, header: header))
      return Int64(gap.frames + Int(header.durationFrames))
    }
  }

  /// Takes one packet with its number. Copies it. Without bytes it only says which packet is the first, and is
  /// ignored once one has come. ``canBeSequenced`` must hold. After `discard` it takes nothing.
  public mutating func append(
    _ bytes: UnsafeRawBufferPointer, stamp: PacketStamp, nowUs: Int64, pool: inout AudioPool
  ) -> AppendOutcome {
    switch stage {
    case .discarded: return .appended(frames: 0)
    case .finished: stage = .open
    case .open: break
    }
    precondition(canBeSequenced, "a part has one way in: ask canBeSequenced first")
    let sequencer = openSequencer(pool: &pool)
    if bytes.isEmpty {
      if sequencer.pointee.hasBegun { return .ignored }
      sequencer.pointee.begin(at: stamp)
      return .appended(frames: 0)
    }
    pool.receivedPackets += 1
    let before = receivedFrames
    var packet = SequencedPacket(
      stamp: stamp, header: OpusPacket.header(bytes, previousDurationFrames: previousDurationFrames))
    if packet.header.condition == .intact { packet.isCELTOnly = OpusPacket.isCELTOnly(bytes) }
    switch sequencer.pointee.judge(stamp) {
    case .late:  // Rule H2: neither a late packet nor a second one counts.
      pool.latePackets += 1
      return .ignored
    case .duplicate:
      pool.duplicatePackets += 1
      return .ignored
    case .next:
      sequencer.pointee.noteProgress(nowUs: nowUs)
      play(packet, payload: bytes, pool: &pool)
      playHeld(evenEarly: false, pool: &pool)
    case .early:
      if packet.header.condition == .intact {
        packet.rebuildableFrames = OpusPacket.rebuildableFrames(bytes)
      }
      wait(packet, payload: bytes, nowUs: nowUs, pool: &pool)
    case .restart:
      releaseHeld(pool: &pool)
      sequencer.pointee.restart()
      play(packet, payload: bytes, pool: &pool)
    }
    let frames = receivedFrames - before
    return packet.header.condition == .intact ? .appended(frames: frames) : .damaged(frames: frames)
  }

  /// Gives up what those that wait have waited for long enough. What was added to R stands in `receivedFrames`.
  public mutating func releaseOverdue(nowUs: Int64, pool: inout AudioPool) {
    while let deadlineUs = heldDeadlineUs, deadlineUs <= nowUs {
      playFirstHeld(pool: &pool)
    }
  }

  /// Plays everything that waits: nothing more will come before it.
  mutating func releaseHeld(pool: inout AudioPool) {
    while heldPackets > 0 { playFirstHeld(pool: &pool) }
  }

  /// Forgets everything that waits.
  mutating func dropHeld(pool: inout AudioPool) {
    guard let sequencer = sequencing?.sequencer else { return }
    while let held = sequencer.pointee.popHeld(evenEarly: true) {
      pool.neverDecodedPackets += 1
      free(held, pool: &pool)
    }
  }

  /// Lets the order of the packets go, and what waits.
  mutating func freeSequencing(pool: inout AudioPool) {
    guard let block = sequencing, let sequencer = sequencing?.sequencer else { return }
    while let held = sequencer.pointee.popHeld(evenEarly: true) { free(held, pool: &pool) }
    sequencer.deinitialize(count: 1)
    pool.blocks.giveBack(block)
    sequencing = nil
  }

  // MARK: One packet

  private mutating func openSequencer(pool: inout AudioPool) -> UnsafeMutablePointer<Sequencer> {
    if let sequencing { return sequencing.sequencer }
    precondition(MemoryLayout<Sequencer>.size <= HeldPlaces.start, "the order has outgrown its place")
    let block = pool.blocks.take(byteCount: HeldPlaces.start + Sequencer.windowPackets * HeldPlaces.bytes)
    block.sequencer.initialize(to: Sequencer())
    sequencing = block
    return block.sequencer
  }

  /// Queues a packet and, before it, what is missing.
  private mutating func play(
    _ packet: SequencedPacket, payload: UnsafeRawBufferPointer, pool: inout AudioPool
  ) {
    guard let gap = sequencing?.sequencer.pointee.pass(packet) else { return }
    if gap != Gap() { fill(gap, before: payload, pool: &pool) }
    _ = enqueue(packet.header, payload: payload, pool: &pool)
    receivedFrames += Int64(gap.frames + Int(packet.header.playFrames))
  }

  /// Queues a gap in pieces as short as most packets, so that writing ahead stays within its bound. libopus fills
  /// 20 ms at a time too: the samples are the same as in one piece.
  mutating func fill(_ gap: Gap, before payload: UnsafeRawBufferPointer, pool: inout AudioPool) {
    pool.lostPackets += gap.lostPackets
    let guessedPackets = gap.lostPackets - (gap.rebuiltFrames > 0 ? 1 : 0)
    let isFilled = gap.filledFrames > 0
    fill(gap.isPause ? .pause : .lost, gap.filledFrames, packets: guessedPackets, pool: &pool)
    fill(.silence, gap.silentFrames, packets: isFilled ? 0 : guessedPackets, pool: &pool)
    if gap.rebuiltFrames > 0 {
      let header = PacketHeader(.rebuilt, frames: gap.rebuiltFrames, packets: 1, byteCount: payload.count)
      queue(piece: header, payload: payload, pool: &pool)
    }
  }

  private mutating func fill(
    _ condition: PacketHeader.Condition, _ frames: Int, packets: Int, pool: inout AudioPool
  ) {
    for start in stride(from: 0, to: frames, by: OpusPacket.usualDurationFrames) {
      let piece = PacketHeader(
        condition, frames: min(frames - start, OpusPacket.usualDurationFrames),
        packets: start == 0 ? packets : 0)
      queue(piece: piece, payload: UnsafeRawBufferPointer(start: nil, count: 0), pool: &pool)
    }
  }

  /// In an Ogg stream a gap has its share in pre-skip, gain and end trim.
  private mutating func queue(
    piece: PacketHeader, payload: UnsafeRawBufferPointer, pool: inout AudioPool
  ) {
    if let ogg {
      hold(piece, payload: payload, in: ogg, pool: &pool)
    } else {
      _ = enqueue(piece, payload: payload, pool: &pool)
    }
  }

  // MARK: Packets that wait

  /// Lets a packet wait for those before it. With one more than may wait, those are given up.
  private mutating func wait(
    _ packet: SequencedPacket, payload: UnsafeRawBufferPointer, nowUs: Int64, pool: inout AudioPool
  ) {
    guard let sequencer = sequencing?.sequencer else { return }
    while sequencer.pointee.isFull, !sequencer.pointee.precedesHeld(packet.stamp) {
      playFirstHeld(pool: &pool)
    }
    guard case .early = sequencer.pointee.judge(packet.stamp), !sequencer.pointee.isFull else {
      play(packet, payload: payload, pool: &pool)
      playHeld(evenEarly: false, pool: &pool)
      return
    }
    let byteCount = Int(packet.header.byteCount)
    let isLong = byteCount > HeldPlaces.bytes
    let block = isLong ? pool.blocks.take(byteCount: byteCount) : nil
    let place = block?.payload ?? sequencing?.place(sequencer.pointee.freePlace)
    if let place, let start = payload.baseAddress, byteCount > 0 {
      place.copyMemory(from: start, byteCount: byteCount)
    }
    count(bytes: byteCount, pool: &pool)
    pool.heldPackets += 1
    sequencer.pointee.hold(
      Sequencer.Held(
        packet: packet, sinceUs: nowUs, bytes: byteCount > 0 ? place.map { UnsafeRawPointer($0) } : nil,
        block: block))
  }

  /// Plays the first that waits, whatever is missing before it, and those whose turn it then is.
  private mutating func playFirstHeld(pool: inout AudioPool) {
    guard let held = sequencing?.sequencer.pointee.popHeld(evenEarly: true) else { return }
    play(held, pool: &pool)
    playHeld(evenEarly: false, pool: &pool)
  }

  private mutating func playHeld(evenEarly: Bool, pool: inout AudioPool) {
    while let held = sequencing?.sequencer.pointee.popHeld(evenEarly: evenEarly) { play(held, pool: &pool) }
  }

  private mutating func play(_ held: Sequencer.Held, pool: inout AudioPool) {
    let payload = UnsafeRawBufferPointer(start: held.bytes, count: Int(held.packet.header.byteCount))
    play(held.packet, payload: payload, pool: &pool)
    free(held, pool: &pool)
  }

  private mutating func free(_ held: Sequencer.Held, pool: inout AudioPool) {
    if let block = held.block { pool.blocks.giveBack(block) }
    count(bytes: -Int(held.packet.header.byteCount), pool: &pool)
    pool.heldPackets -= 1
  }
}

/// Where packets wait, in the block of the order itself: so a loss asks for no memory.
private enum HeldPlaces {
  static var start: Int { 1_024 }
  /// No packet of one frame without padding is longer.
  static var bytes: Int { 1_280 }
}

extension UnsafeMutablePointer<MemoryBlock> {
  /// What lies in a block that was taken for it.
  fileprivate var sequencer: UnsafeMutablePointer<Sequencer> {
    payload.assumingMemoryBound(to: Sequencer.self)
  }

  fileprivate func place(_ index: Int) -> UnsafeMutableRawPointer {
    payload + HeldPlaces.start + index * HeldPlaces.bytes
  }
}
