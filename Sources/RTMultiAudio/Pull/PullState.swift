// What the control thread and a device's thread share, and the two words in which they agree on what was heard.
// What either of them does with it stands in PullChannel and in PullDevice.

import RTMultiCore
import Synchronization

/// The epoch, and how many sink frames the device has claimed in it. Only the device's thread claims, only the
/// control thread begins an epoch: a block is claimed before a cut, and counts as heard, or it is silence.
struct ClaimWord {
  var epoch: UInt16
  var claimedFrames: Int64

  init(epoch: UInt16) {
    self.epoch = epoch
    claimedFrames = 0
  }

  init(bits: UInt64) {
    epoch = UInt16(truncatingIfNeeded: bits >> 48)
    claimedFrames = Int64(bits & (1 << 48 - 1))
  }

  var bits: UInt64 { UInt64(epoch) << 48 | UInt64(claimedFrames) }
}

/// How far the ear is behind the device, in sink frames, and how many of silence were pulled behind the last one
/// that was claimed.
struct DelayWord {
  var deviceDelayFrames: UInt32
  var silentFrames: UInt32

  init(deviceDelayFrames: UInt32, silentFrames: UInt32) {
    self.deviceDelayFrames = deviceDelayFrames
    self.silentFrames = silentFrames
  }

  init(bits: UInt64) {
    deviceDelayFrames = UInt32(truncatingIfNeeded: bits >> 32)
    silentFrames = UInt32(truncatingIfNeeded: bits)
  }

  var bits: UInt64 { UInt64(deviceDelayFrames) << 32 | UInt64(silentFrames) }
  /// How many claimed frames have not come to the ear.
  var unheardFrames: Int64 { max(0, Int64(deviceDelayFrames) - Int64(silentFrames)) }
}

/// The decay of the last sample after a cut: what it begins with, and how long it still lasts.
struct PullFade {
  var left: Int16 = 0
  var right: Int16 = 0
  var remainingFrames = 0
}

/// What only the device's thread knows.
struct PullHand {
  /// The segment that is being read.
  var seat: UInt8?
  var epoch: UInt16 = 0
  /// The decoded frames that were not pulled yet: from where on, and up to where.
  var firstDecoded = 0
  var endDecoded = 0
  var fade = PullFade()
  var silentFrames: UInt32 = 0
}

/// `PacketCounts` that one thread writes and another reads.
struct PullCounts: ~Copyable {
  private let decoded = Atomic<Int>(0)
  private let rebuilt = Atomic<Int>(0)
  private let concealed = Atomic<Int>(0)
  private let replaced = Atomic<Int>(0)
  private let decodedFrames = Atomic<Int>(0)
  private let rebuiltFrames = Atomic<Int>(0)
  private let concealedFrames = Atomic<Int>(0)
  private let silentFrames = Atomic<Int>(0)

  /// For the thread that writes.
  func add(_ counts: PacketCounts) {
    Self.add(counts.decoded, to: decoded)
    Self.add(counts.rebuilt, to: rebuilt)
    Self.add(counts.concealed, to: concealed)
    Self.add(counts.replaced, to: replaced)
    Self.add(counts.decodedFrames, to: decodedFrames)
    Self.add(counts.rebuiltFrames, to: rebuiltFrames)
    Self.add(counts.concealedFrames, to: concealedFrames)
    Self.add(counts.silentFrames, to: silentFrames)
  }

  private static func add(_ count: Int, to sum: borrowing Atomic<Int>) {
    // Most are 0, and nobody else writes.
    if count > 0 { sum.store(sum.load(ordering: .relaxed) + count, ordering: .relaxed) }
  }

  /// What was written so far.
  func load() -> PacketCounts {
    var counts = PacketCounts()
    counts.decoded = decoded.load(ordering: .relaxed)
    counts.rebuilt = rebuilt.load(ordering: .relaxed)
    counts.concealed = concealed.load(ordering: .relaxed)
    counts.replaced = replaced.load(ordering: .relaxed)
    counts.decodedFrames = decodedFrames.load(ordering: .relaxed)
    counts.rebuiltFrames = rebuiltFrames.load(ordering: .relaxed)
    counts.concealedFrames = concealedFrames.load(ordering: .relaxed)
    counts.silentFrames = silentFrames.load(ordering: .relaxed)
    return counts
  }
}

/// Lives at one address, as long as anybody holds it (PullLifetime).
@usableFromInline
struct PullState: ~Copyable {
  /// A power of two. A sink that plays without gaps holds two or three segments at a time; the others were cut
  /// and wait for the device's thread to let go of them.
  static let seatCount = 32
  /// No device is further from the ear: 5 s. A larger number is somebody's mistake and would hold a message up
  /// for as long.
  static let longestDelayMs = 5_000

  let sink: SinkFormat
  let fadeFrames: Int
  let longestDelayFrames: UInt32
  let ring = PullRing()
  let returns = PullReturns()
  let claim = Atomic<UInt64>(ClaimWord(epoch: 0).bits)
  let delay = Atomic<UInt64>(0)
  let isPaused = Atomic<Bool>(false)
  /// What became of the packets, written by the device's thread.
  let counts = PullCounts()
  /// Packets that looked intact and could not be decoded (rule H3).
  let damagedPackets = Atomic<Int>(0)
  var hand = PullHand()

  /// How many hold it: the channel, and each handle outside.
  let holds = Atomic<Int>(1)
  /// The address of the state that was put aside before this one, once nobody holds it.
  var unheldBefore: UInt = 0
  /// The address of the log in which pulls are noted, 0 while nothing is traced.
  let log = Atomic<UInt>(0)
  /// That log, for as long as the state is there.
  var ownedLog: UnsafeMutablePointer<PullLog>?

  /// One segment each. The control thread makes it, the device's thread reads with it from its first entry on,
  /// and the control thread has it again when it comes back.
  let seats: UnsafeMutablePointer<Segment>
  /// The seats that the device's thread still had when the channel ended, one bit each.
  var orphanedSeats: UInt32 = 0
  /// Where the device's thread decodes.
  let decoded: UnsafeMutableBufferPointer<Int16>
  let workbench: UnsafeMutablePointer<Int16>

  init(sink: SinkFormat, fadeUs: Int) {
    self.sink = sink
    fadeFrames = fadeUs * sink.sampleRateHz / 1_000_000
    longestDelayFrames = UInt32(Self.longestDelayMs * sink.sampleRateHz / 1_000)
    seats = .allocate(capacity: Self.seatCount)
    // Written here, so that no page of it is first touched by the device's thread.
    decoded = .allocate(capacity: PartAudio.maximumReadSamples(sink))
    decoded.initialize(repeating: 0)
    workbench = .allocate(capacity: 2 * Segment.longestReadFrames)
    workbench.initialize(repeating: 0, count: 2 * Segment.longestReadFrames)
  }

  deinit {
    for seat in 0..<Self.seatCount where orphanedSeats & (1 << UInt32(seat)) != 0 { seats[seat].free() }
    ownedLog?.deinitialize(count: 1)
    ownedLog?.deallocate()
    seats.deallocate()
    decoded.deallocate()
    workbench.deallocate()
  }
}
