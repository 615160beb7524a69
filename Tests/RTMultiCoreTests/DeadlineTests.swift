// What time alone changes is announced: whoever calls the engine only at its deadlines misses nothing.

import Testing

@testable import RTMultiCore

@Suite struct DeadlineTests {
  @Test(
    "A3: a silent first part, its own ready second part, and a later message that is ready: the earlier patience"
  )
  func patienceOfASilentPart() {
    let world = World()
    world.response("R1")
    world.item("A")
    world.part("A", 0)
    world.part("A", 1)
    world.audio("A", ms: 500, content: 1)
    world.hand()
    world.advance(toMs: 150)
    world.message("B", ms: 500)
    world.hand()
    #expect(world.engine.nextDeadlineUs == 200_000)
    _ = world.said()
    world.advance(toMs: 200)
    world.hand()
    #expect(world.said("write") == ["write A/1 500"])
  }

  @Test("A3: the patience with a silent message begins when a gapless sink has finished what is before it")
  func patienceBehindAGaplessSegment() {
    let world = World(sink: World.sink(isGapless: true))
    world.response("R1")
    world.message("A", ms: 500)
    world.item("B")
    world.part("B")
    world.message("C", ms: 500)
    world.hand()
    world.started("A")
    world.advance(toMs: 500)
    world.hand()
    #expect(world.said("write") == ["write A/0 500"])
    world.finished("A", ms: 500)
    #expect(world.engine.nextDeadlineUs == 700_000)
    world.advance(toMs: 700)
    world.hand()
    #expect(world.said("write") == ["write C/0 500"])
  }

  @Test("called at each millisecond and called only at its deadlines: the same, a step of 20 ms later at most")
  func sameAtDeadlines() {
    var dice = Dice(seed: 0xDEAD)
    for number in 0..<400 {
      let script = Script(&dice)
      let often = script.play(.eachMillisecond)
      let seldom = script.play(.atDeadlines)
      #expect(often.lines.map(\.text) == seldom.lines.map(\.text), "script \(number)")
      for (one, other) in zip(often.lines, seldom.lines) where abs(one.us - other.us) > Script.longestStepUs {
        Issue.record("script \(number): \(one.text) at \(one.us), and at \(other.us)")
      }
      #expect(often.heard == seldom.heard, "script \(number)")
    }
  }
}

/// What happens to an engine, by the clock: a few messages as a server sends them, and what sink and host do.
private struct Script {
  enum Waking {
    case eachMillisecond
    case atDeadlines
  }

  /// What was said, without what comes in pieces that depend on how often somebody looks: writes and text.
  struct Play {
    var lines: [(us: Int64, text: String)] = []
    /// P and heard text of each message.
    var heard: [String] = []
  }

  static let longestStepUs: Int64 = 20_000
  private static let items = ["A", "B", "C"]
  private let sink: SinkTraits
  private let estimates: Bool
  private let writeAheadMs: Int64?
  /// By time.
  private let steps: [(ms: Int64, act: (World) -> Void)]

  init(_ dice: inout Dice) {
    let reporting: Reporting = dice.one(of: [.silent, .silent, .reports, .counted])
    sink = World.sink(
      isGapless: dice.below(2) == 0, latencyMs: dice.one(of: [0, 0, 70]), reporting: reporting)
    estimates = dice.below(2) == 0
    // What a sink that reports by this script is told does not depend on what was written when.
    writeAheadMs = reporting == .silent ? dice.one(of: [nil, 60, 200]) : nil
    var steps: [(ms: Int64, act: (World) -> Void)] = []
    func at(_ ms: Int64, _ act: @escaping (World) -> Void) { steps.append((ms, act)) }
    at(0) { $0.response("R1") }
    for item in Self.items {
      let announcedMs = Int64(dice.below(600))
      at(announcedMs) {
        $0.item(item, in: "R1")
        $0.part(item)
      }
      if dice.below(3) == 0 { at(announcedMs) { $0.part(item, 1) } }
      for _ in 0..<dice.below(4) {
        let ms = Int64(dice.below(300))
        let content = Int32(dice.below(4) / 3)
        at(announcedMs + Int64(dice.below(500))) { $0.audio(item, ms: ms, content: content, in: "R1") }
      }
      if dice.below(2) == 0 {
        at(announcedMs + Int64(dice.below(500))) { $0.text(item, "Some words of it. ", in: "R1") }
      }
      if dice.below(3) > 0 { at(announcedMs + 500 + Int64(dice.below(300))) { $0.itemDone(item) } }
      if reporting != .silent {
        at(announcedMs + Int64(dice.below(300))) { $0.started(item) }
        for content: Int32 in 0...1 {
          let ms = Int64(dice.below(600))
          at(announcedMs + 600 + Int64(dice.below(900))) {
            $0.finished(item, ms: max(ms, 300), content: content)
          }
        }
      }
    }
    if dice.below(2) == 0 { at(Int64(dice.below(1_500))) { $0.interrupt(by: .host) } }
    if dice.below(3) == 0 {
      let ms = Int64(dice.below(1_000))
      at(ms) { $0.take(.pause) }
      at(ms + Int64(dice.below(300))) { $0.take(.resume) }
    }
    at(1_200 + Int64(dice.below(800))) { $0.responseDone("R1") }
    self.steps = steps.enumerated().sorted { ($0.element.ms, $0.offset) < ($1.element.ms, $1.offset) }.map(
      \.element)
  }

  func play(_ waking: Waking) -> Play {
    let world = World(sink: sink, estimates: estimates, writeAheadMs: writeAheadMs)
    var play = Play()
    var nowUs: Int64 = 0
    func look() {
      world.hand()
      for line in world.said() where !line.hasPrefix("write ") && !line.hasPrefix("text ") {
        play.lines.append((nowUs, line))
      }
    }
    func run(to endUs: Int64) {
      while nowUs < endUs {
        switch waking {
        case .eachMillisecond: nowUs = min(endUs, nowUs + 1_000)
        case .atDeadlines: nowUs = min(endUs, max(world.engine.nextDeadlineUs ?? endUs, nowUs + 1))
        }
        world.take(.advance(us: nowUs))
        look()
      }
    }
    for step in steps {
      run(to: step.ms * 1_000)
      step.act(world)
      look()
    }
    run(to: nowUs + 4_000_000)
    play.heard = Self.items.map { "\($0) \(world.heardMs($0) ?? -1) \(world.heardText($0))" }
    return play
  }
}
