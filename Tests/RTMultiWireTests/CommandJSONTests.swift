// Commands as JSON, read back by a parser that is not ours: what the server will understand. What to command
// is the engine's.

import Foundation
import RTMultiCore
import Testing

@testable import RTMultiWire

@Suite struct CommandJSONTests {
  /// Calls `body` with the bytes of a text.
  private func with<Result>(_ bytes: [UInt8], _ body: (Bytes) -> Result) -> Result {
    bytes.withUnsafeBufferPointer { body(Bytes($0.baseAddress, count: $0.count)) }
  }

  private func with<Result>(_ text: String, _ body: (Bytes) -> Result) -> Result {
    with(Array(text.utf8), body)
  }

  /// Writes a command and reads it back; nil when it is no JSON object.
  private func object(_ write: (inout ByteBuffer) -> Void) -> NSDictionary? {
    var json = ByteBuffer()
    json.append(Bytes("left over from the last command"))
    write(&json)
    return try? JSONSerialization.jsonObject(with: Data(json.bytes.raw)) as? NSDictionary
  }

  /// The id that comes back when this one is sent.
  private func roundTrip(_ bytes: [UInt8]) -> String? {
    with("e") { event in
      with(bytes) { id in object { CommandJSON.delete(eventID: event, itemID: id, into: &$0) } }
    }?["item_id"] as? String
  }

  // MARK: Commands

  @Test("each command has its type and its fields, and nothing else")
  func fields() {
    with("rtmulti_7") { event in
      with("item_1") { item in
        let cancel = object { CommandJSON.cancel(eventID: event, responseID: item, into: &$0) }
        #expect(cancel == ["type": "response.cancel", "event_id": "rtmulti_7", "response_id": "item_1"])
        let clear = object { CommandJSON.clearOutput(eventID: event, into: &$0) }
        #expect(clear == ["type": "output_audio_buffer.clear", "event_id": "rtmulti_7"])
        let truncate = object {
          CommandJSON.truncate(eventID: event, itemID: item, contentIndex: 1, audioEndMs: 1_500, into: &$0)
        }
        #expect(
          truncate == [
            "type": "conversation.item.truncate", "event_id": "rtmulti_7", "item_id": "item_1",
            "content_index": 1, "audio_end_ms": 1_500,
          ])
        let delete = object { CommandJSON.delete(eventID: event, itemID: item, into: &$0) }
        #expect(delete == ["type": "conversation.item.delete", "event_id": "rtmulti_7", "item_id": "item_1"])
      }
    }
  }

  @Test("C1: audio_end_ms is a whole number as it stands", arguments: [0, 1, 999, 3_600_000, Int64.max])
  func wholeNumbers(audioEndMs: Int64) {
    var json = ByteBuffer()
    with("e") { event in
      CommandJSON.truncate(
        eventID: event, itemID: event, contentIndex: 65_535, audioEndMs: audioEndMs, into: &json)
    }
    let text = String(decoding: json.bytes.raw, as: UTF8.self)
    #expect(text.hasSuffix("\"content_index\":65535,\"audio_end_ms\":\(audioEndMs)}"))
  }

  @Test("F9: a text item again, in the words of each dialect")
  func create() {
    for (dialect, type) in [(Dialect.ga, "output_text"), (.beta, "text")] {
      let create = with("item_1") { item in
        with("what was \"heard\"") { text in
          object { CommandJSON.create(eventID: item, itemID: item, text: text, dialect: dialect, into: &$0) }
        }
      }
      let content: [NSDictionary] = [["type": type, "text": "what was \"heard\""]]
      let item: NSDictionary = ["id": "item_1", "type": "message", "role": "assistant", "content": content]
      #expect(create == ["type": "conversation.item.create", "event_id": "item_1", "item": item])
    }
  }

  @Test("F1: a SYNC with kept, partly kept and dropped items, and one with none")
  func sync() {
    let full = with("a") { a in
      with("b") { b in
        object {
          CommandJSON.openSync(eventID: a, into: &$0)
          CommandJSON.kept(itemID: a, heardText: nil, isFirst: true, into: &$0)
          CommandJSON.kept(itemID: b, heardText: a, isFirst: false, into: &$0)
          CommandJSON.kept(itemID: b, heardText: Bytes.none, isFirst: false, into: &$0)
          CommandJSON.turnToDropped(into: &$0)
          CommandJSON.dropped(itemID: a, isFirst: true, into: &$0)
          CommandJSON.dropped(itemID: b, isFirst: false, into: &$0)
          CommandJSON.closeSync(into: &$0)
        }
      }
    }
    let kept: [NSDictionary] = [
      ["item_id": "a"], ["item_id": "b", "heard_text": "a"], ["item_id": "b", "heard_text": ""],
    ]
    #expect(full == ["type": "rtmulti.sync", "event_id": "a", "kept": kept, "dropped": ["a", "b"]])
    let empty = with("a") { a in
      object {
        CommandJSON.openSync(eventID: a, into: &$0)
        CommandJSON.turnToDropped(into: &$0)
        CommandJSON.closeSync(into: &$0)
      }
    }
    #expect(
      empty == ["type": "rtmulti.sync", "event_id": "a", "kept": [NSDictionary](), "dropped": [String]()])
  }

  // MARK: Strings

  @Test("every ASCII byte comes back, control characters included")
  func ascii() {
    for byte in UInt8(0)..<0x80 {
      #expect(roundTrip([0x61, byte, 0x62]) == "a\(Character(UnicodeScalar(byte)))b")
    }
    #expect(roundTrip([]) == "")
  }

  @Test(
    "what is UTF-8 comes back as it was",
    arguments: [
      "\"\\/\u{8}\u{C}\n\r\t", "\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}",
      "\u{D7FF}\u{E000}\u{FFFD}\u{10000}\u{10FFFF}",
      "\u{2028}\u{2029}", "日本語 👨‍👩‍👧‍👦 السَّلَامُ", "</script>",
    ])
  func unicode(text: String) {
    #expect(roundTrip(Array(text.utf8)) == text)
  }

  @Test("every scalar comes back", arguments: 0...16)
  func everyScalar(plane: UInt32) {
    var text = ""
    for value in (plane << 16)..<((plane + 1) << 16) {
      if let scalar = UnicodeScalar(value) { text.unicodeScalars.append(scalar) }
    }
    let comesBack = roundTrip(Array(text.utf8)) == text
    #expect(comesBack)
  }

  @Test(
    "bytes that are no UTF-8 become U+FFFD, and what stands around them stays",
    arguments: [
      [0x80], [0xBF], [0xC0, 0xAF], [0xC1, 0xBF], [0xC3], [0xE0, 0x9F, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80],
      [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5],
      [0xFE],
      [0xFF],
    ] as [[UInt8]])
  func invalid(bytes: [UInt8]) {
    for (before, after) in [("", ""), ("a", "b"), ("\"", "\\"), ("é", "日")] {
      let text = roundTrip(Array(before.utf8) + bytes + Array(after.utf8))
      let inside = text?.dropFirst(before.count).dropLast(after.count)
      #expect(text?.hasPrefix(before) == true && text?.hasSuffix(after) == true)
      #expect(inside?.unicodeScalars.allSatisfy { $0 == "\u{FFFD}" } == true)
      #expect(inside?.isEmpty == false)
    }
  }

  @Test("random bytes: always valid JSON, and the same text as the standard library repairs to")
  func randomBytes() {
    var generator = SystemRandomNumberGenerator()
    func collapsed(_ text: String) -> [UnicodeScalar] {
      text.unicodeScalars.reduce(into: []) { scalars, scalar in
        // How many replacements stand for one broken run is everybody's own choice.
        if scalar != "\u{FFFD}" || scalars.last != "\u{FFFD}" { scalars.append(scalar) }
      }
    }
    for _ in 0..<2_000 {
      let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
        Bool.random(using: &generator)
          ? UInt8.random(in: 0...255, using: &generator) : UInt8.random(in: 0x20...0x7E, using: &generator)
      }
      let text = roundTrip(bytes)
      #expect(text.map(collapsed) == collapsed(String(decoding: bytes, as: UTF8.self)), "\(bytes)")
    }
  }
}
