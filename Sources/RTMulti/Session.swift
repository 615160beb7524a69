// One conversation: the engine, the audio that waits for it, and the one loop in which inputs become
// deliveries. No callback is called here and no thread is known: that is for the doors.

import RTMultiAudio
import RTMultiCore
import RTMultiWire

/// How a session is set up; the defaults are those of the header's `rtmulti_config`.
public struct SessionOptions {
  public var server: ServerCapabilities = [.truncates, .deletes]
  public var limits = Limits()
  public var patience = Patience()
  /// Whether positions are estimated between reports.
  public var estimates = true
  /// nil is without bound.
  public var writeAheadUs: Int64? = 200_000
  public var handoverUs: Int64 = 100_000
  public var stepBackUs: Int64 = 0
  /// Whether ``Delivery/heardAudio`` is wanted.
  public var reportsHeardAudio = false
  /// In which JSON commands leave.
  public var dialect = Dialect.ga
  /// Whether the server's word that somebody speaks interrupts.
  public var speechInterrupts = Choice.asTheSessionSays
  /// Whether the server interrupts by itself when the listener speaks (rule D14).
  public var interrupts = Choice.asTheSessionSays
  public var maximumEventBytes = 16 << 20
  public var maximumQueuedBytes = 64 << 20

  /// The defaults.
  public init() {}
}

/// How a sink is driven (docs/rules/DESIGN.md §5). It is asked at every step, so it is a byte.
enum Driver: UInt8 {
  /// It is written to, and reports.
  case written
  /// It is written to in pieces of one length: ``Session/pacer``.
  case inPieces
  /// A device takes what lies in a channel: ``Session/pulled``.
  case pulled
  /// The host plays by itself, and has every sample already (rule E11).
  case host
}

/// A session. It belongs to one thread at a time. Give it inputs, and after each take deliveries with
/// ``next()`` until there are none.
public struct Session: ~Copyable {
  // What every delta and every tick touches lies together, so that of thousands of sessions each brings few lines into the
  // cache; what seldom matters comes behind it.

  var engine: Engine
  let options: SessionOptions
  var tape: HeardTape?
  var deferred = DeferredInputs()
  var driver = Driver.written
  /// Whether the sink is offered PCM: neither codes nor the bare right to play.
  var offersPCM = true
  var sinkFormat: SinkFormat?
  /// The pace of the sink, if it is a paced one or wants pieces of one length.
  var pacer: Pacer?
  /// PCM that was decoded and not taken by the sink yet.
  var block: Block
  /// Paced: the segment whose last piece lies in the block, or was just written; its flush follows.
  var endedPart: (segment: SegmentID, part: PartID)?
  var refusedOffers = RefusedOffers()
  var partAudio = PartAudioStore()
  /// The texts of the delivery at hand, freed with the next one.
  var deliveredTexts = KeptTexts.none
  @usableFromInline var effects = EffectRing()
  var live = LiveMessages()
  /// How much audio may wait: ``SessionOptions/maximumQueuedBytes``, which every delta asks for.
  let maximumQueuedBytes: Int
  var pool = AudioPool()

  /// Where frames become the codes of a G.711 sink, if it is one.
  var codes: WrittenCodes?
  /// The channel to the device, if the sink is a pulled one.
  var pulled: PulledDriver?
  var connection = Connection()
  /// How audio arrives for parts that are opened without a format of their own; nil where the server has named one that
  /// nobody plays.
  public var currentFormat: AudioFormat? { connection.formats.ofSession }
  /// Whether the input at hand was read from an event, which nobody offers again when it was refused (rule A13).
  var isReadingEvent = false
  /// What is wrong with the event that was refused last, and whether nobody has been told yet.
  var isComplaintNew = false
  var complaint = ByteBuffer(capacity: 1)
  /// The newest segment of which a write claimed more than it was offered.
  var greedySegment = SegmentID(number: 0)
  var sentCommands: UInt64 = 0
  var base64 = Base64Buffer()
  var text = ByteBuffer()
  var json = ByteBuffer()
  var eventID = ByteBuffer(capacity: 32)
  /// The number at the end of ``eventID``; 0 before the first command.
  var numberInEventID: CommandNumber = 0
  var queryText = ByteBuffer()
  var pendingCalls = PendingCalls()
  var history = History()
  /// What the delivery at hand is about.
  public internal(set) var event = Event(.settled)
  public internal(set) var message = Message.none
  public internal(set) var command = Command(kind: .cancel, eventID: .none)
  public internal(set) var report: Report?
  public internal(set) var heardAudio: HeardAudio?
  /// For the SYNC at hand: the kept items, then the dropped ones.
  public internal(set) var keptItems: [KeptItem] = []

  /// A session without a sink.
  public init(_ options: SessionOptions) {
    UnheldDevices.free()
    self.options = options
    maximumQueuedBytes = options.maximumQueuedBytes
    engine = Engine(
      server: options.server, interrupts: options.interrupts, speechInterrupts: options.speechInterrupts,
      limits: options.limits, patience: options.patience,
      estimates: options.estimates, writeAheadUs: options.writeAheadUs, handoverUs: options.handoverUs,
      stepBackUs: options.stepBackUs, reportsHeardAudio: options.reportsHeardAudio)
    block = Block()
  }

  /// Gives everything back. Must be the last call.
  public mutating func end() {
    deliveredTexts.free()
    deliveredTexts = .none
    while let effect = effects.popFirst() {
      switch effect {
      case .functionCall(_, let texts), .diagnostic(_, _, _, _, .texts(let texts)), .dropTexts(let texts):
        texts.free()
      default: break
      }
    }
    while let entry = deferred.popFirst() { entry.free() }
    pulled?.end(pool: &pool)
    pulled = nil
    block.leave(&pool)
    partAudio.closeAll(pool: &pool)
  }

  // MARK: Inputs

  /// Takes an input. From inside a callback (`isDelivering`) it is copied and runs after the effects at hand.
  @inlinable
  @inline(__always)
  public mutating func submit(_ input: SessionInput, isDelivering: Bool) -> Answer {
    if isDelivering {
      // Nearly everything that comes from inside a callback is a report.
      if case .plain(.progress(let segment, let frames, let atUs)) = input {
        return deferReport(DeferredReport(segment: segment, frames: frames, atUs: atUs))
      }
      return deferInput(input)
    }
    catchUp()
    return run(input)
  }

  /// Sets, replaces or takes away the sink.
  public mutating func setSink(
    _ format: SinkFormat?, _ traits: SinkTraits?, codec: Codec = .pcm16, pacing: Pacing? = nil, fadeUs: Int = 0,
    isPlayedByHost: Bool = false
  ) -> Answer {
    catchUp()
    // A closed session has nothing to play; what it still has of a sink it lets go.
    if engine.isClosed, format != nil { return .closed }
    // What only the host has, nobody else can play (rule E5).
    if format != nil, !isPlayedByHost, partAudio.hasCounted { return .unsupported }
    leaveDevice()
    if !engine.isClosed {
      let answer = relay(.sinkChanged(traits))
      guard answer == .ok else { return answer }
    }
    block.drop()
    sinkFormat = format
    pacer = nil
    driver = isPlayedByHost ? .host : .written
    if isPlayedByHost { partAudio.countOnly(pool: &pool) }
    if let format {
      if traits?.reporting == .counted {
        pulled = PulledDriver(sink: format, fadeUs: fadeUs)
        driver = .pulled
      }
      if let pacing {
        pacer = Pacer(pacing, rateHz: format.sampleRateHz)
        driver = .inPieces
      }
      block.setRoom(for: format, restFrames: (pacer?.frame ?? 0) * 2, pool: &pool)
    }
    codes = G711Codes.codes(of: codec).map { WrittenCodes($0, capacity: block.capacity) }
    offersPCM = codes == nil && !isPlayedByHost
    tape = nil
    return .ok
  }

  @usableFromInline
  mutating func deferReport(_ report: DeferredReport) -> Answer {
    if deferred.keep(report) { return .queued }
    return deferInput(.plain(.progress(report.segment, frames: report.frames, atUs: report.atUs)))
  }

  @usableFromInline
  mutating func deferInput(_ input: SessionInput) -> Answer {
    switch input {
    case .event(let event), .audioDelta(_, let event, _):
      if let refusal = refusal(ofEvent: event) { return refusal }
    default: break
    }
    if deferred.append(input) { return .queued }
    switch input {
    case .audio(let place, let bytes): return refuse(.limitDeferred, place, bytes, behind: deferred.count)
    case .packet(let place, let bytes, let stamp):
      return refuse(.limitDeferred, place, bytes, stamp, behind: deferred.count)
    default: break
    }
    engine.refused(.limitDeferred, into: &effects)
    return .limitDeferred
  }

  /// What came from inside callbacks that were then stopped is older than what comes now.
  @usableFromInline
  mutating func catchUp() {
    settleOffer()
    becomeWhole()
    if driver == .pulled { hearDevice() }
    while !deferred.isEmpty { runDeferred() }
  }

  /// Does all that the newest input has begun: called before anything else is done or asked.
  @inline(__always)
  public mutating func becomeWhole() {
    if engine.isTellingCut { engine.finishCut(into: &effects) }
  }

  /// Runs the oldest deferred input; what goes wrong with it becomes a diagnostic.
  mutating func runDeferred() {
    if let report = deferred.takeReport() {
      _ = run(report)
      if !refusedOffers.isEmpty { refusedOffers.hasRunDeferred() }
      return
    }
    guard let entry = deferred.popFirst() else { return }
    let answer = run(entry.input)
    if !refusedOffers.isEmpty { refusedOffers.hasRunDeferred() }
    if answer == .invalid, isComplaintNew {
      engine.misunderstood(KeptTexts(complaint.bytes), into: &effects)
    } else if answer == .invalid || answer == .notUTF8 || answer.refusesStream {
      engine.refused(answer, into: &effects)
    }
    isComplaintNew = false
    entry.free()
  }

  /// A door that makes an input calls what runs it: where both are known, nothing is made and nothing chosen.
  @inlinable
  @inline(__always)
  mutating func run(_ input: SessionInput) -> Answer {
    switch input {
    case .plain(.progress(let segment, let frames, let atUs)):
      run(DeferredReport(segment: segment, frames: frames, atUs: atUs))
    case .plain(let input): run(input)
    case .audio(let place, let bytes): run(place, bytes)
    case .packet(let place, let bytes, let stamp): run(place, bytes, stamp)
    case .format(let format): run(format)
    case .event(let event): run(event: event)
    case .audioDelta(let place, let base64, let eventID): run(audioDelta: place, base64, eventID)
    case .functionCall(let response, let item, let callID, let name, let arguments):
      run(functionCall: response, item, callID, name, arguments)
    case .outputBuffer(let response, let word): run(outputBuffer: response, word)
    case .commandRejected(let eventID, let code, let message): run(refusal: eventID, code, message)
    }
  }

  @usableFromInline
  mutating func run(_ format: AudioFormat) -> Answer {
    _ = connection.formats.note(format)
    return .ok
  }

  @usableFromInline
  mutating func run(outputBuffer response: Bytes, _ word: OutputBufferWord) -> Answer {
    relay(.outputBuffer(response: response, word))
  }

  @usableFromInline
  mutating func run(
    functionCall response: Bytes, _ item: Bytes, _ callID: Bytes, _ name: Bytes, _ arguments: Bytes
  ) -> Answer {
    let texts = KeptTexts(callID, name, arguments)
    let answer = relay(.functionCall(response: response, item: item, texts))
    if answer != .ok { texts.free() }
    return answer
  }

  @usableFromInline
  mutating func run(refusal eventID: Bytes, _ code: Bytes, _ message: Bytes) -> Answer {
    run(refusalOf: commandNumber(eventID: eventID, code: code, message: message), eventID, code, message)
  }

  /// Draws the consequences of the server's refusal of a command (rules F5, F6).
  mutating func run(
    refusalOf number: CommandNumber, _ eventID: Bytes, _ code: Bytes, _ message: Bytes
  ) -> Answer {
    let texts = KeptTexts(code, message, eventID)
    let answer = relay(.rejected(number, refusal(of: number, code: code, message: message), texts))
    // A closed engine takes nothing, also not what an input carries.
    if engine.isClosed { texts.free() }
    return answer
  }

  mutating func relay(_ input: RelayedInput) -> Answer {
    let clears = engine.clears
    let answer = engine.handle(input, into: &effects)
    if engine.clears != clears { cutDevice() }
    return answer
  }

  /// A report of progress, the input that comes most often: it ends nothing and closes nothing.
  @usableFromInline
  mutating func run(_ report: DeferredReport) -> Answer {
    let clears = engine.clears
    let answer = engine.playedThrough(report.segment, frames: report.frames, atUs: report.atUs, into: &effects)
    if engine.clears != clears { cutDevice() }
    return answer
  }

  @usableFromInline
  mutating func run(_ input: Input) -> Answer {
    switch input {
    // A report and an interrupt open, end and refuse no audio, and nobody waits as impatiently as they do.
    case .interrupt, .started, .progress, .finished, .mark, .queued, .sinkReady:
      if refusedOffers.isEmpty { return give(input) }
    case .advance:
      if refusedOffers.isEmpty { return advance(input) }
    default: break
    }
    return runWhole(input)
  }

  /// Gives an input to the engine. A device is cut when that is decided: the host may hear of it much later, where a callback
  /// has failed.
  @inline(__always)
  private mutating func give(_ input: Input) -> Answer {
    let clears = engine.clears
    let answer = engine.handle(input, into: &effects)
    if engine.clears != clears { cutDevice() }
    return answer
  }

  private mutating func advance(_ input: Input) -> Answer {
    let answer = give(input)
    if pool.heldPackets > 0 { releaseOverdue() }
    if pool.hasTooMuch { pool.letGo() }
    endLiveMessageIfDue()
    return answer
  }

  @inline(never)
  private mutating func runWhole(_ input: Input) -> Answer {
    // How its audio arrives is decided when it is opened.
    if case .partAdded(let place, let kind, nil) = input, let format = arrival(at: place) {
      return run(.partAdded(place, kind: kind, format: format))
    }
    if !refusedOffers.isEmpty { endRefused(before: input) }
    finishVoices(before: input)
    switch input {
    // Everything settles before a close returns, so the device is asked first (rule B10).
    case .close: stopDevice()
    case .reconnect: beginConnection()
    case .advance: return advance(input)
    default: break
    }
    let answer = give(input)
    if answer == .limitItems { refuse(input) }
    if answer == .unsupported, case .pause = input { complain(pauseRefusal) }
    return answer
  }
}
