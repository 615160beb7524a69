/* What does it cost to record a session: how many bytes a minute of speech is in its trace, and how long a PCM16 delta
 * takes, in and out, over one that nobody records?
 *
 * A minute is what a host does in it: a delta or a packet every 20 ms, the time every 10 ms, and a sink that reports
 * each write. What the recording is written to only counts.
 *
 * usage: recording FIXTURES */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include "conversation.h"
#include "speech.h"

enum { DELTAS = 500, DELTAS_A_MINUTE = 60 * 1000 / DELTA_MS };

static struct speech speech;

static int64_t recorded_bytes;

static int32_t count_bytes(void *user_data, const void *bytes, size_t size) {
  (void)user_data, (void)bytes;
  recorded_bytes += (int64_t)size;
  return 0;
}

static void record(struct conversation *conversation) {
  require(rtmulti_session_trace(conversation->session, count_bytes, NULL, NULL) == RTMULTI_OK, "nothing was recorded");
}

/* Bytes in the trace of a minute of one message. */
static double bytes_of_a_minute(rtmulti_codec codec) {
  struct conversation conversation;
  open_conversation(&conversation, HEARS_AT_ONCE);
  record(&conversation);
  set_format(&conversation, codec, codec == RTMULTI_CODEC_OPUS ? 48000 : RATE_HZ);
  const int16_t *pcm = pcm_delta();
  recorded_bytes = 0;
  begin_response(&conversation);
  begin_message(&conversation);
  for (int i = 0; i < DELTAS_A_MINUTE; i++) {
    const struct packet *packet = &speech.packets[i % speech.count];
    if (codec == RTMULTI_CODEC_OPUS) send_audio(&conversation, packet->bytes, packet->size);
    else send_audio(&conversation, pcm, DELTA_BYTES);
    for (int half = 1; half <= 2; half++)
      rtmulti_session_advance(conversation.session, (int64_t)i * DELTA_MS * 1000 + half * DELTA_MS * 500);
  }
  end_message(&conversation);
  end_response(&conversation, RTMULTI_STATUS_COMPLETED);
  require(conversation.settled == 1, "a message was not heard to its end");
  close_conversation(&conversation);
  return (double)recorded_bytes;
}

static double run(void *memory) {
  struct conversation *conversation = memory;
  const int16_t *pcm = pcm_delta();
  begin_response(conversation);
  begin_message(conversation);
  const int64_t start = clock_ns();
  for (int i = 0; i < DELTAS; i++) send_audio(conversation, pcm, DELTA_BYTES);
  const int64_t end = clock_ns();
  end_message(conversation);
  end_response(conversation, RTMULTI_STATUS_COMPLETED);
  require(conversation->settled == conversation->responses, "a message was not heard to its end");
  return (double)(end - start) / DELTAS;
}

int main(int count, char **arguments) {
  require(count == 2, "usage: recording FIXTURES");
  load_speech(&speech, arguments[1]);
  print_figure((struct figure){.name = "trace of a minute, PCM16", .unit = "KiB",
                               .value = bytes_of_a_minute(RTMULTI_CODEC_PCM16) / 1024});
  print_figure((struct figure){.name = "trace of a minute, Opus", .unit = "KiB",
                               .value = bytes_of_a_minute(RTMULTI_CODEC_OPUS) / 1024});

  static struct conversation plain, recorded;
  open_conversation(&plain, HEARS_AT_ONCE);
  open_conversation(&recorded, HEARS_AT_ONCE);
  record(&recorded);
  const struct pairs pairs = measure_pairs(run, &plain, run, &recorded);
  print_figure((struct figure){.name = "PCM16 delta in and out, recorded over not", .unit = "ratio",
                               .value = pairs.ratio, .same_again = pairs.same_again});
  close_conversation(&plain);
  close_conversation(&recorded);
  return 0;
}
