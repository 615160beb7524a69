// The time in which turns are waited for: it stands still in a pause and while there is no sink (rule A6), so that each
// patience is one subtraction. Every stamp that a patience counts from is of this time, and bears `TurnUs` in its name.

/// A stopwatch on the host's time, in microseconds.
struct TurnClock: Equatable {
  private var shownUs: Int64 = 0
  private var runsSinceUs: Int64?

  /// It runs, or stands still, from now on.
  mutating func set(runs: Bool, nowUs: Int64) {
    guard runs != (runsSinceUs != nil) else { return }
    shownUs = us(nowUs: nowUs)
    runsSinceUs = runs ? nowUs : nil
  }

  /// What it shows.
  @inline(__always)
  func us(nowUs: Int64) -> Int64 {
    guard let runsSinceUs else { return shownUs }
    return shownUs + (nowUs - runsSinceUs)
  }

  /// What it showed at an earlier moment, since when it has not stood still.
  func us(at momentUs: Int64, nowUs: Int64) -> Int64 { us(nowUs: nowUs) - (nowUs - momentUs) }

  /// When it will show so much, or nil while it stands still.
  func moment(of turnUs: Int64, nowUs: Int64) -> Int64? {
    runsSinceUs == nil ? nil : nowUs + max(0, turnUs - us(nowUs: nowUs))
  }
}

extension Engine {
  @inline(__always)
  var turnUs: Int64 { turnClock.us(nowUs: nowUs) }

  /// A pause began or ended, or the sink came or went.
  mutating func setTurnClock() { turnClock.set(runs: sink != nil && !isPaused, nowUs: nowUs) }

  /// Notes since when the sink has had nothing more to play. It is asked after every input and at every deadline, and the
  /// moment itself may lie before that: where the position is estimated, the clock says when it came to its end. While
  /// there is one response nobody waits for that, and one that comes later is ready later than this moment; but a device
  /// says nowhere else what it is done with.
  @inline(__always)
  mutating func noteDryness() {
    guard conversation.openResponses > 1 || sink?.reporting == .counted,
      timeline.waiting(nowUs: nowUs) <= 0
    else {
      dryTurnUs = nil
      return
    }
    if dryTurnUs == nil { becameDry() }
  }

  private mutating func becameDry() {
    let momentUs =
      timeline.reported >= timeline.written ? nowUs : timeline.moment(of: timeline.written) ?? nowUs
    dryTurnUs = turnClock.us(at: min(momentUs, nowUs), nowUs: nowUs)
    if conversation.openResponses > 1 { mayBeDue = true }
  }

  /// Since when the sink has been done with everything, or nil while it is not.
  var sinkDoneTurnUs: Int64? {
    if isSinkBusy { return nil }
    guard sink?.reporting == .counted else { return finishedTurnUs }
    // A device is done with what it has taken; the ear gets that later (rule C6).
    return dryTurnUs.map { max($0, flushedTurnUs) }
  }
}
