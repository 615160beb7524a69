/* Does what a server can make a session remember end exactly where the header says? At each limit an input is
 * taken, one past it is refused with its own error and changes nothing, and there is room again after progress. The
 * limits that the config sets are in limits.c; what happens to the memory under a flood is in floods.c. */
#include "conversation.h"

enum { LONGEST_ID = 1024, OPEN_RESPONSES = 256, RESPONSE_ITEMS = 16384, ITEM_PARTS = 64, PIECES = 65536 };
enum { MEBIBYTE = 1024 * 1024, SESSION_TEXT_MIB = 16, SPAN_BYTES = 32, REASON_BYTES = 4096 };
enum { HEARD_MESSAGES = 1024, HEARD_TEXT_MIB = 4, TOMBSTONES = 64, TOMBSTONE_US = 60000000 };

static char text[MEBIBYTE + 1];

static const char *name(const char *kind, int i) {
  static char names[2][24];
  char *name = names[kind[0] == 'r'];
  snprintf(name, sizeof names[0], "%s%d", kind, i);
  return name;
}

static int is_known(struct conversation *conversation, const char *item) {
  rtmulti_message message = {.struct_size = sizeof message};
  return rtmulti_session_message(conversation->session, TEXT(item), &message) == RTMULTI_OK;
}

static rtmulti_result say_part(struct conversation *conversation, const char *item, int content_index) {
  return rtmulti_session_part_added(conversation->session, TEXT("r1"), TEXT(item), content_index,
                                    RTMULTI_PART_AUDIO, NULL);
}

/* ---- ids and names ---- */

static rtmulti_result receive_id(struct conversation *conversation, const char *before, size_t size,
                                 const char *after) {
  static char json[4 * LONGEST_ID];
  snprintf(json, sizeof json, "%s%.*s%s", before, (int)size, text, after);
  return rtmulti_session_receive_json(conversation->session, TEXT(json));
}

static void check_ids(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  converse(&conversation, &config);
  rtmulti_session *session = conversation.session;
  const size_t longest = LONGEST_ID, longer = LONGEST_ID + 1;
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_response_created(session, text, longer, 0, NULL, 0));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_response_created(session, text, longest, 0, NULL, 0));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_expect_response(session, text, longer));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_expect_response(session, text, longest));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID,
              rtmulti_session_item_added(session, text, longest, text, longer, -1, RTMULTI_ITEM_MESSAGE));
  CHECK_EQUAL(RTMULTI_OK,
              rtmulti_session_item_added(session, text, longest, text, longest, -1, RTMULTI_ITEM_MESSAGE));
  CHECK_EQUAL(RTMULTI_ERROR_INVALID,
              rtmulti_session_function_call(session, text, longest, TEXT("F"), TEXT("c"), text, longer, TEXT("{}")));
  CHECK(!is_known(&conversation, "F"));
  CHECK_EQUAL(RTMULTI_OK,
              rtmulti_session_function_call(session, text, longest, TEXT("F"), TEXT("c"), text, longest, TEXT("{}")));
  part(&conversation);
}

static void check_ids_on_the_wire(void) {
  static const char *const events[][2] = {
      {"{\"type\":\"response.created\",\"response\":{\"id\":\"", "\"}}"},
      {"{\"type\":\"response.created\",\"response\":{\"id\":\"r2\",\"metadata\":{\"client_event_id\":\"", "\"}}}"},
      {"{\"type\":\"response.output_item.added\",\"item\":{\"type\":\"message\",\"id\":\"", "\"}}"},
      {"{\"type\":\"response.output_item.added\",\"item\":{\"id\":\"c1\",\"type\":\"function_call\",\"name\":\"", "\"}}"},
      {"{\"type\":\"response.output_item.added\",\"item\":{\"id\":\"c2\",\"type\":\"function_call\",\"call_id\":\"",
       "\"}}"},
      {"{\"type\":\"response.output_text.delta\",\"delta\":\"x\",\"item_id\":\"", "\"}"},
      {"{\"type\":\"response.output_text.delta\",\"delta\":\"x\",\"item_id\":\"i1\",\"response_id\":\"", "\"}"},
  };
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  converse(&conversation, &config);
  for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
    CHECK_EQUAL(RTMULTI_ERROR_INVALID, receive_id(&conversation, events[i][0], LONGEST_ID + 1, events[i][1]));
    CHECK_EQUAL(RTMULTI_OK, receive_id(&conversation, events[i][0], LONGEST_ID, events[i][1]));
  }
  /* An event that means nothing to us may say what it likes. */
  CHECK_EQUAL(RTMULTI_IGNORED, receive_id(&conversation, "{\"type\":\"other\",\"item_id\":\"", LONGEST_ID + 1, "\"}"));
  part(&conversation);
}

/* ---- responses, items, parts ---- */

static void check_open_responses(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  int taken = 0;
  converse(&conversation, &config);
  for (int i = 0; i < OPEN_RESPONSES; i++) taken += say_response(&conversation, name("r", i)) == RTMULTI_OK;
  CHECK_EQUAL(OPEN_RESPONSES, taken);
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS, say_response(&conversation, "more"));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS, say_audio(&conversation, "more", "A", 1));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS, say_text(&conversation, "more", "A", "a"));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS, say_item(&conversation, "more", "A"));
  CHECK(!is_known(&conversation, "A"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r7", "A")); /* in a known one there is room */
  CHECK_EQUAL(RTMULTI_OK, say_response_done(&conversation, "r0"));
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "more"));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS, say_response(&conversation, "one more"));
  part(&conversation);
}

static void check_parts(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  rtmulti_position position = {.struct_size = sizeof position};
  int taken = 0;
  converse(&conversation, &config);
  say_response(&conversation, "r1");
  for (int i = 0; i < ITEM_PARTS; i++) taken += say_part(&conversation, "A", 2 * i) == RTMULTI_OK;
  CHECK_EQUAL(ITEM_PARTS, taken);
  rtmulti_session *session = conversation.session;
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS, say_part(&conversation, "A", 1));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS,
              rtmulti_session_audio(session, TEXT("r1"), TEXT("A"), 65535, "ab", 2));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS,
              rtmulti_session_text(session, TEXT("r1"), TEXT("A"), 3, TEXT("a"), -1, -1));
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_position(session, TEXT("A"), 1, &position));
  CHECK_EQUAL(RTMULTI_NONE, rtmulti_session_position(session, TEXT("A"), 65535, &position));
  CHECK_EQUAL(RTMULTI_IGNORED, say_part(&conversation, "A", 0)); /* a known one needs no room */
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_audio(session, TEXT("r1"), TEXT("A"), 0, "ab", 2));
  CHECK_EQUAL(RTMULTI_OK, say_part(&conversation, "B", 1));
  part(&conversation);
}

/* Items that are done at once: they settle when their response has its turn. */
static int fill_response(struct conversation *conversation, int response, int first_item, int count) {
  int taken = 0;
  for (int i = first_item; i < first_item + count; i++) {
    taken += say_item(conversation, name("r", response), name("item", i)) == RTMULTI_OK;
    say_item_done(conversation, name("item", i));
  }
  return taken;
}

static void check_items_of_a_response(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RESPONSE_ITEMS, fill_response(&conversation, 1, 0, RESPONSE_ITEMS));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS, say_item(&conversation, "r1", "more"));
  CHECK(!is_known(&conversation, "more"));
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r2"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "r2", "more"));
  part(&conversation);
}

static void check_pieces(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  enum { RESPONSES = PIECES / RESPONSE_ITEMS };
  converse(&conversation, &config);
  for (int i = 0; i < RESPONSES; i++) say_response(&conversation, name("r", i));
  int taken = 0;
  for (int i = 0; i < RESPONSES; i++) {
    if (i > 0) CHECK_EQUAL(RTMULTI_OK, say_response_done(&conversation, name("r", i - 1)));
    taken += fill_response(&conversation, i, i * RESPONSE_ITEMS, RESPONSE_ITEMS);
  }
  /* The last place is for a part, so that an item always finds room for one. */
  CHECK_EQUAL(PIECES - 1, taken);
  CHECK_EQUAL(RTMULTI_OK, say_part(&conversation, "item0", 0));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS, say_part(&conversation, "item0", 1));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_ITEMS, say_item(&conversation, "r3", "more"));
  /* What has settled makes room for the next response. */
  CHECK(is_known(&conversation, "item0"));
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "next"));
  CHECK(!is_known(&conversation, "item0"));
  CHECK_EQUAL(RTMULTI_OK, say_item(&conversation, "next", "more"));
  part(&conversation);
}

/* ---- texts ---- */

static rtmulti_result say_bytes(struct conversation *conversation, const char *response, const char *item,
                                size_t size) {
  return rtmulti_session_text(conversation->session, TEXT(response), TEXT(item), 0, text, size, -1, -1);
}

static void check_text_of_a_session(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  converse(&conversation, &config);
  rtmulti_session *session = conversation.session;
  say_response(&conversation, "r1");
  for (int i = 0; i < SESSION_TEXT_MIB; i++) {
    const size_t left_out = i == 0 ? SPAN_BYTES + 1 : 0;
    CHECK_EQUAL(RTMULTI_OK, say_bytes(&conversation, "r1", name("item", i), MEBIBYTE - left_out));
  }
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_TEXT,
              rtmulti_session_text(session, TEXT("r1"), TEXT("item0"), 0, "ab", 2, 0, 10));
  /* Its text has ended there (rule A13). */
  CHECK_EQUAL(RTMULTI_IGNORED, rtmulti_session_text(session, TEXT("r1"), TEXT("item0"), 0, "a", 1, 0, 10));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_text(session, TEXT("r1"), TEXT("last"), 0, "a", 1, 0, 10));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_TEXT, say_text(&conversation, "r1", "last", "a"));
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_TEXT, say_text(&conversation, "r1", "more", "a"));
  CHECK(!is_known(&conversation, "more"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST));
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r2"));
  CHECK(!is_known(&conversation, "item0"));
  CHECK_EQUAL(RTMULTI_OK, say_bytes(&conversation, "r2", "more", MEBIBYTE));
  part(&conversation);
}

static void check_reason(void) {
  static const struct {
    size_t before, kept; /* letters of one byte before those of two, and what is kept */
  } reasons[] = {{0, REASON_BYTES}, {1, REASON_BYTES - 1}};
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  converse(&conversation, &config);
  for (int i = 0; i < 2; i++) {
    static char reason[2 * REASON_BYTES];
    rtmulti_message message = {.struct_size = sizeof message};
    for (size_t place = 0; place < sizeof reason; place++) {
      const size_t behind = place - reasons[i].before;
      reason[place] = place < reasons[i].before ? 'x' : behind % 2 == 0 ? '\xc3' : '\xa9';
    }
    const size_t size = sizeof reason - reasons[i].before; /* whole letters alone */
    say_item(&conversation, name("r", i), name("item", i));
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_response_done(conversation.session, TEXT(name("r", i)),
                                                          RTMULTI_STATUS_FAILED, reason, size));
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_message(conversation.session, TEXT(name("item", i)), &message));
    CHECK_EQUAL(reasons[i].kept, message.reason_size);
    CHECK(message.reason_size <= sizeof reason && memcmp(reason, message.reason, message.reason_size) == 0);
  }
  part(&conversation);
}

static void hear(struct conversation *conversation, int i, size_t text_size) {
  say_response(conversation, name("r", i));
  if (text_size > 0) say_bytes(conversation, name("r", i), name("item", i), text_size);
  say_audio(conversation, name("r", i), name("item", i), FRAMES_PER_MS);
  say_response_done(conversation, name("r", i));
  rtmulti_session_playback_finished(conversation->session, conversation->segment, FRAMES_PER_MS, 0, RTMULTI_NOW);
}

static void check_history(int messages, size_t text_size, int kept) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  rtmulti_message message = {.struct_size = sizeof message};
  converse(&conversation, &config);
  for (int i = 0; i < messages; i++) hear(&conversation, i, text_size);
  CHECK_EQUAL(messages, conversation.settled);
  size_t count = 0;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_history_count(conversation.session, &count));
  CHECK_EQUAL(kept, count);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_history_at(conversation.session, 0, &message));
  CHECK(strcmp(name("item", messages - kept), message.item_id) == 0);
  CHECK_EQUAL(text_size, message.heard_text_size);
  part(&conversation);
}

/* ---- what is over ---- */

static void check_tombstones(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(conversation.session, 0));
  for (int i = 0; i < TOMBSTONES; i++) hear(&conversation, i, 0);
  CHECK(is_known(&conversation, "item0"));
  say_response(&conversation, "r64");
  CHECK(is_known(&conversation, "item0"));
  CHECK_EQUAL(RTMULTI_OK, say_response_done(&conversation, "r64"));
  say_response(&conversation, "r65");
  CHECK(!is_known(&conversation, "item0"));
  CHECK(is_known(&conversation, "item1"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(conversation.session, TOMBSTONE_US - 1));
  say_response(&conversation, "r66");
  CHECK(is_known(&conversation, "item63"));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_advance(conversation.session, TOMBSTONE_US));
  say_response(&conversation, "r67");
  CHECK(!is_known(&conversation, "item63"));
  part(&conversation);
}

/* A block of memory for each part that has a sample: the memory has a limit besides the bytes. */
static void check_queue_memory(void) {
  enum { BLOCK = 8192, ROOM = 1024 * 1024 + 2 * 65536, PARTS_OF_AN_ITEM = 8 };
  rtmulti_config config = plain_config();
  struct conversation conversation;
  rtmulti_result result = RTMULTI_OK;
  int taken = 0;
  config.max_queued_bytes = 65536;
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(conversation.session, NULL));
  conversation.host.releases = 1;
  say_response(&conversation, "r1");
  while (taken < 1000) {
    result = rtmulti_session_audio(conversation.session, TEXT("r1"), TEXT(name("item", taken / PARTS_OF_AN_ITEM)),
                                   taken % PARTS_OF_AN_ITEM, "ab", 2);
    if (result != RTMULTI_OK) break;
    taken += 1;
  }
  CHECK_EQUAL(RTMULTI_ERROR_LIMIT_QUEUE, result);
  CHECK(taken >= ROOM / BLOCK && taken <= ROOM / BLOCK + 2);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_interrupt(conversation.session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST));
  say_response(&conversation, "r2");
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r2", "A", 1));
  part(&conversation);
}

int main(void) {
  memset(text, 'w', MEBIBYTE);
  for (int i = 5; i < MEBIBYTE; i += 6) text[i] = i < 2 * LONGEST_ID ? 'x' : ' ';
  check_ids();
  check_ids_on_the_wire();
  check_open_responses();
  check_parts();
  check_items_of_a_response();
  check_pieces();
  check_text_of_a_session();
  check_reason();
  check_history(HEARD_MESSAGES + 1, 5, HEARD_MESSAGES);
  check_history(HEARD_TEXT_MIB + 1, MEBIBYTE, HEARD_TEXT_MIB);
  check_tombstones();
  check_queue_memory();
  return check_end("limits_remembered");
}
