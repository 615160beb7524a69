/* What does a PCM16 delta of 20 ms cost, in and out, when the sink has its rate (a copy in, a write callback, a
 * progress report)?
 *
 * One run is 500 deltas of one message. Opening and ending the message is not timed; that is long_session's. A
 * second figure has the message's transcript there, so that each report releases heard text.
 *
 * usage: pcm_delta */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include "conversation.h"

enum { DELTAS = 500 };

/* About as much as is said in the 10 seconds of a run. */
static const char transcript[] =
    "Let me check. It is sunny in Paris, with a light west wind, and it will stay so until the evening. Tomorrow "
    "it will rain, so take an umbrella with you if you want to walk along the river.";

struct work {
  struct conversation conversation;
  const char *text; /* or NULL */
};

static double run(void *memory) {
  struct work *work = memory;
  struct conversation *conversation = &work->conversation;
  const int16_t *pcm = pcm_delta();
  const int64_t before = conversation->heard_frames;
  begin_response(conversation);
  begin_message(conversation);
  if (work->text != NULL) send_transcript(conversation, work->text);
  const int64_t start = clock_ns();
  for (int i = 0; i < DELTAS; i++) send_audio(conversation, pcm, DELTA_BYTES);
  const int64_t end = clock_ns();
  require(conversation->heard_frames - before == (int64_t)DELTAS * DELTA_FRAMES, "a delta was not written at once");
  end_message(conversation);
  end_response(conversation, RTMULTI_STATUS_COMPLETED);
  require(conversation->settled == conversation->responses, "a message was not heard to its end");
  return (double)(end - start) / DELTAS;
}

int main(int argc, char **argv) {
  static struct work plain, spoken;
  const struct count_request request = count_request(&argc, &argv);
  require(argc == 1, "usage: pcm_delta");
  open_conversation(&plain.conversation, HEARS_AT_ONCE);
  open_conversation(&spoken.conversation, HEARS_AT_ONCE);
  spoken.text = transcript;

  if (request.what != NULL) {
    struct work *work = strcmp(request.what, "transcript") == 0 ? &spoken : &plain;
    for (int i = 0; i < request.rounds; i++) run(work);
    print_units((int64_t)request.rounds * DELTAS);
  } else {
    const struct pairs pairs = measure_pairs(run, &plain, run, &spoken);
    print_figure((struct figure){.name = "in and out", .unit = "ns", .value = pairs.reference_ns, .at_most = 500,
                                 .same_again = pairs.same_again});
    print_figure((struct figure){.name = "in and out, with its transcript", .unit = "ns", .value = pairs.subject_ns,
                                 .same_again = pairs.same_again});
  }
  close_conversation(&plain.conversation);
  close_conversation(&spoken.conversation);
  return 0;
}
