/* libogg for Swift. */
#ifndef RTMULTI_COGG_SHIM_H
#define RTMULTI_COGG_SHIM_H

#include <ogg/ogg.h>

#endif
