// Moments while a clear is under way: answers in another order or none at all, full sinks, and what the server
// sends meanwhile. The plain course of an interrupt is EngineRulesTests'.

import Testing

@testable import RTMultiCore

@Suite struct ClearingMomentsTests {
  /// A gapless sink that has A (heard to 960 of 1000 ms) and B (500 ms) at once.
  private func twoAtTheSink(_ world: World) {
    world.response("R1")
    world.message("A", ms: 1_000)
    world.message("B", ms: 500)
    world.hand()
    world.started("A")
    world.progress("A", ms: 960)
    _ = world.said()
  }

  @Test("D1, E2: a sink that answers for the later segment first: the earlier one is heard as it says itself")
  func answersInAnotherOrder() {
    let world = World(sink: World.sink(isGapless: true))
    twoAtTheSink(world)
    world.text("A", "one two three four five six seven eight nine ten")
    world.interrupt()
    _ = world.said()
    world.finished("B", ms: 0)
    #expect(world.heardMs("A") == 960)
    world.finished("A", ms: 970)
    #expect(
      world.said("message", "truncate", "delete") == [
        "truncate A/0 970", "delete B", "message A partial 970/1000", "message B skipped",
      ])
    #expect(world.heardText("A") != "one two three four five six seven eight nine ten")
  }

  @Test("E2: a clear that is not answered settles every segment at once, with one diagnostic")
  func timeoutOfTwo() {
    let world = World(sink: World.sink(isGapless: true))
    twoAtTheSink(world)
    world.interrupt()
    world.advance(toMs: 499)
    #expect(world.said("message", "diagnostic") == [])
    world.advance(toMs: 500)
    #expect(
      world.said() == [
        "diagnostic clearTimeout R1 A", "truncate A/0 960", "delete B", "message A partial 960/1000",
        "message B skipped", "speaking_stopped R1", "settled R1",
      ])
    world.advance(toMs: 600)
    #expect(world.said() == [])
  }

  @Test("E2: a position that nobody confirmed is told as an estimate")
  func timeoutOfAnEstimate() {
    let world = World(estimates: true)
    world.response("R1")
    world.message("A", ms: 1_000)
    world.hand()
    world.started("A")
    world.advance(toMs: 400)
    world.interrupt()
    _ = world.said()
    world.advance(toMs: 1_000)
    #expect(
      world.said("message", "truncate") == [
        "truncate A/0 400 estimated", "message A partial 400/1000 estimated",
      ])
  }

  @Test("E2: a full sink that never answers its clear does not stay full for ever")
  func timeoutOfAFullSink() {
    let world = World()
    world.response("R1")
    world.message("A", ms: 1_000)
    world.hand(capacity: 4_800)
    world.interrupt()
    world.advance(toMs: 500)
    world.response("R2")
    world.message("B", ms: 100)
    _ = world.said()
    world.finished("A", ms: 200)
    world.hand()
    #expect(world.said("write") == ["write B/0 100"])
  }

  @Test("C1: what a full sink gave back was not heard, though the sink played all that it took")
  func clearOfAFullSink() {
    let world = World()
    world.response("R1")
    world.message("A", ms: 1_000)
    world.hand(capacity: world.sinkFrames(200))
    world.started("A")
    world.progress("A", ms: 150)
    world.interrupt()
    world.finished("A", ms: 200)
    #expect(world.said("message", "truncate") == ["truncate A/0 200", "message A partial 200/1000"])
  }

  @Test("D6: audio that comes and ends while the clear is pending is told, though all else was heard")
  func lateAudioOfAFullMessage() {
    let world = World()
    world.response("R1")
    world.message("A", ms: 1_000, isDone: false)
    world.hand()
    world.started("A")
    world.progress("A", ms: 900)
    world.interrupt()
    guard case .drop = world.audio("A", ms: 500) else { return #expect(Bool(false), "it plays") }
    world.partDone("A")
    world.itemDone("A")
    world.responseDone("R1", .cancelled)
    world.finished("A", ms: 1_000)
    #expect(world.said("truncate", "message") == ["truncate A/0 1000", "message A partial 1000/1000"])
  }

  @Test("D5: a server that can only truncate hears of an item that came and went while the clear was pending")
  func lateItemWhileClearing() {
    let world = World(server: .truncates)
    world.response("R1")
    world.message("A", ms: 1_000)
    world.hand()
    world.started("A")
    world.progress("A", ms: 400)
    world.interrupt()
    world.message("B", ms: 500)
    world.responseDone("R1", .cancelled)
    world.finished("A", ms: 400)
    #expect(world.said("truncate") == ["truncate A/0 400", "truncate B/0 0"])
  }

  @Test("a clear that nobody has to answer leaves the estimate running for what plays next")
  func clearWithoutAnswer() {
    let world = World(sink: World.sink(latencyMs: 300), estimates: true)
    world.response("R1")
    world.message("A", ms: 400)
    world.hand()
    world.started("A")
    for ms in stride(from: Int64(20), through: 400, by: 20) { world.advance(toMs: ms) }
    world.finished("A", ms: 400)
    world.interrupt()
    world.response("R2")
    world.message("B", ms: 1_000)
    world.hand()
    world.started("B")
    let position = world.engine.timeline.position(nowUs: 900_000) - world.engine.timeline.origin
    #expect(position == world.sinkFrames(900))
  }
}
