/* The host's clock steps back: nothing changes by it, neither a position, nor a deadline, nor what is told. A scenario
 * cannot say this, for its time only goes forward (rule C7). */
#include "conversation.h"

enum { MS = 1000 };

/* One message of 1000 ms, of which the sink has said that it started. */
static void begin(struct conversation *conversation) {
  rtmulti_config config = plain_config();
  config.estimate = 1;
  converse(conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(conversation->session, 5000 * MS));
  CHECK_EQUAL(RTMULTI_OK, say_response(conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(conversation, "r1", "A", 1000 * FRAMES_PER_MS));
  CHECK_EQUAL(RTMULTI_OK, say_item_done(conversation, "A"));
  CHECK_EQUAL(RTMULTI_OK, say_response_done(conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_started(conversation->session, conversation->segment, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(conversation->session, 5400 * MS));
}

static long long heard_ms(const struct conversation *conversation) {
  rtmulti_position position = {.struct_size = sizeof position};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_position(conversation->session, TEXT("A"), -1, &position));
  return position.heard_ms;
}

static void check_position_and_deadline(void) {
  static const int64_t back_us[] = {5399 * MS, 5000 * MS, 0, -1, INT64_MIN};
  struct conversation conversation;
  begin(&conversation);
  int64_t deadline_us = 0;
  CHECK_EQUAL(400, heard_ms(&conversation));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_next_deadline(conversation.session, &deadline_us));
  CHECK(deadline_us > 5400 * MS);
  for (size_t i = 0; i < sizeof back_us / sizeof back_us[0]; i++) {
    int64_t after_us = 0;
    CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_advance(conversation.session, back_us[i]));
    CHECK_EQUAL(400, heard_ms(&conversation));
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_next_deadline(conversation.session, &after_us));
    CHECK_EQUAL(deadline_us, after_us);
  }
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(conversation.session, 5500 * MS));
  CHECK_EQUAL(500, heard_ms(&conversation));
  part(&conversation);
}

/* The sink never answers the clear: its time runs out when the clock has come to it, not by a step back and forth. */
static void check_clear_timeout(void) {
  struct conversation conversation;
  begin(&conversation);
  CHECK_EQUAL(RTMULTI_OK,
              rtmulti_session_interrupt(conversation.session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_advance(conversation.session, 100 * MS));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(conversation.session, 5899 * MS));
  CHECK_EQUAL(0, conversation.settled);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(conversation.session, 5901 * MS));
  CHECK_EQUAL(1, conversation.settled);
  CHECK_EQUAL(RTMULTI_OUTCOME_PARTIAL, conversation.outcome);
  CHECK_EQUAL(400, heard_ms(&conversation));
  part(&conversation);
}

/* At the end of time what never happened is still long ago, and deadlines fit behind now. */
static void check_end_of_time(int is_heard_by_server) {
  static const char speech_started[] = "{\"type\":\"input_audio_buffer.speech_started\"}";
  struct conversation conversation;
  rtmulti_config config = plain_config();
  config.server |= RTMULTI_SERVER_INTERRUPTS;
  converse(&conversation, &config);
  rtmulti_session *session = conversation.session;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(session, INT64_MAX));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_clear_timeout(session, UINT32_MAX));
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 100 * FRAMES_PER_MS));
  if (is_heard_by_server) {
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_receive_json(session, speech_started, sizeof speech_started - 1));
  } else {
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER));
  }
  CHECK_EQUAL(0, conversation.commands[RTMULTI_COMMAND_CANCEL]);
  for (int i = 0; i < 2; i++) {
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_pause(session));
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_resume(session));
  }
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_close(session));
  part(&conversation);
}

int main(void) {
  check_position_and_deadline();
  check_end_of_time(0);
  check_end_of_time(1);
  check_clear_timeout();
  return check_end("clock");
}
