/* What each effect of a watched session must look like, whichever door it comes out of. What must hold between calls
 * stands in laws.c. */
#include "deliveries.h"

#include <stdlib.h>
#include <string.h>

/* A string out of the library: its size beside it and a NUL behind it. */
static void check_string(const char *bytes, size_t size) {
  LAW(bytes != NULL || size == 0, "a string of no bytes has no size");
  LAW(bytes == NULL || bytes[size] == '\0', "a NUL stands behind every string");
}

static int32_t ask_inside(struct watch *watch, uint32_t kind, uint32_t frames) {
  static const char *const names[] = {"?",     "write",   "flush",      "clear", "pause", "resume",
                                      "text",  "event",   "command",    "diagnostic", "heard"};
  law_trace("  %s%s %u", watch->is_inside ? "inside, " : "", names[kind], (unsigned)frames);
  if (watch->inside == NULL || watch->is_inside) return (int32_t)frames;
  watch->is_inside = true;
  const int32_t answer = watch->inside(watch, kind, frames);
  watch->is_inside = false;
  return answer;
}

/* ---- to the sink ---- */

static int32_t take_write(struct watch *watch, const rtmulti_effect *write) {
  const uint64_t segment = write->segment;
  const uint32_t frames = write->frames;
  const int16_t *const pcm = write->pcm;
  LAW(frames > 0, "a write has frames");
  LAW((pcm == NULL) == (watch->is_played_by_host || watch->takes_codes),
      "a write has samples, unless the host plays by itself or the sink takes codes");
  LAW((write->codes != NULL) == watch->takes_codes, "a G.711 sink gets codes, and no other does");
  struct played *played = watch_segment(watch, segment);
  LAW(!played->is_over, "nothing is written to a segment after its flush or clear");
  const uint32_t samples = frames * watch->channels;
  uint64_t sum = watch->pcm_sum;
  for (uint32_t i = 0; pcm != NULL && i < samples; i++) sum = (sum ^ (uint16_t)pcm[i]) * 1099511628211u;
  for (uint32_t i = 0; write->codes != NULL && i < frames; i++) sum = (sum ^ write->codes[i]) * 1099511628211u;
  watch->segment = segment;
  watch->writes += 1;
  const int32_t taken = ask_inside(watch, RTMULTI_EFFECT_WRITE, frames);
  /* What is not taken comes again, so only a write that was taken whole is added up. */
  if (taken == (int32_t)frames) watch->pcm_sum = sum;
  if (taken > 0) {
    watch_segment(watch, segment)->written_frames += taken;
    watch->frames += taken;
  }
  return taken;
}

static int32_t take_flush(struct watch *watch, uint64_t segment) {
  struct played *played = watch_segment(watch, segment);
  LAW(!played->is_over, "a segment is flushed once, and not after a clear");
  played->is_over = true;
  watch->flushes += 1;
  return ask_inside(watch, RTMULTI_EFFECT_FLUSH, 0);
}

static int32_t take_clear(struct watch *watch, uint64_t segment) {
  (void)segment;
  for (size_t i = 0; i < watch->played_count; i++) watch->played[i].is_over = true;
  watch->clears += 1;
  return ask_inside(watch, RTMULTI_EFFECT_CLEAR, 0);
}

static int32_t take_text(struct watch *watch, const char *item_id, size_t item_id_size, const char *text,
                         size_t text_size) {
  check_string(item_id, item_id_size);
  check_string(text, text_size);
  LAW(item_id_size > 0, "text to show is some item's");
  return ask_inside(watch, RTMULTI_EFFECT_TEXT_WRITE, 0);
}

/* ---- events ---- */

void check_record(const struct watch *watch, const rtmulti_message *message) {
  LAW(message->struct_size == sizeof *message, "a struct says its size");
  law_trace("  outcome=%u P=%lld R=%lld", message->outcome, (long long)message->heard_ms,
            (long long)message->received_ms);
  check_string(message->response_id, message->response_id_size);
  check_string(message->item_id, message->item_id_size);
  check_string(message->heard_text, message->heard_text_size);
  check_string(message->generated_text, message->generated_text_size);
  check_string(message->reason, message->reason_size);
  check_string(message->phase, message->phase_size);
  LAW(message->heard_ms >= 0, "of a message, 0 <= P");
  /* What a server plays by itself has no R here, and P is the server's word (rule F4). */
  LAW(watch->server_plays || message->heard_ms <= message->received_ms, "of a message, P <= R");
  LAW(message->status <= RTMULTI_STATUS_FAILED, "a status is one of the header's");
  LAW(message->outcome <= RTMULTI_OUTCOME_TEXT_ONLY, "an outcome is one of the header's");
  LAW(watch->server_plays || message->outcome != RTMULTI_OUTCOME_FULL || message->heard_ms == message->received_ms,
      "full means that P is R");
  LAW(message->outcome != RTMULTI_OUTCOME_SKIPPED || message->heard_ms == 0, "skipped means that P is 0");
}

static int32_t take_event(struct watch *watch, const rtmulti_event *event) {
  LAW(event->struct_size == sizeof *event, "a struct says its size");
  check_string(event->response_id, event->response_id_size);
  check_string(event->item_id, event->item_id_size);
  check_string(event->text, event->text_size);
  check_string(event->call_id, event->call_id_size);
  check_string(event->name, event->name_size);
  check_string(event->arguments, event->arguments_size);
  watch->events += 1;
  law_trace("  event %u response=%s item=%s", event->kind, event->response_id, event->item_id);
  struct known *response = watch_name(watch, true, event->response_id, event->response_id_size);
  struct known *item = watch_name(watch, false, event->item_id, event->item_id_size);
  const bool is_strict = !watch->names_may_recur;
  switch (event->kind) {
    case RTMULTI_EVENT_SPEAKING_STARTED:
      /* It gave way to another one, and is heard again (rule A8). */
      LAW(!is_strict || !response->has_started || response->has_stopped, "a response that speaks does not start to");
      LAW(!is_strict || !response->has_started || watch->newest_speaker != response->hash,
          "a response starts to speak again only when another one has spoken");
      response->has_started = true;
      response->has_stopped = false;
      watch->newest_speaker = response->hash;
      break;
    case RTMULTI_EVENT_SPEAKING_STOPPED:
      LAW(!is_strict || (response->has_started && !response->has_stopped),
          "a response stops to speak once each time that it started");
      response->has_stopped = true;
      break;
    case RTMULTI_EVENT_SETTLED:
      LAW(!is_strict || response->settled == 0, "a response settles once");
      LAW(!is_strict || response->has_started == response->has_stopped, "what started stops before it settles");
      LAW(event->response_id_size > 0, "what settles has a name");
      response->settled += 1;
      break;
    case RTMULTI_EVENT_MESSAGE:
      LAW(event->message != NULL, "an event that tells a record has one");
      check_record(watch, event->message);
      LAW(event->message->outcome != RTMULTI_OUTCOME_PENDING, "a record that is told has its outcome");
      LAW(!is_strict || item->settled == 0, "a message settles once, and its record is never revised");
      item->settled += 1;
      break;
    case RTMULTI_EVENT_HEARD_TEXT: LAW(event->text_size > 0, "a piece of heard text has bytes"); break;
    case RTMULTI_EVENT_PLAYBACK_STARTED:
    case RTMULTI_EVENT_FUNCTION_CALL: LAW(event->item_id_size > 0, "it is some item's"); break;
    default: LAW(false, "an event is one of the header's");
  }
  return ask_inside(watch, RTMULTI_EFFECT_EVENT, 0);
}

/* ---- commands ---- */

/* Event ids are never used twice; ours end in a number that only grows. */
static void check_event_id(struct watch *watch, const rtmulti_command *command) {
  check_string(command->event_id, command->event_id_size);
  const char *digits = command->event_id;
  while (*digits != '\0' && (*digits < '0' || *digits > '9')) digits += 1;
  const uint64_t number = strtoull(digits, NULL, 10);
  LAW(number > watch->last_event_number, "the event ids of commands are unique");
  watch->last_event_number = number;
}

static void check_kept(const rtmulti_kept_item *const *items, size_t count) {
  LAW(items != NULL || count == 0, "a list that is not there is empty");
  for (size_t i = 0; i < count; i++) {
    LAW(items[i]->struct_size == sizeof *items[i], "a struct says its size");
    check_string(items[i]->item_id, items[i]->item_id_size);
    check_string(items[i]->heard_text, items[i]->heard_text_size);
  }
}

/* C1. The engine may be ahead of this effect, but R never shrinks. */
static void check_truncation(struct watch *watch, const char *item_id, size_t item_id_size, int32_t content_index,
                             int64_t audio_end_ms) {
  char name[1025];
  rtmulti_position position = {.struct_size = sizeof position};
  LAW(audio_end_ms >= 0, "audio_end_ms is not negative");
  LAW(item_id_size > 0 && item_id_size < sizeof name, "a truncation names an item");
  memcpy(name, item_id, item_id_size); /* a query lets go of what polling handed out */
  const rtmulti_result found =
      rtmulti_session_position(watch->session, name, item_id_size, content_index, &position);
  if (found == RTMULTI_OK)
    LAW(audio_end_ms <= position.received_ms || watch->names_may_recur, "audio_end_ms is not beyond R");
}

static int32_t take_command(struct watch *watch, const rtmulti_command *command) {
  LAW(command->struct_size == sizeof *command, "a struct says its size");
  LAW(command->kind >= RTMULTI_COMMAND_CANCEL && command->kind <= RTMULTI_COMMAND_CLEAR_OUTPUT,
      "a command is one of the header's");
  check_event_id(watch, command);
  check_string(command->response_id, command->response_id_size);
  check_string(command->item_id, command->item_id_size);
  check_string(command->heard_text, command->heard_text_size);
  check_string(command->json, command->json_size);
  check_kept(command->kept, command->kept_count);
  check_kept(command->dropped, command->dropped_count);
  LAW_OF(json_is_object(command->json, command->json_size), "a command's json is one JSON object in UTF-8",
         command->json);
  watch->commands += 1;
  law_trace("  command %s", command->json);
  if (command->kind == RTMULTI_COMMAND_TRUNCATE)
    check_truncation(watch, command->item_id, command->item_id_size, command->content_index,
                     command->audio_end_ms);
  return ask_inside(watch, RTMULTI_EFFECT_COMMAND, 0);
}

static int32_t take_diagnostic(struct watch *watch, const rtmulti_diagnostic *diagnostic) {
  LAW(diagnostic->struct_size == sizeof *diagnostic, "a struct says its size");
  LAW(diagnostic->kind >= RTMULTI_DIAGNOSTIC_LATE_AUDIO && diagnostic->kind <= RTMULTI_DIAGNOSTIC_CALLBACK_FAILED,
      "a diagnostic is one of the header's");
  check_string(diagnostic->message, diagnostic->message_size);
  check_string(diagnostic->response_id, diagnostic->response_id_size);
  check_string(diagnostic->item_id, diagnostic->item_id_size);
  LAW(diagnostic->message_size > 0, "a diagnostic has a sentence");
  watch->diagnostics += 1;
  if (diagnostic->kind == RTMULTI_DIAGNOSTIC_LIMIT) watch->has_refused = true;
  law_trace("  diagnostic %s item=%s: %s", rtmulti_diagnostic_name(diagnostic->kind), diagnostic->item_id,
            diagnostic->message);
  if (diagnostic->kind == RTMULTI_DIAGNOSTIC_CORRUPT_PACKET) watch->corrupt_packets += 1;
  return ask_inside(watch, RTMULTI_EFFECT_DIAGNOSTIC, 0);
}

static int32_t take_heard(struct watch *watch, const rtmulti_heard_audio *heard) {
  LAW(heard->struct_size == sizeof *heard, "a struct says its size");
  LAW(heard->frames > 0 && heard->pcm != NULL, "heard audio has frames");
  check_string(heard->item_id, heard->item_id_size);
  volatile int16_t last = heard->pcm[heard->frames * heard->channels - 1];
  (void)last;
  struct played *played = watch_segment(watch, heard->segment);
  played->heard_frames += heard->frames;
  LAW(played->heard_frames <= played->written_frames, "no more is heard of a segment than was written");
  return ask_inside(watch, RTMULTI_EFFECT_HEARD_AUDIO, 0);
}

/* What an effect must look like; answers what its callback does. */
static int32_t take(struct watch *watch, const rtmulti_effect *effect) {
  LAW(effect->struct_size == sizeof *effect, "a struct says its size");
  switch (effect->kind) {
    case RTMULTI_EFFECT_WRITE: return take_write(watch, effect);
    case RTMULTI_EFFECT_FLUSH: return take_flush(watch, effect->segment);
    case RTMULTI_EFFECT_CLEAR: return take_clear(watch, effect->segment);
    case RTMULTI_EFFECT_PAUSE:
    case RTMULTI_EFFECT_RESUME: return ask_inside(watch, effect->kind, 0);
    case RTMULTI_EFFECT_TEXT_WRITE:
      return take_text(watch, effect->item_id, effect->item_id_size, effect->text, effect->text_size);
    case RTMULTI_EFFECT_EVENT: return take_event(watch, effect->event);
    case RTMULTI_EFFECT_COMMAND: return take_command(watch, effect->command);
    case RTMULTI_EFFECT_DIAGNOSTIC: return take_diagnostic(watch, effect->diagnostic);
    case RTMULTI_EFFECT_HEARD_AUDIO: return take_heard(watch, effect->heard_audio);
    default: LAW(false, "an effect is one of the header's"); return 0;
  }
}

/* ---- by callback ---- */

/* A callback, as the effect that it delivers. */
static int32_t take_called(struct host *host, const rtmulti_effect *effect) {
  struct watch *watch = (struct watch *)host;
  LAW(!watch->polls, "a session that is polled calls nobody");
  if (effect->kind == RTMULTI_EFFECT_WRITE) {
    rtmulti_segment owner = {.struct_size = sizeof owner};
    LAW(rtmulti_session_segment(watch->session, effect->segment, &owner) == RTMULTI_OK,
        "a segment that is written to has an owner");
  }
  return take(watch, effect);
}

void deliveries_fill_handlers(struct watch *watch, rtmulti_handlers *handlers) {
  watch->host.takes = take_called;
  host_fill_handlers(&watch->host, handlers);
}

void deliveries_fill_sink(struct watch *watch, rtmulti_sink *sink) {
  /* Whether text is shown is part of the description. */
  if (sink->text_write != NULL) sink->text_write = host_text_write;
  watch->host.takes = take_called;
  host_fill_sink(&watch->host, sink);
}

/* ---- by polling ---- */

static void take_polled(struct watch *watch, const rtmulti_effect *effect) {
  watch->was_answered = false;
  const int32_t answer = take(watch, effect);
  if (effect->kind != RTMULTI_EFFECT_WRITE || watch->was_answered) return;
  /* A failure has no meaning here: nothing was taken. */
  if (answer != (int32_t)effect->frames)
    LAW(rtmulti_session_poll_accept(watch->session, answer < 0 ? 0 : (uint32_t)answer) == RTMULTI_OK,
        "a polled write is answered for");
}

void watch_poll(struct watch *watch) {
  if (!watch->polls || watch->is_inside) return;
  for (;;) {
    rtmulti_effect effect = {.struct_size = sizeof effect};
    const rtmulti_result result = rtmulti_session_poll(watch->session, &effect);
    LAW(result == RTMULTI_OK || result == RTMULTI_DONE, "polling answers OK or DONE");
    if (result == RTMULTI_DONE) return;
    take_polled(watch, &effect);
  }
}
