/* The handle of a device: it keeps its rate and channels for ever, outlives its sink and its session, and then gives
 * silence; who holds it last frees nothing. And a device's thread needs no more stack than the header promises. Run it
 * under valgrind as well (make test-full). */
/* usleep and stack sizes are no part of C11. */
#define _DEFAULT_SOURCE
#include <opus.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "conversation.h"
#include "pulled.h"

enum { FRAMES = 240 };

static rtmulti_sink pulled_sink(uint32_t sample_rate_hz, uint32_t channels) {
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.driver = RTMULTI_DRIVER_PULLED;
  sink.flags |= RTMULTI_SINK_GAPLESS;
  sink.sample_rate_hz = sample_rate_hz;
  sink.channels = channels;
  sink.fade_us = 0;
  return sink;
}

static void plug(rtmulti_session *session, uint32_t sample_rate_hz, uint32_t channels) {
  const rtmulti_sink sink = pulled_sink(sample_rate_hz, channels);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, &sink));
}

static void open_conversation(struct conversation *conversation) {
  const rtmulti_config config = plain_config();
  converse(conversation, &config);
}

static int is_silent(const int16_t *samples, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (samples[i] != 0) return 0;
  return 1;
}

static void speak(struct conversation *conversation, const char *response, const char *item, int frames) {
  static int16_t pcm[48000];
  for (int i = 0; i < 48000; i++) pcm[i] = 1000;
  say_response(conversation, response);
  say_item(conversation, response, item);
  rtmulti_session_audio(conversation->session, TEXT(response), TEXT(item), -1, pcm, (size_t)frames * sizeof *pcm);
}

/* ---- what a device is ---- */

static void only_a_pulled_sink_has_one(void) {
  struct conversation conversation;
  open_conversation(&conversation);
  rtmulti_device *device = (rtmulti_device *)&conversation;
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, rtmulti_session_device(conversation.session, &device));
  CHECK(device == NULL);
  device = (rtmulti_device *)&conversation;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_device(NULL, &device));
  CHECK(device == NULL);
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_device(conversation.session, NULL));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(conversation.session, NULL));
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, rtmulti_session_device(conversation.session, &device));
  rtmulti_device_retain(NULL);
  rtmulti_device_release(NULL);
  CHECK_EQUAL(0, rtmulti_device_sample_rate_hz(NULL));
  CHECK_EQUAL(0, rtmulti_device_channels(NULL));
  part(&conversation);
}

/* What does not fit gives zeros for what the caller said, and not a sample beyond. */
static void what_does_not_fit_gives_zeros(void) {
  struct conversation conversation;
  int16_t samples[2 * FRAMES + 1];
  float floats[FRAMES + 1];
  open_conversation(&conversation);
  plug(conversation.session, 24000, 1);
  rtmulti_device *device = device_of(conversation.session);
  CHECK_EQUAL(24000, rtmulti_device_sample_rate_hz(device));
  CHECK_EQUAL(1, rtmulti_device_channels(device));
  speak(&conversation, "r1", "A", 4 * FRAMES);

  CHECK_EQUAL(0, rtmulti_device_pull(device, NULL, FRAMES, 1, 0));
  CHECK_EQUAL(0, rtmulti_device_pull_f32(device, NULL, FRAMES, 1, 0));
  for (int i = 0; i <= 2 * FRAMES; i++) samples[i] = 77;
  CHECK_EQUAL(0, rtmulti_device_pull(device, samples, FRAMES, 2, 0));
  CHECK(is_silent(samples, 2 * FRAMES));
  CHECK_EQUAL(77, samples[2 * FRAMES]);
  for (int i = 0; i <= 2 * FRAMES; i++) samples[i] = 77;
  CHECK_EQUAL(0, rtmulti_device_pull(NULL, samples, FRAMES, 1, 0));
  CHECK(is_silent(samples, FRAMES));
  CHECK_EQUAL(77, samples[FRAMES]);
  CHECK_EQUAL(0, rtmulti_device_pull(device, samples, FRAMES, 0, 0));
  CHECK_EQUAL(0, samples[0]);
  floats[0] = floats[FRAMES - 1] = floats[FRAMES] = 0.5f;
  CHECK_EQUAL(0, rtmulti_device_pull_f32(NULL, floats, FRAMES, 1, 0));
  CHECK(floats[0] == 0 && floats[FRAMES - 1] == 0 && floats[FRAMES] == 0.5f);

  /* Nothing of the message was lost by it. */
  CHECK_EQUAL(FRAMES, rtmulti_device_pull(device, samples, FRAMES, 1, 0));
  CHECK_EQUAL(1000, samples[0]);
  CHECK_EQUAL(FRAMES, rtmulti_device_pull_f32(device, floats, FRAMES, 1, 0));
  rtmulti_device_release(device);
  part(&conversation);
}

/* ---- how long it lives ---- */

static void an_old_sink_gives_silence(void) {
  struct conversation conversation;
  int16_t samples[2 * FRAMES];
  open_conversation(&conversation);
  plug(conversation.session, 24000, 1);
  rtmulti_device *mono = device_of(conversation.session);
  speak(&conversation, "r1", "A", 4 * FRAMES);
  CHECK_EQUAL(FRAMES, rtmulti_device_pull(mono, samples, FRAMES, 1, 0));

  plug(conversation.session, 48000, 2);
  rtmulti_device *stereo = device_of(conversation.session);
  CHECK(stereo != mono);
  CHECK_EQUAL(24000, rtmulti_device_sample_rate_hz(mono));
  CHECK_EQUAL(1, rtmulti_device_channels(mono));
  CHECK_EQUAL(2, rtmulti_device_channels(stereo));
  CHECK_EQUAL(0, rtmulti_device_pull(mono, samples, FRAMES, 1, 0));
  CHECK(is_silent(samples, FRAMES));
  CHECK_EQUAL(FRAMES, rtmulti_device_pull(stereo, samples, FRAMES, 2, 0));

  /* What the old one took counts, and the new one had the rest. */
  rtmulti_session_advance(conversation.session, 1000);
  rtmulti_position position = {.struct_size = sizeof position};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_position(conversation.session, TEXT("A"), 0, &position));
  CHECK_EQUAL(FRAMES + FRAMES / 2, position.heard_frames);

  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(conversation.session, NULL));
  CHECK_EQUAL(0, rtmulti_device_pull(stereo, samples, FRAMES, 2, 0));
  rtmulti_device_release(mono);
  part(&conversation);
  /* The session is gone. */
  CHECK_EQUAL(0, rtmulti_device_pull(stereo, samples, FRAMES, 2, 0));
  CHECK(is_silent(samples, 2 * FRAMES));
  CHECK_EQUAL(48000, rtmulti_device_sample_rate_hz(stereo));
  rtmulti_device_release(stereo);
}

/* With an Opus decoder and a resampler lent to it, in the middle of a packet. */
static void it_outlives_its_session_with_what_was_lent(void) {
  unsigned char packet[4000];
  int16_t pcm[2880] = {0}, samples[2 * 441];
  OpusEncoder *encoder = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, NULL);
  const int size = opus_encode(encoder, pcm, 2880, packet, sizeof packet);
  opus_encoder_destroy(encoder);
  for (int end = 0; end < 2; end++) {
    struct conversation conversation;
    open_conversation(&conversation);
    plug(conversation.session, 44100, 2);
    rtmulti_format format;
    rtmulti_format_init(&format, sizeof format);
    format.codec = RTMULTI_CODEC_OPUS;
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_format(conversation.session, &format));
    rtmulti_device *device = device_of(conversation.session);
    rtmulti_device_retain(device);
    say_response(&conversation, "r1");
    for (int i = 0; i < 3; i++)
      rtmulti_session_audio(conversation.session, TEXT("r1"), TEXT("A"), -1, packet, (size_t)size);
    CHECK_EQUAL(441, rtmulti_device_pull(device, samples, 441, 2, 0));
    rtmulti_device_release(device);
    if (end == 0) CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(conversation.session, NULL));
    part(&conversation);
    CHECK_EQUAL(0, rtmulti_device_pull(device, samples, 441, 2, 0));
    rtmulti_device_release(device);
  }
  /* Frees what was let go of last. */
  rtmulti_session *session;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &session));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
}

/* ---- inside the session's own callbacks ---- */

static int32_t pull_inside(struct conversation *conversation, const rtmulti_effect *effect) {
  int16_t samples[FRAMES];
  uint32_t *taken = conversation->memory;
  if (effect->kind == RTMULTI_EFFECT_EVENT) *taken += pull_now(conversation->session, samples, FRAMES, 1, 0);
  return 0;
}

static void a_callback_may_pull(void) {
  struct conversation conversation;
  uint32_t taken = 0;
  open_conversation(&conversation);
  plug(conversation.session, 24000, 1);
  speak(&conversation, "r1", "A", 4 * FRAMES);
  int16_t samples[FRAMES];
  CHECK_EQUAL(FRAMES, pull_now(conversation.session, samples, FRAMES, 1, 0));
  conversation.inside = pull_inside;
  conversation.memory = &taken;
  rtmulti_session_advance(conversation.session, 1000);
  CHECK(taken >= FRAMES);
  conversation.inside = NULL;
  part(&conversation);
}

/* ---- another thread, with sinks that change and sessions that end under it ---- */

enum { STACK_BYTES = 128 << 10, ROUNDS = 200 };

struct puller {
  _Atomic(rtmulti_device *) next; /* handed over with its hold */
  atomic_int is_over;
  int64_t taken, noise; /* read when the thread has ended */
};

static void *pull_what_is_given(void *memory) {
  struct puller *puller = memory;
  static float block[2 * 480];
  rtmulti_device *device = NULL;
  while (!atomic_load(&puller->is_over)) {
    rtmulti_device *given = atomic_exchange(&puller->next, NULL);
    if (given != NULL) {
      rtmulti_device_release(device);
      device = given;
    }
    const uint32_t channels = rtmulti_device_channels(device);
    const uint32_t taken = rtmulti_device_pull_f32(device, block, 480, channels == 0 ? 1 : channels, 100);
    puller->taken += taken;
    for (uint32_t i = taken * channels; i < 480 * channels; i++) puller->noise += block[i] != 0;
  }
  rtmulti_device_release(device);
  return NULL;
}

static void sinks_and_sessions_change_under_a_small_thread(void) {
  static struct puller puller;
  unsigned char packet[4000];
  int16_t pcm[960];
  OpusEncoder *encoder = opus_encoder_create(48000, 1, OPUS_APPLICATION_AUDIO, NULL);
  for (int i = 0; i < 960; i++) pcm[i] = (int16_t)((i * 40 % 400 - 200) * 50);
  const int size = opus_encode(encoder, pcm, 960, packet, sizeof packet);
  opus_encoder_destroy(encoder);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  CHECK_EQUAL(0, pthread_attr_setstacksize(&attributes, STACK_BYTES));
  pthread_t thread;
  if (!CHECK_EQUAL(0, pthread_create(&thread, &attributes, pull_what_is_given, &puller))) return;
  for (int round = 0; round < ROUNDS; round++) {
    struct conversation conversation;
    open_conversation(&conversation);
    rtmulti_format format;
    rtmulti_format_init(&format, sizeof format);
    format.codec = RTMULTI_CODEC_OPUS;
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_format(conversation.session, &format));
    for (int swap = 0; swap < 3; swap++) {
      plug(conversation.session, swap == 1 ? 44100 : 48000, (uint32_t)(1 + (round + swap) % 2));
      rtmulti_device_release(atomic_exchange(&puller.next, device_of(conversation.session)));
      say_response(&conversation, "r1");
      for (int i = 0; i < 8; i++)
        rtmulti_session_audio(conversation.session, TEXT("r1"), TEXT("A"), -1, packet, (size_t)size);
      usleep((useconds_t)(round * 37 % 300));
      rtmulti_session_advance(conversation.session, (round * 3 + swap + 1) * 10000);
    }
    part(&conversation);
  }
  atomic_store(&puller.is_over, 1);
  CHECK_EQUAL(0, pthread_join(thread, NULL));
  rtmulti_device_release(atomic_load(&puller.next));
  pthread_attr_destroy(&attributes);
  CHECK(puller.taken > 0);
  CHECK_EQUAL(0, puller.noise);
}

int main(void) {
  only_a_pulled_sink_has_one();
  what_does_not_fit_gives_zeros();
  an_old_sink_gives_silence();
  it_outlives_its_session_with_what_was_lent();
  a_callback_may_pull();
  sinks_and_sessions_change_under_a_small_thread();
  return check_end("device");
}
