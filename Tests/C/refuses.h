/* A call that must be refused, with its sentence; for the tests of the sentences alone. */
#ifndef REFUSES_H
#define REFUSES_H

#include "conversation.h"

/* The session whose last error is looked at. */
static rtmulti_session *session;

static void check_sentence(rtmulti_result expected, rtmulti_result came, const char *sentence, const char *call,
                           const char *file, int line) {
  check_number(expected, came, call, file, line);
  const char *said = rtmulti_session_last_error(session);
  if (!check_that(strcmp(said, sentence) == 0, call, file, line))
    printf("  expected: %s\n  said:     %s\n", sentence, said);
}

#define REFUSES(expected, call, sentence) \
  check_sentence(RTMULTI_ERROR_##expected, (call), sentence, #call, __FILE__, __LINE__)

#endif
