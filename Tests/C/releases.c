/* Law 3: does every `release` come once for each set, when nothing of the session uses its user_data any more, while the
 * session is still there, and is every call of that session refused inside? Run it under valgrind as well (make
 * test-full). */
#include "conversation.h"
#include "every_call.h"

/* Something that was lent to a session: it may be given back as often as it was set, and only while nobody uses it. */
struct lent {
  rtmulti_session *session;
  int sets, releases;
  int is_used;   /* by a sink or handlers that are set */
  int destroys;  /* it asks for the session's end from inside its release */
  rtmulti_result destroyed;
};

static void give_back(void *user_data) {
  struct lent *lent = user_data;
  lent->releases += 1;
  CHECK(!lent->is_used);
  CHECK(lent->releases <= lent->sets);
  every_call_answers(lent->session, RTMULTI_ERROR_IN_CALLBACK);
  CHECK(rtmulti_session_last_error(lent->session)[0] != '\0');
  if (lent->destroys) lent->destroyed = rtmulti_session_destroy(lent->session);
}

static int32_t take_all(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  (void)user_data, (void)segment, (void)pcm;
  return (int32_t)frames;
}

static int32_t take_piece(void *user_data, const void *bytes, size_t bytes_size) {
  struct lent *lent = user_data;
  (void)bytes, (void)bytes_size;
  return lent->is_used ? 0 : -1;
}

static rtmulti_result lend_sink(struct lent *lent, uint32_t sample_rate_hz) {
  rtmulti_sink sink = plain_sink();
  sink.write = take_all;
  sink.sample_rate_hz = sample_rate_hz;
  sink.release = give_back;
  sink.user_data = lent;
  const rtmulti_result result = rtmulti_session_set_sink(lent->session, &sink);
  if (result >= 0) lent->sets += 1;
  return result;
}

static rtmulti_result lend_handlers(struct lent *lent) {
  rtmulti_handlers handlers;
  rtmulti_handlers_init(&handlers, sizeof handlers);
  handlers.release = give_back;
  handlers.user_data = lent;
  lent->sets += 1;
  return rtmulti_session_set_handlers(lent->session, &handlers);
}

static void say_something(rtmulti_session *session) {
  static int16_t pcm[2400];
  rtmulti_session_audio(session, TEXT("r"), TEXT("A"), 0, pcm, sizeof pcm);
}

/* ---- when ---- */

static void each_setter_gives_back_what_it_replaces(void) {
  struct lent sink = {0}, handlers = {0}, other = {0};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &sink.session));
  handlers.session = other.session = sink.session;
  CHECK_EQUAL(RTMULTI_OK, lend_sink(&sink, 24000));
  CHECK_EQUAL(RTMULTI_OK, lend_handlers(&handlers));
  say_something(sink.session);
  CHECK_EQUAL(RTMULTI_OK, lend_sink(&other, 48000));
  CHECK_EQUAL(1, sink.releases);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_handlers(sink.session, NULL));
  CHECK_EQUAL(1, handlers.releases);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(sink.session));
  CHECK_EQUAL(1, other.releases);
  CHECK_EQUAL(2, sink.releases + handlers.releases);
}

static void a_setter_that_fails_gives_nothing_back(void) {
  struct lent lent = {0};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &lent.session));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, lend_sink(&lent, 1));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_close(lent.session));
  CHECK_EQUAL(RTMULTI_ERROR_CLOSED, lend_sink(&lent, 24000));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(lent.session));
  CHECK_EQUAL(0, lent.releases);
}

static void a_sink_can_be_taken_away_after_close(void) {
  struct lent lent = {0};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &lent.session));
  CHECK_EQUAL(RTMULTI_OK, lend_sink(&lent, 24000));
  say_something(lent.session);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_close(lent.session));
  CHECK_EQUAL(0, lent.releases);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(lent.session, NULL));
  CHECK_EQUAL(1, lent.releases);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(lent.session));
  CHECK_EQUAL(1, lent.releases);
}

/* The same user_data set twice: one release for each, none while it is used. */
static void what_is_lent_twice_is_given_back_twice_and_never_while_it_is_used(void) {
  struct lent sink = {.is_used = 1}, handlers = {.is_used = 1};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &sink.session));
  handlers.session = sink.session;
  CHECK_EQUAL(RTMULTI_OK, lend_sink(&sink, 24000));
  CHECK_EQUAL(RTMULTI_OK, lend_sink(&sink, 48000));
  CHECK_EQUAL(RTMULTI_OK, lend_handlers(&handlers));
  CHECK_EQUAL(RTMULTI_OK, lend_handlers(&handlers));
  CHECK_EQUAL(0, sink.releases + handlers.releases);
  sink.is_used = 0;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(sink.session, NULL));
  CHECK_EQUAL(2, sink.releases);
  CHECK_EQUAL(RTMULTI_OK, lend_sink(&sink, 24000));
  CHECK_EQUAL(0, handlers.releases);
  handlers.is_used = 0;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(sink.session));
  CHECK_EQUAL(3, sink.releases);
  CHECK_EQUAL(2, handlers.releases);
}

static void a_trace_gives_back_however_it_ends(void) {
  for (int end = 0; end < 4; end++) {
    struct lent lent = {.is_used = 1, .sets = 1};
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &lent.session));
    if (end == 3) {
      lent.is_used = lent.sets = 0; /* it fails with the first piece, and so nothing is owed */
      CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_trace(lent.session, take_piece, give_back, &lent));
      CHECK_EQUAL(0, lent.releases);
      CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(lent.session));
      continue;
    }
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_trace(lent.session, take_piece, give_back, &lent));
    say_something(lent.session);
    CHECK_EQUAL(0, lent.releases);
    if (end == 0) {
      lent.is_used = 0; /* it fails, and the recording ends by itself */
      rtmulti_session_advance(lent.session, 1000);
      CHECK_EQUAL(1, lent.releases);
    } else if (end == 1) {
      lent.is_used = 0;
      CHECK_EQUAL(RTMULTI_OK, rtmulti_session_trace(lent.session, NULL, NULL, NULL));
      CHECK_EQUAL(1, lent.releases);
    }
    lent.is_used = 0;
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(lent.session));
    CHECK_EQUAL(1, lent.releases);
  }
}

/* ---- what may be done inside ---- */

static void a_destroy_out_of_a_release_takes_effect_when_the_call_returns(void) {
  struct lent sink = {.destroys = 1}, handlers = {0};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &sink.session));
  handlers.session = sink.session;
  CHECK_EQUAL(RTMULTI_OK, lend_sink(&sink, 24000));
  CHECK_EQUAL(RTMULTI_OK, lend_handlers(&handlers));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(sink.session, NULL));
  CHECK_EQUAL(RTMULTI_QUEUED, sink.destroyed);
  CHECK_EQUAL(1, sink.releases);
  CHECK_EQUAL(1, handlers.releases);

  /* Out of destroy's own, there is nothing left to ask for. */
  struct lent last = {.destroys = 1};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &last.session));
  CHECK_EQUAL(RTMULTI_OK, lend_sink(&last, 24000));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(last.session));
  CHECK_EQUAL(RTMULTI_ERROR_IN_CALLBACK, last.destroyed);
  CHECK_EQUAL(1, last.releases);
}

static int32_t destroy_inside(struct conversation *conversation, const rtmulti_effect *effect) {
  (void)effect;
  CHECK_EQUAL(RTMULTI_QUEUED, rtmulti_session_destroy(conversation->session));
  CHECK_EQUAL(0, conversation->host.releases);
  CHECK_EQUAL(RTMULTI_QUEUED, rtmulti_session_sink_ready(conversation->session));
  return 0;
}

static void a_destroy_out_of_a_callback_takes_effect_when_the_call_returns(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  converse(&conversation, &config);
  conversation.inside = destroy_inside;
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r", "A", 240));
  CHECK_EQUAL(2, conversation.host.releases);
}

int main(void) {
  each_setter_gives_back_what_it_replaces();
  a_setter_that_fails_gives_nothing_back();
  a_sink_can_be_taken_away_after_close();
  what_is_lent_twice_is_given_back_twice_and_never_while_it_is_used();
  a_trace_gives_back_however_it_ends();
  a_destroy_out_of_a_release_takes_effect_when_the_call_returns();
  a_destroy_out_of_a_callback_takes_effect_when_the_call_returns();
  return check_end("releases");
}
