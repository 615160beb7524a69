// What the server answers to commands (rules F5, F6). What it does to items by itself is ServerCuts.swift's.

extension Engine {
  mutating func rejected(
    _ number: CommandNumber, _ refusal: Refusal, _ texts: KeptTexts, into effects: inout EffectRing
  ) -> Answer {
    guard let command = commands.find(number) else {
      diagnose(.commandRejected, detail: .texts(texts), into: &effects)
      return .ignored
    }
    commands.answer(number)
    if case .cancel(let response) = command.kind, refusal != .benign, !isOverForListener(response) {
      // It still generates: an interrupt that comes has it told again (rule D15). One that has come has had its say (rule D8).
      conversation[response].isCancelled = false
    }
    switch (refusal, command.kind) {
    case (.benign, _):
      effects.append(.dropTexts(texts))
      return .ok
    case (.alreadyShorter(let ms), .truncate(let part, let asked, isRetry: false))
    where ms < asked && canStillBeTruncated(command.item):
      let retry = commands.note(
        .truncate(part, audioEndMs: ms, isRetry: true), response: command.response, item: command.item,
        nowUs: nowUs)
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

  /// Whether a refused truncation may be tried again: the connection that knew the item may be lost, the server may have
  /// dropped the item since (rule F10), and what it can be told may have changed (rule F1).
  private func canStillBeTruncated(_ item: ItemID) -> Bool {
    conversation[conversation[item].response].isRemembered && !conversation[item].memory.isDeleted
      && server.contains(.truncates)
  }
}
