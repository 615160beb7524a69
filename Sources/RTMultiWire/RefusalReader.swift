// What a server means when it refuses a command (rules F5 and F6), read from its code and message.

import RTMultiCore

/// Reads refusals. Codes come first; messages are for servers that send none.
public enum RefusalReader {
  /// Whether it is a request for a response that is refused, in the words of a server that does not name it (rule D12).
  public static func isOfResponse(code: Bytes, message: Bytes) -> Bool {
    contains(code, "conversation_already_has_active_response")
      || contains(message, "already has an active response")
  }

  /// Which kind of command a refusal is about, by its own words; nil where it does not say.
  public static func family(code: Bytes, message: Bytes) -> Engine.CommandFamily? {
    for text in [code, message] {
      if contains(text, "truncat") || contains(text, "already shorter") { return .truncate }
      if contains(text, "cancel") || contains(text, "no active response") { return .cancel }
      if contains(text, "delet") { return .delete }
    }
    return nil
  }

  /// Those of some numbers of milliseconds that a message names, found in one look.
  public static func named(_ ms: Set<Int64>, in message: Bytes) -> Set<Int64> {
    var named: Set<Int64> = []
    guard !ms.isEmpty else { return named }
    var index = 0
    while let found = nextMs(in: message, from: &index) {
      if ms.contains(found) { named.insert(found) }
    }
    return named
  }

  /// What the refusal of a command of this family means.
  public static func read(_ family: Engine.CommandFamily, code: Bytes, message: Bytes) -> Refusal {
    switch family {
    case .cancel:
      // OpenAI: code response_cancel_not_active, "Cancellation failed: no active response found".
      if contains(code, "not_active") || contains(message, "no active response") { return .benign }
    case .truncate:
      if let ms = shorterLength(message) { return .alreadyShorter(ms: ms) }
      if isItemGone(code: code, message: message) { return .benign }
    case .delete:
      if isItemGone(code: code, message: message) { return .benign }
    case .other:
      break
    }
    return .refused
  }

  /// OpenAI: codes item_truncate_invalid_item_id and item_delete_invalid_item_id, "… the item with id 'x'
  /// does not exist".
  private static func isItemGone(code: Bytes, message: Bytes) -> Bool {
    contains(code, "invalid_item_id") || contains(code, "item_not_found")
      || contains(message, "does not exist") || contains(message, "not found")
  }

  /// "Audio content of 400ms is already shorter than 600ms": 400.
  private static func shorterLength(_ message: Bytes) -> Int64? {
    guard contains(message, "already shorter") else { return nil }
    var index = 0
    return nextMs(in: message, from: &index)
  }

  /// The next number of milliseconds from `index` on, which then stands behind it.
  private static func nextMs(in message: Bytes, from index: inout Int) -> Int64? {
    while index < message.count {
      guard isDigit(message.base![index]) else {
        index += 1
        continue
      }
      var number: Int64 = 0
      while index < message.count, isDigit(message.base![index]), number < 1_000_000_000_000 {
        number = number * 10 + Int64(message.base![index] - UInt8(ascii: "0"))
        index += 1
      }
      // A fraction of a millisecond is rounded down, like every length (rule C1).
      if index < message.count, message.base![index] == UInt8(ascii: ".") {
        index += 1
        while index < message.count, isDigit(message.base![index]) { index += 1 }
      }
      while index < message.count, message.base![index] == UInt8(ascii: " ") { index += 1 }
      if index + 1 < message.count, message.base![index] == UInt8(ascii: "m"),
        message.base![index + 1] == UInt8(ascii: "s")
      {
        return number
      }
    }
    return nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  /// Whether `text` contains `word`; ASCII upper and lower case are one.
  private static func contains(_ text: Bytes, _ word: StaticString) -> Bool {
    let word = Bytes(word)
    guard text.count >= word.count else { return false }
    for start in 0...(text.count - word.count) {
      var length = 0
      while length < word.count, lower(text.base![start + length]) == lower(word.base![length]) { length += 1 }
      if length == word.count { return true }
    }
    return false
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
