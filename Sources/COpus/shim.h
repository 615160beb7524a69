/* libopus for Swift. Only what C alone can say lives here: inline faces of variadic functions. */
#ifndef RTMULTI_COPUS_SHIM_H
#define RTMULTI_COPUS_SHIM_H

#include <opus.h>

#endif
