/* Feeds every input of the committed corpus, and every one that once broke something, to its target, without a fuzzer
 * and with the library as it is shipped. Each in a process of its own, so that one that ends it hides no other.
 *
 * usage: fuzz-replay FOLDER     a folder with corpus/TARGET and failures/TARGET in it */
#define _POSIX_C_SOURCE 200809L /* for scandir, which C11 does not have */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "laws.h"

/* The targets' LLVMFuzzerTestOneInput, which the Makefile gives these names. */
int json_target(const uint8_t *data, size_t size);
int audio_target(const uint8_t *data, size_t size);
int scenario_target(const uint8_t *data, size_t size);
int calls_target(const uint8_t *data, size_t size);

enum { LONGEST_INPUT = 1 << 20, LONGEST_PATH = 4096, LONGEST_SECONDS = 20 };

static const struct target {
  const char *name;
  int (*run)(const uint8_t *data, size_t size);
} targets[] = {
    {"json", json_target}, {"audio", audio_target}, {"scenario", scenario_target}, {"calls", calls_target}};

static int passed, failed;

static void run_file(const struct target *target, const char *path) {
  fflush(stdout);
  const pid_t child = fork();
  if (child < 0) {
    perror("fork");
    exit(2);
  }
  if (child == 0) {
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(LONGEST_INPUT);
    if (file == NULL || data == NULL) _exit(2);
    const size_t size = fread(data, 1, LONGEST_INPUT, file);
    laws_take_their_time = true;
    alarm(LONGEST_SECONDS);
    target->run(data, size);
    _exit(0);
  }
  int status = 0;
  if (waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    passed += 1;
    return;
  }
  failed += 1;
  printf("FAIL %s: %s %d\n", path, WIFSIGNALED(status) ? "ended by signal" : "ended with",
         WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static int run_folder(const struct target *target, const char *folder) {
  struct dirent **entries = NULL;
  char path[LONGEST_PATH];
  int count = 0;
  const int found = scandir(folder, &entries, NULL, alphasort);
  for (int i = 0; i < found; i++) {
    if (entries[i]->d_name[0] != '.') {
      snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
      run_file(target, path);
      count += 1;
    }
    free(entries[i]);
  }
  free(entries);
  return count;
}

int main(int argument_count, char **arguments) {
  if (argument_count != 2) {
    fputs("usage: fuzz-replay FOLDER\n", stderr);
    return 2;
  }
  for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
    char folder[LONGEST_PATH];
    snprintf(folder, sizeof folder, "%s/corpus/%s", arguments[1], targets[i].name);
    if (run_folder(&targets[i], folder) == 0) {
      failed += 1;
      printf("FAIL %s: a corpus was expected, and there is none\n", folder);
    }
    snprintf(folder, sizeof folder, "%s/failures/%s", arguments[1], targets[i].name);
    run_folder(&targets[i], folder);
  }
  printf("fuzz replay: %d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
