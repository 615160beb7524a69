// The way of Opus packets through a segment: decoding, concealment, pre-roll, and the trims of Ogg streams.
// Which bytes are a packet was settled when they were queued (OpusPacket, OggOpusPages).

import COpus

extension Segment {
  /// Reads the next packet of which something is to be heard, decoding whatever has to be decoded before it.
  mutating func readPacket(
    from queue: borrowing PacketQueue, endFrame: Int64, into pcm: UnsafeMutableBufferPointer<Int16>,
    pool: inout AudioPool
  ) -> Reading {
    guard case .opus(let decoder) = decoding else { return .nothing }
    while readFrame < endFrame, let packet = queue.packet(at: &cursor) {
      let reading = play(packet, decoder: decoder, into: pcm, pool: &pool)
      queue.step(&cursor, over: packet)
      if reading.sourceFrames > 0 { return reading }
    }
    return .nothing
  }

  private mutating func play(
    _ packet: UnsafeMutablePointer<PacketHeader>, decoder: OpaquePointer,
    into pcm: UnsafeMutableBufferPointer<Int16>, pool: inout AudioPool
  ) -> Reading {
    guard let out = pcm.baseAddress else { return .nothing }
    let header = packet.pointee
    let isDirect = decodedRateHz == sink.sampleRateHz
    let samples = isDirect ? out : pool.scratchSamples()
    let damaged = decode(packet, decoder: decoder, into: samples, pool: &pool)

    let heardAlready = max(0, Int(readFrame - cursor.frame))
    let sourceFrames = Int(header.playFrames) - heardAlready
    guard sourceFrames > 0 else { return Reading(sourceFrames: 0, sinkFrames: 0, damaged: damaged) }
    // Rounded outwards where the decoder's rate has no frame at that place; `deliver` evens it out.
    let first = Int(header.leadFrames) + heardAlready
    let firstDecoded = first * decodedRateHz / 48_000
    let endDecoded = ((first + sourceFrames) * decodedRateHz + 47_999) / 48_000
    if isDirect, firstDecoded > 0 {
      out.update(from: out + firstDecoded * sink.channels, count: (endDecoded - firstDecoded) * sink.channels)
    }
    let made = deliver(
      isDirect ? out : samples + firstDecoded * sink.channels, decodedFrames: endDecoded - firstDecoded,
      sourceFrames: Int64(sourceFrames), into: pcm)
    return Reading(sourceFrames: Int64(sourceFrames), sinkFrames: made, damaged: damaged)
  }

  /// Fills `samples` with exactly the packet's duration. Returns whether the packet turned out damaged just
  /// now; a damage that was known is not told twice.
  private mutating func decode(
    _ packet: UnsafeMutablePointer<PacketHeader>, decoder: OpaquePointer,
    into samples: UnsafeMutablePointer<Int16>, pool: inout AudioPool
  ) -> Bool {
    let header = packet.pointee
    if header.startsStream {
      pool.decoders.makeFresh(decoder, sampleRateHz: decodedRateHz, channels: sink.channels)
      gainQ8 = 0
    }
    if header.gainQ8 != gainQ8 {
      gainQ8 = header.gainQ8
      _ = rtmulti_opus_decoder_set(decoder, OPUS_SET_GAIN_REQUEST, Int32(gainQ8))
    }
    let frames = Int32(Int(header.durationFrames) * decodedRateHz / 48_000)
    if header.condition == .intact {
      let decoded = opus_decode(decoder, packet.payload, Int32(header.byteCount), samples, frames, 0)
      if decoded == frames {
        pool.decodedPackets += 1
        return false
      }
      packet.pointee.condition = .damaged
    }
    pool.concealedPackets += 1
    if opus_decode(decoder, nil, 0, samples, frames, 0) != frames {
      samples.update(repeating: 0, count: Int(frames) * sink.channels)
    }
    return header.condition == .intact
  }
}
