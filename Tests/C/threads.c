/* Does law 1 hold? A second thread that enters a session is told that it is busy, sessions are independent, and
 * after a fork the child may only destroy. */
/* fork and pthread_create are no part of C11. */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conversation.h"

/* ---- a second thread, while a callback of the first one blocks ---- */

struct intrusion {
  rtmulti_session *session;
  rtmulti_result input;
  rtmulti_result query;
  rtmulti_result destroy;
  rtmulti_result close;
};

static void *intrude(void *memory) {
  struct intrusion *intrusion = (struct intrusion *)memory;
  rtmulti_position position = {.struct_size = sizeof position};
  intrusion->input = rtmulti_session_advance(intrusion->session, 5000000);
  intrusion->query = rtmulti_session_position(intrusion->session, TEXT("A"), 0, &position);
  intrusion->close = rtmulti_session_close(intrusion->session);
  return NULL;
}

/* The same, and then it wants the session gone. */
static void *end_it(void *memory) {
  struct intrusion *intrusion = (struct intrusion *)memory;
  intrude(intrusion);
  intrusion->destroy = rtmulti_session_destroy(intrusion->session);
  return NULL;
}

static int32_t let_in(struct conversation *conversation, const rtmulti_effect *effect) {
  pthread_t thread;
  struct intrusion *intrusion = (struct intrusion *)conversation->memory;
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  conversation->inside = NULL;
  if (!CHECK_EQUAL(0, pthread_create(&thread, NULL, intrude, intrusion))) return 0;
  CHECK_EQUAL(0, pthread_join(thread, NULL));
  /* The thread whose call it is goes on as before. */
  CHECK_EQUAL(RTMULTI_QUEUED, rtmulti_session_sink_ready(conversation->session));
  return 0;
}

static void check_second_thread(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  converse(&conversation, &config);
  struct intrusion intrusion = {.session = conversation.session};
  conversation.memory = &intrusion;
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  conversation.inside = let_in;
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 10 * FRAMES_PER_MS));
  CHECK_EQUAL(RTMULTI_ERROR_BUSY, intrusion.input);
  CHECK_EQUAL(RTMULTI_ERROR_BUSY, intrusion.query);
  CHECK_EQUAL(RTMULTI_ERROR_BUSY, intrusion.close);
    /* Nothing of it has happened: the time was not moved, the session is open. */
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(conversation.session, 1000));
  CHECK_EQUAL(RTMULTI_OK, say_item_done(&conversation, "A"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(conversation.session, conversation.segment,
                                                            10 * FRAMES_PER_MS, 0, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OUTCOME_FULL, conversation.outcome);
  /* One thread after the other is allowed. */
  intrusion.session = conversation.session;
  pthread_t thread;
  CHECK_EQUAL(0, pthread_create(&thread, NULL, end_it, &intrusion));
  CHECK_EQUAL(0, pthread_join(thread, NULL));
  CHECK_EQUAL(RTMULTI_OK, intrusion.input);
  CHECK_EQUAL(RTMULTI_OK, intrusion.query);
  CHECK_EQUAL(RTMULTI_OK, intrusion.close);
  CHECK_EQUAL(RTMULTI_OK, intrusion.destroy);
  CHECK_EQUAL(2, conversation.host.releases);
}

/* Beside a call, a destroy takes effect when that call returns; finalizers of bindings have threads of their own. */
static int32_t let_end(struct conversation *conversation, const rtmulti_effect *effect) {
  pthread_t thread;
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  conversation->inside = NULL;
  if (!CHECK_EQUAL(0, pthread_create(&thread, NULL, end_it, conversation->memory))) return 0;
  CHECK_EQUAL(0, pthread_join(thread, NULL));
  CHECK_EQUAL(0, conversation->host.releases);
  CHECK_EQUAL(RTMULTI_QUEUED, rtmulti_session_sink_ready(conversation->session));
  return 0;
}

static void check_destroy_beside_a_call(void) {
  struct conversation conversation;
  const rtmulti_config config = plain_config();
  converse(&conversation, &config);
  struct intrusion intrusion = {.session = conversation.session};
  conversation.memory = &intrusion;
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  conversation.inside = let_end;
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 10 * FRAMES_PER_MS));
  CHECK_EQUAL(RTMULTI_QUEUED, intrusion.destroy);
  CHECK_EQUAL(2, conversation.host.releases);
}

/* ---- two sessions on two threads ---- */

enum { ROUNDS = 200 };

/* What one thread saw; the checks are counted on the main thread. */
struct duty {
  int full;
  int64_t frames;
};

static void *talk_alone(void *memory) {
  struct duty *duty = (struct duty *)memory;
  const rtmulti_config config = plain_config();
  static const unsigned char audio[480] = {1, 2, 3, 4};
  for (int i = 0; i < ROUNDS; i++) {
    struct conversation conversation = {.host = {.takes = conversation_takes}, .room = UINT32_MAX};
    rtmulti_message message = {.struct_size = sizeof message};
    rtmulti_sink sink = plain_sink();
    host_fill_sink(&conversation.host, &sink);
    if (rtmulti_session_create(&config, &conversation.session) != RTMULTI_OK) return NULL;
    rtmulti_session *session = conversation.session;
    rtmulti_session_set_sink(session, &sink);
    say_response(&conversation, "r1");
    say_item(&conversation, "r1", "A");
    rtmulti_session_audio(session, TEXT("r1"), TEXT("A"), -1, audio, sizeof audio);
    say_item_done(&conversation, "A");
    rtmulti_session_playback_finished(session, conversation.segment, 240, 0, RTMULTI_NOW);
    rtmulti_session_message(session, TEXT("A"), &message);
    duty->full += message.outcome == RTMULTI_OUTCOME_FULL;
    duty->frames += message.heard_ms;
    rtmulti_session_destroy(session);
  }
  return NULL;
}

static void check_two_sessions(void) {
  pthread_t threads[2];
  struct duty duties[2] = {{0, 0}, {0, 0}};
  for (int i = 0; i < 2; i++) CHECK_EQUAL(0, pthread_create(&threads[i], NULL, talk_alone, &duties[i]));
  for (int i = 0; i < 2; i++) {
    CHECK_EQUAL(0, pthread_join(threads[i], NULL));
    CHECK_EQUAL(ROUNDS, duties[i].full);
    CHECK_EQUAL(ROUNDS * 10, duties[i].frames);
  }
}

/* ---- fork ---- */

/* What the child finds, as its exit status: 0 when all is as promised. */
static int look_as_child(rtmulti_session *session) {
  rtmulti_position position = {.struct_size = sizeof position};
  if (rtmulti_session_advance(session, 2000) != RTMULTI_ERROR_FORKED) return 1;
  if (rtmulti_session_close(session) != RTMULTI_ERROR_FORKED) return 2;
  if (rtmulti_session_position(session, TEXT("A"), 0, &position) != RTMULTI_ERROR_FORKED) return 3;
  if (rtmulti_session_set_sink(session, NULL) != RTMULTI_ERROR_FORKED) return 4;
  if (rtmulti_session_destroy(session) != RTMULTI_OK) return 5;
  /* The library itself is as good as new in the child. */
  if (rtmulti_session_create(NULL, &session) != RTMULTI_OK) return 6;
  if (rtmulti_session_advance(session, 2000) != RTMULTI_OK) return 7;
  return rtmulti_session_destroy(session) == RTMULTI_OK ? 0 : 8;
}

static void check_fork(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 10 * FRAMES_PER_MS));
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) _exit(look_as_child(conversation.session));
  int status = 0;
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK_EQUAL(0, WEXITSTATUS(status));
  CHECK_EQUAL(RTMULTI_OK, say_item_done(&conversation, "A"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_close(conversation.session));
  part(&conversation);
}

/* A fork inside a callback, out of which both processes return. */
struct fork_in_callback {
  rtmulti_session *session;
  int commands;
  pid_t child; /* -1: not yet */
  bool destroys, has_written; /* the trace, behind the fork */
};

static int32_t note_trace(void *user_data, const void *bytes, size_t size) {
  struct fork_in_callback *told = (struct fork_in_callback *)user_data;
  (void)bytes, (void)size;
  told->has_written |= told->child >= 0;
  return 0;
}

static int32_t fork_once(void *user_data, const rtmulti_command *command) {
  struct fork_in_callback *told = (struct fork_in_callback *)user_data;
  (void)command;
  told->commands += 1;
  if (told->child >= 0) return 0;
  fflush(stdout);
  told->child = fork();
  if (told->child == 0 && told->destroys) rtmulti_session_destroy(told->session);
  return 0;
}

static void check_fork_in_a_callback(bool destroys, bool is_traced) {
  struct fork_in_callback told = {.child = -1, .destroys = destroys};
  rtmulti_handlers handlers;
  rtmulti_handlers_init(&handlers, sizeof handlers);
  handlers.on_command = fork_once, handlers.user_data = &told;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &told.session));
  if (is_traced) CHECK_EQUAL(RTMULTI_OK, rtmulti_session_trace(told.session, note_trace, NULL, &told));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_handlers(told.session, &handlers));
  rtmulti_session_response_created(told.session, TEXT("r1"), 0, NULL, 0);
  rtmulti_session_item_added(told.session, TEXT("r1"), TEXT("A"), 0, RTMULTI_ITEM_MESSAGE);
  rtmulti_session_item_added(told.session, TEXT("r1"), TEXT("B"), 1, RTMULTI_ITEM_MESSAGE);
  const rtmulti_result result = rtmulti_session_interrupt(told.session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER);
  if (told.child == 0) {
    /* The rest of the call is the parent's. */
    if (result != RTMULTI_ERROR_FORKED) _exit(1);
    if (told.commands != 1) _exit(2);
    if (!destroys && rtmulti_session_destroy(told.session) != RTMULTI_OK) _exit(3);
    _exit(told.has_written ? 4 : 0);
  }
  int status = 0;
  CHECK(told.child > 0 && waitpid(told.child, &status, 0) == told.child);
  CHECK(WIFEXITED(status));
  CHECK_EQUAL(0, WEXITSTATUS(status));
  CHECK_EQUAL(RTMULTI_OK, result);
  CHECK_EQUAL(3, told.commands); /* CANCEL and two DELETE */
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(told.session));
  CHECK_EQUAL(is_traced, told.has_written);
}

int main(void) {
  check_second_thread();
  check_destroy_beside_a_call();
  check_two_sessions();
  check_fork();
  for (int i = 0; i < 4; i++) check_fork_in_a_callback((i & 1) != 0, (i & 2) != 0);
  return check_end("threads");
}
