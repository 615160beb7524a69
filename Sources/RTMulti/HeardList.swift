// The list of what was heard, which seeds a new session after a reconnect (rule F8).

import RTMultiCore

/// Where the texts of a remembered message lie, one behind the other and each with a NUL behind it.
struct HeardMessage {
  let record: MessageRecord
  fileprivate var start: Int
  fileprivate let counts: (response: Int, item: Int, text: Int, generated: Int, reason: Int, phase: Int)
  /// Whether all that was generated was heard: then the two are one text.
  fileprivate let isAllHeard: Bool

  fileprivate var textBytes: Int { counts.text + (isAllHeard ? 0 : counts.generated) }
}

/// The newest full, partial and text_only messages in the order in which they settled, with copies of all their
/// texts in one piece of memory: an interrupt that settles a message allocates nothing for it.
struct HeardList: ~Copyable {
  private static var maximumCount: Int { 1_024 }
  private static var maximumTextBytes: Int { 4 << 20 }

  private var messages: [HeardMessage] = []
  /// Messages before this place are forgotten; the array is compacted now and then.
  private var first = 0
  private var textBytes = 0
  private var texts: UnsafeMutablePointer<UInt8>
  private var capacity = 1_024
  /// Where the next text goes.
  private var end = 0

  init() { texts = .allocate(capacity: capacity) }

  deinit { texts.deallocate() }

  var count: Int { messages.count - first }

  /// Adds a message as the event at hand tells it, and forgets the oldest ones past the limits of the header.
  mutating func append(_ event: Event, _ record: MessageRecord) {
    let counts = (
      response: event.responseID.count, item: event.itemID.count, text: event.text.count,
      generated: event.generatedText.count, reason: event.reason.count, phase: event.phase.count
    )
    var message = HeardMessage(
      record: record, start: 0, counts: counts, isAllHeard: event.text.holdsSame(as: event.generatedText))
    makeRoom(for: message.textBytes + counts.response + counts.item + counts.reason + counts.phase + 6)
    message.start = end
    messages.append(message)
    copy(event.responseID)
    copy(event.itemID)
    copy(event.text)
    if !message.isAllHeard { copy(event.generatedText) }
    copy(event.reason)
    copy(event.phase)
    textBytes += message.textBytes
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
  func event(at index: Int) -> Event {
    let message = messages[first + index]
    var event = Event(message.record)
    var place = message.start
    func next(_ count: Int) -> Bytes {
      defer { place += count + 1 }
      return Bytes(UnsafePointer(texts + place), count: count)
    }
    event.responseID = next(message.counts.response)
    event.itemID = next(message.counts.item)
    event.text = next(message.counts.text)
    event.generatedText = message.isAllHeard ? event.text : next(message.counts.generated)
    event.reason = next(message.counts.reason)
    event.phase = next(message.counts.phase)
    return event
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
