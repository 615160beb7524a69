/* Ogg Opus streams through the ABI: what is refused, with which sentence, and that a refusal changes nothing; what the
 * numbers in rtmulti_stats say when pages are missing. The pages are made here, byte by byte (RFC 3533). */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conversation.h"
#include "ogg_writer.h"
#include "opus_packets.h"

enum { PACKETS = 40, LONGEST_PAGE = 2000, LONGEST_STREAM = 20000 };

struct bytes {
  unsigned char data[LONGEST_STREAM];
  size_t size;
};

static struct opus_packet packets[PACKETS];

/* --- pages --------------------------------------------------------------------------------------------- */

static void add(struct bytes *to, const void *bytes, size_t size) {
  memcpy(to->data + to->size, bytes, size);
  to->size += size;
}

/* One page with one packet that is shorter than 255 bytes. */
static void add_page(struct bytes *stream, unsigned flags, int64_t granule, uint32_t serial, uint32_t number,
                     const void *packet, size_t size) {
  unsigned char page[LONGEST_PAGE];
  add(stream, page, write_page(page, flags, granule, serial, number, packet, 1, size));
}

static struct bytes head_page(uint8_t version, uint8_t channels, uint8_t family, uint32_t serial) {
  struct bytes page = {.size = 0};
  unsigned char head[19] = "OpusHead";
  head[8] = version;
  head[9] = channels;
  write_number(head + 10, 312, 2);
  write_number(head + 12, 48000, 4);
  head[18] = family;
  add_page(&page, BEGINS, 0, serial, 0, head, sizeof head);
  return page;
}

/* A mono stream of packets of 20 ms, each on a page of its own, without those from `lost` up to `found`. */
static struct bytes stream_of(uint32_t serial, int lost, int found) {
  struct bytes stream = head_page(1, 1, 0, serial);
  add_page(&stream, 0, 0, serial, 1, "OpusTags\0\0\0\0\0\0\0\0", 16);
  for (int i = 0; i < PACKETS; i++) {
    if (i >= lost && i < found) continue;
    add_page(&stream, i == PACKETS - 1 ? ENDS : 0, (int64_t)(i + 1) * FRAMES, serial, (uint32_t)i + 2, packets[i].bytes,
             packets[i].size);
  }
  return stream;
}

/* --- the host ------------------------------------------------------------------------------------------ */

static rtmulti_result give(struct conversation *host, const char *item, const void *bytes, size_t size) {
  return rtmulti_session_audio(host->session, "r1", 2, item, 1, 0, bytes, size);
}

/* Gives its bytes for part B from inside a write. */
static int32_t give_inside(struct conversation *host, const rtmulti_effect *effect) {
  const struct bytes *bytes = host->memory;
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  host->inside = NULL;
  CHECK_EQUAL(RTMULTI_QUEUED, give(host, "B", bytes->data, bytes->size));
  return 0;
}

static struct conversation *open_host_for(uint32_t max_response_ms, uint32_t server) {
  struct conversation *host = calloc(1, sizeof *host);
  rtmulti_config config = plain_config();
  config.max_response_ms = max_response_ms;
  config.server = server;
  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  format.codec = RTMULTI_CODEC_OGG_OPUS;
  format.sample_rate_hz = 48000;
  rtmulti_sink sink = plain_sink();
  sink.sample_rate_hz = 48000;
  converse_as(host, &config, &format, sink);
  CHECK_EQUAL(RTMULTI_OK, say_response(host, "r1"));
  return host;
}

static struct conversation *open_host(void) {
  return open_host_for(3600000, RTMULTI_SERVER_TRUNCATES | RTMULTI_SERVER_DELETES);
}

static void close_host(struct conversation *host) {
  part(host);
  free(host);
}

static rtmulti_stats stats_of(const struct conversation *host) {
  rtmulti_stats stats = {.struct_size = sizeof stats};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_stats(host->session, &stats));
  return stats;
}

static int64_t received_frames(const struct conversation *host, const char *item) {
  rtmulti_position position = {.struct_size = sizeof position};
  if (rtmulti_session_position(host->session, item, 1, 0, &position) != RTMULTI_OK) return -1;
  return position.received_frames;
}

/* --- what is refused ----------------------------------------------------------------------------------- */

/* `bytes` are refused in one piece and byte by byte, with `words` in the sentence; afterwards the part takes a stream
 * as if nothing had come. */
static void check_refusal(const struct bytes *bytes, const char *words) {
  const struct bytes sound = stream_of(1, 0, 0);
  for (int is_announced = 0; is_announced < 2; is_announced++) {
    struct conversation *host = open_host();
    if (is_announced) {
      CHECK_EQUAL(RTMULTI_OK, rtmulti_session_item_added(host->session, "r1", 2, "A", 1, -1, RTMULTI_ITEM_MESSAGE));
      CHECK_EQUAL(RTMULTI_OK,
                  rtmulti_session_part_added(host->session, "r1", 2, "A", 1, 0, RTMULTI_PART_AUDIO, NULL));
    }
    const rtmulti_stats before = stats_of(host);
    const int events = host->calls[RTMULTI_EFFECT_EVENT];
    for (int again = 0; again < 2; again++) {
      CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, give(host, "A", bytes->data, bytes->size));
      const char *sentence = rtmulti_session_last_error(host->session);
      if (!CHECK(strstr(sentence, words) != NULL)) printf("  %s: %s\n", words, sentence);
      CHECK(strchr(sentence, ';') != NULL); /* what is wrong; what to do */
    }
    const rtmulti_stats after = stats_of(host);
    CHECK(memcmp(&before, &after, sizeof before) == 0);
    CHECK_EQUAL(events, host->calls[RTMULTI_EFFECT_EVENT]);
    CHECK_EQUAL(0, host->calls[RTMULTI_EFFECT_DIAGNOSTIC]);
    CHECK_EQUAL(is_announced ? 0 : -1, received_frames(host, "A"));

    /* The last byte is the one that is refused, and only that call. */
    size_t taken = 0;
    rtmulti_result answer = RTMULTI_OK;
    while (taken < bytes->size && (answer = give(host, "A", bytes->data + taken, 1)) == RTMULTI_OK) taken += 1;
    CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, answer);
    if (taken <= 4) {
      CHECK_EQUAL(RTMULTI_OK, give(host, "A", sound.data + taken, sound.size - taken));
      CHECK_EQUAL(PACKETS * FRAMES - 312, received_frames(host, "A"));
    }
    close_host(host);
  }
}

static void check_refusals(void) {
  struct bytes bytes = {.size = 0};
  add(&bytes, "RIFF....WAVEfmt and so on, which is no Ogg at all", 48);
  check_refusal(&bytes, "no Ogg stream");
  bytes = head_page(1, 2, 1, 9);
  check_refusal(&bytes, "channel mapping family other than 0");
  bytes = head_page(1, 1, 255, 9);
  check_refusal(&bytes, "channel mapping family other than 0");
  bytes = head_page(1, 3, 0, 9);
  check_refusal(&bytes, "more than 2 channels");
  bytes = head_page(1, 6, 1, 9);
  check_refusal(&bytes, "more than 2 channels");
  bytes = head_page(0x10, 1, 0, 9);
  check_refusal(&bytes, "version");
  bytes = head_page(1, 1, 0, 9);
  bytes.data[40] ^= 1;
  check_refusal(&bytes, "damaged");
  bytes.size = 0;
  add_page(&bytes, BEGINS, 0, 9, 0, "\1vorbis\0\0\0\0\2\x44\xAC\0\0", 16);
  check_refusal(&bytes, "not Opus");
  bytes.size = 0;
  add_page(&bytes, 0, 9600, 9, 12, packets[0].bytes, packets[0].size);
  check_refusal(&bytes, "begins in its middle");
}

/* A format of the part's own is refused in the same way, and a finished session still answers CLOSED. */
static void check_own_format_and_callback(void) {
  struct conversation *host = open_host();
  const struct bytes sound = stream_of(1, 0, 0), surround = head_page(1, 6, 1, 9);
  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_format(host->session, &format));
  format.codec = RTMULTI_CODEC_OGG_OPUS;
  format.sample_rate_hz = 48000;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_item_added(host->session, "r1", 2, "A", 1, -1, RTMULTI_ITEM_MESSAGE));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_part_added(host->session, "r1", 2, "A", 1, 0, RTMULTI_PART_AUDIO, &format));
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, give(host, "A", surround.data, surround.size));
  CHECK(strstr(rtmulti_session_last_error(host->session), "more than 2 channels") != NULL);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_item_added(host->session, "r1", 2, "B", 1, -1, RTMULTI_ITEM_MESSAGE));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_part_added(host->session, "r1", 2, "B", 1, 0, RTMULTI_PART_AUDIO, &format));

  /* From inside a callback it is queued, and what is wrong with it comes as a diagnostic. */
  host->memory = (void *)&surround;
  host->inside = give_inside;
  CHECK_EQUAL(RTMULTI_OK, give(host, "A", sound.data, sound.size));
  CHECK_EQUAL(1, host->diagnostics[RTMULTI_DIAGNOSTIC_PROTOCOL]);
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, host->told);
  CHECK_EQUAL(0, received_frames(host, "B"));
  CHECK_EQUAL(RTMULTI_OK, give(host, "B", sound.data, sound.size));
  CHECK_EQUAL(PACKETS * FRAMES - 312, received_frames(host, "B"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_close(host->session));
  CHECK_EQUAL(RTMULTI_ERROR_CLOSED, give(host, "C", surround.data, surround.size));
  close_host(host);
}

/* --- what is missing ----------------------------------------------------------------------------------- */

static void check_missing_pages(void) {
  struct conversation *host = open_host();
  const struct bytes holed = stream_of(1, 10, 19);
  CHECK_EQUAL(RTMULTI_OK, give(host, "A", holed.data, holed.size));
  CHECK_EQUAL(PACKETS * FRAMES - 312, received_frames(host, "A"));
  CHECK_EQUAL(PACKETS * FRAMES - 312, host->frames);
  CHECK_EQUAL(1, host->diagnostics[RTMULTI_DIAGNOSTIC_CORRUPT_PACKET]);
  const rtmulti_stats stats = stats_of(host);
  CHECK_EQUAL(PACKETS - 9, stats.packets_received);
  CHECK_EQUAL(PACKETS - 9, stats.packets_decoded);
  CHECK_EQUAL(9, stats.packets_lost);
  CHECK_EQUAL(1, stats.packets_rebuilt);
  CHECK_EQUAL(8, stats.packets_concealed);
  CHECK_EQUAL(RTMULTI_CONCEALMENT_MS, stats.concealed_ms);
  CHECK_EQUAL(40, stats.silence_ms);
  close_host(host);
}

/* A chain in which the middle stream cannot be played, in pieces of a few bytes. */
static void check_chain(void) {
  struct conversation *host = open_host();
  const struct bytes first = stream_of(1, 0, 0), surround = head_page(1, 6, 1, 2), last = stream_of(3, 0, 0);
  const struct bytes *chain[] = {&first, &surround, &last};
  for (size_t i = 0; i < 3; i++)
    for (size_t start = 0; start < chain[i]->size; start += 7)
      CHECK_EQUAL(RTMULTI_OK, give(host, "A", chain[i]->data + start,
                                   chain[i]->size - start < 7 ? chain[i]->size - start : 7));
  CHECK_EQUAL(2 * (PACKETS * FRAMES - 312), received_frames(host, "A"));
  CHECK_EQUAL(1, host->diagnostics[RTMULTI_DIAGNOSTIC_CORRUPT_PACKET]);
  close_host(host);
}

/* A call shows its length only when it is taken apart: it is taken whole, and the next one finds the limit. */
static void check_length(void) {
  struct conversation *host = open_host_for(PACKETS * 20 / 2, RTMULTI_SERVER_TRUNCATES);
  const struct bytes first = stream_of(1, 0, 0), more = stream_of(2, 0, 0);
  CHECK_EQUAL(RTMULTI_OK, give(host, "A", first.data, first.size));
  CHECK_EQUAL(PACKETS * FRAMES - 312, received_frames(host, "A"));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, give(host, "A", more.data, more.size));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, give(host, "B", more.data, more.size));
  CHECK_EQUAL(PACKETS * FRAMES - 312, received_frames(host, "A"));
  CHECK_EQUAL(-1, received_frames(host, "B"));
  close_host(host);
}

/* The last packet that came may still be trimmed by a page behind it, until another message begins: then it is heard
 * before that one, however late the dones are (rule A3). */
static void check_next_message(void) {
  struct conversation *host = open_host();
  const struct bytes open_ended = stream_of(1, PACKETS - 1, PACKETS), next = stream_of(2, 0, 0);
  CHECK_EQUAL(RTMULTI_OK, give(host, "A", open_ended.data, open_ended.size));
  CHECK_EQUAL((PACKETS - 2) * FRAMES - 312, received_frames(host, "A"));
  CHECK_EQUAL(RTMULTI_OK, give(host, "B", next.data, next.size));
  CHECK_EQUAL((PACKETS - 1) * FRAMES - 312, received_frames(host, "A"));
  CHECK_EQUAL((PACKETS - 1) * FRAMES - 312, host->frames);
  close_host(host);
}

/* A message of which only one packet came, held back for a page that may trim it, is interrupted: nobody heard that
 * packet, and the server is told when its response ends (rule D6). */
static void check_cut(void) {
  struct conversation *host = open_host_for(3600000, RTMULTI_SERVER_TRUNCATES);
  const struct bytes one_packet = stream_of(1, 1, PACKETS);
  CHECK_EQUAL(RTMULTI_OK, give(host, "A", one_packet.data, one_packet.size));
  CHECK_EQUAL(0, received_frames(host, "A"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_interrupt(host->session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST));
  CHECK_EQUAL(0, host->commands[RTMULTI_COMMAND_TRUNCATE]);
  CHECK_EQUAL(RTMULTI_OK,
              rtmulti_session_response_done(host->session, "r1", 2, RTMULTI_STATUS_CANCELLED, NULL, 0));
  CHECK_EQUAL(1, host->commands[RTMULTI_COMMAND_TRUNCATE]);
  close_host(host);
}

/* What comes of a stream when its part is done already counts all the same, as with every other codec (rule A5). */
static void check_after_done(void) {
  struct conversation *host = open_host();
  const struct bytes stream = stream_of(1, 0, 0);
  const size_t half = stream.size / 2;
  CHECK_EQUAL(RTMULTI_OK, give(host, "A", stream.data, half));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_part_done(host->session, "A", 1, 0));
  CHECK_EQUAL(RTMULTI_OK, give(host, "A", stream.data + half, stream.size - half));
  CHECK_EQUAL(PACKETS * FRAMES - 312, received_frames(host, "A"));
  close_host(host);
}

int main(void) {
  make_packets(packets, PACKETS);
  check_refusals();
  check_own_format_and_callback();
  check_missing_pages();
  check_chain();
  check_length();
  check_next_message();
  check_cut();
  check_after_done();
  return check_end("ogg_pages");
}
