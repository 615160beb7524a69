/* Does a delta, or a message, cost more late in a long session than early? Twice: after 100,000 messages in
 * many responses, and after 1,000 messages in one response.
 *
 * Neighbours in time are compared, not the beginning and the end of one run, between which the machine may have
 * changed: an old conversation and a young one take turns. What the first and the last tenth of the way
 * cost is printed beside it. Each message has a transcript, so that the list of what was heard fills up.
 *
 * usage: long_session */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include "conversation.h"

enum {
  DELTAS = 10, /* of a message */
  MESSAGES_OF_A_RUN = 20,
  SESSION_MESSAGES = 100000,
  RESPONSE_MESSAGES = 1000,
  TENTHS = 10
};

/* Whether each message has a response of its own or all are in one. */
enum shape { MANY_RESPONSES, ONE_RESPONSE };

/* What one message took, in nanoseconds. */
struct cost {
  double delta; /* one delta of it */
  double whole; /* from its response or item to its settlement */
};

struct talk {
  struct conversation conversation;
  enum shape shape;
};

static void open_talk(struct talk *talk, enum shape shape) {
  open_conversation(&talk->conversation, HEARS_AT_ONCE);
  talk->shape = shape;
  if (shape == ONE_RESPONSE) begin_response(&talk->conversation);
}

static struct cost speak_message(struct talk *talk) {
  struct conversation *conversation = &talk->conversation;
  const int16_t *pcm = pcm_delta();
  const int64_t before = conversation->heard_frames, start = clock_ns();
  if (talk->shape == MANY_RESPONSES) begin_response(conversation);
  begin_message(conversation);
  send_transcript(conversation, "It is sunny.");
  const int64_t first_delta = clock_ns();
  for (int i = 0; i < DELTAS; i++) send_audio(conversation, pcm, DELTA_BYTES);
  const int64_t last_delta = clock_ns();
  end_message(conversation);
  if (talk->shape == MANY_RESPONSES) end_response(conversation, RTMULTI_STATUS_COMPLETED);
  const int64_t end = clock_ns();
  require(conversation->heard_frames - before == DELTAS * DELTA_FRAMES, "a message was not heard to its end");
  return (struct cost){.delta = (double)(last_delta - first_delta) / DELTAS, .whole = (double)(end - start)};
}

static double delta_run(void *memory) {
  double sum = 0;
  for (int i = 0; i < MESSAGES_OF_A_RUN; i++) sum += speak_message(memory).delta;
  return sum / MESSAGES_OF_A_RUN;
}

static double message_run(void *memory) {
  double sum = 0;
  for (int i = 0; i < MESSAGES_OF_A_RUN; i++) sum += speak_message(memory).whole;
  return sum / MESSAGES_OF_A_RUN;
}

/* The runs with the old talk add messages to it: a response of 1,000 would end as one of many thousands, so
 * each run gets a response that is old, but no older. */
static double run_in_a_response(void *memory, double run(void *)) {
  struct talk *talk = memory;
  open_talk(talk, ONE_RESPONSE);
  for (int i = 0; i < RESPONSE_MESSAGES - MESSAGES_OF_A_RUN; i++) speak_message(talk);
  const double cost = run(talk);
  close_conversation(&talk->conversation);
  return cost;
}

static double late_delta_run(void *memory) { return run_in_a_response(memory, delta_run); }
static double late_message_run(void *memory) { return run_in_a_response(memory, message_run); }

static double early_run(void *memory, double run(void *)) {
  struct talk *talk = memory;
  open_talk(talk, ONE_RESPONSE);
  for (int i = 0; i < MESSAGES_OF_A_RUN; i++) speak_message(talk);
  const double cost = run(talk);
  close_conversation(&talk->conversation);
  return cost;
}

static double early_delta_run(void *memory) { return early_run(memory, delta_run); }
static double early_message_run(void *memory) { return early_run(memory, message_run); }

/* Speaks `messages` messages and prints what a delta of the first and of the last tenth took (medians). */
static void grow_old(struct talk *talk, int messages, const char *first_name, const char *last_name) {
  const int tenth = messages / TENTHS;
  double *first = malloc(sizeof(double) * (size_t)tenth), *last = malloc(sizeof(double) * (size_t)tenth);
  require(first != NULL && last != NULL, "no memory for the measurements");
  for (int i = 0; i < messages; i++) {
    const double delta_ns = speak_message(talk).delta;
    if (i < tenth) first[i] = delta_ns;
    if (i >= messages - tenth) last[i - (messages - tenth)] = delta_ns;
  }
  print_figure((struct figure){.name = first_name, .unit = "ns", .value = median(first, (size_t)tenth)});
  print_figure((struct figure){.name = last_name, .unit = "ns", .value = median(last, (size_t)tenth)});
  free(first), free(last);
}

static void print_ratio(const char *name, struct pairs pairs, double at_most) {
  print_figure((struct figure){.name = name, .unit = "ratio", .value = pairs.ratio, .at_most = at_most,
                               .same_again = pairs.same_again});
}

int main(int argc, char **argv) {
  static struct talk young, old;
  const struct count_request request = count_request(&argc, &argv);
  require(argc == 1, "usage: long_session");
  if (request.what != NULL) {
    open_talk(&old, strcmp(request.what, "response") == 0 ? ONE_RESPONSE : MANY_RESPONSES);
    for (int i = 0; i < request.rounds; i++) speak_message(&old);
    print_units((int64_t)request.rounds * DELTAS);
    close_conversation(&old.conversation);
    return 0;
  }

  open_talk(&old, MANY_RESPONSES);
  open_talk(&young, MANY_RESPONSES);
  grow_old(&old, SESSION_MESSAGES, "delta, first tenth of 100,000 messages", "delta, last tenth of 100,000 messages");
  print_ratio("delta after 100,000 messages over a young session",
              measure_pairs(delta_run, &young, delta_run, &old), 1.05);
  print_ratio("message after 100,000 messages over a young session",
              measure_pairs(message_run, &young, message_run, &old), 0);
  close_conversation(&old.conversation);
  close_conversation(&young.conversation);

  open_talk(&old, ONE_RESPONSE);
  grow_old(&old, RESPONSE_MESSAGES, "delta, first tenth of 1,000 messages in one response",
           "delta, last tenth of 1,000 messages in one response");
  close_conversation(&old.conversation);
  print_ratio("delta in the 1,000th message of a response over the 20th",
              measure_pairs(early_delta_run, &young, late_delta_run, &old), 1.05);
  print_ratio("message: the 1,000th of a response over the 20th",
              measure_pairs(early_message_run, &young, late_message_run, &old), 0);
  return 0;
}
