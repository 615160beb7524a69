// What was refused for a limit and may be offered again, as it was, before anything else of its part comes (rule A13). What
// follows when something else does is Session+Refused.swift's.

import RTMultiAudio
import RTMultiCore

/// One refused delta, or a message that was refused because there are too many.
struct RefusedOffer {
  enum Kind: Equatable {
    /// By its size and a number made from all of it.
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

  /// What the same audio is known by.
  static func audio(_ bytes: Bytes, _ stamp: PacketStamp?) -> Kind {
    // FNV-1a, of 64 bits.
    var number: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ byte: UInt8) { number = (number ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for byte in bytes.raw { add(byte) }
    if let stamp {
      for shift in stride(from: 0, to: 16, by: 8) { add(UInt8(truncatingIfNeeded: stamp.sequence >> shift)) }
      for shift in stride(from: 0, to: 32, by: 8) { add(UInt8(truncatingIfNeeded: stamp.timestamp >> shift)) }
    }
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
