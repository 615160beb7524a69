// The timeline against the plainest thing that does the same: a list with the sink's position at every
// millisecond. Random plays of a sink that plays, starves, pauses, and reports now and then.

import Testing

@testable import RTMultiCore

/// Where a sink was at each millisecond, written down.
private struct PlainHistory {
  /// `position[ms]`, from 0 to now.
  private(set) var position: [Int64] = [0]

  var now: Int64 { Int64(position.count - 1) }
  var newest: Int64 { position[position.count - 1] }

  mutating func tick(playing: Bool, written: Int64) {
    position.append(min(written, newest + (playing ? 1 : 0)))
  }

  /// Where the ear is, when every millisecond was known.
  func ear(latencyMs: Int64) -> Int64 { now < latencyMs ? 0 : position[Int(now - latencyMs)] }
}

/// The same when only some moments are known: between two of them the sink played as late as it can have.
private struct SparseHistory {
  private var known: [(ms: Int64, position: Int64)] = []

  mutating func note(ms: Int64, position: Int64) { known.append((ms, position)) }

  func ear(nowMs: Int64, latencyMs: Int64) -> Int64 {
    let then = nowMs - latencyMs
    return known.reduce(0) { max($0, $1.position - max(0, $1.ms - then)) }
  }
}

@Suite struct TimelineRandomTests {
  /// A script: stretches of playing and of standing still, between `shortest` and `longest` milliseconds.
  private func plays(_ dice: inout Dice, shortest: Int, longest: Int, totalMs: Int) -> [Bool] {
    var plays: [Bool] = []
    while plays.count < totalMs {
      let isPlaying = dice.below(3) > 0
      plays += Array(repeating: isPlaying, count: Int.random(in: shortest...longest, using: &dice))
    }
    return plays
  }

  @Test("C6: reported every millisecond, the ear is where the sink was", arguments: 1...12)
  func dense(seed: UInt64) {
    var dice = Dice(seed: seed)
    let latencyMs = Int64(dice.one(of: [5, 40, 100, 300]))
    var line = timelineAtOneKilohertz(estimates: false, latencyMs: latencyMs)
    line.add(1, written: 3_000)
    var plain = PlainHistory()
    var wrong: [Int64] = []
    for isPlaying in plays(&dice, shortest: 60, longest: 400, totalMs: 3_000) {
      plain.tick(playing: isPlaying, written: 3_000)
      line.report(0, played: plain.newest, nowUs: plain.now * 1_000)
      if line.ear(nowUs: plain.now * 1_000) != plain.ear(latencyMs: latencyMs) { wrong.append(plain.now) }
    }
    #expect(wrong.prefix(3) == [])
  }

  @Test("C6: reported now and then, the ear is as late as it can be, and no later", arguments: 1...12)
  func sparse(seed: UInt64) {
    var dice = Dice(seed: seed &+ 100)
    // So few reports within one latency that all of them are kept.
    let latencyMs = Int64(dice.one(of: [20, 100, 200]))
    var line = timelineAtOneKilohertz(estimates: false, latencyMs: latencyMs)
    line.add(1, written: 4_000)
    var plain = PlainHistory()
    var sparse = SparseHistory()
    var wrong: [Int64] = []
    for isPlaying in plays(&dice, shortest: 5, longest: 200, totalMs: 4_000) {
      plain.tick(playing: isPlaying, written: 4_000)
      let now = plain.now
      if now % 10 == 0, dice.below(3) > 0 {
        line.report(0, played: plain.newest, nowUs: now * 1_000)
        sparse.note(ms: now, position: plain.newest)
      }
      let ear = line.ear(nowUs: now * 1_000)
      if ear != sparse.ear(nowMs: now, latencyMs: latencyMs) || ear > plain.ear(latencyMs: latencyMs) {
        wrong.append(now)
      }
    }
    #expect(wrong.prefix(3) == [])
  }

  @Test("C6: the ear across segments that come, finish and are forgotten", arguments: 1...12)
  func acrossSegments(seed: UInt64) {
    var dice = Dice(seed: seed &+ 200)
    let latencyMs: Int64 = 100
    var line = timelineAtOneKilohertz(estimates: false, latencyMs: latencyMs)
    var plain = PlainHistory()
    var number: UInt64 = 0
    var offset: Int64 = 0
    var wrong: [Int64] = []
    for isPlaying in plays(&dice, shortest: 60, longest: 200, totalMs: 4_000) {
      if line.audible == nil {
        number += 1
        // With nothing left the line begins anew; what was heard before stays heard.
        if line.count == 0 { offset = plain.newest }
        line.add(number, written: Int64(30 + dice.below(300)), phase: .flushed)
      }
      guard let index = line.audible else { continue }
      plain.tick(playing: isPlaying, written: .max)
      let written = line[index].written
      let start = offset + line.end(of: SegmentID(number: number)) - written
      line.report(index, played: plain.newest - start, nowUs: plain.now * 1_000)
      if line[index].played == written { line[index].phase = .finished }
      let ear = line.ear(nowUs: plain.now * 1_000)
      if ear + offset != max(offset, plain.ear(latencyMs: latencyMs)) { wrong.append(plain.now) }
      var place = line.origin
      for segment in 0..<line.count {
        line[segment].ear = max(0, min(ear - place, line[segment].length))
        place += line[segment].length
      }
      while line.count > 0, line[0].isDrained { line.removeFirst() }
    }
    #expect(number > 4)
    #expect(wrong.prefix(3) == [])
  }

  @Test("C1, C2: an estimate that nobody corrects is the sink that plays what it has", arguments: 1...12)
  func estimate(seed: UInt64) {
    var dice = Dice(seed: seed &+ 300)
    var line = timelineAtOneKilohertz(estimates: true)
    var plain = PlainHistory()
    var written: Int64 = 0
    var isPaused = false
    var wrong: [Int64] = []
    line.add(1, written: 0)
    for _ in 0..<4_000 {
      let nowUs = plain.now * 1_000
      switch dice.below(60) {
      case 0:
        let frames = Int64(1 + dice.below(200))
        _ = line.willWrite(nowUs: nowUs)
        line[0].written += frames
        written += frames
      case 1 where isPaused:
        line.thawClock(nowUs: nowUs)
        isPaused = false
      case 1 where !isPaused, 2 where !isPaused:
        line.freezeClock(nowUs: nowUs)
        isPaused = true
      case 3: line.report(0, played: plain.newest, nowUs: nowUs)
      default: break
      }
      plain.tick(playing: !isPaused, written: written)
      if line.position(nowUs: plain.now * 1_000) != plain.newest { wrong.append(plain.now) }
    }
    #expect(written > 0)
    #expect(wrong.prefix(3) == [])
  }
}
