/* Strings are UTF-8: what is not is INVALID at the typed calls, and changes nothing. Text may come cut at any byte: what
 * of a character has come waits for its rest. */
#include "conversation.h"

#define BAD "A\xff\xc3"

static void ids_and_words_are_whole(void) {
  struct conversation conversation;
  const rtmulti_config config = plain_config();
  converse(&conversation, &config);
  rtmulti_session *session = conversation.session;
  rtmulti_position position = {.struct_size = sizeof position};
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, say_response(&conversation, "r\xfe"));
  CHECK(strstr(rtmulti_session_last_error(session), "UTF-8") != NULL);
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r\xc3\xa9"));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, say_item(&conversation, "r\xc3\xa9", BAD));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, say_item(&conversation, "r\xc3", "A"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r\xc3\xa9", "A"));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, say_audio(&conversation, NULL, BAD, 240));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, say_text(&conversation, NULL, BAD, "word"));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, say_item_done(&conversation, BAD));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_set_phase(session, TEXT("A"), TEXT(BAD)));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_expect_response(session, TEXT(BAD)));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID,
              rtmulti_session_function_call(session, NULL, 0, TEXT("F"), TEXT("c"), TEXT("n"), TEXT("{\xff}")));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_command_rejected(session, NULL, 0, NULL, 0, TEXT("\xc0\x80")));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID,
              rtmulti_session_interrupt(session, TEXT(BAD), RTMULTI_INTERRUPTED_BY_LISTENER));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_position(session, TEXT(BAD), 0, &position));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID,
              rtmulti_session_response_done(session, TEXT("r\xc3\xa9"), RTMULTI_STATUS_COMPLETED, TEXT("why\xff")));
  CHECK_EQUAL(RTMULTI_OK,
              rtmulti_session_response_done(session, TEXT("r\xc3\xa9"), RTMULTI_STATUS_COMPLETED, TEXT("\xe4\xbd\xa0")));
  part(&conversation);
}

static rtmulti_result say_bytes(struct conversation *conversation, const char *bytes, size_t size) {
  return rtmulti_session_text(conversation->session, TEXT("r1"), TEXT("A"), 0, bytes, size, -1, -1);
}

static void check_text(struct conversation *conversation, const char *expected) {
  const char *text = NULL;
  size_t size = 0;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_generated_text(conversation->session, TEXT("A"), &text, &size));
  if (!CHECK(size == strlen(expected) && memcmp(text, expected, size) == 0)) printf("     came \"%s\"\n", text);
}

static void begin(struct conversation *conversation) {
  const rtmulti_config config = plain_config();
  converse(conversation, &config);
  say_response(conversation, "r1");
  say_item(conversation, "r1", "A");
}

/* Every way to cut a text in two, and byte by byte. */
static void text_may_be_cut_anywhere(void) {
  static const char text[] = "gr\xc3\xbc\xc3\x9f"
                             "e \xe4\xbd\xa0 \xf0\x9f\x99\x82!";
  const size_t size = sizeof text - 1;
  struct conversation conversation;
  for (size_t cut = 0; cut <= size; cut++) {
    begin(&conversation);
    CHECK_EQUAL(RTMULTI_OK, say_bytes(&conversation, text, cut));
    CHECK_EQUAL(RTMULTI_OK, say_bytes(&conversation, text + cut, size - cut));
    check_text(&conversation, text);
    say_item_done(&conversation, "A");
    CHECK_EQUAL(0, conversation.diagnostics[RTMULTI_DIAGNOSTIC_ODD_BYTE]);
    part(&conversation);
  }
  begin(&conversation);
  for (size_t i = 0; i < size; i++) CHECK_EQUAL(RTMULTI_OK, say_bytes(&conversation, text + i, 1));
  check_text(&conversation, text);
  part(&conversation);
}

static void what_does_not_go_on_is_refused(void) {
  struct conversation conversation;
  begin(&conversation);
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, say_bytes(&conversation, "\xbc", 1));
  CHECK_EQUAL(RTMULTI_OK, say_bytes(&conversation, "gr\xc3", 3));
  check_text(&conversation, "gr");
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, say_bytes(&conversation, "word", 4));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, say_bytes(&conversation, "\xbc\xff", 2));
  check_text(&conversation, "gr");
  CHECK_EQUAL(RTMULTI_OK, say_bytes(&conversation, "\xbcn", 2));
  check_text(&conversation, "gr\xc3\xbcn");
  part(&conversation);
}

/* A character whose rest never comes is dropped, and that is told. */
static void half_a_character_ends_with_its_part(void) {
  struct conversation conversation;
  begin(&conversation);
  CHECK_EQUAL(RTMULTI_OK, say_bytes(&conversation, "end \xf0\x9f", 6));
  CHECK_EQUAL(0, conversation.diagnostics[RTMULTI_DIAGNOSTIC_ODD_BYTE]);
  CHECK_EQUAL(RTMULTI_OK, say_item_done(&conversation, "A"));
  CHECK_EQUAL(1, conversation.diagnostics[RTMULTI_DIAGNOSTIC_ODD_BYTE]);
  check_text(&conversation, "end ");
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_response_done(conversation.session, TEXT("r1"), RTMULTI_STATUS_COMPLETED,
                                                        NULL, 0));
  CHECK_EQUAL(1, conversation.diagnostics[RTMULTI_DIAGNOSTIC_ODD_BYTE]);
  part(&conversation);
}

int main(void) {
  ids_and_words_are_whole();
  text_may_be_cut_anywhere();
  what_does_not_go_on_is_refused();
  half_a_character_ends_with_its_part();
  return check_end("utf8");
}
