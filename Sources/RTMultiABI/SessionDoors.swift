// Creating, wiring and ending a session. Each door converts, calls, and converts back.

import CRTMulti
import RTMulti
import Synchronization

/// Why the last creation failed; one word for all threads is enough, since it only names the argument.
struct CreationError: ~Copyable {
  private let code = Atomic<Int32>(0)

  func note(_ code: rtmulti_result_values) { self.code.store(code.rawValue, ordering: .relaxed) }

  var sentence: StaticString { RTMultiABI.sentence(for: code.load(ordering: .relaxed)) }
}

let lastCreationError = CreationError()

// MARK: Formats and configuration

@_cdecl("rtmulti_format_init") @implementation
public func rtmulti_format_init(_ format: UnsafeMutablePointer<rtmulti_format>!, _ struct_size: Int) {
  defaultFormat.initialize(format, size: struct_size)
}

private var defaultFormat: rtmulti_format {
  var format = rtmulti_format()
  format.codec = UInt32(RTMULTI_CODEC_PCM16)
  format.sample_rate_hz = 24_000
  format.channels = 1
  return format
}

extension AudioFormat {
  /// The format that a caller means.
  init(_ pointer: UnsafePointer<rtmulti_format>?) throws(Answer) {
    guard let format = rtmulti_format.read(pointer, over: defaultFormat) else { throw .invalid }
    guard let codec = Codec(rawValue: format.codec),
      let known = AudioFormat(
        codec: codec, sampleRateHz: Int(format.sample_rate_hz), channels: Int(format.channels))
    else { throw .unsupported }
    self = known
  }
}

@_cdecl("rtmulti_config_init") @implementation
public func rtmulti_config_init(_ config: UnsafeMutablePointer<rtmulti_config>!, _ struct_size: Int) {
  defaultConfig.initialize(config, size: struct_size)
}

private var defaultConfig: rtmulti_config {
  var config = rtmulti_config()
  config.delivery = UInt32(RTMULTI_DELIVER_BY_CALLBACK)
  config.server = UInt32(RTMULTI_SERVER_TRUNCATES) | UInt32(RTMULTI_SERVER_DELETES)
  config.interrupts = UInt32(RTMULTI_AS_THE_SESSION_SAYS)
  config.interrupt_on_speech = UInt32(RTMULTI_AS_THE_SESSION_SAYS)
  config.estimate = 1
  config.write_ahead_ms = 200
  config.clear_timeout_ms = 500
  config.turn_patience_ms = 200
  config.response_patience_ms = 2_000
  config.command_patience_ms = 10_000
  config.handover_ms = 100
  config.max_response_ms = 3_600_000
  config.max_open_items = 1_024
  config.max_text_bytes = 1_048_576
  config.max_queued_bytes = 67_108_864
  config.wire = UInt32(RTMULTI_WIRE_GA)
  config.max_event_bytes = 16_777_216
  return config
}

extension SessionOptions {
  fileprivate init(_ config: rtmulti_config) {
    self.init()
    server = ServerCapabilities(rawValue: config.server)
    switch rtmulti_choice_values(config.interrupts) {
    case RTMULTI_YES: server.insert(.interrupts)
    case RTMULTI_NO: server.remove(.interrupts)
    default: break
    }
    limits.responseAudioMs = Int64(config.max_response_ms)
    limits.openItems = Int(config.max_open_items)
    limits.itemTextBytes = Int(config.max_text_bytes)
    patience.clearUs = Int64(config.clear_timeout_ms) * 1_000
    patience.turnUs = Int64(config.turn_patience_ms) * 1_000
    estimates = config.estimate != 0
    writeAheadUs = config.write_ahead_ms == UInt32.max ? nil : Int64(config.write_ahead_ms) * 1_000
    handoverUs = Int64(config.handover_ms) * 1_000
    stepBackUs = Int64(config.step_back_ms) * 1_000
    reportsHeardAudio = config.heard_audio != 0
    maximumQueuedBytes = Int(clamping: config.max_queued_bytes)
    dialect = Dialect(rawValue: config.wire) ?? .ga
    interruptsOnSpeech = config.interrupt_on_speech == UInt32(RTMULTI_YES)
    maximumEventBytes = Int(config.max_event_bytes)
  }
}

// MARK: Life

@_cdecl("rtmulti_session_create") @implementation
public func rtmulti_session_create(
  _ config: UnsafePointer<rtmulti_config>!, _ session: UnsafeMutablePointer<OpaquePointer?>!
) -> rtmulti_result {
  guard let session else {
    lastCreationError.note(RTMULTI_ERROR_INVALID)
    return rtmulti_result(RTMULTI_ERROR_INVALID)
  }
  session.pointee = nil
  var chosen = defaultConfig
  if let config {
    guard let read = rtmulti_config.read(config, over: defaultConfig), read.delivery <= 1,
      read.server < 1 << 6, read.write_ahead_ms > 0, read.step_back_ms <= 10_000,
      Dialect(rawValue: read.wire) != nil
    else {
      lastCreationError.note(RTMULTI_ERROR_INVALID)
      return rtmulti_result(RTMULTI_ERROR_INVALID)
    }
    chosen = read
  }
  let gate = GatePointer.allocate(capacity: 1)
  gate.initialize(to: Gate(SessionOptions(chosen), chosen))
  session.pointee = OpaquePointer(gate)
  return rtmulti_result(RTMULTI_OK)
}

@_cdecl("rtmulti_session_destroy") @implementation
public func rtmulti_session_destroy(_ session: OpaquePointer!) -> rtmulti_result {
  guard let gate = GatePointer(session) else { return rtmulti_result(RTMULTI_OK) }
  switch gate.enter() {
  case .free: gate.endRecording(at: .wanted)
  case .fromCallback: return gate.fail(RTMULTI_ERROR_BUSY)
  case .refused(let result):
    // A forked child has no other way to end a session.
    guard result == rtmulti_result(RTMULTI_ERROR_FORKED) else { return result }
  }
  gate.pointee.session.end()
  let sink = gate.pointee.sink
  let handlers = gate.pointee.handlers
  gate.forgetRecorder()
  gate.deinitialize(count: 1)
  gate.deallocate()
  sink.release?(sink.user_data)
  handlers.release?(handlers.user_data)
  return rtmulti_result(RTMULTI_OK)
}

@_cdecl("rtmulti_session_set_format") @implementation
public func rtmulti_session_set_format(
  _ session: OpaquePointer!, _ format: UnsafePointer<rtmulti_format>!
) -> rtmulti_result {
  input(session) { () throws(Answer) in try .format(AudioFormat(format)) }
}

// MARK: Sink and handlers

@_cdecl("rtmulti_sink_init") @implementation
public func rtmulti_sink_init(_ sink: UnsafeMutablePointer<rtmulti_sink>!, _ struct_size: Int) {
  defaultSink.initialize(sink, size: struct_size)
}

private var defaultSink: rtmulti_sink {
  var sink = rtmulti_sink()
  sink.flags = UInt32(RTMULTI_SINK_CAN_PAUSE) | UInt32(RTMULTI_SINK_CAN_CLEAR)
  sink.sample_rate_hz = 24_000
  sink.channels = 1
  sink.driver = UInt32(RTMULTI_DRIVER_REPORTED)
  sink.frame_ms = 20
  sink.lead_ms = 100
  sink.max_prebuffer_ms = 200
  sink.fade_us = 3_000
  return sink
}

@_cdecl("rtmulti_session_set_sink") @implementation
public func rtmulti_session_set_sink(
  _ session: OpaquePointer!, _ sink: UnsafePointer<rtmulti_sink>!
) -> rtmulti_result {
  outside(session) { gate throws(Answer) in
    let chosen = sink == nil ? nil : try ChosenSink(sink, isPolled: gate.pointee.isPolled)
    let new = chosen?.sink ?? rtmulti_sink()
    if gate.pointee.recording == .running { gate.record { $0.setSink(new, isGiven: chosen != nil) } }
    let oldDevice = gate.pointee.recording == .running ? gate.pointee.session.device : nil
    oldDevice?.retain()
    defer { oldDevice?.release() }
    let answer = gate.pointee.session.setSink(
      chosen?.format, chosen.map { SinkTraits($0.sink) }, pacing: chosen.flatMap { Pacing($0.sink) },
      fadeUs: Int(new.fade_us))
    guard answer == .ok else {
      gate.endCall()
      throw answer
    }
    if let oldDevice { gate.endLog(of: oldDevice) }
    if gate.pointee.recording == .running { gate.pointee.session.device?.beginLog() }
    let old = gate.pointee.sink
    gate.pointee.sink = new
    gate.pointee.hasSink = chosen != nil
    old.release?(old.user_data)
    return min(gate.deliver(), 0)
  }
}

/// A sink that a caller gave, if it can be one.
private struct ChosenSink {
  let sink: rtmulti_sink
  let format: SinkFormat

  init(_ pointer: UnsafePointer<rtmulti_sink>?, isPolled: Bool) throws(Answer) {
    guard let sink = rtmulti_sink.read(pointer, over: defaultSink),
      let format = SinkFormat(sampleRateHz: Int(sink.sample_rate_hz), channels: Int(sink.channels)),
      sink.output_latency_ms <= 5_000, sink.flags < 1 << 3, sink.driver <= UInt32(RTMULTI_DRIVER_PULLED),
      sink.write != nil || isPolled || sink.driver == UInt32(RTMULTI_DRIVER_PULLED),
      (10...60).contains(sink.frame_ms), (sink.frame_ms...5_000).contains(sink.lead_ms),
      sink.prebuffer_ms <= 2_000, sink.max_prebuffer_ms <= 2_000, sink.fade_us <= 20_000
    else { throw .invalid }
    self.sink = sink
    self.format = format
  }
}

extension SinkTraits {
  fileprivate init(_ sink: rtmulti_sink) {
    let flags = sink.flags
    self.init(
      rateHz: Int(sink.sample_rate_hz), isGapless: flags.contains(RTMULTI_SINK_GAPLESS),
      canPause: flags.contains(RTMULTI_SINK_CAN_PAUSE), canClear: flags.contains(RTMULTI_SINK_CAN_CLEAR),
      showsText: sink.text_write != nil, latencyUs: Int64(sink.output_latency_ms) * 1_000)
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
  fileprivate init?(_ sink: rtmulti_sink) {
    guard sink.driver == UInt32(RTMULTI_DRIVER_PACED) else { return nil }
    self.init(
      frameMs: Int(sink.frame_ms), leadMs: Int(sink.lead_ms), prebufferMs: Int(sink.prebuffer_ms),
      maximumPrebufferMs: Int(sink.max_prebuffer_ms), padsLastFrame: sink.pad_last_frame != 0)
  }
}

@_cdecl("rtmulti_handlers_init") @implementation
public func rtmulti_handlers_init(_ handlers: UnsafeMutablePointer<rtmulti_handlers>!, _ struct_size: Int) {
  rtmulti_handlers().initialize(handlers, size: struct_size)
}

@_cdecl("rtmulti_session_set_handlers") @implementation
public func rtmulti_session_set_handlers(
  _ session: OpaquePointer!, _ handlers: UnsafePointer<rtmulti_handlers>!
) -> rtmulti_result {
  outside(session) { gate throws(Answer) in
    var new = rtmulti_handlers()
    if handlers != nil {
      guard let read = rtmulti_handlers.read(handlers, over: rtmulti_handlers()) else { throw .invalid }
      new = read
    }
    if gate.pointee.recording == .running {
      gate.record { $0.setHandlers(new) }
      gate.endCall()
    }
    let old = gate.pointee.handlers
    gate.pointee.handlers = new
    old.release?(old.user_data)
    return rtmulti_result(RTMULTI_OK)
  }
}
