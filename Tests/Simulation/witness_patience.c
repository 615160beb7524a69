/* Commands that are never answered (rule F11): the witness keeps the commands in the order in which they were sent, with
 * when each was answered, and counts which of them must have been told of by now. */
#include "witness.h"

#include <string.h>

enum { REMEMBERED = 64, IN_A_ROW = 3 };

/* NULL if there is none. */
static struct witness_command *find(struct witness *witness, rtmulti_command_kind kind, struct slice id) {
  struct witness_command *newest = NULL;
  for (struct witness_command *command = witness->sent; command != NULL; command = command->next) {
    if (command->kind == kind && slice_equal(command->id, id)) newest = command;
  }
  return newest;
}

static void answered(struct witness *witness, struct witness_command *command) {
  if (command != NULL && command->answered_ms == NOT_GIVEN) command->answered_ms = witness->run->now_ms;
}

void witness_sent(struct witness *witness, const rtmulti_command *command) {
  const bool is_cancel = command->kind == RTMULTI_COMMAND_CANCEL;
  if (!is_cancel && command->kind != RTMULTI_COMMAND_TRUNCATE && command->kind != RTMULTI_COMMAND_DELETE) return;
  struct run *run = witness->run;
  struct witness_command *sent = arena_take(run->arena, sizeof *sent);
  *sent = (struct witness_command){
      .kind = command->kind,
      .id = is_cancel ? arena_copy(run->arena, command->response_id, command->response_id_size)
                      : arena_copy(run->arena, command->item_id, command->item_id_size),
      .content = command->content_index,
      .ms = command->audio_end_ms,
      .sent_ms = run->now_ms,
      .answered_ms = NOT_GIVEN,
  };
  struct witness_command **end = &witness->sent;
  while (*end != NULL) end = &(*end)->next;
  *end = sent;
  witness->sent_count += 1;
}

/* A line answers a command: its end, its refusal, or the server's word that it was done. */
void witness_answers(struct witness *witness, const struct input *input) {
  const struct server_item *known = server_find_item(&witness->run->server, input->id);
  const int32_t content = known == NULL ? 0 : server_audio_content(known, input->content);
  if (witness->is_closed) return;
  switch (input->kind) {
    case INPUT_REJECT: answered(witness, find(witness, input->command, input->id)); break;
    case INPUT_RESPONSE_DONE: answered(witness, find(witness, RTMULTI_COMMAND_CANCEL, input->id)); break;
    case INPUT_DELETED: answered(witness, find(witness, RTMULTI_COMMAND_DELETE, input->id)); break;
    case INPUT_TRUNCATED:
      for (struct witness_command *command = witness->sent; command != NULL; command = command->next) {
        const bool is_meant = command->kind == RTMULTI_COMMAND_TRUNCATE && slice_equal(command->id, input->id) &&
                              command->content == content && command->ms == input->ms;
        if (!is_meant || command->answered_ms != NOT_GIVEN) continue;
        answered(witness, command);
        break;
      }
      break;
    case INPUT_RECONNECT:
      for (struct witness_command *command = witness->sent; command != NULL; command = command->next)
        command->is_of_lost = true;
      break;
    default: break;
  }
}

/* How many commands of a kind must have been told of, if each was sent so much later than it was seen. */
static uint64_t owed_of_kind(const struct witness *witness, rtmulti_command_kind kind, int64_t later_ms) {
  const int64_t patience_ms = witness->run->scenario->config.command_patience_ms + later_ms;
  const bool answers = witness->run->scenario->config.answers && kind != RTMULTI_COMMAND_CANCEL;
  uint64_t count = 0;
  int in_a_row = 0;
  for (const struct witness_command *command = witness->sent; command != NULL; command = command->next) {
    const int64_t due_ms = command->sent_ms + patience_ms;
    if (command->kind != kind || in_a_row == IN_A_ROW) continue;
    if (answers || (command->answered_ms != NOT_GIVEN && command->answered_ms < due_ms)) {
      in_a_row = 0;
    } else if (due_ms <= (command->is_of_lost ? witness->lost_ms : witness->run->now_ms)) {
      count += 1;
      in_a_row += 1;
    }
  }
  return count;
}

static uint64_t owed(const struct witness *witness, int64_t later_ms) {
  return owed_of_kind(witness, RTMULTI_COMMAND_CANCEL, later_ms) +
         owed_of_kind(witness, RTMULTI_COMMAND_TRUNCATE, later_ms) +
         owed_of_kind(witness, RTMULTI_COMMAND_DELETE, later_ms);
}

void witness_check_patience(struct witness *witness, const struct input *input) {
  if (input->kind == INPUT_RECONNECT) witness->lost_ms = witness->run->now_ms;
  if (witness->is_closed || witness->sent_count > REMEMBERED) return;
  /* What a device has taken the library hears of with its next call. */
  const int64_t around_ms = witness->run->scenario->config.sink == SINK_PULLED ? 10 : 0;
  const bool is_waited = witness->run->scenario->config.command_patience_ms > 0;
  const uint64_t least = is_waited ? owed(witness, around_ms) : 0, most = is_waited ? owed(witness, -around_ms) : 0;
  if (witness->unanswered < least || witness->unanswered > most)
    witness_breach(witness, "F11", "%llu commands went unanswered, and %llu were told of", (unsigned long long)least,
                   (unsigned long long)witness->unanswered);
}
