// Texts that pass through the engine untouched: those of a function call and of a refusal. The engine carries their
// address.

import RTMultiCore

/// Up to three texts, copied.
struct TextCopies {
  let first: OwnedBytes
  let second: OwnedBytes
  let third: OwnedBytes
}

extension KeptTexts {
  /// Copies the texts.
  init(_ first: Bytes, _ second: Bytes = .none, _ third: Bytes = .none) {
    let copies = UnsafeMutablePointer<TextCopies>.allocate(capacity: 1)
    copies.initialize(
      to: TextCopies(first: OwnedBytes(first), second: OwnedBytes(second), third: OwnedBytes(third)))
    self.init(address: UInt(bitPattern: copies))
  }

  /// The texts, or nil where there are none.
  var copies: TextCopies? { UnsafePointer<TextCopies>(bitPattern: address)?.pointee }

  /// Gives the texts back. They must not be asked for afterwards.
  func free() {
    guard let copies = UnsafeMutablePointer<TextCopies>(bitPattern: address) else { return }
    copies.pointee.first.free()
    copies.pointee.second.free()
    copies.pointee.third.free()
    copies.deallocate()
  }
}
