/* Where a call stands on its thread's stack: how the library notices that a callback was left without a return. What
 * follows from it is not known here. */
#ifndef CSTACK_H
#define CSTACK_H

#include <stdbool.h>

/* The frame of the function in which this is written. */
static inline __attribute__((always_inline)) const void *stack_frame(void) { return __builtin_frame_address(0); }

/* Whether a call whose frame was `left` cannot be running any more, for a younger call on the same thread has its frame
 * `here`, no deeper in the stack. False where the two do not both lie in the thread's own stack, as with a fiber, whose
 * stack lies anywhere. */
bool stack_was_left(const void *left, const void *here);

#endif
