// Letters become units of sound: one table for all scripts, no dictionary. Which letter has which sound, and how long a unit
// lasts, stands in SpeechTable; how units go with frames is SpeechAlignment's.

/// Takes a word apart into units: numbers of ``SpeechTable``'s kinds.
struct SpeechUnits {
  /// The sound of a letter, as ``SpeechTable/latin`` and its like name them.
  fileprivate enum Sound: UInt8 {
    case none = 0x2E  // .
    case vowel = 0x56, sonorant = 0x4E, hiss = 0x53, fricative = 0x46, stop = 0x54, either = 0x41, anything =
      0x47

    /// The unit of it inside a word, and at its end.
    var unit: UInt8 {
      switch self {
      case .none, .anything: SpeechTable.anything
      case .vowel: SpeechTable.vowel
      case .sonorant: SpeechTable.sonorant
      case .hiss: SpeechTable.hiss
      case .fricative: SpeechTable.fricative
      case .stop: SpeechTable.stop
      case .either: SpeechTable.either
      }
    }
  }

  fileprivate struct Letter {
    var scalar: UInt32
    var sound: Sound
    var isUpper: Bool
  }

  private let text: UnsafeBufferPointer<UInt8>
  private var at: Int
  private let end: Int

  /// A word has no more units than that: what is longer is none.
  static let most = 48

  /// The word between two places of a text that is UTF-8; where it is not, it counts as it is.
  init(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    self.text = text
    at = range.lowerBound
    end = range.upperBound
  }

  /// Hands out the units in order, at most ``most``; at least one.
  mutating func forEach(_ body: (UInt8) -> Void) {
    var left = Self.most
    func give(_ unit: UInt8, _ count: Int = 1) {
      for _ in 0..<min(count, left) { body(unit) }
      left -= min(count, left)
    }
    while at < end, left > 0 {
      let place = at
      let scalar = next()
      switch scalar {
      case 0x30...0x39:
        at = place
        digits(give)
      case 0x3041...0x3096: kana(scalar - 0x3041, give)
      case 0x30A1...0x30F6: kana(scalar - 0x30A1, give)
      case 0x30FC: give(SpeechTable.kanaVowel)
      case 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
        give(SpeechTable.ideograph, 1)
        give(SpeechTable.ideographVowel, 1)
      case 0xAC00...0xD7A3: give(SpeechTable.hangul, 2)
      default:
        if Self.isSign(scalar) {
          give(SpeechTable.sign, 3)
        } else if Self.letter(scalar) != nil {
          at = place
          letters(give)
        }
      }
    }
    if left == Self.most { body(SpeechTable.nothing) }
  }

  /// The next scalar. Broken UTF-8 is read byte by byte.
  private mutating func next() -> UInt32 {
    let first = UInt32(text[at])
    at += 1
    let more = first < 0xC0 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3
    guard more > 0, at + more <= end else { return first }
    var scalar = first & (0x3F >> UInt32(more))
    for index in at..<at + more { scalar = scalar << 6 | UInt32(text[index] & 0x3F) }
    at += more
    return scalar
  }

  private mutating func digits(_ give: (UInt8, Int) -> Void) {
    var isFirst = true
    while at < end, (0x30...0x39).contains(text[at]) {
      if text[at] == 0x30 {
        give(SpeechTable.zero, 2)
      } else {
        give(isFirst ? SpeechTable.firstDigit : SpeechTable.digit, 3)
      }
      isFirst = false
      at += 1
    }
  }

  private func kana(_ place: UInt32, _ give: (UInt8, Int) -> Void) {
    switch SpeechTable.kana.utf8Start[Int(place)] {
    case 0x76: give(SpeechTable.kanaVowel, 1)  // v
    case 0x71: give(SpeechTable.kanaStop, 1)  // q
    case 0x4E: give(SpeechTable.kanaSonorant, 1)  // N
    case 0x74:  // t
      give(SpeechTable.kanaStop, 1)
      give(SpeechTable.kanaVowel, 1)
    case 0x73:  // s
      give(SpeechTable.kanaHiss, 1)
      give(SpeechTable.kanaVowel, 1)
    default:
      give(SpeechTable.kanaSonorant, 1)
      give(SpeechTable.kanaVowel, 1)
    }
  }

  // MARK: Letters

  /// A run of letters, and of what sounds like nothing between them.
  private mutating func letters(_ give: (UInt8, Int) -> Void) {
    let start = at
    var letters = 0
    var uppers = 0
    var only: UInt32 = 0
    while at < end {
      let place = at
      let scalar = next()
      if Self.isOwnKind(scalar) {
        at = place
        break
      }
      if let letter = Self.letter(scalar) {
        letters += 1
        uppers += letter.isUpper ? 1 : 0
        only = scalar
      }
    }
    let stop = at
    at = start
    if uppers == letters, letters <= 4, letters > 1 || !Self.isWordAlone(only) {
      // Spelled, or a word in capitals: either.
      for _ in 0..<letters {
        give(SpeechTable.spelled, 1)
        give(SpeechTable.spelledVowel, 1)
      }
    } else {
      sounds(to: stop, give)
    }
    at = stop
  }

  private mutating func sounds(to stop: Int, _ give: (UInt8, Int) -> Void) {
    var isFirst = true
    while at < stop {
      guard let letter = Self.letter(next()) else { continue }
      let joined = Self.joined(text, from: at - 1, to: stop, letter.scalar)
      if joined.size > 1 {
        at += joined.size - 1
        if let sound = joined.sound { give(sound.unit + (at >= stop ? 1 : 0), 1) }
      } else if letter.sound == .vowel {
        let more = skip(to: stop) { $0.sound == .vowel }
        if more > 0 {
          give(SpeechTable.longVowel, 1)
        } else if at < stop {
          give(SpeechTable.vowel, 1)
        } else {
          give(letter.scalar == 0x65 && !isFirst ? SpeechTable.finalE : SpeechTable.lastVowel, 1)
        }
      } else if letter.sound == .anything {
        give(SpeechTable.anything, 1)
      } else {
        _ = skip(to: stop) { $0.scalar == letter.scalar }
        give(letter.sound.unit + (at >= stop ? 1 : 0), 1)
      }
      isFirst = false
    }
  }

  /// Passes over the letters that follow and are like that; answers how many.
  private mutating func skip(to stop: Int, while isLike: (Letter) -> Bool) -> Int {
    var count = 0
    while at < stop {
      let place = at
      guard let letter = Self.letter(next()), isLike(letter) else {
        at = place
        break
      }
      count += 1
    }
    return count
  }

  /// Letters that are one sound together: how many bytes, and which sound; none where they are not heard.
  private static func joined(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, to stop: Int, _ first: UInt32
  ) -> (size: Int, sound: Sound?) {
    guard first < 0x80, start + 1 < stop, text[start + 1] < 0x80 else { return (1, nil) }
    let second = text[start + 1] | 0x20
    let third = start + 2 < stop && text[start + 2] < 0x80 ? text[start + 2] | 0x20 : 0
    switch (UInt8(first), second, third) {
    case (UInt8(ascii: "s"), UInt8(ascii: "c"), UInt8(ascii: "h")): return (3, .hiss)
    case (UInt8(ascii: "t"), UInt8(ascii: "c"), UInt8(ascii: "h")): return (3, .either)
    case (UInt8(ascii: "s"), UInt8(ascii: "h"), _), (UInt8(ascii: "z"), UInt8(ascii: "h"), _),
      (UInt8(ascii: "s"), UInt8(ascii: "z"), _):
      return (2, .hiss)
    case (UInt8(ascii: "c"), UInt8(ascii: "h"), _), (UInt8(ascii: "c"), UInt8(ascii: "z"), _):
      return (2, .either)
    case (UInt8(ascii: "t"), UInt8(ascii: "h"), _), (UInt8(ascii: "p"), UInt8(ascii: "h"), _):
      return (2, .fricative)
    case (UInt8(ascii: "c"), UInt8(ascii: "k"), _), (UInt8(ascii: "q"), UInt8(ascii: "u"), _): return (2, .stop)
    case (UInt8(ascii: "n"), UInt8(ascii: "g"), _), (UInt8(ascii: "g"), UInt8(ascii: "n"), _):
      return (2, .sonorant)
    case (UInt8(ascii: "g"), UInt8(ascii: "h"), _): return (2, nil)
    default: return (1, nil)
    }
  }

  /// What is no letter of an alphabet, and stands by itself.
  private static func isOwnKind(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x30...0x39, 0x3041...0x30FF, 0x3400...0x9FFF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0x20000...0x3FFFF:
      true
    default: isSign(scalar)
    }
  }

  private static func isSign(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x24, 0x25, 0x26, 0x2B, 0x3D, 0x40, 0xA3, 0x20AC: true
    default: false
    }
  }

  /// Whether one capital letter is a word of its own in some language.
  private static func isWordAlone(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x41, 0x49, 0x4F, 0xC0, 0xC9, 0x410, 0x412, 0x418, 0x41A, 0x41E, 0x421, 0x423, 0x42F: true
    default: false
    }
  }

  /// A letter in lower case and its sound, or nil for what sounds like nothing.
  private static func letter(_ scalar: UInt32) -> Letter? {
    switch scalar {
    case 0..<0x180:
      return Letter(SpeechTable.latin, scalar, scalar, isUpper: isUpperLatin(scalar), lower: lowerLatin(scalar))
    case 0x370..<0x400:
      let isUpper = scalar < 0x3AC
      return Letter(SpeechTable.greek, scalar - 0x370, scalar, isUpper: isUpper, lower: scalar)
    case 0x400..<0x498:
      let isUpper = scalar < 0x430 || (scalar > 0x45F && scalar & 1 == 0)
      let lower = scalar < 0x410 ? scalar + 0x50 : scalar < 0x430 ? scalar + 0x20 : scalar
      return Letter(SpeechTable.cyrillic, scalar - 0x400, scalar, isUpper: isUpper, lower: lower)
    case 0x1E00..<0x1EA0: return Letter(scalar: scalar, sound: .anything, isUpper: false)
    case 0x1EA0..<0x1F00: return Letter(scalar: scalar, sound: .vowel, isUpper: false)
    default:
      guard scalar >= 0x300, let known = Unicode.Scalar(scalar) else { return nil }
      switch known.properties.generalCategory {
      case .otherLetter, .modifierLetter, .lowercaseLetter, .uppercaseLetter, .titlecaseLetter:
        return Letter(scalar: scalar, sound: .anything, isUpper: false)
      default: return nil
      }
    }
  }

  private static func isUpperLatin(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x41...0x5A, 0xC0...0xD6, 0xD8...0xDE: true
    case 0x100...0x137, 0x14A...0x177: scalar & 1 == 0
    case 0x139...0x148, 0x179...0x17E: scalar & 1 == 1
    default: false
    }
  }

  private static func lowerLatin(_ scalar: UInt32) -> UInt32 {
    guard isUpperLatin(scalar) else { return scalar }
    return scalar < 0x100 ? scalar + 0x20 : scalar + 1
  }
}

extension SpeechUnits.Letter {
  fileprivate init?(_ table: StaticString, _ place: UInt32, _ scalar: UInt32, isUpper: Bool, lower: UInt32) {
    guard let sound = SpeechUnits.Sound(rawValue: table.utf8Start[Int(place)]), sound != .none else {
      return nil
    }
    self.init(scalar: lower, sound: sound, isUpper: isUpper)
  }
}
