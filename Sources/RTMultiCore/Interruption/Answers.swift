// What the server answers to commands, and what it does to items by itself (rules F5, F6).

extension Engine {
  mutating func rejected(
    _ number: CommandNumber, _ refusal: Refusal, payload: UInt, into effects: inout EffectRing
  ) -> Answer {
    guard let command = commands.find(number) else {
      diagnose(.commandRejected, payload: payload, into: &effects)
      return .ignored
    }
    switch (refusal, command.kind) {
    case (.benign, _):
      effects.append(.dropPayload(payload))
      return .ok
    case (.alreadyShorter(let ms), .truncate(let part, let asked, isRetry: false))
    where ms < asked && conversation[command.response].isRemembered:
      let retry = commands.note(
        .truncate(part, audioEndMs: ms, isRetry: true), response: command.response, item: command.item)
      effects.append(.truncate(retry, part, audioEndMs: ms, estimated: false))
      effects.append(.dropPayload(payload))
      return .ok
    default:
      tally.commandsRefused += 1
      diagnose(
        .commandRejected, response: command.response, item: command.item, payload: payload, into: &effects)
      return .ok
    }
  }

  /// What the server no longer has it is not told about again.
  mutating func itemDeleted(_ name: Bytes) -> Answer {
    guard let item = conversation.item(named: name), !conversation[item].isForgotten else { return .ignored }
    conversation[item].isForgotten = true
    return .ok
  }

  /// A part that the server has cut is not cut again.
  mutating func partTruncated(_ place: Place) -> Answer {
    guard let item = conversation.item(named: place.item),
      let part = conversation.part(of: item, at: place.contentIndex),
      conversation[part].truncation != .told
    else { return .ignored }
    conversation[part].truncation = .told
    return .ok
  }
}
