/* Does law 2 hold inside every kind of callback? Inputs are queued and run afterwards, queries answer, poll
 * is refused, destroy takes effect afterwards, and a failing callback stops the delivery and loses nothing, nor when the
 * session ends. */
#include <malloc.h>

#include "conversation.h"
#include "pulled.h"

static const char *const callback_names[EFFECT_KINDS] = {
    [RTMULTI_EFFECT_WRITE] = "write",
    [RTMULTI_EFFECT_FLUSH] = "flush",
    [RTMULTI_EFFECT_CLEAR] = "clear",
    [RTMULTI_EFFECT_PAUSE] = "pause",
    [RTMULTI_EFFECT_RESUME] = "resume",
    [RTMULTI_EFFECT_TEXT_WRITE] = "text_write",
    [RTMULTI_EFFECT_EVENT] = "on_event",
    [RTMULTI_EFFECT_COMMAND] = "on_command",
    [RTMULTI_EFFECT_DIAGNOSTIC] = "on_diagnostic",
    [RTMULTI_EFFECT_HEARD_AUDIO] = "on_heard_audio",
};

enum { FIRST_MOMENT_US = 1000, FAILURE = -7 }; /* what a failing callback returns: no result of the library */

/* What one run delivered. */
struct record {
  int calls[EFFECT_KINDS];
  int64_t frames;
  int settled;
  rtmulti_outcome outcome;
};

/* An outer call: when a callback failed in it, it says so, and the next call goes on. Some time passes, for a write that
 * failed is not tried twice in one moment (rule E10). */
static void give(struct conversation *conversation, rtmulti_result result, int *stopped) {
  int tries = 0;
  while (result == RTMULTI_STOPPED && tries < 3) {
    *stopped += 1;
    tries += 1;
    result = rtmulti_session_advance(conversation->session, FIRST_MOMENT_US + *stopped * 10000);
  }
  CHECK(result == RTMULTI_OK || result == RTMULTI_IGNORED);
}

/* A conversation in which every kind of callback is called. Returns how many calls a failure stopped. */
static int talk(struct conversation *conversation) {
  rtmulti_session *session = conversation->session;
  int stopped = 0;
  give(conversation, rtmulti_session_advance(session, FIRST_MOMENT_US), &stopped);
  give(conversation, say_response(conversation, "r1"), &stopped);
  give(conversation, say_item(conversation, "r1", "T"), &stopped);
  give(conversation, rtmulti_session_part_added(session, TEXT("r1"), TEXT("T"), 0, RTMULTI_PART_TEXT, NULL),
       &stopped);
  give(conversation, rtmulti_session_text(session, TEXT("r1"), TEXT("T"), 0, TEXT("Shown."), -1, -1), &stopped);
  give(conversation, say_item_done(conversation, "T"), &stopped);
  give(conversation, rtmulti_session_text_delivered(session, TEXT("T")), &stopped);
  give(conversation, say_item(conversation, "r1", "A"), &stopped);
  give(conversation, say_audio(conversation, "r1", "A", 200 * FRAMES_PER_MS), &stopped);
  give(conversation, say_text(conversation, "r1", "A", "Let me check."), &stopped);
  give(conversation, say_item_done(conversation, "A"), &stopped);
  give(conversation, rtmulti_session_playback_started(session, conversation->segment, RTMULTI_NOW), &stopped);
  give(conversation, rtmulti_session_playback_progress(session, conversation->segment, 100 * FRAMES_PER_MS, RTMULTI_NOW),
       &stopped);
  give(conversation, rtmulti_session_pause(session), &stopped);
  give(conversation, rtmulti_session_resume(session), &stopped);
  give(conversation, rtmulti_session_playback_started(session, conversation->segment, RTMULTI_NOW), &stopped); /* stale */
  give(conversation, rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER), &stopped);
  give(conversation, rtmulti_session_playback_finished(session, conversation->segment, 120 * FRAMES_PER_MS, 1, RTMULTI_NOW),
       &stopped);
  give(conversation, say_response_done(conversation, "r1"), &stopped);
  return stopped;
}

static rtmulti_config talking_config(void) {
  rtmulti_config config = plain_config();
  config.heard_audio = 1;
  return config;
}

/* ---- inputs and queries inside ---- */

static int32_t ask_inside(struct conversation *conversation, const rtmulti_effect *effect) {
  rtmulti_session *session = conversation->session;
  rtmulti_effect polled;
  rtmulti_position position;
  const char *text = NULL;
  size_t size = 0;
  int64_t deadline_us = 0;
  (void)effect;
  memset(&polled, 0, sizeof polled);
  polled.struct_size = sizeof polled;
  memset(&position, 0, sizeof position);
  position.struct_size = sizeof position;
  CHECK_EQUAL(RTMULTI_QUEUED, rtmulti_session_sink_ready(session));
  CHECK_EQUAL(RTMULTI_QUEUED, rtmulti_session_advance(session, 1000));
  CHECK_EQUAL(RTMULTI_ERROR_IN_CALLBACK, rtmulti_session_poll(session, &polled));
  CHECK_EQUAL(RTMULTI_ERROR_IN_CALLBACK, rtmulti_session_set_sink(session, NULL));
  CHECK_EQUAL(RTMULTI_ERROR_IN_CALLBACK, rtmulti_session_set_handlers(session, NULL));
  CHECK_EQUAL(RTMULTI_ERROR_IN_CALLBACK, rtmulti_session_trace(session, NULL, NULL, NULL));
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_position(session, TEXT("nobody"), 0, &position));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_generated_text(session, TEXT("T"), &text, &size));
  CHECK(rtmulti_session_next_deadline(session, &deadline_us) >= RTMULTI_OK);
  CHECK(rtmulti_session_last_error(session) != NULL);
  return 0;
}

static void check_inside(void) {
  const rtmulti_config config = talking_config();
  struct conversation plain;
  struct conversation asked;
  converse(&plain, &config);
  CHECK_EQUAL(0, talk(&plain));
  converse(&asked, &config);
  asked.inside = ask_inside;
  CHECK_EQUAL(0, talk(&asked));
  for (int kind = RTMULTI_EFFECT_WRITE; kind < EFFECT_KINDS; kind++) {
    if (!CHECK(plain.calls[kind] > 0)) printf("  %s was never called\n", callback_names[kind]);
    /* Harmless inputs and queries inside change nothing of what comes. */
    if (!CHECK_EQUAL(plain.calls[kind], asked.calls[kind]))
      printf("  the number of calls of %s\n", callback_names[kind]);
  }
  CHECK_EQUAL(RTMULTI_OUTCOME_PARTIAL, plain.outcome);
  CHECK_EQUAL(RTMULTI_OUTCOME_PARTIAL, asked.outcome);
  part(&plain);
  part(&asked);
}

/* A whole message can be said from inside a callback; it has run when the outer call returns. */
static int32_t say_inside(struct conversation *conversation, const rtmulti_effect *effect) {
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  conversation->inside = NULL;
  CHECK_EQUAL(RTMULTI_QUEUED, say_item_done(conversation, "A"));
  CHECK_EQUAL(RTMULTI_QUEUED, say_item(conversation, "r1", "B"));
  CHECK_EQUAL(RTMULTI_QUEUED, say_audio(conversation, "r1", "B", 10 * FRAMES_PER_MS));
  CHECK_EQUAL(RTMULTI_QUEUED, say_item_done(conversation, "B"));
  CHECK_EQUAL(RTMULTI_QUEUED, say_response_done(conversation, "r1"));
  CHECK_EQUAL(RTMULTI_QUEUED, rtmulti_session_playback_progress(conversation->session, conversation->segment,
                                                                10 * FRAMES_PER_MS, RTMULTI_NOW));
  /* What goes wrong with a queued input comes as a diagnostic. */
  CHECK_EQUAL(RTMULTI_QUEUED, rtmulti_session_playback_progress(conversation->session, UINT64_MAX, 1, RTMULTI_NOW));
  return 0;
}

static void check_queue(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  rtmulti_position position = {.struct_size = sizeof position};
  converse(&conversation, &config);
  rtmulti_session *session = conversation.session;
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  conversation.inside = say_inside;
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 10 * FRAMES_PER_MS));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_position(session, TEXT("A"), 0, &position));
  CHECK_EQUAL(10 * FRAMES_PER_MS, position.heard_frames);
  CHECK_EQUAL(1, conversation.calls[RTMULTI_EFFECT_FLUSH]);
  CHECK_EQUAL(1, conversation.calls[RTMULTI_EFFECT_DIAGNOSTIC]);
  CHECK_EQUAL(RTMULTI_OK,
              rtmulti_session_playback_finished(session, conversation.segment, 10 * FRAMES_PER_MS, 0, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OUTCOME_FULL, conversation.outcome);
  CHECK_EQUAL(20 * FRAMES_PER_MS, conversation.frames);
  CHECK_EQUAL(2, conversation.calls[RTMULTI_EFFECT_FLUSH]);
  CHECK_EQUAL(RTMULTI_OK,
              rtmulti_session_playback_finished(session, conversation.segment, 10 * FRAMES_PER_MS, 0, RTMULTI_NOW));
  CHECK_EQUAL(1, conversation.settled);
  part(&conversation);
}

/* ---- failing callbacks ---- */

struct failing {
  rtmulti_effect_kind kind;
  int left; /* how often it still fails */
};

static int32_t fail_inside(struct conversation *conversation, const rtmulti_effect *effect) {
  struct failing *failing = (struct failing *)conversation->memory;
  if (failing == NULL || effect->kind != failing->kind || failing->left == 0) return 0;
  failing->left -= 1;
  return FAILURE;
}

static struct record record_of(const struct conversation *conversation) {
  struct record record;
  memset(&record, 0, sizeof record);
  memcpy(record.calls, conversation->calls, sizeof record.calls);
  record.frames = conversation->frames;
  record.settled = conversation->settled;
  record.outcome = conversation->outcome;
  return record;
}

static void check_failing(int kind) {
  const rtmulti_config config = talking_config();
  struct conversation plain;
  struct conversation failed;
  struct failing failing = {(rtmulti_effect_kind)kind, 1};
  converse(&plain, &config);
  CHECK_EQUAL(0, talk(&plain));
  converse(&failed, &config);
  failed.inside = fail_inside;
  failed.memory = &failing;
  if (!CHECK_EQUAL(1, talk(&failed))) printf("  when %s failed once\n", callback_names[kind]);
  const struct record expected = record_of(&plain);
  const struct record came = record_of(&failed);
  for (int other = RTMULTI_EFFECT_WRITE; other < EFFECT_KINDS; other++) {
    /* The failed effect counts as delivered; only the audio of a failed write is offered again. The
     * failure itself is told (rule E10). */
    const int again =
        (kind == RTMULTI_EFFECT_WRITE && other == RTMULTI_EFFECT_WRITE) + (other == RTMULTI_EFFECT_DIAGNOSTIC);
    if (!CHECK_EQUAL(expected.calls[other] + again, came.calls[other])) {
      printf("  the calls of %s, when %s failed once\n", callback_names[other], callback_names[kind]);
    }
  }
  CHECK_EQUAL(expected.frames, came.frames);
  CHECK_EQUAL(expected.settled, came.settled);
  CHECK_EQUAL(expected.outcome, came.outcome);
  part(&plain);
  part(&failed);
}

/* ---- what a callback returns ---- */

static int32_t returned;

static int32_t return_number(struct conversation *conversation, const rtmulti_effect *effect) {
  return conversation->calls[effect->kind] == 1 && effect->kind == *(rtmulti_effect_kind *)conversation->memory
             ? returned
             : 0;
}

/* The number of a callback is its own: it is never taken for a result of the library, and what it stopped was done. */
static void check_numbers(void) {
  static const int32_t numbers[] = {-1, -2, -3, -8, -100, -150, INT32_MIN};
  const rtmulti_config config = plain_config();
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    struct conversation conversation;
    rtmulti_effect_kind kind = RTMULTI_EFFECT_WRITE;
    rtmulti_position position = {.struct_size = sizeof position};
    converse(&conversation, &config);
    returned = numbers[i];
    conversation.inside = return_number;
    conversation.memory = &kind;
    CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
    CHECK_EQUAL(RTMULTI_STOPPED, say_audio(&conversation, "r1", "A", 100 * FRAMES_PER_MS));
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_position(conversation.session, TEXT("A"), 0, &position));
    CHECK_EQUAL(100, position.received_ms);
    CHECK_EQUAL(0, conversation.frames);
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(conversation.session, 10000)); /* rule E10 */
    CHECK_EQUAL(100 * FRAMES_PER_MS, conversation.frames);
    kind = RTMULTI_EFFECT_CLEAR;
    CHECK_EQUAL(RTMULTI_STOPPED,
                rtmulti_session_interrupt(conversation.session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST));
    /* An error is not hidden by it. */
    kind = RTMULTI_EFFECT_COMMAND;
    CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_playback_progress(conversation.session, 1, -1, RTMULTI_NOW));
    CHECK_EQUAL(1, conversation.calls[RTMULTI_EFFECT_COMMAND]);
    part(&conversation);
  }
}

/* A device is cut when the engine decides it, not when the host hears of it: the failure of the cancel before the clear
 * gives the device no frame more, and a clear that may not wait at all settles at what was taken. */
static void check_failing_before_a_clear(void) {
  rtmulti_config config = plain_config();
  config.clear_timeout_ms = 0;
  struct conversation conversation;
  struct failing failing = {RTMULTI_EFFECT_COMMAND, 1};
  converse(&conversation, &config);
  rtmulti_session *session = conversation.session;
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.driver = RTMULTI_DRIVER_PULLED;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, &sink));
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 300 * FRAMES_PER_MS));
  static int16_t block[100 * FRAMES_PER_MS];
  CHECK_EQUAL(100 * FRAMES_PER_MS, pull_now(session, block, 100 * FRAMES_PER_MS, 1, 0));
  conversation.inside = fail_inside;
  conversation.memory = &failing;
  CHECK_EQUAL(RTMULTI_STOPPED, rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER));
  CHECK_EQUAL(0, pull_now(session, block, 100 * FRAMES_PER_MS, 1, 0));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(session, 1000));
  rtmulti_position position = {.struct_size = sizeof position};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_position(session, TEXT("A"), 0, &position));
  CHECK_EQUAL(100 * FRAMES_PER_MS, position.heard_frames);
  CHECK_EQUAL(RTMULTI_OUTCOME_PARTIAL, conversation.outcome);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
}

/* ---- the end of a session with inputs that never ran ---- */

enum { ENDS = 200, LONG_BYTES = 50000 };

/* Says two things that carry long texts, and fails, so that they wait for a next call. */
static int32_t say_much_and_fail(struct conversation *conversation, const rtmulti_effect *effect) {
  const char *text = conversation->memory;
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  CHECK_EQUAL(RTMULTI_QUEUED, rtmulti_session_function_call(conversation->session, TEXT("r1"), TEXT("F"), TEXT("call"),
                                                            TEXT("look"), text, LONG_BYTES));
  CHECK_EQUAL(RTMULTI_QUEUED, rtmulti_session_command_rejected(conversation->session, NULL, 0, TEXT("code"), text,
                                                               LONG_BYTES));
  return FAILURE;
}

static size_t bytes_in_use(void) {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/* What they carry is given back with the session. (Sanitizers, whose malloc counts nothing here, look themselves.) */
static void check_destroyed(void) {
  const rtmulti_config config = plain_config();
  char *text = malloc(LONG_BYTES);
  if (!CHECK(text != NULL)) return;
  memset(text, 'x', LONG_BYTES);
  size_t before = 0;
  for (int i = 0; i < ENDS; i++) {
    struct conversation conversation;
    converse(&conversation, &config);
    conversation.memory = text;
    conversation.inside = say_much_and_fail;
    CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
    CHECK_EQUAL(RTMULTI_STOPPED, say_audio(&conversation, "r1", "A", 10 * FRAMES_PER_MS));
    part(&conversation);
    if (i == 0) before = bytes_in_use();
  }
  CHECK(bytes_in_use() < before + LONG_BYTES);
  free(text);
}

int main(void) {
  check_inside();
  check_queue();
  for (int kind = RTMULTI_EFFECT_WRITE; kind < EFFECT_KINDS; kind++) check_failing(kind);
  check_numbers();
  check_failing_before_a_clear();
  check_destroyed();
  return check_end("callbacks");
}
