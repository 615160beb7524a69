// Which of some ids a text names: the very bytes, with nothing around them that could belong to an id. The text is looked
// through once, however many ids there are and however alike they and the text are. What follows is for those who ask.

import RTMultiCore

/// Looks for ids in a text.
public enum NamedIDs {
  /// At most so many bytes are compared for one byte of the text. Ids that are one word take one; what takes more than this
  /// was made to take it.
  private static let mostComparedBytes = 4

  /// Of a word that is longer, as many bytes tell it from most others: ids may be long, and they are looked at for each text.
  private static let tellingBytes = 64

  /// For each id whether the text names it.
  public static func find(_ ids: [Bytes], in text: Bytes) -> [Bool] {
    var isNamed = [Bool](repeating: false, count: ids.count)
    let candidates = byFirstWord(ids, atMost: text.count)
    guard !candidates.isEmpty else { return isNamed }
    var budget = text.count * mostComparedBytes
    var index = 0
    while index < text.count {
      // A word of the text, which may be empty: an id may also begin with what is none.
      let start = index
      var hash = WordHash()
      while index < text.count, isOfID(text.base![index]) {
        if index - start < tellingBytes { hash.add(text.base![index]) }
        index += 1
      }
      if let known = candidates[hash.value] {
        for number in known where !isNamed[number] {
          guard budget > 0 else { return isNamed }
          let (isIt, compared) = stands(ids[number], at: start, of: text)
          isNamed[number] = isIt
          budget -= compared
        }
      }
      // What ends a word is in no place where an id may begin.
      index += 1
    }
    return isNamed
  }

  /// The ids that are not longer than the text, by the hash of the word that they begin with.
  private static func byFirstWord(_ ids: [Bytes], atMost count: Int) -> [UInt64: [Int]] {
    var numbers: [UInt64: [Int]] = [:]
    for (number, id) in ids.enumerated() where !id.isEmpty && id.count <= count {
      var hash = WordHash()
      for byte in id.prefix(tellingBytes).raw {
        guard isOfID(byte) else { break }
        hash.add(byte)
      }
      numbers[hash.value, default: []].append(number)
    }
    return numbers
  }

  /// Whether an id stands at a place of the text, before which no word goes on, and how many bytes it took to see that.
  private static func stands(_ id: Bytes, at start: Int, of text: Bytes) -> (Bool, compared: Int) {
    guard id.count <= text.count - start else { return (false, 1) }
    let end = start + id.count
    // Those that begin alike mostly end differently.
    guard text.base![end - 1] == id.base![id.count - 1] else { return (false, 1) }
    var length = 0
    while length < id.count, text.base![start + length] == id.base![length] { length += 1 }
    return (length == id.count && (end == text.count || !isOfID(text.base![end])), length + 1)
  }

  static func isOfID(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

/// FNV-1a, of 64 bits.
private struct WordHash {
  var value: UInt64 = 0xcbf2_9ce4_8422_2325
  mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
}
