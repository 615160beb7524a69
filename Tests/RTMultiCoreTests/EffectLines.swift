// Effects as the short lines that tests compare, after the scenario format's words. Housekeeping stands in
// round brackets.

@testable import RTMultiCore

extension Effect {
  /// This effect as a line. Names are asked for now, so that it must be called before the next input.
  func line(_ engine: borrowing Engine) -> String {
    func name(_ item: ItemID) -> String { item.exists ? engine.name(of: item).text : "-" }
    func name(_ response: ResponseID) -> String { response.exists ? engine.name(of: response).text : "-" }
    func name(_ part: PartID) -> String { "\(name(engine.item(of: part)))/\(engine.contentIndex(of: part))" }
    func mark(_ isEstimated: Bool) -> String { isEstimated ? " estimated" : "" }
    switch self {
    case .clear(_, let part): return "clear \(name(part))"
    case .pause: return "pause"
    case .resume: return "resume"
    case .offerText(let item): return "offer \(name(item))"
    case .speakingStarted(let response): return "speaking_started \(name(response))"
    case .speakingStopped(let response): return "speaking_stopped \(name(response))"
    case .settled(let response): return "settled \(name(response))"
    case .playbackStarted(_, let part): return "playback_started \(name(part))"
    case .heardText(let part, let from, let to, let isEstimated):
      var text = ""
      engine.withText(of: part, from: from, to: to) { text = String(decoding: $0, as: UTF8.self) }
      return "text \(name(part)) \"\(text)\"\(mark(isEstimated))"
    case .message(let item):
      let record = engine.record(of: item)
      let isPartly = record.outcome == .partial ? " \(record.heardMs)/\(record.receivedMs)" : ""
      return "message \(name(item)) \(record.outcome)\(isPartly)\(mark(record.isEstimated))"
    case .functionCall(let item, _): return "call \(name(item))"
    case .cancel(_, let response): return "cancel \(name(response))"
    case .clearOutput(_, let response): return "clear_output \(name(response))"
    case .truncate(_, let part, let audioEndMs, let isEstimated):
      return "truncate \(name(part)) \(audioEndMs)\(mark(isEstimated))"
    case .delete(_, let item): return "delete \(name(item))"
    case .sync(_, let scope):
      var kept: [String] = []
      var dropped: [String] = []
      engine.forEachItem(in: scope) { item, keeping in
        switch keeping {
        case .kept: kept.append(name(item))
        case .keptAsHeard: kept.append("\(name(item))~")
        case .dropped: dropped.append(name(item))
        }
      }
      return "sync \(kept) \(dropped)"
    case .create(_, let item): return "create \(name(item))"
    case .diagnostic(let kind, let response, let item, _, _):
      return "diagnostic \(kind) \(response.exists ? name(response) : "-") \(name(item))"
    case .heardAudio(_, let part, let through): return "(heard \(name(part)) \(through))"
    case .release(let part, let through): return "(release \(name(part)) \(through))"
    case .discard(let part): return "(discard \(name(part)))"
    case .retire(let segment): return "(retire \(segment.number))"
    case .dropTexts: return "(drop texts)"
    case .forget: return "(forget)"
    }
  }
}
