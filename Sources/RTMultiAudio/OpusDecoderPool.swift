// The Opus decoders of a session: fresh ones for each part (rule H4), made by copying. No packet is decoded
// here; that is Segment's.

import COpus
import Synchronization

/// A state fresh from `opus_decoder_init` for each rate and channel count that was ever used. Sessions of all
/// threads copy from them: a state of its own would cost each session 18 kB.
private struct PristineStates: ~Copyable {
  static let shared = PristineStates()

  private let states = InlineArray<10, Atomic<UInt>> { _ in Atomic(0) }

  func find(_ index: Int) -> UnsafeRawPointer? {
    UnsafeRawPointer(bitPattern: states[index].load(ordering: .acquiring))
  }

  /// Keeps a state, or the one that another thread has made in the meantime.
  func keep(_ state: UnsafeMutableRawPointer, _ index: Int) -> UnsafeRawPointer {
    let (exchanged, known) = states[index].compareExchange(
      expected: 0, desired: UInt(bitPattern: state), ordering: .acquiringAndReleasing)
    if exchanged { return UnsafeRawPointer(state) }
    state.deallocate()
    return UnsafeRawPointer(bitPattern: known)!
  }
}

/// A decoder of libopus in use, and the state of which it is a copy.
struct OpusDecoder {
  let state: OpaquePointer
  fileprivate let pristine: UnsafeRawPointer
  fileprivate let byteCount: Int

  /// Frees it, instead of giving it back.
  func free() { UnsafeMutableRawPointer(state).deallocate() }

  /// Makes it forget all that it has heard, its gain included.
  func makeFresh() {
    UnsafeMutableRawPointer(state).copyMemory(from: pristine, byteCount: byteCount)
  }
}

/// Hands out decoder states and takes them back. `opus_decoder_init` costs many times what a copy of a
/// state that it once made does, and opus.h promises that a state may be copied.
struct OpusDecoderPool: ~Copyable {
  /// The rates at which libopus itself can decode; any other needs a resampler.
  static let ratesHz: InlineArray<5, Int> = [8_000, 12_000, 16_000, 24_000, 48_000]
  /// How many states of each channel count wait for the next part.
  static let maximumFreeStates = 4

  /// States begin at lines of the cache: where the target of a long copy lies 16 bytes behind its source, modulo a
  /// page, memcpy is many times slower on some of AMD's processors.
  private static let alignmentBytes = 64

  /// How many times this pool asked the system for memory.
  private(set) var allocations = 0
  /// The first free state of one and of two channels; the next one is named in its first bytes.
  private var firstFree = InlineArray<2, UnsafeMutableRawPointer?>(repeating: nil)
  private var freeCount = InlineArray<2, Int>(repeating: 0)

  /// Whether libopus decodes to this rate without a resampler.
  static func decodes(toHz sampleRateHz: Int) -> Bool {
    rateIndex(sampleRateHz) != nil
  }

  private static func rateIndex(_ sampleRateHz: Int) -> Int? {
    for index in ratesHz.indices where ratesHz[index] == sampleRateHz { return index }
    return nil
  }

  /// libopus asks the processor what it can do each time that it is asked for the size, and a virtual machine answers
  /// that in 2 to 10 µs.
  private static let monoBytes = Int(opus_decoder_get_size(1))
  private static let stereoBytes = Int(opus_decoder_get_size(2))

  private static func stateBytes(channels: Int) -> Int { channels == 1 ? monoBytes : stereoBytes }

  /// A fresh decoder. `sampleRateHz` is one that `decodes(toHz:)`; `channels` is 1 or 2.
  mutating func take(sampleRateHz: Int, channels: Int) -> OpusDecoder {
    let state: UnsafeMutableRawPointer
    if let free = firstFree[channels - 1] {
      state = free
      firstFree[channels - 1] = free.load(as: UnsafeMutableRawPointer?.self)
      freeCount[channels - 1] -= 1
    } else {
      state = takeSpare(channels: channels) ?? allocate(channels: channels)
    }
    let decoder = OpusDecoder(
      state: OpaquePointer(state), pristine: pristineState(sampleRateHz: sampleRateHz, channels: channels),
      byteCount: Self.stateBytes(channels: channels))
    decoder.makeFresh()
    return decoder
  }

  /// Takes back a decoder of `channels` channels, whatever its rate: the size is the same for all.
  mutating func giveBack(_ decoder: OpusDecoder, channels: Int) {
    let state = UnsafeMutableRawPointer(decoder.state)
    guard freeCount[channels - 1] < Self.maximumFreeStates else { return Self.giveBackSpare(state, channels) }
    state.storeBytes(of: firstFree[channels - 1], as: UnsafeMutableRawPointer?.self)
    firstFree[channels - 1] = state
    freeCount[channels - 1] += 1
  }

  /// The state that all fresh ones are copied from: made once for the whole process, never changed, never
  /// freed.
  private mutating func pristineState(sampleRateHz: Int, channels: Int) -> UnsafeRawPointer {
    guard let rateIndex = Self.rateIndex(sampleRateHz) else {
      preconditionFailure("libopus does not decode to \(sampleRateHz) Hz: ask decodes(toHz:) first")
    }
    let index = rateIndex * 2 + channels - 1
    if let state = PristineStates.shared.find(index) { return state }
    let state = UnsafeMutableRawPointer.allocate(
      byteCount: Self.stateBytes(channels: channels), alignment: Self.alignmentBytes)
    let result = opus_decoder_init(OpaquePointer(state), Int32(sampleRateHz), Int32(channels))
    precondition(result == OPUS_OK, "opus_decoder_init fails only for a rate or a channel count that is none")
    return PristineStates.shared.keep(state, index)
  }

  /// Lets the states that wait go to whoever speaks next, this session or another. Asking the system for their 18 or 27 kB
  /// and touching them for the first time would take longer than all else that opens a part.
  mutating func giveAllBack() {
    for index in firstFree.indices {
      while let free = firstFree[index] {
        firstFree[index] = free.load(as: UnsafeMutableRawPointer?.self)
        Self.giveBackSpare(free, index + 1)
      }
      freeCount[index] = 0
    }
  }

  private func takeSpare(channels: Int) -> UnsafeMutableRawPointer? {
    channels == 1 ? SpareMemory.monoDecoders.take() : SpareMemory.stereoDecoders.take()
  }

  private static func giveBackSpare(_ state: UnsafeMutableRawPointer, _ channels: Int) {
    channels == 1 ? SpareMemory.monoDecoders.giveBack(state) : SpareMemory.stereoDecoders.giveBack(state)
  }

  private mutating func allocate(channels: Int) -> UnsafeMutableRawPointer {
    allocations += 1
    return .allocate(byteCount: Self.stateBytes(channels: channels), alignment: Self.alignmentBytes)
  }

  deinit {
    for index in firstFree.indices {
      var state = firstFree[index]
      while let free = state {
        state = free.load(as: UnsafeMutableRawPointer?.self)
        free.deallocate()
      }
    }
  }
}
