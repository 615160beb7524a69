// How a trace is laid out, byte for byte: numbers, runs of bytes, and the sealed blocks in which they are handed to
// the host. Which inputs there are and what each consists of is the tracer's.
//
// A trace is a row of blocks. A block is its size (a number), the seal of what is in it (4 bytes, little-endian), and
// that. Numbers are LEB128: 7 bits a byte, lowest first; numbers that may be negative are zigzag before. Bytes are
// their number, doubled, and they themselves; an odd number stands for bytes that the library refused unread, and
// then they are left out. The first block is the head: the magic, the number of the format, the ABI, the version, and
// the config. The others hold entries; an entry is never split.

import CRTMulti

/// The bytes of a trace on their way to the host.
struct TraceWriter: ~Copyable {
  /// What a trace begins with, inside its first block.
  static var magic: StaticString { "rtmulti trace\n" }
  /// The number of this layout; it grows when a reader of the old one would be lost.
  static var format: UInt64 { 3 }

  /// Room before the entries for the size of their block and its seal.
  private static var headroom: Int { 16 }
  /// More memory than this is given back once it is empty.
  private static var largestKeptCapacity: Int { 1 << 20 }

  private var storage: UnsafeMutablePointer<UInt8>
  private var capacity = 1 << 12
  private var end = TraceWriter.headroom

  init() { storage = .allocate(capacity: capacity) }

  deinit { storage.deallocate() }

  var isEmpty: Bool { end == Self.headroom }

  // MARK: What goes in

  mutating func put(byte: UInt8) {
    reserve(1)
    storage[end] = byte
    end += 1
  }

  mutating func put(number: UInt64) {
    reserve(10)
    var rest = number
    while rest >= 0x80 {
      storage[end] = UInt8(truncatingIfNeeded: rest) | 0x80
      end += 1
      rest >>= 7
    }
    storage[end] = UInt8(truncatingIfNeeded: rest)
    end += 1
  }

  mutating func put(signed number: Int64) {
    put(number: UInt64(bitPattern: (number << 1) ^ (number >> 63)))
  }

  /// Bytes of which the library reads no more than `readable`: what is longer it refuses unread, and so do we.
  mutating func put(bytes: UnsafeRawBufferPointer, readable: Int = .max) {
    if bytes.count > readable {
      put(number: UInt64(bytes.count) << 1 | 1)
      return
    }
    put(number: UInt64(bytes.count) << 1)
    guard let base = bytes.baseAddress, bytes.count > 0 else { return }
    reserve(bytes.count)
    UnsafeMutableRawPointer(storage + end).copyMemory(from: base, byteCount: bytes.count)
    end += bytes.count
  }

  private mutating func reserve(_ more: Int) {
    if end + more > capacity { resize(max(capacity * 2, end + more)) }
  }

  private mutating func resize(_ newCapacity: Int) {
    let resized = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
    resized.update(from: storage, count: end)
    storage.deallocate()
    storage = resized
    capacity = newCapacity
  }

  // MARK: What goes out

  /// Hands over what is there as one sealed block. Returns what the host answered, 0 when there was nothing.
  mutating func handOver(
    to write: @convention(c) (UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int32,
    _ userData: UnsafeMutableRawPointer?
  ) -> Int32 {
    if isEmpty { return 0 }
    let size = end - Self.headroom
    let seal = Self.seal(UnsafeRawBufferPointer(start: storage + Self.headroom, count: size))
    var first = Self.headroom - 4
    UnsafeMutableRawPointer(storage + first).storeBytes(of: seal.littleEndian, as: UInt32.self)
    first -= Self.length(of: size)
    var rest = size
    var place = first
    while rest >= 0x80 {
      storage[place] = UInt8(truncatingIfNeeded: rest) | 0x80
      place += 1
      rest >>= 7
    }
    storage[place] = UInt8(rest)
    let answer = write(userData, storage + first, end - first)
    end = Self.headroom
    if capacity > Self.largestKeptCapacity { resize(1 << 12) }
    return answer
  }

  private static func length(of number: Int) -> Int {
    (Int.bitWidth - (number | 1).leadingZeroBitCount + 6) / 7
  }

  /// Eight bytes at a time, each step one-to-one: no single damage leaves it as it was but by chance.
  private static func seal(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var state = UInt64(bytes.count)
    var index = 0
    while index < bytes.count {
      var word: UInt64 = 0
      if index + 8 <= bytes.count {
        word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      } else {
        for offset in 0..<bytes.count - index { word |= UInt64(bytes[index + offset]) << UInt64(8 * offset) }
      }
      state = (state ^ word) &* 0x9e37_79b9_7f4a_7c15
      state ^= state >> 32
      index += 8
    }
    return UInt32(truncatingIfNeeded: state)
  }
}
