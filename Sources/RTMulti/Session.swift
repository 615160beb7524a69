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
  public var maximumQueuedBytes = 64 << 20
  /// In which JSON commands leave.
  public var dialect = Dialect.ga
  /// Whether the server's word that somebody speaks interrupts.
  public var speechInterrupts = Choice.asTheSessionSays
  /// Whether the server interrupts by itself when the listener speaks (rule D14).
  public var interrupts = Choice.asTheSessionSays
  public var maximumEventBytes = 16 << 20

  /// The defaults.
  public init() {}
}

/// A session. It belongs to one thread at a time. Give it inputs, and after each take deliveries with
/// ``next()`` until there are none.
public struct Session: ~Copyable {
  var engine: Engine
  var effects = EffectRing()
  var partAudio = PartAudioStore()
  var pool = AudioPool()
  var deferred = DeferredInputs()
  var tape: HeardTape?
  var history = History()
  var connection = Connection()
  var live = LiveMessages()
  var refusedOffers = RefusedOffers()
  /// Whether the input at hand was read from an event, which nobody offers again when it was refused (rule A13).
  var isReadingEvent = false
  /// What is wrong with the event that was refused last, and whether nobody has been told yet.
  var complaint = ByteBuffer(capacity: 1)
  var isComplaintNew = false
  /// The newest segment of which a write claimed more than it was offered.
  var greedySegment = SegmentID(number: 0)
  /// How audio arrives for parts that are opened without a format of their own; nil where the server has named one that
  /// nobody plays.
  public var currentFormat: AudioFormat? { connection.formats.ofSession }
  var sinkFormat: SinkFormat?
  var sentCommands: UInt64 = 0
  /// The channel to the device, if the sink is a pulled one.
  var pulled: PulledDriver?
  /// The pace of the sink, if it is a paced one or wants pieces of one length.
  var pacer: Pacer?
  /// Whether the host plays by itself, and has every sample already.
  var isPlayedByHost = false
  /// Where frames become the codes of a G.711 sink, if it is one.
  var codes: WrittenCodes?
  /// Whether the sink is offered PCM: neither codes nor the bare right to play.
  var offersPCM = true
  /// PCM that was decoded and not taken by the sink yet.
  var block: Block
  var text = ByteBuffer()
  var json = ByteBuffer()
  var eventID = ByteBuffer(capacity: 32)
  var queryText = ByteBuffer()
  var base64 = Base64Buffer()
  var pendingCalls = PendingCalls()
  /// What the delivery at hand is about.
  public internal(set) var event = Event(.settled)
  public internal(set) var message = Message.none
  public internal(set) var command = Command(kind: .cancel, eventID: .none)
  public internal(set) var report: Report?
  public internal(set) var heardAudio: HeardAudio?
  /// The texts of the delivery at hand, freed with the next one.
  var deliveredTexts = KeptTexts.none
  /// For the SYNC at hand: the kept items, then the dropped ones.
  public internal(set) var keptItems: [KeptItem] = []
  let options: SessionOptions

  /// A session without a sink.
  public init(_ options: SessionOptions) {
    UnheldDevices.free()
    self.options = options
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
    partAudio.closeAll(pool: &pool)
  }

  // MARK: Inputs

  /// Takes an input. From inside a callback (`isDelivering`) it is copied and runs after the effects at hand.
  @inlinable
  @inline(__always)
  public mutating func submit(_ input: SessionInput, isDelivering: Bool) -> Answer {
    if isDelivering { return deferInput(input) }
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
    self.isPlayedByHost = isPlayedByHost
    if isPlayedByHost { partAudio.countOnly(pool: &pool) }
    if let format {
      if traits?.reporting == .counted { pulled = PulledDriver(sink: format, fadeUs: fadeUs) }
      if let pacing { pacer = Pacer(pacing, rateHz: format.sampleRateHz) }
      block.makeRoom(for: format, restFrames: (pacer?.frame ?? 0) * 2)
    }
    codes = G711Codes.codes(of: codec).map { WrittenCodes($0, capacity: block.samples.count) }
    offersPCM = codes == nil && !isPlayedByHost
    tape = nil
    return .ok
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
    hearDevice()
    while deferred.count > 0 { runDeferred() }
  }

  /// Runs the oldest deferred input; what goes wrong with it becomes a diagnostic.
  mutating func runDeferred() {
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

  @usableFromInline
  mutating func run(_ input: Input) -> Answer {
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
    default: break
    }
    let clears = engine.clears
    let answer = engine.handle(input, into: &effects)
    // A device is cut when that is decided: the host may hear of it much later, where a callback has failed.
    if engine.clears != clears { cutDevice() }
    if answer == .limitItems { refuse(input) }
    if answer == .unsupported, case .pause = input { complain(pauseRefusal) }
    if case .advance = input {
      if pool.heldPackets > 0 { releaseOverdue() }
      endLiveMessageIfDue()
    }
    return answer
  }

  @usableFromInline
  mutating func run(_ place: Place, _ bytes: Bytes) -> Answer {
    guard let format = arrival(at: place) else { return refuseUnknownFormat(at: place) }
    return run(place, bytes, opening: format)
  }

  /// Takes audio; a part that it opens has this format.
  mutating func run(_ place: Place, _ bytes: Bytes, opening format: AudioFormat) -> Answer {
    if refusedOffers.isEmpty { return offer(place, bytes, opening: format) }
    endRefused(before: place, bytes, nil)
    let answer = offer(place, bytes, opening: format)
    takeBackRefused(place, answer)
    return answer
  }

  private mutating func offer(_ place: Place, _ bytes: Bytes, opening format: AudioFormat) -> Answer {
    if exceedsQueue(bytes.count) {
      if engine.hasLimit(place) { return refuse(.limitQueue, place, bytes) }
      // Nobody will hear it. But what is more than the limit by itself is never read, and no trace has it.
      if bytes.count > options.maximumQueuedBytes { return .limitQueue }
    }
    if let refusal = refusalOfOpening(place, bytes, format) {
      return refusal == .limitAudio ? refuse(refusal, place, bytes) : refusal
    }
    switch engine.admit(place, format: format, isEmpty: bytes.isEmpty, into: &effects) {
    case .refused(.limitItems): return refuseItem(of: place)
    case .refused(let answer): return answer
    case .drop(let part):
      drop(bytes, of: part)
      return .ignored
    case .play(let part):
      if !partAudio.has(part) {
        let format = engine.format(of: part) ?? format
        if let refusal = PartAudio.refusal(ofBeginning: bytes.raw, format: format) { return refusal }
        if format.codec == .oggOpus { countHeldBack() }
        partAudio.open(part, format: format)
        if isPlayedByHost { partAudio[part].countOnly(pool: &pool) }
      }
      let answer = append(bytes, to: part)
      return answer == .limitAudio ? refuse(answer, place, bytes) : answer
    }
  }

  /// Audio that nobody will hear counts as received all the same, for the server has it.
  mutating func drop(_ bytes: Bytes, of part: PartID) {
    guard !bytes.isEmpty, let format = engine.format(of: part) else { return }
    engine.dropped(part, frames: PartAudio(format: format).measure(bytes.raw))
  }

  /// Whether so many bytes more would break the limit of what waits. Packets of one byte and parts of one packet
  /// cost far more memory than bytes, so that has a limit too: twice as much, and a MiB for small limits.
  func exceedsQueue(_ byteCount: Int) -> Bool {
    byteCount > options.maximumQueuedBytes - pool.queuedBytes
      || (pool.queueMemoryBytes + byteCount - (1 << 20)) / 2 > options.maximumQueuedBytes
  }

  /// What audio is refused for that would open its item or part. Asked before it does, for an error changes nothing.
  mutating func refusalOfOpening(_ place: Place, _ bytes: Bytes, _ format: AudioFormat) -> Answer? {
    guard !bytes.isEmpty, !place.item.isEmpty, !engine.isClosed else { return nil }
    let known = engine.item(named: place.item).flatMap { engine.part(of: $0, at: place.contentIndex) }
    if let known, engine.format(of: known) != nil { return nil }
    if let refusal = PartAudio.refusal(ofBeginning: bytes.raw, format: format) { return refusal }
    guard known == nil,
      engine.exceedsLimit(
        opening: place, format: format, frames: PartAudio(format: format).measure(bytes.raw))
    else { return nil }
    return .limitAudio
  }

  private mutating func append(_ bytes: Bytes, to part: PartID) -> Answer {
    if bytes.isEmpty { return .ok }
    if partAudio[part].isSequenced {
      complain("This part gets its packets with their numbers; go on with rtmulti_session_packet.")
      return .invalid
    }
    if engine.exceedsLimit(part, frames: partAudio[part].measure(bytes.raw)) { return .limitAudio }
    let outcome = partAudio[part].append(bytes.raw, pool: &pool)
    if !pool.soundEdges.isEmpty { tellSoundEdges(of: part) }
    switch outcome {
    case .appended(let frames): received(part, frames, isDamaged: false)
    case .damaged(let frames): received(part, frames, isDamaged: true)
    case .refused(let answer): return answer
    case .ignored: return .ignored
    }
    return .ok
  }

  /// Tells the engine where a part falls silent or speaks again: its text goes by that.
  mutating func tellSoundEdges(of part: PartID) {
    pool.soundEdges.takeAll { engine.sounds($0, in: part) }
  }

  mutating func received(_ part: PartID, _ frames: Int64, isDamaged: Bool) {
    if pacer != nil, frames > 0 {
      let ticksPerFrame = partAudio[part].format.ticksPerFrame
      pacer?.arrived(part, frames: frames, ticksPerFrame: ticksPerFrame, nowUs: engine.now)
    }
    engine.received(part, frames: frames, grain: grain(of: part, frames), isDamaged: isDamaged, into: &effects)
  }

  /// The smallest piece that a part is handed over in: a packet, or 10 ms of samples.
  private func grain(of part: PartID, _ frames: Int64) -> Int64 {
    let format = partAudio[part].format
    return switch format.codec {
    case .opus: min(frames, partAudio[part].packetFrames)
    case .oggOpus: Int64(format.sampleRateHz / 50)
    case .pcm16, .uLaw, .aLaw: Int64(format.sampleRateHz / 100)
    }
  }

  /// Parts end with their audio: what was held back joins it, half a sample is dropped (rule H5).
  private mutating func finishVoices(before input: borrowing Input) {
    switch input {
    case .partDone(let place):
      guard let item = engine.item(named: place.item), let part = engine.part(of: item, at: place.contentIndex)
      else { return }
      finish(part)
    case .itemDone(let name):
      guard let item = engine.item(named: name) else { return }
      var part = engine.firstPart(of: item)
      while let open = part {
        finish(open)
        part = engine.part(after: open)
      }
    case .responseDone(let id, _, _): finishVoices(ofResponse: id)
    case .reconnect, .close: finishVoices(ofResponse: .none)
    default: break
    }
  }

  private mutating func finishVoices(ofResponse name: Bytes) {
    var parts: [PartID] = []
    engine.forEachOpenPart(ofResponse: name) { parts.append($0) }
    for part in parts { finish(part) }
  }

  /// Another stream begins: the last packet of those before it, which a page at their end could have trimmed, is heard
  /// before it also where the server sends its dones late (rule A3).
  private mutating func countHeldBack() {
    var parts: [PartID] = []
    engine.forEachOpenPart(ofResponse: .none) { parts.append($0) }
    for part in parts where partAudio.has(part) {
      let frames = partAudio[part].countHeldBack()
      if frames > 0 { received(part, frames, isDamaged: false) }
    }
  }

  mutating func finish(_ part: PartID) {
    engine.endText(of: part, into: &effects)
    guard partAudio.has(part) else { return }
    dropHeldBackIfOver(part)
    let before = partAudio[part].receivedFrames
    let outcome = partAudio[part].finish(pool: &pool)
    if !pool.soundEdges.isEmpty { tellSoundEdges(of: part) }
    let added = partAudio[part].receivedFrames - before
    if added > 0 { received(part, added, isDamaged: false) }
    if outcome == .droppedOddByte { engine.droppedOddByte(part, into: &effects) }
  }
}
