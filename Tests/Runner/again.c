/* Does a replay do what was done? See again.h. */
#define _POSIX_C_SOURCE 200809L /* open_memstream */
#include "again.h"

#include <stdlib.h>
#include <string.h>

#include "../C/random_traffic.h"
#include "replay.h"
#include "trace.h"

/* A file in memory. */
struct memory {
  char *bytes;
  size_t size;
  FILE *file;
};

static void open_memory(struct memory *memory) {
  *memory = (struct memory){NULL, 0, NULL};
  memory->file = open_memstream(&memory->bytes, &memory->size);
  if (memory->file == NULL) abort();
}

/* What was written; it must be freed. */
static void close_memory(struct memory *memory) { fclose(memory->file); }

/* The first line in which two listings differ. */
static const char *first_difference(struct arena *arena, const struct memory *was, const struct memory *is) {
  size_t start = 0;
  for (size_t i = 0; i < was->size && i < is->size && was->bytes[i] == is->bytes[i]; i++) {
    if (was->bytes[i] == '\n') start = i + 1;
  }
  const char *before = was->bytes + start, *after = is->bytes + start;
  return arena_print(arena, "recorded was `%.*s`, the replay says `%.*s`", (int)strcspn(before, "\n"), before,
                     (int)strcspn(after, "\n"), after);
}

static struct replay_result replay_quietly(const void *bytes, size_t size) {
  struct memory ignored;
  open_memory(&ignored);
  const struct replay_result result =
      replay_trace(bytes, size, (struct replay_options){.effects = ignored.file, .shows_unheard = true});
  close_memory(&ignored);
  free(ignored.bytes);
  return result;
}

/* A byte that is not what it was, an end that is missing, and damage behind a seal that is right: the first two must
 * be told, the last must only be survived. */
static const char *damage(struct arena *arena, const struct memory *trace, uint64_t seed) {
  uint64_t state = seed;
  unsigned char *copy = malloc(trace->size);
  if (copy == NULL || trace->size == 0) abort();
  const char *problem = NULL;
  for (int i = 0; i < DAMAGED_COPIES && problem == NULL; i++) {
    memcpy(copy, trace->bytes, trace->size);
    const size_t at = random_bits(&state) % trace->size;
    copy[at] ^= (unsigned char)(1 + random_bits(&state) % 255);
    const struct replay_result flipped = replay_quietly(copy, trace->size);
    if (flipped.outcome != REPLAY_BROKEN || flipped.sentence[0] == '\0')
      problem = arena_print(arena, "byte %zu of its trace was damaged, and nobody saw it", at);
    for (int more = 0; more < 3; more++)
      copy[random_bits(&state) % trace->size] ^= (unsigned char)(1 << random_bits(&state) % 8);
    trace_reseal(copy, trace->size);
    replay_quietly(copy, trace->size);
    const size_t size = random_bits(&state) % trace->size;
    const struct replay_result cut = replay_quietly(trace->bytes, size);
    if (cut.outcome != REPLAY_BROKEN || cut.sentence[0] == '\0')
      problem = arena_print(arena, "its trace was cut off behind byte %zu, and nobody saw it", size);
  }
  free(copy);
  return problem;
}

const char *again_check(struct arena *arena, recorded_run run, void *about, uint64_t seed) {
  struct memory was, trace, is;
  open_memory(&was);
  open_memory(&trace);
  const char *problem = run(about, was.file, trace.file);
  close_memory(&was);
  close_memory(&trace);
  open_memory(&is);
  if (problem == NULL) {
    const struct replay_result result =
        replay_trace(trace.bytes, trace.size, (struct replay_options){.effects = is.file});
    fflush(is.file);
    if (was.size != is.size || memcmp(was.bytes, is.bytes, was.size) != 0)
      problem = arena_print(arena, "%s (%s)", first_difference(arena, &was, &is), result.sentence);
    else if (result.outcome != REPLAY_WHOLE)
      problem = arena_copy(arena, result.sentence, strlen(result.sentence)).bytes;
  }
  close_memory(&is);
  if (problem == NULL) problem = damage(arena, &trace, seed);
  free(was.bytes);
  free(trace.bytes);
  free(is.bytes);
  return problem;
}
