/* A trace, played again; see replay.h. */
#include "replay.h"

#include <stdlib.h>
#include <string.h>

#include "../C/host.h"
#include "../C/pulled.h"
#include "trace.h"

/* More than this the recorder never writes into one entry. */
enum { MAXIMUM_PULL_FRAMES = 1 << 20 };
/* What the library may read of one input from inside a callback. */
enum { DEFERRED_BYTES = 64 << 20 };

enum callback_bit { HAS_WRITE, HAS_FLUSH, HAS_CLEAR, HAS_PAUSE, HAS_RESUME, HAS_TEXT_WRITE };
enum handler_bit { HAS_ON_EVENT, HAS_ON_COMMAND, HAS_ON_DIAGNOSTIC, HAS_ON_HEARD };

struct replay {
  struct host host;
  struct trace trace;
  struct replay_options options;
  struct listing listing;
  rtmulti_config config;
  rtmulti_session *session;
  struct replay_result result;
  int64_t callbacks; /* since the last one that has an entry */
  int depth;         /* 1 inside a callback */
  uint32_t channels; /* of the sink */
  uint64_t handlers; /* which of them the host had */
  size_t meanwhile;  /* pulls that fell into a call */
  int16_t *block;    /* what a device takes */
};

static void stop(struct replay *replay, enum replay_outcome outcome, const char *sentence) {
  if (replay->result.outcome != REPLAY_WHOLE) return;
  replay->result.outcome = outcome;
  snprintf(replay->result.sentence, sizeof replay->result.sentence, "byte %zu: %s", replay->trace.entry_at, sentence);
}

static void differs(struct replay *replay) {
  char sentence[160];
  snprintf(sentence, sizeof sentence,
           "the session does something else here than when rtmulti %.*s recorded it; this is rtmulti %s",
           (int)(replay->trace.version.size > 32 ? 32 : replay->trace.version.size), replay->trace.version.bytes,
           rtmulti_version());
  stop(replay, REPLAY_DIFFERS, sentence);
}

static bool is_stopped(const struct replay *replay) { return replay->result.outcome != REPLAY_WHOLE; }

/* The next entry; NULL, after a word about it, where the trace cannot be read on. */
static const struct trace_entry *peek(struct replay *replay) {
  if (is_stopped(replay)) return NULL;
  const struct trace_entry *entry = trace_peek(&replay->trace);
  if (entry == NULL && replay->trace.damage != NULL) {
    replay->trace.entry_at = replay->trace.cursor;
    stop(replay, REPLAY_BROKEN, replay->trace.damage);
  }
  return entry;
}

static void give(struct replay *replay, const struct trace_entry *entry);

/* ---- callbacks ---- */

/* What this callback returned, after it has said to the session what it said then. */
static int32_t answer(struct replay *replay, int32_t expected) {
  replay->callbacks += 1;
  const struct trace_entry *entry = peek(replay);
  /* Where a trace breaks off the call at hand still goes to its end: it may be the one that its program died of. */
  if (entry == NULL) return expected;
  if (entry->kind != TRACE_CALLBACK || entry->numbers[0] != replay->callbacks) return expected;
  trace_take(&replay->trace);
  replay->callbacks = 0;
  replay->depth += 1;
  int64_t returned = -1;
  for (entry = peek(replay); entry != NULL; entry = peek(replay)) {
    const struct trace_entry copy = *entry;
    trace_take(&replay->trace);
    if (copy.kind == TRACE_RETURNED) {
      returned = copy.numbers[0];
      break;
    }
    give(replay, &copy);
  }
  replay->depth -= 1;
  if (returned < INT32_MIN || returned > INT32_MAX) returned = -1;
  return (int32_t)returned;
}

/* Whether this is to be listed: what the host had no handler for is, too, with a mark before it. */
static bool is_listed(struct replay *replay, const rtmulti_effect *effect) {
  static const unsigned char handlers[EFFECT_KINDS] = {[RTMULTI_EFFECT_EVENT] = HAS_ON_EVENT,
                                                       [RTMULTI_EFFECT_COMMAND] = HAS_ON_COMMAND,
                                                       [RTMULTI_EFFECT_DIAGNOSTIC] = HAS_ON_DIAGNOSTIC,
                                                       [RTMULTI_EFFECT_HEARD_AUDIO] = HAS_ON_HEARD};
  if (effect->kind < RTMULTI_EFFECT_EVENT || (replay->handlers >> handlers[effect->kind] & 1)) return true;
  if (replay->options.shows_unheard) fputs("unheard ", replay->options.effects);
  return replay->options.shows_unheard;
}

static int32_t take(struct host *host, const rtmulti_effect *effect) {
  struct replay *replay = (struct replay *)host;
  if (is_listed(replay, effect)) list_effect(&replay->listing, effect, replay->channels);
  return answer(replay, effect->kind == RTMULTI_EFFECT_WRITE ? (int32_t)effect->frames : 0);
}

/* An equal session has an equal sink. */
_Static_assert(sizeof(rtmulti_sink) == 128, "a new field of the sink belongs into its entry, too: into "
                                            "Recorder.setSink and set_sink");

static rtmulti_result set_sink(struct replay *replay, const struct trace_entry *entry) {
  if (entry->number_count == 0) return rtmulti_session_set_sink(replay->session, NULL);
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  uint32_t *const fields[] = {
      &sink.flags,    &sink.driver,         &sink.sample_rate_hz, &sink.channels,
      &sink.output_latency_ms, &sink.frame_ms, &sink.lead_ms,     &sink.prebuffer_ms,
      &sink.max_prebuffer_ms, &sink.pad_last_frame, &sink.fade_us, &sink.codec};
  enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };
  if (entry->number_count != FIELD_COUNT + 1) return RTMULTI_ERROR_INVALID;
  for (size_t i = 0; i < FIELD_COUNT; i++) *fields[i] = (uint32_t)entry->numbers[i];
  const uint64_t has = (uint64_t)entry->numbers[FIELD_COUNT];
  host_fill_sink(&replay->host, &sink);
  if (!(has >> HAS_WRITE & 1)) sink.write = NULL, sink.write_codes = NULL;
  if (!(has >> HAS_FLUSH & 1)) sink.flush = NULL;
  if (!(has >> HAS_CLEAR & 1)) sink.clear = NULL;
  if (!(has >> HAS_PAUSE & 1)) sink.pause = NULL;
  if (!(has >> HAS_RESUME & 1)) sink.resume = NULL;
  if (has >> HAS_TEXT_WRITE & 1) sink.text_write = host_text_write;
  /* The session may write before it returns. */
  const uint32_t channels = replay->channels;
  replay->channels = sink.channels;
  const rtmulti_result result = rtmulti_session_set_sink(replay->session, &sink);
  if (result == RTMULTI_ERROR_INVALID || result == RTMULTI_ERROR_IN_CALLBACK || result == RTMULTI_ERROR_CLOSED)
    replay->channels = channels;
  return result;
}

/* All of them: they change nothing for the session, and so nothing is lost that went unheard. */
static void set_handlers(struct replay *replay) {
  rtmulti_handlers handlers;
  host_fill_handlers(&replay->host, &handlers);
  rtmulti_session_set_handlers(replay->session, &handlers);
}

/* ---- by polling ---- */

static rtmulti_result poll_effect(struct replay *replay) {
  rtmulti_effect effect = {.struct_size = sizeof effect};
  const rtmulti_result result = rtmulti_session_poll(replay->session, &effect);
  if (result == RTMULTI_OK) list_effect(&replay->listing, &effect, replay->channels);
  return result;
}

/* ---- inputs ---- */

static rtmulti_result pull(struct replay *replay, const struct trace_entry *entry) {
  const uint64_t frames = (uint64_t)entry->numbers[0];
  if (frames > MAXIMUM_PULL_FRAMES) {
    stop(replay, REPLAY_BROKEN, "the trace is damaged here: no device takes so much at once");
    return RTMULTI_ERROR_INVALID;
  }
  if (replay->block == NULL) replay->block = calloc(MAXIMUM_PULL_FRAMES, 2 * sizeof *replay->block);
  if (replay->block == NULL) {
    stop(replay, REPLAY_BROKEN, "there is no memory for a device's block");
    return RTMULTI_ERROR_INVALID;
  }
  if (entry->kind == TRACE_PULL_MEANWHILE) replay->meanwhile += 1;
  const uint32_t taken =
      pull_now(replay->session, replay->block, (uint32_t)frames, replay->channels, (uint32_t)entry->numbers[1]);
  list_pull(&replay->listing, replay->block, taken, replay->channels);
  return RTMULTI_OK;
}

/* A text that is not in the trace may be named only where the library is bound to refuse it unread. */
static bool may_give(const struct replay *replay, const struct trace_entry *entry) {
  const uint64_t size = entry->texts[0].size, most = replay->config.max_event_bytes;
  const bool is_nested = replay->depth > 0;
  switch (entry->left_out) {
    case 'a': return size <= (uint64_t)1 << 40 && size > (is_nested ? DEFERRED_BYTES : replay->config.max_queued_bytes);
    case 'x': return size > (is_nested ? DEFERRED_BYTES : replay->config.max_text_bytes);
    case 'j': return size > (is_nested && most > DEFERRED_BYTES ? DEFERRED_BYTES : most);
    default: return true;
  }
}

static rtmulti_result call(struct replay *replay, const struct trace_entry *entry) {
  switch (entry->kind) {
    case TRACE_SET_SINK: return set_sink(replay, entry);
    case TRACE_SET_HANDLERS: replay->handlers = (uint64_t)entry->numbers[0]; return RTMULTI_OK;
    case TRACE_POLL: return poll_effect(replay);
    case TRACE_POLL_ACCEPT: return rtmulti_session_poll_accept(replay->session, (uint32_t)entry->numbers[0]);
    /* Any input that is refused for what it says. */
    case TRACE_DELIVER: return rtmulti_session_playback_progress(replay->session, 0, -1, RTMULTI_NOW);
    case TRACE_PULL:
    case TRACE_PULL_MEANWHILE: return pull(replay, entry);
    case TRACE_CALLBACK:
    case TRACE_RETURNED:
      differs(replay);
      return RTMULTI_OK;
    default: return trace_call(replay->session, entry);
  }
}

static void give(struct replay *replay, const struct trace_entry *entry) {
  if (!may_give(replay, entry)) {
    stop(replay, REPLAY_BROKEN, "the trace is damaged here: a text is left out that would have been read");
    return;
  }
  const bool is_nested = replay->depth > 0;
  const rtmulti_result result = call(replay, entry);
  if (replay->options.shows_inputs && entry->kind != TRACE_POLL && !is_stopped(replay))
    fprintf(replay->options.effects, "%sinput %s %s\n", is_nested ? "  " : "", trace_word(entry->kind),
            rtmulti_result_name(result));
}

/* Gives every entry that is not from inside a callback; those are given there. */
static void play(struct replay *replay) {
  for (const struct trace_entry *entry = peek(replay); entry != NULL; entry = peek(replay)) {
    const struct trace_entry copy = *entry;
    trace_take(&replay->trace);
    if (copy.kind == TRACE_END) {
      if (trace_peek(&replay->trace) != NULL || replay->trace.damage != NULL)
        stop(replay, REPLAY_BROKEN, "the trace goes on behind its end");
      if (copy.numbers[0] != 0)
        stop(replay, REPLAY_BROKEN,
             "the recording ended here, because its device pulled for seconds while the session was not called");
      return;
    }
    give(replay, &copy);
  }
  stop(replay, REPLAY_BROKEN, "the trace breaks off here; its session was neither destroyed nor its recording ended");
}

struct replay_result replay_trace(const void *bytes, size_t size, struct replay_options options) {
  struct replay replay = {.host.takes = take, .options = options, .listing = {.file = options.effects}, .channels = 1};
  if (!trace_open(&replay.trace, bytes, size, &replay.config)) {
    stop(&replay, REPLAY_BROKEN, replay.trace.damage);
    return replay.result;
  }
  if (rtmulti_session_create(&replay.config, &replay.session) != RTMULTI_OK) {
    stop(&replay, REPLAY_BROKEN, "the trace is damaged here: no session can have had this config");
    return replay.result;
  }
  set_handlers(&replay);
  play(&replay);
  rtmulti_session_destroy(replay.session);
  if (!is_stopped(&replay) && replay.meanwhile > 0)
    snprintf(replay.result.sentence, sizeof replay.result.sentence,
             "%zu times the device took frames while a call was running: positions there may be a block off",
             replay.meanwhile);
  free(replay.block);
  listing_end(&replay.listing);
  return replay.result;
}
