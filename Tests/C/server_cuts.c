/* What the server says of an item that it has dropped, or of a part that it has cut, unasked: the typed calls do what the
 * events of the wire do, and no command says it once more (rule F10). */
#include "conversation.h"

/* A of 100 ms is half heard, B waits behind it. */
static void half_way(struct conversation *conversation) {
  const rtmulti_config config = plain_config();
  converse(conversation, &config);
  say_response(conversation, "r1");
  say_item(conversation, "r1", "A");
  say_item(conversation, "r1", "B");
  say_audio(conversation, "r1", "A", 2400);
  say_audio(conversation, "r1", "B", 2400);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_progress(conversation->session, conversation->segment, 1200, RTMULTI_NOW));
}

static void cut(struct conversation *conversation, int truncations, int deletions) {
  CHECK_EQUAL(RTMULTI_OK,
              rtmulti_session_interrupt(conversation->session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(conversation->session, conversation->segment, 1200, 1, RTMULTI_NOW));
  CHECK_EQUAL(1, conversation->settled);
  CHECK_EQUAL(truncations, conversation->commands[RTMULTI_COMMAND_TRUNCATE]);
  CHECK_EQUAL(deletions, conversation->commands[RTMULTI_COMMAND_DELETE]);
  part(conversation);
}

static rtmulti_result read(struct conversation *conversation, const char *event) {
  return rtmulti_session_receive_json(conversation->session, TEXT(event));
}

int main(void) {
  struct conversation conversation;
  half_way(&conversation);
  cut(&conversation, 1, 1);

  half_way(&conversation);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_item_deleted(conversation.session, TEXT("B")));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_item_deleted(conversation.session, TEXT("B")));
  CHECK_EQUAL(RTMULTI_IGNORED, read(&conversation, "{\"type\":\"conversation.item.deleted\",\"item_id\":\"B\"}"));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_item_deleted(conversation.session, TEXT("nobody")));
  cut(&conversation, 1, 0);

  half_way(&conversation);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_part_truncated(conversation.session, TEXT("A"), 0, 50));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_part_truncated(conversation.session, TEXT("A"), -1, 50));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_part_truncated(conversation.session, TEXT("A"), 1, 50));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_part_truncated(conversation.session, TEXT("A"), 0, -1));
  CHECK_EQUAL(RTMULTI_IGNORED, read(&conversation, "{\"type\":\"conversation.item.truncated\",\"item_id\":\"A\","
                                                   "\"content_index\":0,\"audio_end_ms\":50}"));
  cut(&conversation, 0, 1);
  return check_end("server_cuts");
}
