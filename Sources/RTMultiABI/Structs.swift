// Structs that grow at their ends: what an older caller does not have is left at its default, what a newer
// caller has on top is zeroed on the way out, and on the way in it must be 0. What the structs hold is Faces.swift's.

import CRTMulti
import Glibc
import RTMulti

/// A struct of the header that begins with its size.
protocol SizedStruct {
  init()
  var struct_size: UInt32 { get set }
  /// What is kept for later, and is 0 until then.
  var reserved: UInt32 { get }
}

extension SizedStruct {
  var reserved: UInt32 { 0 }
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

  /// Room for all that can ever be added. A larger size is a mistake.
  private static var largestSize: Int { 4_096 }

  /// The size that a caller's struct says it has; nil when that cannot be true.
  @inline(__always)
  private static func size(of pointer: UnsafePointer<Self>) -> Int? {
    let size = Int(UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self))
    return (8...largestSize).contains(size) ? size : nil
  }

  /// Reads a caller's struct over `defaults`. What it has on top, and what is reserved, must be 0: anything else is an
  /// option of a newer header, and to pass over it in silence would be to promise what nobody keeps.
  static func read(_ pointer: UnsafePointer<Self>?, over defaults: Self) throws(Answer) -> Self {
    guard let pointer, let size = size(of: pointer) else { throw .invalid }
    let known = min(size, knownSize)
    var value = defaults
    withUnsafeMutableBytes(of: &value) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: known))
    }
    value.struct_size = UInt32(knownSize)
    let beyond = UnsafeRawBufferPointer(start: UnsafeRawPointer(pointer) + known, count: size - known)
    guard value.reserved == 0, beyond.allSatisfy({ $0 == 0 }) else { throw .unknownOption }
    return value
  }

  /// Zeroes a caller's struct that an answer may fill, all but its size. Returns false when that cannot be true.
  static func empty(_ pointer: UnsafeMutablePointer<Self>?) -> Bool {
    guard let pointer, let size = size(of: pointer) else { return false }
    (UnsafeMutableRawPointer(pointer) + 4).initializeMemory(as: UInt8.self, repeating: 0, count: size - 4)
    return true
  }

  /// Fills as much of a caller's emptied struct as it has room for; its own size stays.
  func fill(_ pointer: UnsafeMutablePointer<Self>) {
    let size = UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self)
    var value = self
    value.struct_size = size
    withUnsafeBytes(of: &value) {
      UnsafeMutableRawPointer(pointer).copyMemory(
        from: $0.baseAddress!, byteCount: min(Int(size), Self.knownSize))
    }
  }

  /// For the *_init functions: fills a struct of the caller's size with defaults, and with zeros what this
  /// version does not know.
  func initialize(_ pointer: UnsafeMutablePointer<Self>?, size: Int) -> rtmulti_result {
    guard let pointer, (8...Self.largestSize).contains(size) else {
      return rtmulti_result(RTMULTI_ERROR_INVALID)
    }
    UnsafeMutableRawPointer(pointer).storeBytes(of: UInt32(size), as: UInt32.self)
    _ = Self.empty(pointer)
    fill(pointer)
    return rtmulti_result(RTMULTI_OK)
  }
}

extension Bytes {
  /// An id or another name, at most 1 KiB.
  @inline(__always)
  init(id: UnsafePointer<CChar>?, _ size: Int) throws(Answer) {
    // The way of nearly all: ASCII, and told how long.
    if let id, (8...1_024).contains(size) {
      self.init(UnsafeRawPointer(id).assumingMemoryBound(to: UInt8.self), count: size)
      if isASCII { return }
    }
    self = try Self.anyID(id, size)
  }

  @inline(never)
  private static func anyID(_ id: UnsafePointer<CChar>?, _ size: Int) throws(Answer) -> Bytes {
    let bytes = try Bytes(id, size, longest: 1_024)
    guard bytes.isUTF8 else { throw .notUTF8 }
    return bytes
  }

  /// The same, where one must be given.
  @inline(__always)
  init(givenID: UnsafePointer<CChar>?, _ size: Int) throws(Answer) {
    guard givenID != nil else { throw .invalid }
    try self.init(id: givenID, size)
  }

  /// Words that are passed on as they are, at most 16 MiB.
  init(words: UnsafePointer<CChar>?, _ size: Int) throws(Answer) {
    try self.init(words, size, longest: 16 << 20)
    guard isUTF8 else { throw .notUTF8 }
  }

  /// Text with a limit of its own, which the session knows and checks before it reads a byte; it then sees whether the
  /// text is UTF-8. It must be given.
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
    let count = size == -1 ? strlen(string) : size
    guard count >= 0, count <= longest else { throw .invalid }
    self.init(base, count: count)
  }

  /// The bytes as a C string; "" when there are none. Only for bytes with a NUL behind them.
  var cString: UnsafePointer<CChar> {
    UnsafeRawPointer(base ?? emptyString.utf8Start).assumingMemoryBound(to: CChar.self)
  }
}

private let emptyString: StaticString = ""
