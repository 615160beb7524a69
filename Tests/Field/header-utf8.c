/* Ids and texts that are not UTF-8, by the typed doors: refused, so that no command names an item that there is not, and
 * nothing raw comes out. A piece of text that ends within a character waits for the rest of it. */
#include "../C/conversation.h"

static int32_t see_text(struct conversation *conversation, const rtmulti_effect *effect) {
  const char *json = effect->kind == RTMULTI_EFFECT_COMMAND ? effect->command->json : "";
  CHECK(strchr(json, '\xff') == NULL && strstr(json, "\xef\xbf\xbd") == NULL);
  (void)conversation;
  return 0;
}

int main(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  converse(&conversation, &config);
  rtmulti_session *session = conversation.session;
  conversation.inside = see_text;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, say_response(&conversation, "r\xfe"));
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r"));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, say_item(&conversation, "r", "A\xff\xc3"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r", "A", 1000 * FRAMES_PER_MS));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_function_call(session, TEXT("r"), TEXT("F"), TEXT("c\xff"),
                                                                   TEXT("n"), TEXT("{}")));
  /* "grün": the first piece ends in the middle of the u with its dots. */
  CHECK_EQUAL(RTMULTI_OK, say_text(&conversation, "r", "A", "gr\xc3"));
  const char *text;
  size_t size;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_generated_text(session, TEXT("A"), &text, &size));
  CHECK(size == 2 && memcmp(text, "gr", 2) == 0);
  CHECK_EQUAL(RTMULTI_OK, say_text(&conversation, "r", "A", "\xbcn"));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, say_text(&conversation, "r", "A", "\xff\xfe"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_generated_text(session, TEXT("A"), &text, &size));
  CHECK(size == 5 && memcmp(text, "gr\xc3\xbcn", 5) == 0);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER));
  part(&conversation);
  return check_end("header-utf8");
}
