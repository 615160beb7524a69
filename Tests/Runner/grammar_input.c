/* The `>` lines: one row for each input of the page, and what follows its first word. */
#include "grammar.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *const input_words[INPUT_KIND_COUNT] = {
    [INPUT_EXPECT] = "expect",
    [INPUT_RESPONSE] = "response",
    [INPUT_ITEM] = "item",
    [INPUT_PART] = "part",
    [INPUT_AUDIO] = "audio",
    [INPUT_TEXT] = "text",
    [INPUT_PART_DONE] = "part_done",
    [INPUT_ITEM_DONE] = "item_done",
    [INPUT_MESSAGE] = "message",
    [INPUT_CALL] = "call",
    [INPUT_RESPONSE_DONE] = "response_done",
    [INPUT_ADVANCE] = "advance",
    [INPUT_INTERRUPT] = "interrupt",
    [INPUT_PAUSE] = "pause",
    [INPUT_RESUME] = "resume",
    [INPUT_CLOSE] = "close",
    [INPUT_RECONNECT] = "reconnect",
    [INPUT_SWAP_SINK] = "swap_sink",
    [INPUT_TEXT_DELIVERED] = "text_delivered",
    [INPUT_REJECT] = "reject",
    [INPUT_STARTED] = "started",
    [INPUT_PROGRESS] = "progress",
    [INPUT_FINISHED] = "finished",
    [INPUT_STALL] = "stall",
    [INPUT_MUTE_REPORTS] = "mute_reports",
    [INPUT_LOST] = "lost",
    [INPUT_CORRUPT] = "corrupt",
    [INPUT_UNEXPECT] = "unexpect",
    [INPUT_CANCEL] = "cancel",
    [INPUT_BUFFER] = "buffer",
    [INPUT_TRUNCATED] = "truncated",
    [INPUT_DELETED] = "deleted",
    [INPUT_SPEECH_STARTED] = "speech_started",
    [INPUT_SPEECH_STOPPED] = "speech_stopped",
    [INPUT_SESSION] = "session",
    [INPUT_SET_SERVER] = "set_server",
    [INPUT_SET_CLEAR_TIMEOUT] = "set_clear_timeout",
    [INPUT_SET_AUDIO_ENABLED] = "set_audio_enabled",
};

static const char *const conversations[] = {"none"};

static void read_expect(struct reader *reader, struct input *input) {
  input->id = take_optional_id(reader);
  if (take_key_choice(reader, "conversation", conversations, COUNT(conversations)) == 0)
    input->response_flags |= RTMULTI_RESPONSE_OUT_OF_BAND;
  if (input->id.bytes == NULL && input->response_flags != 0)
    reader_refuse(reader, "what is asked for outside of the conversation has a name");
}

static void read_response(struct reader *reader, struct input *input) {
  static const char *const modalities[] = {"text"};
  input->id = take_id(reader, "the id of the response");
  input->token = take_key(reader, "expected");
  if (take_key_choice(reader, "conversation", conversations, COUNT(conversations)) == 0) {
    input->response_flags |= RTMULTI_RESPONSE_OUT_OF_BAND;
  }
  if (take_key_choice(reader, "modality", modalities, 1) == 0) input->response_flags |= RTMULTI_RESPONSE_TEXT;
  if (take_flag(reader, "uninterruptible")) input->response_flags |= RTMULTI_RESPONSE_UNINTERRUPTIBLE;
  if (take_flag(reader, "local")) input->response_flags |= RTMULTI_RESPONSE_LOCAL;
}

static void read_item(struct reader *reader, struct input *input) {
  static const char *const kinds[] = {"message", "function_call", "other"};
  input->response = take_id(reader, "the id of the response");
  input->id = take_id(reader, "the id of the item");
  input->index = (int32_t)take_key_number(reader, "index", MAXIMUM_INDEX);
  const int64_t kind = take_key_choice(reader, "type", kinds, COUNT(kinds));
  input->item_kind = kind == NOT_GIVEN ? RTMULTI_ITEM_MESSAGE : RTMULTI_ITEM_MESSAGE + (rtmulti_item_kind)kind;
}

static void read_part(struct reader *reader, struct input *input) {
  static const char *const kinds[] = {"audio", "text"};
  input->id = take_id(reader, "the id of the item");
  input->content = (int32_t)take_key_number(reader, "content", MAXIMUM_CONTENT);
  const int64_t kind = take_key_choice(reader, "type", kinds, COUNT(kinds));
  if (input->content == NOT_GIVEN || kind == NOT_GIVEN) {
    reader_refuse(reader, "a part needs content=N and type=audio or type=text");
    return;
  }
  input->part_kind = RTMULTI_PART_AUDIO + (rtmulti_part_kind)kind;
}

/* Opus packets are made of whole tens of milliseconds. */
static void check_length(struct reader *reader, const struct scenario_config *config, int64_t ms) {
  if (config->codec == RTMULTI_CODEC_OPUS && ms % 10 != 0) {
    reader_refuse(reader, "with codec=opus the milliseconds of audio are a multiple of 10");
  }
}

/* A delta of Opus is one packet, and packets have these lengths. */
static void take_delta(struct reader *reader, const struct scenario_config *config, struct input *input) {
  input->delta_ms = take_key_number(reader, "delta", MAXIMUM_DELTA_MS);
  const int64_t ms = input->delta_ms;
  if (ms == 0) reader_refuse(reader, "a delta is at least 1 ms long");
  if (ms != NOT_GIVEN && config->codec == RTMULTI_CODEC_OPUS && ms != 10 && ms != 20 && ms != 40 && ms != 60)
    reader_refuse(reader, "with codec=opus a delta is a packet of 10, 20, 40 or 60 ms");
}

static void read_audio(struct reader *reader, const struct scenario_config *config, struct input *input) {
  input->id = take_id(reader, "the id of the item");
  input->bytes = take_key_number(reader, "bytes", MAXIMUM_BYTES);
  input->content = (int32_t)take_key_number(reader, "content", MAXIMUM_CONTENT);
  take_delta(reader, config, input);
  if (input->bytes == NOT_GIVEN) {
    input->ms = take_number(reader, "the length in ms", MAXIMUM_MS);
    check_length(reader, config, input->ms);
  } else {
    /* The bytes decide; the milliseconds may stand beside them for the reader. */
    const struct slice ms = take_optional_id(reader);
    if (ms.bytes != NULL && !parse_number(ms, MAXIMUM_MS, &input->ms)) {
      reader_refuse(reader, "the length in ms is a whole number");
    }
  }
}

static void read_text(struct reader *reader, struct input *input) {
  input->id = take_id(reader, "the id of the item");
  input->text = take_text(reader, "the text");
  input->content = (int32_t)take_key_number(reader, "content", MAXIMUM_CONTENT);
  input->start_ms = take_key_number(reader, "start", MAXIMUM_MS);
  input->end_ms = take_key_number(reader, "end", MAXIMUM_MS);
  if ((input->start_ms == NOT_GIVEN) != (input->end_ms == NOT_GIVEN)) {
    reader_refuse(reader, "a span needs both start=MS and end=MS");
  }
}

static void read_message(struct reader *reader, const struct scenario_config *config, struct input *input) {
  input->id = take_id(reader, "the id of the item");
  input->ms = take_key_number(reader, "audio", MAXIMUM_MS);
  input->text = take_key(reader, "text");
  input->response = take_key(reader, "response");
  input->index = (int32_t)take_key_number(reader, "index", MAXIMUM_INDEX);
  if (input->ms != NOT_GIVEN) check_length(reader, config, input->ms);
}

static void read_response_done(struct reader *reader, struct input *input) {
  static const char *const statuses[] = {"completed", "cancelled", "incomplete", "failed"};
  input->id = take_id(reader, "the id of the response");
  const int64_t status = take_key_choice(reader, "status", statuses, COUNT(statuses));
  input->status =
      status == NOT_GIVEN ? RTMULTI_STATUS_COMPLETED : RTMULTI_STATUS_COMPLETED + (rtmulti_status)status;
  input->reason = take_key(reader, "reason");
}

static void read_reject(struct reader *reader, struct input *input) {
  static const char *const commands[] = {"cancel", "truncate", "delete"};
  const struct slice command = take_id(reader, "the command that is refused");
  if (reader->problem != NULL) return;
  input->command = RTMULTI_COMMAND_CANCEL + (rtmulti_command_kind)choose(reader, "a refused command", command,
                                                                         commands, COUNT(commands));
  input->id = take_id(reader, "the id that the command named");
  input->code = take_key(reader, "code");
  input->message = take_key(reader, "message");
  input->is_unnamed = take_flag(reader, "unnamed");
  if (input->code.bytes == NULL) reader_refuse(reader, "a reject needs code=\"...\"");
}

static void read_report(struct reader *reader, struct input *input) {
  input->id = take_id(reader, "the id of the item");
  if (input->kind != INPUT_STARTED) input->ms = take_number(reader, "the position in ms", MAXIMUM_MS);
  if (input->kind == INPUT_FINISHED) input->interrupted = take_flag(reader, "interrupted") ? 1 : 0;
  input->ago_ms = take_key_number(reader, "ago", MAXIMUM_MS);
  input->content = (int32_t)take_key_number(reader, "content", MAXIMUM_CONTENT);
}

static void read_buffer(struct reader *reader, struct input *input) {
  static const char *const words[] = {"started", "stopped", "cleared"};
  input->id = take_id(reader, "the id of the response");
  const struct slice word = take_id(reader, "what its buffer did (started, stopped or cleared)");
  if (reader->problem != NULL) return;
  input->buffer = (enum buffer)choose(reader, "what a buffer does", word, words, COUNT(words));
}

static void read_truncated(struct reader *reader, struct input *input) {
  input->id = take_id(reader, "the id of the item");
  input->ms = take_number(reader, "the length in ms that is left", MAXIMUM_MS);
  input->content = (int32_t)take_key_number(reader, "content", MAXIMUM_CONTENT);
}

static void read_session(struct reader *reader, struct input *input) {
  static const char *const words[] = {"none", "interrupts", "ignored"};
  const int64_t choice = take_key_choice(reader, "turn_detection", words, COUNT(words));
  if (choice == NOT_GIVEN) {
    reader_refuse(reader, "a session needs turn_detection=none, interrupts or ignored");
    return;
  }
  input->turn_detection = (enum turn_detection)choice;
}

static bool read_enabled(struct reader *reader) {
  static const char *const answers[] = {"no", "yes"};
  const struct slice answer = take_id(reader, "whether the audio is on (yes or no)");
  return reader->problem == NULL && choose(reader, "an answer", answer, answers, COUNT(answers)) == 1;
}

static void read_packet_fault(struct reader *reader, const struct scenario_config *config,
                              struct input *input) {
  input->id = take_id(reader, "the id of the item");
  if (input->kind == INPUT_LOST) input->ms = take_number(reader, "the number of packets", MAXIMUM_INDEX);
  if (config->codec != RTMULTI_CODEC_OPUS) {
    reader_refuse(reader, "only codec=opus has packets that can be lost or damaged");
  }
}

/* Everything behind the first word of an input. */
static void read_rest(struct reader *reader, const struct scenario_config *config, struct input *input) {
  switch (input->kind) {
    case INPUT_EXPECT: read_expect(reader, input); break;
    case INPUT_UNEXPECT: input->id = take_optional_id(reader); break;
    case INPUT_RESPONSE: read_response(reader, input); break;
    case INPUT_ITEM: read_item(reader, input); break;
    case INPUT_PART: read_part(reader, input); break;
    case INPUT_AUDIO: read_audio(reader, config, input); break;
    case INPUT_TEXT: read_text(reader, input); break;
    case INPUT_PART_DONE:
      input->id = take_id(reader, "the id of the item");
      input->content = (int32_t)take_key_number(reader, "content", MAXIMUM_CONTENT);
      break;
    case INPUT_ITEM_DONE:
    case INPUT_DELETED:
    case INPUT_TEXT_DELIVERED: input->id = take_id(reader, "the id of the item"); break;
    case INPUT_MESSAGE: read_message(reader, config, input); break;
    case INPUT_CALL:
      input->id = take_id(reader, "the id of the item");
      input->name = take_text(reader, "the name of the function");
      input->text = take_key(reader, "arguments");
      break;
    case INPUT_RESPONSE_DONE: read_response_done(reader, input); break;
    case INPUT_ADVANCE:
    case INPUT_STALL: input->ms = take_number(reader, "the time in ms", MAXIMUM_MS); break;
    case INPUT_INTERRUPT:
      input->interrupter =
          take_flag(reader, "host") ? RTMULTI_INTERRUPTED_BY_HOST : RTMULTI_INTERRUPTED_BY_LISTENER;
      input->id = take_optional_id(reader);
      break;
    case INPUT_CANCEL: input->id = take_optional_id(reader); break;
    case INPUT_REJECT: read_reject(reader, input); break;
    case INPUT_STARTED:
    case INPUT_PROGRESS:
    case INPUT_FINISHED: read_report(reader, input); break;
    case INPUT_LOST:
    case INPUT_CORRUPT: read_packet_fault(reader, config, input); break;
    case INPUT_BUFFER: read_buffer(reader, input); break;
    case INPUT_TRUNCATED: read_truncated(reader, input); break;
    case INPUT_SESSION: read_session(reader, input); break;
    case INPUT_SET_SERVER:
      input->server = read_capabilities(reader, take_id(reader, "what the server can be told"));
      break;
    case INPUT_SET_CLEAR_TIMEOUT: input->ms = take_number(reader, "the time in ms", MAXIMUM_MS); break;
    case INPUT_SET_AUDIO_ENABLED: input->enabled = read_enabled(reader); break;
    default: break; /* pause, resume, close, reconnect, swap_sink, mute_reports, speech_...: one word */
  }
}

struct input read_input(struct reader *reader, const struct scenario_config *config) {
  struct input input = {.index = NOT_GIVEN,
                        .content = NOT_GIVEN,
                        .bytes = NOT_GIVEN,
                        .delta_ms = NOT_GIVEN,
                        .start_ms = NOT_GIVEN,
                        .end_ms = NOT_GIVEN};
  const struct slice word = take_id(reader, "an input behind the >");
  size_t kind = 0;
  while (kind < INPUT_KIND_COUNT && !slice_is(word, input_words[kind])) kind += 1;
  if (kind == INPUT_KIND_COUNT) {
    reader_refuse(reader, arena_print(reader->arena, "there is no input \"%.*s\"", PRINTED(word)));
    return input;
  }
  input.kind = (enum input_kind)kind;
  read_rest(reader, config, &input);
  reader_end(reader);
  return input;
}
