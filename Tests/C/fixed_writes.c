/* Does a reporting sink that wants blocks of one length (RTMULTI_SINK_FIXED_WRITES) get just those, and nothing else than a
 * sink that takes what comes? The same random conversation is played by both: each sample has to reach both, each write
 * has to be as long as it may be, and the records and commands are the same. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "conversation.h"
#include "random.h"

enum { FRAMES_MAX = 400000, TOLD_MAX = 256, FRAME_MS = 20, BLOCK = FRAME_MS * FRAMES_PER_MS };

/* A sink that plays at once what it takes, and sometimes takes less than it is offered. */
struct block_sink {
  struct conversation conversation;
  bool is_fixed, pads, takes_whole;
  uint64_t random;
  int16_t pcm[FRAMES_MAX];
  int64_t kept;          /* in `pcm`, silence that fills left out */
  int64_t in_segment;    /* taken of the newest one, silence included */
  int64_t open;          /* of a write that was not taken whole: what is left of its length */
  uint64_t segment;
  int wrong_lengths;
  bool has_short;        /* the newest write was shorter than a block: the last of its segment */
  char told[TOLD_MAX][96]; /* commands and records */
  int told_count;
};

static struct block_sink sinks[2];

static int32_t take(struct conversation *conversation, const rtmulti_effect *effect) {
  struct block_sink *sink = (struct block_sink *)conversation;
  if (effect->kind == RTMULTI_EFFECT_EVENT && effect->event->kind == RTMULTI_EVENT_MESSAGE && sink->told_count < TOLD_MAX)
    snprintf(sink->told[sink->told_count++], sizeof sink->told[0], "%s %u %d", effect->event->message->item_id,
             effect->event->message->outcome, (int)effect->event->message->heard_ms);
  if (effect->kind == RTMULTI_EFFECT_COMMAND && sink->told_count < TOLD_MAX)
    snprintf(sink->told[sink->told_count++], sizeof sink->told[0], "command %u %s %d", effect->command->kind,
             effect->command->item_id == NULL ? "" : effect->command->item_id, (int)effect->command->audio_end_ms);
  if (effect->kind != RTMULTI_EFFECT_WRITE) return 0;
  if (effect->segment != sink->segment) {
    sink->segment = effect->segment;
    sink->in_segment = 0;
    sink->has_short = false;
  }
  if (sink->is_fixed) {
    /* Nothing follows a short one in its segment; with padding none is short. */
    if (sink->has_short || effect->frames > BLOCK || (sink->pads && effect->frames != BLOCK)) sink->wrong_lengths += 1;
    sink->has_short = effect->frames < BLOCK;
  }
  const bool is_full = sink->is_fixed && !sink->takes_whole && !sink->has_short && random_from(&sink->random, 0, 9) == 0;
  const uint32_t taken = is_full ? effect->frames / 3 : effect->frames;
  for (uint32_t i = 0; i < taken && sink->kept < FRAMES_MAX; i++) {
    /* The audio of these conversations has no zeros, so that silence is what fills. */
    if (effect->pcm[i] != 0) sink->pcm[sink->kept++] = effect->pcm[i];
  }
  sink->in_segment += taken;
  conversation->room = taken;
  if (taken < effect->frames) sink->has_short = false;
  return 0;
}

/* All that was written is heard, and reported as frames of the segment. */
static void hear_all(struct block_sink *sink) {
  for (int i = 0; i < 64; i++) {
    const int64_t before = sink->in_segment;
    const uint64_t segment = sink->segment;
    const int flushes = sink->conversation.calls[RTMULTI_EFFECT_FLUSH];
    rtmulti_session_playback_progress(sink->conversation.session, segment, sink->in_segment, RTMULTI_NOW);
    rtmulti_session_playback_finished(sink->conversation.session, segment, sink->in_segment, 0, RTMULTI_NOW);
    rtmulti_session_sink_ready(sink->conversation.session);
    if (sink->in_segment == before && sink->segment == segment &&
        sink->conversation.calls[RTMULTI_EFFECT_FLUSH] == flushes)
      return;
  }
}

static int16_t sample_at(int64_t frame) { return (int16_t)(frame % 20000 + 1); }

static void say(struct block_sink *sink, const char *item, int64_t *frame, int64_t frames) {
  int16_t pcm[BLOCK * 8];
  for (int64_t i = 0; i < frames; i++) pcm[i] = sample_at((*frame)++);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_audio(sink->conversation.session, TEXT("r"), TEXT(item), -1, pcm,
                                                (size_t)frames * sizeof *pcm));
}

static void converse_with(struct block_sink *sink, uint64_t seed, bool is_fixed, bool pads) {
  rtmulti_config config = plain_config();
  rtmulti_sink described = plain_sink();
  if (is_fixed) described.flags |= RTMULTI_SINK_FIXED_WRITES;
  described.flags |= seed % 2 == 0 ? RTMULTI_SINK_GAPLESS : 0u;
  described.pad_last_frame = pads;
  memset(sink, 0, sizeof *sink);
  sink->is_fixed = is_fixed;
  sink->pads = pads;
  sink->random = seed;
  /* What is left of a padded block, or when it is interrupted, is as long as it is. */
  sink->takes_whole = pads || seed % 5 == 0;
  converse_as(&sink->conversation, &config, NULL, described);
  sink->conversation.inside = take;
  uint64_t random = seed;
  int64_t frame = 0;
  say_response(&sink->conversation, "r");
  const int items = random_from(&random, 1, 3);
  for (int i = 0; i < items; i++) {
    char item[8];
    snprintf(item, sizeof item, "m%d", i);
    say_item(&sink->conversation, "r", item);
    for (int j = random_from(&random, 1, 12); j > 0; j--) {
      say(sink, item, &frame, random_from(&random, 1, BLOCK * 8));
      if (random_from(&random, 0, 2) == 0) hear_all(sink);
    }
    say_item_done(&sink->conversation, item);
    hear_all(sink);
  }
  if (seed % 5 == 0) {
    /* Interrupted when only whole blocks of what came are played. */
    say_item(&sink->conversation, "r", "last");
    for (int64_t i = 0; i < 10; i++) say(sink, "last", &frame, BLOCK);
    say(sink, "last", &frame, BLOCK / 2);
    rtmulti_session_playback_progress(sink->conversation.session, sink->segment, BLOCK * 3, RTMULTI_NOW);
    rtmulti_session_interrupt(sink->conversation.session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST);
    rtmulti_session_playback_finished(sink->conversation.session, sink->segment, BLOCK * 3, 1, RTMULTI_NOW);
  } else {
    say_response_done(&sink->conversation, "r");
    hear_all(sink);
  }
  part(&sink->conversation);
}

static void check_same(uint64_t seed, bool pads) {
  converse_with(&sinks[0], seed, false, false);
  converse_with(&sinks[1], seed, true, pads);
  CHECK_EQUAL(0, sinks[1].wrong_lengths);
  CHECK_EQUAL(sinks[0].told_count, sinks[1].told_count);
  for (int i = 0; i < sinks[0].told_count; i++) CHECK(strcmp(sinks[0].told[i], sinks[1].told[i]) == 0);
  /* What an interrupt leaves unplayed may be less: a block that was not full, and what was not taken of one. */
  const int64_t missing = sinks[0].kept - sinks[1].kept;
  CHECK(seed % 5 == 0 ? missing >= 0 : missing == 0);
  CHECK(memcmp(sinks[0].pcm, sinks[1].pcm, (size_t)sinks[1].kept * sizeof(int16_t)) == 0);
}

/* Nothing is written while less than a block is there, and it goes with the end of the message. */
static void check_waits(void) {
  struct block_sink *sink = &sinks[1];
  memset(sink, 0, sizeof *sink);
  rtmulti_sink described = plain_sink();
  described.flags |= RTMULTI_SINK_FIXED_WRITES;
  described.frame_ms = 60;
  const rtmulti_config config = plain_config();
  converse_as(&sink->conversation, &config, NULL, described);
  say_response(&sink->conversation, "r");
  say_item(&sink->conversation, "r", "A");
  say_audio(&sink->conversation, "r", "A", 50 * FRAMES_PER_MS);
  CHECK_EQUAL(0, sink->conversation.calls[RTMULTI_EFFECT_WRITE]);
  say_audio(&sink->conversation, "r", "A", 20 * FRAMES_PER_MS);
  CHECK_EQUAL(1, sink->conversation.calls[RTMULTI_EFFECT_WRITE]);
  CHECK_EQUAL(60 * FRAMES_PER_MS, sink->conversation.frames);
  say_item_done(&sink->conversation, "A");
  CHECK_EQUAL(70 * FRAMES_PER_MS, sink->conversation.frames);
  CHECK_EQUAL(1, sink->conversation.calls[RTMULTI_EFFECT_FLUSH]);
  /* Nothing is due because of the blocks: the sink that says nothing is told of when all of it would have been played. */
  int64_t deadline_us;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_next_deadline(sink->conversation.session, &deadline_us));
  CHECK_EQUAL(570000, deadline_us);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_playback_finished(sink->conversation.session, sink->conversation.segment,
                                                            70 * FRAMES_PER_MS, 0, RTMULTI_NOW));
  CHECK_EQUAL(RTMULTI_OUTCOME_FULL, sink->conversation.outcome);
  part(&sink->conversation);
}

/* write_ahead_ms holds, but for the rest of a block. */
static void check_write_ahead(void) {
  struct block_sink *sink = &sinks[1];
  memset(sink, 0, sizeof *sink);
  rtmulti_config config = plain_config();
  config.write_ahead_ms = 130;
  rtmulti_sink described = plain_sink();
  described.flags |= RTMULTI_SINK_FIXED_WRITES;
  converse_as(&sink->conversation, &config, NULL, described);
  say_response(&sink->conversation, "r");
  say_item(&sink->conversation, "r", "A");
  say_audio(&sink->conversation, "r", "A", 1000 * FRAMES_PER_MS);
  CHECK_EQUAL(140 * FRAMES_PER_MS, sink->conversation.frames);
  for (int64_t played_ms = 20; played_ms <= 800; played_ms += 20) {
    rtmulti_session_playback_progress(sink->conversation.session, sink->conversation.segment, played_ms * FRAMES_PER_MS,
                                      RTMULTI_NOW);
    CHECK_EQUAL((played_ms + 140) * FRAMES_PER_MS, sink->conversation.frames);
  }
  part(&sink->conversation);
}

int main(void) {
  for (uint64_t seed = 1; seed <= 200; seed++) check_same(seed, seed % 3 == 0);
  check_waits();
  check_write_ahead();
  return check_end("fixed_writes");
}
