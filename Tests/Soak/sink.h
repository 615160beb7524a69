/* The sinks of the soak: one that reports, one that is written to ahead of time and says nothing, one that pulls. What
 * they play is added up; what it must come to is talker.h's. */
#ifndef SINK_H
#define SINK_H

#include "../C/pulled.h"
#include "account.h"

static inline void talker_write(struct talker *talker, uint64_t segment, uint32_t frames) {
  talker->written_of_talk += frames;
  if (talker->driver == RTMULTI_DRIVER_PACED) return;
  if (segment != talker->segment) {
    must(talker, !talker->is_playing, "a segment begins when the one before it is finished");
    talker->segment = segment;
    talker->written = talker->played = 0;
    talker->is_playing = true;
    talker->is_flushed = false;
  }
  talker->written += frames;
}

static inline void finish_segment(struct talker *talker, int interrupted) {
  talker->is_playing = false;
  talker->played_of_talk += talker->played;
  const rtmulti_result result =
      rtmulti_session_playback_finished(talker->session, talker->segment, talker->played, interrupted, RTMULTI_NOW);
  must(talker, result == RTMULTI_OK || result == RTMULTI_QUEUED, "a finished report is taken");
}

static inline void talker_clear(struct talker *talker, uint64_t segment) {
  if (talker->driver != RTMULTI_DRIVER_REPORTED) return;
  must(talker, talker->is_playing && segment == talker->segment, "what is cleared is what plays");
  if (random_from(&talker->random, 0, 1) == 0) finish_segment(talker, 1);
  else talker->owes_clear = true;
}

static inline void play_tick(struct talker *talker) {
  if (talker->driver == RTMULTI_DRIVER_PULLED) {
    int16_t block[TICK_FRAMES];
    talker->played_of_talk += pull_now(talker->session, block, TICK_FRAMES, 1, 0);
    return;
  }
  if (talker->driver == RTMULTI_DRIVER_PACED || !talker->is_playing) return;
  if (talker->owes_clear) {
    talker->owes_clear = false;
    finish_segment(talker, 1);
    return;
  }
  if (talker->is_paused) return;
  const int64_t left = talker->written - talker->played;
  if (left > 0) {
    if (talker->played == 0) rtmulti_session_playback_started(talker->session, talker->segment, RTMULTI_NOW);
    talker->played += left < TICK_FRAMES ? left : TICK_FRAMES;
    rtmulti_session_playback_progress(talker->session, talker->segment, talker->played, RTMULTI_NOW);
  }
  if (talker->is_playing && talker->is_flushed && talker->played == talker->written) finish_segment(talker, 0);
}

#endif
