/* The audio that servers send: samples that say of themselves whose they are and where they belong, codes of G.711,
 * packets of Opus, and an Ogg stream. Made once, before the first conversation; nobody changes it. */
#ifndef DRIVE_MATERIAL_H
#define DRIVE_MATERIAL_H

#include <rtmulti.h>
#include <stddef.h>
#include <stdint.h>

enum material {
  MATERIAL_PCM16,
  MATERIAL_ULAW,
  MATERIAL_ALAW,
  MATERIAL_OPUS,    /* one packet in each call */
  MATERIAL_PACKETS, /* the same with numbers, some of them lost, late or twice */
  MATERIAL_OGG,
  MATERIAL_COUNT
};

enum { PACKET_COUNT = 64, PACKET_MS = 20, PACKET_FRAMES = 960 };

struct packet {
  size_t size;
  unsigned char bytes[400];
};

extern struct packet packets[PACKET_COUNT];
/* All packets as one stream, a few of them in each page. */
extern unsigned char ogg_bytes[64 * 1024];
extern size_t ogg_size;

/* How many frames the first bytes of the stream hold, whole pages alone. */
int64_t ogg_frames(int64_t bytes);

/* Ends the process with a sentence when Opus cannot encode. */
void material_make(void);

/* The sample at `index` of the part with this number: which part it is, and where in it. */
static inline int16_t pcm_sample(uint32_t part, int64_t index) {
  return (int16_t)(uint16_t)((part & 15) << 12 | (uint32_t)(index & 0xfff));
}
static inline uint8_t code_at(uint32_t part, int64_t index) {
  return (uint8_t)((uint32_t)index * 7 + part * 31 + (uint32_t)(index >> 8) * 13);
}
/* What a code sounds like, as the tables of G.711 have it. */
int16_t code_sample(enum material material, uint8_t code);

/* For printing. */
const char *material_name(enum material material);

#endif
