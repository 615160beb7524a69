/* The sets of small worlds, and the walk over all sequences of one. What a world comes to is not known here. */
#include "sets.h"

#include <rtmulti.h>
#include <string.h>

#include "world.h"

/* Each set brings one kind of event into the company of two messages and of time. */
const struct world_set sets[] = {
    {"turns", "aApbBTTT", "tTn", false},
    {"late audio", "aAAbBTTp", "tTs", false},
    {"late dones", "aAbBpqTT", "t", false},
    {"interrupt", "aApbBTTI", "tS", false},
    {"interrupt twice", "aAbBTTIH", "ti", false},
    {"response done", "aApbBTTE", "ts", false},
    {"response cancelled", "aAbBTTKI", "i", false},
    {"after the end", "aATTEABI", "tsB", false},
    {"pause", "aAbBTPRT", "T", false},
    {"pause and interrupt", "aAbBTPRI", "t", false},
    {"sink replaced", "aAbBTTSI", "T", false},
    {"sink replaced in a pause", "aATTSPRI", "t", false},
    {"text", "aAxbyTTI", "b", false},
    {"text and dones", "aAxbBpTT", "t", false},
    {"text of nobody", "aATxyBTE", "n", false},
    {"text of nobody in a pause", "aAbBzPTE", "t", false},
    {"late item", "aATIcCrE", "t", false},
    {"late item, interrupted later", "aATTIcCr", "sb", false},
    {"late audio after an interrupt", "aAbTTIAB", "tbN", false},
    {"close", "aAbBTTAQ", "tTsbo", false},
    {"close after an interrupt", "aAbBTIQT", "ib", false},
    {"three messages", "aAbcCTTT", "tTs", false},
    {"two responses", "aANbBTTI", "ts", false},
    {"two responses by name", "aANbBTJL", "t", false},
    {"two responses that end", "aAENbBFT", "t", false},
    {"response done lost", "aANBWWAp", "ts", false},
    {"response done lost, then late", "aANBWAET", "tb", false},
    {"response done lost while idle", "aANbBFWI", "t", false},
    {"cut by the server", "aAbBTTkI", "tTsy", false},
    {"second cut by the server", "aAbBTTlI", "tb", false},
    {"cut by the server, late audio", "aAbBTTkA", "ty", false},
    {"cut and dropped by the server", "aAbBTTkd", "ts", false},
    {"dropped by the server", "aAbBTTdI", "tsb", false},
    {"second dropped by the server", "aAbBTTeI", "ty", false},
    {"everything", "aAbBpTTTIE", "tTbs", true},
    {"everything paused", "aAbBTTPRIS", "tT", true},
    {"everything closed", "aAAbBTTIcQ", "tTbs", true},
    {"everything in two responses", "aAENbBFTTJ", "ts", true},
};
const size_t sets_count = sizeof sets / sizeof sets[0];

const char sets_all_servers[] = "tTbBdDsSyYnNiIoO";
/* A server that plays by itself sends no audio (F4), and these worlds are full of it: only the sets that name it have it. */
const char sets_usual_servers[] = "tTbBdDsSyYnNiI";

uint32_t sets_server(char letter, const char **name, bool *is_gapless) {
  static const struct {
    char letter;
    const char *name;
    uint32_t bits;
  } servers[] = {
      {'t', "truncate,delete", RTMULTI_SERVER_TRUNCATES | RTMULTI_SERVER_DELETES},
      {'b', "truncate", RTMULTI_SERVER_TRUNCATES},
      {'d', "delete", RTMULTI_SERVER_DELETES},
      {'s', "truncate,sync", RTMULTI_SERVER_TRUNCATES | RTMULTI_SERVER_SYNCS},
      {'y', "sync", RTMULTI_SERVER_SYNCS},
      {'n', "none", 0},
      {'i', "truncate,delete,interrupts",
       RTMULTI_SERVER_TRUNCATES | RTMULTI_SERVER_DELETES | RTMULTI_SERVER_INTERRUPTS},
      {'o', "delete,owns_playout", RTMULTI_SERVER_DELETES | RTMULTI_SERVER_OWNS_PLAYOUT},
  };
  *is_gapless = letter >= 'A' && letter <= 'Z';
  if (*is_gapless) letter = (char)(letter - 'A' + 'a');
  for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++) {
    if (servers[i].letter != letter) continue;
    *name = servers[i].name;
    return servers[i].bits;
  }
  *name = "unknown";
  return 0;
}

/* ---- the walk ---- */

struct walk {
  char left[32]; /* the events that have not happened, '.' for those that have */
  char path[WORLD_EVENTS_LIMIT];
  size_t longest, worlds;
  void (*visit)(void *memory, const char *events, size_t count);
  void *memory;
};

/* Whether the same letter is left further ahead: two events of the same letter are one and the same call, so
 * which of them comes first makes no other world. */
static bool is_repeated(const struct walk *walk, size_t place) {
  return memchr(walk->left, walk->left[place], place) != NULL;
}

/* What follows a close is answered with CLOSED and reaches nobody, whatever it is: one event shows that, and
 * further ones would be that same world again. A second close answers CLOSED as well. */
static bool is_over(const struct walk *walk, size_t count) {
  return count >= 2 && walk->path[count - 2] == 'Q';
}

static void walk_from(struct walk *walk, size_t count) {
  if (count > 0) {
    walk->visit(walk->memory, walk->path, count);
    walk->worlds += 1;
  }
  if (count == walk->longest || is_over(walk, count)) return;
  for (size_t place = 0; walk->left[place] != '\0'; place++) {
    const char letter = walk->left[place];
    if (letter == '.' || is_repeated(walk, place)) continue;
    walk->left[place] = '.';
    walk->path[count] = letter;
    walk_from(walk, count + 1);
    walk->left[place] = letter;
  }
}

size_t sets_walk(const struct world_set *set, size_t longest,
                 void (*visit)(void *memory, const char *events, size_t count), void *memory) {
  struct walk walk = {.longest = longest, .visit = visit, .memory = memory};
  if (strlen(set->events) >= sizeof walk.left || longest > sizeof walk.path) return 0;
  strcpy(walk.left, set->events);
  walk_from(&walk, 0);
  return walk.worlds;
}
