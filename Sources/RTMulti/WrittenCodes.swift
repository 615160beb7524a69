// How frames are offered to the sink: as PCM, as the codes of G.711, or as the bare right to play them. Codes are made
// when they are offered, of PCM that stays in the block until the sink has taken it: what it did not take is encoded
// again. The tables are RTMultiAudio's.

import RTMultiAudio
import RTMultiCore

/// Where the frames of one write lie as codes.
struct WrittenCodes: ~Copyable {
  private let table: G711Codes
  private let memory: UnsafeMutablePointer<UInt8>

  /// For writes of at most `capacity` frames.
  init(_ table: G711Codes, capacity: Int) {
    self.table = table
    memory = .allocate(capacity: capacity)
  }

  deinit { memory.deallocate() }

  /// Encodes `frames` frames, which must be mono. Valid until the next call.
  func encode(_ pcm: UnsafePointer<Int16>, frames: Int) -> UnsafePointer<UInt8> {
    table.encode(pcm, count: frames, into: memory)
    return UnsafePointer(memory)
  }
}

extension Session {
  /// Offers the sink the first `frames` frames of the block.
  @inline(__always)
  mutating func offer(_ frames: Int) -> Delivery {
    block.offered = frames
    return offersPCM ? .write(block.segment, pcm: block.rest, frames: frames) : offerWithoutPCM(frames)
  }

  @inline(never)
  private mutating func offerWithoutPCM(_ frames: Int) -> Delivery {
    switch codes {
    case .some(let written):
      return .writeCodes(block.segment, codes: written.encode(block.rest, frames: frames), frames: frames)
    // A host that plays by itself is handed the right to play, and no sample (rule E11).
    case .none: return .write(block.segment, pcm: nil, frames: frames)
    }
  }
}
