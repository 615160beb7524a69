/* Whose turn it is at the sink. Each of those that do one thing say whether they did. */
#ifndef SMALL_WORLDS_TURNS_H
#define SMALL_WORLDS_TURNS_H

#include "truth.h"

void give_to_sink(struct message *message);
bool has_had_turn(const struct truth *truth, int response);
bool begin_one(struct truth *truth);
bool pass_one_by(struct truth *truth);
bool end_one_without_word(struct truth *truth);

/* To be asked before any of them: the moments from which the patiences count. */
void note_moments(struct truth *truth);

#endif
