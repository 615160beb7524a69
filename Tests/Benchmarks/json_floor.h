/* The least that an audio delta event can cost: json_floor.cpp does it, json_event.c measures it. */
#ifndef JSON_FLOOR_H
#define JSON_FLOOR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Takes the event apart with simdjson, decodes its delta into `audio`, which has room for it, and returns the number
 * of bytes; 0 when the event is no audio delta with its ids. */
size_t json_floor(const char *text, size_t size, uint8_t *audio);

#ifdef __cplusplus
}
#endif
#endif
