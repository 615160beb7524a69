// What a session has done so far, gathered from those who counted it.

import RTMultiCore

/// The numbers of the header's `rtmulti_stats`.
public struct SessionStats {
  public var tally: Tally
  public var packetsReceived: UInt64
  public var packetsDecoded: UInt64
  public var packetsConcealed: UInt64
  public var packetsNeverDecoded: UInt64
  public var commandsSent: UInt64
  public var queuedBytes: UInt64
  public var queuedMs: Int64
  public var writtenAheadMs: Int64
  public var waitingEffects: Int
  public var waitingInputs: Int
}

extension Session {
  /// What the session has done so far.
  public var stats: SessionStats {
    SessionStats(
      tally: engine.tally, packetsReceived: UInt64(pool.receivedPackets),
      packetsDecoded: UInt64(pool.decodedPackets), packetsConcealed: UInt64(pool.concealedPackets),
      packetsNeverDecoded: UInt64(pool.neverDecodedPackets), commandsSent: sentCommands,
      queuedBytes: UInt64(pool.queuedBytes),
      queuedMs: FrameCount.microseconds(ticks: engine.waitingTicks) / 1_000,
      writtenAheadMs: sinkFormat.map {
        FrameCount.milliseconds(engine.writtenAhead, rateHz: $0.sampleRateHz)
      } ?? 0,
      waitingEffects: effects.count, waitingInputs: deferred.count)
  }
}
