// What a session has done so far, gathered from those who counted it.

import RTMultiCore

/// The numbers of the header's `rtmulti_stats`.
public struct SessionStats {
  public var tally: Tally
  public var packetsReceived: UInt64
  public var packetsDecoded: UInt64
  public var packetsConcealed: UInt64
  public var packetsNeverDecoded: UInt64
  public var packetsLost: UInt64
  public var packetsRebuilt: UInt64
  public var packetsLate: UInt64
  public var packetsDuplicate: UInt64
  public var concealedMs: Int64
  public var silenceMs: Int64
  public var commandsSent: UInt64
  public var queuedBytes: UInt64
  public var queuedMs: Int64
  public var writtenAheadMs: Int64
  public var responsesBeingCut: Int
  public var waitingEffects: Int
  public var waitingInputs: Int
}

extension Session {
  /// What the session has done so far.
  public var stats: SessionStats {
    SessionStats(
      tally: engine.tally, packetsReceived: UInt64(pool.receivedPackets),
      packetsDecoded: UInt64(pool.decodedPackets), packetsConcealed: UInt64(pool.concealedPackets),
      packetsNeverDecoded: UInt64(pool.neverDecodedPackets), packetsLost: UInt64(pool.lostPackets),
      packetsRebuilt: UInt64(pool.rebuiltPackets), packetsLate: UInt64(pool.latePackets),
      packetsDuplicate: UInt64(pool.duplicatePackets),
      concealedMs: FrameCount.milliseconds(Int64(pool.concealedFrames), rateHz: 48_000),
      silenceMs: FrameCount.milliseconds(Int64(pool.silentFrames), rateHz: 48_000), commandsSent: sentCommands,
      queuedBytes: UInt64(pool.queuedBytes),
      queuedMs: FrameCount.microseconds(ticks: engine.waitingTicks) / 1_000,
      writtenAheadMs: sinkFormat.map {
        FrameCount.milliseconds(engine.writtenAhead, rateHz: $0.sampleRateHz)
      } ?? 0,
      responsesBeingCut: engine.responsesBeingCut, waitingEffects: effects.count, waitingInputs: deferred.count)
  }
}
