/* Pages around packets; see pages.h. */
#include "pages.h"

#include "../ogg_writer.h"

enum { SERIAL = 1, HEADER_PAGES = 2 };

size_t pages_begin(unsigned char bytes[PAGES_BYTES]) {
  unsigned char head[19] = "OpusHead";
  head[8] = 1; /* version */
  head[9] = 1; /* channel */
  write_number(head + 12, 48000, 4);
  const size_t size = write_page(bytes, BEGINS, 0, SERIAL, 0, head, 1, sizeof head);
  return size + write_page(bytes + size, 0, 0, SERIAL, 1, "OpusTags\0\0\0\0\0\0\0\0", 1, 16);
}

size_t pages_wrap(unsigned char bytes[PAGES_BYTES], const unsigned char *packet, size_t size, int64_t number,
                  int64_t end_frame) {
  return write_page_of_one(bytes, 0, end_frame, SERIAL, (uint32_t)(HEADER_PAGES + number), packet, size);
}
