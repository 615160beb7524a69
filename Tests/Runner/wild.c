/* A session of random calls, recorded; see again.h. Whether they make sense is not asked: they must be replayed. */
#include <rtmulti.h>
#include <stdlib.h>
#include <string.h>

#include "../C/pulled.h"
#include "../C/random_traffic.h"
#include "again.h"
#include "listing.h"

enum { CALLS = 250, ITEMS = 6, RESPONSES = 3, SEGMENTS = 12, MAXIMUM_BYTES = 4000 };

struct wild {
  uint64_t state;
  rtmulti_session *session;
  struct listing listing;
  struct arena arena;
  bool is_polled;
  bool is_pulled;
  uint32_t channels;
  int depth; /* 1 inside a callback */
  int64_t now_us;
  uint64_t newest_segment;
};

static int from(struct wild *wild, int least, int most) { return random_from(&wild->state, least, most); }

static bool chance(struct wild *wild, int one_in) { return from(wild, 1, one_in) == 1; }

static void call_something(struct wild *wild);

/* ---- callbacks ---- */

/* Says something to the session from inside now and then, and fails now and then. */
static int32_t answer(struct wild *wild, int32_t expected) {
  if (wild->depth == 0 && chance(wild, 4)) {
    wild->depth = 1;
    for (int i = from(wild, 1, 2); i > 0; i--) call_something(wild);
    wild->depth = 0;
  }
  return chance(wild, 40) ? -7 : expected;
}

static int32_t on_write(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  struct wild *wild = user_data;
  wild->newest_segment = segment;
  list_write(&wild->listing, segment, pcm, frames, wild->channels);
  const int32_t taken = chance(wild, 5) ? from(wild, 0, (int)frames + 2) : (int32_t)frames;
  return answer(wild, taken);
}

static int32_t on_flush(void *user_data, uint64_t segment) {
  struct wild *wild = user_data;
  list_flush(&wild->listing, segment);
  return answer(wild, 0);
}

static int32_t on_clear(void *user_data, uint64_t segment) {
  struct wild *wild = user_data;
  list_clear(&wild->listing, segment);
  return answer(wild, 0);
}

static int32_t on_pause(void *user_data) {
  struct wild *wild = user_data;
  list_pause(&wild->listing, true);
  return answer(wild, 0);
}

static int32_t on_resume(void *user_data) {
  struct wild *wild = user_data;
  list_pause(&wild->listing, false);
  return answer(wild, 3); /* more than 0 is no failure */
}

static int32_t on_text_write(void *user_data, const char *item_id, size_t item_id_size, const char *text,
                             size_t text_size) {
  struct wild *wild = user_data;
  list_text_write(&wild->listing, (struct slice){item_id, item_id_size}, (struct slice){text, text_size});
  return answer(wild, 0);
}

static int32_t on_event(void *user_data, const rtmulti_event *event) {
  struct wild *wild = user_data;
  list_event(&wild->listing, event);
  return answer(wild, 0);
}

static int32_t on_command(void *user_data, const rtmulti_command *command) {
  struct wild *wild = user_data;
  list_command(&wild->listing, command);
  return answer(wild, 0);
}

static int32_t on_diagnostic(void *user_data, const rtmulti_diagnostic *diagnostic) {
  struct wild *wild = user_data;
  list_diagnostic(&wild->listing, diagnostic);
  return answer(wild, 0);
}

static int32_t on_heard(void *user_data, const rtmulti_heard_audio *heard) {
  struct wild *wild = user_data;
  list_heard(&wild->listing, heard);
  return answer(wild, 0);
}

/* ---- wiring ---- */

static void set_sink(struct wild *wild) {
  if (chance(wild, 8)) {
    rtmulti_session_set_sink(wild->session, NULL);
    return;
  }
  static const uint32_t rates_hz[] = {8000, 16000, 24000, 44100, 48000};
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.flags = (uint32_t)from(wild, 0, 7);
  sink.sample_rate_hz = rates_hz[from(wild, 0, 4)];
  sink.channels = (uint32_t)from(wild, 1, 2);
  sink.output_latency_ms = (uint32_t)from(wild, 0, 2) * 40;
  sink.driver = (uint32_t)from(wild, 0, 2);
  sink.frame_ms = (uint32_t)from(wild, 1, 3) * 10;
  sink.prebuffer_ms = (uint32_t)from(wild, 0, 1) * 60;
  sink.pad_last_frame = (uint32_t)from(wild, 0, 1);
  sink.write = on_write;
  if (!chance(wild, 6)) sink.flush = on_flush;
  if (!chance(wild, 6)) sink.clear = on_clear;
  sink.pause = on_pause;
  if (!chance(wild, 6)) sink.resume = on_resume;
  if (chance(wild, 2)) sink.text_write = on_text_write;
  sink.user_data = wild;
  const uint32_t channels = wild->channels;
  wild->channels = sink.channels;
  const rtmulti_result result = rtmulti_session_set_sink(wild->session, &sink);
  if (result == RTMULTI_ERROR_CLOSED || result == RTMULTI_ERROR_BUSY) {
    wild->channels = channels;
  } else {
    wild->is_pulled = sink.driver == RTMULTI_DRIVER_PULLED;
  }
}

static void set_handlers(struct wild *wild, bool are_all) {
  rtmulti_handlers handlers;
  rtmulti_handlers_init(&handlers, sizeof handlers);
  if (are_all || !chance(wild, 4)) handlers.on_event = on_event;
  if (are_all || !chance(wild, 4)) handlers.on_command = on_command;
  if (are_all || !chance(wild, 4)) handlers.on_diagnostic = on_diagnostic;
  if (are_all || !chance(wild, 4)) handlers.on_heard = on_heard;
  handlers.user_data = wild;
  rtmulti_session_set_handlers(wild->session, &handlers);
}

static rtmulti_format any_format(struct wild *wild) {
  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  format.codec = (rtmulti_codec)from(wild, 1, 5);
  if (chance(wild, 2)) format.codec = RTMULTI_CODEC_PCM16;
  if (chance(wild, 3)) format.sample_rate_hz = 16000;
  if (format.codec != RTMULTI_CODEC_ULAW && format.codec != RTMULTI_CODEC_ALAW && chance(wild, 4))
    format.channels = 2;
  return format;
}

/* ---- polling ---- */

static void poll_some(struct wild *wild) {
  for (int i = from(wild, 0, 40); i > 0; i--) {
    rtmulti_effect effect = {.struct_size = sizeof effect};
    if (rtmulti_session_poll(wild->session, &effect) != RTMULTI_OK) return;
    list_effect(&wild->listing, &effect, wild->channels);
    if (effect.kind != RTMULTI_EFFECT_WRITE) continue;
    wild->newest_segment = effect.segment;
    if (chance(wild, 4))
      rtmulti_session_poll_accept(wild->session, (uint32_t)from(wild, 0, (int)effect.frames));
  }
}

/* ---- inputs ---- */

static const char *item_of(struct wild *wild) {
  return arena_print(&wild->arena, "item_%d", from(wild, 1, ITEMS));
}

static const char *response_of(struct wild *wild) {
  return chance(wild, 5) ? NULL : arena_print(&wild->arena, "resp_%d", from(wild, 1, RESPONSES));
}

/* A segment that there is, mostly. */
static uint64_t segment_of(struct wild *wild) {
  return chance(wild, 10) ? (uint64_t)from(wild, 0, SEGMENTS) : wild->newest_segment;
}

#define TEXT(text) (text), RTMULTI_NUL_TERMINATED

static void say_audio(struct wild *wild, bool is_packet) {
  unsigned char bytes[MAXIMUM_BYTES];
  const size_t size = (size_t)from(wild, 0, is_packet ? 200 : MAXIMUM_BYTES);
  for (size_t i = 0; i < size; i++) bytes[i] = (unsigned char)random_bits(&wild->state);
  const char *response = response_of(wild);
  const int32_t content = from(wild, -1, 1);
  if (!is_packet) {
    /* Now and then more than there may be, of which the library reads nothing. */
    const size_t told = chance(wild, 30) ? (size_t)1 << 36 : size;
    rtmulti_session_audio(wild->session, TEXT(response), TEXT(item_of(wild)), content, bytes, told);
  } else {
    rtmulti_session_packet(wild->session, TEXT(response), TEXT(item_of(wild)), content, bytes, size,
                           (uint16_t)from(wild, 0, 20), (uint32_t)from(wild, 0, 20) * 960);
  }
}

static void say_json(struct wild *wild) {
  static const char *const events[] = {
      "{\"type\":\"response.created\",\"response\":{\"id\":\"%s\"}}",
      "{\"type\":\"response.output_audio.delta\",\"response_id\":\"resp_1\",\"item_id\":\"%s\","
      "\"output_index\":0,\"content_index\":0,\"delta\":\"AAABAAIAAwAEAAUA\"}",
      "{\"type\":\"response.output_audio_transcript.delta\",\"response_id\":\"resp_1\",\"item_id\":\"%s\","
      "\"output_index\":0,\"content_index\":0,\"delta\":\"word \"}",
      "{\"type\":\"conversation.item.deleted\",\"item_id\":\"%s\"}",
      "{\"type\":\"error\",\"error\":{\"code\":\"item_not_found\",\"message\":\"%s is not there\"}}",
      "{\"type\":\"nonsense %s"};
  char text[512];
  const char *id = chance(wild, 2) ? item_of(wild) : arena_print(&wild->arena, "resp_%d", from(wild, 1, 3));
  const int size = snprintf(text, sizeof text, events[from(wild, 0, 5)], id);
  rtmulti_session_receive_json(wild->session, text, (size_t)size);
}

static void pull(struct wild *wild) {
  int16_t block[2 * 480];
  if (!wild->is_pulled) return;
  const uint32_t taken =
      pull_now(wild->session, block, (uint32_t)from(wild, 0, 480), wild->channels, (uint32_t)from(wild, 0, 2) * 100);
  list_pull(&wild->listing, block, taken, wild->channels);
}

static void advance(struct wild *wild) {
  wild->now_us += chance(wild, 20) ? -5000 : from(wild, 0, 60) * 1000;
  rtmulti_session_advance(wild->session, wild->now_us);
}

static void say_item(struct wild *wild) {
  const rtmulti_format format = any_format(wild);
  const char *response = response_of(wild), *item = item_of(wild);
  switch (from(wild, 0, 5)) {
    case 0:
      rtmulti_session_item_added(wild->session, TEXT(response), TEXT(item), from(wild, -1, 3),
                                 (rtmulti_item_kind)from(wild, 1, 3));
      break;
    case 1:
      rtmulti_session_part_added(wild->session, TEXT(response), TEXT(item), from(wild, -1, 1),
                                 (rtmulti_part_kind)from(wild, 1, 2), chance(wild, 2) ? &format : NULL);
      break;
    case 2: rtmulti_session_part_done(wild->session, TEXT(item), from(wild, -1, 1)); break;
    case 3: rtmulti_session_item_done(wild->session, TEXT(item)); break;
    case 4: rtmulti_session_set_phase(wild->session, TEXT(item), TEXT("commentary")); break;
    default:
      rtmulti_session_text(wild->session, TEXT(response), TEXT(item), from(wild, -1, 1), TEXT("Some words. "),
                           chance(wild, 2) ? 0 : -1, chance(wild, 2) ? 300 : -1);
      break;
  }
}

static void say_response(struct wild *wild) {
  const char *response = arena_print(&wild->arena, "resp_%d", from(wild, 1, RESPONSES));
  switch (from(wild, 0, 5)) {
    case 0: rtmulti_session_expect_response(wild->session, TEXT("token")); break;
    case 1:
      rtmulti_session_response_done(wild->session, TEXT(response), (rtmulti_status)from(wild, 0, 5),
                                    TEXT("a reason"));
      break;
    case 2:
      rtmulti_session_function_call(wild->session, TEXT(response_of(wild)), TEXT(item_of(wild)), TEXT("call_1"),
                                    TEXT("weather"), TEXT("{}"));
      break;
    case 3:
      rtmulti_session_command_rejected(wild->session, TEXT(chance(wild, 2) ? "rtmulti_1" : NULL),
                                       TEXT("invalid_value"), TEXT("item_1 is shorter: 120ms"));
      break;
    default:
      rtmulti_session_response_created(wild->session, TEXT(response), (uint32_t)from(wild, 0, 17),
                                       TEXT(chance(wild, 3) ? "token" : NULL));
      break;
  }
}

static void report(struct wild *wild) {
  const uint64_t segment = segment_of(wild);
  const int64_t frames = from(wild, -1, 2400);
  char name[48];
  switch (from(wild, 0, 5)) {
    case 0: rtmulti_session_playback_started(wild->session, segment); break;
    case 1: rtmulti_session_playback_finished(wild->session, segment, frames, from(wild, 0, 1)); break;
    case 2: rtmulti_session_playback_queued(wild->session, frames); break;
    case 3:
      if (rtmulti_mark_name(segment, frames, name, sizeof name) == 0) strcpy(name, "somebody else's");
      rtmulti_session_playback_mark(wild->session, TEXT(name));
      break;
    case 4: rtmulti_session_sink_ready(wild->session); break;
    default: rtmulti_session_playback_progress(wild->session, segment, frames); break;
  }
}

static void call_something(struct wild *wild) {
  const int what = from(wild, 0, 99);
  if (what < 25) {
    say_audio(wild, false);
  } else if (what < 30) {
    say_audio(wild, true);
  } else if (what < 45) {
    advance(wild);
  } else if (what < 60) {
    say_item(wild);
  } else if (what < 68) {
    say_response(wild);
  } else if (what < 80) {
    report(wild);
  } else if (what < 84) {
    say_json(wild);
  } else if (what < 90) {
    pull(wild);
  } else if (what < 92) {
    const rtmulti_format format = any_format(wild);
    rtmulti_session_set_format(wild->session, &format);
  } else if (what < 94) {
    set_sink(wild);
  } else if (what < 95) {
    set_handlers(wild, false);
  } else if (what < 97) {
    rtmulti_session_interrupt(wild->session, TEXT(chance(wild, 3) ? response_of(wild) : NULL),
                              (rtmulti_interrupter)from(wild, 0, 2));
  } else if (what < 99) {
    chance(wild, 2) ? rtmulti_session_pause(wild->session) : rtmulti_session_resume(wild->session);
  } else if (chance(wild, 2)) {
    rtmulti_session_text_delivered(wild->session, TEXT(item_of(wild)));
  } else {
    chance(wild, 3) ? rtmulti_session_close(wild->session) : rtmulti_session_reconnect(wild->session);
  }
  if (wild->is_polled && wild->depth == 0) poll_some(wild);
}

/* ---- one session ---- */

static int32_t write_trace(void *user_data, const void *bytes, size_t size) {
  return fwrite(bytes, 1, size, user_data) == size ? 0 : -1;
}

const char *wild_run(void *about, FILE *effects, FILE *trace) {
  struct wild wild = {.state = *(const uint64_t *)about, .listing = {.file = effects}, .channels = 1};
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  wild.is_polled = chance(&wild, 3);
  config.delivery = wild.is_polled ? RTMULTI_DELIVER_BY_POLLING : RTMULTI_DELIVER_BY_CALLBACK;
  config.server = (uint32_t)from(&wild, 0, 63);
  config.estimate = (uint32_t)from(&wild, 0, 1);
  config.heard_audio = (uint32_t)from(&wild, 0, 1);
  config.step_back_ms = (uint32_t)from(&wild, 0, 1) * 500;
  config.wire = (uint32_t)from(&wild, 0, 1);
  if (chance(&wild, 4)) config.max_queued_bytes = 20000;
  if (chance(&wild, 4)) config.max_text_bytes = 40;
  if (rtmulti_session_create(&config, &wild.session) != RTMULTI_OK) return "a session could not be made";
  /* Some wiring may come before the recording. */
  if (chance(&wild, 2)) set_handlers(&wild, true);
  if (chance(&wild, 2)) set_sink(&wild);
  const rtmulti_result result =
      trace == NULL ? RTMULTI_OK : rtmulti_session_record(wild.session, write_trace, trace);
  set_handlers(&wild, true);
  for (int i = 0; i < CALLS; i++) call_something(&wild);
  const bool is_destroyed = rtmulti_session_destroy(wild.session) == RTMULTI_OK;
  listing_end(&wild.listing);
  arena_free(&wild.arena);
  return result != RTMULTI_OK ? "the session could not be recorded" : is_destroyed ? NULL : "it lives on";
}
