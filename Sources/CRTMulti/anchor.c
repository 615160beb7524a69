/* Compiles the public header, so that Swift sees its C types. No code lives here. */
#include "rtmulti.h"
