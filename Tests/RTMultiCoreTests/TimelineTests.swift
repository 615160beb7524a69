// The position ledger by itself: positions on one line, the clock that estimates, and the ear. What positions
// mean for messages is tested with the engine; random plays against a plain list are TimelineRandomTests'.

import Testing

@testable import RTMultiCore

extension Timeline {
  /// A segment with so much written to it.
  mutating func add(_ number: UInt64, written: Int64, base: Int64 = 0, phase: Segment.Phase = .open) {
    var segment = Segment(id: SegmentID(number: number), part: PartID(slot: UInt32(number)), base: base)
    segment.written = written
    segment.handed = written
    segment.phase = phase
    append(segment)
  }

  /// What a report does: so much of a segment was played by now.
  mutating func report(_ index: Int, played: Int64, nowUs: Int64) {
    self[index].played = played
    restartClock(nowUs: nowUs)
    noteFact(nowUs: nowUs)
  }
}

/// A sink at 1000 Hz, so that frames are milliseconds. Where it estimates it starts at once, unless a test says
/// otherwise: the estimate runs from the write (rule C8).
func timelineAtOneKilohertz(estimates: Bool, latencyMs: Int64 = 0, startsAtOnce: Bool = true) -> Timeline {
  var timeline = Timeline(estimates: estimates)
  timeline.startsAtOnce = startsAtOnce
  timeline.rateHz = 1_000
  timeline.latencyUs = latencyMs * 1_000
  return timeline
}

@Suite struct TimelineTests {
  // MARK: Positions

  @Test("what was reported, written and where each segment ends, on one line")
  func positions() {
    var line = timelineAtOneKilohertz(estimates: false)
    let empty = (line.reported, line.written, line.audible, line.position(nowUs: 0))
    #expect(empty == (0, 0, nil, 0))
    line.add(1, written: 400, phase: .flushed)
    line.add(2, written: 300)
    line.report(0, played: 150, nowUs: 0)
    let first = (line.reported, line.written, line.ahead(nowUs: 0), line.audible)
    #expect(first == (150, 700, 550, 0))
    let ends = (line.end(of: SegmentID(number: 1)), line.end(of: SegmentID(number: 2)))
    #expect(ends == (400, 700))
    let indexes = (line.index(of: SegmentID(number: 2)), line.index(of: SegmentID(number: 3)))
    #expect(indexes == (1, nil))
  }

  @Test("B8: a segment that plays has everything before it behind it")
  func laterReport() {
    var line = timelineAtOneKilohertz(estimates: false)
    line.add(1, written: 400, phase: .flushed)
    line.add(2, written: 300)
    line.report(1, played: 20, nowUs: 0)
    let reported = line.reported
    #expect(reported == 420)
  }

  @Test("a segment that finished short ends where it finished")
  func short() {
    var line = timelineAtOneKilohertz(estimates: false)
    line.add(1, written: 400, phase: .flushed)
    line.add(2, written: 300)
    line.report(0, played: 250, nowUs: 0)
    line[0].phase = .finished
    let sums = (line.reported, line.written, line.end(of: SegmentID(number: 1)), line.audible)
    #expect(sums == (250, 550, 250, 1))
  }

  @Test("the line does not move when its first segment is forgotten, and begins anew when all are")
  func forgetting() {
    var line = timelineAtOneKilohertz(estimates: false)
    line.add(1, written: 400, phase: .flushed)
    line.add(2, written: 300)
    line.report(0, played: 400, nowUs: 0)
    line[0].phase = .finished
    line.report(1, played: 100, nowUs: 0)
    let before = (line.reported, line.written)
    line.removeFirst()
    let after = (line.reported, line.written, line.origin, line.count)
    #expect(before == (500, 700))
    #expect(after == (500, 700, 400, 1))
    line[0].phase = .finished
    line.removeFirst()
    let empty = (line.reported, line.written, line.origin, line.count)
    #expect(empty == (0, 0, 0, 0))
  }

  @Test("many segments at once")
  func many() {
    var line = timelineAtOneKilohertz(estimates: false)
    for number in UInt64(1)...100 { line.add(number, written: 10, phase: .flushed) }
    let written = line.written
    let end = line.end(of: SegmentID(number: 37))
    #expect(written == 1_000)
    #expect(end == 370)
  }

  @Test("C4: P grows with the ear and never passes what was handed over, at every pair of rates")
  func heardFrames() {
    var isSound = true
    for sourceHz in FrameCountTests.ratesHz {
      for sinkHz in FrameCountTests.ratesHz {
        var segment = Segment(id: SegmentID(number: 1), part: PartID(slot: 0), base: 1_000)
        segment.handed = 1_237
        segment.written = FrameCount.convert(1_237, fromHz: sourceHz, toHz: sinkHz)
        var last: Int64 = 1_000
        for ear in 0...segment.written {
          segment.ear = ear
          let heard = segment.heardFrames(sourceRateHz: sourceHz, sinkRateHz: sinkHz)
          if heard < last || heard > 2_237 { isSound = false }
          last = heard
        }
      }
    }
    #expect(isSound)
  }

  @Test("C4: the last sink frame stands for all that was handed over, at every pair of rates")
  func lastFrame() {
    for sourceHz in AudioFormat.pcmRatesHz {
      for sinkHz in FrameCountTests.ratesHz {
        let world = World(sink: World.sink(rateHz: sinkHz), sourceRateHz: sourceHz)
        world.response("R1")
        world.message("A", ms: 51)
        world.hand()
        let segment = world.segment("A")
        world.take(.finished(segment, frames: world.written(segment), interrupted: false))
        #expect(world.said("message") == ["message A full"], "\(sourceHz) Hz at \(sinkHz) Hz")
      }
    }
  }

  // MARK: The estimating clock

  @Test("C8: before the first report nothing is estimated; from then on the estimate runs")
  func beforeTheFirstReport() {
    var line = timelineAtOneKilohertz(estimates: true, startsAtOnce: false)
    _ = line.willWrite(nowUs: 0)
    line.add(1, written: 1_000)
    let before = line.position(nowUs: 900_000)
    line[0].hasReport = true
    line.report(0, played: 0, nowUs: 900_000)
    let after = line.position(nowUs: 1_000_000)
    #expect([before, after] == [0, 100])
  }

  @Test("C2: an estimate runs on from the last report, and never beyond what was written")
  func estimate() {
    var line = timelineAtOneKilohertz(estimates: true)
    _ = line.willWrite(nowUs: 1_000_000)
    line.add(1, written: 300)
    let positions = [1_000_000, 1_100_000, 1_300_000, 5_000_000].map { line.position(nowUs: $0) }
    #expect(positions == [0, 100, 300, 300])
  }

  @Test("C2: an underrun is not playback: 300 ms, 700 ms of starvation, 1000 ms more, 300 ms later: 600")
  func underrun() {
    var line = timelineAtOneKilohertz(estimates: true)
    _ = line.willWrite(nowUs: 0)
    line.add(1, written: 300)
    let dry = line.position(nowUs: 1_000_000)
    _ = line.willWrite(nowUs: 1_000_000)
    line[0].written += 1_000
    let after = line.position(nowUs: 1_300_000)
    #expect(dry == 300)
    #expect(after == 600)
  }

  @Test("a write that comes before the estimate ran dry does not start it again")
  func writeInTime() {
    var line = timelineAtOneKilohertz(estimates: true)
    _ = line.willWrite(nowUs: 0)
    line.add(1, written: 300)
    _ = line.willWrite(nowUs: 299_000)
    line[0].written += 300
    let position = line.position(nowUs: 400_000)
    #expect(position == 400)
  }

  @Test("C7: time before the last report adds nothing")
  func clockBack() {
    var line = timelineAtOneKilohertz(estimates: true)
    _ = line.willWrite(nowUs: 500_000)
    line.add(1, written: 300)
    let position = line.position(nowUs: 100_000)
    #expect(position == 0)
  }

  @Test("a report wins over the estimate, forwards and back")
  func reportWins() {
    var line = timelineAtOneKilohertz(estimates: true)
    _ = line.willWrite(nowUs: 0)
    line.add(1, written: 1_000)
    let estimated = line.position(nowUs: 400_000)
    line.report(0, played: 250, nowUs: 400_000)
    let reported = line.position(nowUs: 400_000)
    let later = line.position(nowUs: 450_000)
    line.report(0, played: 700, nowUs: 450_000)
    let further = line.position(nowUs: 460_000)
    #expect([estimated, reported, later, further] == [400, 250, 300, 710])
  }

  @Test("E3: paused, the position stands; resumed, it goes on from there")
  func pause() {
    var line = timelineAtOneKilohertz(estimates: true)
    _ = line.willWrite(nowUs: 0)
    line.add(1, written: 1_000)
    line.freezeClock(nowUs: 400_000)
    let paused = [400_000, 900_000].map { line.position(nowUs: $0) }
    _ = line.willWrite(nowUs: 900_000)
    line[0].written += 500
    let written = line.position(nowUs: 950_000)
    line.report(0, played: 380, nowUs: 960_000)
    let reported = line.position(nowUs: 990_000)
    line.thawClock(nowUs: 1_000_000)
    let resumed = line.position(nowUs: 1_100_000)
    #expect(paused == [400, 400])
    #expect(written == 400)
    #expect(reported == 380)
    #expect(resumed == 480)
  }

  @Test("E3: first written while paused, a segment starts after the resume")
  func writtenWhilePaused() {
    var line = timelineAtOneKilohertz(estimates: true)
    line.freezeClock(nowUs: 0)
    _ = line.willWrite(nowUs: 100_000)
    line.add(1, written: 1_000)
    let paused = line.position(nowUs: 600_000)
    line.thawClock(nowUs: 700_000)
    let resumed = line.position(nowUs: 800_000)
    #expect(paused == 0)
    #expect(resumed == 100)
  }

  @Test("without estimates only reports move the position")
  func noEstimates() {
    var line = timelineAtOneKilohertz(estimates: false)
    _ = line.willWrite(nowUs: 0)
    line.add(1, written: 1_000)
    let before = line.position(nowUs: 500_000)
    line.report(0, played: 100, nowUs: 500_000)
    let after = line.position(nowUs: 900_000)
    #expect(before == 0)
    #expect(after == 100)
  }

  // MARK: The ear

  @Test("C6: 400 ms into A with 100 ms on the way is 300; 50 ms into B it is still in A")
  func ear() {
    var line = timelineAtOneKilohertz(estimates: false, latencyMs: 100)
    line.add(1, written: 500, phase: .flushed)
    for ms in Int64(1)...400 { line.report(0, played: ms, nowUs: ms * 1_000) }
    let inA = line.ear(nowUs: 400_000)
    line.report(0, played: 500, nowUs: 500_000)
    line[0].phase = .finished
    line.add(2, written: 500)
    line.report(1, played: 50, nowUs: 550_000)
    let inB = line.ear(nowUs: 550_000)
    #expect(inA == 300)
    #expect(inB == 450)
  }

  @Test("C6: with one report only, the ear gets there when its latency is over, and says when")
  func oneReport() {
    var line = timelineAtOneKilohertz(estimates: false, latencyMs: 100)
    line.add(1, written: 500)
    line.report(0, played: 200, nowUs: 1_000_000)
    let ears = [1_000_000, 1_050_000, 1_100_000, 1_500_000].map { line.ear(nowUs: $0) }
    let deadlines = [1_000_000, 1_099_000, 1_100_000].map { line.earDeadline(nowUs: $0) }
    #expect(ears == [100, 150, 200, 200])
    #expect(deadlines == [1_100_000, 1_100_000, nil])
  }

  @Test(
    "C6: a sink that stands still and goes on saying so: the ear arrives all the same", arguments: [1, 10, 50])
  func standingStill(reportEveryMs: Int64) {
    for estimates in [false, true] {
      var line = timelineAtOneKilohertz(estimates: estimates, latencyMs: 100)
      _ = line.willWrite(nowUs: 0)
      line.add(1, written: 400)
      for ms in stride(from: Int64(0), through: 400, by: Int(reportEveryMs)) {
        line.report(0, played: ms, nowUs: ms * 1_000)
      }
      for ms in stride(from: Int64(400), through: 600, by: Int(reportEveryMs)) {
        line.report(0, played: 400, nowUs: ms * 1_000)
      }
      let ear = line.ear(nowUs: 600_000)
      #expect(ear == 400)
    }
  }

  @Test("C6: more facts than are kept: the ear never goes back and never beyond the sink")
  func factsOverflow() {
    var line = timelineAtOneKilohertz(estimates: false, latencyMs: 5_000)
    line.add(1, written: 100_000)
    var last: Int64 = 0
    var isSound = true
    // Half the speed of real time: each report is a fact of its own.
    for ms in stride(from: Int64(0), through: 20_000, by: 10) {
      line.report(0, played: ms / 2, nowUs: ms * 1_000)
      let ear = line.ear(nowUs: ms * 1_000)
      let truth = max(0, (ms - 5_000) / 2)
      if ear < last || ear > truth { isSound = false }
      last = ear
    }
    #expect(isSound)
    let arrived = line.ear(nowUs: 25_000_000)
    #expect(arrived == 10_000)
  }

  @Test("C6: a report takes back from the ear what had only been estimated")
  func earOfEstimate() {
    var line = timelineAtOneKilohertz(estimates: true, latencyMs: 100)
    _ = line.willWrite(nowUs: 0)
    line.add(1, written: 1_000)
    for ms in Int64(0)...400 { line.noteFact(nowUs: ms * 1_000) }
    let estimated = line.ear(nowUs: 400_000)
    line.report(0, played: 320, nowUs: 400_000)
    let reported = line.ear(nowUs: 400_000)
    let arrived = line.ear(nowUs: 500_000)
    #expect(estimated == 300)
    #expect(reported <= 300)
    #expect(arrived == 320)
  }
}
