/* Does build/rtmulti-opus-check tell a stream that plays as its encoder meant it from one that does not? It is run on
 * streams made here, and its exit status is what counts. */
#define _DEFAULT_SOURCE /* mkstemp, truncate */
#include <opus/opus.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { PACKETS = 50, FRAMES = 960 };

static void write_number(FILE *file, uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) fputc((int)(number >> shift & 0xff), file);
}

/* A stereo stream in which one packet is lost and `wrong_at` bears another final range. */
static void write_stream(FILE *file, int wrong_at) {
  int problem = OPUS_OK;
  OpusEncoder *encoder = opus_encoder_create(48000, 2, OPUS_APPLICATION_AUDIO, &problem);
  for (int packet = 0; packet < PACKETS; packet++) {
    int16_t pcm[2 * FRAMES];
    for (int i = 0; i < 2 * FRAMES; i++) pcm[i] = (int16_t)((packet * 2 * FRAMES + i) * 211 % 16001 - 8000);
    /* SILK, hybrid and CELT. */
    opus_encoder_ctl(encoder, OPUS_SET_BITRATE(packet < 17 ? 12000 : packet < 34 ? 40000 : 128000));
    unsigned char bytes[4000];
    const opus_int32 size = opus_encode(encoder, pcm, FRAMES, bytes, sizeof bytes);
    opus_uint32 range = 0;
    opus_encoder_ctl(encoder, OPUS_GET_FINAL_RANGE(&range));
    /* The last one: what is behind a loss cannot end where the encoder did. */
    const int is_lost = packet == PACKETS - 1;
    write_number(file, is_lost ? 0 : (uint32_t)size);
    write_number(file, packet == wrong_at ? range + 1 : range);
    if (!is_lost) fwrite(bytes, 1, (size_t)size, file);
  }
  opus_encoder_destroy(encoder);
}

static int exit_status(const char *arguments, const char *path) {
  char command[512];
  snprintf(command, sizeof command, "build/rtmulti-opus-check %s %s >%s.out 2>&1", arguments, path, path);
  const int status = system(command);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void check_output(const char *path, const char *wanted) {
  char out[128] = {0}, line[512] = {0};
  snprintf(out, sizeof out, "%s.out", path);
  FILE *file = fopen(out, "r");
  CHECK(file != NULL && fgets(line, sizeof line, file) != NULL && strstr(line, wanted) != NULL);
  if (file != NULL) fclose(file);
  remove(out);
}

int main(void) {
  char path[] = "build/opus_check_XXXXXX";
  const int descriptor = mkstemp(path);
  FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
  if (!CHECK(file != NULL)) return check_end("opus_check");
  write_stream(file, -1);
  const long whole = ftell(file);
  fclose(file);
  CHECK_EQUAL(0, exit_status("", path));
  check_output(path, "50 packets, 0 differ, 0 end at another final range");
  CHECK_EQUAL(0, exit_status("--rate 8000 --channels 1", path));
  CHECK_EQUAL(0, exit_status("--rate 24000", path));
  CHECK_EQUAL(2, exit_status("--rate 44100", path));
  CHECK_EQUAL(2, exit_status("--rate", path));
  CHECK_EQUAL(2, exit_status("build/no-such-file.bit", path));

  file = fopen(path, "wb");
  write_stream(file, 20);
  fclose(file);
  CHECK_EQUAL(1, exit_status("", path));
  check_output(path, "50 packets, 0 differ, 1 end at another final range");

  CHECK(truncate(path, whole / 2) == 0);
  CHECK_EQUAL(2, exit_status("", path));
  char out[128];
  snprintf(out, sizeof out, "%s.out", path);
  remove(out);
  remove(path);
  return check_end("opus_check");
}
