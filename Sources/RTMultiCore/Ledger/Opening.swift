// How responses, items and parts come into the ledger: announced by the server, or by the first delta that names them
// (rule A5). What they sound like is Arrival.swift's, how they end Ending.swift's.

extension Engine {
  // MARK: Responses

  mutating func responseCreated(
    _ id: Bytes, traits: ResponseTraits, token: Bytes, into effects: inout EffectRing
  ) -> Answer {
    guard !id.isEmpty else { return .invalid }
    if let known = conversation.response(named: id) {
      return announce(known, traits: traits, token: token, into: &effects)
    }
    guard conversation.openResponses < Limits.openResponses else { return .limitItems }
    let expectation = takeExpected(token, traits)
    let response = open(id, traits: traits.expected(as: expectation), into: &effects)
    if let interrupter = expectation?.interruptedBy, traits.areCovered(byInterrupt: interrupter) {
      cutAtCreation(response, into: &effects)
    }
    return .ok
  }

  /// The word that a response was created, after something of it had come (rule A5).
  private mutating func announce(
    _ response: ResponseID, traits: ResponseTraits, token: Bytes, into effects: inout EffectRing
  ) -> Answer {
    guard conversation[response].membership == .presumed else { return .ignored }
    conversation[response].membership = .announced
    let expectation = takeExpected(token, traits)
    conversation[response].traits = traits.expected(as: expectation)
    if let interrupter = expectation?.interruptedBy, traits.areCovered(byInterrupt: interrupter) {
      // As by the host: its CANCEL is never held back (rule D12).
      _ = interrupt(conversation[response].name.bytes, by: .host, into: &effects)
    }
    return .ok
  }

  mutating func open(
    _ id: Bytes, traits: ResponseTraits, into effects: inout EffectRing
  ) -> ResponseID {
    forgetOldResponses(into: &effects)
    let response = conversation.addResponse(id, traits: traits)
    conversation[response].createdUs = nowUs
    conversation[response].idleTurnUs = turnUs
    return response
  }

  /// The response that an item belongs to: the one it names, opened if need be, else the newest (rule A5).
  mutating func owner(named name: Bytes, into effects: inout EffectRing) -> ResponseID? {
    if name.isEmpty { return newestOfConnection }
    if let known = conversation.response(named: name) { return known }
    let response = open(name, traits: [], into: &effects)
    conversation[response].membership = .presumed
    diagnose(.protocolBreach, response: response, into: &effects)
    return response
  }

  /// The response of this name; without a name the newest (rule A5).
  func response(meantBy name: Bytes) -> ResponseID? {
    name.isEmpty ? newestOfConnection : conversation.response(named: name)
  }

  /// The response that a delta without a name belongs to; none of a lost connection (rules A5, F8).
  var newestOfConnection: ResponseID? {
    guard let newest = conversation.newest, conversation[newest].membership != .lost else { return nil }
    return newest
  }

  // MARK: Items

  mutating func itemAdded(
    _ response: Bytes, item: Bytes, outputIndex: Int32?, kind: ItemKind, into effects: inout EffectRing
  ) -> Answer {
    guard !item.isEmpty else { return .invalid }
    guard conversation.item(named: item) == nil else { return .ignored }
    if let refusal = refusalOfItem(in: response) { return refusal }
    guard let owner = owner(named: response, into: &effects) else {
      diagnose(.protocolBreach, into: &effects)
      return .ignored
    }
    _ = addItem(item, kind: kind, outputIndex: outputIndex, to: owner, into: &effects)
    if !waitingTexts.isEmpty, kind == .message { giveWaitingTexts(toNamed: item, into: &effects) }
    return .ok
  }

  /// Checked before anything is opened, so that a refused item leaves no trace.
  func refusalOfItem(in response: Bytes) -> Answer? {
    conversation.openItems < limits.openItems && !isFull(for: response) ? nil : .limitItems
  }

  /// Whether no further item of a response can be remembered, whatever becomes of it.
  func isFull(for response: Bytes) -> Bool {
    // The item may bring its first part with it.
    guard conversation.pieces + 2 <= Limits.rememberedPieces else { return true }
    let owner = self.response(meantBy: response)
    if let owner, conversation[owner].itemCount >= Limits.responseItems { return true }
    let opensResponse = owner == nil && !response.isEmpty
    return opensResponse && conversation.openResponses >= Limits.openResponses
  }

  mutating func addItem(
    _ name: Bytes, kind: ItemKind, outputIndex: Int32?, to response: ResponseID,
    into effects: inout EffectRing
  ) -> ItemID {
    if !refusedItems.isEmpty { refusedItems.forget(name) }
    let item = conversation.addItem(name, kind: kind, outputIndex: outputIndex, to: response)
    conversation[response].life.reopen()
    // Audio that opens an item comes past handle(_:into:), and must find whose turn it is all the same.
    mayBeDue = true
    lookForFollowers(of: item)
    guard kind == .message else {
      // Items that do not speak count as open until their response ends.
      if !conversation[response].generation.isOpen { conversation.openItems -= 1 }
      return item
    }
    // Its response is over for the listener, cut (rule D5), ended without a word (rule A6), or settled: nobody will hear it.
    if conversation[response].life.isSettled || conversation[response].generation == .lapsed {
      // What waited for it is text that it bears, for a server that cannot forget it (rule F1).
      if !waitingTexts.isEmpty { giveWaitingTexts(toNamed: name, into: &effects) }
      settleAtOnce(item, into: &effects)
    }
    return item
  }

  /// The item at a place, opened in its response if nobody announced it (rule A5). A refusal opens nothing.
  mutating func item(
    at place: Place, into effects: inout EffectRing
  ) -> Result<ItemID, Refused> {
    if let known = conversation.item(named: place.item) { return .success(known) }
    guard !place.item.isEmpty else { return .failure(.init(answer: .invalid)) }
    if let refusal = refusalOfItem(in: place.response) { return .failure(.init(answer: refusal)) }
    guard let response = owner(named: place.response, into: &effects) else {
      diagnose(.unknownItem, into: &effects)
      return .failure(.init(answer: .ignored))
    }
    let item = addItem(place.item, kind: .message, outputIndex: nil, to: response, into: &effects)
    diagnose(.unknownItem, response: response, item: item, into: &effects)
    return .success(item)
  }

  /// Why a place could not be opened.
  struct Refused: Error {
    let answer: Answer
  }

  // MARK: Parts

  mutating func partAdded(
    _ place: Place, kind: PartKind, format: AudioFormat?, into effects: inout EffectRing
  ) -> Answer {
    guard let contentIndex = place.contentIndex, contentIndex <= Limits.maximumContentIndex else {
      return .invalid
    }
    switch item(at: place, into: &effects) {
    case .failure(let refused): return refused.answer
    case .success(let item):
      guard conversation.part(of: item, at: contentIndex) == nil else { return .ignored }
      if let refusal = refusalOfPart(in: item) { return refusal }
      _ = addPart(kind: kind, contentIndex: contentIndex, format: format, to: item)
      if !waitingTexts.isEmpty { giveWaitingTexts(toNamed: place.item, into: &effects) }
      return .ok
    }
  }

  /// Checked before a part is added to an item that is known.
  func refusalOfPart(in item: ItemID) -> Answer? {
    var count = 0
    for _ in conversation.parts(of: item) { count += 1 }
    return count < Limits.itemParts && conversation.pieces < Limits.rememberedPieces ? nil : .limitItems
  }

  mutating func addPart(
    kind: PartKind, contentIndex: Int32, format: AudioFormat?, to item: ItemID
  ) -> PartID {
    let part = conversation.addPart(kind: kind, contentIndex: contentIndex, format: format, to: item)
    // A part that is opened behind the end of its item or response is over as soon as it is there.
    let response = conversation[conversation[item].response].generation
    if case .closed(let status) = response {
      _ = conversation[part].generation.close(status)
    } else if response == .lapsed || !conversation[item].generation.isOpen {
      _ = conversation[part].generation.close(.completed)
    }
    lookForFollowers(of: part)
    if kind == .audio, server.contains(.ownsPlayout) { comesToServer(conversation[item].response) }
    return part
  }

}

extension ResponseTraits {
  /// Whether an interrupt covers a response of this kind that it came before: a listener's does not cover what the host has
  /// said to be uninterruptible (rules A10, D12).
  fileprivate func areCovered(byInterrupt interrupter: Interrupter) -> Bool {
    interrupter == .host || !contains(.uninterruptible)
  }

  /// The host says of a response that it expects whether it is out-of-band; so may the server (rule A6).
  fileprivate func expected(as expectation: ExpectedResponse?) -> ResponseTraits {
    expectation?.isOutOfBand == true ? union(.outOfBand) : self
  }
}
