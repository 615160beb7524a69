// What is wrong with an event that was refused, and the sentence about it: where, what came, what is right, what to do.
// Nothing here runs for an event that is good.

import CSimdJSON
import RTMultiCore

/// Why an event was refused. It is thrown and caught on one thread, within the call that brought the event.
public enum EventFlaw: Error, @unchecked Sendable {
  case noObject
  case noType
  /// A field that events of this type must have.
  case lacks(StaticString, type: Bytes)
  /// A delta without an item came while no response has been created to which it could belong.
  case belongsNowhere(type: Bytes)
  case tooLong(StaticString, count: Int, type: Bytes)
  case outOfRange(StaticString, Int64, type: Bytes)
  case noBase64(Bytes, type: Bytes)
  /// Audio in a format that nobody plays.
  case unknownFormat(name: Bytes)
  /// Audio in another format than that of the same part before it.
  case changedFormat(type: Bytes)
  /// Audio in an event that nobody knows.
  case unknownAudio(type: Bytes)
}

extension EventFlaw {
  /// Ids and names are remembered, so they may not be large.
  static var longestName: Int { 1_024 }

  /// Writes the sentence about `event` into `sentence`, which it empties first.
  public func describe(_ event: Bytes, into sentence: inout ByteBuffer) {
    sentence.removeAll()
    switch self {
    case .noObject: describeFault(of: event, &sentence)
    case .noType:
      sentence.append(
        Bytes(
          "The event has no \"type\", or one that is no text; give each event of the server as it came, as one whole JSON object."
        ))
    case .lacks(let field, let type):
      begin(type, &sentence)
      sentence.append(Bytes(" has no \""))
      sentence.append(Bytes(field))
      sentence.append(
        Bytes("\", which an event of this type must have; give each event as the server sent it."))
    case .belongsNowhere(let type):
      begin(type, &sentence)
      sentence.append(
        Bytes(
          " has no \"item_id\", and there is no response to whose newest message it could belong; give events from the beginning of the connection on, in the order in which they came."
        ))
    case .tooLong(let field, let count, let type):
      begin(type, &sentence)
      sentence.append(Bytes(" has a \""))
      sentence.append(Bytes(field))
      sentence.append(Bytes("\" of "))
      sentence.append(decimal: Int64(count))
      sentence.append(Bytes(" bytes; ids and names have at most "))
      sentence.append(decimal: Int64(Self.longestName))
      sentence.append(Bytes("."))
    case .outOfRange(let field, let number, let type):
      begin(type, &sentence)
      sentence.append(Bytes(" has "))
      sentence.append(decimal: number)
      sentence.append(Bytes(" as its \""))
      sentence.append(Bytes(field))
      sentence.append(Bytes("\"; 0 to 65535 is allowed."))
    case .noBase64(let delta, let type): describe(base64: delta, of: type, &sentence)
    case .unknownFormat(let name):
      sentence.append(Bytes("Audio came in the format that the server has named \""))
      sentence.append(quoting: name.prefix(64))
      sentence.append(
        Bytes(
          "\", which is not played; ask the server for audio/pcm (8000 to 48000 Hz), audio/pcmu or audio/pcma, or decode it yourself and give it with rtmulti_session_audio."
        ))
    case .changedFormat(let type):
      begin(type, &sentence)
      sentence.append(
        Bytes(
          " names another format than the audio of its part came in before; it is not played: a part has one format."
        ))
    case .unknownAudio(let type):
      begin(type, &sentence)
      sentence.append(
        Bytes(
          " seems to bear audio, and events of this type are not known; it is not played: give its audio with rtmulti_session_audio."
        ))
    }
  }

  private func begin(_ type: Bytes, _ sentence: inout ByteBuffer) {
    sentence.append(Bytes("The event \""))
    sentence.append(quoting: type.prefix(128))
    sentence.append(Bytes("\""))
  }

  // MARK: What is no JSON

  private func describeFault(of event: Bytes, _ sentence: inout ByteBuffer) {
    var offset = 0
    let fault = event.raw.withMemoryRebound(to: CChar.self) {
      rtmulti_json_find_fault($0.baseAddress, event.count, &offset)
    }
    sentence.append(Bytes("The event is not one JSON object"))
    if let words = Self.words(for: fault) {
      sentence.append(Bytes(": at byte "))
      sentence.append(decimal: Int64(offset))
      if offset > 0 || offset < event.count {
        sentence.append(Bytes(" (\""))
        let start = max(0, offset - 12)
        sentence.append(quoting: Bytes(event.base.map { $0 + start }, count: offset - start))
        sentence.append(Bytes(">>>"))
        sentence.append(
          quoting: Bytes(event.base.map { $0 + offset }, count: min(12, event.count - offset)))
        sentence.append(Bytes("\")"))
      }
      sentence.append(Bytes(" "))
      sentence.append(Bytes(words))
    } else {
      sentence.append(Bytes(" that can be read: it has a number past the range of 64 bits"))
    }
    sentence.append(
      Bytes(
        "; give each event of the server as it came: one whole JSON object in UTF-8, and nothing behind it."))
  }

  private static func words(for fault: rtmulti_json_fault) -> StaticString? {
    switch fault {
    case RTMULTI_JSON_FAULT_NO_OBJECT: "an opening brace must stand"
    case RTMULTI_JSON_FAULT_ENDS_EARLY: "the text ends before its object does"
    case RTMULTI_JSON_FAULT_GOES_ON: "the object has ended and the text goes on"
    case RTMULTI_JSON_FAULT_NOT_UTF8: "a byte is not UTF-8"
    case RTMULTI_JSON_FAULT_CONTROL: "a control character stands in a string without an escape"
    case RTMULTI_JSON_FAULT_ESCAPE: "there is no such escape"
    case RTMULTI_JSON_FAULT_NO_VALUE: "a value must stand"
    case RTMULTI_JSON_FAULT_NO_KEY: "a key in double quotes must stand"
    case RTMULTI_JSON_FAULT_NO_COLON: "a colon must stand"
    case RTMULTI_JSON_FAULT_NO_COMMA: "a comma or the closing bracket must stand"
    case RTMULTI_JSON_FAULT_TOO_DEEP: "more than 64 brackets are open"
    default: nil
    }
  }

  // MARK: What is no base64

  private func describe(base64 delta: Bytes, of type: Bytes, _ sentence: inout ByteBuffer) {
    begin(type, &sentence)
    sentence.append(Bytes(" has a \"delta\" that is not base64: "))
    let end = delta.count - min(Self.padding(of: delta), 2)
    let wrong = (0..<end).first { !Self.isOfAlphabet(delta.base![$0]) }
    if let wrong {
      sentence.append(Bytes("byte "))
      sentence.append(decimal: Int64(wrong))
      sentence.append(Bytes(" of it is \""))
      sentence.append(quoting: Bytes(delta.base! + wrong, count: min(4, delta.count - wrong)))
      sentence.append(Bytes("\""))
    } else {
      sentence.append(Bytes("its "))
      sentence.append(decimal: Int64(delta.count))
      sentence.append(Bytes(" bytes are no whole groups of four, it was cut at byte "))
      sentence.append(decimal: Int64(delta.count))
    }
    sentence.append(
      Bytes(
        "; give audio as the server sent it (RFC 4648, the alphabet with + and /, padded or not, no white space)."
      ))
  }

  private static func padding(of text: Bytes) -> Int {
    var count = 0
    while count < text.count, text.base![text.count - 1 - count] == UInt8(ascii: "=") { count += 1 }
    return count
  }

  private static func isOfAlphabet(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
      true
    default: false
    }
  }
}

extension ByteBuffer {
  /// Adds what came from outside so that a log can show it: what is not printable ASCII is a question mark.
  fileprivate mutating func append(quoting bytes: Bytes) {
    for byte in bytes.raw { append((0x20..<0x7F).contains(byte) ? byte : UInt8(ascii: "?")) }
  }
}
