/* Does next_deadline say every moment? See deadlines.h. */
#include "deadlines.h"

/* While the library estimates where the ear is, or asks a device, it looks again after so long. */
enum { LOOKS_AGAIN_MS = 20 };

static int64_t may_be_late_ms(const struct scenario_config *config) {
  const bool is_told_exactly = config->sink == SINK_AUTO || config->sink == SINK_MANUAL;
  const bool owns_playout = (config->server & RTMULTI_SERVER_OWNS_PLAYOUT) != 0; /* its place is the time since it started */
  return is_told_exactly && !config->estimate && !owns_playout && config->latency_ms == 0 ? 0 : LOOKS_AGAIN_MS;
}

/* How much of its kind an effect brings: a write frames, a text bytes, all others themselves. */
static int64_t amount_of(const struct effect *effect) {
  if (effect->kind == EFFECT_WRITE) return effect->frames;
  return effect->kind == EFFECT_TEXT ? (int64_t)effect->text.size : 1;
}

static bool is_alike(const struct effect *one, const struct effect *other) {
  return one->kind == other->kind && slice_equal(one->id, other->id);
}

/* When so much of what is like `effect` had come; NOT_GIVEN if it never did. */
static int64_t when_came(const struct effects *effects, const struct effect *effect, int64_t amount) {
  int64_t came = 0;
  for (size_t i = 0; i < effects->count; i++) {
    if (!is_alike(&effects->list[i], effect)) continue;
    came += amount_of(&effects->list[i]);
    if (came >= amount) return effects->list[i].at_ms;
  }
  return NOT_GIVEN;
}

/* The first effect of one run that the other did not have at the same moment, as a sentence; NULL if there is none. */
static const char *missing(struct arena *arena, const struct effects *wanted, const struct effects *came,
                           int64_t late_ms, const char *how) {
  for (size_t i = 0; i < wanted->count; i++) {
    const struct effect *effect = &wanted->list[i];
    int64_t amount = 0;
    for (size_t j = 0; j <= i; j++) amount += is_alike(&wanted->list[j], effect) ? amount_of(&wanted->list[j]) : 0;
    const int64_t at_ms = when_came(came, effect, amount);
    if (at_ms != NOT_GIVEN && at_ms - effect->at_ms <= late_ms && effect->at_ms - at_ms <= late_ms) continue;
    const char *other = at_ms == NOT_GIVEN ? "never" : arena_print(arena, "at %lld ms", (long long)at_ms);
    return arena_print(arena, "%s: `%s` comes at %lld ms, otherwise %s", how, effect_line(arena, effect),
                       (long long)effect->at_ms, other);
  }
  return NULL;
}

struct failure deadlines_check(struct arena *arena, const struct scenario *scenario, struct options options) {
  struct run woken = {.scenario = scenario, .options = options, .arena = arena};
  run_whole(&woken);
  if (woken.failure.line != 0) return woken.failure;
  options.waking = WAKE_EACH_MS;
  options.trace = NULL;
  struct run called = {.scenario = scenario, .options = options, .arena = arena};
  run_whole(&called);
  if (called.failure.line != 0) return called.failure;
  const int64_t late_ms = may_be_late_ms(&scenario->config);
  const char *problem = missing(arena, &called.effects, &woken.effects, late_ms, "called at each millisecond");
  if (problem == NULL) problem = missing(arena, &woken.effects, &called.effects, late_ms, "called only at deadlines");
  return (struct failure){problem == NULL ? 0 : scenario->last_line, problem};
}
