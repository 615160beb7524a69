/* Can a server make a session's memory grow without end? Each flood is a great many events of one kind, such as a
 * broken or hostile server might send, on one session: what the process holds in its heap must then have grown by no
 * more than the flood's budget, and must be given back with the session. A flood that takes longer than it may is cut
 * short and has failed. The limits themselves are tested at and one past each in limits.c and limits_remembered.c.
 *
 * usage: floods [DIVISOR [NAME]]     (for slow machines: sends a part of each flood only, and gives it more time; only
 * those whose names begin so) */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include <malloc.h>
#include <time.h>

#include "conversation.h"
#include "ogg_writer.h"

enum { MIB = 1 << 20, LONGEST_ID = 1024, LONG_WORDS = MIB, LONGEST_FLOOD_S = 20, QUEUED_MIB = 16 };

struct flood {
  const char *name;
  rtmulti_result (*send)(struct conversation *conversation, int i); /* event number i */
  void (*begin)(struct conversation *conversation);                 /* NULL: nothing first */
  int events;
  size_t budget_mib;
};

static char words[LONG_WORDS + 1];
static char json[LONG_WORDS * 2];

/* A name that is as long as a name may be, and another for each number. */
static const char *long_name(const char *kind, int i) {
  static char names[2][LONGEST_ID + 1];
  char *name = names[kind[0] == 'r'];
  memset(name, 'n', LONGEST_ID);
  memcpy(name + LONGEST_ID - 16, "................", 16);
  snprintf(name + LONGEST_ID - 16, 17, "%-7s%09d", kind, i);
  return name;
}

static const char *name(const char *kind, int i) {
  static char names[2][32];
  char *name = names[kind[0] == 'r'];
  snprintf(name, sizeof names[0], "%s%d", kind, i);
  return name;
}

static rtmulti_result receive(struct conversation *conversation) {
  return rtmulti_session_receive_json(conversation->session, json, RTMULTI_NUL_TERMINATED);
}

/* ---- what comes first ---- */

static void begin_response(struct conversation *conversation) { say_response(conversation, "r"); }

static void begin_item(struct conversation *conversation) {
  say_response(conversation, "r");
  say_item(conversation, "r", "A");
}

static void begin_playing(struct conversation *conversation) {
  begin_item(conversation);
  say_audio(conversation, "r", "A", 1000 * FRAMES_PER_MS);
}

/* Nobody plays: what comes waits. */
static void begin_waiting(struct conversation *conversation) {
  rtmulti_session_set_sink(conversation->session, NULL);
  begin_item(conversation);
}

static void begin_waiting_for(struct conversation *conversation, rtmulti_codec codec) {
  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  format.codec = codec;
  rtmulti_session_set_format(conversation->session, &format);
  begin_waiting(conversation);
}

static void begin_opus(struct conversation *conversation) { begin_waiting_for(conversation, RTMULTI_CODEC_OPUS); }
static void begin_ogg(struct conversation *conversation) { begin_waiting_for(conversation, RTMULTI_CODEC_OGG_OPUS); }

/* ---- the floods ---- */

static rtmulti_result endless_response(struct conversation *conversation, int i) {
  return say_response(conversation, long_name("r", i));
}

static rtmulti_result response_opened_by_audio(struct conversation *conversation, int i) {
  return say_audio(conversation, long_name("r", i), long_name("item", i), 1);
}

static rtmulti_result response_behind_an_endless_one(struct conversation *conversation, int i) {
  const char *response = name("r", i + 1);
  const rtmulti_result result = say_response(conversation, response);
  if (result == RTMULTI_OK) say_response_done(conversation, response);
  return result;
}

static rtmulti_result empty_item(struct conversation *conversation, int i) {
  const char *item = long_name("item", i);
  const rtmulti_result result = say_item(conversation, "r", item);
  say_item_done(conversation, item);
  return result;
}

static rtmulti_result empty_item_of_many_responses(struct conversation *conversation, int i) {
  enum { ITEMS_OF_A_RESPONSE = 10000 };
  const char *response = name("r", i / ITEMS_OF_A_RESPONSE), *item = long_name("item", i);
  if (i % ITEMS_OF_A_RESPONSE == 0) say_response(conversation, response);
  const rtmulti_result result = say_item(conversation, response, item);
  say_item_done(conversation, item);
  if (i % ITEMS_OF_A_RESPONSE == ITEMS_OF_A_RESPONSE - 1) say_response_done(conversation, response);
  return result;
}

static rtmulti_result part_of_one_item(struct conversation *conversation, int i) {
  return rtmulti_session_part_added(conversation->session, TEXT("r"), TEXT("A"), i % 65536, RTMULTI_PART_AUDIO,
                                    NULL);
}

static rtmulti_result byte_of_each_part(struct conversation *conversation, int i) {
  enum { PARTS_OF_AN_ITEM = 100 };
  return rtmulti_session_audio(conversation->session, TEXT("r"), TEXT(name("item", i / PARTS_OF_AN_ITEM)),
                               i % PARTS_OF_AN_ITEM, "ab", 2);
}

static rtmulti_result empty_text(struct conversation *conversation, int i) {
  return rtmulti_session_text(conversation->session, TEXT("r"), TEXT("A"), 0, "", 0, i, i + 1);
}

static rtmulti_result letter_with_a_span(struct conversation *conversation, int i) {
  enum { LETTERS_OF_AN_ITEM = 1000000 };
  return rtmulti_session_text(conversation->session, TEXT("r"), TEXT(name("item", i / LETTERS_OF_AN_ITEM)), 0,
                              i % 6 == 5 ? " " : "a", 1, i, i + 1);
}

static rtmulti_result text_of_a_settled_item(struct conversation *conversation, int i) {
  const char *item = name("item", i);
  say_item(conversation, "r", item);
  say_item_done(conversation, item);
  return rtmulti_session_text(conversation->session, TEXT("r"), TEXT(item), 0, words, LONG_WORDS, -1, -1);
}

static rtmulti_result announced_again(struct conversation *conversation, int i) {
  (void)i;
  say_response(conversation, "r");
  return say_item(conversation, "r", "A");
}

static rtmulti_result end_of_something_unknown(struct conversation *conversation, int i) {
  say_response_done(conversation, long_name("r", i));
  return say_item_done(conversation, long_name("item", i));
}

static rtmulti_result refusal(struct conversation *conversation, int i) {
  (void)i;
  return rtmulti_session_command_rejected(conversation->session, TEXT("rtmulti_1"), TEXT("code"), words, 65536);
}

static rtmulti_result function_call(struct conversation *conversation, int i) {
  const char *item = name("call", i);
  rtmulti_session_item_added(conversation->session, TEXT("r"), TEXT(item), -1, RTMULTI_ITEM_FUNCTION_CALL);
  return rtmulti_session_function_call(conversation->session, TEXT("r"), TEXT(item), TEXT("call"), TEXT("look_up"),
                                       words, 4096);
}

static rtmulti_result long_call_never_made(struct conversation *conversation, int i) {
  snprintf(json, sizeof json,
           "{\"type\":\"response.output_item.added\",\"response_id\":\"r\",\"output_index\":%d,\"item\":{\"id\":\"c%d\","
           "\"type\":\"function_call\",\"name\":\"%s\",\"call_id\":\"c\"}}",
           i, i, words);
  return receive(conversation);
}

static rtmulti_result long_id_on_the_wire(struct conversation *conversation, int i) {
  snprintf(json, sizeof json, "{\"type\":\"response.created\",\"response\":{\"id\":\"%d%s\"}}", i, words);
  return receive(conversation);
}

static rtmulti_result long_item_on_the_wire(struct conversation *conversation, int i) {
  snprintf(json, sizeof json,
           "{\"type\":\"response.output_item.added\",\"response_id\":\"r\",\"output_index\":%d,\"item\":{\"id\":\"i%d%s\","
           "\"type\":\"message\"}}",
           i, i, words);
  return receive(conversation);
}

static rtmulti_result long_reason(struct conversation *conversation, int i) {
  const char *response = name("r", i);
  const rtmulti_result result = say_response(conversation, response);
  rtmulti_session_response_done(conversation->session, TEXT(response), RTMULTI_STATUS_FAILED, words, LONG_WORDS);
  return result;
}

/* Heard, so that it stands in the list of what was heard. */
static rtmulti_result heard_with_a_long_reason(struct conversation *conversation, int i) {
  const char *response = name("r", i);
  const rtmulti_result result = say_response(conversation, response);
  say_audio(conversation, response, name("item", i), FRAMES_PER_MS);
  rtmulti_session_response_done(conversation->session, TEXT(response), RTMULTI_STATUS_FAILED, words, LONG_WORDS);
  rtmulti_session_playback_finished(conversation->session, conversation->segment, FRAMES_PER_MS, 0, RTMULTI_NOW);
  return result;
}

static rtmulti_result packet_of_one_byte(struct conversation *conversation, int i) {
  enum { PACKETS_OF_A_RESPONSE = 1000000 };
  const char *item = name("item", i / PACKETS_OF_A_RESPONSE), *response = name("r", i / PACKETS_OF_A_RESPONSE);
  return rtmulti_session_audio(conversation->session, TEXT(response), TEXT(item), 0, "\x80", 1);
}

/* Each event is a MiB of pages with 255 packets of one byte (2.5 ms); each stream has a response of its own. */
static rtmulti_result pages_of_short_packets(struct conversation *conversation, int i) {
  enum { PACKETS = 255, PACKET_FRAMES = 120, LONGEST_PAGE = 600 };
  static unsigned char pages[MIB], packets[PACKETS];
  size_t size = write_opus_head(pages, 1);
  memset(packets, 0x80, sizeof packets);
  for (uint32_t number = HEAD_PAGES; size + LONGEST_PAGE <= sizeof pages; number++) {
    const int64_t granule = (int64_t)(number - 1) * PACKETS * PACKET_FRAMES;
    size += write_page(pages + size, 0, granule, 1, number, packets, PACKETS, 1);
  }
  return rtmulti_session_audio(conversation->session, TEXT(name("r", i)), TEXT(name("item", i)), 0, pages, size);
}

static rtmulti_result packet_out_of_order(struct conversation *conversation, int i) {
  return rtmulti_session_packet(conversation->session, TEXT("r"), TEXT(name("item", i / 8)), 0, words, 100,
                                (uint16_t)(i % 8 * 90), (uint32_t)i * 960u);
}

static rtmulti_result pause_and_resume(struct conversation *conversation, int i) {
  (void)i;
  rtmulti_session_pause(conversation->session);
  return rtmulti_session_resume(conversation->session);
}

static rtmulti_result another_phase(struct conversation *conversation, int i) {
  return rtmulti_session_set_phase(conversation->session, TEXT("A"), TEXT(name("phase", i)));
}

static rtmulti_result mark_of_somebody_else(struct conversation *conversation, int i) {
  return rtmulti_session_playback_mark(conversation->session, TEXT(long_name("mark", i)), RTMULTI_NOW);
}

static rtmulti_result lost_connection(struct conversation *conversation, int i) {
  const rtmulti_result result = say_response(conversation, "r");
  say_item(conversation, "r", name("item", i));
  rtmulti_session_reconnect(conversation->session);
  return result;
}

static rtmulti_result cut_and_never_ended(struct conversation *conversation, int i) {
  const char *response = name("r", i);
  const rtmulti_result result = say_response(conversation, response);
  for (int item = 0; item < 4; item++) say_audio(conversation, response, name("item", i * 4 + item), FRAMES_PER_MS);
  rtmulti_session_interrupt(conversation->session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST);
  rtmulti_session_playback_finished(conversation->session, conversation->segment, 0, 1, RTMULTI_NOW);
  return result;
}

static rtmulti_result item_after_the_cut(struct conversation *conversation, int i) {
  if (i == 0) rtmulti_session_interrupt(conversation->session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST);
  return say_audio(conversation, "r", long_name("item", i), FRAMES_PER_MS);
}

static const struct flood floods[] = {
    {"responses that never end", endless_response, NULL, 100000, 8},
    {"responses opened by audio", response_opened_by_audio, NULL, 100000, 16},
    {"responses behind an endless one", response_behind_an_endless_one, begin_response, 100000, 8},
    {"empty items of one response", empty_item, begin_response, 100000, 64},
    {"empty items of many responses", empty_item_of_many_responses, NULL, 150000, 128},
    {"parts of one item", part_of_one_item, begin_item, 100000, 8},
    {"a byte for each part", byte_of_each_part, begin_waiting, 100000, 64},
    {"texts without a byte", empty_text, begin_item, 500000, 1},
    {"letters with a span", letter_with_a_span, begin_waiting, 1000000, 64},
    {"texts of settled items", text_of_a_settled_item, begin_response, 1000, 64},
    {"announcements again", announced_again, begin_item, 300000, 1},
    {"ends of what is unknown", end_of_something_unknown, begin_item, 100000, 1},
    {"refusals with long messages", refusal, begin_item, 50000, 1},
    {"function calls", function_call, begin_response, 100000, 64},
    {"calls with long names, never made", long_call_never_made, begin_response, 200, 16},
    {"long ids of responses on the wire", long_id_on_the_wire, NULL, 200, 16},
    {"long ids of items on the wire", long_item_on_the_wire, begin_response, 200, 16},
    {"long reasons", long_reason, NULL, 1000, 16},
    {"heard with long reasons", heard_with_a_long_reason, NULL, 2000, 32},
    {"packets of one byte", packet_of_one_byte, begin_opus, 2500000, 64},
    {"pages of packets of one byte", pages_of_short_packets, begin_ogg, 40, 64},
    {"packets out of order", packet_out_of_order, begin_opus, 100000, 64},
    {"pauses", pause_and_resume, begin_playing, 200000, 1},
    {"phases", another_phase, begin_item, 300000, 1},
    {"marks of somebody else", mark_of_somebody_else, begin_playing, 200000, 1},
    {"lost connections", lost_connection, NULL, 100000, 8},
    {"cut and never ended", cut_and_never_ended, NULL, 20000, 8},
    {"items after the cut", item_after_the_cut, begin_playing, 100000, 64},
};

/* ---- measuring ---- */

/* What the process has in its heap, in bytes: exact, where the resident set also knows of pages that are free. */
static size_t heap(void) {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void run(const struct flood *flood, int divisor) {
  const int events = flood->events / divisor;
  const size_t before = heap();
  rtmulti_config config = plain_config();
  struct conversation conversation;
  int refused = 0;
  config.max_queued_bytes = QUEUED_MIB * MIB; /* so that less has to be sent until it is reached */
  rtmulti_result first_refusal = RTMULTI_OK;
  converse(&conversation, &config);
  if (flood->begin != NULL) flood->begin(&conversation);
  const size_t begun = heap();
  const double start = seconds();
  int sent = 0;
  while (sent < events && (sent % 64 != 0 || seconds() - start < LONGEST_FLOOD_S * divisor)) {
    const rtmulti_result result = flood->send(&conversation, sent++);
    if (result >= 0) continue;
    refused += 1;
    if (first_refusal == RTMULTI_OK) first_refusal = result;
  }
  const double each_us = (seconds() - start) * 1e6 / sent;
  const size_t full = heap();
  const double grown_mib = full > begun ? (double)(full - begun) / MIB : 0;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(conversation.session));
  const size_t after = heap();
  printf("%-36s %8d %8d  %-27s %8.2f %8zu %9.2f\n", flood->name, sent, refused,
         refused > 0 ? rtmulti_result_name(first_refusal) : "", grown_mib, flood->budget_mib, each_us);
  fflush(stdout);
  CHECK_EQUAL(events, sent);
  if (!CHECK(grown_mib <= (double)flood->budget_mib)) printf("  (that was the flood: %s)\n", flood->name);
  /* The C library keeps a little for itself. */
  if (!CHECK(after < before + MIB / 4)) printf("  (that was the flood: %s)\n", flood->name);
}

static int32_t call_and_stop(struct conversation *conversation, const rtmulti_effect *effect) {
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  const rtmulti_result result = rtmulti_session_function_call(
      conversation->session, TEXT("r"), TEXT("call"), TEXT("call"), TEXT("look_up"), words, LONG_WORDS);
  CHECK_EQUAL(RTMULTI_QUEUED, result);
  return -1;
}

/* A call that was queued from inside a callback and never ran goes with its session. */
static void check_left_behind(void) {
  const size_t before = heap();
  for (int i = 0; i < 20; i++) {
    const rtmulti_config config = plain_config();
    struct conversation conversation;
    converse(&conversation, &config);
    begin_item(&conversation);
    conversation.inside = call_and_stop;
    CHECK_EQUAL(RTMULTI_STOPPED, say_audio(&conversation, "r", "A", FRAMES_PER_MS));
    part(&conversation);
  }
  CHECK(heap() < before + MIB / 4);
}

/* Each thread keeps the memory in which it reads JSON: as much as its longest event needs, whatever comes. */
static void warm_up(void) {
  struct conversation conversation;
  const rtmulti_config config = plain_config();
  converse(&conversation, &config);
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, long_id_on_the_wire(&conversation, 0));
  part(&conversation);
}

int main(int argc, char **argv) {
  memset(words, 'w', LONG_WORDS);
  memset(json, ' ', sizeof json);
  warm_up();
  printf("%-36s %8s %8s  %-27s %8s %8s %9s\n", "flood", "events", "refused", "with", "MiB", "budget", "us each");
  const int divisor = argc > 1 && atoi(argv[1]) > 0 ? atoi(argv[1]) : 1;
  for (size_t i = 0; i < sizeof floods / sizeof *floods; i++) {
    if (argc > 2 && strncmp(floods[i].name, argv[2], strlen(argv[2])) != 0) continue;
    run(&floods[i], divisor);
  }
  check_left_behind();
  return check_end("floods");
}
