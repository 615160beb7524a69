/* The JSON door: lines of events as a server might send them, with the sink, the listener and the time between. The
 * laws are in laws.c; here is only what belongs to this door.
 *
 * An input is a line that sets the session up, then lines that are events; a line that begins with @ holds the doings
 * of the host, one letter each (see `act`). */
#include <stdlib.h>
#include <string.h>

#include "laws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
  MAY_EVENT = MAY_INPUT | MAY_LIMITS | MAY(RTMULTI_ERROR_LIMIT_EVENT) | MAY(RTMULTI_ERROR_UNSUPPORTED),
  EVENT_BYTES = 4096
};

struct client {
  struct watch watch;
  int64_t now_us;
};

static int64_t written(struct client *client) {
  return client->watch.segment == 0 ? 0 : watch_segment(&client->watch, client->watch.segment)->written_frames;
}

static void act(struct client *client, char letter) {
  rtmulti_session *session = client->watch.session;
  const uint64_t segment = client->watch.segment;
  struct picture before;
  rtmulti_result result = RTMULTI_IGNORED;
  unsigned may = MAY_INPUT;
  watch_before(&client->watch, &before);
  if (letter >= '0' && letter <= '9') {
    static const int64_t steps_ms[] = {1, 5, 10, 20, 60, 100, 200, 500, 2000, 61000};
    if (letter == '9') client->watch.names_may_recur = true; /* tombstones end (rule D11) */
    client->now_us += steps_ms[letter - '0'] * 1000;
    result = rtmulti_session_advance(session, client->now_us);
  } else {
    switch (letter) {
      case 's': result = rtmulti_session_playback_started(session, segment, RTMULTI_NOW); break;
      case 'h': result = rtmulti_session_playback_progress(session, segment, written(client) / 2, RTMULTI_NOW); break;
      case 'p': result = rtmulti_session_playback_progress(session, segment, written(client), RTMULTI_NOW); break;
      case 'f': result = rtmulti_session_playback_finished(session, segment, written(client), 0, RTMULTI_NOW); break;
      case 'c': result = rtmulti_session_playback_finished(session, segment, written(client) / 3, 1, RTMULTI_NOW); break;
      case 'i': result = rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER); break;
      case 'I': result = rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST); break;
      case 'z':
        result = rtmulti_session_pause(session);
        may |= MAY(RTMULTI_ERROR_UNSUPPORTED); /* what the server plays by itself */
        break;
      case 'r': result = rtmulti_session_resume(session); break;
      case 'e': result = rtmulti_session_expect_response(session, "ours", RTMULTI_NUL_TERMINATED); break;
      case 'n':
        client->watch.names_may_recur = true;
        result = rtmulti_session_reconnect(session);
        break;
      case 'x':
        result = rtmulti_session_close(session);
        if (result == RTMULTI_OK) client->watch.is_closed = true;
        break;
      default: break;
    }
  }
  watch_after(&client->watch, &before, "an act of the host", result, may);
}

/* A response that was created in the plainest words, so that its name is known without reading JSON. */
static void note_created(struct client *client, const char *line, size_t size) {
  static const char opening[] = "{\"type\":\"response.created\",\"response\":{\"id\":\"";
  const size_t length = sizeof opening - 1;
  if (size <= length || memcmp(line, opening, length) != 0) return;
  size_t end = length;
  while (end < size && ((line[end] >= '0' && line[end] <= '9') || (line[end] >= 'a' && line[end] <= 'z') ||
                        line[end] == '_'))
    end += 1;
  if (end == length || size - end != 3 || memcmp(line + end, "\"}}", 3) != 0) return;
  watch_created(&client->watch, line + length, end - length);
}

static void receive(struct client *client, const char *line, size_t size) {
  struct picture before;
  /* A copy of exactly this size, so that a byte too many is seen. */
  char *text = malloc(size == 0 ? 1 : size);
  if (text == NULL) abort();
  memcpy(text, line, size);
  watch_before(&client->watch, &before);
  const rtmulti_result result = rtmulti_session_receive_json(client->watch.session, text, size);
  watch_after(&client->watch, &before, "receive_json", result, MAY_EVENT);
  if (!client->watch.is_closed && (result == RTMULTI_OK || result == RTMULTI_IGNORED))
    LAW(json_is_object(text, size), "what is taken is one well-formed JSON object in UTF-8");
  if (result == RTMULTI_OK) note_created(client, text, size);
  free(text);
}

static bool set_up(struct client *client, const uint8_t *line, size_t size) {
  const unsigned bits = size > 0 ? line[0] : 0;
  const unsigned more = size > 1 ? line[1] : 0;
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.delivery = bits & 1 ? RTMULTI_DELIVER_BY_POLLING : RTMULTI_DELIVER_BY_CALLBACK;
  config.interrupt_on_speech = bits >> 1 & 1;
  config.wire = bits >> 2 & 1;
  config.estimate = bits >> 3 & 1;
  config.write_ahead_ms = bits & 32 ? RTMULTI_UNLIMITED : 200;
  config.heard_audio = more >> 6 & 1;
  config.server = more & 63;
  config.max_event_bytes = EVENT_BYTES;
  config.max_text_bytes = 1024;
  config.max_open_items = 32;
  config.max_response_ms = 2000;
  config.max_queued_bytes = 65536;
  if (!watch_open(&client->watch, &config)) return false;
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.sample_rate_hz = bits & 64 ? 8000 : 24000;
  if (bits & 16) sink.flags |= RTMULTI_SINK_GAPLESS;
  LAW(watch_set_sink(&client->watch, &sink) == RTMULTI_OK, "a good sink is taken");
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  laws_begin(data, size);
  static struct client client;
  const char *next = (const char *)data;
  const char *const end = next + size;
  client.now_us = 0;
  bool is_first = true;
  unsigned lines = 0;
  while (next < end) {
    const char *newline = memchr(next, '\n', (size_t)(end - next));
    const size_t length = (size_t)((newline == NULL ? end : newline) - next);
    /* Past so many responses the oldest names are let go of (rule D11). */
    if (++lines == 60) client.watch.names_may_recur = true;
    if (is_first) {
      if (!set_up(&client, (const uint8_t *)next, length)) return 0;
      is_first = false;
    } else if (length > 0 && *next == '@') {
      for (size_t i = 1; i < length && i < 32; i++) act(&client, next[i]);
    } else {
      receive(&client, next, length);
    }
    next += length + (newline == NULL ? 0 : 1);
  }
  if (!is_first) watch_end(&client.watch);
  return 0;
}
