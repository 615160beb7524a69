/* What happened in the conversation: one `>` line becomes the calls that a host would make, and the server's
 * model sees the same. What comes back is door.c's business. */
#include <string.h>

#include "run.h"

static const struct slice none = {NULL, 0};

/* No segment has this id: what a report about an item that never reached the sink names. */
static const uint64_t unknown_segment = UINT64_MAX;

/* ---- what the server says ---- */

static void item_added(struct run *run, struct slice response, struct slice id, int32_t index,
                       rtmulti_item_kind kind) {
  server_item_added(&run->server, response, id, kind);
  server_item_comes(&run->server, id);
  door_took(run, "item", run->calls->item_added(run->session, SLICE(response), SLICE(id), index, kind));
}

static void part_added(struct run *run, struct slice id, int32_t content, rtmulti_part_kind kind) {
  const rtmulti_format format = voice_format(&run->voice);
  const struct slice response = stream_response_of(run, id);
  server_part_added(&run->server, server_item_for_delta(&run->server, id), content, kind);
  server_item_comes(&run->server, id);
  door_took(run, "part",
            run->calls->part_added(run->session, SLICE(response), SLICE(id), content, kind,
                                       kind == RTMULTI_PART_AUDIO ? &format : NULL));
}

static void send_text(struct run *run, const struct input *input, int32_t content) {
  const struct slice response = stream_response_of(run, input->id);
  /* Text of a part that was never announced is a transcript, so that part is one of audio. */
  if (!server_knows_no_item(&run->server, input->id))
    server_part_for_audio(&run->server, server_item_for_delta(&run->server, input->id), content);
  server_item_comes(&run->server, input->id);
  door_took(run, "text",
            run->calls->text(run->session, SLICE(response), SLICE(input->id), content, SLICE(input->text),
                                 input->start_ms, input->end_ms));
}

static void send_message(struct run *run, const struct input *input) {
  const bool has_audio = input->ms != NOT_GIVEN;
  const bool has_text = input->text.bytes != NULL;
  const struct slice response =
      input->response.bytes != NULL ? input->response : server_newest_response(&run->server);
  item_added(run, response, input->id, input->index, RTMULTI_ITEM_MESSAGE);
  if (has_audio || has_text) part_added(run, input->id, 0, has_audio ? RTMULTI_PART_AUDIO : RTMULTI_PART_TEXT);
  if (has_audio) stream_ms(run, input->id, 0, input->ms, DELTA_MS);
  if (has_text) send_text(run, input, 0);
  if (has_audio || has_text)
    door_took(run, "part_done", run->calls->part_done(run->session, SLICE(input->id), 0));
  door_took(run, "item_done", run->calls->item_done(run->session, SLICE(input->id)));
}

static void send_call(struct run *run, const struct input *input) {
  const struct slice newest = server_newest_response(&run->server);
  item_added(run, newest, input->id, NOT_GIVEN, RTMULTI_ITEM_FUNCTION_CALL);
  const struct slice response = stream_response_of(run, input->id);
  const struct slice call_id = slice_of(arena_print(run->arena, "call_%.*s", PRINTED(input->id)));
  door_took(run, "call",
            run->calls->function_call(run->session, SLICE(response), SLICE(input->id), SLICE(call_id),
                                          SLICE(input->name), SLICE(input->text)));
  door_took(run, "item_done", run->calls->item_done(run->session, SLICE(input->id)));
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
  const struct slice event_id = input->is_unnamed ? none : command->event_id;
  door_took(run, "reject",
            run->calls->command_rejected(run->session, SLICE(event_id), SLICE(input->code),
                                             SLICE(input->message)));
}

/* The server has cut or dropped an item, unasked. */
static void changed_unasked(struct run *run, const struct input *input) {
  struct server_item *item = server_find_item(&run->server, input->id);
  const int32_t content = item == NULL ? 0 : server_audio_content(item, input->content);
  if (input->kind == INPUT_TRUNCATED) {
    if (item != NULL) server_truncated(item, content, input->ms);
    door_took(run, "truncated", run->calls->part_truncated(run->session, SLICE(input->id), content, input->ms));
  } else {
    if (item != NULL) server_deleted(item);
    door_took(run, "deleted", run->calls->item_deleted(run->session, SLICE(input->id)));
  }
}

/* ---- what the server says as JSON only ---- */

static void say_json(struct run *run, const char *input, const char *json) {
  door_took(run, input, rtmulti_session_receive_json(run->session, json, strlen(json)));
}

static void speech_started(struct run *run) {
  const bool interrupts = run->scenario->config.speech == SPEECH_INTERRUPTS ||
                          (run->scenario->config.speech == SPEECH_AS_THE_SESSION_SAYS && run->server.hears_turns);
  if (interrupts) server_heard_listener(&run->server, none);
  say_json(run, "speech_started", "{\"type\":\"input_audio_buffer.speech_started\"}");
}

static void session_said(struct run *run, enum turn_detection turns) {
  static const char *const shown[] = {[TURNS_NOT_DETECTED] = "null",
                                      [TURNS_INTERRUPT] = "{\"type\":\"server_vad\",\"interrupt_response\":true}",
                                      [TURNS_ARE_IGNORED] = "{\"type\":\"server_vad\",\"interrupt_response\":false}"};
  if (run->scenario->config.speech == SPEECH_AS_THE_SESSION_SAYS)
    run->server.hears_turns = run->server.interrupts_by_itself = turns == TURNS_INTERRUPT;
  say_json(run, "session",
           arena_print(run->arena,
                       "{\"type\":\"session.updated\",\"session\":{\"type\":\"realtime\",\"audio\":{\"input\":{"
                       "\"turn_detection\":%s}}}}",
                       shown[turns]));
}

static const rtmulti_buffer_word buffer_words[] = {[BUFFER_STARTED] = RTMULTI_BUFFER_STARTED,
                                                   [BUFFER_STOPPED] = RTMULTI_BUFFER_STOPPED,
                                                   [BUFFER_CLEARED] = RTMULTI_BUFFER_CLEARED};

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
    device_swapped(run);
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
  const rtmulti_result result = door_report(
      run, (struct report){.kind = kind,
                           .segment = id,
                           .frames = frames,
                           .interrupted = input->interrupted,
                           .ago_ms = input->ago_ms == NOT_GIVEN ? 0 : input->ago_ms});
  /* A far end of our own has played on since, whatever is told of then. */
  const bool is_of_now = input->ago_ms == NOT_GIVEN || run->scenario->config.sink != SINK_PACED;
  if (result == RTMULTI_OK && segment != NULL && is_of_now) sink_reported(segment, kind, frames);
}

/* Its kind as the server knows it: the host may have asked for it out-of-band, and its words may leave that out. */
static uint32_t flags_of_response(const struct run *run, const struct input *created) {
  const struct scenario *scenario = run->scenario;
  for (size_t i = 0; created->token.bytes != NULL && i < scenario->count; i++) {
    const struct input *asked = &scenario->statements[i].input;
    if (scenario->statements[i].kind == STATEMENT_INPUT && asked->kind == INPUT_EXPECT &&
        slice_equal(asked->id, created->token))
      return created->response_flags | asked->response_flags;
  }
  return created->response_flags;
}

void traffic_run(struct run *run, const struct input *input) {
  rtmulti_session *session = run->session;
  switch (input->kind) {
    case INPUT_EXPECT:
      door_took(run, "expect",
                input->response_flags == 0 ? rtmulti_session_expect_response(session, SLICE(input->id))
                                           : rtmulti_session_expect_out_of_band(session, SLICE(input->id)));
      break;
    case INPUT_RESPONSE:
      server_response_created(&run->server, input->id, flags_of_response(run, input));
      door_took(run, "response",
                run->calls->response_created(session, SLICE(input->id), input->response_flags,
                                                 SLICE(input->token)));
      break;
    case INPUT_ITEM: item_added(run, input->response, input->id, input->index, input->item_kind); break;
    case INPUT_PART: part_added(run, input->id, input->content, input->part_kind); break;
    case INPUT_AUDIO:
      if (input->bytes == NOT_GIVEN) {
        stream_ms(run, input->id, input->content, input->ms, input->delta_ms == NOT_GIVEN ? DELTA_MS : input->delta_ms);
      } else {
        stream_bytes(run, input);
      }
      break;
    case INPUT_TEXT: send_text(run, input, input->content); break;
    case INPUT_PART_DONE:
      door_took(run, "part_done", run->calls->part_done(session, SLICE(input->id), input->content));
      break;
    case INPUT_ITEM_DONE:
      door_took(run, "item_done", run->calls->item_done(session, SLICE(input->id)));
      break;
    case INPUT_MESSAGE: send_message(run, input); break;
    case INPUT_CALL: send_call(run, input); break;
    case INPUT_RESPONSE_DONE:
      server_response_done(&run->server, input->id);
      door_took(run, "response_done",
                run->calls->response_done(session, SLICE(input->id), input->status, SLICE(input->reason)));
      break;
    case INPUT_ADVANCE: clock_advance(run, input->ms); break;
    case INPUT_INTERRUPT: interrupt(run, input); break;
    case INPUT_CANCEL:
      door_took(run, "cancel", rtmulti_session_cancel(session, SLICE(input->id)));
      break;
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
    case INPUT_LOST: stream_fault(run, input->id)->lost += input->ms; break;
    /* Said twice before the packet comes, it still means that packet. */
    case INPUT_CORRUPT: stream_fault(run, input->id)->is_damaged = true; break;
    case INPUT_UNEXPECT:
      door_took(run, "unexpect", rtmulti_session_unexpect_response(session, SLICE(input->id)));
      break;
    case INPUT_BUFFER:
      door_took(run, "buffer", run->calls->output_buffer(session, SLICE(input->id), buffer_words[input->buffer]));
      break;
    case INPUT_TRUNCATED:
    case INPUT_DELETED: changed_unasked(run, input); break;
    case INPUT_SPEECH_STARTED: speech_started(run); break;
    case INPUT_SPEECH_STOPPED:
      say_json(run, "speech_stopped", "{\"type\":\"input_audio_buffer.speech_stopped\"}");
      break;
    case INPUT_SESSION: session_said(run, input->turn_detection); break;
    case INPUT_SET_SERVER:
      server_can(&run->server, input->server);
      door_took(run, "set_server", rtmulti_session_set_server(session, input->server));
      break;
    case INPUT_SET_CLEAR_TIMEOUT:
      door_took(run, "set_clear_timeout", rtmulti_session_set_clear_timeout(session, (uint32_t)input->ms));
      break;
    case INPUT_SET_AUDIO_ENABLED:
      door_took(run, "set_audio_enabled", rtmulti_session_set_audio_enabled(session, input->enabled));
      break;
    case INPUT_KIND_COUNT: break;
  }
}
