/* How the words of one line are taken: in their order, by key, or as a flag; and the three kinds of lines that
 * are read so. Every function leaves the first thing that went wrong in `problem` and goes on harmlessly. */
#ifndef RUNNER_GRAMMAR_H
#define RUNNER_GRAMMAR_H

#include "scenario.h"
#include "words.h"

/* Bounds that keep a mistyped number from running for days. */
enum {
  MAXIMUM_MS = 86400000,
  MAXIMUM_DELTA_MS = 1000,
  MAXIMUM_BYTES = 134217728,
  MAXIMUM_INDEX = 1000000,
  MAXIMUM_CONTENT = 65535
};

struct reader {
  struct arena *arena;
  struct words words;
  bool *used;          /* one for each word */
  const char *problem; /* the first one; NULL while all is well */
};

struct reader reader_start(struct arena *arena, struct words words);
void reader_refuse(struct reader *reader, const char *sentence);
/* Ends a line: refuses words that nobody took. */
void reader_end(struct reader *reader);

/* The next word without a key that nobody took; `what` names it for people. */
struct slice take_id(struct reader *reader, const char *what);
/* The same, but it may be missing (NULL bytes). */
struct slice take_optional_id(struct reader *reader);
/* The next word without a key, in quotes or not. */
struct slice take_text(struct reader *reader, const char *what);
int64_t take_number(struct reader *reader, const char *what, int64_t maximum);
/* NUMBER or NUMBER~TOLERANCE. */
int64_t take_measure(struct reader *reader, const char *what, int64_t *tolerance);
bool take_flag(struct reader *reader, const char *word);

/* By key; NULL bytes or NOT_GIVEN if it was not written. */
struct slice take_key(struct reader *reader, const char *key);
int64_t take_key_number(struct reader *reader, const char *key, int64_t maximum);
int64_t take_key_measure(struct reader *reader, const char *key, int64_t *tolerance);
/* The place of a key's value among `choices`, or NOT_GIVEN. */
int64_t take_key_choice(struct reader *reader, const char *key, const char *const choices[], size_t count);
/* The place of `word` among `choices`; refuses it if it is none of them. */
int64_t choose(struct reader *reader, const char *what, struct slice word, const char *const choices[],
               size_t count);
bool parse_number(struct slice text, int64_t maximum, int64_t *number);

void config_set_defaults(struct scenario_config *config);
/* The line behind `config`, `>` and `<`; the first word is taken already. */
void read_config(struct reader *reader, struct scenario_config *config, size_t line);
/* Capabilities of a server with commas between, as RTMULTI_SERVER_... bits. */
uint32_t read_capabilities(struct reader *reader, struct slice text);
struct input read_input(struct reader *reader, const struct scenario_config *config);
struct expectation read_expectation(struct reader *reader);

#endif
