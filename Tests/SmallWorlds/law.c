/* A server that remembers: it sends what the world says, obeys what the account says, and is compared with the
 * ear in the end. It refuses what a real one refuses. Neither the library nor the reference is known here, and
 * both have to stand before it. */
#include "law.h"

#include <rtmulti.h>
#include <string.h>

struct held {
  bool is_announced, is_deleted, is_truncated;
  bool is_cut, is_dropped; /* by the server itself (F10) */
  int response;
  int ms;
};

struct server {
  const struct world *world;
  struct held items[ITEM_COUNT];
  bool is_generating[RESPONSE_COUNT];
  bool has_second;                /* from then on it is the newest */
  bool has_audio[RESPONSE_COUNT]; /* it has sent some */
  bool is_closed; /* what is said now reaches nobody */
};

/* What nobody announced is in the newest response, what was announced where the world says. */
static void announce_and_send(struct server *server, int item, int ms, bool is_named) {
  struct held *held = &server->items[item];
  if (!held->is_announced) held->response = server->has_second && (item > 0 || !is_named) ? 1 : 0;
  held->is_announced = true;
  if (ms > 0) server->has_audio[held->response] = true;
  if (!held->is_truncated && !held->is_cut && !held->is_deleted) held->ms += ms;
}

static void say(struct server *server, char letter) {
  if (server->is_closed) return;
  if (letter >= 'a' && letter <= 'c') announce_and_send(server, letter - 'a', 0, true);
  if (letter >= 'A' && letter <= 'C') announce_and_send(server, letter - 'A', AUDIO_MS, false);
  /* A5: a transcript where there is audio says nothing of an item that nobody knows; it may stand for another one's. */
  const bool says_item = !server->has_audio[server->has_second ? 1 : 0];
  if (letter >= 'x' && letter <= 'z' && says_item) announce_and_send(server, letter - 'x', 0, false);
  if (letter == 'E' || letter == 'K') server->is_generating[0] = false;
  if (letter == 'F') server->is_generating[1] = false;
  if (letter == 'N') server->is_generating[1] = server->has_second = true;
}

/* F10: what it does to its own memory. */
static void change_by_itself(struct server *server, int step) {
  const int cut = world_cut_by_server(server->world, step), dropped = world_dropped_by_server(server->world, step);
  if (server->is_closed) return;
  if (cut >= 0 && server->items[cut].ms > SERVER_CUT_MS) {
    server->items[cut].ms = SERVER_CUT_MS;
    server->items[cut].is_cut = true;
  }
  if (dropped >= 0) server->items[dropped].is_deleted = server->items[dropped].is_dropped = true;
}

/* Why the server refuses this; NULL when it obeys. */
static const char *obey(struct server *server, const struct told *told) {
  if (told->kind == TOLD_CANCEL) {
    if (!server->is_generating[told->subject]) return "generates nothing that could be cancelled";
    server->is_generating[told->subject] = false;
  }
  if (told->kind == TOLD_SYNC) {
    for (const char *item = told->dropped; *item != '\0'; item++) {
      if (server->items[*item - 'A'].is_dropped) return "holds no such item";
      server->items[*item - 'A'].is_deleted = true;
    }
    for (const char *item = told->kept; *item != '\0'; item++) {
      if (server->items[*item - 'A'].is_deleted) return "holds no such item";
    }
  }
  if (told->kind != TOLD_TRUNCATE && told->kind != TOLD_DELETE) return NULL;
  struct held *held = &server->items[told->subject];
  if (!held->is_announced || held->is_deleted) return "holds no such item";
  if (told->kind == TOLD_DELETE) {
    held->is_deleted = true;
    return NULL;
  }
  if (held->is_truncated) return "was told so before";
  if (held->ms == 0 || told->ms > held->ms) return "holds less than that";
  held->is_truncated = true;
  held->ms = told->ms;
  return NULL;
}

/* As in the scenarios, a server that cannot do what the law needs is not held to it. */
static bool can_keep_it(uint32_t server) {
  const uint32_t forgets = RTMULTI_SERVER_DELETES | RTMULTI_SERVER_SYNCS;
  return (server & RTMULTI_SERVER_TRUNCATES) != 0 && (server & forgets) != 0 &&
         (server & RTMULTI_SERVER_OWNS_PLAYOUT) == 0;
}

bool law_holds(const struct world *world, const struct account *account, char *sentence, size_t size) {
  struct server server = {.world = world, .is_generating = {true}};
  size_t next = 0;
  for (int step = 0; world->events[step] != '\0'; step++) {
    say(&server, world->events[step]);
    change_by_itself(&server, step);
    for (; next < account->count && next < TOLD_LIMIT && account->told[next].step == step; next++) {
      const char *refusal = obey(&server, &account->told[next]);
      if (refusal == NULL) continue;
      snprintf(sentence, size, "the server refuses command %d of event %d (%c): it %s", (int)next + 1, step + 1,
               world->events[step], refusal);
      return false;
    }
    if (world->events[step] == 'Q') server.is_closed = true;
  }
  for (int item = 0; item < ITEM_COUNT && can_keep_it(world->server); item++) {
    const int held_ms = server.items[item].is_deleted ? 0 : server.items[item].ms;
    if (held_ms == account->heard_ms[item]) continue;
    /* F10: what it has cut by itself nobody can give it back. */
    const bool is_its_own = server.items[item].is_cut || server.items[item].is_dropped;
    if (is_its_own && held_ms < account->heard_ms[item]) continue;
    snprintf(sentence, size, "the server holds %d ms of %c in the end, of which %d were heard", held_ms,
             'A' + item, account->heard_ms[item]);
    return false;
  }
  return true;
}
