/* What does rtmulti cost from C, for each 20 ms from the event of a server to a sink that hears at once, over the least that
 * it can cost (json_floor.cpp)? And what without the JSON, when the audio is decoded already, with its text and without?
 * `make bench-peers` asks, with the peers beside it; json_event.c is the finer instrument for an event of 100 ms.
 *
 * One run is a message of 60 s with a word of its transcript every 400 ms.
 *
 * usage: peer_wire floor|events|decoded|decoded-text MS OF A DELTA */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include <malloc.h>

#include "json_floor.h"
#include "peer_events.h"

enum { MESSAGE_MS = 60000, RUNS = 21 };

struct work {
  struct conversation conversation;
  struct delta_events events;
  uint8_t *kept; /* the floor keeps its audio, as a session does */
};

/* Nanoseconds for each 20 ms. What makes the events is not timed. */
static double events_run(struct work *work, int is_floor) {
  struct conversation *conversation = &work->conversation;
  struct delta_events *events = &work->events;
  int64_t taken_ns = 0;
  for (int number = 0; number < MESSAGE_MS / events->delta_ms; number++) {
    if (!is_floor && has_word(events, number)) {
      const size_t size = make_event(events, conversation, "output_audio_transcript", number, "sunny ");
      const int64_t start = clock_ns();
      receive(conversation, events->event, size);
      taken_ns += clock_ns() - start;
    }
    const size_t size = make_event(events, conversation, "output_audio", number, events->base64);
    uint8_t *place = work->kept + (size_t)number * events->delta_bytes;
    const int64_t start = clock_ns();
    if (!is_floor) receive(conversation, events->event, size);
    else require(json_floor(events->event, size, place) == events->delta_bytes, "an event was not read");
    taken_ns += clock_ns() - start;
  }
  return (double)taken_ns / (MESSAGE_MS / DELTA_MS);
}

static double decoded_run(struct work *work, int has_text) {
  const int64_t start = clock_ns();
  for (int number = 0; number < MESSAGE_MS / work->events.delta_ms; number++) {
    if (has_text && has_word(&work->events, number)) send_transcript(&work->conversation, "sunny ");
    send_audio(&work->conversation, work->events.pcm, work->events.delta_bytes);
  }
  return (double)(clock_ns() - start) / (MESSAGE_MS / DELTA_MS);
}

int main(int argc, char **argv) {
  static struct work work;
  static double ns[RUNS];
  require(argc == 3, "usage: peer_wire floor|events|decoded|decoded-text MS OF A DELTA");
  /* As in json_event.c: a run does not begin with page faults, or with none, as the heap happens to lie. */
  require(mallopt(M_TRIM_THRESHOLD, 256 << 20) == 1, "the allocator cannot be told to keep its memory");
  work.kept = malloc((size_t)RATE_HZ / 1000 * MESSAGE_MS * 2 + 64);
  require(work.kept != NULL, "no memory for the floor's audio");
  make_pcm(&work.events, atoi(argv[2]));
  open_conversation(&work.conversation, HEARS_AT_ONCE);
  for (int run = 0; run < RUNS; run++) {
    const int64_t before = work.conversation.heard_frames;
    begin_response(&work.conversation);
    begin_message(&work.conversation);
    const int is_floor = strcmp(argv[1], "floor") == 0;
    if (strncmp(argv[1], "decoded", 7) == 0) ns[run] = decoded_run(&work, strcmp(argv[1], "decoded-text") == 0);
    else ns[run] = events_run(&work, is_floor);
    require(is_floor || work.conversation.heard_frames - before == (int64_t)RATE_HZ / 1000 * MESSAGE_MS,
            "a message was not heard at once");
    end_message(&work.conversation);
    end_response(&work.conversation, RTMULTI_STATUS_COMPLETED);
  }
  printf("{\"us\": %.4f}\n", median(ns, RUNS) / 1000);
  close_conversation(&work.conversation);
  free(work.kept);
  return 0;
}
