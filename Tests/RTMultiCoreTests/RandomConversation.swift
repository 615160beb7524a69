// A server, a sink, a listener and a host that do anything in any order, from a seed. Half of it makes sense
// at the moment at which it comes, the other half does not.

@testable import RTMultiCore

/// Drives one ``World`` by dice, and adds up what its sink reported.
final class RandomConversation {
  private var dice: Dice
  let world: World
  private let isPlain: Bool
  private var nowMs: Int64 = 0
  private var created = 0
  private var responses: [String] = []
  private var items: [String] = []
  private var offered: [String] = []
  /// Segments that were begun, the newest last.
  private var segments: [SegmentID] = []
  /// What the reports said of each segment, in frames, as far as its message was open then.
  private var reported: [UInt64: Int64] = [:]
  private var partOfSegment: [UInt64: PartID] = [:]

  /// - Parameter isPlain: whether the sink is one whose every frame can be accounted for: no estimates, no latency, one
  ///   rate, one segment at a time, and a sink that clears.
  init(seed: UInt64, isPlain: Bool = false) {
    dice = Dice(seed: seed)
    self.isPlain = isPlain
    var limits = Limits()
    if dice.once(in: 4) { limits.openItems = Self.fewItems }
    if dice.once(in: 4) { limits.itemTextBytes = 100 }
    // A server that plays by itself is left to Tests/Simulation: there P is its word, and it may owe that for ever (rule F4).
    let server = ServerCapabilities(rawValue: UInt32(dice.once(in: 2) ? 3 : dice.below(64)))
    world = World(
      server: server.subtracting(.ownsPlayout),
      sink: dice.once(in: 8) ? nil : Self.sink(&dice, isPlain: isPlain),
      estimates: isPlain ? false : dice.once(in: 2),
      writeAheadMs: dice.one(of: [nil, nil, 60, 200]),
      sourceRateHz: isPlain ? 24_000 : dice.one(of: [8_000, 24_000, 44_100]), limits: limits,
      reportsHeardAudio: dice.once(in: 2))
    world.observeWrite = { [unowned self] step, _ in
      guard case .write(let segment, let part, _, isFirst: true, _) = step else { return }
      segments.append(segment)
      partOfSegment[segment.number] = part
    }
    world.observe = { [unowned self] effect, _ in
      // What comes into the same slot is another part.
      guard case .forget(let part) = effect else { return }
      partOfSegment = partOfSegment.filter { $0.value != part }
    }
  }

  static let fewItems = 6

  private static func sink(_ dice: inout Dice, isPlain: Bool) -> SinkTraits {
    if isPlain { return World.sink(canPause: !dice.once(in: 4), showsText: dice.once(in: 3)) }
    return World.sink(
      rateHz: dice.one(of: [8_000, 24_000, 44_100, 48_000]), isGapless: dice.once(in: 2),
      canPause: !dice.once(in: 4), canClear: !dice.once(in: 4), showsText: dice.once(in: 3),
      latencyMs: dice.one(of: [0, 0, 0, 50, 300]))
  }

  /// Does `steps` things.
  func run(steps: Int) {
    for _ in 0..<steps {
      step()
      if !dice.once(in: 3) { hand() }
      collect()
    }
  }

  private func hand() {
    world.hand(capacity: dice.once(in: 5) ? Int64(dice.below(3_000)) : .max)
  }

  private func collect() {
    for line in world.said("offer") { offered.append(String(line.dropFirst(6))) }
  }

  // MARK: Steps

  private func step() {
    switch dice.below(100) {
    case 0..<22: audio()
    case 22..<32: text()
    case 32..<48: announce()
    case 48..<58: end()
    case 58..<78: report()
    case 78..<86: advance()
    case 86..<96: host()
    default: rare()
    }
  }

  private func anyResponse() -> String {
    if responses.isEmpty || dice.once(in: 12) { return dice.one(of: ["", "nobody", "r\(created)"]) }
    return dice.one(of: Array(responses.suffix(3)))
  }

  private func anyItem() -> String {
    if items.isEmpty || dice.once(in: 15) {
      return dice.one(of: ["", "stranger\(created)", "i\(items.count)"])
    }
    return dice.one(of: Array(items.suffix(5)))
  }

  private func anyContent() -> Int32? { dice.one(of: [nil, nil, 0, 0, 0, 1, 2, 65_535, 65_536]) }

  @discardableResult
  private func audio() -> Admission {
    world.audio(
      anyItem(), ms: dice.one(of: [0, 1, 20, 20, 100, 400]), content: anyContent(),
      in: dice.once(in: 2) ? "" : anyResponse())
  }

  @discardableResult
  private func text() -> Answer {
    world.text(
      anyItem(), dice.one(of: ["", "one ", "two", " three, four", "日本語", "👩‍👧 "]), content: anyContent(),
      endMs: dice.once(in: 3) ? Int64(dice.below(800)) : nil, in: dice.once(in: 2) ? "" : anyResponse())
  }

  @discardableResult
  private func announce() -> Answer {
    switch dice.below(6) {
    case 0:
      created += dice.once(in: 6) ? 0 : 1
      let name = "r\(created)"
      if responses.last != name { responses.append(name) }
      let traits = dice.once(in: 3) ? ResponseTraits(rawValue: UInt32(dice.below(16))) : []
      return world.response(name, traits, token: dice.once(in: 4) ? "t\(dice.below(3))" : "")
    case 1, 2:
      let name = dice.once(in: 8) ? anyItem() : "i\(items.count)"
      if !name.isEmpty, !items.contains(name) { items.append(name) }
      return world.item(
        name, in: anyResponse(), index: dice.once(in: 3) ? Int32(dice.below(4)) : nil,
        kind: dice.one(of: [.message, .message, .message, .message, .functionCall, .other]))
    case 3, 4: return world.part(anyItem(), anyContent() ?? 0, dice.once(in: 4) ? .text : .audio)
    default: return world.take(.expect(token: world.words["t\(dice.below(3))"]))
    }
  }

  @discardableResult
  private func end() -> Answer {
    switch dice.below(10) {
    case 0...2: return world.partDone(anyItem(), anyContent())
    case 3...5: return world.itemDone(anyItem())
    case 6, 7: return world.responseDone(anyResponse(), dice.one(of: GenerationTests.statuses))
    case 8:
      return world.take(
        .functionCall(response: world.words[anyResponse()], item: world.words[anyItem()], .none))
    default:
      let number = CommandNumber(dice.below(Int(world.engine.commands.newest) + 2))
      let refusal = dice.one(of: [.benign, .refused, .alreadyShorter(ms: Int64(dice.below(200)))] as [Refusal])
      return world.take(.rejected(number, refusal, .none))
    }
  }

  @discardableResult
  private func report() -> Answer {
    let newest = segments.last ?? SegmentID(number: 1)
    let id =
      dice.once(in: 10)
      ? SegmentID(number: UInt64(dice.below(30))) : dice.one(of: segments.suffix(2) + [newest])
    let written = isKnown(id) ? world.written(id) : 100
    let frames = dice.one(of: [written, written / 2, Int64(dice.below(Int(written) + 10)), 0, -1, .max])
    let weight = weight(of: id, frames: frames)
    let answer: Answer
    switch dice.below(8) {
    case 0, 1: return world.take(.started(id))
    case 2: return world.take(.sinkReady)
    case 3, 4: answer = world.take(.progress(id, frames: frames))
    case 5: answer = world.take(.mark(id, frames: frames))
    default: answer = world.take(.finished(id, frames: frames, interrupted: dice.once(in: 3)))
    }
    if answer == .ok, let weight { reported[id.number] = weight }
    return answer
  }

  private func advance() {
    nowMs += Int64(dice.one(of: [0, 1, 20, 100, 250, 600]))
    world.advance(toMs: dice.once(in: 10) ? nowMs - 5 : nowMs)
  }

  @discardableResult
  private func host() -> Answer {
    switch dice.below(8) {
    case 0: return world.take(.pause)
    case 1, 2: return world.take(.resume)
    case 3: return world.interrupt(by: dice.once(in: 2) ? .host : .listener)
    case 4: return world.interrupt(anyResponse(), by: dice.once(in: 2) ? .host : .listener)
    case 5: return world.interrupt("t\(dice.below(3))")
    default:
      return world.take(.textDelivered(item: world.words[offered.randomElement(using: &dice) ?? anyItem()]))
    }
  }

  @discardableResult
  private func rare() -> Answer {
    switch dice.below(16) {
    case 0...2: return world.take(.sinkChanged(Self.sink(&dice, isPlain: isPlain)))
    case 3: return world.take(.sinkChanged(nil))
    case 4:
      let answer = world.take(.reconnect)
      // The new session uses the old names.
      if dice.once(in: 2) { (responses, items, created) = ([], [], 0) }
      return answer
    case 5: return dice.once(in: 4) ? world.take(.close) : .ok
    case 6:
      nowMs += 61_000
      return world.advance(toMs: nowMs)
    case 7, 8: return world.take(.itemDeleted(item: world.words[anyItem()]))
    case 9:
      let place = Place(item: world.words[anyItem()], contentIndex: anyContent())
      return world.take(.partTruncated(place, audioEndMs: Int64(dice.below(200))))
    default: return world.advance(toMs: nowMs)
    }
  }

  // MARK: What the reports add up to

  private func isKnown(_ segment: SegmentID) -> Bool { world.engine.part(of: segment) != nil }

  /// What a report will add to P if it is accepted: nothing once its message has its record.
  private func weight(of segment: SegmentID, frames: Int64) -> Int64? {
    guard let part = world.engine.part(of: segment),
      world.engine.record(of: world.engine.item(of: part)).outcome == .pending
    else { return nil }
    return max(reported[segment.number, default: 0], min(frames, world.written(segment)))
  }

  /// The parts whose P is not what the sink reported, as sentences.
  var wrongPositions: [String] {
    var sums: [UInt32: Int64] = [:]
    for (segment, part) in partOfSegment { sums[part.slot, default: 0] += reported[segment, default: 0] }
    var wrongs: [String] = []
    for name in Set(items) {
      guard let item = world.engine.item(named: world.words[name]) else { continue }
      var next = world.engine.firstPart(of: item)
      while let part = next {
        let heard = world.engine.position(of: part).heard
        let sum = sums[part.slot, default: 0]
        if heard != sum { wrongs.append("P of \(world.name(part)) is \(heard), reported \(sum)") }
        next = world.engine.part(after: part)
      }
    }
    return wrongs
  }

  // MARK: The end

  /// Lets everything that is under way come to its end, with a sink that plays all it gets and a host that
  /// shows every text.
  func finish() {
    if world.engine.sink == nil { world.take(.sinkChanged(World.sink())) }
    world.take(.resume)
    collect()
    for _ in 0..<400 {
      endResponses()
      for item in Set(offered) { world.take(.textDelivered(item: world.words[item])) }
      world.take(.sinkReady)
      world.hand()
      playOne()
      nowMs += 50
      world.advance(toMs: nowMs)
      collect()
      if unsettled.isEmpty { return }
    }
  }

  private func endResponses() {
    for response in world.engine.conversation.line
    where world.engine.conversation[response].generation.isOpen {
      world.responseDone(world.engine.name(of: response).text)
    }
  }

  private func playOne() {
    guard let audible = world.engine.timeline.audible else { return }
    let id = world.engine.timeline[audible].id
    let written = world.engine.timeline[audible].written
    world.take(.started(id))
    let weight = weight(of: id, frames: written)
    let answer = world.take(.finished(id, frames: written, interrupted: false))
    if answer == .ok, let weight { reported[id.number] = weight }
  }

  /// The responses that never settled, by name.
  var unsettled: [String] {
    var names: [String] = []
    for response in world.engine.conversation.line
    where !world.engine.conversation[response].life.isSettled {
      names.append(world.engine.name(of: response).text)
    }
    return names
  }
}
