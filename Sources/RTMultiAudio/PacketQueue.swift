// The audio of one part as it waits, oldest first, in linked blocks: bare frames for PCM16 and G.711, headed
// packets for Opus. What is decoded from it, and when it may be forgotten, is not decided here.

/// A place in the queue and the frame of the part that is found there. Without a block it stands before
/// whatever is appended first.
struct Cursor {
  var block: UnsafeMutablePointer<MemoryBlock>?
  var offset = 0
  var frame: Int64 = 0
}

/// How many bytes a frame that waits bare has: a power of two, so that counting frames needs no division.
struct FrameSize {
  private let shift: Int

  /// The size of a frame with so many bytes: 1, 2 or 4.
  init(bytes: Int) { shift = bytes.trailingZeroBitCount }

  var bytes: Int { 1 &<< shift }
  /// How many whole frames lie in `byteCount` bytes.
  func frames(in byteCount: Int) -> Int { byteCount &>> shift }
  func bytes(of frames: Int) -> Int { frames &<< shift }
}

/// Owns its blocks until `removeAll`.
struct PacketQueue: ~Copyable {
  /// The oldest frame that is still kept.
  private(set) var front = Cursor()
  private var tail: UnsafeMutablePointer<MemoryBlock>?
  /// How many blocks there are, and how many of them have an unusual size.
  private var blockCount = 0
  private var unusualBlocks = 0
  /// How many packets that came are kept.
  private var keptPackets = 0

  // MARK: Writing

  /// Room for `byteCount` more bytes in one piece, at the end. They count as written.
  private mutating func extend(by byteCount: Int, pool: inout AudioPool) -> UnsafeMutableRawPointer {
    if let tail, tail.pointee.capacity - tail.pointee.used >= byteCount {
      tail.pointee.used += byteCount
      return tail.payload + (tail.pointee.used - byteCount)
    }
    let block = pool.blocks.take(byteCount: byteCount)
    block.pointee.used = byteCount
    blockCount += 1
    if block.pointee.capacity != MemoryPool.payloadBytes { unusualBlocks += 1 }
    if let tail { tail.pointee.next = block } else { front.block = block }
    tail = block
    return block.payload
  }

  /// Appends whole frames, split over blocks where they have to be.
  @inline(__always)
  mutating func append(
    frames: UnsafeRawPointer, byteCount: Int, size: FrameSize, pool: inout AudioPool
  ) {
    // Nearly always they fit behind the last ones.
    if let tail, tail.pointee.capacity &- tail.pointee.used >= byteCount {
      (tail.payload + tail.pointee.used).copyMemory(from: frames, byteCount: byteCount)
      tail.pointee.used &+= byteCount
      return
    }
    split(frames: frames, byteCount: byteCount, size: size, pool: &pool)
  }

  @inline(never)
  private mutating func split(
    frames: UnsafeRawPointer, byteCount: Int, size: FrameSize, pool: inout AudioPool
  ) {
    var copied = 0
    while copied < byteCount {
      let left = tail.map { $0.pointee.capacity - $0.pointee.used } ?? 0
      let room = left < size.bytes ? MemoryPool.payloadBytes : left
      let piece = min(byteCount - copied, size.bytes(of: size.frames(in: room)))
      extend(by: piece, pool: &pool).copyMemory(from: frames + copied, byteCount: piece)
      copied += piece
    }
  }

  /// Appends one packet and says where it stands. `payload` may be nil when the header says 0 bytes.
  @discardableResult
  mutating func append(_ header: PacketHeader, payload: UnsafeRawPointer?, pool: inout AudioPool) -> Cursor {
    let storedBytes = PacketHeader.storedBytes(payload: Int(header.byteCount))
    let packet = extend(by: storedBytes, pool: &pool).bindMemory(to: PacketHeader.self, capacity: 1)
    packet.initialize(to: header)
    if header.condition.isPacket { keptPackets += 1 }
    if let payload {
      UnsafeMutableRawPointer(packet.payload).copyMemory(from: payload, byteCount: Int(header.byteCount))
    }
    return Cursor(block: tail, offset: (tail?.pointee.used ?? 0) - storedBytes)
  }

  // MARK: Reading

  /// Steps over the end of a block, if the cursor stands there and another block follows.
  private func settle(_ cursor: inout Cursor) {
    if cursor.block == nil { cursor.block = front.block }
    while let block = cursor.block, cursor.offset >= block.pointee.used, let next = block.pointee.next {
      cursor.block = next
      cursor.offset = 0
    }
  }

  /// The packet at the cursor, or nil at the end of the queue.
  func packet(at cursor: inout Cursor) -> UnsafeMutablePointer<PacketHeader>? {
    settle(&cursor)
    guard let block = cursor.block, cursor.offset < block.pointee.used else { return nil }
    return (block.payload + cursor.offset).assumingMemoryBound(to: PacketHeader.self)
  }

  /// Moves the cursor behind the packet at which it stands.
  func step(_ cursor: inout Cursor, over packet: UnsafeMutablePointer<PacketHeader>) {
    cursor.offset += PacketHeader.storedBytes(payload: Int(packet.pointee.byteCount))
    cursor.frame += Int64(packet.pointee.playFrames)
  }

  /// The bytes at the cursor that lie in one piece; empty at the end of the queue.
  func run(at cursor: inout Cursor) -> UnsafeRawBufferPointer {
    settle(&cursor)
    guard let block = cursor.block else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return UnsafeRawBufferPointer(
      start: block.payload + cursor.offset, count: block.pointee.used - cursor.offset)
  }

  /// The place of a frame among bare frames, `frame` being within what is kept.
  func cursor(atFrame frame: Int64, size: FrameSize) -> Cursor {
    var cursor = front
    while cursor.frame < frame {
      let frames = min(Int64(size.frames(in: run(at: &cursor).count)), frame - cursor.frame)
      if frames == 0 { break }
      cursor.offset += size.bytes(of: Int(frames))
      cursor.frame += frames
    }
    return cursor
  }

  /// The place of the last packet that begins at `frame` or earlier, or else of the first one kept.
  func cursor(atPacketBefore frame: Int64) -> Cursor {
    var found = front
    var next = front
    while let packet = packet(at: &next), next.frame <= frame {
      found = next
      step(&next, over: packet)
    }
    return found
  }

  /// How many packets that came and are kept begin at `frame` or later.
  func packets(from frame: Int64) -> Int {
    // Before that there are few: what was handed over is forgotten soon.
    var cursor = front
    var earlier = 0
    while let packet = packet(at: &cursor), cursor.frame < frame {
      if packet.pointee.condition.isPacket { earlier += 1 }
      step(&cursor, over: packet)
    }
    return keptPackets - earlier
  }

  // MARK: Forgetting

  /// Forgets bare frames up to `frame`. `reader` stands there or later and stays valid.
  mutating func removeFrames(
    through frame: Int64, size: FrameSize, reader: inout Cursor, pool: inout AudioPool
  ) {
    recycle(reader: &reader, pool: &pool)
    while front.frame < frame {
      var place = front
      let frames = min(Int64(size.frames(in: run(at: &place).count)), frame - front.frame)
      if frames == 0 { break }
      front.offset += size.bytes(of: Int(frames))
      front.frame += frames
      recycle(reader: &reader, pool: &pool)
    }
    rewind(reader: &reader)
  }

  /// Where nothing is left the last block is filled from its beginning again, so that of thousands of sessions each
  /// keeps to few lines of cache.
  private mutating func rewind(reader: inout Cursor) {
    guard let block = front.block, block.pointee.next == nil, front.offset >= block.pointee.used,
      reader.block == nil || (reader.block == block && reader.offset >= block.pointee.used)
    else { return }
    block.pointee.used = 0
    front.offset = 0
    reader.offset = 0
  }

  /// Forgets the packets that end at `frame` or earlier and returns how many payload bytes that were.
  /// `reader` stands behind them and stays valid.
  mutating func removePackets(through frame: Int64, reader: inout Cursor, pool: inout AudioPool) -> Int {
    var removedBytes = 0
    recycle(reader: &reader, pool: &pool)
    var place = front
    while let packet = packet(at: &place), place.frame + Int64(packet.pointee.playFrames) <= frame {
      removedBytes += Int(packet.pointee.byteCount)
      if packet.pointee.condition.isPacket { keptPackets -= 1 }
      step(&place, over: packet)
      front = place
      recycle(reader: &reader, pool: &pool)
      place = front
    }
    return removedBytes
  }

  /// Gives the front block back when nothing in it is kept. The last block stays: the next delta fills it.
  private mutating func recycle(reader: inout Cursor, pool: inout AudioPool) {
    guard let block = front.block, front.offset >= block.pointee.used, let next = block.pointee.next else {
      return
    }
    if reader.block == block {
      reader.block = next
      reader.offset = 0
    }
    front.block = next
    front.offset = 0
    blockCount -= 1
    if block.pointee.capacity != MemoryPool.payloadBytes { unusualBlocks -= 1 }
    pool.blocks.giveBack(block)
  }

  /// Gives every block back; the front then stands at `frame`.
  mutating func removeAll(frame: Int64, pool: inout AudioPool) {
    if unusualBlocks == 0, let first = front.block, let tail {
      pool.blocks.giveBack(from: first, to: tail, count: blockCount)
      front.block = nil
    }
    while let block = front.block {
      front.block = block.pointee.next
      pool.blocks.giveBack(block)
    }
    front = Cursor(frame: frame)
    tail = nil
    blockCount = 0
    unusualBlocks = 0
    keptPackets = 0
  }
}
