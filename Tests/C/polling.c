/* Does the polling door keep its promises? It hands out one effect after the other, takes back what a full sink
 * could not take, and refuses to be used where it is not the door of the session. */
#include "conversation.h"

static rtmulti_config polled_config(void) {
  rtmulti_config config = plain_config();
  config.delivery = RTMULTI_DELIVER_BY_POLLING;
  return config;
}

/* A polled session with a sink; sinks and handlers need no callbacks there. */
static rtmulti_session *polled_session(void) {
  const rtmulti_config config = polled_config();
  rtmulti_session *session = NULL;
  rtmulti_sink sink;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(&config, &session));
  rtmulti_sink_init(&sink, sizeof sink);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, &sink));
  return session;
}

static struct conversation around(rtmulti_session *session) {
  struct conversation conversation;
  memset(&conversation, 0, sizeof conversation);
  conversation.session = session;
  return conversation;
}

/* Polls until an effect of this kind comes; false when there is none. */
static int poll_until(rtmulti_session *session, rtmulti_effect_kind kind, rtmulti_effect *effect) {
  for (;;) {
    memset(effect, 0, sizeof *effect);
    effect->struct_size = sizeof *effect;
    if (rtmulti_session_poll(session, effect) != RTMULTI_OK) return 0;
    if (effect->kind == kind) return 1;
  }
}

static void check_wrong_use(void) {
  const rtmulti_config by_callback = plain_config();
  rtmulti_effect effect = {.struct_size = sizeof effect};
  rtmulti_session *called = NULL;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(&by_callback, &called));
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, rtmulti_session_poll(called, &effect));
  CHECK(rtmulti_session_poll_accept(called, 0) < 0);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(called));

  rtmulti_session *session = polled_session();
  struct conversation conversation = around(session);
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_poll(session, NULL));
  effect.struct_size = 0;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_poll(session, &effect));
  effect.struct_size = 3;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_poll(session, &effect));
  effect.struct_size = sizeof effect;
  CHECK_EQUAL(RTMULTI_DONE, rtmulti_session_poll(session, &effect));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_poll_accept(session, 0));

  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 10 * FRAMES_PER_MS));
  CHECK(poll_until(session, RTMULTI_EFFECT_WRITE, &effect));
  const uint32_t frames = effect.frames;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_poll_accept(session, frames + 1));
  CHECK(poll_until(session, RTMULTI_EFFECT_WRITE, &effect) == 0);
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_poll_accept(session, 0)); /* the last poll was no WRITE */
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
}

/* The samples that a source of `frames` frames has, as say_audio makes them. */
static int16_t sample_at(size_t frame) {
  const unsigned low = (unsigned char)(2 * frame * 7 + 1);
  const unsigned high = (unsigned char)((2 * frame + 1) * 7 + 1);
  return (int16_t)(uint16_t)(low | high << 8);
}

enum { FRAMES = 100 * FRAMES_PER_MS };

/* A reader that takes what is polled in small bites. */
struct reader {
  size_t taken;
  size_t wrong; /* samples that were not the next ones */
  size_t bite;
  uint64_t segment;
  int flushes;
};

/* Polls until there is nothing more, or until a write was not taken whole: then the sink is full. */
static void read_until_full(rtmulti_session *session, struct reader *reader) {
  static const uint32_t bites[] = {0, 1, 7, 100, 0, 3, 1000};
  rtmulti_effect effect = {.struct_size = sizeof effect};
  while (rtmulti_session_poll(session, &effect) == RTMULTI_OK) {
    if (effect.kind == RTMULTI_EFFECT_FLUSH) reader->flushes += effect.segment == reader->segment;
    if (effect.kind != RTMULTI_EFFECT_WRITE) continue;
    const uint32_t wanted = bites[reader->bite++ % (sizeof bites / sizeof bites[0])];
    const uint32_t accepted = wanted < effect.frames ? wanted : effect.frames;
    const uint32_t offered = effect.frames;
    for (uint32_t i = 0; i < accepted; i++) reader->wrong += effect.pcm[i] != sample_at(reader->taken + i);
    reader->taken += accepted;
    reader->segment = effect.segment;
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_poll_accept(session, accepted));
    if (accepted < offered) return;
  }
}

/* Every sample has to come once and in its place, and the flush behind the last one. */
static void check_bites(void) {
  rtmulti_session *session = polled_session();
  struct conversation conversation = around(session);
  struct reader reader = {0, 0, 0, 0, 0};
  rtmulti_effect effect;
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", FRAMES));
  CHECK_EQUAL(RTMULTI_OK, say_item_done(&conversation, "A"));
  for (int round = 0; round < 1000 && reader.flushes == 0; round++) {
    read_until_full(session, &reader);
    CHECK(rtmulti_session_sink_ready(session) >= RTMULTI_OK);
  }
  CHECK_EQUAL(FRAMES, reader.taken);
  CHECK_EQUAL(0, reader.wrong);
  CHECK_EQUAL(1, reader.flushes);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(session, reader.segment, FRAMES, 0, RTMULTI_NOW));
  /* Its first report says that it was heard, so that speaking starts (rule B8); the record comes behind that. */
  do CHECK(poll_until(session, RTMULTI_EFFECT_EVENT, &effect));
  while (effect.kind == RTMULTI_EFFECT_EVENT && effect.event->kind != RTMULTI_EVENT_MESSAGE);
  CHECK(effect.kind == RTMULTI_EFFECT_EVENT && effect.event->message->outcome == RTMULTI_OUTCOME_FULL);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
}

/* An effect struct of an older program gets only what it has room for. */
static void check_older_effect(void) {
  rtmulti_session *session = polled_session();
  struct conversation conversation = around(session);
  _Alignas(16) unsigned char memory[sizeof(rtmulti_effect)];
  const size_t older = offsetof(rtmulti_effect, item_id);
  size_t touched = 0;
  rtmulti_effect *effect = (rtmulti_effect *)memory;
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 10 * FRAMES_PER_MS));
  memset(memory, 0xa5, sizeof memory);
  effect->struct_size = (uint32_t)older;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_poll(session, effect));
  CHECK_EQUAL(RTMULTI_EFFECT_WRITE, effect->kind);
  for (size_t i = older; i < sizeof memory; i++) touched += memory[i] != 0xa5;
  CHECK_EQUAL(0, touched);
  /* What was not polled yet does not keep a session from being destroyed. */
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_close(session));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
}

int main(void) {
  check_wrong_use();
  check_bites();
  check_older_effect();
  return check_end("polling");
}
