// The history of what was heard, which seeds a new session after a reconnect (rule F8).

import RTMultiCore

/// Where the texts of a remembered message lie, one behind the other and each with a NUL behind it.
private struct Remembered {
  let record: MessageRecord
  var start: Int
  let counts: (response: Int, item: Int, heard: Int, generated: Int, reason: Int, phase: Int)
  /// Whether all that was generated was heard: then the two are one text.
  let isAllHeard: Bool

  var textBytes: Int { counts.heard + (isAllHeard ? 0 : counts.generated) }
}

/// The newest full, partial and text_only messages in the order in which they settled, with copies of all their
/// texts in one piece of memory: an interrupt that settles a message allocates nothing for it.
struct History: ~Copyable {
  private static var maximumCount: Int { 1_024 }
  private static var maximumTextBytes: Int { 4 << 20 }

  private var messages: [Remembered] = []
  /// Messages before this place are forgotten; the array is compacted now and then.
  private var first = 0
  private var textBytes = 0
  private var texts: UnsafeMutablePointer<UInt8>
  private var capacity = 32
  /// Where the next text goes.
  private var end = 0

  init() { texts = .allocate(capacity: capacity) }

  deinit { texts.deallocate() }

  var count: Int { messages.count - first }

  /// Adds a message, and forgets the oldest ones past the limits of the header.
  mutating func append(_ message: Message) {
    let counts = (
      response: message.responseID.count, item: message.itemID.count, heard: message.heardText.count,
      generated: message.generatedText.count, reason: message.reason.count, phase: message.phase.count
    )
    var remembered = Remembered(
      record: message.record, start: 0, counts: counts,
      isAllHeard: message.heardText.holdsSame(as: message.generatedText))
    makeRoom(for: remembered.textBytes + counts.response + counts.item + counts.reason + counts.phase + 6)
    remembered.start = end
    messages.append(remembered)
    copy(message.responseID)
    copy(message.itemID)
    copy(message.heardText)
    if !remembered.isAllHeard { copy(message.generatedText) }
    copy(message.reason)
    copy(message.phase)
    textBytes += remembered.textBytes
    while count > Self.maximumCount || (textBytes > Self.maximumTextBytes && count > 1) {
      textBytes -= messages[first].textBytes
      first += 1
    }
    if first >= Self.maximumCount {
      messages.removeSubrange(0..<first)
      first = 0
    }
  }

  /// The record of a message, with its texts borrowed until the next change.
  func message(at index: Int) -> Message {
    let remembered = messages[first + index]
    var message = Message(remembered.record)
    var place = remembered.start
    func next(_ count: Int) -> Bytes {
      defer { place += count + 1 }
      return Bytes(UnsafePointer(texts + place), count: count)
    }
    message.responseID = next(remembered.counts.response)
    message.itemID = next(remembered.counts.item)
    message.heardText = next(remembered.counts.heard)
    message.generatedText = remembered.isAllHeard ? message.heardText : next(remembered.counts.generated)
    message.reason = next(remembered.counts.reason)
    message.phase = next(remembered.counts.phase)
    return message
  }

  private mutating func copy(_ bytes: Bytes) {
    if let base = bytes.base { (texts + end).update(from: base, count: bytes.count) }
    texts[end + bytes.count] = 0
    end += bytes.count + 1
  }

  /// Room for `size` more bytes at the end: what is forgotten goes first, then the memory grows.
  private mutating func makeRoom(for size: Int) {
    guard end + size > capacity else { return }
    let start = first < messages.count ? messages[first].start : end
    let kept = end - start
    while kept + size > capacity / 2 { capacity *= 2 }
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    moved.update(from: texts + start, count: kept)
    texts.deallocate()
    texts = moved
    end = kept
    messages.removeSubrange(0..<first)
    first = 0
    for index in messages.indices { messages[index].start -= start }
  }
}
