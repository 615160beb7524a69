/* How many talking sessions can one thread drive in the paced way?
 *
 * A tick is 20 ms of every session: a delta comes, the clock advances, a write callback takes 20 ms. With Opus a tick
 * of 1,000 sessions stands beside a tick of 1,000 bare decoders that decode the same packets; with PCM16 the time
 * of a tick of 5,000 sessions is extrapolated to as many as fill 20 ms.
 *
 * usage: paced_sessions FIXTURES */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include <opus.h>
#include <rtmulti.h>

#include "measure.h"
#include "speech.h"

enum { RATE_HZ = 24000, TICK_US = 20000, TICK_FRAMES = RATE_HZ / 50, TICK_BYTES = TICK_FRAMES * 2 };
enum { OPUS_SESSIONS = 1000, PCM_SESSIONS = 5000, TICKS_IN_A_RUN = 2, PCM_TICKS = 41 };

/* Ids as long as a server's. */
#define RESPONSE "resp_CkWpAvSYeLRX8QbTzM2dH"
#define ITEM "item_CkWpAvTcQhUB2VnFj4sKe"

struct house {
  rtmulti_session *sessions[PCM_SESSIONS];
  OpusDecoder *decoders[OPUS_SESSIONS];
  int count;
  struct speech speech;
  int64_t now_us;
  int tick;
  int bare_tick;
  int64_t written_frames;
};

static int32_t on_write(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  (void)segment, (void)pcm;
  ((struct house *)user_data)->written_frames += frames;
  return (int32_t)frames;
}

static void open_house(struct house *house, int count, rtmulti_codec codec) {
  house->count = count;
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.driver = RTMULTI_DRIVER_PACED;
  sink.sample_rate_hz = RATE_HZ;
  sink.write = on_write;
  sink.user_data = house;
  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  format.codec = codec;
  if (codec == RTMULTI_CODEC_OPUS) format.sample_rate_hz = 48000;
  for (int i = 0; i < count; i++) {
    require(rtmulti_session_create(NULL, &house->sessions[i]) == RTMULTI_OK, "a session was not created");
    rtmulti_session *session = house->sessions[i];
    require(rtmulti_session_set_format(session, &format) == RTMULTI_OK &&
                rtmulti_session_set_sink(session, &sink) == RTMULTI_OK &&
                rtmulti_session_response_created(session, RESPONSE, RTMULTI_NUL_TERMINATED, 0, NULL, 0) == RTMULTI_OK,
            "a session was not set up");
  }
}

static void close_house(struct house *house) {
  for (int i = 0; i < house->count; i++) rtmulti_session_destroy(house->sessions[i]);
}

/* 20 ms of every session; each is at another place of the speech. */
static void tick(struct house *house, const int16_t *pcm) {
  house->now_us += TICK_US;
  house->tick++;
  for (int i = 0; i < house->count; i++) {
    rtmulti_session *session = house->sessions[i];
    const struct packet *packet =
        house->speech.count > 0 ? &house->speech.packets[(house->tick + i) % house->speech.count] : NULL;
    rtmulti_session_advance(session, house->now_us);
    rtmulti_session_audio(session, RESPONSE, sizeof RESPONSE - 1, ITEM, sizeof ITEM - 1, 0, pcm != NULL ? (const void *)pcm : packet->bytes,
                          pcm != NULL ? TICK_BYTES : packet->size);
  }
}

static double opus_run(void *memory) {
  struct house *house = memory;
  const int64_t before = house->written_frames, start = clock_ns();
  for (int i = 0; i < TICKS_IN_A_RUN; i++) tick(house, NULL);
  const int64_t end = clock_ns();
  require(house->written_frames - before == (int64_t)TICKS_IN_A_RUN * house->count * TICK_FRAMES,
          "a paced session did not write 20 ms a tick");
  return (double)(end - start) / (TICKS_IN_A_RUN * house->count);
}

static double bare_run(void *memory) {
  struct house *house = memory;
  static int16_t pcm[TICK_FRAMES];
  const int64_t start = clock_ns();
  for (int t = 0; t < TICKS_IN_A_RUN; t++) {
    house->bare_tick++;
    for (int i = 0; i < house->count; i++) {
      const struct packet *packet = &house->speech.packets[(house->bare_tick + i) % house->speech.count];
      require(opus_decode(house->decoders[i], packet->bytes, (opus_int32)packet->size, pcm, TICK_FRAMES, 0) ==
                  TICK_FRAMES,
              "a packet of the fixtures does not decode to 20 ms");
    }
  }
  return (double)(clock_ns() - start) / (TICKS_IN_A_RUN * house->count);
}

static void measure_opus(struct house *house) {
  open_house(house, OPUS_SESSIONS, RTMULTI_CODEC_OPUS);
  for (int i = 0; i < OPUS_SESSIONS; i++) {
    house->decoders[i] = opus_decoder_create(RATE_HZ, 1, NULL);
    require(house->decoders[i] != NULL, "no decoder");
  }
  const struct pairs pairs = measure_pairs(bare_run, house, opus_run, house);
  print_figure((struct figure){.name = "1,000 bare decoders, one packet", .unit = "ns", .value = pairs.reference_ns});
  print_figure((struct figure){.name = "1,000 paced sessions, one packet", .unit = "ns", .value = pairs.subject_ns});
  print_figure((struct figure){.name = "paced sessions / bare decoders", .unit = "ratio", .value = pairs.ratio,
                               .at_most = 1.10, .same_again = pairs.same_again});
  for (int i = 0; i < OPUS_SESSIONS; i++) opus_decoder_destroy(house->decoders[i]);
  close_house(house);
}

/* The least that anybody can do who keeps what came until it is heard: the samples go to memory that is cold, and a callback
 * gets them. */
static double floor_ns(struct house *house, const int16_t *pcm) {
  enum { KEPT_BYTES = 96 * TICK_BYTES };
  static char *kept[PCM_SESSIONS];
  static double taken_ns[PCM_TICKS];
  for (int i = 0; i < PCM_SESSIONS; i++) {
    kept[i] = malloc(KEPT_BYTES);
    require(kept[i] != NULL, "no memory");
    memset(kept[i], 1, KEPT_BYTES);
  }
  int32_t (*volatile write)(void *, uint64_t, const int16_t *, uint32_t) = on_write;
  for (int t = 0; t < PCM_TICKS; t++) {
    const int64_t start = clock_ns();
    for (int i = 0; i < PCM_SESSIONS; i++) {
      char *place = kept[i] + (size_t)(t % 96) * TICK_BYTES;
      memcpy(place, pcm, TICK_BYTES);
      write(house, 1, (const int16_t *)(const void *)place, TICK_FRAMES);
    }
    taken_ns[t] = (double)(clock_ns() - start) / PCM_SESSIONS;
  }
  for (int i = 0; i < PCM_SESSIONS; i++) free(kept[i]);
  return median(taken_ns, PCM_TICKS);
}

static void measure_pcm(struct house *house) {
  static const int16_t pcm[TICK_FRAMES];
  static double taken_ns[PCM_TICKS];
  house->speech.count = 0;
  open_house(house, PCM_SESSIONS, RTMULTI_CODEC_PCM16);
  for (int i = 0; i < WARM_UP_RUNS; i++) tick(house, pcm);
  for (int i = 0; i < PCM_TICKS; i++) {
    const int64_t before = house->written_frames, start = clock_ns();
    tick(house, pcm);
    taken_ns[i] = (double)(clock_ns() - start) / PCM_SESSIONS;
    require(house->written_frames - before == (int64_t)PCM_SESSIONS * TICK_FRAMES,
            "a paced session did not write 20 ms a tick");
  }
  const double one_ns = median(taken_ns, PCM_TICKS);
  print_figure((struct figure){.name = "20 ms of one of 5,000 paced PCM16 sessions", .unit = "ns", .value = one_ns,
                               .at_most = 800});
  const double least_ns = floor_ns(house, pcm);
  print_figure((struct figure){.name = "a copy to cold memory and a callback for as many", .unit = "ns", .value = least_ns});
  print_figure((struct figure){.name = "20 ms of a paced PCM16 session / that", .unit = "ratio", .value = one_ns / least_ns,
                               .at_most = 3});
  print_figure((struct figure){.name = "real-time PCM16 sessions for one core (25,000 wanted)", .unit = "sessions",
                               .value = TICK_US * 1000.0 / one_ns});
  close_house(house);
}

/* For callgrind so many ticks of a few sessions, and for cachegrind of so many that each finds the cache full of others. */
static void count_pcm(struct house *house, int sessions, int rounds) {
  static const int16_t pcm[TICK_FRAMES];
  open_house(house, sessions, RTMULTI_CODEC_PCM16);
  for (int i = 0; i < rounds; i++) tick(house, pcm);
  print_units((int64_t)rounds * sessions);
  exit(0); /* what closing costs is not counted */
}

int main(int argc, char **argv) {
  static struct house opus, pcm;
  const struct count_request request = count_request(&argc, &argv);
  if (request.what != NULL) {
    enum { FEW = 10, MANY = 600 };
    count_pcm(&pcm, strcmp(request.what, "cold") == 0 ? MANY : FEW, request.rounds);
  }
  require(argc == 2, "usage: paced_sessions FIXTURES");
  load_speech(&opus.speech, argv[1]);
  measure_opus(&opus);
  measure_pcm(&pcm);
  return 0;
}
