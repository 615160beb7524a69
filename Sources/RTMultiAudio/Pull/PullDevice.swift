// What a device's real-time thread does: it takes the next frames. Nothing here allocates, locks, waits, calls the
// system or calls anybody back. Hence raw pointers and atomics only: no class, closure, array or existential,
// and no access that Swift would have to check for exclusivity while the program runs.

import Synchronization

/// The device's end of a channel. It keeps its rate and channels for ever, and gives silence once the channel has
/// ended. One thread may pull at a time.
public struct PullDevice: @unchecked Sendable {
  @usableFromInline
  let state: UnsafeMutablePointer<PullState>

  /// How many frames a second it takes.
  public var sampleRateHz: Int { state.pointee.sink.sampleRateHz }

  /// How many samples a frame has.
  public var channels: Int { state.pointee.sink.channels }

  /// What came of a pull.
  public struct Pull {
    /// How many frames are audio and now count as claimed.
    public let takenFrames: UInt32
    /// Whether it is to be noted in the ``log``.
    public let isToBeNoted: Bool

    init(takenFrames: UInt32, of device: PullDevice) {
      self.takenFrames = takenFrames
      isToBeNoted = device.state.pointee.log.load(ordering: .relaxed) != 0
    }

    init(nothing: ()) {
      takenFrames = 0
      isToBeNoted = false
    }
  }

  /// Takes the next `frames` frames: fills `buffer` (interleaved) with what is to be heard next and with silence behind
  /// it. `deviceDelayFrames` are those that lie between this call and the listener's ear. A buffer of other channels than
  /// the device's gets zeros.
  public func pull(
    into buffer: UnsafeMutablePointer<Int16>, frames: UInt32, channels: UInt32, deviceDelayFrames: UInt32
  ) -> Pull {
    guard Int(channels) == state.pointee.sink.channels else {
      buffer.update(repeating: 0, count: Int(frames) * Int(channels))
      return Pull(nothing: ())
    }
    return Pull(takenFrames: take(buffer, frames, deviceDelayFrames), of: self)
  }

  @inline(__always)
  private func take(
    _ buffer: UnsafeMutablePointer<Int16>, _ frames: UInt32, _ deviceDelayFrames: UInt32
  ) -> UInt32 {
    let delay = min(deviceDelayFrames, state.pointee.longestDelayFrames)
    var claim = ClaimWord(bits: state.pointee.claim.load(ordering: .acquiring))
    let unclaimed = claim.bits
    passDead(before: claim.epoch)

    let fade = state.pointee.hand.fade
    var claimed = 0
    if !state.pointee.isPaused.load(ordering: .relaxed) {
      let filled = fill(buffer, frames: Int(frames), epoch: claim.epoch)
      if filled > 0 {
        // Before the claim, so that nobody sees these frames claimed and an older silence behind them.
        state.pointee.delay.store(
          DelayWord(deviceDelayFrames: delay, silentFrames: 0).bits, ordering: .releasing)
        claim.claimedFrames += Int64(filled)
        let (isClaimed, _) = state.pointee.claim.compareExchange(
          expected: unclaimed, desired: claim.bits, ordering: .acquiringAndReleasing)
        if isClaimed {
          claimed = filled
          beginFade(after: buffer + (filled - 1) * state.pointee.sink.channels)
        } else {
          state.pointee.hand.fade = fade
        }
      }
    }
    fillSilence(buffer, from: claimed, to: Int(frames))

    let silent = UInt32(truncatingIfNeeded: Int(frames) - claimed)
    let silentBefore = claimed > 0 ? 0 : state.pointee.hand.silentFrames
    let (sum, isTooLong) = silentBefore.addingReportingOverflow(silent)
    state.pointee.hand.silentFrames = isTooLong ? .max : sum
    state.pointee.delay.store(
      DelayWord(deviceDelayFrames: delay, silentFrames: state.pointee.hand.silentFrames).bits,
      ordering: .releasing)
    return UInt32(truncatingIfNeeded: claimed)
  }

  /// The same in floating point, -1 to 1.
  public func pull(
    into buffer: UnsafeMutablePointer<Float>, frames: UInt32, channels: UInt32, deviceDelayFrames: UInt32
  ) -> Pull {
    guard Int(channels) == state.pointee.sink.channels else {
      buffer.update(repeating: 0, count: Int(frames) * Int(channels))
      return Pull(nothing: ())
    }
    // The integers come into the second half of the buffer. Eight at a time, read before they are written, no float
    // is ever written over an integer that is still to be read.
    let sampleCount = Int(frames) * state.pointee.sink.channels
    let floats = UnsafeMutableRawPointer(buffer)
    let integers = floats + sampleCount * MemoryLayout<Int16>.stride
    let claimed = take(integers.assumingMemoryBound(to: Int16.self), frames, deviceDelayFrames)
    var index = 0
    while index + 8 <= sampleCount {
      let samples = integers.loadUnaligned(
        fromByteOffset: index * MemoryLayout<Int16>.stride, as: SIMD8<Int16>.self)
      floats.storeBytes(
        of: SIMD8<Float>(samples) * (1 / 32_768), toByteOffset: index * MemoryLayout<Float>.stride,
        as: SIMD8<Float>.self)
      index += 8
    }
    while index < sampleCount {
      let sample = integers.load(fromByteOffset: index * MemoryLayout<Int16>.stride, as: Int16.self)
      floats.storeBytes(
        of: Float(sample) * (1 / 32_768), toByteOffset: index * MemoryLayout<Float>.stride, as: Float.self)
      index += 1
    }
    return Pull(takenFrames: claimed, of: self)
  }

  // MARK: What is to be heard

  /// Fills `buffer` from the front with the frames of this epoch, also across segments, and returns how many
  /// there were.
  private func fill(_ buffer: UnsafeMutablePointer<Int16>, frames: Int, epoch: UInt16) -> Int {
    let channels = state.pointee.sink.channels
    var filled = 0
    while filled < frames {
      let first = state.pointee.hand.firstDecoded
      let count = min(frames - filled, state.pointee.hand.endDecoded - first)
      if count > 0 {
        (buffer + filled * channels).update(
          from: state.pointee.decoded.baseAddress! + first * channels, count: count * channels)
        state.pointee.hand.firstDecoded += count
        filled += count
      } else if !readEntry(epoch: epoch) {
        break
      }
    }
    return filled
  }

  /// Reads the next entry of this epoch, all that was decoded having been pulled; false where there is none.
  private func readEntry(epoch: UInt16) -> Bool {
    guard let entry = state.pointee.ring.next(), entry.epoch == epoch else { return false }
    let segment = state.pointee.seats + Int(entry.seat)
    var decodedFrames = 0
    switch entry.kind {
    case .opens:
      state.pointee.hand.seat = entry.seat
    case .packet:
      decodedFrames = play(
        state.pointee.ring.payload.assumingMemoryBound(to: PacketHeader.self), segment)
    case .frames:
      let bytes = UnsafeRawBufferPointer(
        start: state.pointee.ring.payload, count: Int(entry.payloadBytes))
      decodedFrames = segment.pointee.convert(
        bytes, frames: Int(entry.frames), into: state.pointee.decoded, workbench: workbench(of: segment))
    case .ends:
      decodedFrames = segment.pointee.drain(into: state.pointee.decoded)
      if decodedFrames == 0 {
        state.pointee.hand.fade.remainingFrames = 0
        giveBackVoice()
      }
    case .filler: break
    }
    state.pointee.hand.firstDecoded = 0
    state.pointee.hand.endDecoded = decodedFrames
    // The end stays until nothing more can be drained.
    if entry.kind != .ends || decodedFrames == 0 { state.pointee.ring.pass(entry) }
    return true
  }

  private func play(_ packet: UnsafeMutablePointer<PacketHeader>, _ segment: UnsafeMutablePointer<Segment>)
    -> Int
  {
    var counts = PacketCounts()
    let reading = segment.pointee.play(
      packet, into: state.pointee.decoded, workbench: workbench(of: segment), counts: &counts)
    segment.pointee.cursor.frame += Int64(packet.pointee.playFrames)
    state.pointee.counts.add(counts)
    if reading.damaged { state.pointee.damagedPackets.add(1, ordering: .relaxed) }
    return reading.sinkFrames
  }

  private func workbench(of segment: UnsafeMutablePointer<Segment>) -> UnsafeMutablePointer<Int16> {
    segment.pointee.isResampled ? state.pointee.workbench : state.pointee.decoded.baseAddress!
  }

  // MARK: What was cut

  /// Lets go of everything that was written before this epoch.
  private func passDead(before epoch: UInt16) {
    if state.pointee.hand.epoch != epoch {
      state.pointee.hand.epoch = epoch
      state.pointee.hand.firstDecoded = 0
      state.pointee.hand.endDecoded = 0
      giveBackVoice()
    }
    // What was written after this pull looked at the epoch belongs to a later one and is left alone.
    while let entry = state.pointee.ring.next(), Int16(bitPattern: entry.epoch &- epoch) < 0 {
      if entry.kind == .opens { state.pointee.returns.append(entry.seat) }
      state.pointee.ring.pass(entry)
    }
  }

  private func giveBackVoice() {
    guard let seat = state.pointee.hand.seat else { return }
    state.pointee.hand.seat = nil
    state.pointee.returns.append(seat)
  }

  // MARK: Silence

  /// Notes the last frame of a block, which decays if nothing follows it. At the end of a segment nothing does,
  /// and nothing has to.
  private func beginFade(after frame: UnsafeMutablePointer<Int16>) {
    let isEnd = state.pointee.hand.seat == nil
    state.pointee.hand.fade = PullFade(
      left: frame[0], right: frame[state.pointee.sink.channels - 1],
      remainingFrames: isEnd ? 0 : state.pointee.fadeFrames)
  }

  private func fillSilence(_ buffer: UnsafeMutablePointer<Int16>, from start: Int, to end: Int) {
    let channels = state.pointee.sink.channels
    var fade = state.pointee.hand.fade
    var frame = start
    while frame < end, fade.remainingFrames > 0 {
      buffer[frame * channels] = decayed(fade.left, fade.remainingFrames)
      if channels == 2 { buffer[frame * 2 + 1] = decayed(fade.right, fade.remainingFrames) }
      fade.remainingFrames -= 1
      frame += 1
    }
    state.pointee.hand.fade = fade
    (buffer + frame * channels).update(repeating: 0, count: (end - frame) * channels)
  }

  private func decayed(_ sample: Int16, _ remainingFrames: Int) -> Int16 {
    Int16(truncatingIfNeeded: Int(sample) * remainingFrames / (state.pointee.fadeFrames + 1))
  }
}
