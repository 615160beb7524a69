// What is wrong with an argument that a door does not take, and the sentence about it: which argument, what came, what is
// allowed, and what to do. Nothing here runs for arguments that are good.

import CRTMulti
import RTMulti

/// Why a door refuses: its answer, and what is wrong with which argument.
struct Refusal: Error {
  let answer: Answer
  let flaw: ArgumentFlaw?

  /// An answer whose own sentence says enough.
  init(_ answer: Answer) {
    self.answer = answer
    flaw = nil
  }

  init(_ answer: Answer, _ flaw: ArgumentFlaw) {
    self.answer = answer
    self.flaw = flaw
  }

  /// An argument that is NULL and must not be.
  @inline(never)
  static func null(_ argument: StaticString, _ remedy: StaticString) -> Refusal {
    Refusal(.invalid, ArgumentFlaw(argument: argument, kind: .null, came: 0, allowed: remedy))
  }

  /// A number outside of its range.
  @inline(never)
  static func number(_ argument: StaticString, _ came: Int64, _ allowed: StaticString) -> Refusal {
    Refusal(.invalid, ArgumentFlaw(argument: argument, kind: .number, came: came, allowed: allowed))
  }

  /// A kind, a bit or an option that this version does not have.
  @inline(never)
  static func unknown(_ argument: StaticString, _ came: Int64, _ allowed: StaticString) -> Refusal {
    Refusal(.unknownOption, ArgumentFlaw(argument: argument, kind: .option, came: came, allowed: allowed))
  }

  /// A struct that is longer than this version knows, and not empty there.
  @inline(never)
  static func newer(_ argument: StaticString, size: Int) -> Refusal {
    Refusal(
      .unknownOption,
      ArgumentFlaw(
        argument: argument, kind: .newer, came: Int64(size), allowed: "leave it at 0, or take a newer library"))
  }

  /// Something that this sink or this format cannot do.
  @inline(never)
  static func unsupported(_ argument: StaticString, _ came: Int64, _ allowed: StaticString) -> Refusal {
    Refusal(.unsupported, ArgumentFlaw(argument: argument, kind: .number, came: came, allowed: allowed))
  }

  /// What cannot be done now, as a whole sentence.
  @inline(never)
  static func sentence(_ answer: Answer, _ sentence: StaticString) -> Refusal {
    Refusal(answer, ArgumentFlaw(argument: sentence, kind: .sentence, came: 0, allowed: ""))
  }
}

/// Which argument, what came, and what is allowed.
struct ArgumentFlaw {
  enum Kind {
    case null, number, option, newer, sentence
    /// `came` is how many bytes it has.
    case size
    /// `came` is the first byte that is not UTF-8.
    case notUTF8
  }

  let argument: StaticString
  let kind: Kind
  let came: Int64
  let allowed: StaticString

  /// Writes the sentence into `sentence`, which it empties first.
  func describe(into sentence: inout ByteBuffer) {
    sentence.removeAll()
    sentence.append(Bytes(argument))
    switch kind {
    case .sentence: return
    case .null: sentence.append(Bytes(" is NULL"))
    case .number:
      sentence.append(Bytes(" is "))
      sentence.append(decimal: came)
    case .option:
      sentence.append(Bytes(" is "))
      sentence.append(decimal: came)
      sentence.append(Bytes(", which this version of the library does not have"))
    case .newer:
      sentence.append(Bytes(" is "))
      sentence.append(decimal: came)
      sentence.append(Bytes(", and an option is set that this version of the library does not know"))
    case .size:
      sentence.append(Bytes(came == 0 ? " is empty" : " has "))
      if came != 0 {
        if came < 0 { sentence.append(Bytes("more than 2^63")) } else { sentence.append(decimal: came) }
        sentence.append(Bytes(" bytes"))
      }
    case .notUTF8:
      sentence.append(Bytes(" is not UTF-8: byte "))
      sentence.append(decimal: came)
      sentence.append(Bytes(" breaks it"))
    }
    sentence.append(Bytes("; "))
    sentence.append(Bytes(allowed))
    sentence.append(Bytes("."))
  }
}

// MARK: Where there is no session

/// The sentence about the newest call of this thread that failed and had no session that could keep it.
enum OrphanedError {
  private static let capacity = 512
  private static let key: pthread_key_t? = {
    var key = pthread_key_t()
    #if canImport(Darwin)
      return pthread_key_create(&key, { $0.deallocate() }) == 0 ? key : nil
    #else
      return pthread_key_create(&key, { $0?.deallocate() }) == 0 ? key : nil
    #endif
  }()

  static func keep(_ refusal: Refusal) {
    var sentence = ByteBuffer(capacity: 256)
    if let flaw = refusal.flaw {
      flaw.describe(into: &sentence)
    } else {
      sentence.append(Bytes(refusal.answer.sentence))
    }
    guard let key else { return }
    var place = pthread_getspecific(key)
    if place == nil {
      let new = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 1)
      guard pthread_setspecific(key, new) == 0 else { return new.deallocate() }
      place = new
    }
    guard let place, let base = sentence.bytes.base else { return }
    let count = min(sentence.count, capacity - 1)
    place.copyMemory(from: base, byteCount: count)
    place.storeBytes(of: 0, toByteOffset: count, as: UInt8.self)
  }

  /// "" if there was none.
  static var sentence: UnsafePointer<CChar> {
    guard let key, let place = pthread_getspecific(key) else { return Bytes.none.cString }
    return UnsafePointer(place.assumingMemoryBound(to: CChar.self))
  }
}

/// The answer to a call that got NULL for its session.
@inline(never)
func noSession() -> rtmulti_result {
  OrphanedError.keep(.null("session", "make one with rtmulti_session_create and see what it returns"))
  return rtmulti_result(RTMULTI_ERROR_INVALID)
}
