/* Whose turn it is at the sink, of messages and of responses, and since when: rules A2, A3 and A6. Nothing of the engine
 * is known here. */
#include "turns.h"

void give_to_sink(struct message *message) {
  message->given_ms = message->received_ms;
  message->lies_in_sink = true;
  message->has_finished = false;
}

static bool has_waiting(const struct truth *truth, int response) {
  for (const struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->response == response && is_waiting(message)) return true;
  }
  return false;
}

/* A2: gapless, segments of two responses do not lie in the sink together. */
static bool does_sink_hold_others(const struct truth *truth, int response) {
  for (const struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->response != response && message->lies_in_sink) return true;
  }
  return false;
}

/* A6: one response after the other; one that was passed by holds nobody up until it has something to play. */
static bool is_turn_of(const struct truth *truth, int response) {
  for (int earlier = 0; earlier < response; earlier++) {
    const struct response *before = &truth->responses[earlier];
    if (before->is_known && !before->is_settled && !before->was_passed_by) return false;
  }
  return truth->responses[response].is_known && !truth->responses[response].is_settled;
}

/* C6: it has ended with nothing to play, and nothing of an earlier one plays or waits to play. */
static bool needs_no_turn(const struct truth *truth, int response) {
  if (!truth->responses[response].is_known || !has_ended(&truth->responses[response])) return false;
  for (const struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->response == response && message->received_ms > 0) return false;
    if (message->response >= response || message->is_settled) continue;
    if (is_waiting(message) || message->lies_in_sink) return false;
  }
  return true;
}

/* A6: its messages settle from then on, also while another one plays (C6). */
bool has_had_turn(const struct truth *truth, int response) {
  return truth->responses[response].turn_at_ms != NOT_YET && !truth->responses[response].is_settled;
}

/* A2, A3: whether this earlier message holds up the one that wants to begin. */
static bool holds_up(const struct truth *truth, const struct message *earlier) {
  if (earlier->is_settled || earlier->was_passed_over) return false;
  if (is_waiting(earlier)) return true;
  if (!earlier->has_begun) return !is_done(truth, earlier) && !is_out_of_patience(truth, earlier);
  const int left_ms = earlier->received_ms - earlier->heard_ms;
  if (is_done(truth, earlier)) return left_ms > 0 && !truth->world->is_gapless;
  return left_ms >= (truth->world->is_gapless ? HANDOVER_MS : 1) || !is_quiet(truth, earlier);
}

bool begin_one(struct truth *truth) {
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (!is_waiting(message) || !is_turn_of(truth, message->response)) continue;
    bool is_held_up = does_sink_hold_others(truth, message->response);
    for (struct message *earlier = truth->messages; earlier < message; earlier++) {
      if (is_behind(message, earlier) && holds_up(truth, earlier)) is_held_up = true;
    }
    if (is_held_up) continue;
    message->has_begun = true;
    message->is_set_aside = false;
    give_to_sink(message);
    for (struct message *earlier = truth->messages; earlier < message; earlier++) {
      const bool is_silent = !earlier->is_settled && !earlier->has_begun;
      if (is_silent && is_behind(message, earlier) && !is_done(truth, earlier)) earlier->was_passed_over = true;
    }
    return true;
  }
  return false;
}

/* ---- one response and the next (A6) ---- */

/* Whether it has drained in the middle of a part that the server has not ended. */
static bool is_in_mid_part(const struct truth *truth, int response) {
  for (const struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->response != response || !message->has_begun || message->is_settled) continue;
    if (!is_done(truth, message) && !was_followed(truth, message) && !message->is_set_aside) return true;
  }
  return false;
}

/* Since when a response that this one holds up has been ready: a later one, and in mid-part also an earlier one, which
 * was passed by before and has more to play since. */
static int held_up_since(const struct truth *truth, int response, bool is_in_mid) {
  int at_ms = NOT_YET;
  for (const struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->response == response || !is_waiting(message)) continue;
    if (message->response < response && !is_in_mid) continue;
    if (at_ms == NOT_YET || message->ready_at_ms < at_ms) at_ms = message->ready_at_ms;
  }
  return at_ms;
}

/* The rules do not say from when these patiences count. In mid-part it is when the sink ran dry, else, as in A3, when the
 * sink had finished and the turn had come; and never before somebody was held up. */
static bool is_passed_by_now(const struct truth *truth, int which) {
  const struct response *response = &truth->responses[which];
  if (!has_had_turn(truth, which) || response->was_passed_by || has_waiting(truth, which)) return false;
  const bool is_in_mid = is_in_mid_part(truth, which);
  int from_ms = is_in_mid ? truth->dry_at_ms : truth->finished_at_ms;
  const int held_up_ms = held_up_since(truth, which, is_in_mid);
  if (from_ms == NOT_YET || held_up_ms == NOT_YET) return false;
  if (response->turn_at_ms > from_ms) from_ms = response->turn_at_ms;
  if (held_up_ms > from_ms) from_ms = held_up_ms;
  return truth->now_ms - from_ms >= (is_in_mid ? RESPONSE_PATIENCE_MS : TURN_PATIENCE_MS);
}

bool pass_one_by(struct truth *truth) {
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    if (!is_passed_by_now(truth, i)) continue;
    truth->responses[i].was_passed_by = true;
    for (struct message *message = truth->messages; message < end_of(truth); message++) {
      if (message->response == i && message->has_begun) message->is_set_aside = true;
    }
    return true;
  }
  return false;
}

/* A server has one answer at a time: with the next one there, the end of this one was lost. */
bool end_one_without_word(struct truth *truth) {
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    struct response *response = &truth->responses[i];
    if (!response->is_known || response->is_settled || has_ended(response)) continue;
    if (response->idle_at_ms == NOT_YET || truth->now_ms - response->idle_at_ms < RESPONSE_PATIENCE_MS) continue;
    for (int later = i + 1; later < RESPONSE_COUNT; later++) {
      const int audio_at_ms = truth->responses[later].audio_at_ms;
      if (audio_at_ms == NOT_YET || truth->now_ms - audio_at_ms < RESPONSE_PATIENCE_MS) continue;
      response->has_lapsed = response->was_passed_by = true;
      truth_tell(truth, (struct told){.kind = TOLD_MISSING_DONE, .subject = i});
      return true;
    }
  }
  return false;
}

/* ---- since when something has been so, for the patiences ---- */

static void note(int *at_ms, bool is_so, int now_ms) {
  if (!is_so) *at_ms = NOT_YET;
  if (is_so && *at_ms == NOT_YET) *at_ms = now_ms;
}

void note_moments(struct truth *truth) {
  bool is_dry = true, has_finished = true, is_idle[RESPONSE_COUNT] = {true, true};
  for (const struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->lies_in_sink) has_finished = false;
    const bool is_playing = !message->is_settled && message->heard_ms < message->given_ms;
    if (is_playing) is_dry = false;
    if (is_playing || is_waiting(message)) is_idle[message->response] = false;
  }
  note(&truth->dry_at_ms, is_dry, truth->now_ms);
  note(&truth->finished_at_ms, has_finished, truth->now_ms);
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    struct response *response = &truth->responses[i];
    note(&response->idle_at_ms, response->is_known && is_idle[i], truth->now_ms);
    if (response->turn_at_ms != NOT_YET) continue;
    if (is_turn_of(truth, i) || needs_no_turn(truth, i)) response->turn_at_ms = truth->now_ms;
  }
}
