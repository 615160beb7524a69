/* What happened in the conversation: one `>` line becomes the calls that a host would make, and the server's
 * model sees the same. What comes back is door.c's business. */
#include <stdlib.h>

#include "../C/ogg_writer.h"
#include "run.h"

enum { DELTA_MS = 20, PACKET_FRAMES_PER_MS = 48 };

/* So that both numbers of a part's packets wrap soon. */
enum { FIRST_SEQUENCE = 65533, FRAMES_BEFORE_WRAP = 2000 };

/* No segment has this id: what a report about an item that never reached the sink names. */
static const uint64_t unknown_segment = UINT64_MAX;

static const struct slice none = {NULL, 0};

/* The response that an item is known to belong to: a server says it with every delta. That of an unknown item
 * is left for the engine to find. */
static struct slice response_of(struct run *run, struct slice item_id) {
  const struct server_item *item = server_find_item(&run->server, item_id);
  return item == NULL || item->response == NULL ? none : item->response->id;
}

/* ---- what the server says ---- */

static void item_added(struct run *run, struct slice response, struct slice id, int32_t index,
                       rtmulti_item_kind kind) {
  server_item_added(&run->server, response, id, kind);
  door_took(run, "item", rtmulti_session_item_added(run->session, SLICE(response), SLICE(id), index, kind));
}

static void part_added(struct run *run, struct slice id, int32_t content, rtmulti_part_kind kind) {
  const rtmulti_format format = voice_format(&run->voice);
  const struct slice response = response_of(run, id);
  server_part_added(&run->server, server_item_for_delta(&run->server, id), content, kind);
  door_took(run, "part",
            rtmulti_session_part_added(run->session, SLICE(response), SLICE(id), content, kind,
                                       kind == RTMULTI_PART_AUDIO ? &format : NULL));
}

static struct fault *fault_of(struct run *run, struct slice id) {
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
  return rtmulti_session_packet(run->session, SLICE(response), SLICE(id), content, bytes, size,
                                (uint16_t)(FIRST_SEQUENCE + part->packets),
                                (uint32_t)(part->frames - FRAMES_BEFORE_WRAP));
}

static rtmulti_result give_audio(struct run *run, struct slice response, struct slice id, int32_t content,
                                 const unsigned char *bytes, size_t size) {
  return rtmulti_session_audio(run->session, SLICE(response), SLICE(id), content, bytes, size);
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
  struct fault *fault = fault_of(run, id);
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
  struct fault *fault = fault_of(run, id);
  if (!fault->is_damaged || fault->lost > 0) return false;
  fault->is_damaged = false;
  return true;
}

/* `ms` of audio in deltas of 20 ms, the last one shorter. */
static void send_audio(struct run *run, struct slice id, int32_t content, int64_t ms) {
  const struct slice response = response_of(run, id);
  struct server_item *item = server_item_for_delta(&run->server, id);
  struct server_part *part = server_part_for_audio(&run->server, item, content);
  const int64_t end_ms = part->asked_ms + ms;
  const bool is_opus = run->voice.codec == RTMULTI_CODEC_OPUS;
  while (part->asked_ms < end_ms && run->failure.line == 0) {
    unsigned char bytes[VOICE_DELTA_BYTES];
    const int64_t next_ms = part->asked_ms + DELTA_MS < end_ms ? part->asked_ms + DELTA_MS : end_ms;
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

/* N raw bytes in one delta; with Opus that is one packet, of whatever length it claims. */
static void send_bytes(struct run *run, const struct input *input) {
  const struct slice response = response_of(run, input->id);
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

static void send_text(struct run *run, const struct input *input, int32_t content) {
  const struct slice response = response_of(run, input->id);
  /* Text of a part that was never announced is a transcript, so that part is one of audio. */
  server_part_for_audio(&run->server, server_item_for_delta(&run->server, input->id), content);
  door_took(run, "text",
            rtmulti_session_text(run->session, SLICE(response), SLICE(input->id), content, SLICE(input->text),
                                 input->start_ms, input->end_ms));
}

static void send_message(struct run *run, const struct input *input) {
  const bool has_audio = input->ms != NOT_GIVEN;
  const bool has_text = input->text.bytes != NULL;
  const struct slice response =
      input->response.bytes != NULL ? input->response : server_newest_response(&run->server);
  item_added(run, response, input->id, input->index, RTMULTI_ITEM_MESSAGE);
  if (has_audio || has_text) part_added(run, input->id, 0, has_audio ? RTMULTI_PART_AUDIO : RTMULTI_PART_TEXT);
  if (has_audio) send_audio(run, input->id, 0, input->ms);
  if (has_text) send_text(run, input, 0);
  if (has_audio || has_text)
    door_took(run, "part_done", rtmulti_session_part_done(run->session, SLICE(input->id), 0));
  door_took(run, "item_done", rtmulti_session_item_done(run->session, SLICE(input->id)));
}

static void send_call(struct run *run, const struct input *input) {
  const struct slice newest = server_newest_response(&run->server);
  item_added(run, newest, input->id, NOT_GIVEN, RTMULTI_ITEM_FUNCTION_CALL);
  const struct slice response = response_of(run, input->id);
  const struct slice call_id = slice_of(arena_print(run->arena, "call_%.*s", PRINTED(input->id)));
  door_took(run, "call",
            rtmulti_session_function_call(run->session, SLICE(response), SLICE(input->id), SLICE(call_id),
                                          SLICE(input->name), SLICE(input->text)));
  door_took(run, "item_done", rtmulti_session_item_done(run->session, SLICE(input->id)));
}

static void reject(struct run *run, const struct input *input) {
  static const char *const words[] = {[RTMULTI_COMMAND_CANCEL] = "cancel",
                                      [RTMULTI_COMMAND_TRUNCATE] = "truncate",
                                      [RTMULTI_COMMAND_DELETE] = "delete"};
  struct server_command *command = server_newest_command(&run->server, input->command, input->id);
  if (command == NULL) {
    run_fail(run, run->line,
             arena_print(run->arena, "a command `%s %.*s` was expected, for the server to refuse, came none",
                         words[input->command], PRINTED(input->id)));
    return;
  }
  server_reject(command);
  door_took(run, "reject",
            rtmulti_session_command_rejected(run->session, SLICE(command->event_id), SLICE(input->code),
                                             SLICE(input->message)));
}

/* ---- what the host and its sink say ---- */

static void interrupt(struct run *run, const struct input *input) {
  if (input->interrupter == RTMULTI_INTERRUPTED_BY_LISTENER) server_heard_listener(&run->server, input->id);
  door_took(run, "interrupt", rtmulti_session_interrupt(run->session, SLICE(input->id), input->interrupter));
}

static void swap_sink(struct run *run) {
  struct sink *old = run->sink;
  old->state = SINK_REPLACED; /* from now on the library may not call it */
  run->sink = sink_new(run);
  const rtmulti_result result = door_set_sink(run);
  /* What a callback of the new sink returned is no refusal. */
  if (result != RTMULTI_ERROR_INVALID && result != RTMULTI_ERROR_CLOSED) {
    sink_stop(old);
  } else {
    old->state = SINK_IN_USE;
    run->sink = old;
  }
}

static void report_by_hand(struct run *run, const struct input *input) {
  const struct server_item *item = server_find_item(&run->server, input->id);
  const int32_t content = item == NULL ? 0 : server_audio_content(item, input->content);
  struct segment *segment = sink_newest_segment(run, input->id, content);
  const int64_t frames = sink_frames(run, input->ms);
  const enum report_kind kind = input->kind == INPUT_STARTED    ? REPORT_STARTED
                                : input->kind == INPUT_PROGRESS ? REPORT_PROGRESS
                                                                : REPORT_FINISHED;
  const uint64_t id = segment == NULL ? unknown_segment : segment->id;
  const rtmulti_result result = door_report(run, (struct report){kind, id, frames, input->interrupted});
  if (result == RTMULTI_OK && segment != NULL) sink_reported(segment, kind, frames);
}

void traffic_run(struct run *run, const struct input *input) {
  rtmulti_session *session = run->session;
  switch (input->kind) {
    case INPUT_EXPECT:
      door_took(run, "expect", rtmulti_session_expect_response(session, SLICE(input->id)));
      break;
    case INPUT_RESPONSE:
      server_response_created(&run->server, input->id, input->response_flags);
      door_took(run, "response",
                rtmulti_session_response_created(session, SLICE(input->id), input->response_flags,
                                                 SLICE(input->token)));
      break;
    case INPUT_ITEM: item_added(run, input->response, input->id, input->index, input->item_kind); break;
    case INPUT_PART: part_added(run, input->id, input->content, input->part_kind); break;
    case INPUT_AUDIO:
      if (input->bytes == NOT_GIVEN) {
        send_audio(run, input->id, input->content, input->ms);
      } else {
        send_bytes(run, input);
      }
      break;
    case INPUT_TEXT: send_text(run, input, input->content); break;
    case INPUT_PART_DONE:
      door_took(run, "part_done", rtmulti_session_part_done(session, SLICE(input->id), input->content));
      break;
    case INPUT_ITEM_DONE:
      door_took(run, "item_done", rtmulti_session_item_done(session, SLICE(input->id)));
      break;
    case INPUT_MESSAGE: send_message(run, input); break;
    case INPUT_CALL: send_call(run, input); break;
    case INPUT_RESPONSE_DONE:
      server_response_done(&run->server, input->id);
      door_took(run, "response_done",
                rtmulti_session_response_done(session, SLICE(input->id), input->status, SLICE(input->reason)));
      break;
    case INPUT_ADVANCE: clock_advance(run, input->ms); break;
    case INPUT_INTERRUPT: interrupt(run, input); break;
    case INPUT_PAUSE: door_took(run, "pause", rtmulti_session_pause(session)); break;
    case INPUT_RESUME: door_took(run, "resume", rtmulti_session_resume(session)); break;
    case INPUT_CLOSE:
      door_took(run, "close", rtmulti_session_close(session));
      server_closed(&run->server);
      break;
    case INPUT_RECONNECT:
      server_reconnected(&run->server);
      door_took(run, "reconnect", rtmulti_session_reconnect(session));
      break;
    case INPUT_SWAP_SINK: swap_sink(run); break;
    case INPUT_TEXT_DELIVERED:
      door_took(run, "text_delivered", rtmulti_session_text_delivered(session, SLICE(input->id)));
      break;
    case INPUT_REJECT: reject(run, input); break;
    case INPUT_STARTED:
    case INPUT_PROGRESS:
    case INPUT_FINISHED: report_by_hand(run, input); break;
    case INPUT_STALL: run->sink->stalled_until_ms = run->now_ms + input->ms; break;
    case INPUT_MUTE_REPORTS: run->sink->is_muted = true; break;
    case INPUT_LOST: fault_of(run, input->id)->lost += input->ms; break;
    /* Said twice before the packet comes, it still means that packet. */
    case INPUT_CORRUPT: fault_of(run, input->id)->is_damaged = true; break;
    case INPUT_KIND_COUNT: break;
  }
}
