/* A session of random calls, recorded; see again.h. Whether they make sense is not asked: they must be replayed. */
#include <stdlib.h>
#include <string.h>

#include "../C/host.h"
#include "../C/pulled.h"
#include "../C/random_traffic.h"
#include "again.h"
#include "listing.h"
#include "trace.h"

enum { CALLS = 250, ITEMS = 6, RESPONSES = 3, SEGMENTS = 12, KINDS = 60, MAXIMUM_BYTES = 4000 };

struct wild {
  struct host host;
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

static struct slice any_item(struct wild *wild) {
  return slice_of(arena_print(&wild->arena, "item_%d", from(wild, 1, ITEMS)));
}

static struct slice any_response(struct wild *wild) {
  if (chance(wild, 5)) return (struct slice){NULL, 0};
  return slice_of(arena_print(&wild->arena, "resp_%d", from(wild, 1, RESPONSES)));
}

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

static int32_t take(struct host *host, const rtmulti_effect *effect) {
  struct wild *wild = (struct wild *)host;
  list_effect(&wild->listing, effect, wild->channels);
  if (effect->kind == RTMULTI_EFFECT_RESUME) return answer(wild, 3); /* more than 0 is no failure */
  if (effect->kind != RTMULTI_EFFECT_WRITE) return answer(wild, 0);
  wild->newest_segment = effect->segment;
  return answer(wild, chance(wild, 5) ? from(wild, 0, (int)effect->frames + 2) : (int32_t)effect->frames);
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
  sink.flags = (uint32_t)from(wild, 0, 7) | (chance(wild, 4) ? RTMULTI_SINK_FIXED_WRITES : 0u);
  sink.sample_rate_hz = rates_hz[from(wild, 0, 4)];
  sink.channels = (uint32_t)from(wild, 1, 2);
  sink.output_latency_ms = (uint32_t)from(wild, 0, 2) * 40;
  sink.driver = (uint32_t)from(wild, 0, 3);
  sink.frame_ms = (uint32_t)from(wild, 1, 3) * 10;
  sink.prebuffer_ms = (uint32_t)from(wild, 0, 1) * 60;
  sink.pad_last_frame = (uint32_t)from(wild, 0, 1);
  if (sink.driver < RTMULTI_DRIVER_PULLED && chance(wild, 6)) {
    sink.codec = chance(wild, 2) ? RTMULTI_CODEC_ULAW : RTMULTI_CODEC_ALAW;
    sink.sample_rate_hz = 8000;
    sink.channels = 1;
  }
  host_fill_sink(&wild->host, &sink);
  if (chance(wild, 6)) sink.flush = NULL;
  if (chance(wild, 6)) sink.clear = NULL;
  if (chance(wild, 6)) sink.resume = NULL;
  if (chance(wild, 2)) sink.text_write = host_text_write;
  const uint32_t channels = wild->channels;
  wild->channels = sink.channels;
  const rtmulti_result result = rtmulti_session_set_sink(wild->session, &sink);
  if (result < 0) {
    wild->channels = channels;
  } else {
    wild->is_pulled = sink.driver == RTMULTI_DRIVER_PULLED;
  }
}

static void set_handlers(struct wild *wild, bool are_all) {
  rtmulti_handlers handlers;
  host_fill_handlers(&wild->host, &handlers);
  if (!are_all && chance(wild, 4)) handlers.on_event = NULL;
  if (!are_all && chance(wild, 4)) handlers.on_command = NULL;
  if (!are_all && chance(wild, 4)) handlers.on_diagnostic = NULL;
  if (!are_all && chance(wild, 4)) handlers.on_heard_audio = NULL;
  rtmulti_session_set_handlers(wild->session, &handlers);
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

static struct slice any_words(struct wild *wild) {
  static const char *const words[] = {"token", "rtmulti_1", "commentary", "item_1 is shorter: 120ms", "invalid_value"};
  return chance(wild, 5) ? (struct slice){NULL, 0} : slice_of(words[from(wild, 0, 4)]);
}

/* Mostly whole; now and then with the beginning of a character, its rest, or neither. */
static struct slice any_text(struct wild *wild) {
  static const char *const texts[] = {"gr\xc3", "\xbc\xc3\x9f", "\xff"};
  return slice_of(chance(wild, 4) ? texts[from(wild, 0, 2)] : "Some words. ");
}

static struct slice any_audio(struct wild *wild, bool is_packet) {
  const size_t size = (size_t)from(wild, 0, is_packet ? 200 : MAXIMUM_BYTES);
  char *bytes = arena_take(&wild->arena, size + 1);
  for (size_t i = 0; i < size; i++) bytes[i] = (char)random_bits(&wild->state);
  /* Now and then more than there may be, of which the library reads nothing. */
  return (struct slice){bytes, !is_packet && chance(wild, 30) ? (size_t)1 << 36 : size};
}

static struct slice any_event(struct wild *wild) {
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
  const struct slice id = chance(wild, 2) ? any_item(wild) : any_response(wild);
  const int size = snprintf(text, sizeof text, events[from(wild, 0, 5)], id.size == 0 ? "" : id.bytes);
  return arena_copy(&wild->arena, text, (size_t)size);
}

/* PCM16 mostly, and now and then one that is none. */
static void any_format(struct wild *wild, int64_t *numbers) {
  numbers[0] = chance(wild, 2) ? RTMULTI_CODEC_PCM16 : from(wild, 0, 5);
  const bool is_g711 = numbers[0] == RTMULTI_CODEC_ULAW || numbers[0] == RTMULTI_CODEC_ALAW;
  numbers[1] = chance(wild, 3) ? 16000 : 24000;
  numbers[2] = !is_g711 && chance(wild, 4) ? 2 : 1;
}

static int64_t any_time(struct wild *wild) {
  wild->now_us += chance(wild, 20) ? -5000 : from(wild, 0, 60) * 1000;
  return wild->now_us;
}

static void fill(struct wild *wild, struct trace_entry *entry, char field, size_t *texts) {
  int64_t *number = entry->numbers + entry->number_count;
  switch (field) {
    case 'p':
      entry->response = any_response(wild);
      entry->item = any_item(wild);
      entry->content = from(wild, -1, 1);
      return;
    case 'r': entry->response = any_response(wild); return;
    case 'i': entry->item = any_item(wild); return;
    case 't': entry->texts[(*texts)++] = any_words(wild); return;
    case 'a': entry->texts[(*texts)++] = any_audio(wild, entry->kind == TRACE_PACKET); return;
    case 'x': entry->texts[(*texts)++] = any_text(wild); return;
    case 'j': entry->texts[(*texts)++] = any_event(wild); return;
    case 'g': *number = chance(wild, 10) ? from(wild, 0, SEGMENTS) : (int64_t)wild->newest_segment; break;
    case 'd': *number = from(wild, -1, 2400); break;
    case 'u': *number = any_time(wild); break;
    case 's': *number = chance(wild, 4) ? 300 : from(wild, -1, 3); break;
    case 'f':
      any_format(wild, number);
      entry->number_count += 2;
      break;
    /* A kind, a status, some bits, a count of packets: small ones are mostly some. */
    default: *number = chance(wild, 10) ? from(wild, 0, 30) : from(wild, 0, 5); break;
  }
  entry->number_count += 1;
}

/* Deltas and time come often, and what ends a conversation is rare. */
static enum trace_kind any_input(struct wild *wild) {
  const int what = from(wild, 0, 99);
  if (what < 25) return TRACE_AUDIO;
  if (what < 40) return TRACE_ADVANCE;
  enum trace_kind kind = 0;
  do {
    for (int i = from(wild, 1, KINDS); i > 0; i--) kind = trace_next_kind(kind);
  } while (!trace_is_input(kind) || ((kind == TRACE_CLOSE || kind == TRACE_RECONNECT) && !chance(wild, 5)));
  return kind;
}

static void say_something(struct wild *wild) {
  struct trace_entry entry = {.kind = any_input(wild)};
  size_t texts = 0;
  for (const char *field = trace_fields(entry.kind); *field != '\0'; field++) fill(wild, &entry, *field, &texts);
  /* Packets follow each other. */
  if (entry.kind == TRACE_PACKET) entry.numbers[1] = entry.numbers[0] * 960;
  trace_call(wild->session, &entry);
}

static void pull(struct wild *wild) {
  int16_t block[2 * 480];
  if (!wild->is_pulled) return;
  const uint32_t taken =
      pull_now(wild->session, block, (uint32_t)from(wild, 0, 480), wild->channels, (uint32_t)from(wild, 0, 2) * 100);
  list_pull(&wild->listing, block, taken, wild->channels);
}

static void call_something(struct wild *wild) {
  const int what = from(wild, 0, 99);
  if (what < 6) {
    pull(wild);
  } else if (what < 8) {
    set_sink(wild);
  } else if (what < 9) {
    set_handlers(wild, false);
  } else {
    say_something(wild);
  }
  if (wild->is_polled && wild->depth == 0) poll_some(wild);
}

/* ---- one session ---- */

static int32_t write_trace(void *user_data, const void *bytes, size_t size) {
  return fwrite(bytes, 1, size, user_data) == size ? 0 : -1;
}

const char *wild_run(void *about, FILE *effects, FILE *trace) {
  struct wild wild = {
      .host.takes = take, .state = *(const uint64_t *)about, .listing = {.file = effects}, .channels = 1};
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
      trace == NULL ? RTMULTI_OK : rtmulti_session_trace(wild.session, write_trace, NULL, trace);
  set_handlers(&wild, true);
  for (int i = 0; i < CALLS; i++) call_something(&wild);
  const bool is_destroyed = rtmulti_session_destroy(wild.session) == RTMULTI_OK;
  listing_end(&wild.listing);
  arena_free(&wild.arena);
  return result != RTMULTI_OK ? "the session could not be recorded" : is_destroyed ? NULL : "it lives on";
}
