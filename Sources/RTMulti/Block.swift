// The PCM between the decoder and the sink: decoded, and not taken by the sink yet. It never holds more
// than one read.

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

  init() {}

  deinit { samples.deallocate() }

  var isEmpty: Bool { frames == 0 }

  /// What the sink has not taken.
  var rest: UnsafePointer<Int16> { UnsafePointer(samples.baseAddress! + first * channels) }

  /// Makes room for the longest read for a sink.
  mutating func makeRoom(for sink: SinkFormat) {
    let needed = PartAudio.maximumReadSamples(sink)
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

  /// The sink took `count` frames.
  mutating func take(_ count: Int) {
    first += count
    frames -= count
  }

  /// Forgets the rest: its segment was cut, or its sink is gone.
  mutating func drop() {
    frames = 0
    offered = 0
  }
}
