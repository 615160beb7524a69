/* What the host does next, drawn, and how time passes: the clock, the sink's reports, a device's pulls, true ones and
 * wrong ones. */
#include <string.h>

#include "talk.h"

static struct op op_of(enum op_kind kind) { return (struct op){.kind = kind, .content = -1, .output = -1}; }

/* ---- an op, and what follows from it in this driver's own worlds ---- */

/* Which responses an interrupt has cut: nothing of them is heard from now on (rules D1, D9, A10). */
static void mark_cut(struct talk *talk, const struct op *op, bool is_sure) {
  for (int i = 0; i < talk->server.response_count; i++) {
    struct response *response = &talk->server.responses[i];
    if (op->response[0] != 0 && strcmp(op->response, response->id) != 0) continue;
    response->may_be_cut = true;
    const bool is_spared =
        op->number == RTMULTI_INTERRUPTED_BY_LISTENER && response->flags & RTMULTI_RESPONSE_UNINTERRUPTIBLE;
    if (is_sure && !is_spared && (talk->plan.config.server & RTMULTI_SERVER_OWNS_PLAYOUT) == 0) response->is_cut = true;
  }
}

rtmulti_result talk_say(struct talk *talk, struct op *op) {
  if (talk->is_wrong || talk->is_closed) return RTMULTI_ERROR_CLOSED;
  op->event = ++talk->events;
  talk->tallies->steps += 1;
  if (op->kind == OP_SPEECH) mark_cut(talk, op, false);
  if (op->kind == OP_CLOSE) talk->is_closed = true;
  if (op->kind == OP_ADVANCE) talk->told_us = op->at_us;
  server_says(talk, op);
  const rtmulti_result result = doors_give(talk, op);
  if (talk->is_wrong) return result;
  if (op->kind == OP_INTERRUPT) {
    talk->tallies->interrupts += 1;
    mark_cut(talk, op, result == RTMULTI_OK || result == RTMULTI_STOPPED);
  }
  /* What cannot be is drawn nowhere; pauses are refused by rule E4, and lies are lies. */
  const bool may_fail =
      result == RTMULTI_ERROR_UNSUPPORTED && (op->kind == OP_PAUSE || op->kind == OP_SERVER || op->kind == OP_QUEUED);
  if (result < 0 && !may_fail)
    talk_wrong(talk, "%s answers %s: %s", op_name(op->kind), rtmulti_result_name(result),
               rtmulti_session_last_error(talk->doors.lanes[0].session));
  return result;
}

/* ---- the sink ---- */

static void lie(struct talk *talk) {
  struct ear *ear = &talk->ear;
  struct random *random = &talk->random;
  if (ear->segment_count == 0) return;
  const struct segment *segment = &ear->segments[random_below(random, (uint32_t)ear->segment_count)];
  struct op op = op_of(RANDOM_ONE(random, OP_STARTED, OP_PROGRESS, OP_PROGRESS, OP_FINISHED, OP_MARK));
  op.segment = random_chance(random, 15) ? 1000000 + random_below(random, 9) : segment->id;
  op.frames = random_between(random, 0, segment->written * 3 / 2 + 10);
  op.number = op.kind == OP_FINISHED ? random_below(random, 2) : 0;
  op.at_us = random_chance(random, 70) || talk->now_us < 200000 ? RTMULTI_NOW
                                                                : talk->now_us - random_between(random, 0, 150000);
  talk->tallies->wrong_reports += 1;
  ear->is_exact = false;
  talk_say(talk, &op);
}

static void pull(struct talk *talk, int64_t since_us) {
  struct ear *ear = &talk->ear;
  const int64_t earned = ear->debt + (talk->now_us - since_us) * ear->sink.sample_rate_hz;
  struct op op = op_of(OP_PULL);
  op.frames = earned / 1000000;
  ear->debt = earned % 1000000;
  op.number = talk->plan.delay_ms * ear->sink.sample_rate_hz / 1000;
  if (op.frames > 4000) op.frames = 4000;
  if (op.frames > 0 && !random_chance(&talk->random, 5)) talk_say(talk, &op);
}

static void pass_to(struct talk *talk, int64_t until_us) {
  struct ear *ear = &talk->ear;
  const int64_t since_us = talk->now_us;
  talk->now_us = until_us;
  ear_play(talk);
  if (ear->clear_is_out && until_us - ear->clear_us >= (int64_t)talk->plan.config.clear_timeout_ms * 1000) {
    ear->clear_is_out = false;
    ear->is_exact = false;
  }
  struct op op = op_of(OP_ADVANCE);
  op.at_us = until_us;
  if (ear->has_sink && ear->sink.driver == RTMULTI_DRIVER_PULLED) pull(talk, since_us);
  talk_say(talk, &op);
  if (ear->clear_is_out && talk->plan.candour != SINK_SILENT && random_chance(&talk->random, 50))
    ear_answer_clear(talk);
  ear_report(talk, false);
  if (ear->was_full) {
    ear->was_full = false;
    op = op_of(OP_READY);
    talk_say(talk, &op);
  }
  if (talk->plan.candour == SINK_LYING && random_chance(&talk->random, 10)) lie(talk);
}

/* When the sink has something to say by itself. */
static int64_t sink_us(const struct talk *talk) {
  const struct ear *ear = &talk->ear;
  if (!ear->has_sink) return INT64_MAX;
  if (ear->sink.driver == RTMULTI_DRIVER_PULLED) return talk->now_us + 20000;
  const int64_t frames = ear_unplayed(talk);
  if (frames == 0 || ear->is_paused) return INT64_MAX;
  return talk->now_us + frames * 1000000 / ear->sink.sample_rate_hz + 1;
}

void time_passes(struct talk *talk, int64_t us) {
  const int64_t until_us = talk->now_us + us;
  for (int hops = 0; talk->now_us < until_us && !talk->is_wrong; hops++) {
    int64_t next_us = until_us, deadline_us;
    if (talk->plan.is_punctual && hops < 400) {
      rtmulti_session_next_deadline(talk->doors.lanes[0].session, &deadline_us);
      if (deadline_us < next_us) next_us = deadline_us > talk->now_us ? deadline_us : talk->now_us + 1000;
    }
    const int64_t spoken_us = sink_us(talk);
    if (spoken_us < next_us) next_us = spoken_us;
    pass_to(talk, next_us);
  }
}

/* ---- the host ---- */

static void swap(struct talk *talk) {
  ear_play(talk);
  ear_report(talk, true);
  if (talk->ear.clear_is_out) return;
  struct op op = op_of(OP_SINK);
  if (random_chance(&talk->random, 85) || talk->ear.sink.driver == RTMULTI_DRIVER_HOST) {
    talk->next_sink = talk->ear.sink;
    plan_sink(&talk->plan, &talk->random, &talk->next_sink, true);
    op.bytes = &talk->next_sink;
    op.size = sizeof talk->next_sink;
  }
  if (talk->ear.is_paused) talk->ear.is_exact = false;
  ear_set(talk, op.bytes);
  talk->tallies->swaps += 1;
  talk_say(talk, &op);
}

static void expect(struct talk *talk) {
  struct server *server = &talk->server;
  if (server->token[0] != 0) return;
  struct op op = op_of(random_chance(&talk->random, 75) ? OP_EXPECT : OP_EXPECT_OUT_OF_BAND);
  snprintf(server->token, NAME_SIZE, "token_%u", (unsigned)++server->tokens);
  memcpy(op.token, server->token, NAME_SIZE);
  server->token_is_apart = op.kind == OP_EXPECT_OUT_OF_BAND;
  talk_say(talk, &op);
  for (int i = 0; i < MOST_RESPONSES; i++) server->responses[i].may_be_cut |= i >= server->response_count;
}

static void interrupt(struct talk *talk) {
  struct op op = op_of(OP_INTERRUPT);
  op.number = random_chance(&talk->random, 60) ? RTMULTI_INTERRUPTED_BY_LISTENER : RTMULTI_INTERRUPTED_BY_HOST;
  if (random_chance(&talk->random, 25) && talk->server.response_count > 0)
    memcpy(op.response, talk->server.responses[random_below(&talk->random, (uint32_t)talk->server.response_count)].id,
           NAME_SIZE);
  talk_say(talk, &op);
}

static void act(struct talk *talk, enum op_kind kind) {
  struct op op = op_of(kind);
  struct random *random = &talk->random;
  switch (kind) {
    case OP_CANCEL: talk->tallies->cancels += 1; break;
    case OP_PAUSE: talk->tallies->pauses += 1; break;
    case OP_AUDIO_ENABLED:
      ear_report(talk, true);
      op.number = random_chance(random, 60);
      talk->ear.is_exact = false;
      break;
    case OP_SERVER:
      op.number = RANDOM_ONE(random, 0, 1, 2, 3, 3, 4, 6) | (talk->server.can & RTMULTI_SERVER_OWNS_PLAYOUT);
      talk->server.can = op.number;
      break;
    case OP_CLEAR_TIMEOUT: op.number = talk->plan.config.clear_timeout_ms; break;
    case OP_UNEXPECT:
      memcpy(op.token, talk->server.token, NAME_SIZE);
      talk->server.token[0] = 0;
      break;
    case OP_QUEUED:
      if (talk->ear.sink.driver != RTMULTI_DRIVER_PACED) return;
      op.frames = ear_unplayed(talk);
      break;
    case OP_PHASE:
    case OP_SHOWN:
      if (talk->server.item_count == 0) return;
      memcpy(op.item, talk->server.items[random_below(random, (uint32_t)talk->server.item_count)].id, NAME_SIZE);
      break;
    default: break;
  }
  talk_say(talk, &op);
}

void host_acts(struct talk *talk) {
  struct random *random = &talk->random;
  const uint32_t what = random_below(random, 100);
  if (what < 40)
    interrupt(talk);
  else if (what < 46)
    act(talk, OP_CANCEL);
  else if (what < 56)
    act(talk, OP_PAUSE);
  else if (what < 66)
    act(talk, OP_RESUME);
  else if (what < 73)
    swap(talk);
  else if (what < 75)
    act(talk, OP_RECONNECT);
  else if (what < 80)
    expect(talk);
  else if (what < 82)
    act(talk, OP_UNEXPECT);
  else if (what < 85)
    act(talk, OP_AUDIO_ENABLED);
  else if (what < 87)
    act(talk, OP_CLEAR_TIMEOUT);
  else if (what < 90)
    act(talk, OP_PHASE);
  else if (what < 93)
    act(talk, OP_SHOWN);
  else if (what < 96)
    act(talk, OP_QUEUED);
  else if (what < 98 && talk->plan.changes_server)
    act(talk, OP_SERVER);
  else
    act(talk, OP_READY);
  if (talk->ear.is_paused && random_chance(random, 30)) act(talk, OP_RESUME);
}
