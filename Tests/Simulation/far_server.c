/* The server as it is at the far end: it says its scripts, obeys commands when they arrive, and what it has sent by
 * then still arrives. Sometimes it refuses. */
#include <stdio.h>
#include <string.h>

#include "world.h"

/* ---- the network ---- */

static void arrive(struct world *world, const struct happening *happening) {
  if (happening->connection == world->connection) world_say(world, "> %s", happening->line);
}

void server_says(struct world *world, const char *line) {
  int64_t at_ms = world_now_ms(world) + world->down_ms + world_draw(world, 0, world->jitter_ms);
  if (at_ms < world->last_down_ms) at_ms = world->last_down_ms; /* one connection keeps its order */
  world->last_down_ms = at_ms;
  world_plan(world, (struct happening){
                        .at_ms = at_ms, .happen = arrive, .line = line, .connection = world->connection});
}

static int64_t arrival_up_ms(struct world *world) {
  int64_t at_ms = world_now_ms(world) + world->up_ms + world_draw(world, 0, world->jitter_ms);
  if (at_ms < world->last_up_ms) at_ms = world->last_up_ms;
  world->last_up_ms = at_ms;
  return at_ms;
}

/* ---- what it says ---- */

static void speak(struct world *world, const struct happening *happening) {
  struct script *script = &world->scripts[happening->number];
  if (script->state == SCRIPT_ENDED || happening->connection != world->connection) return;
  const struct script_line *line = &script->lines[script->next++];
  if (!world->owns_playout || !far_buffer_takes(world, happening->number, line->line)) {
    server_says(world, line->line);
    far_memory_sends(world, line->line);
  }
  if (script->next == script->count) {
    script->state = SCRIPT_ENDED;
    far_buffer_generated(world, happening->number);
    return;
  }
  struct happening next = *happening;
  next.at_ms = world_now_ms(world) + script->lines[script->next].gap_ms;
  world_plan(world, next);
}

static void begin_response(struct world *world, const struct happening *happening) {
  if (world->script_count == MAXIMUM_SCRIPTS || happening->connection != world->connection) return;
  struct script *script = &world->scripts[world->script_count];
  *script = (struct script){.id = world_print(world, "r%d", world->script_count + 1)};
  script_write(world, script, happening->line);
  world->conversation.tallies->responses += 1;
  struct happening first = *happening;
  first.happen = speak;
  first.number = world->script_count++;
  speak(world, &first);
}

void server_asked_for_response(struct world *world, int64_t at_ms, const char *flags) {
  world_plan(world,
             (struct happening){
                 .at_ms = at_ms, .happen = begin_response, .line = flags, .connection = world->connection});
}

/* ---- what it is told ---- */

/* Stops a response: what slips through before that is the late audio and the late items of rules D5 and D6. */
static void stop(struct world *world, struct script *script) {
  static const char *const endings[] = {"cancelled reason=client_cancelled", "cancelled", "incomplete"};
  size_t slips = world_once_in(world, 2) ? (size_t)world_draw(world, 0, 8) : 0;
  script->state = SCRIPT_STOPS;
  if (slips > script->count - script->next) slips = script->count - script->next;
  for (size_t i = 0; i < slips; i++) {
    /* Its own end is not one of them. */
    if (strncmp(script->lines[script->next + i].line, "response_done", 13) == 0) slips = i;
    if (script->lines[script->next + i].gap_ms > 40) script->lines[script->next + i].gap_ms = 40;
  }
  for (size_t i = 0; i < slips; i++) world_fault(world, FAULT_LATE_ITEM);
  script->count = script->next + slips;
  script_add(world, script, world_draw(world, 0, 20), "response_done %s status=%s", script->id,
             endings[world_draw(world, 0, 2)]);
}

static struct script *script_named(struct world *world, const char *id) {
  for (int i = 0; i < world->script_count; i++) {
    if (strcmp(world->scripts[i].id, id) == 0) return &world->scripts[i];
  }
  return NULL;
}

static void refuse(struct world *world, const char *command, const char *id, const char *code,
                   const char *message) {
  world_fault(world, FAULT_REFUSED_COMMAND);
  server_says(world, world_print(world, "reject %s %s code=\"%s\" message=\"%s\"", command, id, code, message));
}

static void is_told(struct world *world, const struct happening *happening) {
  if (happening->connection != world->connection) return;
  const char *id = happening->line;
  /* One that it refuses names an item that is left out in the end, so it may as well be obeyed here. */
  far_memory_obeys(world, happening->command);
  const char *broken = "The server had an error while processing your request.";
  if (happening->number == RTMULTI_COMMAND_CANCEL) {
    struct script *script = script_named(world, id);
    if (script != NULL && script->state == SCRIPT_RUNS) {
      if (world_once_in(world, 40)) {
        refuse(world, "cancel", id, "server_error", broken);
      } else {
        stop(world, script);
      }
    } else if (script != NULL && world_once_in(world, 2)) {
      refuse(world, "cancel", id, "response_cancel_not_active",
             "Cancellation failed: no active response found");
    }
    return;
  }
  if (happening->number == RTMULTI_COMMAND_CLEAR_OUTPUT) far_buffer_clear(world);
  const bool is_truncate = happening->number == RTMULTI_COMMAND_TRUNCATE;
  if (!is_truncate && happening->number != RTMULTI_COMMAND_DELETE) return;
  const char *command = is_truncate ? "truncate" : "delete";
  if (is_truncate && happening->ms > 20 && world_once_in(world, 40)) {
    refuse(world, command, id, "invalid_value",
           world_print(world, "Audio content of %lldms is already shorter than %lldms",
                       (long long)(happening->ms - world_draw(world, 1, 20)), (long long)happening->ms));
  } else if (world_once_in(world, 40)) {
    refuse(world, command, id, "server_error", broken);
  } else if (world_once_in(world, 60)) {
    refuse(world, command, id, is_truncate ? "item_truncate_invalid_item_id" : "item_delete_invalid_item_id",
           world_print(world, "Item with item_id not found: %s", id));
  }
}

/* A command that outlives its callback, with what the far end looks at. */
static const rtmulti_command *kept_command(struct world *world, const rtmulti_command *command) {
  struct arena *arena = &world->conversation.arena;
  rtmulti_command *kept = arena_take(arena, sizeof *kept);
  rtmulti_kept_item *items = arena_take(arena, (command->dropped_count + 1) * sizeof *items);
  const rtmulti_kept_item **dropped = arena_take(arena, (command->dropped_count + 1) * sizeof *dropped);
  *kept = *command;
  kept->response_id = arena_copy(arena, command->response_id, command->response_id_size).bytes;
  kept->item_id = arena_copy(arena, command->item_id, command->item_id_size).bytes;
  kept->event_id = arena_copy(arena, command->event_id, command->event_id_size).bytes;
  for (size_t i = 0; i < command->dropped_count; i++) {
    const rtmulti_kept_item *item = command->dropped[i];
    items[i].item_id = arena_copy(arena, item->item_id, item->item_id_size).bytes;
    items[i].item_id_size = item->item_id_size;
    dropped[i] = &items[i];
  }
  kept->dropped = dropped;
  return kept;
}

void server_is_told(struct world *world, const rtmulti_command *command) {
  const rtmulti_command *kept = kept_command(world, command);
  const bool is_cancel = command->kind == RTMULTI_COMMAND_CANCEL;
  world_plan(world, (struct happening){
                        .at_ms = arrival_up_ms(world),
                        .happen = is_told,
                        .line = is_cancel ? kept->response_id : kept->item_id,
                        .number = (int)command->kind,
                        .connection = world->connection,
                        .ms = command->audio_end_ms,
                        .command = kept,
                    });
}

static void hears_listener(struct world *world, const struct happening *happening) {
  bool is_spared = happening->line != NULL; /* one response is meant, and a buffer is cleared whole */
  if (happening->connection != world->connection) return;
  for (int i = 0; i < world->script_count; i++) {
    struct script *script = &world->scripts[i];
    const bool is_meant = happening->line == NULL || strcmp(script->id, happening->line) == 0;
    const bool can_end = strstr(script->lines[0].line, "uninterruptible") == NULL;
    if (is_meant && can_end && script->state == SCRIPT_RUNS) stop(world, script);
    if (!can_end && world->buffered[i].is_playing) is_spared = true;
  }
  if (world->owns_playout && !is_spared) far_buffer_clear(world);
}

void server_hears_listener(struct world *world, const char *id) {
  if ((world->conversation.scenario.config.server & RTMULTI_SERVER_INTERRUPTS) == 0) return;
  world_plan(world, (struct happening){.at_ms = arrival_up_ms(world),
                                       .happen = hears_listener,
                                       .line = id,
                                       .connection = world->connection});
}

void server_loses_connection(struct world *world) {
  world->connection += 1;
  far_buffer_lost(world);
  world->last_down_ms = world->last_up_ms = 0;
}
