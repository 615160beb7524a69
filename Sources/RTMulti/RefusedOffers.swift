// What was refused for a limit and may be offered again, as it was, before anything else of its part comes (rule A13). What
// follows when something else does is Session+Refused.swift's.

import RTMultiAudio
import RTMultiCore

/// One refused delta, or a message that was refused because there are too many.
struct RefusedOffer {
  enum Kind: Equatable {
    /// By its size, its stamp and a number made from all of it; of what could never be taken that number is 0.
    case audio(size: Int, number: UInt64, stamp: PacketStamp?)
    case message(outputIndex: Int32?)
  }

  var kind: Kind
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
    .audio(size: bytes.count, number: bytes.count <= atMost ? bytes.number : 0, stamp: stamp)
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

  /// Waits for this of its part, and no longer for what was refused before it.
  mutating func replace(_ kind: RefusedOffer.Kind, at index: Int) { all[index].kind = kind }

  /// Takes one out, which must be freed.
  mutating func remove(at index: Int) -> RefusedOffer { all.remove(at: index) }

  /// An input that came from inside a callback has run.
  mutating func hasRunDeferred() {
    for index in all.indices where all[index].behind > 0 { all[index].behind -= 1 }
  }
}
