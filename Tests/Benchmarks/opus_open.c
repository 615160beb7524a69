/* How long does a part of Opus take to open: queue, segment and a decoder that is ready?
 *
 * The ABI has no call that does only that. So this is the time from the call with the first packet of a part to its
 * first write, less the same time for a later packet of that part. The packets are of one byte, as DTX sends them: a
 * decoder that has heard nothing yet makes zeros of them at once, so that decoding is in neither of the two times.
 * Measured with warm caches, and with a core's own caches filled with something else before each part (by 4 MiB; the
 * engine's code has to come back too, so that says more about the machine than about the decoder).
 *
 * usage: opus_open */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include "conversation.h"

enum { PARTS = 1001, LATER = 5, WARM_UP_PARTS = 50, STRANGE_BYTES = 4 << 20 };

struct work {
  struct conversation conversation;
  int64_t asked_ns; /* when the call began */
  double took_ns;   /* from then to the write */
};

static int32_t on_first_write(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  struct work *work = user_data;
  work->took_ns = (double)(clock_ns() - work->asked_ns);
  return on_write(&work->conversation, segment, pcm, frames);
}

static int32_t on_work_flush(void *user_data, uint64_t segment) {
  struct work *work = user_data;
  return on_flush(&work->conversation, segment);
}

/* From the call with a packet to its write. */
static double packet_ns(struct work *work) {
  static const uint8_t silent = 0x48; /* SILK, wideband, 20 ms, mono, and nothing in it */
  work->took_ns = -1;
  work->asked_ns = clock_ns();
  send_audio(&work->conversation, &silent, 1);
  require(work->took_ns >= 0, "a packet was not written at once");
  return work->took_ns;
}

static void fill_caches(unsigned char *strange, int round) {
  for (size_t i = 0; i < STRANGE_BYTES; i += 64) strange[i] = (unsigned char)(strange[i] + round);
}

/* One part, heard to its end; returns what its opening took. */
static double open_part(struct work *work, unsigned char *strange, int round) {
  struct conversation *conversation = &work->conversation;
  double later[LATER];
  begin_response(conversation);
  begin_message(conversation);
  if (strange != NULL) fill_caches(strange, round);
  const double first = packet_ns(work);
  for (int i = 0; i < LATER; i++) {
    /* What the first one brought into the caches is no part of what a later one costs: each finds the same. */
    later[i] = packet_ns(work);
  }
  end_message(conversation);
  end_response(conversation, RTMULTI_STATUS_COMPLETED);
  require(conversation->settled == conversation->responses, "a message was not heard to its end");
  return first - median(later, LATER);
}

static void measure(struct work *work, unsigned char *strange, const char *name, double at_most,
                    const char *slowest_name) {
  static double took_ns[PARTS];
  for (int i = 0; i < WARM_UP_PARTS; i++) open_part(work, strange, i);
  for (int i = 0; i < PARTS; i++) took_ns[i] = open_part(work, strange, i);
  print_figure((struct figure){.name = name, .unit = "ns", .value = median(took_ns, PARTS), .at_most = at_most});
  print_figure((struct figure){.name = slowest_name, .unit = "ns", .value = percentile(took_ns, PARTS, 0.99)});
}

int main(int argc, char **argv) {
  static struct work work;
  const struct count_request request = count_request(&argc, &argv);
  require(argc == 1, "usage: opus_open");
  open_conversation(&work.conversation, HEARS_AT_ONCE);
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.sample_rate_hz = RATE_HZ;
  sink.write = on_first_write;
  sink.flush = on_work_flush;
  sink.user_data = &work;
  require(rtmulti_session_set_sink(work.conversation.session, &sink) == RTMULTI_OK, "the sink was refused");
  set_format(&work.conversation, RTMULTI_CODEC_OPUS, 48000);
  if (request.what != NULL) {
    for (int i = 0; i < request.rounds; i++) open_part(&work, NULL, i);
    print_units(request.rounds);
  } else {
    unsigned char *strange = calloc(1, STRANGE_BYTES);
    require(strange != NULL, "no memory to fill the caches with");
    measure(&work, NULL, "opening a part of Opus", 800, "opening a part of Opus, p99");
    measure(&work, strange, "opening a part of Opus, cold caches", 4000, "opening a part of Opus, cold caches, p99");
    free(strange);
  }
  close_conversation(&work.conversation);
  return 0;
}
