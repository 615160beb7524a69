// Every cell of the two small machines of a sink: whether it takes audio now, and how long its first report has been
// waited for. What follows from them is the engine's and is tested with it.

import Testing

@testable import RTMultiCore

@Suite struct SinkIntakeTests {
  enum Event: CaseIterable, Sendable {
    case took
    case filled
    case failed
    /// The sink says something in the instant in which its write failed, and later.
    case spokeAtOnce
    case spokeLater
  }

  typealias Cell = StateCell<SinkIntake, Event>

  private static let failedUs: Int64 = 5_000
  private static let laterUs: Int64 = 7_000
  private static let failure = SinkIntake.failed(atUs: failedUs, againUs: 45_000, delayUs: 40_000)
  private static let states: [SinkIntake] = [.open(delayUs: 0), .open(delayUs: 20_000), .full, failure]

  static let table: [Cell] = [
    Cell(.open(delayUs: 0), .took, .open(delayUs: 0)),
    Cell(.open(delayUs: 0), .filled, .full),
    Cell(.open(delayUs: 0), .failed, .failed(atUs: failedUs, againUs: 15_000, delayUs: 10_000)),
    Cell(.open(delayUs: 0), .spokeAtOnce, .open(delayUs: 0)),
    Cell(.open(delayUs: 0), .spokeLater, .open(delayUs: 0)),

    Cell(.open(delayUs: 20_000), .took, .open(delayUs: 0)),
    Cell(.open(delayUs: 20_000), .filled, .full),
    Cell(.open(delayUs: 20_000), .failed, .failed(atUs: failedUs, againUs: 45_000, delayUs: 40_000)),
    Cell(.open(delayUs: 20_000), .spokeAtOnce, .open(delayUs: 20_000)),
    Cell(.open(delayUs: 20_000), .spokeLater, .open(delayUs: 20_000)),

    Cell(.full, .took, .open(delayUs: 0)),
    Cell(.full, .filled, .full),
    Cell(.full, .failed, .failed(atUs: failedUs, againUs: 15_000, delayUs: 10_000)),
    Cell(.full, .spokeAtOnce, .open(delayUs: 0)),
    Cell(.full, .spokeLater, .open(delayUs: 0)),

    Cell(failure, .took, .open(delayUs: 0)),
    Cell(failure, .filled, .full),
    Cell(failure, .failed, .failed(atUs: failedUs, againUs: 85_000, delayUs: 80_000)),
    // Never twice without time passing (rule E10).
    Cell(failure, .spokeAtOnce, .failed(atUs: failedUs, againUs: failedUs + 1, delayUs: 40_000)),
    Cell(failure, .spokeLater, .open(delayUs: 40_000)),
  ]

  @Test("each cell: the next state", arguments: table)
  func cell(_ cell: Cell) {
    var intake = cell.state
    switch cell.event {
    case .took: intake.took()
    case .filled: intake.filled()
    case .failed: intake.failed(nowUs: Self.failedUs)
    case .spokeAtOnce:
      let waited = intake.spoke(nowUs: Self.failedUs)
      #expect(waited == (cell.state == .full || cell.state == Self.failure))
    case .spokeLater:
      let waited = intake.spoke(nowUs: Self.laterUs)
      #expect(waited == (cell.state == .full || cell.state == Self.failure))
    }
    #expect(intake == cell.next)
  }

  @Test("the table has every cell, and none twice")
  func tableIsWhole() {
    #expect(Self.table.isWhole(for: Self.states))
  }

  @Test("E10: 10, 20, 40 … 640 and then 1000 ms, and from the start again when something was taken")
  func delays() {
    var intake = SinkIntake.open(delayUs: 0)
    var nowUs: Int64 = 0
    var waitedMs: [Int64] = []
    for _ in 0..<9 {
      intake.failed(nowUs: nowUs)
      guard case .failed(_, let againUs, _) = intake else { break }
      let isEarly = intake.isOpen(nowUs: againUs - 1)
      let isDue = intake.isOpen(nowUs: againUs)
      #expect(!isEarly && isDue)
      waitedMs.append((againUs - nowUs) / 1_000)
      nowUs = againUs
    }
    #expect(waitedMs == [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000])
    intake.took()
    intake.failed(nowUs: 0)
    #expect(intake == .failed(atUs: 0, againUs: 10_000, delayUs: 10_000))
  }

  @Test("only an open sink, and one whose wait is over, is offered anything")
  func openness() {
    #expect(SinkIntake.open(delayUs: 20_000).isOpen(nowUs: 0))
    #expect(!SinkIntake.full.isOpen(nowUs: .max))
  }
}

@Suite struct FirstReportTests {
  enum Event: CaseIterable, Sendable {
    /// 100 ms are written at 1000 ms.
    case wrote
    case wroteInAPause
    case wasCleared
    case pause
    case resume
  }

  typealias Cell = StateCell<FirstReport, Event>

  private static let nowUs: Int64 = 1_000_000
  private static let past = FirstReport.owed(atUs: 400_000)
  private static let future = FirstReport.owed(atUs: 1_300_000)
  private static let held = FirstReport.paused(leftUs: 300_000)
  private static let states: [FirstReport] = [.notOwed, past, future, held, .settled]

  static let table: [Cell] = [
    Cell(.notOwed, .wrote, .owed(atUs: 1_100_000)),
    Cell(.notOwed, .wroteInAPause, .paused(leftUs: 100_000)),
    Cell(.notOwed, .wasCleared, .notOwed),
    Cell(.notOwed, .pause, .notOwed),
    Cell(.notOwed, .resume, .notOwed),

    // All of it would have been played: what is written now plays from now on.
    Cell(past, .wrote, .owed(atUs: 1_100_000)),
    Cell(past, .wroteInAPause, .owed(atUs: 1_100_000)),
    Cell(past, .wasCleared, .notOwed),
    Cell(past, .pause, .paused(leftUs: -600_000)),
    Cell(past, .resume, past),

    Cell(future, .wrote, .owed(atUs: 1_400_000)),
    Cell(future, .wroteInAPause, .owed(atUs: 1_400_000)),
    Cell(future, .wasCleared, .notOwed),
    Cell(future, .pause, .paused(leftUs: 300_000)),
    Cell(future, .resume, future),

    Cell(held, .wrote, .paused(leftUs: 400_000)),
    Cell(held, .wroteInAPause, .paused(leftUs: 400_000)),
    Cell(held, .wasCleared, .notOwed),
    Cell(held, .pause, held),
    Cell(held, .resume, .owed(atUs: 1_300_000)),

    Cell(.settled, .wrote, .settled),
    Cell(.settled, .wroteInAPause, .settled),
    Cell(.settled, .wasCleared, .settled),
    Cell(.settled, .pause, .settled),
    Cell(.settled, .resume, .settled),
  ]

  @Test("each cell: the next state", arguments: table)
  func cell(_ cell: Cell) {
    var report = cell.state
    switch cell.event {
    case .wrote: report.wrote(us: 100_000, nowUs: Self.nowUs, isPaused: false)
    case .wroteInAPause: report.wrote(us: 100_000, nowUs: Self.nowUs, isPaused: true)
    case .wasCleared: report.wasCleared()
    case .pause: report.pause(nowUs: Self.nowUs)
    case .resume: report.resume(nowUs: Self.nowUs)
    }
    #expect(report == cell.next)
  }

  @Test("the table has every cell, and none twice")
  func tableIsWhole() {
    #expect(Self.table.isWhole(for: Self.states))
  }
}
