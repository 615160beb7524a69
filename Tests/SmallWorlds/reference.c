/* The reference: what each event and each 20 ms make of the truth, with the rule of docs/rules/RULES.md beside each
 * decision. It is slow on purpose: after every event it asks every question about every message again, until
 * nothing follows any more. Nothing of the engine is known here. Where the rules are silent, a comment says so
 * and says what is taken for right. */
#include "reference.h"

#include <rtmulti.h>
#include <string.h>

#include "truth.h"

/* ---- outcomes ---- */

/* Audio that comes behind its part's done leaves a debt that no later done makes due. No rule names the moment;
 * it is the response's end, the message's settlement, or the cut, whichever comes first. */
static void fall_due(struct message *message) {
  if (message->debt == DEBT_OPEN && message->was_done) message->debt = DEBT_DUE;
}

static void record(struct truth *truth, struct message *message, int outcome) {
  message->is_settled = true;
  fall_due(message);
  truth_tell(truth, (struct told){.kind = TOLD_MESSAGE,
                                  .subject = message->item,
                                  .outcome = outcome,
                                  .ms = message->heard_ms,
                                  .texts = outcome == RTMULTI_OUTCOME_FULL ? message->texts : 0}); /* G3 */
}

static void settle_response(struct truth *truth, int which) {
  struct response *response = &truth->responses[which];
  if (response->is_settled) return;
  response->is_settled = true;
  /* A8, A9 */
  if (response->has_spoken) truth_tell(truth, (struct told){.kind = TOLD_STOPPED, .subject = which});
  truth_tell(truth, (struct told){.kind = TOLD_SETTLED, .subject = which});
}

/* Without an interrupt: heard to the end, or silent to the end. */
static void settle(struct truth *truth, struct message *message) {
  if (message->heard_ms > 0) {
    record(truth, message, RTMULTI_OUTCOME_FULL); /* B1 */
    return;
  }
  forget(truth, message); /* B3 */
  record(truth, message, RTMULTI_OUTCOME_SKIPPED);
}

/* Its outcome is known, and nothing that may still come can change its record. */
static bool can_settle(const struct truth *truth, const struct message *message) {
  if (message->is_settled) return false;
  if (!is_done(truth, message)) return false; /* G3: its text may still come */
  if (message->was_passed_over) return true;  /* A3 */
  if (message->has_begun) return message->has_finished;
  return !is_ready(message) && are_earlier_over(truth, message); /* B3: in its turn */
}

/* G3, A3: what waits for its own done waits no longer than the next message's settlement. */
static void settle_with_earlier(struct truth *truth, struct message *message) {
  for (struct message *earlier = truth->messages; earlier < message; earlier++) {
    if (is_behind(message, earlier) && !earlier->is_settled && is_over(truth, earlier)) settle(truth, earlier);
  }
  settle(truth, message);
}

/* ---- an interrupt ---- */

static bool is_meant(const struct truth *truth, int response, int named) {
  const struct response *any = &truth->responses[response];
  /* D8, D9: one that is settled, by its end or by a cut, is not touched again. */
  return any->is_known && !any->is_settled && (named == EVERYTHING || named == response);
}

static bool is_cut_by(const struct truth *truth, const struct message *message, int named) {
  return !message->is_settled && is_meant(truth, message->response, named);
}

static void cut(struct truth *truth, int named, bool is_listener) {
  truth->interrupts += 1;
  /* D1: CLEAR, if a segment lies in the sink; but B9: not for one of which all was heard and the part is done.
   */
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (!is_meant(truth, message->response, named)) continue;
    if (!message->lies_in_sink || message->is_settled || was_heard_out(truth, message)) continue;
    truth_tell(truth, (struct told){.kind = TOLD_CLEAR, .subject = message->item});
    break;
  }
  /* D1, D13: CANCEL what is generating, unless the server did so by itself. */
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    if (!is_meant(truth, i, named) || truth->responses[i].has_ended) continue;
    if (is_listener && truth_can(truth, RTMULTI_SERVER_INTERRUPTS)) continue;
    truth_tell(truth, (struct told){.kind = TOLD_CANCEL, .subject = i});
  }
  /* D1: TRUNC of the audible message, then DELETE of the others, also of one that was passed over before it. */
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (is_cut_by(truth, message, named) && message->heard_ms > 0 && !was_heard_out(truth, message))
      truncate_message(truth, message); /* B2 */
  }
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (is_cut_by(truth, message, named) && message->heard_ms == 0) forget(truth, message); /* B3, D4 */
  }
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (!is_cut_by(truth, message, named)) continue;
    record(truth, message,
           message->heard_ms == 0          ? RTMULTI_OUTCOME_SKIPPED   /* B3 */
           : was_heard_out(truth, message) ? RTMULTI_OUTCOME_FULL      /* B4, D3 */
                                           : RTMULTI_OUTCOME_PARTIAL); /* B2 */
  }
  /* See fall_due; that of a message which has settled before falls due now. */
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (is_meant(truth, message->response, named)) fall_due(message);
  }
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    if (is_meant(truth, i, named)) truth->responses[i].cut_by = truth->interrupts;
  }
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    if (is_meant(truth, i, named)) settle_response(truth, i); /* A9: settled at the cut */
  }
}

/* ---- what follows by itself ---- */

/* A4, D6: the server is told once of audio that nobody heard, when its part or its response ends. */
static void pay_what_is_owed(struct truth *truth) {
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->debt == DEBT_OPEN && truth->responses[message->response].has_ended) message->debt = DEBT_DUE;
    if (message->debt != DEBT_DUE) continue;
    /* It may still be heard at a gapless sink: then P is known when it has been. */
    if (message->has_begun && !message->is_settled && !is_drained(message)) continue;
    truncate_message(truth, message);
  }
}

/* A6: one response after the other. */
static bool is_turn_of(const struct truth *truth, int response) {
  for (int earlier = 0; earlier < response; earlier++) {
    if (truth->responses[earlier].is_known && !truth->responses[earlier].is_settled) return false;
  }
  return truth->responses[response].is_known && !truth->responses[response].is_settled;
}

/* A2, A3: whether this earlier message holds up the one that wants to begin. */
static bool holds_up(const struct truth *truth, const struct message *earlier) {
  if (earlier->is_settled || earlier->was_passed_over) return false;
  if (earlier->has_begun) {
    if (is_drained(earlier)) return false;
    if (!truth->world->is_gapless) return true;
    return !is_done(truth, earlier) && earlier->received_ms - earlier->heard_ms >= HANDOVER_MS;
  }
  if (is_ready(earlier)) return true;
  return !is_done(truth, earlier) && !is_awaited(truth, earlier, TURN_PATIENCE_MS);
}

static bool begin_one(struct truth *truth) {
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->is_settled || message->has_begun || message->was_passed_over) continue;
    if (!is_ready(message) || !is_turn_of(truth, message->response)) continue;
    bool is_held_up = false;
    for (struct message *earlier = truth->messages; earlier < message; earlier++) {
      if (is_behind(message, earlier) && holds_up(truth, earlier)) is_held_up = true;
    }
    if (is_held_up) continue;
    message->has_begun = true;
    message->lies_in_sink = true;
    for (struct message *earlier = truth->messages; earlier < message; earlier++) {
      const bool is_silent = !earlier->is_settled && !earlier->has_begun;
      if (is_silent && is_behind(message, earlier) && !is_done(truth, earlier)) earlier->was_passed_over = true;
    }
    return true;
  }
  return false;
}

static bool settle_one(struct truth *truth) {
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (!can_settle(truth, message) || !is_turn_of(truth, message->response)) continue;
    settle_with_earlier(truth, message);
    return true;
  }
  return false;
}

static bool settle_one_response(struct truth *truth) {
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    if (!is_turn_of(truth, i) || !truth->responses[i].has_ended) continue;
    bool has_all = true;
    for (const struct message *message = truth->messages; message < end_of(truth); message++) {
      if (message->response == i && !message->is_settled) has_all = false;
    }
    if (!has_all) continue;
    settle_response(truth, i);
    return true;
  }
  return false;
}

/* A2: FLUSH has left, and all that was written has been heard; then the sink says so, which is an input of its own. */
static bool finish_at_sink(struct truth *truth) {
  bool has_any = false;
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->is_settled || message->has_finished || !is_drained(message)) continue;
    if (!is_done(truth, message) && !is_awaited(truth, message, 0)) continue;
    message->has_finished = has_any = true;
    message->lies_in_sink = false;
  }
  return has_any;
}

static void draw_consequences(struct truth *truth) {
  do {
    do {
      /* A4 is about the end of the part, B3 about that of the item, which comes behind it. */
      pay_what_is_owed(truth);
    } while (settle_one(truth) || begin_one(truth) || settle_one_response(truth));
    tell_sync(truth);
  } while (finish_at_sink(truth));
}

/* ---- events ---- */

static void pass_tick(struct truth *truth) {
  truth->now_ms += TICK_MS;
  if (truth->is_paused || truth->is_closed) return; /* E3 */
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (!message->has_begun || message->is_settled || is_drained(message)) continue;
    struct response *response = &truth->responses[message->response];
    if (!response->has_spoken)
      truth_tell(truth, (struct told){.kind = TOLD_STARTED, .subject = message->response}); /* A8 */
    response->has_spoken = true;
    message->heard_ms += TICK_MS;
    return;
  }
}

static struct message *find(struct truth *truth, int item) {
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->item == item) return message;
  }
  return NULL;
}

/* A1: by output_index; a repeated one keeps the order of announcement. */
static struct message *insert(struct truth *truth, struct message message) {
  int place = truth->message_count;
  for (; place > 0; place--) {
    const struct message *before = &truth->messages[place - 1];
    if (before->response < message.response) break;
    if (before->response == message.response && before->output_index <= message.output_index) break;
    truth->messages[place] = *before;
  }
  truth->messages[place] = message;
  truth->message_count += 1;
  return &truth->messages[place];
}

/* `output_index` is UNKNOWN_INDEX for a delta that opens its item: A5, in the newest response, behind all
 * others. */
static struct message *open_item(struct truth *truth, int item, int output_index) {
  struct message *known = find(truth, item);
  if (known != NULL) return known; /* A5: a repeated announcement changes nothing */
  struct message message = {.item = item, .output_index = output_index};
  const bool is_of_second = truth->responses[1].is_known && (item > 0 || output_index == UNKNOWN_INDEX);
  message.response = is_of_second ? 1 : 0;
  if (output_index == UNKNOWN_INDEX) {
    message.output_index = 0;
    for (const struct message *other = truth->messages; other < end_of(truth); other++) {
      if (other->response == message.response && other->output_index >= message.output_index)
        message.output_index = other->output_index + 1;
    }
  }
  struct message *opened = insert(truth, message);
  if (was_followed(truth, opened)) opened->was_passed_over = true; /* A3 */
  if (!truth->responses[opened->response].is_settled) return opened;
  /* D5: it is deleted as soon as it is announced; and every message has exactly one outcome (B). The rules
   * speak of interrupted responses only; one that was heard to its end has settled too, and so nothing more of
   * it can play. */
  forget(truth, opened);
  record(truth, opened, RTMULTI_OUTCOME_SKIPPED);
  return opened;
}

static void hear_audio(struct truth *truth, int item) {
  struct message *message = open_item(truth, item, UNKNOWN_INDEX);
  message->sent_ms += AUDIO_MS;
  if (is_too_late(truth, message)) {
    /* For a part that is done already, the response's end is the one that is left to wait for. */
    const bool knows = message->is_truncated || message->is_forgotten;
    if (!knows && message->debt == DEBT_NONE) message->debt = DEBT_OPEN;
    return;
  }
  if (!is_ready(message)) message->ready_at_ms = truth->now_ms;
  message->received_ms += AUDIO_MS;
  message->lies_in_sink = message->has_begun;
  message->has_finished = false;
}

static void hear_done(struct truth *truth, int item) {
  struct message *message = find(truth, item);
  if (message == NULL) return; /* A5 */
  message->was_done = true;
  if (message->debt == DEBT_OPEN) message->debt = DEBT_DUE;
}

/* E5: no account changes; but what was heard on the old one does not lie in the new one. */
static void replace_sink(struct truth *truth) {
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (is_drained(message)) message->lies_in_sink = false;
  }
}

static void close_all(struct truth *truth) {
  cut(truth, EVERYTHING, false); /* B10 */
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->debt != DEBT_NONE) truncate_message(truth, message);
  }
  truth->is_closed = true;
}

static void happen(struct truth *truth, char letter) {
  if (truth->is_closed) return;
  if (letter >= 'a' && letter <= 'c') open_item(truth, letter - 'a', letter - 'a');
  if (letter >= 'A' && letter <= 'C') hear_audio(truth, letter - 'A');
  if (letter >= 'x' && letter <= 'z') open_item(truth, letter - 'x', UNKNOWN_INDEX)->texts += 1;
  if (letter >= 'p' && letter <= 'r') hear_done(truth, letter - 'p');
  switch (letter) {
    case 'E':
    case 'K': truth->responses[0].has_ended = true; break;                         /* F7: no interruption */
    case 'F': truth->responses[1].has_ended = truth->responses[1].is_known; break; /* A5 */
    case 'N': truth->responses[1].is_known = true; break;
    case 'I': cut(truth, EVERYTHING, true); break;
    case 'H': cut(truth, EVERYTHING, false); break;
    case 'J': cut(truth, 0, true); break;
    case 'L': cut(truth, 1, true); break;
    case 'P': truth->is_paused = true; break;
    case 'R': truth->is_paused = false; break;
    case 'S': replace_sink(truth); break;
    case 'Q': close_all(truth); break;
    default: break;
  }
}

void reference_live(const struct world *world, struct account *account) {
  struct truth truth = {.world = world, .account = account};
  memset(account, 0, sizeof *account);
  truth.responses[0].is_known = true;
  for (; world->events[truth.step] != '\0'; truth.step++) {
    const char letter = world->events[truth.step];
    happen(&truth, letter);
    draw_consequences(&truth);
    for (int passed_ms = 0; letter == 'T' && passed_ms < TIME_MS; passed_ms += TICK_MS) {
      pass_tick(&truth);
      finish_at_sink(&truth);
      draw_consequences(&truth);
    }
  }
  for (const struct message *message = truth.messages; message < end_of(&truth); message++) {
    account->heard_ms[message->item] = message->heard_ms;
  }
}
