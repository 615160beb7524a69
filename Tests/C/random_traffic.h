/* A random conversation as a list of what happens when: the same one can be given to several sessions. What a
 * session makes of it, and what is compared, is not known here.
 *
 * Servers send the audio of one message after that of another and may be late with their `done` events. Audio that
 * comes for a message after the next one has begun (rule A4), and messages that are passed over (rule A3), are left
 * out: there a few milliseconds decide what is right, and the scenarios look at them one by one. */
#ifndef RANDOM_TRAFFIC_H
#define RANDOM_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "random.h"

enum { MAXIMUM_ACTIONS = 512, MAXIMUM_ITEMS = 8, MAXIMUM_RESPONSES = 2, MAXIMUM_INTERRUPTS = 3 };

enum action_kind {
  ACTION_RESPONSE,
  ACTION_ITEM,
  ACTION_AUDIO,
  ACTION_DONE, /* of the part and of the item */
  ACTION_RESPONSE_DONE,
  ACTION_PAUSE,
  ACTION_RESUME,
  ACTION_INTERRUPT
};

enum { EVERYTHING = -1 };

struct action {
  int at_ms;
  enum action_kind kind;
  int response; /* an interrupt may cover EVERYTHING */
  int item;
  int ms; /* of audio */
};

struct traffic {
  uint64_t seed;
  bool is_gapless;
  uint32_t write_ahead_ms; /* of a sink that reports */
  int response_count, item_count;
  struct action actions[MAXIMUM_ACTIONS];
  int count;
};

static void add_action(struct traffic *traffic, struct action action) {
  if (traffic->count == MAXIMUM_ACTIONS) abort();
  /* Sorted as it grows; what happens in the same millisecond keeps the order in which it was added. */
  int place = traffic->count++;
  for (; place > 0 && traffic->actions[place - 1].at_ms > action.at_ms; place--)
    traffic->actions[place] = traffic->actions[place - 1];
  traffic->actions[place] = action;
}

/* A device takes 10 ms at a time. Without gapless a message that ends inside such a block costs the rest of it, and
 * that adds up over messages; so only gapless traffic has lengths that are no multiple of 10 ms. Pauses begin and
 * end at multiples of 10 ms for the same reason. */
static int random_length(struct traffic *traffic, uint64_t *state, int least, int most) {
  const int ms = random_from(state, least, most);
  return traffic->is_gapless ? ms : (ms + 9) / 10 * 10;
}

/* The audio of one message, in a burst, in bursts with starvation between them, or trickling. Returns when it ends. */
static int add_audio(struct traffic *traffic, uint64_t *state, int at_ms, struct action audio) {
  enum { BURST, BURSTS, TRICKLE } shape = random_from(state, BURST, TRICKLE);
  int left_ms = random_length(traffic, state, 60, 700);
  /* The first piece lasts for some blocks, so that no driver can have played nothing of it for long. */
  int least_ms = 60;
  while (left_ms > 0) {
    audio.at_ms = at_ms;
    audio.ms = shape == BURST    ? left_ms
               : shape == BURSTS ? random_length(traffic, state, least_ms, 300)
                                 : random_length(traffic, state, least_ms, 60);
    least_ms = 10;
    if (audio.ms > left_ms) audio.ms = left_ms;
    left_ms -= audio.ms;
    add_action(traffic, audio);
    if (left_ms > 0) at_ms += shape == BURSTS ? random_from(state, 50, 500) : random_from(state, 5, 70);
  }
  return at_ms;
}

static int add_response(struct traffic *traffic, uint64_t *state, int response, int at_ms) {
  const bool is_batched = random_from(state, 0, 2) == 0;
  const int count = random_from(state, 1, 4);
  add_action(traffic, (struct action){.at_ms = at_ms, .kind = ACTION_RESPONSE, .response = response});
  const int first_item = traffic->item_count;
  for (int i = 0; i < count; i++) {
    struct action action = {.at_ms = at_ms, .kind = ACTION_ITEM, .response = response};
    action.item = traffic->item_count++;
    add_action(traffic, action);
    const bool is_empty = random_from(state, 0, 11) == 0;
    if (!is_empty) {
      action.kind = ACTION_AUDIO;
      at_ms = add_audio(traffic, state, at_ms, action);
    }
    if (!is_empty && is_batched) continue;
    action.kind = ACTION_DONE;
    action.at_ms = at_ms;
    add_action(traffic, action);
    at_ms += random_from(state, 0, 150);
  }
  at_ms += is_batched ? random_from(state, 0, 400) : 0;
  for (int item = first_item; is_batched && item < traffic->item_count; item++) {
    add_action(traffic, (struct action){at_ms, ACTION_DONE, response, item, 0});
  }
  add_action(traffic, (struct action){.at_ms = at_ms, .kind = ACTION_RESPONSE_DONE, .response = response});
  return at_ms;
}

/* The conversation of a seed: one or two responses of one to four messages, interrupts and pauses. */
static inline void make_traffic(struct traffic *traffic, uint64_t seed) {
  uint64_t state = seed;
  static const uint32_t write_aheads_ms[] = {100, 300, UINT32_MAX};
  *traffic = (struct traffic){.seed = seed};
  traffic->is_gapless = random_from(&state, 0, 1) == 1;
  traffic->write_ahead_ms = write_aheads_ms[random_from(&state, 0, 2)];
  traffic->response_count = random_from(&state, 1, MAXIMUM_RESPONSES);
  int at_ms = random_from(&state, 0, 30);
  for (int response = 0; response < traffic->response_count; response++) {
    at_ms = add_response(traffic, &state, response, at_ms) + random_from(&state, 0, 600);
  }
  for (int i = random_from(&state, 0, MAXIMUM_INTERRUPTS); i > 0; i--) {
    struct action action = {.at_ms = random_from(&state, 0, at_ms + 1000), .kind = ACTION_INTERRUPT};
    action.response = random_from(&state, EVERYTHING, traffic->response_count - 1);
    add_action(traffic, action);
  }
  int paused_ms = 10 * random_from(&state, 0, at_ms / 10);
  for (int i = random_from(&state, 0, 2); i > 0; i--) {
    const int resumed_ms = paused_ms + 10 * random_from(&state, 1, 60);
    add_action(traffic, (struct action){.at_ms = paused_ms, .kind = ACTION_PAUSE});
    add_action(traffic, (struct action){.at_ms = resumed_ms, .kind = ACTION_RESUME});
    paused_ms = resumed_ms + 10 * random_from(&state, 1, 60);
  }
}

#endif
