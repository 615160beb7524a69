/* What struct_size promises: to programs that were built with an older header, whose structs are smaller, to those of a
 * newer one, whose structs are larger, and to those that forgot it. Where a field lies is layout.c's. */
#include "conversation.h"

enum { ROOM = 512, UNTOUCHED = 0xa5 };

/* Memory in which a struct of any size lies; what is behind the struct must stay as it is. */
static _Alignas(16) unsigned char room[ROOM];

static void *sized(uint32_t size) {
  memset(room, UNTOUCHED, sizeof room);
  memcpy(room, &size, sizeof size);
  return room;
}

static int is_all(unsigned char byte, size_t from, size_t to) {
  for (size_t i = from; i < to; i++) {
    if (room[i] != byte) return 0;
  }
  return 1;
}

/* ---- init ---- */

#define INIT(name) \
  static rtmulti_result init_##name(void *memory, size_t size) { return rtmulti_##name##_init(memory, size); }
INIT(format)
INIT(config)
INIT(sink)
INIT(message)
INIT(event)
INIT(kept_item)
INIT(command)
INIT(diagnostic)
INIT(heard_audio)
INIT(handlers)
INIT(effect)
INIT(position)
INIT(stats)
INIT(segment)

#define INITS(name) {init_##name, sizeof(rtmulti_##name)}
static const struct {
  rtmulti_result (*init)(void *memory, size_t size);
  size_t size;
} inits[] = {INITS(format),     INITS(config),      INITS(sink),     INITS(message), INITS(event),
             INITS(kept_item),  INITS(command),     INITS(diagnostic), INITS(heard_audio), INITS(handlers),
             INITS(effect),     INITS(position),    INITS(stats),    INITS(segment)};
enum { INIT_COUNT = sizeof inits / sizeof inits[0] };

/* An init function never writes behind the size that it is given, notes that size, and zeroes what it does not know. */
static void check_inits(void) {
  static const size_t senseless[] = {0, 4, 7, 4097, SIZE_MAX};
  for (size_t i = 0; i < INIT_COUNT; i++) {
    for (size_t size = 8; size <= inits[i].size + 64; size += 4) {
      memset(room, UNTOUCHED, sizeof room);
      CHECK_EQUAL(RTMULTI_OK, inits[i].init(room, size));
      uint32_t noted = 0;
      memcpy(&noted, room, sizeof noted);
      CHECK_EQUAL(size, noted);
      CHECK(is_all(UNTOUCHED, size, ROOM));
      if (size > inits[i].size) CHECK(is_all(0, inits[i].size, size));
    }
    for (size_t k = 0; k < sizeof senseless / sizeof senseless[0]; k++) {
      memset(room, UNTOUCHED, sizeof room);
      CHECK_EQUAL(RTMULTI_ERROR_INVALID, inits[i].init(room, senseless[k]));
      CHECK(is_all(UNTOUCHED, 0, ROOM));
    }
    CHECK_EQUAL(RTMULTI_ERROR_INVALID, inits[i].init(NULL, inits[i].size));
  }
}

/* ---- what goes in ---- */

static rtmulti_result give_config(rtmulti_session *session, void *memory) {
  (void)session;
  rtmulti_session *created = NULL;
  const rtmulti_result result = rtmulti_session_create(memory, &created);
  CHECK((created != NULL) == (result == RTMULTI_OK));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(created));
  return result;
}

static rtmulti_result give_format(rtmulti_session *session, void *memory) {
  return rtmulti_session_set_format(session, memory);
}

static rtmulti_result give_sink(rtmulti_session *session, void *memory) {
  return rtmulti_session_set_sink(session, memory);
}

static rtmulti_result give_handlers(rtmulti_session *session, void *memory) {
  return rtmulti_session_set_handlers(session, memory);
}

static const struct {
  rtmulti_result (*init)(void *memory, size_t size);
  rtmulti_result (*give)(rtmulti_session *session, void *memory);
  size_t size;
} givens[] = {{init_config, give_config, sizeof(rtmulti_config)},
              {init_format, give_format, sizeof(rtmulti_format)},
              {init_sink, give_sink, sizeof(rtmulti_sink)},
              {init_handlers, give_handlers, sizeof(rtmulti_handlers)}};

/* Each is refused when its size cannot be, taken with zeros behind what this version knows, and refused with anything
 * else there: an option that is passed over in silence is a promise that nobody keeps. */
static void check_what_goes_in(void) {
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.delivery = RTMULTI_DELIVER_BY_POLLING; /* a sink needs no callbacks then */
  for (size_t i = 0; i < sizeof givens / sizeof givens[0]; i++) {
    rtmulti_session *session = NULL;
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(&config, &session));
    static const uint32_t senseless[] = {0, 3, 7, 4097, UINT32_MAX};
    for (size_t k = 0; k < sizeof senseless / sizeof senseless[0]; k++) {
      givens[i].init(room, givens[i].size);
      memcpy(room, &senseless[k], sizeof senseless[k]);
      CHECK_EQUAL(RTMULTI_ERROR_INVALID, givens[i].give(session, room));
    }
    givens[i].init(room, givens[i].size + 16);
    CHECK_EQUAL(RTMULTI_OK, givens[i].give(session, room));
    for (size_t at = givens[i].size; at < givens[i].size + 16; at++) {
      givens[i].init(room, givens[i].size + 16);
      room[at] = 1;
      CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, givens[i].give(session, room));
    }
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
  }
}

/* What a field may say that this version does not know, or does not keep yet. */
static void check_options_of_later_versions(void) {
  rtmulti_session *session = NULL;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &session));
#define REFUSES(struct_name, field, value)                                              \
  do {                                                                                  \
    rtmulti_##struct_name given;                                                        \
    rtmulti_##struct_name##_init(&given, sizeof given);                                 \
    given.field = (value);                                                              \
    CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, give_##struct_name(session, &given));        \
  } while (0)
  REFUSES(config, reserved, 1);
  REFUSES(config, delivery, 2);
  REFUSES(config, wire, 2);
  REFUSES(config, server, RTMULTI_SERVER_REWRITES << 1);
  REFUSES(config, interrupts, 3);
  REFUSES(config, interrupt_on_speech, 3);
  REFUSES(sink, flags, RTMULTI_SINK_FIXED_WRITES << 1);
  REFUSES(sink, driver, 4);
  REFUSES(format, codec, 6);
  REFUSES(handlers, reserved, 1);
#undef REFUSES
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, rtmulti_session_playback_queued(session, 0, 1000));
  CHECK(strstr(rtmulti_session_last_error(session), "RTMULTI_NOW") != NULL);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
}

/* A config that ends before the limits is that of an older program: the limits then have their defaults. */
static void check_older_config(void) {
  rtmulti_config config;
  struct conversation conversation;
  const uint32_t older = (uint32_t)offsetof(rtmulti_config, max_response_ms);
  memset(&config, 0, sizeof config);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_config_init(&config, older));
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 2));
  part(&conversation);
}

/* ---- what comes out ---- */

static rtmulti_result ask_position(rtmulti_session *session, const char *item, void *memory) {
  return rtmulti_session_position(session, TEXT(item), 0, memory);
}

static rtmulti_result ask_message(rtmulti_session *session, const char *item, void *memory) {
  return rtmulti_session_message(session, TEXT(item), memory);
}

static rtmulti_result ask_history(rtmulti_session *session, const char *item, void *memory) {
  return rtmulti_session_history_at(session, item[0] == 'A' ? 0 : 1, memory);
}

static rtmulti_result ask_stats(rtmulti_session *session, const char *item, void *memory) {
  (void)item;
  return rtmulti_session_stats(session, memory);
}

static const struct {
  rtmulti_result (*ask)(rtmulti_session *session, const char *item, void *memory);
  size_t size;
} questions[] = {{ask_position, sizeof(rtmulti_position)},
                 {ask_message, sizeof(rtmulti_message)},
                 {ask_history, sizeof(rtmulti_message)},
                 {ask_stats, sizeof(rtmulti_stats)}};

/* Of a conversation in which item A was heard. An answer is cut to the caller's size, and zeroed up to it; the size is
 * looked at before anything else is, and without an answer the struct is empty. */
static void check_answers(rtmulti_session *session) {
  for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
    for (uint32_t size = 8; size <= questions[i].size + 64; size += 8) {
      CHECK_EQUAL(RTMULTI_OK, questions[i].ask(session, "A", sized(size)));
      CHECK_EQUAL(size, *(uint32_t *)room);
      CHECK(is_all(UNTOUCHED, size, ROOM));
      if (size > questions[i].size) CHECK(is_all(0, questions[i].size, size));
    }
    const uint32_t whole = (uint32_t)questions[i].size;
    if (questions[i].ask != ask_stats) {
      CHECK_EQUAL(RTMULTI_NONE, questions[i].ask(session, "nobody", sized(whole)));
      CHECK(is_all(0, 4, whole));
      CHECK_EQUAL(RTMULTI_ERROR_INVALID, questions[i].ask(session, "nobody", sized(4)));
      CHECK(is_all(UNTOUCHED, 4, ROOM));
      CHECK_EQUAL(RTMULTI_ERROR_INVALID, questions[i].ask(session, "nobody", NULL));
    }
    CHECK_EQUAL(RTMULTI_ERROR_INVALID, questions[i].ask(session, "A", sized(0)));
    CHECK_EQUAL(RTMULTI_ERROR_INVALID, questions[i].ask(NULL, "A", sized(whole)));
    CHECK(is_all(0, 4, whole));
  }
}

/* The same for answers that are no structs, and for polling. */
static void check_other_answers(rtmulti_session *session) {
  int64_t deadline_us = 7;
  const char *text = "text";
  size_t size = 7;
  char name[48] = "name";
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_next_deadline(session, &deadline_us));
  CHECK_EQUAL(INT64_MAX, deadline_us);
  deadline_us = 7;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_next_deadline(NULL, &deadline_us));
  CHECK_EQUAL(INT64_MAX, deadline_us);
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_heard_text(session, TEXT("nobody"), &text, &size));
  CHECK(text == NULL && size == 0);
  text = "text", size = 7;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_generated_text(session, NULL, 0, &text, &size));
  CHECK(text == NULL && size == 0);
  size = 7;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_history_count(NULL, &size));
  CHECK_EQUAL(0, size);
  CHECK_EQUAL(0, rtmulti_mark_name(1, -1, name, sizeof name));
  CHECK_EQUAL(0, name[0]);
  rtmulti_segment *segment = sized(sizeof *segment);
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_segment(session, UINT64_MAX, segment));
  CHECK(is_all(0, 4, sizeof *segment));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_segment(session, UINT64_MAX, sized(0)));
  rtmulti_effect *effect = sized(sizeof *effect);
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, rtmulti_session_poll(session, effect));
  CHECK(is_all(0, 4, sizeof *effect));
}

/* An effect for a newer program, and none lost to one that forgot the size. */
static void check_polling(void) {
  rtmulti_config config;
  rtmulti_session *session = NULL;
  rtmulti_config_init(&config, sizeof config);
  config.delivery = RTMULTI_DELIVER_BY_POLLING;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(&config, &session));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_response_created(session, TEXT("r1"), 0, NULL, 0));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_response_done(session, TEXT("r1"), RTMULTI_STATUS_COMPLETED, NULL, 0));
  const uint32_t whole = sizeof(rtmulti_effect);
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_poll(session, sized(0)));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_poll(session, sized(whole + 16)));
  CHECK_EQUAL(RTMULTI_EFFECT_EVENT, ((rtmulti_effect *)room)->kind);
  CHECK(is_all(0, whole, whole + 16) && is_all(UNTOUCHED, whole + 16, ROOM));
  while (rtmulti_session_poll(session, sized(whole)) == RTMULTI_OK) continue;
  CHECK(is_all(0, 4, whole));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
}

int main(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  check_inits();
  check_what_goes_in();
  check_options_of_later_versions();
  check_older_config();
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 100 * FRAMES_PER_MS));
  CHECK_EQUAL(RTMULTI_OK, say_item_done(&conversation, "A"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(conversation.session, conversation.segment,
                                                            100 * FRAMES_PER_MS, 0, RTMULTI_NOW));
  check_answers(conversation.session);
  check_other_answers(conversation.session);
  part(&conversation);
  check_polling();
  return check_end("struct_size");
}
