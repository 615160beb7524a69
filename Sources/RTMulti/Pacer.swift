// When a sink is written to that wants pieces of one length, and how long a start at a paced one waits so that it does not
// stutter. What was heard is the engine's; nothing is read or written here.

import RTMultiCore

/// How a sink of pieces wants to be written to; the fields of the header's `rtmulti_sink`.
public struct Pacing: Sendable {
  public var frameMs: Int
  /// nil where the sink reports: what is due follows from that.
  public var leadMs: Int?
  public var prebufferMs: Int
  public var maximumPrebufferMs: Int
  public var padsLastFrame: Bool

  /// Pacing as the header describes it.
  public init(frameMs: Int, leadMs: Int?, prebufferMs: Int, maximumPrebufferMs: Int, padsLastFrame: Bool) {
    self.frameMs = frameMs
    self.leadMs = leadMs
    self.prebufferMs = prebufferMs
    self.maximumPrebufferMs = maximumPrebufferMs
    self.padsLastFrame = padsLastFrame
  }
}

/// The pace of one sink.
///
/// A start from silence waits for as much as audio came late before: late is what arrives after the moment at which
/// it would have been heard, had the first of its part been heard as it came. The worst of a part counts, and an
/// eighth of it is forgotten with each later part, as long as that one was better. It is learned at the end of a
/// part and used for the next, so that one that is slow all along is not held up again and again.
struct Pacer {
  /// The length of a write, in sink frames.
  let frame: Int
  /// How many sink frames may have been written and not played; nil without a clock.
  let lead: Int64?
  let padsLastFrame: Bool
  private let leastUs: Int64
  private let mostUs: Int64
  private var latenessUs: Int64 = 0

  /// The part that arrives now.
  private struct Arrival {
    let part: PartID
    let firstUs: Int64
    var ticks: Int64 = 0
    var latestUs: Int64 = 0
  }
  private var arrival: Arrival?

  init(_ pacing: Pacing, rateHz: Int) {
    frame = pacing.frameMs * rateHz / 1_000
    lead = pacing.leadMs.map { Int64($0 * rateHz / 1_000) }
    padsLastFrame = pacing.padsLastFrame
    leastUs = Int64(pacing.prebufferMs) * 1_000
    mostUs = Int64(max(pacing.maximumPrebufferMs, pacing.prebufferMs)) * 1_000
  }

  /// How much a start waits for.
  var prebufferUs: Int64 { min(max(latenessUs, leastUs), mostUs) }

  /// Audio of a part came.
  mutating func arrived(_ part: PartID, frames: Int64, ticksPerFrame: Int64, nowUs: Int64) {
    if arrival?.part != part {
      learn()
      arrival = Arrival(part: part, firstUs: nowUs)
    }
    guard let known = arrival else { return }
    let dueUs = known.firstUs + FrameCount.microseconds(ticks: known.ticks)
    arrival?.latestUs = max(known.latestUs, min(nowUs - dueUs, mostUs))
    arrival?.ticks += frames * ticksPerFrame
  }

  private mutating func learn() {
    guard let arrival else { return }
    latenessUs = max(arrival.latestUs, latenessUs - latenessUs / 8)
  }

  /// Whether `frames` more may be written when `ahead` were written and not played, of `lead` at the most.
  @inline(__always)
  static func isDue(_ frames: Int, ahead: Int64, lead: Int64) -> Bool {
    ahead <= 0 || ahead + Int64(frames) <= lead
  }
}
