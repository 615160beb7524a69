/* libopus for Swift. Only what C alone can say lives here: inline faces of variadic functions. */
#ifndef RTMULTI_COPUS_SHIM_H
#define RTMULTI_COPUS_SHIM_H

#include <opus.h>

/* opus_decoder_ctl for requests that take one number, OPUS_SET_GAIN_REQUEST for example. */
static inline int rtmulti_opus_decoder_set(OpusDecoder *decoder, int request, opus_int32 value) {
  return opus_decoder_ctl(decoder, request, value);
}

/* Where the range coder of the last packet ended: the same number in encoder and decoder proves that both agree. */
static inline opus_uint32 rtmulti_opus_decoder_final_range(OpusDecoder *decoder) {
  opus_uint32 range = 0;
  opus_decoder_ctl(decoder, OPUS_GET_FINAL_RANGE(&range));
  return range;
}

static inline opus_uint32 rtmulti_opus_encoder_final_range(OpusEncoder *encoder) {
  opus_uint32 range = 0;
  opus_encoder_ctl(encoder, OPUS_GET_FINAL_RANGE(&range));
  return range;
}

/* opus_encoder_ctl for requests that take one number; the tests make their packets with it. */
static inline int rtmulti_opus_encoder_set(OpusEncoder *encoder, int request, opus_int32 value) {
  return opus_encoder_ctl(encoder, request, value);
}

#endif
