/* The sink and the ear behind it, as this driver has written them: segments lie in the order in which they came, and
 * are played by a clock, or pulled. What was played is counted for the part whose it is, in the source's time. */
#ifndef DRIVE_EAR_H
#define DRIVE_EAR_H

#include "op.h"

struct talk;
struct part;
struct item;
struct answer;

enum { MOST_SEGMENTS = 160, MOST_STRETCHES = 512 };

struct segment {
  uint64_t id;
  int item, part;          /* their places in the lists; -1: nobody's */
  int64_t written, played; /* frames of the sink */
  int64_t padding;         /* how many of the written ones are silence that fills the last write */
  int64_t audio_end;       /* the frame of the part behind which silence fills its last write; -1 before that write */
  double lost;             /* played frames that the lagging ear did not hear */
  bool is_flushed, is_started_told, is_finished_told, is_dropped, is_old;
  int64_t told;
  int64_t heard; /* frames of on_heard_audio */
  int events;    /* PLAYBACK_STARTED */
};

/* Some frames of one segment, played one behind the other. */
struct stretch {
  int segment;
  int64_t frames, from_us, to_us;
};

struct ear {
  rtmulti_sink sink;
  bool has_sink, is_paused, was_full, shows_text;
  uint32_t channels;
  struct segment segments[MOST_SEGMENTS];
  int segment_count, first; /* `first`: the first that may still play */
  struct stretch stretches[MOST_STRETCHES];
  int stretch_count;
  int64_t played_us; /* until when it has played */
  int64_t debt;      /* frames times 10^6 that time has earned and no whole frame has used */
  bool clear_is_out;
  int64_t clear_us;     /* when */
  int64_t pulled;       /* all frames that devices took */
  int64_t slack_frames; /* by how much a place may differ that a clock has told, or a lag */
  bool is_exact;        /* nothing has happened after which only the session knows */
};

/* A new sink, or none. */
void ear_set(struct talk *talk, const rtmulti_sink *sink);
/* The sink plays until now. */
void ear_play(struct talk *talk);
/* How much lies in the sink unplayed. */
int64_t ear_unplayed(const struct talk *talk);
/* A device took frames. */
void ear_pulled(struct talk *talk, const int16_t *pcm, uint32_t frames);
/* Effects for the sink. */
int64_t ear_write(struct talk *talk, const rtmulti_effect *effect);
void ear_flush(struct talk *talk, uint64_t id);
void ear_clear(struct talk *talk, uint64_t id, struct answer *answer);
/* The reports that are due; each is given. With `all`, also what the sink would rather keep to itself. */
void ear_report(struct talk *talk, bool all);
/* Says of each segment not answered for where it was dropped. */
void ear_answer_clear(struct talk *talk);
/* What the ear has heard of an item, in milliseconds. */
double ear_heard_ms(const struct talk *talk, const struct item *item);
struct segment *ear_segment(struct talk *talk, uint64_t id);

#endif
