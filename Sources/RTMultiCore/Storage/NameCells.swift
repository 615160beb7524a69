// Where the names of responses and items live: ids of a usual length in cells that are used again, so that a message costs
// no allocation once a session has had a few. What a name stands for is not known here.

/// Cells of 32 bytes, of which each holds a name of at most 31 and the NUL behind it. A cell never moves.
struct NameCells: ~Copyable {
  private static var cellBytes: Int { 32 }
  /// The longest name that a cell holds.
  private static var longest: Int { cellBytes - 1 }

  /// A free cell names the next one in its first bytes.
  private var firstFree: UnsafeMutableRawPointer?
  private var chunks: [UnsafeMutableRawPointer] = []
  private var cells = 0

  deinit {
    for chunk in chunks { chunk.deallocate() }
  }

  /// A copy of a name, which must be given back to the same cells.
  mutating func keep(_ name: Bytes) -> OwnedBytes {
    guard name.count > 0, name.count <= Self.longest else { return OwnedBytes(name) }
    if firstFree == nil { grow() }
    guard let cell = firstFree else { return OwnedBytes(name) }
    firstFree = cell.load(as: UnsafeMutableRawPointer?.self)
    return OwnedBytes(name, at: cell.assumingMemoryBound(to: UInt8.self))
  }

  /// Takes a name back, which must not be used afterwards.
  mutating func giveBack(_ name: OwnedBytes) {
    guard name.count > 0, name.count <= Self.longest, let base = name.bytes.base else { return name.free() }
    let cell = UnsafeMutableRawPointer(mutating: base)
    cell.storeBytes(of: firstFree, as: UnsafeMutableRawPointer?.self)
    firstFree = cell
  }

  /// Frees what a name has outside of the cells, which go with `self`.
  func leave(_ name: OwnedBytes) {
    if name.count > Self.longest { name.free() }
  }

  /// As many cells again as there are, and four at first.
  private mutating func grow() {
    let more = max(cells, 4)
    let chunk = UnsafeMutableRawPointer.allocate(byteCount: more * Self.cellBytes, alignment: Self.cellBytes)
    for index in 0..<more {
      let cell = chunk + index * Self.cellBytes
      cell.storeBytes(of: firstFree, as: UnsafeMutableRawPointer?.self)
      firstFree = cell
    }
    chunks.append(chunk)
    cells += more
  }
}
