/* What is drawn at the beginning of a conversation: formats, the sink and how it behaves, the server and what it can
 * do, and by which doors the sessions are spoken to. */
#include <inttypes.h>
#include <string.h>

#include "talk.h"

static void draw_config(struct plan *plan, struct random *random) {
  rtmulti_config *config = &plan->config;
  rtmulti_config_init(config, sizeof *config);
  config->write_ahead_ms = RANDOM_ONE(random, 200, 200, 40, 100, 500, RTMULTI_UNLIMITED);
  config->handover_ms = RANDOM_ONE(random, 100, 100, 30, 0);
  config->clear_timeout_ms = RANDOM_ONE(random, 500, 500, 100);
  config->turn_patience_ms = RANDOM_ONE(random, 200, 200, 50);
  config->response_patience_ms = RANDOM_ONE(random, 2000, 2000, 300);
  config->command_patience_ms = RANDOM_ONE(random, 10000, 1000, 0);
  config->estimate = random_chance(random, 70);
  config->heard_audio = random_chance(random, 30);
  config->step_back_ms = random_chance(random, 8) ? 300 : 0;
  config->interrupts = RANDOM_ONE(random, RTMULTI_NO, RTMULTI_YES, RTMULTI_AS_THE_SESSION_SAYS);
  config->interrupt_on_speech = RANDOM_ONE(random, RTMULTI_NO, RTMULTI_YES, RTMULTI_AS_THE_SESSION_SAYS);
  config->wire = random_chance(random, 15) ? RTMULTI_WIRE_BETA : RTMULTI_WIRE_GA;
  config->server = RTMULTI_SERVER_TRUNCATES | RTMULTI_SERVER_DELETES;
  if (random_chance(random, 15))
    config->server =
        RANDOM_ONE(random, RTMULTI_SERVER_TRUNCATES, RTMULTI_SERVER_DELETES, RTMULTI_SERVER_SYNCS, 0,
                   RTMULTI_SERVER_DELETES | RTMULTI_SERVER_SYNCS, RTMULTI_SERVER_TRUNCATES | RTMULTI_SERVER_SYNCS);
  if (random_chance(random, 20)) config->server |= RTMULTI_SERVER_INTERRUPTS;
  if (random_chance(random, 4)) config->server |= RTMULTI_SERVER_OWNS_PLAYOUT;
}

void plan_draw(struct plan *plan, struct random *random) {
  memset(plan, 0, sizeof *plan);
  draw_config(plan, random);
  plan->material = RANDOM_ONE(random, MATERIAL_PCM16, MATERIAL_PCM16, MATERIAL_PCM16, MATERIAL_PCM16, MATERIAL_ULAW,
                              MATERIAL_ALAW, MATERIAL_OPUS, MATERIAL_PACKETS, MATERIAL_OGG);
  plan->source_rate_hz = plan->material == MATERIAL_PCM16  ? RANDOM_ONE(random, 8000, 8000, 16000, 24000)
                         : plan->material <= MATERIAL_ALAW ? 8000
                                                           : 48000;
  plan->candour = RANDOM_ONE(random, SINK_TRUE, SINK_TRUE, SINK_TRUE, SINK_RARE, SINK_LATE, SINK_SILENT, SINK_LYING);
  plan->takes_partly = random_chance(random, 20);
  plan->room_frames = random_chance(random, 20) ? random_between(random, 200, 4000) : 0;
  plan->reacts = random_chance(random, 35);
  plan->fails = random_chance(random, 6);
  plan->has_own_cuts = random_chance(random, 10);
  plan->refuses = random_chance(random, 12);
  plan->answers = random_chance(random, 70);
  plan->wild_order = random_chance(random, 25);
  plan->changes_server = random_chance(random, 5);
  plan->is_punctual = random_chance(random, 70);
  plan->delay_ms = random_chance(random, 25) ? (uint32_t)random_between(random, 1, 80) : 0;
  plan->has_spans = random_chance(random, 25);
  plan->splits_samples = random_chance(random, 10);
  plan->voices_no_text = random_chance(random, 95);
  plan->steps = (int)random_between(random, 8, 90);
  plan->lanes = RANDOM_ONE(random, 1 | 8, 2 | 4, 1 | 8, 2 | 4, 1 | 2, 1 | 4, 2 | 8, 4 | 8, 15);
  /* An input from inside a callback runs before the next piece for the sink is made, one between two polls where the
   * host is: the doors of one kind are compared with each other. */
  if (plan->reacts) plan->lanes = RANDOM_ONE(random, 1 | 4, 1 | 4, 2 | 8);
  if (plan->fails) plan->lanes = 1 | 4;
  plan->leader = (int)random_below(random, LANE_COUNT);
}

void plan_sink(const struct plan *plan, struct random *random, rtmulti_sink *sink, bool is_swap) {
  const rtmulti_driver before = sink->driver;
  rtmulti_sink_init(sink, sizeof *sink);
  sink->driver = RANDOM_ONE(random, RTMULTI_DRIVER_REPORTED, RTMULTI_DRIVER_REPORTED, RTMULTI_DRIVER_PACED,
                            RTMULTI_DRIVER_PULLED, RTMULTI_DRIVER_HOST);
  /* What only a host has, no other sink can play (rule E11). */
  if (is_swap && before == RTMULTI_DRIVER_HOST) sink->driver = RTMULTI_DRIVER_HOST;
  if (is_swap && before != RTMULTI_DRIVER_HOST && sink->driver == RTMULTI_DRIVER_HOST) sink->driver = before;
  sink->flags = 0;
  if (random_chance(random, 45)) sink->flags |= RTMULTI_SINK_GAPLESS;
  if (random_chance(random, 85)) sink->flags |= RTMULTI_SINK_CAN_PAUSE;
  if (random_chance(random, 88)) sink->flags |= RTMULTI_SINK_CAN_CLEAR;
  if (random_chance(random, 20)) sink->flags |= RTMULTI_SINK_STARTS_AT_ONCE;
  if (sink->driver == RTMULTI_DRIVER_REPORTED && random_chance(random, 15)) sink->flags |= RTMULTI_SINK_FIXED_WRITES;
  const bool is_telephone = plan->source_rate_hz == 8000 && random_chance(random, 25);
  sink->sample_rate_hz =
      random_chance(random, 60) ? plan->source_rate_hz : RANDOM_ONE(random, 8000, 16000, 24000, 48000);
  if (is_telephone && (sink->driver == RTMULTI_DRIVER_REPORTED || sink->driver == RTMULTI_DRIVER_PACED)) {
    sink->codec = RANDOM_ONE(random, RTMULTI_CODEC_ULAW, RTMULTI_CODEC_ALAW);
    sink->sample_rate_hz = 8000;
  } else if (random_chance(random, 15)) {
    sink->channels = 2;
  }
  /* A device says with each pull how far the ear is. */
  if (sink->driver != RTMULTI_DRIVER_PULLED && random_chance(random, 15))
    sink->output_latency_ms = (uint32_t)random_between(random, 1, 150);
  sink->frame_ms = RANDOM_ONE(random, 20, 20, 10, 60);
  sink->lead_ms = RANDOM_ONE(random, 100, 60, 200);
  sink->prebuffer_ms = random_chance(random, 20) ? 60 : 0;
  sink->max_prebuffer_ms = RANDOM_ONE(random, 200, 0);
  if (sink->max_prebuffer_ms < sink->prebuffer_ms) sink->max_prebuffer_ms = sink->prebuffer_ms;
  sink->pad_last_frame = random_chance(random, 20);
  sink->fade_us = RANDOM_ONE(random, 0, 3000);
}

void sink_print(const rtmulti_sink *sink) {
  static const char *const drivers[] = {"reported", "paced", "pulled", "host"};
  printf(
      "  a sink: %s at %u Hz, %u channels, codec %u%s%s%s%s%s, latency %u, frame %u, lead %u, prebuffer %u to %u, pads "
      "%u\n",
      drivers[sink->driver], (unsigned)sink->sample_rate_hz, (unsigned)sink->channels, (unsigned)sink->codec,
      sink->flags & RTMULTI_SINK_GAPLESS ? ", gapless" : "", sink->flags & RTMULTI_SINK_CAN_PAUSE ? ", pauses" : "",
      sink->flags & RTMULTI_SINK_CAN_CLEAR ? ", clears" : "",
      sink->flags & RTMULTI_SINK_STARTS_AT_ONCE ? ", at once" : "",
      sink->flags & RTMULTI_SINK_FIXED_WRITES ? ", fixed writes" : "", (unsigned)sink->output_latency_ms,
      (unsigned)sink->frame_ms, (unsigned)sink->lead_ms, (unsigned)sink->prebuffer_ms, (unsigned)sink->max_prebuffer_ms,
      (unsigned)sink->pad_last_frame);
}

void plan_print(const struct talk *talk) {
  static const char *const candours[] = {"true", "rare", "late", "silent", "lying"};
  const struct plan *plan = &talk->plan;
  const rtmulti_config *c = &plan->config;
  printf("seed %" PRIu64 ": %s at %u Hz, a %s sink, server %u%s%s%s%s%s%s%s%s%s%s, lanes %u from %d, %d steps\n",
         talk->seed, material_name(plan->material), (unsigned)plan->source_rate_hz, candours[plan->candour],
         (unsigned)c->server, plan->takes_partly ? ", takes partly" : "",
         plan->room_frames > 0 ? ", has little room" : "", plan->reacts ? ", reacts" : "", plan->fails ? ", fails" : "",
         plan->has_own_cuts ? ", cuts by itself" : "", plan->refuses ? ", refuses" : "",
         plan->answers ? "" : ", answers nothing", plan->wild_order ? ", wild" : "",
         plan->is_punctual ? "" : ", late at deadlines", plan->changes_server ? ", changes" : "", plan->lanes,
         plan->leader, plan->steps);
  printf(
      "  write ahead %u, handover %u, clear timeout %u, turn %u, response %u, command patience %u, estimate %u, "
      "step back %u, interrupts %u, on speech %u\n",
      (unsigned)c->write_ahead_ms, (unsigned)c->handover_ms, (unsigned)c->clear_timeout_ms,
      (unsigned)c->turn_patience_ms, (unsigned)c->response_patience_ms, (unsigned)c->command_patience_ms,
      (unsigned)c->estimate, (unsigned)c->step_back_ms, (unsigned)c->interrupts, (unsigned)c->interrupt_on_speech);
}
