/* How much memory can one session hold? A session is filled to all of its limits at once, at its dearest, and what the process
 * then has in its heap is held against the formula of SECURITY.md: never more, and not much less, or the formula would say
 * nothing. Which input is refused at which limit stands in limits.c; what floods of one kind do, in floods.c.
 *
 * usage: most_memory */
#include <malloc.h>

#include "conversation.h"
#include "ogg_writer.h"

enum {
  KIB = 1024,
  MIB = 1024 * KIB,
  LONGEST_ID = 1024,
  RESPONSES = 255, /* beside the one that is heard */
  HISTORY = 1024,
  HISTORY_TEXT = 4 * KIB,
  LARGEST = 16 * MIB,
};

/* The formula of SECURITY.md, in bytes: what lies in a session between two calls. */
static uint64_t most_bytes(const rtmulti_config *config) {
  const uint64_t text = config->max_text_bytes > 16 * MIB ? config->max_text_bytes : 16 * MIB;
  return 2 * config->max_queued_bytes + 2 * text + 128 * (uint64_t)MIB;
}

/* Inputs that are given from inside a callback wait until it returns. */
static const uint64_t most_deferred_bytes = 68 * (uint64_t)MIB;

/* What one event of the wire takes: its thread's memory for reading, and Ogg pages of packets of one byte in it. */
static uint64_t most_bytes_of_an_event(const rtmulti_config *config) {
  return 16 * (uint64_t)config->max_event_bytes + MIB;
}

static char words[LARGEST + 1];

static uint64_t heap(void) {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/* A name that is as long as a name may be, and another for each kind and number. */
static const char *long_name(const char *kind, int i) {
  static char names[2][LONGEST_ID + 1];
  char *name = names[kind[0] == 'r'];
  memset(name, 'n', LONGEST_ID);
  snprintf(name + LONGEST_ID - 24, 25, "%-8.8s%d", kind, i);
  return name;
}

/* The newest messages that were heard, each with a text and the longest reason of its response. */
static void fill_history(struct conversation *conversation) {
  for (int i = 0; i < HISTORY; i++) {
    const char *response = long_name("r-heard", i), *item = long_name("heard", i);
    say_response(conversation, response);
    rtmulti_session_text(conversation->session, TEXT(response), TEXT(item), 0, words, HISTORY_TEXT, 0, 0);
    say_audio(conversation, response, item, FRAMES_PER_MS);
    rtmulti_session_response_done(conversation->session, TEXT(response), RTMULTI_STATUS_FAILED, words, 4 * KIB);
    rtmulti_session_playback_finished(conversation->session, conversation->segment, FRAMES_PER_MS, 0, RTMULTI_NOW);
  }
}

/* Items that have settled, for they were empty, as many as are remembered, each with the longest name. */
static void fill_items(struct conversation *conversation) {
  for (int i = 0; i < 40000; i++) {
    const char *response = long_name("r-items", i / 10000);
    if (i % 10000 == 0) CHECK_EQUAL(RTMULTI_OK, say_response(conversation, response));
    CHECK_EQUAL(RTMULTI_OK, say_item(conversation, response, long_name("empty", i)));
    say_item_done(conversation, long_name("empty", i));
    if (i % 10000 == 9999) say_response_done(conversation, response);
  }
}

/* And items that wait, with all the parts that they may have. Where more may wait, longest names are dearer than parts. */
static void fill_parts(struct conversation *conversation, const rtmulti_config *config) {
  const int parts = config->max_open_items > 1024 ? 0 : 64;
  for (int item = 0; item < (int)config->max_open_items; item++) {
    const char *response = long_name("r", item / 16384);
    if (item % 16384 == 0) say_response(conversation, response);
    if (say_item(conversation, response, long_name("parts", item)) != RTMULTI_OK) break;
    rtmulti_session_set_phase(conversation->session, TEXT(long_name("parts", item)), words, 64);
    for (int part = 0; part < parts; part++)
      rtmulti_session_part_added(conversation->session, TEXT(response), TEXT(long_name("parts", item)), part * 1000,
                                 RTMULTI_PART_AUDIO, NULL);
  }
}

/* Letters with a span each, which are dearer than their bytes, and as much text as there may be. */
static void fill_text(struct conversation *conversation, const rtmulti_config *config) {
  const char *response = long_name("r", 0);
  for (int item = 0; item < 64; item++) {
    const char *name = long_name("spoken", item);
    say_item(conversation, response, name);
    uint64_t said = 0;
    for (int span = 0; item < 2 && span < 20000; span++) {
      if (rtmulti_session_text(conversation->session, TEXT(response), TEXT(name), 0, span % 6 == 5 ? " " : "a", 1, span,
                               span + 1) != RTMULTI_OK)
        break;
      said += 33;
    }
    while (said < config->max_text_bytes) {
      const uint64_t piece = config->max_text_bytes - said < 4000 ? config->max_text_bytes - said : 4000;
      if (rtmulti_session_text(conversation->session, TEXT(response), TEXT(name), 0, words, (size_t)piece, -1, -1) != RTMULTI_OK)
        break;
      said += piece;
    }
  }
}

static unsigned char pages[LARGEST];

/* Fills `pages` with at most `size` bytes of Ogg pages full of packets of one byte; how many bytes that are. What waits takes
 * ten times as much. */
static size_t pages_of(size_t size) {
  enum { PACKETS = 255, PACKET_FRAMES = 120, LONGEST_PAGE = 600 };
  static unsigned char packets[PACKETS];
  size_t at = write_opus_head(pages, 1);
  memset(packets, 0x80, sizeof packets);
  for (uint32_t number = HEAD_PAGES; at + LONGEST_PAGE <= size; number++) {
    const int64_t granule = (int64_t)(number - 1) * PACKETS * PACKET_FRAMES;
    at += write_page(pages + at, 0, granule, 1, number, packets, PACKETS, 1);
  }
  return at;
}

static rtmulti_result say_pages(struct conversation *conversation, const char *response, const char *item, size_t size) {
  const size_t bytes = pages_of(size);
  return rtmulti_session_audio(conversation->session, TEXT(response), TEXT(item), 0, pages, bytes);
}

static void fill_audio(struct conversation *conversation, const rtmulti_config *config) {
  rtmulti_result result = RTMULTI_OK;
  for (int response = 0; response < RESPONSES && result != RTMULTI_ERROR_LIMIT_QUEUE; response++) {
    const char *name = long_name("r", response);
    result = say_pages(conversation, name, long_name("audio", response), config->max_queued_bytes > 16 * MIB ? MIB : 128 * KIB);
  }
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_QUEUE, result);
}

struct peak {
  uint64_t bytes;
};

/* From inside a callback: as many inputs as may wait until it returns. */
static int32_t queue_all(struct conversation *conversation, const rtmulti_effect *effect) {
  struct peak *peak = (struct peak *)conversation->memory;
  (void)effect;
  if (peak->bytes != 0) return 0;
  rtmulti_result result = RTMULTI_QUEUED;
  for (int i = 0; i < 5000 && result == RTMULTI_QUEUED; i++)
    result = rtmulti_session_function_call(conversation->session, TEXT("r"), TEXT("call"), TEXT("call"), TEXT("look"), words,
                                           LARGEST / 16);
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_DEFERRED, result);
  peak->bytes = heap();
  return 0;
}

/* One event of the wire that is as long as it may be: of structure alone, and of Ogg pages. */
static void check_an_event(const rtmulti_config *config) {
  static char event[LARGEST + 1];
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *head = "{\"type\":\"response.output_audio.delta\",\"response_id\":\"r\",\"item_id\":\"A\",\"content_index\":0,\"delta\":\"";
  const uint64_t before = heap();
  struct conversation conversation;
  rtmulti_format ogg;
  rtmulti_format_init(&ogg, sizeof ogg);
  ogg.codec = RTMULTI_CODEC_OGG_OPUS;
  converse(&conversation, config);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(conversation.session, NULL));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_format(conversation.session, &ogg));
  const size_t size = config->max_event_bytes;
  memset(event, '[', size);
  CHECK(rtmulti_session_receive_json(conversation.session, event, size) < 0);
  const uint64_t structure = heap() - before;
  const size_t room = (size - strlen(head) - 2) / 4 * 3;
  const size_t page_bytes = pages_of(room);
  size_t at = (size_t)sprintf(event, "%s", head);
  for (size_t i = 0; i + 3 <= page_bytes; i += 3) {
    const uint32_t group = (uint32_t)pages[i] << 16 | (uint32_t)pages[i + 1] << 8 | pages[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) event[at++] = letters[group >> shift & 63];
  }
  event[at++] = '"', event[at++] = '}';
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_receive_json(conversation.session, event, at));
  const uint64_t dear = heap() - before;
  printf("an event of %.2f MiB: %.1f MiB of structure alone, %.1f of Ogg pages, of at most %.1f\n", (double)size / MIB,
         (double)structure / MIB, (double)dear / MIB, (double)most_bytes_of_an_event(config) / MIB);
  CHECK(dear <= most_bytes_of_an_event(config));
  CHECK(dear == 0 || dear >= most_bytes_of_an_event(config) / 3);
  rtmulti_session_destroy(conversation.session);
}

static void check(const char *name, const rtmulti_config *config) {
  const uint64_t before = heap();
  struct conversation conversation;
  rtmulti_format ogg;
  rtmulti_format_init(&ogg, sizeof ogg);
  ogg.codec = RTMULTI_CODEC_OGG_OPUS;
  converse(&conversation, config);
  fill_history(&conversation);
  const uint64_t history = heap() - before;
  fill_items(&conversation);
  const uint64_t items = heap() - before;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(conversation.session, NULL));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_format(conversation.session, &ogg));
  fill_text(&conversation, config);
  const uint64_t text = heap() - before;
  fill_audio(&conversation, config);
  const uint64_t audio = heap() - before;
  fill_parts(&conversation, config);
  const uint64_t all = heap() - before;
  struct peak peak = {0};
  conversation.memory = &peak, conversation.inside = queue_all;
  rtmulti_session_interrupt(conversation.session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST);
  conversation.inside = NULL;
  CHECK(peak.bytes != 0);
  const uint64_t inside = peak.bytes - before;
  printf("%-10s MiB: history %.1f, +items %.1f, +text %.1f, +audio %.1f, +parts %.1f of at most %.1f; in a callback %.1f of %.1f\n",
         name, (double)history / MIB, (double)items / MIB, (double)text / MIB, (double)audio / MIB, (double)all / MIB,
         (double)most_bytes(config) / MIB, (double)inside / MIB, (double)(most_bytes(config) + most_deferred_bytes) / MIB);
  CHECK(all <= most_bytes(config));
  CHECK(all == 0 || all >= most_bytes(config) / 2); /* a sanitizer's heap says 0 */
  CHECK(inside <= most_bytes(config) + most_deferred_bytes);
  rtmulti_session_destroy(conversation.session);
  CHECK(heap() < before + MIB);
}

int main(void) {
  memset(words, 'w', LARGEST);
  rtmulti_config config = plain_config();
  config.max_event_bytes = 64 * KIB;
  check_an_event(&config);
  config.max_event_bytes = 1 * MIB;
  check_an_event(&config);
  config = plain_config();
  check_an_event(&config);
  check("defaults", &config);
  config.max_queued_bytes = 4 * MIB, config.max_text_bytes = 64 * KIB, config.max_event_bytes = MIB;
  check("telephone", &config);
  config.max_queued_bytes = 1 * MIB, config.max_text_bytes = 4 * KIB, config.max_event_bytes = 64 * KIB;
  check("small", &config);
  config.max_open_items = 65536;
  check("many items", &config);
  return check_end("most_memory");
}
