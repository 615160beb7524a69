// Strings and audio that come in: how long they may be, and whether they are UTF-8. What they mean is the doors'.

import CRTMulti
import RTMulti

extension Bytes {
  /// An id or another name, at most 1 KiB.
  @inline(__always)
  init(id: UnsafePointer<CChar>?, _ size: Int, _ argument: StaticString) throws(Refusal) {
    // The way of nearly all: ASCII, and told how long.
    if let id, (8...1_024).contains(size) {
      self.init(UnsafeRawPointer(id).assumingMemoryBound(to: UInt8.self), count: size)
      if isASCII { return }
    }
    self = try Self.anyID(id, size, argument)
  }

  @inline(never)
  private static func anyID(
    _ id: UnsafePointer<CChar>?, _ size: Int, _ argument: StaticString
  ) throws(Refusal) -> Bytes {
    let bytes = try Bytes(
      id, size, longest: 1_024, argument,
      "an id or a name has at most 1024 bytes, and RTMULTI_NUL_TERMINATED stands for the size of a C string")
    guard bytes.isUTF8 else { throw bytes.notUTF8(argument) }
    return bytes
  }

  /// The same, where one must be given.
  @inline(__always)
  init(givenID: UnsafePointer<CChar>?, _ size: Int, _ argument: StaticString) throws(Refusal) {
    guard givenID != nil else { throw .noID(argument) }
    try self.init(id: givenID, size, argument)
  }

  /// The same, where it must have a byte, too.
  init(namedID: UnsafePointer<CChar>?, _ size: Int, _ argument: StaticString) throws(Refusal) {
    try self.init(givenID: namedID, size, argument)
    if isEmpty { throw .empty(argument) }
  }

  /// Words that are passed on as they are, at most 16 MiB.
  init(words: UnsafePointer<CChar>?, _ size: Int, _ argument: StaticString) throws(Refusal) {
    try self.init(words, size, longest: 16 << 20, argument, "at most 16777216 bytes are allowed")
    guard isUTF8 else { throw notUTF8(argument) }
  }

  /// Text with a limit of its own, which the session knows and checks before it reads a byte; it then sees whether the
  /// text is UTF-8. It must be given.
  init(text: UnsafePointer<CChar>?, _ size: Int) throws(Refusal) {
    guard text != nil else {
      throw .null("text", "give the text and its size, or \"\" for none")
    }
    try self.init(
      text, size, longest: .max, "text",
      "no memory has that, so see that the size is right; RTMULTI_NUL_TERMINATED stands for that of a C string")
  }

  /// Audio; its limit is the session's too.
  init(audio: UnsafeRawPointer?, _ size: Int) throws(Refusal) {
    guard audio != nil || size == 0, UInt(bitPattern: size) <= 1 << 40 else { throw .audio(audio, size) }
    self.init(audio?.assumingMemoryBound(to: UInt8.self), count: size)
  }

  /// A string that comes in: `size` may say "up to the NUL". A size past `longest` is taken for a mistake
  /// before a byte is read, and is refused.
  private init(
    _ string: UnsafePointer<CChar>?, _ size: Int, longest: Int, _ argument: StaticString,
    _ allowed: StaticString
  ) throws(Refusal) {
    guard let string else {
      self = .none
      return
    }
    let base = UnsafeRawPointer(string).assumingMemoryBound(to: UInt8.self)
    // SIZE_MAX is -1 as Int.
    let count = size == -1 ? strlen(string) : size
    guard count >= 0, count <= longest else { throw .size(argument, count, allowed) }
    self.init(base, count: count)
  }

  /// Where it is not UTF-8.
  @inline(never)
  private func notUTF8(_ argument: StaticString) -> Refusal {
    var parser = Unicode.UTF8.ForwardParser()
    var bytes = raw.makeIterator()
    var index: Int64 = 0
    while case .valid(let character) = parser.parseScalar(from: &bytes) { index += Int64(character.count) }
    return Refusal(
      .notUTF8,
      ArgumentFlaw(
        argument: argument, kind: .notUTF8, came: index, allowed: "convert it to UTF-8 before you give it"))
  }

  /// The bytes as a C string; "" when there are none. Only for bytes with a NUL behind them.
  var cString: UnsafePointer<CChar> {
    UnsafeRawPointer(base ?? emptyString.utf8Start).assumingMemoryBound(to: CChar.self)
  }
}

private let emptyString: StaticString = ""

extension Refusal {
  @inline(never)
  fileprivate static func noID(_ argument: StaticString) -> Refusal {
    .null(argument, "give it as the server named it, with its size or RTMULTI_NUL_TERMINATED")
  }

  @inline(never)
  static func empty(_ argument: StaticString) -> Refusal {
    .size(argument, 0, "give it as the server named it")
  }

  @inline(never)
  static func size(_ argument: StaticString, _ came: Int, _ allowed: StaticString) -> Refusal {
    Refusal(.invalid, ArgumentFlaw(argument: argument, kind: .size, came: Int64(came), allowed: allowed))
  }

  @inline(never)
  fileprivate static func audio(_ bytes: UnsafeRawPointer?, _ size: Int) -> Refusal {
    if bytes == nil, size > 0 {
      return .null("bytes", "bytes_size says how many there are, and 0 stands for none")
    }
    return .size("bytes", size, "at most 2^40 can be given at once, so see that bytes_size is right")
  }
}
