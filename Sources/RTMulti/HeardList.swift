// The list of what was heard, which seeds a new session after a reconnect (rule F8).

import RTMultiCore

/// A message as it was heard, with its own copies of every text.
public struct HeardMessage {
  let responseName: OwnedBytes
  let itemName: OwnedBytes
  let heardText: OwnedBytes
  let reasonText: OwnedBytes
  let phaseText: OwnedBytes
  let record: MessageRecord

  fileprivate func free() {
    responseName.free()
    itemName.free()
    heardText.free()
    reasonText.free()
    phaseText.free()
  }
}

/// The newest full, partial and text_only messages in the order in which they settled.
struct HeardList: ~Copyable {
  private static var maximumCount: Int { 1_024 }
  private static var maximumTextBytes: Int { 4 << 20 }

  private var messages: [HeardMessage] = []
  /// Messages before this place are forgotten; the array is compacted now and then.
  private var first = 0
  private var textBytes = 0

  deinit {
    for index in first..<messages.count { messages[index].free() }
  }

  var count: Int { messages.count - first }

  subscript(index: Int) -> HeardMessage { messages[first + index] }

  /// Adds a message and forgets the oldest ones past the limits of the header.
  mutating func append(_ message: HeardMessage) {
    messages.append(message)
    textBytes += message.heardText.count
    while count > Self.maximumCount || (textBytes > Self.maximumTextBytes && count > 1) {
      textBytes -= messages[first].heardText.count
      messages[first].free()
      first += 1
    }
    if first >= Self.maximumCount {
      messages.removeSubrange(0..<first)
      first = 0
    }
  }
}
