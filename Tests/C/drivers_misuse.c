/* What of the playout drivers can be used wrongly: sinks that make no sense, pulls that nobody expects, numbers out of
 * range, and the sink of an older header. Each answers clearly, and changes nothing. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "conversation.h"
#include "pulled.h"

static rtmulti_sink paced_sink(void) {
  rtmulti_sink sink = plain_sink();
  sink.driver = RTMULTI_DRIVER_PACED;
  return sink;
}

static void send_message(struct conversation *conversation, uint32_t ms) {
  CHECK_EQUAL(RTMULTI_OK, say_response(conversation, "r"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(conversation, "r", "A", ms * FRAMES_PER_MS));
}

/* Fields out of their range: INVALID, and the sink that is there stays. */
static void check_sinks_that_make_no_sense(void) {
  struct conversation conversation;
  converse_as(&conversation, NULL, NULL, paced_sink());
  rtmulti_session *session = conversation.session;
  rtmulti_sink good = paced_sink();
  host_fill_sink(&conversation.host, &good);
  const struct {
    size_t offset;
    uint32_t value;
  } wrong[] = {
      {offsetof(rtmulti_sink, frame_ms), 0},
      {offsetof(rtmulti_sink, frame_ms), 9},
      {offsetof(rtmulti_sink, frame_ms), 61},
      {offsetof(rtmulti_sink, frame_ms), UINT32_MAX},
      {offsetof(rtmulti_sink, lead_ms), 19},
      {offsetof(rtmulti_sink, lead_ms), 5001},
      {offsetof(rtmulti_sink, lead_ms), UINT32_MAX},
      {offsetof(rtmulti_sink, prebuffer_ms), 2001},
      {offsetof(rtmulti_sink, max_prebuffer_ms), 2001},
      {offsetof(rtmulti_sink, fade_us), 20001},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    rtmulti_sink sink = good;
    memcpy((char *)&sink + wrong[i].offset, &wrong[i].value, sizeof wrong[i].value);
    CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_set_sink(session, &sink));
    CHECK(strlen(rtmulti_session_last_error(session)) > 0);
  }
  send_message(&conversation, 200);
  CHECK_EQUAL(100 * FRAMES_PER_MS, conversation.frames);
  part(&conversation);
}

/* Pulls where nothing is to be pulled give silence, and what is no session or no buffer gives 0. */
static void check_pulls_that_nobody_expects(void) {
  int16_t buffer[480];
  float floats[480];
  memset(buffer, 1, sizeof buffer), memset(floats, 1, sizeof floats);
  CHECK_EQUAL(0, rtmulti_device_pull(NULL, buffer, 480, 1, 0));
  CHECK_EQUAL(0, rtmulti_device_pull_f32(NULL, floats, 480, 1, 0));
  for (int i = 0; i < 480; i++) CHECK(buffer[i] == 0 && floats[i] == 0);
  rtmulti_session *session;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &session));

  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));

  struct conversation conversation;
  rtmulti_sink sink = plain_sink();
  sink.driver = RTMULTI_DRIVER_PULLED;
  converse_as(&conversation, NULL, NULL, sink);
  session = conversation.session;
  rtmulti_device *device = device_of(session);
  CHECK_EQUAL(0, rtmulti_device_pull(device, buffer, 480, 1, UINT32_MAX));
  send_message(&conversation, 100);
  CHECK_EQUAL(0, rtmulti_device_pull(device, buffer, 0, 1, 0));
  CHECK_EQUAL(480, rtmulti_device_pull(device, buffer, 480, 1, 0));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_close(session));
  CHECK_EQUAL(0, rtmulti_device_pull(device, buffer, 480, 1, 0));
  CHECK_EQUAL(RTMULTI_ERROR_CLOSED, rtmulti_session_set_sink(session, &sink));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, NULL));
  CHECK_EQUAL(0, rtmulti_device_pull(device, buffer, 480, 1, 0));
  rtmulti_device_release(device);
  part(&conversation);
}

static void check_numbers(void) {
  rtmulti_session *session;
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.step_back_ms = 10001;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_create(&config, &session));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &session));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_playback_queued(NULL, 0, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_playback_queued(session, -1, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_playback_queued(session, 0, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
  struct conversation conversation;
  converse_as(&conversation, NULL, NULL, paced_sink());
  session = conversation.session;
  send_message(&conversation, 200);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_queued(session, INT64_MAX, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_queued(session, 50 * 24, RTMULTI_NOW));

  rtmulti_stats stats;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_stats(NULL, &stats));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_stats(session, NULL));
  stats.struct_size = 4;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_stats(session, &stats));
  stats.struct_size = offsetof(rtmulti_stats, first_frame_us);
  stats.first_frame_us = 77;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_stats(session, &stats));
  CHECK_EQUAL(1, stats.responses_heard);
  CHECK_EQUAL(77, stats.first_frame_us);
  stats.struct_size = sizeof stats;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_stats(session, &stats));
  /* 50 ms were played, and writes of 20 ms fit 90 ms beyond that. */
  CHECK_EQUAL(90, stats.written_ahead_ms);
  CHECK_EQUAL(60, stats.queued_ms);
  part(&conversation);
}

int main(void) {
  check_sinks_that_make_no_sense();
  check_pulls_that_nobody_expects();
  check_numbers();
  return check_end("drivers_misuse");
}
