/* One session that talks, as data: what it is, where it stands, and the account of it all. What happens to it is
 * talker.h's, what plays sink.h's, and how audio comes source.h's. */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include <rtmulti.h>
#include <stdbool.h>

#include "../Benchmarks/speech.h"
#include "../C/host.h"
#include "../C/random_traffic.h"

enum { TICK_MS = 20, TICK_FRAMES = 480, RATE_HZ = 24000, TICK_BYTES = TICK_FRAMES * 2, TALK_MESSAGES = 4 };
enum { LONGEST_TALK_TICKS = 3000, NEVER = -1, ID_BYTES = 24, WAITING_REFUSALS = 16 };

/* How audio comes. */
enum source { SOURCE_PCM16, SOURCE_JSON, SOURCE_OPUS, SOURCE_NUMBERED, SOURCE_OGG, SOURCE_COUNT };
/* How the server behaves; see temper.h. */
enum temper { TEMPER_EVEN, TEMPER_BURSTS, TEMPER_STALLS, TEMPER_REFUSES, TEMPER_ENDS_EARLY, TEMPER_LOSES_LINE, TEMPER_COUNT };
enum { DRIVER_COUNT = RTMULTI_DRIVER_PULLED + 1 };

/* What happened, in numbers; those of all talkers are added up. */
struct account {
  int64_t talks, messages, full, partial, skipped, calls, interrupts, pauses, reconnects, refusals, late_deltas;
  int64_t truncates, deletes, cancels, packets, lost, reordered, played_frames, wrong;
  int64_t stalls, early_ends;
  int64_t of_driver[DRIVER_COUNT], of_source[SOURCE_COUNT], of_temper[TEMPER_COUNT]; /* messages */
};

enum phase { PHASE_SENDING, PHASE_SENT, PHASE_OVER };

struct talker {
  struct host host;
  rtmulti_session *session;
  uint64_t random;
  enum source source;
  enum temper temper;
  uint32_t driver;
  int number; /* of the talks and ids of this session */
  const struct speech *speech;

  /* The talk at hand. */
  enum phase phase;
  int tick, message_count, sending, ticks_left, interrupt_tick, pause_tick, resume_tick, reconnect_tick, stall_ticks;
  bool is_batched, is_early, is_lost, is_cut, is_paused, is_done;
  char response[ID_BYTES], items[TALK_MESSAGES + 1][ID_BYTES];
  int announced, settled, responses_settled;
  int outcomes[RTMULTI_OUTCOME_TEXT_ONLY + 1];
  int64_t expected_truncates, expected_deletes, expected_cancels, truncates, deletes, cancels;
  int64_t heard_frames, heard_audio_frames; /* at the sink's rate */
  int message_ticks[TALK_MESSAGES + 1];     /* how long each is, with what was lost of it */
  char refused[WAITING_REFUSALS][32];
  int refused_count;

  /* What numbers packets bear, and what is lost. */
  uint16_t sequence;
  uint32_t timestamp;
  bool has_sent_next; /* the packet of the next tick came before that of this one */
  int64_t lost_of_talk, lost_before;

  /* The sink: one segment at a time. */
  uint64_t segment;
  int64_t written, played, written_of_talk, played_of_talk;
  bool is_playing, is_flushed, owes_clear;

  /* Since the session was created. */
  int64_t packets_sent, refusals;
  struct account *account;
};

static const char *const source_names[] = {"pcm16", "pcm16 in json", "opus", "numbered opus", "ogg opus"};
static const char *const temper_names[] = {"even", "bursting", "stalling", "refusing", "ending early", "losing its line"};
static const char *const driver_names[] = {"reported", "paced", "pulled"};

static inline bool is_opus(const struct talker *talker) { return talker->source >= SOURCE_OPUS; }

static inline void must(struct talker *talker, bool holds, const char *what) {
  if (holds) return;
  talker->account->wrong += 1;
  if (talker->account->wrong <= 5) {
    printf("FAIL soak: %s (%s, %s, %s, a server that is %s, tick %d)\n", what, talker->response,
           source_names[talker->source], driver_names[talker->driver], temper_names[talker->temper], talker->tick);
  }
}

#define ID(id) (id), RTMULTI_NUL_TERMINATED

#endif
