// One hand-over of a part to one sink: where reading stands, and the way of the samples through channels and
// rates. Nothing here asks the system for memory, so that a device's thread may do it too (Pull). Opus packets are taken apart in Segment+Opus.swift; what is queued or forgotten is PacketQueue's.

import CSpeexDSP
import RTMultiCore

/// Lives from `beginSegment` to `endSegment` and owns a decoder and resamplers of the pool in between.
struct Segment {
  enum Decoding {
    case pcm16
    case g711(G711Samples)
    /// A decoder of libopus that makes `decodedRateHz` in the sink's channels.
    case opus(OpusDecoder)
  }

  enum Resampling {
    case none
    case mono(Resampler)
    case stereo(left: Resampler, right: Resampler)
  }

  /// 120 ms at 48 kHz: the longest Opus packet, and the most PCM in one read.
  static let longestReadFrames = 5_760
  static let longestReadMs = 120

  private let sourceChannels: Int
  let decodedChannels: Int
  let decoding: Decoding
  private let resampling: Resampling
  // What a read of plain frames asks lies together.

  /// Whether the frames that wait are just what the sink wants.
  private let isPlain: Bool
  let sink: SinkFormat
  /// The rate and channels of the samples before they are resampled.
  let decodedRateHz: Int

  /// Where the next undecoded audio stands. Before `readFrame` while the decoder warms up.
  var cursor: Cursor
  private var count: SegmentCount
  /// The first source frame that was not handed over.
  var readFrame: Int64 { count.readFrame }
  /// The gain that the Opus decoder has now.
  var gainQ8: Int16 = 0

  /// Takes a fresh decoder for a part of packets, so that none hears what another part left behind (rule H4).
  init(format: AudioFormat, sink: SinkFormat, readFrame: Int64, cursor: Cursor, pool: inout AudioPool) {
    self.sink = sink
    self.cursor = cursor
    count = SegmentCount(format: format, sink: sink, readFrame: readFrame)
    switch format.codec {
    case .pcm16, .uLaw, .aLaw:
      decoding =
        format.codec == .pcm16
        ? .pcm16 : .g711(format.codec == .uLaw ? G711Table.uLaw : G711Table.aLaw)
      sourceChannels = format.channels
      decodedRateHz = format.sampleRateHz
    case .opus, .oggOpus:
      decodedRateHz = OpusDecoderPool.decodes(toHz: sink.sampleRateHz) ? sink.sampleRateHz : 48_000
      sourceChannels = sink.channels
      decoding = .opus(pool.decoders.take(sampleRateHz: decodedRateHz, channels: sink.channels))
    }
    decodedChannels = min(sourceChannels, sink.channels)
    isPlain =
      format.codec == .pcm16 && sourceChannels == sink.channels && decodedRateHz == sink.sampleRateHz
    if decodedRateHz == sink.sampleRateHz {
      resampling = .none
    } else {
      let first = pool.resamplers.take(sourceRateHz: decodedRateHz, sinkRateHz: sink.sampleRateHz)
      resampling =
        decodedChannels == 1
        ? .mono(first)
        : .stereo(
          left: first,
          right: pool.resamplers.take(sourceRateHz: decodedRateHz, sinkRateHz: sink.sampleRateHz))
    }
  }

  /// Gives the decoder and the resamplers back. The segment must not be used afterwards.
  func giveBack(to pool: inout AudioPool) {
    if case .opus(let decoder) = decoding { pool.decoders.giveBack(decoder, channels: sink.channels) }
    switch resampling {
    case .none: break
    case .mono(let resampler): pool.resamplers.giveBack(resampler)
    case .stereo(let left, let right):
      pool.resamplers.giveBack(left)
      pool.resamplers.giveBack(right)
    }
  }

  /// Frees the decoder and the resamplers, where the pool that lent them is gone. The segment must not be used
  /// afterwards.
  func free() {
    if case .opus(let decoder) = decoding { decoder.free() }
    switch resampling {
    case .none: break
    case .mono(let resampler): resampler.free()
    case .stereo(let left, let right):
      left.free()
      right.free()
    }
  }

  /// Whether samples are decoded beside the buffer that is to receive them.
  var isResampled: Bool {
    if case .none = resampling { return false }
    return true
  }

  /// Brings decoded samples to the sink's rate and channels: `decodedFrames` frames that stand for
  /// `sourceFrames` of the source. Returns how many frames `pcm` now holds. `samples` may lie in `pcm` where
  /// nothing is resampled.
  mutating func deliver(
    _ samples: UnsafePointer<Int16>, decodedFrames: Int, sourceFrames: Int64,
    into pcm: UnsafeMutableBufferPointer<Int16>
  ) -> Int {
    guard let out = pcm.baseAddress else { return 0 }
    count.read(sourceFrames)
    var made = decodedFrames
    switch resampling {
    case .none:
      if UnsafePointer(out) != samples { out.update(from: samples, count: made * decodedChannels) }
    case .mono, .stereo:
      made = resample(samples, frames: decodedFrames, into: out, capacity: pcm.count / sink.channels)
    }
    // Resampling changes no length (rule C4). More than is owed comes only where trims cut between two frames of
    // the decoder's rate.
    made = min(made, count.owedFrames)
    finish(out, frames: made)
    return made
  }

  /// Brings out what the resamplers still hold after the last read, at most as much as `pcm` can take: the tail
  /// belongs to its own segment (rule C4). Returns 0 when nothing is left.
  mutating func drain(into pcm: UnsafeMutableBufferPointer<Int16>) -> Int {
    let frames = min(pcm.count / sink.channels, count.owedFrames)
    guard frames > 0, let out = pcm.baseAddress else { return 0 }
    let made = resample(nil, frames: latencyFrames, into: out, capacity: frames)
    finish(out, frames: made)
    return made
  }

  private mutating func finish(_ pcm: UnsafeMutablePointer<Int16>, frames: Int) {
    count.emit(frames)
    if sink.channels > decodedChannels { Channels.duplicate(pcm, frames: frames) }
  }

  private var latencyFrames: Int {
    switch resampling {
    case .none: 0
    case .mono(let resampler), .stereo(let resampler, _): resampler.latencyFrames
    }
  }

  private func resample(
    _ samples: UnsafePointer<Int16>?, frames: Int, into pcm: UnsafeMutablePointer<Int16>, capacity: Int
  ) -> Int {
    switch resampling {
    case .none:
      return 0
    case .mono(let resampler):
      return resampler.process(samples, frames: frames, into: pcm, capacity: capacity, stride: 1)
    case .stereo(let left, let right):
      let second = samples.map { $0 + 1 }
      _ = right.process(second, frames: frames, into: pcm + 1, capacity: capacity, stride: 2)
      return left.process(samples, frames: frames, into: pcm, capacity: capacity, stride: 2)
    }
  }

  // MARK: Bare frames

  private var frameSize: FrameSize {
    if case .pcm16 = decoding { return FrameSize(bytes: 2 * sourceChannels) }
    return FrameSize(bytes: 1)
  }

  /// Reads up to `sourceFrames` frames of PCM16 or G.711, and never beyond `endFrame`.
  mutating func readFrames(
    atMost sourceFrames: Int64, from queue: borrowing PacketQueue, endFrame: Int64,
    into pcm: UnsafeMutableBufferPointer<Int16>, pool: inout AudioPool
  ) -> Reading {
    let size = frameSize
    var reading = Reading(sourceFrames: 0, sinkFrames: 0, damaged: false)
    let longest = Int64(decodedRateHz * Self.longestReadMs / 1_000)
    let wanted = min(sourceFrames, endFrame - readFrame, longest)
    while reading.sourceFrames < wanted {
      let run = queue.run(at: &cursor)
      let frames = min(Int(wanted - reading.sourceFrames), size.frames(in: run.count))
      if frames == 0 { break }
      let source = UnsafeRawBufferPointer(rebasing: run[..<size.bytes(of: frames)])
      let rest = UnsafeMutableBufferPointer(rebasing: pcm[(reading.sinkFrames * sink.channels)...])
      guard let out = rest.baseAddress else { break }
      reading.sinkFrames += convert(
        source, frames: frames, into: rest, workbench: isResampled ? pool.scratchSamples() : out)
      reading.sourceFrames += Int64(frames)
      cursor.offset += source.count
      cursor.frame += Int64(frames)
    }
    return reading
  }

  /// Reads as ``readFrames(atMost:from:endFrame:into:pool:)`` would, where that would only copy one piece; else nil, and
  /// nothing was read.
  @inline(__always)
  mutating func readInPlace(
    atLeast leastFrames: Int64, atMost sourceFrames: Int64, from queue: borrowing PacketQueue, endFrame: Int64
  ) -> (pcm: UnsafePointer<Int16>, frames: Int)? {
    guard isPlain else { return nil }
    let longest = Int64(decodedRateHz * Self.longestReadMs / 1_000)
    let frames = min(sourceFrames, endFrame - readFrame, longest)
    let run = queue.run(at: &cursor)
    let byteCount = Int(frames) * sink.channels * 2
    guard frames >= leastFrames, byteCount <= run.count, let base = run.baseAddress else { return nil }
    count.read(frames)
    count.emit(Int(frames))
    cursor.offset += byteCount
    cursor.frame += frames
    return (base.assumingMemoryBound(to: Int16.self), Int(frames))
  }

  /// Delivers frames of PCM16 or G.711. `workbench` is where they lie before they are resampled, with room for
  /// the longest read in stereo at 48 kHz; where nothing ``isResampled`` it is the beginning of `pcm`.
  mutating func convert(
    _ source: UnsafeRawBufferPointer, frames: Int, into pcm: UnsafeMutableBufferPointer<Int16>,
    workbench: UnsafeMutablePointer<Int16>
  ) -> Int {
    guard let bytes = source.baseAddress else { return 0 }
    let stored = bytes.assumingMemoryBound(to: Int16.self)
    var samples = UnsafePointer(workbench)
    switch decoding {
    case .g711(let table): table.decode(source, into: workbench)
    case .pcm16 where sourceChannels > decodedChannels:
      Channels.average(stored, frames: frames, into: workbench)
    case .pcm16, .opus: samples = stored
    }
    return deliver(samples, decodedFrames: frames, sourceFrames: Int64(frames), into: pcm)
  }
}
