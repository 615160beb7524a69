// A sink that says nothing: its segments start, end and answer a clear by the clock that Timeline runs. When to
// write to it, and in which pieces, is not decided here.

extension Engine {
  /// Lets everything happen that the clock has passed. What it says is flagged as estimated.
  mutating func followClock(into effects: inout EffectRing) {
    guard sink?.reporting == .silent else { return }
    while let index = timeline.audible {
      // Of one that plays and goes on the clock says nothing.
      if timeline[index].phase == .open, timeline[index].start != .unknown { return }
      let position = timeline.position(nowUs: nowUs) - timeline.start(of: index)
      switch timeline[index].phase {
      case .open, .flushed:
        if position > 0, timeline[index].start == .unknown { timeline[index].start = .reported(atUs: nowUs) }
        guard timeline[index].phase == .flushed, position >= timeline[index].written else { return }
        timeline.passesPadding(of: index)
      case .clearing: break
      case .finished: return
      }
      let reached = max(timeline[index].played, min(position, timeline[index].written))
      timeline[index].isPlayedEstimated = reached > timeline[index].played
      timeline[index].played = reached
      timeline[index].paddingPlayed = max(0, min(position - reached, timeline[index].padding))
      finish(index, interrupted: false, into: &effects)
    }
  }

  /// When the clock will have passed the first frame of what is heard next, or the end of what is heard now.
  var clockDeadline: Int64? {
    guard sink?.reporting == .silent, !isPaused, clearing.isIdle, let index = timeline.audible else {
      return nil
    }
    let start = timeline.start(of: index)
    let written = timeline[index].written
    if written > 0, timeline[index].start == .unknown { return timeline.moment(of: start + 1) }
    return timeline[index].phase == .flushed ? timeline.moment(of: start + written) : nil
  }

  // MARK: For whoever writes to it

  /// Frames that were written and not played yet.
  public var writtenAhead: Int64 { timeline.ahead(nowUs: nowUs) }

  /// When no more than `frames` of what was written will be left to play, or nil while playing stands still.
  public func moment(whenAhead frames: Int64) -> Int64? {
    isPaused || !clearing.isIdle ? nil : timeline.moment(of: timeline.written - frames)
  }
}
