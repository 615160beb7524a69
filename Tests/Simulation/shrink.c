/* A failing conversation is made short; see shrink.h. */
#include "shrink.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAXIMUM_LINES = 8192, MAXIMUM_TRIES = 1500, SECONDS_FOR_ONE = 10 };

struct lines {
  char *list[MAXIMUM_LINES];
  size_t count;
};

struct shrinker {
  struct lines lines;
  uint64_t seed;
  bool has_temper;
  char kind[256];
  int tries;
};

/* ---- one try ---- */

struct complaint complaint_of_end(int status) {
  struct complaint complaint = {.has_failed = true};
  /* A letter instead of a number, for numbers do not tell one kind of failure from another. */
  if (WIFSIGNALED(status)) {
    snprintf(complaint.sentence, sizeof complaint.sentence, "the process was ended by signal %c",
             'A' + WTERMSIG(status));
  } else {
    snprintf(complaint.sentence, sizeof complaint.sentence, "the process ended itself, as a sanitizer does");
  }
  return complaint;
}

struct complaint complaint_of(const char *text, size_t size, bool has_temper, uint64_t seed) {
  struct complaint *shared =
      mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  struct complaint complaint = {.has_failed = false};
  if (shared == MAP_FAILED) return complaint;
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    struct arena arena = {NULL};
    alarm(SECONDS_FOR_ONE);
    if (freopen("/dev/null", "w", stderr) == NULL)
      _exit(1); /* lines that are no lines any more need no words */
    const struct failure failure = conversation_replay(text, size, has_temper, seed, PLANT_NONE, &arena);
    shared->has_failed = failure.line != 0;
    if (failure.line != 0) snprintf(shared->sentence, sizeof shared->sentence, "%s", failure.sentence);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  complaint = *shared;
  munmap(shared, sizeof *shared);
  if (status != 0) complaint = complaint_of_end(status);
  return complaint;
}

/* What two failures of one kind have in common: the sentence without its ids, numbers and quotes. */
static void kind_of(const char *sentence, char kind[256]) {
  size_t size = 0;
  while (*sentence != '\0' && *sentence != '"' && *sentence != '`' && size < 250) {
    size_t word = 0;
    bool has_digit = false;
    while (sentence[word] != '\0' && sentence[word] != ' ' && sentence[word] != '"' && sentence[word] != '`') {
      has_digit = has_digit || isdigit((unsigned char)sentence[word]);
      word += 1;
    }
    const bool is_rule = size == 0 && word > 0 && sentence[word - 1] == ':';
    for (size_t i = 0; i < word && size < 250; i++) {
      if (!has_digit || is_rule) kind[size++] = sentence[i];
    }
    sentence += word;
    if (*sentence == ' ') {
      kind[size++] = ' ';
      sentence += 1;
    }
  }
  kind[size] = '\0';
}

static bool still_fails(struct shrinker *shrinker) {
  static char text[TRANSCRIPT_BYTES];
  char kind[256];
  size_t size = 0;
  if (shrinker->tries++ >= MAXIMUM_TRIES) return false;
  for (size_t i = 0; i < shrinker->lines.count; i++) {
    const size_t length = strlen(shrinker->lines.list[i]);
    memcpy(text + size, shrinker->lines.list[i], length);
    text[size + length] = '\n';
    size += length + 1;
  }
  const struct complaint complaint = complaint_of(text, size, shrinker->has_temper, shrinker->seed);
  if (!complaint.has_failed) return false;
  kind_of(complaint.sentence, kind);
  return strcmp(kind, shrinker->kind) == 0;
}

/* ---- what is tried ---- */

/* Without `size` lines from `first` on, if it still fails then. */
static bool try_without(struct shrinker *shrinker, size_t first, size_t size) {
  static struct lines before;
  before = shrinker->lines;
  if (first + size > before.count) size = before.count - first;
  memmove(&shrinker->lines.list[first], &shrinker->lines.list[first + size],
          (before.count - first - size) * sizeof *before.list);
  shrinker->lines.count -= size;
  if (still_fails(shrinker)) return true;
  shrinker->lines = before;
  return false;
}

static bool drop_lines(struct shrinker *shrinker) {
  bool has_changed = false;
  for (size_t size = (shrinker->lines.count + 1) / 2; size > 0; size /= 2) {
    for (size_t first = 0; first < shrinker->lines.count;) {
      if (try_without(shrinker, first, size)) {
        has_changed = true;
      } else {
        first += size;
      }
    }
  }
  return has_changed;
}

static char *print_line(const char *format, const char *before, long long number, const char *after) {
  char line[1024];
  snprintf(line, sizeof line, format, before, number, after);
  return strdup(line);
}

static bool try_line(struct shrinker *shrinker, size_t at, char *line) {
  char *before = shrinker->lines.list[at];
  shrinker->lines.list[at] = line;
  if (still_fails(shrinker)) return true;
  shrinker->lines.list[at] = before;
  free(line);
  return false;
}

static bool is_advance(const char *line) { return strncmp(line, "> advance ", 10) == 0; }

static bool join_advances(struct shrinker *shrinker) {
  bool has_changed = false;
  for (size_t i = 0; i + 1 < shrinker->lines.count;) {
    char *first = shrinker->lines.list[i];
    char *second = shrinker->lines.list[i + 1];
    if (is_advance(first) && is_advance(second)) {
      shrinker->lines.list[i + 1] = print_line(
          "%s%lld%s", "> advance ", strtoll(first + 10, NULL, 10) + strtoll(second + 10, NULL, 10), "");
      if (try_without(shrinker, i, 1)) {
        has_changed = true;
        continue;
      }
      shrinker->lines.list[i + 1] = second;
    }
    i += 1;
  }
  return has_changed;
}

/* Simpler is what has fewer digits that are not 0, and then what is smaller; so no number is tried in a circle. */
static bool is_simpler(long long candidate, long long number) {
  int digits = 0;
  for (long long rest = candidate; rest > 0; rest /= 10) digits += rest % 10 != 0;
  for (long long rest = number; rest > 0; rest /= 10) digits -= rest % 10 != 0;
  return digits < 0 || (digits == 0 && candidate < number);
}

/* Rounder and smaller numbers in the place of those that stand alone or behind a =. */
static bool round_numbers(struct shrinker *shrinker) {
  bool has_changed = false;
  for (size_t i = 0; i < shrinker->lines.count; i++) {
    for (size_t at = 1; shrinker->lines.list[i][at] != '\0'; at++) {
      const char *line = shrinker->lines.list[i];
      if (line[0] != '>' || !isdigit((unsigned char)line[at]) || (line[at - 1] != ' ' && line[at - 1] != '='))
        continue;
      char *end = NULL;
      const long long number = strtoll(line + at, &end, 10);
      const long long candidates[] = {
          0,          number / 2 / 100 * 100, number / 100 * 100,    (number + 99) / 100 * 100,
          number / 2, number / 10 * 10,       (number + 9) / 10 * 10};
      if (number == 0 || (*end != '\0' && *end != ' ')) continue;
      const char *before = arena_copy(&(struct arena){NULL}, line, at).bytes;
      const char *after = arena_copy(&(struct arena){NULL}, end, strlen(end)).bytes;
      for (size_t c = 0; c < sizeof candidates / sizeof *candidates; c++) {
        if (candidates[c] < 0 || !is_simpler(candidates[c], number)) continue;
        if (try_line(shrinker, i, print_line("%s%lld%s", before, candidates[c], after))) {
          has_changed = true;
          break;
        }
      }
    }
  }
  return has_changed;
}

/* Without its last words, one at a time. */
static bool drop_words(struct shrinker *shrinker) {
  bool has_changed = false;
  for (size_t i = 0; i < shrinker->lines.count; i++) {
    for (;;) {
      const char *line = shrinker->lines.list[i];
      const char *last = strrchr(line, ' ');
      if (last == NULL || last - line < 3 || strchr(last, '=') == NULL) break;
      char *shorter = strdup(line);
      shorter[last - line] = '\0';
      if (!try_line(shrinker, i, shorter)) break;
      has_changed = true;
    }
  }
  return has_changed;
}

static void split(struct lines *lines, const char *text) {
  while (*text != '\0' && lines->count < MAXIMUM_LINES) {
    const char *newline = strchr(text, '\n');
    const size_t size = newline == NULL ? strlen(text) : (size_t)(newline - text);
    lines->list[lines->count++] = strndup(text, size);
    text += size + (newline == NULL ? 0 : 1);
  }
}

static void write_file(const struct shrinker *shrinker, const char *sentence, const char *path) {
  FILE *file = fopen(path, "w");
  if (file == NULL) return;
  fprintf(file, "# %s\n", sentence);
  fprintf(file, "# Seed %llu of the simulation, shortened%s.\n", (unsigned long long)shrinker->seed,
          shrinker->has_temper ? "; it fails only with that seed's temper (--seed N FILE)" : "");
  for (size_t i = 0; i < shrinker->lines.count; i++) fprintf(file, "%s\n", shrinker->lines.list[i]);
  fclose(file);
}

bool shrink(const struct transcript *transcript, uint64_t seed, const char *sentence, const char *path,
            bool *has_temper, size_t *line_count) {
  static struct shrinker shrinker;
  shrinker = (struct shrinker){.seed = seed, .has_temper = false};
  kind_of(sentence, shrinker.kind);
  split(&shrinker.lines, transcript->text);
  if (!still_fails(&shrinker)) {
    shrinker.has_temper = true;
    if (!still_fails(&shrinker)) {
      write_file(&shrinker, sentence, path);
      return false;
    }
  }
  bool is_shorter = true;
  while (is_shorter && shrinker.tries < MAXIMUM_TRIES) {
    is_shorter = drop_lines(&shrinker);
    is_shorter = join_advances(&shrinker) || is_shorter;
    is_shorter = round_numbers(&shrinker) || is_shorter;
    is_shorter = drop_words(&shrinker) || is_shorter;
  }
  write_file(&shrinker, sentence, path);
  *has_temper = shrinker.has_temper;
  *line_count = shrinker.lines.count;
  return true;
}
