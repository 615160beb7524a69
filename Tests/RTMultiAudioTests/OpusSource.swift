// Where the tests get their Opus from: packets of libopus' own encoder, the same packets decoded by a plain
// libopus decoder as the truth, and Ogg streams made of them with libogg. No expectation lives here.

import COgg
import COpus
import RTMultiAudio

/// How a series of packets is encoded.
struct OpusSource {
  var channels: Int = 1
  var bitsPerSecond: Int = 32_000
  var application = OPUS_APPLICATION_VOIP
  /// 120, 240, 480 … 2 880: what one call of the encoder can make.
  var packetFrames: Int = 960
  /// Of the packets' sound; nil lets the encoder choose it anew for each packet.
  var bandwidth: Int32?
  var usesDTX = false
  var isSilent = false
  /// What the encoder expects to be lost: at 0 it puts no packet into the next one.
  var lossPercent = 10

  /// Encodes `count` packets of a tone.
  func packets(_ count: Int, hz: Double = 440) -> [[UInt8]] {
    let encoder = opus_encoder_create(48_000, Int32(channels), application, nil)!
    defer { opus_encoder_destroy(encoder) }
    _ = rtmulti_opus_encoder_set(encoder, OPUS_SET_BITRATE_REQUEST, Int32(bitsPerSecond))
    _ = rtmulti_opus_encoder_set(encoder, OPUS_SET_BANDWIDTH_REQUEST, bandwidth ?? OPUS_AUTO)
    _ = rtmulti_opus_encoder_set(encoder, OPUS_SET_DTX_REQUEST, usesDTX ? 1 : 0)
    _ = rtmulti_opus_encoder_set(encoder, OPUS_SET_INBAND_FEC_REQUEST, 1)
    _ = rtmulti_opus_encoder_set(encoder, OPUS_SET_PACKET_LOSS_PERC_REQUEST, Int32(lossPercent))
    let pcm =
      isSilent
      ? [Int16](repeating: 0, count: count * packetFrames * channels)
      : tone(frames: count * packetFrames, channels: channels, sampleRateHz: 48_000, hz: hz)
    return (0..<count).map { index in
      var packet = [UInt8](repeating: 0, count: 4_000)
      let written = pcm.withUnsafeBufferPointer { samples in
        opus_encode(
          encoder, samples.baseAddress! + index * packetFrames * channels, Int32(packetFrames), &packet, 4_000)
      }
      return Array(packet[..<Int(written)])
    }
  }
}

/// What a plain libopus decoder makes of `packets`; an empty one is concealed for `concealedFrames` at 48 kHz.
func plainlyDecoded(
  _ packets: [[UInt8]], sampleRateHz: Int = 48_000, channels: Int = 1, concealedFrames: Int = 960
) -> [Int16] {
  let decoder = opus_decoder_create(Int32(sampleRateHz), Int32(channels), nil)!
  defer { opus_decoder_destroy(decoder) }
  var samples: [Int16] = []
  var pcm = [Int16](repeating: 0, count: 5_760 * channels)
  for packet in packets {
    let concealed = Int32(concealedFrames * sampleRateHz / 48_000)
    let frames =
      packet.isEmpty
      ? opus_decode(decoder, nil, 0, &pcm, concealed, 0)
      : opus_decode(decoder, packet, Int32(packet.count), &pcm, 5_760, 0)
    samples += pcm[..<(max(0, Int(frames)) * channels)]
  }
  return samples
}

/// Joins packets of equal configuration into one of several frames (code 1 to 3 framing).
func repacketized(_ packets: [[UInt8]], paddedTo paddedBytes: Int? = nil) -> [UInt8] {
  let repacketizer = opus_repacketizer_create()!
  defer { opus_repacketizer_destroy(repacketizer) }
  // The repacketizer keeps pointers: the packets must stay where they are until it is read out.
  let kept = packets.map { packet in
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: packet.count)
    copy.initialize(from: packet, count: packet.count)
    return copy
  }
  defer { kept.forEach { $0.deallocate() } }
  for (copy, packet) in zip(kept, packets) {
    precondition(opus_repacketizer_cat(repacketizer, copy, Int32(packet.count)) == OPUS_OK, "unequal packets")
  }
  var joined = [UInt8](repeating: 0, count: 70_000)
  let written = opus_repacketizer_out(repacketizer, &joined, Int32(joined.count))
  if let paddedBytes { opus_packet_pad(&joined, written, Int32(paddedBytes)) }
  return Array(joined[..<(paddedBytes ?? Int(written))])
}

// MARK: Ogg

/// Builds an Ogg stream page by page.
final class OggWriter {
  private var stream = ogg_stream_state()
  private var packetCount: Int64 = 0
  /// The stream so far, one element a page.
  private(set) var pages: [[UInt8]] = []

  var bytes: [UInt8] { pages.flatMap { $0 } }

  init(serial: Int32 = 77) { ogg_stream_init(&stream, serial) }

  deinit { ogg_stream_clear(&stream) }

  /// Puts packets on pages of their own (one, if they are short); the last page bears `granule`.
  func page(_ packets: [[UInt8]], granule: Int64, endsStream: Bool = false) {
    for (index, bytes) in packets.enumerated() {
      var bytes = bytes
      let byteCount = bytes.count
      let isLast = index == packets.count - 1
      bytes.withUnsafeMutableBufferPointer { buffer in
        var packet = ogg_packet(
          packet: buffer.baseAddress, bytes: byteCount, b_o_s: packetCount == 0 ? 1 : 0,
          e_o_s: endsStream && isLast ? 1 : 0, granulepos: granule, packetno: packetCount)
        ogg_stream_packetin(&stream, &packet)
      }
      packetCount += 1
    }
    var page = ogg_page()
    while ogg_stream_flush(&stream, &page) != 0 {
      pages.append(
        Array(UnsafeBufferPointer(start: page.header, count: page.header_len))
          + Array(UnsafeBufferPointer(start: page.body, count: page.body_len)))
    }
  }

  /// The two header pages of an Opus stream.
  func opusHeaders(
    preSkipFrames: Int, channels: Int = 1, gainQ8: Int = 0, mappingFamily: Int = 0, tagBytes: Int = 40
  ) {
    page([opusHead(preSkipFrames, channels, gainQ8, mappingFamily)], granule: 0)
    page([Array("OpusTags".utf8) + [UInt8](repeating: 0, count: tagBytes)], granule: 0)
  }

  private func opusHead(_ preSkip: Int, _ channels: Int, _ gainQ8: Int, _ mappingFamily: Int) -> [UInt8] {
    let gain = UInt16(bitPattern: Int16(gainQ8))
    return Array("OpusHead".utf8) + [
      1, UInt8(channels), UInt8(preSkip & 0xFF), UInt8(preSkip >> 8), 0x80, 0xBB, 0, 0, UInt8(gain & 0xFF),
      UInt8(gain >> 8), UInt8(mappingFamily),
    ]
  }
}

/// An Opus stream of packets of 20 ms, `perPage` on a page, whose end trims it to `playedFrames`.
func oggOpus(
  _ packets: [[UInt8]], preSkipFrames: Int, playedFrames: Int, perPage: Int, channels: Int = 1,
  gainQ8: Int = 0, serial: Int32 = 77, startGranule: Int = 0
) -> OggWriter {
  let writer = OggWriter(serial: serial)
  writer.opusHeaders(preSkipFrames: preSkipFrames, channels: channels, gainQ8: gainQ8)
  for first in stride(from: 0, to: packets.count, by: perPage) {
    let end = min(first + perPage, packets.count)
    let isLast = end == packets.count
    let granule = startGranule + (isLast ? preSkipFrames + playedFrames : end * 960)
    writer.page(Array(packets[first..<end]), granule: Int64(granule), endsStream: isLast)
  }
  return writer
}

/// A page with its checksum made right again.
func sealed(_ page: [UInt8]) -> [UInt8] {
  var page = page
  for index in 22..<26 { page[index] = 0 }
  var checksum: UInt32 = 0
  for byte in page {
    checksum ^= UInt32(byte) << 24
    for _ in 0..<8 { checksum = checksum & 0x8000_0000 != 0 ? checksum << 1 ^ 0x04C1_1DB7 : checksum << 1 }
  }
  for index in 0..<4 { page[22 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(index))) }
  return page
}
