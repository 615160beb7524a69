/* Does a G.711 sink get the codes that ITU-T G.191 has for its samples (rule C3)? Every sample there is goes through a
 * session, in both laws, by callback and by polling, to a reporting and to a paced sink, and each code that comes out is
 * compared with G.191's. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "conversation.h"
#include "g191_steps.h"

enum { SAMPLES = 65536, FRAMES_MAX = 2 * SAMPLES };

/* What a sink has taken. */
struct phone {
  struct conversation conversation;
  uint8_t codes[FRAMES_MAX];
  int16_t pcm[FRAMES_MAX];
  size_t count;
  int32_t most; /* frames that it takes of one write; 0: all */
  int writes_without_codes;
};

static struct phone phone;

static uint8_t code_of(const struct g711_step *steps, int16_t sample) {
  size_t step = 255;
  while (steps[step].sample > sample) step--;
  return steps[step].code;
}

static int32_t hear(struct conversation *conversation, const rtmulti_effect *effect) {
  struct phone *heard = (struct phone *)conversation;
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  const uint32_t taken = heard->most > 0 && effect->frames > (uint32_t)heard->most ? (uint32_t)heard->most : effect->frames;
  for (uint32_t i = 0; i < taken && heard->count < FRAMES_MAX; i++) {
    if (effect->codes != NULL) heard->codes[heard->count] = effect->codes[i];
    if (effect->pcm != NULL) heard->pcm[heard->count] = effect->pcm[i];
    heard->count += 1;
  }
  heard->writes_without_codes += effect->codes == NULL;
  conversation->room = taken;
  return 0;
}

static rtmulti_sink sink_of(rtmulti_codec codec, rtmulti_driver driver) {
  rtmulti_sink sink = plain_sink();
  sink.codec = codec;
  sink.driver = driver;
  sink.sample_rate_hz = 8000;
  return sink;
}

static void ring(rtmulti_sink sink, rtmulti_codec source, uint32_t source_hz, bool is_polled) {
  rtmulti_config config = plain_config();
  config.delivery = is_polled ? RTMULTI_DELIVER_BY_POLLING : RTMULTI_DELIVER_BY_CALLBACK;
  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  format.codec = source;
  format.sample_rate_hz = source_hz;
  memset(&phone, 0, sizeof phone);
  converse_as(&phone.conversation, &config, &format, sink);
  phone.conversation.inside = hear;
}

/* Takes what waits, where nobody is called back. */
static void poll_all(bool is_polled) {
  rtmulti_effect effect = {.struct_size = sizeof effect};
  while (is_polled && rtmulti_session_poll(phone.conversation.session, &effect) == RTMULTI_OK) {
    const size_t before = phone.count;
    hear(&phone.conversation, &effect);
    if (effect.kind == RTMULTI_EFFECT_WRITE)
      CHECK_EQUAL(RTMULTI_OK,
                  rtmulti_session_poll_accept(phone.conversation.session, (uint32_t)(phone.count - before)));
  }
}

/* Says `size` bytes of a message, and lets a paced sink have all of it. */
static void speak(const void *bytes, size_t size, bool is_polled) {
  rtmulti_session *session = phone.conversation.session;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_response_created(session, TEXT("r1"), 0, NULL, 0));
  CHECK_EQUAL(RTMULTI_OK, say_item(&phone.conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_audio(session, TEXT("r1"), TEXT("A"), -1, bytes, size));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_item_done(session, TEXT("A")));
  for (int64_t us = 0; us <= 10000000; us += 10000) {
    rtmulti_session_advance(session, us);
    poll_all(is_polled);
    if (phone.most > 0) rtmulti_session_sink_ready(session);
  }
}

static int16_t samples[SAMPLES];

static void check_every_sample(rtmulti_codec codec, rtmulti_driver driver, bool is_polled, int32_t most) {
  const struct g711_step *steps = codec == RTMULTI_CODEC_ULAW ? g191_ulaw : g191_alaw;
  ring(sink_of(codec, driver), RTMULTI_CODEC_PCM16, 8000, is_polled);
  phone.most = most;
  speak(samples, sizeof samples, is_polled);
  CHECK_EQUAL(SAMPLES, phone.count);
  CHECK_EQUAL(0, phone.writes_without_codes);
  int wrong = 0;
  for (size_t i = 0; i < SAMPLES; i++) wrong += phone.codes[i] != code_of(steps, samples[i]);
  CHECK_EQUAL(0, wrong);
  if (is_polled) {
    rtmulti_session_destroy(phone.conversation.session);
  } else {
    part(&phone.conversation);
  }
}

/* What comes as G.711 leaves as it came: only u-law has two zeros, and the negative one becomes the positive. */
static void check_through(rtmulti_codec codec) {
  uint8_t codes[1600];
  for (size_t i = 0; i < sizeof codes; i++) codes[i] = (uint8_t)i;
  ring(sink_of(codec, RTMULTI_DRIVER_PACED), codec, 8000, false);
  speak(codes, sizeof codes, false);
  CHECK_EQUAL(sizeof codes, phone.count);
  int wrong = 0;
  for (size_t i = 0; i < sizeof codes; i++) {
    const uint8_t expected = codec == RTMULTI_CODEC_ULAW && codes[i] == 0x7f ? 0xff : codes[i];
    wrong += phone.codes[i] != expected;
  }
  CHECK_EQUAL(0, wrong);
  part(&phone.conversation);
}

/* Another rate at the source changes nothing but the samples: they are those of a sink that takes PCM. */
static void check_resampled(void) {
  static int16_t pcm[FRAMES_MAX];
  ring(sink_of(RTMULTI_CODEC_PCM16, RTMULTI_DRIVER_REPORTED), RTMULTI_CODEC_PCM16, 24000, false);
  speak(samples, sizeof samples, false);
  const size_t count = phone.count;
  CHECK(count > SAMPLES / 3 - 10);
  memcpy(pcm, phone.pcm, sizeof pcm);
  part(&phone.conversation);
  ring(sink_of(RTMULTI_CODEC_ALAW, RTMULTI_DRIVER_REPORTED), RTMULTI_CODEC_PCM16, 24000, false);
  speak(samples, sizeof samples, false);
  CHECK_EQUAL(count, phone.count);
  int wrong = 0;
  for (size_t i = 0; i < count; i++) wrong += phone.codes[i] != code_of(g191_alaw, pcm[i]);
  CHECK_EQUAL(0, wrong);
  part(&phone.conversation);
}

/* Silence that fills a last block is silence there, too. */
static void check_padding(void) {
  rtmulti_sink sink = sink_of(RTMULTI_CODEC_ULAW, RTMULTI_DRIVER_PACED);
  sink.pad_last_frame = 1;
  ring(sink, RTMULTI_CODEC_PCM16, 8000, false);
  speak(samples, 2 * 200, false);
  CHECK_EQUAL(320, phone.count);
  for (size_t i = 200; i < 320; i++) CHECK_EQUAL(0xff, phone.codes[i]);
  part(&phone.conversation);
}

static rtmulti_result refused(rtmulti_session *session, rtmulti_sink sink) {
  struct host host;
  memset(&host, 0, sizeof host);
  host_fill_sink(&host, &sink);
  return rtmulti_session_set_sink(session, &sink);
}

static void check_refused(void) {
  rtmulti_session *session;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &session));
  rtmulti_sink sink = sink_of(RTMULTI_CODEC_ULAW, RTMULTI_DRIVER_REPORTED);
  sink.write = NULL;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_set_sink(session, &sink));
  sink.sample_rate_hz = 24000;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, refused(session, sink));
  sink = sink_of(RTMULTI_CODEC_ALAW, RTMULTI_DRIVER_REPORTED);
  sink.channels = 2;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, refused(session, sink));
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, refused(session, sink_of(RTMULTI_CODEC_OPUS, RTMULTI_DRIVER_REPORTED)));
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, refused(session, sink_of(0, RTMULTI_DRIVER_REPORTED)));
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, refused(session, sink_of(RTMULTI_CODEC_ULAW, RTMULTI_DRIVER_PULLED)));
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, refused(session, sink_of(RTMULTI_CODEC_ULAW, RTMULTI_DRIVER_HOST)));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
}

int main(void) {
  for (int i = 0; i < SAMPLES; i++) samples[i] = (int16_t)(i - 32768);
  const rtmulti_codec laws[] = {RTMULTI_CODEC_ULAW, RTMULTI_CODEC_ALAW};
  for (size_t law = 0; law < 2; law++) {
    check_every_sample(laws[law], RTMULTI_DRIVER_REPORTED, false, 0);
    check_every_sample(laws[law], RTMULTI_DRIVER_REPORTED, true, 0);
    check_every_sample(laws[law], RTMULTI_DRIVER_REPORTED, false, 333);
    check_every_sample(laws[law], RTMULTI_DRIVER_PACED, false, 0);
    check_every_sample(laws[law], RTMULTI_DRIVER_PACED, true, 0);
    check_through(laws[law]);
  }
  check_resampled();
  check_padding();
  check_refused();
  return check_end("g711_sink");
}
