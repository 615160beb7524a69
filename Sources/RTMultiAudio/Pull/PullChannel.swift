// The control thread's end of a channel to a device that takes its frames itself: what is to be played goes in
// encoded, what was heard and what is done with comes out. The device's end is PullDevice's; which message a
// segment belongs to is not known here.

import COpus
import RTMultiCore
import Synchronization

/// A channel to one device. All but ``device`` belongs to the thread that owns the pool. Call `end` before it goes:
/// decoders and resamplers belong to the pool, and the same pool must be given to every call.
public struct PullChannel: ~Copyable {
  /// What the channel makes.
  public let sink: SinkFormat
  let state: UnsafeMutablePointer<PullState>
  private var epoch: UInt16 = 0
  /// The segment to which what comes next belongs.
  private var openSeat: UInt8?
  /// The seats that the device's thread has, one bit each.
  private var lentSeats: UInt32 = 0
  /// Whether anything was written in this epoch.
  private var isEpochUsed = false
  private var heardFloor: Int64 = 0
  private var countedPackets = PacketCounts()
  private var countedDamage = 0

  /// A channel in which nothing is. A cut decays over `fadeUs` microseconds.
  public init(sink: SinkFormat, fadeUs: Int) {
    UnheldDevices.free()
    self.sink = sink
    state = .allocate(capacity: 1)
    state.initialize(to: PullState(sink: sink, fadeUs: fadeUs))
  }

  deinit {
    device.release()
    UnheldDevices.free()
  }

  /// The device's end. Whoever uses it for longer than the channel lives retains it.
  public var device: PullDevice { PullDevice(state: state) }

  // MARK: Going in

  /// Begins a segment and ends the one before. Returns false, and does neither, when the channel is full.
  mutating func open(
    format: AudioFormat, readFrame: Int64, cursorFrame: Int64, pool: inout AudioPool
  ) -> Bool {
    takeBackSeats(pool: &pool)
    let seat = UInt8((~lentSeats).trailingZeroBitCount)
    // The end of the segment before, the beginning of this one, and its end.
    guard seat < PullState.seatCount, state.pointee.ring.hasRoom(forHeads: 3) else { return false }
    endSegment()
    (state.pointee.seats + Int(seat)).initialize(
      to: Segment(
        format: format, sink: sink, readFrame: readFrame, cursor: Cursor(frame: cursorFrame), pool: &pool))
    lentSeats |= 1 << UInt32(seat)
    openSeat = seat
    isEpochUsed = true
    return write(.opens)
  }

  /// Copies `count` frames of PCM16 or G.711 into the open segment. Returns false, and takes none, when the channel
  /// is full.
  func push(frames: UnsafeRawBufferPointer, count: Int) -> Bool {
    guard let start = frames.baseAddress else { return true }
    return write(.frames, payloadBytes: frames.count, frames: count) { payload in
      payload.copyMemory(from: start, byteCount: frames.count)
    }
  }

  /// Copies a packet into the open segment. Returns false when the channel is full.
  func push(_ packet: UnsafeMutablePointer<PacketHeader>) -> Bool {
    let storedBytes = PacketHeader.storedBytes(payload: Int(packet.pointee.byteCount))
    if storedBytes > PullRing.longestPayloadBytes { return pushUnpadded(packet) }
    return write(.packet, payloadBytes: storedBytes) { payload in
      payload.copyMemory(
        from: packet, byteCount: MemoryLayout<PacketHeader>.stride + Int(packet.pointee.byteCount))
    }
  }

  /// Only padding can make a packet so long that it does not fit: it stays behind.
  private func pushUnpadded(_ packet: UnsafeMutablePointer<PacketHeader>) -> Bool {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: PacketHeader.storedBytes(payload: Int(packet.pointee.byteCount)),
      alignment: MemoryLayout<PacketHeader>.alignment)
    defer { memory.deallocate() }
    let copy = memory.bindMemory(to: PacketHeader.self, capacity: 1)
    copy.initialize(to: packet.pointee)
    UnsafeMutableRawPointer(copy.payload).copyMemory(
      from: packet.payload, byteCount: Int(packet.pointee.byteCount))
    let bareBytes = opus_packet_unpad(copy.payload, Int32(packet.pointee.byteCount))
    copy.pointee.byteCount = UInt32(max(0, bareBytes))
    return push(copy)
  }

  /// Says that no more comes for the open segment, if there is one: what its resampler holds is heard too.
  public mutating func endSegment() {
    // There is always room: everything else leaves it.
    if write(.ends) { openSeat = nil }
  }

  private func write(
    _ kind: PullEntry.Kind, payloadBytes: Int = 0, frames: Int = 0,
    copy: (UnsafeMutableRawPointer) -> Void = { _ in }
  ) -> Bool {
    guard let seat = openSeat else { return false }
    let entry = PullEntry(
      kind: kind, seat: seat, epoch: epoch, frames: UInt32(frames), payloadBytes: UInt32(payloadBytes))
    let spareBytes = kind == .ends ? 0 : PullEntry.headBytes
    guard let payload = state.pointee.ring.reserve(entry, leaving: spareBytes) else { return false }
    copy(payload)
    state.pointee.ring.publish(entry)
    return true
  }

  /// While paused a pull gives silence, and what is in the channel stays.
  public func setPaused(_ isPaused: Bool) {
    state.pointee.isPaused.store(isPaused, ordering: .relaxed)
  }

  // MARK: Coming out

  /// How many frames the device has claimed since the last cut.
  public var claimedFrames: Int64 {
    ClaimWord(bits: state.pointee.claim.load(ordering: .acquiring)).claimedFrames
  }

  /// How many of them have come to the ear. It never goes back.
  public mutating func heardFrames() -> Int64 {
    // In this order: what is claimed afterwards cannot make these frames heard too early.
    let claimed = claimedFrames
    let delay = DelayWord(bits: state.pointee.delay.load(ordering: .acquiring))
    heardFloor = max(heardFloor, claimed - delay.unheardFrames)
    return heardFloor
  }

  /// Drops everything that was not claimed, and returns exactly how many frames were since the last cut. No
  /// pull that is under way can claim any more of it.
  public mutating func cut() -> Int64 {
    heardFloor = 0
    guard isEpochUsed else { return 0 }
    isEpochUsed = false
    openSeat = nil
    epoch &+= 1
    let before = state.pointee.claim.exchange(ClaimWord(epoch: epoch).bits, ordering: .acquiringAndReleasing)
    return ClaimWord(bits: before).claimedFrames
  }

  /// Takes back what the device's thread is done with, and counts what it has decoded. Returns how many packets that
  /// looked intact could not be decoded since the last time (rule H3).
  public mutating func collect(pool: inout AudioPool) -> Int {
    takeBackSeats(pool: &pool)
    let packets = state.pointee.counts.load()
    pool.packets.add(packets, since: countedPackets)
    countedPackets = packets
    let damage = state.pointee.damagedPackets.load(ordering: .relaxed)
    defer { countedDamage = damage }
    return damage - countedDamage
  }

  /// Takes everything back, except what the thread of a device may be using that somebody outside holds: that is freed
  /// with the device, which gives silence from now on. It must be the last call.
  public mutating func end(pool: inout AudioPool) {
    _ = cut()
    _ = collect(pool: &pool)
    openSeat = nil
    if state.pointee.holds.load(ordering: .acquiring) > 1 {
      state.pointee.orphanedSeats = lentSeats
      lentSeats = 0
    }
    while lentSeats != 0 { takeBack(UInt8(lentSeats.trailingZeroBitCount), pool: &pool) }
  }

  private mutating func takeBackSeats(pool: inout AudioPool) {
    while let seat = state.pointee.returns.popFirst() { takeBack(seat, pool: &pool) }
  }

  private mutating func takeBack(_ seat: UInt8, pool: inout AudioPool) {
    lentSeats &= ~(1 << UInt32(seat))
    state.pointee.seats[Int(seat)].giveBack(to: &pool)
  }
}
