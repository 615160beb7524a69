/* One session: made, given ops by typed calls or as JSON, and ended; see giving.h. */
#include "giving.h"

#include <stdlib.h>
#include <string.h>

#include "talk.h"

/* ---- callbacks: each becomes the effect that polling would have handed out ---- */

static int32_t on_write(void *lane, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  return lane_take(lane,
                   &(rtmulti_effect){.kind = RTMULTI_EFFECT_WRITE, .segment = segment, .pcm = pcm, .frames = frames});
}
static int32_t on_write_codes(void *lane, uint64_t segment, const uint8_t *codes, uint32_t frames) {
  return lane_take(
      lane, &(rtmulti_effect){.kind = RTMULTI_EFFECT_WRITE, .segment = segment, .codes = codes, .frames = frames});
}
static int32_t on_flush(void *lane, uint64_t segment) {
  return lane_take(lane, &(rtmulti_effect){.kind = RTMULTI_EFFECT_FLUSH, .segment = segment});
}
static int32_t on_clear(void *lane, uint64_t segment) {
  return lane_take(lane, &(rtmulti_effect){.kind = RTMULTI_EFFECT_CLEAR, .segment = segment});
}
static int32_t on_pause(void *lane) { return lane_take(lane, &(rtmulti_effect){.kind = RTMULTI_EFFECT_PAUSE}); }
static int32_t on_resume(void *lane) { return lane_take(lane, &(rtmulti_effect){.kind = RTMULTI_EFFECT_RESUME}); }
static int32_t on_text(void *lane, const char *item, size_t item_size, const char *text, size_t text_size) {
  return lane_take(lane, &(rtmulti_effect){.kind = RTMULTI_EFFECT_TEXT_WRITE,
                                           .item_id = item,
                                           .item_id_size = item_size,
                                           .text = text,
                                           .text_size = text_size});
}
static int32_t on_event(void *lane, const rtmulti_event *event) {
  return lane_take(lane, &(rtmulti_effect){.kind = RTMULTI_EFFECT_EVENT, .event = event});
}
static int32_t on_command(void *lane, const rtmulti_command *command) {
  return lane_take(lane, &(rtmulti_effect){.kind = RTMULTI_EFFECT_COMMAND, .command = command});
}
static int32_t on_diagnostic(void *lane, const rtmulti_diagnostic *diagnostic) {
  return lane_take(lane, &(rtmulti_effect){.kind = RTMULTI_EFFECT_DIAGNOSTIC, .diagnostic = diagnostic});
}
static int32_t on_heard_audio(void *lane, const rtmulti_heard_audio *heard) {
  return lane_take(lane, &(rtmulti_effect){.kind = RTMULTI_EFFECT_HEARD_AUDIO, .heard_audio = heard});
}
static void on_release(void *lane) { ((struct lane *)lane)->releases_owed -= 1; }

static int32_t on_trace(void *lane, const void *bytes, size_t size) {
  return fwrite(bytes, 1, size, ((struct lane *)lane)->trace) == size ? 0 : -1;
}

/* ---- made and ended ---- */

static rtmulti_result give_format(struct lane *lane);

void lane_create(struct lane *lane, const rtmulti_config *config, bool is_traced) {
  rtmulti_config own = *config;
  own.delivery = lane->is_polling ? RTMULTI_DELIVER_BY_POLLING : RTMULTI_DELIVER_BY_CALLBACK;
  rtmulti_result result = rtmulti_session_create(&own, &lane->session);
  if (result == RTMULTI_OK && is_traced) {
    lane->trace = open_memstream(&lane->trace_bytes, &lane->trace_size);
    lane->listing.file = open_memstream(&lane->listed, &lane->listed_size);
    lane->releases_owed += 1;
    result = rtmulti_session_trace(lane->session, on_trace, on_release, lane);
  }
  if (result == RTMULTI_OK) {
    rtmulti_handlers handlers;
    rtmulti_handlers_init(&handlers, sizeof handlers);
    handlers.on_event = on_event;
    handlers.on_command = on_command;
    handlers.on_diagnostic = on_diagnostic;
    handlers.on_heard_audio = on_heard_audio;
    handlers.release = on_release;
    handlers.user_data = lane;
    lane->releases_owed += 1;
    result = rtmulti_session_set_handlers(lane->session, &handlers);
  }
  if (result == RTMULTI_OK) {
    result = give_format(lane);
    if (result == RTMULTI_IGNORED) result = RTMULTI_OK;
  }
  if (result != RTMULTI_OK)
    talk_wrong(lane->talk, "a session cannot be made: %s", rtmulti_session_last_error(lane->session));
}

void lane_destroy(struct lane *lane) {
  rtmulti_device_release(lane->device);
  lane->device = NULL;
  if (lane->session != NULL && rtmulti_session_destroy(lane->session) != RTMULTI_OK)
    talk_wrong(lane->talk, "a session cannot be destroyed");
  lane->session = NULL;
}

/* How audio comes: in the words of the wire where there are some and the lane speaks them. */
static rtmulti_result give_format(struct lane *lane) {
  static const struct {
    rtmulti_codec codec;
    const char *word;
  } formats[MATERIAL_COUNT] = {{RTMULTI_CODEC_PCM16, "audio/pcm"}, {RTMULTI_CODEC_ULAW, "audio/pcmu"},
                               {RTMULTI_CODEC_ALAW, "audio/pcma"}, {RTMULTI_CODEC_OPUS, NULL},
                               {RTMULTI_CODEC_OPUS, NULL},         {RTMULTI_CODEC_OGG_OPUS, NULL}};
  const struct plan *plan = &lane->talk->plan;
  if (lane->is_json && formats[plan->material].word != NULL) {
    char text[400];
    snprintf(
        text, sizeof text,
        "{\"type\":\"session.created\",\"event_id\":\"event_0\",\"session\":{\"id\":\"sess\",\"audio\":{\"output\":"
        "{\"format\":{\"type\":\"%s\",\"rate\":%u}}}}}",
        formats[plan->material].word, (unsigned)plan->source_rate_hz);
    return rtmulti_session_receive_json(lane->session, text, RTMULTI_NUL_TERMINATED);
  }
  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  format.codec = formats[plan->material].codec;
  format.sample_rate_hz = plan->source_rate_hz;
  return rtmulti_session_set_format(lane->session, &format);
}

static rtmulti_result give_sink(struct lane *lane, const rtmulti_sink *drawn) {
  if (drawn == NULL) {
    rtmulti_device_release(lane->device);
    lane->device = NULL;
    return rtmulti_session_set_sink(lane->session, NULL);
  }
  rtmulti_sink sink = *drawn;
  if (sink.codec == RTMULTI_CODEC_PCM16)
    sink.write = on_write;
  else
    sink.write_codes = on_write_codes;
  sink.flush = on_flush;
  sink.clear = on_clear;
  sink.pause = on_pause;
  sink.resume = on_resume;
  sink.release = on_release;
  sink.user_data = lane;
  /* plan_sink marks in this field whether the host shows text. */
  if (drawn->text_write != NULL) sink.text_write = on_text;
  lane->releases_owed += 1;
  const rtmulti_result result = rtmulti_session_set_sink(lane->session, &sink);
  if (result != RTMULTI_OK && result != RTMULTI_STOPPED) {
    lane->releases_owed -= 1;
    return result;
  }
  rtmulti_device_release(lane->device);
  lane->device = NULL;
  if (sink.driver == RTMULTI_DRIVER_PULLED && rtmulti_session_device(lane->session, &lane->device) != RTMULTI_OK)
    talk_wrong(lane->talk, "a pulled sink has no device");
  return result;
}

/* ---- ops ---- */

#define NAME(name) (name)[0] != 0 ? (name) : NULL, RTMULTI_NUL_TERMINATED
#define TEXT(text) (const char *)(text), RTMULTI_NUL_TERMINATED

static rtmulti_result give_event(rtmulti_session *s, const struct op *op) {
  switch (op->kind) {
    case OP_CREATED:
      return rtmulti_session_response_created(s, NAME(op->response), op->number, op->token[0] != 0 ? op->token : NULL,
                                              RTMULTI_NUL_TERMINATED);
    case OP_RESPONSE_DONE: return rtmulti_session_response_done(s, NAME(op->response), op->number, TEXT(op->bytes));
    case OP_ITEM: return rtmulti_session_item_added(s, NAME(op->response), NAME(op->item), op->output, op->number);
    case OP_ITEM_DONE: return rtmulti_session_item_done(s, NAME(op->item));
    case OP_PART:
      return rtmulti_session_part_added(s, NAME(op->response), NAME(op->item), op->content, op->number, NULL);
    case OP_PART_DONE: return rtmulti_session_part_done(s, NAME(op->item), op->content);
    case OP_AUDIO:
      return rtmulti_session_audio(s, NAME(op->response), NAME(op->item), op->content, op->bytes, op->size);
    case OP_TEXT:
      return rtmulti_session_text(s, NAME(op->response), NAME(op->item), op->content, TEXT(op->bytes), op->ms,
                                  op->end_ms);
    case OP_CALL: {
      char call[NAME_SIZE + 8];
      snprintf(call, sizeof call, "call_%s", op->item);
      return rtmulti_session_function_call(s, NAME(op->response), NAME(op->item), TEXT(call), TEXT("look"), TEXT("{}"));
    }
    case OP_DELETED: return rtmulti_session_item_deleted(s, NAME(op->item));
    case OP_TRUNCATED: return rtmulti_session_part_truncated(s, NAME(op->item), op->content, op->ms);
    case OP_REJECTED: return rtmulti_session_command_rejected(s, NAME(op->token), TEXT("refused"), TEXT(op->bytes));
    case OP_BUFFER: return rtmulti_session_output_buffer(s, NAME(op->response), op->number);
    default: return RTMULTI_ERROR_INVALID;
  }
}

/* Most events as JSON; of the audio some as base64 that somebody else has read. Some events come twice (rule A12). */
static rtmulti_result give_json(struct lane *lane, const struct op *op) {
  size_t size;
  if (op->kind == OP_AUDIO && op->event % 4 == 1) {
    char event[NAME_SIZE];
    snprintf(event, sizeof event, "event_%u", (unsigned)op->event);
    const char *text = op_base64(op, &size);
    return rtmulti_session_audio_base64(lane->session, NAME(op->response), NAME(op->item), op->content, text, size,
                                        event, RTMULTI_NUL_TERMINATED);
  }
  const char *text = op_json(op, &size);
  const rtmulti_result result = rtmulti_session_receive_json(lane->session, text, size);
  if (op->event % 16 == 2 && result == RTMULTI_OK && !lane->talk->plan.fails) {
    /* Made once more: what was said from inside callbacks lies where it lay. */
    text = op_json(op, &size);
    const rtmulti_result again = rtmulti_session_receive_json(lane->session, text, size);
    if (again != RTMULTI_IGNORED)
      talk_wrong(lane->talk, "an event that came twice answers %s: %s", rtmulti_result_name(again), text);
  }
  return result;
}

rtmulti_result lane_call(struct lane *lane, const struct op *op) {
  rtmulti_session *s = lane->session;
  if (op_is_event(op))
    return (lane->is_json && !op_is_typed(op)) || op->kind == OP_SPEECH ? give_json(lane, op) : give_event(s, op);
  switch (op->kind) {
    case OP_PACKET:
      return rtmulti_session_packet(s, NAME(op->response), NAME(op->item), op->content, op->bytes, op->size,
                                    (uint16_t)op->number, (uint32_t)op->frames);
    case OP_RECONNECT: return rtmulti_session_reconnect(s);
    case OP_EXPECT: return rtmulti_session_expect_response(s, NAME(op->token));
    case OP_EXPECT_OUT_OF_BAND: return rtmulti_session_expect_out_of_band(s, NAME(op->token));
    case OP_UNEXPECT: return rtmulti_session_unexpect_response(s, NAME(op->token));
    case OP_INTERRUPT: return rtmulti_session_interrupt(s, NAME(op->response), op->number);
    case OP_CANCEL: return rtmulti_session_cancel(s, NAME(op->response));
    case OP_SERVER: return rtmulti_session_set_server(s, op->number);
    case OP_CLEAR_TIMEOUT: return rtmulti_session_set_clear_timeout(s, op->number);
    case OP_AUDIO_ENABLED: return rtmulti_session_set_audio_enabled(s, op->number);
    case OP_PAUSE: return rtmulti_session_pause(s);
    case OP_RESUME: return rtmulti_session_resume(s);
    case OP_SHOWN: return rtmulti_session_text_delivered(s, NAME(op->item));
    case OP_PHASE: return rtmulti_session_set_phase(s, NAME(op->item), TEXT("final_answer"));
    case OP_SINK: return give_sink(lane, op->bytes);
    case OP_CLOSE: return rtmulti_session_close(s);
    case OP_ADVANCE: return rtmulti_session_advance(s, op->at_us);
    case OP_STARTED: return rtmulti_session_playback_started(s, op->segment, op->at_us);
    case OP_PROGRESS: return rtmulti_session_playback_progress(s, op->segment, op->frames, op->at_us);
    case OP_FINISHED: return rtmulti_session_playback_finished(s, op->segment, op->frames, op->number, op->at_us);
    case OP_MARK: {
      char name[64];
      const size_t size = rtmulti_mark_name(op->segment, op->frames, name, sizeof name);
      return rtmulti_session_playback_mark(s, name, size, op->at_us);
    }
    case OP_QUEUED: return rtmulti_session_playback_queued(s, op->frames, RTMULTI_NOW);
    case OP_READY: return rtmulti_session_sink_ready(s);
    default: return RTMULTI_ERROR_INVALID;
  }
}
