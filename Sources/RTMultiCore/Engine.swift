// The engine's state and its one way in. No rule lives here: each has its room beside this file, and this file only
// stores, delegates, and lets consequences follow.

/// The core of rtmulti: a value that turns inputs into effects. It has no clock, no threads, no audio and
/// no callbacks; equal inputs give equal effects.
public struct Engine: ~Copyable {
  // What every delta, every report and every tick asks lies together; what seldom matters comes behind it.

  var nowUs: Int64 = 0
  /// Whether the conversation was closed.
  public internal(set) var isClosed = false
  /// Whether a cut is being told: nothing else may be done or asked before ``finishCut(into:)``. Stored, for every step asks.
  public private(set) var isTellingCut = false
  /// Whether anything happened by which a message could have settled. Positions and audio alone cannot.
  var mayBeDue = true
  /// The turn time before which time alone lets no response pass another (rule A6); .min where that has to be looked for.
  var passingTurnUs = Int64.min
  var isPaused = false
  /// Whether the host's audio is on: else messages are shown instead of spoken (rule B11).
  var isAudioEnabled = true
  let estimates: Bool
  public let reportsHeardAudio: Bool
  /// Whether late audio of a response that has ended without a word is still to be told.
  var owesLapsed = false
  var server: ServerCapabilities
  /// The response whose late audio a SYNC is still to tell of, at a server that can do no more (rule F1); none mostly.
  var owesSync = ResponseID.none
  /// The response that the ear hears as speaking, or none (rule A8).
  var speaker = ResponseID.none
  var sink: SinkTraits?
  var clearing = Clearing.idle
  var intake = SinkIntake.open(delayUs: 0)
  var firstReport = FirstReport.notOwed
  /// How often the sink was told to clear.
  public internal(set) var clears: UInt64 = 0
  var lastSegment: UInt64 = 0
  /// Since when the sink has had nothing more to play, and since when it has been done with everything; nil while it plays.
  var dryTurnUs: Int64? = 0
  var turnClock = TurnClock()
  /// How far writing may run ahead of the position, in microseconds; nil is without bound.
  let writeAheadUs: Int64?
  let handoverUs: Int64
  /// How far a resume may step back to the start of a word, in microseconds.
  let stepBackUs: Int64
  let limits: Limits
  var listening: Listening
  var expected = Expectations()
  var timeline: Timeline
  var commands: CommandLog
  var conversation = Conversation()

  var finishedTurnUs: Int64 = 0
  /// When the last segment was said to be complete: a device finishes none before that.
  var flushedTurnUs: Int64 = 0
  var waitingTexts = WaitingTexts()
  var refusedItems = RefusedItems()
  var cutBeingTold: CutBeingTold? {
    didSet { isTellingCut = cutBeingTold != nil }
  }
  /// The kinds of callbacks whose failure was told, a bit each.
  var failedCallbacks: UInt16 = 0
  var lastCutGroup: UInt64 = 0
  var outputBuffer = OutputBuffer()
  var patience: Patience
  /// What has happened so far, for whoever watches.
  public internal(set) var tally = Tally()
  private let addressOnly = AddressOnly()

  /// An engine for one conversation.
  /// - Parameters:
  ///   - server: what the server can be told.
  ///   - interrupts: whether the server interrupts by itself when the listener speaks (rule D14).
  ///   - speechInterrupts: whether the server's word that somebody speaks is an interrupt (rule D14).
  ///   - estimates: whether positions are estimated between reports.
  ///   - writeAheadUs: how far writing may run ahead of what was played; nil is without bound.
  ///   - handoverUs: how early a gapless sink gets the next message (rule A2).
  ///   - stepBackUs: how far a resume may step back to the start of a word; 0 is not at all.
  ///   - reportsHeardAudio: whether ``Effect/heardAudio(_:_:through:)`` is wanted.
  public init(
    server: ServerCapabilities, interrupts: Choice = .asTheSessionSays,
    speechInterrupts: Choice = .asTheSessionSays, limits: Limits, patience: Patience, estimates: Bool,
    writeAheadUs: Int64?,
    handoverUs: Int64, stepBackUs: Int64 = 0, reportsHeardAudio: Bool
  ) {
    self.server = server
    listening = Listening(
      interrupts: interrupts, speechInterrupts: speechInterrupts,
      isSaidToInterrupt: server.contains(.interrupts))
    self.limits = limits
    self.patience = patience
    commands = CommandLog(patienceUs: patience.commandUs)
    self.writeAheadUs = writeAheadUs
    self.handoverUs = handoverUs
    self.stepBackUs = stepBackUs
    self.estimates = estimates
    self.reportsHeardAudio = reportsHeardAudio
    timeline = Timeline(estimates: estimates)
  }

  /// Takes one input, adds its effects in the order of birth, and answers. An error changes nothing.
  public mutating func handle(_ input: borrowing Input, into effects: inout EffectRing) -> Answer {
    if isTellingCut { finishCut(into: &effects) }
    if isClosed { return answerWhenClosed(input) }
    switch input {
    case .started, .progress, .queued, .sinkReady, .advance: break
    default: mayBeDue = true
    }
    let answer = dispatch(input, into: &effects)
    switch answer {
    case .limitItems: refused(answer, opening: input.opens, into: &effects)
    case .limitText: refused(answer, into: &effects)
    default: break
    }
    return conclude(answer, into: &effects)
  }

  /// Takes ``Input/progress(_:frames:atUs:)``, like ``handle(_:into:)-(Input,_)``: no other input comes so often.
  public mutating func playedThrough(
    _ segment: SegmentID, frames: Int64, atUs: Int64, into effects: inout EffectRing
  ) -> Answer {
    if isTellingCut { finishCut(into: &effects) }
    if isClosed { return .ignored }
    let answer = progress(segment, frames: frames, atUs: atUs, into: &effects)
    drawConsequences(into: &effects)
    return answer
  }

  /// Takes one input that a session relays, like ``handle(_:into:)-(Input,_)``.
  public mutating func handle(_ input: borrowing RelayedInput, into effects: inout EffectRing) -> Answer {
    if isTellingCut { finishCut(into: &effects) }
    if isClosed { return answerWhenClosed(input) }
    mayBeDue = true
    let answer = dispatch(input, into: &effects)
    switch answer {
    case .limitItems, .limitText: refused(answer, into: &effects)
    default: break
    }
    return conclude(answer, into: &effects)
  }

  /// Draws the consequences of an input that was answered so.
  @inline(__always)
  private mutating func conclude(_ answer: Answer, into effects: inout EffectRing) -> Answer {
    // What follows from a cut follows when all of it is told.
    if !isTellingCut { drawConsequences(into: &effects) }
    return answer
  }

  private mutating func dispatch(_ input: borrowing Input, into effects: inout EffectRing) -> Answer {
    switch input {
    case .expect(let token): expect(token, isOutOfBand: false)
    case .expectOutOfBand(let token): expect(token, isOutOfBand: true)
    case .unexpect(let token): unexpect(token)
    case .responseCreated(let id, let traits, let token):
      responseCreated(id, traits: traits, token: token, into: &effects)
    case .responseDone(let id, let status, let reason):
      responseDone(id, status: status, reason: reason, into: &effects)
    case .itemAdded(let response, let item, let index, let kind):
      itemAdded(response, item: item, outputIndex: index, kind: kind, into: &effects)
    case .partAdded(let place, let kind, let format):
      partAdded(place, kind: kind, format: format, into: &effects)
    case .text(let place, let text, let startMs, let endMs):
      received(text, startMs: startMs, endMs: endMs, at: place, into: &effects)
    case .partDone(let place): partDone(place, into: &effects)
    case .itemDone(let item): itemDone(item, into: &effects)
    case .reconnect: reconnect(into: &effects)
    case .phase(let item, let phase): setPhase(item, phase)
    case .itemDeleted(let item): itemDeleted(item, into: &effects)
    case .partTruncated(let place, let audioEndMs):
      partTruncated(place, audioEndMs: audioEndMs, into: &effects)
    case .interrupt(let response, let interrupter): interrupt(response, by: interrupter, into: &effects)
    case .cancel(let response): cancel(named: response, into: &effects)
    case .setServer(let capabilities): setServer(capabilities)
    case .setClearTimeout(let us): setClearTimeout(us: us)
    case .setAudioEnabled(let isEnabled): setAudioEnabled(isEnabled, into: &effects)
    case .pause: pause(into: &effects)
    case .resume: resume(into: &effects)
    case .textDelivered(let item): textDelivered(item, into: &effects)
    case .close: close(into: &effects)
    case .started(let segment, let atUs): started(segment, atUs: atUs, into: &effects)
    case .progress(let segment, let frames, let atUs):
      progress(segment, frames: frames, atUs: atUs, into: &effects)
    case .finished(let segment, let frames, let interrupted, let atUs):
      finished(segment, frames: frames, interrupted: interrupted, atUs: atUs, into: &effects)
    case .mark(let segment, let frames, let atUs): mark(segment, frames: frames, atUs: atUs, into: &effects)
    case .queued(let frames): queued(frames: frames, into: &effects)
    case .sinkReady: sinkReady()
    case .advance(let us): advance(us, into: &effects)
    }
  }

  private mutating func dispatch(_ input: borrowing RelayedInput, into effects: inout EffectRing) -> Answer {
    switch input {
    case .functionCall(let response, let item, let texts):
      functionCall(response, item: item, texts, into: &effects)
    case .rejected(let number, let refusal, let texts):
      rejected(number, refusal, texts, into: &effects)
    case .sinkChanged(let traits): sinkChanged(traits, into: &effects)
    case .wordTime(let place, let word, let startMs, let endMs):
      wordTime(word, startMs: startMs, endMs: endMs, at: place, into: &effects)
    case .requestRefused(let eventID, let isOfResponse): requestRefused(eventID, isOfResponse: isOfResponse)
    case .sessionTurnDetection(let detection): sessionTurnDetection(detection)
    case .speechStarted: speechStarted(into: &effects)
    case .speechStopped: speechStopped()
    case .outputBuffer(let response, let word): outputBuffer(response, word, into: &effects)
    }
  }

  private func answerWhenClosed(_ input: borrowing Input) -> Answer {
    switch input {
    case .started, .progress, .finished, .mark, .queued, .sinkReady, .textDelivered, .advance: .ignored
    default: .closed
    }
  }

  private func answerWhenClosed(_ input: borrowing RelayedInput) -> Answer {
    switch input {
    case .rejected, .requestRefused: .ignored
    default: .closed
    }
  }

  /// Everything that follows from the state rather than from an input: called after each.
  mutating func drawConsequences(into effects: inout EffectRing) {
    followClock(into: &effects)
    // A clear that the clock has answered: what follows from that is told first.
    if isTellingCut { return }
    followEar(into: &effects)
    noteDryness()
    followServer(into: &effects)
    settleIfDue(into: &effects)
  }

  mutating func settleIfDue(into effects: inout EffectRing) {
    guard mayBeDue else { return }
    mayBeDue = false
    settleWhatIsDue(into: &effects)
    if owesSync.exists { sync(about: owesSync, into: &effects) }
  }

  /// Adds a diagnostic.
  func diagnose(
    _ kind: Diagnostic, response: ResponseID = .none, item: ItemID = .none, segment: SegmentID = .none,
    detail: Detail = .none, into effects: inout EffectRing
  ) {
    effects.append(.diagnostic(kind, response, item, segment, detail))
  }

  /// An input made no sense, and `texts` say why.
  public func misunderstood(_ texts: KeptTexts, into effects: inout EffectRing) {
    diagnose(.protocolBreach, detail: .texts(texts), into: &effects)
  }

  /// A sink claims more of a segment than it was given, and `texts` say how (rule E1).
  public func claimed(
    _ segment: SegmentID, _ part: PartID, _ texts: KeptTexts, into effects: inout EffectRing
  ) {
    diagnose(.staleReport, item: item(of: part), segment: segment, detail: .texts(texts), into: &effects)
  }
}
