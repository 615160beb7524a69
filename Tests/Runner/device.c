/* The device of a pulled sink, in virtual time: it takes 10 ms from the library at each multiple of 10 ms. Whose
 * frames it took follows from what began and from what the server sent, never from the library's positions. */
#include "../C/pulled.h"
#include "run.h"

enum { BLOCK_MS = 10, MAXIMUM_BLOCK_FRAMES = 480 };

int64_t device_left(struct run *run, const struct segment *segment) {
  const struct server_item *item = server_find_item(&run->server, segment->item);
  const struct server_part *part = item == NULL ? NULL : item->parts;
  while (part != NULL && part->content != segment->content) part = part->next;
  /* The voice of the host under a text part: as long as it lasts (rule F9). */
  if (part == NULL || part->kind != RTMULTI_PART_AUDIO) return INT64_MAX;
  int64_t left = (server_received_us(&run->server, part) * run->scenario->config.rate_hz + 999999) / 1000000;
  for (const struct segment *any = run->segments; any != NULL; any = any->next) {
    if (any->content == segment->content && slice_equal(any->item, segment->item)) left -= any->played_frames;
  }
  return left > 0 ? left : 0;
}

/* Gives the frames that are owed to the segment that plays, as far as they can be of it. */
static void settle_debt(struct run *run) {
  struct device *device = &run->device;
  if (device->playing == NULL) return;
  const int64_t left = device_left(run, device->playing);
  const int64_t played = device->owed_frames < left ? device->owed_frames : left;
  device->playing->played_frames += played;
  device->owed_frames -= played;
}

void device_pull(struct run *run) {
  const struct scenario_config *config = &run->scenario->config;
  if (config->sink != SINK_PULLED || run->now_ms % BLOCK_MS != 0) return;
  if (run->now_ms <= run->sink->stalled_until_ms) return;
  int16_t block[MAXIMUM_BLOCK_FRAMES] = {0};
  const uint32_t frames = config->rate_hz * BLOCK_MS / 1000;
  const uint32_t delay_frames = (uint32_t)((uint64_t)config->latency_ms * config->rate_hz / 1000);
  const uint32_t taken = pull_now(run->session, block, frames, 1, delay_frames);
  if (taken > frames) {
    run_fail(run, run->line, "the library said that it filled more of a block than there is");
    return;
  }
  list_pull(&run->listing, block, taken, 1);
  /* Once something is owed, a later segment has begun, and the one before it gets no more. */
  const bool was_owed = run->device.owed_frames > 0;
  run->device.owed_frames += taken;
  if (!was_owed) settle_debt(run);
}

void device_started(struct run *run, uint64_t id, struct slice item, int32_t content) {
  if (run->scenario->config.sink != SINK_PULLED) return;
  struct segment *segment = sink_segment(run->sink, id);
  /* Asked now, the library may know it no more: one that was cut begins and ends in the same instant. */
  sink_name_segment(segment, item, content);
  run->device.playing = segment;
  settle_debt(run);
}

void device_swapped(struct run *run) {
  run->device.playing = NULL;
}

void device_settled(struct run *run, struct slice item) {
  struct device *device = &run->device;
  /* What cannot be taken back goes on (rule C6), whatever the record says already. */
  if (!run->scenario->config.can_clear || device->playing == NULL) return;
  if (slice_equal(device->playing->item, item)) device->playing = NULL;
}
