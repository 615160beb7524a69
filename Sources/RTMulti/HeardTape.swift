// PCM between the sink and the ear: kept from being written until it was heard or dropped, for hosts that
// want to know what exactly was heard. Only filled when they do.

import RTMultiCore

/// Written PCM in the order of the sink's timeline.
struct HeardTape: ~Copyable {
  /// A stretch of one segment on the tape.
  private struct Stretch {
    let segment: SegmentID
    /// The sink frame of the segment at which the kept samples begin.
    var start: Int64
    var frames: Int
  }

  private var samples: UnsafeMutablePointer<Int16>
  private var capacity: Int
  /// Samples before this one were given out.
  private var head = 0
  private var end = 0
  private var stretches: [Stretch] = []
  private let channels: Int

  init(channels: Int) {
    self.channels = channels
    capacity = 4_800 * channels
    samples = .allocate(capacity: capacity)
  }

  deinit { samples.deallocate() }

  /// Keeps what the sink took of a segment.
  mutating func keep(_ segment: SegmentID, pcm: UnsafePointer<Int16>, frames: Int) {
    let count = frames * channels
    makeRoom(for: count)
    (samples + end).update(from: pcm, count: count)
    end += count
    if let last = stretches.last, last.segment == segment {
      stretches[stretches.count - 1].frames += frames
    } else {
      stretches.append(Stretch(segment: segment, start: 0, frames: frames))
    }
  }

  /// Gives out what was heard of a segment up to one of its frames: samples that stay where they are until
  /// the next call. Nothing if it was given out before.
  mutating func play(_ segment: SegmentID, through frame: Int64) -> (pcm: UnsafePointer<Int16>, frames: Int)? {
    while let first = stretches.first, first.segment.number < segment.number { drop(first) }
    guard let first = stretches.first, first.segment == segment else { return nil }
    let frames = min(Int(frame - first.start), first.frames)
    guard frames > 0 else { return nil }
    let pcm = UnsafePointer(samples + head)
    head += frames * channels
    stretches[0].start += Int64(frames)
    stretches[0].frames -= frames
    return (pcm, frames)
  }

  /// The segment is over: what is left of it was never heard.
  mutating func retire(_ segment: SegmentID) {
    while let first = stretches.first, first.segment.number <= segment.number { drop(first) }
  }

  private mutating func drop(_ first: Stretch) {
    head += first.frames * channels
    stretches.removeFirst()
  }

  private mutating func makeRoom(for count: Int) {
    guard end + count > capacity else { return }
    let kept = end - head
    if kept + count > capacity {
      capacity = max(capacity * 2, kept + count)
      let larger = UnsafeMutablePointer<Int16>.allocate(capacity: capacity)
      larger.update(from: samples + head, count: kept)
      samples.deallocate()
      samples = larger
    } else {
      samples.update(from: samples + head, count: kept)
    }
    head = 0
    end = kept
  }
}
