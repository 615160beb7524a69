/* Callbacks that fail (rule E10): a write is offered again after 10, 20, 40 ... 1000 ms, and at once after a report, never
 * twice without time passing; what another callback was called for counts as delivered; each kind of failure is told
 * once. */
#include "conversation.h"

enum { MS = 1000, SECOND_FRAMES = 24000 };

/* A sink that fails as long as it is told to, and counts how often it was asked. */
struct broken_sink {
  struct conversation conversation;
  int fails;
  int asked;
};

static int32_t fail_writes(struct conversation *conversation, const rtmulti_effect *effect) {
  struct broken_sink *sink = (struct broken_sink *)conversation;
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  sink->asked += 1;
  return sink->fails ? -7 : 0;
}

/* A second of audio waits at a sink that fails. */
static void begin(struct broken_sink *sink, rtmulti_driver driver) {
  const rtmulti_config config = plain_config();
  rtmulti_sink traits = plain_sink();
  traits.driver = driver;
  memset(sink, 0, sizeof *sink);
  converse_as(&sink->conversation, &config, NULL, traits);
  sink->conversation.inside = fail_writes;
  sink->fails = 1;
  rtmulti_session_advance(sink->conversation.session, 0);
  say_response(&sink->conversation, "r1");
  say_audio(&sink->conversation, "r1", "A", SECOND_FRAMES);
}

/* Time passes from deadline to deadline, and is looked at where nothing is announced. */
static void pass(struct broken_sink *sink, int64_t from_us, int64_t to_us) {
  rtmulti_session *session = sink->conversation.session;
  for (int64_t now_us = from_us; now_us < to_us;) {
    int64_t deadline_us = 0;
    if (rtmulti_session_next_deadline(session, &deadline_us) != RTMULTI_OK || deadline_us > to_us) deadline_us = to_us;
    now_us = deadline_us > now_us ? deadline_us : now_us + 1;
    rtmulti_session_advance(session, now_us);
  }
}

static int64_t received_ms(const struct broken_sink *sink, int64_t *heard_ms) {
  rtmulti_position position = {.struct_size = sizeof position};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_position(sink->conversation.session, TEXT("A"), 0, &position));
  *heard_ms = position.heard_ms;
  return position.received_ms;
}

/* 10 + 20 + 40 + ... + 640 = 1270 ms, then once a second. */
static void writes_wait_longer_each_time(rtmulti_driver driver) {
  struct broken_sink sink;
  int64_t heard_ms = 0;
  begin(&sink, driver);
  pass(&sink, 0, 9 * MS);
  CHECK_EQUAL(1, sink.asked);
  pass(&sink, 9 * MS, 10 * MS);
  CHECK_EQUAL(2, sink.asked);
  pass(&sink, 10 * MS, 70 * MS);
  CHECK_EQUAL(4, sink.asked);
  pass(&sink, 70 * MS, 1270 * MS);
  CHECK_EQUAL(8, sink.asked);
  pass(&sink, 1270 * MS, 11270 * MS);
  CHECK_EQUAL(18, sink.asked);
  CHECK_EQUAL(1, sink.conversation.diagnostics[RTMULTI_DIAGNOSTIC_CALLBACK_FAILED]);
  CHECK_EQUAL(1000, received_ms(&sink, &heard_ms));
  CHECK_EQUAL(0, heard_ms);

  sink.fails = 0;
  pass(&sink, 11270 * MS, 14000 * MS);
  CHECK_EQUAL(SECOND_FRAMES, sink.conversation.frames);
  part(&sink.conversation);
}

/* A sink that reports is asked at once, but never twice in one moment. */
static void a_report_brings_the_write_back(void) {
  struct broken_sink sink;
  begin(&sink, RTMULTI_DRIVER_REPORTED);
  rtmulti_session *session = sink.conversation.session;
  for (int i = 0; i < 100; i++) rtmulti_session_sink_ready(session);
  CHECK_EQUAL(1, sink.asked);
  rtmulti_session_advance(session, 2 * MS);
  CHECK_EQUAL(2, sink.asked);
  rtmulti_session_advance(session, 3 * MS);
  CHECK_EQUAL(2, sink.asked);
  sink.fails = 0;
  rtmulti_session_sink_ready(session);
  CHECK(sink.asked > 2);
  CHECK_EQUAL(SECOND_FRAMES, sink.conversation.frames);
  part(&sink.conversation);
}

static int32_t fail_events(struct conversation *conversation, const rtmulti_effect *effect) {
  (void)conversation;
  return effect->kind == RTMULTI_EFFECT_EVENT ? -1 : 0;
}

/* What waits behind an event whose callback fails comes with the next call; the failure is told once. */
static void others_count_as_delivered(void) {
  struct conversation conversation;
  const rtmulti_config config = plain_config();
  converse(&conversation, &config);
  conversation.inside = fail_events;
  say_response(&conversation, "r1");
  say_audio(&conversation, "r1", "A", 2400);
  say_response_done(&conversation, "r1");
  rtmulti_session_playback_started(conversation.session, conversation.segment, RTMULTI_NOW);
  rtmulti_session_playback_finished(conversation.session, conversation.segment, 2400, 0, RTMULTI_NOW);
  for (int i = 0; i < 10; i++) rtmulti_session_sink_ready(conversation.session);
  CHECK_EQUAL(1, conversation.settled);
  CHECK_EQUAL(RTMULTI_OUTCOME_FULL, conversation.outcome);
  CHECK_EQUAL(1, conversation.diagnostics[RTMULTI_DIAGNOSTIC_CALLBACK_FAILED]);
  part(&conversation);
}

int main(void) {
  writes_wait_longer_each_time(RTMULTI_DRIVER_REPORTED);
  writes_wait_longer_each_time(RTMULTI_DRIVER_PACED);
  a_report_brings_the_write_back();
  others_count_as_delivered();
  return check_end("failing_callbacks");
}
