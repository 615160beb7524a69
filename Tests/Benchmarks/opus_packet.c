/* What does an Opus packet cost on its way through the engine (queue, ledger, decode, write callback, progress
 * report) over a bare opus_decode loop on the same packets? As they come, and by their numbers.
 *
 * One run is one message of real speech, opened, received, heard and settled; the bare loop resets its decoder
 * as often. Both make the same samples, which is checked first.
 *
 * usage: opus_packet FIXTURES */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include <opus.h>

#include "conversation.h"
#include "speech.h"

struct work {
  struct speech speech;
  struct conversation conversation;
  OpusDecoder *decoder;
  int is_numbered;
  int16_t pcm[DELTA_FRAMES];
};

static void decode_bare(struct work *work, int16_t *copy) {
  opus_decoder_ctl(work->decoder, OPUS_RESET_STATE);
  for (int i = 0; i < work->speech.count; i++) {
    const struct packet *packet = &work->speech.packets[i];
    const int frames =
        opus_decode(work->decoder, packet->bytes, (opus_int32)packet->size, work->pcm, DELTA_FRAMES, 0);
    require(frames == DELTA_FRAMES, "a packet of the fixtures does not decode to 20 ms");
    if (copy != NULL) memcpy(copy + i * DELTA_FRAMES, work->pcm, sizeof work->pcm);
  }
}

static void play_message(struct work *work) {
  struct conversation *conversation = &work->conversation;
  const int64_t before = conversation->heard_frames;
  begin_response(conversation);
  begin_message(conversation);
  for (int i = 0; i < work->speech.count; i++) {
    const struct packet *packet = &work->speech.packets[i];
    if (work->is_numbered) {
      send_packet(conversation, packet->bytes, packet->size, i);
    } else {
      send_audio(conversation, packet->bytes, packet->size);
    }
  }
  end_message(conversation);
  end_response(conversation, RTMULTI_STATUS_COMPLETED);
  require(conversation->heard_frames - before == (int64_t)work->speech.count * DELTA_FRAMES &&
              conversation->settled == conversation->responses,
          "a message was not heard to its end");
}

static void see_that_both_make_the_same_samples(struct work *work) {
  const size_t size = (size_t)work->speech.count * sizeof work->pcm;
  int16_t *bare = malloc(size), *engine = malloc(size);
  require(bare != NULL && engine != NULL, "no memory for the samples");
  decode_bare(work, bare);
  work->conversation.copy = engine;
  play_message(work);
  work->conversation.copy = NULL;
  require(memcmp(bare, engine, size) == 0, "the engine's samples are not those of opus_decode");
  free(bare), free(engine);
}

static double bare_run(void *memory) {
  struct work *work = memory;
  const int64_t start = clock_ns();
  decode_bare(work, NULL);
  return (double)(clock_ns() - start) / work->speech.count;
}

static double engine_run(void *memory) {
  struct work *work = memory;
  const int64_t start = clock_ns();
  play_message(work);
  return (double)(clock_ns() - start) / work->speech.count;
}

int main(int argc, char **argv) {
  static struct work work;
  const struct count_request request = count_request(&argc, &argv);
  require(argc == 2, "usage: opus_packet FIXTURES");
  load_speech(&work.speech, argv[1]);
  work.decoder = opus_decoder_create(RATE_HZ, 1, NULL);
  require(work.decoder != NULL, "no decoder");
  open_conversation(&work.conversation, HEARS_AT_ONCE);
  set_format(&work.conversation, RTMULTI_CODEC_OPUS, 48000);

  if (request.what != NULL) {
    const int is_bare = strcmp(request.what, "bare") == 0;
    work.is_numbered = strcmp(request.what, "numbered") == 0;
    for (int i = 0; i < request.rounds; i++) is_bare ? decode_bare(&work, NULL) : play_message(&work);
    print_units((int64_t)request.rounds * work.speech.count);
  } else {
    see_that_both_make_the_same_samples(&work);
    const struct pairs pairs = measure_pairs(bare_run, &work, engine_run, &work);
    print_figure((struct figure){.name = "engine over bare opus_decode", .unit = "ratio", .value = pairs.ratio,
                                 .at_most = 1.03, .same_again = pairs.same_again});
    print_figure((struct figure){.name = "bare opus_decode", .unit = "ns", .value = pairs.reference_ns,
                                 .same_again = pairs.same_again});
    print_figure((struct figure){.name = "through the engine", .unit = "ns", .value = pairs.subject_ns,
                                 .same_again = pairs.same_again});
    work.is_numbered = 1;
    see_that_both_make_the_same_samples(&work);
    const struct pairs numbered = measure_pairs(bare_run, &work, engine_run, &work);
    print_figure((struct figure){.name = "engine over bare opus_decode, by number", .unit = "ratio",
                                 .value = numbered.ratio, .at_most = 1.10, .same_again = numbered.same_again});
    print_figure((struct figure){.name = "through the engine, by number", .unit = "ns", .value = numbered.subject_ns,
                                 .same_again = numbered.same_again});
  }
  opus_decoder_destroy(work.decoder);
  close_conversation(&work.conversation);
  return 0;
}
