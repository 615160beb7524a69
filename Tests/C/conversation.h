/* One conversation for the test programs of this folder: a session with a sink and handlers that only count and
 * remember, and short ways to say what a server says. What a program asks stands in that program. */
#ifndef CONVERSATION_H
#define CONVERSATION_H

#include <rtmulti.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { FRAMES_PER_MS = 24 }; /* of PCM16 at 24 kHz, at the source and at the sink */

/* The callbacks of the header, by the effect that they deliver. */
enum { CALLBACK_COUNT = RTMULTI_EFFECT_HEARD + 1 };

struct conversation {
  rtmulti_session *session;
  uint64_t segment; /* the newest one that was written to */
  int64_t frames;   /* accepted in all segments */
  int calls[CALLBACK_COUNT];
  int releases;
  rtmulti_outcome outcome; /* of the last message that settled */
  int settled;             /* responses */

  /* What a program wants done inside a callback; NULL when nothing. Its answer is the callback's. */
  int32_t (*inside)(struct conversation *conversation, int kind);
  void *memory; /* of `inside` */
};

static int32_t called(struct conversation *conversation, int kind) {
  conversation->calls[kind] += 1;
  return conversation->inside == NULL ? 0 : conversation->inside(conversation, kind);
}

static int32_t on_write(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  struct conversation *conversation = (struct conversation *)user_data;
  conversation->segment = segment;
  (void)pcm;
  const int32_t answer = called(conversation, RTMULTI_EFFECT_WRITE);
  if (answer < 0) return answer;
  conversation->frames += frames;
  return (int32_t)frames;
}

static int32_t on_flush(void *user_data, uint64_t segment) {
  (void)segment;
  return called((struct conversation *)user_data, RTMULTI_EFFECT_FLUSH);
}

static int32_t on_clear(void *user_data, uint64_t segment) {
  (void)segment;
  return called((struct conversation *)user_data, RTMULTI_EFFECT_CLEAR);
}

static int32_t on_pause(void *user_data) {
  return called((struct conversation *)user_data, RTMULTI_EFFECT_PAUSE);
}

static int32_t on_resume(void *user_data) {
  return called((struct conversation *)user_data, RTMULTI_EFFECT_RESUME);
}

static int32_t on_text_write(void *user_data, const char *item_id, size_t item_id_size, const char *text,
                             size_t text_size) {
  (void)item_id, (void)item_id_size, (void)text, (void)text_size;
  return called((struct conversation *)user_data, RTMULTI_EFFECT_TEXT_WRITE);
}

static int32_t on_event(void *user_data, const rtmulti_event *event) {
  struct conversation *conversation = (struct conversation *)user_data;
  if (event->kind == RTMULTI_EVENT_MESSAGE) conversation->outcome = event->outcome;
  if (event->kind == RTMULTI_EVENT_SETTLED) conversation->settled += 1;
  return called(conversation, RTMULTI_EFFECT_EVENT);
}

static int32_t on_command(void *user_data, const rtmulti_command *command) {
  (void)command;
  return called((struct conversation *)user_data, RTMULTI_EFFECT_COMMAND);
}

static int32_t on_diagnostic(void *user_data, const rtmulti_diagnostic *diagnostic) {
  (void)diagnostic;
  return called((struct conversation *)user_data, RTMULTI_EFFECT_DIAGNOSTIC);
}

static int32_t on_heard(void *user_data, const rtmulti_heard_audio *heard) {
  (void)heard;
  return called((struct conversation *)user_data, RTMULTI_EFFECT_HEARD);
}

static void on_release(void *user_data) { ((struct conversation *)user_data)->releases += 1; }

/* A config in which everything is handed over at once and nothing is estimated. */
static rtmulti_config plain_config(void) {
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.estimate = 0;
  config.write_ahead_ms = RTMULTI_UNLIMITED;
  return config;
}

static inline void converse(struct conversation *conversation, const rtmulti_config *config) {
  memset(conversation, 0, sizeof *conversation);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(config, &conversation->session));
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.write = on_write;
  sink.flush = on_flush;
  sink.clear = on_clear;
  sink.pause = on_pause;
  sink.resume = on_resume;
  sink.text_write = on_text_write;
  sink.release = on_release;
  sink.user_data = conversation;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(conversation->session, &sink));
  rtmulti_handlers handlers;
  rtmulti_handlers_init(&handlers, sizeof handlers);
  handlers.on_event = on_event;
  handlers.on_command = on_command;
  handlers.on_diagnostic = on_diagnostic;
  handlers.on_heard = on_heard;
  handlers.release = on_release;
  handlers.user_data = conversation;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_handlers(conversation->session, &handlers));
}

/* Ends a conversation: both the sink and the handlers have to be released, once each. */
static inline void part(struct conversation *conversation) {
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(conversation->session));
  CHECK_EQUAL(2, conversation->releases);
}

/* ---- short ways to say what a server says ---- */

#define TEXT(text) (text), RTMULTI_NUL_TERMINATED

static inline rtmulti_result say_response(struct conversation *conversation, const char *response) {
  return rtmulti_session_response_created(conversation->session, TEXT(response), 0, NULL, 0);
}

static inline rtmulti_result say_item(struct conversation *conversation, const char *response,
                                      const char *item) {
  return rtmulti_session_item_added(conversation->session, TEXT(response), TEXT(item), -1,
                                    RTMULTI_ITEM_MESSAGE);
}

/* `frames` frames of PCM16 that are not silent. */
static inline rtmulti_result say_audio(struct conversation *conversation, const char *response,
                                       const char *item, size_t frames) {
  const size_t size = frames * 2;
  unsigned char *bytes = (unsigned char *)malloc(size + 1);
  if (bytes == NULL) return RTMULTI_ERROR_NO_MEMORY;
  for (size_t i = 0; i < size; i++) bytes[i] = (unsigned char)(i * 7 + 1);
  const rtmulti_result result =
      rtmulti_session_audio(conversation->session, TEXT(response), TEXT(item), -1, bytes, size);
  free(bytes);
  return result;
}

static inline rtmulti_result say_text(struct conversation *conversation, const char *response, const char *item,
                                      const char *text) {
  return rtmulti_session_text(conversation->session, TEXT(response), TEXT(item), -1, TEXT(text), -1, -1);
}

static inline rtmulti_result say_item_done(struct conversation *conversation, const char *item) {
  return rtmulti_session_item_done(conversation->session, TEXT(item));
}

static inline rtmulti_result say_response_done(struct conversation *conversation, const char *response) {
  return rtmulti_session_response_done(conversation->session, TEXT(response), RTMULTI_STATUS_COMPLETED, NULL,
                                       0);
}

#endif
