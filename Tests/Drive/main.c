/* rtmulti-drive: a second, independent driver. It plays conversations drawn from seeds through all doors of librtmulti
 * at once, and compares: door with door, the server's memory with the ear, each record with both, a replay with what
 * was. It knows the law from docs/rules/RULES.md alone, and shares no line with Tests/Simulation. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "self_test.h"
#include "talk.h"

static const char usage[] =
    "usage: rtmulti-drive [--first N] [--seeds N] [--jobs N] [--log] [--steps N] [--self-test]\n"
    "  --first N    the first seed (1)\n"
    "  --seeds N    how many (2000)\n"
    "  --jobs N     on so many cores (all of them)\n"
    "  --log        print each conversation: what was said, and what the first session did\n"
    "  --steps N    end each conversation after so many steps\n"
    "  --self-test  plant faults between the library and this driver, and see each found\n";

/* What one core has come to; it lies where all of them can write. */
struct share {
  struct tallies tallies;
  uint64_t failed;
  bool is_whole; /* it came to its end */
};

enum { MOST_JOBS = 64 };

static struct talk talk;

static bool run(uint64_t seed, int steps, bool has_log, bool is_quiet, struct tallies *into) {
  static struct journal journal;
  memset(&talk, 0, sizeof talk);
  talk.doors.journal = journal;
  talk.tallies = into;
  talk.has_log = has_log;
  talk.is_quiet = is_quiet;
  const bool is_right = talk_run(&talk, seed, steps);
  journal = talk.doors.journal;
  return is_right;
}

/* The shortest beginning of the conversation that is wrong as well. */
static void tell(uint64_t seed, int most) {
  static struct tallies ignored;
  int steps = most > 0 ? most : talk.plan.steps;
  int step = 1;
  while (step < steps && run(seed, step, false, true, &ignored)) step++;
  if (run(seed, step, true, true, &ignored)) run(seed, most, true, true, &ignored), step = most;
  printf("FAIL seed %" PRIu64 ": %s\n  again: build/rtmulti-drive --first %" PRIu64 " --seeds 1 --steps %d --log\n",
         seed, talk.wrong, seed, step);
  fflush(stdout);
}

static void sum_up(const struct tallies *t) {
  printf("%" PRIu64 " conversations in %" PRIu64 " sessions: %" PRIu64 " inputs, %" PRIu64 " effects, %" PRIu64
         " responses, %" PRIu64 " messages (%" PRIu64 " full, %" PRIu64 " partial, %" PRIu64 " skipped, %" PRIu64
         " as text), %" PRIu64 " interrupts, %" PRIu64 " commands, %" PRIu64 " inputs from inside callbacks, %" PRIu64
         " partial writes, %" PRIu64 " wrong reports, %" PRIu64 " sinks swapped, %" PRIu64 " pauses, %" PRIu64
         " reconnects, %" PRIu64 " replays; %" PRIu64 " messages compared with the ear to the millisecond\n",
         t->conversations, t->sessions, t->steps, t->effects, t->responses, t->messages, t->full, t->partial,
         t->skipped, t->text_only, t->interrupts, t->commands, t->nested, t->partial_writes, t->wrong_reports, t->swaps,
         t->pauses, t->reconnects, t->replays, t->exact);
}

struct order {
  uint64_t first, seeds;
  int jobs, steps;
  bool has_log;
};

/* Every so many-th seed, from the one that is this job's. */
static void run_share(const struct order *order, int job, struct share *share) {
  for (uint64_t seed = order->first + (uint64_t)job; seed < order->first + order->seeds;
       seed += (uint64_t)order->jobs) {
    if (run(seed, order->steps, order->has_log, !order->has_log, &share->tallies)) continue;
    share->failed += 1;
    if (order->has_log)
      printf("FAIL seed %" PRIu64 ": %s\n", seed, talk.wrong);
    else if (share->failed <= 50)
      tell(seed, order->steps);
  }
  share->is_whole = true;
}

static int run_all(const struct order *order) {
  struct share *shares =
      mmap(NULL, MOST_JOBS * sizeof *shares, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shares == MAP_FAILED) return 2;
  fflush(stdout);
  for (int job = 1; job < order->jobs; job++) {
    if (fork() != 0) continue;
    run_share(order, job, &shares[job]);
    fflush(stdout);
    _exit(0);
  }
  run_share(order, 0, &shares[0]);
  fflush(stdout);
  while (wait(NULL) > 0) continue;
  struct tallies all = {0};
  uint64_t failed = 0;
  for (int job = 0; job < order->jobs; job++) {
    const uint64_t *from = (const uint64_t *)&shares[job].tallies;
    for (size_t i = 0; i < sizeof all / sizeof *from; i++) ((uint64_t *)&all)[i] += from[i];
    failed += shares[job].failed;
    if (shares[job].is_whole) continue;
    printf("FAIL job %d of %d broke off behind %" PRIu64 " conversations\n", job, order->jobs, from[0]);
    failed += 1;
  }
  sum_up(&all);
  printf("%" PRIu64 " passed, %" PRIu64 " failed\n", all.conversations - failed, failed);
  return failed > 0;
}

int main(int count, char **arguments) {
  const long cores = sysconf(_SC_NPROCESSORS_ONLN);
  struct order order = {.first = 1, .seeds = 2000, .jobs = cores < 1 ? 1 : (int)cores};
  material_make();
  for (int i = 1; i < count; i++) {
    const bool has_value = i + 1 < count;
    if (strcmp(arguments[i], "--self-test") == 0) return self_test();
    if (strcmp(arguments[i], "--log") == 0)
      order.has_log = true;
    else if (strcmp(arguments[i], "--first") == 0 && has_value)
      order.first = strtoull(arguments[++i], NULL, 10);
    else if (strcmp(arguments[i], "--seeds") == 0 && has_value)
      order.seeds = strtoull(arguments[++i], NULL, 10);
    else if (strcmp(arguments[i], "--jobs") == 0 && has_value)
      order.jobs = atoi(arguments[++i]);
    else if (strcmp(arguments[i], "--steps") == 0 && has_value)
      order.steps = atoi(arguments[++i]);
    else {
      fputs(usage, stderr);
      return 2;
    }
  }
  if (order.jobs < 1 || order.has_log) order.jobs = 1;
  if (order.jobs > MOST_JOBS) order.jobs = MOST_JOBS;
  return run_all(&order);
}
