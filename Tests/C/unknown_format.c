/* A format is that of the part, else of its response, else of the session; an unknown name that stands alone makes it
 * unknown, and its audio is refused with one diagnostic (rule C3). A scenario has one format, which is known. */
#include "conversation.h"

#include <stdio.h>

static struct conversation talk;

static void hear(const char *json) { CHECK(rtmulti_session_receive_json(talk.session, TEXT(json)) >= RTMULTI_OK); }

/* 4000 bytes of silence: 500 ms of G.711, 83.3 ms of PCM16 at 24 kHz, 250 ms of PCM16 at 8 kHz. */
static rtmulti_result hear_audio(const char *response, const char *item) {
  char json[8192], base64[5337];
  memset(base64, 'A', 5332);
  memcpy(base64 + 5332, "AA==", 5);
  snprintf(json, sizeof json,
           "{\"type\":\"response.output_audio.delta\",\"response_id\":\"%s\",\"item_id\":\"%s\",\"content_index\":0,"
           "\"delta\":\"%s\"}",
           response, item, base64);
  return rtmulti_session_receive_json(talk.session, TEXT(json));
}

static long long received_ms(const char *item) {
  rtmulti_position position = {.struct_size = sizeof position};
  if (rtmulti_session_position(talk.session, TEXT(item), -1, &position) != RTMULTI_OK) return 0;
  return position.received_ms;
}

static void begin(void) {
  const rtmulti_config config = plain_config();
  converse(&talk, &config);
}

/* The format of one response beats that of the session. */
static void check_of_a_response(void) {
  begin();
  hear("{\"type\":\"session.created\",\"session\":{\"output_audio_format\":\"pcm16\"}}");
  hear("{\"type\":\"response.created\",\"response\":{\"id\":\"r1\",\"output_audio_format\":\"g711_ulaw\"}}");
  hear_audio("r1", "A");
  hear("{\"type\":\"response.created\",\"response\":{\"id\":\"r2\",\"audio\":{\"output\":{\"format\":"
       "{\"type\":\"audio/pcma\"}}}}}");
  hear_audio("r2", "B");
  hear("{\"type\":\"response.created\",\"response\":{\"id\":\"r3\"}}");
  hear_audio("r3", "C");
  CHECK_EQUAL(500, received_ms("A"));
  CHECK_EQUAL(500, received_ms("B"));
  CHECK_EQUAL(83, received_ms("C"));
  part(&talk);
}

/* Where a session has no turns, its audio opens a message of its own: not for audio that nobody plays. */
static void check_without_turns(void) {
  begin();
  hear("{\"type\":\"session.started\",\"session\":{\"audio\":{\"format\":{\"type\":\"audio/x\"}}}}");
  static const char delta[] = "{\"type\":\"session.output_audio.delta\",\"delta\":\"AAAA\"}";
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, rtmulti_session_receive_json(talk.session, TEXT(delta)));
  int64_t deadline_us;
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_next_deadline(talk.session, &deadline_us));
  hear("{\"type\":\"session.updated\",\"session\":{\"audio\":{\"format\":{\"type\":\"audio/pcm\",\"rate\":24000}}}}");
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_receive_json(talk.session, TEXT(delta)));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_next_deadline(talk.session, &deadline_us));
  part(&talk);
}

/* Within one event the newer field wins, and a known name wins over an unknown one beside it. */
static void check_two_fields_of_one_event(void) {
  begin();
  hear("{\"type\":\"session.created\",\"session\":{\"output_audio_format\":\"pcm16\",\"audio\":{\"output\":{\"format\":"
       "{\"type\":\"audio/pcmu\"}}}}}");
  hear("{\"type\":\"response.created\",\"response\":{\"id\":\"r1\"}}");
  hear_audio("r1", "A");
  CHECK_EQUAL(500, received_ms("A"));
  hear("{\"type\":\"session.updated\",\"session\":{\"output_audio_format\":\"g711_alaw\",\"audio\":{\"output\":"
       "{\"format\":{\"type\":\"not specified\"}}}}}");
  hear("{\"type\":\"response.created\",\"response\":{\"id\":\"r2\"}}");
  hear_audio("r2", "B");
  CHECK_EQUAL(500, received_ms("B"));
  part(&talk);
}

/* mp3 alone: refused with one diagnostic, until a known one comes. */
static void check_unknown(void) {
  begin();
  hear("{\"type\":\"session.created\",\"session\":{\"output_audio_format\":\"mp3\"}}");
  hear("{\"type\":\"response.created\",\"response\":{\"id\":\"r1\"}}");
  hear_audio("r1", "A");
  hear_audio("r1", "A");
  CHECK_EQUAL(0, received_ms("A"));
  CHECK_EQUAL(0, talk.frames);
  CHECK_EQUAL(1, talk.calls[RTMULTI_EFFECT_DIAGNOSTIC]);
  hear("{\"type\":\"session.updated\",\"session\":{\"output_audio_format\":\"pcm16\"}}");
  hear("{\"type\":\"response.created\",\"response\":{\"id\":\"r2\"}}");
  hear_audio("r2", "B");
  CHECK_EQUAL(83, received_ms("B"));
  part(&talk);
}

int main(void) {
  check_of_a_response();
  check_without_turns();
  check_two_fields_of_one_event();
  check_unknown();
  return check_end("unknown_format");
}
