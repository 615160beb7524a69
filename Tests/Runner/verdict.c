/* What must hold after the last line of every file: the server remembers what the listener heard, and it had
 * to refuse nothing. */
#include "run.h"

/* Within this, the two may differ: the wire knows only whole milliseconds, a far end that says nothing is known
 * to a block of 20 ms, and a device takes 10 ms at a time. */
static int64_t tolerance_us(const struct run *run) {
  switch (run->scenario->config.sink) {
    case SINK_PACED: return 20000 + run->options.slack_us;
    case SINK_PULLED: return 10000 + run->options.slack_us;
    default: return 1000 + run->options.slack_us;
  }
}

/* Some servers cannot do what the law needs. */
static bool can_remember(uint32_t server) {
  const bool can_forget = (server & (RTMULTI_SERVER_DELETES | RTMULTI_SERVER_SYNCS)) != 0;
  return (server & RTMULTI_SERVER_TRUNCATES) != 0 && can_forget;
}

static bool is_checked(const struct scenario *scenario) {
  if (!can_remember(scenario->config.server)) return false;
  for (size_t i = 0; i < scenario->count; i++) {
    const struct statement *statement = &scenario->statements[i];
    if (statement->kind != STATEMENT_INPUT) continue;
    if (statement->input.kind == INPUT_MUTE_REPORTS) return false;
    if (statement->input.kind == INPUT_SET_SERVER && !can_remember(statement->input.server)) return false;
  }
  return true;
}

static void check_commands(struct run *run) {
  const struct server_command *first = NULL;
  for (const struct server_command *command = run->server.commands; command != NULL; command = command->older) {
    if (command->state == COMMAND_REFUSED) first = command;
  }
  if (first == NULL) return;
  run_fail(run, first->line,
           arena_print(run->arena, "the server was expected to obey every command, but it refuses `%s`: %s",
                       first->shown, first->refusal));
}

/* A part that the server still holds must be as long there as it was for the listener. */
static void check_part(struct run *run, const struct server_item *item, const struct server_part *part) {
  const struct heard heard = ear_heard(run, item, part->content);
  const int64_t held_us = server_held_us(&run->server, part);
  if (part->kind != RTMULTI_PART_AUDIO || (run->server.capabilities & RTMULTI_SERVER_OWNS_PLAYOUT) != 0) return;
  const int64_t around_us = tolerance_us(run);
  if (held_us >= heard.least_us - around_us && held_us <= heard.most_us + around_us) return;
  run_fail(
      run, run->scenario->last_line,
      arena_print(
          run->arena,
          "in the end the server was expected to hold %lld ms of %.*s (content %d), as heard; it holds %lld ms",
          (long long)(heard.least_us / 1000), PRINTED(item->id), (int)part->content,
          (long long)(held_us / 1000)));
}

/* What the listener has read must be there whole. */
static void check_shown(struct run *run, const struct server_item *item) {
  bool is_whole = item->presence == ITEM_HELD;
  for (const struct server_part *part = item->parts; part != NULL; part = part->next)
    is_whole = is_whole && part->truncated_ms == NOT_GIVEN;
  if (is_whole) return;
  run_fail(run, run->scenario->last_line,
           arena_print(run->arena, "in the end the server was expected to hold all of %.*s, which was read; it does not",
                       PRINTED(item->id)));
}

/* What the server has forgotten must be something that nobody heard. */
static void check_forgotten(struct run *run, const struct server_item *item) {
  for (const struct server_part *part = item->parts; part != NULL; part = part->next) {
    const struct heard heard = ear_heard(run, item, part->content);
    if (part->kind != RTMULTI_PART_AUDIO || heard.least_us <= tolerance_us(run)) continue;
    run_fail(
        run, run->scenario->last_line,
        arena_print(
            run->arena,
            "in the end the server was expected to hold %.*s, of which %lld ms were heard; it has forgotten it",
            PRINTED(item->id), (long long)(heard.least_us / 1000)));
  }
}

/* Responses that the page leaves out belong to nobody's memory; one whose modality is text is remembered as
 * text, and audio that was played for it is the host's own (rules B6 and F9). */
static bool is_remembered_as_audio(const struct server_item *item) {
  const struct server_response *response = item->response;
  return response != NULL && response->is_settled && (response->flags & RTMULTI_RESPONSE_TEXT) == 0 &&
         item->kind == RTMULTI_ITEM_MESSAGE && !item->is_left_out;
}

/* A device may not be given sound that is of nobody; what it took last is known when its delay has passed. */
static void check_device(struct run *run) {
  const struct scenario_config *config = &run->scenario->config;
  const int64_t owed_us = run->device.owed_frames * 1000000 / config->rate_hz;
  if (owed_us <= tolerance_us(run) + (int64_t)config->latency_ms * 1000) return;
  run_fail(run, run->scenario->last_line,
           arena_print(run->arena,
                       "in the end every frame that the device took was expected to be of a message that began; "
                       "%lld ms are not",
                       (long long)(owed_us / 1000)));
}

/* Where nobody says what was heard, but the library estimates it. */
static bool is_ear_unknown(const struct scenario_config *config) {
  return config->estimate && config->sink == SINK_MANUAL;
}

void verdict_check(struct run *run) {
  if (!is_checked(run->scenario)) return;
  check_commands(run);
  check_device(run);
  if (is_ear_unknown(&run->scenario->config)) return;
  for (const struct server_item *item = run->server.items; item != NULL; item = item->next) {
    if (!is_remembered_as_audio(item)) continue;
    if (item->was_shown && item->presence != ITEM_LOST && item->presence != ITEM_ELSEWHERE) {
      check_shown(run, item);
      continue;
    }
    if (item->presence == ITEM_DELETED) check_forgotten(run, item);
    if (item->presence != ITEM_HELD) continue;
    for (const struct server_part *part = item->parts; part != NULL; part = part->next)
      check_part(run, item, part);
  }
}
