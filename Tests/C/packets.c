/* Packets that bear numbers (rtmulti_session_packet): what each call answers, what the numbers in rtmulti_stats say,
 * and when the session wants to be called again. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conversation.h"
#include "opus_packets.h"

enum { PACKETS = 40 };

static struct opus_packet packets[PACKETS];

/* Packet `index`, with numbers that wrap in between. */
static rtmulti_result give(rtmulti_session *session, const char *item, int index) {
  return rtmulti_session_packet(session, "r1", 2, item, 1, 0, packets[index].bytes, packets[index].size,
                                (uint16_t)(65530 + index), UINT32_MAX - 5000 + (uint32_t)index * FRAMES);
}

/* From inside the first write the packet behind it comes. */
static int32_t give_inside(struct conversation *host, const rtmulti_effect *effect) {
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  host->inside = NULL;
  CHECK_EQUAL(RTMULTI_QUEUED, give(host->session, "A", 1));
  return 0;
}

static struct conversation *open_host(rtmulti_codec codec) {
  struct conversation *host = calloc(1, sizeof *host);
  rtmulti_config config = plain_config();
  config.max_response_ms = 3000;
  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  format.codec = codec;
  format.sample_rate_hz = codec == RTMULTI_CODEC_OPUS ? 48000 : 24000;
  rtmulti_sink sink = plain_sink();
  sink.sample_rate_hz = 48000;
  converse_as(host, &config, &format, sink);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(host->session, 1000000));
  CHECK_EQUAL(RTMULTI_OK, say_response(host, "r1"));
  return host;
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

static int64_t received_ms(const struct conversation *host) {
  rtmulti_position position = {.struct_size = sizeof position};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_position(host->session, "A", 1, 0, &position));
  return position.received_ms;
}

static void check_order_and_loss(void) {
  struct conversation *host = open_host(RTMULTI_CODEC_OPUS);
  for (int i = 0; i < 10; i++) CHECK_EQUAL(RTMULTI_OK, give(host->session, "A", i));
  CHECK_EQUAL(RTMULTI_IGNORED, give(host->session, "A", 9));
  /* 10 and 11 are missing; with the fifth packet behind them they are given up. */
  for (int i = 12; i < 16; i++) CHECK_EQUAL(RTMULTI_OK, give(host->session, "A", i));
  CHECK_EQUAL(200, received_ms(host));
  CHECK_EQUAL(RTMULTI_OK, give(host->session, "A", 16));
  CHECK_EQUAL(340, received_ms(host));
  CHECK_EQUAL(17 * FRAMES, host->frames);
  CHECK_EQUAL(RTMULTI_IGNORED, give(host->session, "A", 11));
  const rtmulti_stats stats = stats_of(host);
  CHECK_EQUAL(17, stats.packets_received);
  CHECK_EQUAL(15, stats.packets_decoded);
  CHECK_EQUAL(1, stats.packets_duplicate);
  CHECK_EQUAL(1, stats.packets_late);
  CHECK_EQUAL(2, stats.packets_lost);
  CHECK_EQUAL(1, stats.packets_rebuilt);
  CHECK_EQUAL(1, stats.packets_concealed);
  CHECK_EQUAL(20, stats.concealed_ms);
  CHECK_EQUAL(0, stats.silence_ms);
  close_host(host);
}

static void check_silence(void) {
  struct conversation *host = open_host(RTMULTI_CODEC_OPUS);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_packet(host->session, "r1", 2, "A", 1, 0, packets[0].bytes,
                                                 packets[0].size, 7, 0));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_packet(host->session, "r1", 2, "A", 1, 0, packets[1].bytes,
                                                 packets[1].size, 8, FRAMES + 48 * 400));
  CHECK_EQUAL(440, received_ms(host));
  const rtmulti_stats stats = stats_of(host);
  CHECK_EQUAL(0, stats.packets_lost);
  CHECK_EQUAL(400, stats.silence_ms);
  close_host(host);
}

static void check_patience(void) {
  struct conversation *host = open_host(RTMULTI_CODEC_OPUS);
  int64_t deadline_us = 0;
  CHECK_EQUAL(RTMULTI_OK, give(host->session, "A", 0));
  CHECK_EQUAL(RTMULTI_OK, give(host->session, "A", 2));
  CHECK_EQUAL(20, received_ms(host));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_next_deadline(host->session, &deadline_us));
  CHECK(deadline_us <= 1000000 + RTMULTI_SEQUENCE_PATIENCE_MS * 1000);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(host->session, 1000000 + RTMULTI_SEQUENCE_PATIENCE_MS * 1000 - 1));
  CHECK_EQUAL(20, received_ms(host));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(host->session, 1000000 + RTMULTI_SEQUENCE_PATIENCE_MS * 1000));
  CHECK_EQUAL(60, received_ms(host));
  /* What waits counts as queued, and goes with a cut. */
  CHECK_EQUAL(RTMULTI_OK, give(host->session, "A", 5));
  CHECK(stats_of(host).queued_bytes >= packets[5].size);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_close(host->session));
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_next_deadline(host->session, &deadline_us));
  CHECK_EQUAL(0, stats_of(host).queued_bytes);
  close_host(host);
}

static void check_beginning(void) {
  struct conversation *host = open_host(RTMULTI_CODEC_OPUS);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_packet(host->session, "r1", 2, "A", 1, 0, NULL, 0, 65530, UINT32_MAX - 5000));
  CHECK_EQUAL(RTMULTI_OK, give(host->session, "A", 1));
  CHECK_EQUAL(0, received_ms(host));
  CHECK_EQUAL(RTMULTI_OK, give(host->session, "A", 0));
  CHECK_EQUAL(40, received_ms(host));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_packet(host->session, "r1", 2, "A", 1, 0, NULL, 0, 1, 1));
  CHECK_EQUAL(40, received_ms(host));
  close_host(host);
}

static void check_refusals(void) {
  struct conversation *host = open_host(RTMULTI_CODEC_OPUS);
  const unsigned char *bytes = packets[0].bytes;
  const size_t size = packets[0].size;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_packet(NULL, "r1", 2, "A", 1, 0, bytes, size, 0, 0));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_packet(host->session, "r1", 2, NULL, 0, 0, bytes, size, 0, 0));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_packet(host->session, "r1", 2, "A", 1, -2, bytes, size, 0, 0));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_packet(host->session, "r1", 2, "A", 1, 0, NULL, 5, 0, 0));
  /* A part has one way in. */
  CHECK_EQUAL(RTMULTI_OK, give(host->session, "A", 0));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_audio(host->session, "r1", 2, "A", 1, 0, bytes, size));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_audio(host->session, "r1", 2, "B", 1, 0, bytes, size));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, give(host->session, "B", 1));
  /* 3 s are the limit here: a gap that reaches beyond it is refused before anything changes. */
  for (int i = 0; i < 2; i++)
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_packet(host->session, "r1", 2, "A", 1, 0, bytes, size,
                                                   (uint16_t)(65531 + i), UINT32_MAX - 5000 + 48000 * (i + 1u)));
  const int64_t before = received_ms(host);
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO,
              rtmulti_session_packet(host->session, "r1", 2, "A", 1, 0, bytes, size, 65533,
                                     UINT32_MAX - 5000 + 144000));
  CHECK_EQUAL(before, received_ms(host));
  /* Another packet than the one that was refused ends the part (rule A13). */
  CHECK_EQUAL(RTMULTI_IGNORED,
              rtmulti_session_packet(host->session, "r1", 2, "A", 1, 0, bytes, size, 65533,
                                     UINT32_MAX - 5000 + 96960));
  CHECK_EQUAL(before, received_ms(host));
  close_host(host);

  host = open_host(RTMULTI_CODEC_PCM16);
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, give(host->session, "A", 0));
  rtmulti_position position = {.struct_size = sizeof position};
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_position(host->session, "A", 1, 0, &position));
  close_host(host);
}

static void check_callback(void) {
  struct conversation *host = open_host(RTMULTI_CODEC_OPUS);
  host->inside = give_inside;
  CHECK_EQUAL(RTMULTI_OK, give(host->session, "A", 0));
  CHECK(host->inside == NULL);
  CHECK_EQUAL(40, received_ms(host));
  CHECK_EQUAL(2 * FRAMES, host->frames);
  close_host(host);
}

int main(void) {
  make_packets(packets, PACKETS);
  check_order_and_loss();
  check_silence();
  check_patience();
  check_beginning();
  check_refusals();
  check_callback();
  return check_end("packets");
}
