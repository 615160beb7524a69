// Server events in both dialects and every spelling, and texts that are none.

import RTMultiCore
import Testing

@testable import RTMultiWire

/// What an event says, as one line.
private func read(_ text: String) -> String? {
  var text = text
  return text.withUTF8 { read(Bytes($0.baseAddress, count: $0.count)) }
}

private func read(_ bytes: [UInt8]) -> String? {
  bytes.withUnsafeBufferPointer { read(Bytes($0.baseAddress, count: $0.count)) }
}

private func read(_ bytes: Bytes) -> String? {
  EventReader.read(bytes).map(words)
}

private func string(_ bytes: Bytes) -> String { String(decoding: bytes.raw, as: UTF8.self) }

private func words(_ place: Place) -> String {
  "\(string(place.response))/\(string(place.item))/\(place.contentIndex.map(String.init) ?? "-")"
}

private func words(_ call: CallWords) -> String {
  "\(string(call.callID)) \(string(call.name)) \(string(call.arguments))"
}

private func words(_ event: ServerEvent) -> String {
  switch event {
  case .sessionFormat(let format): "format \(format.codec) \(format.sampleRateHz)"
  case .responseCreated(let id, let traits, let token):
    "created \(string(id)) \(traits.rawValue) \(string(token))"
  case .responseDone(let id, let status, let reason): "done \(string(id)) \(status) \(string(reason))"
  case .itemAdded(let response, let item, let index, let kind, let phase, let call):
    "item \(string(response)) \(string(item)) \(index.map(String.init) ?? "-") \(kind) \(string(phase)) \(words(call))"
  case .itemDone(_, let item, let kind, let call): "item done \(string(item)) \(kind) \(words(call))"
  case .conversationItemDone(let item): "conversation done \(string(item))"
  case .conversationItemDeleted(let item): "deleted \(string(item))"
  case .conversationItemTruncated(let place): "truncated \(words(place))"
  case .partAdded(let place, let kind): "part \(words(place)) \(kind)"
  case .audioDelta(let place, let base64): "audio \(words(place)) \(string(base64))"
  case .textDelta(let place, let text): "text \(words(place)) \(string(text))"
  case .transcriptDone(let place, let text): "transcript \(words(place)) \(string(text))"
  case .partDone(let place): "part done \(words(place))"
  case .functionCallDone(_, let item, let call): "call \(string(item)) \(words(call))"
  case .speechStarted: "speech"
  case .failure(let id, let code, let message): "error \(string(id)) \(string(code)) \(string(message))"
  case .other: "other"
  }
}

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
          == "text /A/0 Hi")
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
    #expect(read(#"{"type":"response.created","response":{"id":"r","conversation_id":"c"}}"#) == "created r 0 ")
    #expect(
      read(
        #"{"type":"response.created","response":{"id":"r","conversation_id":null,"output_modalities":["text"],"metadata":{"client_event_id":"t"}}}"#
      ) == "created r 12 t")
    #expect(
      read(#"{"type":"response.created","response":{"modalities":["audio","text"],"id":"r"}}"#)
        == "created r 0 ")
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
      ) == "item r A 2 message commentary   ")
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
        == "truncated /A/0")
    #expect(read(#"{"type":"conversation.item.done","item":{"id":"A"}}"#) == "conversation done A")
  }

  @Test("every spelling of the formats") func formats() {
    let ga =
      #"{"type":"session.updated","session":{"audio":{"input":{"format":{"type":"audio/pcma"}},"output":{"format":"#
    #expect(read(ga + #"{"type":"audio/pcm","rate":24000}}}}}"#) == "format pcm16 24000")
    #expect(read(ga + #"{"type":"audio/pcmu"}}}}}"#) == "format uLaw 8000")
    #expect(read(ga + #"{"type":"audio/pcma"}}}}}"#) == "format aLaw 8000")
    for (name, words) in [
      ("pcm16", "format pcm16 24000"), ("g711_ulaw", "format uLaw 8000"), ("g711_alaw", "format aLaw 8000"),
    ] {
      #expect(read(#"{"type":"session.created","session":{"output_audio_format":"\#(name)"}}"#) == words)
    }
    #expect(read(ga + #"{"type":"audio/pcm","rate":1}}}}}"#) == "other")
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
      #"{"type":"x","a":"\ud800x"}"#,
      #"{"type" "x"}"#, #"{'type':'x'}"#, "{\"type\":\"x\",\"a\":\"\u{1}\"}",
      #"{"type":"response.output_audio.delta","item_id":"A"}"#,
      #"{"type":"response.output_audio.delta","delta":""}"#,
      #"{"type":"some.audio.delta","delta":"\q"}"#,
      #"{"type":"response.audio.delta","delta":"\q","type":"other"}"#,
      #"{"type":"response.audio.delta","item_id":"A","delta":"\q","delta":"AA=="}"#,
      #"{"type":"response.created","response":{}}"#, #"{"type":"response.output_item.added","item":{}}"#,
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
