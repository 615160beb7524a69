/* What does a device's thread pay for 10 ms? PCM at the sink's rate: the slowest of a thousand calls. Resampled PCM
 * and Opus: the mean over the pulls, over bare libspeexdsp and bare opus_decode on the same input.
 *
 * Only the pulls are timed: what is to be played is fed in between, a second or a message at a time. The samples
 * are compared with those of the bare libraries first.
 *
 * usage: pull FIXTURES */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include <opus.h>
#include <speex/speex_resampler.h>

#include "conversation.h"
#include "speech.h"

enum {
  DEVICE_HZ = 48000,
  BLOCK_MS = 10,
  PULLS = 1000000,
  PULLS_PER_MESSAGE = 100,
  LONGEST_BLOCK = DEVICE_HZ / 1000 * BLOCK_MS,
  RESAMPLER_QUALITY = 5,
  LONGEST_MESSAGE = MAXIMUM_PACKETS * PACKET_MS * DEVICE_HZ / 1000
};

/* A session whose sink is pulled, what it is told, and what that becomes. */
struct work {
  struct conversation conversation;
  struct speech speech;
  uint32_t source_hz, sink_hz;
  rtmulti_device *device;
  int64_t now_us;
  int is_float;
  OpusDecoder *decoder;
  SpeexResamplerState *resampler;
  int16_t pcm[DEVICE_HZ]; /* a second at any rate */
  int16_t out[LONGEST_MESSAGE];
};

/* Everything is handed over as it comes, so that nothing but the pulls is left. */
static void open_pulled(struct work *work, rtmulti_codec codec, uint32_t source_hz, uint32_t sink_hz) {
  struct conversation *conversation = &work->conversation;
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.write_ahead_ms = RTMULTI_UNLIMITED;
  require(rtmulti_session_create(&config, &conversation->session) == RTMULTI_OK, "a session could not be created");
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.driver = RTMULTI_DRIVER_PULLED;
  sink.sample_rate_hz = sink_hz;
  rtmulti_handlers handlers;
  rtmulti_handlers_init(&handlers, sizeof handlers);
  handlers.on_event = on_event;
  handlers.user_data = conversation;
  require(rtmulti_session_set_sink(conversation->session, &sink) == RTMULTI_OK, "the sink was refused");
  require(rtmulti_session_set_handlers(conversation->session, &handlers) == RTMULTI_OK, "the handlers were refused");
  require(rtmulti_session_device(conversation->session, &work->device) == RTMULTI_OK, "there is no device");
  set_format(conversation, codec, source_hz);
  work->source_hz = source_hz;
  work->sink_hz = sink_hz;
  work->now_us = 1;
  for (int i = 0; i < DEVICE_HZ; i++) work->pcm[i] = (int16_t)((i * 2654435761u >> 18) - 8192);
}

/* Feeds one message: a second of PCM, or all that is said in the fixtures. Returns how many pulls it lasts. */
static int feed_message(struct work *work) {
  begin_response(&work->conversation);
  begin_message(&work->conversation);
  const uint32_t delta_frames = work->source_hz / 1000 * PACKET_MS;
  const int deltas = work->speech.count > 0 ? work->speech.count : 1000 / PACKET_MS;
  for (int i = 0; i < deltas; i++)
    work->speech.count > 0
        ? send_audio(&work->conversation, work->speech.packets[i].bytes, work->speech.packets[i].size)
        : send_audio(&work->conversation, work->pcm + (uint32_t)i * delta_frames, delta_frames * sizeof *work->pcm);
  end_message(&work->conversation);
  end_response(&work->conversation, RTMULTI_STATUS_COMPLETED);
  return deltas * (PACKET_MS / BLOCK_MS);
}

static void settle_message(struct work *work) {
  rtmulti_session_advance(work->conversation.session, work->now_us += 1000000);
  require(work->conversation.settled == work->conversation.responses, "a message was not heard to its end");
}

/* All pulls of a message, its samples into `out`. */
static void pull_message(struct work *work, int pulls) {
  const uint32_t frames = work->sink_hz / 1000 * BLOCK_MS;
  for (int i = 0; i < pulls; i++)
    require(rtmulti_device_pull(work->device, work->out + (size_t)i * frames, frames, 1, 0) == frames,
            "a pull came back short");
}

/* --- the bare libraries -------------------------------------------------------------------------------- */

static int decode_bare(struct work *work) {
  opus_decoder_ctl(work->decoder, OPUS_RESET_STATE);
  const int frames = (int)work->sink_hz / 1000 * PACKET_MS;
  for (int i = 0; i < work->speech.count; i++) {
    const struct packet *packet = &work->speech.packets[i];
    require(opus_decode(work->decoder, packet->bytes, (opus_int32)packet->size, work->out + (size_t)i * (size_t)frames,
                        frames, 0) == frames,
            "a packet of the fixtures does not decode to 20 ms");
  }
  return work->speech.count * frames;
}

/* In pieces of 20 ms, as the engine does it. */
static int resample_bare(struct work *work) {
  speex_resampler_reset_mem(work->resampler);
  const uint32_t delta_frames = work->source_hz / 1000 * PACKET_MS;
  uint32_t made = 0;
  for (uint32_t read = 0; read < work->source_hz; read += delta_frames) {
    spx_uint32_t in = delta_frames, out = DEVICE_HZ - made;
    speex_resampler_process_int(work->resampler, 0, work->pcm + read, &in, work->out + made, &out);
    made += out;
  }
  return (int)made;
}

static int run_bare(struct work *work) { return work->speech.count > 0 ? decode_bare(work) : resample_bare(work); }

static void see_that_both_make_the_same_samples(struct work *work) {
  static int16_t bare[LONGEST_MESSAGE];
  const int samples = run_bare(work);
  memcpy(bare, work->out, (size_t)samples * sizeof *bare);
  const int pulls = feed_message(work);
  pull_message(work, pulls);
  settle_message(work);
  require(pulls * (int)work->sink_hz / 1000 * BLOCK_MS == samples, "a message has another length than it should");
  require(memcmp(bare, work->out, (size_t)samples * sizeof *bare) == 0, "the samples are not those of the library");
}

/* --- what is timed ------------------------------------------------------------------------------------- */

static int message_pulls(const struct work *work) {
  return work->speech.count > 0 ? work->speech.count * (PACKET_MS / BLOCK_MS) : PULLS_PER_MESSAGE;
}

static double bare_run(void *memory) {
  struct work *work = memory;
  const int64_t start = clock_ns();
  run_bare(work);
  return (double)(clock_ns() - start) / message_pulls(work);
}

static double pull_run(void *memory) {
  struct work *work = memory;
  const int pulls = feed_message(work);
  const int64_t start = clock_ns();
  pull_message(work, pulls);
  const double ns = (double)(clock_ns() - start) / pulls;
  settle_message(work);
  return ns;
}

static void print_pairs(struct work *work, const char *ratio, double at_most, const char *bare, const char *pulled) {
  see_that_both_make_the_same_samples(work);
  const struct pairs pairs = measure_pairs(bare_run, work, pull_run, work);
  print_figure((struct figure){
      .name = ratio, .unit = "ratio", .value = pairs.ratio, .at_most = at_most, .same_again = pairs.same_again});
  print_figure((struct figure){
      .name = bare, .unit = "ns", .value = pairs.reference_ns, .same_again = pairs.same_again});
  print_figure((struct figure){
      .name = pulled, .unit = "ns", .value = pairs.subject_ns, .same_again = pairs.same_again});
}

/* Each call by itself, the clock's own time included. */
static void print_slowest(struct work *work, const char *usual, const char *slowest) {
  static double ns[PULLS];
  static float floats[LONGEST_BLOCK];
  const uint32_t frames = work->sink_hz / 1000 * BLOCK_MS;
  for (int done = 0; done < PULLS;) {
    const int pulls = feed_message(work);
    for (int i = 0; i < pulls; i++) {
      const int64_t start = clock_ns();
      const uint32_t claimed =
          work->is_float ? rtmulti_device_pull_f32(work->device, floats, frames, 1, 0)
                         : rtmulti_device_pull(work->device, work->out, frames, 1, 0);
      ns[done++] = (double)(clock_ns() - start);
      require(claimed == frames, "a pull came back short");
    }
    settle_message(work);
  }
  print_figure((struct figure){.name = usual, .unit = "ns", .value = median(ns, PULLS)});
  print_figure((struct figure){.name = slowest, .unit = "ns", .value = percentile(ns, PULLS, 0.999), .at_most = 1000});
}

/* What this machine does to a thread that only looks at the clock: no figure above can be better. */
static void print_clock(void) {
  static double ns[PULLS];
  for (int i = 0; i < PULLS; i++) {
    const int64_t start = clock_ns();
    ns[i] = (double)(clock_ns() - start);
  }
  print_figure(
      (struct figure){.name = "nothing but the clock, p99.9", .unit = "ns", .value = percentile(ns, PULLS, 0.999)});
}

int main(int argc, char **argv) {
  static struct work plain, resampled, opus;
  const struct count_request request = count_request(&argc, &argv);
  require(argc == 2, "usage: pull FIXTURES");
  open_pulled(&plain, RTMULTI_CODEC_PCM16, DEVICE_HZ, DEVICE_HZ);
  open_pulled(&resampled, RTMULTI_CODEC_PCM16, RATE_HZ, DEVICE_HZ);
  open_pulled(&opus, RTMULTI_CODEC_OPUS, DEVICE_HZ, DEVICE_HZ);
  load_speech(&opus.speech, argv[1]);
  opus.decoder = opus_decoder_create(DEVICE_HZ, 1, NULL);
  resampled.resampler = speex_resampler_init(1, RATE_HZ, DEVICE_HZ, RESAMPLER_QUALITY, NULL);
  require(opus.decoder != NULL && resampled.resampler != NULL, "no decoder or no resampler");

  if (request.what != NULL) {
    struct work *work = strstr(request.what, "opus") != NULL    ? &opus
                        : strstr(request.what, "speex") != NULL ? &resampled
                                                                : &plain;
    const int is_bare = strncmp(request.what, "bare", 4) == 0;
    for (int i = 0; i < request.rounds; i++) {
      if (is_bare) {
        run_bare(work);
      } else {
        pull_message(work, feed_message(work));
        settle_message(work);
      }
    }
    print_units((int64_t)request.rounds * message_pulls(work));
  } else {
    print_slowest(&plain, "pull of 10 ms, PCM16", "pull of 10 ms, PCM16, p99.9");
    plain.is_float = 1;
    print_slowest(&plain, "pull of 10 ms, PCM16 to float", "pull of 10 ms, PCM16 to float, p99.9");
    print_clock();
    print_pairs(&resampled, "pull over bare libspeexdsp", 1.15, "bare libspeexdsp, 10 ms", "pull of 10 ms, resampled");
    print_pairs(&opus, "pull over bare opus_decode", 1.10, "bare opus_decode, 10 ms", "pull of 10 ms, Opus");
  }
  opus_decoder_destroy(opus.decoder);
  speex_resampler_destroy(resampled.resampler);
  rtmulti_device_release(plain.device);
  rtmulti_device_release(resampled.device);
  rtmulti_device_release(opus.device);
  close_conversation(&plain.conversation);
  close_conversation(&resampled.conversation);
  close_conversation(&opus.conversation);
  return 0;
}
