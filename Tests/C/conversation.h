/* One conversation for the test programs of this folder: a session with a sink and handlers that only count and
 * remember, and short ways to say what a server says. What a program asks stands in that program. */
#ifndef CONVERSATION_H
#define CONVERSATION_H

#include <rtmulti.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "host.h"

enum { FRAMES_PER_MS = 24 }; /* of PCM16 at 24 kHz, at the source and at the sink */

/* More than the header has of commands or diagnostics. */
enum { KINDS = 32 };

struct conversation {
  struct host host;
  rtmulti_session *session;
  uint64_t segment; /* the newest one that was written to */
  int64_t frames;   /* accepted in all segments */
  uint32_t room;    /* how many frames the next write may bring; no end of them unless a program says so */
  int calls[EFFECT_KINDS];
  int commands[KINDS];     /* by their kind */
  int diagnostics[KINDS];  /* by their kind */
  rtmulti_result told;     /* with the newest diagnostic */
  rtmulti_outcome outcome; /* of the last message that settled */
  int settled;             /* responses */

  /* What a program wants done inside a callback; NULL when nothing. A negative answer is the callback's. */
  int32_t (*inside)(struct conversation *conversation, const rtmulti_effect *effect);
  void *memory; /* of `inside` */
};

static int32_t conversation_takes_write(struct conversation *conversation, const rtmulti_effect *write) {
  const uint32_t taken = write->frames < conversation->room ? write->frames : conversation->room;
  conversation->frames += taken;
  return (int32_t)taken;
}

static int32_t conversation_takes(struct host *host, const rtmulti_effect *effect) {
  struct conversation *conversation = (struct conversation *)host;
  conversation->calls[effect->kind] += 1;
  switch (effect->kind) {
    case RTMULTI_EFFECT_WRITE: conversation->segment = effect->segment; break;
    case RTMULTI_EFFECT_EVENT:
      if (effect->event->kind == RTMULTI_EVENT_MESSAGE) conversation->outcome = effect->event->message->outcome;
      if (effect->event->kind == RTMULTI_EVENT_SETTLED) conversation->settled += 1;
      break;
    case RTMULTI_EFFECT_COMMAND: conversation->commands[effect->command->kind % KINDS] += 1; break;
    case RTMULTI_EFFECT_DIAGNOSTIC:
      conversation->diagnostics[effect->diagnostic->kind % KINDS] += 1;
      conversation->told = effect->diagnostic->result;
      break;
    default: break;
  }
  const int32_t answer = conversation->inside == NULL ? 0 : conversation->inside(conversation, effect);
  return answer == 0 && effect->kind == RTMULTI_EFFECT_WRITE ? conversation_takes_write(conversation, effect) : answer;
}

/* A config in which everything is handed over at once and nothing is estimated. */
static inline rtmulti_config plain_config(void) {
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.estimate = 0;
  config.write_ahead_ms = RTMULTI_UNLIMITED;
  return config;
}

/* Begins a conversation in this format (NULL: PCM16 at 24 kHz) with a sink of these traits. */
static inline void converse_as(struct conversation *conversation, const rtmulti_config *config,
                               const rtmulti_format *format, rtmulti_sink sink) {
  memset(conversation, 0, sizeof *conversation);
  conversation->host.takes = conversation_takes;
  conversation->room = UINT32_MAX;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(config, &conversation->session));
  if (format != NULL) CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_format(conversation->session, format));
  host_fill_sink(&conversation->host, &sink);
  sink.text_write = host_text_write;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(conversation->session, &sink));
  rtmulti_handlers handlers;
  host_fill_handlers(&conversation->host, &handlers);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_handlers(conversation->session, &handlers));
}

static inline rtmulti_sink plain_sink(void) {
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  return sink;
}

static inline void converse(struct conversation *conversation, const rtmulti_config *config) {
  converse_as(conversation, config, NULL, plain_sink());
}

/* Ends a conversation: both the sink and the handlers have to be released, once each. */
static inline void part(struct conversation *conversation) {
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(conversation->session));
  CHECK_EQUAL(2, conversation->host.releases);
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
  CHECK(bytes != NULL);
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
