// The memory in which audio waits: blocks of one size, recycled. What the bytes in a block mean is not
// known here; that is PacketQueue's.

/// The head of a block; its payload follows in the same allocation.
struct MemoryBlock {
  var next: UnsafeMutablePointer<MemoryBlock>?
  /// How many payload bytes the block can hold.
  var capacity: Int
  /// How many payload bytes are written.
  var used: Int
}

extension UnsafeMutablePointer<MemoryBlock> {
  /// The first payload byte, aligned for everything that is stored in a block.
  var payload: UnsafeMutableRawPointer { UnsafeMutableRawPointer(self + 1) }
}

/// Hands out blocks and takes them back. Those that came back wait for the next audio; what is more than a session needs
/// goes on, bit by bit, to other sessions and to the system: giving seconds of audio back takes longer than an interrupt.
struct MemoryPool: ~Copyable {
  /// The payload of a block of the usual size: with its head it fills 8 KiB.
  static let payloadBytes = 8_192 - MemoryLayout<MemoryBlock>.stride
  /// 128 KiB: more than two seconds of PCM16 at 24 kHz, the distance that appending and releasing drift
  /// apart in the steady state.
  static let talkingBlocks = 16
  /// How many blocks go on at a time: some 10 µs at the most.
  private static let piece = 64
  /// So few go where nobody has to wait for it.
  private static let few = 4

  /// How many blocks were ever taken from the system.
  private(set) var allocations = 0
  /// The payload of the blocks that were taken and not given back, written or not.
  private(set) var takenBytes = 0
  /// How many free blocks are kept.
  private var keptBlocks = Self.talkingBlocks
  private var firstFree: UnsafeMutablePointer<MemoryBlock>?
  private var freeCount = 0

  /// An empty block with room for at least `byteCount` bytes.
  mutating func take(byteCount: Int) -> UnsafeMutablePointer<MemoryBlock> {
    guard byteCount <= Self.payloadBytes else { return allocate(byteCount) }
    guard let block = firstFree else {
      guard let spare = SpareMemory.blocks.take() else { return allocate(Self.payloadBytes) }
      return begin(spare.bindMemory(to: MemoryBlock.self, capacity: 1), Self.payloadBytes)
    }
    firstFree = block.pointee.next
    freeCount -= 1
    return begin(block, Self.payloadBytes)
  }

  private mutating func allocate(_ capacity: Int) -> UnsafeMutablePointer<MemoryBlock> {
    allocations += 1
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<MemoryBlock>.stride + capacity, alignment: MemoryLayout<MemoryBlock>.alignment)
    return begin(memory.bindMemory(to: MemoryBlock.self, capacity: 1), capacity)
  }

  private mutating func begin(
    _ block: UnsafeMutablePointer<MemoryBlock>, _ capacity: Int
  ) -> UnsafeMutablePointer<MemoryBlock> {
    takenBytes += capacity
    block.initialize(to: MemoryBlock(next: nil, capacity: capacity, used: 0))
    return block
  }

  /// Takes a block back. One of an unusual size goes to the system, so that no giant stays for ever.
  mutating func giveBack(_ block: UnsafeMutablePointer<MemoryBlock>) {
    guard block.pointee.capacity == Self.payloadBytes else {
      takenBytes -= block.pointee.capacity
      UnsafeMutableRawPointer(block).deallocate()
      return
    }
    giveBack(from: block, to: block, count: 1)
  }

  /// Takes back so many blocks of the usual size, each of which names the next one. Only the last of them is looked at.
  mutating func giveBack(
    from first: UnsafeMutablePointer<MemoryBlock>, to last: UnsafeMutablePointer<MemoryBlock>, count: Int
  ) {
    takenBytes -= count * Self.payloadBytes
    last.pointee.next = firstFree
    firstFree = first
    freeCount += count
  }

  /// Something speaks: what comes back is kept.
  mutating func wake() { keptBlocks = Self.talkingBlocks }

  /// Nothing speaks any more: no block is kept. A few go at once.
  mutating func rest() {
    keptBlocks = 0
    if freeCount <= Self.few { letGo() }
  }

  /// Whether more blocks wait than are kept.
  var hasTooMany: Bool { freeCount > keptBlocks }

  /// Lets some of those go that are too many.
  mutating func letGo() {
    var rest = Self.piece
    while hasTooMany, rest > 0, let block = firstFree {
      firstFree = block.pointee.next
      freeCount -= 1
      rest -= 1
      SpareMemory.blocks.giveBack(UnsafeMutableRawPointer(block))
    }
  }

  deinit {
    var block = firstFree
    while let free = block {
      block = free.pointee.next
      UnsafeMutableRawPointer(free).deallocate()
    }
  }
}
