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
    guard let event = EventReader.read(text) else { return .invalid }
    switch event {
    case .audioDelta(let place, let text):
      guard let bytes = base64.decode(text) else { return .invalid }
      return run(place, bytes)
    case .textDelta(let place, let text): return run(.text(place, text: text, startMs: nil, endMs: nil))
    case .transcriptDone(let place, let text): return completeTranscript(place, text)
    case .partDone(let place): return run(.partDone(place))
    case .partAdded(let place, let kind): return run(.partAdded(place, kind: kind, format: defaultFormat))
    case .itemAdded(let response, let item, let index, let kind, let phase, let call):
      return itemAdded(response, item, index, kind, phase, call)
    case .itemDone(let response, let item, let kind, let call):
      guard kind != .functionCall else { return surface(call, response: response, item: item) }
      return run(.itemDone(item: item))
    case .functionCallDone(let response, let item, let call):
      return surface(call, response: response, item: item)
    case .responseCreated(let id, let traits, let token):
      return run(.responseCreated(id: id, traits: traits, token: token))
    case .responseDone(let id, let status, let reason):
      return run(.responseDone(id: id, status: status, reason: reason))
    case .conversationItemDone(let item):
      guard engine.item(named: item) != nil else { return .ignored }
      return run(.itemDone(item: item))
    case .conversationItemDeleted(let item): return run(.itemGone(item: item))
    case .conversationItemTruncated(let place): return run(.partTruncated(place, audioEndMs: nil))
    case .sessionFormat(let format):
      guard format != defaultFormat else { return .ignored }
      defaultFormat = format
      return .ok
    case .speechStarted:
      guard options.interruptsOnSpeech else { return .ignored }
      return run(.interrupt(response: .none, by: .listener))
    case .failure(let eventID, let code, let message): return failed(eventID, code, message)
    case .other: return .ignored
    }
  }

  private mutating func itemAdded(
    _ response: Bytes, _ item: Bytes, _ index: Int32?, _ kind: ItemKind, _ phase: Bytes, _ call: CallWords
  ) -> Answer {
    let answer = run(.itemAdded(response: response, item: item, outputIndex: index, kind: kind))
    guard answer == .ok else { return answer }
    if !phase.isEmpty { _ = run(.phase(item: item, phase)) }
    if kind == .functionCall { pendingCalls.note(item: item, callID: call.callID, name: call.name) }
    return answer
  }

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

  /// The whole transcript stands for what its deltas left out; text that is there is never changed.
  private mutating func completeTranscript(_ place: Place, _ transcript: Bytes) -> Answer {
    guard !transcript.isEmpty else { return .ignored }
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

  /// An error is ours only when it is about a command of ours (rule F5).
  private mutating func failed(_ eventID: Bytes, _ code: Bytes, _ message: Bytes) -> Answer {
    let number = commandNumber(eventID: eventID, message: eventID.isEmpty ? message : .none)
    guard number != 0 else { return .ignored }
    return run(refusalOf: number, eventID, code, message)
  }
}
