// Storage whose places are reused: what has a slot number lives here. It knows nothing of what it holds.

/// Elements at stable slot numbers. Taking and giving back a slot costs a few instructions; memory grows
/// by doubling and is kept, so that a session that has reached its size allocates no more.
struct Slab<Element: ~Copyable>: ~Copyable {
  /// Memory from the first element on; before that a place where nothing lives.
  private var elements = UnsafeMutablePointer<Element>(bitPattern: 16)!
  /// For a free slot the next free one; for a taken one `taken`.
  private var links = UnsafeMutablePointer<UInt32>(bitPattern: 16)!
  // Slots have 32 bits, and so has what counts them: every tick looks into three of these.
  private var capacity: UInt32 = 0
  private var used: UInt32 = 0
  private var firstFree = UInt32.max
  private var held: UInt32 = 0

  var count: Int { Int(held) }

  private static var taken: UInt32 { .max - 1 }

  deinit {
    for slot in 0..<Int(used) where links[slot] == Self.taken {
      (elements + slot).deinitialize(count: 1)
    }
    freeMemory()
  }

  private func freeMemory() {
    guard capacity > 0 else { return }
    elements.deallocate()
    links.deallocate()
  }

  /// Stores `element` and returns its slot.
  mutating func insert(_ element: consuming Element) -> UInt32 {
    let slot: UInt32
    if firstFree != .max {
      slot = firstFree
      firstFree = links[Int(slot)]
    } else {
      if used == capacity { grow() }
      slot = used
      used += 1
    }
    (elements + Int(slot)).initialize(to: element)
    links[Int(slot)] = Self.taken
    held += 1
    return slot
  }

  /// Forgets the element at `slot`; the slot will be handed out again.
  mutating func remove(_ slot: UInt32) {
    precondition(holds(slot))
    (elements + Int(slot)).deinitialize(count: 1)
    links[Int(slot)] = firstFree
    firstFree = slot
    held -= 1
  }

  /// Whether something lives at `slot`.
  func holds(_ slot: UInt32) -> Bool {
    slot < used && links[Int(slot)] == Self.taken
  }

  /// The element itself, not a copy: elements are large, and one field of them is wanted at a time.
  subscript(slot: UInt32) -> Element {
    unsafeAddress { address(of: slot) }
    unsafeMutableAddress { mutableAddress(of: slot) }
  }

  /// Where the element at slot 0 would live, until the next insertion: for whoever steps from slot to slot.
  var base: UnsafePointer<Element> { UnsafePointer(elements) }

  /// Where the element at `slot` lives until the next insertion, for whoever has a subscript of its own.
  func address(of slot: UInt32) -> UnsafePointer<Element> {
    assert(holds(slot))
    return UnsafePointer(elements + Int(slot))
  }

  /// The same, to change it.
  mutating func mutableAddress(of slot: UInt32) -> UnsafeMutablePointer<Element> {
    assert(holds(slot))
    return elements + Int(slot)
  }

  private mutating func grow() {
    let larger = max(capacity * 2, 2)
    let newElements = UnsafeMutablePointer<Element>.allocate(capacity: Int(larger))
    let newLinks = UnsafeMutablePointer<UInt32>.allocate(capacity: Int(larger))
    // Only called when no slot is free, so every element is alive.
    newElements.moveInitialize(from: elements, count: Int(used))
    newLinks.moveInitialize(from: links, count: Int(used))
    freeMemory()
    elements = newElements
    links = newLinks
    capacity = larger
  }
}
