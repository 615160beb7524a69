/* What the host says anew while a session lives: what its server can be told (rule F1), and how long its sink may take to
 * answer a clear (rule E2). And what is said of messages whose connection was lost before they settled (rule F8). */
#include "conversation.h"

static rtmulti_session *begin(struct conversation *conversation) {
  const rtmulti_config config = plain_config();
  converse(conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_item(conversation, "r1", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(conversation, "r1", "A", 24000));
  CHECK_EQUAL(RTMULTI_OK, say_item(conversation, "r1", "B"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(conversation, "r1", "B", 24000));
  return conversation->session;
}

static void interrupt_at(struct conversation *conversation, int64_t frames) {
  rtmulti_session *session = conversation->session;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(session, 1, frames, 1, RTMULTI_NOW));
}

/* A server that turns out to delete nothing is told nothing of that, from then on. */
static void check_server(void) {
  struct conversation conversation;
  rtmulti_session *session = begin(&conversation);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_server(session, RTMULTI_SERVER_TRUNCATES));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_set_server(session, RTMULTI_SERVER_TRUNCATES));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_set_server(session, 1u << 20));
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, rtmulti_session_set_server(session, RTMULTI_SERVER_OWNS_PLAYOUT));
  CHECK(strstr(rtmulti_session_last_error(session), "config.server") != NULL);
  interrupt_at(&conversation, 12000);
  CHECK_EQUAL(2, conversation.commands[RTMULTI_COMMAND_TRUNCATE]); /* A at 500, B at 0 */
  CHECK_EQUAL(0, conversation.commands[RTMULTI_COMMAND_DELETE]);
  part(&conversation);

  session = begin(&conversation);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_server(session, 0));
  interrupt_at(&conversation, 12000);
  CHECK_EQUAL(0, conversation.commands[RTMULTI_COMMAND_TRUNCATE] + conversation.commands[RTMULTI_COMMAND_DELETE]);
  CHECK_EQUAL(2, conversation.diagnostics[RTMULTI_DIAGNOSTIC_MEMORY_DIFFERS]);
  part(&conversation);
}

/* The flag that it interrupts by itself holds a listener's CANCEL back, as if it had always been there (rule D13). */
static void check_server_interrupts(void) {
  struct conversation conversation;
  rtmulti_session *session = begin(&conversation);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_server(session, RTMULTI_SERVER_TRUNCATES | RTMULTI_SERVER_DELETES |
                                                                  RTMULTI_SERVER_INTERRUPTS));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER));
  CHECK_EQUAL(0, conversation.commands[RTMULTI_COMMAND_CANCEL]);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(session, 1, 12000, 1, RTMULTI_NOW));
  part(&conversation);
}

/* The next clear has the new time, and one that is out keeps its own. */
static void check_clear_timeout(void) {
  struct conversation conversation;
  rtmulti_session *session = begin(&conversation);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(session, 0));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_clear_timeout(session, 2000));
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_set_clear_timeout(session, 2000));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_clear_timeout(session, 100));
  rtmulti_session_advance(session, 1999999);
  CHECK_EQUAL(0, conversation.settled);
  rtmulti_session_advance(session, 2000000);
  CHECK_EQUAL(1, conversation.settled);
  CHECK_EQUAL(1, conversation.diagnostics[RTMULTI_DIAGNOSTIC_CLEAR_TIMEOUT]);
  part(&conversation);
}

/* A settled before the line was lost, B was still playing: it is B that the next session may know longer than it was. */
static void check_lost_session(void) {
  struct conversation conversation;
  rtmulti_session *session = begin(&conversation);
  CHECK_EQUAL(RTMULTI_OK, say_item_done(&conversation, "A"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(session, 1, 24000, 0, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OUTCOME_FULL, conversation.outcome);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_reconnect(session));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(session, 2, 12000, 1, RTMULTI_NOW));
  rtmulti_message message;
  rtmulti_message_init(&message, sizeof message);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_history_at(session, 0, &message));
  CHECK_EQUAL(0, message.of_lost_session);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_history_at(session, 1, &message));
  CHECK_EQUAL(RTMULTI_OUTCOME_PARTIAL, message.outcome);
  CHECK_EQUAL(500, message.heard_ms);
  CHECK_EQUAL(1, message.of_lost_session);
  CHECK_EQUAL(0, conversation.commands[RTMULTI_COMMAND_TRUNCATE]);
  part(&conversation);
}

int main(void) {
  check_server();
  check_server_interrupts();
  check_clear_timeout();
  check_lost_session();
  return check_end("changing_minds");
}
