// A resume that steps back to the start of the word in which the pause fell: what is cleared, what plays again, and that
// nothing is counted twice.

import Testing

@testable import RTMultiCore

@Suite struct StepBackTests {
  /// A is heard for 550 ms of 1,000; its words begin at 0, 200, 400, 600 and 800 ms. Then it is paused.
  private func paused(
    stepBackMs: Int64 = 1_000, sink: SinkTraits = World.sink(), hasSpans: Bool = true
  ) -> World {
    let world = World(sink: sink, stepBackMs: stepBackMs)
    world.response("R")
    world.item("A")
    world.part("A")
    world.audio("A", ms: 1_000)
    if hasSpans {
      for (index, word) in ["one ", "two ", "three ", "four ", "five"].enumerated() {
        world.text("A", word, startMs: Int64(index) * 200, endMs: Int64(index) * 200 + 180)
      }
    } else {
      world.text("A", "one two six ten elf ")
    }
    world.itemDone("A")
    world.responseDone("R")
    world.hand()
    if sink.reporting == .silent {
      world.advance(toMs: 550)
    } else {
      world.started("A")
      world.progress("A", ms: 550)
    }
    world.take(.pause)
    _ = world.said()
    return world
  }

  @Test("the sink is cleared, and after its answer handed everything from the start of the word")
  func stepsBack() {
    let world = paused()
    world.take(.resume)
    #expect(world.said() == ["clear A/0", "resume"])
    world.hand()
    #expect(world.said("write") == [], "E2: nothing before the answer")
    world.finished("A", ms: 550)
    world.hand()
    #expect(world.said("write", "flush", "message") == ["write A/0 600", "flush A/0"])
    #expect(world.heardMs("A") == 550)
  }

  @Test("what is heard again counts once, and the message is full in the end")
  func countsOnce() {
    let world = paused()
    world.take(.resume)
    world.finished("A", ms: 550)
    world.hand()
    world.started("A")
    world.progress("A", ms: 100)
    #expect(world.heardMs("A") == 550)
    world.progress("A", ms: 200)
    #expect(world.heardMs("A") == 600)
    world.finished("A", ms: 600)
    #expect(world.said("message", "truncate", "settled") == ["message A full", "settled R"])
    #expect(world.heardText("A") == "one two three four five")
  }

  @Test("an interrupt among the repeats is told the furthest that was heard")
  func interruptAmongRepeats() {
    let world = paused()
    world.take(.resume)
    world.finished("A", ms: 550)
    world.hand()
    world.started("A")
    world.progress("A", ms: 50)
    world.interrupt()
    world.finished("A", ms: 60)
    #expect(world.said("truncate", "message") == ["truncate A/0 550", "message A partial 550/1000"])
  }

  @Test("an interrupt before the sink has answered turns the clear into a cut")
  func interruptBeforeTheAnswer() {
    let world = paused()
    world.take(.resume)
    _ = world.said()
    world.interrupt()
    #expect(world.said("clear", "truncate") == [])
    world.finished("A", ms: 550)
    #expect(
      world.said("truncate", "message", "settled")
        == ["truncate A/0 550", "message A partial 550/1000", "settled R"])
    world.hand()
    #expect(world.said("write") == [])
  }

  @Test("a sink that never answers is taken at its last word, and playing goes on")
  func unanswered() {
    let world = paused()
    world.take(.resume)
    world.advance(toMs: 500)
    world.hand()
    #expect(world.said("write") == ["write A/0 600"])
    #expect(world.heardMs("A") == 550)
  }

  @Test("it goes back no further than is wanted")
  func bound() {
    let world = paused(stepBackMs: 50)
    world.take(.resume)
    world.finished("A", ms: 550)
    world.hand()
    #expect(world.said("write") == ["write A/0 500"])
  }

  @Test("without spans the start of the word is estimated from the text")
  func estimated() {
    let world = paused(hasSpans: false)
    world.take(.resume)
    world.finished("A", ms: 550)
    world.hand()
    // "one" and "two" sound 400 of 970 ms of all the letters, so "six" begins at 412 ms.
    #expect(world.said("write") == ["write A/0 588"])
  }

  @Test("a sink that says nothing steps back at once")
  func silent() {
    let world = paused(sink: World.sink(reporting: .silent))
    world.take(.resume)
    world.hand()
    #expect(world.said("clear", "resume", "write") == ["clear A/0", "resume", "write A/0 600"])
    world.advance(toMs: 650)
    #expect(world.heardMs("A") == 550)
    world.advance(toMs: 1_150)
    #expect(world.said("message") == ["message A full estimated"])
  }

  @Test("where nothing is to repeat a resume is a resume", arguments: [Int64(0), 1_000])
  func plain(stepBackMs: Int64) {
    let canClear = stepBackMs == 0
    let world = paused(stepBackMs: stepBackMs, sink: World.sink(canClear: canClear))
    world.take(.resume)
    #expect(world.said() == ["resume"])
  }

  @Test("a later message that lay in the sink is handed over again, whole")
  func gapless() {
    let world = World(sink: World.sink(isGapless: true), stepBackMs: 1_000)
    world.response("R")
    world.message("A", ms: 400, text: "one two ")
    world.message("B", ms: 300)
    world.responseDone("R")
    world.hand()
    world.started("A")
    world.progress("A", ms: 300)
    let behind = world.segment("B")
    world.take(.pause)
    world.take(.resume)
    world.finished("A", ms: 300)
    world.take(.finished(behind, frames: 0, interrupted: false))
    _ = world.said()
    world.hand()
    // "two" sounds 190 ms of the 400 that both words sound.
    #expect(world.said("write", "flush") == ["write A/0 190", "flush A/0", "write B/0 300", "flush B/0"])
    world.finished("A", ms: 190)
    world.finished("B", ms: 300)
    #expect(world.said("message", "settled") == ["message A full", "message B full", "settled R"])
  }
}
