// A server that plays by itself (rule F4): which responses are its to play, and what its words about its output buffer
// change. Nothing of these is at our sink, so no turn, position or clear of ours is about them.

extension Engine {
  // MARK: Whose playout it is

  /// Whether a response is one that the server would play: nothing of it has come over our wire, and it is to speak.
  func isForServer(_ response: ResponseID) -> Bool {
    server.contains(.ownsPlayout) && conversation[response].saidTurnUs == nil
      && conversation[response].membership != .lost
      && conversation[response].traits.isDisjoint(with: [.local, .text])
  }

  /// A message of a response was announced with an audio part, or its words have come: the server plays it, until audio
  /// comes over our wire (rule F4).
  mutating func comesToServer(_ response: ResponseID) {
    guard isForServer(response), conversation[response].generation != .lapsed else { return }
    conversation[response].life.comesToServer()
  }

  /// Audio of it comes over our wire after all: it is our sink's, and what was estimated of it is forgotten.
  mutating func comesToSink(_ response: ResponseID) {
    conversation[response].life.comesToSink()
    // What of it waited for the server's word waits no more.
    mayBeDue = true
    for item in conversation.items(of: response) {
      for part in conversation.parts(of: item) { setHeard(part, ms: 0, isEstimated: false) }
    }
  }

  /// Whether the server plays a response, also where its words about that are the first that show it.
  private mutating func isAtServer(_ response: ResponseID) -> Bool {
    comesToServer(response)
    return conversation[response].life == .atServer
  }

  // MARK: The words

  mutating func outputBuffer(_ name: Bytes, _ word: OutputBufferWord, into effects: inout EffectRing) -> Answer
  {
    guard server.contains(.ownsPlayout) else { return .ignored }
    outputBuffer.hasSpoken = true
    let response = name.isEmpty ? unnamedResponse(for: word) : conversation.response(named: name)
    if word == .started { othersHaveStopped(besides: response, into: &effects) }
    guard let response else {
      diagnose(.protocolBreach, into: &effects)
      return .ignored
    }
    switch word {
    case .started: return bufferStarted(response, into: &effects)
    case .stopped: return bufferStopped(response, into: &effects)
    case .cleared: return bufferCleared(response, into: &effects)
    }
  }

  /// Whom a word without a name is about: what begins is the newest response, what ends is what is heard.
  private func unnamedResponse(for word: OutputBufferWord) -> ResponseID? {
    if word == .started { return newestOfConnection }
    return heardAtServer ?? newestOfConnection
  }

  private mutating func bufferStarted(_ response: ResponseID, into effects: inout EffectRing) -> Answer {
    guard isAtServer(response) else { return startedAfterItsCut(response, into: &effects) }
    if conversation[response].buffer.isOverUnstarted { return startedAfterItsCut(response, into: &effects) }
    guard conversation[response].buffer.started(nowUs: nowUs) else { return .ignored }
    noteFirstFrame(of: response)
    beginToSpeak(response, into: &effects)
    return .ok
  }

  /// `stopped`: all of it was heard, also where CLEAR_OUTPUT has come too late for it.
  private mutating func bufferStopped(_ response: ResponseID, into effects: inout EffectRing) -> Answer {
    guard isAtServer(response) else { return .ignored }
    if case .cleared(_, _, _, isSaid: true) = conversation[response].buffer { return .ignored }
    endAtServer(response, .heardWhole(isSaid: true), into: &effects)
    return .ok
  }

  /// `cleared`: it was cut, and the server says next where (rule F4).
  private mutating func bufferCleared(_ response: ResponseID, into effects: inout EffectRing) -> Answer {
    commands.answer(.clearOutput(response))
    outputBuffer.clearedUs = nowUs
    guard isAtServer(response) else { return .ignored }
    guard countsAsCleared(response, isSaid: true, into: &effects) else { return .ignored }
    // What waits behind it in the buffer, and was interrupted with it, is gone as well.
    for index in conversation.firstUnsettled..<conversation.line.count {
      let other = conversation.line[index]
      guard conversation[other].life == .atServer, conversation[other].buffer.sinceUs == nil else { continue }
      let isInterrupted = conversation[other].silenceUs != nil || conversation[other].buffer.isBeingCut
      // It was not named: a `stopped` that comes for it all the same is believed.
      if isInterrupted { _ = countsAsCleared(other, isSaid: false, into: &effects) }
    }
    return .ok
  }

  /// A response was cut: its speaking ends now, and it settles when the server says where, or at a deadline.
  mutating func countsAsCleared(
    _ response: ResponseID, isSaid: Bool, into effects: inout EffectRing
  ) -> Bool {
    guard
      conversation[response].buffer.cleared(
        nowUs: nowUs, deadlineUs: nowUs + patience.clearUs, isSaid: isSaid)
    else { return false }
    conversation[response].isMuted = true
    conversation[response].silenceUs = nil
    stopSpeaking(response, into: &effects)
    return true
  }

  /// The next `started` stands for a lost `stopped` (rule F4), and for a lost `cleared` of what was to be silenced.
  private mutating func othersHaveStopped(besides next: ResponseID?, into effects: inout EffectRing) {
    var index = conversation.firstUnsettled
    while index < conversation.line.count {
      let response = conversation.line[index]
      index += 1
      guard response != next, conversation[response].life == .atServer else { continue }
      switch conversation[response].buffer {
      case .playing where isSpokenOver(response), .silenced(.some, _):
        _ = countsAsCleared(response, isSaid: false, into: &effects)
      case .playing: endAtServer(response, .heardWhole(isSaid: true), into: &effects)
      case .untold, .silenced, .cleared: break
      }
    }
  }

  /// Whether the server has cancelled a response because the listener spoke (rule F7).
  private func isSpokenOver(_ response: ResponseID) -> Bool {
    conversation[response].silenceUs != nil && conversation[response].generation == .closed(.cancelled)
  }

  /// `conversation.item.truncated` of a message that the server plays: it was cut there (rule F4). Returns nil for any
  /// other item.
  mutating func truncatedAtServer(_ place: Place, audioEndMs: Int64?, into effects: inout EffectRing) -> Answer?
  {
    guard server.contains(.ownsPlayout), let item = conversation.item(named: place.item),
      conversation[item].kind == .message
    else { return nil }
    let response = conversation[item].response
    guard isAtServer(response) else { return nil }
    let part = conversation.part(of: item, at: place.contentIndex) ?? conversation.part(of: item, at: nil)
    guard let part = part ?? newPart(of: item) else { return .limitItems }
    stopSpeaking(response, into: &effects)
    endAtServer(response, .cutAt(item, part, ms: audioEndMs), into: &effects)
    return .ok
  }

  /// A part of which nothing came but where it was cut.
  private mutating func newPart(of item: ItemID) -> PartID? {
    guard refusalOfPart(in: item) == nil else { return nil }
    return addPart(kind: .audio, contentIndex: 0, format: nil, to: item)
  }

  // MARK: What only time brings

  /// Everything about these responses that follows from time: called after each input.
  @inline(__always)
  mutating func followServer(into effects: inout EffectRing) {
    if server.contains(.ownsPlayout) { followResponses(into: &effects) }
  }

  @inline(never)
  private mutating func followResponses(into effects: inout EffectRing) {
    silenceWhatIsDue(into: &effects)
    var index = conversation.firstUnsettled
    while index < conversation.line.count {
      if conversation[conversation.line[index]].life == .atServer { follow(at: index, into: &effects) }
      index += 1
    }
    conversation.passSettled()
  }

  private mutating func follow(at index: Int, into effects: inout EffectRing) {
    let response = conversation.line[index]
    if case .silenced(_, let deadlineUs) = conversation[response].buffer, nowUs >= deadlineUs {
      _ = countsAsCleared(response, isSaid: false, into: &effects)
    }
    if conversation[response].buffer.isHeard { followPlace(of: response, into: &effects) }
    switch conversation[response].buffer {
    case .untold:
      if let dueUs = untoldDeadline(at: index), nowUs >= dueUs {
        endAtServer(response, .heardWhole(isSaid: false), into: &effects)
      }
    case .cleared(_, _, let deadlineUs, _) where nowUs >= deadlineUs:
      endAtServer(response, cutSomewhere(response), into: &effects)
    case .playing, .silenced, .cleared: break
    }
  }

  /// When a response that the server says nothing of counts as heard: `response_patience` after a later one was created.
  private func untoldDeadline(at index: Int) -> Int64? {
    for later in conversation.line[(index + 1)...] where conversation[later].isRemembered {
      return conversation[later].createdUs + patience.responseUs
    }
    return nil
  }

  /// When ``followServer(into:)`` has something to do at the latest.
  var serverDeadline: Int64? {
    guard server.contains(.ownsPlayout) else { return nil }
    var deadline: Int64?
    func consider(_ us: Int64?) {
      if let us { deadline = min(deadline ?? .max, us) }
    }
    for index in conversation.firstUnsettled..<conversation.line.count {
      let response = conversation.line[index]
      guard conversation[response].life == .atServer else { continue }
      consider(conversation[response].silenceUs)
      consider(conversation[response].buffer.deadlineUs)
      if conversation[response].buffer == .untold { consider(untoldDeadline(at: index)) }
      if conversation[response].buffer.isHeard, hasMoreToHear(response) { consider(nowUs + 20_000) }
    }
    return deadline
  }
}
