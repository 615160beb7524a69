/* The listener and the host: interrupts at any moment and at the worst ones, pauses, hang-ups, sinks that are replaced,
 * stand still or fall silent, words of the host's own. */
#include <stdio.h>

#include "world.h"

/* ---- interrupts ---- */

static void interrupt(struct world *world, const struct happening *happening) {
  (void)happening;
  const bool is_host = world_once_in(world, 4);
  const int drawn = world_draw(world, 0, 99);
  const char *id = NULL;
  if (drawn < 25 && world->script_count > 0)
    id = world->scripts[world_draw(world, 0, world->script_count - 1)].id;
  if (drawn >= 25 && drawn < 28) id = "nobody";
  if (drawn >= 28 && drawn < 31 && world->local_count > 0) id = "L1";
  if (drawn >= 31 && drawn < 36 && world->token_count > 0) id = "T1";
  world->conversation.tallies->interrupts += 1;
  if (!is_host) server_hears_listener(world, id);
  world_say(world, "> interrupt%s%s%s", id == NULL ? "" : " ", id == NULL ? "" : id, is_host ? " host" : "");
}

static void plan_interrupt(struct world *world, int64_t at_ms) {
  world_plan(world, (struct happening){.at_ms = at_ms, .happen = interrupt});
}

void listener_overhears(struct world *world, const rtmulti_effect *effect) {
  static const int after_ms[] = {0, 0, 1, 2, 10, 20};
  if (effect->kind == RTMULTI_EFFECT_TEXT_WRITE) {
    world_plan(world, (struct happening){.at_ms = world_now_ms(world) + world_draw(world, 0, 150),
                                         .happen = NULL,
                                         .line = world_print(world, "text_delivered %s", effect->item_id)});
  }
  if (effect->kind != world->trigger || world->trigger_count == 0) return;
  world->trigger_count -= 1;
  if (world->trigger_count == 0) plan_interrupt(world, world_now_ms(world) + after_ms[world_draw(world, 0, 5)]);
}

/* ---- pauses and the sink ---- */

static void pause(struct world *world, const struct happening *happening) {
  (void)happening;
  world_fault(world, FAULT_FALSE_INTERRUPTION);
  world->is_paused = true;
  world_say(world, "> pause");
}

static void resume(struct world *world, const struct happening *happening) {
  (void)happening;
  world->is_paused = false;
  world_say(world, "> resume");
}

static void stall_sink(struct world *world, const struct happening *happening) {
  world_fault(world, FAULT_STALLED_SINK);
  world_say(world, "> stall %lld", (long long)happening->ms);
}

static void mute_sink(struct world *world, const struct happening *happening) {
  (void)happening;
  world_fault(world, FAULT_SILENT_SINK);
  world->is_muted = true;
  world->was_muted = true;
  world_say(world, "> mute_reports");
}

static void swap_sink(struct world *world, const struct happening *happening) {
  (void)happening;
  world_fault(world, FAULT_SWAPPED_SINK);
  world->is_muted = false;
  world_say(world, "> swap_sink");
}

/* ---- the host ---- */

static void hang_up(struct world *world, const struct happening *happening) {
  (void)happening;
  world_fault(world, FAULT_HANG_UP);
  world->conversation.tallies->closed += 1;
  world->is_over = true;
  world_say(world, "> close");
}

static void leave(struct world *world, const struct happening *happening) {
  (void)happening;
  world_fault(world, FAULT_DESTROYED_IN_MIDDLE);
  world->is_over = true;
}

static void reconnect(struct world *world, const struct happening *happening) {
  (void)happening;
  world_fault(world, FAULT_RECONNECT);
  server_loses_connection(world);
  world_say(world, "> reconnect");
  if (world_once_in(world, 2))
    server_asked_for_response(world, world_now_ms(world) + world_draw(world, 0, 300), "");
}

static void switch_audio_off(struct world *world, const struct happening *happening) {
  (void)happening;
  world_fault(world, FAULT_AUDIO_OFF);
  world_say(world, "> set_audio_enabled no");
}

static void switch_audio_on(struct world *world, const struct happening *happening) {
  (void)happening;
  world_say(world, "> set_audio_enabled yes");
}

/* Of its capabilities only what it can be told of items changes: what it does by itself is the far end's own. */
static void set_server(struct world *world, const struct happening *happening) {
  static const char *const words[] = {"truncate,delete", "truncate,sync", "truncate,delete,sync", "delete", "sync", "truncate"};
  (void)happening;
  const uint32_t own = world->conversation.scenario.config.server;
  world_fault(world, FAULT_OTHER_SERVER);
  world_say(world, "> set_server %s%s%s", words[world_draw(world, 0, world_once_in(world, 2) ? 5 : 2)],
            (own & RTMULTI_SERVER_INTERRUPTS) != 0 ? ",interrupts" : "",
            (own & RTMULTI_SERVER_REWRITES) != 0 ? ",rewrite" : "");
  far_memory_can(world, world->conversation.run.server.capabilities);
}

static void set_clear_timeout(struct world *world, const struct happening *happening) {
  (void)happening;
  world_fault(world, FAULT_OTHER_CLEAR_TIMEOUT);
  world_say(world, "> set_clear_timeout %d", world_draw(world, 1, 20) * 50);
}

static void speak_oneself(struct world *world, const struct happening *happening) {
  (void)happening;
  const int number = ++world->local_count;
  world_say(world, "> response L%d local", number);
  world_say(world, "> message own%d audio=%d text=\"One moment. \" response=L%d", number,
            world_draw(world, 2, 30) * 10, number);
  world_say(world, "> response_done L%d", number);
}

static void expect_response(struct world *world, const struct happening *happening) {
  (void)happening;
  /* A client that cannot name it: nothing is drawn for that, so that the seeds of before mean what they meant. */
  if (world_now_ms(world) % 3 == 1) {
    world_say(world, "> expect");
    server_asked_for_response(world, world_now_ms(world) + world->up_ms + world_draw(world, 0, 100), "");
    if (world_now_ms(world) % 2 == 1) world_say(world, "> unexpect");
    return;
  }
  const int number = ++world->token_count;
  world_say(world, "> expect T%d", number);
  server_asked_for_response(world, world_now_ms(world) + world->up_ms + world_draw(world, 0, 100),
                            world_print(world, " expected=T%d", number));
}

/* ---- the plan ---- */

void listener_plan(struct world *world) {
  static const rtmulti_effect_kind triggers[] = {RTMULTI_EFFECT_WRITE, RTMULTI_EFFECT_FLUSH,
                                                 RTMULTI_EFFECT_EVENT, RTMULTI_EFFECT_COMMAND,
                                                 RTMULTI_EFFECT_EVENT};
  static const char *const flags[] = {" conversation=none", " uninterruptible", " modality=text",
                                      " conversation=none modality=text", ""};
  const struct scenario_config *config = &world->conversation.scenario.config;
  const int span_ms = world_draw(world, 200, 2500);
  const int responses = world_draw(world, 1, 3);
  for (int i = 0, at_ms = 0; i < responses; i++, at_ms += world_draw(world, 100, 1500)) {
    const int drawn = world_draw(world, 0, 12);
    if (drawn == 0) {
      world_plan(world, (struct happening){.at_ms = at_ms, .happen = expect_response});
    } else {
      server_asked_for_response(world, at_ms, flags[drawn <= 4 ? drawn - 1 : 4]);
    }
  }
  for (int i = world_draw(world, 0, 3); i > 0; i--) plan_interrupt(world, world_draw(world, 0, span_ms));
  if (world_once_in(world, 2)) {
    world->trigger = triggers[world_draw(world, 0, 4)];
    world->trigger_count = world_draw(world, 1, 12);
  }
  for (int i = world_once_in(world, 3) ? world_draw(world, 1, 2) : 0; i > 0; i--) {
    const int at_ms = world_draw(world, 0, span_ms);
    world_plan(world, (struct happening){.at_ms = at_ms, .happen = pause});
    world_plan(world, (struct happening){.at_ms = at_ms + world_draw(world, 0, 400), .happen = resume});
  }
  if (world_once_in(world, 8))
    world_plan(world, (struct happening){.at_ms = world_draw(world, 0, span_ms), .happen = speak_oneself});
  if (world_once_in(world, 12))
    world_plan(world, (struct happening){.at_ms = world_draw(world, 0, span_ms), .happen = reconnect});
  if (world_once_in(world, 12))
    world_plan(world, (struct happening){.at_ms = world_draw(world, 0, span_ms), .happen = swap_sink});
  /* Only a sink that tells what it does can stand still without the library being deceived. */
  const bool can_stall = config->sink == SINK_PULLED || (config->sink == SINK_AUTO && !config->estimate);
  if (can_stall && world_once_in(world, 8))
    world_plan(world, (struct happening){.at_ms = world_draw(world, 0, span_ms),
                                         .happen = stall_sink,
                                         .ms = world_draw(world, 1, 500)});
  if (config->sink == SINK_AUTO && world_once_in(world, 25))
    world_plan(world, (struct happening){.at_ms = world_draw(world, 0, span_ms), .happen = mute_sink});
  if (world_once_in(world, 12)) {
    const int at_ms = world_draw(world, 0, span_ms);
    world_plan(world, (struct happening){.at_ms = at_ms, .happen = switch_audio_off});
    if (!world_once_in(world, 3))
      world_plan(world, (struct happening){.at_ms = at_ms + world_draw(world, 0, 900), .happen = switch_audio_on});
  }
  if ((config->server & RTMULTI_SERVER_OWNS_PLAYOUT) == 0 && world_once_in(world, 20))
    world_plan(world, (struct happening){.at_ms = world_draw(world, 0, span_ms), .happen = set_server});
  if (world_once_in(world, 20))
    world_plan(world, (struct happening){.at_ms = world_draw(world, 0, span_ms), .happen = set_clear_timeout});
  const int ending = world_draw(world, 0, 9);
  if (ending == 0)
    world_plan(world, (struct happening){.at_ms = world_draw(world, 0, span_ms), .happen = leave});
  if (ending == 1 || ending == 2)
    world_plan(world, (struct happening){.at_ms = world_draw(world, 0, span_ms), .happen = hang_up});
}
