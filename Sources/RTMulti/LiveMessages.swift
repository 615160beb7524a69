// Sessions without turns (GPT-Live, translation): their audio names no response and no item. A message begins with audio
// and ends when none has come for a while; no command is ever about one, for that API has none.

import RTMultiCore

/// The messages that are made of such audio, one after the other.
struct LiveMessages: ~Copyable {
  /// Names end in numbers that are never used again.
  private static var prefix: Bytes { Bytes("rtmulti_live_") }
  /// Text that waits for the audio that it belongs to.
  private static var longestEarlyText: Int { 65_536 }

  private var count: Int64 = 0
  private var text = ByteBuffer(capacity: 32)
  /// Text that came before the audio of its message.
  private var early = ByteBuffer(capacity: 1)
  private var lastAudioUs: Int64 = 0
  /// Where the message began on the session's own timeline, if the server says it.
  private var beganMs: Int64?
  /// Whether a message is open, to which audio goes.
  private(set) var isOpen = false

  /// The name of the response and of its one message.
  var name: Bytes { text.bytes }

  /// Where audio and text of the open message go.
  var place: Place { Place(response: text.bytes, item: text.bytes, contentIndex: 0) }

  /// Begins the next message.
  mutating func open(beganMs: Int64?) {
    count += 1
    text.removeAll()
    text.append(Self.prefix)
    text.append(decimal: count)
    isOpen = true
    self.beganMs = beganMs
  }

  /// Nothing more comes for the open message.
  mutating func close() { isOpen = false }

  /// Audio of the open message came.
  mutating func heardAudio(nowUs: Int64) { lastAudioUs = nowUs }

  /// When the open message ends if no audio comes; nil without one.
  func deadlineUs(patienceUs: Int64) -> Int64? { isOpen ? lastAudioUs + patienceUs : nil }

  /// A time of the session in the time of the open message; nil where it is not known when that began.
  func inMessage(_ ms: Int64?) -> Int64? {
    guard let ms, let beganMs else { return nil }
    return max(0, ms - beganMs)
  }

  /// Keeps text until there is audio.
  mutating func keep(_ piece: Bytes) {
    if early.bytes.count + piece.count <= Self.longestEarlyText { early.append(piece) }
  }

  /// Hands over what was kept, which lives until the next piece is.
  mutating func takeEarlyText() -> Bytes {
    let kept = early.bytes
    early.removeAll()
    return kept
  }
}
