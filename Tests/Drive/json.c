/* What a server says, as events of the OpenAI Realtime API in its GA words; and ops for people. No rule lives here. */
#include <stdio.h>
#include <stdarg.h>
#include <string.h>

#include "op.h"

static char json[256 * 1024];
static size_t json_size;
static char base64[192 * 1024];

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void add(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  json_size += (size_t)vsnprintf(json + json_size, sizeof json - json_size, format, arguments);
  va_end(arguments);
}

/* A string as JSON has it; what is not ASCII stays as it is. */
static void add_string(const char *key, const char *text) {
  add(",\"%s\":\"", key);
  for (; *text != 0; text++) {
    if (*text == '"' || *text == '\\')
      add("\\%c", *text);
    else if ((unsigned char)*text < 32)
      add("\\u%04x", *text);
    else
      json[json_size++] = *text;
  }
  add("\"");
}

static void add_name(const char *key, const char *name) {
  if (name[0] != 0) add_string(key, name);
}

static void add_place(const struct op *op) {
  add_name("response_id", op->response);
  add_name("item_id", op->item);
  if (op->output >= 0) add(",\"output_index\":%d", (int)op->output);
  if (op->content >= 0) add(",\"content_index\":%d", (int)op->content);
}

const char *op_base64(const struct op *op, size_t *size) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const unsigned char *bytes = op->bytes;
  size_t out = 0;
  for (size_t i = 0; i < op->size; i += 3) {
    const size_t left = op->size - i;
    const uint32_t three =
        (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) | (left > 2 ? bytes[i + 2] : 0);
    base64[out++] = digits[three >> 18];
    base64[out++] = digits[three >> 12 & 63];
    base64[out++] = left > 1 ? digits[three >> 6 & 63] : '=';
    base64[out++] = left > 2 ? digits[three & 63] : '=';
  }
  base64[out] = 0;
  *size = out;
  return base64;
}

static const char *type_of(const struct op *op) {
  switch (op->kind) {
    case OP_CREATED: return "response.created";
    case OP_RESPONSE_DONE: return "response.done";
    case OP_ITEM: return "response.output_item.added";
    case OP_ITEM_DONE: return "response.output_item.done";
    case OP_PART: return "response.content_part.added";
    case OP_PART_DONE: return "response.content_part.done";
    case OP_AUDIO: return "response.output_audio.delta";
    case OP_TEXT:
      return op->number == RTMULTI_PART_TEXT ? "response.output_text.delta" : "response.output_audio_transcript.delta";
    case OP_CALL: return "response.function_call_arguments.done";
    case OP_DELETED: return "conversation.item.deleted";
    case OP_TRUNCATED: return "conversation.item.truncated";
    case OP_REJECTED: return "error";
    case OP_BUFFER:
      return op->number == RTMULTI_BUFFER_STARTED   ? "output_audio_buffer.started"
             : op->number == RTMULTI_BUFFER_STOPPED ? "output_audio_buffer.stopped"
                                                    : "output_audio_buffer.cleared";
    default: return "input_audio_buffer.speech_started";
  }
}

static void add_item(const struct op *op) {
  static const char *const kinds[] = {"", "message", "function_call", "mcp_list_tools"};
  add_name("response_id", op->response);
  if (op->output >= 0) add(",\"output_index\":%d", (int)op->output);
  add(",\"item\":{\"id\":\"%s\",\"object\":\"realtime.item\",\"type\":\"%s\"", op->item, kinds[op->number & 3]);
  if (op->number == RTMULTI_ITEM_MESSAGE) add(",\"role\":\"assistant\"");
  add("}");
}

const char *op_json(const struct op *op, size_t *size) {
  json_size = 0;
  add("{\"type\":\"%s\",\"event_id\":\"event_%u\"", type_of(op), (unsigned)op->event);
  switch (op->kind) {
    case OP_CREATED:
      add(",\"response\":{\"object\":\"realtime.response\",\"id\":\"%s\",\"status\":\"in_progress\"", op->response);
      if (op->number & RTMULTI_RESPONSE_OUT_OF_BAND) add(",\"conversation_id\":null");
      if (op->number & RTMULTI_RESPONSE_TEXT) add(",\"output_modalities\":[\"text\"]");
      if (op->token[0] != 0) add(",\"metadata\":{\"client_event_id\":\"%s\"}", op->token);
      add("}");
      break;
    case OP_RESPONSE_DONE:
      add(",\"response\":{\"id\":\"%s\",\"status\":\"%s\"", op->response, rtmulti_status_name(op->number));
      if (op->bytes != NULL) {
        add(",\"status_details\":{\"type\":\"%s\"", rtmulti_status_name(op->number));
        add_string("reason", op->bytes);
        add("}");
      }
      add("}");
      break;
    case OP_ITEM:
    case OP_ITEM_DONE: add_item(op); break;
    case OP_PART:
    case OP_PART_DONE:
      add_place(op);
      add(",\"part\":{\"type\":\"%s\"}", op->number == RTMULTI_PART_TEXT ? "text" : "audio");
      break;
    case OP_AUDIO:
      add_place(op);
      {
        size_t digits;
        const char *text = op_base64(op, &digits);
        add(",\"delta\":\"");
        memcpy(json + json_size, text, digits);
        json_size += digits;
        add("\"");
      }
      break;
    case OP_TEXT:
      add_place(op);
      add_string("delta", op->bytes);
      if (op->ms >= 0) add(",\"start_ms\":%lld,\"end_ms\":%lld", (long long)op->ms, (long long)op->end_ms);
      break;
    case OP_CALL:
      add_place(op);
      add(",\"call_id\":\"call_%s\",\"name\":\"look\",\"arguments\":\"{}\"", op->item);
      break;
    case OP_DELETED: add_name("item_id", op->item); break;
    case OP_TRUNCATED:
      add_place(op);
      add(",\"audio_end_ms\":%lld", (long long)op->ms);
      break;
    case OP_REJECTED:
      add(",\"error\":{\"type\":\"invalid_request_error\",\"code\":\"refused\"");
      add_string("message", op->bytes);
      add_name("event_id", op->token);
      add("}");
      break;
    case OP_BUFFER: add_name("response_id", op->response); break;
    default: add(",\"audio_start_ms\":%lld,\"item_id\":\"said_%u\"", (long long)op->ms, (unsigned)op->event); break;
  }
  add("}");
  *size = json_size;
  return json;
}

const char *op_name(enum op_kind kind) {
  static const char *const names[OP_KINDS] = {
      "created",  "response done", "item",     "item done", "part",     "part done", "audio",         "packet",
      "text",     "call",          "deleted",  "truncated", "rejected", "buffer",    "speech",        "reconnect",
      "expect",   "expect oob",    "unexpect", "interrupt", "cancel",   "server is", "clear timeout", "audio is",
      "pause",    "resume",        "shown",    "phase",     "sink",     "close",     "advance",       "started",
      "progress", "finished",      "mark",     "queued",    "ready",    "pull"};
  return names[kind];
}

void op_print(const struct op *op, char *line, size_t size) {
  int at = snprintf(line, size, "%s", op_name(op->kind));
#define MORE(...) at += snprintf(line + at, (size_t)at < size ? size - (size_t)at : 0, __VA_ARGS__)
  if (op->response[0] != 0) MORE(" %s", op->response);
  if (op->item[0] != 0) MORE(" %s", op->item);
  if (op->token[0] != 0) MORE(" token %s", op->token);
  if (op_is_event(op) || op->kind == OP_PACKET) MORE(" content %d output %d", (int)op->content, (int)op->output);
  if (op->kind == OP_TEXT || op->kind == OP_REJECTED)
    MORE(" \"%s\"", (const char *)op->bytes);
  else if (op->bytes != NULL)
    MORE(" %zu bytes", op->size);
  if (op->kind == OP_TEXT || op->ms != 0) MORE(" at %lld ms", (long long)op->ms);
  if (op->segment != 0) MORE(" segment %llu", (unsigned long long)op->segment);
  if (op->segment != 0 || op->frames != 0) MORE(" %lld frames", (long long)op->frames);
  if (op->at_us != 0) MORE(" at %lld us", (long long)op->at_us);
  if (op->number != 0) MORE(" (%u)", (unsigned)op->number);
#undef MORE
}
