/* small-worlds: every interleaving of a few events, through the library and through the reference, and what
 * came of it compared. Reads the command line, walks the sets, counts, and prints the first world that differs
 * as a scenario. */
#include <rtmulti.h>
#include <stdlib.h>
#include <string.h>

#include "law.h"
#include "player.h"
#include "reference.h"
#include "self_test.h"
#include "sets.h"

static const char usage[] =
    "usage: small-worlds [--all] [--set NAME]\n"
    "       small-worlds --world EVENTS [--server NAMES] [--gapless]\n"
    "  --all      every set with every kind of server and sink, and larger sets; takes some twenty minutes\n"
    "  --set      only this set\n"
    "  --world    one world, printed as a scenario file with what is expected; the letters are in world.h\n"
    "Exit status: 0 all worlds were as expected, 1 one was not, 2 the command line was not understood.\n";

enum { LONGEST = 8, SHOWN_FAILURES = 3 };

/* The worlds of one set at one kind of server. */
struct group {
  const char *server_name;
  uint32_t server;
  bool is_gapless;
  size_t worlds, failures;
};

static void print_failure(const struct group *group, const struct world *world, const struct account *expected,
                          const char *sentence) {
  printf("FAIL world %.*s at server=%s gapless=%s: %s\n", (int)world->own_count, world->events,
         group->server_name, group->is_gapless ? "yes" : "no", sentence);
  if (group->failures == 1) world_print_scenario(stdout, world, expected);
}

static bool is_as_expected(const struct world *world, struct account *expected, char *sentence, size_t size) {
  struct account came;
  reference_live(world, expected);
  if (!player_live(world, &came, sentence, size)) return false;
  if (accounts_differ(expected, &came, world, sentence, size)) return false;
  return law_holds(world, &came, sentence, size);
}

static void visit(void *memory, const char *events, size_t count) {
  struct group *group = memory;
  struct world world;
  struct account expected;
  char sentence[512];
  world_make(&world, events, count, group->server, group->is_gapless);
  if (is_as_expected(&world, &expected, sentence, sizeof sentence)) return;
  group->failures += 1;
  if (group->failures <= SHOWN_FAILURES) print_failure(group, &world, &expected, sentence);
}

struct sum {
  size_t groups_passed, groups_failed, worlds;
};

static void run_group(struct sum *sum, const struct world_set *set, char server) {
  struct group group = {.worlds = 0};
  group.server = sets_server(server, &group.server_name, &group.is_gapless);
  group.worlds = sets_walk(set, LONGEST, visit, &group);
  printf("%-30s %-15s server=%-26s gapless=%-3s %8zu worlds", set->name, set->events, group.server_name,
         group.is_gapless ? "yes" : "no", group.worlds);
  if (group.failures > 0) printf(", %zu not as expected", group.failures);
  printf("\n");
  fflush(stdout);
  sum->worlds += group.worlds;
  sum->groups_passed += group.failures == 0 && group.worlds > 0;
  sum->groups_failed += group.failures > 0 || group.worlds == 0;
}

static int run_sets(bool is_all, const char *only) {
  struct sum sum = {0, 0, 0};
  size_t caught, missed;
  self_test(&caught, &missed);
  printf("self-test: %zu alterations were seen, %zu were not\n", caught, missed);
  for (size_t i = 0; i < sets_count; i++) {
    if (only != NULL && strcmp(only, sets[i].name) != 0) continue;
    if (sets[i].is_for_all && !is_all) continue;
    const char *servers = is_all && !sets[i].is_for_all ? sets_usual_servers : sets[i].servers;
    for (; *servers != '\0'; servers++) run_group(&sum, &sets[i], *servers);
  }
  sum.groups_passed += missed == 0 && caught > 0;
  sum.groups_failed += missed > 0 || caught == 0 || sum.worlds == 0;
  printf("%zu worlds in all, each compared with the reference and held to the law\n", sum.worlds);
  printf("small worlds: %zu passed, %zu failed\n", sum.groups_passed, sum.groups_failed);
  return sum.groups_failed == 0 ? 0 : 1;
}

/* Prints what is expected of one world, and afterwards, as a comment, whether the library agrees. */
static int run_world(const char *events, const char *server_name, bool is_gapless) {
  struct group group = {.server_name = server_name};
  const char *letter = sets_all_servers, *name = "";
  for (; *letter != '\0'; letter++) {
    group.server = sets_server(*letter, &name, &group.is_gapless);
    if (strcmp(name, server_name) == 0 && group.is_gapless == is_gapless) break;
  }
  if (*letter == '\0' || strlen(events) == 0 || strlen(events) > WORLD_EVENTS_LIMIT) return 2;
  for (const char *event = events; *event != '\0'; event++) {
    if (!world_knows(*event)) return 2;
  }
  struct world world;
  struct account expected;
  char sentence[512];
  world_make(&world, events, strlen(events), group.server, is_gapless);
  const bool agrees = is_as_expected(&world, &expected, sentence, sizeof sentence);
  world_print_scenario(stdout, &world, &expected);
  printf("# %s\n", agrees ? "the library agrees" : sentence);
  return agrees ? 0 : 1;
}

int main(int argument_count, char **arguments) {
  bool is_all = false, is_gapless = false;
  const char *set = NULL, *events = NULL, *server = "truncate,delete";
  int status = 0;
  for (int i = 1; i < argument_count && status == 0; i++) {
    const bool has_more = i + 1 < argument_count;
    if (strcmp(arguments[i], "--all") == 0) {
      is_all = true;
    } else if (strcmp(arguments[i], "--gapless") == 0) {
      is_gapless = true;
    } else if (strcmp(arguments[i], "--set") == 0 && has_more) {
      set = arguments[++i];
    } else if (strcmp(arguments[i], "--world") == 0 && has_more) {
      events = arguments[++i];
    } else if (strcmp(arguments[i], "--server") == 0 && has_more) {
      server = arguments[++i];
    } else if (strcmp(arguments[i], "--help") == 0) {
      fputs(usage, stdout);
      return 0;
    } else {
      status = 2;
    }
  }
  if (status == 0) status = events != NULL ? run_world(events, server, is_gapless) : run_sets(is_all, set);
  if (status == 2) fputs(usage, stderr);
  return status;
}
