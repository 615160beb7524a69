// The driver of a host that plays by itself: it is handed the right to play, in order, and no sample. What was heard of
// it is the sink's to report, as with any sink that reports; what counts as played is not decided here.

import RTMultiAudio
import RTMultiCore

extension Session {
  /// The next piece that the host may play, or nil while there is none. What it does not take is offered again, as a
  /// write is, so that a segment of which it has taken nothing is over without it when it is cut (rule E11).
  @inline(never)
  mutating func nextGrant(_ format: SinkFormat) -> Delivery? {
    while true {
      if !block.isEmpty {
        if engine.mayWrite(block.segment) {
          if engine.waitsForSink { return nil }
          if !block.isHanded { hand(sourceFrames: 0) }
          block.offered = block.frames
          return .write(block.segment, pcm: nil, frames: block.frames)
        }
        block.drop()
      }
      switch engine.nextHandover() {
      case .nothing: return nil
      case .write(let segment, let part, let atMost, let isFirst, let base):
        guard partAudio.has(part) else { return nil }
        let reading = give(part, atMost: atMost, isFirst: isFirst, base: base, format)
        guard reading.sourceFrames > 0 else { return nil }
        block.fill(segment, part, frames: reading.sinkFrames, channels: format.channels)
        hand(sourceFrames: reading.sourceFrames)
      case .flush(let segment, let part):
        // What a resampler would still hold of packets is owed to the segment all the same (rule C4).
        let tail = partAudio.has(part) ? partAudio[part].drain(into: block.samples, pool: &pool) : 0
        if tail > 0 {
          block.fill(segment, part, frames: tail, channels: format.channels)
          hand(sourceFrames: 0)
        } else {
          if partAudio.has(part) { partAudio[part].endSegment(pool: &pool) }
          engine.flushed(segment, into: &effects)
          return .flush(segment)
        }
      }
    }
  }

  /// Samples are counted; packets are decoded, for the heard text follows the pauses in them, and what was decoded is let
  /// go (rule G2).
  private mutating func give(
    _ part: PartID, atMost sourceFrames: Int64, isFirst: Bool, base: Int64, _ format: SinkFormat
  ) -> Reading {
    if partAudio[part].isCounted {
      if isFirst { partAudio[part].beginGrant(at: base, sink: format, pool: &pool) }
      return partAudio[part].giveAway(atMost: sourceFrames)
    }
    if isFirst { partAudio[part].beginSegment(at: base, sink: format, pool: &pool) }
    return read(part, atMost: sourceFrames, into: block.samples)
  }
}
