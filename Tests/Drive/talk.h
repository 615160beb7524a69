/* One conversation: what was drawn for it, its sessions, and the worlds on both sides of them, a server's memory and a
 * listener's ear. Whoever finds something wrong says so with talk_wrong; the first word counts. */
#ifndef DRIVE_TALK_H
#define DRIVE_TALK_H

#include "doors.h"
#include "ear.h"
#include "material.h"
#include "random.h"
#include "server.h"

/* What kind of sink the conversation has. */
enum candour {
  SINK_TRUE,   /* says at once what is so */
  SINK_RARE,   /* says only what it must */
  SINK_LATE,   /* answers a clear some time later, in time */
  SINK_SILENT, /* answers no clear */
  SINK_LYING   /* says what is not so */
};

struct plan {
  enum material material;
  uint32_t source_rate_hz;
  rtmulti_config config;
  enum candour candour;
  bool takes_partly;   /* the sink takes fewer frames than it is offered */
  int64_t room_frames; /* how many unplayed frames the sink has room for; 0: all */
  bool reacts;         /* inputs from inside callbacks */
  bool fails;          /* callbacks fail; by callback only */
  bool has_own_cuts;   /* the server cuts and deletes by itself */
  bool refuses;        /* the server refuses commands */
  bool answers;        /* the server answers commands */
  bool wild_order;     /* the server's events come in any order */
  bool changes_server; /* what the server can do changes */
  bool is_punctual;    /* the host is there at each deadline */
  uint32_t delay_ms;   /* how far the ear is from a device */
  bool has_spans;      /* texts say when they are spoken */
  bool splits_samples; /* deltas end in the middle of a sample */
  bool voices_no_text; /* no audio comes for a text part (rule F9) */
  int steps;
  unsigned lanes;
  int leader;
};

/* Counts alone, `conversations` first: the shares of several cores are added up as one list of numbers. */
struct tallies {
  uint64_t conversations, sessions, steps, effects, responses, messages, interrupts, cancels, commands, swaps,
      reconnects, pauses, nested, partial_writes, wrong_reports, replays, full, partial, skipped, text_only, exact;
};

struct talk {
  uint64_t seed;
  struct random random;
  struct plan plan;
  struct doors doors;
  struct server server;
  struct ear ear;
  struct tallies *tallies;
  int64_t now_us;
  int64_t told_us;        /* what the sessions were told last */
  rtmulti_sink next_sink; /* what OP_SINK sets */
  bool is_closed;
  uint32_t events; /* numbers for events of the wire */
  bool has_log;    /* keeps a line for each effect */
  bool is_quiet;   /* and prints none of them */
  int plant;       /* a fault that is planted between the library and this driver; 0: none */
  bool is_wrong;
  char wrong[1024];
};

void talk_wrong(struct talk *talk, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A conversation from this seed. Ends after `steps` steps when that is more than 0. True when nothing was wrong. */
bool talk_run(struct talk *talk, uint64_t seed, int steps);

/* plan.c */
void plan_draw(struct plan *plan, struct random *random);
/* A sink without its callbacks; the conversation's first one, or another for a swap. */
void plan_sink(const struct plan *plan, struct random *random, rtmulti_sink *sink, bool is_swap);
void plan_print(const struct talk *talk);
void sink_print(const rtmulti_sink *sink);

/* heed.c: what the leading session says, and what is done about it. */
void talk_heed(struct talk *talk, const rtmulti_effect *effect, struct answer *answer);
/* said.c: draws what the server says next, what the host does, and lets time pass. */
void server_speaks(struct talk *talk);
void host_acts(struct talk *talk);
void time_passes(struct talk *talk, int64_t us);
/* said.c: gives an op, with a number of its own, and lets the worlds know. */
rtmulti_result talk_say(struct talk *talk, struct op *op);

#endif
