// The words of ASCII text beside those of the standard library, over random text of the characters that matter to it.

@_spi(_Unicode) import Swift
import Testing

@testable import RTMultiCore

@Suite struct ASCIIWordsTests {
  private static let characters: [UInt8] = Array(
    "aZ09_:,;.'\" \t\n\r-!?@%&/\\(){}[]~#$+=<>|^`\u{0}\u{7F}bY1".utf8)

  private func libraryEnds(_ text: [UInt8]) -> [Int] {
    let string = String(decoding: text, as: UTF8.self)
    var ends: [Int] = []
    var index = string.startIndex
    while index < string.endIndex {
      index = string._wordIndex(after: index)
      ends.append(string.utf8.distance(from: string.startIndex, to: index))
    }
    return ends
  }

  private func ends(_ text: [UInt8]) -> [Int] {
    var ends: [Int] = []
    text.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var index = 0
      while index < text.count {
        index = ASCIIWords.end(in: base, from: index, to: text.count)
        ends.append(index)
      }
    }
    return ends
  }

  @Test("words end where the standard library says, in random text")
  func random() {
    var dice = Dice(seed: 29)
    for _ in 0..<20_000 {
      let text = (0..<dice.below(24)).map { _ in Self.characters[dice.below(Self.characters.count)] }
      #expect(ends(text) == libraryEnds(text), "\(text)")
    }
  }

  @Test("every pair and triple of kinds")
  func all() {
    let kinds = Array("a0_:,.' \r\n-".utf8)
    for first in kinds {
      for second in kinds {
        for third in kinds {
          let text = [first, second, third]
          #expect(ends(text) == libraryEnds(text), "\(text)")
        }
      }
    }
  }
}
