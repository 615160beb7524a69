// What a host chooses when it creates and wires a session, read out of its structs and checked. A number outside of its
// range is INVALID; a kind, a bit or an option that this version does not know may come from a newer header and is
// UNSUPPORTED. What each starts as is Defaults.swift's.

import CRTMulti
import RTMulti

extension AudioFormat {
  /// The format that a caller means.
  init(_ pointer: UnsafePointer<rtmulti_format>?) throws(Refusal) {
    let format = try rtmulti_format.read(pointer, over: rtmulti_format.defaults)
    guard let codec = Codec(rawValue: format.codec),
      let known = AudioFormat(
        codec: codec, sampleRateHz: Int(format.sample_rate_hz), channels: Int(format.channels))
    else { throw Self.refusal(of: format) }
    self = known
  }

  @inline(never)
  private static func refusal(of format: rtmulti_format) -> Refusal {
    guard let codec = Codec(rawValue: format.codec) else {
      return .unsupported(
        "format.codec", Int64(format.codec),
        "it must be one of RTMULTI_CODEC_PCM16, ULAW, ALAW, OPUS and OGG_OPUS")
    }
    let channels = Int64(format.channels)
    if codec == .uLaw || codec == .aLaw {
      return .unsupported("format.channels", channels, "G.711 is mono, so it must be 1")
    }
    guard channels == 1 || channels == 2 else {
      return .unsupported(
        "format.channels", channels, "it must be 1 or 2; mix more of them down before you give them")
    }
    return .unsupported(
      "format.sample_rate_hz", Int64(format.sample_rate_hz),
      "PCM16 is played at 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100 or 48000 Hz; ask the server for one of these, or resample it"
    )
  }
}

// MARK: Config

extension rtmulti_config {
  /// The config that a caller means: the defaults, if it gave none.
  init(chosenBy pointer: UnsafePointer<rtmulti_config>?) throws(Refusal) {
    guard pointer != nil else {
      self = .defaults
      return
    }
    self = try rtmulti_config.read(pointer, over: .defaults)
    if write_ahead_ms == 0 {
      throw .number(
        "config.write_ahead_ms", 0, "it must be 1 or more, or RTMULTI_UNLIMITED for all that is there")
    }
    if step_back_ms > 10_000 {
      throw .number("config.step_back_ms", Int64(step_back_ms), "0 to 10000 is allowed")
    }
    if estimate > 1 { throw .number("config.estimate", Int64(estimate), "it must be 0 or 1") }
    if heard_audio > 1 { throw .number("config.heard_audio", Int64(heard_audio), "it must be 0 or 1") }
    let mostServerFlags = UInt32(RTMULTI_SERVER_REWRITES) << 1
    if delivery > UInt32(RTMULTI_DELIVER_BY_POLLING) {
      throw .unknown("config.delivery", Int64(delivery), "use RTMULTI_DELIVER_BY_CALLBACK or _BY_POLLING")
    }
    if Dialect(rawValue: wire) == nil {
      throw .unknown("config.wire", Int64(wire), "use RTMULTI_WIRE_GA or RTMULTI_WIRE_BETA")
    }
    if server >= mostServerFlags {
      throw .unknown("config.server", Int64(server), "combine RTMULTI_SERVER_ bits")
    }
    for (name, choice) in [
      ("config.interrupts" as StaticString, interrupts), ("config.interrupt_on_speech", interrupt_on_speech),
    ] where choice > UInt32(RTMULTI_AS_THE_SESSION_SAYS) {
      throw .unknown(name, Int64(choice), "use RTMULTI_NO, RTMULTI_YES or RTMULTI_AS_THE_SESSION_SAYS")
    }
  }
}

extension SessionOptions {
  /// What a config says that was checked.
  init(_ config: rtmulti_config) {
    self.init()
    server = ServerCapabilities(rawValue: config.server)
    interrupts = Choice(config.interrupts)
    speechInterrupts = Choice(config.interrupt_on_speech)
    limits.responseAudioMs = Int64(config.max_response_ms)
    limits.openItems = Int(config.max_open_items)
    limits.itemTextBytes = Int(config.max_text_bytes)
    patience.clearUs = Int64(config.clear_timeout_ms) * 1_000
    patience.turnUs = Int64(config.turn_patience_ms) * 1_000
    patience.responseUs = Int64(config.response_patience_ms) * 1_000
    patience.commandUs = Int64(config.command_patience_ms) * 1_000
    estimates = config.estimate != 0
    writeAheadUs = config.write_ahead_ms == UInt32.max ? nil : Int64(config.write_ahead_ms) * 1_000
    handoverUs = Int64(config.handover_ms) * 1_000
    stepBackUs = Int64(config.step_back_ms) * 1_000
    reportsHeardAudio = config.heard_audio != 0
    maximumQueuedBytes = Int(clamping: config.max_queued_bytes)
    dialect = Dialect(rawValue: config.wire) ?? .ga
    maximumEventBytes = Int(config.max_event_bytes)
  }
}

extension Choice {
  /// What a choice says that was checked.
  fileprivate init(_ choice: rtmulti_choice) {
    switch rtmulti_choice_values(choice) {
    case RTMULTI_YES: self = .yes
    case RTMULTI_NO: self = .no
    default: self = .asTheSessionSays
    }
  }
}

// MARK: Sink

/// A sink that a caller gave, if it can be one.
struct ChosenSink {
  let sink: rtmulti_sink
  let format: SinkFormat
  /// How written frames come: PCM16 or G.711.
  let codec: Codec

  /// `isPolled`: effects are polled, so that nobody writes to it.
  init(_ pointer: UnsafePointer<rtmulti_sink>?, isPolled: Bool) throws(Refusal) {
    let sink = try rtmulti_sink.read(pointer, over: .defaults)
    if sink.flags >= UInt32(RTMULTI_SINK_FIXED_WRITES) << 1 {
      throw .unknown("sink.flags", Int64(sink.flags), "combine RTMULTI_SINK_ bits")
    }
    if sink.driver > UInt32(RTMULTI_DRIVER_HOST) {
      throw .unknown(
        "sink.driver", Int64(sink.driver),
        "use RTMULTI_DRIVER_REPORTED, RTMULTI_DRIVER_PACED, RTMULTI_DRIVER_PULLED or RTMULTI_DRIVER_HOST")
    }
    guard let format = SinkFormat(sampleRateHz: Int(sink.sample_rate_hz), channels: Int(sink.channels)) else {
      throw Self.refusal(ofFormat: sink)
    }
    let isWritten = sink.driver != UInt32(RTMULTI_DRIVER_PULLED) && sink.driver != UInt32(RTMULTI_DRIVER_HOST)
    codec = try Self.codec(of: sink, isWritten: isWritten)
    if !isPolled, isWritten {
      if codec == .pcm16, sink.write == nil {
        throw .null(
          "sink.write",
          "a sink without it takes no audio: set it, or choose RTMULTI_DRIVER_PULLED, RTMULTI_DRIVER_HOST or RTMULTI_DELIVER_BY_POLLING"
        )
      }
      if codec != .pcm16, sink.write_codes == nil {
        throw .null(
          "sink.write_codes", "a G.711 sink gets its codes there: set it, or choose RTMULTI_CODEC_PCM16")
      }
    }
    try Self.check("sink.output_latency_ms", sink.output_latency_ms, 0...5_000, "0 to 5000 is allowed")
    try Self.check("sink.frame_ms", sink.frame_ms, 10...60, "10 to 60 is allowed")
    try Self.check("sink.lead_ms", sink.lead_ms, sink.frame_ms...5_000, "sink.frame_ms to 5000 is allowed")
    try Self.check("sink.prebuffer_ms", sink.prebuffer_ms, 0...2_000, "0 to 2000 is allowed")
    try Self.check("sink.max_prebuffer_ms", sink.max_prebuffer_ms, 0...2_000, "0 to 2000 is allowed")
    try Self.check("sink.pad_last_frame", sink.pad_last_frame, 0...1, "it must be 0 or 1")
    try Self.check("sink.fade_us", sink.fade_us, 0...20_000, "0 to 20000 is allowed")
    self.sink = sink
    self.format = format
  }

  private static func check(
    _ argument: StaticString, _ value: UInt32, _ range: ClosedRange<UInt32>, _ allowed: StaticString
  ) throws(Refusal) {
    guard range.contains(value) else { throw .number(argument, Int64(value), allowed) }
  }

  /// In what written frames come: PCM16, or the codes of G.711 (rule C3).
  private static func codec(of sink: rtmulti_sink, isWritten: Bool) throws(Refusal) -> Codec {
    guard let codec = Codec(rawValue: sink.codec), codec == .pcm16 || codec == .uLaw || codec == .aLaw
    else {
      throw .unknown(
        "sink.codec", Int64(sink.codec), "use RTMULTI_CODEC_PCM16, RTMULTI_CODEC_ULAW or RTMULTI_CODEC_ALAW")
    }
    if codec == .pcm16 { return codec }
    if !isWritten {
      throw .unsupported(
        "sink.codec", Int64(sink.codec), "only a sink that is written to gets G.711: a REPORTED or a PACED one")
    }
    try check("sink.sample_rate_hz", sink.sample_rate_hz, 8_000...8_000, "G.711 is 8000")
    try check("sink.channels", sink.channels, 1...1, "G.711 is mono, so it must be 1")
    return codec
  }

  private static func refusal(ofFormat sink: rtmulti_sink) -> Refusal {
    if sink.channels != 1 && sink.channels != 2 {
      return .number("sink.channels", Int64(sink.channels), "it must be 1 or 2")
    }
    return .number(
      "sink.sample_rate_hz", Int64(sink.sample_rate_hz),
      "8000 to 48000 is allowed; let the device take 48000 and resample what it gets")
  }
}

extension SinkTraits {
  /// What a sink says that was checked.
  init(_ sink: rtmulti_sink) {
    let flags = sink.flags
    self.init(
      rateHz: Int(sink.sample_rate_hz), isGapless: flags.contains(RTMULTI_SINK_GAPLESS),
      canPause: flags.contains(RTMULTI_SINK_CAN_PAUSE), canClear: flags.contains(RTMULTI_SINK_CAN_CLEAR),
      showsText: sink.text_write != nil, latencyUs: Int64(sink.output_latency_ms) * 1_000)
    startsAtOnce = flags.contains(RTMULTI_SINK_STARTS_AT_ONCE)
    switch rtmulti_driver_values(sink.driver) {
    case RTMULTI_DRIVER_PACED:
      reporting = .silent
      boundsItself = true
    case RTMULTI_DRIVER_PULLED: reporting = .counted
    default: reporting = .reports
    }
  }
}

extension Pacing {
  /// nil for a sink that is written to as it comes, or not at all.
  init?(_ sink: rtmulti_sink) {
    switch rtmulti_driver_values(sink.driver) {
    case RTMULTI_DRIVER_PACED:
      self.init(
        frameMs: Int(sink.frame_ms), leadMs: Int(sink.lead_ms), prebufferMs: Int(sink.prebuffer_ms),
        maximumPrebufferMs: Int(sink.max_prebuffer_ms), padsLastFrame: sink.pad_last_frame != 0)
    case RTMULTI_DRIVER_REPORTED where sink.flags.contains(RTMULTI_SINK_FIXED_WRITES):
      self.init(
        frameMs: Int(sink.frame_ms), leadMs: nil, prebufferMs: 0, maximumPrebufferMs: 0,
        padsLastFrame: sink.pad_last_frame != 0)
    default: return nil
    }
  }
}
