/* Every input there is, given once by its call, recorded, and read back: what an entry says is what was said. The inputs
 * and their fields come from the table of the trace's reader, so a new one is tried as soon as it stands there; that the
 * library has no other is for the Swift tests to see.
 *
 * Each is given to a session of its own, first by itself, then from inside a callback, where it is copied. */
#include <rtmulti.h>
#include <stdlib.h>
#include <string.h>

#include "../Runner/trace.h"
#include "check.h"

struct tape {
  char *bytes;
  size_t size;
};

static int32_t take_piece(void *user_data, const void *bytes, size_t size) {
  struct tape *tape = user_data;
  tape->bytes = realloc(tape->bytes, tape->size + size);
  if (tape->bytes == NULL) abort();
  memcpy(tape->bytes + tape->size, bytes, size);
  tape->size += size;
  return 0;
}

/* A value for each field that no other field of its entry has. 1 is a kind, a status and a codec of all. */
static struct trace_entry filled(enum trace_kind kind) {
  static const char *const words[] = {"first", "the second", "a third one"};
  struct trace_entry entry = {.kind = kind};
  size_t texts = 0;
  for (const char *field = trace_fields(kind); *field != '\0'; field++) {
    int64_t *number = entry.numbers + entry.number_count;
    switch (*field) {
      case 'p': entry.content = 3; /* fall through */
      case 'r': entry.response = slice_of("some response"); /* fall through */
      case 'i':
        if (*field != 'r') entry.item = slice_of("an item");
        continue;
      case 't':
      case 'a':
      case 'x': entry.texts[texts] = slice_of(words[texts]), texts++; continue;
      case 'j':
        entry.texts[texts++] = slice_of(kind == TRACE_AUDIO_BASE64 ? "AQEB" : "{\"type\":\"nothing\"}");
        continue;
      case 'g': *number = 77; break;
      case 'd': *number = 2400; break;
      case 'u': *number = 5000000; break;
      case 's': *number = 40 + (int64_t)entry.number_count; break;
      case 'f':
        *number = RTMULTI_CODEC_PCM16, number[1] = 16000, number[2] = 2;
        entry.number_count += 2;
        break;
      default: *number = 1; break;
    }
    entry.number_count += 1;
  }
  return entry;
}

/* A part that is done or cut is named by its item alone. */
static bool names_response(enum trace_kind kind) {
  return kind != TRACE_PART_DONE && kind != TRACE_PART_TRUNCATED;
}

static void compare(const struct trace_entry *said, const struct trace_entry *read) {
  CHECK_EQUAL(said->kind, read->kind);
  CHECK(slice_equal(names_response(said->kind) ? said->response : (struct slice){NULL, 0}, read->response));
  CHECK(slice_equal(said->item, read->item));
  CHECK_EQUAL(said->content, read->content);
  CHECK_EQUAL(0, read->left_out);
  for (size_t i = 0; i < TRACE_TEXTS; i++) CHECK(slice_equal(said->texts[i], read->texts[i]));
  CHECK_EQUAL(said->number_count, read->number_count);
  for (size_t i = 0; i < said->number_count; i++) CHECK_EQUAL(said->numbers[i], read->numbers[i]);
}

/* The entries of a kind in a trace, behind `before`; each must be as it was said. */
static int count_of(const struct tape *tape, const struct trace_entry *said, enum trace_kind before) {
  struct trace trace;
  rtmulti_config config;
  int count = 0;
  CHECK(trace_open(&trace, tape->bytes, tape->size, &config));
  bool has_begun = false;
  for (const struct trace_entry *entry = trace_peek(&trace); entry != NULL; entry = trace_peek(&trace)) {
    if (has_begun && entry->kind == said->kind) {
      count += 1;
      compare(said, entry);
    }
    has_begun = has_begun || entry->kind == before;
    trace_take(&trace);
  }
  CHECK(trace.damage == NULL);
  return count;
}

struct host {
  rtmulti_session *session;
  const struct trace_entry *said;
  rtmulti_result from_inside;
  int diagnostics;
};

static int32_t say_inside(void *user_data, const rtmulti_diagnostic *diagnostic) {
  struct host *host = user_data;
  (void)diagnostic;
  if (host->diagnostics++ == 0) host->from_inside = trace_call(host->session, host->said);
  return 0;
}

static void say(const struct trace_entry *said, bool is_inside) {
  struct tape tape = {NULL, 0};
  struct host host = {.said = said};
  rtmulti_handlers handlers;
  rtmulti_handlers_init(&handlers, sizeof handlers);
  handlers.on_diagnostic = say_inside;
  handlers.user_data = &host;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &host.session));
  if (is_inside) CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_handlers(host.session, &handlers));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_trace(host.session, take_piece, NULL, &tape));
  if (is_inside) {
    /* A report about a segment that never was is told. */
    rtmulti_session_playback_progress(host.session, 99, 1, RTMULTI_NOW);
    CHECK_EQUAL(RTMULTI_QUEUED, host.from_inside);
  } else {
    CHECK(trace_call(host.session, said) != RTMULTI_ERROR_INVALID);
  }
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(host.session));
  /* The wiring comes first, and the sink is the last of it. */
  const int count = count_of(&tape, said, is_inside ? TRACE_CALLBACK : TRACE_SET_SINK);
  if (!CHECK_EQUAL(1, count)) printf("     that is %s%s\n", trace_word(said->kind), is_inside ? ", inside" : "");
  free(tape.bytes);
}

int main(void) {
  int inputs = 0;
  for (enum trace_kind kind = trace_next_kind(0); kind != 0; kind = trace_next_kind(kind)) {
    if (!trace_is_input(kind)) continue;
    const struct trace_entry said = filled(kind);
    say(&said, false);
    say(&said, true);
    inputs += 1;
  }
  CHECK(inputs > 20);
  return check_end("trace_inputs");
}
