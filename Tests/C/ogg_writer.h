/* Ogg pages byte by byte (RFC 3533), for tests that want them otherwise than a library would write them. Of what lies in
 * them only the beginning of an Opus stream is known here (RFC 7845). */
#ifndef OGG_WRITER_H
#define OGG_WRITER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { BEGINS = 2, ENDS = 4 };

static inline void write_number(unsigned char *place, uint64_t number, int bytes) {
  for (int i = 0; i < bytes; i++) place[i] = (unsigned char)(number >> (8 * i));
}

static inline uint32_t checksum(const unsigned char *bytes, size_t size) {
  uint32_t sum = 0;
  for (size_t i = 0; i < size; i++) {
    sum ^= (uint32_t)bytes[i] << 24;
    for (int bit = 0; bit < 8; bit++) sum = sum & 0x80000000u ? sum << 1 ^ 0x04C11DB7u : sum << 1;
  }
  return sum;
}

/* A page whose head has `count` lacing values, which are written already, and then `size` bytes. Returns its size. */
static inline size_t finish_page(unsigned char *page, unsigned flags, int64_t granule, uint32_t serial, uint32_t number,
                                 const void *packets, int count, size_t size) {
  const size_t head_size = 27 + (size_t)count;
  memset(page, 0, 27);
  memcpy(page, "OggS", 4);
  page[5] = (unsigned char)flags;
  write_number(page + 6, (uint64_t)granule, 8);
  write_number(page + 14, serial, 4);
  write_number(page + 18, number, 4);
  page[26] = (unsigned char)count;
  memcpy(page + head_size, packets, size);
  write_number(page + 22, checksum(page, head_size + size), 4);
  return head_size + size;
}

/* A page with `count` packets (255 at most) of `size` bytes each, which are fewer than 255. Returns its size. */
static inline size_t write_page(unsigned char *page, unsigned flags, int64_t granule, uint32_t serial, uint32_t number,
                                const void *packets, int count, size_t size) {
  memset(page + 27, (int)size, (size_t)count);
  return finish_page(page, flags, granule, serial, number, packets, count, (size_t)count * size);
}

/* A page with one packet of any size below 65,025 bytes. Returns its size. */
static inline size_t write_page_of_one(unsigned char *page, unsigned flags, int64_t granule, uint32_t serial,
                                       uint32_t number, const void *packet, size_t size) {
  const size_t whole = size / 255;
  memset(page + 27, 255, whole);
  page[27 + whole] = (unsigned char)(size % 255);
  return finish_page(page, flags, granule, serial, number, packet, (int)whole + 1, size);
}

enum { HEAD_PAGES = 2 };

/* The pages with which an Opus stream of one channel at 48 kHz begins, without pre-skip. Returns their size. */
static inline size_t write_opus_head(unsigned char *pages, uint32_t serial) {
  unsigned char head[19] = "OpusHead";
  head[8] = 1; /* version */
  head[9] = 1; /* channel */
  write_number(head + 12, 48000, 4);
  const size_t size = write_page(pages, BEGINS, 0, serial, 0, head, 1, sizeof head);
  return size + write_page(pages + size, 0, 0, serial, 1, "OpusTags\0\0\0\0\0\0\0\0", 1, 16);
}

#endif
