// The pulled driver at work: audio goes into the channel to the device while there is room, and what the device has
// taken is told to the engine before anything else happens. The channel is RTMultiAudio's.

import RTMultiAudio
import RTMultiCore

extension Session {
  /// The device's end of the sink's channel, for one other thread; nil where nobody pulls.
  public var device: PullDevice? {
    switch pulled {
    case .none: nil
    case .some(let driver): driver.channel.device
    }
  }

  /// When the device must be listened to again, or nil while nothing plays: nobody wakes us.
  var pulledDeadline: Int64? {
    switch pulled {
    case .none: nil
    case .some(let driver): driver.isIdle ? nil : engine.now + PulledDriver.longestSleepUs
    }
  }

  /// Fills the channel of a pulled sink as far as may be written ahead.
  mutating func nextPulled() -> Delivery? {
    // A device far from the ear would run dry if what it has taken counted as written ahead.
    engine.deviceHolds(pulled?.onTheWay ?? 0)
    while true {
      switch engine.nextHandover() {
      case .nothing: return nil
      case .write(let segment, let part, let atMost, let isFirst, let base):
        guard partAudio.has(part), pulled?.hasRoom == true else { return nil }
        // A full channel is asked again with the next call.
        if isFirst, !partAudio[part].beginSending(at: base, to: &pulled!.channel, pool: &pool) { return nil }
        let sent = partAudio[part].send(atMost: atMost, to: &pulled!.channel)
        guard sent.sourceFrames > 0 else { return nil }
        pulled?.wrote(segment, frames: Int64(sent.sinkFrames))
        engine.handed(segment, part, sourceFrames: sent.sourceFrames, sinkFrames: Int64(sent.sinkFrames))
      case .flush(let segment, let part):
        pulled?.flushed(segment)
        if partAudio.has(part) { partAudio[part].endSegment(pool: &pool) }
        engine.flushed(segment, into: &effects)
        // All of it may have been taken long ago.
        hearDevice()
        return .flush(segment)
      }
    }
  }

  /// Tells the engine what the device has taken since the last time.
  mutating func hearDevice() {
    guard pulled != nil else { return }
    while let report = pulled?.nextReport() { tell(report) }
    let damagedPackets = pulled?.channel.collect(pool: &pool) ?? 0
    for _ in 0..<damagedPackets { engine.damagedSomewhere(into: &effects) }
  }

  /// Drops what the device has not taken: what it has counts as heard, to the frame (rule C6).
  mutating func cutDevice() {
    pulled?.cut()
    hearDevice()
  }

  /// Takes the channel away. What the device has not taken will play on the next sink (rule E5).
  mutating func leaveDevice() {
    stopDevice()
    pulled?.end(pool: &pool)
    pulled = nil
    driver = .written
  }

  /// Drops what the device has not taken, without anything being over for the engine: what it has is progress.
  mutating func stopDevice() {
    pulled?.cut()
    while let report = pulled?.nextReport() {
      if case .finished(let segment, let frames, isCut: true) = report {
        tell(.progress(segment, frames: frames))
      } else {
        tell(report)
      }
    }
  }

  private mutating func tell(_ report: PulledReport) {
    switch report {
    case .started(let segment): _ = engine.handle(.started(segment), into: &effects)
    case .progress(let segment, let frames):
      _ = engine.handle(.progress(segment, frames: frames), into: &effects)
    case .finished(let segment, let frames, let isCut):
      _ = engine.handle(.finished(segment, frames: frames, interrupted: isCut), into: &effects)
    }
  }
}
