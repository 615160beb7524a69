// Responses that were asked for and are not created yet (rule D12): how an expectation begins and ends, which response is
// the one that was expected, and what an interrupt does to those that are still to come.

/// A response that was asked for and is not created yet (rule D12).
struct ExpectedResponse {
  /// Empty where the host cannot name what it asks for: it is then the next response that no other token names.
  let token: OwnedBytes
  /// Only an interrupt that names it covers it, and it is out-of-band though the server's words may not say so.
  let isOutOfBand: Bool
  /// Who interrupted it before it began, if anybody.
  var interruptedBy: Interrupter?
  /// When it ends by itself; nil while it does not.
  var endUs: Int64?
  /// The listener's turn has ended since: the next response answers that.
  var yieldsToListener = false
}

/// All of them, the oldest first.
struct Expectations: ~Copyable {
  /// When the next of them ends by itself.
  private(set) var endUs: Int64?
  /// Whether the server has ever given a token back: if so, each response is known by its own.
  var areNamed = false
  private(set) var all: [ExpectedResponse] = []

  deinit {
    for expectation in all { expectation.token.free() }
  }

  subscript(index: Int) -> ExpectedResponse {
    get { all[index] }
    set {
      all[index] = newValue
      findEnd()
    }
  }

  func index(of token: Bytes) -> Int? { all.firstIndex { $0.token.bytes.holdsSame(as: token) } }

  /// The oldest of the conversation, or outside of it.
  func oldest(isOutOfBand: Bool) -> Int? { all.firstIndex { $0.isOutOfBand == isOutOfBand } }

  /// The oldest without a token, and the newest.
  var oldestUnnamed: Int? { all.firstIndex { $0.token.bytes.isEmpty } }
  var newestUnnamed: Int? { all.lastIndex { $0.token.bytes.isEmpty } }

  mutating func append(_ expectation: ExpectedResponse) { all.append(expectation) }

  mutating func remove(at index: Int) {
    all.remove(at: index).token.free()
    findEnd()
  }

  mutating func removeAll() {
    for expectation in all { expectation.token.free() }
    all.removeAll()
    endUs = nil
  }

  /// Ends those whose time is over.
  mutating func end(nowUs: Int64) {
    guard let endUs, nowUs >= endUs else { return }
    for index in all.indices.reversed() {
      if let itsUs = all[index].endUs, nowUs >= itsUs { all.remove(at: index).token.free() }
    }
    findEnd()
  }

  private mutating func findEnd() { endUs = all.compactMap { $0.endUs }.min() }
}

extension Engine {
  // MARK: Begin and end

  mutating func expect(_ token: Bytes, isOutOfBand: Bool) -> Answer {
    // One that nobody names is of the conversation, and each is one more.
    guard !token.isEmpty || !isOutOfBand else { return .invalid }
    guard token.isEmpty || expected.index(of: token) == nil else { return .ignored }
    guard expected.all.count < Limits.expectedResponses else { return .limitItems }
    expected.append(ExpectedResponse(token: OwnedBytes(token), isOutOfBand: isOutOfBand))
    return .ok
  }

  /// The host does not expect it any more; without a token, what it asked for last.
  mutating func unexpect(_ token: Bytes) -> Answer {
    guard let index = token.isEmpty ? expected.newestUnnamed : expected.index(of: token) else {
      return .ignored
    }
    expected.remove(at: index)
    return .ok
  }

  /// An expectation ends with the request that it stands for: the one that is refused by name or, where the server
  /// gives no name, the oldest, of the conversation if there is one, for there it has one answer at a time. A name that
  /// stands for no expectation may be that of a request whose expectation has none.
  mutating func requestRefused(_ eventID: Bytes, isOfResponse: Bool) -> Answer {
    let unnamed =
      if !isOfResponse {
        Int?.none
      } else if eventID.isEmpty {
        expected.oldest(isOutOfBand: false) ?? expected.oldest(isOutOfBand: true)
      } else {
        expected.oldestUnnamed
      }
    guard let index = (eventID.isEmpty ? nil : expected.index(of: eventID)) ?? unnamed else { return .ignored }
    expected.remove(at: index)
    return .ok
  }

  // MARK: The response that was expected

  /// The listener's turn has ended: the server answers that with the next response of the conversation, unless its session
  /// says that it detects no turns.
  mutating func speechStopped() -> Answer {
    guard listening.detection != .absent, !expected.all.isEmpty else { return .ignored }
    for index in expected.all.indices { expected[index].yieldsToListener = true }
    return .ok
  }

  /// Takes the expectation that a response is created for, by its token; where the server has never given one back, it is
  /// the oldest, unless the response answers the listener's own turn.
  mutating func takeExpected(_ token: Bytes, _ traits: ResponseTraits) -> ExpectedResponse? {
    if !token.isEmpty { expected.areNamed = true }
    guard !expected.all.isEmpty, !traits.contains(.local) else { return nil }
    let index = token.isEmpty ? unnamedExpected(traits) : expected.index(of: token)
    guard let index else { return nil }
    defer { expected.remove(at: index) }
    return expected[index]
  }

  private mutating func unnamedExpected(_ traits: ResponseTraits) -> Int? {
    let isOutOfBand = traits.contains(.outOfBand)
    let oldest =
      !expected.areNamed
      ? expected.oldest(isOutOfBand: isOutOfBand) : isOutOfBand ? nil : expected.oldestUnnamed
    guard let index = oldest else { return nil }
    guard !isOutOfBand, expected[index].yieldsToListener else { return index }
    // That turn is answered now; the response after this one is the expected one again.
    for index in expected.all.indices { expected[index].yieldsToListener = false }
    return nil
  }

  // MARK: Interrupted before it is created

  mutating func interruptExpected(named name: Bytes, by interrupter: Interrupter) -> Bool {
    guard !name.isEmpty, let index = expected.index(of: name) else { return false }
    return interruptExpected(at: index, by: interrupter)
  }

  /// All of the conversation: one that is out-of-band must be named.
  mutating func interruptExpected(by interrupter: Interrupter) -> Bool {
    var isAny = false
    for index in expected.all.indices where !expected[index].isOutOfBand {
      if interruptExpected(at: index, by: interrupter) { isAny = true }
    }
    return isAny
  }

  /// A host's interrupt covers more than a listener's, and counts also behind it (rule A10).
  private mutating func interruptExpected(at index: Int, by interrupter: Interrupter) -> Bool {
    let before = expected[index].interruptedBy
    guard before == nil || (before == .listener && interrupter == .host) else { return false }
    expected[index].interruptedBy = interrupter
    if before == nil, patience.commandUs > 0 { expected[index].endUs = nowUs + patience.commandUs }
    return true
  }

  /// Rule D12: a response that was interrupted before it was created. While the sink still clears for what was interrupted,
  /// it is told together with that, so that its DELETEs stay behind the TRUNC (rules D1, D5).
  mutating func cutAtCreation(_ response: ResponseID, into effects: inout EffectRing) {
    if !clearing.isForCut { lastCutGroup += 1 }
    conversation[response].cut(group: lastCutGroup, nowUs: nowUs)
    cancel(response, into: &effects)
    if !clearing.isForCut { settled(response, into: &effects) }
  }
}
