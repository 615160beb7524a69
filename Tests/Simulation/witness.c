/* The witness: what it keeps in mind, the answers to inputs, and what must hold in the end; see witness.h. */
#include "witness.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void witness_breach(struct witness *witness, const char *rule, const char *format, ...) {
  char sentence[512];
  struct run *run = witness->run;
  if (run->failure.line != 0 || witness->is_blind) return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  run_fail(run, run->line, arena_print(run->arena, "%s: %s", rule, sentence));
}

void witness_start(struct witness *witness, struct run *run) {
  const struct scenario_config *config = &run->scenario->config;
  *witness = (struct witness){.run = run,
                              .clear_ends_ms = NOT_GIVEN,
                              .clear_timeout_ms = config->clear_timeout_ms,
                              .server_always = config->server};
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

struct witness_response *witness_response(struct witness *witness, const char *id, size_t size) {
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

struct witness_segment *witness_segment(struct witness *witness, uint64_t id) {
  struct witness_segment *segment = witness->segments;
  while (segment != NULL && segment->id != id) segment = segment->next;
  return segment;
}

void witness_grow(struct witness *witness, struct growing *text, const char *bytes, size_t size) {
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

bool witness_server_can(const struct witness *witness, uint32_t capability) {
  return (witness->run->server.capabilities & capability) != 0;
}

bool witness_server_could(const struct witness *witness, uint32_t capability) {
  return (witness->server_always & capability) != 0;
}

/* ---- inputs and their answers ---- */

/* A line is about the newest segment of its part. */
void witness_note_answers(struct witness *witness, bool was_finished) {
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
    if (is_named) was_finished = false;
  }
}

/* A cancel without a cut that the server has refused may be sent again, once for each refusal (rule D15). */
static void note_cancels(struct witness *witness, const struct input *input) {
  if (input->kind != INPUT_CANCEL && (input->kind != INPUT_REJECT || input->command != RTMULTI_COMMAND_CANCEL)) return;
  if (input->id.bytes != NULL) witness_response(witness, SLICE(input->id));
  for (struct witness_response *response = witness->responses; response != NULL; response = response->next) {
    if (input->id.bytes != NULL && !slice_equal(input->id, response->id)) continue;
    if (input->kind == INPUT_CANCEL) response->was_asked_to_stop = true;
    if (input->kind == INPUT_REJECT && response->was_asked_to_stop && response->cancels > 0) response->cancels -= 1;
  }
}

void witness_input(struct witness *witness, const struct input *input) {
  witness_buffer_input(witness, input);
  witness_texts_input(witness, input);
  witness_answers(witness, input);
  if (input->kind == INPUT_DELETED) witness_item(witness, input->id)->was_dropped = true;
  if (input->kind == INPUT_RESPONSE_DONE) witness_response(witness, SLICE(input->id))->is_done = true;
  if (input->kind == INPUT_FINISHED) {
    const struct server_item *known = server_find_item(&witness->run->server, input->id);
    witness->finished_item = input->id;
    witness->finished_content = known == NULL ? 0 : server_audio_content(known, input->content);
    witness_note_answers(witness, true);
  }
  if (input->kind == INPUT_SWAP_SINK) witness->decodes_again = true;
  if (input->kind == INPUT_SET_SERVER) witness->server_always &= input->server;
  if (input->kind == INPUT_SET_CLEAR_TIMEOUT) witness->clear_timeout_ms = input->ms;
  if (input->kind == INPUT_SET_AUDIO_ENABLED) {
    witness->is_audio_off = !input->enabled;
    /* What the clear takes from what is not shown is decoded once more when the audio is on again (rule B11). */
    if (!input->enabled) witness->was_audio_off = witness->decodes_again = true;
  }
  if (input->kind == INPUT_LOST) witness->has_numbers = true;
  /* What was reported until now has been answered for. */
  if (input->kind == INPUT_MUTE_REPORTS) witness_note_answers(witness, false);
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
    if (input->ms != NOT_GIVEN || input->bytes != NOT_GIVEN) {
      const struct witness_part *part = witness_part(witness, witness_item(witness, input->id), content);
      if (part->was_flushed) witness->decodes_again = true;
    }
  }
  if (input->kind == INPUT_REJECT && input->command == RTMULTI_COMMAND_TRUNCATE &&
      strstr(input->message.bytes == NULL ? "" : input->message.bytes, "shorter") != NULL) {
    for (struct witness_part *part = witness_item(witness, input->id)->parts; part != NULL; part = part->next)
      part->may_retry = true;
  }
  note_cancels(witness, input);
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
  } else if (strcmp(input, "pause") == 0 && witness_server_can(witness, RTMULTI_SERVER_OWNS_PLAYOUT)) {
    is_allowed = is_allowed || result == RTMULTI_ERROR_UNSUPPORTED;
  }
  if (!is_allowed && !(witness->has_failing_callbacks && result == RTMULTI_STOPPED))
    witness_breach(witness, "the header", "`%s` answered %s", input, rtmulti_result_name(result));
  if (strcmp(input, "close") == 0) witness->is_closed = true;
  if (rtmulti_session_next_deadline(run->session, &deadline_us) == RTMULTI_OK &&
      strcmp(input, "advance") == 0 && deadline_us < run->now_ms * 1000)
    witness_breach(witness, "the header", "the next deadline is %lld us ago",
                   (long long)(run->now_ms * 1000 - deadline_us));
}

bool witness_heard_all(struct witness *witness) {
  const struct server_response *response = witness->run->server.responses;
  for (; response != NULL && !witness->is_closed; response = response->next) {
    const struct witness_response *seen = witness_response(witness, SLICE(response->id));
    if (response->generation != GENERATION_LOST && !seen->is_done && !seen->is_missing_done) return false;
  }
  return true;
}

const struct server_response *witness_unsettled(const struct witness *witness) {
  const struct server_response *response = witness->run->server.responses;
  while (response != NULL && (response->is_settled || response->generation == GENERATION_UNANNOUNCED))
    response = response->next;
  return response;
}

bool witness_has_audio(const struct witness *witness, const struct server_response *response) {
  return server_has_audio(&witness->run->server, response);
}

bool witness_is_at_server(const struct witness *witness, const struct server_response *response) {
  const uint32_t others = RTMULTI_RESPONSE_LOCAL | RTMULTI_RESPONSE_TEXT;
  if (!witness_server_can(witness, RTMULTI_SERVER_OWNS_PLAYOUT) || response == NULL) return false;
  if ((response->flags & others) != 0) return false;
  const struct witness_response *seen = witness->responses;
  while (seen != NULL && !slice_equal(seen->id, response->id)) seen = seen->next;
  return (seen != NULL && seen->was_at_server) || !witness_has_audio(witness, response);
}

void witness_leave_at_server(struct witness *witness, const struct server_response *response) {
  if (response != NULL) witness_response(witness, SLICE(response->id))->was_at_server = true;
}

/* An unnamed interrupt leaves a silent response of nobody's conversation alone, and so do all that follow, for what
 * still comes for it does not play (rule D1). */
static void note_spared(struct witness *witness, const struct input *input) {
  if (input->kind != INPUT_INTERRUPT || input->id.bytes != NULL) return;
  for (const struct server_response *response = witness->run->server.responses; response != NULL;
       response = response->next) {
    if ((response->flags & RTMULTI_RESPONSE_OUT_OF_BAND) != 0 && !witness_has_audio(witness, response))
      witness_response(witness, SLICE(response->id))->was_spared = true;
  }
}

/* The audio was off, the sink cannot clear, and each message has its record: what still sounds is nobody's (rules B11, D8). */
static bool is_left_to_the_sink(struct witness *witness, const struct server_response *response) {
  if (!witness->was_audio_off || witness->run->scenario->config.can_clear) return false;
  for (const struct server_item *item = witness->run->server.items; item != NULL; item = item->next) {
    const bool is_message = item->kind == RTMULTI_ITEM_MESSAGE && item->response == response && item->has_come;
    if (is_message && witness_item(witness, item->id)->records == 0) return false;
  }
  return true;
}

static bool is_spared(struct witness *witness, const struct server_response *response) {
  return witness_response(witness, SLICE(response->id))->was_spared;
}

/* Nobody tells the server that a local response was cut: it does not know it. */
static bool is_untold(const struct server_response *response) { return (response->flags & RTMULTI_RESPONSE_LOCAL) != 0; }

/* What settles while the server generates it was cut, and a server that does not know that by itself is told. */
static void check_cancels(struct witness *witness) {
  const struct run *run = witness->run;
  for (const struct server_response *response = run->server.responses; response != NULL;
       response = response->next) {
    const struct witness_response *seen = witness_response(witness, SLICE(response->id));
    if (response->is_settled && response->generation == GENERATION_ACTIVE && !is_untold(response) &&
        seen->cancels == 0 && !seen->is_missing_done && !witness_is_at_server(witness, response))
      witness_breach(witness, "D1", "%s was cut and still generates", response->id.bytes);
  }
}

/* An unnamed interrupt by the host leaves nothing active, and an unnamed one or a close nothing unsettled. */
static void check_end(struct witness *witness, const struct input *input) {
  const struct run *run = witness->run;
  const bool covers_all =
      input->kind == INPUT_CLOSE || (input->kind == INPUT_INTERRUPT && input->id.bytes == NULL &&
                                     input->interrupter == RTMULTI_INTERRUPTED_BY_HOST);
  if (!covers_all) return;
  const struct server_response *unsettled = witness_unsettled(witness);
  while (unsettled != NULL && input->kind == INPUT_INTERRUPT &&
         (unsettled->is_settled || unsettled->generation == GENERATION_UNANNOUNCED || is_spared(witness, unsettled) ||
          is_left_to_the_sink(witness, unsettled) ||
          witness_is_at_server(witness, unsettled)))
    unsettled = unsettled->next;
  const enum sink_kind sink = run->scenario->config.sink;
  /* What a sink calls played already is not cleared, and settles when it says that it has finished (rule D8). */
  /* What was shown behind a response that the server plays settles with that (rules C6, F4). */
  if (input->kind == INPUT_INTERRUPT && witness_waits_for_server(witness)) unsettled = NULL;
  const bool is_answered = input->kind == INPUT_CLOSE ||
                           (sink != SINK_MANUAL && !run->sink->is_muted && !witness->has_boasting_sink);
  if (unsettled != NULL && is_answered)
    witness_breach(witness, input->kind == INPUT_CLOSE ? "B10" : "D1", "%s is not settled",
                   unsettled->id.bytes);
  for (const struct server_response *response = run->server.responses; response != NULL;
       response = response->next) {
    /* One whose cancel was refused goes on, and is not cancelled again (rule D8); one that was taken for ended (rule A6) is not
     * cancelled at all. */
    const bool is_left = is_untold(response) || is_spared(witness, response) || run->server.is_closed ||
                         witness_response(witness, SLICE(response->id))->cancels > 0 ||
                         /* By its own word, `stopped` or where it has cut it, it is over (rule F4). */
                         (response->is_settled && witness_is_at_server(witness, response)) ||
                         witness_response(witness, SLICE(response->id))->is_missing_done;
    if (response->generation == GENERATION_ACTIVE && !is_left)
      witness_breach(witness, "D1", "%s still generates", response->id.bytes);
  }
}

void witness_step(struct witness *witness, const struct input *input) {
  if (witness->run->failure.line != 0) return;
  witness_buffer_step(witness, input);
  check_cancels(witness);
  note_spared(witness, input);
  check_end(witness, input);
  witness_check_patience(witness, input);
  if (witness->clear_ends_ms != NOT_GIVEN) witness_note_answers(witness, false);
  witness_ask(witness, false);
}

/* Late audio of a response whose end never came may be owed for ever: it is told at that end or at a close (rule A4). Audio of what is
 * shown instead is late without a diagnostic (rule B11). */
static bool may_be_owed(struct witness *witness, const struct server_response *response) {
  const bool had_late_audio = witness->had_late_audio || witness->was_audio_off;
  return had_late_audio && !witness->is_closed && !witness_response(witness, SLICE(response->id))->is_done;
}

/* What the server must have been told of a message in the end (rules B2, B3), if it can be told. */
static void check_told(struct witness *witness, const struct server_item *known) {
  const struct witness_item *item = witness_item(witness, known->id);
  const bool is_remembered =
      known->kind == RTMULTI_ITEM_MESSAGE && known->presence != ITEM_LOST && known->response != NULL &&
      (known->response->flags & WITNESS_NOBODYS_MEMORY) == 0 && known->response->generation != GENERATION_LOST;
  bool is_voiced = known->response != NULL && (known->response->flags & RTMULTI_RESPONSE_TEXT) != 0;
  bool is_truncated = false;
  for (const struct server_part *part = known->parts; part != NULL; part = part->next)
    is_voiced = is_voiced || part->kind == RTMULTI_PART_TEXT;
  for (const struct witness_part *part = item->parts; part != NULL; part = part->next)
    is_truncated = is_truncated || part->truncations > 0;
  if (!is_remembered || known->was_changed_unasked || item->records == 0) return;
  if (witness_is_at_server(witness, known->response)) return; /* it knows better than we do (rule F4) */
  if (item->outcome == RTMULTI_OUTCOME_TEXT_ONLY && (is_truncated || item->deletions > 0) &&
      !witness_server_could(witness, RTMULTI_SERVER_REWRITES))
    witness_breach(witness, "B11", "%s was read, and the server was told to cut it", item->id.bytes);
  if (item->outcome == RTMULTI_OUTCOME_SKIPPED && witness_server_could(witness, RTMULTI_SERVER_DELETES) &&
      item->deletions == 0)
    witness_breach(witness, "B3", "%s was skipped and never deleted", item->id.bytes);
  if (item->outcome == RTMULTI_OUTCOME_PARTIAL && witness_server_could(witness, RTMULTI_SERVER_TRUNCATES) &&
      !is_voiced && !witness_server_can(witness, RTMULTI_SERVER_OWNS_PLAYOUT) && !is_truncated &&
      !may_be_owed(witness, known->response))
    witness_breach(witness, "B2", "%s was heard in part and never truncated", item->id.bytes);
}

void witness_end(struct witness *witness, bool must_settle) {
  struct run *run = witness->run;
  if (run->failure.line != 0) return;
  witness_ask(witness, true);
  const struct server_response *unsettled = witness_unsettled(witness);
  if (must_settle && unsettled != NULL)
    witness_breach(witness, "A9", "nothing is left to do and %s never settled", unsettled->id.bytes);
  for (const struct server_item *item = run->server.items; item != NULL; item = item->next)
    check_told(witness, item);
  for (const struct server_item *item = run->server.items; item != NULL && must_settle; item = item->next) {
    if (item->kind == RTMULTI_ITEM_MESSAGE && item->response != NULL && item->response->is_settled &&
        item->has_come && !run->server.is_closed && witness_item(witness, item->id)->records == 0)
      witness_breach(witness, "B", "nothing is left to do and %s never settled", item->id.bytes);
  }
}
