/* The audio that servers send; see material.h. */
#include "material.h"

#include <math.h>
#include <opus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct packet packets[PACKET_COUNT];
unsigned char ogg_bytes[64 * 1024];
size_t ogg_size;

static void encode_packets(void) {
  int error = 0;
  OpusEncoder *encoder = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &error);
  if (encoder == NULL) {
    fprintf(stderr, "rtmulti-drive: Opus cannot encode: %s\n", opus_strerror(error));
    exit(2);
  }
  opus_encoder_ctl(encoder, OPUS_SET_BITRATE(24000));
  opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(1));
  opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(20));
  for (int i = 0; i < PACKET_COUNT; i++) {
    int16_t pcm[PACKET_FRAMES];
    for (int j = 0; j < PACKET_FRAMES; j++) {
      const double t = (i * PACKET_FRAMES + j) / 48000.0;
      pcm[j] = (int16_t)(6000 * sin(6.283185 * (180 + 40 * sin(3 * t)) * t) + 2000 * sin(6.283185 * 1300 * t));
    }
    const int size = opus_encode(encoder, pcm, PACKET_FRAMES, packets[i].bytes, sizeof packets[i].bytes);
    if (size <= 0) {
      fprintf(stderr, "rtmulti-drive: Opus cannot encode: %s\n", opus_strerror(size));
      exit(2);
    }
    packets[i].size = (size_t)size;
  }
  opus_encoder_destroy(encoder);
}

/* ---- Ogg, as RFC 3533 and RFC 7845 have it ---- */

static uint32_t page_sum(const unsigned char *bytes, size_t size) {
  uint32_t sum = 0;
  for (size_t i = 0; i < size; i++) {
    sum ^= (uint32_t)bytes[i] << 24;
    for (int bit = 0; bit < 8; bit++) sum = sum & 0x80000000u ? sum << 1 ^ 0x04c11db7u : sum << 1;
  }
  return sum;
}

static void put(unsigned char *at, uint64_t value, int size) {
  for (int i = 0; i < size; i++) at[i] = (unsigned char)(value >> (8 * i));
}

/* One page of `count` packets that are each shorter than 255 * 4 bytes. */
static void add_page(int flags, uint64_t granule, uint32_t number, const struct packet *list, int count) {
  unsigned char *page = ogg_bytes + ogg_size;
  memset(page, 0, 27);
  memcpy(page, "OggS", 4);
  page[5] = (unsigned char)flags;
  put(page + 6, granule, 8);
  put(page + 14, 0x64726976, 4);
  put(page + 18, number, 4);
  int laces = 0;
  for (int i = 0; i < count; i++) {
    size_t left = list[i].size;
    for (; left >= 255; left -= 255) page[27 + laces++] = 255;
    page[27 + laces++] = (unsigned char)left;
  }
  page[26] = (unsigned char)laces;
  size_t size = 27 + (size_t)laces;
  for (int i = 0; i < count; i++) {
    memcpy(page + size, list[i].bytes, list[i].size);
    size += list[i].size;
  }
  put(page + 22, page_sum(page, size), 4);
  ogg_size += size;
}

static void write_pages(void) {
  struct packet head = {.size = 19}, tags = {.size = 8 + 4 + 5 + 4};
  memcpy(head.bytes, "OpusHead\1\1", 10);
  put(head.bytes + 10, 312, 2);
  put(head.bytes + 12, 48000, 4);
  memcpy(tags.bytes, "OpusTags", 8);
  put(tags.bytes + 8, 5, 4);
  memcpy(tags.bytes + 12, "drive", 5);
  add_page(2, 0, 0, &head, 1);
  add_page(0, 0, 1, &tags, 1);
  uint32_t number = 2;
  for (int i = 0; i < PACKET_COUNT; i += 4, number++)
    add_page(i + 4 == PACKET_COUNT ? 4 : 0, (uint64_t)(i + 4) * PACKET_FRAMES, number, packets + i, 4);
}

int64_t ogg_frames(int64_t bytes) {
  int64_t frames = 0;
  for (int64_t at = 0; at + 27 <= bytes && at < (int64_t)ogg_size;) {
    const int laces = ogg_bytes[at + 26];
    int64_t end = at + 27 + laces, granule = 0;
    for (int i = 0; i < laces; i++) end += ogg_bytes[at + 27 + i];
    for (int i = 0; i < 8; i++) granule |= (int64_t)ogg_bytes[at + 6 + i] << (8 * i);
    if (end <= bytes && granule > 312) frames = granule - 312;
    at = end;
  }
  return frames;
}

void material_make(void) {
  encode_packets();
  write_pages();
}

/* ---- G.711 ---- */

static int ulaw_sample(uint8_t code) {
  const int inverted = ~code & 0xff;
  const int magnitude = ((((inverted & 15) << 3) + 132) << (inverted >> 4 & 7)) - 132;
  return inverted & 0x80 ? -magnitude : magnitude;
}

static int alaw_sample(uint8_t code) {
  const int even = code ^ 0x55, segment = even >> 4 & 7;
  int magnitude = ((even & 15) << 4) + 8;
  if (segment > 0) magnitude = (magnitude + 256) << (segment - 1);
  return even & 0x80 ? magnitude : -magnitude;
}

int16_t code_sample(enum material material, uint8_t code) {
  return (int16_t)(material == MATERIAL_ULAW ? ulaw_sample(code) : alaw_sample(code));
}

const char *material_name(enum material material) {
  static const char *const names[MATERIAL_COUNT] = {"pcm16", "ulaw", "alaw", "opus", "numbered opus", "ogg"};
  return names[material];
}
