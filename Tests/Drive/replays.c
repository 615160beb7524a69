/* The trace of one session, played again by the reader of traces in Tests/Runner: the same effects, line by line. */
#include <stdlib.h>
#include <string.h>

#include "../Runner/replay.h"
#include "doors.h"
#include "plant.h"
#include "talk.h"

static const char *compare(const char *before, const char *after, char *sentence, size_t size) {
  size_t line = 1;
  while (*before != 0 && *after != 0) {
    const size_t one = strcspn(before, "\n"), other = strcspn(after, "\n");
    if (one != other || memcmp(before, after, one) != 0) break;
    before += one + (before[one] != 0);
    after += other + (after[other] != 0);
    line += 1;
  }
  if (*before == 0 && *after == 0) return NULL;
  snprintf(sentence, size, "line %zu of its replay is `%.*s`, and was `%.*s`", line, (int)(strcspn(after, "\n") % 200),
           after, (int)(strcspn(before, "\n") % 200), before);
  return sentence;
}

const char *replay_of(struct lane *lane, char *sentence, size_t size) {
  fclose(lane->trace);
  fclose(lane->listing.file);
  listing_end(&lane->listing);
  char *replayed = NULL;
  size_t replayed_size = 0;
  FILE *file = open_memstream(&replayed, &replayed_size);
  const struct replay_result result =
      replay_trace(lane->trace_bytes, lane->trace_size, (struct replay_options){.effects = file});
  fclose(file);
  const char *problem = NULL;
  if (result.outcome != REPLAY_WHOLE) {
    snprintf(sentence, size, "its trace cannot be replayed: %s", result.sentence);
    problem = sentence;
  } else {
    if (lane->talk->plant == PLANT_REPLAY && lane->listed_size > 2) lane->listed[lane->listed_size / 2] ^= 1;
    problem = compare(lane->listed, replayed, sentence, size);
  }
  free(replayed);
  free(lane->trace_bytes);
  free(lane->listed);
  return problem;
}
