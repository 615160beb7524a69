// The way of Opus packets through a segment: decoding, concealment, pre-roll, and the trims of Ogg streams.
// Which bytes are a packet, and what is missing between two, was settled when they were queued (OpusPacket,
// OggOpusPages, Sequencing).

import COpus

extension Segment {
  var opusFinalRange: UInt32? {
    guard case .opus(let decoder) = decoding else { return nil }
    return rtmulti_opus_decoder_final_range(decoder.state)
  }

  /// Reads the next packet of which something is to be heard, decoding whatever has to be decoded before it.
  mutating func readPacket(
    from queue: borrowing PacketQueue, endFrame: Int64, into pcm: UnsafeMutableBufferPointer<Int16>,
    pool: inout AudioPool
  ) -> Reading {
    guard let out = pcm.baseAddress else { return .nothing }
    let workbench = isResampled ? pool.scratchSamples() : out
    while readFrame < endFrame, let packet = queue.packet(at: &cursor) {
      let reading = play(packet, into: pcm, workbench: workbench, counts: &pool.packets)
      queue.step(&cursor, over: packet)
      if reading.sourceFrames > 0 { return reading }
    }
    return .nothing
  }

  /// Decodes the packet at the cursor, which the caller then moves, and delivers what is to be heard of it: 0
  /// source frames while the decoder warms up. Whose thread that is does not matter; `workbench` is as for
  /// ``convert(_:frames:into:workbench:)``.
  mutating func play(
    _ packet: UnsafeMutablePointer<PacketHeader>, into pcm: UnsafeMutableBufferPointer<Int16>,
    workbench: UnsafeMutablePointer<Int16>, counts: inout PacketCounts
  ) -> Reading {
    guard case .opus(let decoder) = decoding else { return .nothing }
    let header = packet.pointee
    let damaged = decode(packet, decoder: decoder, into: workbench, counts: &counts)

    let heardAlready = max(0, Int(readFrame - cursor.frame))
    let sourceFrames = Int(header.playFrames) - heardAlready
    guard sourceFrames > 0 else { return Reading(sourceFrames: 0, sinkFrames: 0, damaged: damaged) }
    counts.count(sourceFrames, packet.pointee.condition)
    // Rounded outwards where the decoder's rate has no frame at that place; `deliver` evens it out.
    let first = Int(header.leadFrames) + heardAlready
    let firstDecoded = first * decodedRateHz / 48_000
    let endDecoded = ((first + sourceFrames) * decodedRateHz + 47_999) / 48_000
    let made = deliver(
      workbench + firstDecoded * sink.channels, decodedFrames: endDecoded - firstDecoded,
      sourceFrames: Int64(sourceFrames), into: pcm)
    return Reading(sourceFrames: Int64(sourceFrames), sinkFrames: made, damaged: damaged)
  }

  /// Fills `samples` with exactly the packet's duration. Returns whether the packet turned out damaged just
  /// now; a damage that was known is not told twice.
  private mutating func decode(
    _ packet: UnsafeMutablePointer<PacketHeader>, decoder: OpusDecoder,
    into samples: UnsafeMutablePointer<Int16>, counts: inout PacketCounts
  ) -> Bool {
    let header = packet.pointee
    if header.startsStream {
      decoder.makeFresh()
      gainQ8 = 0
    }
    if header.gainQ8 != gainQ8 {
      gainQ8 = header.gainQ8
      _ = rtmulti_opus_decoder_set(decoder.state, OPUS_SET_GAIN_REQUEST, Int32(gainQ8))
    }
    let frames = Int32(Int(header.durationFrames) * decodedRateHz / 48_000)
    let size = Int32(header.byteCount)
    switch header.condition {
    case .intact:
      if opus_decode(decoder.state, packet.payload, size, samples, frames, 0) == frames {
        counts.decoded += 1
        return false
      }
      packet.pointee.condition = .damaged
    case .rebuilt:  // What was lost comes out of the packet behind it, else it is concealed (rule H2).
      if opus_decode(decoder.state, packet.payload, size, samples, frames, 1) == frames {
        counts.rebuilt += 1
        return false
      }
      packet.pointee.condition = .lost
    case .damaged, .lost, .pause: break
    case .silence:
      counts.concealed += Int(header.packets)
      // A gap may end between two frames of the decoder's rate.
      let wholeFrames = (Int(header.durationFrames) * decodedRateHz + 47_999) / 48_000
      samples.update(repeating: 0, count: wholeFrames * sink.channels)
      return false
    }
    if header.condition != .pause { counts.concealed += Int(header.packets) }
    if header.condition.isPacket { counts.replaced += 1 }
    if opus_decode(decoder.state, nil, 0, samples, frames, 0) != frames {
      samples.update(repeating: 0, count: Int(frames) * sink.channels)
    }
    return header.condition == .intact
  }
}
