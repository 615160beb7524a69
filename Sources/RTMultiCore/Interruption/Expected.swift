// Responses that were asked for and are not created yet (rule D12).

/// A response that was asked for and is not created yet (rule D12).
struct ExpectedResponse {
  let token: OwnedBytes
  /// Who interrupted it before it began, if anybody.
  var interruptedBy: Interrupter?
}

extension Engine {
  mutating func expect(_ token: Bytes) -> Answer {
    guard !token.isEmpty else { return .invalid }
    guard !expected.contains(where: { $0.token.bytes.holdsSame(as: token) }) else { return .ignored }
    guard expected.count < Limits.expectedResponses else { return .limitItems }
    expected.append(ExpectedResponse(token: OwnedBytes(token)))
    return .ok
  }

  /// Forgets what was expected under `token` and says who interrupted it.
  mutating func takeExpected(_ token: Bytes) -> Interrupter? {
    guard let index = expected.firstIndex(where: { $0.token.bytes.holdsSame(as: token) }) else { return nil }
    let found = expected.remove(at: index)
    found.token.free()
    return found.interruptedBy
  }

  /// An expectation ends with the request that it stands for: the one that is refused by name or, where the server
  /// gives no name, the oldest.
  mutating func requestRefused(_ eventID: Bytes, isOfResponse: Bool) -> Answer {
    let index =
      eventID.isEmpty
      ? (isOfResponse && !expected.isEmpty ? 0 : nil)
      : expected.firstIndex { $0.token.bytes.holdsSame(as: eventID) }
    guard let index else { return .ignored }
    expected.remove(at: index).token.free()
    return .ok
  }

  mutating func interruptExpected(named name: Bytes, by interrupter: Interrupter) -> Bool {
    guard
      let index = expected.firstIndex(where: {
        $0.interruptedBy == nil && $0.token.bytes.holdsSame(as: name)
      })
    else { return false }
    expected[index].interruptedBy = interrupter
    return true
  }

  /// Rule D12: a response that was interrupted before it was created.
  mutating func cutAtCreation(_ response: ResponseID, into effects: inout EffectRing) {
    lastCutGroup += 1
    conversation[response].life = .beingCut(group: lastCutGroup)
    cancel(response, into: &effects)
    settled(response, into: &effects)
  }
}
