// What has happened so far, in numbers, for whoever watches a session. Nothing follows from them.

/// Counts and times that only grow, except the newest ones. Microseconds; -1 is "not yet".
public struct Tally: Sendable {
  public var responsesHeard: UInt64 = 0
  public var firstFrameUs: Int64 = -1
  public var firstFrameTotalUs: Int64 = 0
  public var gaps: UInt64 = 0
  public var gapUs: Int64 = -1
  public var gapTotalUs: Int64 = 0
  public var underruns: UInt64 = 0
  public var underrunTotalUs: Int64 = 0
  public var commandsRefused: UInt64 = 0
}

extension Engine {
  /// Audio that waits to be handed over, in ``FrameCount/ticksPerSecond``.
  public var waitingTicks: Int64 { conversation.waitingTicks }

  mutating func noteFirstFrame(of response: ResponseID) {
    guard conversation[response].firstHeardUs < 0 else { return }
    conversation[response].firstHeardUs = nowUs
    tally.responsesHeard += 1
    tally.firstFrameUs = nowUs - conversation[response].createdUs
    tally.firstFrameTotalUs.grow(by: tally.firstFrameUs)
  }

  /// A message is heard for the first time: how long nothing was heard between the last one of its response and it.
  mutating func noteGap(before item: ItemID) {
    let lastUs = conversation[conversation[item].response].lastHeardUs
    guard lastUs >= 0, nowUs > lastUs else { return }
    tally.gaps += 1
    tally.gapUs = nowUs - lastUs
    tally.gapTotalUs.grow(by: tally.gapUs)
  }

  /// A part goes on after the listener had heard all that there was.
  mutating func noteUnderrun(of part: PartID, _ dryness: Timeline.Dryness) {
    guard !isPaused else { return }
    let sinceUs =
      switch dryness {
      case .since(let us): us
      case .sinceReport: conversation[conversation[part].item].stoppedUs
      }
    guard sinceUs >= 0, nowUs > sinceUs else { return }
    tally.underruns += 1
    tally.underrunTotalUs.grow(by: nowUs - sinceUs)
  }
}

extension Int64 {
  /// Adds, and stays at the highest number: two jumps of a host's clock may be more than a number holds.
  fileprivate mutating func grow(by us: Int64) {
    let (sum, isTooLarge) = addingReportingOverflow(us)
    self = isTooLarge ? .max : sum
  }
}
