/* Opus packets as the pages of an Ogg stream, one each. What is said in them, and which of them arrive, is not known
 * here. */
#ifndef RUNNER_PAGES_H
#define RUNNER_PAGES_H

#include "voice.h"

enum { PAGES_BYTES = VOICE_DELTA_BYTES + 128 };

/* The two pages with which a stream of one channel begins. Returns their size. */
size_t pages_begin(unsigned char bytes[PAGES_BYTES]);
/* The page of a packet, of which `number` came before it in the stream, and which ends at `end_frame`, at 48 kHz.
 * Returns its size. */
size_t pages_wrap(unsigned char bytes[PAGES_BYTES], const unsigned char *packet, size_t size, int64_t number,
                  int64_t end_frame);

#endif
