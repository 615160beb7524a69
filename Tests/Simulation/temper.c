/* The temper of a conversation; see temper.h. */
#include "temper.h"

#include "../C/random.h"
#include "witness.h"

struct temper temper_of_seed(uint64_t seed, const struct scenario_config *config) {
  struct temper temper = {.random = seed ^ 0x7e3be41ab6d5u};
  uint64_t *random = &temper.random;
  temper.polls = random_from(random, 0, 3) == 0;
  if (config->sink == SINK_AUTO && random_from(random, 0, 6) == 0)
    temper.sink_room_ms = (uint32_t)random_from(random, 5, 150);
  /* A report whose callback failed has no answer of its own, and a manual sink lives by those answers. */
  if (!temper.polls && config->sink != SINK_MANUAL && random_from(random, 0, 9) == 0)
    temper.failures_per_1000 = (uint32_t)random_from(random, 5, 200);
  if (config->sink != SINK_PULLED && random_from(random, 0, 9) == 0) {
    temper.lies_per_1000 = (uint32_t)random_from(random, 5, 100);
    temper.lies = config->sink == SINK_AUTO && random_from(random, 0, 3) == 0 ? LIES_BEYOND : LIES_HARMLESS;
  }
  temper.has_pages = config->codec == RTMULTI_CODEC_OPUS && random_from(random, 0, 1) == 0;
  return temper;
}

bool temper_is_honest(const struct temper *temper) { return temper->lies != LIES_BEYOND; }

static bool happens(struct temper *temper, uint32_t per_1000) {
  return per_1000 > 0 && random_from(&temper->random, 0, 999) < (int)per_1000;
}

/* What lies in the sink and was not played. */
static int64_t waiting_frames(const struct run *run) {
  int64_t frames = 0;
  for (const struct segment *segment = run->segments; segment != NULL; segment = segment->next) {
    if (segment->sink == run->sink && segment->state != SEGMENT_FINISHED)
      frames += segment->written_frames - segment->played_frames;
  }
  return frames;
}

int32_t temper_write(struct temper *temper, struct run *run, uint32_t frames, struct tallies *tallies) {
  if (!temper->polls && happens(temper, temper->failures_per_1000)) {
    tallies->faults[FAULT_FAILED_CALLBACK] += 1;
    temper->owes_ready = true;
    return WITNESS_FAILURE;
  }
  if (temper->sink_room_ms == 0) return (int32_t)frames;
  const int64_t room = sink_frames(run, temper->sink_room_ms) - waiting_frames(run);
  if (room >= (int64_t)frames) return (int32_t)frames;
  tallies->faults[FAULT_FULL_SINK] += 1;
  temper->owes_ready = true;
  return room < 0 ? 0 : (int32_t)room;
}

int32_t temper_answer(struct temper *temper, struct run *run, struct tallies *tallies) {
  (void)run;
  if (!happens(temper, temper->failures_per_1000)) return 0;
  tallies->faults[FAULT_FAILED_CALLBACK] += 1;
  return WITNESS_FAILURE;
}

/* One report that is not true, about any segment there ever was. */
static void lie(struct temper *temper, struct run *run) {
  enum {
    UNKNOWN_SEGMENT,
    BACKWARDS,
    FINISHED_AGAIN,
    STARTED_AGAIN,
    FOREIGN_MARK,
    BEYOND
  } kind = random_from(&temper->random, UNKNOWN_SEGMENT, temper->lies == LIES_BEYOND ? BEYOND : FOREIGN_MARK);
  rtmulti_session *session = run->session;
  const struct segment *segment = run->segments;
  for (int i = random_from(&temper->random, 0, 3); i > 0 && segment != NULL && segment->next != NULL; i--)
    segment = segment->next;
  if (segment == NULL || kind == UNKNOWN_SEGMENT) {
    door_took(run, "lie", rtmulti_session_playback_finished(session, UINT64_MAX - 7, 480, 0, RTMULTI_NOW));
  } else if (kind == BACKWARDS) {
    if (segment->played_frames < 2 || segment->reported_frames < 2) return;
    door_took(run, "lie",
              rtmulti_session_playback_progress(session, segment->id, segment->reported_frames / 2, RTMULTI_NOW));
  } else if (kind == FINISHED_AGAIN) {
    if (segment->state != SEGMENT_FINISHED) return;
    door_took(run, "lie", rtmulti_session_playback_finished(session, segment->id, segment->played_frames, 1, RTMULTI_NOW));
  } else if (kind == STARTED_AGAIN) {
    if (segment->reported_frames == NOT_GIVEN) return;
    door_took(run, "lie", rtmulti_session_playback_started(session, segment->id, RTMULTI_NOW));
  } else if (kind == FOREIGN_MARK) {
    door_took(run, "lie", rtmulti_session_playback_mark(session, "somebody-elses-mark", 19, RTMULTI_NOW));
  } else {
    const int64_t beyond = segment->written_frames + random_from(&temper->random, 1, 100000);
    door_took(run, "lie", rtmulti_session_playback_progress(session, segment->id, beyond, RTMULTI_NOW));
  }
}

void temper_after(struct temper *temper, struct run *run, struct tallies *tallies) {
  if (temper->owes_ready) {
    temper->owes_ready = false;
    door_took(run, "sink_ready", rtmulti_session_sink_ready(run->session));
  }
  /* What a sink that fell silent says again the library hears for the first time. */
  if (run->sink->is_muted || !happens(temper, temper->lies_per_1000)) return;
  tallies->faults[FAULT_LYING_REPORT] += 1;
  lie(temper, run);
}
