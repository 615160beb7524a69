/* How messages and responses settle, by themselves or by an interrupt, and what the server is told of it: sections B and
 * D of the rules, with A4, A8 and A9. Nothing of the engine is known here. */
#include "settling.h"

#include <rtmulti.h>

/* ---- outcomes ---- */

/* Audio that comes behind its part's done leaves a debt that no later done makes due. No rule names the moment;
 * it is the response's end, the message's settlement, or the cut, whichever comes first. */
static void fall_due(struct message *message) {
  if (message->debt == DEBT_OPEN && message->was_done) message->debt = DEBT_DUE;
}

/* A5: a transcript that found no item of its own is that of the message whose audio had come last before it, unless an item
 * was announced since. One that comes behind its settlement is nobody's. */
static void take_texts_of_nobody(struct truth *truth, struct message *message) {
  int kept = 0;
  for (int i = 0; i < truth->text_count; i++) {
    const struct waiting_text text = truth->texts[i];
    if (text.speaker != message->item) {
      truth->texts[kept++] = text;
    } else if (text.known_count == count_of(truth, text.response)) {
      message->texts += 1;
    }
  }
  truth->text_count = kept;
}

void record(struct truth *truth, struct message *message, int outcome) {
  take_texts_of_nobody(truth, message);
  message->is_settled = true;
  message->outcome = outcome;
  message->lies_in_sink = false;
  fall_due(message);
  truth_tell(truth, (struct told){.kind = TOLD_MESSAGE,
                                  .subject = message->item,
                                  .outcome = outcome,
                                  .ms = message->heard_ms,
                                  .texts = outcome == RTMULTI_OUTCOME_FULL ? message->texts : 0}); /* G3 */
}

/* A8: when it is settled, or when it gives way. */
void stop_speaking(struct truth *truth, int which) {
  struct response *response = &truth->responses[which];
  if (response->is_speaking) truth_tell(truth, (struct told){.kind = TOLD_STOPPED, .subject = which});
  response->is_speaking = false;
}

void settle_response(struct truth *truth, int which) {
  struct response *response = &truth->responses[which];
  if (response->is_settled) return;
  response->is_settled = true;
  stop_speaking(truth, which);                                               /* A8 */
  truth_tell(truth, (struct told){.kind = TOLD_SETTLED, .subject = which}); /* A9 */
  /* A6: what came too late for one that has ended without a word waits no longer for its done. */
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->debt == DEBT_OPEN && truth->responses[message->response].has_lapsed) message->debt = DEBT_DUE;
  }
}

/* Without an interrupt: heard to the end, or silent to the end. */
static void settle(struct truth *truth, struct message *message) {
  if (message->heard_ms > 0) {
    const int outcome = message->has_late ? RTMULTI_OUTCOME_PARTIAL : RTMULTI_OUTCOME_FULL; /* A4, B1 */
    tell_own_cut(truth, message, outcome);                                                  /* F10 */
    record(truth, message, outcome);
    return;
  }
  forget(truth, message); /* B3 */
  record(truth, message, RTMULTI_OUTCOME_SKIPPED);
}

/* F4: a server that plays by itself plays what comes without audio over our wire. In these worlds it never speaks of its
 * buffer, and the only cut that it knows is the close. */
static bool is_at_server(const struct truth *truth, int which) {
  bool has_message = false;
  if (!truth_can(truth, RTMULTI_SERVER_OWNS_PLAYOUT)) return false;
  for (const struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->response != which) continue;
    has_message = true;
    if (message->sent_ms > 0) return false;
  }
  return has_message;
}

/* Its outcome is known, and nothing that may still come can change its record. */
bool can_settle(const struct truth *truth, const struct message *message) {
  if (message->is_settled) return false;
  if (is_at_server(truth, message->response)) return false; /* F4: the server has not said that it was heard */
  if (!is_done(truth, message)) return false; /* G3: its text may still come */
  if (message->was_passed_over) return true;  /* A3 */
  if (message->has_begun) return message->has_finished && !is_waiting(message);
  return !is_ready(message) && are_earlier_over(truth, message); /* B3: in its turn */
}

/* G3, A3: what waits for its own done waits no longer than the next message's settlement. */
void settle_with_earlier(struct truth *truth, struct message *message) {
  for (struct message *earlier = truth->messages; earlier < message; earlier++) {
    if (is_behind(message, earlier) && !earlier->is_settled && is_over(truth, earlier)) settle(truth, earlier);
  }
  settle(truth, message);
}

/* ---- an interrupt ---- */

/* D8: its generation is over, and it has nothing to be heard, or all of it was. */
static bool is_all_heard(const struct truth *truth, int response) {
  if (!truth->responses[response].has_ended) return false;
  for (const struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->response == response && !message->is_settled && !was_heard_out(truth, message)) return false;
  }
  return true;
}

/* D8, D9: one that is settled, by its end or by a cut, is not touched again. */
static void note_meant(struct truth *truth, int named) {
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    struct response *response = &truth->responses[i];
    response->is_meant = response->is_known && !response->is_settled && !is_all_heard(truth, i) &&
                         (named == EVERYTHING || named == i);
  }
}

static bool is_cut_by(const struct truth *truth, const struct message *message) {
  return !message->is_settled && truth->responses[message->response].is_meant;
}

static void cancel(struct truth *truth, int which) {
  truth->responses[which].cancel_at_ms = NOT_YET;
  if (!truth->responses[which].has_ended) truth_tell(truth, (struct told){.kind = TOLD_CANCEL, .subject = which});
}

/* D13: the server has not ended it by itself. In these worlds it never says that it has heard the listener. */
void cancel_what_is_held_back(struct truth *truth) {
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    const int cancel_at_ms = truth->responses[i].cancel_at_ms;
    if (cancel_at_ms != NOT_YET && truth->clock_ms >= cancel_at_ms) cancel(truth, i);
  }
}

void cut(struct truth *truth, int named, bool is_listener) {
  truth->interrupts += 1;
  note_meant(truth, named);
  /* D1: CLEAR, if a segment lies in the sink; but B9: not for one of which all was heard and the part is done.
   */
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (!truth->responses[message->response].is_meant) continue;
    if (!message->lies_in_sink || message->is_settled || was_heard_out(truth, message)) continue;
    truth_tell(truth, (struct told){.kind = TOLD_CLEAR, .subject = message->item});
    break;
  }
  /* D1: CANCEL what is generating; D13: for a listener not at once, where the server does so by itself; D8: a host's
   * interrupt sends one that is held back. */
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    struct response *response = &truth->responses[i];
    const bool is_held = response->cancel_at_ms != NOT_YET && (named == EVERYTHING || named == i);
    if (is_listener && truth_can(truth, RTMULTI_SERVER_INTERRUPTS)) {
      if (truth->responses[i].is_meant) response->cancel_at_ms = truth->clock_ms + CLEAR_TIMEOUT_MS;
    } else if (truth->responses[i].is_meant || is_held) {
      cancel(truth, i);
    }
  }
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    if (truth->responses[i].is_meant && is_at_server(truth, i))
      truth_tell(truth, (struct told){.kind = TOLD_CLEAR_OUTPUT, .subject = i}); /* F4: behind the CANCEL */
  }
  /* D1: TRUNC of the audible message, then DELETE of the others, also of one that was passed over before it. */
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (!is_cut_by(truth, message) || message->heard_ms == 0) continue;
    tell_own_cut(truth, message, was_heard_out(truth, message) ? RTMULTI_OUTCOME_FULL : RTMULTI_OUTCOME_PARTIAL);
    if (was_heard_out(truth, message)) continue;
    /* A4: late audio is told of when its part ends, never before that. */
    if (message->debt == DEBT_OPEN && !message->was_done) continue;
    truncate_message(truth, message); /* B2 */
  }
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    const bool is_told = !is_at_server(truth, message->response); /* F4: no command follows from an estimate */
    if (is_told && is_cut_by(truth, message) && message->heard_ms == 0) forget(truth, message); /* B3, D4 */
  }
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (!is_cut_by(truth, message)) continue;
    record(truth, message,
           is_at_server(truth, message->response) ? RTMULTI_OUTCOME_FULL /* F4: the server has said nothing of it */
           : message->heard_ms == 0        ? RTMULTI_OUTCOME_SKIPPED   /* B3 */
           : was_heard_out(truth, message) ? RTMULTI_OUTCOME_FULL      /* B4, D3 */
                                           : RTMULTI_OUTCOME_PARTIAL); /* B2 */
  }
  /* See fall_due; that of a message which has settled before falls due now. */
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (truth->responses[message->response].is_meant) fall_due(message);
  }
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    if (truth->responses[i].is_meant) truth->responses[i].cut_by = truth->interrupts;
  }
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    if (truth->responses[i].is_meant) settle_response(truth, i); /* A9: settled at the cut */
  }
}
