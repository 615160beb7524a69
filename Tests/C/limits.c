/* Is every limit exactly where the config puts it? At the limit an input is taken, one past it is refused with
 * its own error and changes nothing, and it is taken after progress. */
#include "conversation.h"

static int64_t received_frames(struct conversation *conversation, const char *item) {
  rtmulti_position position = {.struct_size = sizeof position};
  const rtmulti_result result = rtmulti_session_position(conversation->session, TEXT(item), 0, &position);
  return result == RTMULTI_OK ? position.received_frames : -1;
}

static size_t generated_size(struct conversation *conversation, const char *item) {
  const char *text = NULL;
  size_t size = SIZE_MAX;
  rtmulti_session_generated_text(conversation->session, TEXT(item), &text, &size);
  return size;
}

static void check_audio(void) {
  rtmulti_config config = plain_config();
  struct conversation conversation;
  config.max_response_ms = 1000;
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "B"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 900 * FRAMES_PER_MS));
  /* One delta too long is refused whole; the rest of the response's time is for all of its items. */
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, say_audio(&conversation, "r1", "B", 100 * FRAMES_PER_MS + 1));
  CHECK(received_frames(&conversation, "B") <= 0);
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "B2"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "B2", 100 * FRAMES_PER_MS));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, say_audio(&conversation, "r1", "A", 1));
  CHECK_EQUAL(900 * FRAMES_PER_MS, received_frames(&conversation, "A"));
  CHECK_EQUAL(100 * FRAMES_PER_MS, received_frames(&conversation, "B2"));
  /* What is shorter does not come in its place: that would be a hole (Tests/C/limits_hole.c). */
  CHECK_EQUAL(RTMULTI_IGNORED, say_audio(&conversation, "r1", "B", 1));
  CHECK(received_frames(&conversation, "B") <= 0);
  CHECK(strlen(rtmulti_session_last_error(conversation.session)) > 0);
  CHECK_EQUAL(RTMULTI_OK, say_response_done(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r2"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r2", "C", 1000 * FRAMES_PER_MS));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, say_audio(&conversation, "r2", "C", 1));
  /* A refused delta opens neither an item that nobody announced nor its response. */
  rtmulti_message message = {.struct_size = sizeof message};
  const int diagnostics = conversation.calls[RTMULTI_EFFECT_DIAGNOSTIC];
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, say_audio(&conversation, "r2", "D", 1));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, say_audio(&conversation, "r3", "E", 1000 * FRAMES_PER_MS + 1));
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_message(conversation.session, TEXT("D"), &message));
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_message(conversation.session, TEXT("E"), &message));
  CHECK_EQUAL(2, conversation.calls[RTMULTI_EFFECT_DIAGNOSTIC] - diagnostics);
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_interrupt(conversation.session, TEXT("r3"), RTMULTI_INTERRUPTED_BY_HOST));
  part(&conversation);
}

static void check_queue(void) {
  rtmulti_config config = plain_config();
  struct conversation conversation;
  config.max_queued_bytes = 48000;
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "B"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 20000));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "B", 4000));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_QUEUE, say_audio(&conversation, "r1", "B", 1));
  CHECK_EQUAL(4000, received_frames(&conversation, "B"));
  CHECK_EQUAL(20000, conversation.frames);
  /* What was heard waits no more. */
  CHECK_EQUAL(RTMULTI_OK, say_item_done(&conversation, "A"));
  CHECK_EQUAL(RTMULTI_OK,
              rtmulti_session_playback_finished(conversation.session, conversation.segment, 20000, 0, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "B", 1));
  CHECK_EQUAL(4001, received_frames(&conversation, "B"));
  CHECK_EQUAL(24001, conversation.frames);
  part(&conversation);
}

/* Audio that nobody will hear has no limit but that of one call: what is longer is not read, for a trace leaves it out. */
static void check_unheard(void) {
  rtmulti_config config = plain_config();
  struct conversation conversation;
  config.max_queued_bytes = 48000;
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 20000));
  rtmulti_session_interrupt(conversation.session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST);
  for (int i = 0; i < 2; i++) CHECK_EQUAL(RTMULTI_IGNORED, say_audio(&conversation, "r1", "A", 24000));
  CHECK_EQUAL(68000, received_frames(&conversation, "A"));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_QUEUE, say_audio(&conversation, "r1", "A", 24001));
  CHECK_EQUAL(68000, received_frames(&conversation, "A"));
  part(&conversation);
}

/* The same of numbered packets. */
static void check_unheard_packets(void) {
  rtmulti_config config = plain_config();
  struct conversation conversation;
  rtmulti_format opus;
  rtmulti_format_init(&opus, sizeof opus);
  opus.codec = RTMULTI_CODEC_OPUS;
  static const unsigned char packet[1001] = {0xf8};
  config.max_queued_bytes = 1000;
  converse_as(&conversation, &config, &opus, plain_sink());
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_packet(conversation.session, TEXT("r1"), TEXT("A"), 0, packet, 3, 1, 960));
  rtmulti_session_interrupt(conversation.session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST);
  CHECK_EQUAL(RTMULTI_IGNORED,
              rtmulti_session_packet(conversation.session, TEXT("r1"), TEXT("A"), 0, packet, 1000, 2, 1920));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_QUEUE,
              rtmulti_session_packet(conversation.session, TEXT("r1"), TEXT("A"), 0, packet, 1001, 3, 2880));
  part(&conversation);
}

/* What is too long by itself is refused behind other refused audio, too, and changes nothing. But it was refused last: what was
 * refused before it is lost when it comes again, and its part ends there. */
static void check_too_long_behind_refused(void) {
  rtmulti_config config = plain_config();
  struct conversation conversation;
  rtmulti_message message = {.struct_size = sizeof message};
  config.max_queued_bytes = 500 * 2;
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 450));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_QUEUE, say_audio(&conversation, "r1", "B", 400));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_QUEUE, say_audio(&conversation, "r1", "B", 501));
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_message(conversation.session, TEXT("B"), &message));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_QUEUE, say_audio(&conversation, "r1", "B", 501));
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_message(conversation.session, TEXT("B"), &message));
  CHECK_EQUAL(RTMULTI_IGNORED, say_audio(&conversation, "r1", "B", 400));
  part(&conversation);
}

static void check_items(void) {
  rtmulti_config config = plain_config();
  struct conversation conversation;
  rtmulti_message message = {.struct_size = sizeof message};
  config.max_open_items = 3;
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "B"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "C"));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS, say_item(&conversation, "r1", "D"));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS, say_audio(&conversation, "r1", "D", 10));
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_message(conversation.session, TEXT("D"), &message));
  CHECK_EQUAL(RTMULTI_IGNORED, say_item(&conversation, "r1", "C")); /* a known one needs no room */
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 10 * FRAMES_PER_MS));
  CHECK_EQUAL(RTMULTI_OK, say_item_done(&conversation, "A"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(conversation.session, conversation.segment,
                                                            10 * FRAMES_PER_MS, 0, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OUTCOME_FULL, conversation.outcome);
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "D"));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS, say_item(&conversation, "r1", "E"));
  part(&conversation);
}

static void check_text(void) {
  rtmulti_config config = plain_config();
  struct conversation conversation;
  config.max_text_bytes = 16;
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_text(&conversation, "r1", "A", "twelve bytes"));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_TEXT, say_text(&conversation, "r1", "A", "five!"));
  CHECK_EQUAL(12, generated_size(&conversation, "A"));
  /* The text has ended there: what is shorter would leave a hole. The audio goes on. */
  CHECK_EQUAL(RTMULTI_IGNORED, say_text(&conversation, "r1", "A", "four"));
  CHECK_EQUAL(12, generated_size(&conversation, "A"));
  CHECK_EQUAL(1, conversation.diagnostics[RTMULTI_DIAGNOSTIC_LIMIT]);
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 10 * FRAMES_PER_MS));
  CHECK_EQUAL(RTMULTI_OK, say_item_done(&conversation, "A"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(conversation.session, conversation.segment,
                                                            10 * FRAMES_PER_MS, 0, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OUTCOME_FULL, conversation.outcome);
  rtmulti_message message = {.struct_size = sizeof message};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_message(conversation.session, TEXT("A"), &message));
  CHECK_EQUAL(1, message.text_estimated);
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "B"));
  CHECK_EQUAL(RTMULTI_OK, say_text(&conversation, "r1", "B", "sixteen bytes ok"));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_TEXT, say_text(&conversation, "r1", "B", "!"));
  part(&conversation);
}

/* An event is refused for its length alone, before it is read. */
static void check_events(void) {
  static const char event[] = "{\"type\":\"response.created\",\"response\":{\"id\":\"r1\"}}";
  rtmulti_config config = plain_config();
  struct conversation conversation;
  config.max_event_bytes = sizeof event - 1;
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_EVENT,
              rtmulti_session_receive_json(conversation.session, event, sizeof event));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_receive_json(conversation.session, event, sizeof event - 1));
  CHECK_EQUAL(RTMULTI_IGNORED, say_response(&conversation, "r1"));
  part(&conversation);
}

enum { PHASE_BYTES = 64 };

static void check_phase(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  char phase[PHASE_BYTES + 2];
  rtmulti_message message = {.struct_size = sizeof message};
  memset(phase, 'p', sizeof phase);
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_phase(conversation.session, TEXT("A"), phase, PHASE_BYTES));
  CHECK(rtmulti_session_set_phase(conversation.session, TEXT("A"), phase, PHASE_BYTES + 1) < 0);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_message(conversation.session, TEXT("A"), &message));
  CHECK_EQUAL(PHASE_BYTES, message.phase_size);
  part(&conversation);
}

enum { EXPECTED_RESPONSES = 64 };

static void check_expected_responses(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  char token[16];
  int taken = 0;
  converse(&conversation, &config);
  for (int i = 0; i < EXPECTED_RESPONSES; i++) {
    snprintf(token, sizeof token, "T%d", i);
    taken += rtmulti_session_expect_response(conversation.session, TEXT(token)) == RTMULTI_OK;
  }
  CHECK_EQUAL(EXPECTED_RESPONSES, taken);
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS, rtmulti_session_expect_response(conversation.session, TEXT("more")));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_response_created(conversation.session, TEXT("r1"), 0, TEXT("T0")));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_expect_response(conversation.session, TEXT("more")));
  part(&conversation);
}

/* ---- inputs from inside callbacks ---- */

enum { DEFERRED_INPUTS = 4096, MEBIBYTE = 1024 * 1024, DEFERRED_MEBIBYTES = 64 };

struct deferral {
  int queued;
  rtmulti_result after;
};

static int32_t defer_inputs(struct conversation *conversation, const rtmulti_effect *effect) {
  struct deferral *deferral = (struct deferral *)conversation->memory;
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  conversation->inside = NULL;
  for (int i = 0; i < DEFERRED_INPUTS; i++) {
    deferral->queued += rtmulti_session_sink_ready(conversation->session) == RTMULTI_QUEUED;
  }
  deferral->after = rtmulti_session_sink_ready(conversation->session);
  return 0;
}

static int32_t defer_bytes(struct conversation *conversation, const rtmulti_effect *effect) {
  struct deferral *deferral = (struct deferral *)conversation->memory;
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  conversation->inside = NULL;
  deferral->after = RTMULTI_QUEUED;
  while (deferral->after == RTMULTI_QUEUED && deferral->queued <= DEFERRED_MEBIBYTES) {
    deferral->after = say_audio(conversation, "r1", "B", MEBIBYTE / 2);
    deferral->queued += deferral->after == RTMULTI_QUEUED;
  }
  return 0;
}

/* The words of a call are long, and count as much as audio does. */
static int32_t defer_calls(struct conversation *conversation, const rtmulti_effect *effect) {
  struct deferral *deferral = (struct deferral *)conversation->memory;
  static char words[MEBIBYTE];
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  conversation->inside = NULL;
  memset(words, 'w', sizeof words);
  deferral->after = RTMULTI_QUEUED;
  while (deferral->after == RTMULTI_QUEUED && deferral->queued <= DEFERRED_MEBIBYTES) {
    char item[16];
    snprintf(item, sizeof item, "F%d", deferral->queued);
    deferral->after = rtmulti_session_function_call(conversation->session, TEXT("r1"), TEXT(item), TEXT("call"),
                                                    TEXT("look_up"), words, sizeof words);
    deferral->queued += deferral->after == RTMULTI_QUEUED;
  }
  return 0;
}

static void check_deferred(int32_t (*inside)(struct conversation *, const rtmulti_effect *), int at_least, int at_most) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  struct deferral deferral = {0, RTMULTI_OK};
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r1", "B"));
  conversation.inside = inside;
  conversation.memory = &deferral;
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 10 * FRAMES_PER_MS));
  CHECK(deferral.queued >= at_least && deferral.queued <= at_most);
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_DEFERRED, deferral.after);
  /* Once they have run there is room again. */
  deferral = (struct deferral){0, RTMULTI_OK};
  conversation.inside = defer_inputs;
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", FRAMES_PER_MS));
  CHECK_EQUAL(DEFERRED_INPUTS, deferral.queued);
  part(&conversation);
}

int main(void) {
  check_audio();
  check_queue();
  check_unheard();
  check_unheard_packets();
  check_too_long_behind_refused();
  check_items();
  check_text();
  check_events();
  check_phase();
  check_expected_responses();
  check_deferred(defer_inputs, DEFERRED_INPUTS, DEFERRED_INPUTS);
  /* Each of them is a MiB of audio and a few bytes of names. */
  check_deferred(defer_bytes, DEFERRED_MEBIBYTES - 1, DEFERRED_MEBIBYTES);
  check_deferred(defer_calls, DEFERRED_MEBIBYTES - 1, DEFERRED_MEBIBYTES);
  return check_end("limits");
}
