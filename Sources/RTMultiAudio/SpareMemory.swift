// Memory of one size that no session of the process needs now, and that the next one to need some begins with. Sessions of
// all threads share it, for each of them would keep as much for itself: a session that is silent then keeps none. What lies
// in the memory is not known here.

import Synchronization

/// A few places for memory, each taken and filled in one atomic step: nobody waits for anybody.
struct SpareMemory: ~Copyable {
  /// Blocks for audio that waits (``MemoryPool``), and states of decoders of one and of two channels (``OpusDecoderPool``).
  static let blocks = SpareMemory()
  static let monoDecoders = SpareMemory()
  static let stereoDecoders = SpareMemory()

  private let places = InlineArray<32, Atomic<UInt>> { _ in Atomic(0) }

  private init() {}

  /// Takes some out, or returns nil where there is none. Whoever takes it owns it.
  func take() -> UnsafeMutableRawPointer? {
    for index in places.indices where places[index].load(ordering: .relaxed) != 0 {
      if let memory = UnsafeMutableRawPointer(bitPattern: places[index].exchange(0, ordering: .acquiring)) {
        return memory
      }
    }
    return nil
  }

  /// Takes memory back, or gives it to the system where there is enough.
  func giveBack(_ memory: UnsafeMutableRawPointer) {
    for index in places.indices where places[index].load(ordering: .relaxed) == 0 {
      let (isKept, _) = places[index].compareExchange(
        expected: 0, desired: UInt(bitPattern: memory), ordering: .releasing)
      if isKept { return }
    }
    memory.deallocate()
  }
}
