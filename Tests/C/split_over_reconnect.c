/* A sample of the host's own audio that is split over a reconnect, through each door: local audio does not end with a line
 * (rules A11, F8), so its halves are joined (rule H5) and every sample behind them is the one that was sent. */
#include "check.h"

#include <rtmulti.h>
#include <string.h>

enum { SAMPLES = 2400, BYTES = SAMPLES * 2 };
enum door { TYPED, JSON, BASE64, DOORS };

#define ALL RTMULTI_NUL_TERMINATED

static int16_t said[SAMPLES], heard[SAMPLES];
static size_t written;

static int32_t on_write(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  (void)user_data, (void)segment;
  if (written + frames <= SAMPLES) memcpy(heard + written, pcm, frames * sizeof *pcm);
  written += frames;
  return (int32_t)frames;
}

static void encode(const uint8_t *bytes, size_t size, char *text) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < size; i += 3) {
    const size_t count = size - i < 3 ? size - i : 3;
    uint32_t three = 0;
    for (size_t j = 0; j < 3; j++) three = three << 8 | (j < count ? bytes[i + j] : 0);
    for (size_t j = 0; j < 4; j++) *text++ = j <= count ? letters[three >> (18 - 6 * j) & 63] : '=';
  }
  *text = 0;
}

static rtmulti_result send(rtmulti_session *session, enum door door, size_t from, size_t to) {
  static char base64[BYTES * 2], event[BYTES * 2 + 256];
  const uint8_t *bytes = (const uint8_t *)said + from;
  if (door == TYPED) return rtmulti_session_audio(session, "own", ALL, "A", ALL, 0, bytes, to - from);
  encode(bytes, to - from, base64);
  if (door == BASE64) return rtmulti_session_audio_base64(session, "own", ALL, "A", ALL, 0, base64, ALL, NULL, 0);
  snprintf(event, sizeof event,
           "{\"type\":\"response.output_audio.delta\",\"response_id\":\"own\",\"item_id\":\"A\",\"content_index\":0,"
           "\"delta\":\"%s\"}", base64);
  return rtmulti_session_receive_json(session, event, ALL);
}

static void check_split(enum door first, enum door second, size_t at) {
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.write_ahead_ms = RTMULTI_UNLIMITED;
  rtmulti_session *session;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(&config, &session));
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.write = on_write;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, &sink));
  written = 0;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_response_created(session, "own", ALL, RTMULTI_RESPONSE_LOCAL, NULL, 0));
  CHECK_EQUAL(RTMULTI_OK,
              rtmulti_session_item_added(session, "own", ALL, "A", ALL, -1, RTMULTI_ITEM_MESSAGE));
  CHECK_EQUAL(RTMULTI_OK, send(session, first, 0, at));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_reconnect(session));
  CHECK_EQUAL(RTMULTI_OK, send(session, second, at, BYTES));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_item_done(session, "A", ALL));
  CHECK_EQUAL(SAMPLES, written);
  CHECK(memcmp(said, heard, sizeof said) == 0);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
}

int main(void) {
  for (int i = 0; i < SAMPLES; i++) said[i] = (int16_t)(i * 7 + 1);
  for (int first = 0; first < DOORS; first++)
    for (int second = 0; second < DOORS; second++)
      for (size_t at = 1199; at <= 1204; at++) check_split((enum door)first, (enum door)second, at);
  return check_end("split_over_reconnect");
}
