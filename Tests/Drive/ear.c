/* The sink and the ear; see ear.h. */
#include "ear.h"

#include <string.h>

#include "talk.h"

struct segment *ear_segment(struct talk *talk, uint64_t id) {
  for (int i = talk->ear.segment_count - 1; i >= 0; i--)
    if (talk->ear.segments[i].id == id) return &talk->ear.segments[i];
  return NULL;
}

static struct part *part_of(struct talk *talk, const struct segment *segment) {
  return segment->item < 0 ? NULL : &talk->server.items[segment->item].parts[segment->part];
}

double ear_heard_ms(const struct talk *talk, const struct item *item) {
  double frames = 0;
  /* Silence that fills a last write is no audio of the message. */
  for (int i = 0; i < item->part_count; i++) {
    const struct part *part = &item->parts[i];
    frames += part->heard_frames < (double)part->sent_frames ? part->heard_frames : (double)part->sent_frames;
  }
  return frames * 1000 / talk->plan.source_rate_hz;
}

static double in_source(const struct talk *talk, double frames) {
  return frames * talk->plan.source_rate_hz / talk->ear.sink.sample_rate_hz;
}

/* What was played in the last L never reached the ear when the sink drops everything now (rule C6). */
static void forget_unheard(struct talk *talk) {
  struct ear *ear = &talk->ear;
  const int64_t from_us = talk->now_us - (int64_t)ear->sink.output_latency_ms * 1000;
  for (int i = 0; i < ear->stretch_count; i++) {
    const struct stretch *stretch = &ear->stretches[i];
    if (stretch->to_us <= from_us) continue;
    const int64_t begin = stretch->from_us > from_us ? stretch->from_us : from_us;
    const double lost =
        (double)stretch->frames * (double)(stretch->to_us - begin) / (double)(stretch->to_us - stretch->from_us);
    struct segment *segment = &ear->segments[stretch->segment];
    struct part *part = part_of(talk, segment);
    segment->lost += lost;
    if (part != NULL) part->heard_frames -= in_source(talk, lost);
  }
  ear->stretch_count = 0;
}

static void drop_all(struct talk *talk) {
  struct ear *ear = &talk->ear;
  forget_unheard(talk);
  for (int i = 0; i < ear->segment_count; i++) {
    struct segment *segment = &ear->segments[i];
    if (segment->is_dropped || segment->is_old) continue;
    struct part *part = part_of(talk, segment);
    const int64_t audio = segment->written - segment->padding;
    const int64_t unplayed = audio > segment->played ? audio - segment->played : 0;
    if (part != NULL) part->placed_frames -= (int64_t)in_source(talk, (double)unplayed + segment->lost);
    segment->is_dropped = true;
  }
  ear->first = ear->segment_count;
}

void ear_set(struct talk *talk, const rtmulti_sink *sink) {
  struct ear *ear = &talk->ear;
  if (ear->has_sink) {
    /* What was cut and cannot be taken back plays on, on a sink that is there no more. */
    if ((ear->sink.flags & RTMULTI_SINK_CAN_CLEAR) == 0 && (ear_unplayed(talk) > 0 || ear->sink.output_latency_ms > 0))
      ear->is_exact = false;
    if (ear->sink.driver == RTMULTI_DRIVER_PACED || ear->sink.sample_rate_hz != talk->plan.source_rate_hz)
      ear->slack_frames = talk->plan.source_rate_hz / 1000 + 1;
    if (ear->sink.output_latency_ms > 0) ear->slack_frames = talk->plan.source_rate_hz / 500;
    if (ear->sink.driver != RTMULTI_DRIVER_PULLED) drop_all(talk);
    for (int i = 0; i < ear->segment_count; i++) ear->segments[i].is_old = true;
  }
  ear->has_sink = sink != NULL;
  ear->clear_is_out = ear->was_full = false;
  ear->debt = 0;
  ear->played_us = talk->now_us;
  if (sink == NULL) return;
  ear->sink = *sink;
  ear->channels = sink->channels;
  /* What lies in the ring of a device that cannot clear counts as heard; whether it is pulled is another matter. */
  /* Where packets are missing, how much of a last write is silence is not known from outside. */
  if (sink->pad_last_frame && talk->plan.material >= MATERIAL_PACKETS) ear->is_exact = false;
  if (sink->driver == RTMULTI_DRIVER_PULLED && (sink->flags & RTMULTI_SINK_CAN_CLEAR) == 0) ear->is_exact = false;
}

int64_t ear_unplayed(const struct talk *talk) {
  int64_t frames = 0;
  for (int i = talk->ear.first; i < talk->ear.segment_count; i++)
    frames += talk->ear.segments[i].written - talk->ear.segments[i].played;
  return frames;
}

static void play_some(struct talk *talk, struct segment *segment, int64_t frames, int64_t from_us, int64_t to_us) {
  struct ear *ear = &talk->ear;
  struct part *part = part_of(talk, segment);
  /* Silence lies at the end of a segment. */
  int64_t audio = segment->written - segment->padding - segment->played;
  if (audio > frames) audio = frames;
  segment->played += frames;
  if (part != NULL && audio > 0) part->heard_frames += in_source(talk, (double)audio);
  if (ear->sink.output_latency_ms == 0 || audio <= 0) return;
  to_us = from_us + (to_us - from_us) * audio / frames;
  if (ear->stretch_count == MOST_STRETCHES) {
    memmove(ear->stretches, ear->stretches + MOST_STRETCHES / 2, sizeof ear->stretches / 2);
    ear->stretch_count = MOST_STRETCHES / 2;
  }
  ear->stretches[ear->stretch_count++] =
      (struct stretch){(int)(segment - ear->segments), audio, from_us, to_us > from_us ? to_us : from_us + 1};
}

void ear_play(struct talk *talk) {
  struct ear *ear = &talk->ear;
  const int64_t since_us = ear->played_us;
  ear->played_us = talk->now_us;
  if (!ear->has_sink || ear->is_paused || ear->sink.driver == RTMULTI_DRIVER_PULLED) return;
  const int64_t rate = ear->sink.sample_rate_hz;
  const int64_t earned = ear->debt + (talk->now_us - since_us) * rate;
  int64_t frames = earned / 1000000;
  int64_t at_us = since_us;
  ear->debt = earned % 1000000;
  for (int i = ear->first; i < ear->segment_count; i++) {
    struct segment *segment = &ear->segments[i];
    int64_t some = segment->written - segment->played;
    if (some > frames) some = frames;
    if (some > 0) {
      const int64_t to_us = at_us + some * 1000000 / rate;
      play_some(talk, segment, some, at_us, to_us);
      frames -= some;
      at_us = to_us;
    }
    const bool is_over = segment->is_dropped || (segment->is_flushed && segment->played == segment->written);
    if (is_over && i == ear->first) ear->first += 1;
    /* A gapless sink goes on to the next one where it has run dry, flushed or not. */
    const bool goes_on = ear->sink.flags & RTMULTI_SINK_GAPLESS && segment->played == segment->written;
    if (!is_over && !goes_on) break;
  }
  /* Where it starves, time that has passed buys nothing (rule C2). */
  if (ear_unplayed(talk) == 0) ear->debt = 0;
}

/* ---- a device ---- */

/* Whose sample this is: of the part that has heard as much before it, give or take what a clock may be off. */
static struct part *part_with(struct talk *talk, int16_t sample) {
  for (int i = 0; i < talk->server.item_count; i++) {
    struct item *item = &talk->server.items[i];
    if (item->records > 0 || item->response < 0 || talk->server.responses[item->response].is_cut) continue;
    for (int j = 0; j < item->part_count; j++) {
      struct part *part = &item->parts[j];
      for (int64_t k = 0; k <= 2 * talk->ear.slack_frames; k++) {
        const int64_t next = (int64_t)(part->heard_frames + 0.5) + (k % 2 == 0 ? k / 2 : -(k / 2) - 1);
        if (next < 0 || next >= part->sent_frames || pcm_sample(part->number, next) != sample) continue;
        part->heard_frames = (double)next;
        return part;
      }
    }
  }
  return NULL;
}

void ear_pulled(struct talk *talk, const int16_t *pcm, uint32_t frames) {
  struct ear *ear = &talk->ear;
  ear->pulled += frames;
  if (talk->plan.material != MATERIAL_PCM16 || ear->sink.sample_rate_hz != talk->plan.source_rate_hz) {
    if (frames > 0) ear->is_exact = false;
    return;
  }
  struct part *part = NULL;
  for (uint32_t i = 0; i < frames; i++) {
    const int16_t sample = pcm[i * ear->channels];
    if (part == NULL || (int64_t)part->heard_frames >= part->sent_frames ||
        pcm_sample(part->number, (int64_t)part->heard_frames) != sample)
      part = part_with(talk, sample);
    if (part == NULL && !ear->is_exact) return;
    if (part == NULL) {
      talk_wrong(talk, "a device pulls the sample %d, which is the next one of no part", sample);
      return;
    }
    part->heard_frames += 1;
    part->placed_frames = (int64_t)part->heard_frames;
  }
}

/* ---- effects ---- */

/* What is written is what was sent, sample for sample, and goes on where it stopped. */
static void compare_samples(struct talk *talk, const struct segment *segment, struct part *part,
                            const rtmulti_effect *effect) {
  const struct ear *ear = &talk->ear;
  const enum material material = talk->plan.material;
  if (ear->sink.sample_rate_hz != talk->plan.source_rate_hz || material > MATERIAL_ALAW) return;
  if (!ear->is_exact || ear->sink.output_latency_ms > 0 || talk->plan.config.step_back_ms > 0) return;
  if (ear->slack_frames > 0 && segment->written == 0 && effect->frames > 0) {
    if (material != MATERIAL_PCM16 || effect->pcm == NULL) return;
    /* Where a clock has said how far the sink before was, this one begins at most so far from there. */
    const int64_t off = ((effect->pcm[0] - pcm_sample(part->number, part->placed_frames)) & 0xfff);
    const int64_t signed_off = off > 0x800 ? off - 0x1000 : off;
    if (signed_off >= -ear->slack_frames && signed_off <= ear->slack_frames) part->placed_frames += signed_off;
  } else if (ear->slack_frames > 0 && material != MATERIAL_PCM16) {
    return;
  }
  const int64_t from = part->placed_frames;
  for (uint32_t i = 0; i < effect->frames; i++) {
    const bool is_padding = segment->audio_end >= 0 && from + i >= segment->audio_end;
    const uint8_t code = code_at(part->number, from + i);
    int expected = 0, came;
    if (effect->codes != NULL) {
      if (material == MATERIAL_PCM16 || (material == MATERIAL_ULAW) != (ear->sink.codec == RTMULTI_CODEC_ULAW)) return;
      expected = code == 0x7f && material == MATERIAL_ULAW ? 0xff : code;
      came = effect->codes[i];
      if (is_padding) expected = came;
    } else {
      came = effect->pcm[i * ear->channels];
      if (!is_padding)
        expected = material == MATERIAL_PCM16 ? pcm_sample(part->number, from + i) : code_sample(material, code);
    }
    if (came == expected) continue;
    talk_wrong(talk, "frame %lld of part %d of %s in segment %llu is %d and was sent as %d", (long long)(from + i),
               (int)part->content, talk->server.items[segment->item].id, (unsigned long long)segment->id, came,
               expected);
    return;
  }
}

static struct segment *new_segment(struct talk *talk, uint64_t id) {
  struct ear *ear = &talk->ear;
  if (ear->segment_count == MOST_SEGMENTS) {
    talk_wrong(talk, "more segments than a conversation can have");
    return NULL;
  }
  struct segment *segment = &ear->segments[ear->segment_count++];
  memset(segment, 0, sizeof *segment);
  segment->id = id;
  segment->item = -1;
  segment->audio_end = -1;
  rtmulti_segment whose = {.struct_size = sizeof whose};
  if (rtmulti_session_segment(talk->doors.lanes[0].session, id, &whose) == RTMULTI_OK) {
    struct item *item = server_item(&talk->server, whose.item_id);
    struct part *part = item == NULL ? NULL : item_part(item, whose.content_index);
    if (part == NULL) {
      talk_wrong(talk, "segment %llu is of part %d of %s, which was never sent", (unsigned long long)id,
                 (int)whose.content_index, whose.item_id);
      return NULL;
    }
    segment->item = (int)(item - talk->server.items);
    segment->part = (int)(part - item->parts);
  }
  return segment;
}

int64_t ear_write(struct talk *talk, const rtmulti_effect *effect) {
  struct ear *ear = &talk->ear;
  struct segment *segment = ear_segment(talk, effect->segment);
  if (segment == NULL) segment = new_segment(talk, effect->segment);
  if (segment == NULL) return 0;
  const bool reports = ear->sink.driver == RTMULTI_DRIVER_REPORTED || ear->sink.driver == RTMULTI_DRIVER_HOST;
  const struct response *response = segment->item < 0 || talk->server.items[segment->item].response < 0
                                        ? NULL
                                        : &talk->server.responses[talk->server.items[segment->item].response];
  if (!ear->has_sink || ear->sink.driver == RTMULTI_DRIVER_PULLED || segment->is_old)
    talk_wrong(talk, "a sink that is not there is written to");
  else if (segment->is_flushed || segment->is_dropped)
    talk_wrong(talk, "segment %llu is written to behind its flush or clear", (unsigned long long)segment->id);
  else if (reports && ear->clear_is_out && !talk->plan.fails)
    talk_wrong(talk, "a write before a clear was answered (rule E2)");
  else if (response != NULL && response->is_cut)
    talk_wrong(talk, "%s is written to the sink, and its response was cut (rules D1, D6)",
               talk->server.items[segment->item].id);
  if (talk->is_wrong) return 0;
  struct part *part = part_of(talk, segment);
  if (part != NULL && ear->sink.pad_last_frame && segment->audio_end < 0 &&
      part->placed_frames + (int64_t)in_source(talk, effect->frames) > part->sent_frames)
    segment->audio_end = part->sent_frames;
  if (part != NULL && (effect->pcm != NULL || effect->codes != NULL)) compare_samples(talk, segment, part, effect);
  int64_t taken = effect->frames;
  if (talk->plan.room_frames > 0) {
    const int64_t room = talk->plan.room_frames - ear_unplayed(talk);
    if (taken > room) taken = room < 0 ? 0 : room;
  }
  if (talk->plan.takes_partly && random_chance(&talk->random, 30)) taken = random_between(&talk->random, 0, taken);
  if (taken < effect->frames) ear->was_full = true, talk->tallies->partial_writes += 1;
  segment->written += taken;
  if (part == NULL) return taken;
  part->placed_frames += (int64_t)(in_source(talk, (double)segment->written) + 0.5) -
                         (int64_t)(in_source(talk, (double)(segment->written - taken)) + 0.5);
  if (segment->audio_end >= 0 && part->placed_frames > segment->audio_end) {
    const double padding = (double)(part->placed_frames - segment->audio_end);
    segment->padding += (int64_t)(padding * ear->sink.sample_rate_hz / talk->plan.source_rate_hz);
    part->placed_frames = segment->audio_end;
  }
  return taken;
}

void ear_flush(struct talk *talk, uint64_t id) {
  struct segment *segment = ear_segment(talk, id);
  if (segment == NULL) segment = new_segment(talk, id);
  if (segment == NULL) return;
  if (segment->is_flushed) talk_wrong(talk, "segment %llu is flushed twice", (unsigned long long)id);
  segment->is_flushed = true;
}

static struct op report_of(struct talk *talk, enum op_kind kind, struct segment *segment, int64_t frames) {
  (void)talk;
  struct op op = {
      .kind = kind, .content = -1, .output = -1, .segment = segment->id, .frames = frames, .at_us = RTMULTI_NOW};
  segment->told = frames;
  return op;
}

void ear_clear(struct talk *talk, uint64_t id, struct answer *answer) {
  struct ear *ear = &talk->ear;
  if ((ear->sink.flags & RTMULTI_SINK_CAN_CLEAR) == 0 && !talk->plan.fails)
    talk_wrong(talk, "a sink that cannot clear is cleared");
  if (ear->sink.driver == RTMULTI_DRIVER_PULLED) return;
  if (ear_segment(talk, id) == NULL)
    talk_wrong(talk, "segment %llu is cleared and was never written", (unsigned long long)id);
  /* What was cleared before and never answered for was settled without it (rule E2). */
  bool is_waited_for = false;
  for (int i = 0; i < ear->segment_count; i++) {
    const struct segment *segment = &ear->segments[i];
    if (!segment->is_finished_told && !segment->is_old && !segment->is_dropped) is_waited_for = true;
  }
  drop_all(talk);
  if (ear->sink.driver == RTMULTI_DRIVER_PACED) return;
  ear->clear_us = talk->now_us;
  ear->clear_is_out = is_waited_for;
  if (talk->plan.candour == SINK_SILENT || talk->plan.candour == SINK_LATE || talk->is_closed || answer == NULL) return;
  for (int i = 0; i < ear->segment_count; i++) {
    struct segment *segment = &ear->segments[i];
    if (segment->is_finished_told || segment->is_old) continue;
    if (answer->reaction_count == REACTION_COUNT) return; /* the others are answered for when time passes */
    struct op op = report_of(talk, OP_FINISHED, segment, segment->played);
    op.number = 1;
    segment->is_finished_told = true;
    answer->reactions[answer->reaction_count++] = op;
  }
  ear->clear_is_out = false;
}

void ear_answer_clear(struct talk *talk) {
  struct ear *ear = &talk->ear;
  if (!ear->clear_is_out) return;
  ear->clear_is_out = false;
  for (int i = 0; i < ear->segment_count; i++) {
    struct segment *segment = &ear->segments[i];
    if (segment->is_finished_told || segment->is_old || !segment->is_dropped) continue;
    segment->is_finished_told = true;
    struct op op = report_of(talk, OP_FINISHED, segment, segment->played);
    op.number = 1;
    talk_say(talk, &op);
  }
}

void ear_report(struct talk *talk, bool all) {
  struct ear *ear = &talk->ear;
  if (!ear->has_sink || (ear->sink.driver != RTMULTI_DRIVER_REPORTED && ear->sink.driver != RTMULTI_DRIVER_HOST))
    return;
  const bool is_rare = !all && talk->plan.candour == SINK_RARE;
  /* Where the ear lags, it counts when something was played: a report that comes late says too late a time. */
  if (ear->sink.output_latency_ms > 0) all = all || talk->plan.candour == SINK_TRUE;
  if (ear->sink.output_latency_ms > 0 && !all) ear->is_exact = false;
  for (int i = 0; i < ear->segment_count && !talk->is_wrong; i++) {
    struct segment *segment = &ear->segments[i];
    if (segment->is_old || segment->is_dropped || segment->is_finished_told) continue;
    struct op op;
    if (segment->played > 0 && !segment->is_started_told && (!is_rare || random_chance(&talk->random, 30))) {
      segment->is_started_told = true;
      op = report_of(talk, OP_STARTED, segment, 0);
      talk_say(talk, &op);
      if (segment->is_dropped || segment->is_old) continue;
    }
    if (segment->is_flushed && segment->played == segment->written) {
      segment->is_finished_told = true;
      op = report_of(talk, OP_FINISHED, segment, segment->played);
      talk_say(talk, &op);
    } else if (segment->played > segment->told && (all || random_chance(&talk->random, is_rare ? 10 : 60))) {
      op = report_of(talk, OP_PROGRESS, segment, segment->played);
      talk_say(talk, &op);
    }
  }
}
