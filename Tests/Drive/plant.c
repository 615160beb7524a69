/* Planted faults; see plant.h. */
#include "plant.h"

#include <string.h>

#include "talk.h"

static const char *const names[PLANT_COUNT] = {
    [PLANT_NONE] = "none",
    [PLANT_DROPPED_TRUNCATE] = "a TRUNC never arrives",
    [PLANT_DROPPED_DELETE] = "a DELETE never arrives",
    [PLANT_MS_TOO_LONG] = "a TRUNC is 3 ms too long",
    [PLANT_OTHER_ITEM] = "a TRUNC names another item",
    [PLANT_MESSAGE_TWICE] = "a record comes twice",
    [PLANT_MESSAGE_LOST] = "a record is lost",
    [PLANT_SETTLED_LOST] = "a SETTLED is lost",
    [PLANT_OUTCOME_CHANGED] = "a partial message is called full",
    [PLANT_RECORD_LONGER] = "a record has 3 ms too few",
    [PLANT_CANCEL_TWICE] = "a CANCEL comes twice",
    [PLANT_CALL_LOST] = "a function call is lost",
    [PLANT_STOPPED_LOST] = "a speaking stopped is lost",
    [PLANT_STARTED_TWICE] = "a playback started comes twice",
    [PLANT_TEXT_LOST] = "a piece of heard text is lost",
    [PLANT_RECORD_TEXT_CUT] = "the text of a full record lacks its end",
    [PLANT_SAMPLE_WRONG] = "a sample is one higher",
    [PLANT_FRAME_MISSING] = "the first frame of a write is missing",
    [PLANT_WRITE_TWICE] = "a write comes twice",
    [PLANT_ORDER] = "two effects come the other way round, by one door",
    [PLANT_ONE_FRAME_FEWER] = "a write is a frame shorter, by one door",
    [PLANT_ONE_TEXT] = "a diagnostic says something else, by one door",
    [PLANT_QUERY] = "a query is answered differently, by one door",
    [PLANT_INPUT_SWALLOWED] = "an input is swallowed, by one door",
    [PLANT_INTERRUPT_SWALLOWED] = "an interrupt is swallowed, by all doors",
    [PLANT_REPLAY] = "a replay lists something else",
};

const char *plant_name(enum plant plant) { return names[plant]; }

static void alter_command(int plant, struct planted *planted) {
  rtmulti_effect *effect = &planted->effects[0];
  planted->command = *effect->command;
  effect->command = &planted->command;
  const rtmulti_command_kind kind = planted->command.kind;
  if (plant == PLANT_DROPPED_TRUNCATE && kind == RTMULTI_COMMAND_TRUNCATE) planted->count = 0;
  if (plant == PLANT_DROPPED_DELETE && kind == RTMULTI_COMMAND_DELETE) planted->count = 0;
  if (plant == PLANT_MS_TOO_LONG && kind == RTMULTI_COMMAND_TRUNCATE) planted->command.audio_end_ms += 3;
  if (plant == PLANT_OTHER_ITEM && kind == RTMULTI_COMMAND_TRUNCATE) {
    planted->command.item_id = "item_1";
    planted->command.item_id_size = 6;
  }
  if (plant == PLANT_CANCEL_TWICE && kind == RTMULTI_COMMAND_CANCEL) planted->count = 2;
}

static void alter_message(int plant, struct planted *planted) {
  planted->message = *planted->event.message;
  planted->event.message = &planted->message;
  rtmulti_message *message = &planted->message;
  if (plant == PLANT_MESSAGE_TWICE) planted->count = 2;
  if (plant == PLANT_MESSAGE_LOST) planted->count = 0;
  if (plant == PLANT_OUTCOME_CHANGED && message->outcome == RTMULTI_OUTCOME_PARTIAL)
    message->outcome = RTMULTI_OUTCOME_FULL;
  if (plant == PLANT_RECORD_LONGER && message->heard_ms > 10) message->heard_ms -= 3;
  if (plant == PLANT_RECORD_TEXT_CUT && message->outcome == RTMULTI_OUTCOME_FULL && message->heard_text_size > 0)
    message->heard_text_size -= 1;
}

static void alter_event(int plant, struct planted *planted) {
  rtmulti_effect *effect = &planted->effects[0];
  planted->event = *effect->event;
  effect->event = &planted->event;
  switch (planted->event.kind) {
    case RTMULTI_EVENT_MESSAGE: alter_message(plant, planted); break;
    case RTMULTI_EVENT_SETTLED:
      if (plant == PLANT_SETTLED_LOST) planted->count = 0;
      break;
    case RTMULTI_EVENT_FUNCTION_CALL:
      if (plant == PLANT_CALL_LOST) planted->count = 0;
      break;
    case RTMULTI_EVENT_SPEAKING_STOPPED:
      if (plant == PLANT_STOPPED_LOST) planted->count = 0;
      break;
    case RTMULTI_EVENT_PLAYBACK_STARTED:
      if (plant == PLANT_STARTED_TWICE) planted->count = 2;
      break;
    case RTMULTI_EVENT_HEARD_TEXT:
      if (plant == PLANT_TEXT_LOST) planted->count = 0;
      break;
    default: break;
  }
}

static void alter_write(struct talk *talk, const struct lane *lane, struct planted *planted) {
  static int16_t pcm[200000];
  rtmulti_effect *effect = &planted->effects[0];
  const bool is_mine = lane->number == talk->doors.count - 1;
  if (talk->plant == PLANT_WRITE_TWICE) planted->count = 2;
  if (talk->plant == PLANT_ONE_FRAME_FEWER && is_mine && effect->frames > 1) effect->frames -= 1;
  if (effect->pcm == NULL || effect->frames < 2) return;
  if (talk->plant == PLANT_FRAME_MISSING) {
    effect->pcm += talk->ear.channels;
    effect->frames -= 1;
  }
  if (talk->plant == PLANT_SAMPLE_WRONG && (size_t)effect->frames * talk->ear.channels < sizeof pcm / sizeof pcm[0]) {
    memcpy(pcm, effect->pcm, (size_t)effect->frames * talk->ear.channels * sizeof pcm[0]);
    pcm[0] = (int16_t)(pcm[0] ^ 1);
    effect->pcm = pcm;
  }
}

void plant_alter(struct talk *talk, struct lane *lane, const rtmulti_effect *effect, struct planted *planted) {
  planted->count = 1;
  planted->effects[0] = *effect;
  const bool is_mine = lane->number == talk->doors.count - 1;
  if (talk->plant == PLANT_ORDER && is_mine) {
    /* Each flush is held back until the next effect has come. */
    if (lane->has_held_flush) {
      planted->effects[1] = (rtmulti_effect){.kind = RTMULTI_EFFECT_FLUSH, .segment = lane->held_flush};
      planted->count = 2;
      lane->has_held_flush = false;
    } else if (effect->kind == RTMULTI_EFFECT_FLUSH) {
      lane->has_held_flush = true;
      lane->held_flush = effect->segment;
      planted->count = 0;
    }
    return;
  }
  if (effect->kind == RTMULTI_EFFECT_COMMAND) alter_command(talk->plant, planted);
  if (effect->kind == RTMULTI_EFFECT_EVENT) alter_event(talk->plant, planted);
  if (effect->kind == RTMULTI_EFFECT_WRITE) alter_write(talk, lane, planted);
  if (effect->kind == RTMULTI_EFFECT_DIAGNOSTIC && talk->plant == PLANT_ONE_TEXT && is_mine) {
    static rtmulti_diagnostic diagnostic;
    diagnostic = *effect->diagnostic;
    diagnostic.result -= 1;
    planted->effects[0].diagnostic = &diagnostic;
  }
  planted->effects[1] = planted->effects[0];
}

bool plant_swallows(struct talk *talk, const struct lane *lane, const struct op *op) {
  if (talk->plant == PLANT_INTERRUPT_SWALLOWED) return op->kind == OP_INTERRUPT;
  return talk->plant == PLANT_INPUT_SWALLOWED && lane->number == talk->doors.count - 1 && op->kind == OP_PART_DONE;
}

bool plant_lies(const struct talk *talk, const struct lane *lane) {
  return talk->plant == PLANT_QUERY && lane->number == talk->doors.count - 1;
}
