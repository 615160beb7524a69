// Base64 into bytes. The vectors are in CBase64.

import CBase64
import CSimdJSON
import RTMultiCore

/// A buffer that base64 is decoded into; it keeps its memory.
public struct Base64Buffer: ~Copyable {
  private var storage: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// Buffers past this size are given back after use, so that one huge event does not stay in memory.
  private static var keptCapacity: Int { 256 << 10 }

  /// An empty buffer.
  public init() {
    capacity = 64
    storage = .allocate(capacity: capacity)
  }

  deinit { storage.deallocate() }

  /// Decodes; nil when the text is not base64. It may hold JSON escapes (`\\/`): nearly none does, so they are
  /// looked for only when decoding fails. The bytes live until the next call.
  public mutating func decode(_ text: Bytes) -> Bytes? {
    let needed = rtmulti_base64_capacity(text.count)
    if needed > capacity || (capacity > Self.keptCapacity && needed <= Self.keptCapacity) {
      storage.deallocate()
      capacity = max(needed, 8_192)
      storage = .allocate(capacity: capacity)
    }
    guard let base = text.base else { return Bytes.none }
    let count = UnsafeRawPointer(base).withMemoryRebound(to: CChar.self, capacity: text.count) {
      rtmulti_base64_decode($0, text.count, storage)
    }
    return count < 0 ? decodeUnescaped(text) : Bytes(UnsafePointer(storage), count: count)
  }

  private mutating func decodeUnescaped(_ text: Bytes) -> Bytes? {
    guard text.raw.contains(UInt8(ascii: "\\")) else { return nil }
    let plain = UnsafeMutablePointer<CChar>.allocate(capacity: text.count)
    defer { plain.deallocate() }
    let size = text.raw.withMemoryRebound(to: CChar.self) {
      rtmulti_json_unescape($0.baseAddress!, text.count, plain)
    }
    // What is unescaped is shorter: the buffer holds it. A second backslash would be none of base64.
    let count = size < 0 ? -1 : rtmulti_base64_decode(plain, size, storage)
    return count < 0 ? nil : Bytes(UnsafePointer(storage), count: count)
  }
}
