/* The law; see law.h. */
#include "law.h"

#include <stdlib.h>
#include <string.h>

/* A server that plays by itself is its own ear, and much is estimated there (rule F4): only the doors are compared. */
static bool owns_playout(const struct talk *talk) { return talk->plan.config.server & RTMULTI_SERVER_OWNS_PLAYOUT; }

/* ---- events ---- */

static void law_speaking(struct talk *talk, const rtmulti_event *event, struct response *response) {
  if (event->kind == RTMULTI_EVENT_SPEAKING_STARTED) {
    for (int i = 0; i < talk->server.response_count; i++)
      if (talk->server.responses[i].is_speaking)
        talk_wrong(talk, "%s begins to speak while %s speaks (rule A8)", response->id, talk->server.responses[i].id);
    response->is_speaking = true;
    response->started += 1;
  } else {
    if (!response->is_speaking) talk_wrong(talk, "%s stops speaking and did not speak (rule A8)", response->id);
    response->is_speaking = false;
    response->stopped += 1;
  }
  if (response->settled > 0) talk_wrong(talk, "%s speaks or stops behind its SETTLED (rule A8)", response->id);
}

static void law_settled(struct talk *talk, const rtmulti_event *event, struct response *response) {
  response->settled += 1;
  if (response->settled > 1) talk_wrong(talk, "%s settles twice (rule A9)", response->id);
  if (response->is_speaking) talk_wrong(talk, "%s settles while it speaks (rule A8)", response->id);
  const int place = (int)(response - talk->server.responses);
  for (int i = 0; i < talk->server.item_count; i++) {
    const struct item *item = &talk->server.items[i];
    if (item->response == place && item->kind == RTMULTI_ITEM_MESSAGE && !item->is_announced_late &&
        item->records == 0 && !talk->plan.fails)
      talk_wrong(talk, "%s settles before the record of %s (rule A9)", response->id, item->id);
  }
  if (event->interrupted)
    response->is_cut = true;
  else if (response->is_generating && !response->is_given_up && !talk->is_closed && !talk->plan.fails &&
           !response->is_lost && !owns_playout(talk))
    talk_wrong(talk, "%s settles uncut, and is still generated (rule A9)", response->id);
}

static bool is_prefix(const char *text, size_t size, const char *of, size_t of_size) {
  return size <= of_size && memcmp(text, of, size) == 0;
}

static void law_message(struct talk *talk, const rtmulti_event *event, struct item *item) {
  const rtmulti_message *m = event->message;
  item->records += 1;
  item->outcome = m->outcome;
  item->heard_ms = m->heard_ms;
  talk->tallies->messages += 1;
  talk->tallies->full += m->outcome == RTMULTI_OUTCOME_FULL;
  talk->tallies->partial += m->outcome == RTMULTI_OUTCOME_PARTIAL;
  talk->tallies->skipped += m->outcome == RTMULTI_OUTCOME_SKIPPED;
  talk->tallies->text_only += m->outcome == RTMULTI_OUTCOME_TEXT_ONLY;
  if (item->records > 1) talk_wrong(talk, "%s has a second record (rule B)", item->id);
  if (item->kind != RTMULTI_ITEM_MESSAGE) talk_wrong(talk, "%s is no message and has a record", item->id);
  if (m->outcome < RTMULTI_OUTCOME_FULL || m->outcome > RTMULTI_OUTCOME_TEXT_ONLY)
    talk_wrong(talk, "the record of %s has the outcome %u", item->id, (unsigned)m->outcome);
  if (strcmp(m->item_id, item->id) != 0 || strcmp(m->response_id, talk->server.responses[item->response].id) != 0)
    talk_wrong(talk, "the record of %s names %s of %s", item->id, m->item_id, m->response_id);
  if (owns_playout(talk)) return;
  if (m->heard_ms < 0 || m->heard_ms > m->received_ms)
    talk_wrong(talk, "of %s %lld ms were heard and %lld received (rule C1)", item->id, (long long)m->heard_ms,
               (long long)m->received_ms);
  const int64_t sent = server_sent_ms(talk, item);
  if (talk->plan.material != MATERIAL_OGG && talk->plan.material != MATERIAL_PACKETS &&
      llabs(m->received_ms - sent) > item->part_count)
    talk_wrong(talk, "of %s %lld ms were received and %lld sent (rule C3)", item->id, (long long)m->received_ms,
               (long long)sent);
  if (m->outcome == RTMULTI_OUTCOME_FULL && (m->heard_ms != m->received_ms || m->heard_ms == 0) && sent > 0)
    talk_wrong(talk, "%s is full with %lld of %lld ms (rule B1)", item->id, (long long)m->heard_ms,
               (long long)m->received_ms);
  if (m->outcome == RTMULTI_OUTCOME_SKIPPED && (m->heard_ms != 0 || m->heard_text_size != 0))
    talk_wrong(talk, "%s is skipped with %lld ms heard (rule B3)", item->id, (long long)m->heard_ms);
  if (m->outcome == RTMULTI_OUTCOME_TEXT_ONLY) return;
  char words[MOST_PARTS * TEXT_SIZE];
  size_t size = 0;
  for (int32_t content = 0; content < MOST_PARTS; content++) {
    const struct part *part = item_part(item, content);
    if (part == NULL || part->sent_frames == 0) continue;
    memcpy(words + size, part->text, part->text_size);
    size += part->text_size;
  }
  /* Where a packet of Ogg waits for its next page when all is closed, the text waits with it (docs/reliability.md). */
  const bool holds_back = talk->plan.material == MATERIAL_OGG && m->text_estimated;
  if (m->outcome == RTMULTI_OUTCOME_FULL && !holds_back &&
      (m->heard_text_size != size || memcmp(m->heard_text, words, size) != 0))
    talk_wrong(talk, "%s is full with the text \"%s\" of \"%.*s\" (rules B1, G3)", item->id, m->heard_text, (int)size,
               words);
  /* Text that a report takes back stays released (rule G2). Parts are heard one after the other, and so are their
   * words. */
  if (item->part_count == 1 && !is_prefix(m->heard_text, m->heard_text_size, item->told_text, item->told_size))
    talk_wrong(talk, "the record of %s says \"%s\", its text events said \"%.*s\" (rule G1)", item->id, m->heard_text,
               (int)item->told_size, item->told_text);
}

void law_event(struct talk *talk, const rtmulti_event *event) {
  struct response *response = server_response(&talk->server, event->response_id);
  struct item *item = server_item(&talk->server, event->item_id);
  struct segment *segment;
  if (response == NULL) {
    talk_wrong(talk, "an event of the response \"%s\", which was never created", event->response_id);
    return;
  }
  const bool names_item = event->kind >= RTMULTI_EVENT_PLAYBACK_STARTED;
  if (names_item && (item == NULL || item->response != (int)(response - talk->server.responses))) {
    talk_wrong(talk, "an event of the item \"%s\", which %s never had", event->item_id, event->response_id);
    return;
  }
  switch (event->kind) {
    case RTMULTI_EVENT_SPEAKING_STARTED:
    case RTMULTI_EVENT_SPEAKING_STOPPED: law_speaking(talk, event, response); break;
    case RTMULTI_EVENT_SETTLED: law_settled(talk, event, response); break;
    case RTMULTI_EVENT_PLAYBACK_STARTED:
      segment = ear_segment(talk, event->segment);
      if (segment != NULL && ++segment->events > 1)
        talk_wrong(talk, "segment %llu starts twice (rule A8)", (unsigned long long)event->segment);
      break;
    case RTMULTI_EVENT_HEARD_TEXT:
      if (item->records > 0) talk_wrong(talk, "text of %s behind its record (rule G1)", item->id);
      if (item->told_size + event->text_size <= sizeof item->told_text) {
        memcpy(item->told_text + item->told_size, event->text, event->text_size);
        item->told_size += event->text_size;
      }
      break;
    case RTMULTI_EVENT_MESSAGE: law_message(talk, event, item); break;
    case RTMULTI_EVENT_FUNCTION_CALL:
      item->calls_told += 1;
      if (item->calls_told > 1 || item->calls_said == 0)
        talk_wrong(talk, "the call %s surfaces once too often (rule A7)", item->id);
      break;
    default: talk_wrong(talk, "an unknown event, %u", (unsigned)event->kind); break;
  }
}

void law_diagnostic(struct talk *talk, const rtmulti_diagnostic *diagnostic) {
  const uint32_t both = RTMULTI_SERVER_TRUNCATES | RTMULTI_SERVER_DELETES;
  struct item *item = server_item(&talk->server, diagnostic->item_id);
  struct response *response = server_response(&talk->server, diagnostic->response_id);
  switch (diagnostic->kind) {
    case RTMULTI_DIAGNOSTIC_MEMORY_DIFFERS:
      if (item != NULL) item->is_excused = true;
      if ((talk->plan.config.server & both) == both && !talk->plan.has_own_cuts && !talk->plan.changes_server &&
          !owns_playout(talk) && !talk->plan.refuses && talk->plan.voices_no_text)
        talk_wrong(talk, "memory_differs at a server that obeys: %s", diagnostic->message);
      break;
    case RTMULTI_DIAGNOSTIC_MISSING_DONE:
      if (response != NULL) response->is_given_up = true, server_ends_parts(talk, response);
      break;
    case RTMULTI_DIAGNOSTIC_LIMIT:
    case RTMULTI_DIAGNOSTIC_UNKNOWN_FORMAT: talk_wrong(talk, "%s", diagnostic->message); break;
    case RTMULTI_DIAGNOSTIC_CALLBACK_FAILED:
      if (!talk->plan.fails) talk_wrong(talk, "%s", diagnostic->message);
      break;
    case RTMULTI_DIAGNOSTIC_CORRUPT_PACKET:
      if (talk->plan.material != MATERIAL_PACKETS) talk_wrong(talk, "%s", diagnostic->message);
      break;
    default: break;
  }
}

void law_heard_audio(struct talk *talk, const rtmulti_heard_audio *heard) {
  struct segment *segment = ear_segment(talk, heard->segment);
  struct item *item = server_item(&talk->server, heard->item_id);
  if (segment == NULL || item == NULL) {
    talk_wrong(talk, "heard audio of segment %llu, which was never written", (unsigned long long)heard->segment);
    return;
  }
  segment->heard += heard->frames;
  if (segment->heard > segment->written)
    talk_wrong(talk, "heard audio of segment %llu is longer than what was written", (unsigned long long)heard->segment);
}

/* ---- the end ---- */

static void end_of_memory(struct talk *talk, const struct item *item, const struct response *response) {
  if (item->is_excused || item->is_voiced || item->has_been_lost || response->is_lost || owns_playout(talk)) return;
  if (response->flags & (RTMULTI_RESPONSE_LOCAL | RTMULTI_RESPONSE_OUT_OF_BAND)) return;
  if (talk->plan.changes_server || talk->plan.fails) return;
  const int64_t memory = server_remembers_ms(talk, item);
  const int64_t slack = item->part_count + (talk->plan.material == MATERIAL_OGG ? 100 : 0);
  const bool is_shown = item->records > 0 && item->outcome == RTMULTI_OUTCOME_TEXT_ONLY;
  if (is_shown) {
    if (item->truncates > 0 || item->deletes > 0)
      talk_wrong(talk, "%s was shown, and the server is told of it (rules B6, B11)", item->id);
    return;
  }
  if (item->has_own_cut) {
    if (memory > item->heard_ms + slack)
      talk_wrong(talk, "the server holds %lld ms of %s, and %lld were heard", (long long)memory, item->id,
                 (long long)item->heard_ms);
    return;
  }
  if (llabs(memory - item->heard_ms) > slack)
    talk_wrong(talk, "the server holds %lld ms of %s, and %lld were heard", (long long)memory, item->id,
               (long long)item->heard_ms);
  const bool can_delete = talk->plan.config.server & (RTMULTI_SERVER_DELETES | RTMULTI_SERVER_SYNCS);
  if ((item->records == 0 || item->outcome == RTMULTI_OUTCOME_SKIPPED) && !item->is_deleted && can_delete)
    talk_wrong(talk, "nothing of %s was heard, and the server still has it (rules B3, D5)", item->id);
  /* What waits for a lost packet, or for the next page of Ogg, when its message is over is late audio (rules A4, H2).
   */
  const bool holds_back = talk->plan.material >= MATERIAL_PACKETS && !item->is_deleted;
  if (item->records > 0 && item->outcome == RTMULTI_OUTCOME_FULL && !item->has_late_audio && !holds_back &&
      (item->truncates > 0 || item->is_deleted))
    talk_wrong(talk, "%s was heard whole, and the server is told to cut it (rule B4)", item->id);
}

static void end_of_item(struct talk *talk, const struct item *item) {
  if (item->response < 0) return;
  const struct response *response = &talk->server.responses[item->response];
  if (item->kind != RTMULTI_ITEM_MESSAGE) {
    if (item->calls_told != (item->calls_said > 0)) talk_wrong(talk, "the call %s never surfaced (rule A7)", item->id);
    return;
  }
  if (item->records == 0 && !item->is_announced_late) talk_wrong(talk, "%s never settles (rule B)", item->id);
  if (talk->is_wrong) return;
  end_of_memory(talk, item, response);
  if (!talk->ear.is_exact || owns_playout(talk) || talk->plan.fails) return;
  talk->tallies->exact += 1;
  const double heard = ear_heard_ms(talk, item);
  const double slack = 1.5 + item->part_count + (talk->ear.sink.output_latency_ms > 0 ? 2 : 0);
  if (heard - (double)item->heard_ms > slack || heard - (double)item->heard_ms < -slack)
    talk_wrong(talk, "of %s the listener heard %.2f ms, and the record says %lld", item->id, heard,
               (long long)item->heard_ms);
}

void law_end(struct talk *talk) {
  for (int i = 0; i < talk->server.response_count && !talk->is_wrong; i++) {
    const struct response *response = &talk->server.responses[i];
    if (response->settled != 1) talk_wrong(talk, "%s settles %d times (rule A9)", response->id, response->settled);
    if (response->is_speaking) talk_wrong(talk, "%s never stops speaking (rule A8)", response->id);
  }
  for (int i = 0; i < talk->server.item_count && !talk->is_wrong; i++) end_of_item(talk, &talk->server.items[i]);
  rtmulti_stats stats = {.struct_size = sizeof stats};
  rtmulti_session_stats(talk->doors.lanes[0].session, &stats);
  if (stats.commands_sent != talk->server.commands)
    talk_wrong(talk, "%llu commands were sent and %llu came", (unsigned long long)stats.commands_sent,
               (unsigned long long)talk->server.commands);
  if (!talk->plan.fails && (stats.waiting_effects != 0 || stats.waiting_inputs != 0 || stats.responses_being_cut != 0))
    talk_wrong(talk, "something waits behind the end: %u effects, %u inputs, %u cuts", (unsigned)stats.waiting_effects,
               (unsigned)stats.waiting_inputs, (unsigned)stats.responses_being_cut);
}
