/* Plants faults and sees them found; see self_test.h. */
#include "self_test.h"

#include <stdio.h>

#include "world.h"

/* So many conversations in which a fault was really planted are looked at, of at most so many. A fault of the engine
 * shows in any of a million; these few must do. */
enum { PLANTED_ENOUGH = 40, MAXIMUM_SEEDS = 2000 };

/* Whether the fault is found in most of the conversations that can show it. */
static bool is_found(enum plant_kind kind) {
  static struct world world;
  static struct transcript transcript;
  struct tallies tallies = {0};
  int planted = 0;
  int found = 0;
  char example[256] = "";
  for (uint64_t seed = 1; seed <= MAXIMUM_SEEDS && planted < PLANTED_ENOUGH; seed++) {
    const struct failure failure = world_run(&world, seed, &transcript, &tallies, kind);
    planted += world.conversation.plant.is_done ? 1 : 0;
    if (failure.line != 0) {
      found += 1;
      if (example[0] == '\0') snprintf(example, sizeof example, "%s", failure.sentence);
    }
    conversation_free(&world.conversation);
  }
  /* Some servers cannot be compared with the ear, and some truncates are for items that are forgotten all the same. */
  const bool is_good = found * 2 > planted;
  printf("%s %s: planted in %d conversations, found in %d (%s)\n", is_good ? "PASS" : "FAIL", plant_name(kind),
         planted, found, example);
  return is_good;
}

int self_test(void) {
  int passed = 0;
  for (int kind = PLANT_NONE + 1; kind < PLANT_COUNT; kind++) passed += is_found((enum plant_kind)kind) ? 1 : 0;
  printf("simulation: %d passed, %d failed\n", passed, PLANT_COUNT - 1 - passed);
  return passed == PLANT_COUNT - 1 ? 0 : 1;
}
