/* What the leading session says, and what the host does about it while it is said: the sink takes, the server obeys,
 * and some inputs come from inside. */
#include <string.h>

#include "law.h"
#include "talk.h"

static struct op *react(struct talk *talk, struct answer *answer, enum op_kind kind) {
  if (answer->reaction_count == REACTION_COUNT) return NULL;
  struct op *op = &answer->reactions[answer->reaction_count++];
  *op = (struct op){.kind = kind, .content = -1, .output = -1, .at_us = RTMULTI_NOW, .event = ++talk->events};
  talk->tallies->nested += 1;
  return op;
}

/* Whatever a host may say at any moment. */
static void react_somehow(struct talk *talk, struct answer *answer) {
  struct op *op;
  switch (random_below(&talk->random, 5)) {
    case 0:
      op = react(talk, answer, OP_INTERRUPT);
      if (op == NULL) return;
      op->number = RTMULTI_INTERRUPTED_BY_LISTENER + random_below(&talk->random, 2);
      for (int i = 0; i < talk->server.response_count; i++) talk->server.responses[i].may_be_cut = true;
      talk->tallies->interrupts += 1;
      break;
    case 1: react(talk, answer, OP_CANCEL); break;
    case 2:
      /* A sink that cannot pause says so in another way from inside. */
      if (talk->ear.has_sink && talk->ear.sink.flags & RTMULTI_SINK_CAN_PAUSE &&
          (talk->plan.config.server & RTMULTI_SERVER_OWNS_PLAYOUT) == 0)
        react(talk, answer, OP_PAUSE);
      break;
    case 3: react(talk, answer, OP_RESUME); break;
    default: react(talk, answer, OP_READY); break;
  }
}

static void heed_command(struct talk *talk, const rtmulti_command *command, struct answer *answer) {
  server_told(talk, command);
  if (talk->is_wrong || talk->is_closed || !talk->plan.reacts || !random_chance(&talk->random, 30)) return;
  struct op op;
  if (answer->reaction_count == REACTION_COUNT || !server_answer(talk, &op)) return;
  op.event = ++talk->events;
  server_says(talk, &op);
  answer->reactions[answer->reaction_count++] = op;
  talk->tallies->nested += 1;
}

void talk_heed(struct talk *talk, const rtmulti_effect *effect, struct answer *answer) {
  const bool fails = talk->plan.fails && random_chance(&talk->random, 4);
  switch (effect->kind) {
    case RTMULTI_EFFECT_WRITE:
      if (fails) {
        answer->returned = -1;
        talk->ear.was_full = true;
        return;
      }
      answer->returned = (int32_t)ear_write(talk, effect);
      break;
    case RTMULTI_EFFECT_FLUSH: ear_flush(talk, effect->segment); break;
    case RTMULTI_EFFECT_CLEAR: ear_clear(talk, effect->segment, answer); break;
    case RTMULTI_EFFECT_PAUSE:
      if ((talk->ear.sink.flags & RTMULTI_SINK_CAN_PAUSE) == 0)
        talk_wrong(talk, "a sink that cannot pause is paused (rule E4)");
      talk->ear.is_paused = true;
      break;
    case RTMULTI_EFFECT_RESUME: talk->ear.is_paused = false; break;
    case RTMULTI_EFFECT_TEXT_WRITE:
      if (random_chance(&talk->random, 60) && !talk->is_closed) {
        struct op *op = react(talk, answer, OP_SHOWN);
        if (op != NULL) snprintf(op->item, NAME_SIZE, "%s", effect->item_id);
      }
      break;
    case RTMULTI_EFFECT_EVENT: law_event(talk, effect->event); break;
    case RTMULTI_EFFECT_COMMAND: heed_command(talk, effect->command, answer); break;
    case RTMULTI_EFFECT_DIAGNOSTIC: law_diagnostic(talk, effect->diagnostic); break;
    case RTMULTI_EFFECT_HEARD_AUDIO: law_heard_audio(talk, effect->heard_audio); break;
    default: talk_wrong(talk, "an unknown effect, %u", (unsigned)effect->kind); break;
  }
  if (fails && effect->kind != RTMULTI_EFFECT_WRITE) answer->returned = -1;
  if (talk->plan.reacts && !talk->is_closed && random_chance(&talk->random, 3)) react_somehow(talk, answer);
}
