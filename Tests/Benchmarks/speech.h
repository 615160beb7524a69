/* Real speech as raw Opus packets: those of the demo's fixtures, taken out of their Ogg pages. It reads files
 * that this repository made, so it knows only as much of Ogg as those need. */
#ifndef SPEECH_H
#define SPEECH_H

#include "measure.h"

enum { MAXIMUM_PACKETS = 1024, PACKET_MS = 20 };

struct packet {
  const uint8_t *bytes;
  size_t size;
};

struct speech {
  struct packet packets[MAXIMUM_PACKETS];
  int count;
};

/* The whole file; it lives as long as the program. */
static inline uint8_t *read_whole_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  require(file != NULL, "a fixture is missing; the argument is the folder Tests/Fixtures");
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  uint8_t *bytes = malloc(*size);
  require(bytes != NULL && fread(bytes, 1, *size, file) == *size, "a fixture could not be read");
  fclose(file);
  return bytes;
}

/* Adds the packets of one Ogg Opus file. A page is 27 bytes, a table of segment sizes, and the segments; a
 * segment shorter than 255 bytes ends its packet. */
static inline void add_packets(struct speech *speech, const char *path) {
  enum { HEADER_BYTES = 27, HEADER_PACKETS = 2 };
  size_t size;
  uint8_t *bytes = read_whole_file(path, &size);
  int found = 0;
  for (size_t page = 0; page + HEADER_BYTES <= size;) {
    require(memcmp(bytes + page, "OggS", 4) == 0, "a fixture is no Ogg file");
    const int segments = bytes[page + 26];
    const uint8_t *sizes = bytes + page + HEADER_BYTES;
    size_t start = page + HEADER_BYTES + (size_t)segments, end = start;
    for (int i = 0; i < segments; i++) {
      end += sizes[i];
      if (sizes[i] == 255) continue;
      require(end <= size && speech->count < MAXIMUM_PACKETS, "a fixture is longer than this program expects");
      /* The first two packets describe the stream. */
      if (found++ >= HEADER_PACKETS)
        speech->packets[speech->count++] = (struct packet){bytes + start, end - start};
      start = end;
    }
    require(start == end, "a fixture has a packet on two pages, which this program does not read");
    page = end;
  }
}

/* All that is said in the demo, one sentence after the other. */
static inline void load_speech(struct speech *speech, const char *fixtures) {
  static const char *const files[] = {"speech-a.opus", "speech-b.opus", "speech-c.opus"};
  memset(speech, 0, sizeof *speech);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", fixtures, files[i]);
    add_packets(speech, path);
  }
  require(speech->count > 100, "the fixtures hold less than two seconds of speech");
}

#endif
