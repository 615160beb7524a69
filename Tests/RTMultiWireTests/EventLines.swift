// What events say, as one line each, for the tests of this folder.

import RTMultiCore

@testable import RTMultiWire

/// What an event says, or nil when it is refused.
func read(_ text: String) -> String? {
  var text = text
  return text.withUTF8 { read(Bytes($0.baseAddress, count: $0.count)) }
}

func read(_ bytes: [UInt8]) -> String? {
  bytes.withUnsafeBufferPointer { read(Bytes($0.baseAddress, count: $0.count)) }
}

private func read(_ bytes: Bytes) -> String? {
  guard let read = try? EventReader.read(bytes) else { return nil }
  let phase = read.phase.isEmpty ? "" : " phase=\(string(read.phase))"
  return words(read.event) + phase
}

/// The sentence about an event that is refused; nil when it is good.
func flaw(_ text: String) -> String? { flaw(Array(text.utf8)) }

func flaw(_ text: [UInt8]) -> String? {
  text.withUnsafeBufferPointer { text -> String? in
    let bytes = Bytes(text.baseAddress, count: text.count)
    do throws(EventFlaw) {
      _ = try EventReader.read(bytes)
      return nil
    } catch {
      var sentence = ByteBuffer()
      error.describe(bytes, into: &sentence)
      return string(sentence.bytes)
    }
  }
}

func string(_ bytes: Bytes) -> String { String(decoding: bytes.raw, as: UTF8.self) }

private func words(_ place: Place) -> String {
  "\(string(place.response))/\(string(place.item))/\(place.contentIndex.map(String.init) ?? "-")"
}

private func words(_ call: CallWords) -> String {
  "\(string(call.callID)) \(string(call.name)) \(string(call.arguments))"
}

private func words(_ format: FormatWords?) -> String {
  switch format {
  case .known(let format):
    " as \(format.codec) \(format.sampleRateHz)\(format.channels == 1 ? "" : " x\(format.channels)")"
  case .unknown(let name): " as unknown \(string(name))"
  case nil: ""
  }
}

private func words(_ span: Span) -> String {
  guard span.startMs != nil || span.endMs != nil else { return "" }
  return " \(span.startMs.map(String.init) ?? "?")...\(span.endMs.map(String.init) ?? "?")"
}

private func words(_ session: SessionWords) -> String {
  words(session.format) + (session.isTextOnly.map { $0 ? " text" : " audio" } ?? "")
    + (session.turnDetection.map { " \($0)" } ?? "")
}

private func words(_ response: ResponseWords) -> String {
  words(response.format) + (response.isTextOnly.map { $0 ? " text" : " audio" } ?? "")
    + (response.isOutOfBand ? " out-of-band" : "")
    + (response.token.isEmpty ? "" : " token=\(string(response.token))")
}

private func words(_ event: ServerEvent) -> String {
  switch event {
  case .session(let session): "session" + words(session)
  case .responseCreated(let id, let response): "created \(string(id))" + words(response)
  case .responseDone(let id, let status, let reason): "done \(string(id)) \(status) \(string(reason))"
  case .itemAdded(let response, let item, let index, let kind, let call):
    "item \(string(response)) \(string(item)) \(index.map(String.init) ?? "-") \(kind) \(words(call))"
  case .itemDone(_, let item, let kind, let call): "item done \(string(item)) \(kind) \(words(call))"
  case .conversationItemDone(let item): "conversation done \(string(item))"
  case .conversationItemDeleted(let item): "deleted \(string(item))"
  case .conversationItemTruncated(let place, let ms):
    "truncated \(words(place)) \(ms.map(String.init) ?? "-")"
  case .partAdded(let place, let kind): "part \(words(place)) \(kind)"
  case .audioDelta(let place, let base64, let own):
    "audio \(words(place)) \(string(base64))" + words(own)
  case .textDelta(let place, let text, let span, let kind):
    "\(kind == .text ? "plain " : "")text \(words(place)) \(string(text))" + words(span)
  case .wordTime(let place, let word, let startMs, let endMs):
    "word \(words(place)) \(string(word)) \(startMs)...\(endMs)"
  case .transcriptDone(let place, let text): "transcript \(words(place)) \(string(text))"
  case .partDone(let place): "part done \(words(place))"
  case .functionCallDone(_, let item, let call): "call \(string(item)) \(words(call))"
  case .speechStarted: "speech"
  case .speechStopped: "speech stopped"
  case .outputBuffer(let response, let word): "buffer \(string(response)) \(word)"
  case .liveAudio(let base64, let startMs, let own):
    "live audio \(string(base64))\(startMs.map { " at \($0)" } ?? "")" + words(own)
  case .liveText(let text, let span): "live text \(string(text))" + words(span)
  case .unknownAudio: "unknown audio"
  case .failure(let id, let code, let message): "error \(string(id)) \(string(code)) \(string(message))"
  case .other: "other"
  }
}
