// How a server that plays by itself is silenced (rule F4): whom an interrupt covers is Interrupt.swift's; here is what
// follows for the responses that the server plays. CANCEL goes before CLEAR_OUTPUT, and neither goes where the server
// cuts by itself and may have heard the same utterance.

extension Engine {
  /// A response was interrupted that the server plays. Returns whether it is to be silenced now; `isNews` becomes true
  /// where the interrupt changes anything.
  mutating func mustBeSilenced(
    _ response: ResponseID, by interrupter: Interrupter, isNews: inout Bool, into effects: inout EffectRing
  ) -> Bool {
    // A server interrupts by itself in its conversation only (rule D13).
    let isAtOnce = interrupter == .host || !listening.cancelsByItself || !conversation[response].isRemembered
    guard !conversation[response].buffer.isBeingCut else {
      // What it plays no more it may still generate.
      if isAtOnce, conversation[response].generation.isOpen, !conversation[response].isCancelled {
        isNews = true
        cancel(response, into: &effects)
      }
      return false
    }
    guard !isAtOnce else {
      isNews = true
      return true
    }
    guard conversation[response].silenceUs == nil else { return false }
    isNews = true
    // Its word comes, or `clear_timeout` is over (rule D13). What it has cancelled behind what it has just cleared is gone.
    if conversation[response].buffer == .untold, conversation[response].generation == .closed(.cancelled),
      nowUs - outputBuffer.clearedUs <= patience.clearUs
    {
      _ = countsAsCleared(response, isSaid: true, into: &effects)
    } else {
      conversation[response].silenceUs = nowUs + patience.clearUs
    }
    return false
  }

  /// Silences the server: CANCEL for each response, then one CLEAR_OUTPUT. What waits in its buffer behind another response
  /// cannot be taken out alone, and is cut at once (rule D9).
  mutating func silence(_ responses: [ResponseID], into effects: inout EffectRing) {
    guard !responses.isEmpty else { return }
    for response in responses {
      conversation[response].silenceUs = nil
      conversation[response].isMuted = true
      cancel(response, into: &effects)
    }
    let isAnyHeard = heardAtServer != nil
    var toClear: ResponseID?
    for response in responses {
      if isAnyHeard, conversation[response].buffer.sinceUs == nil {
        _ = conversation[response].buffer.cleared(nowUs: nowUs, deadlineUs: nowUs, isSaid: true)
      } else {
        _ = conversation[response].buffer.silenced(deadlineUs: nowUs + patience.clearUs)
        toClear = toClear ?? response
      }
    }
    if let toClear { clearOutput(toClear, into: &effects) }
  }

  /// Silences the responses for which a listener's interrupt has been held back for so long that the server has not heard
  /// it (rule D13).
  mutating func silenceWhatIsDue(into effects: inout EffectRing) {
    var due: [ResponseID] = []
    for index in conversation.firstUnsettled..<conversation.line.count {
      let response = conversation.line[index]
      if conversation[response].life == .atServer, let silenceUs = conversation[response].silenceUs,
        nowUs >= silenceUs
      {
        due.append(response)
      }
    }
    silence(due, into: &effects)
  }

  /// The host closes: whatever the server plays is silenced, and settles where it is (rule B10).
  mutating func closeAtServer(_ responses: [ResponseID], into effects: inout EffectRing) {
    let unsilenced = responses.first { !conversation[$0].buffer.isBeingCut }
    if let toClear = heardAtServer ?? unsilenced, !conversation[toClear].buffer.isBeingCut {
      clearOutput(toClear, into: &effects)
    }
    for response in responses {
      let end = cutSomewhere(response)
      // Nobody shows a text behind a close.
      _ = conversation[response].buffer.cleared(nowUs: nowUs, deadlineUs: nowUs, isSaid: true)
      endAtServer(response, end, into: &effects)
    }
  }

  /// The response that the server's buffer plays, as far as it has said: nobody can pause that.
  var heardAtServer: ResponseID? {
    guard server.contains(.ownsPlayout) else { return nil }
    for index in conversation.firstUnsettled..<conversation.line.count {
      let response = conversation.line[index]
      if conversation[response].life == .atServer, conversation[response].buffer.isHeard { return response }
    }
    return nil
  }

  /// Whether the server's output buffer plays anything, as far as it has said.
  public var isServerHeard: Bool { heardAtServer != nil }

  /// The server begins to play what was cut before that: it has not obeyed in time, so it is silenced once more.
  mutating func startedAfterItsCut(_ response: ResponseID, into effects: inout EffectRing) -> Answer {
    let isCut = conversation[response].isInterrupted || conversation[response].buffer.isOverUnstarted
    guard isForServer(response), isCut, conversation[response].buffer.sinceUs == nil else { return .ignored }
    conversation[response].buffer = .cleared(sinceUs: nowUs, atUs: nowUs, deadlineUs: nowUs, isSaid: true)
    clearOutput(response, into: &effects)
    return .ok
  }

  /// CLEAR_OUTPUT: the server drops what it has not played. It names no response there: all of its buffer goes.
  private mutating func clearOutput(_ response: ResponseID, into effects: inout EffectRing) {
    guard conversation[response].membership != .lost else { return }
    let number = commands.note(.clearOutput(response), response: response, item: .none, nowUs: nowUs)
    effects.append(.clearOutput(number, response))
  }
}
