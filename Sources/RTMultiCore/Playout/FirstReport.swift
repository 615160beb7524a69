// A sink that should report and never has (rule E9): told once, for its listener may hear everything while the engine
// waits for ever.

/// How long the first report of a sink has been waited for.
enum FirstReport: Equatable {
  /// Nothing was written that could have been reported.
  case notOwed
  /// What was written would have been played at `atUs`.
  case owed(atUs: Int64)
  /// The same in a pause, which does not count: so much was left to play.
  case paused(leftUs: Int64)
  /// The sink has reported, does not have to, or the host was told.
  case settled

  /// The sink took audio that plays for so long.
  mutating func wrote(us: Int64, nowUs: Int64, isPaused: Bool) {
    switch self {
    case .notOwed: self = isPaused ? .paused(leftUs: us) : .owed(atUs: nowUs + us)
    case .owed(let atUs): self = .owed(atUs: max(atUs, nowUs) + us)
    case .paused(let leftUs): self = .paused(leftUs: leftUs + us)
    case .settled: break
    }
  }

  /// What was written was taken back: nothing of it can be reported.
  mutating func wasCleared() {
    if self != .settled { self = .notOwed }
  }

  mutating func pause(nowUs: Int64) {
    if case .owed(let atUs) = self { self = .paused(leftUs: atUs - nowUs) }
  }

  mutating func resume(nowUs: Int64) {
    if case .paused(let leftUs) = self { self = .owed(atUs: nowUs + leftUs) }
  }
}

extension Engine {
  /// The sink has said something: it takes audio again, and is no silent one.
  @inline(__always)
  mutating func sinkSpoke() {
    intake.spoke(nowUs: nowUs)
    firstReport = .settled
  }

  /// When the host is told that its sink says nothing: `clear_timeout` after all would have been played (rule E9).
  var firstReportDeadline: Int64? {
    guard case .owed(let atUs) = firstReport, clearing.isIdle else { return nil }
    return atUs + patience.clearUs
  }

  mutating func awaitFirstReport(into effects: inout EffectRing) {
    // The sink had as long as everything takes to play, and `clear_timeout` more (rule E9).
    guard let deadlineUs = firstReportDeadline, nowUs >= deadlineUs else { return }
    firstReport = .settled
    diagnose(
      .silentSink, segment: timeline.audible.map { timeline[$0].id } ?? SegmentID(number: 0), into: &effects)
  }
}
