/* Does everything that a caller can get wrong come back as an answer, and leave the session as it was? NULL in
 * every place, wrong struct sizes, unknown ids, sizes that cannot be, calls after close. */
#include "conversation.h"

/* An error that says that the argument was wrong. */
#define CHECK_INVALID(call) CHECK_EQUAL(RTMULTI_ERROR_INVALID, (call))

/* ---- NULL in the place of the session ---- */

static void check_null_session(void) {
  rtmulti_session *none = NULL;
  rtmulti_effect effect = {.struct_size = sizeof effect};
  rtmulti_message message = {.struct_size = sizeof message};
  rtmulti_position position = {.struct_size = sizeof position};
  rtmulti_segment segment = {.struct_size = sizeof segment};
  rtmulti_format format;
  rtmulti_sink sink;
  rtmulti_handlers handlers;
  const char *text = NULL;
  size_t size = 0;
  int64_t deadline_us = 0;
  rtmulti_format_init(&format, sizeof format);
  rtmulti_sink_init(&sink, sizeof sink);
  rtmulti_handlers_init(&handlers, sizeof handlers);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(none)); /* as free(NULL) */
  CHECK_INVALID(rtmulti_session_set_format(none, &format));
  CHECK_INVALID(rtmulti_session_set_sink(none, &sink));
  CHECK_INVALID(rtmulti_session_set_handlers(none, &handlers));
  CHECK_INVALID(rtmulti_session_poll(none, &effect));
  CHECK_INVALID(rtmulti_session_poll_accept(none, 0));
  CHECK_INVALID(rtmulti_session_playback_started(none, 1, RTMULTI_NOW));
  CHECK_INVALID(rtmulti_session_playback_progress(none, 1, 1, RTMULTI_NOW));
  CHECK_INVALID(rtmulti_session_playback_finished(none, 1, 1, 0, RTMULTI_NOW));
  CHECK_INVALID(rtmulti_session_playback_mark(none, TEXT("mark"), RTMULTI_NOW));
  CHECK_INVALID(rtmulti_session_sink_ready(none));
  CHECK_INVALID(rtmulti_session_expect_response(none, TEXT("T")));
  CHECK_INVALID(rtmulti_session_expect_out_of_band(none, TEXT("T")));
  CHECK_INVALID(rtmulti_session_unexpect_response(none, TEXT("T")));
  CHECK_INVALID(rtmulti_session_response_created(none, TEXT("r1"), 0, NULL, 0));
  CHECK_INVALID(rtmulti_session_response_done(none, TEXT("r1"), RTMULTI_STATUS_COMPLETED, NULL, 0));
  CHECK_INVALID(rtmulti_session_item_added(none, TEXT("r1"), TEXT("A"), -1, RTMULTI_ITEM_MESSAGE));
  CHECK_INVALID(rtmulti_session_part_added(none, TEXT("r1"), TEXT("A"), 0, RTMULTI_PART_AUDIO, NULL));
  CHECK_INVALID(rtmulti_session_audio(none, TEXT("r1"), TEXT("A"), -1, "", 0));
  CHECK_INVALID(rtmulti_session_text(none, TEXT("r1"), TEXT("A"), -1, TEXT("x"), -1, -1));
  CHECK_INVALID(rtmulti_session_part_done(none, TEXT("A"), 0));
  CHECK_INVALID(rtmulti_session_item_deleted(none, TEXT("A")));
  CHECK_INVALID(rtmulti_session_part_truncated(none, TEXT("A"), 0, 1));
  CHECK_INVALID(rtmulti_session_output_buffer(none, TEXT("r1"), RTMULTI_BUFFER_STARTED));
  CHECK_INVALID(rtmulti_session_item_done(none, TEXT("A")));
  CHECK_INVALID(rtmulti_session_function_call(none, TEXT("r1"), TEXT("A"), NULL, 0, NULL, 0, NULL, 0));
  CHECK_INVALID(rtmulti_session_command_rejected(none, TEXT("e"), NULL, 0, NULL, 0));
  CHECK_INVALID(rtmulti_session_receive_json(none, TEXT("{}")));
  CHECK_INVALID(rtmulti_session_set_phase(none, TEXT("A"), TEXT("commentary")));
  CHECK_INVALID(rtmulti_session_reconnect(none));
  CHECK_INVALID(rtmulti_session_interrupt(none, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER));
  CHECK_INVALID(rtmulti_session_pause(none));
  CHECK_INVALID(rtmulti_session_resume(none));
  CHECK_INVALID(rtmulti_session_text_delivered(none, TEXT("A")));
  CHECK_INVALID(rtmulti_session_close(none));
  CHECK_INVALID(rtmulti_session_advance(none, 1));
  CHECK_INVALID(rtmulti_session_next_deadline(none, &deadline_us));
  CHECK_INVALID(rtmulti_session_position(none, TEXT("A"), 0, &position));
  CHECK_INVALID(rtmulti_session_segment(none, 1, &segment));
  CHECK_INVALID(rtmulti_session_message(none, TEXT("A"), &message));
  CHECK_INVALID(rtmulti_session_generated_text(none, TEXT("A"), &text, &size));
  CHECK_INVALID(rtmulti_session_heard_text(none, TEXT("A"), &text, &size));
  CHECK_INVALID(rtmulti_session_history_count(none, &size));
  CHECK_INVALID(rtmulti_session_history_at(none, 0, &message));
  CHECK(rtmulti_session_last_error(none) != NULL);
}

/* ---- NULL and senseless values elsewhere ---- */

static void check_null_arguments(struct conversation *conversation) {
  rtmulti_session *session = conversation->session;
  const char *text = NULL;
  size_t size = 0;
  CHECK_INVALID(rtmulti_session_create(NULL, NULL));
  CHECK_INVALID(rtmulti_session_set_format(session, NULL));
  CHECK_INVALID(rtmulti_session_playback_mark(session, NULL, 0, RTMULTI_NOW));
  CHECK_INVALID(rtmulti_session_expect_response(session, TEXT("")));
  CHECK_INVALID(rtmulti_session_expect_out_of_band(session, NULL, 0));
  CHECK_INVALID(rtmulti_session_unexpect_response(session, TEXT("")));
  CHECK_INVALID(rtmulti_session_response_created(session, NULL, 0, 0, NULL, 0));
  CHECK_INVALID(rtmulti_session_item_added(session, TEXT("r1"), NULL, 0, -1, RTMULTI_ITEM_MESSAGE));
  CHECK_INVALID(rtmulti_session_part_added(session, TEXT("r1"), NULL, 0, 0, RTMULTI_PART_AUDIO, NULL));
  CHECK_INVALID(rtmulti_session_audio(session, TEXT("r1"), NULL, 0, -1, "ab", 2));
  CHECK_INVALID(rtmulti_session_audio(session, TEXT("r1"), TEXT("A"), -1, NULL, 2));
  CHECK_INVALID(rtmulti_session_text(session, TEXT("r1"), NULL, 0, -1, TEXT("x"), -1, -1));
  CHECK_INVALID(rtmulti_session_text(session, TEXT("r1"), TEXT("A"), -1, NULL, 0, -1, -1));
  CHECK_INVALID(rtmulti_session_part_done(session, NULL, 0, 0));
  CHECK_INVALID(rtmulti_session_item_deleted(session, NULL, 0));
  CHECK_INVALID(rtmulti_session_part_truncated(session, NULL, 0, 0, 1));
  CHECK_INVALID(rtmulti_session_output_buffer(session, TEXT("r1"), 0));
  CHECK_INVALID(rtmulti_session_output_buffer(session, TEXT("r1"), 4));
  CHECK_INVALID(rtmulti_session_item_done(session, NULL, 0));
  CHECK_INVALID(rtmulti_session_function_call(session, TEXT("r1"), NULL, 0, NULL, 0, NULL, 0, NULL, 0));
  CHECK_INVALID(rtmulti_session_text_delivered(session, NULL, 0));
  CHECK_INVALID(rtmulti_session_receive_json(session, NULL, 0));
  CHECK_INVALID(rtmulti_session_set_phase(session, NULL, 0, TEXT("commentary")));
  CHECK_INVALID(rtmulti_session_next_deadline(session, NULL));
  CHECK_INVALID(rtmulti_session_position(session, TEXT("A"), 0, NULL));
  CHECK_INVALID(rtmulti_session_segment(session, 1, NULL));
  CHECK_INVALID(rtmulti_session_message(session, TEXT("A"), NULL));
  CHECK_INVALID(rtmulti_session_generated_text(session, TEXT("A"), NULL, &size));
  CHECK_INVALID(rtmulti_session_generated_text(session, TEXT("A"), &text, NULL));
  CHECK_INVALID(rtmulti_session_heard_text(session, TEXT("A"), NULL, NULL));
  CHECK_EQUAL(0, rtmulti_mark_name(1, 1, NULL, 100));
  CHECK(strlen(rtmulti_session_last_error(session)) > 0);
}

static void check_senseless_values(struct conversation *conversation) {
  rtmulti_session *session = conversation->session;
  rtmulti_format format;
  char mark[64];
  CHECK_INVALID(rtmulti_session_item_added(session, TEXT("r1"), TEXT("X"), -1, 0));
  CHECK_INVALID(rtmulti_session_item_added(session, TEXT("r1"), TEXT("X"), -1, 99));
  CHECK_INVALID(rtmulti_session_part_added(session, TEXT("r1"), TEXT("A"), 0, 99, NULL));
  CHECK_INVALID(rtmulti_session_part_added(session, TEXT("r1"), TEXT("A"), 65536, RTMULTI_PART_AUDIO, NULL));
  CHECK_INVALID(
      rtmulti_session_part_added(session, TEXT("r1"), TEXT("A"), INT32_MIN, RTMULTI_PART_AUDIO, NULL));
  CHECK_INVALID(rtmulti_session_response_done(session, TEXT("r1"), 99, NULL, 0));
  CHECK_INVALID(rtmulti_session_interrupt(session, NULL, 0, 0));
  CHECK_INVALID(rtmulti_session_interrupt(session, NULL, 0, 99));
  rtmulti_format_init(&format, sizeof format);
  format.codec = 99;
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, rtmulti_session_set_format(session, &format));
  rtmulti_format_init(&format, sizeof format);
  format.sample_rate_hz = 12345;
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, rtmulti_session_set_format(session, &format));
  rtmulti_format_init(&format, sizeof format);
  format.channels = 3;
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, rtmulti_session_set_format(session, &format));
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED,
              rtmulti_session_part_added(session, TEXT("r1"), TEXT("A"), 7, RTMULTI_PART_AUDIO, &format));
  CHECK_EQUAL(0, rtmulti_mark_name(UINT32_MAX, INT64_MAX, mark, 4));
  const size_t size = rtmulti_mark_name(UINT32_MAX, INT64_MAX, mark, 41);
  CHECK(rtmulti_mark_name(UINT64_MAX, INT64_MIN, mark, sizeof mark) < sizeof mark);
  CHECK(rtmulti_mark_name(UINT32_MAX, INT64_MAX, mark, 41) == size);
  CHECK(size > 0 && size <= 40 && mark[size] == '\0' && strlen(mark) == size);
}

/* Texts that are no event: each is refused whole, and the session goes on. */
static void check_broken_json(struct conversation *conversation) {
  static const char *const broken[] = {
      "",
      " ",
      "{",
      "}",
      "[]",
      "null",
      "\"response.created\"",
      "{\"type\":}",
      "{\"type\":\"response.created\"",
      "{\"type\":\"response.created\"} {}",
      "{\"type\":\"\xff\"}",
      "{\"type\":\"response.created\"}",
  };
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    const rtmulti_result result = rtmulti_session_receive_json(conversation->session, TEXT(broken[i]));
    if (!CHECK_EQUAL(RTMULTI_ERROR_INVALID, result)) printf("  for %s\n", broken[i]);
  }
  CHECK_EQUAL(RTMULTI_IGNORED,
              rtmulti_session_receive_json(conversation->session, TEXT("{\"type\":\"unheard.of\"}")));
}

/* ---- strings whose size cannot be, or whose bytes are no text ---- */

static void check_strings(struct conversation *conversation) {
  rtmulti_session *session = conversation->session;
  static const char broken[] = "\xff\xfe\xc3\x28\xed\xa0\x80";
  /* A size that no memory has is refused before anything is read. */
  CHECK_INVALID(rtmulti_session_item_done(session, "A", SIZE_MAX / 2));
  CHECK_INVALID(rtmulti_session_text(session, TEXT("r1"), TEXT("A"), -1, "x", SIZE_MAX - 1, -1, -1));
  CHECK_EQUAL(RTMULTI_OK, say_text(conversation, "r1", "A", "x"));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_TEXT,
              rtmulti_session_text(session, TEXT("r1"), TEXT("A"), -1, "x", SIZE_MAX / 2, -1, -1));
  CHECK_INVALID(rtmulti_session_response_created(session, "r9", SIZE_MAX - 1, 0, NULL, 0));
  CHECK(rtmulti_session_receive_json(session, "{}", SIZE_MAX - 1) < 0);
  CHECK(rtmulti_session_audio(session, TEXT("r1"), TEXT("A"), -1, "ab", SIZE_MAX - 1) < 0);
  /* Bytes that are no UTF-8 do no harm, wherever they come. */
  CHECK(rtmulti_session_response_created(session, TEXT(broken), 0, TEXT(broken)) > -100);
  CHECK(rtmulti_session_item_added(session, TEXT(broken), TEXT(broken), -1, RTMULTI_ITEM_MESSAGE) > -100);
  CHECK(rtmulti_session_text(session, TEXT(broken), TEXT(broken), -1, TEXT(broken), -1, -1) > -100);
  CHECK(rtmulti_session_text(session, TEXT("r1"), TEXT("A"), -1, TEXT(broken), -1, -1) > -100);
  CHECK(rtmulti_session_text(session, TEXT("r1"), TEXT("A"), -1, TEXT("x"), INT64_MIN, INT64_MAX) > -100);
  CHECK(rtmulti_session_text(session, TEXT("r1"), TEXT("A"), -1, TEXT("x"), 500, 400) > -100);
  CHECK(rtmulti_session_function_call(session, TEXT("r1"), TEXT("F"), TEXT(broken), TEXT(broken),
                                      TEXT(broken)) > -100);
  CHECK(rtmulti_session_command_rejected(session, NULL, 0, NULL, 0, NULL, 0) > -100);
  CHECK(rtmulti_session_command_rejected(session, TEXT(broken), TEXT(broken), TEXT(broken)) > -100);
  CHECK(rtmulti_session_playback_mark(session, TEXT(broken), RTMULTI_NOW) > -100);
  CHECK(rtmulti_session_interrupt(session, TEXT(broken), RTMULTI_INTERRUPTED_BY_HOST) > -100);
}

/* ---- ids that nobody knows ---- */

static void check_unknown_ids(struct conversation *conversation) {
  rtmulti_session *session = conversation->session;
  rtmulti_position position = {.struct_size = sizeof position};
  rtmulti_message message = {.struct_size = sizeof message};
  rtmulti_segment segment = {.struct_size = sizeof segment};
  const char *text = NULL;
  size_t size = 0;
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_position(session, TEXT("nobody"), 0, &position));
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_position(session, TEXT("A"), 55, &position));
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_message(session, TEXT("nobody"), &message));
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_generated_text(session, TEXT("nobody"), &text, &size));
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_heard_text(session, TEXT("nobody"), &text, &size));
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_history_at(session, SIZE_MAX, &message));
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_segment(session, UINT64_MAX, &segment));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_playback_started(session, UINT64_MAX, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_playback_progress(session, 0, INT64_MAX, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_playback_finished(session, UINT64_MAX, INT64_MAX, 7, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_playback_mark(session, TEXT("not one of ours"), RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_IGNORED,
              rtmulti_session_interrupt(session, TEXT("nobody"), RTMULTI_INTERRUPTED_BY_LISTENER));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_text_delivered(session, TEXT("nobody")));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_set_phase(session, TEXT("nobody"), TEXT("commentary")));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_resume(session));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_response_created(session, TEXT("r1"), 0, NULL, 0));
  CHECK_EQUAL(RTMULTI_IGNORED,
              rtmulti_session_item_added(session, TEXT("r1"), TEXT("A"), -1, RTMULTI_ITEM_MESSAGE));
}

/* Positions that no sink can have: they are limited to what was written, or ignored. */
static void check_wild_reports(struct conversation *conversation) {
  rtmulti_session *session = conversation->session;
  rtmulti_position position = {.struct_size = sizeof position};
  const uint64_t segment = conversation->segment;
  CHECK(rtmulti_session_playback_progress(session, segment, INT64_MIN, RTMULTI_NOW) > -100);
  CHECK(rtmulti_session_playback_progress(session, segment, -1, RTMULTI_NOW) > -100);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_position(session, TEXT("A"), 0, &position));
  CHECK_EQUAL(0, position.heard_frames);
  CHECK(rtmulti_session_playback_progress(session, segment, INT64_MAX, RTMULTI_NOW) > -100);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_position(session, TEXT("A"), 0, &position));
  CHECK(position.heard_frames >= 0 && position.heard_frames <= position.received_frames);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(session, INT64_MAX / 2));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_advance(session, INT64_MIN));
  CHECK(rtmulti_session_advance(session, INT64_MAX) > -100);
}

/* ---- after close ---- */

static void check_after_close(struct conversation *conversation) {
  rtmulti_session *session = conversation->session;
  rtmulti_message message = {.struct_size = sizeof message};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_progress(session, conversation->segment, FRAMES_PER_MS, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_close(session));
  CHECK_EQUAL(RTMULTI_ERROR_CLOSED, rtmulti_session_close(session));
  CHECK_EQUAL(RTMULTI_ERROR_CLOSED, say_response(conversation, "r2"));
  CHECK_EQUAL(RTMULTI_ERROR_CLOSED, say_item(conversation, "r1", "B"));
  CHECK_EQUAL(RTMULTI_ERROR_CLOSED, say_audio(conversation, "r1", "A", 10));
  CHECK_EQUAL(RTMULTI_ERROR_CLOSED, rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST));
  CHECK_EQUAL(RTMULTI_ERROR_CLOSED, rtmulti_session_pause(session));
  CHECK_EQUAL(RTMULTI_ERROR_CLOSED, rtmulti_session_reconnect(session));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_playback_progress(session, conversation->segment, 1, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_playback_finished(session, conversation->segment, 1, 0, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_message(session, TEXT("A"), &message));
  CHECK_EQUAL(RTMULTI_OUTCOME_PARTIAL, message.outcome);
  CHECK_EQUAL(1, conversation->settled);
  size_t count = 0;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_history_count(session, &count));
  CHECK_EQUAL(1, count);
  CHECK_INVALID(rtmulti_session_history_count(session, NULL));
  CHECK_INVALID(rtmulti_session_history_at(session, 0, NULL));
}

/* ---- sinks that cannot be ---- */

static void check_senseless_sinks(void) {
  rtmulti_session *session = NULL;
  rtmulti_sink sink;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &session));
  rtmulti_sink_init(&sink, sizeof sink);
  CHECK_INVALID(rtmulti_session_set_sink(session, &sink)); /* by callback, `write` must not be NULL */
  sink.write = host_write;
  sink.sample_rate_hz = 7999;
  CHECK(rtmulti_session_set_sink(session, &sink) < 0);
  sink.sample_rate_hz = 48001;
  CHECK(rtmulti_session_set_sink(session, &sink) < 0);
  sink.sample_rate_hz = 24000;
  sink.channels = 0;
  CHECK(rtmulti_session_set_sink(session, &sink) < 0);
  sink.channels = 3;
  CHECK(rtmulti_session_set_sink(session, &sink) < 0);
  sink.channels = 1;
  sink.output_latency_ms = 5001;
  CHECK(rtmulti_session_set_sink(session, &sink) < 0);
  sink.output_latency_ms = 5000;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, &sink));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, NULL));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_handlers(session, NULL));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
}

enum { MANY = 10000 };

static void check_many_sessions(void) {
  int created = 0;
  for (int i = 0; i < MANY; i++) {
    rtmulti_session *session = NULL;
    if (rtmulti_session_create(NULL, &session) != RTMULTI_OK) break;
    created += rtmulti_session_destroy(session) == RTMULTI_OK;
  }
  CHECK_EQUAL(MANY, created);
}

int main(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  check_null_session();
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 100 * FRAMES_PER_MS));
  check_null_arguments(&conversation);
  check_senseless_values(&conversation);
  check_broken_json(&conversation);
  check_unknown_ids(&conversation);
  check_wild_reports(&conversation);
  check_strings(&conversation);
  part(&conversation);

  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 100 * FRAMES_PER_MS));
  check_after_close(&conversation);
  part(&conversation);

  check_senseless_sinks();
  check_many_sessions();
  return check_end("misuse");
}
