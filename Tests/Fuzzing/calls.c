/* Sequences of calls in any order with any arguments, also from inside callbacks, with callbacks that fail or take
 * less, through all three drivers and both doors. What is good and what is bad of an argument is values.c's; the laws
 * are in laws.c.
 *
 * An input is a config, a sink, and then one byte for each call with its arguments behind it. Each effect takes one
 * byte more: what its callback does (see `inside`). */
#include <string.h>

#include "laws.h"
#include "values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
  MAY_TELL = MAY_INPUT | MAY_LIMITS,
  MAY_FIND = MAY(RTMULTI_OK) | MAY(RTMULTI_NONE) | MAY(RTMULTI_ERROR_INVALID),
  MAY_SUPPORT = MAY_INPUT | MAY(RTMULTI_ERROR_UNSUPPORTED),
  MAXIMUM_CALLS = 400,
  TOMBSTONE_US = 60000000
};

struct client {
  struct watch watch;
  struct cursor cursor;
  int64_t now_us;
  int calls;
};

static bool is_from_callback(const struct client *client) { return client->watch.is_inside && !client->watch.polls; }

static int64_t written(struct client *client) {
  return client->watch.segment == 0 ? 0 : watch_segment(&client->watch, client->watch.segment)->written_frames;
}

static struct name response_name(struct client *client) {
  const struct name name = take_name(&client->cursor, NAME_RESPONSE);
  if (name.size == name.real_size) watch_name(&client->watch, true, name.bytes, name.real_size);
  return name;
}

static struct name item_name(struct client *client) {
  const struct name name = take_name(&client->cursor, NAME_ITEM);
  if (name.size == name.real_size) watch_name(&client->watch, false, name.bytes, name.real_size);
  return name;
}

static uint64_t take_segment(struct client *client) {
  const uint8_t byte = take_byte(&client->cursor);
  if (byte < 200 || client->watch.played_count == 0) return client->watch.segment;
  if (byte < 240) return client->watch.played[byte % client->watch.played_count].segment;
  return byte & 1 ? UINT64_MAX : byte;
}

#define NAMED(name) (name).bytes, (name).size
#define BYTE() take_byte(&client->cursor)
#define WORDS() take_name(&client->cursor, NAME_WORDS)
#define TOKEN() take_name(&client->cursor, NAME_TOKEN)
#define INDEX() take_index(&client->cursor)

/* ---- what the server says ---- */

static rtmulti_result tell(struct client *client, unsigned kind, uint32_t *may) {
  rtmulti_session *session = client->watch.session;
  *may = MAY_TELL;
  switch (kind) {
    case 0: {
      const struct name response = response_name(client);
      const uint8_t flags = BYTE();
      const struct name token = TOKEN();
      const rtmulti_result result =
          rtmulti_session_response_created(session, NAMED(response), flags < 192 ? flags & 15 : flags, NAMED(token));
      /* Where a callback failed, nobody knows what became of the call. */
      if (result == RTMULTI_OK && !client->watch.names_may_recur)
        watch_created(&client->watch, response.bytes, response.real_size);
      return result;
    }
    case 1: {
      const struct name response = response_name(client), reason = WORDS();
      return rtmulti_session_response_done(session, NAMED(response), BYTE() % 6, NAMED(reason));
    }
    case 2: {
      const struct name response = response_name(client), item = item_name(client);
      const int32_t index = INDEX();
      const uint8_t item_kind = BYTE();
      return rtmulti_session_item_added(session, NAMED(response), NAMED(item), index,
                                        item_kind < 160 ? RTMULTI_ITEM_MESSAGE : item_kind % 5);
    }
    case 3: {
      const struct name response = response_name(client), item = item_name(client);
      const int32_t content = INDEX();
      const uint8_t part_kind = BYTE();
      rtmulti_format format;
      if (part_kind & 4) take_format(&client->cursor, &format);
      *may = MAY_TELL | MAY(RTMULTI_ERROR_UNSUPPORTED);
      return rtmulti_session_part_added(session, NAMED(response), NAMED(item), content,
                                        part_kind < 240 ? 1 + (part_kind & 1) : part_kind,
                                        part_kind & 4 ? &format : NULL);
    }
    case 4: {
      const struct name response = response_name(client), item = item_name(client);
      const int32_t content = INDEX();
      const struct name audio = take_audio(&client->cursor);
      *may = MAY_TELL | MAY(RTMULTI_ERROR_UNSUPPORTED);
      return rtmulti_session_audio(session, NAMED(response), NAMED(item), content, NAMED(audio));
    }
    case 5: {
      const struct name response = response_name(client), item = item_name(client);
      const int32_t content = INDEX();
      const uint16_t sequence = BYTE();
      const struct name audio = take_audio(&client->cursor);
      *may = MAY_TELL | MAY(RTMULTI_ERROR_UNSUPPORTED);
      return rtmulti_session_packet(session, NAMED(response), NAMED(item), content, NAMED(audio), sequence,
                                    sequence * 960u);
    }
    case 6: {
      static const int64_t times_ms[] = {-1, 0, 5, 10, 100, INT64_MAX, INT64_MIN, -2};
      const struct name response = response_name(client), item = item_name(client);
      const int32_t content = INDEX();
      const struct name text = WORDS();
      const uint8_t span = BYTE();
      return rtmulti_session_text(session, NAMED(response), NAMED(item), content, NAMED(text), times_ms[span & 7],
                                  times_ms[span >> 3 & 7]);
    }
    case 7: {
      const struct name item = item_name(client);
      return rtmulti_session_part_done(session, NAMED(item), INDEX());
    }
    case 8: {
      const struct name item = item_name(client);
      return rtmulti_session_item_done(session, NAMED(item));
    }
    case 9: {
      const struct name response = response_name(client), item = item_name(client);
      const struct name call = TOKEN(), name = WORDS(), arguments = WORDS();
      return rtmulti_session_function_call(session, NAMED(response), NAMED(item), NAMED(call), NAMED(name),
                                           NAMED(arguments));
    }
    case 10: {
      static const char *const codes[] = {"item_truncate_invalid", "response_cancel_not_active", NULL, "x"};
      const struct name event = WORDS(), message = WORDS();
      const uint8_t choice = BYTE();
      const char *number = "rtmulti_1";
      if (choice & 64) number = choice & 32 ? "rtmulti_2" : "rtmulti_3";
      return rtmulti_session_command_rejected(session, choice & 128 ? number : event.bytes,
                                              choice & 128 ? RTMULTI_NUL_TERMINATED : event.size, codes[choice & 3],
                                              RTMULTI_NUL_TERMINATED, NAMED(message));
    }
    case 11: client->watch.names_may_recur = true; return rtmulti_session_reconnect(session);
    case 12: {
      const struct name item = item_name(client), phase = WORDS();
      return rtmulti_session_set_phase(session, NAMED(item), NAMED(phase));
    }
    case 13: {
      const struct name token = TOKEN();
      return rtmulti_session_expect_response(session, NAMED(token));
    }
    case 15: {
      const struct name item = item_name(client);
      return rtmulti_session_item_deleted(session, NAMED(item));
    }
    case 16: {
      const struct name item = item_name(client);
      const int32_t content = INDEX();
      return rtmulti_session_part_truncated(session, NAMED(item), content, BYTE() - 10);
    }
    case 17: {
      const struct name token = TOKEN();
      return rtmulti_session_expect_out_of_band(session, NAMED(token));
    }
    case 18: {
      const struct name token = TOKEN();
      return rtmulti_session_unexpect_response(session, NAMED(token));
    }
    case 19: {
      const struct name response = response_name(client);
      return rtmulti_session_output_buffer(session, NAMED(response), (rtmulti_buffer_word)(BYTE() % 5));
    }
    default: {
      const struct name event = take_event(&client->cursor);
      *may = MAY_TELL | MAY(RTMULTI_ERROR_LIMIT_EVENT) | MAY(RTMULTI_ERROR_UNSUPPORTED);
      return rtmulti_session_receive_json(session, NAMED(event));
    }
  }
}

/* ---- what the host, the sink and the clock say ---- */

/* When it was so: mostly now, else any time there is. */
static int64_t take_moment(struct client *client) {
  const uint8_t byte = BYTE();
  if (byte < 128) return RTMULTI_NOW;
  switch (byte & 7) {
    case 0: return INT64_MIN;
    case 1: return INT64_MAX;
    case 2: return client->now_us + 1000;
    default: return client->now_us - (byte & 127) * 5000;
  }
}

static rtmulti_result mark(struct client *client) {
  char name[48];
  const uint64_t segment = take_segment(client);
  const int64_t frames = take_frames(&client->cursor, written(client));
  const size_t size = rtmulti_mark_name(segment, frames, name, BYTE() < 230 ? sizeof name : 7);
  LAW(size < sizeof name, "a mark's name fits into 48 bytes");
  LAW(size == 0 || strlen(name) == size, "a mark's name ends with a NUL");
  if (size == 0) return rtmulti_session_playback_mark(client->watch.session, "x", 1, RTMULTI_NOW);
  return rtmulti_session_playback_mark(client->watch.session, name, size, take_moment(client));
}

static rtmulti_result advance(struct client *client) {
  const int64_t step_us = take_step_us(&client->cursor);
  int64_t now_us;
  if (__builtin_add_overflow(client->now_us, step_us, &now_us)) now_us = step_us;
  if (now_us > client->now_us) {
    if (now_us - client->now_us >= TOMBSTONE_US || now_us >= TOMBSTONE_US) client->watch.names_may_recur = true;
    client->now_us = now_us;
  }
  law_trace("now %lld us", (long long)now_us);
  return rtmulti_session_advance(client->watch.session, now_us);
}

static rtmulti_result close_session(struct client *client) {
  const rtmulti_result result = rtmulti_session_close(client->watch.session);
  if (result == RTMULTI_QUEUED) client->watch.is_closing = true;
  if (result == RTMULTI_OK || result == RTMULTI_STOPPED) client->watch.is_closed = true;
  return result;
}

static rtmulti_result want(struct client *client, unsigned kind, uint32_t *may) {
  rtmulti_session *session = client->watch.session;
  *may = MAY_INPUT;
  switch (kind) {
    case 0: {
      const struct name response = response_name(client);
      return rtmulti_session_interrupt(session, NAMED(response), BYTE() % 4);
    }
    case 1: return rtmulti_session_interrupt(session, NULL, 0, 1 + (BYTE() & 1));
    case 2: *may = MAY_SUPPORT; return rtmulti_session_pause(session);
    case 3: return rtmulti_session_resume(session);
    case 4: {
      const struct name item = item_name(client);
      return rtmulti_session_text_delivered(session, NAMED(item));
    }
    case 5: return BYTE() < 128 ? rtmulti_session_sink_ready(session) : close_session(client);
    case 6: {
      const uint64_t segment = take_segment(client);
      return rtmulti_session_playback_started(session, segment, take_moment(client));
    }
    case 7: {
      const uint64_t segment = take_segment(client);
      const int64_t frames = take_frames(&client->cursor, written(client));
      return rtmulti_session_playback_progress(session, segment, frames, take_moment(client));
    }
    case 8: {
      const uint64_t segment = take_segment(client);
      const int64_t frames = take_frames(&client->cursor, written(client));
      const rtmulti_bool interrupted = BYTE() & 1;
      return rtmulti_session_playback_finished(session, segment, frames, interrupted, take_moment(client));
    }
    case 9: return mark(client);
    case 10: return rtmulti_session_playback_queued(session, take_frames(&client->cursor, written(client)), RTMULTI_NOW);
    case 11: return rtmulti_session_sink_ready(session);
    case 13: {
      const struct name response = response_name(client);
      return rtmulti_session_cancel(session, BYTE() < 128 ? response.bytes : NULL, response.size);
    }
    case 14: {
      const uint8_t server = BYTE();
      *may = MAY_SUPPORT;
      return rtmulti_session_set_server(session, server < 192 ? server & 63u : server);
    }
    case 15: {
      static const uint32_t times_ms[] = {0, 1, 20, 500, 3600000, UINT32_MAX};
      return rtmulti_session_set_clear_timeout(session, times_ms[BYTE() % 6]);
    }
    case 16: return rtmulti_session_set_audio_enabled(session, BYTE() & 1);
    case 17: {
      static const char *const base64[] = {"AAABAAIAAwAEAAUA", "AAAB", "AA==", "", "no base64", "AAABAAIAAwAEAAUAA"};
      const struct name response = response_name(client), item = item_name(client);
      const int32_t content = INDEX();
      const char *delta = base64[BYTE() % 6];
      const struct name event = TOKEN();
      *may = MAY_TELL | MAY(RTMULTI_ERROR_UNSUPPORTED) | MAY(RTMULTI_ERROR_LIMIT_EVENT);
      return rtmulti_session_audio_base64(session, NAMED(response), NAMED(item), content, delta, strlen(delta),
                                          NAMED(event));
    }
    default: return advance(client);
  }
}

/* ---- questions, and what may not be done in a callback ---- */

static rtmulti_result ask(struct client *client, unsigned kind, uint32_t *may) {
  rtmulti_session *session = client->watch.session;
  /* A struct of some size: from one that cannot be to one that a later header has. */
  static const uint32_t sizes[] = {0, 4, 7, 8, 24, 4096, 4097, UINT32_MAX};
  static uint64_t room[4096 / sizeof(uint64_t)];
  const char *text = NULL;
  size_t text_size = 0;
  *may = MAY_FIND;
  const uint32_t size = sizes[BYTE() & 7];
  memcpy(room, &size, sizeof size);
  const struct name item = item_name(client);
  switch (kind) {
    case 0: {
      const rtmulti_result result = rtmulti_session_position(session, NAMED(item), INDEX(), (void *)room);
      return result;
    }
    case 1: return rtmulti_session_message(session, NAMED(item), (void *)room);
    case 2: return rtmulti_session_segment(session, take_segment(client), (void *)room);
    case 3: return rtmulti_session_generated_text(session, NAMED(item), &text, &text_size);
    case 4: return rtmulti_session_heard_text(session, NAMED(item), &text, &text_size);
    case 5: return rtmulti_session_history_at(session, BYTE(), (void *)room);
    case 6: return rtmulti_session_stats(session, (void *)room);
    default: {
      int64_t deadline_us = 0;
      return rtmulti_session_next_deadline(session, BYTE() < 250 ? &deadline_us : NULL);
    }
  }
}

static void pull(struct client *client) {
  static int16_t block[2 * 1024];
  static float block_f32[2 * 1024];
  const uint8_t byte = BYTE();
  const uint32_t frames = (byte & 15) * 64u;
  const uint32_t delay = byte & 64 ? UINT32_MAX : byte & 32 ? 480 : 0;
  const uint32_t channels = byte & 128 ? 1 : 2;
  rtmulti_device *device = NULL;
  rtmulti_session_device(client->watch.session, &device);
  const uint32_t taken = byte & 16 ? rtmulti_device_pull_f32(device, block_f32, frames, channels, delay)
                                   : rtmulti_device_pull(device, block, frames, channels, delay);
  rtmulti_device_release(device);
  LAW(taken <= frames, "no more is pulled than there is room for");
}

/* Where a call would only disturb the looking at. */
static rtmulti_result nothing_done(uint32_t *may) {
  *may = MAY(RTMULTI_DONE);
  return RTMULTI_DONE;
}

/* Things that need the session at rest: in a callback they answer IN_CALLBACK and change nothing. */
static rtmulti_result rearrange(struct client *client, unsigned kind, uint32_t *may) {
  rtmulti_session *session = client->watch.session;
  const bool is_inside = is_from_callback(client);
  *may = is_inside ? MAY(RTMULTI_ERROR_IN_CALLBACK) : MAY_INPUT;
  switch (kind) {
    case 0: {
      rtmulti_format format;
      take_format(&client->cursor, &format);
      *may = MAY_SUPPORT;
      return rtmulti_session_set_format(session, BYTE() < 250 ? &format : NULL);
    }
    case 1:
    case 2: {
      rtmulti_sink sink;
      if (kind == 2 && BYTE() > 200) {
        const rtmulti_result result = rtmulti_session_set_sink(session, NULL);
        if (result == RTMULTI_OK) client->watch.is_pulled = false;
        return result;
      }
      take_sink(&client->cursor, &sink);
      if (!is_inside) *may = MAY_SUPPORT;
      return watch_set_sink(&client->watch, &sink);
    }
    case 3: return watch_set_handlers(&client->watch);
    case 4:
      if (!is_inside) return nothing_done(may);
      return rtmulti_session_trace(session, NULL, NULL, NULL);
    case 5: {
      rtmulti_effect effect = {.struct_size = BYTE() < 200 ? sizeof effect : 7};
      /* What a polled session hands out must be looked at. */
      if (client->watch.polls && effect.struct_size != 7) return nothing_done(may);
      if (!is_inside) *may = MAY(RTMULTI_ERROR_UNSUPPORTED) | MAY(RTMULTI_ERROR_INVALID);
      return rtmulti_session_poll(session, &effect);
    }
    default: {
      if (client->watch.polls && client->watch.is_inside) return nothing_done(may);
      if (!is_inside) *may = MAY(RTMULTI_ERROR_INVALID);
      return rtmulti_session_poll_accept(session, BYTE());
    }
  }
}

/* ---- one call ---- */

static const char *const told[] = {"response_created", "response_done",    "item_added", "part_added", "audio",
                                   "packet",           "text",             "part_done",  "item_done",  "function_call",
                                   "command_rejected", "reconnect",        "set_phase",  "expect",     "receive_json",
                                   "item_deleted",     "part_truncated",   "expect_out_of_band",
                                   "unexpect",         "output_buffer"};
static const char *const wanted[] = {"interrupt", "interrupt all", "pause",    "resume", "text_delivered",
                                     "close",     "started",       "progress", "finished", "mark",
                                     "queued",    "sink_ready",    "advance",  "cancel", "set_server",
                                     "set_clear_timeout", "set_audio_enabled", "audio_base64"};
static const char *const asked[] = {"position",   "message",  "segment", "generated_text",
                                    "heard_text", "history_at", "stats",   "next_deadline"};
static const char *const rearranged[] = {"set_format", "set_sink", "set_sink", "set_handlers",
                                         "destroy",    "poll",     "poll_accept"};

static void call_once(struct client *client) {
  const uint8_t choice = take_byte(&client->cursor);
  struct picture before;
  rtmulti_result result;
  const char *call;
  uint32_t may;
  if (++client->calls > MAXIMUM_CALLS) return;
  if (client->calls > 55) client->watch.names_may_recur = true; /* rule D11 */
  watch_before(&client->watch, &before);
  if (choice < 110) {
    /* The last five came when the corpus was there already: they have a choice each, and the others theirs as before. */
    const unsigned kind = choice >= 105 && choice <= 109 ? choice - 90u : choice % 15u;
    call = told[kind];
    result = tell(client, kind, &may);
  } else if (choice < 210) {
    /* The last five have a choice each, as above. */
    const unsigned kind = choice >= 205 ? choice - 192u : (choice - 110u) % 13;
    call = wanted[kind];
    result = want(client, kind, &may);
  } else if (choice < 226) {
    call = asked[(choice - 210) & 7];
    result = ask(client, (choice - 210) & 7, &may);
    watch_asked(&client->watch, call, result, may);
    return;
  } else if (choice < 236) {
    pull(client);
    return;
  } else {
    call = rearranged[(choice - 236) % 7];
    result = rearrange(client, (choice - 236) % 7, &may);
    /* Of these, only a format and a sink make the session deliver what waits. */
    if ((choice - 236) % 7 >= 3) {
      watch_asked(&client->watch, call, result, may);
      return;
    }
  }
  watch_after(&client->watch, &before, call, result, may);
}

static int32_t inside(struct watch *watch, uint32_t kind, uint32_t frames) {
  struct client *client = watch->memory;
  if (is_used_up(&client->cursor)) return (int32_t)frames;
  const uint8_t choice = take_byte(&client->cursor);
  if (choice < 140) return (int32_t)frames;
  if (choice < 160) {
    watch->was_stopped = true; /* also where the call itself answers an error */
    return CALLBACK_FAILED;
  }
  if (choice < 190 && kind == RTMULTI_EFFECT_WRITE) return (int32_t)(frames * (choice - 160u) / 30);
  call_once(client);
  /* What polling handed out is gone with the next call, which takes a write whole. */
  if (watch->polls) watch->was_answered = true;
  return (int32_t)frames;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  laws_begin(data, size);
  static struct client client;
  rtmulti_config config;
  rtmulti_sink sink;
  client.cursor = (struct cursor){data, data + size};
  client.now_us = 0;
  client.calls = 0;
  take_config(&client.cursor, &config);
  if (!watch_open(&client.watch, &config)) return 0;
  client.watch.memory = &client;
  take_sink(&client.cursor, &sink);
  watch_set_sink(&client.watch, &sink);
  client.watch.inside = inside;
  const bool is_abandoned = take_byte(&client.cursor) > 230;
  while (!is_used_up(&client.cursor) && client.calls < MAXIMUM_CALLS) call_once(&client);
  if (is_abandoned) {
    watch_destroy(&client.watch);
  } else {
    watch_end(&client.watch);
  }
  return 0;
}
