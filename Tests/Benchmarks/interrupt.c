/* How long after an interrupt does the server hear of it: from the call to the TRUNCATE and to the last DELETE,
 * with a serial sink that answers its clear at once?
 *
 * Message A has been heard for 400 ms, B and C wait behind it, each of five seconds and with its transcript.
 * Only the interrupt is timed; what it costs to fill the queues is not. A p99 is the machine's too, so beside it
 * stands the p99 of plain work that takes as long as the median interrupt and is done right before it in each round.
 * Under callgrind the instructions are counted from the call to one of these moments, or to its return.
 *
 * usage: interrupt FIXTURES */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include "conversation.h"
#include "speech.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_TOGGLE_COLLECT
#endif

enum { ROUNDS = 3000, WARM_UP_ROUNDS = 100, MESSAGES = 3, HEARD_MS = 400, HEARD_FRAMES = RATE_HZ / 1000 * HEARD_MS };
enum { MESSAGE_DELTAS = 250 };

/* Up to where instructions are counted. */
enum moment { NEVER, RETURNED, TRUNCATED, LAST_DELETED };

struct work {
  struct conversation conversation;
  enum moment counted_until;
  struct speech speech;
  rtmulti_codec codec;
  int64_t now_us;
  int64_t additions; /* of the plain work in a round */
};

/* From the call to the commands, and how long the plain work took. */
struct latency {
  double truncated_ns, deleted_ns, plain_ns;
};

/* Arithmetic that calls nobody; returns what it took. */
static double plain_work(int64_t additions) {
  volatile int64_t sum = 0;
  const int64_t start = clock_ns();
  for (int64_t i = 0; i < additions; i++) sum += i;
  return (double)(clock_ns() - start);
}

static void receive_message(struct work *work) {
  struct conversation *conversation = &work->conversation;
  const int16_t *pcm = pcm_delta();
  begin_message(conversation);
  send_transcript(conversation, "It is sunny in Paris, with a light west wind, and it will stay so.");
  for (int i = 0; i < MESSAGE_DELTAS; i++) {
    const struct packet *packet = &work->speech.packets[i % work->speech.count];
    if (work->codec == RTMULTI_CODEC_OPUS) send_audio(conversation, packet->bytes, packet->size);
    else send_audio(conversation, pcm, DELTA_BYTES);
  }
  end_message(conversation);
}

/* What the host does with a command costs nothing where instructions are counted. */
static int32_t count_command(void *user_data, const rtmulti_command *command) {
  struct work *work = user_data;
  struct conversation *conversation = &work->conversation;
  if (command->kind == RTMULTI_COMMAND_TRUNCATE) {
    conversation->truncations += 1;
    if (work->counted_until == TRUNCATED) CALLGRIND_TOGGLE_COLLECT;
  }
  if (command->kind == RTMULTI_COMMAND_DELETE) {
    conversation->deletions += 1;
    if (work->counted_until == LAST_DELETED && conversation->deletions % (MESSAGES - 1) == 0) CALLGRIND_TOGGLE_COLLECT;
  }
  return 0;
}

static int32_t count_event(void *user_data, const rtmulti_event *event) {
  struct work *work = user_data;
  return on_event(&work->conversation, event);
}

static void count_until(struct work *work, enum moment moment) {
  work->counted_until = moment;
  rtmulti_handlers handlers;
  rtmulti_handlers_init(&handlers, sizeof handlers);
  handlers.on_event = count_event;
  handlers.on_command = count_command;
  handlers.user_data = work;
  require(rtmulti_session_set_handlers(work->conversation.session, &handlers) == RTMULTI_OK,
          "the handlers were refused");
}

static struct latency interrupt_once(struct work *work) {
  struct conversation *conversation = &work->conversation;
  const int64_t truncations = conversation->truncations, deletions = conversation->deletions;
  work->now_us += 1000000;
  rtmulti_session_advance(conversation->session, work->now_us);
  begin_response(conversation);
  for (int i = 0; i < MESSAGES; i++) receive_message(work);
  conversation->played_frames = HEARD_FRAMES;
  rtmulti_session_playback_started(conversation->session, conversation->segment, RTMULTI_NOW);
  /* A sink tells its progress all along; two reports suffice to have the 400 ms written. */
  for (int64_t frames = HEARD_FRAMES / 2; frames <= HEARD_FRAMES; frames += HEARD_FRAMES / 2)
    rtmulti_session_playback_progress(conversation->session, conversation->segment, frames, RTMULTI_NOW);

  const double plain_ns = plain_work(work->additions);
  const int64_t start = clock_ns();
  if (work->counted_until != NEVER) CALLGRIND_TOGGLE_COLLECT;
  const rtmulti_result result =
      rtmulti_session_interrupt(conversation->session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER);
  if (work->counted_until == RETURNED) CALLGRIND_TOGGLE_COLLECT;
  require(result == RTMULTI_OK, "an interrupt was refused");
  require(conversation->truncations == truncations + 1 && conversation->deletions == deletions + MESSAGES - 1,
          "an interrupt did not truncate the first message and delete the others");
  end_response(conversation, RTMULTI_STATUS_CANCELLED);
  return (struct latency){.truncated_ns = (double)(conversation->truncated_ns - start),
                          .deleted_ns = (double)(conversation->deleted_ns - start),
                          .plain_ns = plain_ns};
}

static void open_work(struct work *work, rtmulti_codec codec) {
  work->codec = codec;
  open_conversation(&work->conversation, HEARS_NOTHING);
  set_format(&work->conversation, codec, codec == RTMULTI_CODEC_OPUS ? 48000 : RATE_HZ);
}

/* The additions that take as long as the median interrupt. */
static int64_t additions_for(double ns) {
  enum { TRIAL = 20000 };
  static double taken[WARM_UP_ROUNDS];
  for (int i = 0; i < WARM_UP_ROUNDS; i++) taken[i] = plain_work(TRIAL);
  return (int64_t)(TRIAL * ns / median(taken, WARM_UP_ROUNDS));
}

static void measure(struct work *work, const char *const names[5]) {
  static double truncated[ROUNDS], deleted[ROUNDS], plain[ROUNDS];
  for (int i = 0; i < WARM_UP_ROUNDS; i++) deleted[i] = interrupt_once(work).deleted_ns;
  work->additions = additions_for(median(deleted, WARM_UP_ROUNDS));
  for (int i = 0; i < ROUNDS; i++) {
    const struct latency latency = interrupt_once(work);
    truncated[i] = latency.truncated_ns;
    deleted[i] = latency.deleted_ns;
    plain[i] = latency.plain_ns;
  }
  print_figure((struct figure){.name = names[0], .unit = "ns", .value = median(truncated, ROUNDS),
                               .at_most = work->codec == RTMULTI_CODEC_OPUS ? 2000 : 1000});
  print_figure((struct figure){.name = names[1], .unit = "ns", .value = percentile(truncated, ROUNDS, 0.99)});
  print_figure((struct figure){.name = names[2], .unit = "ns", .value = median(deleted, ROUNDS)});
  print_figure((struct figure){.name = names[3], .unit = "ns", .value = percentile(deleted, ROUNDS, 0.99)});
  print_figure((struct figure){.name = names[4], .unit = "ns", .value = percentile(plain, ROUNDS, 0.99)});
}

int main(int argc, char **argv) {
  static struct work work;
  static const char *const pcm_names[] = {"PCM16, to TRUNCATE, p50", "PCM16, to TRUNCATE, p99",
                                          "PCM16, to the last DELETE, p50", "PCM16, to the last DELETE, p99",
                                          "plain work as long as that, p99 (PCM16)"};
  static const char *const opus_names[] = {"Opus, to TRUNCATE, p50", "Opus, to TRUNCATE, p99",
                                           "Opus, to the last DELETE, p50", "Opus, to the last DELETE, p99",
                                           "plain work as long as that, p99 (Opus)"};
  const struct count_request request = count_request(&argc, &argv);
  require(argc == 2, "usage: interrupt FIXTURES");
  load_speech(&work.speech, argv[1]);

  if (request.what != NULL) {
    open_work(&work, strncmp(request.what, "opus", 4) == 0 ? RTMULTI_CODEC_OPUS : RTMULTI_CODEC_PCM16);
    count_until(&work, strstr(request.what, "truncated") != NULL ? TRUNCATED
                       : strstr(request.what, "deleted") != NULL ? LAST_DELETED
                                                                 : RETURNED);
    for (int i = 0; i < request.rounds; i++) interrupt_once(&work);
    print_units(request.rounds);
    close_conversation(&work.conversation);
    return 0;
  }
  open_work(&work, RTMULTI_CODEC_PCM16);
  measure(&work, pcm_names);
  close_conversation(&work.conversation);
  open_work(&work, RTMULTI_CODEC_OPUS);
  measure(&work, opus_names);
  close_conversation(&work.conversation);
  return 0;
}
