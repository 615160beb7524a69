/* Memory of one scenario: what is taken from an arena lives until the whole arena is given back, so nothing
 * in the runner is freed alone. Strings of known size (slices) live here too; no rule of the format does. */
#ifndef RUNNER_ARENA_H
#define RUNNER_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A string with its size; it may hold NULs (\u{0}), and those that an arena made have one behind them. */
struct slice {
  const char *bytes;
  size_t size;
};

struct arena_block;

struct arena {
  struct arena_block *newest;
};

/* Takes zeroed memory; ends the process with status 2 and a sentence when there is none. */
void *arena_take(struct arena *arena, size_t size);
struct slice arena_copy(struct arena *arena, const char *bytes, size_t size);
char *arena_print(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *arena);

/* A growing list: doubles `list` (elements of `element_size`) when `count` has reached `*capacity`. The old
 * list stays in the arena until its end, which costs at most as much again. */
void *arena_grow(struct arena *arena, void *list, size_t count, size_t *capacity, size_t element_size);

struct slice slice_of(const char *text);
bool slice_is(struct slice slice, const char *text);
bool slice_equal(struct slice a, struct slice b);
/* Without the white space (of Unicode) at its end. */
struct slice slice_trimmed(struct slice slice);

/* With the escapes of a quoted value, so that it stays on one line. */
const char *slice_escaped(struct arena *arena, struct slice slice);

/* For calls that take (pointer, size). */
#define SLICE(slice) (slice).bytes, (slice).size
/* For printf with "%.*s". */
#define PRINTED(slice) (int)((slice).size > 4096 ? 4096 : (slice).size), (slice).bytes

#endif
