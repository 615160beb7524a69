// How long a piece of text sounds, by its letters alone. One clock for all languages: letters, syllables, digits and
// signs in milliseconds at a usual pace. How fast somebody really speaks is VoicePace's; where a text may be cut is
// TextBoundaries'.

/// The pause that a piece of text asks for behind itself.
enum Break: UInt8, Comparable {
  case none
  /// A comma, a colon, a dash.
  case clause
  /// A full stop and its like, and the end of a line.
  case sentence

  static func < (left: Break, right: Break) -> Bool { left.rawValue < right.rawValue }
}

/// Adds up the sound of scalars in the order of the text.
///
/// The numbers are milliseconds at 175 words a minute. They were fitted to espeak-ng's word times in five languages
/// that are written in letters (`make bench-text`), where they leave 75 ms of error a word, and mean little beyond
/// their proportions: the pace is learned from the sound.
struct SpeechWeight {
  private enum Previous {
    case nothing
    case consonant
    case vowel
    case digit
  }

  private var previous = Previous.nothing

  private static var word: UInt32 { 20 }
  private static var letter: UInt32 { 50 }
  /// A vowel that begins a syllable.
  private static var syllable: UInt32 { 20 }
  /// "2026" is spoken as six words or more.
  private static var digit: UInt32 { 380 }
  private static var firstDigit: UInt32 { 270 }
  private static var zero: UInt32 { 80 }
  private static var ideograph: UInt32 { 240 }
  private static var hangul: UInt32 { 190 }
  private static var kana: UInt32 { 130 }
  /// Scripts that write few of their vowels, or write them into their consonants.
  private static var consonantalLetter: UInt32 { 85 }
  /// "percent", "euros".
  private static var sign: UInt32 { 420 }

  /// A word begins: what comes next is not joined to what was before.
  mutating func beginWord() { previous = .nothing }

  /// How long this scalar sounds; 0 for white space, punctuation and marks.
  mutating func add(_ scalar: Unicode.Scalar) -> UInt32 {
    if scalar.isASCII { return addASCII(UInt8(scalar.value)) }
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
      previous = .consonant
      return Self.ideograph
    case 0xAC00...0xD7A3: return begun(.consonant, Self.hangul)
    case 0x3041...0x3096, 0x30A1...0x30FA, 0x30FC: return begun(.vowel, Self.kana)
    default: break
    }
    switch scalar.properties.generalCategory {
    case .decimalNumber: return addDigit(isZero: scalar.properties.numericValue == 0)
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter:
      return addLetter(isVowel: Self.isVowel(scalar))
    case .otherLetter, .modifierLetter: return begun(.consonant, Self.consonantalLetter)
    case .currencySymbol, .otherSymbol, .mathSymbol, .otherNumber, .letterNumber:
      return begun(.nothing, Self.sign)
    default: return 0
    }
  }

  private mutating func addASCII(_ byte: UInt8) -> UInt32 {
    switch byte {
    case UInt8(ascii: "0"): return addDigit(isZero: true)
    case UInt8(ascii: "1")...UInt8(ascii: "9"): return addDigit(isZero: false)
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
      switch byte | 0x20 {
      case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"),
        UInt8(ascii: "y"):
        return addLetter(isVowel: true)
      default: return addLetter(isVowel: false)
      }
    case UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: "@"),
      UInt8(ascii: "$"):
      return begun(.nothing, Self.sign)
    default: return 0
    }
  }

  private mutating func addLetter(isVowel: Bool) -> UInt32 {
    let startsSyllable = isVowel && previous != .vowel
    return begun(isVowel ? .vowel : .consonant, Self.letter + (startsSyllable ? Self.syllable : 0))
  }

  private mutating func addDigit(isZero: Bool) -> UInt32 {
    let isFirst = previous != .digit
    return begun(.digit, (isFirst ? Self.firstDigit : Self.digit) - (isZero ? Self.zero : 0))
  }

  private mutating func begun(_ now: Previous, _ sound: UInt32) -> UInt32 {
    defer { previous = now }
    return previous == .nothing ? sound + Self.word : sound
  }

  /// Whether a letter beyond ASCII is a vowel of the Latin, Greek or Cyrillic script.
  private static func isVowel(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0xC0...0xC6, 0xC8...0xCF, 0xD2...0xD6, 0xD8...0xDD, 0xE0...0xE6, 0xE8...0xEF, 0xF2...0xF6, 0xF8...0xFD,
      0xFF, 0x100...0x105, 0x112...0x11B, 0x128...0x131, 0x14C...0x153, 0x168...0x173:
      true
    // αεηιουω and а е и о у ы э ю я ё є і ї, in both cases.
    case 0x391, 0x395, 0x397, 0x399, 0x39F, 0x3A5, 0x3A9, 0x3AC...0x3B1, 0x3B5, 0x3B7, 0x3B9, 0x3BF, 0x3C5,
      0x3C9, 0x3CC...0x3CE, 0x401, 0x404, 0x406, 0x407, 0x410, 0x415, 0x418, 0x41E, 0x423, 0x42B,
      0x42D...0x42F, 0x430, 0x435, 0x438, 0x43E, 0x443, 0x44B, 0x44D...0x44F, 0x451, 0x454, 0x456, 0x457:
      true
    default: false
    }
  }

  /// The pause that a scalar without sound asks for.
  static func pause(behind scalar: Unicode.Scalar) -> Break {
    switch scalar {
    case ".", "!", "?", "…", "。", "！", "？", "؟", "।", "\n", "\r": .sentence
    case ",", ";", ":", "-", "–", "—", "、", "，", "；", "：", "،", "؛": .clause
    default: .none
    }
  }
}
