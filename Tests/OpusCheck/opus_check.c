/* Plays streams of libopus' own tools through librtmulti and compares: build/rtmulti-opus-check FILE.bit... A .bit
 * file, as opus_demo writes and reads it, is a row of packets, each behind its length and the encoder's final range,
 * 32 bits each, the highest byte first; a length of 0 is a packet that was lost.
 *
 * For each file it prints how many packets there were, in how many the samples differ from those of a direct decode,
 * and in how many the direct decode does not end where the encoder did. Exit status 0 when there are none of either,
 * 1 when there are, 2 when something could not be read or understood.
 *
 * usage: rtmulti-opus-check FILE.bit... [--rate HZ] [--channels N]      (48000 and 2) */
#include <opus/opus.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rtmulti.h"

enum { LONGEST_PACKET_BYTES = 1 << 20, LONGEST_PACKET_FRAMES = 5760, USUAL_PACKET_FRAMES = 960 };

/* What the session wrote since the last packet, and how much in all. */
struct written {
  int16_t samples[2 * LONGEST_PACKET_FRAMES];
  size_t frames;
  uint32_t channels;
  uint64_t segment;
  int64_t total_frames;
};

struct outcome {
  unsigned long packets, differing, wrong_ranges;
};

static int32_t on_write(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  struct written *written = user_data;
  const size_t room = LONGEST_PACKET_FRAMES - written->frames;
  const size_t kept = frames < room ? frames : room;
  memcpy(written->samples + written->frames * written->channels, pcm, kept * written->channels * sizeof *pcm);
  written->frames += frames;
  written->total_frames += frames;
  written->segment = segment;
  return (int32_t)frames;
}

/* A session in which one message has begun, or NULL. */
static rtmulti_session *open_session(struct written *written, uint32_t rate_hz) {
  rtmulti_session *session = NULL;
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.write_ahead_ms = RTMULTI_UNLIMITED;
  config.max_response_ms = UINT32_MAX;
  if (rtmulti_session_create(&config, &session) != RTMULTI_OK) return NULL;
  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  format.codec = RTMULTI_CODEC_OPUS;
  format.sample_rate_hz = 48000;
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.sample_rate_hz = rate_hz;
  sink.channels = written->channels;
  sink.write = on_write;
  sink.user_data = written;
  if (rtmulti_session_set_format(session, &format) == RTMULTI_OK &&
      rtmulti_session_set_sink(session, &sink) == RTMULTI_OK &&
      rtmulti_session_response_created(session, "r", 1, 0, NULL, 0) == RTMULTI_OK)
    return session;
  rtmulti_session_destroy(session);
  return NULL;
}

/* One packet through both. A lost one lasts as long as the one before it. */
static bool play_packet(rtmulti_session *session, OpusDecoder *decoder, struct written *written, uint32_t rate_hz,
                        const unsigned char *bytes, size_t size, int *frames) {
  static const unsigned char unplayable[] = {0x03, 0x00}; /* framing code 3 with no frames (RFC 6716 3.4) */
  static int16_t expected[2 * LONGEST_PACKET_FRAMES];
  const int lasts = opus_packet_get_nb_samples(bytes, (opus_int32)size, (opus_int32)rate_hz);
  const bool is_lost = size == 0 || lasts <= 0;
  if (!is_lost) *frames = lasts;
  const int decoded = opus_decode(decoder, is_lost ? NULL : bytes, is_lost ? 0 : (opus_int32)size, expected,
                                  is_lost ? *frames : LONGEST_PACKET_FRAMES, 0);
  written->frames = 0;
  const rtmulti_result result = is_lost
                                    ? rtmulti_session_audio(session, "r", 1, "A", 1, 0, unplayable, sizeof unplayable)
                                    : rtmulti_session_audio(session, "r", 1, "A", 1, 0, bytes, size);
  rtmulti_session_playback_progress(session, written->segment, written->total_frames, RTMULTI_NOW);
  return result == RTMULTI_OK && decoded == *frames && written->frames == (size_t)decoded &&
         memcmp(expected, written->samples, written->frames * written->channels * sizeof *expected) == 0;
}

static uint32_t big_endian(const unsigned char bytes[4]) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Returns what is wrong with the file, or NULL. */
static const char *play_file(FILE *file, rtmulti_session *session, OpusDecoder *decoder, struct written *written,
                             uint32_t rate_hz, struct outcome *outcome) {
  static unsigned char bytes[LONGEST_PACKET_BYTES];
  unsigned char head[8];
  int frames = (int)(USUAL_PACKET_FRAMES * (int64_t)rate_hz / 48000);
  for (;;) {
    const size_t head_size = fread(head, 1, sizeof head, file);
    if (head_size == 0) return ferror(file) ? "it could not be read" : NULL;
    const uint32_t size = head_size == sizeof head ? big_endian(head) : 0;
    if (head_size != sizeof head || size > sizeof bytes || fread(bytes, 1, size, file) != size)
      return "it is no .bit file, or its end is missing";
    const bool is_equal = play_packet(session, decoder, written, rate_hz, bytes, size, &frames);
    opus_uint32 range = 0;
    opus_decoder_ctl(decoder, OPUS_GET_FINAL_RANGE(&range));
    outcome->packets += 1;
    if (!is_equal) outcome->differing += 1;
    if (size > 0 && range != big_endian(head + 4)) outcome->wrong_ranges += 1;
  }
}

static int check_file(const char *path, uint32_t rate_hz, uint32_t channels) {
  static struct written written;
  memset(&written, 0, sizeof written);
  written.channels = channels;
  int problem = OPUS_OK;
  struct outcome outcome = {0, 0, 0};
  const char *complaint = "there is not enough memory for it";
  FILE *file = fopen(path, "rb");
  rtmulti_session *session = open_session(&written, rate_hz);
  OpusDecoder *decoder = opus_decoder_create((opus_int32)rate_hz, (int)channels, &problem);
  if (file == NULL) {
    complaint = "it could not be opened";
  } else if (session != NULL && decoder != NULL) {
    complaint = play_file(file, session, decoder, &written, rate_hz, &outcome);
  }
  if (file != NULL) fclose(file);
  if (decoder != NULL) opus_decoder_destroy(decoder);
  rtmulti_session_destroy(session);
  if (complaint != NULL) {
    fprintf(stderr, "%s: %s.\n", path, complaint);
    return 2;
  }
  printf("%s: %lu packets, %lu differ, %lu end at another final range\n", path, outcome.packets, outcome.differing,
         outcome.wrong_ranges);
  return outcome.differing + outcome.wrong_ranges == 0 ? 0 : 1;
}

static int usage(void) {
  fputs("usage: rtmulti-opus-check FILE.bit... [--rate 8000|12000|16000|24000|48000] [--channels 1|2]\n", stderr);
  return 2;
}

int main(int argc, char **argv) {
  static const uint32_t rates_hz[] = {8000, 12000, 16000, 24000, 48000};
  uint32_t rate_hz = 48000, channels = 2;
  int files = 0, status = 0;
  for (int i = 1; i < argc; i++) {
    const bool is_rate = strcmp(argv[i], "--rate") == 0;
    if (!is_rate && strcmp(argv[i], "--channels") != 0) {
      argv[files++] = argv[i];
    } else if (i + 1 == argc) {
      return usage();
    } else {
      *(is_rate ? &rate_hz : &channels) = (uint32_t)strtoul(argv[++i], NULL, 10);
    }
  }
  bool is_known = false;
  for (size_t i = 0; i < sizeof rates_hz / sizeof *rates_hz; i++) is_known |= rates_hz[i] == rate_hz;
  if (!is_known || channels < 1 || channels > 2 || files == 0 || argv[0][0] == '-') return usage();
  for (int i = 0; i < files; i++) {
    const int found = check_file(argv[i], rate_hz, channels);
    if (found > status) status = found;
  }
  return status;
}
