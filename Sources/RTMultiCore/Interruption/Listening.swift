// What the server hears of the listener (rule D14), and the CANCEL that is held back until it is clear that it did not
// hear what ours did (rule D13).

/// Whether something holds, as the host has said for good, or as the server's session says.
public enum Choice: Equatable, Sendable {
  case yes
  case no
  case asTheSessionSays
}

/// What is known of the server's ear.
struct Listening {
  /// Whether the server interrupts by itself, and whether its `speech_started` is an interrupt.
  let interrupts: Choice
  let speechInterrupts: Choice
  /// What the host says of its server, for as long as no session event does.
  var isSaidToInterrupt: Bool
  /// What the last session event said that named its turn detection.
  var detection: TurnDetection?
  /// When the server said last that somebody speaks, and when the host last interrupted for a listener.
  var speechUs = Limits.neverUs
  var interruptUs = Limits.neverUs
  /// When the next CANCEL is due that is held back; nil while none is.
  var cancelUs: Int64?

  /// Whether the server cancels by itself when the listener speaks (rules D13, D14).
  var cancelsByItself: Bool { holds(interrupts) }
  /// Whether the server's word that somebody speaks is an interrupt (rule D14).
  var isInterruptedBySpeech: Bool { holds(speechInterrupts) }

  private func holds(_ choice: Choice) -> Bool {
    switch choice {
    case .yes: true
    case .no: false
    case .asTheSessionSays: detection.map { $0 == .interrupts } ?? isSaidToInterrupt
    }
  }
}

extension Engine {
  // MARK: The server's words

  mutating func sessionTurnDetection(_ detection: TurnDetection) -> Answer {
    guard listening.detection != detection else { return .ignored }
    listening.detection = detection
    return .ok
  }

  /// The server hears the listener: an interrupt, unless its session says otherwise. Shortly after the host's own interrupt
  /// it is the same utterance, which covers no more than that one did (rule D14).
  mutating func speechStarted(into effects: inout EffectRing) -> Answer {
    listening.speechUs = nowUs
    guard listening.isInterruptedBySpeech, nowUs - listening.interruptUs > patience.clearUs else {
      return .ignored
    }
    followEar(into: &effects)
    return interruptAll(by: .listener, into: &effects)
  }

  /// The server has cancelled a response because the listener spoke: where its word is an interrupt, the response is cut
  /// like one (rule F7).
  mutating func cutIfSpokenOver(_ response: ResponseID, _ reason: Bytes, into effects: inout EffectRing) {
    // A cancelled end that says so, and not any other (rule F7).
    guard conversation[response].generation == .closed(.cancelled),
      reason.holdsSame(as: Bytes("turn_detected")),
      listening.isInterruptedBySpeech
    else { return }
    followEar(into: &effects)
    _ = interruptNamed(conversation[response].name.bytes, by: .listener, into: &effects)
  }

  // MARK: The CANCEL that is held back

  /// A response was interrupted that is still generating: CANCEL leaves at once (rule D1), but for a listener at a server
  /// that interrupts by itself, which does that in its conversation only (rule D13).
  mutating func cancelWhenDue(
    _ response: ResponseID, by interrupter: Interrupter, into effects: inout EffectRing
  ) {
    // Its own interruption is waited for (rule D13).
    guard interrupter == .listener, listening.cancelsByItself, conversation[response].isRemembered else {
      return cancel(response, into: &effects)
    }
    guard conversation[response].generation.isOpen else { return }
    // It has heard the same utterance, and its own end of the response is on the way.
    if nowUs - listening.speechUs <= patience.clearUs { return }
    conversation[response].cancelUs = nowUs + patience.clearUs
    listening.cancelUs = min(listening.cancelUs ?? .max, nowUs + patience.clearUs)
  }

  /// Sends the CANCELs whose time has come: the server has said nothing, and still generates (rule D13).
  mutating func cancelHeldBack(into effects: inout EffectRing) {
    guard let dueUs = listening.cancelUs, nowUs >= dueUs else { return }
    listening.cancelUs = nil
    for response in conversation.line {
      guard let cancelUs = conversation[response].cancelUs else { continue }
      if cancelUs > nowUs {
        listening.cancelUs = min(listening.cancelUs ?? .max, cancelUs)
      } else {
        conversation[response].cancelUs = nil
        // From `clear_timeout` before the interrupt on.
        if listening.speechUs < cancelUs - 2 * patience.clearUs { cancel(response, into: &effects) }
      }
    }
  }

  /// A host's interrupt, or the close, sends a CANCEL that is still held back at once (rules D8, D13). Returns whether there
  /// was one.
  mutating func cancelAtOnce(_ response: ResponseID, into effects: inout EffectRing) -> Bool {
    guard conversation[response].cancelUs != nil else { return false }
    conversation[response].cancelUs = nil
    cancel(response, into: &effects)
    return true
  }
}
