/* A host in one function: every callback of a sink and of the handlers becomes the effect that polling would hand out.
 * What a program does with an effect stands in that program; nothing here remembers any. */
#ifndef HOST_H
#define HOST_H

#include <rtmulti.h>

/* The callbacks of the header, by the effect that they deliver. */
enum { EFFECT_KINDS = RTMULTI_EFFECT_HEARD_AUDIO + 1 };

struct host {
  /* Answers what the callback does: of a write the frames that were taken, else 0; negative when it failed. */
  int32_t (*takes)(struct host *host, const rtmulti_effect *effect);
  int releases; /* of what was plugged */
};

static int32_t host_write(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  struct host *host = (struct host *)user_data;
  return host->takes(host, &(rtmulti_effect){.struct_size = sizeof(rtmulti_effect),
                                             .kind = RTMULTI_EFFECT_WRITE,
                                             .segment = segment,
                                             .pcm = pcm,
                                             .frames = frames});
}

static int32_t host_write_codes(void *user_data, uint64_t segment, const uint8_t *codes, uint32_t frames) {
  struct host *host = (struct host *)user_data;
  return host->takes(host, &(rtmulti_effect){.struct_size = sizeof(rtmulti_effect),
                                             .kind = RTMULTI_EFFECT_WRITE,
                                             .segment = segment,
                                             .codes = codes,
                                             .frames = frames});
}

/* An effect of which there is nothing to say but its segment, if it has one. */
static int32_t host_takes_order(void *user_data, rtmulti_effect_kind kind, uint64_t segment) {
  struct host *host = (struct host *)user_data;
  return host->takes(
      host, &(rtmulti_effect){.struct_size = sizeof(rtmulti_effect), .kind = kind, .segment = segment});
}

static int32_t host_flush(void *user_data, uint64_t segment) {
  return host_takes_order(user_data, RTMULTI_EFFECT_FLUSH, segment);
}

static int32_t host_clear(void *user_data, uint64_t segment) {
  return host_takes_order(user_data, RTMULTI_EFFECT_CLEAR, segment);
}

static int32_t host_pause(void *user_data) { return host_takes_order(user_data, RTMULTI_EFFECT_PAUSE, 0); }

static int32_t host_resume(void *user_data) { return host_takes_order(user_data, RTMULTI_EFFECT_RESUME, 0); }

static inline int32_t host_text_write(void *user_data, const char *item_id, size_t item_id_size, const char *text,
                               size_t text_size) {
  struct host *host = (struct host *)user_data;
  return host->takes(host, &(rtmulti_effect){.struct_size = sizeof(rtmulti_effect),
                                             .kind = RTMULTI_EFFECT_TEXT_WRITE,
                                             .item_id = item_id,
                                             .item_id_size = item_id_size,
                                             .text = text,
                                             .text_size = text_size});
}

static int32_t host_event(void *user_data, const rtmulti_event *event) {
  struct host *host = (struct host *)user_data;
  return host->takes(host, &(rtmulti_effect){
                               .struct_size = sizeof(rtmulti_effect), .kind = RTMULTI_EFFECT_EVENT, .event = event});
}

static int32_t host_command(void *user_data, const rtmulti_command *command) {
  struct host *host = (struct host *)user_data;
  return host->takes(
      host,
      &(rtmulti_effect){.struct_size = sizeof(rtmulti_effect), .kind = RTMULTI_EFFECT_COMMAND, .command = command});
}

static int32_t host_diagnostic(void *user_data, const rtmulti_diagnostic *diagnostic) {
  struct host *host = (struct host *)user_data;
  return host->takes(host, &(rtmulti_effect){.struct_size = sizeof(rtmulti_effect),
                                             .kind = RTMULTI_EFFECT_DIAGNOSTIC,
                                             .diagnostic = diagnostic});
}

static int32_t host_heard_audio(void *user_data, const rtmulti_heard_audio *heard) {
  struct host *host = (struct host *)user_data;
  return host->takes(host, &(rtmulti_effect){.struct_size = sizeof(rtmulti_effect),
                                             .kind = RTMULTI_EFFECT_HEARD_AUDIO,
                                             .heard_audio = heard});
}

static void host_release(void *user_data) { ((struct host *)user_data)->releases += 1; }

/* Gives a described sink the callbacks of this host. A sink shows text only if its `text_write` is set, so that is left
 * to the program. */
static inline void host_fill_sink(struct host *host, rtmulti_sink *sink) {
  sink->write = host_write;
  sink->write_codes = host_write_codes;
  sink->flush = host_flush;
  sink->clear = host_clear;
  sink->pause = host_pause;
  sink->resume = host_resume;
  sink->release = host_release;
  sink->user_data = host;
}

/* All handlers; what a program does not want to hear of it takes away again. */
static inline void host_fill_handlers(struct host *host, rtmulti_handlers *handlers) {
  rtmulti_handlers_init(handlers, sizeof *handlers);
  handlers->on_event = host_event;
  handlers->on_command = host_command;
  handlers->on_diagnostic = host_diagnostic;
  handlers->on_heard_audio = host_heard_audio;
  handlers->release = host_release;
  handlers->user_data = host;
}

#endif
