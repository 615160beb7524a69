/* How messages and responses settle, by themselves or by an interrupt. When is reference.c's. */
#ifndef SMALL_WORLDS_SETTLING_H
#define SMALL_WORLDS_SETTLING_H

#include "truth.h"

void record(struct truth *truth, struct message *message, int outcome);
void stop_speaking(struct truth *truth, int which);
void settle_response(struct truth *truth, int which);
bool can_settle(const struct truth *truth, const struct message *message);
void settle_with_earlier(struct truth *truth, struct message *message);
void cancel_what_is_held_back(struct truth *truth);
void cut(struct truth *truth, int named, bool is_listener);

#endif
