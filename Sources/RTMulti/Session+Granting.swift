// What a host that plays by itself is given: the right to play, in order, and no sample (rule E11). It is offered as a
// write is, in Session+Deliveries.swift, so that a segment of which it has taken nothing is over without it when it is cut.

import RTMultiAudio
import RTMultiCore

extension Session {
  /// Takes the next audio of a part for it: samples are counted; packets are decoded, for the heard text follows their sound, and what was decoded is let
  /// go (rule G2).
  @inline(never)
  mutating func give(
    _ part: PartID, atMost sourceFrames: Int64, isFirst: Bool, base: Int64, _ format: SinkFormat
  ) -> Reading {
    if partAudio[part].isCounted {
      if isFirst { partAudio[part].beginGrant(at: base, sink: format, pool: &pool) }
      return partAudio[part].giveAway(atMost: sourceFrames)
    }
    if isFirst { partAudio[part].beginSegment(at: base, sink: format, pool: &pool) }
    return read(part, atMost: sourceFrames, into: block.room(&pool))
  }
}
