// What a host chooses when it creates and wires a session, read out of its structs and checked. A number outside of its
// range is INVALID; a kind, a bit or an option that this version does not know may come from a newer header and is
// UNSUPPORTED. What each starts as is Defaults.swift's.

import CRTMulti
import RTMulti

extension AudioFormat {
  /// The format that a caller means.
  init(_ pointer: UnsafePointer<rtmulti_format>?) throws(Answer) {
    let format = try rtmulti_format.read(pointer, over: rtmulti_format.defaults)
    guard let codec = Codec(rawValue: format.codec),
      let known = AudioFormat(
        codec: codec, sampleRateHz: Int(format.sample_rate_hz), channels: Int(format.channels))
    else { throw .unsupported }
    self = known
  }
}

// MARK: Config

extension rtmulti_config {
  /// The config that a caller means: the defaults, if it gave none.
  init(chosenBy pointer: UnsafePointer<rtmulti_config>?) throws(Answer) {
    guard pointer != nil else {
      self = .defaults
      return
    }
    self = try rtmulti_config.read(pointer, over: .defaults)
    guard write_ahead_ms > 0, step_back_ms <= 10_000, [estimate, heard_audio].allSatisfy({ $0 <= 1 }) else {
      throw .invalid
    }
    let mostServerFlags = UInt32(RTMULTI_SERVER_REWRITES) << 1
    guard delivery <= UInt32(RTMULTI_DELIVER_BY_POLLING), Dialect(rawValue: wire) != nil,
      server < mostServerFlags,
      [interrupts, interrupt_on_speech].allSatisfy({ $0 <= UInt32(RTMULTI_AS_THE_SESSION_SAYS) })
    else { throw .unknownOption }
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

  /// `isPolled`: effects are polled, so that nobody writes to it.
  init(_ pointer: UnsafePointer<rtmulti_sink>?, isPolled: Bool) throws(Answer) {
    let sink = try rtmulti_sink.read(pointer, over: .defaults)
    guard sink.flags < UInt32(RTMULTI_SINK_STARTS_AT_ONCE) << 1, sink.driver <= UInt32(RTMULTI_DRIVER_PULLED)
    else {
      throw .unknownOption
    }
    guard let format = SinkFormat(sampleRateHz: Int(sink.sample_rate_hz), channels: Int(sink.channels)),
      sink.output_latency_ms <= 5_000,
      sink.write != nil || isPolled || sink.driver == UInt32(RTMULTI_DRIVER_PULLED),
      (10...60).contains(sink.frame_ms), (sink.frame_ms...5_000).contains(sink.lead_ms),
      sink.prebuffer_ms <= 2_000, sink.max_prebuffer_ms <= 2_000, sink.pad_last_frame <= 1,
      sink.fade_us <= 20_000
    else { throw .invalid }
    self.sink = sink
    self.format = format
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
  /// nil for a sink that is none of the paced ones.
  init?(_ sink: rtmulti_sink) {
    guard sink.driver == UInt32(RTMULTI_DRIVER_PACED) else { return nil }
    self.init(
      frameMs: Int(sink.frame_ms), leadMs: Int(sink.lead_ms), prebufferMs: Int(sink.prebuffer_ms),
      maximumPrebufferMs: Int(sink.max_prebuffer_ms), padsLastFrame: sink.pad_last_frame != 0)
  }
}
