// What was refused for a limit and may be offered again, as it was, before anything else of its part comes (rule A13). What
// follows when something else does is Session+Refused.swift's.

import RTMultiAudio
import RTMultiCore

/// One refused delta, or a message that was refused because there are too many.
struct RefusedOffer {
  enum Kind: Equatable {
    /// By its size and a number made from all of it; of what could never be taken the size alone.
    case audio(size: Int, number: UInt64)
    case message(outputIndex: Int32?)
  }

  let kind: Kind
  let response: OwnedBytes
  let item: OwnedBytes
  let contentIndex: Int32
  /// Inputs that came before it and have not run yet: nothing of them comes behind it.
  var behind: Int

  var place: Place { Place(response: response.bytes, item: item.bytes, contentIndex: contentIndex) }

  func free() {
    response.free()
    item.free()
  }

  /// What the same audio is known by. Nothing is read of more than `atMost` bytes, for no more than that is ever taken.
  static func audio(_ bytes: Bytes, _ stamp: PacketStamp?, atMost: Int) -> Kind {
    guard bytes.count <= atMost else { return .audio(size: bytes.count, number: 0) }
    var number: UInt64 = 0
    // A word at a time, as the seal of a trace does it.
    func add(_ word: UInt64) {
      number = (number ^ word) &* 0x9E37_79B9_7F4A_7C15
      number ^= number >> 32
    }
    var index = 0
    while index + 8 <= bytes.count {
      add(bytes.raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index += 8
    }
    while index < bytes.count {
      add(UInt64(bytes.raw[index]))
      index += 1
    }
    if let stamp { add(UInt64(stamp.sequence) << 32 | UInt64(stamp.timestamp)) }
    return .audio(size: bytes.count, number: number)
  }
}

/// All of them, the oldest first: one for each part, and one for each message.
struct RefusedOffers: ~Copyable {
  /// Past so many the oldest is not waited for any longer.
  static var maximumCount: Int { 64 }

  private(set) var all: [RefusedOffer] = []

  deinit {
    for offer in all { offer.free() }
  }

  var isEmpty: Bool { all.isEmpty }

  mutating func append(_ offer: RefusedOffer) { all.append(offer) }

  /// Takes one out, which must be freed.
  mutating func remove(at index: Int) -> RefusedOffer { all.remove(at: index) }

  /// An input that came from inside a callback has run.
  mutating func hasRunDeferred() {
    for index in all.indices where all[index].behind > 0 { all[index].behind -= 1 }
  }
}
