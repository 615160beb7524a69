/* Does a sink that is full lose nothing? It takes nothing, then less than it is offered, then fails: each
 * sample has to reach it once, in order, and the accounts have to be those of a sink that was never full. */
#include <stdint.h>
#include <string.h>

#include "conversation.h"

enum { FRAMES = 12000, FRAMES_PER_DELTA = 480, CAPACITY_MAX = 1000 };

/* A sink that takes what its pattern says, and keeps it. */
struct narrow_sink {
  struct conversation conversation;
  int32_t next; /* what it takes of the next write; negative: it fails */
  size_t wrong; /* samples that were not the next ones */
};

static int16_t sample_at(size_t frame) { return (int16_t)((int)(frame * 37 % 20011) - 10000); }

static int32_t take_narrowly(struct conversation *conversation, const rtmulti_effect *effect) {
  struct narrow_sink *narrow = (struct narrow_sink *)conversation;
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  if (narrow->next < 0) return narrow->next;
  conversation->room = (uint32_t)narrow->next;
  for (uint32_t i = 0; i < effect->frames && i < conversation->room; i++)
    narrow->wrong += effect->pcm[i] != sample_at((size_t)conversation->frames + i);
  return 0;
}

static rtmulti_session *plug(struct narrow_sink *narrow) {
  const rtmulti_config config = plain_config();
  memset(narrow, 0, sizeof *narrow);
  converse(&narrow->conversation, &config);
  narrow->conversation.inside = take_narrowly;
  return narrow->conversation.session;
}

/* Says the whole message in deltas of 20 ms; the sink may stop each of these calls by failing. */
static void say_message(rtmulti_session *session) {
  int problems = 0;
  problems += rtmulti_session_response_created(session, "r1", 2, 0, NULL, 0) != RTMULTI_OK;
  problems += rtmulti_session_item_added(session, "r1", 2, "A", 1, -1, RTMULTI_ITEM_MESSAGE) != RTMULTI_OK;
  for (size_t start = 0; start < FRAMES; start += FRAMES_PER_DELTA) {
    unsigned char bytes[FRAMES_PER_DELTA * 2];
    for (size_t i = 0; i < FRAMES_PER_DELTA; i++) {
      const uint16_t sample = (uint16_t)sample_at(start + i);
      bytes[2 * i] = (unsigned char)(sample & 0xffu);
      bytes[2 * i + 1] = (unsigned char)(sample >> 8);
    }
    const rtmulti_result result = rtmulti_session_audio(session, "r1", 2, "A", 1, -1, bytes, sizeof bytes);
    problems += result != RTMULTI_OK && result != -7;
  }
  problems += rtmulti_session_item_done(session, "A", 1) < RTMULTI_OK;
  problems += rtmulti_session_response_done(session, "r1", 2, RTMULTI_STATUS_COMPLETED, NULL, 0) < RTMULTI_OK;
  CHECK_EQUAL(0, problems);
}

static void check_samples(const struct narrow_sink *narrow) {
  CHECK_EQUAL(FRAMES, narrow->conversation.frames);
  CHECK_EQUAL(0, narrow->wrong);
}

static void check_end_of_message(struct narrow_sink *narrow) {
  struct conversation *conversation = &narrow->conversation;
  CHECK_EQUAL(1, conversation->calls[RTMULTI_EFFECT_FLUSH]);
  CHECK_EQUAL(RTMULTI_OK,
              rtmulti_session_playback_finished(conversation->session, conversation->segment, FRAMES, 0, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OUTCOME_FULL, conversation->outcome);
  part(conversation);
}

/* The sink takes what this pattern says, one number for each offer; sink_ready asks for the next. */
static void check_pattern(const int32_t *pattern, size_t count) {
  struct narrow_sink narrow;
  rtmulti_session *session = plug(&narrow);
  say_message(session);
  CHECK_EQUAL(0, narrow.conversation.frames);
  CHECK_EQUAL(0, narrow.conversation.calls[RTMULTI_EFFECT_FLUSH]);
  for (size_t i = 0; i < 100000 && narrow.conversation.frames < FRAMES; i++) {
    narrow.next = pattern[i % count];
    /* A write that failed is not tried twice in one moment (rule E10). */
    rtmulti_session_advance(session, (int64_t)i + 1);
    rtmulti_session_sink_ready(session);
  }
  check_samples(&narrow);
  check_end_of_message(&narrow);
}

/* A report is as good as sink_ready: what was played has made room. */
static void check_reports_make_room(void) {
  struct narrow_sink narrow;
  rtmulti_session *session = plug(&narrow);
  say_message(session);
  narrow.next = CAPACITY_MAX;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_sink_ready(session));
  int64_t played = 0;
  for (int i = 0; i < 1000 && narrow.conversation.frames < FRAMES; i++) {
    played = narrow.conversation.frames;
    if (rtmulti_session_playback_progress(session, narrow.conversation.segment, played, RTMULTI_NOW) != RTMULTI_OK) break;
  }
  check_samples(&narrow);
  check_end_of_message(&narrow);
}

/* While it is full it is left alone: more audio does not make it less full. */
static void check_left_alone(void) {
  struct narrow_sink narrow;
  rtmulti_session *session = plug(&narrow);
  say_message(session);
  CHECK_EQUAL(1, narrow.conversation.calls[RTMULTI_EFFECT_WRITE]);
  narrow.next = FRAMES;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_sink_ready(session));
  check_samples(&narrow);
  check_end_of_message(&narrow);
}

/* For languages whose numbers are doubles, and whose 0 is no id: on every sink, also after many. */
static void check_segment_ids(void) {
  struct conversation conversation;
  const rtmulti_config config = plain_config();
  converse(&conversation, &config);
  uint64_t newest = 0;
  for (int i = 0; i < 100; i++) {
    char item[16];
    snprintf(item, sizeof item, "item%d", i);
    say_audio(&conversation, "r", item, 240);
    say_item_done(&conversation, item);
    CHECK(conversation.segment > newest && conversation.segment < UINT64_C(1) << 53);
    newest = conversation.segment;
    rtmulti_session_playback_finished(conversation.session, newest, 240, 0, RTMULTI_NOW);
  }
  part(&conversation);
}

int main(void) {
  check_segment_ids();
  static const int32_t small_bites[] = {0, 1, 7, 160, 0, 0, 479, 480, 481};
  static const int32_t failing[] = {-7, 100, -7, -7, 0, CAPACITY_MAX};
  check_pattern(small_bites, sizeof small_bites / sizeof small_bites[0]);
  check_pattern(failing, sizeof failing / sizeof failing[0]);
  check_reports_make_room();
  check_left_alone();
  return check_end("full_sink");
}
