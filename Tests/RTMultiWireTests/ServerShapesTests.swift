// Events in the shapes of the servers that speak this protocol with words of their own. The shapes are theirs, the
// events are made here.

import Testing

@testable import RTMultiWire

@Suite("Shapes of servers") struct ServerShapesTests {
  @Test("A6: out-of-band is what an event says, not what it leaves out") func outOfBand() {
    func created(_ fields: String) -> String? {
      read(#"{"type":"response.created","response":{"id":"r"\#(fields)}}"#)
    }
    // LocalAI, speaches, xAI and GLM leave the field out.
    #expect(created("") == "created r")
    #expect(created(#","object":"realtime.response","status":"in_progress","output":[]"#) == "created r")
    #expect(created(#","conversation_id":"conv_1""#) == "created r")
    #expect(created(#","conversation_id":null"#) == "created r out-of-band")
    #expect(created(#","conversation":"none""#) == "created r out-of-band")
    #expect(created(#","conversation":"auto""#) == "created r")
    #expect(created(#","conversation":null"#) == "created r")
  }

  @Test("half a surrogate pair is U+FFFD and loses nothing else, in values and in keys") func surrogates() {
    func text(_ delta: String) -> String? {
      read(
        #"{"type":"response.output_audio_transcript.delta","item_id":"A","content_index":0,"delta":"\#(delta)"}"#
      )
    }
    #expect(text(#"Great \ud83d"#) == "text /A/0 Great \u{FFFD}")
    #expect(text(#"\ude00 news"#) == "text /A/0 \u{FFFD} news")
    #expect(text(#"\ud83d\ude00"#) == "text /A/0 😀")
    #expect(text(#"\uD83D\uDE00\ud83d\n\u00e9"#) == "text /A/0 😀\u{FFFD}\né")
    #expect(text(#"\ud83d\ud83d\ude00"#) == "text /A/0 \u{FFFD}😀")
    #expect(text(#"\ud83d\u0041"#) == "text /A/0 \u{FFFD}A")
    #expect(text(#"a\\ud83d"#) == #"text /A/0 a\ud83d"#)
    #expect(text(#"\ud83"#) == nil)
    #expect(text(#"\ud83d\u"#) == nil)
    #expect(
      read(
        #"{"x\ud83d":1,"type":"response.done","response":{"id":"r","output":[{"content":[{"transcript":"\ud83d"}]}]}}"#
      ) == "done r completed ")
  }

  @Test("A5: deltas may name no item, and items without an id are ignored") func namelessItems() {
    #expect(
      read(#"{"type":"response.audio.delta","response_id":"r","delta":"AAAA"}"#) == "audio r//- AAAA")
    #expect(read(#"{"type":"response.audio_transcript.delta","delta":"Hi"}"#) == "text //- Hi")
    #expect(read(#"{"type":"response.audio.done","response_id":"r"}"#) == "part done r//-")
    #expect(read(#"{"type":"response.output_item.added","item":{"type":"message"}}"#) == "other")
    #expect(read(#"{"type":"response.output_item.done","item":{"id":""}}"#) == "other")
    #expect(read(#"{"type":"conversation.item.done","item":{}}"#) == "other")
  }

  @Test("a phase is found wherever it stands") func phases() {
    let added = #"{"type":"response.output_item.added","response_id":"r","item":{"id":"A","type":"message""#
    #expect(read(added + #","phase":"commentary"}}"#)?.hasSuffix(" phase=commentary") == true)
    #expect(read(added + #"},"phase":"final_answer"}"#)?.hasSuffix(" phase=final_answer") == true)
    #expect(
      read(
        #"{"type":"response.content_part.added","item_id":"A","content_index":0,"part":{"type":"audio","phase":"commentary"}}"#
      ) == "part /A/0 audio phase=commentary")
    #expect(
      read(#"{"type":"response.output_item.done","item":{"id":"A","type":"message","phase":"final_answer"}}"#)?
        .hasSuffix("phase=final_answer") == true)
  }

  @Test("G2: word times of xAI, Azure Voice Live and GPT-Live") func wordTimes() {
    let delta =
      #"{"type":"response.output_audio_transcript.delta","item_id":"A","content_index":0,"delta":"Hi""#
    #expect(read(delta + #","start_time":0.5}"#) == "text /A/0 Hi 500...?")
    #expect(read(delta + #","start_time":0,"end_time":0.25}"#) == "text /A/0 Hi 0...250")
    #expect(read(delta + #","start_time":1.2349,"end_time":2}"#) == "text /A/0 Hi 1234...2000")
    #expect(read(delta + #","start_ms":12,"end_ms":34}"#) == "text /A/0 Hi 12...34")
    #expect(read(delta + #","start_time":-1,"end_time":null}"#) == "text /A/0 Hi")
    #expect(read(delta + #","start_ms":34,"end_ms":12}"#) == "text /A/0 Hi 34...?")
    #expect(read(delta + #","start_time":1e300}"#) == "text /A/0 Hi")
    let word =
      #"{"type":"response.audio_timestamp.delta","response_id":"r","item_id":"A","output_index":0,"content_index":0,"timestamp_type":"word""#
    #expect(
      read(word + #","audio_offset_ms":120,"audio_duration_ms":80,"text":"Hello"}"#)
        == "word r/A/0 Hello 120...200")
    #expect(read(word + #","audio_offset_ms":120,"text":"Hello"}"#) == "other")
    #expect(read(word + #","audio_offset_ms":120,"audio_duration_ms":80,"text":""}"#) == "other")
    #expect(read(#"{"type":"response.audio_timestamp.done","item_id":"A"}"#) == "other")
  }

  @Test("sessions without turns: GPT-Live and translation") func liveSessions() {
    #expect(
      read(#"{"type":"session.output_audio.delta","delta":"AAAA","start_ms":1200,"end_ms":1300}"#)
        == "live audio AAAA at 1200")
    #expect(
      read(
        #"{"type":"session.output_audio.delta","delta":"AA\/A","sample_rate":24000,"channels":1,"format":"pcm16","elapsed_ms":400}"#
      ) == #"live audio AA\/A as pcm16 24000"#)
    #expect(
      read(#"{"type":"session.output_transcript.delta","delta":" sí","start_ms":10,"end_ms":20}"#)
        == "live text  sí 10...20")
    #expect(
      read(#"{"type":"session.output_transcript.delta","delta":" sí","elapsed_ms":400}"#) == "live text  sí")
    #expect(read(#"{"type":"session.input_transcript.delta","delta":"yes"}"#) == "other")
    #expect(
      read(#"{"type":"session.started","session":{"audio":{"format":{"type":"audio/pcmu","rate":8000}}}}"#)
        == "session as uLaw 8000")
  }

  @Test("audio in an event that nobody knows is not overlooked") func unknownAudio() {
    for type in [
      "audio.delta", "response.speech_audio.delta", "session.audio.delta", "turn.output_audio.delta",
    ] {
      #expect(read(#"{"type":"\#(type)","delta":"AAAA"}"#) == "unknown audio")
    }
    #expect(read(#"{"type":"response.audio.deltas","delta":"AAAA"}"#) == "other")
  }

  @Test("F4, F10: what a server says that plays or cuts by itself") func ownPlayout() {
    for word in ["started", "stopped", "cleared"] {
      #expect(read(#"{"type":"output_audio_buffer.\#(word)","response_id":"r"}"#) == "buffer r \(word)")
    }
    #expect(read(#"{"type":"output_audio_buffer.other","response_id":"r"}"#) == "other")
    let truncated = #"{"type":"conversation.item.truncated","item_id":"A","content_index":1"#
    #expect(read(truncated + #","audio_end_ms":1500}"#) == "truncated /A/1 1500")
    #expect(read(truncated + #","audio_end_ms":1500.9}"#) == "truncated /A/1 1500")
    #expect(read(truncated + "}") == "truncated /A/1 -")
    #expect(read(#"{"type":"conversation.item.truncated","audio_end_ms":1}"#) == nil)
  }

  @Test("D12, D14: what the server hears, and what its session says of turns") func turns() {
    #expect(read(#"{"type":"input_audio_buffer.speech_started","audio_start_ms":1}"#) == "speech")
    #expect(read(#"{"type":"input_audio_buffer.speech_stopped"}"#) == "speech stopped")
    #expect(read(#"{"type":"input_audio_buffer.committed"}"#) == "speech stopped")
    func beta(_ detection: String) -> String? {
      read(#"{"type":"session.created","session":{"turn_detection":\#(detection)}}"#)
    }
    func ga(_ detection: String) -> String? {
      read(#"{"type":"session.updated","session":{"audio":{"input":{"turn_detection":\#(detection)}}}}"#)
    }
    for said in [beta, ga] {
      #expect(said("null") == "session absent")
      #expect(said(#"{"type":"server_vad"}"#) == "session interrupts")
      #expect(said(#"{"type":"semantic_vad","interrupt_response":true}"#) == "session interrupts")
      #expect(said(#"{"type":"server_vad","interrupt_response":null}"#) == "session interrupts")
      #expect(
        said(#"{"type":"server_vad","interrupt_response":false,"create_response":true}"#) == "session ignored")
      #expect(said(#"{"type":null}"#) == "session absent")
      #expect(said(#"{"type":"client_vad"}"#) == "session absent")
      #expect(said(#"{"threshold":0.5}"#) == "session interrupts")
    }
    #expect(read(#"{"type":"session.updated","session":{"voice":"x"}}"#) == "session")
    #expect(
      read(
        #"{"type":"session.updated","session":{"turn_detection":null,"audio":{"input":{"turn_detection":{"type":"server_vad"}}}}}"#
      ) == "session interrupts")
  }

  @Test("modalities: the newer spelling wins, and none says nothing") func modalities() {
    func session(_ fields: String) -> String? { read(#"{"type":"session.updated","session":{\#(fields)}}"#) }
    #expect(session(#""output_modalities":["text"]"#) == "session text")
    #expect(session(#""modalities":["text","audio"]"#) == "session audio")
    #expect(session(#""modalities":["text","audio"],"output_modalities":["text"]"#) == "session text")
    #expect(session(#""output_modalities":null"#) == "session")
    #expect(session(#""output_modalities":[]"#) == "session")
  }
}
