/* The bounds of a thread's own stack are no part of POSIX. */
#define _GNU_SOURCE
#include "CStack.h"

#include <pthread.h>
#include <stddef.h>

bool stack_was_left(const void *left, const void *here) {
  const char *const old = left, *const young = here;
  if (young < old) return false;
  pthread_attr_t attributes;
  void *lowest = NULL;
  size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return false;
  const bool is_known = pthread_attr_getstack(&attributes, &lowest, &size) == 0;
  pthread_attr_destroy(&attributes);
  return is_known && old >= (char *)lowest && young < (char *)lowest + size;
}
