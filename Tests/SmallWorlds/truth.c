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

/* The end of a response is the end of its items and parts. */
bool is_done(const struct truth *truth, const struct message *message) {
  return message->was_done || truth->responses[message->response].has_ended;
}

bool is_ready(const struct message *message) { return message->received_ms > 0; }

bool is_drained(const struct message *message) {
  return message->has_begun && message->heard_ms == message->received_ms;
}

bool is_behind(const struct message *later, const struct message *message) {
  return later > message && later->response == message->response;
}

/* Where the list of messages ends. */
const struct message *end_of(const struct truth *truth) { return truth->messages + truth->message_count; }

bool was_followed(const struct truth *truth, const struct message *message) {
  for (const struct message *later = message + 1; later < end_of(truth); later++) {
    if (is_behind(later, message) && later->has_begun) return true;
  }
  return false;
}

/* A3: a later message has audio to be heard. */
bool is_awaited(const struct truth *truth, const struct message *message, int for_ms) {
  for (const struct message *later = message + 1; later < end_of(truth); later++) {
    if (is_behind(later, message) && is_ready(later) && truth->now_ms - later->ready_at_ms >= for_ms)
      return true;
  }
  return false;
}

/* A3: over for the listener. */
bool is_over(const struct truth *truth, const struct message *message) {
  if (message->is_settled || message->was_passed_over) return true;
  if (message->has_begun) {
    return message->has_finished && (is_done(truth, message) || is_awaited(truth, message, 0));
  }
  if (is_ready(message)) return false;
  return is_done(truth, message);
}

/* B1, B4: all of R was heard and the part is done; B2: one that a later message has followed counts as done. */
bool was_heard_out(const struct truth *truth, const struct message *message) {
  return is_drained(message) && (is_done(truth, message) || was_followed(truth, message));
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
         truth->responses[message->response].is_settled;    /* D5, D6 */
}

/* ---- what the server is told ---- */

static void tell_differs(struct truth *truth, struct message *message) {
  /* F4: a server that plays by itself knows by itself. */
  if (truth_can(truth, RTMULTI_SERVER_OWNS_PLAYOUT)) return;
  truth_tell(truth, (struct told){.kind = TOLD_DIFFERS, .subject = message->item});
}

void truncate_message(struct truth *truth, struct message *message) {
  message->debt = DEBT_NONE;
  if (message->is_truncated || message->is_forgotten) return;
  message->is_truncated = true;
  if (!truth_can(truth, RTMULTI_SERVER_TRUNCATES) ||
      truth_can(truth, RTMULTI_SERVER_OWNS_PLAYOUT)) { /* F1, F4 */
    tell_differs(truth, message);
    return;
  }
  truth_tell(truth, (struct told){.kind = TOLD_TRUNCATE, .subject = message->item, .ms = message->heard_ms});
}

/* One SYNC with the ids of a response, and of those that the same interrupt cut. */
static void tell_sync_of(struct truth *truth, const struct response *asking) {
  struct told sync = {.kind = TOLD_SYNC};
  const int cut_by = asking->cut_by;
  for (const struct message *message = truth->messages; message < end_of(truth); message++) {
    const struct response *response = &truth->responses[message->response];
    if (response != asking && (cut_by == 0 || response->cut_by != cut_by)) continue;
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
  if (truth_can(truth, RTMULTI_SERVER_DELETES)) {
    message->is_forgotten = true;
    truth_tell(truth, (struct told){.kind = TOLD_DELETE, .subject = message->item});
  } else if (truth_can(truth, RTMULTI_SERVER_SYNCS)) {
    message->is_forgotten = true;
    truth->responses[message->response].needs_sync = true;
  } else if (!truth_can(truth, RTMULTI_SERVER_TRUNCATES)) {
    tell_differs(truth, message);
  } else if (message->debt == DEBT_OPEN) {
    return; /* A4, D5: once, when the part or the response ends; more may come until then */
  } else if (message->sent_ms > 0) {
    truncate_message(truth, message);
  } else if (message->texts > 0) {
    tell_differs(truth, message);
  }
}
