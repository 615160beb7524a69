/* The output buffer of a server that plays by itself (rule F4): what it generates is played at the far end in real time,
 * and of that it says when it starts, stops and is cut. Some of these words are lost. */
#include <stdio.h>
#include <string.h>

#include "world.h"

static int64_t position_ms(const struct world *world, const struct buffered *buffered) {
  const int64_t passed_ms = world_now_ms(world) - buffered->started_ms;
  return passed_ms < buffered->total_ms ? passed_ms : buffered->total_ms;
}

static void say(struct world *world, const char *line) {
  if (world_once_in(world, 15)) {
    world_fault(world, FAULT_LOST_BUFFER_WORD);
    return;
  }
  server_says(world, line);
}

static void look(struct world *world, const struct happening *happening);

static void look_at(struct world *world, int number, int64_t at_ms) {
  world_plan(world, (struct happening){
                        .at_ms = at_ms, .happen = look, .number = number, .connection = world->connection});
}

/* The next response begins, if nothing is played. */
static void begin(struct world *world) {
  for (int i = 0; i < world->script_count; i++) {
    if (world->buffered[i].is_playing) return;
  }
  for (int i = 0; i < world->script_count; i++) {
    struct buffered *buffered = &world->buffered[i];
    if (buffered->is_over || buffered->total_ms == 0) continue;
    buffered->is_playing = true;
    buffered->started_ms = world_now_ms(world);
    say(world, world_print(world, "buffer %s started", world->scripts[i].id));
    look_at(world, i, buffered->started_ms + buffered->total_ms);
    return;
  }
}

static void look(struct world *world, const struct happening *happening) {
  struct buffered *buffered = &world->buffered[happening->number];
  if (happening->connection != world->connection || buffered->is_over) return;
  if (!buffered->is_generated || position_ms(world, buffered) < buffered->total_ms) {
    const int64_t end_ms = buffered->started_ms + buffered->total_ms;
    look_at(world, happening->number, end_ms > world_now_ms(world) ? end_ms : world_now_ms(world) + 20);
    return;
  }
  buffered->is_over = true;
  buffered->is_playing = false;
  say(world, world_print(world, "buffer %s stopped", world->scripts[happening->number].id));
  begin(world);
}

bool far_buffer_takes(struct world *world, int number, const char *line) {
  struct buffered *buffered = &world->buffered[number];
  char item[32];
  int ms = 0, content = 0;
  if (strncmp(line, "lost ", 5) == 0 || strncmp(line, "corrupt ", 8) == 0) return true;
  if (strncmp(line, "audio ", 6) != 0) return false;
  if (sscanf(line, "audio %31s %d content=%d", item, &ms, &content) != 3 || buffered->is_over) return true;
  if (buffered->count == MAXIMUM_STRETCHES) return true;
  buffered->stretches[buffered->count++] = (struct stretch){world_print(world, "%s", item), content, ms};
  buffered->total_ms += ms;
  begin(world);
  return true;
}

void far_buffer_generated(struct world *world, int number) { world->buffered[number].is_generated = true; }

/* Where it stood is said by `truncated`: so many milliseconds of the part that was heard last. */
static const char *truncated_line(struct world *world, const struct buffered *buffered) {
  int64_t left_ms = position_ms(world, buffered);
  for (int i = 0; i < buffered->count; i++) {
    const struct stretch *stretch = &buffered->stretches[i];
    int64_t part_ms = left_ms; /* of the part, whatever pieces it came in */
    for (int j = 0; j < i; j++) {
      const struct stretch *before = &buffered->stretches[j];
      if (strcmp(before->item, stretch->item) == 0 && before->content == stretch->content) part_ms += before->ms;
    }
    if (left_ms < stretch->ms || i == buffered->count - 1)
      return world_print(world, "truncated %s %lld content=%d", stretch->item, (long long)part_ms, stretch->content);
    left_ms -= stretch->ms;
  }
  return "";
}

void far_buffer_clear(struct world *world) {
  for (int i = 0; i < world->script_count; i++) {
    struct buffered *buffered = &world->buffered[i];
    if (buffered->is_over || buffered->total_ms == 0) continue;
    const char *cleared = world_print(world, "buffer %s cleared", world->scripts[i].id);
    if (!buffered->is_playing) {
      if (world_once_in(world, 2)) say(world, cleared);
    } else {
      const char *truncated = truncated_line(world, buffered);
      const bool comes_first = world_once_in(world, 4);
      say(world, comes_first ? truncated : cleared);
      say(world, comes_first ? cleared : truncated);
    }
    buffered->is_over = true;
    buffered->is_playing = false;
  }
}

void far_buffer_lost(struct world *world) {
  for (int i = 0; i < world->script_count; i++) {
    world->buffered[i].is_over = true;
    world->buffered[i].is_playing = false;
  }
}
