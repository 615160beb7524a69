// An engine with somebody at each of its ends: a server that speaks, a sink that is handed audio, a host that
// reads what comes out as short lines. It drives the engine as a session does, and knows no rule.

@testable import RTMultiCore

/// One engine and all that was said by it. Sources are PCM16 at `sourceRateHz`; the sink turns what it gets
/// into its own rate as a resampler does, with the tail at the flush.
final class World {
  var engine: Engine
  var effects = EffectRing()
  let words = Words()
  let format: AudioFormat
  /// Effects as lines, since they were last read.
  private var lines: [String] = []
  /// Called with each effect, before the next input.
  var observe: (Effect, borrowing Engine) -> Void = { _, _ in }
  /// Called with each segment that begins, and with each piece that the sink takes.
  var observeWrite: (HandoverStep, borrowing Engine) -> Void = { _, _ in }

  /// What the sink has not taken yet, and whether the engine counts it as written.
  private var block: (segment: SegmentID, part: PartID, frames: Int64, isHanded: Bool)?
  private var handedSource: Int64 = 0
  private var writtenSink: [UInt64: Int64] = [:]
  private(set) var newestSegment: [String: SegmentID] = [:]

  static func sink(
    rateHz: Int = 24_000, isGapless: Bool = false, canPause: Bool = true, canClear: Bool = true,
    showsText: Bool = false, latencyMs: Int64 = 0, reporting: Reporting = .reports
  ) -> SinkTraits {
    var traits = SinkTraits(
      rateHz: rateHz, isGapless: isGapless, canPause: canPause, canClear: canClear, showsText: showsText,
      latencyUs: latencyMs * 1_000)
    traits.reporting = reporting
    return traits
  }

  init(
    server: ServerCapabilities = [.truncates, .deletes], sink: SinkTraits? = World.sink(),
    estimates: Bool = false, writeAheadMs: Int64? = nil, sourceRateHz: Int = 24_000,
    limits: Limits = Limits(), stepBackMs: Int64 = 0, reportsHeardAudio: Bool = false
  ) {
    format = AudioFormat(codec: .pcm16, sampleRateHz: sourceRateHz, channels: 1) ?? .realtimeDefault
    engine = Engine(
      server: server, limits: limits, patience: Patience(), estimates: estimates,
      writeAheadUs: writeAheadMs.map { $0 * 1_000 }, handoverUs: 100_000, stepBackUs: stepBackMs * 1_000,
      reportsHeardAudio: reportsHeardAudio)
    if let sink { take(.sinkChanged(sink)) }
  }

  // MARK: Inputs

  @discardableResult
  func take(_ input: Input) -> Answer {
    let answer = engine.handle(input, into: &effects)
    drain()
    return answer
  }

  @discardableResult
  func take(_ input: RelayedInput) -> Answer {
    let answer = engine.handle(input, into: &effects)
    drain()
    return answer
  }

  @discardableResult
  func response(_ name: String, _ traits: ResponseTraits = [], token: String = "") -> Answer {
    take(.responseCreated(id: words[name], traits: traits, token: words[token]))
  }

  @discardableResult
  func responseDone(_ name: String, _ status: Status = .completed) -> Answer {
    take(.responseDone(id: words[name], status: status, reason: .none))
  }

  @discardableResult
  func item(
    _ name: String, in response: String = "", index: Int32? = nil, kind: ItemKind = .message
  ) -> Answer {
    take(.itemAdded(response: words[response], item: words[name], outputIndex: index, kind: kind))
  }

  @discardableResult
  func part(_ item: String, _ contentIndex: Int32 = 0, _ kind: PartKind = .audio) -> Answer {
    take(.partAdded(place(item, contentIndex), kind: kind, format: format))
  }

  @discardableResult
  func audio(_ item: String, ms: Int64, content: Int32? = nil, in response: String = "") -> Admission {
    let place = Place(response: words[response], item: words[item], contentIndex: content)
    let admission = engine.admit(place, format: format, isEmpty: ms == 0, into: &effects)
    if case .play(let part) = admission {
      let frames = FrameCount.frames(milliseconds: ms, rateHz: format.sampleRateHz)
      engine.received(
        part, frames: frames, grain: Int64(format.sampleRateHz / 100), isDamaged: false, isNew: true,
        into: &effects)
    }
    drain()
    return admission
  }

  @discardableResult
  func text(
    _ item: String, _ text: String, content: Int32? = nil, startMs: Int64? = nil, endMs: Int64? = nil,
    in response: String = ""
  ) -> Answer {
    let place = Place(response: words[response], item: words[item], contentIndex: content)
    return take(.text(place, text: words[text], startMs: startMs, endMs: endMs))
  }

  @discardableResult
  func partDone(_ item: String, _ contentIndex: Int32? = nil) -> Answer {
    take(.partDone(place(item, contentIndex)))
  }

  @discardableResult
  func itemDone(_ item: String) -> Answer { take(.itemDone(item: words[item])) }

  /// A whole message: announced, spoken, done.
  func message(_ name: String, ms: Int64, text: String = "", in response: String = "", isDone: Bool = true) {
    item(name, in: response)
    part(name)
    if ms > 0 { audio(name, ms: ms) }
    if !text.isEmpty { self.text(name, text) }
    if isDone { itemDone(name) }
  }

  @discardableResult
  func interrupt(_ response: String = "", by interrupter: Interrupter = .listener) -> Answer {
    take(.interrupt(response: words[response], by: interrupter))
  }

  @discardableResult
  func advance(toMs ms: Int64) -> Answer { take(.advance(us: ms * 1_000)) }

  private func place(_ item: String, _ contentIndex: Int32?) -> Place {
    Place(item: words[item], contentIndex: contentIndex)
  }

  // MARK: Reports

  /// The newest segment of an item's part.
  func segment(_ item: String, _ contentIndex: Int32 = 0) -> SegmentID {
    newestSegment["\(item)/\(contentIndex)"] ?? SegmentID(number: 0)
  }

  @discardableResult
  func started(_ item: String) -> Answer { take(.started(segment(item))) }

  @discardableResult
  func progress(_ item: String, ms: Int64) -> Answer {
    take(.progress(segment(item), frames: sinkFrames(ms)))
  }

  @discardableResult
  func finished(_ item: String, ms: Int64, interrupted: Bool = false, content: Int32 = 0) -> Answer {
    take(.finished(segment(item, content), frames: sinkFrames(ms), interrupted: interrupted))
  }

  func sinkFrames(_ ms: Int64) -> Int64 {
    FrameCount.frames(milliseconds: ms, rateHz: engine.timeline.rateHz)
  }

  func written(_ segment: SegmentID) -> Int64 { writtenSink[segment.number] ?? 0 }

  // MARK: Handing over

  /// Gives the sink all that it may have now. `capacity`: sink frames that it takes before it is full.
  func hand(capacity: Int64 = .max) {
    var capacity = capacity
    while true {
      if let waiting = block {
        guard engine.mayWrite(waiting.segment) else {
          block = nil
          continue
        }
        if engine.waitsForSink { return }
        if !waiting.isHanded {
          engine.handed(waiting.segment, waiting.part, sourceFrames: 0, sinkFrames: waiting.frames)
        }
        let taken = min(waiting.frames, capacity)
        let rest = waiting.frames - taken
        writtenSink[waiting.segment.number, default: 0] += taken
        capacity -= taken
        block = rest > 0 ? (waiting.segment, waiting.part, rest, false) : nil
        if rest > 0 { engine.returned(waiting.segment, sinkFrames: rest, hasFailed: false) }
        continue
      }
      let step = engine.nextHandover()
      observeWrite(step, engine)
      switch step {
      case .nothing: return
      case .write(let segment, let part, let atMost, let isFirst, _):
        write(segment, part, atMost: atMost, isFirst: isFirst)
      case .flush(let segment, let part):
        // The resampler's tail: what is left of the last source frame.
        let whole = wholeSinkFrames(of: segment)
        if whole > written(segment), engine.mayWrite(segment) {
          block = (segment, part, whole - written(segment), false)
        } else {
          lines.append("flush \(name(part))")
          engine.flushed(segment, into: &effects)
          drain()
        }
      }
    }
  }

  private func write(_ segment: SegmentID, _ part: PartID, atMost: Int64, isFirst: Bool) {
    let name = name(part)
    if isFirst {
      newestSegment[name] = segment
      handedSource = 0
    }
    let source = min(atMost, engine.conversation[part].waiting)
    handedSource += source
    let due = FrameCount.convert(handedSource, fromHz: format.sampleRateHz, toHz: engine.timeline.rateHz)
    let frames = due - written(segment)
    engine.handed(segment, part, sourceFrames: source, sinkFrames: frames)
    lines.append("write \(name) \(FrameCount.milliseconds(source, rateHz: format.sampleRateHz))")
    if frames > 0 { block = (segment, part, frames, true) }
  }

  private func wholeSinkFrames(of segment: SegmentID) -> Int64 {
    guard let index = engine.timeline.index(of: segment) else { return 0 }
    let source = engine.timeline[index].handed
    let floor = FrameCount.convert(source, fromHz: format.sampleRateHz, toHz: engine.timeline.rateHz)
    let isEven = floor * Int64(format.sampleRateHz) == source * Int64(engine.timeline.rateHz)
    return isEven ? floor : floor + 1
  }

  // MARK: Reading

  private func drain() {
    repeat {
      while let effect = effects.popFirst() {
        observe(effect, engine)
        lines.append(effect.line(engine))
      }
      // As a session does: what is left of a cut comes before anything else.
      engine.finishCut(into: &effects)
    } while effects.count > 0
  }

  func name(_ part: PartID) -> String {
    "\(engine.name(of: engine.item(of: part)).text)/\(engine.contentIndex(of: part))"
  }

  /// What was said since the last reading: all of it, or the lines that begin with one of these words.
  func said(_ families: String...) -> [String] {
    defer { lines = [] }
    guard !families.isEmpty else { return lines.filter { !$0.hasPrefix("(") } }
    return lines.filter { line in families.contains { line.hasPrefix($0 + " ") || line == $0 } }
  }

  /// Everything that was said since the last reading, housekeeping included.
  func trace() -> [String] {
    defer { lines = [] }
    return lines
  }

  /// P of a part in milliseconds.
  func heardMs(_ item: String, _ contentIndex: Int32? = nil) -> Int64? {
    guard let id = engine.item(named: words[item]), let part = engine.part(of: id, at: contentIndex) else {
      return nil
    }
    return engine.conversation[part].heardMs
  }

  /// The text that was heard of an item.
  func heardText(_ item: String) -> String {
    guard let id = engine.item(named: words[item]) else { return "" }
    var text: [UInt8] = []
    engine.forEachHeardText(of: id) { text += Array($0) }
    return String(decoding: text, as: UTF8.self)
  }
}
