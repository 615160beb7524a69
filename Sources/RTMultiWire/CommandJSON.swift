// Commands as the OpenAI Realtime API wants them. Only writing lives here; what to command is the
// engine's.

import RTMultiCore

/// Which names the wire uses.
public enum Dialect: UInt32, Sendable {
  /// The API as it is generally available.
  case ga = 0
  case beta = 1
}

/// Writes one command as one JSON object into a buffer that it empties first.
public enum CommandJSON {
  /// `response.cancel`.
  public static func cancel(eventID: Bytes, responseID: Bytes, into json: inout ByteBuffer) {
    open("{\"type\":\"response.cancel\",\"event_id\":", eventID, &json)
    field(",\"response_id\":", responseID, &json)
    json.append(UInt8(ascii: "}"))
  }

  /// `output_audio_buffer.clear`: silences a server that plays by itself (rule F4).
  public static func clearOutput(eventID: Bytes, into json: inout ByteBuffer) {
    open("{\"type\":\"output_audio_buffer.clear\",\"event_id\":", eventID, &json)
    json.append(UInt8(ascii: "}"))
  }

  /// `conversation.item.truncate`.
  public static func truncate(
    eventID: Bytes, itemID: Bytes, contentIndex: Int32, audioEndMs: Int64, into json: inout ByteBuffer
  ) {
    open("{\"type\":\"conversation.item.truncate\",\"event_id\":", eventID, &json)
    field(",\"item_id\":", itemID, &json)
    json.append(Bytes(",\"content_index\":"))
    json.append(decimal: Int64(contentIndex))
    json.append(Bytes(",\"audio_end_ms\":"))
    json.append(decimal: audioEndMs)
    json.append(UInt8(ascii: "}"))
  }

  /// `conversation.item.delete`.
  public static func delete(eventID: Bytes, itemID: Bytes, into json: inout ByteBuffer) {
    open("{\"type\":\"conversation.item.delete\",\"event_id\":", eventID, &json)
    field(",\"item_id\":", itemID, &json)
    json.append(UInt8(ascii: "}"))
  }

  /// `conversation.item.create`: an assistant message with the text that was heard (rule F9).
  public static func create(
    eventID: Bytes, itemID: Bytes, text: Bytes, dialect: Dialect, into json: inout ByteBuffer
  ) {
    open("{\"type\":\"conversation.item.create\",\"event_id\":", eventID, &json)
    json.append(Bytes(",\"item\":{\"id\":"))
    string(itemID, &json)
    json.append(Bytes(",\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":"))
    json.append(dialect == .ga ? Bytes("\"output_text\"") : Bytes("\"text\""))
    json.append(Bytes(",\"text\":"))
    string(text, &json)
    json.append(Bytes("}]}}"))
  }

  /// Begins `rtmulti.sync`, which no OpenAI event is: the host replaces the context itself.
  public static func openSync(eventID: Bytes, into json: inout ByteBuffer) {
    open("{\"type\":\"rtmulti.sync\",\"event_id\":", eventID, &json)
    json.append(Bytes(",\"kept\":["))
  }

  /// Adds a kept item; `heardText` only for one that was heard in part.
  public static func kept(itemID: Bytes, heardText: Bytes?, isFirst: Bool, into json: inout ByteBuffer) {
    if !isFirst { json.append(UInt8(ascii: ",")) }
    json.append(Bytes("{\"item_id\":"))
    string(itemID, &json)
    if let heardText { field(",\"heard_text\":", heardText, &json) }
    json.append(UInt8(ascii: "}"))
  }

  /// Goes on from the kept items to the dropped ones.
  public static func turnToDropped(into json: inout ByteBuffer) { json.append(Bytes("],\"dropped\":[")) }

  /// Adds a dropped item.
  public static func dropped(itemID: Bytes, isFirst: Bool, into json: inout ByteBuffer) {
    if !isFirst { json.append(UInt8(ascii: ",")) }
    string(itemID, &json)
  }

  /// Ends `rtmulti.sync`.
  public static func closeSync(into json: inout ByteBuffer) { json.append(Bytes("]}")) }

  // MARK: Pieces

  private static func open(_ beginning: StaticString, _ eventID: Bytes, _ json: inout ByteBuffer) {
    json.removeAll()
    field(beginning, eventID, &json)
  }

  private static func field(_ beginning: StaticString, _ value: Bytes, _ json: inout ByteBuffer) {
    json.append(Bytes(beginning))
    string(value, &json)
  }

  /// A JSON string (RFC 8259 §7). Bytes that are not UTF-8 become U+FFFD, so that the object stays valid.
  static func string(_ value: Bytes, _ json: inout ByteBuffer) {
    var index = plainRun(value, from: 0)
    if index == value.count { return json.append(value, between: UInt8(ascii: "\"")) }
    json.append(UInt8(ascii: "\""))
    if index > 0 { json.append(Bytes(value.base, count: index)) }
    while index < value.count {
      let plain = plainRun(value, from: index)
      if plain > 0 {
        json.append(Bytes(value.base! + index, count: plain))
        index += plain
        continue
      }
      let byte = value.base![index]
      switch byte {
      case UInt8(ascii: "\""): json.append(Bytes("\\\""))
      case UInt8(ascii: "\\"): json.append(Bytes("\\\\"))
      case 0x0A: json.append(Bytes("\\n"))
      case 0x0D: json.append(Bytes("\\r"))
      case 0x09: json.append(Bytes("\\t"))
      case 0..<0x20:
        json.append(Bytes("\\u00"))
        json.append(hexDigit(byte >> 4))
        json.append(hexDigit(byte & 15))
      default:
        let length = scalarLength(value, at: index)
        json.append(length == 0 ? Bytes("\u{FFFD}") : Bytes(value.base! + index, count: length))
        index += max(length, 1) - 1
      }
      index += 1
    }
    json.append(UInt8(ascii: "\""))
  }

  /// How many characters from `index` on stand in JSON as they are.
  private static func plainRun(_ value: Bytes, from index: Int) -> Int {
    var end = index
    while end + 8 <= value.count {
      let word = UnsafeRawPointer(value.base! + end).loadUnaligned(as: UInt64.self)
      guard arePlain(word) else { break }
      end += 8
    }
    while end < value.count {
      let byte = value.base![end]
      guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { break }
      end += 1
    }
    return end - index
  }

  /// Whether eight bytes at once stand in JSON as they are: none is below 0x20, above 0x7F, a quote or a backslash
  /// (the zero-byte test of "Bit Twiddling Hacks"; exact here, because a high bit refuses the word anyway).
  private static func arePlain(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    let found = word | (word &- ones &* 0x20) | (quote &- ones) | (backslash &- ones)
    return found & (ones &* 0x80) == 0
  }

  private static func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }

  /// The length of the well-formed multi-byte scalar at `index` (Unicode table 3-7), or 0 if there is none.
  private static func scalarLength(_ value: Bytes, at index: Int) -> Int {
    func byte(_ offset: Int) -> UInt8 { index + offset < value.count ? value.base![index + offset] : 0 }
    func isTail(_ offset: Int) -> Bool { byte(offset) & 0xC0 == 0x80 }
    switch byte(0) {
    case 0xC2...0xDF: return isTail(1) ? 2 : 0
    case 0xE0: return (0xA0...0xBF).contains(byte(1)) && isTail(2) ? 3 : 0
    case 0xED: return (0x80...0x9F).contains(byte(1)) && isTail(2) ? 3 : 0
    case 0xE1...0xEF: return isTail(1) && isTail(2) ? 3 : 0
    case 0xF0: return (0x90...0xBF).contains(byte(1)) && isTail(2) && isTail(3) ? 4 : 0
    case 0xF1...0xF3: return isTail(1) && isTail(2) && isTail(3) ? 4 : 0
    case 0xF4: return (0x80...0x8F).contains(byte(1)) && isTail(2) && isTail(3) ? 4 : 0
    default: return 0
    }
  }
}
