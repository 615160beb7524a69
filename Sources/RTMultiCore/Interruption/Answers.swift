// What the server answers to commands, and what it does to items by itself (rules F5, F6).

extension Engine {
  mutating func rejected(
    _ number: CommandNumber, _ refusal: Refusal, _ texts: KeptTexts, into effects: inout EffectRing
  ) -> Answer {
    guard let command = commands.find(number) else {
      diagnose(.commandRejected, detail: .texts(texts), into: &effects)
      return .ignored
    }
    commands.answer(number)
    switch (refusal, command.kind) {
    case (.benign, _):
      effects.append(.dropTexts(texts))
      return .ok
    case (.alreadyShorter(let ms), .truncate(let part, let asked, isRetry: false))
    where ms < asked && conversation[command.response].isRemembered:
      let retry = commands.note(
        .truncate(part, audioEndMs: ms, isRetry: true), response: command.response, item: command.item)
      effects.append(.truncate(retry, part, audioEndMs: ms, estimated: false))
      effects.append(.dropTexts(texts))
      return .ok
    default:
      tally.commandsRefused += 1
      diagnose(
        .commandRejected, response: command.response, item: command.item, detail: .texts(texts), into: &effects)
      return .ok
    }
  }

  /// What the server no longer has it is not told about again.
  mutating func itemDeleted(_ name: Bytes) -> Answer {
    guard let item = conversation.item(named: name) else { return .ignored }
    commands.answer(.delete(item))
    guard !conversation[item].isForgotten else { return .ignored }
    conversation[item].isForgotten = true
    return .ok
  }

  /// A part that the server has cut is not cut again.
  mutating func partTruncated(_ place: Place, audioEndMs: Int64?) -> Answer {
    guard let item = conversation.item(named: place.item),
      let part = conversation.part(of: item, at: place.contentIndex)
    else { return .ignored }
    let answered = commands.oldestUnanswered {
      guard case .truncate(part, let askedMs, _) = $0.kind else { return false }
      return audioEndMs == nil || audioEndMs == askedMs
    }
    if let answered { commands.answer(answered) }
    guard conversation[part].truncation.tell() else { return .ignored }
    return .ok
  }
}
