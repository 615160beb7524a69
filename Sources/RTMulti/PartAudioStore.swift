// The audio of each content part, found by the part's slot. What becomes of audio is RTMultiAudio's.

import RTMultiAudio
import RTMultiCore

/// The queues and decoders of the parts that have audio.
struct PartAudioStore: ~Copyable {
  /// Memory from the first part on; before that places where nothing lives. Which slots are taken lies in front of the
  /// queues, in one piece with them: whoever asks for one looks at both.
  private var isTaken = UnsafeMutablePointer<Bool>(bitPattern: 16)!
  private var elements = UnsafeMutablePointer<PartAudio>(bitPattern: 16)!
  private var capacity = 0
  private var openCount = 0
  /// Parts that are over; they are taken away once everything urgent has been said. As many as there are slots.
  private var closing = UnsafeMutablePointer<PartID>(bitPattern: 16)!
  private var closingCount = 0
  /// Parts of which packets wait for one before them, and some of which they did; seldom more than one.
  private(set) var holding: [PartID] = []

  deinit {
    for slot in 0..<capacity where isTaken[slot] { (elements + slot).deinitialize(count: 1) }
    freeMemory()
  }

  private func freeMemory() {
    guard capacity > 0 else { return }
    UnsafeMutableRawPointer(isTaken).deallocate()
    closing.deallocate()
  }

  func has(_ part: PartID) -> Bool { Int(part.slot) < capacity && isTaken[Int(part.slot)] }

  /// Gives a part its queue. There must be none yet.
  mutating func open(_ part: PartID, format: AudioFormat, pool: inout AudioPool) {
    pool.wake()
    let slot = Int(part.slot)
    while slot >= capacity { grow() }
    (elements + slot).initialize(to: PartAudio(format: format))
    isTaken[slot] = true
    openCount += 1
  }

  /// Takes a part's queue away, with all that it holds.
  mutating func close(_ part: PartID, pool: inout AudioPool) {
    guard has(part) else { return }
    let slot = Int(part.slot)
    elements[slot].discard(pool: &pool)
    (elements + slot).deinitialize(count: 1)
    isTaken[slot] = false
    openCount -= 1
    if !holding.isEmpty { holding.removeAll { $0 == part } }
  }

  /// Notes whether packets of a part wait for one before them.
  mutating func noteHolding(of part: PartID) {
    let index = holding.firstIndex(of: part)
    if elements[Int(part.slot)].heldPackets == 0 {
      if let index { holding.remove(at: index) }
    } else if index == nil {
      holding.append(part)
    }
  }

  /// A part is over. Its memory goes back later: giving back seconds of PCM takes longer than an interrupt.
  mutating func willClose(_ part: PartID) {
    guard has(part), closingCount < capacity else { return }
    (closing + closingCount).initialize(to: part)
    closingCount += 1
  }

  var hasClosing: Bool { closingCount > 0 }

  /// Takes away what is over.
  mutating func finishClosing(pool: inout AudioPool) {
    for index in 0..<closingCount { close(closing[index], pool: &pool) }
    closingCount = 0
  }

  /// Whether nothing speaks.
  var isEmpty: Bool { openCount == 0 }

  /// Takes every queue away, so that all that they hold is back in the pool before it is freed.
  mutating func closeAll(pool: inout AudioPool) {
    for slot in 0..<capacity where isTaken[slot] {
      elements[slot].discard(pool: &pool)
      (elements + slot).deinitialize(count: 1)
      isTaken[slot] = false
    }
  }

  /// From now on samples are counted and not kept, also of the parts that are open.
  mutating func countOnly(pool: inout AudioPool) {
    for slot in 0..<capacity where isTaken[slot] { elements[slot].countOnly(pool: &pool) }
  }

  /// Whether there is a part whose samples only the host has.
  var hasCounted: Bool {
    for slot in 0..<capacity where isTaken[slot] && elements[slot].isCounted { return true }
    return false
  }

  subscript(part: PartID) -> PartAudio {
    unsafeAddress { UnsafePointer(elements + Int(part.slot)) }
    unsafeMutableAddress { elements + Int(part.slot) }
  }

  private mutating func grow() {
    let room = max(capacity * 2, 1)
    let alignment = MemoryLayout<PartAudio>.alignment
    let head = (room + alignment - 1) / alignment * alignment
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: head + room * MemoryLayout<PartAudio>.stride, alignment: alignment)
    let taken = memory.initializeMemory(as: Bool.self, repeating: false, count: room)
    let larger = (memory + head).bindMemory(to: PartAudio.self, capacity: room)
    for slot in 0..<capacity where isTaken[slot] {
      (larger + slot).moveInitialize(from: elements + slot, count: 1)
      taken[slot] = true
    }
    let over = UnsafeMutablePointer<PartID>.allocate(capacity: room)
    over.moveInitialize(from: closing, count: closingCount)
    freeMemory()
    elements = larger
    isTaken = taken
    closing = over
    capacity = room
  }
}
