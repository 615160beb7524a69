/* The audio of an item as the server sends it: in deltas, packets or pages, of which some are lost or damaged on the
 * way. The server's model counts what was sent; what the session makes of it is not known here. */
#include <stdlib.h>

#include "../C/ogg_writer.h"
#include "run.h"

enum { PACKET_FRAMES_PER_MS = 48 };

/* So that both numbers of a part's packets wrap soon. */
enum { FIRST_SEQUENCE = 65533, FRAMES_BEFORE_WRAP = 2000 };

struct slice stream_response_of(struct run *run, struct slice item_id) {
  const struct server_item *item = server_find_item(&run->server, item_id);
  return item == NULL || item->response == NULL ? (struct slice){NULL, 0} : item->response->id;
}

struct fault *stream_fault(struct run *run, struct slice id) {
  for (struct fault *fault = run->faults; fault != NULL; fault = fault->next) {
    if (slice_equal(fault->item, id)) return fault;
  }
  struct fault *fault = arena_take(run->arena, sizeof *fault);
  *fault = (struct fault){.item = id, .next = run->faults};
  run->faults = fault;
  return fault;
}

/* The packets of an item bear numbers when any of them is lost in this file. */
static bool is_numbered(const struct run *run, struct slice id) {
  for (size_t i = 0; i < run->scenario->count; i++) {
    const struct statement *statement = &run->scenario->statements[i];
    if (statement->kind == STATEMENT_INPUT && statement->input.kind == INPUT_LOST &&
        slice_equal(statement->input.id, id))
      return true;
  }
  return false;
}

/* The numbers that the part's next packet bears. */
static rtmulti_result give_packet(struct run *run, struct slice response, struct slice id, int32_t content,
                                  const struct server_part *part, const unsigned char *bytes, size_t size) {
  server_item_comes(&run->server, id);
  return rtmulti_session_packet(run->session, SLICE(response), SLICE(id), content, bytes, size,
                                (uint16_t)(FIRST_SEQUENCE + part->packets),
                                (uint32_t)(part->frames - FRAMES_BEFORE_WRAP));
}

static rtmulti_result give_audio(struct run *run, struct slice response, struct slice id, int32_t content,
                                 const unsigned char *bytes, size_t size) {
  server_item_comes(&run->server, id);
  return run->calls->audio(run->session, SLICE(response), SLICE(id), content, bytes, size);
}

/* Of the streams there is one for each part, and around a packet and before it there are so many bytes at most. */
enum { SERIAL = 1, PAGES_BYTES = 256 };

/* A packet as a page, and before the first that comes the pages with which a stream begins. */
static rtmulti_result give_page(struct run *run, struct slice response, struct slice id, int32_t content,
                                const struct server_part *part, const unsigned char *packet, size_t size,
                                int64_t frames) {
  unsigned char bytes[VOICE_DELTA_BYTES + PAGES_BYTES];
  if (size > VOICE_DELTA_BYTES) {
    run_fail(run, run->line, "a packet of so many bytes is too long for a page");
    return RTMULTI_IGNORED;
  }
  const size_t begun = part->received_frames == frames + part->lost_frames ? write_opus_head(bytes, SERIAL) : 0;
  const size_t wrapped = write_page_of_one(bytes + begun, 0, part->frames + frames, SERIAL,
                                           (uint32_t)(HEAD_PAGES + part->packets), packet, size);
  return give_audio(run, response, id, content, bytes, begun + wrapped);
}

/* One delta, which with Opus is a packet of `frames` frames. What is lost at the very end nobody can know of, so
 * lost packets count as sent only when another one comes. */
static void send_delta(struct run *run, struct slice response, struct slice id, int32_t content,
                       struct server_part *part, const unsigned char *bytes, size_t size, int64_t frames) {
  if (!run->voice.is_paged && !is_numbered(run, id)) {
    server_audio_sent(&run->server, part, (int64_t)size, frames);
    door_took(run, "audio", give_audio(run, response, id, content, bytes, size));
    return;
  }
  if (part->packets == 0 && !run->voice.is_paged)
    door_took(run, "first packet", give_packet(run, response, id, content, part, NULL, 0));
  struct fault *fault = stream_fault(run, id);
  if (fault->lost > 0) {
    fault->lost -= 1;
    part->lost_frames += frames;
  } else {
    server_audio_sent(&run->server, part, (int64_t)size, part->lost_frames + frames);
    if (run->voice.is_paged)
      door_took(run, "page", give_page(run, response, id, content, part, bytes, size, frames));
    else
      door_took(run, "packet", give_packet(run, response, id, content, part, bytes, size));
    part->lost_frames = 0;
  }
  part->packets += 1;
  part->frames += frames;
}

/* Whether the next packet of this item arrives damaged; then it is the one. */
static bool take_damage(struct run *run, struct slice id) {
  struct fault *fault = stream_fault(run, id);
  if (!fault->is_damaged || fault->lost > 0) return false;
  fault->is_damaged = false;
  return true;
}

/* How long the next delta is: one of Opus is a packet, and there are packets of these lengths only. */
static int64_t next_delta_ms(const struct run *run, int64_t delta_ms, int64_t left_ms) {
  static const int64_t packets_ms[] = {60, 40, 20, 10};
  const int64_t longest_ms = delta_ms < left_ms ? delta_ms : left_ms;
  for (size_t i = 0; run->voice.codec == RTMULTI_CODEC_OPUS && i < sizeof packets_ms / sizeof *packets_ms; i++) {
    if (packets_ms[i] <= longest_ms) return packets_ms[i];
  }
  return longest_ms;
}

void stream_ms(struct run *run, struct slice id, int32_t content, int64_t ms, int64_t delta_ms) {
  const struct slice response = stream_response_of(run, id);
  struct server_item *item = server_item_for_delta(&run->server, id);
  struct server_part *part = server_part_for_audio(&run->server, item, content);
  const int64_t end_ms = part->asked_ms + ms;
  const bool is_opus = run->voice.codec == RTMULTI_CODEC_OPUS;
  while (part->asked_ms < end_ms && run->failure.line == 0) {
    unsigned char bytes[VOICE_DELTA_BYTES];
    const int64_t next_ms = part->asked_ms + next_delta_ms(run, delta_ms, end_ms - part->asked_ms);
    const int64_t frames = voice_frames(&run->voice, next_ms) - voice_frames(&run->voice, part->asked_ms);
    size_t size = voice_speak(&run->voice, frames, bytes);
    if (is_opus && size == 0) run_fail(run, run->line, "libopus could not encode a packet");
    const int64_t packet_frames = is_opus ? (next_ms - part->asked_ms) * PACKET_FRAMES_PER_MS : 0;
    if (is_opus && take_damage(run, id)) size = voice_damage(bytes);
    part->last_packet_frames = packet_frames;
    part->asked_ms = next_ms;
    send_delta(run, response, id, content, part, bytes, size, packet_frames);
  }
}

bool stream_is_lost(struct run *run, const struct input *input) {
  const int64_t delta_ms = input->delta_ms == NOT_GIVEN ? DELTA_MS : input->delta_ms;
  int64_t packets = input->bytes == NOT_GIVEN ? 0 : 1;
  /* Numbered packets begin with an empty one, which is never lost. */
  if (!run->voice.is_paged) return false;
  for (int64_t left_ms = packets == 0 ? input->ms : 0; left_ms > 0; packets++)
    left_ms -= next_delta_ms(run, delta_ms, left_ms);
  return stream_fault(run, input->id)->lost >= packets;
}

void stream_bytes(struct run *run, const struct input *input) {
  const struct slice response = stream_response_of(run, input->id);
  struct server_item *item = server_item_for_delta(&run->server, input->id);
  struct server_part *part = server_part_for_audio(&run->server, item, input->content);
  unsigned char *bytes = malloc((size_t)input->bytes + 1);
  if (bytes == NULL) {
    run_fail(run, run->line, "there is not enough memory for so many bytes");
    return;
  }
  voice_fill(bytes, (size_t)input->bytes);
  int64_t frames = 0;
  if (run->voice.codec == RTMULTI_CODEC_OPUS) {
    const int64_t otherwise =
        part->last_packet_frames == 0 ? DELTA_MS * PACKET_FRAMES_PER_MS : part->last_packet_frames;
    frames = voice_packet_frames(bytes, (size_t)input->bytes, otherwise);
    part->last_packet_frames = frames;
  }
  send_delta(run, response, input->id, input->content, part, bytes, (size_t)input->bytes, frames);
  free(bytes);
}
