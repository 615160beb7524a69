// A sink that says nothing: its segments start, end and answer a clear by the clock, and what is said of them is
// flagged as estimated. Also the numbers that are told of all that (Tally).

import Testing

@testable import RTMultiCore

@Suite struct SilentSinkTests {
  private func world(isGapless: Bool = false, canClear: Bool = true, latencyMs: Int64 = 0) -> World {
    World(
      sink: World.sink(
        isGapless: isGapless, canClear: canClear, latencyMs: latencyMs, reporting: .silent))
  }

  @Test("a message starts with the first frame that the clock passes, and is full at its end")
  func playsByTheClock() {
    let world = world()
    world.response("R")
    world.message("A", ms: 400)
    world.responseDone("R")
    world.hand()
    #expect(world.said("playback_started", "message") == [])
    world.advance(toMs: 1)
    #expect(
      world.said("speaking_started", "playback_started") == ["speaking_started R", "playback_started A/0"])
    world.advance(toMs: 399)
    #expect(world.said("message") == [])
    world.advance(toMs: 400)
    #expect(
      world.said("message", "speaking_stopped", "settled")
        == ["message A full estimated", "speaking_stopped R", "settled R"])
  }

  @Test("D1, E2: a clear needs no answer: TRUNC and DELETE leave with it, at what the clock has passed")
  func clearNeedsNoAnswer() {
    let world = world()
    world.response("R")
    world.message("A", ms: 1_000)
    world.message("B", ms: 1_000)
    world.hand()
    world.advance(toMs: 400)
    _ = world.said()
    world.interrupt()
    #expect(
      world.said("clear", "truncate", "delete") == ["clear A/0", "truncate A/0 400 estimated", "delete B"])
    // What is still waited for is the server's answer to the two (rule F11), and nothing of the sink's.
    #expect(world.engine.nextDeadlineUs == 10_400_000)
  }

  @Test("C2: an underrun is not playback, and is counted")
  func underrun() {
    let world = world()
    world.response("R")
    world.message("A", ms: 300, isDone: false)
    world.hand()
    world.advance(toMs: 1_000)
    world.audio("A", ms: 1_000)
    world.hand()
    world.advance(toMs: 1_300)
    world.interrupt()
    #expect(world.said("truncate") == ["truncate A/0 600 estimated"])
    #expect(world.engine.tally.underruns == 1)
    #expect(world.engine.tally.underrunTotalUs == 700_000)
  }

  @Test("A2: behind a gapless segment the clock goes on without a step")
  func gapless() {
    let world = world(isGapless: true)
    world.response("R")
    world.message("A", ms: 107)
    world.message("B", ms: 500)
    world.hand()
    world.advance(toMs: 200)
    #expect(world.heardMs("A") == 107)
    #expect(world.heardMs("B") == 93)
    #expect(world.engine.tally.gaps == 0)
  }

  @Test("C6: what a sink without clear got counts as heard")
  func cannotClear() {
    let world = world(canClear: false)
    world.response("R")
    world.message("A", ms: 1_000, isDone: false)
    world.hand()
    world.advance(toMs: 300)
    world.interrupt()
    #expect(world.said("clear", "truncate") == ["truncate A/0 1000 estimated"])
  }

  @Test("C6: the ear lags the clock, and a message settles when the ear has drained it")
  func latency() {
    let world = world(latencyMs: 100)
    world.response("R")
    world.message("A", ms: 400)
    world.responseDone("R")
    world.hand()
    world.advance(toMs: 300)
    #expect(world.heardMs("A") == 200)
    for ms in stride(from: Int64(301), through: 499, by: 1) { world.advance(toMs: ms) }
    #expect(world.said("message") == [])
    world.advance(toMs: 500)
    #expect(world.said("message") == ["message A full estimated"])
  }

  @Test("E3: a pause stops the clock, and an interrupt in it finds what was heard before")
  func pause() {
    let world = world()
    world.response("R")
    world.message("A", ms: 1_000)
    world.hand()
    world.advance(toMs: 400)
    world.take(.pause)
    world.advance(toMs: 3_000)
    #expect(world.heardMs("A") == 400)
    world.interrupt()
    #expect(world.said("truncate") == ["truncate A/0 400 estimated"])
  }

  @Test("E6: a report is a fact and wins over the clock, forward and back")
  func reportsWin() {
    let world = world()
    world.response("R")
    world.message("A", ms: 1_000)
    world.hand()
    world.advance(toMs: 400)
    world.progress("A", ms: 350)
    #expect(world.heardMs("A") == 350)
    world.progress("A", ms: 600)
    #expect(world.heardMs("A") == 600)
    world.interrupt()
    #expect(world.said("truncate") == ["truncate A/0 600"])
  }

  @Test("E6: the length of the far end's queue is a fact, across segments")
  func queueLength() {
    let world = world(isGapless: true)
    world.response("R")
    world.message("A", ms: 400)
    world.message("B", ms: 400)
    world.responseDone("R")
    world.hand()
    world.advance(toMs: 100)
    world.take(.queued(frames: 24 * 300))
    #expect(world.said("message") == ["message A full"])
    #expect(world.heardMs("B") == 100)
    world.take(.queued(frames: 0))
    #expect(world.said("message", "settled") == ["message B full", "settled R"])
    #expect(world.take(.queued(frames: 0)) == .ignored)
  }

  @Test("what is padded behind a message is no audio of it, and what follows begins behind it")
  func padding() {
    let world = world(isGapless: true)
    world.response("R")
    world.message("A", ms: 110)
    world.hand()
    world.engine.padded(world.segment("A"), sinkFrames: 240)
    world.message("B", ms: 400)
    world.hand()
    world.advance(toMs: 115)
    #expect(world.heardMs("A") == 110)
    #expect(world.heardMs("B") == 0)
    world.advance(toMs: 150)
    #expect(world.heardMs("B") == 30)
  }

  @Test("its deadlines are the first frame, then the end of what is heard")
  func deadlines() {
    let world = world()
    world.response("R")
    world.message("A", ms: 30)
    world.hand()
    #expect(world.engine.nextDeadlineUs == 42)
    world.advance(toMs: 15)
    #expect(world.engine.nextDeadlineUs == 30_000)
  }

  @Test("time to the first frame, gaps between messages and refusals are told")
  func tally() {
    let world = World(sink: World.sink())
    world.advance(toMs: 100)
    world.response("R")
    world.advance(toMs: 350)
    world.message("A", ms: 200)
    world.message("B", ms: 200)
    world.hand()
    world.started("A")
    world.advance(toMs: 550)
    world.finished("A", ms: 200)
    world.hand()
    world.advance(toMs: 600)
    world.started("B")
    world.progress("B", ms: 1)
    #expect(world.engine.tally.responsesHeard == 1)
    #expect(world.engine.tally.firstFrameUs == 250_000)
    #expect(world.engine.tally.gaps == 1)
    #expect(world.engine.tally.gapUs == 50_000)
    world.take(.rejected(99, .refused, .none))
    #expect(world.engine.tally.commandsRefused == 0, "a command that nobody sent")
    world.interrupt()
    world.finished("B", ms: 1)
    world.take(.rejected(1, .refused, .none))
    #expect(world.engine.tally.commandsRefused == 1)
  }
}
