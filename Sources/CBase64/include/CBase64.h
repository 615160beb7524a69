/*
 * Base64 (RFC 4648 §4) to bytes, vectorised. Debian has no fast one; a table takes 4 to 6 us where this takes
 * well under one.
 */
#ifndef RTMULTI_CBASE64_H
#define RTMULTI_CBASE64_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Not for the world outside of the library. */
#pragma GCC visibility push(hidden)

/* The room that decoding `size` characters needs, vector stores included. */
static inline size_t rtmulti_base64_capacity(size_t size) { return size / 4 * 3 + 35; }

/* Decodes `size` characters into `out`, which must have room for rtmulti_base64_capacity(size) bytes. Padding
 * may be left out. Returns the number of bytes, or -1 when a character or the length is none of base64. */
ptrdiff_t rtmulti_base64_decode(const char *text, size_t size, uint8_t *out);

/* The same without vectors: what the others are checked against. */
ptrdiff_t rtmulti_base64_decode_scalar(const char *text, size_t size, uint8_t *out);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
