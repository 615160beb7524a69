/* An event that is handed over twice counts once (rule A12): same type, same non-empty event id, same content, among
 * the last 8 events of the connection. A scenario has no event ids. */
#include "conversation.h"

#include <stdio.h>

static const char created[] = "{\"type\":\"response.created\",\"event_id\":\"e0\",\"response\":{\"id\":\"r1\"}}";

static rtmulti_result hear(struct conversation *conversation, const char *json) {
  return rtmulti_session_receive_json(conversation->session, TEXT(json));
}

/* 20 ms of PCM16 at 24 kHz, all bytes of one value (the base64 of three equal bytes repeats after 4 letters). */
static rtmulti_result hear_audio(struct conversation *conversation, const char *event_id, const char *four_letters) {
  char json[2048], base64[1281] = "";
  for (size_t i = 0; i < 320; i++) memcpy(base64 + 4 * i, four_letters, 4);
  base64[1280] = '\0';
  snprintf(json, sizeof json,
           "{\"type\":\"response.output_audio.delta\",\"event_id\":\"%s\",\"response_id\":\"r1\",\"item_id\":\"A\","
           "\"output_index\":0,\"content_index\":0,\"delta\":\"%s\"}",
           event_id, base64);
  return hear(conversation, json);
}

static long long received_ms(const struct conversation *conversation) {
  rtmulti_position position = {.struct_size = sizeof position};
  if (rtmulti_session_position(conversation->session, TEXT("A"), -1, &position) != RTMULTI_OK) return -1;
  return position.received_ms;
}

static void begin(struct conversation *conversation) {
  const rtmulti_config config = plain_config();
  converse(conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, hear(conversation, created));
}

/* By both of a host's handlers, one behind the other; also with 7 other events between, and not with 8. */
static void check_among_the_last_eight(void) {
  for (int between = 0; between <= 8; between++) {
    struct conversation conversation;
    begin(&conversation);
    CHECK(hear_audio(&conversation, "e1", "AQEB") >= RTMULTI_OK);
    for (int i = 0; i < between; i++) {
      char json[128];
      snprintf(json, sizeof json, "{\"type\":\"rate_limits.updated\",\"event_id\":\"other%d\",\"rate_limits\":[]}", i);
      CHECK(hear(&conversation, json) >= RTMULTI_OK);
    }
    CHECK(hear_audio(&conversation, "e1", "AQEB") >= RTMULTI_OK);
    CHECK_EQUAL(between < 8 ? 20 : 40, received_ms(&conversation));
    part(&conversation);
  }
}

/* LocalAI writes "event_TODO" into all of its speech events: another content is no repetition, and from then on the id
 * proves nothing, not even where the content is the same. */
static void check_an_id_that_is_a_habit(void) {
  struct conversation conversation;
  begin(&conversation);
  CHECK(hear_audio(&conversation, "event_TODO", "AQEB") >= RTMULTI_OK);
  CHECK(hear_audio(&conversation, "event_TODO", "AgIC") >= RTMULTI_OK);
  CHECK_EQUAL(40, received_ms(&conversation));
  CHECK(hear_audio(&conversation, "event_TODO", "AgIC") >= RTMULTI_OK);
  CHECK_EQUAL(60, received_ms(&conversation));
  part(&conversation);
}

/* Without an id nothing is known: silence has equal deltas. */
static void check_without_an_id(void) {
  struct conversation conversation;
  begin(&conversation);
  CHECK(hear_audio(&conversation, "", "AAAA") >= RTMULTI_OK);
  CHECK(hear_audio(&conversation, "", "AAAA") >= RTMULTI_OK);
  CHECK_EQUAL(40, received_ms(&conversation));
  part(&conversation);
}

/* Ids belong to a connection. */
static void check_another_connection(void) {
  struct conversation conversation;
  begin(&conversation);
  CHECK(hear_audio(&conversation, "e1", "AQEB") >= RTMULTI_OK);
  CHECK(rtmulti_session_reconnect(conversation.session) >= RTMULTI_OK);
  CHECK_EQUAL(RTMULTI_OK, hear(&conversation, created));
  CHECK(hear_audio(&conversation, "e1", "AQEB") >= RTMULTI_OK);
  CHECK_EQUAL(20, received_ms(&conversation)); /* of the new A */
  part(&conversation);
}

/* A repeated response.done or response.created changes nothing either, and is no diagnostic. */
static void check_words(void) {
  struct conversation conversation;
  begin(&conversation);
  CHECK(hear(&conversation, created) >= RTMULTI_OK);
  static const char transcript[] =
      "{\"type\":\"response.output_audio_transcript.delta\",\"event_id\":\"t1\",\"response_id\":\"r1\","
      "\"item_id\":\"A\",\"output_index\":0,\"content_index\":0,\"delta\":\"Hello. \"}";
  CHECK(hear_audio(&conversation, "e1", "AQEB") >= RTMULTI_OK);
  CHECK(hear(&conversation, transcript) >= RTMULTI_OK);
  CHECK(hear(&conversation, transcript) >= RTMULTI_OK);
  const char *text = NULL;
  size_t text_size = 0;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_generated_text(conversation.session, TEXT("A"), &text, &text_size));
  CHECK_EQUAL(strlen("Hello. "), text_size);
  CHECK_EQUAL(0, conversation.diagnostics[RTMULTI_DIAGNOSTIC_PROTOCOL]);
  part(&conversation);
}

/* An audio delta whose JSON somebody else has read is an event like the others, from inside a callback too. */
static int32_t say_it_inside(struct conversation *conversation, const rtmulti_effect *effect) {
  if (effect->kind != RTMULTI_EFFECT_WRITE || conversation->memory != NULL) return 0;
  conversation->memory = conversation;
  CHECK_EQUAL(RTMULTI_QUEUED, rtmulti_session_audio_base64(conversation->session, TEXT("r1"), TEXT("A"), 0,
                                                           TEXT("AQEBAQEB"), TEXT("e2")));
  return 0;
}

static void check_base64(void) {
  struct conversation conversation;
  char base64[1281] = "";
  for (size_t i = 0; i < 320; i++) memcpy(base64 + 4 * i, "AQEB", 4);
  base64[1280] = '\0';
  begin(&conversation);
  rtmulti_session *session = conversation.session;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_audio_base64(session, TEXT("r1"), TEXT("A"), 0, TEXT(base64), TEXT("e1")));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_audio_base64(session, TEXT("r1"), TEXT("A"), 0, TEXT(base64), TEXT("e1")));
  CHECK_EQUAL(20, received_ms(&conversation));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_audio_base64(session, TEXT("r1"), TEXT("A"), 0, TEXT(base64), NULL, 0));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_audio_base64(session, TEXT("r1"), TEXT("A"), 0, TEXT(base64), NULL, 0));
  CHECK_EQUAL(60, received_ms(&conversation));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID,
              rtmulti_session_audio_base64(session, TEXT("r1"), TEXT("A"), 0, TEXT("not base64"), NULL, 0));
  CHECK(strstr(rtmulti_session_last_error(session), "base64") != NULL);
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_audio_base64(session, TEXT("r1"), TEXT(""), 0, TEXT("AAAA"), NULL, 0));
  CHECK_EQUAL(60, received_ms(&conversation));
  conversation.inside = say_it_inside;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_audio_base64(session, TEXT("r1"), TEXT("A"), 0, TEXT(base64), TEXT("e3")));
  CHECK(conversation.memory != NULL);
  CHECK_EQUAL(80, received_ms(&conversation));
  CHECK_EQUAL(0, conversation.diagnostics[RTMULTI_DIAGNOSTIC_PROTOCOL]);
  part(&conversation);
}

int main(void) {
  check_among_the_last_eight();
  check_an_id_that_is_a_habit();
  check_without_an_id();
  check_another_connection();
  check_words();
  check_base64();
  return check_end("handed_over_twice");
}
