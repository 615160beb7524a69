/* The reference: what each event and each 20 ms make of the truth, with the rule of docs/rules/RULES.md beside each
 * decision. It is slow on purpose: after every event it asks every question about every message again, until
 * nothing follows any more. Nothing of the engine is known here. Where the rules are silent, a comment says so
 * and says what is taken for right. */
#include "reference.h"

#include <rtmulti.h>
#include <string.h>

#include "settling.h"
#include "truth.h"
#include "turns.h"

/* ---- what follows by itself ---- */

/* A4, D6: the server is told once of audio that nobody heard, when its part or its response ends. */
static void pay_what_is_owed(struct truth *truth) {
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->debt == DEBT_OPEN && truth->responses[message->response].has_ended) message->debt = DEBT_DUE;
    if (message->debt != DEBT_DUE) continue;
    /* It may still be heard at a gapless sink: then P is known when it has been. */
    if (message->has_begun && !message->is_settled && !is_drained(message)) continue;
    /* A4: one that will be skipped gets the words of its settlement. */
    if (message->heard_ms == 0 && !message->is_settled) continue;
    truncate_message(truth, message);
  }
}

static bool settle_one(struct truth *truth) {
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (!can_settle(truth, message) || !has_had_turn(truth, message->response)) continue;
    settle_with_earlier(truth, message);
    return true;
  }
  return false;
}

static bool settle_one_response(struct truth *truth) {
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    if (!has_had_turn(truth, i) || !has_ended(&truth->responses[i])) continue;
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
    if (!message->has_begun || message->is_settled || message->has_finished) continue;
    if (message->heard_ms < message->given_ms) continue;
    const bool is_flushed = is_done(truth, message) || was_followed(truth, message) || is_quiet(truth, message) ||
                            message->is_set_aside; /* A6 */
    if (!is_flushed) continue;
    message->has_finished = has_any = true;
    message->lies_in_sink = false;
  }
  return has_any;
}

static bool follow_one(struct truth *truth) {
  note_moments(truth);
  pay_what_is_owed(truth); /* A4 is about the end of the part, B3 about that of the item, which comes behind it. */
  return settle_one(truth) || begin_one(truth) || settle_one_response(truth) || pass_one_by(truth) ||
         end_one_without_word(truth);
}

static void draw_consequences(struct truth *truth) {
  do {
    while (follow_one(truth)) continue;
    tell_sync(truth);
  } while (finish_at_sink(truth));
}

/* ---- events ---- */

static void hear(struct truth *truth, struct message *message) {
  message->heard_ms += TICK_MS;
  struct response *response = &truth->responses[message->response];
  if (response->is_speaking) return;
  for (int other = 0; other < RESPONSE_COUNT; other++) stop_speaking(truth, other); /* A8: it gives way */
  response->is_speaking = true;
  truth_tell(truth, (struct told){.kind = TOLD_STARTED, .subject = message->response}); /* A8 */
}

static void pass_tick(struct truth *truth) {
  if (truth->is_closed) return;
  truth->clock_ms += TICK_MS;
  cancel_what_is_held_back(truth);
  if (truth->is_paused) return; /* E3, A6 */
  truth->now_ms += TICK_MS;
  for (struct message *message = truth->messages; message < end_of(truth); message++) {
    if (message->is_settled || message->heard_ms == message->given_ms) continue;
    hear(truth, message);
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

/* A5: what waited for this item. The rule speaks of its audio; an item that is announced is known, and text of a known item
 * is its own. */
static void take_waiting_texts(struct truth *truth, struct message *message) {
  int kept = 0;
  for (int i = 0; i < truth->text_count; i++) {
    if (truth->texts[i].item != message->item) {
      truth->texts[kept++] = truth->texts[i];
    } else {
      message->texts += 1;
    }
  }
  truth->text_count = kept;
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
  take_waiting_texts(truth, opened);
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
  struct response *response = &truth->responses[message->response];
  if (response->audio_at_ms == NOT_YET) response->audio_at_ms = truth->now_ms; /* A6: also when nobody will hear it */
  response->speaker = item;                                                    /* A5: so here */
  if (is_too_late(truth, message)) {
    if (!message->is_settled) message->has_late = true; /* A4 */
    /* For a part that is done already, the response's end is the one that is left to wait for. */
    const bool knows = message->is_truncated || message->is_forgotten;
    if (!knows && message->debt == DEBT_NONE) message->debt = DEBT_OPEN;
    return;
  }
  if (!is_waiting(message)) message->ready_at_ms = truth->now_ms;
  message->came_at_ms = truth->now_ms;
  message->received_ms += AUDIO_MS;
  response->was_passed_by = false; /* A6: it has something to play again */
  if (message->has_begun && !message->is_set_aside) give_to_sink(message);
}

static void hear_text(struct truth *truth, int item) {
  const int newest = truth->responses[1].is_known ? 1 : 0;
  const int speaker = truth->responses[newest].speaker;
  if (find(truth, item) != NULL || speaker == NOBODY) {
    open_item(truth, item, UNKNOWN_INDEX)->texts += 1;
    return;
  }
  truth->texts[truth->text_count++] = /* A5: it opens nothing where there is audio */
      (struct waiting_text){.item = item, .response = newest, .speaker = speaker, .known_count = count_of(truth, newest)};
}

static void hear_done(struct truth *truth, int item) {
  struct message *message = find(truth, item);
  if (message == NULL) return; /* A5 */
  message->was_done = true;
  /* A6: of one that has ended without a word it is told at its response's own late done. */
  if (message->debt == DEBT_OPEN && !truth->responses[message->response].has_lapsed) message->debt = DEBT_DUE;
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
  if (letter >= 'x' && letter <= 'z') hear_text(truth, letter - 'x');
  if (letter >= 'p' && letter <= 'r') hear_done(truth, letter - 'p');
  const int cut_item = world_cut_by_server(truth->world, truth->step);
  const int dropped_item = world_dropped_by_server(truth->world, truth->step);
  if (cut_item >= 0) server_cuts(truth, find(truth, cut_item));
  struct message *dropped = dropped_item >= 0 ? find(truth, dropped_item) : NULL; /* A5: a transcript may be all of it */
  if (dropped != NULL) server_drops(truth, dropped);
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
  for (int i = 0; i < RESPONSE_COUNT; i++) {
    struct response *response = &truth.responses[i];
    response->is_known = i == 0;
    response->speaker = NOBODY;
    response->turn_at_ms = response->audio_at_ms = response->idle_at_ms = response->cancel_at_ms = NOT_YET;
  }
  for (; world->events[truth.step] != '\0'; truth.step++) {
    const char letter = world->events[truth.step];
    happen(&truth, letter);
    draw_consequences(&truth);
    for (int passed_ms = 0; passed_ms < world_time_ms(letter); passed_ms += TICK_MS) {
      pass_tick(&truth);
      finish_at_sink(&truth);
      draw_consequences(&truth);
    }
  }
  for (const struct message *message = truth.messages; message < end_of(&truth); message++) {
    account->heard_ms[message->item] = message->heard_ms;
  }
}
