/* Which small worlds there are: sets of events, and the servers and sinks to which they happen. */
#ifndef SMALL_WORLDS_SETS_H
#define SMALL_WORLDS_SETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world_set {
  const char *name;
  const char *events;  /* letters of world.h; a letter that stands there twice may happen twice */
  const char *servers; /* in make test: letters of sets_server; --all takes every one */
  bool is_for_all;     /* only with --all, and then with these servers, for it is large */
};

extern const struct world_set sets[];
extern const size_t sets_count;

/* Every kind of server and of sink. */
extern const char sets_all_servers[];
/* The servers that each set is run with when all are asked for. */
extern const char sets_usual_servers[];

/* The RTMULTI_SERVER_... bits of a letter, and its name; a capital has a gapless sink. */
uint32_t sets_server(char letter, const char **name, bool *is_gapless);

/* Calls `visit` with every sequence of 1 to `longest` events of the set, each once. Returns how many there
 * were. */
size_t sets_walk(const struct world_set *set, size_t longest,
                 void (*visit)(void *memory, const char *events, size_t count), void *memory);

#endif
