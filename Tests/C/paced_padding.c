/* Silence that fills the last write of a paced segment (pad_last_frame) plays as long as it is: what is written behind
 * it is not heard before, and the server is told no more than was heard (rule C2). */
#include <stdbool.h>

#include "conversation.h"

enum { FRAME_MS = 60, A_MS = 30 };

static int64_t truncated_ms;
static uint32_t shortest; /* the shortest write to the newest segment */
static uint64_t newest;

static int32_t note_truncate(struct conversation *conversation, const rtmulti_effect *effect) {
  (void)conversation;
  if (effect->kind == RTMULTI_EFFECT_COMMAND && effect->command->kind == RTMULTI_COMMAND_TRUNCATE)
    truncated_ms = effect->command->audio_end_ms;
  return 0;
}

static void come_to(struct conversation *conversation, int64_t ms) {
  rtmulti_session_advance(conversation->session, ms * 1000);
}

static rtmulti_sink padding_sink(rtmulti_sink_flags flags) {
  rtmulti_sink sink = plain_sink();
  sink.driver = RTMULTI_DRIVER_PACED;
  sink.flags = flags;
  sink.frame_ms = FRAME_MS;
  sink.lead_ms = 120;
  sink.pad_last_frame = 1;
  return sink;
}

/* A lasts 30 ms and half of its write is silence; B lies behind it. Both begin to be written at 0 ms. */
static void begin(struct conversation *conversation, rtmulti_sink_flags flags) {
  const rtmulti_config config = plain_config();
  truncated_ms = -1;
  converse_as(conversation, &config, NULL, padding_sink(flags));
  conversation->inside = note_truncate;
  come_to(conversation, 0);
  say_response(conversation, "r");
  say_item(conversation, "r", "A");
  say_audio(conversation, "r", "A", A_MS * FRAMES_PER_MS);
  say_item_done(conversation, "A");
  say_item(conversation, "r", "B");
  say_audio(conversation, "r", "B", 600 * FRAMES_PER_MS);
  for (int64_t ms = 1; ms <= A_MS; ms++) come_to(conversation, ms);
}

static void end_at(struct conversation *conversation, int64_t from_ms, int64_t ms, int64_t expected_ms) {
  for (; from_ms <= ms; from_ms++) come_to(conversation, from_ms);
  rtmulti_session_interrupt(conversation->session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST);
  CHECK_EQUAL(expected_ms, truncated_ms);
  part(conversation);
}

static const rtmulti_sink_flags usual = RTMULTI_SINK_CAN_PAUSE | RTMULTI_SINK_CAN_CLEAR;

/* At 100 ms B has played for 40: the silence behind A ended at 60. */
static void check_behind_silence(rtmulti_sink_flags flags) {
  struct conversation conversation;
  begin(&conversation, flags);
  end_at(&conversation, A_MS, 100, 40);
}

/* Paused from 45 to 245 ms, 15 ms of silence are left. */
static void check_pause_in_silence(void) {
  struct conversation conversation;
  begin(&conversation, usual);
  for (int64_t ms = A_MS; ms <= 45; ms++) come_to(&conversation, ms);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_pause(conversation.session));
  come_to(&conversation, 245);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_resume(conversation.session));
  end_at(&conversation, 245, 300, 40);
}

/* Another sink has nothing to play before B. */
static void check_other_sink(void) {
  struct conversation conversation;
  begin(&conversation, usual);
  for (int64_t ms = A_MS; ms <= 40; ms++) come_to(&conversation, ms);
  rtmulti_sink sink = padding_sink(usual);
  host_fill_sink(&conversation.host, &sink);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(conversation.session, &sink));
  conversation.host.releases = -1; /* this sink is one more */
  end_at(&conversation, 40, 100, 60);
}

/* So has one that was cleared. */
static void check_cleared(void) {
  struct conversation conversation;
  begin(&conversation, usual);
  for (int64_t ms = A_MS; ms <= 40; ms++) come_to(&conversation, ms);
  rtmulti_session_interrupt(conversation.session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST);
  say_response(&conversation, "r2");
  say_item(&conversation, "r2", "C");
  say_audio(&conversation, "r2", "C", 600 * FRAMES_PER_MS);
  end_at(&conversation, 40, 100, 60);
}

static int32_t note_shortest(struct conversation *conversation, const rtmulti_effect *effect) {
  (void)conversation;
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  if (effect->segment != newest) shortest = UINT32_MAX;
  newest = effect->segment;
  if (effect->frames < shortest) shortest = effect->frames;
  return 0;
}

/* A's end comes when a part of a piece of B waits already, behind A in the same sink: B's piece is filled up with B. */
static void check_late_end(bool pads) {
  struct conversation conversation;
  const rtmulti_config config = plain_config();
  rtmulti_sink sink = padding_sink(usual | RTMULTI_SINK_GAPLESS);
  sink.pad_last_frame = pads;
  sink.lead_ms = 300;
  truncated_ms = -1;
  newest = 0;
  converse_as(&conversation, &config, NULL, sink);
  conversation.inside = note_shortest;
  come_to(&conversation, 0);
  say_response(&conversation, "r");
  say_item(&conversation, "r", "A");
  say_audio(&conversation, "r", "A", 2 * FRAME_MS * FRAMES_PER_MS);
  say_item(&conversation, "r", "B");
  say_audio(&conversation, "r", "B", (FRAME_MS + 10) * FRAMES_PER_MS);
  for (int64_t ms = 1; ms <= 105; ms++) come_to(&conversation, ms);
  CHECK_EQUAL(3 * FRAME_MS * FRAMES_PER_MS, conversation.frames);
  say_item_done(&conversation, "A");
  for (int64_t ms = 106; ms <= 115; ms++) come_to(&conversation, ms);
  CHECK_EQUAL(1, conversation.calls[RTMULTI_EFFECT_FLUSH]);
  CHECK_EQUAL(3 * FRAME_MS * FRAMES_PER_MS, conversation.frames);
  say_audio(&conversation, "r", "B", 300 * FRAMES_PER_MS);
  for (int64_t ms = 116; ms <= 200; ms++) come_to(&conversation, ms);
  CHECK_EQUAL(FRAME_MS * FRAMES_PER_MS, shortest);
  conversation.inside = note_truncate;
  /* B began at 120 ms. */
  end_at(&conversation, 200, 220, 100);
}

/* A has 30 ms and says nothing for the handover, B is ready: A is written with silence behind it. What comes for A all
 * the same is heard behind that silence, from 160 ms on. */
static void check_goes_on(void) {
  struct conversation conversation;
  const rtmulti_config config = plain_config();
  truncated_ms = -1;
  converse_as(&conversation, &config, NULL, padding_sink(usual));
  conversation.inside = note_truncate;
  come_to(&conversation, 0);
  say_response(&conversation, "r");
  say_item(&conversation, "r", "A");
  say_audio(&conversation, "r", "A", A_MS * FRAMES_PER_MS);
  say_item(&conversation, "r", "B");
  say_audio(&conversation, "r", "B", 300 * FRAMES_PER_MS);
  for (int64_t ms = 1; ms <= 110; ms++) come_to(&conversation, ms);
  CHECK_EQUAL(FRAME_MS * FRAMES_PER_MS, conversation.frames);
  CHECK_EQUAL(1, conversation.calls[RTMULTI_EFFECT_FLUSH]);
  say_audio(&conversation, "r", "A", 120 * FRAMES_PER_MS);
  end_at(&conversation, 110, 200, A_MS + 40);
}

int main(void) {
  check_goes_on();
  check_late_end(false);
  check_late_end(true);
  check_behind_silence(usual);
  check_behind_silence(usual | RTMULTI_SINK_GAPLESS);
  check_pause_in_silence();
  check_other_sink();
  check_cleared();
  return check_end("paced_padding");
}
