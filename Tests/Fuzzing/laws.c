/* A watched session: its life, the pictures that show whether an error changed something, and the laws of the end.
 * What each effect must look like stands in deliveries.c. */
#include "laws.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliveries.h"

void law_broken(const char *law, const char *file, int line, const char *detail) {
  fprintf(stderr, "LAW BROKEN %s:%d: %s%s%s\n", file, line, law, *detail == '\0' ? "" : ": ", detail);
  abort();
}

void law_trace(const char *format, ...) {
  static enum { UNKNOWN, SILENT, TRACING } state;
  if (state == UNKNOWN) state = getenv("FUZZ_TRACE") == NULL ? SILENT : TRACING;
  if (state == SILENT) return;
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
}

bool laws_take_their_time = false;
static bool takes_pictures = true;

void laws_begin(const uint8_t *data, size_t size) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < size; i++) hash = (hash ^ data[i]) * 16777619u;
  takes_pictures = laws_take_their_time || (hash >> 16 & 3) == 0;
}

/* ---- names and segments ---- */

static uint64_t hash_of(bool is_response, const char *name, size_t size) {
  uint64_t hash = is_response ? 14695981039346656037u : 1099511628211u;
  for (size_t i = 0; i < size; i++) hash = (hash ^ (unsigned char)name[i]) * 1099511628211u;
  return hash;
}

struct known *watch_name(struct watch *watch, bool is_response, const char *name, size_t size) {
  static struct known nobody; /* past the table, and for no name at all: nothing is expected of it */
  const uint64_t hash = hash_of(is_response, name, size);
  for (size_t i = watch->known_count; i-- > 0;) {
    if (watch->known[i].hash == hash) return &watch->known[i];
  }
  if (size == 0 || watch->known_count == MAXIMUM_KNOWN) {
    memset(&nobody, 0, sizeof nobody);
    return &nobody;
  }
  struct known *known = &watch->known[watch->known_count++];
  memset(known, 0, sizeof *known);
  known->hash = hash;
  known->is_response = is_response;
  known->size = size;
  if (size <= sizeof known->name) memcpy(known->name, name, size);
  return known;
}

void watch_created(struct watch *watch, const char *name, size_t size) {
  watch_name(watch, true, name, size)->is_created = true;
}

struct played *watch_segment(struct watch *watch, uint64_t segment) {
  static struct played unwatched;
  for (size_t i = watch->played_count; i-- > 0;) {
    if (watch->played[i].segment == segment) return &watch->played[i];
  }
  if (watch->played_count == MAXIMUM_KNOWN) {
    unwatched = (struct played){.segment = segment, .written_frames = INT64_MAX / 2};
    return &unwatched;
  }
  watch->played[watch->played_count] = (struct played){.segment = segment};
  return &watch->played[watch->played_count++];
}

/* ---- birth ---- */

bool watch_open(struct watch *watch, const rtmulti_config *config) {
  /* The tables are long and mostly unused, so they are not cleared. */
  memset(watch, 0, offsetof(struct watch, known));
  watch->known_count = watch->played_count = 0;
  watch->segment = 0;
  memset(&watch->pcm_sum, 0, sizeof *watch - offsetof(struct watch, pcm_sum));
  const rtmulti_result created = rtmulti_session_create(config, &watch->session);
  LAW(created == RTMULTI_OK || created == RTMULTI_ERROR_INVALID || created == RTMULTI_ERROR_UNSUPPORTED,
      "create answers OK, INVALID or UNSUPPORTED");
  LAW((watch->session != NULL) == (created == RTMULTI_OK), "create sets a session when, and only when, it is OK");
  if (created != RTMULTI_OK) {
    LAW(*rtmulti_result_text(created) != '\0', "a refused create has a sentence");
    return false;
  }
  watch->server_plays = config != NULL && (config->server & RTMULTI_SERVER_OWNS_PLAYOUT) != 0;
  watch->polls = config != NULL && config->delivery == RTMULTI_DELIVER_BY_POLLING;
  rtmulti_handlers handlers;
  deliveries_fill_handlers(watch, &handlers);
  LAW(rtmulti_session_set_handlers(watch->session, &handlers) == RTMULTI_OK, "a new session takes handlers");
  watch->expected_releases += 1;
  return true;
}

rtmulti_result watch_set_sink(struct watch *watch, const rtmulti_sink *described) {
  rtmulti_sink sink = *described;
  const size_t old_count = watch->played_count;
  const uint32_t old_channels = watch->channels;
  deliveries_fill_sink(watch, &sink);
  /* The new one is written to before the call returns. */
  watch->channels = sink.channels;
  const bool was_played_by_host = watch->is_played_by_host, took_codes = watch->takes_codes;
  watch->is_played_by_host = sink.driver == RTMULTI_DRIVER_HOST;
  watch->takes_codes = sink.codec != RTMULTI_CODEC_PCM16;
  const rtmulti_result result = rtmulti_session_set_sink(watch->session, &sink);
  law_trace("set_sink driver=%u rate=%u channels=%u flags=%u: %s", sink.driver, sink.sample_rate_hz, sink.channels,
            sink.flags, rtmulti_result_name(result));
  if (result == RTMULTI_OK || result == RTMULTI_STOPPED) {
    watch->expected_releases += 1;
    watch->is_pulled = sink.driver == RTMULTI_DRIVER_PULLED;
    watch->was_stopped = result == RTMULTI_STOPPED;
    /* What the old one had is not written to again. */
    for (size_t i = 0; i < old_count; i++) watch->played[i].is_over = true;
    watch_poll(watch);
  } else {
    watch->channels = old_channels;
    watch->is_played_by_host = was_played_by_host;
    watch->takes_codes = took_codes;
  }
  return result;
}

rtmulti_result watch_set_handlers(struct watch *watch) {
  rtmulti_handlers handlers;
  deliveries_fill_handlers(watch, &handlers);
  rtmulti_result result = RTMULTI_OK;
  /* What waits would be delivered to nobody in between, and the laws of the end would miss it. */
  if (!watch->was_stopped && !watch->polls) result = rtmulti_session_set_handlers(watch->session, NULL);
  if (result < 0) return result;
  result = rtmulti_session_set_handlers(watch->session, &handlers);
  if (result == RTMULTI_OK) watch->expected_releases += 1;
  return result;
}

/* ---- an error changes nothing ---- */

enum { PICTURED_ITEMS = 6 };

static uint64_t add_up(uint64_t sum, uint64_t value) { return (sum ^ value) * 1099511628211u; }

static bool is_ascii(const struct known *item) {
  for (size_t i = 0; i < item->size; i++)
    if ((unsigned char)item->name[i] >= 0x80) return false;
  return true;
}

static uint64_t item_sum(const struct watch *watch, const struct known *item) {
  rtmulti_message message = {.struct_size = sizeof message};
  rtmulti_position position = {.struct_size = sizeof position};
  uint64_t sum = 0;
  const rtmulti_result found = rtmulti_session_message(watch->session, item->name, item->size, &message);
  /* A name that is not UTF-8 was given, and refused. */
  LAW(found == RTMULTI_OK || found == RTMULTI_NONE || (found == RTMULTI_ERROR_INVALID && !is_ascii(item)),
      "a record is there or not");
  if (found != RTMULTI_OK) return 1;
  sum = add_up(sum, message.outcome);
  sum = add_up(sum, (uint64_t)message.received_ms);
  sum = add_up(sum, (uint64_t)message.heard_ms);
  sum = add_up(sum, message.heard_text_size);
  LAW(message.heard_ms >= 0 && (watch->server_plays || message.heard_ms <= message.received_ms),
      "of a record, 0 <= P <= R");
  if (rtmulti_session_position(watch->session, item->name, item->size, -1, &position) != RTMULTI_OK) return sum;
  LAW(position.heard_frames >= 0 && (watch->server_plays || position.heard_frames <= position.received_frames),
      "of a position, 0 <= P <= R");
  sum = add_up(sum, (uint64_t)position.received_frames);
  return add_up(sum, (uint64_t)position.heard_frames);
}

static void take_picture(struct watch *watch, struct picture *picture) {
  memset(picture, 0, sizeof *picture);
  picture->stats.struct_size = sizeof picture->stats;
  LAW(rtmulti_session_stats(watch->session, &picture->stats) == RTMULTI_OK, "stats are always there");
  /* A refusal may be told about, and what waits is delivered with the next call of any kind. */
  picture->stats.waiting_effects = 0;
  LAW(rtmulti_session_history_count(watch->session, &picture->history_count) == RTMULTI_OK, "a history has a length");
  picture->known_count = watch->known_count;
  for (size_t i = 0, pictured = 0; i < watch->known_count && pictured < PICTURED_ITEMS; i++) {
    const struct known *known = &watch->known[i];
    if (known->is_response || known->size > sizeof known->name) continue;
    picture->items = add_up(picture->items, item_sum(watch, known));
    pictured += 1;
  }
}

/* A device may have moved on, and what an earlier failure held up is delivered with any call: then a picture says
 * nothing. Nor does it where none is taken. */
static bool is_steady(const struct watch *watch) {
  return takes_pictures && !watch->is_inside && !watch->is_pulled && !watch->was_stopped;
}

void watch_before(struct watch *watch, struct picture *picture) {
  if (!watch->is_inside) watch->had_refused = watch->has_refused;
  if (!is_steady(watch)) return;
  watch_poll(watch);
  watch->was_called = false;
  take_picture(watch, picture);
}

/* An error has changed something: says what. */
static void refuse_change(const struct picture *before, const struct picture *after, const char *call,
                          rtmulti_result result) {
  char detail[256];
  size_t place = 0;
  while (((const unsigned char *)before)[place] == ((const unsigned char *)after)[place]) place += 1;
  const char *changed = place < offsetof(struct picture, history_count) ? "stats, at byte"
                        : place < offsetof(struct picture, items)     ? "history_count, at byte"
                                                                      : "records or positions, at byte";
  snprintf(detail, sizeof detail, "%s answered %s and changed %s %zu", call, rtmulti_result_name(result), changed,
           place);
  law_broken("an error changes nothing", __FILE__, __LINE__, detail);
}

/* What the wire's own door refuses for a limit is offered by nobody again: its part ends with it, and a text ends with what
 * is refused for its own limit. Audio that is not what was refused before it ends the part there, refused or not (rule
 * A13). */
static bool ends_its_part(const struct watch *watch, const char *call, rtmulti_result result) {
  if (result == RTMULTI_ERROR_LIMIT_TEXT) return true;
  const bool is_limit = result <= RTMULTI_ERROR_LIMIT_AUDIO && result >= RTMULTI_ERROR_LIMIT_TEXT;
  if (is_limit && watch->had_refused && (strcmp(call, "audio") == 0 || strcmp(call, "packet") == 0)) return true;
  return is_limit && (strcmp(call, "audio_base64") == 0 || strcmp(call, "receive_json") == 0);
}

static bool is_allowed(const struct watch *watch, rtmulti_result result, uint32_t may) {
  if (result == RTMULTI_STOPPED) return !watch->is_inside && !watch->polls;
  if (watch->is_inside && !watch->polls)
    may |= MAY(RTMULTI_QUEUED) | MAY(RTMULTI_ERROR_LIMIT_DEFERRED) | MAY(RTMULTI_ERROR_INVALID);
  if (watch->is_closed || watch->is_closing) may |= MAY(RTMULTI_ERROR_CLOSED) | MAY(RTMULTI_IGNORED);
  return result >= -20 && result < 12 && (may & MAY(result)) != 0;
}

static void check_result(const struct watch *watch, const char *call, rtmulti_result result, bool is_allowed) {
  law_trace("%s%s: %s", watch->is_inside ? "  inside, " : "", call, rtmulti_result_name(result));
  if (is_allowed) return;
  char detail[128];
  snprintf(detail, sizeof detail, "%s answered %s (%d)", call, rtmulti_result_name(result), (int)result);
  law_broken("a call answers what the header allows", __FILE__, __LINE__, detail);
}

void watch_asked(struct watch *watch, const char *call, rtmulti_result result, uint32_t may) {
  check_result(watch, call, result, result >= -20 && result < 12 && (may & MAY(result)) != 0);
  if (watch->is_inside) watch->was_called = true;
}

rtmulti_result watch_after(struct watch *watch, struct picture *before, const char *call, rtmulti_result result,
                           uint32_t may) {
  const bool was_steady = is_steady(watch);
  check_result(watch, call, result, is_allowed(watch, result, may));
  if (watch->is_inside) watch->was_called = true;
  if (watch->is_inside) return result;
  /* An error may have delivered nothing, so what waited still does. */
  if (result >= 0) watch->was_stopped = result == RTMULTI_STOPPED;
  if (result < 0) {
    LAW_OF(*rtmulti_session_last_error(watch->session) != '\0', "an error leaves a sentence", call);
    if (was_steady && !watch->was_called && !ends_its_part(watch, call, result)) {
      struct picture after;
      const size_t known_count = watch->known_count;
      watch->known_count = before->known_count;
      take_picture(watch, &after);
      watch->known_count = known_count;
      if (memcmp(before, &after, sizeof after) != 0) refuse_change(before, &after, call, result);
    }
  }
  watch_poll(watch);
  return result;
}

/* ---- the end ---- */

static void check_settled(struct watch *watch) {
  for (size_t i = 0; i < watch->known_count; i++) {
    const struct known *known = &watch->known[i];
    if (known->is_response) {
      LAW_OF(!known->is_created || known->settled > 0, "every response settles by close",
             known->size < sizeof known->name ? known->name : "a long name");
      continue;
    }
    rtmulti_message message = {.struct_size = sizeof message};
    if (known->size > sizeof known->name) continue;
    if (rtmulti_session_message(watch->session, known->name, known->size, &message) != RTMULTI_OK) continue;
    item_sum(watch, known);
  }
}

static void check_history(struct watch *watch) {
  size_t count = 0;
  LAW(rtmulti_session_history_count(watch->session, &count) == RTMULTI_OK, "a history has a length");
  rtmulti_message message = {.struct_size = sizeof message};
  for (size_t i = 0; i < count; i++) {
    LAW(rtmulti_session_history_at(watch->session, i, &message) == RTMULTI_OK, "each record of the history is there");
    LAW(message.outcome == RTMULTI_OUTCOME_FULL || message.outcome == RTMULTI_OUTCOME_PARTIAL ||
            message.outcome == RTMULTI_OUTCOME_TEXT_ONLY,
        "the history holds what was heard or read");
    check_record(watch, &message);
  }
  LAW(rtmulti_session_history_at(watch->session, count, &message) == RTMULTI_NONE, "the history ends where it ends");
}

static void check_rest(struct watch *watch) {
  rtmulti_stats stats = {.struct_size = sizeof stats};
  LAW(rtmulti_session_stats(watch->session, &stats) == RTMULTI_OK, "stats are there after close");
  LAW(stats.waiting_effects == 0, "after close nothing waits to be delivered");
  LAW(stats.waiting_inputs == 0, "after close no input waits");
  LAW(stats.queued_bytes == 0 && stats.queued_ms == 0, "after close no audio waits");
  LAW(stats.commands_sent == watch->commands, "every command that was counted was handed over");
  LAW(rtmulti_session_pause(watch->session) == RTMULTI_ERROR_CLOSED, "after close an input answers CLOSED");
}

void watch_end(struct watch *watch) {
  watch->inside = NULL;
  if (!watch->is_closed) {
    const rtmulti_result closed = rtmulti_session_close(watch->session);
    LAW(closed == RTMULTI_OK || (watch->is_closing && closed == RTMULTI_ERROR_CLOSED), "close always works");
    watch->is_closed = true;
  } else {
    /* A callback failed in or after the close: what waits comes with the next call. */
    rtmulti_session_playback_progress(watch->session, 0, 0, RTMULTI_NOW);
  }
  watch_poll(watch);
  check_settled(watch);
  check_history(watch);
  check_rest(watch);
  watch_destroy(watch);
}

void watch_destroy(struct watch *watch) {
  watch->inside = NULL;
  LAW(rtmulti_session_destroy(watch->session) == RTMULTI_OK, "destroy always works");
  LAW(watch->host.releases == watch->expected_releases, "each sink and handlers are released once");
  watch->session = NULL;
}
