// Structs that grow at their ends: what an older caller does not have is left at its default, what a newer
// caller has on top is left alone. And the C faces of events, commands and diagnostics.

import CRTMulti
import RTMulti

/// A struct of the header that begins with its size.
protocol SizedStruct {
  init()
  var struct_size: UInt32 { get set }
}

extension rtmulti_format: SizedStruct {}
extension rtmulti_config: SizedStruct {}
extension rtmulti_sink: SizedStruct {}
extension rtmulti_handlers: SizedStruct {}
extension rtmulti_event: SizedStruct {}
extension rtmulti_command: SizedStruct {}
extension rtmulti_diagnostic: SizedStruct {}
extension rtmulti_heard_audio: SizedStruct {}
extension rtmulti_effect: SizedStruct {}
extension rtmulti_position: SizedStruct {}
extension rtmulti_segment: SizedStruct {}
extension rtmulti_stats: SizedStruct {}

extension SizedStruct {
  /// The size that this version of the library knows.
  static var knownSize: Int { MemoryLayout<Self>.size }

  /// Reads a caller's struct over `defaults`. Returns nil when its size cannot be true.
  @inline(__always)
  static func read(_ pointer: UnsafePointer<Self>?, over defaults: Self) -> Self? {
    guard let pointer else { return nil }
    let size = Int(UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self))
    guard size >= 8, size <= 4_096 else { return nil }
    var value = defaults
    withUnsafeMutableBytes(of: &value) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: min(size, knownSize)))
    }
    value.struct_size = UInt32(knownSize)
    return value
  }

  /// Writes as much as the caller's struct has room for; its own size stays. Returns false when that cannot
  /// be true.
  @inline(__always)
  func write(to pointer: UnsafeMutablePointer<Self>?) -> Bool {
    guard let pointer else { return false }
    let size = Int(UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self))
    guard size >= 8, size <= 4_096 else { return false }
    var value = self
    value.struct_size = UInt32(size)
    withUnsafeBytes(of: &value) {
      UnsafeMutableRawPointer(pointer).copyMemory(
        from: $0.baseAddress!, byteCount: min(size, Self.knownSize))
    }
    return true
  }

  /// For the *_init functions: fills a struct of the caller's size with defaults, and with zeros what this
  /// version does not know.
  func initialize(_ pointer: UnsafeMutablePointer<Self>?, size: Int) {
    guard let pointer, size >= 4, size <= 4_096 else { return }
    var value = self
    value.struct_size = UInt32(size)
    let raw = UnsafeMutableRawPointer(pointer)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    withUnsafeBytes(of: &value) { raw.copyMemory(from: $0.baseAddress!, byteCount: min(size, Self.knownSize)) }
  }
}

extension Bytes {
  /// An id or another name, at most 1 KiB.
  init(id: UnsafePointer<CChar>?, _ size: Int) throws(Answer) { try self.init(id, size, longest: 1_024) }

  /// The same, where one must be given.
  init(givenID: UnsafePointer<CChar>?, _ size: Int) throws(Answer) {
    guard givenID != nil else { throw .invalid }
    try self.init(id: givenID, size)
  }

  /// Words that are passed on as they are, at most 16 MiB.
  init(words: UnsafePointer<CChar>?, _ size: Int) throws(Answer) {
    try self.init(words, size, longest: 16 << 20)
  }

  /// Text with a limit of its own, which the session knows and checks before it reads a byte. It must be given.
  init(text: UnsafePointer<CChar>?, _ size: Int) throws(Answer) {
    guard text != nil else { throw .invalid }
    try self.init(text, size, longest: .max)
  }

  /// Audio; its limit is the session's too.
  init(audio: UnsafeRawPointer?, _ size: Int) throws(Answer) {
    guard audio != nil || size == 0, size >= 0, size <= 1 << 40 else { throw .invalid }
    self.init(audio?.assumingMemoryBound(to: UInt8.self), count: size)
  }

  /// A string that comes in: `size` may say "up to the NUL". A size past `longest` is taken for a mistake
  /// before a byte is read, and is invalid.
  private init(_ string: UnsafePointer<CChar>?, _ size: Int, longest: Int) throws(Answer) {
    guard let string else {
      self = .none
      return
    }
    let base = UnsafeRawPointer(string).assumingMemoryBound(to: UInt8.self)
    // SIZE_MAX is -1 as Int.
    let count = size == -1 ? Bytes.length(of: base) : size
    guard count >= 0, count <= longest else { throw .invalid }
    self.init(base, count: count)
  }

  private static func length(of string: UnsafePointer<UInt8>) -> Int {
    var count = 0
    while string[count] != 0 { count += 1 }
    return count
  }

  /// The bytes as a C string; "" when there are none. Only for bytes with a NUL behind them.
  var cString: UnsafePointer<CChar> {
    UnsafeRawPointer(base ?? emptyString.utf8Start).assumingMemoryBound(to: CChar.self)
  }
}

private let emptyString: StaticString = ""

extension rtmulti_event {
  init(_ event: Event) {
    self.init()
    struct_size = UInt32(Self.knownSize)
    kind = event.kind.rawValue
    response_id = event.responseID.cString
    response_id_size = event.responseID.count
    item_id = event.itemID.cString
    item_id_size = event.itemID.count
    content_index = event.contentIndex
    output_index = event.outputIndex
    segment = event.segment
    text = event.text.cString
    text_size = event.text.count
    outcome = event.outcome.rawValue
    interrupted = rtmulti_bool(event.wasInterrupted)
    estimated = rtmulti_bool(event.isEstimated)
    text_estimated = rtmulti_bool(event.isTextEstimated)
    heard_ms = event.heardMs
    received_ms = event.receivedMs
    let statusName = event.kind == .message ? wireName(of: event.status) : .none
    status = statusName.cString
    status_size = statusName.count
    reason = event.reason.cString
    reason_size = event.reason.count
    started_us = event.startedUs
    stopped_us = event.stoppedUs
    call_id = event.callID.cString
    call_id_size = event.callID.count
    name = event.name.cString
    name_size = event.name.count
    arguments = event.arguments.cString
    arguments_size = event.arguments.count
    phase = event.phase.cString
    phase_size = event.phase.count
    generated_text = event.generatedText.cString
    generated_text_size = event.generatedText.count
  }
}

extension rtmulti_command {
  init(_ command: Command, kept items: UnsafePointer<rtmulti_kept_item>?) {
    self.init()
    struct_size = UInt32(Self.knownSize)
    kind = command.kind.rawValue
    event_id = command.eventID.cString
    event_id_size = command.eventID.count
    response_id = command.responseID.cString
    response_id_size = command.responseID.count
    item_id = command.itemID.cString
    item_id_size = command.itemID.count
    content_index = command.contentIndex
    estimated = rtmulti_bool(command.isEstimated)
    audio_end_ms = command.audioEndMs
    heard_text = command.heardText.cString
    heard_text_size = command.heardText.count
    has_audio = rtmulti_bool(command.hasAudio)
    has_text = rtmulti_bool(command.hasText)
    kept_count = command.keptCount
    dropped_count = command.droppedCount
    if let items {
      kept = items
      dropped = items + command.keptCount
    }
    json = command.json.cString
    json_size = command.json.count
  }
}

extension rtmulti_kept_item {
  init(_ item: KeptItem) {
    self.init()
    item_id = item.itemID.cString
    item_id_size = item.itemID.count
    if let text = item.heardText {
      heard_text = text.cString
      heard_text_size = text.count
    }
  }
}

extension rtmulti_diagnostic {
  init(_ report: Report) {
    self.init()
    struct_size = UInt32(Self.knownSize)
    kind = report.kind.rawValue
    message = report.message.cString
    message_size = report.message.count
    response_id = report.responseID.cString
    response_id_size = report.responseID.count
    item_id = report.itemID.cString
    item_id_size = report.itemID.count
    segment = report.segment
    result = rtmulti_result(report.answer.errorCode)
  }
}

extension rtmulti_heard_audio {
  init(_ heard: HeardAudio) {
    self.init()
    struct_size = UInt32(Self.knownSize)
    frames = UInt32(heard.frames)
    pcm = heard.pcm
    segment = heard.segment
    item_id = heard.itemID.cString
    item_id_size = heard.itemID.count
    sample_rate_hz = UInt32(heard.format.sampleRateHz)
    channels = UInt32(heard.format.channels)
  }
}
