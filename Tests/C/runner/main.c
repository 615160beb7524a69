/* rtmulti-harness: runs scenario files through the C ABI of librtmulti. Reads the command line, prints one line
 * for each file and the sum, and answers with the exit status of the page. */
#include <stdio.h>
#include <string.h>

#include "run.h"

static const char usage[] =
    "usage: rtmulti-harness [--poll] [--trace] FILE...\n"
    "  --poll   take the effects by polling instead of by callback\n"
    "  --trace  print every effect and the result of every input\n"
    "Exit status: 0 all passed, 1 one failed, 2 a file could not be read.\n";

enum outcome { OUTCOME_PASSED = 0, OUTCOME_FAILED = 1, OUTCOME_UNREADABLE = 2 };

static enum outcome run_file(const char *path, struct options options) {
  struct arena arena = {NULL};
  struct scenario scenario;
  struct scenario_error error;
  struct failure failure = {0, NULL};
  enum outcome outcome = OUTCOME_PASSED;
  if (!scenario_load(&arena, path, &scenario, &error)) {
    outcome = OUTCOME_UNREADABLE;
    failure = (struct failure){error.line, error.sentence};
  } else {
    failure = run_scenario(&arena, &scenario, options);
    if (failure.line != 0) outcome = OUTCOME_FAILED;
  }
  if (outcome == OUTCOME_PASSED) {
    printf("PASS %s\n", path);
  } else {
    printf("FAIL %s:%zu: %s\n", path, failure.line, failure.sentence);
  }
  arena_free(&arena);
  return outcome;
}

int main(int argument_count, char **arguments) {
  struct options options = {.polls = false};
  size_t passed = 0;
  size_t failed = 0;
  enum outcome worst = OUTCOME_PASSED;
  int first = 1;
  for (; first < argument_count && strncmp(arguments[first], "--", 2) == 0; first++) {
    if (strcmp(arguments[first], "--poll") == 0) {
      options.polls = true;
    } else if (strcmp(arguments[first], "--trace") == 0) {
      options.traces = true;
    } else {
      const bool wants_help = strcmp(arguments[first], "--help") == 0;
      fputs(usage, wants_help ? stdout : stderr);
      return wants_help ? 0 : 2;
    }
  }
  if (first == argument_count) {
    fputs(usage, stderr);
    return 2;
  }
  for (int i = first; i < argument_count; i++) {
    const enum outcome outcome = run_file(arguments[i], options);
    if (outcome > worst) worst = outcome;
    if (outcome == OUTCOME_PASSED) {
      passed += 1;
    } else {
      failed += 1;
    }
    fflush(stdout);
  }
  printf("%zu passed, %zu failed\n", passed, failed);
  return (int)worst;
}
