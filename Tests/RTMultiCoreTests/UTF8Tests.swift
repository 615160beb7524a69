// What is UTF-8 and what only begins so, compared with what the standard library makes of it.

import Testing

@testable import RTMultiCore

@Suite struct UTF8Tests {
  private func isUTF8(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { Bytes($0.baseAddress, count: $0.count).isUTF8 }
  }

  private func isASCII(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { Bytes($0.baseAddress, count: $0.count).isASCII }
  }

  private func unfinished(_ bytes: [UInt8], after beginning: [UInt8] = []) -> Int? {
    var character = CharacterBeginning()
    for byte in beginning { guard character.take(byte) else { return nil } }
    return bytes.withUnsafeBufferPointer {
      Bytes($0.baseAddress, count: $0.count).unfinishedBytes(after: character)
    }
  }

  @Test func everyTwoBytesAndManyThree() {
    for first in UInt8.min...UInt8.max {
      #expect(isUTF8([first]) == (first < 0x80))
      for second in UInt8.min...UInt8.max {
        let two = [first, second]
        #expect(isUTF8(two) == (String(validating: two, as: UTF8.self) != nil))
        for third in stride(from: UInt8(0x7F), through: 0xC1, by: 3) where first >= 0xE0 {
          let three = [first, second, third]
          #expect(isUTF8(three) == (String(validating: three, as: UTF8.self) != nil))
        }
      }
    }
  }

  @Test func fourBytesAtTheirBounds() {
    for first in UInt8(0xEF)...0xF6 {
      for second in [0x7F, 0x80, 0x8F, 0x90, 0xBF, 0xC0] as [UInt8] {
        for third in [0x7F, 0x80, 0xBF, 0xC0] as [UInt8] {
          for fourth in [0x7F, 0x80, 0xBF, 0xC0] as [UInt8] {
            let four = [first, second, third, fourth]
            #expect(isUTF8(four) == (String(validating: four, as: UTF8.self) != nil))
          }
        }
      }
    }
  }

  @Test func aByteThatIsNotASCIIIsSeenAtEveryPlace() {
    for count in 0...40 {
      let plain = [UInt8](repeating: 0x61, count: count)
      #expect(isASCII(plain) && isUTF8(plain))
      for index in 0..<count {
        var bytes = plain
        bytes[index] = 0xFF
        #expect(!isASCII(bytes) && !isUTF8(bytes))
      }
    }
  }

  @Test func aTextMayBeCutAnywhere() {
    let text = Array("a grüße 你好 🙂 e\u{301} end and more".utf8)
    for cut in 0...text.count {
      let head = Array(text[..<cut])
      let tail = Array(text[cut...])
      let held = unfinished(head)
      #expect(held != nil)
      guard let held else { continue }
      #expect(isUTF8(Array(head.dropLast(held))))
      #expect(isUTF8(head) == (held == 0))
      #expect(unfinished(tail, after: Array(head.suffix(held))) == 0)
      if held > 0 { #expect(unfinished([0x61], after: Array(head.suffix(held))) == nil) }
    }
  }

  @Test func aCharacterMayComeByteByByte() {
    #expect(unfinished([0x9F], after: [0xF0]) == 2)
    #expect(unfinished([], after: [0xF0, 0x9F]) == 2)
    #expect(unfinished([0x99, 0x82, 0xC3], after: [0xF0, 0x9F]) == 1)
    #expect(unfinished([0x80], after: [0xE0]) == nil)
  }
}
