// Bytes that are put together piece by piece, for whoever writes texts and JSON.

/// A growing run of bytes with a NUL behind it. Memory is kept when it is emptied, so that a buffer that
/// has reached its size allocates no more.
public struct ByteBuffer: ~Copyable {
  private var storage: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// How many bytes are in it, without the NUL.
  public private(set) var count = 0

  /// An empty buffer with room for `capacity` bytes.
  public init(capacity: Int = 16) {
    self.capacity = max(capacity, 1)
    storage = .allocate(capacity: self.capacity)
  }

  deinit { storage.deallocate() }

  /// The bytes; they stay where they are until the next change.
  public var bytes: Bytes {
    storage[count] = 0
    return Bytes(UnsafePointer(storage), count: count)
  }

  /// Forgets what is in it.
  public mutating func removeAll() {
    count = 0
  }

  /// Forgets what is behind the first `kept` bytes.
  public mutating func removeAll(behind kept: Int) { count = min(count, kept) }

  /// Adds bytes.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return }
    reserve(bytes.count)
    UnsafeMutableRawPointer(storage + count).copyMemory(from: base, byteCount: bytes.count)
    count += bytes.count
  }

  /// Adds bytes.
  public mutating func append(_ bytes: Bytes) { append(bytes.raw) }

  /// Adds one byte.
  public mutating func append(_ byte: UInt8) {
    reserve(1)
    storage[count] = byte
    count += 1
  }

  /// Adds bytes between two of another.
  public mutating func append(_ bytes: Bytes, between byte: UInt8) {
    reserve(bytes.count + 2)
    storage[count] = byte
    if let base = bytes.base { (storage + count + 1).update(from: base, count: bytes.count) }
    storage[count + bytes.count + 1] = byte
    count += bytes.count + 2
  }

  /// Room for `size` bytes behind those that are in it, for whoever writes without being watched and says with
  /// ``filled(to:)`` how far.
  public mutating func room(for size: Int) -> UnsafeMutablePointer<UInt8> {
    reserve(size)
    return storage + count
  }

  /// What was written up to there, into the room that was made last, counts.
  public mutating func filled(to end: UnsafeMutablePointer<UInt8>) { count = end - storage }

  /// Adds a number in decimal digits.
  public mutating func append(decimal number: Int64) {
    if number < 0 { append(UInt8(ascii: "-")) }
    var digits = 1
    var bound: UInt64 = 10
    while digits < 19, number.magnitude >= bound {
      digits += 1
      bound &*= 10
    }
    reserve(digits)
    var rest = number.magnitude
    var place = count + digits
    count = place
    repeat {
      place -= 1
      storage[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
  }

  /// Makes the decimal digit at its end one larger; false, and nothing, where it is a 9 or none.
  @inline(__always)
  public mutating func countUpLastDigit() -> Bool {
    guard count > 0, storage[count &- 1] &- UInt8(ascii: "0") < 9 else { return false }
    storage[count &- 1] &+= 1
    return true
  }

  @inline(__always)
  private mutating func reserve(_ more: Int) {
    if count + more + 1 > capacity { grow(by: more) }
  }

  private mutating func grow(by more: Int) {
    let larger = max(capacity * 2, count + more + 1)
    let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    grown.update(from: storage, count: count)
    storage.deallocate()
    storage = grown
    capacity = larger
  }
}
