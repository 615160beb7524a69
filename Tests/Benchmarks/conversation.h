/* The conversation that all benchmarks hold: a session, a serial sink that answers at once, and short ways to
 * say what a server says. It counts what it hears, so that a program can see that the work was done. What is
 * timed stands in the programs. */
#ifndef CONVERSATION_H
#define CONVERSATION_H

#include <rtmulti.h>

#include "measure.h"

enum { RATE_HZ = 24000, DELTA_MS = 20, DELTA_FRAMES = RATE_HZ / 1000 * DELTA_MS, DELTA_BYTES = DELTA_FRAMES * 2 };

/* What the listener does with what the sink is given. */
enum hearing {
  HEARS_AT_ONCE, /* each write is reported as played from inside the callback */
  HEARS_NOTHING  /* it waits in the sink; the program reports */
};

struct name {
  char text[32];
  size_t size;
};

struct conversation {
  rtmulti_session *session;
  enum hearing hearing;
  uint64_t segment; /* the newest one that was written to */
  int64_t segment_frames;
  int64_t played_frames; /* of that segment, when the sink is cleared */
  int64_t heard_frames;  /* over all segments */
  int16_t *copy;         /* where the PCM goes that is written, or NULL */
  int64_t settled;       /* responses */
  int64_t responses, messages;
  struct name response, item;
  int64_t truncated_ns, deleted_ns; /* when the last such command came */
  int64_t truncations, deletions;
};

/* --- the sink and the handlers ------------------------------------------------------------------------- */

static int32_t on_write(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  struct conversation *conversation = user_data;
  const int is_first = conversation->segment != segment;
  if (is_first) {
    conversation->segment = segment;
    conversation->segment_frames = 0;
  }
  conversation->segment_frames += frames;
  conversation->heard_frames += frames;
  if (conversation->copy != NULL) {
    memcpy(conversation->copy, pcm, frames * sizeof *pcm);
    conversation->copy += frames;
  }
  if (conversation->hearing == HEARS_AT_ONCE) {
    if (is_first) rtmulti_session_playback_started(conversation->session, segment, RTMULTI_NOW);
    rtmulti_session_playback_progress(conversation->session, segment, conversation->segment_frames, RTMULTI_NOW);
  }
  return (int32_t)frames;
}

static int32_t on_flush(void *user_data, uint64_t segment) {
  struct conversation *conversation = user_data;
  if (conversation->hearing == HEARS_AT_ONCE)
    rtmulti_session_playback_finished(conversation->session, segment, conversation->segment_frames, 0, RTMULTI_NOW);
  return 0;
}

static int32_t on_clear(void *user_data, uint64_t segment) {
  struct conversation *conversation = user_data;
  rtmulti_session_playback_finished(conversation->session, segment, conversation->played_frames, 1, RTMULTI_NOW);
  return 0;
}

static int32_t on_event(void *user_data, const rtmulti_event *event) {
  struct conversation *conversation = user_data;
  if (event->kind == RTMULTI_EVENT_SETTLED) conversation->settled += 1;
  return 0;
}

static int32_t on_command(void *user_data, const rtmulti_command *command) {
  struct conversation *conversation = user_data;
  if (command->kind == RTMULTI_COMMAND_TRUNCATE) {
    conversation->truncated_ns = clock_ns();
    conversation->truncations += 1;
  }
  if (command->kind == RTMULTI_COMMAND_DELETE) {
    conversation->deleted_ns = clock_ns();
    conversation->deletions += 1;
  }
  return 0;
}

/* --- the session --------------------------------------------------------------------------------------- */

/* `config` may be NULL. */
static inline void open_conversation_with(struct conversation *conversation, enum hearing hearing,
                                          const rtmulti_config *config) {
  memset(conversation, 0, sizeof *conversation);
  conversation->hearing = hearing;
  require(rtmulti_session_create(config, &conversation->session) == RTMULTI_OK, "a session could not be created");
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.sample_rate_hz = RATE_HZ;
  sink.write = on_write;
  sink.flush = on_flush;
  sink.clear = on_clear;
  sink.user_data = conversation;
  rtmulti_handlers handlers;
  rtmulti_handlers_init(&handlers, sizeof handlers);
  handlers.on_event = on_event;
  handlers.on_command = on_command;
  handlers.user_data = conversation;
  require(rtmulti_session_set_sink(conversation->session, &sink) == RTMULTI_OK, "the sink was refused");
  require(rtmulti_session_set_handlers(conversation->session, &handlers) == RTMULTI_OK, "the handlers were refused");
}

static inline void open_conversation(struct conversation *conversation, enum hearing hearing) {
  open_conversation_with(conversation, hearing, NULL);
}

/* Time passes as far as the session wants to be told of it. */
static inline void keep_deadlines(struct conversation *conversation) {
  int64_t us;
  while (rtmulti_session_next_deadline(conversation->session, &us) == RTMULTI_OK)
    require(rtmulti_session_advance(conversation->session, us) == RTMULTI_OK, "time was refused");
}

static inline void close_conversation(struct conversation *conversation) {
  require(rtmulti_session_destroy(conversation->session) == RTMULTI_OK, "a session could not be destroyed");
}

/* How audio arrives from now on. */
static inline void set_format(struct conversation *conversation, rtmulti_codec codec, uint32_t sample_rate_hz) {
  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  format.codec = codec;
  format.sample_rate_hz = sample_rate_hz;
  require(rtmulti_session_set_format(conversation->session, &format) == RTMULTI_OK, "the format was refused");
}

/* --- what the server says ------------------------------------------------------------------------------ */

static inline void set_name(struct name *name, const char *kind, int64_t number) {
  name->size = (size_t)snprintf(name->text, sizeof name->text, "%s_%010lld", kind, (long long)number);
}

static inline void begin_response(struct conversation *conversation) {
  set_name(&conversation->response, "resp", ++conversation->responses);
  require(rtmulti_session_response_created(conversation->session, conversation->response.text,
                                           conversation->response.size, 0, NULL, 0) == RTMULTI_OK,
          "a response was refused");
}

static inline void begin_message(struct conversation *conversation) {
  const struct name *response = &conversation->response, *item = &conversation->item;
  set_name(&conversation->item, "item", ++conversation->messages);
  require(rtmulti_session_item_added(conversation->session, response->text, response->size, item->text, item->size,
                                     -1, RTMULTI_ITEM_MESSAGE) == RTMULTI_OK,
          "an item was refused");
  require(rtmulti_session_part_added(conversation->session, response->text, response->size, item->text, item->size,
                                     0, RTMULTI_PART_AUDIO, NULL) == RTMULTI_OK,
          "a part was refused");
}

static inline void send_transcript(struct conversation *conversation, const char *text) {
  const struct name *response = &conversation->response, *item = &conversation->item;
  require(rtmulti_session_text(conversation->session, response->text, response->size, item->text, item->size, 0,
                               text, strlen(text), -1, -1) == RTMULTI_OK,
          "a transcript was refused");
}

/* The call that is measured: one delta, or one packet. */
static inline void send_audio(struct conversation *conversation, const void *bytes, size_t size) {
  const struct name *response = &conversation->response, *item = &conversation->item;
  require(rtmulti_session_audio(conversation->session, response->text, response->size, item->text, item->size, 0,
                                bytes, size) == RTMULTI_OK,
          "a delta was refused");
}

/* The same for one packet that bears numbers: the packet `index` of its message. */
static inline void send_packet(struct conversation *conversation, const void *bytes, size_t size, int index) {
  const struct name *response = &conversation->response, *item = &conversation->item;
  require(rtmulti_session_packet(conversation->session, response->text, response->size, item->text, item->size, 0,
                                 bytes, size, (uint16_t)index, (uint32_t)index * 960) == RTMULTI_OK,
          "a packet was refused");
}

static inline void end_message(struct conversation *conversation) {
  require(rtmulti_session_item_done(conversation->session, conversation->item.text, conversation->item.size) ==
              RTMULTI_OK,
          "the end of an item was refused");
}

static inline void end_response(struct conversation *conversation, rtmulti_status status) {
  require(rtmulti_session_response_done(conversation->session, conversation->response.text,
                                        conversation->response.size, status, NULL, 0) >= RTMULTI_OK,
          "the end of a response was refused");
}

/* 20 ms of PCM16 at the sink's own rate; what they say does not matter. */
static inline const int16_t *pcm_delta(void) {
  static int16_t pcm[DELTA_FRAMES];
  for (int i = 0; i < DELTA_FRAMES; i++) pcm[i] = (int16_t)(i * 2654435761u >> 16);
  return pcm;
}

#endif
