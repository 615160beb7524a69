// Which entries a trace has and what each consists of: every input as the session gets it, and what callbacks
// answered. When one is recorded is RecordedSession's, how it becomes bytes TraceWriter's.

import CRTMulti
import Glibc
import RTMulti

/// The first byte of an entry. Numbers are never used twice for different things.
enum TraceEntry: UInt8 {
  case setFormat = 1
  case setSink = 2
  case setHandlers = 3
  case expect = 4
  case responseCreated = 5
  case responseDone = 6
  case itemAdded = 7
  case phase = 8
  case partAdded = 9
  case audio = 10
  case packet = 11
  case text = 12
  case partDone = 13
  case itemDone = 14
  case functionCall = 15
  case commandRejected = 16
  case reconnect = 17
  case receiveJSON = 18
  case interrupt = 19
  case pause = 20
  case resume = 21
  case textDelivered = 22
  case close = 23
  case advance = 24
  case started = 25
  case progress = 26
  case finished = 27
  case mark = 28
  case queued = 29
  case sinkReady = 30
  case poll = 31
  case pollAccept = 32
  /// An input that changed nothing, but delivered what was still waiting.
  case deliver = 33
  /// A device took frames on the session's thread, or before the next entry.
  case pull = 34
  /// A device took frames while the call of the entry before was running.
  case pullMeanwhile = 35
  /// So many callbacks after the last one that has an entry, one did more than to return what is expected: what it
  /// said to the session follows, and then what it returned.
  case callback = 36
  case returned = 37
  case end = 38
}

/// Why a trace ends.
enum TraceEnding: UInt64 {
  /// The host wanted it, or the session was destroyed.
  case wanted = 0
  /// A device took frames so often between two calls of the session that not all could be noted.
  case pullsLost = 1
}

/// Writes entries. It belongs to the session's thread.
struct Recorder: ~Copyable {
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
  /// Whether what is recorded comes from inside a callback.
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
  private var place = TracePlace()

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
    let fields: [UInt64] = [
      UInt64(config.delivery), UInt64(config.server), UInt64(config.estimate), UInt64(config.write_ahead_ms),
      UInt64(config.clear_timeout_ms), UInt64(config.turn_patience_ms), UInt64(config.handover_ms),
      UInt64(config.heard_audio), UInt64(config.max_response_ms), UInt64(config.max_open_items),
      UInt64(config.max_text_bytes), config.max_queued_bytes, UInt64(config.wire),
      UInt64(config.interrupt_on_speech), UInt64(config.max_event_bytes), UInt64(config.step_back_ms),
    ]
    trace.put(number: UInt64(fields.count))
    for field in fields { trace.put(number: field) }
  }

  /// Hands what is there to the host. Returns what it answered.
  mutating func handOver() -> Int32 { trace.handOver(to: write, userData) }

  private mutating func begin(_ entry: TraceEntry) {
    if callback == .silent {
      callback = .noted
      trace.put(byte: TraceEntry.callback.rawValue)
      trace.put(number: callbacksSinceEntry)
      callbacksSinceEntry = 0
    }
    trace.put(byte: entry.rawValue)
  }

  private mutating func put(_ bytes: Bytes, readable: Int = .max) {
    trace.put(bytes: bytes.raw, readable: readable)
  }

  /// From inside a callback most inputs are copied first and judged when they run.
  private func readable(_ bytes: Int) -> Int { isNested ? Limits.deferredBytes : bytes }

  private mutating func put(_ number: some FixedWidthInteger & UnsignedInteger) {
    trace.put(number: UInt64(number))
  }

  private mutating func put(_ newPlace: Place) {
    if place.holds(newPlace) {
      trace.put(byte: 0)
      return
    }
    trace.put(byte: 1)
    place.hold(newPlace)
    put(newPlace.response)
    put(newPlace.item)
    trace.put(signed: Int64(newPlace.contentIndex ?? -1))
  }

  private mutating func put(_ format: AudioFormat) {
    put(format.codec.rawValue)
    put(UInt(format.sampleRateHz))
    put(UInt(format.channels))
  }

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
    put(frames)
  }

  mutating func pull(_ pull: PullLog.Pull, isMeanwhile: Bool) {
    // The call may have brought audio after the device looked: it must not take more of that than it did.
    var left = isMeanwhile ? pull.takenFrames : pull.frames
    repeat {
      // Long silences in pieces, for whose frames a replay has room.
      let frames = min(left, 1 << 20)
      begin(isMeanwhile ? .pullMeanwhile : .pull)
      put(UInt(frames))
      put(UInt(pull.deviceDelayFrames))
      left -= frames
    } while left > 0
  }

  mutating func end(_ ending: TraceEnding) {
    callback = .none
    begin(.end)
    put(ending.rawValue)
  }

  // MARK: Wiring

  mutating func setFormat(_ format: AudioFormat) {
    begin(.setFormat)
    put(format)
  }

  mutating func setSink(_ sink: rtmulti_sink, isGiven: Bool) {
    begin(.setSink)
    let callbacks = Self.bits(
      sink.write != nil, sink.flush != nil, sink.clear != nil, sink.pause != nil, sink.resume != nil,
      sink.text_write != nil)
    let fields = [
      sink.flags, sink.sample_rate_hz, sink.channels, sink.output_latency_ms, sink.driver, sink.frame_ms,
      sink.lead_ms, sink.prebuffer_ms, sink.max_prebuffer_ms, sink.pad_last_frame, sink.fade_us, callbacks,
    ]
    // No field at all: there is no sink any more.
    put(isGiven ? UInt(fields.count) : 0)
    if isGiven { for field in fields { put(field) } }
  }

  mutating func setHandlers(_ handlers: rtmulti_handlers) {
    begin(.setHandlers)
    put(
      Self.bits(
        handlers.on_event != nil, handlers.on_command != nil, handlers.on_diagnostic != nil,
        handlers.on_heard != nil))
  }

  /// The first of them is the lowest bit.
  private static func bits(_ isSet: Bool...) -> UInt32 {
    isSet.reversed().reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
  }

  // MARK: Inputs

  mutating func audio(_ place: Place, _ bytes: Bytes) {
    begin(.audio)
    put(place)
    put(bytes, readable: readable(limits.audioBytes))
  }

  mutating func packet(_ place: Place, _ bytes: Bytes, _ stamp: PacketStamp) {
    begin(.packet)
    put(place)
    put(bytes, readable: readable(limits.audioBytes))
    put(stamp.sequence)
    put(stamp.timestamp)
  }

  mutating func receive(_ event: Bytes) {
    begin(.receiveJSON)
    put(event, readable: min(limits.eventBytes, readable(limits.eventBytes)))
  }

  mutating func functionCall(response: Bytes, item: Bytes, callID: Bytes, name: Bytes, arguments: Bytes) {
    begin(.functionCall)
    put(response)
    put(item)
    put(callID)
    put(name)
    put(arguments)
  }

  mutating func commandRejected(eventID: Bytes, code: Bytes, message: Bytes) {
    begin(.commandRejected)
    put(eventID)
    put(code)
    put(message)
  }

  mutating func input(_ input: Input) {
    switch input {
    case .expect(let token):
      begin(.expect)
      put(token)
    case .responseCreated(let id, let traits, let token):
      begin(.responseCreated)
      put(id)
      put(traits.rawValue)
      put(token)
    case .responseDone(let id, let status, let reason):
      begin(.responseDone)
      put(id)
      put(status.rawValue)
      put(reason)
    case .itemAdded(let response, let item, let index, let kind):
      begin(.itemAdded)
      put(response)
      put(item)
      trace.put(signed: Int64(index ?? -1))
      put(kind.rawValue)
    case .phase(let item, let phase):
      begin(.phase)
      put(item)
      put(phase)
    case .partAdded(let place, let kind, let format):
      begin(.partAdded)
      put(place)
      put(kind.rawValue)
      put(format)
    case .text(let place, let text, let startMs, let endMs):
      begin(.text)
      put(place)
      put(text, readable: readable(limits.textBytes))
      trace.put(signed: startMs ?? -1)
      trace.put(signed: endMs ?? -1)
    case .partDone(let place):
      begin(.partDone)
      put(place)
    case .itemDone(let item):
      begin(.itemDone)
      put(item)
    case .reconnect: begin(.reconnect)
    case .interrupt(let response, let interrupter):
      begin(.interrupt)
      put(response)
      put(interrupter.rawValue)
    case .pause: begin(.pause)
    case .resume: begin(.resume)
    case .textDelivered(let item):
      begin(.textDelivered)
      put(item)
    case .close: begin(.close)
    case .started(let segment):
      begin(.started)
      put(segment.number)
    case .progress(let segment, let frames):
      begin(.progress)
      put(segment.number)
      put(frames.magnitude)
    case .finished(let segment, let frames, let wasInterrupted):
      begin(.finished)
      put(segment.number)
      put(frames.magnitude)
      trace.put(byte: wasInterrupted ? 1 : 0)
    case .mark(let segment, let frames):
      begin(.mark)
      put(segment.number)
      put(frames.magnitude)
    case .queued(let frames):
      begin(.queued)
      put(frames.magnitude)
    case .sinkReady: begin(.sinkReady)
    case .advance(let us):
      begin(.advance)
      trace.put(signed: us &- nowUs)
      nowUs = us
    // These come by doors of their own, or from inside the session.
    case .functionCall, .rejected, .itemGone, .partTruncated, .sinkChanged: break
    }
  }
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
