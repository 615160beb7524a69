// What only time brings: deadlines, and forgetting.

extension Engine {
  mutating func advance(_ us: Int64, into effects: inout EffectRing) -> Answer {
    // A step backwards changes nothing (rule C7).
    guard us >= nowUs else { return .ignored }
    // So far from the end of the numbers that every deadline fits behind it.
    nowUs = min(us, 1 << 62)
    if let clearing, us >= clearing.deadlineUs {
      mayHaveSettled = true
      clearTimesOut(into: &effects)
    }
    return .ok
  }

  /// When ``Input/advance(us:)`` must come at the latest if nothing else happens; nil when nothing depends
  /// on time.
  public var nextDeadlineUs: Int64? {
    if isClosed { return nil }
    var deadline: Int64?
    func consider(_ us: Int64) { deadline = min(deadline ?? .max, us) }
    if let clearing { consider(clearing.deadlineUs) }
    if timeline.earDeadline(nowUs: nowUs) != nil { consider(nowUs + Self.followingStepUs) }
    if timeline.estimates, !isPaused, clearing == nil, timeline.ahead(nowUs: nowUs) > 0 {
      consider(nowUs + Self.followingStepUs)
    }
    if let clockUs = clockDeadline { consider(max(clockUs, nowUs)) }
    if let patienceUs = patienceDeadline { consider(max(patienceUs, nowUs)) }
    return deadline
  }

  /// How often a position that moves by itself is looked at: what text and write-ahead follow in.
  private static var followingStepUs: Int64 { 20_000 }

  /// When the patience with a silent message ends (rule A3).
  private var patienceDeadline: Int64? {
    guard let head, timeline.audible == nil, clearing == nil else { return nil }
    var item = conversation[head].cursor
    while item.exists {
      if standing(of: item) == .holds {
        guard let readyUs = conversation.readySince(after: .none, in: item) ?? readyPart(in: item) else {
          return nil
        }
        return readyUs + patience.turnUs
      }
      item = conversation[item].next
    }
    return nil
  }

  private func readyPart(in item: ItemID) -> Int64? {
    let first = conversation[item].firstPart
    return first.exists ? conversation.readySince(after: first, in: item) : nil
  }

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
        if conversation[response].generation.isOpen { settleOpenCount(of: response) }
        conversation.remove(response) { effects.append(.forget($0)) }
      } else {
        index += 1
      }
    }
  }

  private func isForgettable(_ response: ResponseID) -> Bool {
    guard conversation[response].isSettled, !hasSegments(response) else { return false }
    if conversation.firstUnsettled > Limits.rememberedResponses || isCrowded { return true }
    guard !conversation[response].generation.isOpen else { return false }
    return nowUs - conversation[response].endedUs >= Limits.tombstoneUs
      || conversation.createdCount - conversation[response].endedNumber
        >= Limits.tombstoneResponses
  }

  /// Whether so much is remembered that what is settled has to go.
  private var isCrowded: Bool {
    conversation.pieces > Limits.rememberedPieces / 2 || conversation.textCost > rememberedTextBytes / 2
  }

  /// Items that do not speak count as open until their response ends; this one never did.
  private mutating func settleOpenCount(of response: ResponseID) {
    var item = conversation[response].firstItem
    while item.exists {
      if conversation[item].kind != .message { conversation.openItems -= 1 }
      item = conversation[item].next
    }
  }

  private func hasSegments(_ response: ResponseID) -> Bool {
    for index in 0..<timeline.count where self.response(of: timeline[index].part) == response {
      return true
    }
    return false
  }
}
