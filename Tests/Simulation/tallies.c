/* What a simulation counts, and how it is shown; see tallies.h. */
#include "tallies.h"

#include <stdio.h>

const char *fault_name(enum fault_kind fault) {
  static const char *const names[FAULT_COUNT] = {
      [FAULT_STALLED_SERVER] = "servers that stalled",
      [FAULT_INTERLEAVED_ITEMS] = "responses with interleaved items",
      [FAULT_REPEATED_ANNOUNCEMENT] = "announcements repeated",
      [FAULT_MISSING_ANNOUNCEMENT] = "announcements missing",
      [FAULT_BATCHED_DONES] = "responses with batched dones",
      [FAULT_MISSING_DONES] = "dones missing",
      [FAULT_LOST_RESPONSE_DONE] = "responses whose end was lost",
      [FAULT_SILENT_RESPONSE] = "silent responses that stay open",
      [FAULT_LATE_ITEM] = "events sent after a cancel",
      [FAULT_EARLY_END] = "responses that ended early",
      [FAULT_REFUSED_COMMAND] = "commands refused",
      [FAULT_OWN_CUT] = "cuts that the server made by itself",
      [FAULT_SILENT_SERVER] = "servers that answer no command",
      [FAULT_LOST_BUFFER_WORD] = "words about an output buffer lost",
      [FAULT_ABSENT_FIELD] = "fields left out of events",
      [FAULT_REPEATED_EVENT] = "events handed over twice",
      [FAULT_RECONNECT] = "reconnects",
      [FAULT_LOST_PACKET] = "packets lost",
      [FAULT_DAMAGED_PACKET] = "packets damaged",
      [FAULT_FALSE_INTERRUPTION] = "pauses (false interruptions)",
      [FAULT_HANG_UP] = "hang-ups in the middle",
      [FAULT_OTHER_SERVER] = "times that a server could be told something else",
      [FAULT_OTHER_CLEAR_TIMEOUT] = "clear timeouts changed",
      [FAULT_AUDIO_OFF] = "times that the audio went off",
      [FAULT_STALLED_SINK] = "sinks that stood still",
      [FAULT_SILENT_SINK] = "sinks that fell silent",
      [FAULT_SWAPPED_SINK] = "sinks replaced",
      [FAULT_LATE_ANSWER] = "clears answered late or never",
      [FAULT_FULL_SINK] = "writes taken in part",
      [FAULT_FAILED_CALLBACK] = "callbacks that failed",
      [FAULT_LYING_REPORT] = "reports that were lies",
      [FAULT_DESTROYED_IN_MIDDLE] = "sessions destroyed in the middle",
  };
  return names[fault];
}

void tallies_add(struct tallies *sum, const struct tallies *one) {
  sum->conversations += one->conversations;
  sum->responses += one->responses;
  sum->messages += one->messages;
  sum->interrupts += one->interrupts;
  sum->commands += one->commands;
  sum->virtual_ms += one->virtual_ms;
  sum->polled += one->polled;
  sum->paged += one->paged;
  sum->by_json += one->by_json;
  sum->at_server += one->at_server;
  sum->closed += one->closed;
  sum->checked += one->checked;
  sum->violations += one->violations;
  for (int fault = 0; fault < FAULT_COUNT; fault++) sum->faults[fault] += one->faults[fault];
}

static void print_row(uint64_t number, const char *what) {
  printf("  %12llu  %s\n", (unsigned long long)number, what);
}

void tallies_print(const struct tallies *tallies) {
  print_row(tallies->conversations, "conversations");
  print_row(tallies->virtual_ms / 1000, "seconds of virtual time");
  print_row(tallies->responses, "responses");
  print_row(tallies->messages, "messages settled");
  print_row(tallies->interrupts, "interrupts");
  print_row(tallies->commands, "commands");
  print_row(tallies->polled, "conversations by polling, the others by callback");
  print_row(tallies->paged, "conversations with Ogg Opus");
  print_row(tallies->by_json, "conversations whose server speaks JSON");
  print_row(tallies->at_server, "conversations whose server plays by itself");
  print_row(tallies->closed, "conversations ended by a close");
  print_row(tallies->checked, "conversations in which memory was compared with the ear");
  printf("faults put in\n");
  for (int fault = 0; fault < FAULT_COUNT; fault++)
    print_row(tallies->faults[fault], fault_name((enum fault_kind)fault));
  print_row(tallies->violations, "violations");
}
