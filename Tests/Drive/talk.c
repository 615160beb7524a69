/* One conversation, from its first draw to its last comparison; see talk.h. */
#include "talk.h"

#include <stdarg.h>
#include <string.h>

#include "law.h"

void talk_wrong(struct talk *talk, const char *format, ...) {
  if (talk->is_wrong) return;
  talk->is_wrong = true;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(talk->wrong, sizeof talk->wrong, format, arguments);
  va_end(arguments);
}

static void ask_something(struct talk *talk) {
  struct random *random = &talk->random;
  const char *item = "";
  if (talk->server.item_count > 0)
    item = talk->server.items[random_below(random, (uint32_t)talk->server.item_count)].id;
  const uint64_t segment =
      talk->ear.segment_count > 0 ? talk->ear.segments[random_below(random, (uint32_t)talk->ear.segment_count)].id : 7;
  doors_ask(talk, item, (int32_t)random_below(random, 2), segment);
}

static void close_now(struct talk *talk) {
  struct ear *ear = &talk->ear;
  ear_play(talk);
  if (ear->clear_is_out) ear_answer_clear(talk);
  ear_report(talk, true);
  /* What it was offered and did not take is no matter: nobody hears it. */
  struct op op = {.kind = OP_CLOSE, .content = -1, .output = -1};
  talk_say(talk, &op);
  /* A callback that fails leaves the rest to the next calls, which are answered all the same. */
  for (int i = 0; i < 200 && talk->plan.fails && !talk->is_wrong; i++) {
    op = (struct op){.kind = OP_ADVANCE, .content = -1, .output = -1, .at_us = ++talk->now_us};
    doors_give(talk, &op);
  }
  if (talk->is_wrong) return;
  if (ear->has_sink && (ear->sink.flags & RTMULTI_SINK_CAN_CLEAR) == 0 && ear->sink.driver != RTMULTI_DRIVER_PULLED) {
    /* It plays all that it has; nobody can take that back (rule C6). */
    ear->is_paused = false;
    talk->now_us += 1000000000;
    ear_play(talk);
  }
  static const enum op_kind afterwards[] = {OP_INTERRUPT, OP_CREATED, OP_PAUSE, OP_PROGRESS, OP_CLOSE};
  op = (struct op){.kind = afterwards[random_below(&talk->random, 5)],
                   .response = "resp_x",
                   .content = -1,
                   .output = -1,
                   .number = 1,
                   .segment = 1,
                   .at_us = RTMULTI_NOW,
                   .event = ++talk->events};
  if (op.kind == OP_INTERRUPT) op.response[0] = 0;
  const rtmulti_result result = doors_give(talk, &op);
  const rtmulti_result expected = op.kind == OP_PROGRESS ? RTMULTI_IGNORED : RTMULTI_ERROR_CLOSED;
  if (!talk->is_wrong && result != expected)
    talk_wrong(talk, "%s behind the close answers %s", op_name(op.kind), rtmulti_result_name(result));
}

static void begin(struct talk *talk) {
  struct random *random = &talk->random;
  plan_draw(&talk->plan, random);
  talk->server.can = talk->plan.config.server;
  talk->now_us = 1000000;
  plan_sink(&talk->plan, random, &talk->next_sink, false);
  talk->ear.shows_text = random_chance(random, 40);
  talk->ear.is_exact = talk->plan.candour != SINK_LYING && talk->plan.config.step_back_ms == 0;
  talk->ear.channels = 1;
  if (talk->has_log && !talk->is_quiet) plan_print(talk);
  struct op op = {.kind = OP_ADVANCE, .content = -1, .output = -1, .at_us = talk->now_us};
  if (!doors_open(talk, talk->plan.lanes, talk->plan.leader, &talk->plan.config, talk->seed % 8 == 0)) return;
  talk_say(talk, &op);
  op = (struct op){
      .kind = OP_SINK, .content = -1, .output = -1, .bytes = &talk->next_sink, .size = sizeof talk->next_sink};
  if (random_chance(random, 95)) {
    ear_set(talk, &talk->next_sink);
    talk_say(talk, &op);
  }
  talk->tallies->sessions += (uint64_t)talk->doors.count;
}

bool talk_run(struct talk *talk, uint64_t seed, int steps) {
  struct tallies *tallies = talk->tallies;
  talk->seed = seed;
  talk->random.state = seed * UINT64_C(0x2545f4914f6cdd1d);
  random_next(&talk->random);
  begin(talk);
  if (steps > 0 && steps < talk->plan.steps) talk->plan.steps = steps;
  for (int i = 0; i < talk->plan.steps && !talk->is_wrong; i++) {
    const uint32_t what = random_below(&talk->random, 100);
    if (what < 58)
      server_speaks(talk);
    else if (what < 92)
      time_passes(talk, random_between(&talk->random, 1, 90) * 1000);
    else if (what < 94)
      time_passes(talk, random_between(&talk->random, 300, 2500) * 1000);
    else
      host_acts(talk);
    if (i % 4 == 3) ask_something(talk);
  }
  if (!talk->is_wrong && random_chance(&talk->random, 40)) time_passes(talk, 3000000);
  if (!talk->is_wrong) close_now(talk);
  if (!talk->is_wrong) ask_something(talk);
  if (!talk->is_wrong) law_end(talk);
  doors_close(talk);
  tallies->conversations += 1;
  return !talk->is_wrong;
}
