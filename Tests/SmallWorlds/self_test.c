/* The comparison put to the test: right accounts are altered, one place at a time, and each alteration must be
 * seen. Nothing of the library is asked here. */
#include "self_test.h"

#include <rtmulti.h>
#include <string.h>

#include "law.h"
#include "reference.h"

static const struct {
  const char *events;
  uint32_t server;
} samples[] = {
    {"aAApbBTI",
     RTMULTI_SERVER_TRUNCATES | RTMULTI_SERVER_DELETES}, /* TRUNC, DELETE, and an order between them */
    {"aATxpbBcCTI", RTMULTI_SERVER_TRUNCATES | RTMULTI_SERVER_SYNCS},
    {"aAxpbBTTTE", RTMULTI_SERVER_TRUNCATES},
    {"aATbBI", 0},
};

struct tally {
  size_t caught, missed;
};

static void expect_difference(struct tally *tally, const struct world *world, const struct account *right,
                              const struct account *altered, const char *how) {
  char sentence[256];
  if (accounts_differ(right, altered, world, sentence, sizeof sentence)) {
    tally->caught += 1;
    return;
  }
  tally->missed += 1;
  printf("FAIL self-test: in %.*s this was not seen: %s\n", (int)world->own_count, world->events, how);
}

static bool is_same_family(const struct told *one, const struct told *other) {
  return account_family(one->kind) == account_family(other->kind);
}

/* The next thing told of the same family; `count` if there is none. */
static size_t next_of_family(const struct account *account, size_t place) {
  size_t next = place + 1;
  while (next < account->count && !is_same_family(&account->told[place], &account->told[next])) next += 1;
  return next;
}

static void alter_at(struct tally *tally, const struct world *world, const struct account *right,
                     size_t place) {
  struct account altered = *right;
  struct told *told = &altered.told[place];
  told->ms += 1;
  expect_difference(tally, world, right, &altered, "P is off by one");
  *told = right->told[place], told->step += 1;
  expect_difference(tally, world, right, &altered, "it comes one event late");
  *told = right->told[place], told->subject = (told->subject + 1) % ITEM_COUNT;
  expect_difference(tally, world, right, &altered, "it is about another item");
  if (told->kind == TOLD_MESSAGE) {
    *told = right->told[place],
    told->outcome = told->outcome == RTMULTI_OUTCOME_FULL ? RTMULTI_OUTCOME_PARTIAL : RTMULTI_OUTCOME_FULL;
    expect_difference(tally, world, right, &altered, "the outcome is another");
    *told = right->told[place], told->texts += 1;
    expect_difference(tally, world, right, &altered, "a piece of text is too many");
  }
  if (told->kind == TOLD_SYNC) {
    *told = right->told[place], told->kept[0] = told->kept[0] == 'C' ? 'B' : 'C';
    expect_difference(tally, world, right, &altered, "another item is kept");
    *told = right->told[place], told->dropped[0] = '\0';
    expect_difference(tally, world, right, &altered, "nothing is dropped");
  }
  altered = *right;
  memmove(told, told + 1, (altered.count - place - 1) * sizeof *told);
  altered.count -= 1;
  expect_difference(tally, world, right, &altered, "one thing is left out");
  altered = *right;
  account_tell(&altered, altered.told[place]);
  expect_difference(tally, world, right, &altered, "one thing is told twice");
  altered = *right;
  const size_t next = next_of_family(right, place);
  if (next == right->count) return;
  altered.told[place] = right->told[next];
  altered.told[next] = right->told[place];
  expect_difference(tally, world, right, &altered, "two of a family have changed places");
}

/* Without one of its commands, or with one for more than was heard, the law is broken. */
static void break_the_law(struct tally *tally, const struct world *world, const struct account *right) {
  char sentence[256];
  for (size_t place = 0; place < right->count; place++) {
    struct account altered = *right;
    if (right->told[place].kind != TOLD_TRUNCATE && right->told[place].kind != TOLD_DELETE) continue;
    if (altered.told[place].kind == TOLD_TRUNCATE) altered.told[place].ms += 1;
    /* A delete of what the server does not hold any more. */
    if (altered.told[place].kind == TOLD_DELETE) account_tell(&altered, altered.told[place]);
    if (altered.count > right->count) altered.told[right->count].step = altered.told[right->count - 1].step;
    if (law_holds(world, &altered, sentence, sizeof sentence)) {
      tally->missed += 1;
      printf("FAIL self-test: in %.*s a wrong command has broken no law\n", (int)world->own_count,
             world->events);
    } else {
      tally->caught += 1;
    }
    altered = *right;
    memmove(&altered.told[place], &altered.told[place + 1],
            (altered.count - place - 1) * sizeof altered.told[0]);
    altered.count -= 1;
    if (law_holds(world, &altered, sentence, sizeof sentence)) {
      tally->missed += 1;
      printf("FAIL self-test: in %.*s a missing command has broken no law\n", (int)world->own_count,
             world->events);
    } else {
      tally->caught += 1;
    }
  }
}

void self_test(size_t *caught, size_t *missed) {
  struct tally tally = {0, 0};
  for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
    struct world world;
    struct account right;
    char sentence[256];
    world_make(&world, samples[i].events, strlen(samples[i].events), samples[i].server, false);
    reference_live(&world, &right);
    for (size_t place = 0; place < right.count; place++) alter_at(&tally, &world, &right, place);
    if (!law_holds(&world, &right, sentence, sizeof sentence)) {
      tally.missed += 1;
      printf("FAIL self-test: the reference breaks the law in %s: %s\n", samples[i].events, sentence);
    }
    if (samples[i].server == (RTMULTI_SERVER_TRUNCATES | RTMULTI_SERVER_DELETES))
      break_the_law(&tally, &world, &right);
    struct account altered = right;
    altered.heard_ms[0] += 1;
    expect_difference(&tally, &world, &right, &altered, "more was heard");
  }
  *caught = tally.caught;
  *missed = tally.missed;
}
