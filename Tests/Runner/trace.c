/* A trace, read entry by entry; see trace.h. */
#include "trace.h"

#include <string.h>

enum { FORMAT = 3, CONFIG_FIELDS = 19, SEAL_BYTES = 4 };

/* An equal session has an equal config. */
_Static_assert(sizeof(rtmulti_config) == 88, "a new field of the config belongs into the head of a trace, too: into "
                                             "Recorder.head and read_head");

_Static_assert((int)CONFIG_FIELDS <= (int)TRACE_NUMBERS, "the head of a trace is read like an entry");

static const char magic[] = "rtmulti trace\n";

static const char broken_off[] =
    "the trace breaks off here; what was recorded last may have died with its program";
static const char damaged_block[] = "the trace is damaged here: its seal is broken";
static const char damaged_entry[] = "the trace is damaged here: no such entry can have been recorded";

static const struct {
  const char *word, *fields;
} shapes[] = {
#define SHAPE(number, NAME, word, fields, ...) [number] = {word, fields},
    TRACE_INPUTS(SHAPE) TRACE_NOTES(SHAPE)
#undef SHAPE
};

enum { SHAPE_COUNT = sizeof shapes / sizeof shapes[0] };

const char *trace_word(enum trace_kind kind) { return shapes[kind].word; }
const char *trace_fields(enum trace_kind kind) { return shapes[kind].fields; }

enum trace_kind trace_next_kind(enum trace_kind kind) {
  size_t next = (size_t)kind + 1;
  while (next < SHAPE_COUNT && shapes[next].word == NULL) next += 1;
  return (enum trace_kind)(next < SHAPE_COUNT ? next : 0);
}

/* ---- blocks ---- */

static bool fail(struct trace *trace, const char *sentence) {
  if (trace->damage == NULL) trace->damage = sentence;
  return false;
}

/* A number between `*at` and `end`. */
static bool read_number(const unsigned char *bytes, size_t *at, size_t end, uint64_t *number) {
  *number = 0;
  for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
    const unsigned char byte = bytes[(*at)++];
    *number |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

/* Eight bytes at a time, as the library does it. */
static uint32_t seal_of(const unsigned char *bytes, size_t size) {
  uint64_t state = size;
  for (size_t at = 0; at < size; at += 8) {
    uint64_t word = 0;
    for (size_t i = 0; i < 8 && at + i < size; i++) word |= (uint64_t)bytes[at + i] << (8 * i);
    state = (state ^ word) * 0x9e3779b97f4a7c15u;
    state ^= state >> 32;
  }
  return (uint32_t)state;
}

/* Where the entries of the block at `at` begin, and how many bytes they are; false when it is not whole. */
static bool find_block(const unsigned char *bytes, size_t size, size_t at, size_t *first, size_t *count) {
  uint64_t block_size;
  if (!read_number(bytes, &at, size, &block_size)) return false;
  if (size - at < SEAL_BYTES || block_size > size - at - SEAL_BYTES) return false;
  *first = at + SEAL_BYTES;
  *count = (size_t)block_size;
  return true;
}

static bool open_block(struct trace *trace) {
  size_t count;
  if (!find_block(trace->bytes, trace->size, trace->at, &trace->cursor, &count)) return fail(trace, broken_off);
  const unsigned char *seal = trace->bytes + trace->cursor - SEAL_BYTES;
  const uint32_t expected =
      seal[0] | (uint32_t)seal[1] << 8 | (uint32_t)seal[2] << 16 | (uint32_t)seal[3] << 24;
  if (seal_of(trace->bytes + trace->cursor, count) != expected) return fail(trace, damaged_block);
  trace->block_end = trace->cursor + count;
  trace->at = trace->block_end;
  return true;
}

void trace_reseal(unsigned char *bytes, size_t size) {
  size_t first, count;
  for (size_t at = 0; at < size && find_block(bytes, size, at, &first, &count); at = first + count) {
    const uint32_t seal = seal_of(bytes + first, count);
    for (int i = 0; i < SEAL_BYTES; i++) bytes[first - SEAL_BYTES + i] = (unsigned char)(seal >> (8 * i));
  }
}

/* ---- fields ---- */

static bool take_number(struct trace *trace, uint64_t *number) {
  return read_number(trace->bytes, &trace->cursor, trace->block_end, number);
}

static bool take_signed(struct trace *trace, int64_t *number) {
  uint64_t zigzag;
  if (!take_number(trace, &zigzag)) return false;
  *number = (int64_t)((zigzag >> 1) ^ (0 - (zigzag & 1)));
  return true;
}

static bool take_text(struct trace *trace, struct slice *text, bool *is_left_out) {
  static const char nothing[1] = {0};
  uint64_t size;
  if (!take_number(trace, &size)) return false;
  *is_left_out = (size & 1) != 0;
  size >>= 1;
  if (*is_left_out) {
    *text = (struct slice){nothing, size};
    return true;
  }
  if (size > trace->block_end - trace->cursor) return false;
  *text = (struct slice){(const char *)trace->bytes + trace->cursor, size};
  trace->cursor += size;
  return true;
}

static bool take_place(struct trace *trace) {
  uint64_t is_new;
  int64_t content;
  bool is_left_out;
  if (!take_number(trace, &is_new)) return false;
  if (is_new == 0) return true;
  if (!take_text(trace, &trace->response, &is_left_out) || is_left_out) return false;
  if (!take_text(trace, &trace->item, &is_left_out) || is_left_out) return false;
  if (!take_signed(trace, &content) || content < -1 || content > INT32_MAX) return false;
  trace->content = (int32_t)content;
  return true;
}

static bool take_numbers(struct trace *trace, struct trace_entry *entry, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    uint64_t number;
    if (entry->number_count == TRACE_NUMBERS || !take_number(trace, &number)) return false;
    entry->numbers[entry->number_count++] = (int64_t)number;
  }
  return true;
}

static bool take_name(struct trace *trace, struct slice *name) {
  bool is_left_out;
  return take_text(trace, name, &is_left_out) && !is_left_out;
}

/* Times are told as the steps between them. */
static bool take_time(struct trace *trace, int64_t *us) {
  int64_t step;
  if (!take_signed(trace, &step)) return false;
  trace->now_us = (int64_t)((uint64_t)trace->now_us + (uint64_t)step);
  *us = trace->now_us;
  return true;
}

static bool take_field(struct trace *trace, char field, size_t *texts) {
  struct trace_entry *entry = &trace->ahead;
  uint64_t count;
  bool is_left_out;
  switch (field) {
    case 'p':
      if (!take_place(trace)) return false;
      entry->response = trace->response;
      entry->item = trace->item;
      entry->content = trace->content;
      return true;
    case 'r': return take_name(trace, &entry->response);
    case 'i': return take_name(trace, &entry->item);
    case 't': return take_name(trace, &entry->texts[(*texts)++]);
    case 'a':
    case 'x':
    case 'j':
      if (!take_text(trace, &entry->texts[(*texts)++], &is_left_out)) return false;
      if (is_left_out) entry->left_out = field;
      return true;
    case 'g':
    case 'd':
    case 'n': return take_numbers(trace, entry, 1);
    case 'f': return take_numbers(trace, entry, 3);
    case 'u': return take_time(trace, &entry->numbers[entry->number_count++]);
    case 's': return take_signed(trace, &entry->numbers[entry->number_count++]);
    default: return take_number(trace, &count) && take_numbers(trace, entry, count);
  }
}

/* ---- head and entries ---- */

static bool read_head(struct trace *trace, rtmulti_config *config) {
  struct slice start;
  bool is_left_out;
  uint64_t format, abi, count;
  if (!take_text(trace, &start, &is_left_out) || start.size != sizeof magic - 1 ||
      memcmp(start.bytes, magic, start.size) != 0)
    return fail(trace, "this is no trace of rtmulti");
  if (!take_number(trace, &format)) return fail(trace, damaged_entry);
  if (format > FORMAT)
    return fail(trace, "this trace is of a newer format than this program reads; take a newer rtmulti-harness");
  if (format < FORMAT)
    return fail(trace, "this trace is of an older format than this program reads; take the rtmulti-harness of its time");
  if (!take_number(trace, &abi) || !take_text(trace, &trace->version, &is_left_out) || is_left_out)
    return fail(trace, damaged_entry);
  if (abi > rtmulti_abi())
    return fail(trace, "this trace was recorded by a newer library; take that one to replay it");
  struct trace_entry fields = {.number_count = 0};
  if (!take_number(trace, &count) || count > CONFIG_FIELDS || !take_numbers(trace, &fields, count))
    return fail(trace, damaged_entry);
  rtmulti_config_init(config, sizeof *config);
  /* In the order of the struct. */
  uint32_t *const places[CONFIG_FIELDS] = {&config->delivery,
                                           &config->wire,
                                           &config->server,
                                           &config->interrupts,
                                           &config->interrupt_on_speech,
                                           &config->estimate,
                                           &config->heard_audio,
                                           &config->write_ahead_ms,
                                           &config->handover_ms,
                                           &config->step_back_ms,
                                           &config->clear_timeout_ms,
                                           &config->turn_patience_ms,
                                           &config->response_patience_ms,
                                           &config->command_patience_ms,
                                           &config->max_response_ms,
                                           &config->max_open_items,
                                           &config->max_text_bytes,
                                           &config->max_event_bytes,
                                           NULL};
  for (size_t i = 0; i < fields.number_count; i++) {
    if (places[i] == NULL) {
      config->max_queued_bytes = (uint64_t)fields.numbers[i];
    } else if ((uint64_t)fields.numbers[i] > UINT32_MAX) {
      return fail(trace, damaged_entry);
    } else {
      *places[i] = (uint32_t)fields.numbers[i];
    }
  }
  return true;
}

/* Whether what there is of the file can be the beginning of a trace. */
static bool has_magic(const struct trace *trace) {
  size_t at = 0;
  uint64_t block_size;
  if (!read_number(trace->bytes, &at, trace->size, &block_size)) return false;
  at += SEAL_BYTES + 1;
  if (at >= trace->size) return false;
  const size_t there = trace->size - at < sizeof magic - 1 ? trace->size - at : sizeof magic - 1;
  return memcmp(trace->bytes + at, magic, there) == 0;
}

bool trace_open(struct trace *trace, const void *bytes, size_t size, rtmulti_config *config) {
  *trace = (struct trace){.bytes = bytes, .size = size};
  if (!has_magic(trace)) return fail(trace, "this is no trace of rtmulti");
  return open_block(trace) && read_head(trace, config);
}

const struct trace_entry *trace_peek(struct trace *trace) {
  if (trace->damage != NULL) return NULL;
  if (trace->has_ahead) return &trace->ahead;
  while (trace->cursor == trace->block_end) {
    if (trace->at == trace->size) return NULL;
    if (!open_block(trace)) return NULL;
  }
  trace->entry_at = trace->cursor;
  const unsigned char kind = trace->bytes[trace->cursor++];
  if (kind >= SHAPE_COUNT || shapes[kind].word == NULL) {
    fail(trace, damaged_entry);
    return NULL;
  }
  trace->ahead = (struct trace_entry){.kind = (enum trace_kind)kind};
  size_t texts = 0;
  for (const char *field = shapes[kind].fields; *field != '\0'; field++) {
    if (!take_field(trace, *field, &texts)) {
      fail(trace, damaged_entry);
      return NULL;
    }
  }
  trace->has_ahead = true;
  return &trace->ahead;
}

void trace_take(struct trace *trace) { trace->has_ahead = false; }
