/* How the server of a session behaves, all its life: it bursts, stalls, refuses, ends early, or its line breaks. Nothing is
 * sent here: talker.h asks before it sends. What each must come to in the accounts is the same for all. */
#ifndef TEMPER_H
#define TEMPER_H

#include "account.h"

enum { EVEN_BURST_TICKS = 4 /* four times as fast as anybody speaks */, WHOLE_MESSAGE_TICKS = 75 };
enum { SHORTEST_STALL_TICKS = 10, LONGEST_STALL_TICKS = 150 };

/* How many ticks of audio the server sends in one. */
static inline int temper_burst(const struct talker *talker) {
  return talker->temper == TEMPER_BURSTS ? WHOLE_MESSAGE_TICKS : EVEN_BURST_TICKS;
}

/* Whether the server says nothing in this tick. It stalls anywhere, between two deltas of one message too. */
static inline bool temper_stalls(struct talker *talker) {
  if (talker->temper != TEMPER_STALLS) return false;
  if (talker->stall_ticks == 0 && random_from(&talker->random, 0, 9) == 0) {
    talker->stall_ticks = random_from(&talker->random, SHORTEST_STALL_TICKS, LONGEST_STALL_TICKS);
    talker->account->stalls += 1;
  }
  if (talker->stall_ticks == 0) return false;
  talker->stall_ticks -= 1;
  return true;
}

/* Whether the message that has just been sent was the last one, without a word of its end, though more were planned. */
static inline bool temper_ends_early(struct talker *talker) {
  if (talker->temper != TEMPER_ENDS_EARLY || random_from(&talker->random, 0, 2) != 0) return false;
  talker->account->early_ends += 1;
  return true;
}

/* How a response ends that was not interrupted. */
static inline const char *temper_status(struct talker *talker, bool is_early) {
  static const char *const early[] = {"incomplete", "failed", "cancelled"};
  return is_early ? early[random_from(&talker->random, 0, 2)] : "completed";
}

/* Whether the server refuses a command; one in four is refused by any. */
static inline bool temper_refuses(struct talker *talker) {
  return talker->temper == TEMPER_REFUSES || random_from(&talker->random, 0, 3) == 0;
}

/* One talk in so many loses its line. */
static inline int temper_talks_a_loss(const struct talker *talker) { return talker->temper == TEMPER_LOSES_LINE ? 2 : 20; }

#endif
