/* The sink and the listener's ear. An `auto` sink plays in virtual time what is written to it and reports it
 * exactly; the far end of a `paced` one plays it and says nothing; a `manual` one only takes it, and the scenario
 * reports. A `pulled` one is a device that takes its frames itself (device.c). The ear hears what was really
 * played. */
#ifndef RUNNER_SINK_H
#define RUNNER_SINK_H

#include "../C/host.h"
#include "scenario.h"

struct run;
struct server_item;
struct sink;

/* A report of the sink to the library, or an answer of the server to a command. */
enum report_kind { REPORT_STARTED, REPORT_PROGRESS, REPORT_FINISHED, ANSWER_TRUNCATED, ANSWER_DELETED };

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
  struct slice item; /* no bytes when the library did not know it any more */
  int announcement;  /* of the item, see server.h */
  int32_t content;
  struct sink *sink;
  enum segment_state state;
  int64_t written_frames;
  int64_t played_frames;   /* auto, paced and pulled */
  int64_t reported_frames; /* auto: the last progress; NOT_GIVEN before `started` */
  int64_t accepted_frames; /* manual: the furthest report that the library took */
  int64_t cut_at_frames;   /* what the ear had heard when the rest was dropped; NOT_GIVEN before */
  struct moment *moments;
  size_t moment_count;
  size_t moment_capacity;
  struct segment *next; /* younger */
};

enum sink_state { SINK_IN_USE, SINK_REPLACED };

struct sink {
  struct host host;
  struct run *run;
  enum sink_state state;
  bool is_paused;
  bool is_muted;
  int64_t stalled_until_ms;
  int64_t playing_ms;     /* since the segment that plays began at a whole millisecond */
  int64_t playing_frames; /* what these milliseconds were worth, rounded up */
};

/* What a pulled sink's device knows of the frames that it took. */
struct device {
  struct segment *playing; /* the one that began last and is not settled, NULL when there is none */
  int64_t owed_frames;     /* taken before it was known of which message they are */
};

struct sink *sink_new(struct run *run);
/* The sink as the library wants it, without its callbacks. */
void sink_describe(const struct scenario_config *config, rtmulti_sink *described);

/* From now on the segment is one of this item. */
void sink_name_segment(struct segment *segment, struct slice item, int32_t content);

/* What the library asks of it. */
void sink_write(struct sink *sink, uint64_t segment, uint32_t frames);
void sink_flush(struct sink *sink, uint64_t segment);
void sink_clear(struct sink *sink, uint64_t segment);
void sink_pause(struct sink *sink, bool is_paused);

/* An auto sink, or the far end of a paced one, plays the millisecond that ends now, without reporting it yet. */
void sink_play_ms(struct sink *sink);
/* It reports what it has not reported yet; a sink that reports rarely, only what it must. */
void sink_report(struct sink *sink);
/* It reports also how far it has come. */
void sink_report_position(struct sink *sink);
/* Whether sink_report would report anything. */
bool sink_wants_to_report(const struct sink *sink);
/* The library believed a report that the scenario gave by hand: so it was. */
void sink_reported(struct segment *segment, enum report_kind kind, int64_t frames);
/* Nothing more is heard of what lies in this sink. */
void sink_stop(struct sink *sink);

/* The segment that the library calls `id`. It is asked whose frames these are the first time. */
struct segment *sink_segment(struct sink *sink, uint64_t id);

/* The newest segment of a part, NULL if there is none. */
struct segment *sink_newest_segment(struct run *run, struct slice item, int32_t content);
/* Milliseconds as frames of the sink, rounded up: then N ms are never less than N ms. */
int64_t sink_frames(const struct run *run, int64_t ms);

/* What the listener heard of a part: at least `least_us` and at most `most_us`. The two differ only where a
 * scenario does not say what its manual sink really did (an estimate, a latency, a sink that cannot clear), and
 * where a pulled sink cannot clear: nobody sees how much of it waits for its device. */
struct heard {
  int64_t least_us;
  int64_t most_us;
};
struct heard ear_heard(struct run *run, const struct server_item *item, int32_t content);

/* device.c: the device of a pulled sink takes the 10 ms that end now, if it is time. */
void device_pull(struct run *run);
/* How many frames of this segment's part the server has sent and the device has not taken yet. */
int64_t device_left(struct run *run, const struct segment *segment);
/* A segment began: what follows is of its part. */
void device_started(struct run *run, uint64_t id, struct slice item, int32_t content);
/* A message has its outcome: nothing more of it is taken. */
void device_settled(struct run *run, struct slice item);
/* On a new sink another message may be the first: an earlier response's, which had waited behind this one (rule A6). */
void device_swapped(struct run *run);

#endif
