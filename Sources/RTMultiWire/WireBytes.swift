// Bytes of the wire beside words that we know. No word itself stands here.

import CSimdJSON
import RTMultiCore

extension Bytes {
  /// A slot of an event; none where the event does not have it.
  init(_ text: rtmulti_json_text) {
    self.init(UnsafeRawPointer(text.bytes)?.assumingMemoryBound(to: UInt8.self), count: text.size)
  }

  static func == (bytes: Bytes, word: StaticString) -> Bool { bytes.holdsSame(as: Bytes(word)) }

  func hasPrefix(_ word: StaticString) -> Bool {
    count >= word.utf8CodeUnitCount && Bytes(base, count: word.utf8CodeUnitCount) == word
  }

  func hasSuffix(_ word: StaticString) -> Bool {
    count >= word.utf8CodeUnitCount && dropping(count - word.utf8CodeUnitCount) == word
  }

  /// Without the first `count` bytes, of which it has so many.
  func dropping(_ count: Int) -> Bytes { Bytes(base.map { $0 + count }, count: self.count - count) }
}
