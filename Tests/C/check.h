/* Counting checks for the test programs of this folder: each failed one says where and what. Nothing of the
 * library is known here. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>

static int check_passed;
static int check_failed;

static inline int check_that(int holds, const char *what, const char *file, int line) {
  if (holds) {
    check_passed += 1;
    return 1;
  }
  check_failed += 1;
  printf("FAIL %s:%d: %s\n", file, line, what);
  return 0;
}

static inline int check_number(long long expected, long long came, const char *what, const char *file, int line) {
  if (expected == came) {
    check_passed += 1;
    return 1;
  }
  check_failed += 1;
  printf("FAIL %s:%d: %s: %lld was expected, came %lld\n", file, line, what, expected, came);
  return 0;
}

/* The last line of every program; what main returns. */
static inline int check_end(const char *name) {
  printf("%s: %d passed, %d failed\n", name, check_passed, check_failed);
  return check_failed == 0 ? 0 : 1;
}

#define CHECK(condition) check_that((condition), #condition, __FILE__, __LINE__)
#define CHECK_EQUAL(expected, value) \
  check_number((long long)(expected), (long long)(value), #value, __FILE__, __LINE__)

#endif
