// The resamplers of a session: libspeexdsp behind one small face, recycled between segments. How many frames
// a segment owes its sink is not known here; that is Segment's.

import CSpeexDSP

/// Resamples one channel. Stereo takes two: `speex_resampler_reset_mem` of libspeexdsp 1.2.1 clears too little
/// of the second channel's history, and the end of one message would be heard at the start of the next.
struct Resampler {
  let state: OpaquePointer
  fileprivate(set) var sourceRateHz: Int
  fileprivate(set) var sinkRateHz: Int

  /// How many source frames the filter looks ahead: so many zeros bring out the end.
  var latencyFrames: Int { Int(speex_resampler_get_input_latency(state)) }

  /// Frees it, instead of giving it back.
  func free() { speex_resampler_destroy(state) }

  /// Resamples every `stride`-th sample of `source` (zeros if nil) into every `stride`-th sample of `sink`.
  /// Stops when `capacity` frames are made; returns how many were.
  func process(
    _ source: UnsafePointer<Int16>?, frames: Int, into sink: UnsafeMutablePointer<Int16>, capacity: Int,
    stride: Int
  ) -> Int {
    speex_resampler_set_input_stride(state, UInt32(stride))
    speex_resampler_set_output_stride(state, UInt32(stride))
    var taken = UInt32(frames)
    var made = UInt32(capacity)
    speex_resampler_process_int(state, 0, source, &taken, sink, &made)
    return Int(made)
  }
}

/// Hands out resamplers that have heard nothing, and takes them back.
struct ResamplerPool: ~Copyable {
  /// Rule C4, and docs/rules/DESIGN.md §6: exact frame counts at 2 to 5 ms of delay.
  private static let quality: Int32 = 5

  /// How many times this pool asked for a new resampler or retuned an old one, both of which allocate.
  private(set) var allocations = 0
  /// Two stereo segments' worth: a gapless sink holds two at a time.
  private var free = InlineArray<4, Resampler?>(repeating: nil)

  /// A resampler that has heard nothing. Its output lags by half its filter, 2 to 5 ms, and its count does
  /// not: n frames in are ceil(n · sink rate ÷ source rate) out at every moment, so that an underrun holds no
  /// audio back that was counted as received (rules C2 and C4).
  mutating func take(sourceRateHz: Int, sinkRateHz: Int) -> Resampler {
    let resampler = recycled(sourceRateHz: sourceRateHz, sinkRateHz: sinkRateHz)
    speex_resampler_reset_mem(resampler.state)
    return resampler
  }

  private mutating func recycled(sourceRateHz: Int, sinkRateHz: Int) -> Resampler {
    var candidate: Int?
    for index in free.indices {
      guard let resampler = free[index] else { continue }
      if resampler.sourceRateHz == sourceRateHz, resampler.sinkRateHz == sinkRateHz {
        free[index] = nil
        return resampler
      }
      candidate = index
    }
    allocations += 1
    if let candidate, var resampler = free[candidate] {
      free[candidate] = nil
      let result = speex_resampler_set_rate(resampler.state, UInt32(sourceRateHz), UInt32(sinkRateHz))
      if Int(result) == RESAMPLER_ERR_SUCCESS {
        resampler.sourceRateHz = sourceRateHz
        resampler.sinkRateHz = sinkRateHz
        return resampler
      }
      resampler.free()
    }
    guard
      let state = speex_resampler_init(1, UInt32(sourceRateHz), UInt32(sinkRateHz), Self.quality, nil)
    else {
      // As for every other allocation of Swift: without memory there is no going on.
      fatalError("no memory for a resampler from \(sourceRateHz) to \(sinkRateHz) Hz")
    }
    return Resampler(state: state, sourceRateHz: sourceRateHz, sinkRateHz: sinkRateHz)
  }

  /// Takes a resampler back.
  mutating func giveBack(_ resampler: Resampler) {
    for index in free.indices where free[index] == nil {
      free[index] = resampler
      return
    }
    resampler.free()
  }

  deinit {
    for index in free.indices {
      if let resampler = free[index] { resampler.free() }
    }
  }
}
