/* What the engine did, as the lines of a scenario can say it; see effects.h. */
#include "effects.h"

void effects_add(struct effects *effects, struct arena *arena, struct effect effect) {
  effects->list = arena_grow(arena, effects->list, effects->count, &effects->capacity, sizeof effect);
  effect.at_ms = effects->now_ms;
  effects->list[effects->count] = effect;
  effects->count += 1;
}

/* The vocabulary of the page, one row for each kind, in the order of the enum. */
static const struct {
  const char *word;
  enum family family;
} vocabulary[EFFECT_KIND_COUNT] = {
    [EFFECT_CANCEL] = {"cancel", FAMILY_COMMAND},
    [EFFECT_CLEAR_OUTPUT] = {"clear_output", FAMILY_COMMAND},
    [EFFECT_TRUNCATE] = {"truncate", FAMILY_COMMAND},
    [EFFECT_DELETE] = {"delete", FAMILY_COMMAND},
    [EFFECT_SYNC] = {"sync", FAMILY_COMMAND},
    [EFFECT_MESSAGE] = {"message", FAMILY_RECORD},
    [EFFECT_SKIPPED] = {"skipped", FAMILY_RECORD},
    [EFFECT_SPEAKING_STARTED] = {"speaking_started", FAMILY_STATE},
    [EFFECT_SPEAKING_STOPPED] = {"speaking_stopped", FAMILY_STATE},
    [EFFECT_SETTLED] = {"settled", FAMILY_STATE},
    [EFFECT_CALL] = {"call", FAMILY_CALL},
    [EFFECT_WRITE] = {"write", FAMILY_SINK},
    [EFFECT_FLUSH] = {"flush", FAMILY_SINK},
    [EFFECT_CLEAR] = {"clear", FAMILY_SINK},
    [EFFECT_PAUSE] = {"pause", FAMILY_SINK},
    [EFFECT_RESUME] = {"resume", FAMILY_SINK},
    [EFFECT_TEXT] = {"text", FAMILY_TEXT},
    [EFFECT_DIAGNOSTIC] = {"diagnostic", FAMILY_DIAGNOSTIC},
};

enum family effect_family(enum effect_kind kind) { return vocabulary[kind].family; }

const char *effect_word(enum effect_kind kind) { return vocabulary[kind].word; }

const char *family_name(enum family family) {
  static const char *const names[FAMILY_COUNT] = {
      [FAMILY_COMMAND] = "command",
      [FAMILY_RECORD] = "record",
      [FAMILY_STATE] = "state",
      [FAMILY_CALL] = "call",
      [FAMILY_SINK] = "sink",
      [FAMILY_TEXT] = "text",
      [FAMILY_DIAGNOSTIC] = "diagnostic",
  };
  return names[family];
}

static const char *lost_word(const struct effect *effect) {
  return effect->of_lost_session == 1 ? " of_lost_session=yes" : "";
}

const char *effect_line(struct arena *arena, const struct effect *effect) {
  const char *word = effect_word(effect->kind);
  switch (effect->kind) {
    case EFFECT_TRUNCATE:
      return arena_print(arena, "truncate %.*s content=%d ms=%lld", PRINTED(effect->id), (int)effect->content,
                         (long long)effect->ms);
    case EFFECT_SYNC:
      return arena_print(arena, "sync \"%.*s\" \"%.*s\"", PRINTED(effect->kept), PRINTED(effect->dropped));
    case EFFECT_MESSAGE:
      return arena_print(arena, "message %.*s %.*s ms=%lld text=\"%s\" status=%.*s%s", PRINTED(effect->id),
                         PRINTED(effect->outcome), (long long)effect->ms, slice_escaped(arena, effect->text),
                         PRINTED(effect->status), lost_word(effect));
    case EFFECT_SKIPPED: return arena_print(arena, "skipped %.*s%s", PRINTED(effect->id), lost_word(effect));
    case EFFECT_WRITE: return arena_print(arena, "write %.*s %lld", PRINTED(effect->id), (long long)effect->ms);
    case EFFECT_TEXT:
      return arena_print(arena, "text %.*s \"%s\"", PRINTED(effect->id), slice_escaped(arena, effect->text));
    case EFFECT_SETTLED:
      if (!effect->interrupted) break;
      return arena_print(arena, "settled %.*s interrupted at=%lld", PRINTED(effect->id), (long long)effect->ms);
    case EFFECT_PAUSE:
    case EFFECT_RESUME: return word;
    default: break;
  }
  return arena_print(arena, "%s %.*s", word, PRINTED(effect->id));
}
