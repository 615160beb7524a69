// What tests of the core need before they can begin: names that outlive the call they are passed to, and
// dice that fall the same way every time. Nothing of the engine lives here.

@testable import RTMultiCore

/// Texts as the engine takes them. Every text that was asked for lives as long as this does.
final class Words {
  private var kept: [UnsafeMutableBufferPointer<UInt8>] = []
  private var known: [String: Bytes] = [:]

  deinit { for buffer in kept { buffer.deallocate() } }

  /// The bytes of a text; the empty text is "not given".
  subscript(text: String) -> Bytes {
    if let bytes = known[text] { return bytes }
    let bytes = self[Array(text.utf8)]
    known[text] = bytes
    return bytes
  }

  /// A copy of any bytes, UTF-8 or not.
  subscript(bytes: [UInt8]) -> Bytes {
    guard !bytes.isEmpty else { return .none }
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = buffer.initialize(from: bytes)
    kept.append(buffer)
    return Bytes(UnsafePointer(buffer.baseAddress), count: bytes.count)
  }
}

extension Bytes {
  /// The text, with U+FFFD where it is no UTF-8.
  var text: String { String(decoding: raw, as: UTF8.self) }
}

/// SplitMix64: equal seeds give equal numbers on every machine, so that a failure can be run again.
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// One of `0..<count`.
  mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }

  /// True once in `count` throws.
  mutating func once(in count: Int) -> Bool { below(count) == 0 }

  /// One of these.
  mutating func one<Element>(of choices: [Element]) -> Element { choices[below(choices.count)] }
}
