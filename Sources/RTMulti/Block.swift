// The PCM between the decoder and the sink: decoded, and not taken by the sink yet. It never holds more
// than one read, and for a paced sink the rest of the read before. PCM that the sink wants just as it waits is offered
// where it waits, and only what the sink leaves of it comes here.

import RTMultiAudio
import RTMultiCore

/// A block of PCM on its way to the sink.
struct Block: ~Copyable {
  /// Memory of the pool, from the first samples that come here until ``leave(_:)``.
  private var memory: SampleRoom?
  /// How many samples there must be room for.
  private(set) var capacity = 0
  /// Where the samples at hand wait with their part; nil where they lie here. Only while they are ``offered``.
  private var borrowed: UnsafePointer<Int16>?
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

  var isEmpty: Bool { frames == 0 }

  /// What the sink has not taken.
  var rest: UnsafePointer<Int16> {
    (borrowed ?? UnsafePointer(memory!.samples.baseAddress!)) + first * channels
  }

  /// There must be room for the longest read for a sink, behind a rest of `restFrames`.
  mutating func setRoom(for sink: SinkFormat, restFrames: Int, pool: inout AudioPool) {
    leave(&pool)
    capacity = PartAudio.maximumReadSamples(sink) + restFrames * sink.channels
  }

  /// Where a read goes.
  mutating func room(_ pool: inout AudioPool) -> UnsafeMutableBufferPointer<Int16> {
    if let memory { return memory.samples }
    let taken = pool.takeRoom(samples: capacity)
    memory = taken
    return taken.samples
  }

  /// Gives its memory back to the pool, with whatever is in it.
  mutating func leave(_ pool: inout AudioPool) {
    drop()
    if let memory { pool.giveBack(memory) }
    memory = nil
  }

  /// Holds `frames` frames that stay where they wait until the sink has answered and ``own(_:)`` is called.
  mutating func borrow(
    _ segment: SegmentID, _ part: PartID, _ pcm: UnsafePointer<Int16>, frames: Int, channels: Int
  ) {
    fill(segment, part, frames: frames, channels: channels)
    isLast = false
    borrowed = pcm
  }

  /// The sink has answered: what it left of samples that wait elsewhere comes here.
  @inline(__always)
  mutating func own(_ pool: inout AudioPool) {
    guard let borrowed else { return }
    self.borrowed = nil
    if frames > 0, let base = room(&pool).baseAddress {
      base.update(from: borrowed + first * channels, count: frames * channels)
    }
    first = 0
  }

  /// Holds `frames` fresh frames, which lie at the beginning of ``room(_:)``.
  mutating func fill(_ segment: SegmentID, _ part: PartID, frames: Int, channels: Int) {
    self.segment = segment
    self.part = part
    self.frames = frames
    self.channels = channels
    first = 0
    isHanded = false
  }

  /// Where the next read goes behind what is in it, which must be of the same segment.
  mutating func free(channels: Int, pool: inout AudioPool) -> UnsafeMutableBufferPointer<Int16> {
    let samples = room(&pool)
    if first > 0, let base = samples.baseAddress {
      base.update(from: base + first * channels, count: frames * channels)
      first = 0
    }
    return UnsafeMutableBufferPointer(rebasing: samples[(frames * channels)...])
  }

  /// Holds `more` frames, which lie where ``free(channels:pool:)`` said, behind the others.
  mutating func extend(_ segment: SegmentID, _ part: PartID, by more: Int, channels: Int) {
    if frames == 0 { first = 0 }
    self.segment = segment
    self.part = part
    self.channels = channels
    frames += more
    isLast = false
  }

  /// Puts silence behind the last frames, up to `total` frames in all.
  mutating func pad(to total: Int, pool: inout AudioPool) {
    let rest = free(channels: channels, pool: &pool)
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
