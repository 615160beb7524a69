// The clock of turns: what it shows while it runs and while it stands still. What is waited for by it is the engine's and
// is tested with it.

import Testing

@testable import RTMultiCore

@Suite struct TurnClockTests {
  /// Ran from 100 to 400, and has stood still since.
  private var still: TurnClock {
    var clock = TurnClock()
    clock.set(runs: true, nowUs: 100)
    clock.set(runs: false, nowUs: 400)
    return clock
  }

  /// The same, and runs again since 1000.
  private var running: TurnClock {
    var clock = still
    clock.set(runs: true, nowUs: 1_000)
    return clock
  }

  @Test("A6: before there is a sink it stands still at 0")
  func fresh() {
    let clock = TurnClock()
    let shown = [clock.us(nowUs: 0), clock.us(nowUs: 5_000)]
    #expect(shown == [0, 0])
    #expect(clock.moment(of: 0, nowUs: 5_000) == nil)
  }

  @Test("A6: a pause does not count")
  func pause() {
    let shown = [
      still.us(nowUs: 400), still.us(nowUs: 900), running.us(nowUs: 1_000), running.us(nowUs: 1_250),
    ]
    #expect(shown == [300, 300, 300, 550])
  }

  @Test("what it does already it is told in vain", arguments: [true, false])
  func again(runs: Bool) {
    var clock = runs ? running : still
    let before = clock
    clock.set(runs: runs, nowUs: 2_000)
    #expect(clock == before)
  }

  @Test("a deadline is known while it runs, and never lies behind now")
  func moments() {
    #expect(still.moment(of: 350, nowUs: 900) == nil)
    #expect(running.moment(of: 550, nowUs: 1_100) == 1_250)
    #expect(running.moment(of: 100, nowUs: 1_100) == 1_100)
  }

  @Test("what it showed a little earlier")
  func earlier() {
    #expect(running.us(at: 1_050, nowUs: 1_250) == 350)
  }
}
