// The engine by itself, rule by rule, where the scenario corpus cannot look: answers, order of effects, and
// moments between two reports. What must hold at any moment is EnginePropertyTests'.

import Testing

@testable import RTMultiCore

@Suite struct EngineRulesTests {
  /// R1 with A (1000 ms) handed over whole and heard up to `heardMs`.
  private func speaking(_ world: World, heardMs: Int64) {
    world.response("R1")
    world.message("A", ms: 1_000)
    world.hand()
    world.started("A")
    if heardMs > 0 { world.progress("A", ms: heardMs) }
    _ = world.said()
  }

  @Test("A1, B1: two messages, heard one after the other")
  func twoMessages() {
    let world = World()
    world.response("R1")
    world.message("A", ms: 1_000)
    world.message("B", ms: 500)
    world.responseDone("R1")
    world.hand()
    #expect(world.said() == ["write A/0 1000", "flush A/0"])
    world.started("A")
    world.finished("A", ms: 1_000)
    world.hand()
    #expect(
      world.said() == [
        "speaking_started R1", "playback_started A/0", "message A full", "write B/0 500", "flush B/0",
      ])
    world.started("B")
    world.finished("B", ms: 500)
    #expect(world.said() == ["playback_started B/0", "message B full", "speaking_stopped R1", "settled R1"])
    #expect(world.engine.conversation.openItems == 0)
  }

  @Test("B2, D1: CLEAR and CANCEL at once; TRUNC, DELETE, text, then records and the end when P is known")
  func interrupted() {
    let world = World()
    speaking(world, heardMs: 400)
    world.text("A", "one two three")
    world.message("B", ms: 500)
    _ = world.said()
    #expect(world.interrupt() == .ok)
    #expect(world.said() == ["cancel R1", "clear A/0"])
    #expect(world.engine.nextHandover() == .nothing)
    world.finished("A", ms: 420, interrupted: true)
    #expect(
      world.said() == [
        "truncate A/0 420", "delete B", "text A/0 \"one \" estimated", "message A partial 420/1000",
        "message B skipped", "speaking_stopped R1", "settled R1",
      ])
    #expect(world.interrupt() == .ignored)
    #expect(world.said() == [])
  }

  @Test("D8: all heard and the generation over: an interrupt does nothing at all")
  func nothingLeft() {
    let world = World()
    speaking(world, heardMs: 1_000)
    world.responseDone("R1")
    _ = world.said()
    #expect(world.interrupt() == .ignored)
    #expect(world.said() == [])
    world.finished("A", ms: 1_000)
    #expect(world.said("message") == ["message A full"])
  }

  @Test("C1: reports of any number: never below 0, back, or beyond what was written")
  func strangeReports() {
    let world = World()
    speaking(world, heardMs: 400)
    for (frames, answer, heardMs) in [
      (-1, .ignored, 400), (Int64.min, .ignored, 400), (0, .ignored, 400), (9_600, .ok, 400),
      (24_000, .ok, 1_000), (Int64.max, .ok, 1_000),
    ] as [(Int64, Answer, Int64)] {
      #expect(world.take(.progress(world.segment("A"), frames: frames)) == answer)
      #expect(world.heardMs("A") == heardMs)
    }
  }

  @Test("E1: reports of unknown, finished and cleared segments change nothing")
  func staleReports() {
    let world = World()
    speaking(world, heardMs: 400)
    for number in [UInt64(0), 2, .max] {
      #expect(world.take(.started(SegmentID(number: number))) == .ignored)
      #expect(world.take(.progress(SegmentID(number: number), frames: 1)) == .ignored)
      #expect(world.take(.finished(SegmentID(number: number), frames: 1, interrupted: true)) == .ignored)
      #expect(world.take(.mark(SegmentID(number: number), frames: 1)) == .ignored)
    }
    #expect(world.started("A") == .ignored)
    world.interrupt()
    #expect(world.progress("A", ms: 900) == .ignored)
    world.finished("A", ms: 500)
    #expect(world.finished("A", ms: 1_000) == .ignored)
    #expect(world.said("truncate") == ["truncate A/0 500"])
  }

  @Test("E6: a mark at the end of a flushed segment finishes it; one that a clear returns does not count")
  func marks() {
    let world = World()
    speaking(world, heardMs: 0)
    world.message("B", ms: 500)
    world.responseDone("R1")
    #expect(world.take(.mark(world.segment("A"), frames: 4_800)) == .ok)
    #expect(world.heardMs("A") == 200)
    #expect(world.take(.mark(world.segment("A"), frames: 24_000)) == .ok)
    #expect(world.said("message") == ["message A full"])
    world.hand()
    #expect(world.take(.mark(world.segment("B"), frames: 2_400)) == .ok)
    world.interrupt()
    #expect(world.take(.mark(world.segment("B"), frames: 12_000)) == .ignored)
    world.finished("B", ms: 0)
    #expect(world.said("truncate") == ["truncate B/0 100"])
  }

  @Test("an error changes nothing: the limits of items, texts and expectations")
  func limits() {
    var limits = Limits()
    limits.openItems = 2
    limits.itemTextBytes = 10
    let world = World(limits: limits)
    world.response("R1")
    world.item("A")
    world.item("B")
    _ = world.said()
    #expect(world.item("C") == .limitItems)
    #expect(world.audio("C", ms: 20) == .refused(.limitItems))
    #expect(world.text("C", "x") == .limitItems)
    #expect(world.text("D", "more than ten") == .limitText)
    #expect(world.engine.item(named: world.words["C"]) == nil)
    #expect(world.engine.item(named: world.words["D"]) == nil)
    // One for each message that has no room, however much of it comes.
    #expect(world.said() == Array(repeating: "diagnostic limit - -", count: 2))
    #expect(world.text("A", "0123456789") == .ok)
    #expect(world.text("A", "x") == .limitText)
    world.interrupt()
    #expect(world.engine.conversation.openItems == 0)
    world.response("R2")
    #expect(world.item("C") == .ok)
    for number in 0..<64 { #expect(world.take(.expect(token: world.words["t\(number)"])) == .ok) }
    #expect(world.take(.expect(token: world.words["t64"])) == .limitItems)
    #expect(world.take(.expect(token: world.words["t0"])) == .ignored)
  }

  @Test("B10: after the close inputs are closed, reports ignored, and nothing is said any more")
  func closed() {
    let world = World()
    speaking(world, heardMs: 400)
    #expect(world.take(.close) == .ok)
    #expect(
      world.said() == [
        "cancel R1", "clear A/0", "truncate A/0 400", "message A partial 400/1000", "speaking_stopped R1",
        "settled R1",
      ])
    #expect(world.response("R2") == .closed)
    #expect(world.audio("A", ms: 20) == .refused(.closed))
    #expect(world.interrupt() == .closed)
    #expect(world.take(.close) == .closed)
    #expect(world.take(.sinkChanged(World.sink())) == .closed)
    #expect(world.finished("A", ms: 1_000) == .ignored)
    #expect(world.advance(toMs: 10_000) == .ignored)
    #expect(world.engine.nextHandover() == .nothing)
    #expect(world.engine.nextDeadlineUs == nil)
    #expect(world.said() == [])
  }

  @Test("D11: a tombstone goes after 60 s or 64 responses; its names are free and its slots used again")
  func tombstones() {
    let world = World()
    speaking(world, heardMs: 400)
    world.interrupt()
    world.finished("A", ms: 400)
    world.responseDone("R1", .cancelled)
    world.response("R2")
    #expect(world.item("B", in: "R1") == .ok)
    #expect(world.said("delete") == ["delete B"])
    world.responseDone("R2")
    world.advance(toMs: 60_000)
    world.response("R3")
    world.responseDone("R3")
    #expect(world.engine.item(named: world.words["A"]) == nil)
    #expect(world.engine.item(named: world.words["B"]) == nil)
    for number in 4...200 {
      world.response("R\(number)")
      world.message("I\(number)", ms: 0)
      world.responseDone("R\(number)")
    }
    #expect(world.engine.conversation.line.count <= 65)
    #expect(world.engine.conversation.openItems == 0)
  }

  @Test("memory is bounded also when no response ever ends")
  func endless() {
    let world = World()
    for number in 0..<1_000 {
      world.response("R\(number)")
      world.item("I\(number)")
      world.item("F\(number)", kind: .functionCall)
      world.interrupt()
    }
    #expect(world.engine.conversation.line.count <= Limits.rememberedResponses + 2)
    #expect(world.engine.conversation.openItems <= Limits.rememberedResponses + 2)
  }

  @Test("F6: one retry with the server's own length; a second refusal is a diagnostic")
  func alreadyShorter() {
    let world = World()
    speaking(world, heardMs: 400)
    world.interrupt()
    world.finished("A", ms: 400)
    #expect(world.said("truncate") == ["truncate A/0 400"])
    let newest = world.engine.commands.newest
    #expect(world.take(.rejected(newest, .alreadyShorter(ms: 300), .none)) == .ok)
    #expect(world.said() == ["truncate A/0 300"])
    #expect(world.take(.rejected(newest + 1, .alreadyShorter(ms: 200), .none)) == .ok)
    #expect(world.said() == ["diagnostic commandRejected R1 A"])
    for number in [CommandNumber(0), newest + 2, .max] {
      #expect(world.take(.rejected(number, .refused, .none)) == .ignored)
    }
  }
}
