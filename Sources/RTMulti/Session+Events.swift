// Events of the wire as inputs. What the JSON says is RTMultiWire's; what follows is the engine's.

import RTMultiCore
import RTMultiWire

extension Session {
  /// What an event is refused for before a byte of it is read.
  mutating func refusal(ofEvent event: Bytes) -> Answer? {
    guard event.count > options.maximumEventBytes else { return nil }
    engine.refused(.limitEvent, into: &effects)
    return .limitEvent
  }

  @usableFromInline
  mutating func run(event text: Bytes) -> Answer {
    if let refusal = refusal(ofEvent: text) { return refusal }
    do {
      return try take(EventReader.read(text), text)
    } catch {
      complain(EventReader.flaw(of: text) ?? error, of: text)
      return .invalid
    }
  }

  /// An audio delta whose JSON somebody else has read is an event like the others (rule A12).
  @usableFromInline
  mutating func run(audioDelta place: Place, _ base64: Bytes, _ eventID: Bytes) -> Answer {
    if let refusal = refusal(ofEvent: base64) { return refusal }
    do {
      return try take(ReadEvent(audioDelta: place, base64: base64, eventID: eventID), base64)
    } catch {
      complain(error, of: base64)
      return .invalid
    }
  }

  mutating func complain(_ flaw: EventFlaw, of event: Bytes = .none) {
    flaw.describe(event, into: &complaint)
    isComplaintNew = true
  }

  /// The same for what is no event, in a whole sentence.
  @inline(never)
  mutating func complain(_ sentence: StaticString) {
    complaint.removeAll()
    complaint.append(Bytes(sentence))
    isComplaintNew = true
  }

  /// Whether the error at hand has a sentence of its own, which is ``lastComplaint``. True once for each.
  public mutating func takesComplaint() -> Bool {
    defer { isComplaintNew = false }
    return isComplaintNew
  }

  /// What was wrong with the event that was refused last. It lives until the next one is.
  public var lastComplaint: Bytes { complaint.bytes }

  /// An event that is handed over twice counts once (rule A12). One that was refused may come again.
  private mutating func take(_ read: ReadEvent, _ text: Bytes) throws(EventFlaw) -> Answer {
    let id = read.eventID.number
    if connection.recent.contains(id: id, type: read.type, text: text) { return .ignored }
    isReadingEvent = true
    defer { isReadingEvent = false }
    let answer = try run(read.event, of: read.type)
    guard answer == .ok || answer == .ignored else { return answer }
    connection.recent.append(id: id, type: read.type, text: text)
    if !read.phase.isEmpty, engine.item(named: read.phaseItem) != nil {
      _ = run(.phase(item: read.phaseItem, read.phase))
    }
    return answer
  }

  private mutating func run(_ event: ServerEvent, of type: Bytes) throws(EventFlaw) -> Answer {
    switch event {
    case .audioDelta(var place, let base64, let own):
      if place.item.isEmpty { try complete(&place, of: type) }
      let bytes = try decode(base64, of: type)
      if let own { return run(place, bytes, in: own, of: type) }
      return run(place, bytes)
    case .textDelta(var place, let text, let span, let kind):
      if place.item.isEmpty { try complete(&place, of: type) }
      return run(place, text, span, kind)
    case .transcriptDone(var place, let text):
      if place.item.isEmpty { try complete(&place, of: type) }
      return completeTranscript(place, text)
    case .partDone(var place):
      if place.item.isEmpty { try complete(&place, of: type) }
      return run(.partDone(place))
    case .partAdded(var place, let kind):
      if place.item.isEmpty { try complete(&place, of: type) }
      return run(.partAdded(place, kind: kind, format: nil))
    case .wordTime(var place, let word, let startMs, let endMs):
      if place.item.isEmpty { try complete(&place, of: type) }
      return run(wordTime: place, word, startMs: startMs, endMs: endMs)
    case .itemAdded(let response, let item, let index, let kind, let call):
      let answer = run(.itemAdded(response: response, item: item, outputIndex: index, kind: kind))
      if answer == .ok, kind == .functionCall {
        pendingCalls.note(item: item, callID: call.callID, name: call.name)
      }
      return answer
    case .itemDone(let response, let item, let kind, let call):
      guard kind != .functionCall else { return surface(call, response: response, item: item) }
      return run(.itemDone(item: item))
    case .functionCallDone(let response, let item, let call):
      return surface(call, response: response, item: item)
    case .responseCreated(let id, let words): return responseCreated(id, words)
    case .responseDone(let id, let status, let reason):
      return run(.responseDone(id: id, status: status, reason: reason))
    case .conversationItemDone(let item):
      guard engine.item(named: item) != nil else { return .ignored }
      return run(.itemDone(item: item))
    case .conversationItemDeleted(let item): return run(.itemDeleted(item: item))
    case .conversationItemTruncated(let place, let audioEndMs):
      return run(.partTruncated(place, audioEndMs: audioEndMs))
    case .session(let words): return run(words)
    case .speechStarted: return relay(.speechStarted)
    case .speechStopped: return relay(.speechStopped)
    case .outputBuffer(let response, let word): return relay(.outputBuffer(response: response, word))
    case .liveAudio(let base64, let startMs, let own):
      return takeLiveAudio(try decode(base64, of: type), startMs: startMs, own, of: type)
    case .liveText(let text, let span): return takeLiveText(text, span)
    case .unknownAudio: return tellUnknownAudio(of: type)
    case .failure(let eventID, let code, let message): return failed(eventID, code, message)
    case .other: return .ignored
    }
  }

  private mutating func decode(_ delta: Bytes, of type: Bytes) throws(EventFlaw) -> Bytes {
    guard let bytes = base64.decode(delta) else { throw .noBase64(delta, type: type) }
    return bytes
  }

  // MARK: Sessions and responses

  /// What a session says of itself holds until it says something else.
  private mutating func run(_ words: SessionWords) -> Answer {
    var isNews = false
    switch words.format {
    case .known(let format): isNews = connection.formats.note(format)
    case .unknown(let name):
      connection.formats.note(unknown: name)
      isNews = true
    case nil: break
    }
    if let isTextOnly = words.isTextOnly, isTextOnly != connection.isTextOnly {
      connection.isTextOnly = isTextOnly
      isNews = true
    }
    if let detection = words.turnDetection, relay(.sessionTurnDetection(detection)) == .ok { isNews = true }
    return isNews ? .ok : .ignored
  }

  private mutating func responseCreated(_ id: Bytes, _ words: ResponseWords) -> Answer {
    var traits: ResponseTraits = []
    if words.isTextOnly ?? connection.isTextOnly { traits.insert(.text) }
    if words.isOutOfBand { traits.insert(.outOfBand) }
    let answer = run(.responseCreated(id: id, traits: traits, token: words.token))
    guard answer == .ok else { return answer }
    switch words.format {
    case .known(let format): connection.formats.note(format, unknown: .none, of: id)
    case .unknown(let name): connection.formats.note(nil, unknown: name, of: id)
    case nil: break
    }
    return answer
  }

  // MARK: Function calls

  /// A call is surfaced as soon as its arguments are complete and its name is known (rule A7): the event of
  /// the arguments may not have the name, the one of the item has.
  private mutating func surface(_ call: CallWords, response: Bytes, item: Bytes) -> Answer {
    var call = call
    if let known = pendingCalls.find(item) {
      if call.name.isEmpty { call.name = known.name }
      if call.callID.isEmpty { call.callID = known.callID }
    }
    guard !call.name.isEmpty else { return .ignored }
    let answer = run(functionCall: response, item, call.callID, call.name, call.arguments)
    pendingCalls.forget(item)
    return answer
  }

  // MARK: Text

  /// A piece of text; that of a part which nobody has announced says what the part is.
  private mutating func run(_ place: Place, _ text: Bytes, _ span: Span, _ kind: PartKind) -> Answer {
    if kind == .text, !isKnown(place) {
      let opened = Place(response: place.response, item: place.item, contentIndex: place.contentIndex ?? 0)
      let answer = run(.partAdded(opened, kind: .text, format: nil))
      guard answer == .ok || answer == .ignored else { return answer }
    }
    return run(.text(place, text: text, startMs: span.startMs, endMs: span.endMs))
  }

  private mutating func isKnown(_ place: Place) -> Bool {
    engine.item(named: place.item).map { engine.part(of: $0, at: place.contentIndex) != nil } ?? false
  }

  /// Word times count from the beginning of the response, whose earlier messages have their share of them.
  private mutating func run(wordTime place: Place, _ word: Bytes, startMs: Int64, endMs: Int64) -> Answer {
    let before = engine.receivedMs(before: place)
    let offset = before <= startMs ? before : 0
    return relay(.wordTime(place, word: word, startMs: startMs - offset, endMs: endMs - offset))
  }

  /// The whole transcript stands for what its deltas left out; text that is there is never changed.
  private mutating func completeTranscript(_ place: Place, _ transcript: Bytes) -> Answer {
    guard !transcript.isEmpty, !engine.hasWaitingText(of: place.item) else { return .ignored }
    var known = 0
    if let item = engine.item(named: place.item), let part = engine.part(of: item, at: place.contentIndex) {
      known = engine.textCount(of: part)
      guard known <= transcript.count, engine.textIs(part, Bytes(transcript.base, count: known)) else {
        return .ignored
      }
    }
    guard known < transcript.count else { return .ignored }
    let rest = Bytes(transcript.base.map { $0 + known }, count: transcript.count - known)
    return run(.text(place, text: rest, startMs: nil, endMs: nil))
  }

  // MARK: Refusals

  /// An error is ours when it is about a command of ours (rule F5) or about a response that was expected (rule D12).
  private mutating func failed(_ eventID: Bytes, _ code: Bytes, _ message: Bytes) -> Answer {
    let isOfResponse = RefusalReader.isOfResponse(code: code, message: message)
    if relay(.requestRefused(eventID: eventID, isOfResponse: isOfResponse)) == .ok { return .ok }
    let number = commandNumber(eventID: eventID, code: code, message: message)
    if number == 0 {
      // What fits no command of ours is still told, but for what the host itself has asked or what is so already.
      guard eventID.isEmpty, let family = RefusalReader.family(code: code, message: message),
        RefusalReader.read(family, code: code, message: message) != .benign
      else { return .ignored }
    }
    return run(refusalOf: number, eventID, code, message)
  }
}
