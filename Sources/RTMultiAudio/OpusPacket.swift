// What the outside of an Opus packet tells, its duration and whether it can be a packet at all, and the header
// under which it waits. Nothing is decoded here; the queue itself is PacketQueue's.

import COpus

/// What stands before the payload of each queued Opus packet. Frames are counted at 48 kHz.
struct PacketHeader {
  enum Condition: UInt8 {
    case intact
    /// It cannot be decoded: its time is concealed.
    case damaged
  }

  var byteCount: UInt32
  /// How long the packet is for the decoder: at most 120 ms.
  var durationFrames: UInt16
  /// How many of its first frames nobody hears (the pre-skip of an Ogg stream).
  var leadFrames: UInt16
  /// How many frames after those are heard; the rest is the end trim of an Ogg stream.
  var playFrames: UInt16
  /// The output gain of its Ogg stream in dB, Q7.8.
  var gainQ8: Int16
  var condition: Condition
  /// The first packet of a stream is decoded by a fresh decoder.
  var startsStream: Bool

  /// The bytes of a packet with its header, padded so that the next header is aligned.
  static func storedBytes(payload byteCount: Int) -> Int {
    (MemoryLayout<PacketHeader>.stride + byteCount + 3) & ~3
  }
}

extension UnsafeMutablePointer<PacketHeader> {
  /// The packet as the decoder wants it.
  var payload: UnsafeMutablePointer<UInt8> {
    UnsafeMutableRawPointer(self + 1).assumingMemoryBound(to: UInt8.self)
  }
}

/// What became of packets whose turn came.
struct PacketCounts {
  var decoded = 0
  var concealed = 0
}

enum OpusPacket {
  /// Counted into R for a damaged packet that follows nothing: the duration that nearly every sender uses.
  static let usualDurationFrames = 960
  /// What a decoder that starts in mid-stream hears before its output is trusted: 160 ms. RFC 7845 §4.6 asks
  /// for at least 80; for a pure tone, the hardest case, those were measured to leave the output within 17 dB
  /// of an unbroken decoder's, and 160 within 40 dB (CELT, 64 kbit/s).
  static let preRollFrames: Int64 = 7_680
  /// No sender pads a packet that far; beyond it a "packet" is something else.
  private static let maximumBytes = 1 << 20

  /// The frames at 48 kHz that the packet lasts, or nil if it breaks RFC 6716 §3.4 (and so also if it is empty
  /// or longer than 120 ms).
  static func durationFrames(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let start = bytes.baseAddress, !bytes.isEmpty, bytes.count <= maximumBytes else { return nil }
    let packet = start.assumingMemoryBound(to: UInt8.self)
    return withUnsafeTemporaryAllocation(of: Int16.self, capacity: 48) { sizes -> Int? in
      guard let sizes = sizes.baseAddress else { return nil }
      let count = opus_packet_parse(packet, Int32(bytes.count), nil, nil, sizes, nil)
      return count > 0 ? Int(count) * Int(opus_packet_get_samples_per_frame(packet, 48_000)) : nil
    }
  }

  /// The header under which the packet waits. A damaged one keeps no payload and lasts as long as the one
  /// before it (rule H3).
  static func header(_ bytes: UnsafeRawBufferPointer, previousDurationFrames: Int) -> PacketHeader {
    let duration = durationFrames(bytes)
    let frames = UInt16(duration ?? previousDurationFrames)
    return PacketHeader(
      byteCount: duration == nil ? 0 : UInt32(bytes.count), durationFrames: frames, leadFrames: 0,
      playFrames: frames, gainQ8: 0, condition: duration == nil ? .damaged : .intact, startsStream: false)
  }
}
