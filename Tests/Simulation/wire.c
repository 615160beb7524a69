/* The words of the simulation's server as JSON events; see wire.h. */
#include "wire.h"

#include <stdio.h>
#include <string.h>

#include "../C/random.h"

/* The calls have no room for it. */
static struct wire *speaking;

/* ---- an event ---- */

/* What compatible servers leave out, in turn. */
static const char *const absent[] = {"conversation_id", "output_index", "content_index", "event_id", "response_id", "object",
                                     "role"};

static struct growing event;

static void put(const char *text, size_t size) { witness_grow(speaking->witness, &event, text, size); }

static void put_text(const char *text) { put(text, strlen(text)); }

/* `,"key":`, unless it is the turn of this field to be left out; returns whether a value follows. */
static bool put_key(const char *key, bool may_lack) {
  const bool is_turn = strcmp(key, absent[speaking->number % (sizeof absent / sizeof *absent)]) == 0;
  if (speaking->kind == WIRE_ABSENT && is_turn && may_lack) {
    speaking->tallies->faults[FAULT_ABSENT_FIELD] += 1;
    return false;
  }
  if (event.bytes[event.size - 1] != '{') put_text(",");
  put_text("\"");
  put_text(key);
  put_text("\":");
  return true;
}

static void put_string(const char *key, bool may_lack, const char *bytes, size_t size) {
  if (bytes == NULL || !put_key(key, may_lack)) return;
  if (size == RTMULTI_NUL_TERMINATED) size = strlen(bytes);
  put_text("\"");
  for (size_t i = 0; i < size; i++) {
    if (bytes[i] == '"' || bytes[i] == '\\') put_text("\\");
    put(&bytes[i], 1);
  }
  put_text("\"");
}

static void put_word(const char *key, const char *word) { put_string(key, true, word, strlen(word)); }

/* A negative number is one that was not said. */
static void put_number(const char *key, bool may_lack, int64_t number) {
  char digits[32];
  snprintf(digits, sizeof digits, "%lld", (long long)number);
  if (number >= 0 && put_key(key, may_lack)) put_text(digits);
}

static void put_base64(const char *key, const unsigned char *bytes, size_t size) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  put_key(key, false);
  put_text("\"");
  for (size_t i = 0; i < size; i += 3) {
    const uint32_t three = (uint32_t)bytes[i] << 16 | (i + 1 < size ? (uint32_t)bytes[i + 1] << 8 : 0) |
                           (i + 2 < size ? bytes[i + 2] : 0);
    char four[4] = {letters[three >> 18], letters[three >> 12 & 63], '=', '='};
    if (i + 1 < size) four[2] = letters[three >> 6 & 63];
    if (i + 2 < size) four[3] = letters[three & 63];
    put(four, 4);
  }
  put_text("\"");
}

static void open_object(const char *key) {
  put_key(key, false);
  put_text("{");
}

static void begin(const char *type) {
  char id[32];
  event = (struct growing){NULL, 0, 0};
  speaking->number += 1;
  snprintf(id, sizeof id, "event_%llu", (unsigned long long)speaking->number);
  put_text("{");
  put_string("type", false, type, strlen(type));
  put_string("event_id", true, id, strlen(id));
}

/* ---- once, and once more ---- */

static void hand_over_again(rtmulti_session *session, struct slice copy) {
  speaking->tallies->faults[FAULT_REPEATED_EVENT] += 1;
  const rtmulti_result result = rtmulti_session_receive_json(session, SLICE(copy));
  if (result == RTMULTI_OK)
    witness_breach(speaking->witness, "A12", "counted twice: %.*s", copy.size < 200 ? (int)copy.size : 200, copy.bytes);
}

static void keep_copy(struct slice copy, uint64_t number, uint64_t due) {
  for (int i = 0; i < WIRE_COPIES; i++) {
    if (speaking->copies[i].due != 0) continue;
    speaking->copies[i] = (struct wire_copy){copy, number, due};
    return;
  }
}

/* `depth` objects are still open. */
static rtmulti_result say(rtmulti_session *session, int depth) {
  enum { MOST_BETWEEN = 4, KNOWN_BEHIND = 6 };
  while (depth-- >= 0) put_text("}");
  const struct slice said = {event.bytes, event.size};
  const uint64_t number = speaking->number;
  const rtmulti_result result = rtmulti_session_receive_json(session, SLICE(said));
  if (speaking->kind != WIRE_TWICE || (result != RTMULTI_OK && result != RTMULTI_IGNORED)) return result;
  for (int i = 0; i < WIRE_COPIES; i++) {
    struct wire_copy *copy = &speaking->copies[i];
    if (copy->due == 0 || copy->due > speaking->number) continue;
    copy->due = 0;
    /* Many answers may have come out of one callback: then it is none of the last 8 any more. */
    if (speaking->number - copy->number <= KNOWN_BEHIND) hand_over_again(session, copy->event);
  }
  const int between = random_from(&speaking->random, 0, MOST_BETWEEN);
  if (between == 0 && speaking->number - number <= KNOWN_BEHIND) hand_over_again(session, said);
  if (between > 0) keep_copy(said, number, speaking->number + (uint64_t)between);
  return result;
}

/* ---- what is said ---- */

static const struct server_item *item_of(const char *id, size_t size) {
  return server_find_item(&speaking->witness->run->server, (struct slice){id, size});
}

/* Whether an event of this part means the same without its index: the item's first audio part, else 0. */
static bool goes_without(const char *id, size_t size, int32_t content) {
  const struct server_item *item = item_of(id, size);
  const bool has_others = item != NULL && item->parts != NULL && item->parts->next != NULL;
  return content == 0 && !has_others;
}

/* Where an event belongs. A server says the index of the item with each; nobody needs it there. */
static void put_place(const char *response, size_t response_size, const char *id, size_t size, int32_t content,
                      bool may_lack) {
  put_string("response_id", true, response, response_size);
  put_string("item_id", false, id, size);
  put_number("output_index", true, 0);
  put_number("content_index", may_lack && goes_without(id, size, content), content);
}

static rtmulti_result say_created(rtmulti_session *session, const char *id, size_t size, rtmulti_response_flags flags,
                                  const char *token, size_t token_size) {
  if ((flags & (RTMULTI_RESPONSE_LOCAL | RTMULTI_RESPONSE_UNINTERRUPTIBLE)) != 0) /* the host's words, not the server's */
    return rtmulti_session_response_created(session, id, size, flags, token, token_size);
  begin("response.created");
  open_object("response");
  put_string("id", false, id, size);
  put_word("object", "realtime.response");
  if ((flags & RTMULTI_RESPONSE_OUT_OF_BAND) != 0) {
    put_key("conversation_id", false);
    put_text("null");
  } else {
    put_word("conversation_id", "conv_1");
  }
  put_key("output_modalities", false);
  put_text((flags & RTMULTI_RESPONSE_TEXT) != 0 ? "[\"text\"]" : "[\"audio\"]");
  if (token == NULL) return say(session, 1);
  open_object("metadata");
  put_string("client_event_id", false, token, token_size);
  return say(session, 2);
}

static rtmulti_result say_item(rtmulti_session *session, const char *response, size_t response_size, const char *id,
                               size_t size, int32_t index, rtmulti_item_kind kind) {
  static const char *const types[] = {
      [RTMULTI_ITEM_MESSAGE] = "message", [RTMULTI_ITEM_FUNCTION_CALL] = "function_call", [RTMULTI_ITEM_OTHER] = "reasoning"};
  const struct slice newest = server_newest_response(&speaking->witness->run->server);
  const bool is_newest = response != NULL && slice_equal(newest, (struct slice){response, response_size});
  begin("response.output_item.added");
  put_string("response_id", is_newest, response, response_size); /* else it would be another one's */
  put_number("output_index", true, index);
  open_object("item");
  put_string("id", false, id, size);
  put_word("object", "realtime.item");
  put_word("role", "assistant");
  put_string("type", false, types[kind], strlen(types[kind]));
  return say(session, 1);
}

static rtmulti_result say_part(rtmulti_session *session, const char *response, size_t response_size, const char *id,
                               size_t size, int32_t content, rtmulti_part_kind kind, const rtmulti_format *format) {
  (void)format; /* that of the session */
  begin("response.content_part.added");
  put_place(response, response_size, id, size, content, false);
  open_object("part");
  put_string("type", false, kind == RTMULTI_PART_AUDIO ? "audio" : "text", kind == RTMULTI_PART_AUDIO ? 5 : 4);
  return say(session, 1);
}

static rtmulti_result say_audio(rtmulti_session *session, const char *response, size_t response_size, const char *id,
                                size_t size, int32_t content, const void *bytes, size_t byte_count) {
  begin("response.output_audio.delta");
  put_place(response, response_size, id, size, content, true);
  put_base64("delta", bytes, byte_count);
  return say(session, 0);
}

static rtmulti_result say_text(rtmulti_session *session, const char *response, size_t response_size, const char *id,
                               size_t size, int32_t content, const char *text, size_t text_size, int64_t start_ms,
                               int64_t end_ms) {
  bool is_text = false;
  const struct server_item *item = item_of(id, size);
  for (const struct server_part *part = item == NULL ? NULL : item->parts; part != NULL; part = part->next)
    is_text = is_text || (part->kind == RTMULTI_PART_TEXT && part->content == (content < 0 ? 0 : content));
  begin(is_text ? "response.output_text.delta" : "response.output_audio_transcript.delta");
  put_place(response, response_size, id, size, content, true);
  put_string("delta", false, text, text_size);
  put_number("start_ms", false, start_ms);
  put_number("end_ms", false, end_ms);
  return say(session, 0);
}

static rtmulti_result say_part_done(rtmulti_session *session, const char *id, size_t size, int32_t content) {
  begin("response.content_part.done");
  put_place(NULL, 0, id, size, content, true);
  return say(session, 0);
}

static rtmulti_result say_item_done(rtmulti_session *session, const char *id, size_t size) {
  const struct server_item *item = item_of(id, size);
  if (item != NULL && item->kind == RTMULTI_ITEM_FUNCTION_CALL) return rtmulti_session_item_done(session, id, size);
  begin("response.output_item.done");
  open_object("item");
  put_string("id", false, id, size);
  put_word("object", "realtime.item");
  put_string("type", false, "message", 7);
  return say(session, 1);
}

static rtmulti_result say_call(rtmulti_session *session, const char *response, size_t response_size, const char *id,
                               size_t size, const char *call_id, size_t call_size, const char *name, size_t name_size,
                               const char *arguments, size_t arguments_size) {
  begin("response.function_call_arguments.done");
  put_place(response, response_size, id, size, -1, false);
  put_string("call_id", false, call_id, call_size);
  put_string("name", false, name, name_size);
  put_string("arguments", false, arguments, arguments_size);
  return say(session, 0);
}

static rtmulti_result say_response_done(rtmulti_session *session, const char *id, size_t size, rtmulti_status status,
                                        const char *reason, size_t reason_size) {
  const char *name = rtmulti_status_name(status);
  begin("response.done");
  open_object("response");
  put_string("id", false, id, size);
  put_word("object", "realtime.response");
  put_string("status", false, name, strlen(name));
  open_object("status_details");
  put_string("type", false, name, strlen(name));
  put_string("reason", false, reason, reason_size);
  return say(session, 2);
}

static rtmulti_result say_truncated(rtmulti_session *session, const char *id, size_t size, int32_t content, int64_t ms) {
  begin("conversation.item.truncated");
  put_string("item_id", false, id, size);
  put_number("content_index", goes_without(id, size, content), content);
  put_number("audio_end_ms", false, ms);
  return say(session, 0);
}

static rtmulti_result say_deleted(rtmulti_session *session, const char *id, size_t size) {
  begin("conversation.item.deleted");
  put_string("item_id", false, id, size);
  return say(session, 0);
}

static rtmulti_result say_rejected(rtmulti_session *session, const char *event_id, size_t event_size, const char *code,
                                   size_t code_size, const char *message, size_t message_size) {
  begin("error");
  open_object("error");
  put_string("type", false, "invalid_request_error", 21);
  put_string("code", false, code, code_size);
  put_string("message", false, message, message_size);
  put_string("event_id", false, event_id, event_size);
  return say(session, 1);
}

static rtmulti_result say_buffer(rtmulti_session *session, const char *response, size_t size, rtmulti_buffer_word word) {
  begin(word == RTMULTI_BUFFER_STARTED   ? "output_audio_buffer.started"
        : word == RTMULTI_BUFFER_STOPPED ? "output_audio_buffer.stopped"
                                         : "output_audio_buffer.cleared");
  put_string("response_id", false, response, size);
  return say(session, 0);
}

static const struct calls json_calls = {
    .response_created = say_created,
    .item_added = say_item,
    .part_added = say_part,
    .audio = say_audio,
    .text = say_text,
    .part_done = say_part_done,
    .item_done = say_item_done,
    .function_call = say_call,
    .response_done = say_response_done,
    .part_truncated = say_truncated,
    .item_deleted = say_deleted,
    .command_rejected = say_rejected,
    .output_buffer = say_buffer,
};

/* ---- who speaks ---- */

void wire_start(struct wire *wire, uint64_t seed, struct witness *witness, struct tallies *tallies) {
  *wire = (struct wire){.random = seed ^ 0x51a3c0de77u, .witness = witness, .tallies = tallies};
  const int drawn = random_from(&wire->random, 0, 8);
  if (drawn <= 2) wire->kind = (enum wire_kind)(WIRE_WHOLE + drawn);
  if (wire->kind != WIRE_TYPED) tallies->by_json += 1;
  speaking = wire;
}

const struct calls *wire_calls(const struct wire *wire) { return wire->kind == WIRE_TYPED ? NULL : &json_calls; }

void wire_lost(struct wire *wire) {
  for (int i = 0; i < WIRE_COPIES; i++) wire->copies[i].due = 0;
}
