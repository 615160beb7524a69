/* A sink that reports by hand: it plays what was written, tells so now and then, and answers a clear at once, late or
 * never. What it says is said in lines of the scenario. */
#include "world.h"

static struct held *held_of(struct world *world, const struct segment *segment) {
  for (int i = 0; i < world->held_count; i++) {
    if (world->held[i].id == segment->id) return &world->held[i];
  }
  if (world->held_count == MAXIMUM_HELD_SEGMENTS) return NULL;
  struct held *held = &world->held[world->held_count++];
  *held = (struct held){.id = segment->id};
  return held;
}

static long long ms_of(const struct world *world, int64_t frames) {
  return (long long)(frames * 1000 / world->conversation.scenario.config.rate_hz);
}

static bool is_newest(struct world *world, const struct segment *segment) {
  return sink_newest_segment(&world->conversation.run, segment->item, segment->content) == segment;
}

/* Plays `*left_ms` of a segment and reports it. Returns true when it is over, so that the next one may play. */
static bool play(struct world *world, struct segment *segment, struct held *held, int64_t *left_ms) {
  const struct run *run = &world->conversation.run;
  const long long written_ms = ms_of(world, segment->written_frames);
  long long played_ms = ms_of(world, segment->accepted_frames) + *left_ms;
  if (played_ms > written_ms) played_ms = written_ms;
  if (!held->has_started && played_ms > 0) {
    held->has_started = true;
    if (!world_once_in(world, 20))
      world_say(world, "> started %s content=%d", segment->item.bytes, (int)segment->content);
  }
  *left_ms -= played_ms - ms_of(world, segment->accepted_frames);
  if (held->state != HELD_PLAYING || segment->sink != run->sink) return false;
  if (segment->state == SEGMENT_FLUSHED && played_ms == written_ms) {
    held->state = HELD_OVER;
    world_say(world, "> finished %s %lld content=%d", segment->item.bytes, played_ms, (int)segment->content);
    return true;
  }
  if (played_ms > ms_of(world, segment->accepted_frames))
    world_say(world, "> progress %s %lld content=%d", segment->item.bytes, played_ms, (int)segment->content);
  return false;
}

void hand_sink_tick(struct world *world) {
  struct run *run = &world->conversation.run;
  int64_t left_ms = world_now_ms(world) - world->played_until_ms;
  world->played_until_ms = world_now_ms(world);
  if (run->sink->is_paused) return;
  for (struct segment *segment = run->segments; segment != NULL; segment = segment->next) {
    struct held *held = held_of(world, segment);
    if (held == NULL || held->state != HELD_PLAYING || segment->sink != run->sink || !is_newest(world, segment))
      continue;
    if (!play(world, segment, held, &left_ms)) return;
  }
}

static void tick(struct world *world, const struct happening *happening) {
  hand_sink_tick(world);
  struct happening next = *happening;
  next.at_ms = world_now_ms(world) + world->report_every_ms;
  /* It goes on as long as anything else does; the world's end ticks by itself. */
  if (world->next < world->count) world_plan(world, next);
}

void hand_sink_start(struct world *world) {
  if (world->conversation.scenario.config.sink != SINK_MANUAL) return;
  world->report_every_ms = world_draw(world, 10, 60);
  world_plan(world, (struct happening){.at_ms = 1, .happen = tick});
}

static void answer(struct world *world, const struct happening *happening) {
  const struct run *run = &world->conversation.run;
  for (const struct segment *segment = run->segments; segment != NULL; segment = segment->next) {
    struct held *held = held_of(world, segment);
    if (held == NULL || held->state != HELD_CLEARED || segment->sink != run->sink) continue;
    held->state = HELD_OVER;
    /* A little more was played than it had reported. */
    long long ms = ms_of(world, segment->accepted_frames);
    if (held->has_started) ms += happening->ms;
    if (ms > ms_of(world, segment->written_frames)) ms = ms_of(world, segment->written_frames);
    if (is_newest(world, segment))
      world_say(world, "> finished %s %lld%s content=%d", segment->item.bytes, ms,
                world_once_in(world, 8) ? "" : " interrupted", (int)segment->content);
  }
}

void hand_sink_overhears(struct world *world, const rtmulti_effect *effect) {
  const struct run *run = &world->conversation.run;
  if (run->scenario->config.sink != SINK_MANUAL || effect->kind != RTMULTI_EFFECT_CLEAR) return;
  for (const struct segment *segment = run->segments; segment != NULL; segment = segment->next) {
    struct held *held = held_of(world, segment);
    if (held != NULL && held->state == HELD_PLAYING && segment->sink == run->sink) held->state = HELD_CLEARED;
  }
  int64_t after_ms = world_once_in(world, 2) ? 0 : world_draw(world, 0, 120);
  if (world_once_in(world, 10))
    after_ms = (int)world->conversation.witness.clear_timeout_ms + world_draw(world, 0, 60) - 20;
  if (after_ms >= world->conversation.witness.clear_timeout_ms) world_fault(world, FAULT_LATE_ANSWER);
  if (world_once_in(world, 20)) {
    world_fault(world, FAULT_LATE_ANSWER);
    return;
  }
  world_plan(world,
             (struct happening){.at_ms = world_now_ms(world) + after_ms,
                                .happen = answer,
                                .ms = run->sink->is_paused ? 0 : world_draw(world, 0, world->report_every_ms)});
}
