/* One block of `<` lines against the effects born since the block before it: each family that it shows must
 * match completely and in order; the others are not looked at. */
#include <string.h>

#include "run.h"

/* The effects of one family as a block compares them. */
struct shown {
  struct effect *list;
  size_t count;
  size_t capacity;
};

static void show(struct run *run, struct shown *shown, struct effect effect) {
  shown->list = arena_grow(run->arena, shown->list, shown->count, &shown->capacity, sizeof effect);
  shown->list[shown->count] = effect;
  shown->count += 1;
}

/* Writes for one item in a row are one line, and so are all pieces of heard text of an item. */
static void show_joined(struct run *run, struct shown *shown, const struct effect *effect) {
  if (effect->kind == EFFECT_WRITE && shown->count > 0) {
    struct effect *last = &shown->list[shown->count - 1];
    if (last->kind == EFFECT_WRITE && slice_equal(last->id, effect->id)) {
      last->frames += effect->frames;
      return;
    }
  }
  for (size_t i = 0; effect->kind == EFFECT_TEXT && i < shown->count; i++) {
    if (!slice_equal(shown->list[i].id, effect->id)) continue;
    shown->list[i].text.size += effect->text.size; /* the bytes are put together when the sizes are known */
    return;
  }
  show(run, shown, *effect);
}

static void join_text(struct run *run, struct effect *joined, size_t from) {
  char *text = arena_take(run->arena, joined->text.size + 1);
  size_t size = 0;
  for (size_t i = from; i < run->effects.count; i++) {
    const struct effect *piece = &run->effects.list[i];
    if (piece->kind != EFFECT_TEXT || !slice_equal(piece->id, joined->id) || piece->text.size == 0) continue;
    memcpy(text + size, piece->text.bytes, piece->text.size);
    size += piece->text.size;
  }
  joined->text.bytes = text;
}

/* The family's effects in the block at hand, which begin at run->block_from. An earlier `from` brings in the
 * writes and texts of blocks that did not show them: their lines count "since the last line". */
static struct shown collect(struct run *run, enum family family, size_t from) {
  struct shown shown = {NULL, 0, 0};
  for (size_t i = from; i < run->effects.count; i++) {
    const struct effect *effect = &run->effects.list[i];
    const bool adds_up = effect->kind == EFFECT_WRITE || effect->kind == EFFECT_TEXT;
    if (effect_family(effect->kind) != family || (i < run->block_from && !adds_up)) continue;
    show_joined(run, &shown, effect);
  }
  for (size_t i = 0; i < shown.count; i++) {
    struct effect *effect = &shown.list[i];
    if (effect->kind == EFFECT_WRITE) effect->ms = effect->frames * 1000 / run->scenario->config.rate_hz;
    if (effect->kind == EFFECT_TEXT) join_text(run, effect, from);
  }
  return shown;
}

static bool is_near(const struct expectation *expected, int64_t ms) {
  const int64_t off = expected->effect.ms > ms ? expected->effect.ms - ms : ms - expected->effect.ms;
  return expected->effect.ms == NOT_GIVEN || off <= expected->tolerance_ms;
}

static bool is_text(struct slice expected, struct slice came) {
  return expected.bytes == NULL || slice_equal(slice_trimmed(expected), slice_trimmed(came));
}

static bool is_of_session(const struct effect *expected, const struct effect *came) {
  return expected->of_lost_session == NOT_GIVEN || expected->of_lost_session == came->of_lost_session;
}

static bool matches(const struct expectation *expected, const struct effect *came) {
  const struct effect *effect = &expected->effect;
  if (effect->kind != came->kind || !slice_equal(effect->id, came->id)) return false;
  switch (effect->kind) {
    case EFFECT_TRUNCATE: return effect->content == came->content && is_near(expected, came->ms);
    case EFFECT_SYNC:
      return slice_equal(effect->kept, came->kept) && slice_equal(effect->dropped, came->dropped);
    case EFFECT_MESSAGE:
      return slice_equal(effect->outcome, came->outcome) && is_near(expected, came->ms) &&
             is_text(effect->text, came->text) &&
             (effect->status.bytes == NULL || slice_equal(effect->status, came->status)) && is_of_session(effect, came);
    case EFFECT_SKIPPED: return is_of_session(effect, came);
    case EFFECT_SETTLED: return (!effect->interrupted || came->interrupted) && is_near(expected, came->ms);
    case EFFECT_WRITE: return is_near(expected, came->ms);
    case EFFECT_TEXT: return is_text(effect->text, came->text);
    default: return true;
  }
}

/* What came instead of an effect that did not come. */
static const char *silence(struct run *run, enum effect_kind kind) {
  if (kind == EFFECT_WRITE && run->scenario->config.sink == SINK_PULLED)
    return "none: nothing is written to a pulled sink, its device takes what is next";
  return arena_print(run->arena, "no further %s", family_name(effect_family(kind)));
}

/* The lines of a block that show one family, against what came of it. */
static struct failure compare(struct run *run, const struct statement *statements, size_t count,
                              enum family family, const struct shown *came) {
  size_t i = 0;
  size_t last_line = 0;
  for (size_t s = 0; s < count; s++) {
    const struct expectation *expected = &statements[s].expectation;
    if (expected->shape != EXPECT_EFFECT || expected->family != family) continue;
    last_line = statements[s].line;
    if (i < came->count && matches(expected, &came->list[i])) {
      i += 1;
      continue;
    }
    const char *instead = i < came->count
                              ? arena_print(run->arena, "`%s`", effect_line(run->arena, &came->list[i]))
                              : silence(run, expected->effect.kind);
    return (struct failure){statements[s].line, arena_print(run->arena, "`%.*s` was expected, came %s",
                                                            PRINTED(statements[s].text), instead)};
  }
  if (i == came->count) return (struct failure){0, NULL};
  return (struct failure){last_line, arena_print(run->arena, "no further %s was expected, came `%s`",
                                                 family_name(family), effect_line(run->arena, &came->list[i]))};
}

static void check_silence(struct run *run, size_t line, enum family family) {
  const struct shown came = collect(run, family, run->block_from);
  run->shown_from[family] = run->effects.count;
  if (came.count == 0) return;
  run_fail(run, line,
           arena_print(run->arena, "no %s was expected, came `%s`", family_name(family),
                       effect_line(run->arena, &came.list[0])));
}

static void check_family(struct run *run, const struct statement *statements, size_t count,
                         enum family family) {
  const struct shown in_block = collect(run, family, run->block_from);
  const struct failure failure = compare(run, statements, count, family, &in_block);
  const bool may_add_up =
      (family == FAMILY_SINK || family == FAMILY_TEXT) && run->shown_from[family] < run->block_from;
  bool is_met = failure.line == 0;
  if (!is_met && may_add_up) {
    const struct shown since_shown = collect(run, family, run->shown_from[family]);
    is_met = compare(run, statements, count, family, &since_shown).line == 0;
  }
  run->shown_from[family] = run->effects.count;
  if (!is_met) run_fail(run, failure.line, failure.sentence);
}

void expectations_check(struct run *run, const struct statement *statements, size_t count) {
  bool is_checked[FAMILY_COUNT] = {false};
  for (size_t s = 0; s < count; s++) {
    const struct expectation *expected = &statements[s].expectation;
    if (expected->shape == EXPECT_NOTHING) {
      check_silence(run, statements[s].line, FAMILY_COMMAND);
      check_silence(run, statements[s].line, FAMILY_RECORD);
      check_silence(run, statements[s].line, FAMILY_STATE);
    } else if (expected->shape == EXPECT_SILENCE) {
      check_silence(run, statements[s].line, expected->family);
    } else if (!is_checked[expected->family]) {
      is_checked[expected->family] = true;
      check_family(run, statements, count, expected->family);
    }
  }
  run->block_from = run->effects.count;
}
