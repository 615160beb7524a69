/* libopus for Swift. Only what C alone can say lives here: inline faces of variadic functions. */
#ifndef RTMULTI_COPUS_SHIM_H
#define RTMULTI_COPUS_SHIM_H

#include <opus.h>

/* opus_decoder_ctl for requests that take one number, OPUS_SET_GAIN_REQUEST for example. */
static inline int rtmulti_opus_decoder_set(OpusDecoder *decoder, int request, opus_int32 value) {
  return opus_decoder_ctl(decoder, request, value);
}

/* opus_encoder_ctl for requests that take one number; the tests make their packets with it. */
static inline int rtmulti_opus_encoder_set(OpusEncoder *encoder, int request, opus_int32 value) {
  return opus_encoder_ctl(encoder, request, value);
}

#endif
