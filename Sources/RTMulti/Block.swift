// The PCM between the decoder and the sink: decoded, and not taken by the sink yet. It never holds more
// than one read, and for a paced sink the rest of the read before.

import RTMultiAudio
import RTMultiCore

/// A block of PCM on its way to the sink.
struct Block: ~Copyable {
  private(set) var samples = UnsafeMutableBufferPointer<Int16>(start: nil, count: 0)
  private(set) var segment = SegmentID(number: 0)
  private(set) var part: PartID?
  private var first = 0
  private(set) var frames = 0
  private(set) var channels = 1
  /// Frames of it that the host holds right now and has not answered for.
  var offered = 0
  /// Whether the engine counts what is in it as written.
  var isHanded = false
  /// Whether nothing more follows in its segment.
  var isLast = false
  /// Frames of silence behind it.
  private(set) var padding = 0

  init() {}

  deinit { samples.deallocate() }

  var isEmpty: Bool { frames == 0 }

  /// What the sink has not taken.
  var rest: UnsafePointer<Int16> { UnsafePointer(samples.baseAddress! + first * channels) }

  /// Makes room for the longest read for a sink, behind a rest of `restFrames`.
  mutating func makeRoom(for sink: SinkFormat, restFrames: Int) {
    let needed = PartAudio.maximumReadSamples(sink) + restFrames * sink.channels
    guard samples.count < needed else { return }
    samples.deallocate()
    samples = .allocate(capacity: needed)
  }

  /// Holds `frames` fresh frames, which lie at the beginning of ``samples``.
  mutating func fill(_ segment: SegmentID, _ part: PartID, frames: Int, channels: Int) {
    self.segment = segment
    self.part = part
    self.frames = frames
    self.channels = channels
    first = 0
    isHanded = false
  }

  /// Where the next read goes behind what is in it, which must be of the same segment.
  mutating func free(channels: Int) -> UnsafeMutableBufferPointer<Int16> {
    if first > 0, let base = samples.baseAddress {
      base.update(from: base + first * channels, count: frames * channels)
      first = 0
    }
    return UnsafeMutableBufferPointer(rebasing: samples[(frames * channels)...])
  }

  /// Holds `more` frames, which lie where ``free(channels:)`` said, behind the others.
  mutating func extend(_ segment: SegmentID, _ part: PartID, by more: Int, channels: Int) {
    if frames == 0 { first = 0 }
    self.segment = segment
    self.part = part
    self.channels = channels
    frames += more
    isLast = false
  }

  /// Puts silence behind the last frames, up to `total` frames in all.
  mutating func pad(to total: Int) {
    let rest = free(channels: channels)
    guard total > frames else { return }
    rest[..<((total - frames) * channels)].update(repeating: 0)
    padding = total - frames
  }

  /// The sink took `count` frames.
  mutating func take(_ count: Int) {
    first += count
    frames -= count
    if frames == 0 { padding = 0 }
  }

  /// Forgets the rest: its segment was cut, or its sink is gone.
  mutating func drop() {
    frames = 0
    offered = 0
    padding = 0
  }
}
