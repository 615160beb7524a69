/* The witness: effects and answers against RULES.md; see witness.h. */
#include "witness.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void witness_breach(struct witness *witness, const char *rule, const char *format, ...) {
  char sentence[512];
  struct run *run = witness->run;
  if (run->failure.line != 0) return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  run_fail(run, run->line, arena_print(run->arena, "%s: %s", rule, sentence));
}

void witness_start(struct witness *witness, struct run *run) {
  *witness = (struct witness){.run = run, .clear_ends_ms = NOT_GIVEN};
}

/* ---- what is known of items, parts, responses and segments ---- */

struct witness_item *witness_item(struct witness *witness, struct slice id) {
  struct witness_item *item = witness->items;
  while (item != NULL && !slice_equal(item->id, id)) item = item->next;
  if (item != NULL) return item;
  item = arena_take(witness->run->arena, sizeof *item);
  item->id = arena_copy(witness->run->arena, id.bytes, id.size);
  item->next = witness->items;
  witness->items = item;
  return item;
}

struct witness_part *witness_part(struct witness *witness, struct witness_item *item, int32_t content) {
  struct witness_part **place = &item->parts;
  while (*place != NULL && (*place)->content < content) place = &(*place)->next;
  if (*place != NULL && (*place)->content == content) return *place;
  struct witness_part *part = arena_take(witness->run->arena, sizeof *part);
  part->content = content;
  part->next = *place;
  *place = part;
  return part;
}

static struct witness_response *response_named(struct witness *witness, const char *id, size_t size) {
  struct witness_response *response = witness->responses;
  const struct slice name = {id, size};
  while (response != NULL && !slice_equal(response->id, name)) response = response->next;
  if (response != NULL) return response;
  response = arena_take(witness->run->arena, sizeof *response);
  response->id = arena_copy(witness->run->arena, id, size);
  response->next = witness->responses;
  witness->responses = response;
  return response;
}

static struct witness_segment *segment_numbered(struct witness *witness, uint64_t id) {
  struct witness_segment *segment = witness->segments;
  while (segment != NULL && segment->id != id) segment = segment->next;
  return segment;
}

static void grow(struct witness *witness, struct growing *text, const char *bytes, size_t size) {
  if (size == 0) return;
  if (text->size + size > text->capacity) {
    text->capacity = (text->size + size) * 2;
    char *larger = arena_take(witness->run->arena, text->capacity);
    if (text->size > 0) memcpy(larger, text->bytes, text->size);
    text->bytes = larger;
  }
  memcpy(text->bytes + text->size, bytes, size);
  text->size += size;
}

static const uint32_t nobodys_memory = RTMULTI_RESPONSE_LOCAL | RTMULTI_RESPONSE_OUT_OF_BAND;

/* ---- records and states ---- */

static void see_record(struct witness *witness, const rtmulti_event *event) {
  struct witness_item *item = witness_item(witness, (struct slice){event->item_id, event->item_id_size});
  const struct server_item *known = server_find_item(&witness->run->server, item->id);
  const bool speaks = event->outcome == RTMULTI_OUTCOME_FULL || event->outcome == RTMULTI_OUTCOME_PARTIAL;
  item->records += 1;
  witness->records += 1;
  if (item->records > 1) witness_breach(witness, "B", "%s settled twice", item->id.bytes);
  if (known == NULL) witness_breach(witness, "A1", "%s settled and was never announced", item->id.bytes);
  if (known != NULL && known->kind != RTMULTI_ITEM_MESSAGE)
    witness_breach(witness, "A7", "%s is no message and has a record", item->id.bytes);
  if (event->outcome < RTMULTI_OUTCOME_FULL || event->outcome > RTMULTI_OUTCOME_TEXT_ONLY)
    witness_breach(witness, "B", "%s settled with outcome %u", item->id.bytes, event->outcome);
  if (event->heard_ms < 0 || event->heard_ms > event->received_ms)
    witness_breach(witness, "C1", "the record of %s says %lld of %lld ms", item->id.bytes,
                   (long long)event->heard_ms, (long long)event->received_ms);
  if (event->outcome == RTMULTI_OUTCOME_FULL && event->heard_ms != event->received_ms)
    witness_breach(witness, "B1", "%s is full with %lld of %lld ms", item->id.bytes, (long long)event->heard_ms,
                   (long long)event->received_ms);
  if (!speaks && event->heard_ms != 0)
    witness_breach(witness, "B3", "%s was heard for %lld ms and is not spoken", item->id.bytes,
                   (long long)event->heard_ms);
  /* Text that an estimate released is not taken back when a report says that nothing was played. */
  if (event->outcome == RTMULTI_OUTCOME_SKIPPED && event->text_size > 0 && !witness->run->scenario->config.estimate)
    witness_breach(witness, "B3", "the skipped %s has a text", item->id.bytes);
  item->outcome = event->outcome;
  item->heard_ms = event->heard_ms;
  item->received_ms = event->received_ms;
  item->text = arena_copy(witness->run->arena, event->text, event->text_size);
  if (!speaks) return;
  struct growing heard = {NULL, 0, 0};
  for (const struct witness_part *part = item->parts; part != NULL; part = part->next)
    grow(witness, &heard, part->heard.bytes, part->heard.size);
  if (!slice_equal(item->text, (struct slice){heard.bytes, heard.size}))
    witness_breach(witness, "G1", "the record of %s says \"%s\", its text events said \"%.*s\"", item->id.bytes,
                   item->text.bytes, (int)heard.size, heard.size == 0 ? "" : heard.bytes);
}

static void see_heard_text(struct witness *witness, const rtmulti_event *event) {
  struct witness_item *item = witness_item(witness, (struct slice){event->item_id, event->item_id_size});
  struct witness_part *part = witness_part(witness, item, event->content_index);
  if (item->records > 0) witness_breach(witness, "G1", "text of %s came after its record", item->id.bytes);
  grow(witness, &part->heard, event->text, event->text_size);
  if (part->heard.size > part->sent.size ||
      memcmp(part->heard.bytes, part->sent.bytes, part->heard.size) != 0)
    witness_breach(witness, "G2", "the heard text of %s is no beginning of \"%.*s\"", item->id.bytes,
                   (int)part->sent.size, part->sent.size == 0 ? "" : part->sent.bytes);
}

static void see_playback_started(struct witness *witness, const rtmulti_event *event) {
  struct witness_segment *segment = segment_numbered(witness, event->segment);
  if (segment == NULL) {
    /* A pulled sink learns of a segment when it is heard. */
    segment = arena_take(witness->run->arena, sizeof *segment);
    *segment = (struct witness_segment){.id = event->segment, .sink = witness->run->sink,
                                        .content = event->content_index, .next = witness->segments};
    segment->item = arena_copy(witness->run->arena, event->item_id, event->item_id_size);
    witness->segments = segment;
  }
  if (segment->has_started)
    witness_breach(witness, "A8", "segment %llu started twice", (unsigned long long)segment->id);
  segment->has_started = true;
}

static void see_event(struct witness *witness, const rtmulti_event *event) {
  struct witness_response *response = response_named(witness, event->response_id, event->response_id_size);
  switch (event->kind) {
    case RTMULTI_EVENT_SPEAKING_STARTED:
      response->started += 1;
      if (response->started > 1 || response->stopped > 0 || response->settled > 0)
        witness_breach(witness, "A8", "%s started to speak twice, or after its end", response->id.bytes);
      break;
    case RTMULTI_EVENT_SPEAKING_STOPPED:
      response->stopped += 1;
      if (response->stopped > 1 || response->started == 0 || response->settled > 0)
        witness_breach(witness, "A8", "%s stopped speaking twice, or not between its start and its end",
                       response->id.bytes);
      break;
    case RTMULTI_EVENT_SETTLED:
      response->settled += 1;
      if (response->settled > 1) witness_breach(witness, "A9", "%s settled twice", response->id.bytes);
      if (response->started != response->stopped)
        witness_breach(witness, "A8", "%s settled while it spoke", response->id.bytes);
      for (const struct witness_item *item = witness->items; item != NULL; item = item->next) {
        const struct server_item *known = server_find_item(&witness->run->server, item->id);
        if (known == NULL || known->kind != RTMULTI_ITEM_MESSAGE || known->response == NULL) continue;
        if (item->records == 0 && slice_equal(known->response->id, response->id))
          witness_breach(witness, "A9", "%s settled before its message %s", response->id.bytes, item->id.bytes);
      }
      break;
    case RTMULTI_EVENT_PLAYBACK_STARTED: see_playback_started(witness, event); break;
    case RTMULTI_EVENT_HEARD_TEXT: see_heard_text(witness, event); break;
    case RTMULTI_EVENT_MESSAGE: see_record(witness, event); break;
    case RTMULTI_EVENT_FUNCTION_CALL: {
      struct witness_item *item = witness_item(witness, (struct slice){event->item_id, event->item_id_size});
      item->calls += 1;
      if (item->calls > 1) witness_breach(witness, "A7", "the call %s came twice", item->id.bytes);
      break;
    }
    default: witness_breach(witness, "A", "an event of kind %u", event->kind); break;
  }
}

/* ---- commands ---- */

static bool can(const struct witness *witness, uint32_t capability) {
  return (witness->run->scenario->config.server & capability) != 0;
}

static void see_truncate(struct witness *witness, const rtmulti_command *command, struct witness_item *item,
                         const struct server_item *known) {
  struct witness_part *part = witness_part(witness, item, command->content_index);
  const struct server_part *sent = known == NULL ? NULL : known->parts;
  while (sent != NULL && sent->content != command->content_index) sent = sent->next;
  const int64_t received_ms = sent == NULL ? 0 : server_received_us(&witness->run->server, sent) / 1000;
  part->truncations += 1;
  part->truncated_ms = command->audio_end_ms;
  if (part->truncations > (part->may_retry ? 2u : 1u))
    witness_breach(witness, "F6", "%s (content %d) was truncated once more", item->id.bytes, (int)part->content);
  if (item->deletions > 0) witness_breach(witness, "F3", "%s was truncated after its delete", item->id.bytes);
  if (!can(witness, RTMULTI_SERVER_TRUNCATES) || can(witness, RTMULTI_SERVER_OWNS_PLAYOUT))
    witness_breach(witness, "F1", "a truncate for a server that does not truncate");
  if (command->audio_end_ms < 0 || command->audio_end_ms > received_ms)
    witness_breach(witness, "C1", "%s was truncated at %lld of %lld ms", item->id.bytes,
                   (long long)command->audio_end_ms, (long long)received_ms);
  if (sent == NULL || sent->kind != RTMULTI_PART_AUDIO || received_ms == 0)
    witness_breach(witness, "F2", "%s (content %d) has no audio and was truncated", item->id.bytes,
                   (int)command->content_index);
}

static void see_delete(struct witness *witness, struct witness_item *item) {
  item->deletions += 1;
  if (item->deletions > 1) witness_breach(witness, "D5", "%s was deleted twice", item->id.bytes);
  if (!can(witness, RTMULTI_SERVER_DELETES)) witness_breach(witness, "F1", "a delete for a server without it");
  /* A truncate at 0 tells of late audio that nobody heard (rule A4); its item may be forgotten all the same. */
  for (const struct witness_part *part = item->parts; part != NULL; part = part->next) {
    if (part->truncated_ms > 0) witness_breach(witness, "F3", "the truncated %s was deleted", item->id.bytes);
  }
  const bool is_rewritten = can(witness, RTMULTI_SERVER_REWRITES);
  if (item->records > 0 && item->outcome != RTMULTI_OUTCOME_SKIPPED && !is_rewritten)
    witness_breach(witness, "B3", "%s was heard or shown, and deleted", item->id.bytes);
}

static void see_command(struct witness *witness, const rtmulti_command *command) {
  witness->commands += 1;
  if (command->kind == RTMULTI_COMMAND_CANCEL) {
    struct witness_response *response =
        response_named(witness, command->response_id, command->response_id_size);
    const struct server_response *known = server_find_response(&witness->run->server, response->id);
    response->cancels += 1;
    if (response->cancels > 1) witness_breach(witness, "D8", "%s was cancelled twice", response->id.bytes);
    if (known == NULL || (known->flags & RTMULTI_RESPONSE_LOCAL) != 0)
      witness_breach(witness, "A11", "%s is not the server's and was cancelled", response->id.bytes);
    return;
  }
  if (command->kind == RTMULTI_COMMAND_SYNC) {
    if (!can(witness, RTMULTI_SERVER_SYNCS)) witness_breach(witness, "F1", "a sync for a server without it");
    return;
  }
  struct witness_item *item =
      witness_item(witness, (struct slice){command->item_id, command->item_id_size});
  const struct server_item *known = server_find_item(&witness->run->server, item->id);
  if (known == NULL || known->kind != RTMULTI_ITEM_MESSAGE)
    witness_breach(witness, "A7", "a command names %s, which is no message", item->id.bytes);
  if (known != NULL && known->response != NULL && (known->response->flags & nobodys_memory) != 0)
    witness_breach(witness, "A6", "a command names %s, which is in no conversation", item->id.bytes);
  if (known != NULL && known->presence == ITEM_LOST && !witness->is_closed)
    witness_breach(witness, "F8", "a command names %s of the lost session", item->id.bytes);
  switch (command->kind) {
    case RTMULTI_COMMAND_TRUNCATE: see_truncate(witness, command, item, known); break;
    case RTMULTI_COMMAND_DELETE: see_delete(witness, item); break;
    case RTMULTI_COMMAND_CREATE:
      if (!can(witness, RTMULTI_SERVER_REWRITES) || item->deletions != 1)
        witness_breach(witness, "F9", "%s was created again, and not for a rewrite", item->id.bytes);
      break;
    default: witness_breach(witness, "F", "a command of kind %u", command->kind); break;
  }
}

/* ---- the sink ---- */

/* Which segments the sink has answered for: an auto sink does it in its clear, a manual one when a line says so. */
static void note_answers(struct witness *witness, bool was_finished) {
  struct run *run = witness->run;
  for (struct witness_segment *segment = witness->segments; segment != NULL; segment = segment->next) {
    const bool waits = segment->state == WITNESS_CLEARING || segment->state == WITNESS_FLUSHED;
    if (!waits || segment->sink != run->sink) continue;
    const struct segment *real = run->segments;
    while (real != NULL && real->id != segment->id) real = real->next;
    const bool is_reported = real != NULL && real->state == SEGMENT_FINISHED && !run->sink->is_muted;
    const bool is_named = was_finished && slice_equal(segment->item, witness->finished_item) &&
                          segment->content == witness->finished_content;
    if (is_reported || is_named) segment->state = WITNESS_OVER;
    if (is_named) was_finished = false; /* a line is about the newest segment of its part */
  }
}

static void see_write(struct witness *witness, const rtmulti_effect *effect) {
  struct run *run = witness->run;
  struct witness_segment *segment = segment_numbered(witness, effect->segment);
  if (segment == NULL) {
    rtmulti_segment known = {.struct_size = sizeof known};
    segment = arena_take(run->arena, sizeof *segment);
    *segment = (struct witness_segment){.id = effect->segment, .sink = run->sink, .next = witness->segments};
    witness->segments = segment;
    if (segment->next != NULL && segment->next->id >= segment->id)
      witness_breach(witness, "E1", "segment %llu came after %llu", (unsigned long long)segment->id,
                     (unsigned long long)segment->next->id);
    if (rtmulti_session_segment(run->session, effect->segment, &known) == RTMULTI_OK) {
      segment->item = arena_copy(run->arena, known.item_id, known.item_id_size);
      segment->content = known.content_index;
    }
    for (const struct witness_segment *older = segment->next; older != NULL; older = older->next) {
      if (slice_equal(older->item, segment->item) && older->content == segment->content) witness->decodes_again = true;
    }
  }
  if (effect->frames == 0) witness_breach(witness, "A1", "a write of nothing");
  if (segment->state != WITNESS_OPEN || segment->sink != run->sink)
    witness_breach(witness, "E2", "a write to segment %llu after its flush, its clear or its sink",
                   (unsigned long long)segment->id);
  if (witness->is_closed) witness_breach(witness, "B10", "a write after the close");
  if (witness->clear_ends_ms <= run->now_ms || run->scenario->config.sink == SINK_PACED) return;
  note_answers(witness, false);
  for (segment = witness->segments; segment != NULL; segment = segment->next) {
    if (segment->state == WITNESS_CLEARING && segment->sink == run->sink)
      witness_breach(witness, "E2", "a write before segment %llu was answered for",
                     (unsigned long long)segment->id);
  }
}

static void see_clear(struct witness *witness, uint64_t audible) {
  struct run *run = witness->run;
  const struct witness_segment *named = segment_numbered(witness, audible);
  if (!run->scenario->config.can_clear) witness_breach(witness, "C6", "a clear for a sink that cannot clear");
  /* A paced sink may be told to clear before its first block is full. */
  const enum sink_kind sink = run->scenario->config.sink;
  if ((sink == SINK_AUTO || sink == SINK_MANUAL) && (named == NULL || named->sink != run->sink))
    witness_breach(witness, "D1", "a clear names segment %llu, which this sink never had",
                   (unsigned long long)audible);
  for (struct witness_segment *segment = witness->segments; segment != NULL; segment = segment->next) {
    if (segment->sink == run->sink && segment->state != WITNESS_OVER) segment->state = WITNESS_CLEARING;
  }
  witness->clear_ends_ms = run->now_ms + run->scenario->config.clear_timeout_ms;
}

void witness_effect(struct witness *witness, const rtmulti_effect *effect) {
  switch (effect->kind) {
    case RTMULTI_EFFECT_WRITE: see_write(witness, effect); break;
    case RTMULTI_EFFECT_FLUSH: {
      struct witness_segment *segment = segment_numbered(witness, effect->segment);
      if (segment != NULL && segment->state == WITNESS_FLUSHED)
        witness_breach(witness, "A2", "segment %llu was flushed twice", (unsigned long long)segment->id);
      if (segment != NULL && segment->state == WITNESS_OPEN) segment->state = WITNESS_FLUSHED;
      break;
    }
    case RTMULTI_EFFECT_CLEAR: see_clear(witness, effect->segment); break;
    case RTMULTI_EFFECT_PAUSE:
      if (!witness->run->scenario->config.can_pause)
        witness_breach(witness, "E4", "a pause for a sink that cannot pause");
      break;
    case RTMULTI_EFFECT_TEXT_WRITE: witness->texts_offered += 1; break;
    case RTMULTI_EFFECT_EVENT: see_event(witness, effect->event); break;
    case RTMULTI_EFFECT_COMMAND: see_command(witness, effect->command); break;
    case RTMULTI_EFFECT_DIAGNOSTIC:
      if (effect->diagnostic->kind == RTMULTI_DIAGNOSTIC_LATE_AUDIO) witness->had_late_audio = true;
      break;
    default: break;
  }
}

/* ---- inputs and their answers ---- */

void witness_input(struct witness *witness, const struct input *input) {
  const bool is_text = input->kind == INPUT_TEXT || (input->kind == INPUT_MESSAGE && input->text.bytes != NULL);
  if (is_text) {
    const struct server_item *known = server_find_item(&witness->run->server, input->id);
    const int32_t content = input->kind == INPUT_MESSAGE ? 0
                            : known != NULL              ? server_audio_content(known, input->content)
                            : input->content == NOT_GIVEN ? 0
                                                          : input->content;
    struct witness_item *item = witness_item(witness, input->id);
    grow(witness, &witness_part(witness, item, content)->sent, input->text.bytes, input->text.size);
  }
  if (input->kind == INPUT_FINISHED) {
    const struct server_item *known = server_find_item(&witness->run->server, input->id);
    witness->finished_item = input->id;
    witness->finished_content = known == NULL ? 0 : server_audio_content(known, input->content);
    note_answers(witness, true);
  }
  if (input->kind == INPUT_SWAP_SINK) witness->decodes_again = true;
  if (input->kind == INPUT_TEXT_DELIVERED) witness->texts_delivered += 1;
  if (input->kind == INPUT_ITEM && input->item_kind == RTMULTI_ITEM_MESSAGE) witness_item(witness, input->id);
  if (input->kind == INPUT_AUDIO || input->kind == INPUT_MESSAGE) {
    const struct server_item *known = server_find_item(&witness->run->server, input->id);
    const bool is_first = known == NULL || input->kind == INPUT_MESSAGE;
    const int32_t content = is_first ? 0 : server_audio_content(known, input->content);
    if (known != NULL && input->kind == INPUT_AUDIO) {
      for (const struct server_part *part = known->parts; part != NULL; part = part->next)
        if (part->content == content && part->kind == RTMULTI_PART_TEXT) witness->had_host_voice = true;
    }
    if (input->ms != NOT_GIVEN || input->bytes != NOT_GIVEN)
      witness_part(witness, witness_item(witness, input->id), content);
  }
  if (input->kind == INPUT_REJECT && input->command == RTMULTI_COMMAND_TRUNCATE &&
      strstr(input->message.bytes == NULL ? "" : input->message.bytes, "shorter") != NULL) {
    for (struct witness_part *part = witness_item(witness, input->id)->parts; part != NULL; part = part->next)
      part->may_retry = true;
  }
}

static bool is_any_of(const char *input, const char *const names[], size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(input, names[i]) == 0) return true;
  }
  return false;
}

void witness_took(struct witness *witness, const char *input, rtmulti_result result) {
  static const char *const reports[] = {"started",    "progress",       "finished", "lie",
                                        "sink_ready", "text_delivered", "reject",   "advance"};
  struct run *run = witness->run;
  int64_t deadline_us = 0;
  bool is_allowed = result == RTMULTI_OK || result == RTMULTI_IGNORED;
  if (run->session == NULL) return;
  if (witness->is_closed) {
    is_allowed = result == RTMULTI_ERROR_CLOSED ||
                 (is_any_of(input, reports, sizeof reports / sizeof *reports) && result == RTMULTI_IGNORED);
  } else if (strcmp(input, "advance") == 0) {
    is_allowed = result == RTMULTI_OK;
  } else if (strcmp(input, "pause") == 0 && !run->scenario->config.can_pause) {
    is_allowed = result == RTMULTI_ERROR_UNSUPPORTED;
  }
  if (!is_allowed && !(witness->has_failing_callbacks && result == WITNESS_FAILURE))
    witness_breach(witness, "the header", "`%s` answered %s", input, rtmulti_result_name(result));
  if (strcmp(input, "close") == 0) witness->is_closed = true;
  if (rtmulti_session_next_deadline(run->session, &deadline_us) == RTMULTI_OK && strcmp(input, "advance") == 0 &&
      deadline_us < run->now_ms * 1000)
    witness_breach(witness, "the header", "the next deadline is %lld us ago",
                   (long long)(run->now_ms * 1000 - deadline_us));
}

const struct server_response *witness_unsettled(const struct witness *witness) {
  const struct server_response *response = witness->run->server.responses;
  while (response != NULL && (response->is_settled || response->generation == GENERATION_UNANNOUNCED))
    response = response->next;
  return response;
}

/* What settles while the server generates it was cut, and a server that does not know that by itself is told. */
static void check_cancels(struct witness *witness) {
  const struct run *run = witness->run;
  for (const struct server_response *response = run->server.responses; response != NULL;
       response = response->next) {
    const bool is_silent = (response->flags & RTMULTI_RESPONSE_LOCAL) != 0;
    if (response->is_settled && response->generation == GENERATION_ACTIVE && !is_silent &&
        response_named(witness, SLICE(response->id))->cancels == 0)
      witness_breach(witness, "D1", "%s was cut and still generates", response->id.bytes);
  }
}

/* An unnamed interrupt by the host leaves nothing active, and an unnamed one or a close nothing unsettled. */
static void check_end(struct witness *witness, const struct input *input) {
  const struct run *run = witness->run;
  const bool covers_all = input->kind == INPUT_CLOSE ||
                          (input->kind == INPUT_INTERRUPT && input->id.bytes == NULL &&
                           input->interrupter == RTMULTI_INTERRUPTED_BY_HOST);
  if (!covers_all) return;
  const struct server_response *unsettled = witness_unsettled(witness);
  const enum sink_kind sink = run->scenario->config.sink;
  const bool is_answered = input->kind == INPUT_CLOSE || (sink != SINK_MANUAL && !run->sink->is_muted);
  if (unsettled != NULL && is_answered)
    witness_breach(witness, input->kind == INPUT_CLOSE ? "B10" : "D1", "%s is not settled", unsettled->id.bytes);
  for (const struct server_response *response = run->server.responses; response != NULL;
       response = response->next) {
    /* One whose cancel was refused goes on, and is not cancelled again (rule D8). */
    const bool is_left = (response->flags & RTMULTI_RESPONSE_LOCAL) != 0 || run->server.is_closed ||
                         response_named(witness, SLICE(response->id))->cancels > 0;
    if (response->generation == GENERATION_ACTIVE && !is_left)
      witness_breach(witness, "D1", "%s still generates", response->id.bytes);
  }
}

void witness_step(struct witness *witness, const struct input *input) {
  if (witness->run->failure.line != 0) return;
  check_cancels(witness);
  check_end(witness, input);
  if (witness->clear_ends_ms > witness->run->now_ms) note_answers(witness, false);
  witness_ask(witness, false);
}

/* What the server must have been told of a message in the end (rules B2, B3), if it can be told. */
static void check_told(struct witness *witness, const struct server_item *known) {
  const struct witness_item *item = witness_item(witness, known->id);
  const bool is_remembered = known->kind == RTMULTI_ITEM_MESSAGE && known->presence != ITEM_LOST &&
                             known->response != NULL && (known->response->flags & nobodys_memory) == 0 &&
                             known->response->generation != GENERATION_LOST;
  bool is_voiced = known->response != NULL && (known->response->flags & RTMULTI_RESPONSE_TEXT) != 0;
  bool is_truncated = false;
  for (const struct server_part *part = known->parts; part != NULL; part = part->next)
    is_voiced = is_voiced || part->kind == RTMULTI_PART_TEXT;
  for (const struct witness_part *part = item->parts; part != NULL; part = part->next)
    is_truncated = is_truncated || part->truncations > 0;
  if (!is_remembered || item->records == 0) return;
  if (item->outcome == RTMULTI_OUTCOME_SKIPPED && can(witness, RTMULTI_SERVER_DELETES) && item->deletions == 0)
    witness_breach(witness, "B3", "%s was skipped and never deleted", item->id.bytes);
  if (item->outcome == RTMULTI_OUTCOME_PARTIAL && can(witness, RTMULTI_SERVER_TRUNCATES) && !is_voiced &&
      !can(witness, RTMULTI_SERVER_OWNS_PLAYOUT) && !is_truncated)
    witness_breach(witness, "B2", "%s was heard in part and never truncated", item->id.bytes);
}

void witness_end(struct witness *witness, bool must_settle) {
  struct run *run = witness->run;
  if (run->failure.line != 0) return;
  witness_ask(witness, true);
  const struct server_response *unsettled = witness_unsettled(witness);
  if (must_settle && unsettled != NULL)
    witness_breach(witness, "A9", "nothing is left to do and %s never settled", unsettled->id.bytes);
  for (const struct server_item *item = run->server.items; item != NULL; item = item->next) check_told(witness, item);
  for (const struct server_item *item = run->server.items; item != NULL && must_settle; item = item->next) {
    if (item->kind == RTMULTI_ITEM_MESSAGE && item->response != NULL && item->response->is_settled &&
        !run->server.is_closed && witness_item(witness, item->id)->records == 0)
      witness_breach(witness, "B", "nothing is left to do and %s never settled", item->id.bytes);
  }
}
