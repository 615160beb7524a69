// How an input's fields are written into a trace, and what the entries consist of that are no inputs: the wiring, and
// what callbacks answered. When one is written is Tracing's, how it becomes bytes TraceWriter's.

import CRTMulti
import RTMulti

/// Why a trace ends.
enum TraceEnding: UInt64 {
  /// The host wanted it, or the session was destroyed.
  case wanted = 0
  /// A device took frames so often between two calls of the session that not all could be noted.
  case pullsLost = 1
}

/// Writes entries. It belongs to the session's thread.
struct Tracer: ~Copyable {
  /// How much of what the host hands in the library may read.
  struct Limits {
    var audioBytes: Int
    var textBytes: Int
    var eventBytes: Int
    /// From inside a callback.
    static var deferredBytes: Int { 64 << 20 }
  }

  private var trace = TraceWriter()
  private let write: @convention(c) (UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int32
  private let userData: UnsafeMutableRawPointer?
  private let limits: Limits
  /// Whether the input that is running has its entry.
  var hasEntry = false
  /// Whether what is traced comes from inside a callback.
  var isNested: Bool { callback != .none }

  private enum Callback {
    case none
    /// One is running and has no entry yet.
    case silent
    case noted
  }
  private var callback = Callback.none
  private var callbacksSinceEntry: UInt64 = 0
  private var nowUs: Int64 = 0
  /// The place that the last entry with one named: deltas of one part come in a row.
  private var lastPlace = TracePlace()

  init(
    _ write: @convention(c) (UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int32,
    _ userData: UnsafeMutableRawPointer?, _ limits: Limits
  ) {
    self.write = write
    self.userData = userData
    self.limits = limits
  }

  // MARK: Pieces

  /// The head of a trace.
  mutating func head(_ config: rtmulti_config) {
    trace.put(bytes: UnsafeRawBufferPointer(start: TraceWriter.magic.utf8Start, count: 14))
    trace.put(number: TraceWriter.format)
    trace.put(number: UInt64(RTMULTI_ABI))
    let version = rtmulti_version()!
    trace.put(bytes: UnsafeRawBufferPointer(start: version, count: strlen(version)))
    // In the order of the struct.
    let fields = [
      config.delivery, config.wire, config.server, config.interrupts, config.interrupt_on_speech,
      config.estimate,
      config.heard_audio, config.write_ahead_ms, config.handover_ms, config.step_back_ms,
      config.clear_timeout_ms,
      config.turn_patience_ms, config.response_patience_ms, config.command_patience_ms, config.max_response_ms,
      config.max_open_items, config.max_text_bytes, config.max_event_bytes,
    ]
    trace.put(number: UInt64(fields.count + 1))
    for field in fields { trace.put(number: UInt64(field)) }
    trace.put(number: config.max_queued_bytes)
  }

  /// Hands what is there to the host. Returns what it answered.
  mutating func handOver() -> Int32 { trace.handOver(to: write, userData) }

  mutating func begin(_ entry: TraceEntry) {
    if callback == .silent {
      callback = .noted
      trace.put(byte: TraceEntry.callback.rawValue)
      trace.put(number: callbacksSinceEntry)
      callbacksSinceEntry = 0
    }
    trace.put(byte: entry.rawValue)
  }

  /// From inside a callback most inputs are copied first and judged when they run.
  private func readable(_ bytes: Int) -> Int { isNested ? Limits.deferredBytes : bytes }

  // MARK: Callbacks

  mutating func callbackBegins() {
    callbacksSinceEntry += 1
    callback = .silent
  }

  /// A callback returned; `isExpected`: what one returns that took everything and has nothing to say.
  mutating func callbackReturned(_ value: Int32, isExpected: Bool) {
    if !isExpected || callback == .noted {
      begin(.returned)
      trace.put(signed: Int64(value))
    }
    callback = .none
  }

  // MARK: Entries without an input

  mutating func deliver() { begin(.deliver) }
  mutating func poll() { begin(.poll) }

  mutating func pollAccept(frames: UInt32) {
    begin(.pollAccept)
    number(UInt64(frames))
  }

  mutating func pull(_ pull: PullLog.Pull, isMeanwhile: Bool) {
    // The call may have brought audio after the device looked: it must not take more of that than it did.
    var left = isMeanwhile ? pull.takenFrames : pull.frames
    repeat {
      // Long silences in pieces, for whose frames a replay has room.
      let frames = min(left, 1 << 20)
      begin(isMeanwhile ? .pullMeanwhile : .pull)
      number(UInt64(frames))
      number(UInt64(pull.deviceDelayFrames))
      left -= frames
    } while left > 0
  }

  mutating func end(_ ending: TraceEnding) {
    callback = .none
    begin(.end)
    number(ending.rawValue)
  }

  // MARK: Wiring

  mutating func setSink(_ sink: rtmulti_sink, isGiven: Bool) {
    begin(.setSink)
    // One bit for both of them: a sink is written to in one way.
    let isWritten = sink.codec == UInt32(RTMULTI_CODEC_PCM16) ? sink.write != nil : sink.write_codes != nil
    let callbacks = Self.bits(
      isWritten, sink.flush != nil, sink.clear != nil, sink.pause != nil, sink.resume != nil,
      sink.text_write != nil)
    let fields = [
      sink.flags, sink.driver, sink.sample_rate_hz, sink.channels, sink.output_latency_ms, sink.frame_ms,
      sink.lead_ms, sink.prebuffer_ms, sink.max_prebuffer_ms, sink.pad_last_frame, sink.fade_us, sink.codec,
      callbacks,
    ]
    // No field at all: there is no sink any more.
    number(UInt64(isGiven ? fields.count : 0))
    if isGiven { for field in fields { number(UInt64(field)) } }
  }

  mutating func setHandlers(_ handlers: rtmulti_handlers) {
    begin(.setHandlers)
    number(
      UInt64(
        Self.bits(
          handlers.on_event != nil, handlers.on_command != nil, handlers.on_diagnostic != nil,
          handlers.on_heard_audio != nil)))
  }

  /// The first of them is the lowest bit.
  private static func bits(_ isSet: Bool...) -> UInt32 {
    isSet.reversed().reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
  }
}

extension Tracer: InputFields {
  /// Traces an input as it is described.
  mutating func input(_ input: SessionInput) {
    var shown = input
    shown.show(to: &self)
  }

  mutating func bytes(_ bytes: inout Bytes, _ what: BorrowedBytes) {
    let readable =
      switch what {
      case .response, .item, .words: Int.max
      case .audio: readable(limits.audioBytes)
      case .text: readable(limits.textBytes)
      case .event: min(limits.eventBytes, readable(limits.eventBytes))
      }
    trace.put(bytes: bytes.raw, readable: readable)
  }

  mutating func place(_ place: inout Place) {
    if lastPlace.holds(place) {
      trace.put(byte: 0)
      return
    }
    trace.put(byte: 1)
    lastPlace.hold(place)
    bytes(&place.response, .response)
    bytes(&place.item, .item)
    number(place.contentIndex.map { Int64($0) })
  }

  mutating func segment(_ segment: SegmentID) { number(segment.number) }

  mutating func frames(_ frames: Int64) { number(frames.magnitude) }

  mutating func time(us: Int64) {
    trace.put(signed: us &- nowUs)
    nowUs = us
  }

  mutating func format(_ format: AudioFormat?) {
    number(UInt64(format?.codec.rawValue ?? 0))
    number(UInt64(format?.sampleRateHz ?? 0))
    number(UInt64(format?.channels ?? 0))
  }

  mutating func number(_ number: UInt64) { trace.put(number: number) }

  /// What is not given is -1: no number of an input is that otherwise.
  mutating func number(_ number: Int64?) { trace.put(signed: number ?? -1) }
}

/// The place that was named last, copied.
private struct TracePlace: ~Copyable {
  private var names = ByteBuffer(capacity: 128)
  private var responseCount = 0
  private var contentIndex: Int32?
  private var isSet = false

  func holds(_ place: Place) -> Bool {
    let (response, item) = (place.response, place.item)
    guard isSet, contentIndex == place.contentIndex, responseCount == response.count,
      names.count == response.count + item.count
    else { return false }
    let base = names.bytes.base
    return Bytes(base, count: response.count).holdsSame(as: response)
      && Bytes(base.map { $0 + response.count }, count: item.count).holdsSame(as: item)
  }

  mutating func hold(_ place: Place) {
    names.removeAll()
    names.append(place.response)
    names.append(place.item)
    responseCount = place.response.count
    contentIndex = place.contentIndex
    isSet = true
  }
}
