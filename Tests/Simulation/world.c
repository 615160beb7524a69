/* The world: its clock, what is to happen, and one conversation from its first line to its last; see world.h. */
#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../C/random.h"

enum { LONGEST_ADVANCE_MS = 25, LONGEST_DRAIN_MS = 8000, LONGEST_MS = 20000 };

int world_draw(struct world *world, int least, int most) { return random_from(&world->random, least, most); }

bool world_once_in(struct world *world, int n) { return world_draw(world, 1, n) == 1; }

int64_t world_now_ms(const struct world *world) { return world->conversation.run.now_ms; }

void world_fault(struct world *world, enum fault_kind fault) {
  world->conversation.tallies->faults[fault] += 1;
}

const char *world_print(struct world *world, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return arena_copy(&world->conversation.arena, text, strlen(text)).bytes;
}

void world_say(struct world *world, const char *format, ...) {
  char line[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  conversation_say(&world->conversation, line);
}

void world_plan(struct world *world, struct happening happening) {
  struct arena *arena = &world->conversation.arena;
  world->queue = arena_grow(arena, world->queue, world->count, &world->capacity, sizeof happening);
  /* Sorted as it grows; what happens in the same millisecond keeps the order in which it was planned. */
  size_t place = world->count++;
  for (; place > world->next && world->queue[place - 1].at_ms > happening.at_ms; place--)
    world->queue[place] = world->queue[place - 1];
  world->queue[place] = happening;
}

static void overhear(void *listener, const rtmulti_effect *effect) {
  struct world *world = listener;
  if (effect->kind == RTMULTI_EFFECT_COMMAND) server_is_told(world, effect->command);
  hand_sink_overhears(world, effect);
  listener_overhears(world, effect);
}

/* ---- the config lines ---- */

static const char *pick(struct world *world, const char *const choices[], int count) {
  return choices[world_draw(world, 0, count - 1)];
}

/* One key to a line, so that each can be dropped when a failure is made short. */
static void config_line(struct world *world, const char *key, const char *value, const char *by_default) {
  if (strcmp(value, by_default) == 0) return;
  conversation_configure(&world->conversation, world_print(world, "config %s=%s", key, value));
}

static void configure(struct world *world, uint64_t seed) {
  static const char *const sinks[] = {"auto", "auto", "auto", "auto", "auto", "manual", "paced", "pulled"};
  static const char *const codecs[] = {"ulaw", "alaw", "opus", "opus"};
  static const char *const rates[] = {"8000", "16000", "48000", "24000", "44100"};
  static const char *const opus_rates[] = {"8000", "12000", "16000", "24000", "48000"};
  static const char *const source_rates[] = {"8000",  "11025", "12000", "16000", "22050",
                                             "24000", "32000", "44100", "48000"};
  static const char *const servers[] = {"truncate,delete",
                                        "truncate,delete",
                                        "truncate,delete",
                                        "truncate,delete,interrupts",
                                        "truncate,delete,interrupts",
                                        "truncate,sync",
                                        "truncate,delete,sync",
                                        "truncate",
                                        "delete",
                                        "sync",
                                        "truncate,delete,owns_playout",
                                        "truncate,delete,owns_playout,interrupts",
                                        "truncate,delete,rewrite",
                                        "none"};
  static const char *const write_aheads[] = {"none", "none", "20", "100", "200", "1000"};
  static const char *const patiences[] = {"10000", "10000", "1000", "250", "20", "0"};
  static const char *const timeouts[] = {"500", "100", "0"};
  const char *sink = pick(world, sinks, 8);
  const bool is_pulled = strcmp(sink, "pulled") == 0;
  const bool is_manual = strcmp(sink, "manual") == 0;
  const bool is_auto = strcmp(sink, "auto") == 0;
  const char *codec = world_once_in(world, 7) ? pick(world, codecs, 4) : "pcm16";
  const bool is_opus = strcmp(codec, "opus") == 0;
  /* The runner's device and a manual sink count in whole milliseconds, which not every rate has. */
  const bool is_coarse = is_manual || is_pulled;
  const char *rate = world_once_in(world, 4) && !is_manual ? pick(world, rates, is_pulled ? 3 : 5) : "24000";
  const char *source_rate = !world_once_in(world, 5) || is_coarse ? "24000"
                            : is_opus                             ? pick(world, opus_rates, 5)
                                                                  : pick(world, source_rates, 9);
  config_line(world, "sink", sink, "auto");
  /* One in eight of these hosts plays by itself; not drawn, so that every seed is what it was. */
  if (seed % 8 == 5 && is_auto) conversation_configure(&world->conversation, "config sink=host");
  config_line(world, "codec", codec, "pcm16");
  config_line(world, "rate", rate, "24000");
  config_line(world, "source_rate", source_rate, "24000");
  config_line(world, "server", pick(world, servers, 14), "truncate,delete");
  config_line(world, "write_ahead", pick(world, write_aheads, 6), "none");
  if (world_once_in(world, 2)) {
    world_fault(world, FAULT_SILENT_SERVER);
    conversation_configure(&world->conversation, "config answers=no");
  }
  config_line(world, "command_patience", pick(world, patiences, 6), "10000");
  if (world_once_in(world, 3)) conversation_configure(&world->conversation, "config gapless=yes");
  if (world_once_in(world, 10)) conversation_configure(&world->conversation, "config can_pause=no");
  if (world_once_in(world, 10)) conversation_configure(&world->conversation, "config can_clear=no");
  if (world_once_in(world, 4)) conversation_configure(&world->conversation, "config text_sink=yes");
  if ((is_auto || is_manual) && world_once_in(world, 6))
    conversation_configure(&world->conversation, "config estimate=yes");
  if (world_once_in(world, 5))
    conversation_configure(&world->conversation,
                           world_print(world, "config latency=%d", world_draw(world, 1, 20) * 10));
  if (!world_once_in(world, 5)) return;
  config_line(world, "clear_timeout", pick(world, timeouts, 3), "500");
  config_line(world, "turn_patience", world_print(world, "%d", world_draw(world, 0, 300)), "200");
  config_line(world, "handover", world_print(world, "%d", world_draw(world, 0, 300)), "100");
}

/* ---- time ---- */

static bool goes_on(const struct world *world) {
  return !world->is_over && !conversation_has_failed(&world->conversation);
}

static void pass_time(struct world *world) {
  const struct happening next = world->queue[world->next];
  const int64_t left_ms = next.at_ms - world_now_ms(world);
  if (left_ms > 0) {
    world_say(world, "> advance %lld",
              (long long)(left_ms < LONGEST_ADVANCE_MS ? left_ms : LONGEST_ADVANCE_MS));
    return;
  }
  world->next += 1;
  if (next.happen != NULL) {
    next.happen(world, &next);
  } else {
    world_say(world, "> %s", next.line);
  }
}

/* Everything that was to happen has happened: what is left is played out. */
static void drain(struct world *world) {
  const int64_t until_ms = world_now_ms(world) + LONGEST_DRAIN_MS;
  const bool is_manual = world->conversation.scenario.config.sink == SINK_MANUAL;
  while (goes_on(world) && world_now_ms(world) < until_ms) {
    if (world->next < world->count) {
      pass_time(world);
      continue;
    }
    if (witness_unsettled(&world->conversation.witness) == NULL) break;
    world_say(world, "> advance %d", is_manual ? world->report_every_ms : LONGEST_ADVANCE_MS);
    if (is_manual) hand_sink_tick(world);
  }
}

struct failure world_run(struct world *world, uint64_t seed, struct transcript *transcript,
                         struct tallies *tallies, enum plant_kind plant) {
  *world = (struct world){.random = seed};
  conversation_start(&world->conversation, transcript, tallies, plant);
  world->down_ms = world_once_in(world, 3) ? 0 : world_draw(world, 0, 120);
  world->up_ms = world_once_in(world, 3) ? 0 : world_draw(world, 0, 120);
  world->jitter_ms = world_once_in(world, 2) ? 0 : world_draw(world, 0, 60);
  configure(world, seed);
  /* Most servers that can play by themselves do; of the others audio comes over our wire all the same. */
  const bool may_play = (world->conversation.scenario.config.server & RTMULTI_SERVER_OWNS_PLAYOUT) != 0;
  world->owns_playout = may_play && !world_once_in(world, 4);
  if (world->owns_playout) tallies->at_server += 1;
  world->conversation.overhears = overhear;
  world->conversation.listener = world;
  conversation_open(&world->conversation, true, seed);
  far_memory_start(world);
  listener_plan(world);
  own_cuts_plan(world);
  hand_sink_start(world);
  while (goes_on(world) && world->next < world->count && world_now_ms(world) < LONGEST_MS) pass_time(world);
  const bool leaves = world->is_over && !world->conversation.witness.is_closed;
  if (goes_on(world) && world->is_paused) world_say(world, "> resume");
  if (goes_on(world) && !world->is_muted) drain(world);
  if (goes_on(world) && (world->is_muted || world_once_in(world, 4))) {
    tallies->closed += 1;
    world_say(world, "> close");
  }
  if (conversation_check(&world->conversation, !leaves)) far_memory_check(world);
  return conversation_end(&world->conversation);
}
