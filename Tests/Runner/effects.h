/* What the engine did, as the lines of a scenario can say it, in the order in which it was born. Nothing
 * here judges an effect. */
#ifndef RUNNER_EFFECTS_H
#define RUNNER_EFFECTS_H

#include "arena.h"

enum family {
  FAMILY_COMMAND,
  FAMILY_RECORD,
  FAMILY_STATE,
  FAMILY_CALL,
  FAMILY_SINK,
  FAMILY_TEXT,
  FAMILY_DIAGNOSTIC,
  FAMILY_COUNT
};

enum effect_kind {
  EFFECT_CANCEL,
  EFFECT_CLEAR_OUTPUT,
  EFFECT_TRUNCATE,
  EFFECT_DELETE,
  EFFECT_SYNC,
  EFFECT_MESSAGE,
  EFFECT_SKIPPED,
  EFFECT_SPEAKING_STARTED,
  EFFECT_SPEAKING_STOPPED,
  EFFECT_SETTLED,
  EFFECT_CALL,
  EFFECT_WRITE,
  EFFECT_FLUSH,
  EFFECT_CLEAR,
  EFFECT_PAUSE,
  EFFECT_RESUME,
  EFFECT_TEXT,
  EFFECT_DIAGNOSTIC,
  EFFECT_KIND_COUNT
};

/* One effect; fields that its kind does not use are 0 or empty. */
struct effect {
  enum effect_kind kind;
  struct slice id;      /* the item, the response, or the diagnostic's name */
  struct slice outcome; /* message: full, partial or text_only */
  struct slice text;    /* message: what was heard; text: the piece */
  struct slice status;
  struct slice kept; /* sync: ids, with a space between */
  struct slice dropped;
  int32_t content;
  int64_t ms;     /* truncate, message, write; settled: when it was cut */
  bool interrupted; /* settled */
  int64_t of_lost_session; /* message, skipped: 1 or 0 */
  int64_t frames; /* write, as it came from the engine */
  int64_t at_ms;  /* when it came */
};

struct effects {
  int64_t now_ms;
  struct effect *list;
  size_t count;
  size_t capacity;
};

void effects_add(struct effects *effects, struct arena *arena, struct effect effect);

enum family effect_family(enum effect_kind kind);
const char *family_name(enum family family);
/* The first word of the kind's line, "truncate" for example. */
const char *effect_word(enum effect_kind kind);
/* The effect as a line of a scenario, for people. */
const char *effect_line(struct arena *arena, const struct effect *effect);

#endif
