/* Law 2: a callback that is left by a longjmp (or an exception, or a panic: to the library they are the same) is noticed
 * by the next call of that thread, every call says so from then on, and destroy works. Run it under valgrind as well
 * (make test-full). */
/* The contexts with stacks of their own are no part of C11. */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <ucontext.h>

#include "conversation.h"
#include "every_call.h"

static jmp_buf outside;

static int32_t leave(struct conversation *conversation, const rtmulti_effect *effect) {
  if (effect->kind == *(rtmulti_effect_kind *)conversation->memory) longjmp(outside, 1);
  return 0;
}

/* Says all that brings every kind of callback. It does so from some way down, as a program does: who caught the exception
 * calls from higher up. */
static void talk_below(struct conversation *conversation) {
  volatile char depth[1024];
  depth[0] = 0;
  rtmulti_session *session = conversation->session;
  say_response(conversation, "r1");
  say_item(conversation, "r1", "T");
  rtmulti_session_part_added(session, TEXT("r1"), TEXT("T"), 0, RTMULTI_PART_TEXT, NULL);
  say_text(conversation, "r1", "T", "Shown.");
  say_item_done(conversation, "T");
  rtmulti_session_text_delivered(session, TEXT("T"));
  say_item(conversation, "r1", "A");
  static const int16_t pcm[200 * FRAMES_PER_MS] = {1};
  rtmulti_session_audio(session, TEXT("r1"), TEXT("A"), -1, pcm, sizeof pcm);
  say_item_done(conversation, "A");
  rtmulti_session_playback_started(session, conversation->segment, RTMULTI_NOW);
  rtmulti_session_playback_progress(session, conversation->segment, 100 * FRAMES_PER_MS, RTMULTI_NOW);
  rtmulti_session_pause(session);
  rtmulti_session_resume(session);
  rtmulti_session_playback_started(session, conversation->segment, RTMULTI_NOW); /* stale */
  rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER);
  depth[1] = depth[0];
}

/* Whether a callback was left. */
static int talk(struct conversation *conversation) {
  if (setjmp(outside) != 0) return 1;
  talk_below(conversation);
  return 0;
}

static void *look_from_elsewhere(void *session) {
  static rtmulti_result result;
  result = rtmulti_session_advance(session, 1);
  return &result;
}

static void every_kind_of_callback(void) {
  rtmulti_config config = plain_config();
  config.heard_audio = 1;
  for (rtmulti_effect_kind kind = RTMULTI_EFFECT_WRITE; kind < EFFECT_KINDS; kind++) {
    struct conversation conversation;
    pthread_t thread;
    void *result = NULL;
    converse(&conversation, &config);
    conversation.inside = leave;
    conversation.memory = &kind;
    if (!CHECK(talk(&conversation))) printf("  the callback of kind %u was never left\n", kind);
    every_call_answers(conversation.session, RTMULTI_ERROR_ABANDONED);
    CHECK(strstr(rtmulti_session_last_error(conversation.session), "never returned") != NULL);
    CHECK_EQUAL(0, pthread_create(&thread, NULL, look_from_elsewhere, conversation.session));
    CHECK_EQUAL(0, pthread_join(thread, &result));
    CHECK_EQUAL(RTMULTI_ERROR_ABANDONED, *(rtmulti_result *)result);
    CHECK_EQUAL(0, conversation.host.releases);
    part(&conversation);
  }
}

/* destroy may be the first call that notices it. */
static void destroy_notices_it_itself(void) {
  const rtmulti_config config = plain_config();
  rtmulti_effect_kind kind = RTMULTI_EFFECT_WRITE;
  struct conversation conversation;
  converse(&conversation, &config);
  conversation.inside = leave;
  conversation.memory = &kind;
  CHECK(talk(&conversation));
  part(&conversation);
}

/* ---- the writer of a trace, and a release ---- */

static int leaves_at; /* pieces */

static int32_t leave_writing(void *user_data, const void *bytes, size_t bytes_size) {
  (void)user_data, (void)bytes, (void)bytes_size;
  if (leaves_at-- == 0) longjmp(outside, 1);
  return 0;
}

static void the_writer_of_a_trace(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  converse(&conversation, &config);
  leaves_at = 3;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_trace(conversation.session, leave_writing, NULL, NULL));
  rtmulti_effect_kind never = EFFECT_KINDS;
  conversation.inside = leave;
  conversation.memory = &never;
  CHECK(talk(&conversation));
  every_call_answers(conversation.session, RTMULTI_ERROR_ABANDONED);
  part(&conversation);
}

static int may_leave;

static void leave_releasing(void *user_data) {
  *(int *)user_data += 1;
  if (may_leave) longjmp(outside, 1);
}

static int take_away(rtmulti_session *session) {
  if (setjmp(outside) != 0) return 1;
  rtmulti_session_set_handlers(session, NULL);
  return 0;
}

static void a_release(void) {
  rtmulti_session *session;
  rtmulti_handlers handlers;
  int releases = 0;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &session));
  rtmulti_handlers_init(&handlers, sizeof handlers);
  handlers.release = leave_releasing;
  handlers.user_data = &releases;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_handlers(session, &handlers));
  may_leave = 1;
  CHECK(take_away(session));
  may_leave = 0;
  every_call_answers(session, RTMULTI_ERROR_ABANDONED);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
  CHECK_EQUAL(1, releases);
}

/* ---- what is no abandonment ---- */

static ucontext_t thread_context, fiber_context;
static char fiber_stack[64 << 10];
static rtmulti_result from_fiber;
static rtmulti_session *fiber_session;

static void call_from_fiber(void) { from_fiber = rtmulti_session_sink_ready(fiber_session); }

static int32_t ask_fiber(struct conversation *conversation, const rtmulti_effect *effect) {
  (void)effect;
  fiber_session = conversation->session;
  getcontext(&fiber_context);
  fiber_context.uc_stack.ss_sp = fiber_stack;
  fiber_context.uc_stack.ss_size = sizeof fiber_stack;
  fiber_context.uc_link = &thread_context;
  makecontext(&fiber_context, call_from_fiber, 0);
  swapcontext(&thread_context, &fiber_context);
  CHECK_EQUAL(RTMULTI_QUEUED, from_fiber);
  CHECK_EQUAL(RTMULTI_QUEUED, rtmulti_session_sink_ready(conversation->session));
  return 0;
}

static void a_callback_that_calls_from_another_stack_is_still_running(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  converse(&conversation, &config);
  conversation.inside = ask_fiber;
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 240));
  conversation.inside = NULL;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(conversation.session, 1000));
  part(&conversation);
}

int main(void) {
  every_kind_of_callback();
  destroy_notices_it_itself();
  the_writer_of_a_trace();
  a_release();
  a_callback_that_calls_from_another_stack_is_still_running();
  return check_end("abandoned");
}
