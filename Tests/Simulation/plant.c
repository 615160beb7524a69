/* Faults planted between the library and the witness; see plant.h. */
#include "plant.h"

enum change { CHANGE_DROP, CHANGE_REPEAT, CHANGE_EDIT };

/* Which effect a plant waits for, and what it does with it. */
static const struct {
  const char *name;
  rtmulti_effect_kind effect;
  uint32_t kind; /* of the event, command or diagnostic */
  enum change change;
} plants[PLANT_COUNT] = {
    [PLANT_DROPPED_TRUNCATE] = {"a truncate is dropped", RTMULTI_EFFECT_COMMAND, RTMULTI_COMMAND_TRUNCATE,
                                CHANGE_DROP},
    [PLANT_SHIFTED_TRUNCATE] = {"a truncate is 30 ms off", RTMULTI_EFFECT_COMMAND, RTMULTI_COMMAND_TRUNCATE,
                                CHANGE_EDIT},
    [PLANT_REPEATED_TRUNCATE] = {"a truncate is said twice", RTMULTI_EFFECT_COMMAND, RTMULTI_COMMAND_TRUNCATE,
                                 CHANGE_REPEAT},
    [PLANT_DROPPED_DELETE] = {"a delete is dropped", RTMULTI_EFFECT_COMMAND, RTMULTI_COMMAND_DELETE,
                              CHANGE_DROP},
    [PLANT_REPEATED_DELETE] = {"a delete is said twice", RTMULTI_EFFECT_COMMAND, RTMULTI_COMMAND_DELETE,
                               CHANGE_REPEAT},
    [PLANT_REPEATED_CANCEL] = {"a cancel is said twice", RTMULTI_EFFECT_COMMAND, RTMULTI_COMMAND_CANCEL,
                               CHANGE_REPEAT},
    [PLANT_DROPPED_CANCEL] = {"a cancel is dropped", RTMULTI_EFFECT_COMMAND, RTMULTI_COMMAND_CANCEL,
                              CHANGE_DROP},
    [PLANT_SWALLOWED_RECORD] = {"a record is swallowed", RTMULTI_EFFECT_EVENT, RTMULTI_EVENT_MESSAGE,
                                CHANGE_DROP},
    [PLANT_REPEATED_RECORD] = {"a record comes twice", RTMULTI_EFFECT_EVENT, RTMULTI_EVENT_MESSAGE,
                               CHANGE_REPEAT},
    [PLANT_WRONG_OUTCOME] = {"a partial message is called full", RTMULTI_EFFECT_EVENT, RTMULTI_EVENT_MESSAGE,
                             CHANGE_EDIT},
    [PLANT_FALSE_POSITION] = {"a record has 1 ms too much", RTMULTI_EFFECT_EVENT, RTMULTI_EVENT_MESSAGE,
                              CHANGE_EDIT},
    [PLANT_SHORT_RECORD] = {"a record has only half of its text", RTMULTI_EFFECT_EVENT, RTMULTI_EVENT_MESSAGE,
                            CHANGE_EDIT},
    [PLANT_SWALLOWED_SETTLED] = {"a settlement is swallowed", RTMULTI_EFFECT_EVENT, RTMULTI_EVENT_SETTLED,
                                 CHANGE_DROP},
    [PLANT_REPEATED_SETTLED] = {"a settlement comes twice", RTMULTI_EFFECT_EVENT, RTMULTI_EVENT_SETTLED,
                                CHANGE_REPEAT},
    [PLANT_SWALLOWED_START] = {"a start to speak is swallowed", RTMULTI_EFFECT_EVENT,
                               RTMULTI_EVENT_SPEAKING_STARTED, CHANGE_DROP},
    [PLANT_FOREIGN_TEXT] = {"heard text has a foreign word", RTMULTI_EFFECT_EVENT, RTMULTI_EVENT_HEARD_TEXT,
                            CHANGE_EDIT},
    [PLANT_SWALLOWED_TEXT] = {"heard text is swallowed", RTMULTI_EFFECT_EVENT, RTMULTI_EVENT_HEARD_TEXT,
                              CHANGE_DROP},
    [PLANT_REPEATED_CALL] = {"a call comes twice", RTMULTI_EFFECT_EVENT, RTMULTI_EVENT_FUNCTION_CALL,
                             CHANGE_REPEAT},
    [PLANT_SWALLOWED_SILENCE] = {"a command that is never answered is not told of", RTMULTI_EFFECT_DIAGNOSTIC,
                                 RTMULTI_DIAGNOSTIC_COMMAND_UNANSWERED, CHANGE_DROP},
    [PLANT_WRITE_AFTER_FLUSH] = {"a write comes after its flush", RTMULTI_EFFECT_FLUSH, 0, CHANGE_EDIT},
    [PLANT_REPEATED_FLUSH] = {"a flush comes twice", RTMULTI_EFFECT_FLUSH, 0, CHANGE_REPEAT},
};

const char *plant_name(enum plant_kind kind) { return kind == PLANT_NONE ? "nothing" : plants[kind].name; }

static bool is_meant(const struct plant *plant, const rtmulti_effect *effect) {
  if (plant->kind == PLANT_NONE || plant->is_done || effect->kind != plants[plant->kind].effect) return false;
  if (effect->kind == RTMULTI_EFFECT_COMMAND) return effect->command->kind == plants[plant->kind].kind;
  if (effect->kind == RTMULTI_EFFECT_DIAGNOSTIC) return effect->diagnostic->kind == plants[plant->kind].kind;
  if (effect->kind != RTMULTI_EFFECT_EVENT) return true;
  if (effect->event->kind != plants[plant->kind].kind) return false;
  if (plant->kind == PLANT_SHORT_RECORD) return effect->event->message->heard_text_size > 1;
  if (plant->kind == PLANT_WRONG_OUTCOME)
    return effect->event->message->outcome == RTMULTI_OUTCOME_PARTIAL &&
           effect->event->message->heard_ms != effect->event->message->received_ms;
  return true;
}

/* The effect with its one lie; what it points to lives until `next` has returned. */
static int32_t pass_edited(const struct plant *plant, const rtmulti_effect *effect,
                           int32_t (*next)(void *context, const rtmulti_effect *effect), void *context) {
  static const int16_t silence[160];
  rtmulti_effect edited = *effect;
  rtmulti_event event;
  rtmulti_message message;
  rtmulti_command command;
  if (effect->kind == RTMULTI_EFFECT_FLUSH) {
    const int32_t answer = next(context, effect);
    edited.kind = RTMULTI_EFFECT_WRITE;
    edited.pcm = silence;
    edited.frames = 160;
    next(context, &edited);
    return answer;
  }
  if (effect->kind == RTMULTI_EFFECT_COMMAND) {
    command = *effect->command;
    command.audio_end_ms += command.audio_end_ms >= 30 ? -30 : 30;
    edited.command = &command;
    return next(context, &edited);
  }
  event = *effect->event;
  if (event.message != NULL) {
    message = *event.message;
    if (plant->kind == PLANT_WRONG_OUTCOME) message.outcome = RTMULTI_OUTCOME_FULL;
    if (plant->kind == PLANT_FALSE_POSITION) message.heard_ms += 1;
    if (plant->kind == PLANT_SHORT_RECORD) message.heard_text_size /= 2;
    event.message = &message;
  }
  if (plant->kind == PLANT_FOREIGN_TEXT) {
    event.text = "never ";
    event.text_size = 6;
  }
  edited.event = &event;
  return next(context, &edited);
}

int32_t plant_pass(struct plant *plant, const rtmulti_effect *effect,
                   int32_t (*next)(void *context, const rtmulti_effect *effect), void *context) {
  if (!is_meant(plant, effect)) return next(context, effect);
  plant->is_done = true;
  switch (plants[plant->kind].change) {
    case CHANGE_DROP: return effect->kind == RTMULTI_EFFECT_WRITE ? (int32_t)effect->frames : 0;
    case CHANGE_REPEAT: next(context, effect); return next(context, effect);
    default: return pass_edited(plant, effect, next, context);
  }
}
