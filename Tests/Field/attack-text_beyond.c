/* Words with times of their own; the estimate runs ahead, and the sink's answer brings the position back to 30 ms, where no
 * word is whole. Text that was told may stay told; the record says what was heard (rule G2). */
#include "../C/conversation.h"

int main(void) {
  struct conversation conversation;
  converse(&conversation, NULL);
  rtmulti_session *session = conversation.session;
  int64_t now_us = 1000000;
  rtmulti_session_advance(session, now_us);
  say_response(&conversation, "r");
  say_item(&conversation, "r", "A");
  say_audio(&conversation, "r", "A", 1000 * FRAMES_PER_MS);
  rtmulti_session_text(session, TEXT("r"), TEXT("A"), 0, TEXT("one "), 0, 50);
  rtmulti_session_text(session, TEXT("r"), TEXT("A"), 0, TEXT("two "), 50, 100);
  rtmulti_session_text(session, TEXT("r"), TEXT("A"), 0, TEXT("three "), 100, 150);
  rtmulti_session_playback_started(session, conversation.segment, RTMULTI_NOW);
  for (int i = 0; i < 16; i++) rtmulti_session_advance(session, now_us += 10000);
  rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER);
  rtmulti_session_playback_finished(session, conversation.segment, 30 * FRAMES_PER_MS, 1, RTMULTI_NOW);
  rtmulti_message message = {.struct_size = sizeof message};
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_message(session, TEXT("A"), &message));
  CHECK_EQUAL(RTMULTI_OUTCOME_PARTIAL, message.outcome);
  CHECK_EQUAL(30, message.heard_ms);
  CHECK_EQUAL(0, message.heard_text_size);
  part(&conversation);
  return check_end("attack-text_beyond");
}
