/* Arguments out of bytes; see values.h. */
#include "values.h"

#include <string.h>

uint8_t take_byte(struct cursor *cursor) { return cursor->next < cursor->end ? *cursor->next++ : 0; }

bool is_used_up(const struct cursor *cursor) { return cursor->next == cursor->end; }

/* ---- names ---- */

enum { LONGEST_NAME = 1024 };

static char *long_name(void) {
  static char bytes[LONGEST_NAME + 2]; /* one more than an id may have, and the NUL */
  if (bytes[0] == '\0') memset(bytes, 'x', LONGEST_NAME + 1);
  return bytes;
}

static const char *name_bytes(enum name_family family, unsigned choice) {
  static const char *const plain[][8] = {
      [NAME_RESPONSE] = {"r1", "r2", "r1", "r3", "r2", "r1", "a", "t"},
      [NAME_ITEM] = {"a", "b", "c", "a", "b", "d", "a", "r1"},
      [NAME_TOKEN] = {"t", "u", NULL, NULL, NULL, "t", "r1", "v"},
      [NAME_WORDS] = {"Let me check. ", "It is sunny.", "\u4f60\u597d\u3002", "\U0001f600", " ", "one two", ".", "e\u0301"},
  };
  if (choice < 8) return plain[family][choice];
  switch (choice) {
    case 8: return "";
    case 9: return NULL;
    case 10: return "\xff\xc3";
    case 11: return "\"\\\n\x01\x7f";
    case 12: return "\xed\xa0\x80 \xf4\x90\x80\x80";
    case 13: return long_name();
    case 14: return "rtmulti_1";
    default: return "item_a is already shorter than 5ms, response r1";
  }
}

struct name take_name(struct cursor *cursor, enum name_family family) {
  const uint8_t byte = take_byte(cursor);
  /* Two thirds of them are plain, for a conversation must get somewhere. */
  const unsigned choice = byte < 170 ? byte & 7 : byte & 15;
  struct name name = {name_bytes(family, choice), 0, 0};
  if (name.bytes == NULL) return name;
  name.real_size = strlen(name.bytes);
  name.size = name.real_size;
  switch (byte >> 4) {
    case 2:
    case 11: name.size = RTMULTI_NUL_TERMINATED; break;
    case 12: name.size = name.real_size > 0 ? name.real_size - 1 : 0; break;
    case 13: name.size = LONGEST_NAME + 1; break;
    case 14: name.size = SIZE_MAX / 2; break;
    case 15: name.size = SIZE_MAX - 1; break;
    default: break;
  }
  /* One that could be meant must be there. */
  if (byte >> 4 == 13 && name.bytes != long_name()) name.size = name.real_size;
  if (choice == 13 && byte >> 4 != 13 && name.size == name.real_size) name.size = LONGEST_NAME;
  if (name.size <= name.real_size) name.real_size = name.size;
  return name;
}

/* ---- numbers ---- */

int32_t take_index(struct cursor *cursor) {
  static const int32_t indexes[] = {-1, 0, 1, 0, -1, 2, 0, 1, 3, -2, 65535, 65536, INT32_MAX, INT32_MIN, INT32_MAX - 1, 7};
  const uint8_t byte = take_byte(cursor);
  return indexes[byte < 200 ? byte & 7 : byte & 15];
}

int64_t take_frames(struct cursor *cursor, int64_t written) {
  const uint8_t byte = take_byte(cursor);
  if (byte < 200) return written * (byte & 15) / 15;
  switch (byte & 7) {
    case 0: return written + 1;
    case 1: return INT64_MAX;
    case 2: return INT64_MIN;
    case 3: return -1;
    case 4: return INT64_MAX / 2;
    default: return byte & 31;
  }
}

int64_t take_step_us(struct cursor *cursor) {
  const uint8_t byte = take_byte(cursor);
  if (byte < 128) return (int64_t)byte * 1000;
  if (byte < 240) return (int64_t)(byte - 128) * 10000;
  switch (byte & 15) {
    case 0: return -5000;
    case 1: return INT64_MAX;
    case 2: return INT64_MIN;
    case 3: return INT64_MAX / 2;
    case 4: return 61000000;
    case 5: return 3600000000;
    default: return byte & 15;
  }
}

/* ---- audio ---- */

enum { NOISE_BYTES = 9600 };

static const uint8_t *noise(void) {
  static uint8_t bytes[NOISE_BYTES];
  if (bytes[1] == 0) {
    uint32_t state = 1;
    for (size_t i = 0; i < NOISE_BYTES; i++) bytes[i] = (uint8_t)((state = state * 1664525u + 1013904223u) >> 24);
    bytes[0] = 0x08; /* as an Opus packet: 20 ms of SILK */
    bytes[1] |= 1;
  }
  return bytes;
}

struct name take_audio(struct cursor *cursor) {
  static const size_t sizes[] = {480, 960, 2400, 4800, 1, 3, 60, NOISE_BYTES};
  const uint8_t byte = take_byte(cursor);
  struct name audio = {(const char *)noise(), sizes[byte & 7], 0};
  if (byte >= 208 && byte < 248) {
    const size_t left = (size_t)(cursor->end - cursor->next);
    audio.size = left < (byte & 31u) ? left : (byte & 31u);
    audio.bytes = (const char *)cursor->next;
    cursor->next += audio.size;
  } else if (byte >= 248) {
    static const size_t wild[] = {0, SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2, (size_t)1 << 40, SIZE_MAX / 2 + 1};
    audio.size = wild[(byte & 7) % 6];
    if ((byte & 7) >= 6) audio.bytes = NULL;
  }
  return audio;
}

/* ---- structs ---- */

void take_format(struct cursor *cursor, rtmulti_format *format) {
  static const uint32_t rates_hz[] = {24000, 8000, 16000, 48000, 44100, 11025, 24000, 12345};
  const uint8_t byte = take_byte(cursor);
  rtmulti_format_init(format, sizeof *format);
  format->codec = (byte & 7) % 6 + (byte == 255 ? 90 : 0);
  if ((byte & 7) >= 6) format->codec = RTMULTI_CODEC_PCM16;
  format->sample_rate_hz = rates_hz[byte >> 3 & 7];
  if (format->codec == RTMULTI_CODEC_ULAW || format->codec == RTMULTI_CODEC_ALAW) format->sample_rate_hz = 8000;
  format->channels = 1 + (byte >> 6 & 1);
  if (byte > 250) format->struct_size = byte == 253 ? 4 : byte == 252 ? UINT32_MAX : 8;
}

void take_sink(struct cursor *cursor, rtmulti_sink *sink) {
  static const uint32_t rates_hz[] = {24000, 8000, 16000, 48000, 44100, 11025, 48000, 9000};
  static const uint32_t numbers[] = {0, 10, 20, 60, 100, 500, 2000, 5000, 5001, 9, 61, UINT32_MAX};
  const uint8_t kind = take_byte(cursor);
  const uint8_t flags = take_byte(cursor);
  rtmulti_sink_init(sink, sizeof *sink);
  sink->driver = kind & 3;
  sink->sample_rate_hz = rates_hz[kind >> 2 & 7];
  sink->channels = 1 + (kind >> 5 & 1);
  sink->flags = flags & 7;
  sink->text_write = flags & 8 ? (int32_t(*)(void *, const char *, size_t, const char *, size_t))1 : NULL;
  if (flags & 16) sink->output_latency_ms = numbers[take_byte(cursor) % 9];
  if (flags & 32) {
    sink->frame_ms = numbers[take_byte(cursor) % 12];
    sink->lead_ms = numbers[take_byte(cursor) % 12];
    sink->prebuffer_ms = numbers[take_byte(cursor) % 12];
    sink->max_prebuffer_ms = numbers[take_byte(cursor) % 12];
    const uint8_t writes = take_byte(cursor);
    sink->pad_last_frame = writes & 1;
    if (writes & 2) sink->flags |= RTMULTI_SINK_FIXED_WRITES;
    sink->fade_us = numbers[take_byte(cursor) % 12] * 10;
  }
  /* Above the eight rates and the channels: a bit that no sink had. */
  if (kind & 64) {
    sink->codec = kind & 128 ? RTMULTI_CODEC_ALAW : RTMULTI_CODEC_ULAW;
    if (kind & 16) sink->sample_rate_hz = 8000, sink->channels = 1;
  }
  if (flags >= 250) sink->struct_size = flags & 1 ? 0 : 4097;
}

void take_config(struct cursor *cursor, rtmulti_config *config) {
  static const uint32_t small[] = {1, 2, 3, 8, 100, 1000, 0, UINT32_MAX};
  const uint8_t kind = take_byte(cursor);
  const uint8_t server = take_byte(cursor);
  rtmulti_config_init(config, sizeof *config);
  config->delivery = kind & 1;
  config->estimate = kind >> 1 & 1;
  config->heard_audio = kind >> 2 & 1;
  config->wire = kind >> 3 & 1;
  config->interrupt_on_speech = kind >> 4 & 1;
  config->write_ahead_ms = kind & 32 ? RTMULTI_UNLIMITED : 200;
  config->step_back_ms = kind & 64 ? 500 : 0;
  config->server = server & 63;
  if (server & 64) {
    config->max_response_ms = small[take_byte(cursor) & 7];
    config->max_open_items = small[take_byte(cursor) & 7];
    config->max_text_bytes = small[take_byte(cursor) & 7];
    config->max_queued_bytes = (uint64_t)small[take_byte(cursor) & 7] * 100;
    config->max_event_bytes = small[take_byte(cursor) & 7];
  }
  if (server & 128) {
    config->clear_timeout_ms = small[take_byte(cursor) & 7];
    config->turn_patience_ms = small[take_byte(cursor) & 7];
    config->handover_ms = small[take_byte(cursor) & 7];
    config->write_ahead_ms = small[take_byte(cursor) & 7];
  }
  if (kind == 255) config->delivery = 2;
}

struct name take_event(struct cursor *cursor) {
  static const char *const events[] = {
      "{\"type\":\"response.created\",\"response\":{\"id\":\"r2\",\"metadata\":{\"client_event_id\":\"t\"}}}",
      "{\"type\":\"response.output_item.added\",\"response_id\":\"r1\",\"output_index\":1,\"item\":{\"id\":\"b\","
      "\"type\":\"message\",\"phase\":\"commentary\"}}",
      "{\"type\":\"response.output_audio.delta\",\"response_id\":\"r1\",\"item_id\":\"a\",\"delta\":\"AQIDBAUGBwgJCgsM\"}",
      "{\"type\":\"response.output_audio_transcript.delta\",\"item_id\":\"b\",\"delta\":\"It is \\u00e9.\"}",
      "{\"type\":\"response.output_audio_transcript.done\",\"item_id\":\"a\",\"transcript\":\"Let me check. Yes.\"}",
      "{\"type\":\"response.output_item.done\",\"response_id\":\"r1\",\"item\":{\"id\":\"c\",\"type\":\"function_call\","
      "\"name\":\"f\",\"call_id\":\"k\",\"arguments\":\"{}\"}}",
      "{\"type\":\"response.done\",\"response\":{\"id\":\"r1\",\"status\":\"incomplete\",\"status_details\":{\"reason\":"
      "\"max_output_tokens\"}}}",
      "{\"type\":\"input_audio_buffer.speech_started\"}",
      "{\"type\":\"conversation.item.truncated\",\"item_id\":\"a\",\"content_index\":0}",
      "{\"type\":\"conversation.item.deleted\",\"item_id\":\"b\"}",
      "{\"type\":\"error\",\"error\":{\"code\":\"x\",\"message\":\"item a is already shorter than 3ms\",\"event_id\":"
      "\"rtmulti_2\"}}",
      "{\"type\":\"session.updated\",\"session\":{\"audio\":{\"output\":{\"format\":{\"type\":\"audio/pcmu\"}}}}}",
      "{\"type\":\"response.audio.delta\",\"item_id\":\"a\",\"delta\":\"\\q\"}",
      "{\"type\":",
  };
  const uint8_t byte = take_byte(cursor);
  struct name event = {events[byte % (sizeof events / sizeof *events)], 0, 0};
  event.size = strlen(event.bytes);
  if (byte > 250) event.size = byte & 1 ? RTMULTI_NUL_TERMINATED : SIZE_MAX - 1;
  return event;
}
