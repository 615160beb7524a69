/* A device that reports more than it ever got, at both doors, and a host that polls and forgets to drain once: what was
 * written is the bound, and one stale_report says so (rule E1). */
#include "../C/conversation.h"

enum { LENGTH_MS = 500, AHEAD_MS = 200 };

static int64_t heard_ms(struct conversation *conversation) {
  rtmulti_position position = {.struct_size = sizeof position};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_position(conversation->session, TEXT("A"), 0, &position));
  return position.heard_ms;
}

/* Takes everything that waits, as a host must after each input. */
static void drain(struct conversation *conversation) {
  rtmulti_effect effect = {.struct_size = sizeof effect};
  while (rtmulti_session_poll(conversation->session, &effect) == RTMULTI_OK) {
    conversation->calls[effect.kind] += 1;
    if (effect.kind == RTMULTI_EFFECT_WRITE) conversation->segment = effect.segment;
    if (effect.kind == RTMULTI_EFFECT_DIAGNOSTIC) conversation->diagnostics[effect.diagnostic->kind % KINDS] += 1;
  }
}

static void report_too_much(rtmulti_delivery delivery) {
  struct conversation conversation;
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.delivery = delivery;
  config.write_ahead_ms = AHEAD_MS;
  converse(&conversation, &config);
  say_response(&conversation, "r");
  say_item(&conversation, "r", "A");
  say_audio(&conversation, "r", "A", LENGTH_MS * FRAMES_PER_MS);
  drain(&conversation);
  const uint64_t segment = conversation.segment;
  rtmulti_session_playback_progress(conversation.session, segment, 400 * FRAMES_PER_MS, RTMULTI_NOW);
  CHECK_EQUAL(AHEAD_MS, heard_ms(&conversation));
  /* What was made room for waits in a session that polls: until it is taken, it was not written. */
  rtmulti_session_playback_finished(conversation.session, segment, INT64_C(1) << 40, 0, RTMULTI_NOW);
  CHECK(heard_ms(&conversation) <= (delivery == RTMULTI_DELIVER_BY_POLLING ? AHEAD_MS : LENGTH_MS));
  drain(&conversation);
  CHECK_EQUAL(1, conversation.diagnostics[RTMULTI_DIAGNOSTIC_STALE_REPORT]);
  part(&conversation);
}

int main(void) {
  report_too_much(RTMULTI_DELIVER_BY_CALLBACK);
  report_too_much(RTMULTI_DELIVER_BY_POLLING);
  return check_end("header-overreport");
}
