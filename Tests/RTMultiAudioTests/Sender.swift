// Packets with numbers for the tests, and what a plain libopus decoder makes of a sequence when it is told by hand
// what is missing. No expectation lives here.

import COpus
import RTMultiAudio
import RTMultiCore

/// A packet as its sender numbers it.
struct NumberedPacket {
  var bytes: [UInt8]
  var stamp: PacketStamp
}

/// Numbers packets of one length, from any two numbers on.
func numbered(
  _ packets: [[UInt8]], packetFrames: Int = 960, firstSequence: UInt16 = 65_530,
  firstTimestamp: UInt32 = 4_294_960_000
) -> [NumberedPacket] {
  packets.enumerated().map { index, bytes in
    NumberedPacket(
      bytes: bytes,
      stamp: PacketStamp(
        sequence: firstSequence &+ UInt16(truncatingIfNeeded: index),
        timestamp: firstTimestamp &+ UInt32(truncatingIfNeeded: index * packetFrames)))
  }
}

/// What a decoder is to do next.
enum DecodingStep {
  case packet([UInt8])
  /// The piece before this packet, from its in-band FEC.
  case rebuilt(from: [UInt8], frames: Int)
  case concealed(frames: Int)
  case zeros(frames: Int)
}

/// What a plain libopus decoder makes of the steps, and its final range behind the last.
func plainlyDecoded(steps: [DecodingStep], sampleRateHz: Int = 48_000, channels: Int = 1) -> [Int16] {
  let decoder = opus_decoder_create(Int32(sampleRateHz), Int32(channels), nil)!
  defer { opus_decoder_destroy(decoder) }
  var samples: [Int16] = []
  var pcm = [Int16](repeating: 0, count: 5_760 * channels)
  func atRate(_ frames: Int) -> Int32 { Int32(frames * sampleRateHz / 48_000) }
  for step in steps {
    let frames: Int32
    switch step {
    case .packet(let bytes): frames = opus_decode(decoder, bytes, Int32(bytes.count), &pcm, 5_760, 0)
    case .rebuilt(let bytes, let missing):
      frames = opus_decode(decoder, bytes, Int32(bytes.count), &pcm, atRate(missing), 1)
    case .concealed(let missing): frames = opus_decode(decoder, nil, 0, &pcm, atRate(missing), 0)
    case .zeros(let missing):
      frames = atRate(missing)
      for index in 0..<Int(frames) * channels { pcm[index] = 0 }
    }
    precondition(frames >= 0, "libopus refused a step")
    samples += pcm[..<(Int(frames) * channels)]
  }
  return samples
}

extension Listener {
  /// Appends a packet with its numbers at a time.
  @discardableResult
  mutating func append(_ packet: NumberedPacket, nowUs: Int64 = 0) -> AppendOutcome {
    packet.bytes.withUnsafeBytes {
      part.append($0, stamp: packet.stamp, nowUs: nowUs, pool: &pool)
    }
  }

  mutating func append(numbered packets: [NumberedPacket]) {
    for packet in packets { append(packet) }
  }

  func measure(_ packet: NumberedPacket) -> Int64 {
    packet.bytes.withUnsafeBytes { part.measure($0, stamp: packet.stamp) }
  }

  mutating func releaseOverdue(nowUs: Int64) { part.releaseOverdue(nowUs: nowUs, pool: &pool) }

  /// How many packets came and are neither played, nor replaced, nor waiting, nor dropped.
  var unaccountedPackets: Int {
    pool.receivedPackets - pool.decodedPackets - pool.replacedPackets - part.waitingPackets - pool.latePackets
      - pool.duplicatePackets - pool.neverDecodedPackets
  }

  /// Of what everything that was handed over was made, at 48 kHz.
  var accountedFrames: Int64 {
    Int64(pool.decodedFrames + pool.rebuiltFrames + pool.concealedFrames + pool.silentFrames)
  }
}
