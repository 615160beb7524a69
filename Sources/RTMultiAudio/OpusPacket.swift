// What the outside of an Opus packet tells: its duration, whether it can be a packet at all, and whether it carries
// the one before it a second time. And the header under which it waits, or under which a gap between two packets
// does. Nothing is decoded here; the queue itself is PacketQueue's.

import COpus

/// What stands before the payload of each queued Opus packet, and for each piece of a gap between two. Frames are
/// counted at 48 kHz.
struct PacketHeader {
  enum Condition: UInt8 {
    case intact
    /// It cannot be decoded: its time is concealed.
    case damaged
    /// It never came: its time is concealed.
    case lost
    /// It never came. The payload is the packet after it, whose in-band FEC holds it a second time.
    case rebuilt
    /// Its sender was silent and sent nothing (DTX): the decoder fills in its comfort noise.
    case pause
    /// Lost too long ago for a guess: zeros, of which the decoder does not hear.
    case silence

    /// Whether a packet came that has to be accounted for.
    var isPacket: Bool { self == .intact || self == .damaged }
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
  /// How many packets it stands for; a long gap has many pieces, of which only the first counts.
  var packets: UInt16 = 1

  /// A piece of a gap.
  init(_ condition: Condition, frames: Int, packets: Int, byteCount: Int = 0) {
    self.byteCount = UInt32(byteCount)
    durationFrames = UInt16(frames)
    leadFrames = 0
    playFrames = UInt16(frames)
    gainQ8 = 0
    self.condition = condition
    startsStream = false
    self.packets = UInt16(packets)
  }

  /// A packet, of which everything is heard.
  init(byteCount: Int, frames: Int, isDamaged: Bool) {
    self.init(isDamaged ? .damaged : .intact, frames: frames, packets: 1, byteCount: byteCount)
  }

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

/// What became of packets whose turn came, and of what the frames that were handed over were made, at 48 kHz.
struct PacketCounts {
  var decoded = 0
  var rebuilt = 0
  var concealed = 0
  /// Those of them that came and could not be decoded.
  var replaced = 0
  var decodedFrames = 0
  var rebuiltFrames = 0
  var concealedFrames = 0
  /// Zeros, and the comfort noise of a sender that was silent.
  var silentFrames = 0

  mutating func count(_ frames: Int, _ condition: PacketHeader.Condition) {
    switch condition {
    case .intact: decodedFrames += frames
    case .rebuilt: rebuiltFrames += frames
    case .damaged, .lost: concealedFrames += frames
    case .pause, .silence: silentFrames += frames
    }
  }

  /// Adds what `now` has more than `before`.
  mutating func add(_ now: PacketCounts, since before: PacketCounts) {
    decoded += now.decoded - before.decoded
    rebuilt += now.rebuilt - before.rebuilt
    concealed += now.concealed - before.concealed
    replaced += now.replaced - before.replaced
    decodedFrames += now.decodedFrames - before.decodedFrames
    rebuiltFrames += now.rebuiltFrames - before.rebuiltFrames
    concealedFrames += now.concealedFrames - before.concealedFrames
    silentFrames += now.silentFrames - before.silentFrames
  }
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

  /// The frames at 48 kHz that the packet lasts, whatever its framing (rule H1), or nil if it breaks RFC 6716 §3.4
  /// (and so also if it is empty or longer than 120 ms).
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
    return PacketHeader(
      byteCount: duration == nil ? 0 : bytes.count, frames: duration ?? previousDurationFrames,
      isDamaged: duration == nil)
  }

  /// Whether the packet is CELT alone: its TOC byte says so (RFC 6716 §3.1). `bytes` are a packet.
  static func isCELTOnly(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes[0] & 0x80 != 0 }

  /// How many frames before a packet its in-band FEC can rebuild: the length of its first frame, or 0 where it
  /// carries none. The flags for that are the first bits of its SILK layer, each as likely 0 as 1 and so bare bits
  /// (RFC 6716 §4.2.3, §4.2.4): for each channel one bit of voice activity for every 20 ms, then one of FEC.
  /// `bytes` are a packet; opus_packet_has_lbrr, which newer libraries have, looks at the same bits.
  static func rebuildableFrames(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard !isCELTOnly(bytes), let start = bytes.baseAddress else { return 0 }
    let packet = start.assumingMemoryBound(to: UInt8.self)
    let frameFrames = Int(opus_packet_get_samples_per_frame(packet, 48_000))
    let silkFrames = max(1, frameFrames / 960)
    let channels = Int(opus_packet_get_nb_channels(packet))
    var first: UnsafePointer<UInt8>?
    var firstBytes: Int16 = 0
    withUnsafeTemporaryAllocation(of: UnsafePointer<UInt8>?.self, capacity: 48) { frames in
      withUnsafeTemporaryAllocation(of: Int16.self, capacity: 48) { sizes in
        guard
          opus_packet_parse(packet, Int32(bytes.count), nil, frames.baseAddress, sizes.baseAddress!, nil) > 0
        else { return }
        first = frames[0]
        firstBytes = sizes[0]
      }
    }
    guard let first, firstBytes > 0 else { return 0 }
    let middle = first[0] >> UInt8(7 - silkFrames) & 1
    let side = channels == 2 ? first[0] >> UInt8(6 - 2 * silkFrames) & 1 : 0
    return middle | side == 0 ? 0 : frameFrames
  }
}
