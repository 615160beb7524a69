/* One run of one scenario: everything that its parts share, and the parts' doors to each other. No part
 * keeps anything outside of it, so that files can be run one after another. */
#ifndef RUNNER_RUN_H
#define RUNNER_RUN_H

#include "calls.h"
#include "listing.h"
#include "scenario.h"
#include "server.h"
#include "sink.h"
#include "voice.h"

struct run;

/* Stands between the library and the run, for whoever watches or disturbs it: each effect comes here first, and what
 * the tap hands on to door_deliver is what happens. */
struct tap {
  void *context;
  /* Returns what the callback returns. */
  int32_t (*effect)(struct run *run, void *context, const rtmulti_effect *effect);
  /* An input was taken, and what it caused has been delivered. */
  void (*took)(struct run *run, void *context, const char *input, rtmulti_result result);
};

/* When the session is called while time passes. */
enum waking {
  WAKE_EACH_MS,
  WAKE_AT_DEADLINES /* also where the sink has something to report, and at the end of an `advance` line */
};

struct options {
  bool polls;            /* take the effects by polling instead of by callback */
  FILE *effects;         /* where every effect is listed; NULL: nowhere */
  bool lists_inputs;     /* there too: each line, and the result of every input */
  FILE *trace;           /* where the session is recorded; NULL: nowhere */
  const struct calls *calls; /* NULL: typed_calls */
  const struct tap *tap; /* NULL: nobody stands between */
  bool has_pages;        /* Opus comes as Ogg, a stream for each part */
  enum waking waking;
  bool reports_rarely;   /* an auto sink says how far it has come only where it runs dry, not at each millisecond */
  int64_t slack_us;      /* by how much more than the page says the server's memory and the ear may differ */
};

/* What may come while an effect is being delivered, and runs behind it. */
struct report {
  enum report_kind kind;
  uint64_t segment;
  int64_t frames;
  int32_t interrupted;
  int64_t ago_ms;    /* how long ago it was so */
  struct slice item; /* an answer's, and where it was truncated */
  int32_t content;
  int64_t ms;
};

/* What becomes of the next packets of an item: the `lost` and `corrupt` lines, which may come before the item. */
struct fault {
  struct slice item;
  int64_t lost;
  bool is_damaged; /* the first that is not lost */
  struct fault *next;
};

struct failure {
  size_t line; /* 0 while all is well */
  const char *sentence;
};

struct run {
  struct host host;
  const struct scenario *scenario;
  struct options options;
  struct arena *arena;
  rtmulti_session *session;
  const struct calls *calls; /* by which the server's words reach it */
  int64_t now_ms;
  size_t line; /* of the statement at hand */

  struct server server;
  struct voice voice;
  struct fault *faults;
  struct sink *sink;        /* the one in use */
  struct device device;     /* pulled: whoever takes from it */
  struct segment *segments; /* of all sinks, oldest first */
  struct segment *newest_segment;

  struct listing listing;
  struct effects effects;
  size_t block_from;               /* the first effect that no block has seen */
  size_t shown_from[FAMILY_COUNT]; /* the first effect behind the last block that showed the family */

  bool is_delivering;     /* polling: an effect is at hand, so reports have to wait as callbacks would */
  struct report *waiting; /* polling: those reports */
  size_t waiting_count;
  size_t waiting_capacity;

  struct failure failure;
};

/* From birth to verdict and end; leaves what happened in `run`, whose scenario, options and arena are given. */
void run_whole(struct run *run);

/* Runs a scenario that was read; returns where and why it failed, or a failure with line 0. */
struct failure run_scenario(struct arena *arena, const struct scenario *scenario, struct options options);

/* The same in pieces, for whoever makes up the inputs as the run goes: the scenario may grow between them. */
void run_start(struct run *run);
void run_input(struct run *run, const struct statement *statement);
void run_end(struct run *run);

/* Keeps the first failure; later ones are mostly its consequences. */
void run_fail(struct run *run, size_t line, const char *sentence);

/* door.c: the session, its callbacks and its polling */
void door_open(struct run *run);
void door_close(struct run *run);
/* Gives the session the sink in run->sink. */
rtmulti_result door_set_sink(struct run *run);
/* Ends an input: takes what it caused, and refuses results that no scenario can cause. Returns `result`. */
rtmulti_result door_took(struct run *run, const char *input, rtmulti_result result);
/* One effect happens: it enters the log, the sink or the server. */
void door_deliver(struct run *run, const rtmulti_effect *effect);
rtmulti_result door_report(struct run *run, struct report report);

/* traffic.c: one `>` line becomes calls */
void traffic_run(struct run *run, const struct input *input);

/* stream.c: audio of an item arrives */
enum { DELTA_MS = 20 };
void stream_ms(struct run *run, struct slice id, int32_t content, int64_t ms, int64_t delta_ms);
/* N raw bytes in one delta; with Opus that is one packet, of whatever length it claims. */
void stream_bytes(struct run *run, const struct input *input);
/* Whether every page of this line of audio will be lost on the way. */
bool stream_is_lost(struct run *run, const struct input *input);
/* What becomes of the item's next packets. */
struct fault *stream_fault(struct run *run, struct slice id);
/* The response that an item is known to belong to: a server says it with every delta. That of an unknown item is left
 * for the engine to find (NULL bytes). */
struct slice stream_response_of(struct run *run, struct slice id);

/* clock.c: time passes */
void clock_advance(struct run *run, int64_t ms);

/* expectations.c: one block of `<` lines */
void expectations_check(struct run *run, const struct statement *statements, size_t count);

/* verdict.c: what must hold after the last line */
void verdict_check(struct run *run);

#endif
