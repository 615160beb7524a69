// The pulled driver (docs/rules/DESIGN.md §5): which segments lie in the channel to a device, and what the frames that
// it has taken mean for each. What follows from that is the engine's; the channel itself is RTMultiAudio's.

import RTMultiAudio
import RTMultiCore

/// What a device did with a segment: the words that a sink would have used for it.
enum PulledReport: Equatable {
  case started(SegmentID)
  case progress(SegmentID, frames: Int64)
  /// The device is done with it after so many frames: all of it was heard, or it was cut.
  case finished(SegmentID, frames: Int64, isCut: Bool)
}

/// A channel and the segments in it, oldest first. Call `end` before it goes.
struct PulledDriver: ~Copyable {
  private enum Phase: Equatable {
    /// More may be written.
    case open
    case flushed
    /// Exactly this much was claimed before it was dropped.
    case cut(frames: Int64)
  }

  private struct Entry {
    let id: SegmentID
    /// Where it begins among the frames of the epoch.
    let start: Int64
    var written: Int64 = 0
    var phase = Phase.open
    var hasStarted = false
    /// What was told of it.
    var reported: Int64 = 0
  }

  /// How long a session may sleep while something plays: nobody wakes it.
  static let longestSleepUs: Int64 = 10_000
  /// More than there are partAudio: some are still on their way to the ear.
  private static let capacity = 64

  var channel: PullChannel
  private let entries: UnsafeMutablePointer<Entry>
  private var count = 0
  /// How many frames were written in this epoch.
  private var end: Int64 = 0

  init(sink: SinkFormat, fadeUs: Int) {
    channel = PullChannel(sink: sink, fadeUs: fadeUs)
    entries = .allocate(capacity: Self.capacity)
  }

  deinit { entries.deallocate() }

  /// Whether nothing lies in the channel that is not heard yet.
  var isIdle: Bool { count == 0 }

  // MARK: What is written

  /// Whether one more segment can be begun.
  var hasRoom: Bool { count < Self.capacity }

  /// `frames` more of a segment went into the channel; with the first of them it begins.
  mutating func wrote(_ id: SegmentID, frames: Int64) {
    if count == 0 || entries[count - 1].id != id {
      precondition(hasRoom, "ask hasRoom before a segment begins")
      (entries + count).initialize(to: Entry(id: id, start: end))
      count += 1
    }
    // `entries[count - 1].written += frames` makes Swift 6.3 crash when it compiles for the thread sanitizer.
    (entries + (count - 1)).pointee.written += frames
    end += frames
  }

  /// No more will be written of a segment. The next one ends it in the channel, whether or not it was flushed.
  mutating func flushed(_ id: SegmentID) {
    if count > 0, entries[count - 1].id == id { channel.endSegment() }
    for index in 0..<count where entries[index].id == id && entries[index].phase == .open {
      entries[index].phase = .flushed
    }
  }

  // MARK: What was heard

  /// What the device has taken and the ear has not heard.
  var onTheWay: Int64 {
    mutating get { count == 0 ? 0 : max(0, channel.claimedFrames - channel.heardFrames()) }
  }

  /// Drops everything that was not claimed. The reports that follow say what was heard of each segment.
  mutating func cut() {
    let claimed = channel.cut()
    for index in 0..<count {
      entries[index].phase = .cut(frames: frames(of: entries[index], at: claimed))
    }
    end = 0
  }

  /// The next thing to be told, or nil when all is told that is known.
  mutating func nextReport() -> PulledReport? {
    guard count > 0 else { return nil }
    let heard = channel.heardFrames()
    for index in 0..<count {
      let entry = entries[index]
      let frames = frames(of: entry, at: heard)
      if !entry.hasStarted, frames > 0 {
        entries[index].hasStarted = true
        return .started(entry.id)
      }
      switch entry.phase {
      case .cut:
        remove(index)
        return .finished(entry.id, frames: frames, isCut: true)
      case .flushed where frames == entry.written:
        remove(index)
        return .finished(entry.id, frames: frames, isCut: false)
      case .open, .flushed:
        if frames > entry.reported {
          entries[index].reported = frames
          return .progress(entry.id, frames: frames)
        }
      }
    }
    return nil
  }

  /// How many frames of a segment lie before a place in the epoch.
  private func frames(of entry: Entry, at place: Int64) -> Int64 {
    if case .cut(let frames) = entry.phase { return frames }
    return max(0, min(place - entry.start, entry.written))
  }

  private mutating func remove(_ index: Int) {
    count -= 1
    (entries + index).update(from: entries + index + 1, count: count - index)
  }

  // MARK: What comes back

  /// Takes everything back. The device must not pull any more; it must be the last call.
  mutating func end(pool: inout AudioPool) {
    count = 0
    channel.end(pool: &pool)
  }
}
