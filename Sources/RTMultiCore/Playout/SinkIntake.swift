// Whether the sink takes audio now: it may be full, or its write may have failed (rule E10). What is written to it, and
// when, is decided elsewhere.

/// How the sink stands to more audio.
enum SinkIntake: Equatable {
  /// It is offered what is due. `delayUs` is how long the newest failure was waited for: the next one waits longer.
  case open(delayUs: Int64)
  /// It took fewer frames than it was offered: it is asked again after its next word.
  case full
  /// Its write failed: what it did not take is offered again at `againUs`, or after its next word.
  case failed(atUs: Int64, againUs: Int64, delayUs: Int64)

  static let firstDelayUs: Int64 = 10_000
  static let longestDelayUs: Int64 = 1_000_000

  /// The sink took what it was offered.
  mutating func took() { self = .open(delayUs: 0) }

  /// The sink took less than it was offered.
  mutating func filled() { self = .full }

  /// The sink's write failed: each failure in a row is waited for twice as long as the one before it (rule E10).
  mutating func failed(nowUs: Int64) {
    let lastUs =
      switch self {
      case .full: Int64(0)
      case .open(let delayUs), .failed(_, _, let delayUs): delayUs
      }
    let delayUs = min(max(lastUs * 2, Self.firstDelayUs), Self.longestDelayUs)
    self = .failed(atUs: nowUs, againUs: nowUs + delayUs, delayUs: delayUs)
  }

  /// The sink has said something. Returns whether it had been waited for.
  @discardableResult
  mutating func spoke(nowUs: Int64) -> Bool {
    switch self {
    case .open: return false
    case .full: self = .open(delayUs: 0)
    case .failed(let atUs, _, let delayUs) where nowUs > atUs:
      self = .open(delayUs: delayUs)
    case .failed(let atUs, _, let delayUs):
      // Never twice without time passing, or a sink that reports and fails would be asked for ever (rule E10).
      self = .failed(atUs: atUs, againUs: atUs + 1, delayUs: delayUs)
    }
    return true
  }

  func isOpen(nowUs: Int64) -> Bool {
    switch self {
    case .open: true
    case .full: false
    case .failed(_, let againUs, _): nowUs >= againUs
    }
  }
}

extension Engine {
  /// Whether the sink was full, or failed, and has to be waited for.
  public var waitsForSink: Bool { !intake.isOpen(nowUs: nowUs) }

  /// The sink took `sinkFrames` fewer than it was handed, because it is full or because its write failed. Both are
  /// waited for: no audio that was not taken counts as written.
  public mutating func returned(_ id: SegmentID, sinkFrames: Int64, hasFailed: Bool) {
    sinkRefused(hasFailed: hasFailed)
    guard let index = timeline.index(of: id) else { return }
    timeline[index].written -= sinkFrames
  }

  /// The sink took less than it was offered, of which nothing counted as written yet.
  public mutating func sinkRefused(hasFailed: Bool) {
    if hasFailed { intake.failed(nowUs: nowUs) } else { intake.filled() }
  }

  /// The sink took `frames` of what it was offered.
  @inline(__always)
  public mutating func sinkTook(_ frames: Int64) {
    guard frames > 0 else { return }
    intake.took()
    guard firstReport != .settled else { return }
    firstReport.wrote(
      us: FrameCount.microseconds(frames, rateHz: timeline.rateHz), nowUs: nowUs, isPaused: isPaused)
  }

  /// A callback of the host has failed; each kind of failure is told once (rule E10).
  public mutating func callbackFailed(_ callback: HostCallback, into effects: inout EffectRing) {
    let bit = UInt16(1) << callback.rawValue
    guard failedCallbacks & bit == 0 else { return }
    failedCallbacks |= bit
    diagnose(.callbackFailed, detail: .callback(callback), into: &effects)
  }

  /// When what a failed write did not take is offered again; nil while nothing was refused.
  var intakeDeadline: Int64? {
    guard case .failed(_, let againUs, _) = intake, let sink, clearing.isIdle else { return nil }
    // A sink that cannot pause is given nothing in a pause.
    return isPaused && !sink.canPause ? nil : againUs
  }
}
