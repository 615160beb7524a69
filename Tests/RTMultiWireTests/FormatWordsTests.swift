// Every spelling of a format, alone and beside others (rule C3).

import Testing

@testable import RTMultiWire

@Suite("FormatWords") struct FormatWordsTests {
  private func newer(_ format: String) -> String? {
    read(
      #"{"type":"session.updated","session":{"audio":{"input":{"format":{"type":"audio/pcma"}},"output":{"format":\#(format)}}}}"#
    )
  }

  private func older(_ name: String) -> String? {
    read(#"{"type":"session.created","session":{"output_audio_format":\#(name)}}"#)
  }

  @Test("known names") func known() {
    #expect(newer(#"{"type":"audio/pcm","rate":24000}"#) == "session as pcm16 24000")
    #expect(newer(#"{"type":"audio/pcm"}"#) == "session as pcm16 24000")
    #expect(newer(#"{"type":"audio/pcmu"}"#) == "session as uLaw 8000")
    #expect(newer(#"{"type":"audio/pcma"}"#) == "session as aLaw 8000")
    for (name, words) in [
      ("pcm16", "pcm16 24000"), ("pcm", "pcm16 24000"), ("pcm24", "pcm16 24000"), ("g711_ulaw", "uLaw 8000"),
      ("g711_alaw", "aLaw 8000"), ("pcm16_8000hz", "pcm16 8000"), ("pcm16_16000hz", "pcm16 16000"),
      ("pcm16-16000hz", "pcm16 16000"), ("audio/pcm;rate=16000", "pcm16 16000"),
      ("audio/pcm; rate=48000", "pcm16 48000"),
    ] {
      #expect(older("\"\(name)\"") == "session as \(words)", "\(name)")
    }
  }

  @Test("rates of xAI, and rates as floats") func rates() {
    for rate in ["8000", "16000", "22050", "24000", "32000", "44100", "48000", "24000.0", "2.4e4"] {
      let plain = rate.contains(".") ? "24000" : rate
      #expect(newer(#"{"type":"audio/pcm","rate":\#(rate)}"#) == "session as pcm16 \(plain)", "\(rate)")
    }
    for rate in ["1", "96000", "24000.5", "-1", "1e300", "123456789012"] {
      #expect(newer(#"{"type":"audio/pcm","rate":\#(rate)}"#) == "session as unknown audio/pcm", "\(rate)")
    }
    #expect(newer(#"{"type":"audio/pcm","rate":null}"#) == "session as pcm16 24000")
    #expect(newer(#"{"type":"audio/pcmu","rate":16000}"#) == "session as uLaw 8000")
    #expect(newer(#"{"type":"audio/pcm","rate":24000,"channels":2}"#) == "session as pcm16 24000 x2")
    #expect(newer(#"{"type":"audio/pcm","channels":6}"#) == "session as unknown audio/pcm")
  }

  @Test("an unknown name that stands alone is unknown; an empty one says nothing") func unknown() {
    for name in ["mp3", "wav", "opus", "f32", "not specified", "pcm16_hz", "pcm16_8000khz", "PCM"] {
      #expect(older("\"\(name)\"") == "session as unknown \(name)")
    }
    #expect(older("null") == "session")
    #expect(older("\"\"") == "session")
    #expect(newer("{}") == "session")
  }

  @Test("beside each other: the newer over the older, the known over the unknown") func beside() {
    func both(_ newer: String, _ older: String) -> String? {
      read(
        #"{"type":"session.updated","session":{"output_audio_format":"\#(older)","audio":{"output":{"format":{"type":"\#(newer)"}}}}}"#
      )
    }
    #expect(both("audio/pcmu", "pcm16") == "session as uLaw 8000")
    #expect(both("audio/pcmu", "not specified") == "session as uLaw 8000")
    #expect(both("not specified", "g711_alaw") == "session as aLaw 8000")
    #expect(both("mp3", "wav") == "session as unknown mp3")
    #expect(both("", "wav") == "session as unknown wav")
  }

  @Test("of one response, and of one delta") func ofOne() {
    #expect(
      read(
        #"{"type":"response.created","response":{"id":"r","audio":{"output":{"format":{"type":"audio/pcmu"}}}}}"#
      )
        == "created r as uLaw 8000")
    #expect(
      read(#"{"type":"response.created","response":{"id":"r","output_audio_format":"mp3"}}"#)
        == "created r as unknown mp3")
    let delta = #"{"type":"response.audio.delta","item_id":"A","delta":"AAAA""#
    #expect(read(delta + #","format":"pcm16","sample_rate_hz":16000}"#) == "audio /A/- AAAA as pcm16 16000")
    #expect(read(delta + #","sample_rate_hz":16000}"#) == "audio /A/- AAAA as pcm16 16000")
    #expect(read(delta + #","format":"f32","sample_rate_hz":24000}"#) == "audio /A/- AAAA as unknown f32")
  }
}
