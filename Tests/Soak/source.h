/* How audio comes to a session of the soak: samples, samples in JSON, Opus packets, packets with numbers, of which some
 * are lost and some come in the wrong order, and pages of Ogg, of which some are lost. */
#ifndef SOURCE_H
#define SOURCE_H

#include "../C/ogg_writer.h"
#include "account.h"

enum { BASE64_BYTES = TICK_BYTES / 3 * 4, OPUS_TICK_FRAMES = 960 };
/* So many ticks before the end of a message nothing is lost or late any more: what waits for it has gone on by then. */
enum { SAFE_TICKS = 2 * RTMULTI_SEQUENCE_WINDOW };

static inline rtmulti_result send_json(struct talker *talker, const char *item) {
  static const char samples[] = "AQACAAMA"; /* the rest of the delta is silence: AAAA and so on */
  char json[BASE64_BYTES + 256];
  const int head = snprintf(json, sizeof json,
                            "{\"type\":\"response.output_audio.delta\",\"response_id\":\"%s\",\"item_id\":\"%s\","
                            "\"output_index\":0,\"content_index\":0,\"delta\":\"%s",
                            talker->response, item, samples);
  const size_t left = BASE64_BYTES - (sizeof samples - 1);
  memset(json + head, 'A', left);
  memcpy(json + (size_t)head + left, "\"}", 3);
  return rtmulti_session_receive_json(talker->session, ID(json));
}

/* The page of one packet, and before the first of a message those that every stream begins with. */
static inline rtmulti_result send_page(struct talker *talker, const char *item, const struct packet *packet, int tick) {
  unsigned char pages[1024];
  const uint32_t serial = (uint32_t)talker->number * TALK_MESSAGES + (uint32_t)talker->sending + 1;
  size_t size = tick == 0 ? write_opus_head(pages, serial) : 0;
  require(packet->size < 255, "a packet of the fixtures is longer than ogg_writer.h can write");
  size += write_page(pages + size, 0, (int64_t)(tick + 1) * OPUS_TICK_FRAMES, serial, (uint32_t)tick + HEAD_PAGES, packet->bytes,
                     1, packet->size);
  return rtmulti_session_audio(talker->session, ID(talker->response), ID(item), 0, pages, size);
}

static inline rtmulti_result send_numbered(struct talker *talker, const char *item, const struct packet *packet,
                                           int later) {
  return rtmulti_session_packet(talker->session, ID(talker->response), ID(item), 0, packet->bytes, packet->size,
                                (uint16_t)(talker->sequence + later),
                                talker->timestamp + (uint32_t)later * OPUS_TICK_FRAMES);
}

/* The audio of tick `tick` of the message that is being sent. */
static inline rtmulti_result send_audio(struct talker *talker, const char *item, int tick) {
  const struct packet *packet = &talker->speech->packets[(talker->number * 37 + talker->tick) % talker->speech->count];
  static const int16_t pcm[TICK_FRAMES] = {1, 2, 3};
  switch (talker->source) {
    case SOURCE_JSON: return send_json(talker, item);
    case SOURCE_NUMBERED: return send_numbered(talker, item, packet, 0);
    case SOURCE_OGG: return send_page(talker, item, packet, tick);
    case SOURCE_OPUS:
      return rtmulti_session_audio(talker->session, ID(talker->response), ID(item), 0, packet->bytes, packet->size);
    default: return rtmulti_session_audio(talker->session, ID(talker->response), ID(item), 0, pcm, TICK_BYTES);
  }
}

static inline void step_numbers(struct talker *talker) {
  talker->sequence += 1;
  talker->timestamp += OPUS_TICK_FRAMES;
}

/* What the network does with the packet of this tick: it is lost, or comes behind the next one. Returns whether it is
 * not to be sent now. */
static inline bool is_held_up(struct talker *talker, const char *item, int tick) {
  if (talker->source < SOURCE_NUMBERED || tick == 0 || talker->ticks_left < SAFE_TICKS) return false;
  if (random_from(&talker->random, 0, 39) == 0) {
    talker->lost_of_talk += 1;
    talker->account->lost += 1;
    return true;
  }
  if (talker->source != SOURCE_NUMBERED || random_from(&talker->random, 0, 39) != 0) return false;
  must(talker, send_numbered(talker, item, &talker->speech->packets[tick % talker->speech->count], 1) == RTMULTI_OK,
       "a packet that comes early is taken");
  talker->packets_sent += 1;
  talker->account->reordered += 1;
  talker->has_sent_next = true;
  return false;
}

/* Sends what is due at tick `tick` of a message, or loses it. */
static inline void send_tick_of_audio(struct talker *talker, const char *item, int tick) {
  if (talker->has_sent_next) {
    talker->has_sent_next = false;
  } else if (!is_held_up(talker, item, tick)) {
    must(talker, send_audio(talker, item, tick) == RTMULTI_OK, "audio is taken");
    talker->packets_sent += is_opus(talker);
  }
  step_numbers(talker);
}

#endif
