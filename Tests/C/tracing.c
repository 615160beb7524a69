/* Tracing a session: when it may begin and how it ends, who may call what meanwhile, and a device that pulls from
 * another thread. That a trace can be replayed is the harness's to show (--again, and replay.sh).
 *
 * usage: tracing [TRACE]: with a name, the session with the device is traced into that file */
#define _DEFAULT_SOURCE /* for fork and usleep, which strict C11 hides */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conversation.h"
#include "pulled.h"

struct tape {
  FILE *file; /* or NULL */
  rtmulti_session *session;
  int pieces, pieces_left; /* before it fails */
  unsigned char last;      /* the last byte but one, which for a trace that was ended is the entry `end` */
  rtmulti_result from_inside;
  struct conversation *conversation;
  int writes_before; /* to the sink, when the newest piece came */
};

static int32_t take_piece(void *user_data, const void *bytes, size_t size) {
  struct tape *tape = user_data;
  if (tape->pieces_left == 0) return -5;
  tape->pieces_left -= 1;
  tape->pieces += 1;
  CHECK(size > 5);
  tape->last = ((const unsigned char *)bytes)[size - 2];
  if (tape->conversation != NULL) tape->writes_before = tape->conversation->calls[RTMULTI_EFFECT_WRITE];
  if (tape->session != NULL) {
    tape->from_inside = rtmulti_session_advance(tape->session, 1);
    int64_t deadline_us;
    CHECK_EQUAL(RTMULTI_ERROR_IN_CALLBACK, rtmulti_session_next_deadline(tape->session, &deadline_us));
  }
  return tape->file == NULL || fwrite(bytes, 1, size, tape->file) == size ? 0 : -1;
}

enum { END = 38 };

static void say_message(struct conversation *conversation, const char *response, const char *item, size_t frames) {
  say_response(conversation, response);
  say_item(conversation, response, item);
  CHECK_EQUAL(RTMULTI_OK, say_audio(conversation, response, item, frames));
  say_item_done(conversation, item);
  say_response_done(conversation, response);
}

static void begins_before_the_first_input(void) {
  struct conversation conversation;
  struct tape tape = {.pieces_left = 1000};
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_trace(NULL, take_piece, NULL, &tape));
  converse(&conversation, NULL); /* with sink and handlers */
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_trace(conversation.session, NULL, NULL, NULL));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_trace(conversation.session, take_piece, NULL, &tape));
  CHECK(tape.pieces >= 2);
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_trace(conversation.session, take_piece, NULL, &tape));
  CHECK(strstr(rtmulti_session_last_error(conversation.session), "is being traced") != NULL);
  say_message(&conversation, "r1", "A", 2400);
  const int pieces = tape.pieces;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_trace(conversation.session, NULL, NULL, NULL));
  CHECK_EQUAL(pieces + 1, tape.pieces);
  CHECK_EQUAL(END, tape.last);
  say_message(&conversation, "r2", "B", 2400);
  CHECK_EQUAL(pieces + 1, tape.pieces);
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_trace(conversation.session, NULL, NULL, NULL));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_trace(conversation.session, take_piece, NULL, &tape));
  CHECK(strstr(rtmulti_session_last_error(conversation.session), "before the first input") != NULL);
  part(&conversation);

  converse(&conversation, NULL);
  rtmulti_session_advance(conversation.session, 1);
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_trace(conversation.session, take_piece, NULL, &tape));
  part(&conversation);
}

static void destroy_ends_it(void) {
  struct conversation conversation;
  struct tape tape = {.pieces_left = 1000};
  converse(&conversation, NULL);
  rtmulti_session_trace(conversation.session, take_piece, NULL, &tape);
  say_message(&conversation, "r1", "A", 2400);
  const int pieces = tape.pieces;
  const pid_t child = fork();
  if (child == 0) {
    /* A trace is its parent's. */
    rtmulti_session_destroy(conversation.session);
    _exit(tape.pieces == pieces ? 0 : 1);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  part(&conversation);
  CHECK_EQUAL(pieces + 1, tape.pieces);
  CHECK_EQUAL(END, tape.last);
}

static void a_failed_write_ends_only_the_trace(void) {
  struct conversation conversation;
  struct tape tape = {.pieces_left = 0};
  const rtmulti_config config = plain_config();
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_trace(conversation.session, take_piece, NULL, &tape));
  tape.pieces_left = 4;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_trace(conversation.session, take_piece, NULL, &tape));
  say_message(&conversation, "r1", "A", 2400);
  CHECK_EQUAL(4, tape.pieces);
  tape.pieces_left = 100;
  CHECK_EQUAL(2400, conversation.frames);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(conversation.session, conversation.segment, 2400, 0, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OUTCOME_FULL, conversation.outcome);
  CHECK_EQUAL(1, conversation.settled);
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_trace(conversation.session, NULL, NULL, NULL));
  part(&conversation);
  CHECK_EQUAL(4, tape.pieces);
}

/* From inside a callback it is too late, and from inside `write` nothing may be called. */
static int32_t trace_inside(struct conversation *conversation, const rtmulti_effect *effect) {
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  CHECK_EQUAL(RTMULTI_ERROR_IN_CALLBACK, rtmulti_session_trace(conversation->session, take_piece, NULL, conversation->memory));
  CHECK_EQUAL(RTMULTI_ERROR_IN_CALLBACK, rtmulti_session_trace(conversation->session, NULL, NULL, NULL));
  return 0;
}

static void nobody_comes_in_meanwhile(void) {
  struct conversation conversation;
  struct tape tape = {.pieces_left = 1000};
  const rtmulti_config config = plain_config();
  converse(&conversation, &config);
  tape.session = conversation.session;
  tape.conversation = &conversation;
  conversation.inside = trace_inside;
  conversation.memory = &tape;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_trace(conversation.session, take_piece, NULL, &tape));
  CHECK_EQUAL(RTMULTI_ERROR_IN_CALLBACK, tape.from_inside);
  say_response(&conversation, "r1");
  say_item(&conversation, "r1", "A");
  const int pieces = tape.pieces;
  say_audio(&conversation, "r1", "A", 240);
  /* The audio was in the trace before it was written, and a write that takes all has no entry. */
  CHECK_EQUAL(1, conversation.calls[RTMULTI_EFFECT_WRITE]);
  CHECK_EQUAL(0, tape.writes_before);
  CHECK_EQUAL(pieces + 1, tape.pieces);
  conversation.inside = NULL;
  tape.session = NULL;
  part(&conversation);
}

/* ---- a device ---- */

static void use_device(struct conversation *conversation, struct tape *tape) {
  converse(conversation, NULL);
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.driver = RTMULTI_DRIVER_PULLED;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(conversation->session, &sink));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_trace(conversation->session, take_piece, NULL, tape));
}

static void too_many_pulls_end_it(void) {
  struct conversation conversation;
  struct tape tape = {.pieces_left = 1000};
  use_device(&conversation, &tape);
  say_message(&conversation, "r1", "A", 9600);
  int16_t frame[1];
  uint32_t taken = 0;
  for (int i = 0; i < 4500; i++) taken += pull_now(conversation.session, frame, 1, 1, 0);
  CHECK_EQUAL(4500, taken);
  const int pieces = tape.pieces;
  rtmulti_session_advance(conversation.session, 1000);
  CHECK_EQUAL(pieces + 1, tape.pieces);
  CHECK_EQUAL(END, tape.last);
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_trace(conversation.session, NULL, NULL, NULL));
  rtmulti_session_destroy(conversation.session);
}

/* Silence may be pulled for ever. */
static void silent_pulls_are_kept_together(void) {
  struct conversation conversation;
  struct tape tape = {.pieces_left = 1000};
  use_device(&conversation, &tape);
  int16_t block[480];
  for (int i = 0; i < 100000; i++) pull_now(conversation.session, block, 480, 1, 0);
  rtmulti_session_advance(conversation.session, 1000);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_trace(conversation.session, NULL, NULL, NULL));
  rtmulti_session_destroy(conversation.session);
}

struct device {
  rtmulti_device *handle;
  atomic_int is_over;
  atomic_int frames; /* that were audio */
};

static void *take_frames(void *memory) {
  struct device *device = memory;
  int16_t block[240];
  while (!atomic_load(&device->is_over)) {
    device->frames += (int)rtmulti_device_pull(device->handle, block, 240, 1, 100);
    usleep(1000); /* ten times as fast as it is heard */
  }
  return NULL;
}

static void a_device_pulls_meanwhile(const char *path) {
  struct conversation conversation;
  struct tape tape = {.pieces_left = 1 << 30, .file = path == NULL ? NULL : fopen(path, "wb")};
  use_device(&conversation, &tape);
  struct device device = {.handle = device_of(conversation.session)};
  pthread_t thread;
  if (pthread_create(&thread, NULL, take_frames, &device) != 0) abort();
  for (int i = 0; i < 40; i++) {
    char response[8], item[8];
    snprintf(response, sizeof response, "r%d", i);
    snprintf(item, sizeof item, "i%d", i);
    say_message(&conversation, response, item, 2400);
    for (int ms = 0; ms < 400 && conversation.settled <= i; ms++) {
      rtmulti_session_advance(conversation.session, (int64_t)(i * 400 + ms) * 1000);
      if (ms == 8 && i % 4 == 0)
        rtmulti_session_interrupt(conversation.session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER);
      usleep(500);
    }
  }
  CHECK_EQUAL(40, conversation.settled);
  /* Nobody calls the session, and the device plays nothing: its pulls are kept together. */
  usleep(300 * 1000);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_trace(conversation.session, NULL, NULL, NULL));
  CHECK_EQUAL(END, tape.last);
  CHECK(atomic_load(&device.frames) > 0);
  atomic_store(&device.is_over, 1);
  pthread_join(thread, NULL);
  rtmulti_device_release(device.handle);
  rtmulti_session_destroy(conversation.session);
  if (tape.file != NULL) CHECK_EQUAL(0, fclose(tape.file));
}

int main(int count, char **arguments) {
  begins_before_the_first_input();
  destroy_ends_it();
  a_failed_write_ends_only_the_trace();
  nobody_comes_in_meanwhile();
  too_many_pulls_end_it();
  silent_pulls_are_kept_together();
  a_device_pulls_meanwhile(count > 1 ? arguments[1] : NULL);
  return check_end("tracing");
}
