/* The events of a server as the programs beside the peers get them: audio deltas of 20 to 200 ms as JSON, with the words of their
 * transcript. What is measured stands in the programs. */
#ifndef PEER_EVENTS_H
#define PEER_EVENTS_H

#include "conversation.h"

enum { WORD_MS = 400, LONGEST_MS = 200 };
enum { LONGEST_BYTES = RATE_HZ / 1000 * LONGEST_MS * 2, LONGEST_EVENT = LONGEST_BYTES / 3 * 4 + 512 };

struct delta_events {
  int delta_ms;
  size_t delta_bytes;
  uint8_t pcm[LONGEST_BYTES];
  char base64[LONGEST_EVENT];
  char event[LONGEST_EVENT]; /* the newest */
};

static inline void make_pcm(struct delta_events *events, int delta_ms) {
  require(delta_ms >= DELTA_MS && delta_ms <= LONGEST_MS && delta_ms % DELTA_MS == 0,
          "a delta has 20 to 200 ms, in steps of 20");
  events->delta_ms = delta_ms;
  events->delta_bytes = (size_t)(RATE_HZ / 1000 * delta_ms * 2);
  uint32_t noise = 2463534242u; /* base64 of anything else than noise would be kind to branch predictors */
  for (size_t i = 0; i < events->delta_bytes; i++) {
    noise ^= noise << 13, noise ^= noise >> 17, noise ^= noise << 5;
    events->pcm[i] = (uint8_t)noise;
  }
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t length = 0;
  for (size_t i = 0; i + 2 < events->delta_bytes; i += 3) { /* any whole 20 ms are divisible by three */
    const uint32_t three = (uint32_t)events->pcm[i] << 16 | (uint32_t)events->pcm[i + 1] << 8 | events->pcm[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) events->base64[length++] = letters[three >> shift & 63];
  }
}

/* An event of the conversation's message, in events->event; returns its size. */
static inline size_t make_event(struct delta_events *events, const struct conversation *conversation, const char *kind,
                                int number, const char *delta) {
  const int size = snprintf(events->event, sizeof events->event,
                            "{\"type\":\"response.%s.delta\",\"event_id\":\"event_BzGdkWpC_%c%07d\",\"response_id\":\"%s\","
                            "\"item_id\":\"%s\",\"output_index\":0,\"content_index\":0,\"delta\":\"%s\"}",
                            kind, kind[strlen(kind) - 1], number, conversation->response.text, conversation->item.text, delta);
  require(size > 0 && (size_t)size < sizeof events->event, "the event is too long");
  return (size_t)size;
}

/* Whether a word of the transcript comes with this delta. */
static inline int has_word(const struct delta_events *events, int number) {
  return number * events->delta_ms % WORD_MS < events->delta_ms;
}

static inline void receive(struct conversation *conversation, const char *event, size_t size) {
  require(rtmulti_session_receive_json(conversation->session, event, size) == RTMULTI_OK, "an event was refused");
}

#endif
