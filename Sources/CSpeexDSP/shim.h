/* The resampler of libspeexdsp for Swift. */
#ifndef RTMULTI_CSPEEXDSP_SHIM_H
#define RTMULTI_CSPEEXDSP_SHIM_H

#include <speex/speex_resampler.h>

#endif
