// The sentences about events that are refused: each says where, what came, what is right and what to do.

import RTMultiCore
import Testing

@testable import RTMultiWire

@Suite("EventFlaw") struct EventFlawTests {
  @Test("text that is no JSON: where it breaks, and why") func broken() {
    let remedy =
      "; give each event of the server as it came: one whole JSON object in UTF-8, and nothing behind it."
    for (text, place) in [
      ("", "at byte 0 an opening brace must stand"),
      ("[1]", "at byte 0 (\">>>[1]\") an opening brace must stand"),
      ("garbage", "at byte 0 (\">>>garbage\") an opening brace must stand"),
      (#"{"type":"x""#, #"at byte 11 ("{?type?:?x?>>>") the text ends before its object does"#),
      (#"{"type":"x"} {}"#, "at byte 13"), (#"{"type":tru}"#, "at byte 8"), (#"{"type":01}"#, "at byte 9"),
      (#"{"type" "x"}"#, "at byte 8"), (#"{"type":"x",}"#, "at byte 12"), (#"{"type":"\q"}"#, "at byte 9"),
      (#"{"a":[1,,2]}"#, "at byte 8"), (#"{"a":[1 2]}"#, "at byte 8"), (#"{"a":-}"#, "at byte 6"),
      (#"{"a":1.}"#, "at byte 7"), (#"{"a":1e}"#, "at byte 7"), (#"{"a":"\u12"}"#, "at byte 6"),
      (#"{'a':1}"#, "at byte 1"), ("{\"a\":\"\u{1}\"}", "at byte 6"),
    ] {
      let sentence = flaw(text)
      #expect(sentence?.contains(place.replacing("?", with: "\"")) == true, "\(text): \(sentence ?? "good")")
      #expect(sentence?.hasSuffix(remedy) == true)
    }
    #expect(
      flaw(Array(#"{"a":"x"#.utf8) + [0xFF] + Array("\"}".utf8))?.contains(
        "at byte 7 (\"{\"a\":\"x>>>?\"}\") a byte is not UTF-8") == true)
    let deep = String(repeating: "[", count: 100)
    #expect(flaw(#"{"a":\#(deep)"#)?.contains("more than 64 brackets are open") == true)
    #expect(flaw(#"{"type":"x","a":1e400}"#)?.contains("past the range of 64 bits") == true)
  }

  /// The parser and the reader of faults agree: whatever is refused has a fault, and what has one is refused.
  @Test("what is refused as JSON has a place where it breaks, after any damage") func agreement() {
    let text = Array(
      #"{"type":"response.done","response":{"id":"A\u0042\ud83d","list":[1,-2.5e3,true,null,{}]},"n":0}"#.utf8)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      var damaged = text
      for _ in 0...Int.random(in: 0...2, using: &generator) {
        damaged[damaged.indices.randomElement(using: &generator)!] = UInt8.random(
          in: .min ... .max, using: &generator)
      }
      let sentence = flaw(damaged)
      #expect(sentence?.contains("that can be read") != true, "\(damaged)")
    }
  }

  @Test("what an event lacks: which event, which field") func lacking() {
    #expect(flaw(#"{"a":1}"#)?.hasPrefix("The event has no \"type\"") == true)
    for (text, field) in [
      (#"{"type":"response.audio.delta","item_id":"A"}"#, "delta"),
      (#"{"type":"response.content_part.added","item_id":"A"}"#, "content_index"),
      (#"{"type":"conversation.item.deleted"}"#, "item_id"),
      (#"{"type":"conversation.item.truncated","content_index":0}"#, "item_id"),
      (#"{"type":"response.function_call_arguments.done","call_id":"c"}"#, "item_id"),
      (#"{"type":"response.created","response":{}}"#, "response.id"),
      (#"{"type":"response.done"}"#, "response.id"),
    ] {
      let type = text.split(separator: "\"")[3]
      #expect(
        flaw(text)
          == #"The event "\#(type)" has no "\#(field)", which an event of this type must have; give each event as the server sent it."#
      )
    }
  }

  @Test("numbers and names past their range: which, how much, what is allowed") func ranges() {
    #expect(
      flaw(#"{"type":"response.audio.delta","item_id":"A","content_index":-1,"delta":""}"#)
        == #"The event "response.audio.delta" has -1 as its "content_index"; 0 to 65535 is allowed."#)
    let long = String(repeating: "x", count: 1_025)
    #expect(
      flaw(#"{"type":"response.audio.delta","item_id":"\#(long)","delta":""}"#)
        == #"The event "response.audio.delta" has a "item_id" of 1025 bytes; ids and names have at most 1024."#)
  }

  @Test("bad base64: which byte") func base64() {
    func sentence(_ delta: String) -> String {
      var sentence = ByteBuffer()
      Array(delta.utf8).withUnsafeBufferPointer {
        EventFlaw.noBase64(Bytes($0.baseAddress, count: $0.count), type: Bytes("response.audio.delta"))
          .describe(.none, into: &sentence)
      }
      return string(sentence.bytes)
    }
    #expect(sentence("AAAA!AAA").contains(#"is not base64: byte 4 of it is "!AAA""#))
    #expect(sentence("AA=A").contains(#"byte 2 of it is "=A""#))
    #expect(sentence("AAAAA").contains("its 5 bytes are no whole groups of four, it was cut at byte 5"))
  }
}
