// Server events in both dialects and every spelling, and texts that are none.

import RTMultiCore
import Testing

@testable import RTMultiWire

@Suite("EventReader") struct EventReaderTests {
  @Test("deltas in GA and beta names") func deltas() {
    for name in ["output_audio", "audio"] {
      #expect(
        read(
          #"{"type":"response.\#(name).delta","response_id":"r","item_id":"A","content_index":1,"delta":"AAAA"}"#
        )
          == "audio r/A/1 AAAA")
      #expect(read(#"{"type":"response.\#(name).done","item_id":"A","content_index":0}"#) == "part done /A/0")
      #expect(
        read(#"{"type":"response.\#(name)_transcript.delta","item_id":"A","content_index":0,"delta":"Hi"}"#)
          == "text /A/0 Hi")
      #expect(
        read(
          #"{"type":"response.\#(name)_transcript.done","item_id":"A","content_index":0,"transcript":"Hi."}"#)
          == "transcript /A/0 Hi.")
    }
    for name in ["output_text", "text"] {
      #expect(
        read(#"{"type":"response.\#(name).delta","item_id":"A","content_index":0,"delta":"Hi"}"#)
          == "plain text /A/0 Hi")
      #expect(read(#"{"type":"response.\#(name).done","item_id":"A","text":"Hi"}"#) == "part done /A/-")
    }
  }

  @Test("keys may come in any order, escaped, twice and with strangers between") func keys() {
    #expect(
      read(
        #"{"delta":"AA\/+","x":[1,{"type":"no"}],"content_index":0,"item\u005fid":"\u0041\u00e9","type":"response.output_audio.delta"}"#
      ) == "audio /Aé/0 AA/+")
    #expect(
      read(
        #"{"type":"response.output_audio_transcript.delta","item_id":"A","content_index":0,"delta":"A\/\u00e9"}"#
      )
        == "text /A/0 A/é")
    #expect(
      read(#"{"type":"response.output_audio.delta","item_id":"A","content_index":0,"delta":""}"#)
        == "audio /A/0 ")
    #expect(read(#"{"type":"response.output_audio.delta","item_id":"A","content_index":0,"delta":[1]}"#) == nil)
    #expect(read(#"{"type":"x","type":"input_audio_buffer.speech_started"}"#) == "speech")
  }

  @Test("a response: traits, token, status details in three shapes") func responses() {
    #expect(read(#"{"type":"response.created","response":{"id":"r","conversation_id":"c"}}"#) == "created r")
    #expect(
      read(
        #"{"type":"response.created","response":{"id":"r","conversation_id":null,"output_modalities":["text"],"metadata":{"client_event_id":"t"}}}"#
      ) == "created r text out-of-band token=t")
    #expect(
      read(#"{"type":"response.created","response":{"modalities":["audio","text"],"id":"r"}}"#)
        == "created r audio")
    let done = #"{"type":"response.done","response":{"id":"r","status":"#
    #expect(
      read(done + #""cancelled","status_details":{"type":"cancelled","reason":"turn_detected"}}}"#)
        == "done r cancelled turn_detected")
    #expect(
      read(done + #""failed","status_details":{"type":"failed","error":{"type":"server_error","code":"x"}}}}"#)
        == "done r failed x")
    #expect(
      read(done + #""incomplete","status_details":"max_output_tokens"}}"#)
        == "done r incomplete max_output_tokens")
    #expect(read(done + #""completed","status_details":null}}"#) == "done r completed ")
  }

  @Test("items and parts") func items() {
    #expect(
      read(
        #"{"type":"response.output_item.added","response_id":"r","output_index":2,"item":{"id":"A","type":"message","phase":"commentary"}}"#
      ) == "item r A 2 message    phase=commentary")
    #expect(
      read(
        #"{"type":"response.output_item.done","item":{"id":"F","type":"function_call","call_id":"c","name":"f","arguments":"{\"a\":1}"}}"#
      ) == #"item done F functionCall c f {"a":1}"#)
    #expect(
      read(#"{"type":"response.content_part.added","item_id":"A","content_index":1,"part":{"type":"audio"}}"#)
        == "part /A/1 audio")
    #expect(
      read(
        #"{"type":"response.content_part.added","item_id":"A","content_index":0,"part":{"type":"output_text"}}"#
      )
        == "part /A/0 text")
    #expect(
      read(#"{"type":"response.function_call_arguments.done","item_id":"F","call_id":"c","arguments":"{}"}"#)
        == "call F c  {}")
    #expect(read(#"{"type":"conversation.item.deleted","item_id":"A"}"#) == "deleted A")
    #expect(
      read(#"{"type":"conversation.item.truncated","item_id":"A","content_index":0,"audio_end_ms":1}"#)
        == "truncated /A/0 1")
    #expect(read(#"{"type":"conversation.item.done","item":{"id":"A"}}"#) == "conversation done A")
  }

  @Test("errors keep their words; an absent code is empty") func errors() {
    #expect(
      read(
        #"{"type":"error","error":{"type":"invalid_request_error","code":null,"message":"No.","event_id":"e"}}"#
      )
        == "error e  No.")
  }

  @Test("what is no well-formed object of an event is refused") func malformed() {
    let texts = [
      "", " ", "{", "}", "[]", "1", "\"type\"", "null", "{}", #"{"type":1}"#, #"{"type":"x""#,
      #"{"type":"x",}"#,
      #"{"type":"x"}}"#, #"{"type":"x"} {}"#, #"{"type":"x","a":[1,,2]}"#, #"{"type":"x","a":tru}"#,
      #"{"type":"x","a":01}"#, #"{"type":"x","a":1e}"#, #"{"type":"x","a":"\q"}"#,
      #"{"type":"x","a":"\ud80x"}"#,
      #"{"type" "x"}"#, #"{'type':'x'}"#, "{\"type\":\"x\",\"a\":\"\u{1}\"}",
      #"{"type":"response.output_audio.delta","item_id":"A"}"#,
      #"{"type":"some.audio.delta","delta":"\q"}"#,
      #"{"type":"response.audio.delta","delta":"\q","type":"other"}"#,
      #"{"type":"response.audio.delta","item_id":"A","delta":"\q","delta":"AA=="}"#,
      #"{"type":"response.created","response":{}}"#, #"{"type":"conversation.item.deleted"}"#,
      #"{"type":"response.output_audio.delta","item_id":"A","content_index":-1,"delta":""}"#,
    ]
    for text in texts { #expect(read(text) == nil, "\(text)") }
    #expect(read(Array(#"{"type":"x","a":""#.utf8) + [0xFF] + Array("\"}".utf8)) == nil)
    let deep = String(repeating: "[", count: 2_000) + String(repeating: "]", count: 2_000)
    #expect(read(#"{"type":"x","a":\#(deep)}"#) == nil)
  }

  @Test("every prefix of an event is refused, and no random change of one ends the process") func damage() {
    let text = Array(
      #"{"type":"response.output_item.added","response_id":"r","output_index":2,"item":{"id":"A\u0042","type":"message"},"n":-1.5e3}"#
        .utf8)
    for length in 0..<text.count { #expect(read(Array(text[..<length])) == nil) }
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      var damaged = text
      for _ in 0...Int.random(in: 0...3, using: &generator) {
        damaged[damaged.indices.randomElement(using: &generator)!] = UInt8.random(
          in: .min ... .max, using: &generator)
      }
      _ = read(damaged)
    }
    #expect(read(text) != nil)
  }

  @Test("a large event leaves nothing behind for the next") func large() {
    let delta = String(repeating: "AAAA", count: 500_000)
    #expect(
      read(#"{"type":"response.output_audio.delta","item_id":"A","delta":"\#(delta)"}"#)?.count == delta.count
        + 11)
    #expect(read(#"{"type":"input_audio_buffer.speech_started"}"#) == "speech")
  }
}
