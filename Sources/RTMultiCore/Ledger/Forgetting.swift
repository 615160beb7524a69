// When what is over is forgotten (rule D11): by time, by later responses, and sooner where much is remembered.

extension Engine {
  /// Forgets what is over for long enough (rule D11). Called when a response is created, so that it costs
  /// nothing while audio flows.
  mutating func forgetOldResponses(into effects: inout EffectRing) {
    // Effects that wait name what they are about; nothing of that is forgotten before they are taken.
    guard effects.count == 0 else { return }
    var index = 0
    while index < conversation.firstUnsettled {
      let response = conversation.line[index]
      if isForgettable(response) {
        commands.forget(response)
        forgetWaitingTexts(of: response)
        if conversation[response].generation.isOpen { uncountOpenItems(of: response) }
        conversation.remove(response) { effects.append(.forget($0)) }
      } else {
        index += 1
      }
    }
  }

  private func isForgettable(_ response: ResponseID) -> Bool {
    guard conversation[response].life.isSettled, !hasSegments(response) else { return false }
    if conversation.firstUnsettled > Limits.rememberedResponses || isCrowded { return true }
    guard !conversation[response].generation.isOpen else { return false }
    // What was heard long after its response had ended is not gone as soon as it is settled.
    return nowUs - max(conversation[response].endedUs, conversation[response].settledUs) >= Limits.tombstoneUs
      || conversation.createdCount - conversation[response].endedNumber
        >= Limits.tombstoneResponses
  }

  /// Whether so much is remembered that what is settled has to go.
  private var isCrowded: Bool {
    conversation.pieces > Limits.rememberedPieces / 2 || conversation.textCost > rememberedTextBytes / 2
  }

  /// Items that do not speak count as open until their response ends; this one never did.
  private mutating func uncountOpenItems(of response: ResponseID) {
    for item in conversation.items(of: response) {
      if conversation[item].kind != .message { conversation.openItems -= 1 }
    }
  }

  /// Whether something of a response is at the sink or on its way to the ear.
  func hasSegments(_ response: ResponseID) -> Bool {
    for index in 0..<timeline.count where self.response(of: timeline[index].part) == response {
      return true
    }
    return false
  }
}
