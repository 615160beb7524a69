/* The server that cuts and drops items of its own memory, unasked (rule F10): an auto_truncate, a cap on its history, a
 * second controller. In the end it may hold less than was heard, never more, and where it holds less the host was told. */
#include "world.h"

/* What verdict.c allows a paced sink, and a millisecond. */
enum { AROUND_US = 21000 };

/* An item of the conversation of which the far end holds audio; NULL if the draw finds none. */
static struct server_item *drawn_item(struct world *world) {
  int left = world_draw(world, 0, 5);
  struct server_item *drawn = NULL;
  for (struct server_item *item = world->memory.items; item != NULL && left >= 0; item = item->next) {
    const bool is_held = item->kind == RTMULTI_ITEM_MESSAGE && item->presence == ITEM_HELD;
    if (is_held && item->parts != NULL) drawn = item, left -= 1;
  }
  return drawn;
}

static void cut_by_itself(struct world *world, const struct happening *happening) {
  struct server_item *item = drawn_item(world);
  if (item == NULL || happening->connection != world->connection) return;
  if (world_once_in(world, 4)) {
    item->presence = ITEM_DELETED;
    item->was_changed_unasked = true;
    world_fault(world, FAULT_OWN_CUT);
    server_says(world, world_print(world, "deleted %s", item->id.bytes));
    return;
  }
  struct server_part *part = item->parts;
  for (; part != NULL; part = part->next) {
    const int64_t held_ms = server_held_us(&world->memory, part) / 1000;
    if (part->kind != RTMULTI_PART_AUDIO || held_ms == 0) continue;
    part->truncated_ms = world_draw(world, 0, (int)held_ms - 1);
    item->was_changed_unasked = true;
    world_fault(world, FAULT_OWN_CUT);
    server_says(world, world_print(world, "truncated %s %lld content=%d", item->id.bytes, (long long)part->truncated_ms,
                                   (int)part->content));
    return;
  }
}

void own_cuts_plan(struct world *world) {
  enum { SPAN_MS = 6000 };
  if (!world_once_in(world, 8) || (world->conversation.scenario.config.server & RTMULTI_SERVER_OWNS_PLAYOUT) != 0) return;
  for (int i = world_draw(world, 1, 6); i > 0; i--)
    world_plan(world, (struct happening){.at_ms = world_draw(world, 0, SPAN_MS), .happen = cut_by_itself});
}

/* A refusal leaves open what the server did. */
static bool was_refused(const struct server *near, const struct server_item *item) {
  for (const struct server_command *command = near->commands; command != NULL; command = command->older) {
    if (command->item == item && command->state == COMMAND_REJECTED) return true;
  }
  return false;
}

static void check_item(struct world *world, const struct server_item *far) {
  struct run *run = &world->conversation.run;
  struct server_item *near = server_find_item(&run->server, far->id);
  const bool has_arrived = near != NULL && near->was_changed_unasked;
  if (!has_arrived || near->response == NULL || !near->response->is_settled || was_refused(&run->server, near)) return;
  if (far->response == NULL || !slice_equal(near->response->id, far->response->id)) return;
  if ((near->response->flags & (WITNESS_NOBODYS_MEMORY | RTMULTI_RESPONSE_TEXT)) != 0) return;
  const bool was_told = witness_item(&world->conversation.witness, far->id)->differs > 0;
  for (const struct server_part *part = far->parts; part != NULL; part = part->next) {
    if (part->kind != RTMULTI_PART_AUDIO) continue;
    struct heard heard = ear_heard(run, near, part->content);
    /* Who has read it knows all of it. */
    if (near->was_shown) heard.least_us = heard.most_us = server_received_us(&world->memory, part);
    const int64_t held_us = far->presence == ITEM_HELD ? server_held_us(&world->memory, part) : 0;
    if (held_us > heard.most_us + AROUND_US)
      witness_breach(&world->conversation.witness, "F10", "the server has cut %s (content %d) by itself, and holds %lld ms of %lld",
                     far->id.bytes, (int)part->content, (long long)(held_us / 1000), (long long)(heard.most_us / 1000));
    if (held_us < heard.least_us - AROUND_US && !was_told)
      witness_breach(&world->conversation.witness, "F10", "of %s (content %d) %lld ms were heard, the server holds %lld, and nothing says so",
                     far->id.bytes, (int)part->content, (long long)(heard.least_us / 1000), (long long)(held_us / 1000));
  }
}

void own_cuts_check(struct world *world) {
  const struct scenario_config *config = &world->conversation.scenario.config;
  const uint32_t always = world->conversation.witness.server_always;
  const uint32_t forgets = RTMULTI_SERVER_DELETES | RTMULTI_SERVER_SYNCS;
  const bool can_keep_it = (always & RTMULTI_SERVER_TRUNCATES) != 0 && (always & forgets) != 0;
  const bool is_ear_unknown = world->was_muted || (config->estimate && config->sink == SINK_MANUAL);
  if (!can_keep_it || is_ear_unknown || conversation_has_failed(&world->conversation)) return;
  for (const struct server_item *item = world->memory.items; item != NULL; item = item->next) {
    if (item->was_changed_unasked) check_item(world, item);
  }
}
