/* The questions that the rules ask about what happened, and what the server is told: the decisions of sections
 * A, B and F that do not depend on the event at hand. Nothing of the engine is known here. */
#include "truth.h"

#include <rtmulti.h>
#include <string.h>

/* ---- telling ---- */

void truth_tell(struct truth *truth, struct told told) {
  told.step = truth->step;
  account_tell(truth->account, told);
}

bool truth_can(const struct truth *truth, uint32_t capability) {
  return (truth->world->server & capability) != 0;
}

/* ---- questions ---- */

/* By the server's word, or without one (A6). */
bool has_ended(const struct response *response) { return response->has_ended || response->has_lapsed; }

/* The end of a response is the end of its items and parts. */
bool is_done(const struct truth *truth, const struct message *message) {
  return message->was_done || has_ended(&truth->responses[message->response]);
}

bool is_ready(const struct message *message) { return message->received_ms > 0; }

bool is_drained(const struct message *message) {
  return message->has_begun && message->heard_ms == message->received_ms;
}

/* Some of it is to be handed to the sink. */
bool is_waiting(const struct message *message) {
  return !message->is_settled && !message->was_passed_over && message->received_ms > message->given_ms;
}

bool is_behind(const struct message *later, const struct message *message) {
  return later > message && later->response == message->response;
}

/* Where the list of messages ends. */
const struct message *end_of(const struct truth *truth) { return truth->messages + truth->message_count; }

int count_of(const struct truth *truth, int response) {
  int count = 0;
  for (const struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->response == response) count += 1;
  }
  return count;
}

bool was_followed(const struct truth *truth, const struct message *message) {
  for (const struct message *later = message + 1; later < end_of(truth); later++) {
    if (is_behind(later, message) && later->has_begun) return true;
  }
  return false;
}

/* A3: since when a later message of its response has had audio to be heard; NOT_YET. */
static int later_ready_at(const struct truth *truth, const struct message *message) {
  int at_ms = NOT_YET;
  for (const struct message *later = message + 1; later < end_of(truth); later++) {
    if (!is_behind(later, message) || !is_waiting(later)) continue;
    if (at_ms == NOT_YET || later->ready_at_ms < at_ms) at_ms = later->ready_at_ms;
  }
  return at_ms;
}

bool is_awaited(const struct truth *truth, const struct message *message) {
  return later_ready_at(truth, message) != NOT_YET;
}

/* A2, A3: a later message is ready, and no audio has come for this one for `handover`. */
bool is_quiet(const struct truth *truth, const struct message *message) {
  return is_awaited(truth, message) && truth->now_ms - message->came_at_ms >= HANDOVER_MS;
}

/* A3: a message without audio has had its turn for `turn_patience`, which began when the turn of its response had come,
 * the sink had finished what was before, and a later message was ready. */
bool is_out_of_patience(const struct truth *truth, const struct message *message) {
  const int turn_at_ms = truth->responses[message->response].turn_at_ms;
  if (!is_awaited(truth, message) || turn_at_ms == NOT_YET || truth->finished_at_ms == NOT_YET) return false;
  int from_ms = later_ready_at(truth, message);
  if (turn_at_ms > from_ms) from_ms = turn_at_ms;
  if (truth->finished_at_ms > from_ms) from_ms = truth->finished_at_ms;
  return truth->now_ms - from_ms >= TURN_PATIENCE_MS;
}

/* A3: over for the listener. */
bool is_over(const struct truth *truth, const struct message *message) {
  if (message->is_settled || message->was_passed_over) return true;
  if (message->has_begun) {
    return message->has_finished && !is_waiting(message) &&
           (is_done(truth, message) || was_followed(truth, message) || is_quiet(truth, message));
  }
  if (is_ready(message)) return false;
  return is_done(truth, message);
}

/* B1, B4: all of R was heard and the part is done; B2: one that a later message, of its own response or the next, has
 * followed counts as done; A4: but not one of which audio was dropped. */
bool was_heard_out(const struct truth *truth, const struct message *message) {
  if (!is_drained(message) || message->has_late) return false;
  return is_done(truth, message) || was_followed(truth, message) || message->is_set_aside;
}

bool are_earlier_over(const struct truth *truth, const struct message *message) {
  for (const struct message *earlier = truth->messages; earlier < message; earlier++) {
    if (is_behind(message, earlier) && !is_over(truth, earlier)) return false;
  }
  return true;
}

/* Nothing that comes for it now is heard. */
bool is_too_late(const struct truth *truth, const struct message *message) {
  return message->is_settled || message->was_passed_over || /* B: an outcome is never revised */
         was_followed(truth, message) ||                    /* A4 */
         truth->responses[message->response].is_settled ||  /* D5, D6 */
         truth->responses[message->response].has_lapsed;    /* A6 */
}

/* ---- what the server is told ---- */

static void tell_differs(struct truth *truth, struct message *message) {
  /* F4: a server that plays by itself knows by itself. */
  if (truth_can(truth, RTMULTI_SERVER_OWNS_PLAYOUT)) return;
  truth_tell(truth, (struct told){.kind = TOLD_DIFFERS, .subject = message->item});
}

/* F1: what was heard of a message is said by a SYNC. */
static bool says_by_sync(const struct truth *truth) {
  return truth_can(truth, RTMULTI_SERVER_SYNCS) && !truth_can(truth, RTMULTI_SERVER_TRUNCATES);
}

void truncate_message(struct truth *truth, struct message *message) {
  message->debt = DEBT_NONE;
  if (message->is_truncated || message->is_forgotten) return;
  message->is_truncated = true;
  const bool is_cut_as_short = message->is_cut && message->heard_ms >= SERVER_CUT_MS;
  if (is_cut_as_short && message->heard_ms == SERVER_CUT_MS) return; /* F10: it knows */
  if (says_by_sync(truth)) { /* F1 */
    truth->responses[message->response].needs_sync = true;
    return;
  }
  if (is_cut_as_short) return; /* F10: TRUNC cannot say it; see tell_own_cut */
  if (!truth_can(truth, RTMULTI_SERVER_TRUNCATES) ||
      truth_can(truth, RTMULTI_SERVER_OWNS_PLAYOUT)) { /* F1, F4 */
    tell_differs(truth, message);
    return;
  }
  message->told_ms = message->heard_ms;
  truth_tell(truth, (struct told){.kind = TOLD_TRUNCATE, .subject = message->item, .ms = message->heard_ms});
}

/* One SYNC with the ids of a response, and of those that the same interrupt cut. */
static void tell_sync_of(struct truth *truth, const struct response *asking) {
  struct told sync = {.kind = TOLD_SYNC};
  const int cut_by = asking->cut_by;
  for (const struct message *message = truth->messages; message < end_of(truth); message++) {
    const struct response *response = &truth->responses[message->response];
    if (response != asking && (cut_by == 0 || response->cut_by != cut_by)) continue;
    if (message->is_dropped) continue; /* F10: no command names it */
    char *list = message->is_forgotten ? sync.dropped : sync.kept;
    list[strlen(list)] = (char)('A' + message->item);
  }
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    if (cut_by != 0 && truth->responses[i].cut_by == cut_by) truth->responses[i].needs_sync = false;
  }
  truth_tell(truth, sync);
}

/* F1, D5: one SYNC at the end, with the kept and the dropped ids of the responses that the same interrupt cut: "the
 * interrupted responses" could also be read as all that ever were. The rules say nothing of items that are skipped
 * without an interrupt: each response that settles by itself has one SYNC of its own. */
void tell_sync(struct truth *truth) {
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    if (!truth->responses[i].needs_sync) continue;
    truth->responses[i].needs_sync = false;
    tell_sync_of(truth, &truth->responses[i]);
  }
}

/* B3, F1: the server forgets what was never heard. */
void forget(struct truth *truth, struct message *message) {
  if (message->is_forgotten) return; /* F10 */
  if (truth_can(truth, RTMULTI_SERVER_DELETES)) {
    message->is_forgotten = true;
    truth_tell(truth, (struct told){.kind = TOLD_DELETE, .subject = message->item});
  } else if (truth_can(truth, RTMULTI_SERVER_SYNCS)) {
    message->is_forgotten = true;
    truth->responses[message->response].needs_sync = true;
  } else if (!truth_can(truth, RTMULTI_SERVER_TRUNCATES)) {
    truncate_message(truth, message); /* A4: once */
  } else if (message->debt == DEBT_OPEN) {
    return; /* A4, D5: once, when the part or the response ends; more may come until then */
  } else if (message->sent_ms > 0) {
    truncate_message(truth, message);
  } else if (message->texts > 0) {
    tell_differs(truth, message);
  }
}

/* ---- what the server does by itself ---- */

static bool is_heard_beyond(const struct message *message) {
  return message->is_dropped ? message->heard_ms > 0 : message->is_cut && message->heard_ms > SERVER_CUT_MS;
}

/* F10: nothing gives back what the server has cut, but a SYNC that says what was heard of a message. */
void tell_own_cut(struct truth *truth, struct message *message, int outcome) {
  if (!is_heard_beyond(message)) return;
  if (says_by_sync(truth) && outcome == RTMULTI_OUTCOME_PARTIAL && !message->is_dropped) return;
  tell_differs(truth, message);
}

/* F10: behind the settlement the host hears at once, and once. */
void server_cuts(struct truth *truth, struct message *message) {
  const bool is_answer = message->is_truncated && message->told_ms == SERVER_CUT_MS;
  if (is_answer || message->is_forgotten || message->is_cut || truth_can(truth, RTMULTI_SERVER_OWNS_PLAYOUT)) return;
  message->is_cut = true;
  if (message->is_settled) tell_own_cut(truth, message, message->outcome);
}

void server_drops(struct truth *truth, struct message *message) {
  if (message->is_dropped) return;
  const bool was_told = is_heard_beyond(message);
  const bool was_forgotten = message->is_forgotten;
  message->is_dropped = message->is_forgotten = true;
  if (message->is_settled && !was_told && !was_forgotten) tell_own_cut(truth, message, message->outcome);
}
