/* Does a limit ever leave a hole (rule A13)? Audio that was refused may come again, as it was; behind anything else of its
 * part nothing more of it is taken, with any driver and through either door, its message is partial, and the server is told
 * once the part is done. A message for which there is no room is deleted. */
#include "conversation.h"

enum { LIMIT_MS = 1000, MS_BYTES = FRAMES_PER_MS * 2 };

static int16_t said[1500 * FRAMES_PER_MS];
static int16_t heard[1500 * FRAMES_PER_MS];
static int64_t truncated_ms;
static char truncated_item[8], deleted_item[8];

static int32_t look(struct conversation *conversation, const rtmulti_effect *effect) {
  if (effect->kind == RTMULTI_EFFECT_WRITE)
    memcpy(heard + conversation->frames, effect->pcm, effect->frames * sizeof *heard);
  if (effect->kind != RTMULTI_EFFECT_COMMAND) return 0;
  const rtmulti_command *command = effect->command;
  if (command->kind == RTMULTI_COMMAND_TRUNCATE) {
    truncated_ms = command->audio_end_ms;
    snprintf(truncated_item, sizeof truncated_item, "%s", command->item_id);
  }
  if (command->kind == RTMULTI_COMMAND_DELETE) snprintf(deleted_item, sizeof deleted_item, "%s", command->item_id);
  return 0;
}

static void begin_with(struct conversation *conversation, const rtmulti_config *config, rtmulti_sink sink) {
  for (int i = 0; i < 1500 * FRAMES_PER_MS; i++) said[i] = (int16_t)(i + 1);
  truncated_ms = -1;
  truncated_item[0] = deleted_item[0] = '\0';
  converse_as(conversation, config, NULL, sink);
  conversation->inside = look;
  CHECK_EQUAL(RTMULTI_OK, say_response(conversation, "r"));
  CHECK_EQUAL(RTMULTI_OK, say_item(conversation, "r", "A"));
}

static void begin(struct conversation *conversation) {
  rtmulti_config config = plain_config();
  config.max_response_ms = LIMIT_MS;
  begin_with(conversation, &config, plain_sink());
}

static rtmulti_result say_piece(struct conversation *conversation, const char *item, int from_ms, int to_ms) {
  return rtmulti_session_audio(conversation->session, TEXT("r"), TEXT(item), 0, said + from_ms * FRAMES_PER_MS,
                               (size_t)(to_ms - from_ms) * MS_BYTES);
}

/* The sink has played all that it was given. */
static void play_all(struct conversation *conversation) {
  rtmulti_session_playback_finished(conversation->session, conversation->segment, conversation->frames, 0, RTMULTI_NOW);
}

static void check_record(struct conversation *conversation, const char *item, rtmulti_outcome outcome, int64_t heard_ms,
                         int64_t received_ms) {
  rtmulti_message message = {.struct_size = sizeof message};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_message(conversation->session, TEXT(item), &message));
  CHECK_EQUAL(outcome, message.outcome);
  CHECK_EQUAL(heard_ms, message.heard_ms);
  CHECK_EQUAL(received_ms, message.received_ms);
}

/* Ends item and response of a conversation whose part ended at 900 ms; nothing is told before they do. */
static void check_ended_at_900(struct conversation *conversation) {
  CHECK_EQUAL(0, conversation->calls[RTMULTI_EFFECT_COMMAND]);
  say_item_done(conversation, "A");
  say_response_done(conversation, "r");
  play_all(conversation);
  CHECK_EQUAL(900 * FRAMES_PER_MS, conversation->frames);
  CHECK(memcmp(said, heard, 900 * MS_BYTES) == 0);
  check_record(conversation, "A", RTMULTI_OUTCOME_PARTIAL, 900, 900);
  CHECK_EQUAL(900, truncated_ms);
  CHECK_EQUAL(1, conversation->calls[RTMULTI_EFFECT_COMMAND]);
  CHECK_EQUAL(1, conversation->diagnostics[RTMULTI_DIAGNOSTIC_LIMIT]);
  CHECK_EQUAL(0, conversation->diagnostics[RTMULTI_DIAGNOSTIC_LATE_AUDIO]);
  part(conversation);
}

static void check_offered_again(void) {
  struct conversation conversation;
  rtmulti_config config = plain_config();
  config.max_queued_bytes = 900 * MS_BYTES;
  begin_with(&conversation, &config, plain_sink());
  CHECK_EQUAL(RTMULTI_OK, say_piece(&conversation, "A", 0, 900));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_QUEUE, say_piece(&conversation, "A", 900, 1400));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_QUEUE, say_piece(&conversation, "A", 900, 1400)); /* told once */
  CHECK_EQUAL(1, conversation.diagnostics[RTMULTI_DIAGNOSTIC_LIMIT]);
  rtmulti_session_playback_progress(conversation.session, conversation.segment, 600 * FRAMES_PER_MS, RTMULTI_NOW);
  CHECK_EQUAL(RTMULTI_OK, say_piece(&conversation, "A", 900, 1400));
  CHECK_EQUAL(RTMULTI_OK, say_piece(&conversation, "A", 1400, 1500));
  say_item_done(&conversation, "A");
  play_all(&conversation);
  CHECK(memcmp(said, heard, 1500 * MS_BYTES) == 0);
  check_record(&conversation, "A", RTMULTI_OUTCOME_FULL, 1500, 1500);
  CHECK_EQUAL(0, conversation.calls[RTMULTI_EFFECT_COMMAND]);
  part(&conversation);
}

static void check_shorter_behind(void) {
  struct conversation conversation;
  begin(&conversation);
  CHECK_EQUAL(RTMULTI_OK, say_piece(&conversation, "A", 0, 900));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, say_piece(&conversation, "A", 900, 1400));
  CHECK_EQUAL(RTMULTI_IGNORED, say_piece(&conversation, "A", 1400, 1500));
  /* Also what was refused, now that something else has come, and what would have been the rest. */
  CHECK_EQUAL(RTMULTI_IGNORED, say_piece(&conversation, "A", 900, 1400));
  CHECK_EQUAL(RTMULTI_IGNORED, say_piece(&conversation, "A", 900, 950));
  CHECK_EQUAL(RTMULTI_IGNORED, say_text(&conversation, "r", "A", "of what nobody hears"));
  /* FLUSH has left: the part is over for the listener. */
  CHECK_EQUAL(1, conversation.calls[RTMULTI_EFFECT_FLUSH]);
  check_ended_at_900(&conversation);
}

static void check_done_or_text_behind(int with_text) {
  struct conversation conversation;
  begin(&conversation);
  CHECK_EQUAL(RTMULTI_OK, say_piece(&conversation, "A", 0, 900));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, say_piece(&conversation, "A", 900, 1400));
  if (with_text) {
    say_text(&conversation, "r", "A", "text");
    CHECK_EQUAL(RTMULTI_IGNORED, say_piece(&conversation, "A", 900, 1000));
  }
  check_ended_at_900(&conversation);
}

/* Through the JSON door nobody offers anything again. */
static void check_json(void) {
  static const char delta[] =
      "{\"type\":\"response.output_audio.delta\",\"response_id\":\"r\",\"item_id\":\"%s\",\"content_index\":0,\"delta\":\"%s\"}";
  enum { REFUSED_MS = 150, BASE64_BYTES = REFUSED_MS * MS_BYTES / 3 * 4 };
  static char base64[BASE64_BYTES + 1], event[BASE64_BYTES + sizeof delta];
  struct conversation conversation;
  begin(&conversation);
  CHECK_EQUAL(RTMULTI_OK, say_piece(&conversation, "A", 0, 900));
  memset(base64, 'B', BASE64_BYTES);
  snprintf(event, sizeof event, delta, "A", base64);
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO,
              rtmulti_session_receive_json(conversation.session, event, RTMULTI_NUL_TERMINATED));
  CHECK_EQUAL(1, conversation.calls[RTMULTI_EFFECT_FLUSH]);
  snprintf(event, sizeof event, delta, "A", "BBBB");
  CHECK_EQUAL(RTMULTI_IGNORED,
              rtmulti_session_receive_json(conversation.session, event, RTMULTI_NUL_TERMINATED));
  check_ended_at_900(&conversation);
}

/* A message that is refused before anything of it was taken is one that nobody hears. */
static void check_never_opened(void) {
  struct conversation conversation;
  begin(&conversation);
  CHECK_EQUAL(RTMULTI_OK, say_piece(&conversation, "A", 0, 900));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, say_piece(&conversation, "B", 0, 500));
  CHECK_EQUAL(RTMULTI_IGNORED, say_piece(&conversation, "B", 500, 510));
  say_item_done(&conversation, "A");
  say_item_done(&conversation, "B");
  say_response_done(&conversation, "r");
  play_all(&conversation);
  CHECK_EQUAL(900 * FRAMES_PER_MS, conversation.frames);
  check_record(&conversation, "A", RTMULTI_OUTCOME_FULL, 900, 900);
  check_record(&conversation, "B", RTMULTI_OUTCOME_SKIPPED, 0, 0);
  CHECK_EQUAL(1, conversation.calls[RTMULTI_EFFECT_COMMAND]);
  CHECK(strcmp(deleted_item, "B") == 0);
  CHECK_EQUAL(1, conversation.settled);
  part(&conversation);
}

/* Interrupted while it waits to be offered again: B2's words, at once and once. */
static void check_interrupted(void) {
  struct conversation conversation;
  begin(&conversation);
  CHECK_EQUAL(RTMULTI_OK, say_piece(&conversation, "A", 0, 900));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, say_piece(&conversation, "A", 900, 1400));
  rtmulti_session_interrupt(conversation.session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST);
  rtmulti_session_playback_finished(conversation.session, conversation.segment, 300 * FRAMES_PER_MS, 1, RTMULTI_NOW);
  CHECK_EQUAL(300, truncated_ms);
  say_item_done(&conversation, "A");
  say_response_done(&conversation, "r");
  CHECK_EQUAL(1, conversation.commands[RTMULTI_COMMAND_TRUNCATE]);
  CHECK_EQUAL(2, conversation.calls[RTMULTI_EFFECT_COMMAND]);
  check_record(&conversation, "A", RTMULTI_OUTCOME_PARTIAL, 300, 900);
  part(&conversation);
}

static void check_close(void) {
  struct conversation conversation;
  begin(&conversation);
  CHECK_EQUAL(RTMULTI_OK, say_piece(&conversation, "A", 0, 900));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, say_piece(&conversation, "A", 900, 1400));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, say_piece(&conversation, "B", 0, 500));
  play_all(&conversation);
  rtmulti_session_close(conversation.session);
  CHECK_EQUAL(900, truncated_ms);
  CHECK(strcmp(deleted_item, "B") == 0);
  check_record(&conversation, "A", RTMULTI_OUTCOME_PARTIAL, 900, 900);
  part(&conversation);
}

/* A message for which there is no room is deleted when it has not come again by its end; when audio of it was refused that
 * was read from an event, at once. */
static void check_no_room(int by_json) {
  rtmulti_config config = plain_config();
  struct conversation conversation;
  config.max_open_items = 1;
  begin_with(&conversation, &config, plain_sink());
  CHECK_EQUAL(RTMULTI_OK, say_piece(&conversation, "A", 0, 100));
  if (by_json) {
    static const char added[] =
        "{\"type\":\"response.output_item.added\",\"response_id\":\"r\",\"output_index\":1,"
        "\"item\":{\"id\":\"B\",\"type\":\"message\"}}";
    CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS,
                rtmulti_session_receive_json(conversation.session, added, RTMULTI_NUL_TERMINATED));
    CHECK_EQUAL(0, conversation.calls[RTMULTI_EFFECT_COMMAND]);
    static const char delta[] =
        "{\"type\":\"response.output_audio.delta\",\"response_id\":\"r\",\"item_id\":\"B\",\"content_index\":0,"
        "\"delta\":\"BBBB\"}";
    CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS,
                rtmulti_session_receive_json(conversation.session, delta, RTMULTI_NUL_TERMINATED));
  } else {
    CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS, say_item(&conversation, "r", "B"));
    CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS, say_piece(&conversation, "B", 0, 100));
    CHECK_EQUAL(0, conversation.calls[RTMULTI_EFFECT_COMMAND]);
    say_item_done(&conversation, "B");
  }
  CHECK(strcmp(deleted_item, "B") == 0);
  CHECK_EQUAL(RTMULTI_IGNORED, say_piece(&conversation, "B", 100, 200));
  check_record(&conversation, "B", RTMULTI_OUTCOME_SKIPPED, 0, 100);
  say_item_done(&conversation, "A");
  say_response_done(&conversation, "r");
  play_all(&conversation);
  check_record(&conversation, "A", RTMULTI_OUTCOME_FULL, 100, 100);
  CHECK_EQUAL(1, conversation.calls[RTMULTI_EFFECT_COMMAND]);
  part(&conversation);
}

/* The drivers that play by themselves hear the same, in the same order. */
static void check_paced(void) {
  rtmulti_config config = plain_config();
  struct conversation conversation;
  rtmulti_sink sink = plain_sink();
  config.max_response_ms = LIMIT_MS;
  sink.driver = RTMULTI_DRIVER_PACED;
  begin_with(&conversation, &config, sink);
  rtmulti_session_advance(conversation.session, 0);
  CHECK_EQUAL(RTMULTI_OK, say_piece(&conversation, "A", 0, 900));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, say_piece(&conversation, "A", 900, 1400));
  CHECK_EQUAL(RTMULTI_IGNORED, say_piece(&conversation, "A", 1400, 1500));
  say_item_done(&conversation, "A");
  say_response_done(&conversation, "r");
  for (int ms = 0; ms <= 2000; ms += 10) rtmulti_session_advance(conversation.session, ms * 1000);
  CHECK(memcmp(said, heard, 900 * MS_BYTES) == 0);
  check_record(&conversation, "A", RTMULTI_OUTCOME_PARTIAL, 900, 900);
  CHECK_EQUAL(900, truncated_ms);
  CHECK_EQUAL(1, conversation.calls[RTMULTI_EFFECT_COMMAND]);
  part(&conversation);
}

static void check_pulled(void) {
  rtmulti_config config = plain_config();
  struct conversation conversation;
  rtmulti_sink sink = plain_sink();
  int64_t pulled = 0;
  config.max_response_ms = LIMIT_MS;
  sink.driver = RTMULTI_DRIVER_PULLED;
  begin_with(&conversation, &config, sink);
  rtmulti_session_advance(conversation.session, 0);
  CHECK_EQUAL(RTMULTI_OK, say_piece(&conversation, "A", 0, 900));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_AUDIO, say_piece(&conversation, "A", 900, 1400));
  CHECK_EQUAL(RTMULTI_IGNORED, say_piece(&conversation, "A", 1400, 1500));
  say_item_done(&conversation, "A");
  say_response_done(&conversation, "r");
  rtmulti_device *device = NULL;
  rtmulti_session_device(conversation.session, &device);
  for (int ms = 0; ms <= 2000; ms += 10) {
    rtmulti_session_advance(conversation.session, ms * 1000);
    int16_t block[10 * FRAMES_PER_MS];
    const uint32_t taken = rtmulti_device_pull(device, block, 10 * FRAMES_PER_MS, 1, 0);
    CHECK(pulled + taken <= 1500 * FRAMES_PER_MS);
    memcpy(heard + pulled, block, taken * sizeof *block);
    pulled += taken;
  }
  rtmulti_device_release(device);
  CHECK_EQUAL(900 * FRAMES_PER_MS, pulled);
  CHECK(memcmp(said, heard, 900 * MS_BYTES) == 0);
  check_record(&conversation, "A", RTMULTI_OUTCOME_PARTIAL, 900, 900);
  CHECK_EQUAL(900, truncated_ms);
  CHECK_EQUAL(1, conversation.calls[RTMULTI_EFFECT_COMMAND]);
  part(&conversation);
}

int main(void) {
  check_offered_again();
  check_shorter_behind();
  check_done_or_text_behind(0);
  check_done_or_text_behind(1);
  check_json();
  check_never_opened();
  check_interrupted();
  check_close();
  check_no_room(0);
  check_no_room(1);
  check_paced();
  check_pulled();
  return check_end("limits_hole");
}
