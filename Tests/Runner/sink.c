/* The sink and the listener's ear; see sink.h. Time passes here only one millisecond at a time. */
#include "sink.h"

#include "run.h"

struct sink *sink_new(struct run *run) {
  struct sink *sink = arena_take(run->arena, sizeof *sink);
  sink->run = run;
  return sink;
}

/* The lead that is nearest to what a scenario wants: a paced sink gets whole frames, and 5 s at most. */
static uint32_t lead_ms(uint32_t write_ahead_ms) {
  enum { FRAME_MS = 20, MAXIMUM_LEAD_MS = 5000 };
  if (write_ahead_ms < FRAME_MS) return FRAME_MS;
  return write_ahead_ms < MAXIMUM_LEAD_MS ? write_ahead_ms : MAXIMUM_LEAD_MS;
}

void sink_describe(const struct scenario_config *config, rtmulti_sink *described) {
  rtmulti_sink_init(described, sizeof *described);
  described->flags = (config->gapless ? RTMULTI_SINK_GAPLESS : 0u) |
                     (config->can_pause ? RTMULTI_SINK_CAN_PAUSE : 0u) |
                     (config->can_clear ? RTMULTI_SINK_CAN_CLEAR : 0u) |
                     (config->starts_at_once ? RTMULTI_SINK_STARTS_AT_ONCE : 0u);
  described->sample_rate_hz = config->rate_hz;
  described->channels = 1;
  /* A device says its delay with each pull. */
  described->output_latency_ms = config->sink == SINK_PULLED ? 0 : config->latency_ms;
  if (config->sink == SINK_PULLED) described->driver = RTMULTI_DRIVER_PULLED;
  if (config->host_plays) described->driver = RTMULTI_DRIVER_HOST;
  if (config->sink != SINK_PACED) return;
  described->driver = RTMULTI_DRIVER_PACED;
  /* The page knows no prebuffer: a message begins as it comes, however late another one came before. */
  described->max_prebuffer_ms = 0;
  if (config->write_ahead_ms != RTMULTI_UNLIMITED) described->lead_ms = lead_ms(config->write_ahead_ms);
}

int64_t sink_frames(const struct run *run, int64_t ms) {
  return (ms * run->scenario->config.rate_hz + 999) / 1000;
}

static bool is_auto(const struct sink *sink) { return sink->run->scenario->config.sink == SINK_AUTO; }

/* Whether somebody plays what is written to it, in virtual time. */
static bool plays_writes(const struct sink *sink) {
  return is_auto(sink) || sink->run->scenario->config.sink == SINK_PACED;
}

/* ---- segments ---- */

void sink_name_segment(struct segment *segment, struct slice id, int32_t content) {
  const struct server_item *item = server_find_item(&segment->sink->run->server, id);
  segment->item = id;
  segment->content = content;
  segment->announcement = item == NULL ? 0 : item->announcement;
}

struct segment *sink_segment(struct sink *sink, uint64_t id) {
  struct run *run = sink->run;
  for (struct segment *segment = run->segments; segment != NULL; segment = segment->next) {
    if (segment->id == id) return segment;
  }
  rtmulti_segment known = {.struct_size = sizeof known};
  struct segment *segment = arena_take(run->arena, sizeof *segment);
  segment->id = id;
  segment->sink = sink;
  segment->reported_frames = NOT_GIVEN;
  segment->cut_at_frames = NOT_GIVEN;
  if (rtmulti_session_segment(run->session, id, &known) == RTMULTI_OK) {
    sink_name_segment(segment, arena_copy(run->arena, known.item_id, known.item_id_size), known.content_index);
  }
  if (run->newest_segment == NULL) {
    run->segments = segment;
  } else {
    run->newest_segment->next = segment;
  }
  run->newest_segment = segment;
  return segment;
}

struct segment *sink_newest_segment(struct run *run, struct slice item, int32_t content) {
  struct segment *newest = NULL;
  for (struct segment *segment = run->segments; segment != NULL; segment = segment->next) {
    if (segment->content == content && slice_equal(segment->item, item)) newest = segment;
  }
  return newest;
}

/* The next segment of this sink, from `segment` on, that is not finished. */
static struct segment *unfinished(const struct sink *sink, struct segment *segment) {
  while (segment != NULL && (segment->sink != sink || segment->state == SEGMENT_FINISHED))
    segment = segment->next;
  return segment;
}

/* ---- reports ---- */

static void report(struct sink *sink, enum report_kind kind, struct segment *segment, int32_t interrupted) {
  if (sink->is_muted) return;
  const int64_t frames = kind == REPORT_STARTED ? 0 : segment->played_frames;
  door_report(sink->run, (struct report){
                             .kind = kind, .segment = segment->id, .frames = frames, .interrupted = interrupted});
}

/* What there is to say of a segment. How far it has come is said where it has run dry, or where `all` is said. */
enum news { NO_NEWS, NEWS_STARTED, NEWS_PROGRESS, NEWS_FINISHED };

static enum news news_of(const struct sink *sink, const struct segment *segment, bool all) {
  if (segment->played_frames > 0 && segment->reported_frames == NOT_GIVEN) return NEWS_STARTED;
  const bool has_come_on = segment->played_frames > 0 && segment->played_frames > segment->reported_frames;
  const bool is_dry = segment->played_frames == segment->written_frames;
  const bool is_first = unfinished(sink, sink->run->segments) == segment;
  const bool is_over = is_first && is_dry && segment->state == SEGMENT_FLUSHED;
  if (has_come_on && (all || (is_dry && !is_over))) return NEWS_PROGRESS;
  return is_over ? NEWS_FINISHED : NO_NEWS;
}

/* The first segment of which there is something to say, NULL if there is none. */
static struct segment *with_news(const struct sink *sink, bool all) {
  if (!is_auto(sink) || sink->state != SINK_IN_USE) return NULL;
  struct segment *segment = unfinished(sink, sink->run->segments);
  while (segment != NULL && news_of(sink, segment, all) == NO_NEWS) segment = unfinished(sink, segment->next);
  return segment;
}

static void report_all_news(struct sink *sink, bool all) {
  /* A report may change every segment, so the next one is looked for from the beginning. */
  for (struct segment *segment = with_news(sink, all); segment != NULL; segment = with_news(sink, all)) {
    switch (news_of(sink, segment, all)) {
      case NEWS_STARTED:
        segment->reported_frames = 0;
        report(sink, REPORT_STARTED, segment, 0);
        break;
      case NEWS_PROGRESS:
        segment->reported_frames = segment->played_frames;
        report(sink, REPORT_PROGRESS, segment, 0);
        break;
      default:
        segment->state = SEGMENT_FINISHED;
        report(sink, REPORT_FINISHED, segment, 0);
        break;
    }
  }
}

void sink_report(struct sink *sink) { report_all_news(sink, !sink->run->options.reports_rarely); }

void sink_report_position(struct sink *sink) { report_all_news(sink, true); }

bool sink_wants_to_report(const struct sink *sink) {
  return with_news(sink, !sink->run->options.reports_rarely) != NULL;
}

/* ---- what the library asks ---- */

void sink_write(struct sink *sink, uint64_t id, uint32_t frames) {
  struct run *run = sink->run;
  struct segment *segment = sink_segment(sink, id);
  if (segment->item.bytes == NULL)
    run_fail(run, run->line, "the library wrote frames of a segment that it does not know");
  if (segment->state != SEGMENT_OPEN)
    run_fail(run, run->line, "the library wrote to a segment after its flush or clear");
  segment->written_frames += frames;
  effects_add(&run->effects, run->arena,
              (struct effect){.kind = EFFECT_WRITE, .id = segment->item, .frames = frames});
  if (!is_auto(sink)) return;
  sink_report(sink);
  report(sink, REPORT_PROGRESS, segment, 0);
}

void sink_flush(struct sink *sink, uint64_t id) {
  struct run *run = sink->run;
  struct segment *segment = sink_segment(sink, id);
  effects_add(&run->effects, run->arena, (struct effect){.kind = EFFECT_FLUSH, .id = segment->item});
  if (segment->state == SEGMENT_FLUSHED) run_fail(run, run->line, "the library flushed a segment twice");
  if (segment->state == SEGMENT_OPEN) segment->state = SEGMENT_FLUSHED;
  sink_report(sink);
}

void sink_clear(struct sink *sink, uint64_t id) {
  struct run *run = sink->run;
  struct segment *audible = sink_segment(sink, id);
  effects_add(&run->effects, run->arena, (struct effect){.kind = EFFECT_CLEAR, .id = audible->item});
  if (!plays_writes(sink)) return;
  sink_stop(sink);
  for (struct segment *segment = unfinished(sink, run->segments); segment != NULL;
       segment = unfinished(sink, segment->next)) {
    if (is_auto(sink) && segment->played_frames > 0 && segment->reported_frames == NOT_GIVEN)
      report(sink, REPORT_STARTED, segment, 0);
    segment->state = SEGMENT_FINISHED;
    if (is_auto(sink)) report(sink, REPORT_FINISHED, segment, 1);
  }
}

void sink_pause(struct sink *sink, bool is_paused) {
  struct run *run = sink->run;
  sink->is_paused = is_paused;
  effects_add(&run->effects, run->arena, (struct effect){.kind = is_paused ? EFFECT_PAUSE : EFFECT_RESUME});
}

/* ---- playing ---- */

/* The first segment with frames to play. A gapless sink goes on to the next one without waiting for a flush. */
static struct segment *playable(const struct sink *sink) {
  struct segment *segment = unfinished(sink, sink->run->segments);
  while (segment != NULL && segment->played_frames == segment->written_frames) {
    segment = unfinished(sink, segment->next);
  }
  return segment;
}

static void remember(struct run *run, struct segment *segment) {
  if (run->scenario->config.latency_ms == 0) return;
  segment->moments = arena_grow(run->arena, segment->moments, segment->moment_count, &segment->moment_capacity,
                                sizeof *segment->moments);
  segment->moments[segment->moment_count] = (struct moment){run->now_ms, segment->played_frames};
  segment->moment_count += 1;
}

void sink_play_ms(struct sink *sink) {
  struct run *run = sink->run;
  if (!plays_writes(sink) || sink->is_paused || run->now_ms <= sink->stalled_until_ms) return;
  struct segment *segment = playable(sink);
  if (segment == NULL) return;
  if (segment->played_frames == 0) {
    sink->playing_ms = 0;
    sink->playing_frames = 0;
  }
  sink->playing_ms += 1;
  int64_t left = sink_frames(run, sink->playing_ms) - sink->playing_frames;
  sink->playing_frames += left;
  while (segment != NULL && left > 0) {
    const int64_t waiting = segment->written_frames - segment->played_frames;
    const int64_t played = waiting < left ? waiting : left;
    segment->played_frames += played;
    left -= played;
    remember(run, segment);
    segment = playable(sink);
  }
}

void sink_reported(struct segment *segment, enum report_kind kind, int64_t frames) {
  /* No sink plays what it was not given, whatever it says. */
  const int64_t played = frames < segment->written_frames ? frames : segment->written_frames;
  if (kind == REPORT_STARTED) return;
  if (!plays_writes(segment->sink)) {
    if (played > segment->accepted_frames) segment->accepted_frames = played;
    return;
  }
  segment->played_frames = played;
  remember(segment->sink->run, segment);
  if (kind == REPORT_FINISHED && segment->state == SEGMENT_FLUSHED) segment->state = SEGMENT_FINISHED;
}

/* ---- the ear ---- */

static int64_t ear_frames(const struct segment *segment) {
  const struct run *run = segment->sink->run;
  const struct scenario_config *config = &run->scenario->config;
  /* A device has its frames for good when it has taken them (rule C6), and only those. */
  if (config->sink == SINK_PULLED) return segment->played_frames;
  if (segment->cut_at_frames != NOT_GIVEN) return segment->cut_at_frames;
  if (!config->can_clear && segment->sink->state == SINK_IN_USE) return segment->written_frames;
  if (config->latency_ms == 0) return segment->played_frames;
  size_t i = segment->moment_count;
  while (i > 0 && segment->moments[i - 1].at_ms > run->now_ms - config->latency_ms) i -= 1;
  return i == 0 ? 0 : segment->moments[i - 1].played_frames;
}

/* What cannot be taken back counts as heard from the moment of the interrupt on, which settled its response. */
static bool counts_as_heard(const struct segment *segment) {
  struct run *run = segment->sink->run;
  const struct server_item *item = server_find_item(&run->server, segment->item);
  return !run->scenario->config.can_clear && item != NULL && item->response != NULL &&
         item->response->is_settled;
}

void sink_stop(struct sink *sink) {
  const bool can_clear = sink->run->scenario->config.can_clear;
  for (struct segment *segment = sink->run->segments; segment != NULL; segment = segment->next) {
    if (segment->sink != sink) continue;
    if (!can_clear && sink->state == SINK_IN_USE) continue;
    segment->cut_at_frames = counts_as_heard(segment) ? segment->written_frames : ear_frames(segment);
  }
}

/* Whether the sink said that it has come to a later segment: then everything before it was played (rule B8). */
static bool is_left_behind(const struct segment *segment) {
  for (const struct segment *later = segment->next; later != NULL; later = later->next) {
    if (later->sink == segment->sink && later->accepted_frames > 0) return true;
  }
  return false;
}

struct heard ear_heard(struct run *run, const struct server_item *item, int32_t content) {
  const struct scenario_config *config = &run->scenario->config;
  int64_t least_frames = 0;
  int64_t most_frames = 0;
  for (const struct segment *segment = run->segments; segment != NULL; segment = segment->next) {
    if (segment->content != content || segment->announcement != item->announcement) continue;
    if (!slice_equal(segment->item, item->id)) continue;
    if (config->sink != SINK_MANUAL) {
      least_frames += ear_frames(segment);
      most_frames += ear_frames(segment);
      if (config->sink == SINK_PULLED && !config->can_clear) most_frames += device_left(run, segment);
      continue;
    }
    const int64_t lag_frames = sink_frames(run, config->latency_ms);
    const bool may_have_run_on = config->estimate || !config->can_clear || is_left_behind(segment);
    least_frames += segment->accepted_frames > lag_frames ? segment->accepted_frames - lag_frames : 0;
    most_frames += may_have_run_on ? segment->written_frames : segment->accepted_frames;
  }
  return (struct heard){least_frames * 1000000 / config->rate_hz, most_frames * 1000000 / config->rate_hz};
}
