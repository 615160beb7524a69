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
    write(eventID, responseID, into: &json) { json, eventID, responseID in
      json.put("{\"type\":\"response.cancel\",\"event_id\":")
      json.put(string: eventID)
      json.put(",\"response_id\":")
      json.put(string: responseID)
      json.put("}")
    }
  }

  /// `output_audio_buffer.clear`: silences a server that plays by itself (rule F4).
  public static func clearOutput(eventID: Bytes, into json: inout ByteBuffer) {
    write(eventID, .none, into: &json) { json, eventID, _ in
      json.put("{\"type\":\"output_audio_buffer.clear\",\"event_id\":")
      json.put(string: eventID)
      json.put("}")
    }
  }

  /// `conversation.item.truncate`.
  public static func truncate(
    eventID: Bytes, itemID: Bytes, contentIndex: Int32, audioEndMs: Int64, into json: inout ByteBuffer
  ) {
    write(eventID, itemID, into: &json) { json, eventID, itemID in
      json.put("{\"type\":\"conversation.item.truncate\",\"event_id\":")
      json.put(string: eventID)
      json.put(",\"item_id\":")
      json.put(string: itemID)
      json.put(",\"content_index\":")
      json.put(decimal: Int64(contentIndex))
      json.put(",\"audio_end_ms\":")
      json.put(decimal: audioEndMs)
      json.put("}")
    }
  }

  /// `conversation.item.delete`.
  public static func delete(eventID: Bytes, itemID: Bytes, into json: inout ByteBuffer) {
    write(eventID, itemID, into: &json) { json, eventID, itemID in
      json.put("{\"type\":\"conversation.item.delete\",\"event_id\":")
      json.put(string: eventID)
      json.put(",\"item_id\":")
      json.put(string: itemID)
      json.put("}")
    }
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

  /// Writes a command with two names, which nearly never need escapes.
  @inline(__always)
  private static func write(
    _ eventID: Bytes, _ name: Bytes, into json: inout ByteBuffer, _ put: (inout PlainJSON, Bytes, Bytes) -> Void
  ) {
    json.removeAll()
    if json.append(plain: eventID.count + name.count + longestWords, { put(&$0, eventID, name) }) { return }
    // What is escaped is plain.
    var escapedID = ByteBuffer()
    var escapedName = ByteBuffer()
    escape(eventID, &escapedID)
    escape(name, &escapedName)
    let (eventID, name) = (escapedID.bytes, escapedName.bytes)
    json.append(escaped: eventID.count + name.count + longestWords) { put(&$0, eventID, name) }
  }

  /// The most bytes that a command has beside its names, numbers included.
  private static var longestWords: Int { 192 }

  private static func open(_ beginning: StaticString, _ eventID: Bytes, _ json: inout ByteBuffer) {
    json.removeAll()
    field(beginning, eventID, &json)
  }

  private static func field(_ beginning: StaticString, _ value: Bytes, _ json: inout ByteBuffer) {
    json.append(Bytes(beginning))
    string(value, &json)
  }

  /// A JSON string (RFC 8259 §7).
  static func string(_ value: Bytes, _ json: inout ByteBuffer) {
    if plainRun(value, from: 0) == value.count { return json.append(value, between: UInt8(ascii: "\"")) }
    json.append(UInt8(ascii: "\""))
    escape(value, &json)
    json.append(UInt8(ascii: "\""))
  }

  /// The inside of a JSON string. Bytes that are not UTF-8 become U+FFFD, so that the object stays valid.
  private static func escape(_ value: Bytes, _ json: inout ByteBuffer) {
    var index = 0
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
  }

  /// How many characters from `index` on stand in JSON as they are.
  private static func plainRun(_ value: Bytes, from index: Int) -> Int {
    var end = index
    while end + 8 <= value.count {
      let word = UnsafeRawPointer(value.base! + end).loadUnaligned(as: UInt64.self)
      guard !PlainJSON.isSpecial(word) else { break }
      end += 8
    }
    while end < value.count {
      let byte = value.base![end]
      guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { break }
      end += 1
    }
    return end - index
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
