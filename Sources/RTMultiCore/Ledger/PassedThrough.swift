// What the engine only hands on: function calls (rule A7) and the phase of a message.

extension Engine {
  /// Surfaced at once, without waiting for playout and also after a cut (rule A7).
  mutating func functionCall(
    _ response: Bytes, item name: Bytes, _ texts: KeptTexts, into effects: inout EffectRing
  ) -> Answer {
    guard !name.isEmpty else { return .invalid }
    let item: ItemID
    if let known = conversation.item(named: name) {
      item = known
    } else {
      if let refusal = refusalOfItem(in: response) { return refusal }
      guard let owner = owner(named: response, into: &effects) else {
        diagnose(.unknownItem, into: &effects)
        return .ignored
      }
      item = addItem(name, kind: .functionCall, outputIndex: nil, to: owner, into: &effects)
    }
    guard conversation[item].kind == .functionCall else {
      diagnose(.protocolBreach, item: item, into: &effects)
      return .ignored
    }
    guard conversation[item].life != .surfaced else { return .ignored }
    conversation[item].life = .surfaced
    _ = conversation[item].generation.close(.completed)
    effects.append(.functionCall(item, texts))
    return .ok
  }

  /// The phase is nothing to the engine; a second one replaces the first.
  mutating func setPhase(_ name: Bytes, _ phase: Bytes) -> Answer {
    guard phase.count <= Limits.phaseBytes else { return .invalid }
    guard let item = conversation.item(named: name) else { return .ignored }
    conversation[item].phase.free()
    conversation[item].phase = OwnedBytes(phase)
    return .ok
  }
}
