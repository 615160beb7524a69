/* What does heard text cost for 20 ms of audio: finding the words in the sound by what their letters sound like, and giving
 * out words as they are heard?
 *
 * The speech of the demo as PCM16, three sentences in one message, arrives four times as fast as it is heard; each
 * 20 ms that are heard are reported. One run with its transcript, delta by delta, beside one without. The first figure
 * times the reports alone, that is while it plays; the second all of it, taking the text in as well.
 *
 * usage: heard_text FIXTURES-FOLDER */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include <opus.h>

#include "conversation.h"
#include "speech.h"

enum { AHEAD = 4, TEXT_DELTA_BYTES = 5 };

/* What the fixtures say. */
static const char transcript[] =
    "Let me check. It is sunny in Paris, with a light west wind. Tomorrow it will rain, so take an umbrella.";

static struct speech speech;
static int16_t *pcm; /* `deltas` times DELTA_FRAMES */
static int deltas;

static void decode_speech(const char *fixtures) {
  int error;
  load_speech(&speech, fixtures);
  OpusDecoder *decoder = opus_decoder_create(RATE_HZ, 1, &error);
  require(error == OPUS_OK, "libopus gave no decoder");
  pcm = malloc((size_t)speech.count * DELTA_BYTES);
  require(pcm != NULL, "no memory");
  for (int i = 0; i < speech.count; i++) {
    const struct packet *packet = &speech.packets[i];
    const int frames = opus_decode(decoder, packet->bytes, (opus_int32)packet->size, pcm + i * DELTA_FRAMES,
                                   DELTA_FRAMES, 0);
    require(frames == DELTA_FRAMES, "a fixture has a packet that is not 20 ms long");
  }
  opus_decoder_destroy(decoder);
  deltas = speech.count;
}

struct work {
  struct conversation conversation;
  int is_spoken; /* whether it has its transcript */
  int is_played; /* whether only the reports are timed */
};

/* One message; returns nanoseconds for 20 ms of it. */
static double run(void *memory) {
  struct work *work = memory;
  struct conversation *conversation = &work->conversation;
  const struct name *response = &conversation->response, *item = &conversation->item;
  const int bytes = (int)strlen(transcript);
  int sent = 0, said = 0;
  begin_response(conversation);
  begin_message(conversation);
  int64_t reports_ns = 0;
  const int64_t start = clock_ns();
  for (int heard = 0; heard < deltas; heard++) {
    for (int i = 0; i < AHEAD && sent < deltas; i++, sent++) {
      send_audio(conversation, pcm + sent * DELTA_FRAMES, DELTA_BYTES);
      /* The text comes with the audio, in proportion. */
      while (work->is_spoken && said < bytes && (int64_t)said * deltas <= (int64_t)sent * bytes) {
        const int size = said + TEXT_DELTA_BYTES < bytes ? TEXT_DELTA_BYTES : bytes - said;
        require(rtmulti_session_text(conversation->session, response->text, response->size, item->text, item->size, 0,
                                     transcript + said, (size_t)size, -1, -1) == RTMULTI_OK,
                "a transcript was refused");
        said += size;
      }
    }
    const int64_t before = clock_ns();
    rtmulti_session_playback_progress(conversation->session, conversation->segment,
                                      (int64_t)(heard + 1) * DELTA_FRAMES, RTMULTI_NOW);
    reports_ns += clock_ns() - before;
  }
  const int64_t all_ns = clock_ns() - start;
  end_message(conversation);
  end_response(conversation, RTMULTI_STATUS_COMPLETED);
  rtmulti_session_playback_finished(conversation->session, conversation->segment, conversation->segment_frames, 0, RTMULTI_NOW);
  require(conversation->settled == conversation->responses, "the message was not heard to its end");
  return (double)(work->is_played ? reports_ns : all_ns) / deltas;
}

int main(int argc, char **argv) {
  static struct work plain, spoken;
  const struct count_request request = count_request(&argc, &argv);
  require(argc == 2, "usage: heard_text FIXTURES-FOLDER");
  decode_speech(argv[1]);
  open_conversation(&plain.conversation, HEARS_NOTHING);
  open_conversation(&spoken.conversation, HEARS_NOTHING);
  spoken.is_spoken = 1;

  if (request.what != NULL) {
    struct work *work = strcmp(request.what, "transcript") == 0 ? &spoken : &plain;
    for (int i = 0; i < request.rounds; i++) run(work);
    print_units((int64_t)request.rounds * deltas);
  } else {
    plain.is_played = spoken.is_played = 1;
    const struct pairs played = measure_pairs(run, &plain, run, &spoken);
    plain.is_played = spoken.is_played = 0;
    const struct pairs all = measure_pairs(run, &plain, run, &spoken);
    print_figure((struct figure){.name = "heard text, for 20 ms that play", .unit = "ns",
                                 .value = played.subject_ns - played.reference_ns, .at_most = 5000,
                                 .same_again = played.same_again});
    print_figure((struct figure){.name = "the same, and taking the text in", .unit = "ns",
                                 .value = all.subject_ns - all.reference_ns, .same_again = all.same_again});
  }
  close_conversation(&plain.conversation);
  close_conversation(&spoken.conversation);
  return 0;
}
