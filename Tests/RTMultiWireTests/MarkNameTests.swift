// The names of marks: what is written is read again, and nobody else's name is taken for ours.

import RTMultiCore
import Testing

@testable import RTMultiWire

@Suite struct MarkNameTests {
  private func write(_ segment: UInt64, _ frames: Int64) -> String {
    var name = ByteBuffer()
    MarkName.write(segment: segment, frames: frames, into: &name)
    return String(decoding: name.bytes.raw, as: UTF8.self)
  }

  private func read(_ name: String) -> (segment: UInt64, frames: Int64)? {
    Array(name.utf8).withUnsafeBufferPointer { MarkName.read(Bytes($0.baseAddress, count: $0.count)) }
  }

  @Test("E6: every name is read again", arguments: [0, 1, 9, 10, 4_800, 172_800_000, Int64.max])
  func roundTrip(number: Int64) {
    for other in [Int64(0), 1, 77, Int64.max] {
      let mark = read(write(UInt64(number), other))
      #expect(mark?.segment == UInt64(number))
      #expect(mark?.frames == other)
    }
  }

  @Test("the name says what it marks, and is added to what is there")
  func text() {
    #expect(write(7, 4_800) == "rtmulti-7-4800")
    var name = ByteBuffer()
    name.append(Bytes("mark:"))
    MarkName.write(segment: 1, frames: 2, into: &name)
    #expect(String(decoding: name.bytes.raw, as: UTF8.self) == "mark:rtmulti-1-2")
  }

  @Test("E6: different places have different names")
  func unique() {
    var names: Set<String> = []
    for segment in UInt64(0)..<120 {
      for frames in Int64(0)..<120 { names.insert(write(segment, frames)) }
    }
    #expect(names.count == 120 * 120)
  }

  @Test("48 bytes with the NUL are enough for any name, as the header says")
  func size() {
    #expect(write(UInt64(Int64.max), Int64.max).utf8.count < 48)
    #expect(write(.max, Int64.max).utf8.count < 48)
  }

  @Test(
    "somebody else's names are none of ours",
    arguments: [
      "", "rtmulti", "rtmulti-", "rtmulti--", "rtmulti-1", "rtmulti-1-", "rtmulti--1", "rtmulti--1-2",
      "rtmulti-1--2", "rtmulti-1-2-3", "rtmulti-1-2x", "rtmulti-1-2 ", " rtmulti-1-2", "Rtmulti-1-2",
      "rtmulti_1-2",
      "rtmulti-1_2", "rtmulti-a-2", "rtmulti-1-b", "rtmulti-+1-2", "rtmulti-1-0x10", "rtmulti-１-2",
      "rtmulti-1-9223372036854775808", "rtmulti-9223372036854775808-1", "rtmulti-99999999999999999999-1",
      "responsePart", "rtmulti-0000000000000000000000000000000000000001-2",
    ])
  func foreign(name: String) {
    #expect(read(name) == nil)
  }

  @Test("E6: a random name is never read as another than it is")
  func random() {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("rtmulti-0123456789".utf8)
    for _ in 0..<20_000 {
      let tail = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
        alphabet.randomElement(using: &generator)
      }
      let name = "rtmulti-" + String(decoding: tail.compactMap { $0 }, as: UTF8.self)
      guard let mark = read(name) else { continue }
      let again = read(write(mark.segment, mark.frames))
      #expect(again?.segment == mark.segment && again?.frames == mark.frames)
    }
  }
}
