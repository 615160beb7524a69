/* A delta that passes max_response_ms is refused; a shorter one behind it must not be taken, for then the server believes
 * in audio that nobody heard, and the listener hears a hole (rule A13): the part is cut where the refused one began. */
#include "../C/conversation.h"

static int64_t truncated_at_ms = -1;
static int16_t written[1500 * FRAMES_PER_MS];

static int32_t look(struct conversation *conversation, const rtmulti_effect *effect) {
  if (effect->kind == RTMULTI_EFFECT_COMMAND && effect->command->kind == RTMULTI_COMMAND_TRUNCATE)
    truncated_at_ms = effect->command->audio_end_ms;
  if (effect->kind == RTMULTI_EFFECT_WRITE)
    memcpy(written + conversation->frames, effect->pcm, effect->frames * sizeof *written);
  return 0;
}

static rtmulti_result say_from(struct conversation *conversation, const int16_t *pcm, int from_ms, int to_ms) {
  return rtmulti_session_audio(conversation->session, TEXT("r"), TEXT("A"), 0, pcm + from_ms * FRAMES_PER_MS,
                               (size_t)(to_ms - from_ms) * FRAMES_PER_MS * sizeof *pcm);
}

int main(void) {
  static int16_t pcm[1500 * FRAMES_PER_MS];
  for (int i = 0; i < 1500 * FRAMES_PER_MS; i++) pcm[i] = (int16_t)i;
  rtmulti_config config = plain_config();
  config.max_response_ms = 1000;
  struct conversation conversation;
  converse(&conversation, &config);
  rtmulti_session *session = conversation.session;
  conversation.inside = look;
  say_response(&conversation, "r");
  say_item(&conversation, "r", "A");
  CHECK_EQUAL(RTMULTI_OK, say_from(&conversation, pcm, 0, 900));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, say_from(&conversation, pcm, 900, 1400));
  CHECK(say_from(&conversation, pcm, 1400, 1500) != RTMULTI_OK);
  say_item_done(&conversation, "A");
  say_response_done(&conversation, "r");
  CHECK_EQUAL(900 * FRAMES_PER_MS, conversation.frames);
  CHECK(memcmp(pcm, written, 900 * FRAMES_PER_MS * sizeof *pcm) == 0);
  rtmulti_session_playback_finished(session, conversation.segment, conversation.frames, 0, RTMULTI_NOW);
  rtmulti_message message = {.struct_size = sizeof message};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_message(session, TEXT("A"), &message));
  CHECK_EQUAL(RTMULTI_OUTCOME_PARTIAL, message.outcome);
  CHECK_EQUAL(900, message.heard_ms);
  CHECK_EQUAL(900, message.received_ms);
  CHECK_EQUAL(900, truncated_at_ms);
  part(&conversation);
  return check_end("attack-limit_gap");
}
