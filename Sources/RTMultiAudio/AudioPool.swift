// What the parts of one session share: memory for waiting audio, decoders, resamplers, and the counts
// of all that. No audio of a particular part lives here.

import RTMultiCore

/// Room for samples in a block of a pool.
public struct SampleRoom {
  fileprivate let block: UnsafeMutablePointer<MemoryBlock>
  public let samples: UnsafeMutableBufferPointer<Int16>

  fileprivate init(_ block: UnsafeMutablePointer<MemoryBlock>, count: Int) {
    self.block = block
    samples = UnsafeMutableBufferPointer(
      start: block.payload.bindMemory(to: Int16.self, capacity: count), count: count)
  }
}

/// The shared stores of one session: blocks for waiting audio, decoders and resamplers. Parts take from it and
/// give back, so that appending, reading and releasing allocate nothing in the steady state. Every part that
/// was given to a pool must be discarded into the same pool before that goes.
public struct AudioPool: ~Copyable {
  /// Payload bytes that were appended and not yet released, over all parts.
  public internal(set) var queuedBytes = 0
  /// How many packets wait for one before them.
  public internal(set) var heldPackets = 0
  /// What the sound of parts is, measured by the newest call.
  public var soundFrames = SoundFrames()
  var blocks = MemoryPool()
  /// The memory in which they wait. It is more: each packet has a header, and each part a block of its own.
  public var queueMemoryBytes: Int { blocks.takenBytes }
  /// How many Opus packets have arrived.
  public internal(set) var receivedPackets = 0
  /// How many of them were given up before anybody was to hear them: nothing was spent on them (rule H6).
  public internal(set) var neverDecodedPackets = 0
  /// How many Opus packets libopus has decoded so far. What is never read is never counted (rule H6).
  public var decodedPackets: Int { packets.decoded }
  /// How many Opus packets were concealed because they could not be decoded (rule H3) or never came (rule H2).
  public var concealedPackets: Int { packets.concealed }
  /// How many of them had come.
  public var replacedPackets: Int { packets.replaced }
  /// How many that never came were rebuilt from the one after them (rule H2).
  public var rebuiltPackets: Int { packets.rebuilt }
  /// What the frames were made of that Opus parts have handed over, at 48 kHz. Together they are all of them.
  public var decodedFrames: Int { packets.decodedFrames }
  public var rebuiltFrames: Int { packets.rebuiltFrames }
  public var concealedFrames: Int { packets.concealedFrames }
  public var silentFrames: Int { packets.silentFrames }
  /// How many packets are missing in sequences, how many came when their time was over, and how many came twice
  /// (rule H2).
  public internal(set) var lostPackets = 0
  public internal(set) var latePackets = 0
  public internal(set) var duplicatePackets = 0
  /// How many times the pool has asked the system for memory. It stands still in the steady state. (What
  /// libogg allocates by itself, when a page is larger than all before it, is not counted.)
  public var allocations: Int {
    ownAllocations + blocks.allocations + decoders.allocations + resamplers.allocations
  }

  var packets = PacketCounts()
  var decoders = OpusDecoderPool()
  var resamplers = ResamplerPool()
  /// Allocations that no store above counts.
  var ownAllocations = 0
  private var scratch: UnsafeMutablePointer<Int16>?
  private let addressOnly = AddressOnly()

  /// An empty pool: the first part to need something brings it in.
  public init() {}

  /// Room for the longest read in stereo at 48 kHz, for samples on their way to a resampler. Every caller
  /// gets the same room.
  mutating func scratchSamples() -> UnsafeMutablePointer<Int16> {
    if let scratch { return scratch }
    ownAllocations += 1
    let samples = UnsafeMutablePointer<Int16>.allocate(capacity: 2 * Segment.longestReadFrames)
    scratch = samples
    return samples
  }

  /// Room for so many samples, until it is given back to the same pool.
  public mutating func takeRoom(samples count: Int) -> SampleRoom {
    SampleRoom(blocks.take(byteCount: count * MemoryLayout<Int16>.stride), count: count)
  }

  /// Takes room back, which must not be used afterwards.
  public mutating func giveBack(_ room: SampleRoom) { blocks.giveBack(room.block) }

  /// Nothing speaks any more: a session that is silent keeps nothing for the next message, which others may need now.
  public mutating func rest() {
    blocks.rest()
    decoders.giveAllBack()
    scratch?.deallocate()
    scratch = nil
  }

  /// Something speaks: what comes back is kept.
  public mutating func wake() { blocks.wake() }

  /// Whether more memory waits than is needed: then ``letGo()`` is to be called soon, until it does not.
  public var hasTooMuch: Bool { blocks.hasTooMany }

  /// Lets some of the memory go that is too much.
  public mutating func letGo() { blocks.letGo() }

  deinit { scratch?.deallocate() }
}
