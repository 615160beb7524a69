/* Numbers and strings laid down one behind the other, so that two that were laid down in one way can be compared as
 * bytes. */
#ifndef DRIVE_LAYING_H
#define DRIVE_LAYING_H

#include <rtmulti.h>
#include <stddef.h>
#include <stdint.h>

/* What does not fit is left out; whoever lays down gives room enough. */
struct laid {
  unsigned char *bytes;
  size_t size, capacity;
};

void lay_number(struct laid *laid, int64_t number);
void lay_text(struct laid *laid, const char *text, size_t size);
/* As a sum over them. */
void lay_bytes(struct laid *laid, const void *bytes, size_t size);
void lay_message(struct laid *laid, const rtmulti_message *message);

#endif
