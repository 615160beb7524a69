/* Which thread a call is on, and where it stands on that thread's stack: how the library knows who is inside a session, and
 * notices that a callback was left without a return. What follows from it is not known here. */
#ifndef CSTACK_H
#define CSTACK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* The frame of the function in which this is written. */
static inline __attribute__((always_inline)) const void *stack_frame(void) { return __builtin_frame_address(0); }

/* The calling thread, as a number that is no other living thread's and never 0. A system is free to name threads by a number
 * or by a pointer; C can convert both. */
static inline __attribute__((always_inline)) uintptr_t stack_thread(void) { return (uintptr_t)pthread_self(); }

/* Whether a call whose frame was `left` cannot be running any more, for a younger call on the same thread has its frame
 * `here`, no deeper in the stack. False where the two do not both lie in the thread's own stack, as with a fiber, whose
 * stack lies anywhere. */
bool stack_was_left(const void *left, const void *here);

#endif
