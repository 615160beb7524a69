/* Do reports that take their time to come keep the estimate where the sink is, when they say when it was so (rule C8)? A
 * sink with a start of its own and a clock that is off plays what is written to it, runs dry and is paused; each report
 * comes up to 200 ms late. Between the reports the session's position is compared with the sink's. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "conversation.h"
#include "random.h"

enum { REPORTS_MAX = 4096, RUN_MS = 12000, TOLERANCE_MS = 12 };

struct late_report {
  int64_t due_ms, at_ms, frames;
  bool is_start;
};

struct player {
  struct conversation conversation;
  double played; /* frames */
  double speed;
  int64_t starts_ms; /* when it begins to play after the first write; -1: nothing was written */
  bool is_paused;
  struct late_report reports[REPORTS_MAX];
  size_t first, end;
};

static struct player player;
static int64_t now_ms;

static int32_t play(struct conversation *conversation, const rtmulti_effect *effect) {
  (void)conversation;
  if (effect->kind == RTMULTI_EFFECT_WRITE && player.starts_ms < 0) player.starts_ms = now_ms + 40;
  if (effect->kind == RTMULTI_EFFECT_PAUSE) player.is_paused = true;
  if (effect->kind == RTMULTI_EFFECT_RESUME) player.is_paused = false;
  return 0;
}

/* Notes what is to be reported, and when it comes. */
static void note(uint64_t *random, int most_late_ms, bool is_start) {
  const int64_t before = player.end == player.first ? 0 : player.reports[player.end - 1].due_ms;
  const int64_t due = now_ms + random_from(random, 0, most_late_ms);
  if (player.end < REPORTS_MAX)
    player.reports[player.end++] =
        (struct late_report){due > before ? due : before, now_ms, (int64_t)player.played, is_start};
}

/* How far the session's position was from the sink's at the worst, in ms. */
static int64_t worst_of(uint64_t seed, bool says_when, int most_late_ms) {
  uint64_t random = seed;
  rtmulti_config config = plain_config();
  config.estimate = 1;
  rtmulti_sink sink = plain_sink();
  if (seed % 3 == 0) sink.driver = RTMULTI_DRIVER_PACED, sink.lead_ms = 5000;
  memset(&player, 0, sizeof player);
  player.starts_ms = -1;
  player.speed = random_from(&random, 985, 1015) / 1000.0;
  now_ms = 0;
  struct conversation *conversation = &player.conversation;
  converse_as(conversation, &config, NULL, sink);
  conversation->inside = play;
  say_response(conversation, "r");
  say_item(conversation, "r", "A");
  int64_t worst = 0, next_audio_ms = 0, next_report_ms = 0, calm_ms = 1000;
  bool has_started = false;
  for (; now_ms < RUN_MS; now_ms++) {
    rtmulti_session_advance(conversation->session, now_ms * 1000);
    if (now_ms >= next_audio_ms) {
      const int length_ms = random_from(&random, 300, 900);
      say_audio(conversation, "r", "A", (size_t)length_ms * FRAMES_PER_MS);
      /* Now and then it runs dry. */
      next_audio_ms = now_ms + length_ms + random_from(&random, -250, 150);
      calm_ms = calm_ms > now_ms + 500 ? calm_ms : now_ms + 500;
    }
    if (now_ms % 3000 == 2500) rtmulti_session_pause(conversation->session), calm_ms = now_ms + 1500;
    if (now_ms % 3000 == 2900) rtmulti_session_resume(conversation->session);
    if (player.starts_ms >= 0 && now_ms >= player.starts_ms && !player.is_paused) {
      if (!has_started) note(&random, most_late_ms, true), has_started = true;
      player.played += FRAMES_PER_MS * player.speed;
      if (player.played > (double)conversation->frames) player.played = (double)conversation->frames;
    }
    if (has_started && now_ms >= next_report_ms) {
      note(&random, most_late_ms, false);
      next_report_ms = now_ms + 100;
    }
    while (player.first < player.end && player.reports[player.first].due_ms <= now_ms) {
      const struct late_report *report = &player.reports[player.first++];
      /* The position holds at the end of its millisecond. */
      const int64_t at_us = says_when ? (report->at_ms + 1) * 1000 : RTMULTI_NOW;
      if (report->is_start) rtmulti_session_playback_started(conversation->session, conversation->segment, at_us);
      rtmulti_session_playback_progress(conversation->session, conversation->segment, report->frames, at_us);
    }
    rtmulti_position position = {.struct_size = sizeof position};
    if (rtmulti_session_position(conversation->session, TEXT("A"), 0, &position) != RTMULTI_OK) continue;
    const int64_t truth_ms = (int64_t)player.played / FRAMES_PER_MS;
    const int64_t off_ms = position.heard_ms > truth_ms ? position.heard_ms - truth_ms : truth_ms - position.heard_ms;
    /* While it has just begun, and around what no report can tell of yet, the estimate may be further off. */
    if (now_ms > calm_ms && off_ms > worst) worst = off_ms;
  }
  rtmulti_session_destroy(conversation->session);
  return worst;
}

/* What is known of the past has an end, and no time that a host says gets beyond it. */
static void check_senseless_times(void) {
  static const int64_t times[] = {INT64_MIN, INT64_MAX, 0, -2, INT64_MIN / 2};
  for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
    struct conversation conversation;
    rtmulti_config config = plain_config();
    config.estimate = 1;
    converse(&conversation, &config);
    rtmulti_session_advance(conversation.session, 1000000);
    say_response(&conversation, "r");
    say_item(&conversation, "r", "A");
    say_audio(&conversation, "r", "A", 1000 * FRAMES_PER_MS);
    rtmulti_session_advance(conversation.session, 1200000);
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_started(conversation.session, conversation.segment, times[i]));
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_progress(conversation.session, conversation.segment,
                                                              50 * FRAMES_PER_MS, times[i]));
    rtmulti_position position = {.struct_size = sizeof position};
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_position(conversation.session, TEXT("A"), 0, &position));
    /* Nothing plays before it was written, 200 ms ago. */
    CHECK_EQUAL(times[i] == INT64_MAX ? 50 : 250, position.heard_ms);
    part(&conversation);
  }
}

int main(void) {
  int64_t worst = 0, worst_now = 0;
  for (uint64_t seed = 1; seed <= 60; seed++) {
    const int64_t off_ms = worst_of(seed, true, 200), off_now_ms = worst_of(seed, false, 200);
    if (off_ms > TOLERANCE_MS) printf("seed %d: %d ms\n", (int)seed, (int)off_ms);
    CHECK(off_ms <= TOLERANCE_MS);
    if (off_ms > worst) worst = off_ms;
    if (off_now_ms > worst_now) worst_now = off_now_ms;
  }
  printf("late reports: at most %d ms off; without their time %d ms\n", (int)worst, (int)worst_now);
  /* The same conversations are what the time is for. */
  CHECK(worst_now > 100);
  check_senseless_times();
  return check_end("late_reports");
}
