/* One line of a scenario, cut into words: spaces, quotes, escapes, comments and UTF-8. What the words mean
 * is no business of this file. */
#ifndef RUNNER_WORDS_H
#define RUNNER_WORDS_H

#include "arena.h"

enum word_shape {
  WORD_BARE,   /* A */
  WORD_QUOTED, /* "two words" */
  WORD_PAIR    /* key=value or key="a value" */
};

struct word {
  enum word_shape shape;
  struct slice key;   /* of a pair; else empty */
  struct slice value; /* with its escapes resolved */
};

struct words {
  struct word *list;
  size_t count;
};

/* Splits a line (without its newline). Returns NULL, or a sentence that says what is wrong with it. */
const char *words_split(struct arena *arena, struct slice line, struct words *words);

#endif
