// Structs that grow at their ends: what an older caller does not have is left at its default, what a newer
// caller has on top is left alone. What the structs hold is Faces.swift's.

import CRTMulti
import RTMulti

/// A struct of the header that begins with its size.
protocol SizedStruct {
  init()
  var struct_size: UInt32 { get set }
}

extension rtmulti_format: SizedStruct {}
extension rtmulti_config: SizedStruct {}
extension rtmulti_sink: SizedStruct {}
extension rtmulti_handlers: SizedStruct {}
extension rtmulti_message: SizedStruct {}
extension rtmulti_event: SizedStruct {}
extension rtmulti_kept_item: SizedStruct {}
extension rtmulti_command: SizedStruct {}
extension rtmulti_diagnostic: SizedStruct {}
extension rtmulti_heard_audio: SizedStruct {}
extension rtmulti_effect: SizedStruct {}
extension rtmulti_position: SizedStruct {}
extension rtmulti_segment: SizedStruct {}
extension rtmulti_stats: SizedStruct {}

extension SizedStruct {
  /// The size that this version of the library knows.
  static var knownSize: Int { MemoryLayout<Self>.size }

  /// Reads a caller's struct over `defaults`. Returns nil when its size cannot be true.
  @inline(__always)
  static func read(_ pointer: UnsafePointer<Self>?, over defaults: Self) -> Self? {
    guard let pointer else { return nil }
    let size = Int(UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self))
    guard size >= 8, size <= 4_096 else { return nil }
    var value = defaults
    withUnsafeMutableBytes(of: &value) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: min(size, knownSize)))
    }
    value.struct_size = UInt32(knownSize)
    return value
  }

  /// Writes as much as the caller's struct has room for; its own size stays. Returns false when that cannot
  /// be true.
  @inline(__always)
  func write(to pointer: UnsafeMutablePointer<Self>?) -> Bool {
    guard let pointer else { return false }
    let size = Int(UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self))
    guard size >= 8, size <= 4_096 else { return false }
    var value = self
    value.struct_size = UInt32(size)
    withUnsafeBytes(of: &value) {
      UnsafeMutableRawPointer(pointer).copyMemory(
        from: $0.baseAddress!, byteCount: min(size, Self.knownSize))
    }
    return true
  }

  /// For the *_init functions: fills a struct of the caller's size with defaults, and with zeros what this
  /// version does not know.
  func initialize(_ pointer: UnsafeMutablePointer<Self>?, size: Int) {
    guard let pointer, size >= 4, size <= 4_096 else { return }
    var value = self
    value.struct_size = UInt32(size)
    let raw = UnsafeMutableRawPointer(pointer)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    withUnsafeBytes(of: &value) { raw.copyMemory(from: $0.baseAddress!, byteCount: min(size, Self.knownSize)) }
  }
}

extension Bytes {
  /// An id or another name, at most 1 KiB.
  init(id: UnsafePointer<CChar>?, _ size: Int) throws(Answer) { try self.init(id, size, longest: 1_024) }

  /// The same, where one must be given.
  init(givenID: UnsafePointer<CChar>?, _ size: Int) throws(Answer) {
    guard givenID != nil else { throw .invalid }
    try self.init(id: givenID, size)
  }

  /// Words that are passed on as they are, at most 16 MiB.
  init(words: UnsafePointer<CChar>?, _ size: Int) throws(Answer) {
    try self.init(words, size, longest: 16 << 20)
  }

  /// Text with a limit of its own, which the session knows and checks before it reads a byte. It must be given.
  init(text: UnsafePointer<CChar>?, _ size: Int) throws(Answer) {
    guard text != nil else { throw .invalid }
    try self.init(text, size, longest: .max)
  }

  /// Audio; its limit is the session's too.
  init(audio: UnsafeRawPointer?, _ size: Int) throws(Answer) {
    guard audio != nil || size == 0, size >= 0, size <= 1 << 40 else { throw .invalid }
    self.init(audio?.assumingMemoryBound(to: UInt8.self), count: size)
  }

  /// A string that comes in: `size` may say "up to the NUL". A size past `longest` is taken for a mistake
  /// before a byte is read, and is invalid.
  private init(_ string: UnsafePointer<CChar>?, _ size: Int, longest: Int) throws(Answer) {
    guard let string else {
      self = .none
      return
    }
    let base = UnsafeRawPointer(string).assumingMemoryBound(to: UInt8.self)
    // SIZE_MAX is -1 as Int.
    let count = size == -1 ? Bytes.length(of: base) : size
    guard count >= 0, count <= longest else { throw .invalid }
    self.init(base, count: count)
  }

  private static func length(of string: UnsafePointer<UInt8>) -> Int {
    var count = 0
    while string[count] != 0 { count += 1 }
    return count
  }

  /// The bytes as a C string; "" when there are none. Only for bytes with a NUL behind them.
  var cString: UnsafePointer<CChar> {
    UnsafeRawPointer(base ?? emptyString.utf8Start).assumingMemoryBound(to: CChar.self)
  }
}

private let emptyString: StaticString = ""
