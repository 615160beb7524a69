/* What does one call cost in a session that has grown so far? A program of many short cases: each grows a session to a size,
 * and has callgrind count so many calls in it. Which sizes are asked for, and what is made of the counts, is growth.py's.
 *
 * usage: growth CASE SIZE      prints {"units": N}, by which the instructions are to be divided
 *        growth sessions SIZE  prints {"ns": T}: of one tick of one of so many sessions, which no simulator can tell */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include "conversation.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_TOGGLE_COLLECT
#endif

enum { OPERATIONS = 20, LONGEST_TEXT = 1 << 20 };

static struct conversation conversation;

static rtmulti_session *session(void) { return conversation.session; }

/* A session whose limits are far beyond every case. */
static void open_wide(enum hearing hearing) {
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.max_open_items = 20000;
  open_conversation_with(&conversation, hearing, &config);
}

static void add_item(int number, rtmulti_item_kind kind, const char *response) {
  char name[32];
  snprintf(name, sizeof name, "item_behind_%08d", number);
  require(rtmulti_session_item_added(session(), response, RTMULTI_NUL_TERMINATED, name, RTMULTI_NUL_TERMINATED, -1, kind) ==
              RTMULTI_OK,
          "an item was refused");
}

static void deltas(void) {
  const int16_t *pcm = pcm_delta();
  for (int i = 0; i < 50; i++) send_audio(&conversation, pcm, DELTA_BYTES); /* all that grows once has grown */
  CALLGRIND_TOGGLE_COLLECT;
  for (int i = 0; i < OPERATIONS; i++) send_audio(&conversation, pcm, DELTA_BYTES);
  CALLGRIND_TOGGLE_COLLECT;
  print_units(OPERATIONS);
}

/* --- a delta ---------------------------------------------------------------------------------------------- */

static void after_seconds(long size) {
  begin_response(&conversation), begin_message(&conversation);
  for (long i = 0; i < size * 1000 / DELTA_MS; i++) send_audio(&conversation, pcm_delta(), DELTA_BYTES);
  deltas();
}

static void after_messages(long size) {
  for (long i = 0; i < size; i++) {
    begin_response(&conversation), begin_message(&conversation);
    send_audio(&conversation, pcm_delta(), DELTA_BYTES);
    end_message(&conversation), end_response(&conversation, RTMULTI_STATUS_COMPLETED);
  }
  begin_response(&conversation), begin_message(&conversation);
  deltas();
}

static void before_items_never_done(long size) {
  begin_response(&conversation), begin_message(&conversation);
  for (int i = 0; i < size; i++) add_item(i, RTMULTI_ITEM_MESSAGE, conversation.response.text);
  deltas();
}

static void among_responses_never_done(long size) {
  begin_response(&conversation), begin_message(&conversation);
  send_audio(&conversation, pcm_delta(), DELTA_BYTES);
  const struct name response = conversation.response, item = conversation.item;
  for (int i = 0; i < size; i++) begin_response(&conversation);
  conversation.response = response, conversation.item = item;
  deltas();
}

static void behind_commands_never_answered(long size) {
  for (int i = 0; i < size; i++) {
    begin_response(&conversation);
    require(rtmulti_session_cancel(session(), NULL, 0) == RTMULTI_OK, "a cancel was refused");
    end_response(&conversation, RTMULTI_STATUS_CANCELLED);
  }
  begin_response(&conversation), begin_message(&conversation);
  deltas();
}

/* `size` is the delta's own, in milliseconds. */
static void of_milliseconds(long size) {
  static int16_t pcm[RATE_HZ * 2];
  const size_t bytes = (size_t)size * RATE_HZ / 1000 * sizeof *pcm;
  begin_response(&conversation), begin_message(&conversation);
  for (int i = 0; i < 50; i++) send_audio(&conversation, pcm, bytes);
  CALLGRIND_TOGGLE_COLLECT;
  for (int i = 0; i < OPERATIONS; i++) send_audio(&conversation, pcm, bytes);
  CALLGRIND_TOGGLE_COLLECT;
  print_units(OPERATIONS * size);
}

/* --- other inputs ----------------------------------------------------------------------------------------- */

static void of_text(long size, const char *words) {
  static char text[LONGEST_TEXT + 1];
  const size_t length = strlen(words);
  const size_t whole = (size_t)size / length * length; /* no character is cut */
  for (size_t i = 0; i < whole; i++) text[i] = words[i % length];
  begin_response(&conversation), begin_message(&conversation);
  CALLGRIND_TOGGLE_COLLECT;
  const rtmulti_result result = rtmulti_session_text(session(), conversation.response.text, conversation.response.size,
                                                     conversation.item.text, conversation.item.size, 0, text, whole, -1, -1);
  CALLGRIND_TOGGLE_COLLECT;
  require(result == RTMULTI_OK, "a text was refused");
  print_units((int64_t)whole);
}

static void of_english(long size) { of_text(size, "It is sunny in Paris, with a light west wind. "); }
static void of_chinese(long size) { of_text(size, "\xe4\xbb\x8a\xe5\xa4\xa9\xe5\xb7\xb4\xe9\xbb\x8e\xe3\x80\x82"); }

static void of_items_backwards(long size) {
  begin_response(&conversation);
  CALLGRIND_TOGGLE_COLLECT;
  for (int i = 0; i < size; i++) {
    char name[32];
    snprintf(name, sizeof name, "item_%08d", i);
    require(rtmulti_session_item_added(session(), conversation.response.text, conversation.response.size, name,
                                       RTMULTI_NUL_TERMINATED, (int32_t)(size - i), RTMULTI_ITEM_FUNCTION_CALL) == RTMULTI_OK,
            "an item was refused");
  }
  CALLGRIND_TOGGLE_COLLECT;
  print_units(size);
}

/* An error that names nothing, while 64 commands are remembered. */
static void of_error(long size) {
  static char text[LONGEST_TEXT + 256];
  for (int i = 0; i < 64; i++) {
    begin_response(&conversation);
    require(rtmulti_session_cancel(session(), NULL, 0) == RTMULTI_OK, "a cancel was refused");
  }
  int length = snprintf(text, sizeof text, "{\"type\":\"error\",\"error\":{\"code\":\"invalid_value\",\"message\":\"");
  for (long i = 0; i < size; i++) text[length++] = i % 9 == 8 ? ' ' : 'x';
  length += snprintf(text + length, sizeof text - (size_t)length, "\"}}");
  CALLGRIND_TOGGLE_COLLECT;
  const rtmulti_result result = rtmulti_session_receive_json(session(), text, (size_t)length);
  CALLGRIND_TOGGLE_COLLECT;
  require(result >= 0, "an error event was refused");
  print_units(size);
}

static void of_interrupt(long size) {
  begin_response(&conversation);
  for (long i = 0; i < size; i++) {
    begin_message(&conversation);
    send_audio(&conversation, pcm_delta(), DELTA_BYTES);
    end_message(&conversation);
  }
  CALLGRIND_TOGGLE_COLLECT;
  require(rtmulti_session_interrupt(session(), NULL, 0, RTMULTI_INTERRUPTED_BY_HOST) == RTMULTI_OK,
          "an interrupt was refused");
  CALLGRIND_TOGGLE_COLLECT;
  print_units(size);
}

/* --- many sessions ---------------------------------------------------------------------------------------- */

static void time_sessions(long size) {
  struct conversation *all = calloc((size_t)size, sizeof *all);
  require(all != NULL, "no memory for so many sessions");
  for (long i = 0; i < size; i++) {
    open_conversation(&all[i], HEARS_AT_ONCE);
    begin_response(&all[i]), begin_message(&all[i]);
  }
  enum { TICKS = 15 };
  static double taken_ns[TICKS];
  const int16_t *pcm = pcm_delta();
  for (int tick = -3; tick < TICKS; tick++) {
    const int64_t start = clock_ns();
    for (long i = 0; i < size; i++) send_audio(&all[i], pcm, DELTA_BYTES);
    if (tick >= 0) taken_ns[tick] = (double)(clock_ns() - start) / (double)size;
  }
  printf("{\"ns\": %g}\n", median(taken_ns, TICKS));
}

static const struct growth_case {
  const char *word;
  enum hearing hearing;
  void (*run)(long size);
} cases[] = {
    {"seconds", HEARS_AT_ONCE, after_seconds},
    {"messages", HEARS_AT_ONCE, after_messages},
    {"items_never_done", HEARS_AT_ONCE, before_items_never_done},
    {"responses_never_done", HEARS_AT_ONCE, among_responses_never_done},
    {"commands_never_answered", HEARS_AT_ONCE, behind_commands_never_answered},
    {"delta_ms", HEARS_AT_ONCE, of_milliseconds},
    {"english_bytes", HEARS_NOTHING, of_english},
    {"chinese_bytes", HEARS_NOTHING, of_chinese},
    {"items_backwards", HEARS_NOTHING, of_items_backwards},
    {"error_bytes", HEARS_NOTHING, of_error},
    {"waiting_messages", HEARS_NOTHING, of_interrupt},
};

int main(int argc, char **argv) {
  require(argc == 3, "usage: growth CASE SIZE");
  const long size = strtol(argv[2], NULL, 10);
  require(size > 0 && size <= LONGEST_TEXT, "a size is 1 to 1048576");
  if (strcmp(argv[1], "sessions") == 0) {
    time_sessions(size);
    return 0;
  }
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if (strcmp(argv[1], cases[i].word) != 0) continue;
    open_wide(cases[i].hearing);
    cases[i].run(size);
    return 0;
  }
  require(0, "there is no such case");
}
