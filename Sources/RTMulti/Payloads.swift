// Texts that pass through the engine untouched: the words of a function call and of a refusal. The engine
// carries their address as a number.

import RTMultiCore

/// Up to three texts, copied. Whoever takes the number out of an effect frees it.
struct Payload {
  let first: OwnedBytes
  let second: OwnedBytes
  let third: OwnedBytes

  /// The bytes of the texts, together.
  var size: Int { first.count + second.count + third.count }

  /// Copies the texts and returns the number that stands for them.
  static func keep(_ first: Bytes, _ second: Bytes, _ third: Bytes = .none) -> UInt {
    let place = UnsafeMutablePointer<Payload>.allocate(capacity: 1)
    place.initialize(
      to: Payload(first: OwnedBytes(first), second: OwnedBytes(second), third: OwnedBytes(third)))
    return UInt(bitPattern: place)
  }

  /// The texts behind a number, or nil for 0.
  static func find(_ number: UInt) -> Payload? {
    UnsafePointer<Payload>(bitPattern: number)?.pointee
  }

  /// Frees the texts behind a number; 0 is allowed.
  static func free(_ number: UInt) {
    guard let place = UnsafeMutablePointer<Payload>(bitPattern: number) else { return }
    place.pointee.first.free()
    place.pointee.second.free()
    place.pointee.third.free()
    place.deallocate()
  }
}
