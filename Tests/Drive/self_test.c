/* The self-test: a driver that finds nothing may be blind. Each fault of plant.h is planted into some hundred
 * conversations of which none is wrong without it, and must be found in one of them. */
#include "self_test.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plant.h"
#include "talk.h"

enum { MOST_SEEDS = 400 };

static struct talk talk;
static struct tallies ignored;

static bool is_right(uint64_t seed, int plant) {
  static struct journal journal;
  memset(&talk, 0, sizeof talk);
  talk.doors.journal = journal;
  talk.tallies = &ignored;
  talk.plant = plant;
  const bool answer = talk_run(&talk, seed, 0);
  journal = talk.doors.journal;
  return answer;
}

int self_test(void) {
  int failed = 0;
  for (int plant = PLANT_NONE + 1; plant < PLANT_COUNT; plant++) {
    uint64_t seed = 1;
    while (seed <= MOST_SEEDS && (is_right(seed, plant) || !is_right(seed, PLANT_NONE))) seed++;
    if (seed > MOST_SEEDS) {
      printf("FAIL %s: not found in %d conversations\n", plant_name(plant), MOST_SEEDS);
      failed += 1;
      continue;
    }
    is_right(seed, plant);
    printf("PASS %s: found by seed %" PRIu64 ": %.160s\n", plant_name(plant), seed, talk.wrong);
  }
  printf("%d passed, %d failed\n", PLANT_COUNT - 1 - failed, failed);
  return failed > 0;
}
