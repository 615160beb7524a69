/* small-worlds: scratch */
#include <rtmulti.h>
#include <string.h>
#include <stdlib.h>
#include "player.h"
#include "reference.h"
static long worlds, failed, limit = 10;
static uint32_t server = 3; static bool gapless;
static bool verify(const char *events, size_t count, bool show) {
  struct world world; struct account expected, came; char sentence[400];
  world_make(&world, events, count, server, gapless);
  reference_live(&world, &expected);
  bool ok = player_live(&world, &came, sentence, sizeof sentence);
  char s2[400];
  bool d = accounts_differ(&expected, &came, &world, s2, sizeof s2);
  worlds++;
  if (ok && !d && !show) return true;
  if (!ok || d) failed++;
  if (failed <= limit || show) {
    printf("%s world %.*s server=%u gapless=%d: %s\n", !ok || d ? "FAIL" : "ok", (int)count, events, server, gapless, d ? s2 : sentence);
    if (!ok && d) printf("   also: %s\n", sentence);
    if (show) world_print_scenario(stdout, &world, &expected);
  }
  return false;
}
static char left[20]; static char path[20];
static void walk(int depth, int max, int n) {
  if (depth > 0) verify(path, depth, false);
  if (depth == max) return;
  if (depth >= 2 && path[depth - 2] == 'Q') return;
  for (int i = 0; i < n; i++) {
    if (left[i] == 0) continue;
    char c = left[i];
    bool dup = false;
    for (int j = 0; j < i; j++) if (left[j] == c) dup = true;
    if (dup) continue;
    left[i] = 0; path[depth] = c;
    walk(depth + 1, max, n);
    left[i] = c;
  }
}
int main(int argc, char **argv) {
  server = (uint32_t)atoi(argv[2]); gapless = atoi(argv[3]);
  if (argc > 5) limit = atol(argv[5]);
  if (strcmp(argv[4], "show") == 0) return !verify(argv[1], strlen(argv[1]), true);
  strcpy(left, argv[1]);
  walk(0, atoi(argv[4]), (int)strlen(argv[1]));
  printf("%ld worlds, %ld failed\n", worlds, failed);
}
