/* Opus packets of 20 ms with in-band FEC, made by libopus from a sound that never repeats, for tests that lose some of
 * them. What becomes of them is the tests'. */
#ifndef OPUS_PACKETS_H
#define OPUS_PACKETS_H

#include <opus/opus.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAMES = 960, LONGEST_PACKET = 250 };

struct opus_packet {
  unsigned char bytes[LONGEST_PACKET];
  size_t size;
};

/* `count` packets that follow one another; one that could not be made has size 0. */
static inline void make_packets(struct opus_packet *packets, int count) {
  int problem = OPUS_OK;
  OpusEncoder *encoder = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &problem);
  opus_encoder_ctl(encoder, OPUS_SET_BITRATE(24000));
  opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(1));
  opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(20));
  opus_encoder_ctl(encoder, OPUS_SET_BANDWIDTH(OPUS_BANDWIDTH_WIDEBAND));
  for (int packet = 0; packet < count; packet++) {
    int16_t pcm[FRAMES];
    for (int i = 0; i < FRAMES; i++) pcm[i] = (int16_t)((packet * FRAMES + i) * 211 % 16001 - 8000);
    const opus_int32 size = opus_encode(encoder, pcm, FRAMES, packets[packet].bytes, LONGEST_PACKET);
    packets[packet].size = size > 0 ? (size_t)size : 0;
  }
  opus_encoder_destroy(encoder);
}

#endif
