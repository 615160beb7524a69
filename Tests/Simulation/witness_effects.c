/* The witness looks at effects: each event, each command and each order for the sink against docs/rules/RULES.md,
 * before it happens; see witness.h. */
#include <string.h>

#include "witness.h"

/* ---- records and states ---- */

static void see_record(struct witness *witness, const rtmulti_message *message) {
  struct witness_item *item = witness_item(witness, (struct slice){message->item_id, message->item_id_size});
  const struct server_item *known = server_find_item(&witness->run->server, item->id);
  const bool speaks = message->outcome == RTMULTI_OUTCOME_FULL || message->outcome == RTMULTI_OUTCOME_PARTIAL;
  item->records += 1;
  witness->records += 1;
  if (item->records > 1) witness_breach(witness, "B", "%s settled twice", item->id.bytes);
  if (known == NULL) witness_breach(witness, "A1", "%s settled and was never announced", item->id.bytes);
  if (known != NULL && known->kind != RTMULTI_ITEM_MESSAGE)
    witness_breach(witness, "A7", "%s is no message and has a record", item->id.bytes);
  if (message->outcome < RTMULTI_OUTCOME_FULL || message->outcome > RTMULTI_OUTCOME_TEXT_ONLY)
    witness_breach(witness, "B", "%s settled with outcome %u", item->id.bytes, message->outcome);
  const bool is_at_server = known != NULL && witness_is_at_server(witness, known->response); /* R is not known (rule F4) */
  if (is_at_server) witness_leave_at_server(witness, known->response);
  if (message->heard_ms < 0 || (!is_at_server && message->heard_ms > message->received_ms))
    witness_breach(witness, "C1", "the record of %s says %lld of %lld ms", item->id.bytes,
                   (long long)message->heard_ms, (long long)message->received_ms);
  if (message->outcome == RTMULTI_OUTCOME_FULL && message->heard_ms != message->received_ms && !is_at_server)
    witness_breach(witness, "B1", "%s is full with %lld of %lld ms", item->id.bytes, (long long)message->heard_ms,
                   (long long)message->received_ms);
  const bool is_read = message->outcome == RTMULTI_OUTCOME_TEXT_ONLY && witness->was_audio_off;
  if (!speaks && !is_read && message->heard_ms != 0)
    witness_breach(witness, "B3", "%s was heard for %lld ms and is not spoken", item->id.bytes,
                   (long long)message->heard_ms);
  /* Text that an estimate released is not taken back when a report says that nothing was played. */
  if (message->outcome == RTMULTI_OUTCOME_SKIPPED && message->heard_text_size > 0 &&
      !witness->run->scenario->config.estimate && !is_at_server)
    witness_breach(witness, "B3", "the skipped %s has a text", item->id.bytes);
  item->outcome = message->outcome;
  item->heard_ms = message->heard_ms;
  item->received_ms = message->received_ms;
  item->text = arena_copy(witness->run->arena, message->heard_text, message->heard_text_size);
  if (!speaks) return;
  witness_texts_recorded(witness, item, is_at_server);
}

static void see_heard_text(struct witness *witness, const rtmulti_event *event) {
  struct witness_item *item = witness_item(witness, (struct slice){event->item_id, event->item_id_size});
  struct witness_part *part = witness_part(witness, item, event->content_index);
  if (item->records > 0) witness_breach(witness, "G1", "text of %s came after its record", item->id.bytes);
  witness_texts_heard(witness, item, part, event);
}

static void see_playback_started(struct witness *witness, const rtmulti_event *event) {
  struct witness_segment *segment = witness_segment(witness, event->segment);
  if (segment == NULL) {
    /* A pulled sink learns of a segment when it is heard. */
    segment = arena_take(witness->run->arena, sizeof *segment);
    *segment = (struct witness_segment){.id = event->segment,
                                        .sink = witness->run->sink,
                                        .content = event->content_index,
                                        .next = witness->segments};
    segment->item = arena_copy(witness->run->arena, event->item_id, event->item_id_size);
    witness->segments = segment;
  }
  if (segment->has_started)
    witness_breach(witness, "A8", "segment %llu started twice", (unsigned long long)segment->id);
  segment->has_started = true;
}

static void see_event(struct witness *witness, const rtmulti_event *event) {
  struct witness_response *response = witness_response(witness, event->response_id, event->response_id_size);
  switch (event->kind) {
    case RTMULTI_EVENT_SPEAKING_STARTED:
      response->started += 1;
      if (response->started != response->stopped + 1 || response->settled > 0)
        witness_breach(witness, "A8", "%s started to speak twice, or after its end", response->id.bytes);
      for (const struct witness_response *other = witness->responses; other != NULL; other = other->next) {
        if (other != response && other->started != other->stopped)
          witness_breach(witness, "A8", "%s started to speak before %s stopped", response->id.bytes, other->id.bytes);
      }
      break;
    case RTMULTI_EVENT_SPEAKING_STOPPED:
      response->stopped += 1;
      if (response->stopped != response->started || response->settled > 0)
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
        if (item->records == 0 && known->has_come && slice_equal(known->response->id, response->id))
          witness_breach(witness, "A9", "%s settled before its message %s", response->id.bytes, item->id.bytes);
      }
      break;
    case RTMULTI_EVENT_PLAYBACK_STARTED: see_playback_started(witness, event); break;
    case RTMULTI_EVENT_HEARD_TEXT: see_heard_text(witness, event); break;
    case RTMULTI_EVENT_MESSAGE: see_record(witness, event->message); break;
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

static void see_truncate(struct witness *witness, const rtmulti_command *command, struct witness_item *item,
                         const struct server_item *known) {
  struct witness_part *part = witness_part(witness, item, command->content_index);
  const struct server_part *sent = known == NULL ? NULL : known->parts;
  while (sent != NULL && sent->content != command->content_index) sent = sent->next;
  const int64_t received_ms = sent == NULL ? 0 : server_received_us(&witness->run->server, sent) / 1000;
  part->truncations += 1;
  part->truncated_ms = command->audio_end_ms;
  if (part->truncations > (part->may_retry ? 2u : 1u))
    witness_breach(witness, "F6", "%s (content %d) was truncated once more", item->id.bytes,
                   (int)part->content);
  if (item->deletions > 0) witness_breach(witness, "F3", "%s was truncated after its delete", item->id.bytes);
  if (!witness_server_can(witness, RTMULTI_SERVER_TRUNCATES) ||
      witness_server_can(witness, RTMULTI_SERVER_OWNS_PLAYOUT))
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
  if (!witness_server_can(witness, RTMULTI_SERVER_DELETES))
    witness_breach(witness, "F1", "a delete for a server without it");
  /* A truncate at 0 tells of late audio that nobody heard (rule A4); its item may be forgotten all the same. */
  for (const struct witness_part *part = item->parts; part != NULL; part = part->next) {
    if (part->truncated_ms > 0) witness_breach(witness, "F3", "the truncated %s was deleted", item->id.bytes);
  }
  const bool is_rewritten = witness_server_can(witness, RTMULTI_SERVER_REWRITES);
  if (item->records > 0 && item->outcome != RTMULTI_OUTCOME_SKIPPED && !is_rewritten)
    witness_breach(witness, "B3", "%s was heard or shown, and deleted", item->id.bytes);
}

/* What was deleted is in no list (rules F1, F10). */
static void see_sync(struct witness *witness, const rtmulti_kept_item *const *items, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const struct witness_item *item =
        witness_item(witness, (struct slice){items[i]->item_id, items[i]->item_id_size});
    if (item->was_dropped || item->deletions > 0)
      witness_breach(witness, "F1", "a sync names %s, which was deleted", item->id.bytes);
  }
}

static void see_command(struct witness *witness, const rtmulti_command *command) {
  witness->commands += 1;
  witness_sent(witness, command);
  if (command->kind == RTMULTI_COMMAND_CANCEL) {
    struct witness_response *response =
        witness_response(witness, command->response_id, command->response_id_size);
    const struct server_response *known = server_find_response(&witness->run->server, response->id);
    response->cancels += 1;
    if (witness_is_at_server(witness, known)) witness_leave_at_server(witness, known);
    if (response->cancels > 1) witness_breach(witness, "D8", "%s was cancelled twice", response->id.bytes);
    if (known == NULL || (known->flags & RTMULTI_RESPONSE_LOCAL) != 0)
      witness_breach(witness, "A11", "%s is not the server's and was cancelled", response->id.bytes);
    return;
  }
  if (command->kind == RTMULTI_COMMAND_CLEAR_OUTPUT) {
    if (!witness_server_can(witness, RTMULTI_SERVER_OWNS_PLAYOUT))
      witness_breach(witness, "F4", "a server was silenced that plays nothing itself");
    const struct slice id = {command->response_id, command->response_id_size};
    witness_response(witness, SLICE(id))->silenced += 1;
    witness_leave_at_server(witness, server_find_response(&witness->run->server, id));
    return;
  }
  if (command->kind == RTMULTI_COMMAND_SYNC) {
    if (!witness_server_can(witness, RTMULTI_SERVER_SYNCS))
      witness_breach(witness, "F1", "a sync for a server without it");
    see_sync(witness, command->kept, command->kept_count);
    see_sync(witness, command->dropped, command->dropped_count);
    return;
  }
  struct witness_item *item = witness_item(witness, (struct slice){command->item_id, command->item_id_size});
  const struct server_item *known = server_find_item(&witness->run->server, item->id);
  if (known == NULL || known->kind != RTMULTI_ITEM_MESSAGE)
    witness_breach(witness, "A7", "a command names %s, which is no message", item->id.bytes);
  if (known != NULL && known->response != NULL && (known->response->flags & WITNESS_NOBODYS_MEMORY) != 0)
    witness_breach(witness, "A6", "a command names %s, which is in no conversation", item->id.bytes);
  if (known != NULL && known->presence == ITEM_LOST && !witness->is_closed)
    witness_breach(witness, "F8", "a command names %s of the lost session", item->id.bytes);
  if (item->was_dropped) witness_breach(witness, "F10", "a command names %s, which the server dropped", item->id.bytes);
  switch (command->kind) {
    case RTMULTI_COMMAND_TRUNCATE: see_truncate(witness, command, item, known); break;
    case RTMULTI_COMMAND_DELETE:
      witness_buffer_deletes(witness, known);
      see_delete(witness, item);
      break;
    case RTMULTI_COMMAND_CREATE:
      if (!witness_server_can(witness, RTMULTI_SERVER_REWRITES) || item->deletions != 1)
        witness_breach(witness, "F9", "%s was created again, and not for a rewrite", item->id.bytes);
      break;
    default: witness_breach(witness, "F", "a command of kind %u", command->kind); break;
  }
}

/* ---- the sink ---- */

/* With the audio off a sink that cannot clear is offered at most the rest of a block that it has begun to
 * take (rule B11). */
static void see_write_while_off(struct witness *witness, struct witness_segment *segment, uint32_t frames) {
  enum { LONGEST_BLOCK_MS = 121 };
  const struct scenario_config *config = &witness->run->scenario->config;
  if (!witness->is_audio_off) return;
  if (segment->rest_frames == 0) segment->rest_frames = LONGEST_BLOCK_MS * config->rate_hz / 1000;
  if (config->can_clear || frames > segment->rest_frames)
    witness_breach(witness, "B11", "a write while the audio is off");
  segment->rest_frames = frames;
}

static void see_write(struct witness *witness, const rtmulti_effect *effect) {
  struct run *run = witness->run;
  struct witness_segment *segment = witness_segment(witness, effect->segment);
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
      if (slice_equal(older->item, segment->item) && older->content == segment->content)
        witness->decodes_again = true;
    }
  }
  if (effect->frames == 0) witness_breach(witness, "A1", "a write of nothing");
  if (segment->state != WITNESS_OPEN || segment->sink != run->sink)
    witness_breach(witness, "E2", "a write to segment %llu after its flush, its clear or its sink",
                   (unsigned long long)segment->id);
  if (witness->is_closed) witness_breach(witness, "B10", "a write after the close");
  see_write_while_off(witness, segment, effect->frames);
  if (witness->clear_ends_ms <= run->now_ms || run->scenario->config.sink == SINK_PACED) return;
  witness_note_answers(witness, false);
  for (segment = witness->segments; segment != NULL; segment = segment->next) {
    if (segment->state == WITNESS_CLEARING && segment->sink == run->sink)
      witness_breach(witness, "E2", "a write before segment %llu was answered for",
                     (unsigned long long)segment->id);
  }
}

/* Whether a sink that is written to was offered a segment and took nothing of it: it has nothing to answer for. */
static bool was_never_taken(const struct run *run, uint64_t id) {
  const enum sink_kind sink = run->scenario->config.sink;
  const struct segment *segment = run->segments;
  while (segment != NULL && segment->id != id) segment = segment->next;
  return segment == NULL && (sink == SINK_AUTO || sink == SINK_MANUAL);
}

static void see_clear(struct witness *witness, uint64_t audible) {
  struct run *run = witness->run;
  const struct witness_segment *named = witness_segment(witness, audible);
  if (!run->scenario->config.can_clear) witness_breach(witness, "C6", "a clear for a sink that cannot clear");
  /* A paced sink may be told to clear before its first block is full. */
  const enum sink_kind sink = run->scenario->config.sink;
  if ((sink == SINK_AUTO || sink == SINK_MANUAL) && (named == NULL || named->sink != run->sink))
    witness_breach(witness, "D1", "a clear names segment %llu, which this sink never had",
                   (unsigned long long)audible);
  for (struct witness_segment *segment = witness->segments; segment != NULL; segment = segment->next) {
    if (segment->sink != run->sink || segment->state == WITNESS_OVER) continue;
    /* One that is still not answered for was given up (rule E2). */
    const bool is_over = segment->state == WITNESS_CLEARING || was_never_taken(run, segment->id);
    segment->state = is_over ? WITNESS_OVER : WITNESS_CLEARING;
  }
  witness->clear_ends_ms = run->now_ms + witness->clear_timeout_ms;
}

static void see_flush(struct witness *witness, uint64_t id) {
  struct run *run = witness->run;
  struct witness_segment *segment = witness_segment(witness, id);
  if (segment != NULL && segment->state == WITNESS_FLUSHED)
    witness_breach(witness, "A2", "segment %llu was flushed twice", (unsigned long long)id);
  if (segment != NULL && segment->state == WITNESS_OPEN) segment->state = WITNESS_FLUSHED;
  /* A packet that waited for one before it, or was held back for the end of its stream, may go on in another segment. */
  const bool is_pulled = run->scenario->config.sink == SINK_PULLED;
  if (is_pulled && (witness->has_numbers || run->voice.is_paged)) witness->decodes_again = true;
  /* One that was heard already is known by its start, and one that was not the library knows. */
  rtmulti_segment known = {.struct_size = sizeof known};
  struct slice item = {NULL, 0};
  int32_t content = 0;
  if (segment != NULL) {
    item = segment->item;
    content = segment->content;
  } else if (rtmulti_session_segment(run->session, id, &known) == RTMULTI_OK) {
    item = (struct slice){known.item_id, known.item_id_size};
    content = known.content_index;
  }
  if (item.bytes != NULL) witness_part(witness, witness_item(witness, item), content)->was_flushed = true;
}

static void see_diagnostic(struct witness *witness, const rtmulti_diagnostic *diagnostic) {
  if (diagnostic->kind == RTMULTI_DIAGNOSTIC_LATE_AUDIO) witness->had_late_audio = true;
  if (diagnostic->kind == RTMULTI_DIAGNOSTIC_COMMAND_UNANSWERED) witness->unanswered += 1;
  if (diagnostic->kind == RTMULTI_DIAGNOSTIC_MEMORY_DIFFERS)
    witness_item(witness, (struct slice){diagnostic->item_id, diagnostic->item_id_size})->differs += 1;
  if (diagnostic->kind != RTMULTI_DIAGNOSTIC_MISSING_DONE) return;
  struct witness_response *response =
      witness_response(witness, diagnostic->response_id, diagnostic->response_id_size);
  if (response->is_missing_done) witness_breach(witness, "A6", "%s ended without a word twice", response->id.bytes);
  if (response->is_done) witness_breach(witness, "A6", "%s ended without a word, and was done", response->id.bytes);
  response->is_missing_done = true;
}

void witness_effect(struct witness *witness, const rtmulti_effect *effect) {
  switch (effect->kind) {
    case RTMULTI_EFFECT_WRITE: see_write(witness, effect); break;
    case RTMULTI_EFFECT_FLUSH: see_flush(witness, effect->segment); break;
    case RTMULTI_EFFECT_CLEAR: see_clear(witness, effect->segment); break;
    case RTMULTI_EFFECT_PAUSE:
      if (!witness->run->scenario->config.can_pause)
        witness_breach(witness, "E4", "a pause for a sink that cannot pause");
      break;
    case RTMULTI_EFFECT_TEXT_WRITE: witness->texts_offered += 1; break;
    case RTMULTI_EFFECT_EVENT: see_event(witness, effect->event); break;
    case RTMULTI_EFFECT_COMMAND: see_command(witness, effect->command); break;
    case RTMULTI_EFFECT_DIAGNOSTIC: see_diagnostic(witness, effect->diagnostic); break;
    default: break;
  }
}
