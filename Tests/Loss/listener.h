/* What is heard of a stream of which packets are lost: through librtmulti, and through libopus alone in the ways in
 * which hosts use it. How good that is, is not judged here. */
#ifndef LISTENER_H
#define LISTENER_H

#include "../Benchmarks/conversation.h"
#include "channel.h"

enum listener {
  HEARS_SILENCE,     /* zeros in place of a lost packet */
  HEARS_CONCEALMENT, /* libopus, and its concealment for each lost packet */
  HEARS_NEXT_FEC,    /* libopus, and the FEC of the next packet where that one arrived and has it */
  HEARS_RTMULTI,     /* rtmulti_session_packet, and what the sink is given */
  LISTENERS
};

static inline int decode_one(OpusDecoder *decoder, const struct packet *packet, bool is_fec, int16_t *pcm) {
  return opus_decode(decoder, packet == NULL ? NULL : packet->bytes, packet == NULL ? 0 : (opus_int32)packet->size, pcm,
                     FRAME_FRAMES, is_fec);
}

/* Without `losses` nothing is lost. */
static inline void hear_libopus(const struct stream *stream, const struct losses *losses, enum listener listener,
                                int16_t *pcm) {
  int problem = OPUS_OK;
  OpusDecoder *decoder = opus_decoder_create(STREAM_RATE_HZ, 1, &problem);
  require(problem == OPUS_OK, "libopus has no decoder");
  for (int i = 0; i < stream->count; i++) {
    int16_t *place = pcm + i * FRAME_FRAMES;
    const bool is_lost = losses != NULL && losses->is_lost[i];
    if (is_lost && listener == HEARS_SILENCE) {
      memset(place, 0, FRAME_FRAMES * sizeof *place);
      continue;
    }
    /* Asked for FEC that is not there, libopus conceals too, but goes on with slightly different samples. */
    const bool is_rebuilt = is_lost && listener == HEARS_NEXT_FEC && !losses->is_lost[i + 1] &&
                            carries_fec(&stream->packets[i + 1]);
    const struct packet *packet = is_rebuilt ? &stream->packets[i + 1] : is_lost ? NULL : &stream->packets[i];
    require(decode_one(decoder, packet, is_rebuilt, place) == FRAME_FRAMES, "libopus refused a packet");
  }
  opus_decoder_destroy(decoder);
}

/* One message through a session whose sink takes everything and reports it as played at once; packets come when they
 * are due. Returns how many packets were rebuilt. */
static inline int hear_rtmulti(const struct stream *stream, const struct losses *losses, int16_t *pcm) {
  struct conversation conversation;
  open_conversation(&conversation, HEARS_AT_ONCE);
  conversation.copy = pcm;
  set_format(&conversation, RTMULTI_CODEC_OPUS, 48000);
  begin_response(&conversation);
  begin_message(&conversation);
  send_packet(&conversation, NULL, 0, 0); /* says which packet is the first: that one may be lost too */
  for (int i = 0; i < stream->count; i++) {
    rtmulti_session_advance(conversation.session, (int64_t)(i + 1) * PACKET_MS * 1000);
    if (losses == NULL || !losses->is_lost[i])
      send_packet(&conversation, stream->packets[i].bytes, stream->packets[i].size, i);
  }
  end_message(&conversation);
  end_response(&conversation, RTMULTI_STATUS_COMPLETED);
  rtmulti_stats stats = {.struct_size = sizeof stats};
  require(rtmulti_session_stats(conversation.session, &stats) == RTMULTI_OK, "a session could not be asked");
  require(conversation.settled == 1, "a response was not heard to its end");
  require(conversation.heard_frames == (int64_t)stream->count * FRAME_FRAMES,
          "what was heard is not as long as what was sent");
  require(stats.packets_lost == (uint64_t)(losses == NULL ? 0 : losses->count), "losses were miscounted");
  close_conversation(&conversation);
  return (int)stats.packets_rebuilt;
}

#endif
