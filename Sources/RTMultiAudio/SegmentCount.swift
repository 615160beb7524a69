// How far a hand-over has come, in frames of the source and of the sink. The law of this file: n source frames become
// exactly ceil(n · sink rate ÷ source rate) sink frames, at every moment. No sample is seen here.

import RTMultiCore

/// Counts both sides of one segment. Whoever only counts knows how many frames somebody else will make.
struct SegmentCount {
  private let sourceRateHz: Int64
  private let sinkRateHz: Int64
  private let startFrame: Int64
  /// The first source frame that was not read.
  private(set) var readFrame: Int64
  private var emittedFrames: Int64 = 0

  init(format: AudioFormat, sink: SinkFormat, readFrame: Int64) {
    sourceRateHz = Int64(format.sampleRateHz)
    sinkRateHz = Int64(sink.sampleRateHz)
    startFrame = readFrame
    self.readFrame = readFrame
  }

  /// How many sink frames are still to come for what has been read.
  var owedFrames: Int {
    let consumed = readFrame - startFrame
    if sourceRateHz == sinkRateHz { return Int(consumed - emittedFrames) }
    return Int((consumed * sinkRateHz + sourceRateHz - 1) / sourceRateHz - emittedFrames)
  }

  mutating func read(_ sourceFrames: Int64) { readFrame += sourceFrames }
  mutating func emit(_ sinkFrames: Int) { emittedFrames += Int64(sinkFrames) }
}
