// The C faces of what comes out: events, the records of messages, commands, diagnostics and heard audio, field by field.
// Nothing is copied but pointers, which live as long as what they point at; and nothing is decided here.

import CRTMulti
import RTMulti

extension rtmulti_event {
  /// An event; `message` is the record that one of the kind MESSAGE tells.
  @inline(__always)
  init(_ event: Event, message: UnsafePointer<rtmulti_message>?) {
    self.init()
    struct_size = UInt32(Self.knownSize)
    kind = event.kind.rawValue
    response_id = event.responseID.cString
    response_id_size = event.responseID.count
    item_id = event.itemID.cString
    item_id_size = event.itemID.count
    output_index = event.outputIndex
    content_index = event.contentIndex
    segment = event.segment
    at_us = event.atUs
    text = event.text.cString
    text_size = event.text.count
    estimated = rtmulti_bool(event.isEstimated)
    interrupted = rtmulti_bool(event.wasInterrupted)
    call_id = event.callID.cString
    call_id_size = event.callID.count
    name = event.name.cString
    name_size = event.name.count
    arguments = event.arguments.cString
    arguments_size = event.arguments.count
    if event.kind == .message { self.message = message }
  }
}

extension rtmulti_message {
  /// The record of a message.
  @inline(__always)
  init(_ message: Message) {
    self.init()
    struct_size = UInt32(Self.knownSize)
    let record = message.record
    outcome = record.outcome.rawValue
    response_id = message.responseID.cString
    response_id_size = message.responseID.count
    item_id = message.itemID.cString
    item_id_size = message.itemID.count
    output_index = record.outputIndex
    status = record.status.rawValue
    reason = message.reason.cString
    reason_size = message.reason.count
    phase = message.phase.cString
    phase_size = message.phase.count
    interrupted = rtmulti_bool(record.wasInterrupted)
    estimated = rtmulti_bool(record.isEstimated)
    text_estimated = rtmulti_bool(record.isTextEstimated)
    of_lost_session = rtmulti_bool(record.isOfLostSession)
    heard_ms = record.heardMs
    received_ms = record.receivedMs
    started_us = record.startedUs
    stopped_us = record.stoppedUs
    heard_text = message.heardText.cString
    heard_text_size = message.heardText.count
    generated_text = message.generatedText.cString
    generated_text_size = message.generatedText.count
  }
}

extension rtmulti_command {
  /// A command; `items` are the addresses of a SYNC's items.
  @inline(__always)
  init(_ command: Command, items: UnsafePointer<UnsafePointer<rtmulti_kept_item>?>?) {
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
    has_audio = rtmulti_bool(command.hasAudio)
    has_text = rtmulti_bool(command.hasText)
    heard_text = command.heardText.cString
    heard_text_size = command.heardText.count
    if let items {
      kept = items
      kept_count = command.keptCount
      dropped = items + command.keptCount
      dropped_count = command.droppedCount
    }
    json = command.json.cString
    json_size = command.json.count
  }
}

extension rtmulti_kept_item {
  /// An item in a SYNC.
  init(_ item: KeptItem) {
    self.init()
    struct_size = UInt32(Self.knownSize)
    item_id = item.itemID.cString
    item_id_size = item.itemID.count
    if let text = item.heardText {
      heard_text = text.cString
      heard_text_size = text.count
    }
  }
}

/// The items of the newest SYNC, and their addresses: the header hands out addresses, so that an item can grow.
struct ContextFaces {
  private var items: [rtmulti_kept_item] = []
  private var pointers: [UnsafePointer<rtmulti_kept_item>?] = []

  /// The address of the first item, and behind it those of the others. Neither array is touched before the next SYNC, so
  /// that their storage stays where it is.
  var addresses: UnsafePointer<UnsafePointer<rtmulti_kept_item>?>? {
    pointers.withUnsafeBufferPointer { $0.baseAddress }
  }

  /// Takes the items of a SYNC, kept ones first.
  mutating func fill(_ newItems: [KeptItem]) {
    items.removeAll(keepingCapacity: true)
    for item in newItems { items.append(rtmulti_kept_item(item)) }
    let first = items.withUnsafeBufferPointer { $0.baseAddress }
    pointers.removeAll(keepingCapacity: true)
    for index in items.indices { pointers.append(first.map { $0 + index }) }
  }
}

extension rtmulti_diagnostic {
  /// A diagnostic with its sentence.
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
  /// Audio that was heard.
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
