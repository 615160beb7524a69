/* What a simulation counts: how much was talked, and which faults were put in. Only numbers; they may lie in memory
 * that several processes share, and nothing here judges them. */
#ifndef SIMULATION_TALLIES_H
#define SIMULATION_TALLIES_H

#include <stdint.h>

enum fault_kind {
  FAULT_STALLED_SERVER,
  FAULT_INTERLEAVED_ITEMS,
  FAULT_REPEATED_ANNOUNCEMENT,
  FAULT_MISSING_ANNOUNCEMENT,
  FAULT_BATCHED_DONES,
  FAULT_MISSING_DONES,
  FAULT_LOST_RESPONSE_DONE,
  FAULT_SILENT_RESPONSE,
  FAULT_LATE_ITEM,
  FAULT_EARLY_END,
  FAULT_REFUSED_COMMAND,
  FAULT_OWN_CUT,
  FAULT_SILENT_SERVER,
  FAULT_LOST_BUFFER_WORD,
  FAULT_ABSENT_FIELD,
  FAULT_REPEATED_EVENT,
  FAULT_RECONNECT,
  FAULT_LOST_PACKET,
  FAULT_DAMAGED_PACKET,
  FAULT_FALSE_INTERRUPTION,
  FAULT_HANG_UP,
  FAULT_OTHER_SERVER,
  FAULT_OTHER_CLEAR_TIMEOUT,
  FAULT_AUDIO_OFF,
  FAULT_STALLED_SINK,
  FAULT_SILENT_SINK,
  FAULT_SWAPPED_SINK,
  FAULT_LATE_ANSWER,
  FAULT_FULL_SINK,
  FAULT_FAILED_CALLBACK,
  FAULT_LYING_REPORT,
  FAULT_DESTROYED_IN_MIDDLE,
  FAULT_COUNT
};

struct tallies {
  uint64_t conversations, responses, messages, interrupts, commands, virtual_ms;
  uint64_t polled;     /* conversations that took their effects by polling */
  uint64_t paged;      /* conversations whose audio came as Ogg */
  uint64_t by_json;    /* conversations whose server's words came as JSON */
  uint64_t at_server;  /* conversations whose server plays by itself */
  uint64_t closed;     /* conversations that the host ended with a close, wherever they were */
  uint64_t checked;    /* conversations whose server's memory was compared with the ear */
  uint64_t violations; /* conversations in which a rule was broken */
  uint64_t faults[FAULT_COUNT];
};

/* In the plural, for a table: "stalled servers". */
const char *fault_name(enum fault_kind fault);
void tallies_add(struct tallies *sum, const struct tallies *one);
void tallies_print(const struct tallies *tallies);

#endif
