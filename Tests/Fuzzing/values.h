/* Arguments out of bytes: names, sizes, numbers and structs of which some are good, some are at a limit, and some can
 * never be meant. Which call gets them is not known here. */
#ifndef FUZZING_VALUES_H
#define FUZZING_VALUES_H

#include <rtmulti.h>
#include <stdbool.h>

/* The input as it is used up; past its end every byte is 0. */
struct cursor {
  const uint8_t *next, *end;
};
uint8_t take_byte(struct cursor *cursor);
bool is_used_up(const struct cursor *cursor);

struct name {
  const char *bytes;
  size_t size; /* as it is passed on: may be RTMULTI_NUL_TERMINATED, or nonsense */
  size_t real_size;
};

enum name_family { NAME_RESPONSE, NAME_ITEM, NAME_TOKEN, NAME_WORDS };
struct name take_name(struct cursor *cursor, enum name_family family);

int32_t take_index(struct cursor *cursor);
int64_t take_frames(struct cursor *cursor, int64_t written);
int64_t take_step_us(struct cursor *cursor);

/* Bytes of audio: a part of the input, noise of a certain size, or a size that no memory has. */
struct name take_audio(struct cursor *cursor);

void take_format(struct cursor *cursor, rtmulti_format *format);
/* Without callbacks; `text_write` is set to anything when texts are shown. */
void take_sink(struct cursor *cursor, rtmulti_sink *sink);
void take_config(struct cursor *cursor, rtmulti_config *config);

/* An event of the wire, now and then a broken one. */
struct name take_event(struct cursor *cursor);

#endif
