// From the server's ids to our integers. Names are owned by what they name, not by this table.

/// Finds the slot that a name stands for. Open addressing with backward-shift deletion; the hash is
/// seeded per process, so that ids chosen by a hostile server cannot line up.
struct NameTable: ~Copyable {
  private struct Entry {
    var hash: Int
    var name: Bytes
    var slot: UInt32
  }

  /// Memory from the first name on; before that a place where nothing lives.
  private var entries = UnsafeMutablePointer<Entry>(bitPattern: 16)!
  private var capacity = 0
  private(set) var count = 0
  private static var vacant: UInt32 { .max }

  deinit {
    if capacity > 0 { entries.deallocate() }
  }

  /// The slot that `name` stands for, or nil.
  func find(_ name: Bytes) -> UInt32? {
    guard count > 0 else { return nil }
    let hash = Self.hash(name)
    var index = hash & (capacity - 1)
    while entries[index].slot != Self.vacant {
      if entries[index].hash == hash, entries[index].name.holdsSame(as: name) { return entries[index].slot }
      index = (index + 1) & (capacity - 1)
    }
    return nil
  }

  /// Lets `name`, which must not be in the table and must live as long as it is, stand for `slot`.
  mutating func insert(_ name: Bytes, slot: UInt32) {
    if (count + 1) * 2 > capacity { grow() }
    store(Entry(hash: Self.hash(name), name: name, slot: slot))
    count += 1
  }

  /// Forgets `name` if it stands for `slot`.
  mutating func remove(_ name: Bytes, slot: UInt32) {
    guard count > 0 else { return }
    let hash = Self.hash(name)
    var hole = hash & (capacity - 1)
    while entries[hole].slot != slot || entries[hole].hash != hash {
      if entries[hole].slot == Self.vacant { return }
      hole = (hole + 1) & (capacity - 1)
    }
    var next = (hole + 1) & (capacity - 1)
    while entries[next].slot != Self.vacant {
      // An entry may fill the hole unless that would put it before the place its hash asks for.
      let home = entries[next].hash & (capacity - 1)
      if (next - home) & (capacity - 1) >= (next - hole) & (capacity - 1) {
        entries[hole] = entries[next]
        hole = next
      }
      next = (next + 1) & (capacity - 1)
    }
    entries[hole].slot = Self.vacant
    count -= 1
  }

  /// Forgets all names.
  mutating func removeAll() {
    for index in 0..<capacity { entries[index].slot = Self.vacant }
    count = 0
  }

  private mutating func store(_ entry: Entry) {
    var index = entry.hash & (capacity - 1)
    while entries[index].slot != Self.vacant { index = (index + 1) & (capacity - 1) }
    entries[index] = entry
  }

  private mutating func grow() {
    let old = entries
    let oldCapacity = capacity
    capacity = max(capacity * 2, 4)
    entries = .allocate(capacity: capacity)
    entries.initialize(repeating: Entry(hash: 0, name: .none, slot: Self.vacant), count: capacity)
    for index in 0..<oldCapacity where old[index].slot != Self.vacant { store(old[index]) }
    if oldCapacity > 0 { old.deallocate() }
  }

  private static func hash(_ name: Bytes) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: name.raw)
    return hasher.finalize()
  }
}
