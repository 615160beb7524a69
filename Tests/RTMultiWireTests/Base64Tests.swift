// Base64: what RFC 4648 says, and that the vectors say the same as the plain decoder.

import CBase64
import Foundation
import RTMultiCore
import Testing

@testable import RTMultiWire

/// Decodes with the vectors, into exactly the room that is promised to suffice.
private func decode(_ text: [UInt8]) -> [UInt8]? {
  let room = rtmulti_base64_capacity(text.count)
  let out = UnsafeMutablePointer<UInt8>.allocate(capacity: room)
  defer { out.deallocate() }
  let count = text.withUnsafeBytes {
    rtmulti_base64_decode($0.baseAddress?.assumingMemoryBound(to: CChar.self), text.count, out)
  }
  return count < 0 ? nil : Array(UnsafeBufferPointer(start: out, count: count))
}

private func decodePlainly(_ text: [UInt8]) -> [UInt8]? {
  let room = rtmulti_base64_capacity(text.count)
  let out = UnsafeMutablePointer<UInt8>.allocate(capacity: room)
  defer { out.deallocate() }
  let count = text.withUnsafeBytes {
    rtmulti_base64_decode_scalar($0.baseAddress?.assumingMemoryBound(to: CChar.self), text.count, out)
  }
  return count < 0 ? nil : Array(UnsafeBufferPointer(start: out, count: count))
}

private let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

private func encode(_ bytes: [UInt8]) -> [UInt8] {
  var text: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    var bits: UInt32 = 0
    for (index, byte) in group.enumerated() { bits |= UInt32(byte) << UInt32(16 - 8 * index) }
    for index in 0..<4 {
      text.append(index <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * index)) & 63] : UInt8(ascii: "="))
    }
  }
  return text
}

@Suite("Base64") struct Base64Tests {
  @Test("the vectors of RFC 4648 §10") func rfcVectors() {
    let pairs = [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
      ("foobar", "Zm9vYmFy"),
    ]
    for (plain, text) in pairs { #expect(decode(Array(text.utf8)) == Array(plain.utf8)) }
  }

  @Test("the escapes of JSON are found where decoding stops at one") func escapes() {
    func decode(_ text: String) -> [UInt8]? {
      var buffer = Base64Buffer()
      return Array(text.utf8).withUnsafeBufferPointer {
        buffer.decode(Bytes($0.baseAddress, count: $0.count)).map { Array($0.raw) }
      }
    }
    let plain = String(repeating: "Zm9v+/+/", count: 40)
    #expect(decode(plain)?.count == 240)
    #expect(decode(plain.replacingOccurrences(of: "/", with: #"\/"#)) == decode(plain))
    #expect(decode(plain.replacingOccurrences(of: "+", with: #"\u002B"#)) == decode(plain))
    #expect(decode(plain + #"\"#) == nil)
    #expect(decode(plain + #"\x"#) == nil)
    #expect(decode(plain + #"\u00"#) == nil)
    #expect(decode(plain + #"\n"#) == nil)
    #expect(decode(plain + "*") == nil)
  }

  @Test("every length up to 300 comes back, with padding and without") func everyLength() {
    var generator = SystemRandomNumberGenerator()
    for length in 0...300 {
      let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
      let text = encode(bytes)
      #expect(decode(text) == bytes)
      #expect(decode(Array(text.prefix { $0 != UInt8(ascii: "=") })) == bytes)
    }
  }

  @Test("every wrong byte at every place of a long text is refused") func wrongBytes() {
    let text = encode((0..<144).map { UInt8($0) })
    for place in stride(from: 0, to: text.count, by: 7) {
      for byte in UInt8.min ... .max where !alphabet.contains(byte) && byte != UInt8(ascii: "=") {
        var wrong = text
        wrong[place] = byte
        #expect(decode(wrong) == nil)
      }
    }
  }

  @Test("lengths and paddings that nothing encodes to are refused") func wrongLengths() {
    for text in ["A", "AAAAA", "=", "==", "AA=A", "AAA==", "AAAA=", "A===", "AA==AA=="] {
      #expect(decode(Array(text.utf8)) == nil, "\(text)")
    }
  }

  @Test("random texts decode as they do without vectors") func likePlain() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      var text = (0..<Int.random(in: 0...130, using: &generator)).map { _ in
        alphabet.randomElement(using: &generator)!
      }
      if Bool.random(using: &generator), !text.isEmpty {
        text[text.indices.randomElement(using: &generator)!] = UInt8.random(
          in: .min ... .max, using: &generator)
      }
      #expect(decode(text) == decodePlainly(text))
    }
  }
}
