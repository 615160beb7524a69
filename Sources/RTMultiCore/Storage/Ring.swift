// Things that wait in line. What they are, and how many may wait, is decided by whoever holds the ring.

/// A first-in first-out ring that grows when more waits than ever before, and keeps its memory.
///
/// Its methods are inlinable, so that another module gets them made for its own element.
@frozen
public struct Ring<Element>: ~Copyable {
  @usableFromInline var storage: UnsafeMutablePointer<Element>
  @usableFromInline var capacity: Int
  @usableFromInline var head = 0
  @usableFromInline var waiting = 0

  /// How many elements wait.
  @inlinable
  public var count: Int { waiting }

  /// A ring that holds `capacity` elements, a power of two, before it has to grow.
  @inlinable
  public init(capacity: Int = 8) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0)
    self.capacity = capacity
    storage = .allocate(capacity: capacity)
  }

  @inlinable
  deinit {
    for index in 0..<waiting { address(index).deinitialize(count: 1) }
    storage.deallocate()
  }

  /// Adds an element behind all others.
  @inlinable
  public mutating func append(_ element: consuming Element) {
    if waiting == capacity { grow() }
    address(waiting).initialize(to: element)
    waiting += 1
  }

  /// Takes the oldest element, or nil.
  @inlinable
  public mutating func popFirst() -> Element? {
    guard waiting > 0 else { return nil }
    let element = address(0).move()
    waiting -= 1
    // From the beginning again when it is empty: of thousands of sessions each then keeps its few lines of cache.
    head = waiting == 0 ? 0 : (head + 1) & (capacity - 1)
    return element
  }

  /// Where the element is that waits behind `index` others.
  @inlinable
  func address(_ index: Int) -> UnsafeMutablePointer<Element> { storage + ((head + index) & (capacity - 1)) }

  @inlinable
  mutating func grow() {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
    for index in 0..<waiting { (larger + index).moveInitialize(from: address(index), count: 1) }
    storage.deallocate()
    storage = larger
    head = 0
    capacity *= 2
  }
}
