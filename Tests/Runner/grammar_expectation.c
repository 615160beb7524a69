/* The `<` lines: one effect, the silence of a family, or nothing at all. */
#include "grammar.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void read_silence(struct reader *reader, struct expectation *expectation) {
  const char *names[FAMILY_COUNT];
  for (int family = 0; family < FAMILY_COUNT; family++) names[family] = family_name((enum family)family);
  expectation->shape = EXPECT_SILENCE;
  const struct slice name = take_id(reader, "the family that is silent");
  if (reader->problem == NULL) {
    expectation->family = (enum family)choose(reader, "a family", name, names, FAMILY_COUNT);
  }
}

static void read_truncate(struct reader *reader, struct expectation *expectation) {
  struct effect *effect = &expectation->effect;
  effect->id = take_id(reader, "the id of the item");
  effect->content = (int32_t)take_key_number(reader, "content", MAXIMUM_CONTENT);
  effect->ms = take_key_measure(reader, "ms", &expectation->tolerance_ms);
  if (effect->content == NOT_GIVEN || effect->ms == NOT_GIVEN) {
    reader_refuse(reader, "a truncate needs content=N and ms=MS");
  }
}

static void take_of_lost_session(struct reader *reader, struct effect *effect) {
  static const char *const answers[] = {"no", "yes"};
  effect->of_lost_session = take_key_choice(reader, "of_lost_session", answers, COUNT(answers));
}

static void read_message(struct reader *reader, struct expectation *expectation) {
  static const char *const outcomes[] = {"full", "partial", "text_only"};
  struct effect *effect = &expectation->effect;
  effect->id = take_id(reader, "the id of the item");
  effect->outcome = take_id(reader, "the outcome (full, partial or text_only)");
  if (reader->problem == NULL) choose(reader, "an outcome", effect->outcome, outcomes, COUNT(outcomes));
  effect->ms = take_key_measure(reader, "ms", &expectation->tolerance_ms);
  effect->text = take_key(reader, "text");
  effect->status = take_key(reader, "status");
  take_of_lost_session(reader, effect);
}

static void read_diagnostic(struct reader *reader, struct effect *effect) {
  static const char *const names[] = {
      "late_audio",         "unknown_item",   "stale_report", "clear_timeout",  "command_rejected",
      "command_unanswered", "memory_differs", "missing_done", "unknown_format", "silent_sink",
      "corrupt_packet",     "odd_byte",       "limit",        "refused_pause",  "protocol"};
  effect->id = take_id(reader, "the name of the diagnostic");
  if (reader->problem == NULL) choose(reader, "a diagnostic", effect->id, names, COUNT(names));
}

static void read_effect(struct reader *reader, struct expectation *expectation) {
  struct effect *effect = &expectation->effect;
  switch (effect->kind) {
    case EFFECT_TRUNCATE: read_truncate(reader, expectation); break;
    case EFFECT_SYNC:
      effect->kept = take_text(reader, "the list of kept ids");
      effect->dropped = take_text(reader, "the list of dropped ids");
      break;
    case EFFECT_MESSAGE: read_message(reader, expectation); break;
    case EFFECT_SKIPPED:
      effect->id = take_id(reader, "the id of the item");
      take_of_lost_session(reader, effect);
      break;
    case EFFECT_WRITE:
      effect->id = take_id(reader, "the id of the item");
      effect->ms = take_measure(reader, "the length in ms", &expectation->tolerance_ms);
      break;
    case EFFECT_TEXT:
      effect->id = take_id(reader, "the id of the item");
      effect->text = take_text(reader, "the heard text");
      break;
    case EFFECT_DIAGNOSTIC: read_diagnostic(reader, effect); break;
    case EFFECT_PAUSE:
    case EFFECT_RESUME: break;
    case EFFECT_CANCEL:
    case EFFECT_CLEAR_OUTPUT:
    case EFFECT_SPEAKING_STARTED:
    case EFFECT_SPEAKING_STOPPED:
      effect->id = take_id(reader, "the id of the response");
      break;
    case EFFECT_SETTLED:
      effect->id = take_id(reader, "the id of the response");
      effect->interrupted = take_flag(reader, "interrupted");
      effect->ms = take_key_number(reader, "at", MAXIMUM_MS);
      break;
    default: effect->id = take_id(reader, "the id of the item"); break;
  }
}

struct expectation read_expectation(struct reader *reader) {
  struct expectation expectation = {.effect.ms = NOT_GIVEN};
  const struct slice word = take_id(reader, "an expectation behind the <");
  if (slice_is(word, "no")) {
    read_silence(reader, &expectation);
  } else if (slice_is(word, "nothing")) {
    expectation.shape = EXPECT_NOTHING;
  } else {
    size_t kind = 0;
    while (kind < EFFECT_KIND_COUNT && !slice_is(word, effect_word((enum effect_kind)kind))) kind += 1;
    if (kind == EFFECT_KIND_COUNT) {
      reader_refuse(reader, arena_print(reader->arena, "there is no expectation \"%.*s\"", PRINTED(word)));
      return expectation;
    }
    expectation.shape = EXPECT_EFFECT;
    expectation.effect.kind = (enum effect_kind)kind;
    expectation.family = effect_family((enum effect_kind)kind);
    read_effect(reader, &expectation);
  }
  reader_end(reader);
  return expectation;
}
