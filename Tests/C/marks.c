/* Does a sink that answers in marks (telephony, rule E6) keep true accounts? A mark that came back is a
 * position, marks of a clear are none, and those of an old sink are nobody's. The scenario format has no line
 * for marks. */
#include "conversation.h"

enum { MARK_BYTES = 41, LENGTH_MS = 500 };

/* Hands back the mark that lies behind `ms` of a segment. */
static rtmulti_result give_mark(struct conversation *conversation, uint64_t segment, int64_t ms) {
  char name[MARK_BYTES];
  const size_t size = rtmulti_mark_name(segment, ms * FRAMES_PER_MS, name, sizeof name);
  CHECK(size > 0);
  return rtmulti_session_playback_mark(conversation->session, name, size, RTMULTI_NOW);
}

static int64_t heard_ms(struct conversation *conversation, const char *item) {
  rtmulti_position position = {.struct_size = sizeof position};
  const rtmulti_result result = rtmulti_session_position(conversation->session, TEXT(item), 0, &position);
  return result == RTMULTI_OK ? position.heard_ms : -1;
}

/* A message of half a second that was said whole, and lies in the sink. */
static void say_message(struct conversation *conversation) {
  const rtmulti_config config = plain_config();
  converse(conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(conversation, "r1", "A", LENGTH_MS * FRAMES_PER_MS));
  CHECK_EQUAL(RTMULTI_OK, say_item_done(conversation, "A"));
  CHECK_EQUAL(RTMULTI_OK, say_response_done(conversation, "r1"));
}

static void check_positions(void) {
  struct conversation conversation;
  say_message(&conversation);
  const uint64_t segment = conversation.segment;
  CHECK_EQUAL(RTMULTI_OK, give_mark(&conversation, segment, 100));
  CHECK_EQUAL(100, heard_ms(&conversation, "A"));
  CHECK_EQUAL(RTMULTI_OK, give_mark(&conversation, segment, 300));
  CHECK_EQUAL(300, heard_ms(&conversation, "A"));
  /* Late and foreign marks are counted and ignored. */
  CHECK_EQUAL(RTMULTI_IGNORED, give_mark(&conversation, segment, 200));
  CHECK_EQUAL(RTMULTI_IGNORED, give_mark(&conversation, segment + 1000, 400));
  CHECK_EQUAL(300, heard_ms(&conversation, "A"));
  CHECK_EQUAL(0, conversation.settled);
  /* The one at the end of a flushed segment finishes it. */
  CHECK_EQUAL(RTMULTI_OK, give_mark(&conversation, segment, LENGTH_MS));
  CHECK_EQUAL(RTMULTI_OUTCOME_FULL, conversation.outcome);
  CHECK_EQUAL(1, conversation.settled);
  part(&conversation);
}

/* The far end returns all marks at once when it is cleared: none of them was heard. */
static void check_marks_of_a_clear(void) {
  struct conversation conversation;
  say_message(&conversation);
  const uint64_t segment = conversation.segment;
  CHECK_EQUAL(RTMULTI_OK, give_mark(&conversation, segment, 100));
  CHECK_EQUAL(RTMULTI_OK,
              rtmulti_session_interrupt(conversation.session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER));
  CHECK_EQUAL(1, conversation.calls[RTMULTI_EFFECT_CLEAR]);
  CHECK_EQUAL(RTMULTI_IGNORED, give_mark(&conversation, segment, 300));
  CHECK_EQUAL(RTMULTI_IGNORED, give_mark(&conversation, segment, LENGTH_MS));
  CHECK_EQUAL(0, conversation.settled);
  /* The answer to the clear knows of no frames; what the marks acknowledged is kept. */
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(conversation.session, segment, 0, 1, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OUTCOME_PARTIAL, conversation.outcome);
  CHECK_EQUAL(100, heard_ms(&conversation, "A"));
  CHECK_EQUAL(1, conversation.settled);
  part(&conversation);
}

/* A new stream is a new sink: it plays the rest, and marks of the old one mean nothing. */
static void check_marks_of_an_old_sink(void) {
  struct conversation conversation;
  rtmulti_sink sink = plain_sink();
  say_message(&conversation);
  const uint64_t old_segment = conversation.segment;
  CHECK_EQUAL(RTMULTI_OK, give_mark(&conversation, old_segment, 100));
  host_fill_sink(&conversation.host, &sink);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(conversation.session, &sink));
  CHECK_EQUAL(0, conversation.host.releases); /* it is the new sink's, too (law 3) */
  CHECK(conversation.segment != old_segment);
  CHECK_EQUAL(RTMULTI_IGNORED, give_mark(&conversation, old_segment, LENGTH_MS));
  CHECK_EQUAL(100, heard_ms(&conversation, "A"));
  CHECK_EQUAL(RTMULTI_OK, give_mark(&conversation, conversation.segment, LENGTH_MS - 100));
  CHECK_EQUAL(RTMULTI_OUTCOME_FULL, conversation.outcome);
  CHECK_EQUAL(LENGTH_MS, heard_ms(&conversation, "A"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(conversation.session));
  CHECK_EQUAL(3, conversation.host.releases);
}

int main(void) {
  check_positions();
  check_marks_of_a_clear();
  check_marks_of_an_old_sink();
  return check_end("marks");
}
