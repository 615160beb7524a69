/* How packets are lost: each by itself, or in bursts. The same seed loses the same packets for everybody. What is in
 * the packets is not known here. */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <math.h>

#include "../C/random_traffic.h" /* its random_bits */
#include "stream.h"

enum pattern { RANDOM_LOSS, BURSTY_LOSS, PATTERNS };

/* Gilbert's model: in its good state nothing is lost, in its bad one everything, and how long a bad one lasts is
 * memoryless, three packets (60 ms) in the mean. */
enum { MEAN_BURST_PACKETS = 3 };

struct losses {
  bool is_lost[MAXIMUM_STREAM_PACKETS];
  int count;
  int longest_burst;
};

static inline double random_share(uint64_t *state) { return (double)(random_bits(state) >> 11) * 0x1p-53; }

static inline void draw_once(struct losses *losses, uint64_t *state, int count, enum pattern pattern, double share) {
  const double leaves = pattern == BURSTY_LOSS ? 1.0 / MEAN_BURST_PACKETS : 1 - share;
  const double enters = pattern == BURSTY_LOSS ? share * leaves / (1 - share) : share;
  int burst = 0;
  bool is_bad = random_share(state) < share;
  losses->count = losses->longest_burst = 0;
  for (int i = 0; i < count; i++) {
    losses->is_lost[i] = is_bad;
    losses->count += is_bad;
    burst = is_bad ? burst + 1 : 0;
    if (burst > losses->longest_burst) losses->longest_burst = burst;
    is_bad = random_share(state) < (is_bad ? 1 - leaves : enters);
  }
}

/* Draws until the share that is lost is within a tenth of what it should be, for a cell is about that share and not
 * about luck. The last packet always arrives: nobody could know that it is missing. */
static inline void draw_losses(struct losses *losses, uint64_t seed, int count, enum pattern pattern,
                               int loss_percent) {
  const double share = loss_percent / 100.0, wanted = share * (count - 1);
  uint64_t state = seed;
  do draw_once(losses, &state, count - 1, pattern, share);
  while (fabs(losses->count - wanted) > wanted / 10);
  losses->is_lost[count - 1] = false;
}

#endif
