/* The streams of the loss study: the speech of the demo, decoded and encoded anew as Opus packets of 20 ms, without and
 * with in-band FEC. What becomes of the packets on their way is not known here. */
#ifndef STREAM_H
#define STREAM_H

#include <opus/opus.h>
#include <stdbool.h>

#include "../Benchmarks/speech.h"

enum {
  STREAM_RATE_HZ = 24000,
  FRAME_FRAMES = STREAM_RATE_HZ / 1000 * PACKET_MS,
  ROUNDS = 3, /* the three sentences so many times, lest at 1 % only one or two packets are lost */
  MAXIMUM_STREAM_PACKETS = ROUNDS * MAXIMUM_PACKETS,
  MAXIMUM_PACKET_BYTES = 1275
};

/* How the sender protects what it sends. */
enum protection {
  WITHOUT_FEC,
  WITH_FEC,          /* in-band FEC, the encoder free to choose the bandwidth */
  WITH_WIDEBAND_FEC, /* in-band FEC, and no bandwidth above wideband */
  PROTECTIONS
};

struct stream {
  int count;
  struct packet packets[MAXIMUM_STREAM_PACKETS];
  uint8_t bytes[MAXIMUM_STREAM_PACKETS][MAXIMUM_PACKET_BYTES];
  int64_t total_bytes;
  int rebuilding_packets; /* those that carry FEC for the one before them */
  int wider_packets;      /* those with more than wideband, 8 kHz */
};

/* The speech as samples; returns how many whole packets they fill. */
static inline int decode_speech(const char *fixtures, int16_t *pcm) {
  static struct speech speech;
  load_speech(&speech, fixtures);
  int problem = OPUS_OK;
  OpusDecoder *decoder = opus_decoder_create(STREAM_RATE_HZ, 1, &problem);
  require(problem == OPUS_OK, "libopus has no decoder");
  for (int i = 0; i < ROUNDS * speech.count; i++) {
    const struct packet packet = speech.packets[i % speech.count];
    require(opus_decode(decoder, packet.bytes, (opus_int32)packet.size, pcm + i * FRAME_FRAMES, FRAME_FRAMES, 0) ==
                FRAME_FRAMES,
            "a packet of the fixtures could not be decoded");
  }
  opus_decoder_destroy(decoder);
  return ROUNDS * speech.count;
}

/* Whether the packet can rebuild the one before it: the FEC flag of a mono SILK layer of 20 ms is the second bit of
 * the first frame (RFC 6716 4.2.3), and one frame of 20 ms begins behind the TOC byte. */
static inline bool carries_fec(const struct packet *packet) {
  const bool has_silk = (packet->bytes[0] & 0x80) == 0;
  return packet->size > 1 && has_silk && (packet->bytes[1] >> 6 & 1) == 1;
}

/* Encodes as a voice agent would: 24 kbit/s, VOIP, and the loss that is to be expected told to the encoder. */
static inline void encode_stream(struct stream *stream, const int16_t *pcm, int count, enum protection protection,
                                 int expected_loss_percent) {
  enum { BITS_PER_SECOND = 24000 };
  int problem = OPUS_OK;
  OpusEncoder *encoder = opus_encoder_create(STREAM_RATE_HZ, 1, OPUS_APPLICATION_VOIP, &problem);
  require(problem == OPUS_OK, "libopus has no encoder");
  opus_encoder_ctl(encoder, OPUS_SET_BITRATE(BITS_PER_SECOND));
  opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(protection != WITHOUT_FEC));
  opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(protection == WITHOUT_FEC ? 0 : expected_loss_percent));
  if (protection == WITH_WIDEBAND_FEC) opus_encoder_ctl(encoder, OPUS_SET_MAX_BANDWIDTH(OPUS_BANDWIDTH_WIDEBAND));
  stream->count = count;
  stream->total_bytes = stream->rebuilding_packets = stream->wider_packets = 0;
  for (int i = 0; i < count; i++) {
    uint8_t *bytes = stream->bytes[i];
    const opus_int32 size = opus_encode(encoder, pcm + i * FRAME_FRAMES, FRAME_FRAMES, bytes, MAXIMUM_PACKET_BYTES);
    require(size > 0, "a packet could not be encoded");
    stream->packets[i] = (struct packet){bytes, (size_t)size};
    stream->total_bytes += size;
    stream->rebuilding_packets += carries_fec(&stream->packets[i]);
    stream->wider_packets += opus_packet_get_bandwidth(bytes) > OPUS_BANDWIDTH_WIDEBAND;
  }
  opus_encoder_destroy(encoder);
}

#endif
