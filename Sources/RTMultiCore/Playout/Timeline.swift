// The position ledger: what was written to the sink, what the sink says it played, and what the ear has
// heard of that. Counts of sink frames only; what they mean for a message is the engine's.

/// The frames of one audio part at the sink, under one id.
struct Segment: ~Copyable {
  enum Phase: Equatable {
    /// More frames may come.
    case open
    /// The sink knows that no more will come.
    case flushed
    /// The sink was told to drop it.
    case clearing
    /// The sink is done with it.
    case finished
  }

  /// What is known of the beginning of a segment, and told of it once the ear is there (rule A8).
  enum Start: Equatable {
    case unknown
    case reported(atUs: Int64)
    case told

    var isReported: Bool {
      if case .reported = self { true } else { false }
    }
  }

  let id: SegmentID
  let part: PartID
  /// The source frame of the part at which this segment begins.
  let base: Int64
  /// Source frames handed over in it.
  var handed: Int64 = 0
  /// Sink frames that the sink took.
  var written: Int64 = 0
  /// Frames of silence that were written behind them: no audio of the message.
  var padding: Int64 = 0
  /// Sink frames that the sink said it played.
  var played: Int64 = 0
  /// How far the clock was into the silence behind it when it was over: the ear is no less far for it (rule C6).
  var paddingPlayed: Int64 = 0
  /// Sink frames that the ear has heard.
  var ear: Int64 = 0
  /// Sink frames that were given out as heard audio.
  var givenOut: Int64 = 0
  var phase = Phase.open
  /// The phase in which the ear was last looked at: a flush makes the last frame stand for all.
  var heardPhase = Phase.open
  var start = Start.unknown
  /// Whether the sink has said anything of it: before that nothing has shown that it plays (rule C8).
  var hasReport = false
  /// Whether more was reported of it than was written, and that was told (rule E1).
  var wasOverreported = false
  /// Whether the sink took all of it: from then on its last frame stands for all that was handed over.
  var isWhole = false
  /// Whether `played` is an estimate, because the sink never answered (rule E2).
  var isPlayedEstimated = false

  /// The sink was told to drop it. That moves no ear, so there is nothing to look at anew.
  mutating func beginClearing() {
    if heardPhase == phase { heardPhase = .clearing }
    phase = .clearing
  }

  /// What this segment adds to the sink's timeline once the next one plays.
  var length: Int64 {
    phase != .finished || played == written ? written + padding : played
  }
  /// Whether the ear has everything of it that will ever play.
  var isDrained: Bool { phase == .finished && ear >= played }

  /// The source frame up to which the part was heard.
  func heardFrames(sourceRateHz: Int, sinkRateHz: Int) -> Int64 {
    // The last sink frame stands for all that was handed over, whatever rounding the rates need.
    if isWhole, ear >= written { return base + handed }
    return base + min(handed, FrameCount.convert(ear, fromHz: sinkRateHz, toHz: sourceRateHz))
  }
}

/// The segments that the sink or the ear is not done with, in the order in which they were handed over,
/// laid end to end on one line of sink frames.
struct Timeline: ~Copyable {
  private var segments: UnsafeMutablePointer<Segment>
  private var capacity = 2
  private(set) var count = 0
  /// Where the first kept segment begins.
  private(set) var origin: Int64 = 0

  /// A moment at which the sink's position was known.
  private struct Fact {
    var us: Int64
    var position: Int64
    /// Whether the sink said so. What is only estimated may be taken back, and then this must still be known.
    var isReported: Bool
  }
  /// There from the first fact on: most sinks are as near as the ear.
  private var factStorage: UnsafeMutablePointer<Fact>?
  private var facts: UnsafeMutablePointer<Fact> { factStorage.unsafelyUnwrapped }
  private var factCount = 0
  private static var factCapacity: Int { 32 }
  /// The ear never goes back, also when old facts are forgotten.
  private var earFloor: Int64 = 0

  /// Between reports the position runs on; it stands still while paused or cleared.
  private enum Clock {
    case stopped
    case running(sinceUs: Int64, from: Int64)
    case frozen(at: Int64, sinceUs: Int64)
  }
  private var clock = Clock.stopped
  /// Until when silence plays that was written behind a segment which is over: what is written now begins behind it
  /// (rule C2).
  private var silentUntilUs = Int64.min

  /// A time in which the position stood still, at `position` at the most.
  private struct Standstill {
    var sinceUs: Int64
    var untilUs: Int64
    var position: Int64
  }
  /// The newest of them: who tells of a moment before it does not know of it.
  private var standstill: Standstill?
  /// Since when no other standstill was, and something was written: what is told of earlier is taken to hold then.
  private var knownSinceUs = Int64.max

  var rateHz = 24_000
  var latencyUs: Int64 = 0
  /// What a device has taken and the ear has not heard: it has not been played, and yet nobody waits for it.
  var onTheWay: Int64 = 0
  var estimates: Bool
  /// Whether a segment is taken to play as soon as it is written (rule C8).
  var startsAtOnce = false
  private let addressOnly = AddressOnly()

  init(estimates: Bool) {
    self.estimates = estimates
    segments = .allocate(capacity: capacity)
  }

  deinit {
    segments.deallocate()
    factStorage?.deallocate()
  }

  // MARK: Segments

  /// The segment at a place in the line itself, not a copy.
  subscript(index: Int) -> Segment {
    unsafeAddress { UnsafePointer(segments + index) }
    unsafeMutableAddress { segments + index }
  }

  mutating func append(_ segment: consuming Segment) {
    if count == capacity {
      let larger = UnsafeMutablePointer<Segment>.allocate(capacity: capacity * 2)
      larger.moveInitialize(from: segments, count: count)
      segments.deallocate()
      segments = larger
      capacity *= 2
    }
    (segments + count).initialize(to: segment)
    count += 1
  }

  @inline(__always)
  func index(of id: SegmentID) -> Int? {
    // Nearly always it is the newest, and mostly they are numbered without a gap. A host may name any number.
    var index = count - 1
    if index > 0 { index &-= Int(truncatingIfNeeded: segments[index].id.number &- id.number) }
    if index >= 0, index < count, segments[index].id == id { return index }
    index = count - 1
    while index >= 0, segments[index].id != id { index -= 1 }
    return index < 0 ? nil : index
  }

  /// The first segment that the sink is not done with: the audible one.
  @inline(__always)
  var audible: Int? {
    var index = 0
    while index < count {
      if segments[index].phase != .finished { return index }
      index &+= 1
    }
    return nil
  }

  /// Forgets the first segment. Its frames stay counted, so that the line does not move.
  mutating func removeFirst() {
    origin += segments[0].length
    count -= 1
    segments.moveInitialize(from: segments + 1, count: count)
    if count == 0 { reset() }
  }

  /// Forgets everything: a new sink, or nothing left at this one.
  mutating func reset() {
    count = 0
    origin = 0
    factCount = 0
    earFloor = 0
    onTheWay = 0
    clock = .stopped
    standstill = nil
    knownSinceUs = .max
  }

  // MARK: Positions, in frames of the sink on one line

  /// Where the sink has said that it is. A segment that plays has everything before it behind it.
  @inline(__always)
  var reported: Int64 {
    // Nearly always there is one segment.
    if count == 1 { return origin &+ segments[0].played &+ segments[0].paddingPlayed }
    var last = count - 1
    while last > 0, segments[last].played == 0 { last -= 1 }
    guard last >= 0 else { return origin }
    var sum = origin
    for index in 0..<last { sum += segments[index].length }
    return sum + segments[last].played + segments[last].paddingPlayed
  }

  @inline(__always)
  var written: Int64 {
    if count == 1 { return origin &+ segments[0].length }
    var sum = origin
    for index in 0..<count { sum += segments[index].length }
    return sum
  }

  /// How far an estimate may go: to the end of what was written, of the segments that are known to play (rule C8).
  @inline(__always)
  var reach: Int64 {
    var sum = origin
    for index in 0..<count {
      guard startsAtOnce || segments[index].hasReport || segments[index].phase == .finished else { break }
      sum += segments[index].length
    }
    return sum
  }

  /// Where a segment ends, as far as it has been written.
  func end(of id: SegmentID) -> Int64 {
    var sum = origin
    for index in 0..<count {
      sum += segments[index].length
      if segments[index].id == id { break }
    }
    return sum
  }

  /// Where the sink is: reported, or estimated from the last report on.
  @inline(__always)
  func position(nowUs: Int64) -> Int64 {
    let reported = reported
    guard estimates, audible != nil else { return reported }
    switch clock {
    case .stopped: return reported
    case .running(let sinceUs, let from):
      let elapsed = FrameCount.frames(microseconds: nowUs - sinceUs, rateHz: rateHz)
      return from + elapsed <= reported ? reported : max(reported, min(reach, from + elapsed))
    case .frozen(let at, _): return at <= reported ? reported : max(reported, min(reach, at))
    }
  }

  /// Where a segment begins.
  func start(of index: Int) -> Int64 {
    var sum = origin
    for earlier in 0..<index { sum += segments[earlier].length }
    return sum
  }

  /// When the estimate comes to a position, or nil while it stands still.
  func moment(of position: Int64) -> Int64? {
    guard estimates, audible != nil, case .running(let sinceUs, let from) = clock else { return nil }
    return sinceUs + FrameCount.microseconds(max(position - from, 0), rateHz: rateHz)
  }

  /// How much was written that has not been played yet.
  @inline(__always)
  func ahead(nowUs: Int64) -> Int64 { written - position(nowUs: nowUs) }

  /// How much was written that the sink has still to take or to play.
  @inline(__always)
  func waiting(nowUs: Int64) -> Int64 { ahead(nowUs: nowUs) - onTheWay }

  // MARK: The estimating clock

  /// A report came: estimates start again from what is known.
  mutating func restartClock(nowUs: Int64) {
    guard estimates else { return }
    if case .frozen(_, let sinceUs) = clock {
      clock = .frozen(at: reported, sinceUs: sinceUs)
    } else {
      clock = .running(sinceUs: nowUs, from: reported)
    }
  }

  /// When it was so what a report says: not later than now, and not before anything was written.
  func moment(ofReport atUs: Int64, nowUs: Int64) -> Int64 { min(nowUs, max(atUs, knownSinceUs)) }

  /// A report came of a moment that has passed: since then it has played on, except where it is known to have stood still.
  @inline(never)
  mutating func restartClock(atUs: Int64, nowUs: Int64) {
    let heldUs = moment(ofReport: atUs, nowUs: nowUs)
    if latencyUs > 0 { note(Fact(us: heldUs, position: reported, isReported: true)) }
    guard estimates else { return }
    var sinceUs = heldUs
    var from = reported
    if let standstill, heldUs < standstill.untilUs {
      let played = FrameCount.frames(microseconds: max(standstill.sinceUs - heldUs, 0), rateHz: rateHz)
      from = max(from, min(standstill.position, from + played))
      sinceUs = standstill.untilUs
    }
    if case .frozen(_, let frozenUs) = clock {
      let played = FrameCount.frames(microseconds: max(frozenUs - sinceUs, 0), rateHz: rateHz)
      clock = .frozen(at: from + played, sinceUs: frozenUs)
    } else {
      clock = .running(sinceUs: sinceUs, from: from)
    }
  }

  private mutating func stoodStill(sinceUs: Int64, untilUs: Int64, at position: Int64) {
    if let standstill { knownSinceUs = max(knownSinceUs, standstill.untilUs) }
    standstill = Standstill(sinceUs: sinceUs, untilUs: untilUs, position: position)
  }

  /// That all that was written has been heard.
  enum Dryness {
    /// Since this moment, as the clock says.
    case since(us: Int64)
    /// Since the sink reported it.
    case sinceReport
  }

  /// Something is about to be written; an estimate that had run dry starts from now (rule C2). Returns since
  /// when it had, or nil where it had not for any time.
  mutating func willWrite(nowUs: Int64) -> Dryness? {
    let written = written
    if nowUs < knownSinceUs { knownSinceUs = nowUs }
    guard estimates else { return reported >= written ? .sinceReport : nil }
    switch clock {
    case .stopped:
      // Nothing has shown that it plays, unless the host has said that it does (rule C8).
      if startsAtOnce { clock = .running(sinceUs: max(nowUs, silentUntilUs), from: reported) }
      return nil
    case .running(let sinceUs, let from):
      let elapsed = FrameCount.frames(microseconds: nowUs - sinceUs, rateHz: rateHz)
      guard from + elapsed >= written || reported >= written else { return nil }
      clock = .running(sinceUs: max(nowUs, silentUntilUs), from: written)
      guard nowUs > sinceUs else { return nil }
      stoodStill(sinceUs: nowUs, untilUs: nowUs, at: written)
      return .since(us: sinceUs + FrameCount.microseconds(max(written - from, 0), rateHz: rateHz))
    case .frozen: return nil
    }
  }

  /// Playing stops, by a pause or a clear: the position stays where it is.
  mutating func freezeClock(nowUs: Int64) {
    guard estimates else { return }
    if case .frozen(_, let sinceUs) = clock {
      clock = .frozen(at: position(nowUs: nowUs), sinceUs: sinceUs)
    } else {
      clock = .frozen(at: position(nowUs: nowUs), sinceUs: nowUs)
    }
  }

  /// Playing goes on where it was frozen.
  mutating func thawClock(nowUs: Int64) {
    guard estimates, case .frozen(let at, let sinceUs) = clock else { return }
    // What was left of a silence when it stopped plays now.
    if silentUntilUs > sinceUs { silentUntilUs += nowUs - sinceUs }
    clock = .running(sinceUs: max(nowUs, silentUntilUs), from: max(at, reported))
    stoodStill(sinceUs: sinceUs, untilUs: nowUs, at: .max)
  }

  /// The clock comes to the end of a segment: the silence behind it is still to play, whether the segment is kept or not.
  mutating func passesPadding(of index: Int) {
    guard segments[index].padding > 0, let endUs = moment(of: start(of: index) + segments[index].length) else {
      return
    }
    silentUntilUs = endUs
  }

  /// The sink drops what it has, or is another one: no silence of before plays.
  mutating func forgetPadding() { silentUntilUs = .min }

  // MARK: The ear

  /// Notes the sink's position, so that the ear can follow it `latencyUs` later.
  @inline(__always)
  mutating func noteFact(nowUs: Int64) {
    if latencyUs > 0 { noteLaterFact(nowUs: nowUs) }
  }

  private mutating func noteLaterFact(nowUs: Int64) {
    let position = position(nowUs: nowUs)
    note(Fact(us: nowUs, position: position, isReported: position <= reported))
  }

  private mutating func note(_ new: Fact) {
    if factStorage == nil { factStorage = .allocate(capacity: Self.factCapacity) }
    var fact = new
    let (position, isReported) = (fact.position, fact.isReported)
    // "A report always wins": what had been estimated beyond it is taken back, and what was noted since it was so.
    while factCount > 0, facts[factCount - 1].position > position || facts[factCount - 1].us > fact.us {
      factCount -= 1
    }
    if factCount > 0, facts[factCount - 1].position == position {
      // Where nothing moved, the older fact says it earlier; a report only makes it sure.
      guard isReported, !facts[factCount - 1].isReported else { return }
      fact.us = facts[factCount - 1].us
      factCount -= 1
    }
    // While it plays on in real time, the newest fact says all that the older one did, if it is as sure.
    while factCount > 0 {
      let last = facts[factCount - 1]
      let played = FrameCount.frames(microseconds: fact.us - last.us, rateHz: rateHz)
      guard position - last.position >= played, isReported || !last.isReported else { break }
      factCount -= 1
    }
    if factCount == Self.factCapacity { forgetFacts(nowUs: fact.us) }
    if factCount == Self.factCapacity { thinFacts(nowUs: fact.us) }
    (facts + factCount).initialize(to: fact)
    factCount += 1
  }

  /// What the sink said longest ago the ear has passed: the newest such fact says all that the older ones did, once
  /// nothing can take it back.
  private mutating func forgetFacts(nowUs: Int64) {
    guard
      let newest = (0..<factCount).last(where: { facts[$0].us <= nowUs - latencyUs && facts[$0].isReported })
    else { return }
    factCount -= newest
    facts.update(from: facts + newest, count: factCount)
  }

  /// A sink that stutters without end in one latency leaves more facts than are kept: every other one goes, which makes the
  /// ear later in between and never too early.
  private mutating func thinFacts(nowUs: Int64) {
    earFloor = max(earFloor, ear(nowUs: nowUs))
    for index in 0..<factCount / 2 { facts[index] = facts[index * 2 + 1] }
    factCount /= 2
  }

  /// Where the ear is: the sink's line as it was `latencyUs` ago (rule C6). Between two facts the sink is
  /// taken to have played as late as it can have, so that nothing is called heard too early.
  @inline(__always)
  func ear(nowUs: Int64) -> Int64 {
    latencyUs > 0 ? laterEar(nowUs: nowUs) : position(nowUs: nowUs)
  }

  private func laterEar(nowUs: Int64) -> Int64 {
    let then = nowUs - latencyUs
    var ear = earFloor
    for index in 0..<factCount {
      let behind = FrameCount.frames(microseconds: facts[index].us - then, rateHz: rateHz)
      ear = max(ear, facts[index].position - behind)
    }
    return ear
  }

  /// When a reported start will have come to the ear, or nil when nothing is on its way.
  var startDeadline: Int64? {
    guard latencyUs > 0 else { return nil }
    var earliest: Int64?
    for index in 0..<count {
      if case .reported(let atUs) = segments[index].start { earliest = min(earliest ?? .max, atUs + latencyUs) }
    }
    return earliest
  }

  /// When the ear will have caught up with the last report, or nil when it has.
  func earDeadline(nowUs: Int64) -> Int64? {
    guard latencyUs > 0, factCount > 0 else { return nil }
    let last = facts[factCount - 1]
    return ear(nowUs: nowUs) < last.position ? last.us + latencyUs : nil
  }
}
