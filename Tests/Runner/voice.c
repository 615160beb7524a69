/* The model's voice in every codec; see voice.h. */
#include "voice.h"

#include <opus/opus.h>

void voice_start(struct voice *voice, const struct scenario_config *config) {
  const bool is_g711 = config->codec == RTMULTI_CODEC_ULAW || config->codec == RTMULTI_CODEC_ALAW;
  *voice = (struct voice){.codec = config->codec, .rate_hz = is_g711 ? 8000 : config->source_rate_hz};
}

void voice_end(struct voice *voice) {
  if (voice->encoder != NULL) opus_encoder_destroy(voice->encoder);
  voice->encoder = NULL;
}

rtmulti_format voice_format(const struct voice *voice) {
  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  format.codec = voice->is_paged ? RTMULTI_CODEC_OGG_OPUS : voice->codec;
  format.sample_rate_hz = voice->codec == RTMULTI_CODEC_OPUS ? 48000 : voice->rate_hz;
  format.channels = 1;
  return format;
}

int64_t voice_frames(const struct voice *voice, int64_t ms) { return ms * voice->rate_hz / 1000; }

/* A sawtooth that never rests at zero: one step for each frame. */
static int16_t next_sample(struct voice *voice) {
  voice->phase = (voice->phase + 211) % 16001;
  return (int16_t)((int32_t)voice->phase - 8000);
}

static size_t speak_opus(struct voice *voice, int64_t frames, unsigned char *bytes) {
  int16_t pcm[2880];
  int problem = OPUS_OK;
  if (voice->encoder == NULL) {
    voice->encoder = opus_encoder_create((opus_int32)voice->rate_hz, 1, OPUS_APPLICATION_VOIP, &problem);
    if (voice->encoder == NULL || problem != OPUS_OK) return 0;
    /* Nobody listens: the cheapest encoding will do. */
    opus_encoder_ctl((OpusEncoder *)voice->encoder, OPUS_SET_COMPLEXITY(0));
    opus_encoder_ctl((OpusEncoder *)voice->encoder, OPUS_SET_BITRATE(24000));
  }
  for (int64_t i = 0; i < frames; i++) pcm[i] = next_sample(voice);
  const opus_int32 size = opus_encode(voice->encoder, pcm, (int)frames, bytes, VOICE_DELTA_BYTES);
  return size < 0 ? 0 : (size_t)size;
}

size_t voice_speak(struct voice *voice, int64_t frames, unsigned char bytes[VOICE_DELTA_BYTES]) {
  switch (voice->codec) {
    case RTMULTI_CODEC_OPUS: return speak_opus(voice, frames, bytes);
    case RTMULTI_CODEC_PCM16:
      for (int64_t i = 0; i < frames; i++) {
        const uint16_t sample = (uint16_t)next_sample(voice);
        bytes[2 * i] = (unsigned char)(sample & 0xffu);
        bytes[2 * i + 1] = (unsigned char)(sample >> 8);
      }
      return (size_t)frames * 2;
    default: voice_fill(bytes, (size_t)frames); return (size_t)frames;
  }
}

void voice_fill(unsigned char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) bytes[i] = (unsigned char)(16 + i * 7 % 96);
}

size_t voice_damage(unsigned char bytes[VOICE_DELTA_BYTES]) {
  bytes[0] = 0x03; /* framing code 3: a count of frames follows ... */
  bytes[1] = 0x00; /* ... and it must not be 0 */
  return 2;
}

int64_t voice_packet_frames(const unsigned char *bytes, size_t size, int64_t otherwise) {
  const unsigned char *frames[48];
  opus_int16 sizes[48];
  if (size == 0 || size > INT32_MAX) return otherwise;
  if (opus_packet_parse(bytes, (opus_int32)size, NULL, frames, sizes, NULL) <= 0) return otherwise;
  const int samples = opus_packet_get_nb_samples(bytes, (opus_int32)size, 48000);
  return samples <= 0 ? otherwise : samples;
}
