/* The bounds of a thread's own stack are no part of POSIX. */
#define _GNU_SOURCE
#include "CStack.h"

#include <pthread.h>
#include <stddef.h>

/* The bounds of the calling thread's own stack; false where the system does not tell them. */
static bool stack_bounds(const char **lowest, const char **end) {
#if defined(__APPLE__)
  *end = pthread_get_stackaddr_np(pthread_self());
  *lowest = *end - pthread_get_stacksize_np(pthread_self());
  return true;
#else
  pthread_attr_t attributes;
  void *base = NULL;
  size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return false;
  const bool is_known = pthread_attr_getstack(&attributes, &base, &size) == 0;
  pthread_attr_destroy(&attributes);
  *lowest = base;
  *end = *lowest + size;
  return is_known;
#endif
}

bool stack_was_left(const void *left, const void *here) {
  const char *const old = left, *const young = here;
  const char *lowest, *end;
  return young >= old && stack_bounds(&lowest, &end) && old >= lowest && young < end;
}
