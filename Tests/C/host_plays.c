/* A host that plays by itself is handed the right to play, and no sample (rule E11). What a scenario can say of it stands
 * in Tests/Scenarios; here is what it cannot: a host that takes a segment later, the other sinks, and what waits where. */
#include "conversation.h"

static rtmulti_sink host_sink(void) {
  rtmulti_sink sink = plain_sink();
  sink.driver = RTMULTI_DRIVER_HOST;
  return sink;
}

/* Whether what it was written was what it may play, and nothing to play. */
static int32_t no_samples(struct conversation *conversation, const rtmulti_effect *effect) {
  (void)conversation;
  if (effect->kind == RTMULTI_EFFECT_WRITE) CHECK(effect->pcm == NULL);
  return 0;
}

static rtmulti_session *begin(struct conversation *conversation, rtmulti_sink sink) {
  const rtmulti_config config = plain_config();
  converse_as(conversation, &config, NULL, sink);
  conversation->inside = no_samples;
  CHECK_EQUAL(RTMULTI_OK, say_response(conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(conversation, "r1", "A"));
  return conversation->session;
}

static int64_t queued_bytes(const rtmulti_session *session) {
  rtmulti_stats stats;
  rtmulti_stats_init(&stats, sizeof stats);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_stats(session, &stats));
  return (int64_t)stats.queued_bytes;
}

/* It takes nothing of A before it begins to play it: an interrupt before that is none of its business. */
static void check_taken_later(void) {
  struct conversation conversation;
  rtmulti_session *session = begin(&conversation, host_sink());
  conversation.room = 0;
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 24000));
  CHECK_EQUAL(1, conversation.calls[RTMULTI_EFFECT_WRITE]);
  CHECK_EQUAL(0, queued_bytes(session));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST));
  CHECK_EQUAL(0, conversation.calls[RTMULTI_EFFECT_CLEAR]);
  CHECK_EQUAL(1, conversation.settled);
  CHECK_EQUAL(RTMULTI_OUTCOME_SKIPPED, conversation.outcome);
  CHECK_EQUAL(1, conversation.commands[RTMULTI_COMMAND_DELETE]);
  part(&conversation);

  session = begin(&conversation, host_sink());
  conversation.room = 0;
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 24000));
  conversation.room = UINT32_MAX;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_sink_ready(session));
  CHECK_EQUAL(24000, conversation.frames);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST));
  CHECK_EQUAL(1, conversation.calls[RTMULTI_EFFECT_CLEAR]);
  CHECK_EQUAL(0, conversation.settled);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(session, conversation.segment, 12000, 1, RTMULTI_NOW));
  CHECK_EQUAL(1, conversation.settled);
  CHECK_EQUAL(RTMULTI_OUTCOME_PARTIAL, conversation.outcome);
  CHECK_EQUAL(1, conversation.commands[RTMULTI_COMMAND_TRUNCATE]);
  part(&conversation);
}

/* A host without a callback takes everything at once. */
static void check_without_write(void) {
  struct conversation conversation;
  rtmulti_session *session = begin(&conversation, plain_sink());
  rtmulti_sink sink = host_sink();
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, &sink));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 24000));
  CHECK_EQUAL(RTMULTI_OK, say_item_done(&conversation, "A"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_progress(session, 1, 24000, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(session, 1, 24000, 0, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OUTCOME_FULL, conversation.outcome);
  part(&conversation);
}

/* What was waiting for another sink is the host's; what only the host has, no other sink can have. */
static void check_other_sink(void) {
  struct conversation conversation;
  rtmulti_session *session = begin(&conversation, plain_sink());
  conversation.inside = NULL;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, NULL));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 24000));
  CHECK_EQUAL(48000, queued_bytes(session));
  rtmulti_sink host = host_sink();
  host_fill_sink(&conversation.host, &host);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, &host));
  CHECK_EQUAL(0, queued_bytes(session));
  CHECK_EQUAL(24000, conversation.frames);

  rtmulti_sink other = plain_sink();
  host_fill_sink(&conversation.host, &other);
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, rtmulti_session_set_sink(session, &other));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, NULL));
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, rtmulti_session_set_sink(session, &other));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, &host));
  CHECK_EQUAL(48000, conversation.frames);
  CHECK_EQUAL(RTMULTI_OK, say_item_done(&conversation, "A"));
  CHECK_EQUAL(RTMULTI_OK, say_response_done(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(session, conversation.segment, 24000, 0, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OUTCOME_FULL, conversation.outcome);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, &other));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
}

int main(void) {
  check_taken_later();
  check_without_write();
  check_other_sink();
  return check_end("host_plays");
}
