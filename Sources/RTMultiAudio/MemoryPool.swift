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

/// Hands out blocks and takes them back. A bounded number waits for the next part, so that in the steady
/// state nothing is allocated and after a burst the memory returns to the system.
struct MemoryPool: ~Copyable {
  /// The payload of a block of the usual size: with its head it fills 8 KiB.
  static let payloadBytes = 8_192 - MemoryLayout<MemoryBlock>.stride
  /// 128 KiB: more than two seconds of PCM16 at 24 kHz, the distance that appending and releasing drift
  /// apart in the steady state.
  static let maximumFreeBlocks = 16

  /// How many blocks were ever taken from the system.
  private(set) var allocations = 0
  /// The payload of the blocks that were taken and not given back, written or not.
  private(set) var takenBytes = 0
  private var firstFree: UnsafeMutablePointer<MemoryBlock>?
  private var freeCount = 0

  /// An empty block with room for at least `byteCount` bytes.
  mutating func take(byteCount: Int) -> UnsafeMutablePointer<MemoryBlock> {
    if byteCount <= Self.payloadBytes, let block = firstFree {
      firstFree = block.pointee.next
      freeCount -= 1
      block.pointee.next = nil
      block.pointee.used = 0
      takenBytes += Self.payloadBytes
      return block
    }
    allocations += 1
    let capacity = max(byteCount, Self.payloadBytes)
    takenBytes += capacity
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<MemoryBlock>.stride + capacity, alignment: MemoryLayout<MemoryBlock>.alignment)
    let block = memory.bindMemory(to: MemoryBlock.self, capacity: 1)
    block.initialize(to: MemoryBlock(next: nil, capacity: capacity, used: 0))
    return block
  }

  /// Takes a block back. One of an unusual size goes to the system, so that no giant stays for ever.
  mutating func giveBack(_ block: UnsafeMutablePointer<MemoryBlock>) {
    takenBytes -= block.pointee.capacity
    guard block.pointee.capacity == Self.payloadBytes, freeCount < Self.maximumFreeBlocks else {
      UnsafeMutableRawPointer(block).deallocate()
      return
    }
    block.pointee.next = firstFree
    firstFree = block
    freeCount += 1
  }

  /// Gives back the blocks that wait, but one.
  mutating func trim() {
    while freeCount > 1, let block = firstFree {
      firstFree = block.pointee.next
      freeCount -= 1
      UnsafeMutableRawPointer(block).deallocate()
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
