/* rtmulti-simulate: conversations by the thousand with the real library, in as many processes as the machine has
 * cores. Reads the command line, tells what failed and how to see it again, and sums up. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "self_test.h"
#include "shrink.h"
#include "world.h"

static const char usage[] =
    "usage: rtmulti-simulate [--seeds N] [--first SEED] [--jobs N]\n"
    "       rtmulti-simulate --seed SEED            one conversation, with its lines\n"
    "       rtmulti-simulate [--seed SEED] FILE...  scenario files under the same eyes (with that seed's "
    "temper)\n"
    "       rtmulti-simulate --self-test            plants faults, and sees each of them found\n"
    "Exit status: 0 no rule was broken, 1 one was, 2 the command line is wrong.\n";

enum { MAXIMUM_JOBS = 64, SHOWN_FAILURES = 12, SECONDS_FOR_ONE = 20 };

/* What one process shares with its parent, which reads it also after a crash. */
struct job {
  uint64_t first, end, seed; /* the seed at hand */
  struct tallies tallies;
  struct transcript transcript;
};

static const char *program;

/* ---- a failure ---- */

static void tell_failure(struct job *job, const char *sentence, int *shown) {
  char path[128];
  bool has_temper = false;
  size_t lines = 0;
  job->tallies.violations += 1;
  if ((*shown)++ >= SHOWN_FAILURES) return;
  mkdir("build", 0777);
  mkdir("build/simulation", 0777);
  snprintf(path, sizeof path, "build/simulation/seed-%llu.scenario", (unsigned long long)job->seed);
  const bool is_short = shrink(&job->transcript, job->seed, sentence, path, &has_temper, &lines);
  printf("FAIL seed %llu: %s\n", (unsigned long long)job->seed, sentence);
  printf("  again:   %s --seed %llu\n", program, (unsigned long long)job->seed);
  if (is_short) {
    char with[32] = "";
    if (has_temper) snprintf(with, sizeof with, "--seed %llu ", (unsigned long long)job->seed);
    printf("  shorter: %s %s%s   (%zu lines)\n", program, with, path, lines);
  } else {
    printf("  whole:   %s   (its lines alone do not fail)\n", path);
  }
  fflush(stdout);
}

/* ---- many seeds ---- */

static void run_seeds(struct job *job) {
  static struct world world;
  int shown = 0;
  for (; job->seed < job->end; job->seed++) {
    alarm(SECONDS_FOR_ONE);
    const struct failure failure = world_run(&world, job->seed, &job->transcript, &job->tallies, PLANT_NONE);
    alarm(0);
    if (failure.line != 0) tell_failure(job, failure.sentence, &shown);
    conversation_free(&world.conversation);
  }
}

static pid_t start_job(struct job *job) {
  fflush(stdout);
  const pid_t child = fork();
  if (child != 0) return child;
  run_seeds(job);
  exit(0); /* not _exit: a sanitizer looks for leaks now */
}

/* A process that did not come to its end tells of its seed; with status 0 nothing is wrong. Returns whether seeds are
 * left to go on with. */
static bool tell_end(struct job *job, int status, int *shown) {
  if (status == 0) return false;
  if (job->seed == job->end) {
    job->tallies.violations += 1;
    printf("FAIL behind the last seed: %s; what it printed is above\n", complaint_of_end(status).sentence);
    return false;
  }
  job->tallies.conversations += 1;
  tell_failure(job, complaint_of_end(status).sentence, shown);
  job->seed += 1;
  return true;
}

/* Sees a job to its end; one that crashed goes on behind its seed. */
static void await_jobs(struct job *jobs, pid_t *children, int count) {
  int running = count;
  int shown = 0;
  while (running > 0) {
    int status = 0;
    const pid_t child = wait(&status);
    int at = 0;
    while (at < count && children[at] != child) at += 1;
    if (at == count) continue;
    if (tell_end(&jobs[at], status, &shown)) {
      children[at] = start_job(&jobs[at]);
    } else {
      running -= 1;
    }
  }
}

static int simulate(uint64_t first, uint64_t count, int job_count) {
  struct job *jobs =
      mmap(NULL, sizeof *jobs * (size_t)job_count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t children[MAXIMUM_JOBS];
  struct tallies sum = {0};
  const time_t begin = time(NULL);
  if (jobs == MAP_FAILED) {
    fputs("There is not enough memory for the processes of the simulation.\n", stderr);
    return 2;
  }
  for (int i = 0; i < job_count; i++) {
    jobs[i].first = jobs[i].seed = first + count * (uint64_t)i / (uint64_t)job_count;
    jobs[i].end = first + count * (uint64_t)(i + 1) / (uint64_t)job_count;
    children[i] = start_job(&jobs[i]);
  }
  await_jobs(jobs, children, job_count);
  for (int i = 0; i < job_count; i++) tallies_add(&sum, &jobs[i].tallies);
  printf("seeds %llu to %llu, %d processes, %lld s\n", (unsigned long long)first,
         (unsigned long long)(first + count - 1), job_count, (long long)(time(NULL) - begin));
  tallies_print(&sum);
  printf("simulation: %llu passed, %llu failed\n", (unsigned long long)(count - sum.violations),
         (unsigned long long)sum.violations);
  return sum.violations == 0 ? 0 : 1;
}

/* ---- one seed, and files ---- */

static int show_seed(uint64_t seed) {
  static struct world world;
  static struct transcript transcript;
  struct tallies tallies = {0};
  const struct failure failure = world_run(&world, seed, &transcript, &tallies, PLANT_NONE);
  fputs(transcript.text, stdout);
  if (failure.line != 0) printf("FAIL line %zu: %s\n", failure.line, failure.sentence);
  conversation_free(&world.conversation);
  printf("simulation: %d passed, %d failed\n", failure.line == 0, failure.line != 0);
  return failure.line == 0 ? 0 : 1;
}

static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  char *text = malloc(TRANSCRIPT_BYTES);
  *size = 0;
  if (file == NULL || text == NULL) return NULL;
  *size = fread(text, 1, TRANSCRIPT_BYTES, file);
  fclose(file);
  return text;
}

static int check_files(char **paths, int count, bool has_temper, uint64_t seed) {
  int failed = 0;
  for (int i = 0; i < count; i++) {
    size_t size = 0;
    char *text = read_file(paths[i], &size);
    if (text == NULL) {
      fprintf(stderr, "%s cannot be read.\n", paths[i]);
      return 2;
    }
    const struct complaint complaint = complaint_of(text, size, has_temper, seed);
    if (complaint.has_failed) printf("FAIL %s: %s\n", paths[i], complaint.sentence);
    failed += complaint.has_failed ? 1 : 0;
    free(text);
  }
  printf("simulation: %d passed, %d failed\n", count - failed, failed);
  return failed == 0 ? 0 : 1;
}

/* ---- the command line ---- */

static int core_count(void) {
  const long cores = sysconf(_SC_NPROCESSORS_ONLN);
  return cores < 1 ? 1 : cores > MAXIMUM_JOBS ? MAXIMUM_JOBS : (int)cores;
}

static int misused(bool wants_help) {
  fputs(usage, wants_help ? stdout : stderr);
  return wants_help ? 0 : 2;
}

int main(int argument_count, char **arguments) {
  uint64_t first = 1, count = 1000, seed = 0;
  bool has_seed = false;
  int jobs = core_count();
  int i = 1;
  program = arguments[0];
  for (; i < argument_count && strncmp(arguments[i], "--", 2) == 0; i++) {
    if (strcmp(arguments[i], "--self-test") == 0) return self_test();
    if (strcmp(arguments[i], "--help") == 0) return misused(true);
    if (i + 1 == argument_count) return misused(false);
    const char *option = arguments[i++];
    const uint64_t number = strtoull(arguments[i], NULL, 10);
    if (strcmp(option, "--seeds") == 0) {
      count = number;
    } else if (strcmp(option, "--first") == 0) {
      first = number;
    } else if (strcmp(option, "--jobs") == 0 && number > 0 && number <= MAXIMUM_JOBS) {
      jobs = (int)number;
    } else if (strcmp(option, "--seed") == 0) {
      seed = number;
      has_seed = true;
    } else {
      return misused(false);
    }
  }
  if (i < argument_count) return check_files(arguments + i, argument_count - i, has_seed, seed);
  if (has_seed) return show_seed(seed);
  return count == 0 ? misused(false) : simulate(first, count, jobs);
}
