/* How every benchmark measures and says what it found: a monotonic clock, interleaved pairs, percentiles, and
 * one line of JSON for each figure, which run.py reads. What is measured stands in the programs. */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Pairs for each ratio: enough that the machine's other work, which hits single runs, leaves the median alone. */
enum { PAIRS = 101, WARM_UP_RUNS = 5 };

/* A benchmark that cannot do its work says why and ends: a figure of work that was not done is worth nothing. */
static inline void require(int holds, const char *sentence) {
  if (holds) return;
  fprintf(stderr, "benchmark: %s\n", sentence);
  exit(1);
}

static inline int64_t clock_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* --- statistics ---------------------------------------------------------------------------------------- */

static inline int compare_doubles(const void *left, const void *right) {
  const double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

/* The value that `share` (0 to 1) of them do not exceed. Sorts `values`. */
static inline double percentile(double *values, size_t count, double share) {
  qsort(values, count, sizeof *values, compare_doubles);
  return values[(size_t)(share * (double)(count - 1) + 0.5)];
}

static inline double median(double *values, size_t count) { return percentile(values, count, 0.5); }

/* --- interleaved pairs --------------------------------------------------------------------------------- */

/* One run of the work; returns what it took, in nanoseconds for one unit of the work. */
typedef double timed_run(void *work);

struct pairs {
  double ratio;        /* subject / reference, the median over the pairs */
  double same_again;   /* reference / reference, found in the same way: how far `ratio` is to be trusted */
  double reference_ns; /* medians */
  double subject_ns;
};

/* Runs reference and subject in turn, and beside each such pair one of the reference with itself. Within a pair
 * the order changes from round to round, so that neither gains from what the other left in the caches. */
static inline struct pairs measure_pairs(timed_run *reference, void *reference_work, timed_run *subject,
                                         void *subject_work) {
  static double ratios[PAIRS], same_again[PAIRS], reference_ns[PAIRS], subject_ns[PAIRS];
  for (int i = 0; i < WARM_UP_RUNS; i++) reference(reference_work), subject(subject_work);
  for (int i = 0; i < PAIRS; i++) {
    const int is_turned = i % 2;
    if (is_turned) subject_ns[i] = subject(subject_work);
    reference_ns[i] = reference(reference_work);
    if (!is_turned) subject_ns[i] = subject(subject_work);
    ratios[i] = subject_ns[i] / reference_ns[i];
    const double first = reference(reference_work), second = reference(reference_work);
    same_again[i] = is_turned ? first / second : second / first;
  }
  return (struct pairs){.ratio = median(ratios, PAIRS),
                        .same_again = median(same_again, PAIRS),
                        .reference_ns = median(reference_ns, PAIRS),
                        .subject_ns = median(subject_ns, PAIRS)};
}

/* --- what was found ------------------------------------------------------------------------------------ */

struct figure {
  const char *name;
  const char *unit; /* "ns", "ratio", "allocations", "KiB" */
  double value;
  double at_most;    /* the target; 0 where there is none and `is_none_allowed` is not set */
  int is_none_allowed; /* the target is 0 */
  double same_again; /* the A/A beside a ratio or a time; 0 where nothing was timed */
};

static inline void print_figure(struct figure figure) {
  printf("{\"figure\": \"%s\", \"unit\": \"%s\", \"value\": %.6g", figure.name, figure.unit, figure.value);
  if (figure.at_most > 0 || figure.is_none_allowed) printf(", \"at_most\": %.6g", figure.at_most);
  if (figure.same_again > 0) printf(", \"same_again\": %.4f", figure.same_again);
  printf("}\n");
}

/* --- counting instructions ----------------------------------------------------------------------------- */

/* Every program can also do a fixed amount of its work and nothing else, for callgrind:
 *
 *   PROGRAM --count CASE ROUNDS [argument of the program]
 *
 * It prints how many units of work that was; run.py subtracts two such runs. */
struct count_request {
  const char *what; /* the case, or NULL: measure as usual */
  int rounds;
};

static inline struct count_request count_request(int *argc, char ***argv) {
  struct count_request request = {NULL, 0};
  if (*argc < 4 || strcmp((*argv)[1], "--count") != 0) return request;
  request.what = (*argv)[2];
  request.rounds = atoi((*argv)[3]);
  require(request.rounds > 0, "--count CASE ROUNDS needs at least one round");
  *argc -= 3, *argv += 3;
  return request;
}

static inline void print_units(int64_t units) { printf("{\"units\": %lld}\n", (long long)units); }

#endif
