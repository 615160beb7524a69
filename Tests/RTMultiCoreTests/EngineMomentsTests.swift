// Moments that hardly ever come and must be right when they do: in a pause, in the ear's latency, in turns,
// across a reconnect, at the end of the clock. Those of a clear are ClearingMomentsTests'.

import Testing

@testable import RTMultiCore

@Suite struct EngineMomentsTests {
  // MARK: Pauses

  @Test("E3: written while paused behind a segment that ended in the pause: it starts after the resume")
  func writtenInAPause() {
    let world = World(estimates: true)
    world.response("R1")
    world.message("A", ms: 400)
    world.message("B", ms: 400)
    world.hand()
    world.started("A")
    world.advance(toMs: 390)
    world.take(.pause)
    world.finished("A", ms: 400)
    world.hand()
    world.advance(toMs: 5_000)
    #expect(world.heardMs("B") == 0)
    world.take(.resume)
    world.started("B")
    world.advance(toMs: 5_100)
    #expect(world.heardMs("B") == 100)
  }

  @Test("E3, E5: a new sink that is paused from the beginning plays nothing before the resume")
  func newSinkInAPause() {
    let world = World(estimates: true)
    world.response("R1")
    world.message("A", ms: 1_000)
    world.hand()
    world.started("A")
    world.advance(toMs: 400)
    world.take(.pause)
    world.take(.sinkChanged(World.sink()))
    world.hand()
    world.advance(toMs: 5_000)
    #expect(world.heardMs("A") == 400)
    world.take(.resume)
    world.started("A")
    world.advance(toMs: 5_100)
    #expect(world.heardMs("A") == 500)
  }

  @Test("E3: an interrupt in a pause does not start the clock of what comes next")
  func interruptInAPause() {
    let world = World(estimates: true)
    world.response("R1")
    world.message("A", ms: 1_000)
    world.hand()
    world.started("A")
    world.advance(toMs: 400)
    world.take(.pause)
    world.interrupt()
    world.finished("A", ms: 400)
    world.response("R2")
    world.message("B", ms: 500)
    world.hand()
    world.advance(toMs: 5_000)
    #expect(world.heardMs("B") == 0)
  }

  // MARK: The ear's latency

  @Test("B9, C6: a segment that finishes short is heard to its end, by the ear too")
  func shortWithLatency() {
    let world = World(sink: World.sink(latencyMs: 100))
    world.response("R1")
    world.message("A", ms: 1_000)
    world.hand()
    world.started("A")
    for ms in stride(from: Int64(10), through: 500, by: 10) {
      world.advance(toMs: ms)
      world.progress("A", ms: ms)
    }
    world.finished("A", ms: 500)
    world.advance(toMs: 600)
    #expect(world.said("message", "truncate") == ["message A partial 500/1000", "truncate A/0 500"])
  }

  @Test("E5, C6: replaced while the ear lags: what it has not heard plays on the new sink")
  func swapInTheTail() {
    let world = World(sink: World.sink(latencyMs: 100))
    world.response("R1")
    world.message("A", ms: 1_000)
    world.responseDone("R1")
    world.hand()
    world.started("A")
    world.advance(toMs: 1_000)
    world.finished("A", ms: 1_000)
    world.advance(toMs: 1_050)
    #expect(world.heardMs("A") == 950)
    world.take(.sinkChanged(World.sink()))
    _ = world.said()
    world.hand()
    #expect(world.said("write") == ["write A/0 50"])
    world.finished("A", ms: 50)
    #expect(world.said("message", "settled") == ["message A full", "settled R1"])
  }

  @Test(
    "A5, A9: an item that comes when all of its response was played, and not yet heard, ends it all the same")
  func lateItemInTheTail() {
    let world = World(sink: World.sink(latencyMs: 100))
    world.response("R1")
    world.message("A", ms: 1_000)
    world.responseDone("R1")
    world.hand()
    world.advance(toMs: 1_000)
    world.finished("A", ms: 1_000)
    world.audio("late", ms: 100, in: "R1")
    world.hand()
    world.finished("late", ms: 100)
    world.advance(toMs: 5_000)
    #expect(world.said("settled") == ["settled R1"])
  }

  // MARK: Turns

  @Test("A3, B6: a text between a silent message and a ready one does not stop the turn from passing on")
  func textBehindASilentMessage() {
    for showsText in [false, true] {
      let world = World(sink: World.sink(showsText: showsText))
      world.response("R1")
      world.message("A", ms: 0, isDone: false)
      world.item("B")
      world.part("B", 0, .text)
      world.text("B", "Hello.", content: 0)
      world.itemDone("B")
      world.message("C", ms: 500)
      world.hand()
      #expect(world.said("write") == [])
      world.advance(toMs: 200)
      world.hand()
      #expect(world.said("write") == ["write C/0 500"])
    }
  }

  // MARK: Others

  @Test("F9, E8: a text that was shown and is then voiced by the host settles when it was heard or shown")
  func voicedAfterItWasShown() {
    let world = World(sink: World.sink(showsText: true))
    world.response("R1")
    world.item("A")
    world.part("A", 0, .text)
    world.text("A", "Hello.", content: 0)
    world.responseDone("R1")
    #expect(world.said("offer") == ["offer A"])
    world.audio("A", ms: 100, content: 0)
    world.take(.textDelivered(item: world.words["A"]))
    world.hand()
    world.finished("A", ms: 100)
    #expect(world.said("settled") == ["settled R1"])
  }

  @Test("E8, A9: a text that comes while the last one waits to be acknowledged ends the response all the same")
  func textWhileAnotherWaits() {
    let world = World(sink: World.sink(showsText: true))
    world.response("R1")
    world.item("A")
    world.part("A", 0, .text)
    world.text("A", "Hello.", content: 0)
    world.responseDone("R1")
    #expect(world.said("offer") == ["offer A"])
    world.text("B", "And more.", in: "R1")
    for name in ["A", "B"] { world.take(.textDelivered(item: world.words[name])) }
    #expect(world.said("settled") == ["settled R1"])
  }

  @Test("F8, B6: a text that was offered before the reconnect ends with it: nobody can acknowledge it any more")
  func offeredTextAfterReconnect() {
    let world = World(sink: World.sink(showsText: true))
    world.response("R1")
    world.item("A")
    world.part("A", 0, .text)
    world.text("A", "Hello.", content: 0)
    world.itemDone("A")
    world.take(.reconnect)
    world.take(.textDelivered(item: world.words["A"]))
    #expect(world.said("offer", "message", "settled") == ["offer A", "message A textOnly", "settled R1"])
  }

  @Test("B6, G3: text that comes after the record of a shown message changes nothing of what it says was read")
  func textAfterTheRecord() {
    let world = World(sink: World.sink(showsText: true))
    world.response("R1")
    world.item("A")
    world.part("A", 0, .text)
    world.text("A", "Ja, ", content: 0)
    world.responseDone("R1")
    world.take(.textDelivered(item: world.words["A"]))
    #expect(world.said("message") == ["message A textOnly"])
    world.text("A", "It is ", content: 0)
    var heard: [String] = []
    if let item = world.engine.item(named: world.words["A"]) {
      world.engine.forEachHeardText(of: item) { heard.append(String(decoding: $0, as: UTF8.self)) }
    }
    #expect(heard == ["Ja, "])
  }

  @Test("B: what a sink says of a segment whose message has its record does not change the record")
  func flagAfterTheRecord() {
    let world = World(sink: World.sink(isGapless: true), estimates: true)
    world.response("R1")
    world.item("A")
    world.audio("A", ms: 100)
    world.item("B")
    world.audio("B", ms: 500)
    world.hand()
    world.started("A")
    world.advance(toMs: 100)
    // A seems to be heard, B is ready: A's segment is complete. Then more of A comes before B has begun.
    let first = world.segment("A")
    guard case .flush(first, _) = world.engine.nextHandover() else {
      Issue.record("A is not flushed")
      return
    }
    world.engine.flushed(first, into: &world.effects)
    world.audio("A", ms: 200)
    world.hand()
    world.take(.finished(first, frames: world.sinkFrames(50), interrupted: false))
    world.itemDone("A")
    #expect(world.said("message") == ["message A partial 50/300"])
    world.hand()
    world.finished("A", ms: 0, interrupted: true)
    let item = world.engine.item(named: world.words["A"])
    #expect(item.map { world.engine.record(of: $0).wasInterrupted } == false)
  }

  @Test("F4: spans at the end of time, in two messages that the server plays, end no process")
  func spansAtTheEndOfTime() {
    let world = World(server: [.truncates, .deletes, .ownsPlayout])
    world.response("R1")
    for item in ["A", "B", "C"] {
      let (response, name) = (world.words["R1"], world.words[item])
      world.take(.itemAdded(response: response, item: name, outputIndex: nil, kind: .message))
      world.text(item, "one ", startMs: .max - 9, endMs: .max - 1)
    }
    world.take(.outputBuffer(response: world.words["R1"], .started))
    world.advance(toMs: 1_000)
    world.take(.outputBuffer(response: world.words["R1"], .stopped))
    world.responseDone("R1")
    #expect(world.said("message").count == 3)
  }

  @Test("E1: a report of a segment with any number, beside two at the sink, ends no process")
  func anySegmentNumber() {
    let world = World(sink: World.sink(isGapless: true))
    world.response("R1")
    world.message("A", ms: 500)
    world.message("B", ms: 500)
    world.hand()
    #expect(world.engine.timeline.count == 2)
    let newest = world.segment("B").number
    for number in [0, newest + 1, newest &+ 1 << 63, 1 << 63, .max] {
      #expect(world.take(.progress(SegmentID(number: number), frames: 1)) == .ignored)
    }
    #expect(world.take(.progress(world.segment("A"), frames: 2_400)) == .ok)
  }

  @Test("D6: audio that comes for a full message before its record is fetched changes nothing in it")
  func lateAudioBeforeTheRecord() {
    let world = World()
    world.response("R1")
    world.message("A", ms: 300)
    world.hand()
    world.finished("A", ms: 300)
    guard case .drop = world.audio("A", ms: 200) else { return #expect(Bool(false), "it plays") }
    #expect(world.said("message") == ["message A full"])
    let record = world.engine.item(named: world.words["A"]).map { world.engine.record(of: $0) }
    #expect(record?.heardMs == 300 && record?.receivedMs == 300)
  }

  @Test("F8: a refusal that comes after the reconnect does not bring the lost session back")
  func refusalAfterReconnect() {
    let world = World()
    world.response("R1")
    world.message("A", ms: 1_000)
    world.hand()
    world.progress("A", ms: 400)
    world.interrupt()
    world.finished("A", ms: 400)
    world.take(.reconnect)
    _ = world.said()
    world.take(.rejected(world.engine.commands.newest, .alreadyShorter(ms: 300), .none))
    #expect(world.said("truncate") == [])
  }

  @Test("F8: an item without a response, before the new session has one, does not join the lost session")
  func itemAfterReconnect() {
    let world = World()
    world.response("R1")
    world.take(.reconnect)
    world.item("A")
    #expect(world.engine.item(named: world.words["A"]) == nil)
  }

  @Test("C7: the last moment of the clock ends no process")
  func endOfTime() async {
    await #expect(processExitsWith: .success) {
      let world = World(sink: World.sink(latencyMs: 100), estimates: true)
      world.response("R1")
      world.message("A", ms: 1_000)
      world.hand()
      world.started("A")
      world.take(.advance(us: .max))
      _ = world.engine.nextDeadlineUs
      world.interrupt()
      _ = world.engine.nextDeadlineUs
      world.message("B", ms: 100)
    }
  }

  @Test("law 2: effects that nobody has taken yet keep their names, however late they are taken")
  func effectsThatWait() async {
    await #expect(processExitsWith: .success) {
      let world = World()
      world.response("R1")
      world.message("A", ms: 0, text: "Hello.")
      // From here on nobody takes effects: the record of A, and then the end of R1, wait.
      _ = world.engine.handle(
        .responseDone(id: world.words["R1"], status: .completed, reason: .none), into: &world.effects)
      _ = world.engine.handle(.advance(us: 60_000_000), into: &world.effects)
      _ = world.engine.handle(
        .responseCreated(id: world.words["R2"], traits: [], token: .none), into: &world.effects)
      // Reads the names of what waited.
      world.response("R3")
      let said = world.said("message", "settled")
      precondition(said == ["message A skipped", "settled R1"])
    }
  }

  // MARK: Out of order

  @Test("A5, A11: a response that is announced after its first audio is what the announcement says")
  func announcedLate() {
    let world = World()
    world.audio("A", ms: 500, in: "R1")
    world.hand()
    #expect(world.response("R1", .local) == .ok)
    #expect(world.response("R1") == .ignored)
    world.started("A")
    world.progress("A", ms: 200)
    world.interrupt()
    world.finished("A", ms: 200)
    #expect(world.said("truncate", "delete", "message") == ["message A partial 200/500"])
  }

  @Test("A5, D12: interrupted while expected, announced after its first audio: it is cut all the same")
  func expectedAndAnnouncedLate() {
    let world = World()
    world.take(.expect(token: world.words["T"]))
    world.interrupt()
    world.audio("A", ms: 500, in: "R1")
    world.hand()
    world.started("A")
    _ = world.said()
    #expect(world.response("R1", token: "T") == .ok)
    #expect(world.said("cancel", "clear") == ["cancel R1", "clear A/0"])
    world.finished("A", ms: 0)
    #expect(world.said("delete", "message") == ["delete A", "message A skipped"])
  }
}
