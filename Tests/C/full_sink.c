/* Does a sink that is full lose nothing? It takes nothing, then less than it is offered, then fails: each
 * sample has to reach it once, in order, and the accounts have to be those of a sink that was never full. */
#include <rtmulti.h>
#include <stdint.h>
#include <string.h>

#include "check.h"

enum { FRAMES = 12000, FRAMES_PER_DELTA = 480, CAPACITY_MAX = 1000 };

/* A sink that takes what its pattern says, and keeps it. */
struct narrow_sink {
  int32_t next; /* what it takes of the next write; negative: it fails */
  uint32_t offers;
  size_t taken;
  int16_t kept[FRAMES];
  uint64_t segment;
  int flushes;
  rtmulti_outcome outcome;
};

static int16_t sample_at(size_t frame) { return (int16_t)((int)(frame * 37 % 20011) - 10000); }

static int32_t write_narrow(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  struct narrow_sink *sink = (struct narrow_sink *)user_data;
  sink->segment = segment;
  sink->offers += 1;
  if (sink->next < 0) return sink->next;
  size_t taken = (size_t)sink->next < frames ? (size_t)sink->next : frames;
  if (taken > FRAMES - sink->taken) taken = FRAMES - sink->taken;
  memcpy(sink->kept + sink->taken, pcm, taken * sizeof *pcm);
  sink->taken += taken;
  return (int32_t)taken;
}

static int32_t flush_narrow(void *user_data, uint64_t segment) {
  (void)segment;
  ((struct narrow_sink *)user_data)->flushes += 1;
  return 0;
}

static int32_t on_event(void *user_data, const rtmulti_event *event) {
  if (event->kind == RTMULTI_EVENT_MESSAGE) ((struct narrow_sink *)user_data)->outcome = event->outcome;
  return 0;
}

static rtmulti_session *plug(struct narrow_sink *narrow) {
  rtmulti_config config;
  rtmulti_sink sink;
  rtmulti_handlers handlers;
  rtmulti_session *session = NULL;
  memset(narrow, 0, sizeof *narrow);
  rtmulti_config_init(&config, sizeof config);
  config.write_ahead_ms = RTMULTI_UNLIMITED;
  config.estimate = 0;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(&config, &session));
  rtmulti_sink_init(&sink, sizeof sink);
  sink.write = write_narrow;
  sink.flush = flush_narrow;
  sink.user_data = narrow;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, &sink));
  rtmulti_handlers_init(&handlers, sizeof handlers);
  handlers.on_event = on_event;
  handlers.user_data = narrow;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_handlers(session, &handlers));
  return session;
}

/* Says the whole message in deltas of 20 ms; the sink may stop each of these calls by failing. */
static void say_message(rtmulti_session *session) {
  int problems = 0;
  problems += rtmulti_session_response_created(session, "r1", 2, 0, NULL, 0) != RTMULTI_OK;
  problems += rtmulti_session_item_added(session, "r1", 2, "A", 1, -1, RTMULTI_ITEM_MESSAGE) != RTMULTI_OK;
  for (size_t start = 0; start < FRAMES; start += FRAMES_PER_DELTA) {
    unsigned char bytes[FRAMES_PER_DELTA * 2];
    for (size_t i = 0; i < FRAMES_PER_DELTA; i++) {
      const uint16_t sample = (uint16_t)sample_at(start + i);
      bytes[2 * i] = (unsigned char)(sample & 0xffu);
      bytes[2 * i + 1] = (unsigned char)(sample >> 8);
    }
    const rtmulti_result result = rtmulti_session_audio(session, "r1", 2, "A", 1, -1, bytes, sizeof bytes);
    problems += result != RTMULTI_OK && result != -7;
  }
  problems += rtmulti_session_item_done(session, "A", 1) < RTMULTI_OK;
  problems += rtmulti_session_response_done(session, "r1", 2, RTMULTI_STATUS_COMPLETED, NULL, 0) < RTMULTI_OK;
  CHECK_EQUAL(0, problems);
}

static void check_samples(const struct narrow_sink *narrow) {
  size_t wrong = 0;
  for (size_t i = 0; i < narrow->taken; i++) wrong += narrow->kept[i] != sample_at(i);
  CHECK_EQUAL(FRAMES, narrow->taken);
  CHECK(wrong == 0);
}

static void check_end_of_message(rtmulti_session *session, const struct narrow_sink *narrow) {
  CHECK_EQUAL(1, narrow->flushes);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(session, narrow->segment, FRAMES, 0));
  CHECK_EQUAL(RTMULTI_OUTCOME_FULL, narrow->outcome);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
}

/* The sink takes what this pattern says, one number for each offer; sink_ready asks for the next. */
static void check_pattern(const int32_t *pattern, size_t count) {
  struct narrow_sink narrow;
  rtmulti_session *session = plug(&narrow);
  say_message(session);
  CHECK_EQUAL(0, narrow.taken);
  CHECK_EQUAL(0, narrow.flushes);
  for (size_t i = 0; i < 100000 && narrow.taken < FRAMES; i++) {
    narrow.next = pattern[i % count];
    const rtmulti_result result = rtmulti_session_sink_ready(session);
    if (result < 0 && result != narrow.next) break;
  }
  check_samples(&narrow);
  check_end_of_message(session, &narrow);
}

/* A report is as good as sink_ready: what was played has made room. */
static void check_reports_make_room(void) {
  struct narrow_sink narrow;
  rtmulti_session *session = plug(&narrow);
  say_message(session);
  narrow.next = CAPACITY_MAX;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_sink_ready(session));
  int64_t played = 0;
  for (int i = 0; i < 1000 && narrow.taken < FRAMES; i++) {
    played = (int64_t)narrow.taken;
    if (rtmulti_session_playback_progress(session, narrow.segment, played) != RTMULTI_OK) break;
  }
  check_samples(&narrow);
  check_end_of_message(session, &narrow);
}

/* While it is full it is left alone: more audio does not make it less full. */
static void check_left_alone(void) {
  struct narrow_sink narrow;
  rtmulti_session *session = plug(&narrow);
  say_message(session);
  CHECK_EQUAL(1, narrow.offers);
  narrow.next = FRAMES;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_sink_ready(session));
  check_samples(&narrow);
  check_end_of_message(session, &narrow);
}

int main(void) {
  static const int32_t small_bites[] = {0, 1, 7, 160, 0, 0, 479, 480, 481};
  static const int32_t failing[] = {-7, 100, -7, -7, 0, CAPACITY_MAX};
  check_pattern(small_bites, sizeof small_bites / sizeof small_bites[0]);
  check_pattern(failing, sizeof failing / sizeof failing[0]);
  check_reports_make_room();
  check_left_alone();
  return check_end("full_sink");
}
