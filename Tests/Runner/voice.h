/* The model's voice: bytes of audio in every codec of the page, that are not silent and cost little. How
 * they are cut into deltas and what they are worth to the server is traffic.c's business. */
#ifndef RUNNER_VOICE_H
#define RUNNER_VOICE_H

#include "scenario.h"

/* Enough for a second of PCM16 at 48 kHz, and for the largest Opus packet. */
enum { VOICE_DELTA_BYTES = 96000 };

struct voice {
  rtmulti_codec codec;
  uint32_t rate_hz; /* of PCM16, G.711 or the Opus encoder */
  void *encoder;    /* OpusEncoder, made when it is first needed */
  uint32_t phase;
  bool is_paged; /* Opus: comes as an Ogg stream */
};

void voice_start(struct voice *voice, const struct scenario_config *config);
void voice_end(struct voice *voice);
/* The format as the library wants it. */
rtmulti_format voice_format(const struct voice *voice);
/* Frames of `ms` milliseconds, rounded down. */
int64_t voice_frames(const struct voice *voice, int64_t ms);
/* Speaks `frames` frames (at most a second, with Opus a packet) into `bytes` and returns how many bytes that took, 0
 * on failure. */
size_t voice_speak(struct voice *voice, int64_t frames, unsigned char bytes[VOICE_DELTA_BYTES]);
/* Fills `size` bytes with a pattern: the `bytes=N` of an audio line. */
void voice_fill(unsigned char *bytes, size_t size);
/* Makes a packet that cannot be parsed, as a damaged one arrives. Returns its size. */
size_t voice_damage(unsigned char bytes[VOICE_DELTA_BYTES]);
/* The length of an Opus packet in frames at 48 kHz, or `otherwise` if it cannot be parsed. */
int64_t voice_packet_frames(const unsigned char *bytes, size_t size, int64_t otherwise);

#endif
