// Bytes that somebody else owns, and names that we own. No meaning is given to bytes here.

/// Bytes borrowed for the length of one call: an id, a text or a packet as the host passed it.
public struct Bytes {
  /// The first byte; nil only when ``count`` is 0.
  public let base: UnsafePointer<UInt8>?
  /// The size in bytes.
  public let count: Int

  /// Borrows `count` bytes from `base`.
  @inlinable
  public init(_ base: UnsafePointer<UInt8>?, count: Int) {
    self.base = base
    self.count = base == nil ? 0 : count
  }

  /// Borrows the bytes of a static string, for names that the engine itself gives.
  @inlinable
  public init(_ string: StaticString) {
    self.init(string.utf8Start, count: string.utf8CodeUnitCount)
  }

  /// No bytes at all: "not given".
  public static var none: Bytes { Bytes(nil, count: 0) }

  /// Whether there are no bytes.
  @inlinable
  public var isEmpty: Bool { count == 0 }

  /// The same bytes as a buffer.
  @inlinable
  public var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// A number made of all of them; others have the same one by accident only. 0 for no bytes.
  @inlinable
  @inline(__always)
  public var number: UInt64 {
    guard let base, count > 0 else { return 0 }
    let bytes = UnsafeRawPointer(base)
    var number = UInt64(truncatingIfNeeded: count)
    guard count >= 8 else {
      for index in 0..<count { number = Self.mix(number, UInt64(base[index])) }
      return number | 1
    }
    var index = 0
    while index + 8 < count {
      number = Self.mix(number, bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index += 8
    }
    // The last eight bytes, some of which may have been looked at.
    return Self.mix(number, bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)) | 1
  }

  @inlinable
  @inline(__always)
  static func mix(_ number: UInt64, _ word: UInt64) -> UInt64 {
    let product = (number ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }

  /// The first `longest` bytes, or a few less, so that no UTF-8 character is cut.
  public func prefix(_ longest: Int) -> Bytes {
    guard let base, count > longest else { return self }
    var end = longest
    while end > 0, base[end] & 0xC0 == 0x80 { end -= 1 }
    return Bytes(base, count: end)
  }

  /// Whether both hold the same bytes.
  @inline(__always)
  public func holdsSame(as other: Bytes) -> Bool {
    guard count == other.count, let base, let otherBase = other.base else { return count == other.count }
    let (mine, others) = (UnsafeRawPointer(base), UnsafeRawPointer(otherBase))
    guard count >= 8 else {
      for index in 0..<count where base[index] != otherBase[index] { return false }
      return true
    }
    // The last eight overlap those before them.
    let last = count - 8
    var index = 0
    while index < last {
      if mine.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        != others.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      {
        return false
      }
      index += 8
    }
    return mine.loadUnaligned(fromByteOffset: last, as: UInt64.self)
      == others.loadUnaligned(fromByteOffset: last, as: UInt64.self)
  }
}

/// A copy of bytes that lives until ``free()`` is called, with a NUL behind it so that C can read it too.
/// Whoever stores it frees it; it is plain data so that records can hold it without reference counts.
public struct OwnedBytes {
  private let storage: UnsafeMutablePointer<UInt8>?
  /// The size in bytes, without the NUL.
  public let count: Int

  /// The empty name, which owns nothing.
  public static var empty: OwnedBytes { OwnedBytes(Bytes.none) }

  /// Copies `bytes`.
  public init(_ bytes: Bytes) {
    count = bytes.count
    guard let source = bytes.base, bytes.count > 0 else {
      storage = nil
      return
    }
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + 1)
    copy.initialize(from: source, count: bytes.count)
    copy[bytes.count] = 0
    storage = copy
  }

  /// Copies `bytes` to a place that somebody else owns, with room for the NUL; ``free()`` must not be called.
  init(_ bytes: Bytes, at place: UnsafeMutablePointer<UInt8>) {
    count = bytes.count
    if let source = bytes.base { place.update(from: source, count: bytes.count) }
    place[bytes.count] = 0
    storage = place
  }

  /// The bytes, borrowed.
  public var bytes: Bytes { Bytes(storage.map { UnsafePointer($0) }, count: count) }

  /// Gives the memory back. The value must not be used afterwards.
  public func free() { storage?.deallocate() }
}
