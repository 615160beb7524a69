/* The sink and the listener's ear. An `auto` sink plays in virtual time what is written to it and reports it
 * exactly; a `manual` one only takes it, and the scenario reports. The ear hears what was really played. */
#ifndef RUNNER_SINK_H
#define RUNNER_SINK_H

#include "scenario.h"

struct run;
struct sink;

enum segment_state {
  SEGMENT_OPEN,
  SEGMENT_FLUSHED, /* no more frames will come */
  SEGMENT_FINISHED /* played out, or dropped by a clear */
};

/* How far a segment had been played at a moment; kept only for an ear that lags. */
struct moment {
  int64_t at_ms;
  int64_t played_frames;
};

struct segment {
  uint64_t id;
  struct slice item; /* "?" when the library did not know it any more */
  int32_t content;
  struct sink *sink;
  enum segment_state state;
  int64_t written_frames;
  int64_t played_frames;   /* auto */
  int64_t reported_frames; /* auto: the last progress; NOT_GIVEN before `started` */
  int64_t accepted_frames; /* manual: the furthest report that the library took */
  int64_t cut_at_frames;   /* what the ear had heard when the rest was dropped; NOT_GIVEN before */
  struct moment *moments;
  size_t moment_count;
  size_t moment_capacity;
  struct segment *next; /* younger */
};

enum sink_state { SINK_IN_USE, SINK_RELEASED };

struct sink {
  struct run *run;
  enum sink_state state;
  bool is_paused;
  bool is_muted;
  int64_t stalled_until_ms;
  int64_t playing_ms;     /* since the segment that plays began at a whole millisecond */
  int64_t playing_frames; /* what these milliseconds were worth, rounded up */
};

struct sink *sink_new(struct run *run);
/* The sink as the library wants it, without its callbacks. */
void sink_describe(const struct scenario_config *config, rtmulti_sink *described);

/* What the library asks of it. */
void sink_write(struct sink *sink, uint64_t segment, uint32_t frames);
void sink_flush(struct sink *sink, uint64_t segment);
void sink_clear(struct sink *sink, uint64_t segment);
void sink_pause(struct sink *sink, bool is_paused);

/* An auto sink plays the millisecond that ends now, without reporting it yet. */
void sink_play_ms(struct sink *sink);
/* It reports what it has not reported yet. */
void sink_report(struct sink *sink);
/* Nothing more is heard of what lies in this sink. */
void sink_stop(struct sink *sink);

/* The newest segment of a part, NULL if there is none. */
struct segment *sink_newest_segment(struct run *run, struct slice item, int32_t content);
/* Milliseconds as frames of the sink, rounded up: then N ms are never less than N ms. */
int64_t sink_frames(const struct run *run, int64_t ms);

/* What the listener heard of a part: at least `least_us` and at most `most_us`. The two differ only where a
 * scenario does not say what its manual sink really did (an estimate, a latency, a sink that cannot clear). */
struct heard {
  int64_t least_us;
  int64_t most_us;
};
struct heard ear_heard(const struct run *run, struct slice item, int32_t content);

#endif
