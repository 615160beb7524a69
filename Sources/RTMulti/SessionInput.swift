// Everything that a host can give a session while it lives, and the one description of it: which entry of a trace an
// input is, and of which fields it consists. Copying an input for later, counting its bytes and tracing it all follow
// from that description; none of them is done here.

import RTMultiAudio
import RTMultiCore

/// One input, with everything in it borrowed for the call.
public enum SessionInput {
  /// What the engine takes as it is.
  case plain(Input)
  /// Audio of a part as it came.
  case audio(Place, Bytes)
  /// One Opus packet of a part, with the number that its sender gave it.
  case packet(Place, Bytes, PacketStamp)
  /// How audio arrives when a part is opened without a format of its own.
  case format(AudioFormat)
  /// One event of the server as it came.
  case event(Bytes)
  /// An audio delta of the wire that somebody else has read: its audio is still base64.
  case audioDelta(Place, base64: Bytes, eventID: Bytes)
  /// What a server that plays by itself says of its output buffer.
  case outputBuffer(response: Bytes, OutputBufferWord)
  /// A function call that is complete.
  case functionCall(response: Bytes, item: Bytes, callID: Bytes, name: Bytes, arguments: Bytes)
  /// The server's refusal of a command. Without an event id the newest command that names something found in the
  /// message is meant.
  case commandRejected(eventID: Bytes, code: Bytes, message: Bytes)
}

/// What a run of borrowed bytes is.
public enum BorrowedBytes: Sendable {
  case response
  case item
  /// Another name, or words with a limit that does not depend on the session.
  case words
  /// Audio, text and events have limits of the session, past which they are refused unread.
  case audio
  case text
  case event
}

/// Somebody to whom the fields of an input are shown, one after the other. It may put its own bytes where borrowed ones
/// stand.
public protocol InputFields: ~Copyable {
  /// Comes first.
  mutating func begin(_ entry: TraceEntry)
  mutating func bytes(_ bytes: inout Bytes, _ what: BorrowedBytes)
  mutating func place(_ place: inout Place)
  mutating func segment(_ segment: SegmentID)
  /// A count of frames, 0 or more.
  mutating func frames(_ frames: Int64)
  /// A time, of which traces note the step from the one before.
  mutating func time(us: Int64)
  /// nil where the session's own is meant.
  mutating func format(_ format: AudioFormat?)
  mutating func number(_ number: UInt64)
  /// A number that may be negative, or not given.
  mutating func number(_ number: Int64?)
}

extension InputFields where Self: ~Copyable {
  /// A place is its two names for whoever does not shorten it.
  @inlinable
  public mutating func place(_ place: inout Place) {
    bytes(&place.response, .response)
    bytes(&place.item, .item)
    number(place.contentIndex.map { Int64($0) })
  }
}

extension SessionInput {
  /// Shows every field to `fields`, in the order of the trace, and keeps what was put in their place.
  @inlinable
  public mutating func show(to fields: inout some InputFields & ~Copyable) {
    switch self {
    case .plain(var input):
      input.show(to: &fields)
      self = .plain(input)
    case .audio(var place, var audio):
      fields.begin(.audio)
      fields.place(&place)
      fields.bytes(&audio, .audio)
      self = .audio(place, audio)
    case .packet(var place, var packet, let stamp):
      fields.begin(.packet)
      fields.place(&place)
      fields.bytes(&packet, .audio)
      fields.number(UInt64(stamp.sequence))
      fields.number(UInt64(stamp.timestamp))
      self = .packet(place, packet, stamp)
    case .format(let format):
      fields.begin(.setFormat)
      fields.format(format)
    case .event(var event):
      fields.begin(.receiveJSON)
      fields.bytes(&event, .event)
      self = .event(event)
    case .audioDelta(var place, var base64, var eventID):
      fields.begin(.audioBase64)
      fields.place(&place)
      fields.bytes(&base64, .event)
      fields.bytes(&eventID, .words)
      self = .audioDelta(place, base64: base64, eventID: eventID)
    case .outputBuffer(var response, let word):
      fields.begin(.outputBuffer)
      fields.bytes(&response, .response)
      fields.number(UInt64(word.rawValue))
      self = .outputBuffer(response: response, word)
    case .functionCall(var response, var item, var callID, var name, var arguments):
      fields.begin(.functionCall)
      fields.bytes(&response, .response)
      fields.bytes(&item, .item)
      fields.bytes(&callID, .words)
      fields.bytes(&name, .words)
      fields.bytes(&arguments, .words)
      self = .functionCall(response: response, item: item, callID: callID, name: name, arguments: arguments)
    case .commandRejected(var eventID, var code, var message):
      fields.begin(.commandRejected)
      fields.bytes(&eventID, .words)
      fields.bytes(&code, .words)
      fields.bytes(&message, .words)
      self = .commandRejected(eventID: eventID, code: code, message: message)
    }
  }
}

extension SessionInput {
  /// Whether there can be bytes in it: the sink and the clock speak in numbers.
  var mayBorrow: Bool {
    switch self {
    case .plain(.started), .plain(.progress), .plain(.finished), .plain(.mark), .plain(.queued),
      .plain(.sinkReady), .plain(.advance):
      false
    default: true
    }
  }
}

extension Input {
  /// As ``SessionInput/show(to:)``.
  @inlinable
  public mutating func show(to fields: inout some InputFields & ~Copyable) {
    switch self {
    case .expect(var token):
      fields.begin(.expect)
      fields.bytes(&token, .words)
      self = .expect(token: token)
    case .expectOutOfBand(var token):
      fields.begin(.expectOutOfBand)
      fields.bytes(&token, .words)
      self = .expectOutOfBand(token: token)
    case .unexpect(var token):
      fields.begin(.unexpect)
      fields.bytes(&token, .words)
      self = .unexpect(token: token)
    case .responseCreated(var id, let traits, var token):
      fields.begin(.responseCreated)
      fields.bytes(&id, .response)
      fields.number(UInt64(traits.rawValue))
      fields.bytes(&token, .words)
      self = .responseCreated(id: id, traits: traits, token: token)
    case .responseDone(var id, let status, var reason):
      fields.begin(.responseDone)
      fields.bytes(&id, .response)
      fields.number(UInt64(status.rawValue))
      fields.bytes(&reason, .words)
      self = .responseDone(id: id, status: status, reason: reason)
    case .itemAdded(var response, var item, let index, let kind):
      fields.begin(.itemAdded)
      fields.bytes(&response, .response)
      fields.bytes(&item, .item)
      fields.number(index.map { Int64($0) })
      fields.number(UInt64(kind.rawValue))
      self = .itemAdded(response: response, item: item, outputIndex: index, kind: kind)
    case .partAdded(var place, let kind, let format):
      fields.begin(.partAdded)
      fields.place(&place)
      fields.number(UInt64(kind.rawValue))
      fields.format(format)
      self = .partAdded(place, kind: kind, format: format)
    case .text(var place, var text, let startMs, let endMs):
      fields.begin(.text)
      fields.place(&place)
      fields.bytes(&text, .text)
      fields.number(startMs)
      fields.number(endMs)
      self = .text(place, text: text, startMs: startMs, endMs: endMs)
    case .partDone(var place):
      fields.begin(.partDone)
      fields.place(&place)
      self = .partDone(place)
    case .itemDone(var item):
      fields.begin(.itemDone)
      fields.bytes(&item, .item)
      self = .itemDone(item: item)
    case .reconnect: fields.begin(.reconnect)
    case .phase(var item, var phase):
      fields.begin(.phase)
      fields.bytes(&item, .item)
      fields.bytes(&phase, .words)
      self = .phase(item: item, phase)
    case .itemDeleted(var item):
      fields.begin(.itemDeleted)
      fields.bytes(&item, .item)
      self = .itemDeleted(item: item)
    case .partTruncated(var place, let audioEndMs):
      fields.begin(.partTruncated)
      fields.place(&place)
      fields.number(audioEndMs)
      self = .partTruncated(place, audioEndMs: audioEndMs)
    case .interrupt(var response, let interrupter):
      fields.begin(.interrupt)
      fields.bytes(&response, .response)
      fields.number(UInt64(interrupter.rawValue))
      self = .interrupt(response: response, by: interrupter)
    case .cancel(var response):
      fields.begin(.cancel)
      fields.bytes(&response, .response)
      self = .cancel(response: response)
    case .setServer(let capabilities):
      fields.begin(.setServer)
      fields.number(UInt64(capabilities.rawValue))
    case .setClearTimeout(let us):
      fields.begin(.setClearTimeout)
      fields.number(UInt64(us / 1_000))
    case .setAudioEnabled(let isEnabled):
      fields.begin(.setAudioEnabled)
      fields.number(isEnabled ? 1 : 0)
    case .pause: fields.begin(.pause)
    case .resume: fields.begin(.resume)
    case .textDelivered(var item):
      fields.begin(.textDelivered)
      fields.bytes(&item, .item)
      self = .textDelivered(item: item)
    case .close: fields.begin(.close)
    case .started(let segment, let atUs):
      fields.begin(.started)
      fields.segment(segment)
      fields.number(atUs as Int64?)
    case .progress(let segment, let frames, let atUs):
      fields.begin(.progress)
      fields.segment(segment)
      fields.frames(frames)
      fields.number(atUs as Int64?)
    case .finished(let segment, let frames, let wasInterrupted, let atUs):
      fields.begin(.finished)
      fields.segment(segment)
      fields.frames(frames)
      fields.number(UInt64(wasInterrupted ? 1 : 0))
      fields.number(atUs as Int64?)
    case .mark(let segment, let frames, let atUs):
      fields.begin(.mark)
      fields.segment(segment)
      fields.frames(frames)
      fields.number(atUs as Int64?)
    case .queued(let frames):
      fields.begin(.queued)
      fields.frames(frames)
    case .sinkReady: fields.begin(.sinkReady)
    case .advance(let us):
      fields.begin(.advance)
      fields.time(us: us)
    }
  }
}
