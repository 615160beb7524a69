// The names that servers have for audio formats (rule C3). What follows from an unknown one is the session's.

import CSimdJSON
import RTMultiCore

/// How an event says that audio comes.
public enum FormatWords {
  case known(AudioFormat)
  /// A name that is none of ours, or a rate that nobody plays.
  case unknown(name: Bytes)
}

extension FormatWords {
  /// What two spellings beside each other say: the newer one wins over the older, a known name over an unknown one.
  init?(newer: rtmulti_json_format, older: rtmulti_json_format) {
    let words = FormatWords(newer)
    if case .known = words {
      self = words!
    } else if case .known(let format) = FormatWords(older) {
      self = .known(format)
    } else if let unknown = words ?? FormatWords(older) {
      self = unknown
    } else {
      return nil
    }
  }

  /// What one spelling says; nil when it has no name, or an empty one.
  init?(_ format: rtmulti_json_format) {
    let name = Bytes(format.name)
    guard !name.isEmpty else { return nil }
    self = AudioFormat(wire: name, format).map { .known($0) } ?? .unknown(name: name)
  }

  /// What the event of a delta says of itself: without a name, a rate means PCM16.
  init?(own format: rtmulti_json_format) {
    if let named = FormatWords(format) {
      self = named
    } else if format.rate != Int64.min || format.channels != Int64.min {
      let name = Bytes("audio/pcm")
      self = AudioFormat(wire: name, format).map { .known($0) } ?? .unknown(name: name)
    } else {
      return nil
    }
  }
}

extension AudioFormat {
  /// The format of this name, or nil when it is none that we play. G.711 has one rate, whatever stands beside it.
  fileprivate init?(wire name: Bytes, _ format: rtmulti_json_format) {
    let channels = format.channels == Int64.min ? 1 : Int(clamping: format.channels)
    if let rateHz = Self.pcmRateHz(name) {
      let saidHz = format.rate == Int64.min ? rateHz : Int(clamping: format.rate)
      self.init(codec: .pcm16, sampleRateHz: saidHz, channels: channels)
    } else if name == "audio/pcmu" || name == "g711_ulaw" || name == "pcmu" || name == "mulaw" || name == "ulaw"
    {
      self.init(codec: .uLaw, sampleRateHz: 8_000, channels: channels)
    } else if name == "audio/pcma" || name == "g711_alaw" || name == "pcma" || name == "alaw" {
      self.init(codec: .aLaw, sampleRateHz: 8_000, channels: channels)
    } else {
      return nil
    }
  }

  /// The rate that a name of PCM16 stands for where no other is said: 24 kHz, or that in the name (`pcm16_8000hz` of
  /// Voice Live, `audio/pcm;rate=16000`). nil for other names.
  private static func pcmRateHz(_ name: Bytes) -> Int? {
    if name == "audio/pcm" || name == "pcm16" || name == "pcm" || name == "pcm24" { return 24_000 }
    if name.hasPrefix("pcm16_") || name.hasPrefix("pcm16-") {
      return name.dropping(6).leadingNumber { $0 == "hz" || $0.isEmpty }
    }
    if name.hasPrefix("audio/pcm;") {
      var rate = name.dropping(10)
      while rate.hasPrefix(" ") { rate = rate.dropping(1) }
      return rate.hasPrefix("rate=") ? rate.dropping(5).leadingNumber { $0.isEmpty } : nil
    }
    return nil
  }
}

extension Bytes {
  /// The decimal number that it begins with, if what stands behind it is right.
  fileprivate func leadingNumber(_ isRight: (Bytes) -> Bool) -> Int? {
    var value = 0
    var index = 0
    while index < min(count, 9), let digit = base?[index],
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit)
    {
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
      index += 1
    }
    return index > 0 && isRight(dropping(index)) ? value : nil
  }
}
