// What a session hands to its host, ready to be shown: the effects of the engine in words and samples. All
// pointers live until the next call on the session.

import RTMultiCore

/// The next thing for the host to do or to hear of. What is large lies in the session.
public enum Delivery {
  /// `frames` frames of interleaved PCM, or nil where the host plays by itself; answer with ``Session/accept(frames:)``.
  case write(SegmentID, pcm: UnsafePointer<Int16>?, frames: Int)
  /// The same for a G.711 sink: `frames` codes.
  case writeCodes(SegmentID, codes: UnsafePointer<UInt8>, frames: Int)
  case flush(SegmentID)
  case clear(SegmentID)
  case pause
  case resume
  case showText(itemID: Bytes, text: Bytes)
  /// ``Session/event``; for one of the kind message ``Session/message`` has its record.
  case event
  /// ``Session/command``.
  case command
  /// ``Session/report``.
  case diagnostic
  /// ``Session/heardAudio``.
  case heardAudio
}

extension Delivery {
  /// What of the host is called with it.
  var callback: HostCallback {
    switch self {
    case .write, .writeCodes: .write
    case .flush: .flush
    case .clear: .clear
    case .pause: .pause
    case .resume: .resume
    case .showText: .textWrite
    case .event: .onEvent
    case .command: .onCommand
    case .diagnostic: .onDiagnostic
    case .heardAudio: .onHeardAudio
    }
  }
}

/// Something that happened to a response or a message; fields that its kind does not use are empty.
public struct Event {
  /// The kinds of the header's `rtmulti_event_kind`.
  public enum Kind: UInt32, Sendable {
    case speakingStarted = 1
    case speakingStopped = 2
    case settled = 3
    case playbackStarted = 4
    case heardText = 5
    case message = 6
    case functionCall = 7
  }

  public var kind: Kind
  public var responseID = Bytes.none
  public var itemID = Bytes.none
  public var contentIndex: Int32 = 0
  public var outputIndex: Int32 = 0
  public var segment: UInt64 = 0
  public var text = Bytes.none
  public var isEstimated = false
  public var wasInterrupted = false
  public var atUs: Int64 = 0
  public var callID = Bytes.none
  public var name = Bytes.none
  public var arguments = Bytes.none

  init(_ kind: Kind) { self.kind = kind }

  /// Becomes an event of this kind with nothing in it. It is emptied where it lies: a new one would have to be moved there.
  @inline(__always)
  mutating func begin(_ newKind: Kind) {
    kind = newKind
    responseID = .none
    itemID = .none
    contentIndex = 0
    outputIndex = 0
    segment = 0
    text = .none
    isEstimated = false
    wasInterrupted = false
    atUs = 0
    callID = .none
    name = .none
    arguments = .none
  }
}

/// The record of a message with its texts.
public struct Message {
  public internal(set) var record: MessageRecord
  public var responseID = Bytes.none
  public var itemID = Bytes.none
  public var reason = Bytes.none
  public var phase = Bytes.none
  public var heardText = Bytes.none
  public var generatedText = Bytes.none

  init(_ record: MessageRecord) { self.record = record }

  /// Stands where no message has been told yet.
  static var none: Message { Message(MessageRecord.none) }
}

/// An item in a context replacement.
public struct KeptItem {
  public var itemID: Bytes
  /// What was heard of a partial message; nil for an item kept whole.
  public var heardText: Bytes?
}

/// Something that the server must be told.
public struct Command {
  /// The kinds of the header's `rtmulti_command_kind`.
  public enum Kind: UInt32, Sendable {
    case cancel = 1
    case truncate = 2
    case delete = 3
    case sync = 4
    case create = 5
    case clearOutput = 6
  }

  public var kind: Kind
  public var eventID: Bytes
  public var responseID = Bytes.none
  public var itemID = Bytes.none
  public var contentIndex: Int32 = 0
  public var isEstimated = false
  public var audioEndMs: Int64 = 0
  /// For a CREATE.
  public var heardText = Bytes.none
  public var hasAudio = false
  public var hasText = false
  /// For a SYNC: how many of the session's ``Session/keptItems`` are kept; the rest are dropped.
  public var keptCount = 0
  public var droppedCount = 0
  public var json = Bytes.none

  /// Becomes a command of this kind with nothing in it but its id. It is emptied where it lies: a new one would have to be moved
  /// there.
  @inline(__always)
  mutating func begin(_ newKind: Kind, eventID newID: Bytes) {
    kind = newKind
    eventID = newID
    responseID = .none
    itemID = .none
    contentIndex = 0
    isEstimated = false
    audioEndMs = 0
    heardText = .none
    hasAudio = false
    hasText = false
    keptCount = 0
    droppedCount = 0
    json = .none
  }
}

/// A diagnostic with its sentence.
public struct Report {
  public var kind: Diagnostic
  public var message: Bytes
  public var responseID: Bytes
  public var itemID: Bytes
  public var segment: UInt64
  /// What was answered to an input from inside a callback, when it was refused.
  public var answer: Answer
}

/// PCM that has been heard.
public struct HeardAudio {
  public var pcm: UnsafePointer<Int16>
  public var frames: Int
  public var segment: UInt64
  public var itemID: Bytes
  public var format: SinkFormat
}
