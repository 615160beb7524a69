/* The world around the library: a server, a listener, a sink that reports by hand, and the network between them with
 * delay in both directions. Everything that happens is drawn from one seed and said as a line of a scenario, so that
 * every conversation is a scenario too. What is right is not known here. */
#ifndef SIMULATION_WORLD_H
#define SIMULATION_WORLD_H

#include "conversation.h"

enum { MAXIMUM_SCRIPTS = 12, MAXIMUM_HELD_SEGMENTS = 64 };

struct world;

/* Something that happens at a moment. */
struct happening {
  int64_t at_ms;
  void (*happen)(struct world *world, const struct happening *happening);
  const char *line; /* a line, or the id that it is about */
  int number;       /* of a script, or the kind of a command */
  int connection;   /* what crosses the network is lost with its connection */
  int64_t ms;
  const rtmulti_command *command;
};

struct script_line {
  int gap_ms; /* after the line before it */
  const char *line;
};

enum script_state { SCRIPT_RUNS, SCRIPT_STOPS, SCRIPT_ENDED };

/* What the server is going to say in one response. */
struct script {
  const char *id;
  enum script_state state;
  struct script_line *lines;
  size_t count, capacity, next;
};

/* What a server that plays by itself has in its output buffer: audio of a part, and all of a response. */
enum { MAXIMUM_STRETCHES = 512 };

struct stretch {
  const char *item;
  int content;
  int ms;
};

struct buffered {
  struct stretch stretches[MAXIMUM_STRETCHES];
  int count;
  int64_t total_ms, started_ms;
  bool is_playing, is_generated, is_over;
};

enum held_state { HELD_PLAYING, HELD_CLEARED, HELD_OVER };

/* A segment at a manual sink. */
struct held {
  uint64_t id;
  enum held_state state;
  bool has_started;
};

struct world {
  struct conversation conversation;
  uint64_t random;
  struct happening *queue; /* sorted, soonest first; from `next` on */
  size_t next, count, capacity;

  /* the server and the network */
  bool owns_playout; /* it plays by itself: its audio does not come over the wire */
  struct buffered buffered[MAXIMUM_SCRIPTS];
  struct script scripts[MAXIMUM_SCRIPTS];
  int script_count, item_count, local_count, token_count;
  int connection;
  int down_ms, up_ms, jitter_ms;
  int64_t last_down_ms, last_up_ms;
  struct server memory; /* what it has sent, and what it has obeyed, each when it did */
  struct scenario said_lines;
  struct scenario_reader said;

  /* the listener */
  rtmulti_effect_kind trigger; /* interrupts when the effect has come ... */
  int trigger_count;           /* ... so many times; 0: never */
  bool is_muted, was_muted, is_paused, is_over;

  /* a manual sink */
  struct held held[MAXIMUM_HELD_SEGMENTS];
  int held_count;
  int64_t played_until_ms;
  int report_every_ms;
};

/* Makes up and runs the conversation of a seed. */
struct failure world_run(struct world *world, uint64_t seed, struct transcript *transcript,
                         struct tallies *tallies, enum plant_kind plant);

/* ---- for the parts of the world ---- */

int world_draw(struct world *world, int least, int most);
/* True once in `n` times. */
bool world_once_in(struct world *world, int n);
int64_t world_now_ms(const struct world *world);
void world_fault(struct world *world, enum fault_kind fault);
void world_plan(struct world *world, struct happening happening);
/* Says an input, "> advance 5" for example. */
void world_say(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *world_print(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* script.c: what a response will hold */
void script_add(struct world *world, struct script *script, int gap_ms, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void script_write(struct world *world, struct script *script, const char *flags);

/* far_server.c */
void server_asked_for_response(struct world *world, int64_t at_ms, const char *flags);
void server_is_told(struct world *world, const rtmulti_command *command);
void server_hears_listener(struct world *world, const char *id);
void server_loses_connection(struct world *world);

/* far_buffer.c: what a server plays by itself */
/* Whether a line of a script is audio, which is played there and not sent. */
bool far_buffer_takes(struct world *world, int number, const char *line);
/* Nothing more of this script is generated. */
void far_buffer_generated(struct world *world, int number);
/* It was told to drop what it has not played, or does so by itself. */
void far_buffer_clear(struct world *world);
void far_buffer_lost(struct world *world);

/* far_memory.c */
void far_memory_start(struct world *world);
void far_memory_sends(struct world *world, const char *line);
void far_memory_can(struct world *world, uint32_t capabilities);
void far_memory_obeys(struct world *world, const rtmulti_command *command);
/* What the far end holds is what was heard: where nothing was lost on the way. */
void far_memory_check(struct world *world);

/* Sends a line down the network, behind what was sent before. */
void server_says(struct world *world, const char *line);

/* own_cuts.c: what the server cuts by itself */
void own_cuts_plan(struct world *world);
void own_cuts_check(struct world *world);

/* listener.c */
void listener_plan(struct world *world);
void listener_overhears(struct world *world, const rtmulti_effect *effect);

/* hand_sink.c */
void hand_sink_start(struct world *world);
void hand_sink_overhears(struct world *world, const rtmulti_effect *effect);
/* Reports what was played since the last time. */
void hand_sink_tick(struct world *world);

#endif
