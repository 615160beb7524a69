/* One conversation with the real library; see conversation.h. */
#include "conversation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- between the library and the run ---- */

static int32_t witnessed(void *context, const rtmulti_effect *effect) {
  struct conversation *conversation = context;
  struct run *run = &conversation->run;
  rtmulti_effect taken = *effect;
  int32_t answer = 0;
  witness_effect(&conversation->witness, effect);
  if (effect->kind == RTMULTI_EFFECT_WRITE) {
    answer = temper_write(&conversation->temper, run, effect->frames, conversation->tallies);
    taken.frames = answer < 0 ? 0 : (uint32_t)answer;
    if (taken.frames == 0) return answer;
  } else {
    answer = temper_answer(&conversation->temper, run, conversation->tallies);
  }
  if (conversation->overhears != NULL) conversation->overhears(conversation->listener, &taken);
  door_deliver(run, &taken);
  return answer;
}

static int32_t pass_effect(struct run *run, void *context, const rtmulti_effect *effect) {
  struct conversation *conversation = context;
  (void)run;
  return plant_pass(&conversation->plant, effect, witnessed, conversation);
}

static void took(struct run *run, void *context, const char *input, rtmulti_result result) {
  struct conversation *conversation = context;
  /* A callback that failed has stopped the delivery; the next call goes on with it. What the input itself would have
   * answered nobody knows. */
  rtmulti_result rest = conversation->witness.has_failing_callbacks && result < 0 ? RTMULTI_STOPPED : result;
  for (int i = 0; rest == RTMULTI_STOPPED && i < 10000; i++)
    rest = rtmulti_session_advance(run->session, run->now_ms * 1000);
  if (strcmp(input, "reconnect") == 0) wire_lost(&conversation->wire);
  witness_took(&conversation->witness, input, result);
}

/* ---- the lines ---- */

static void note(struct conversation *conversation, const char *line) {
  struct transcript *transcript = conversation->transcript;
  const size_t size = strlen(line);
  if (transcript == NULL || transcript->size + size + 2 > TRANSCRIPT_BYTES) return;
  memcpy(transcript->text + transcript->size, line, size);
  memcpy(transcript->text + transcript->size + size, "\n", 2);
  transcript->size += size + 1;
}

static void read_line(struct conversation *conversation, const char *line) {
  note(conversation, line);
  const struct slice text = arena_copy(&conversation->arena, line, strlen(line));
  const char *problem = scenario_read_line(&conversation->arena, &conversation->reader, text);
  if (problem == NULL) return;
  fprintf(stderr, "The simulation said a line that is no line of a scenario: %s\n  %s\n", line, problem);
  exit(2);
}

void conversation_start(struct conversation *conversation, struct transcript *transcript,
                        struct tallies *tallies, enum plant_kind plant) {
  *conversation = (struct conversation){.transcript = transcript, .tallies = tallies, .plant = {plant, false}};
  conversation->reader = scenario_start(&conversation->scenario, "simulation");
  if (transcript != NULL) transcript->size = 0;
}

void conversation_configure(struct conversation *conversation, const char *line) {
  read_line(conversation, line);
}

void conversation_open(struct conversation *conversation, bool has_temper, uint64_t seed) {
  conversation->tap = (struct tap){conversation, pass_effect, took};
  if (has_temper) conversation->temper = temper_of_seed(seed, &conversation->scenario.config);
  if (has_temper) wire_start(&conversation->wire, seed, &conversation->witness, conversation->tallies);
  conversation->run = (struct run){
      .scenario = &conversation->scenario,
      /* At rates of which none is a multiple of the other a position is rounded to a frame of each. */
      .options = {.polls = conversation->temper.polls,
                  .has_pages = conversation->temper.has_pages,
                  .calls = wire_calls(&conversation->wire),
                  .tap = &conversation->tap,
                  .slack_us = 200},
      .arena = &conversation->arena,
  };
  witness_start(&conversation->witness, &conversation->run);
  conversation->witness.ignores_counts = conversation->plant.kind != PLANT_NONE;
  conversation->witness.has_failing_callbacks = conversation->temper.failures_per_1000 > 0;
  conversation->witness.has_boasting_sink = !temper_is_honest(&conversation->temper);
  if (conversation->temper.polls) conversation->tallies->polled += 1;
  if (conversation->temper.has_pages) conversation->tallies->paged += 1;
  run_start(&conversation->run);
}

static void run_statement(struct conversation *conversation, size_t number) {
  struct run *run = &conversation->run;
  const struct statement *statement = &conversation->scenario.statements[number];
  if (statement->kind != STATEMENT_INPUT || conversation_has_failed(conversation)) return;
  witness_input(&conversation->witness, &statement->input);
  run_input(run, statement);
  temper_after(&conversation->temper, run, conversation->tallies);
  witness_step(&conversation->witness, &statement->input);
}

void conversation_say(struct conversation *conversation, const char *line) {
  if (conversation_has_failed(conversation)) return;
  read_line(conversation, line);
  run_statement(conversation, conversation->scenario.count - 1);
}

bool conversation_has_failed(const struct conversation *conversation) {
  return conversation->run.failure.line != 0;
}

/* Whether a response whose end never came has to settle all the same: the server has one answer at a time, and a later
 * one has spoken (rule A6). */
static bool is_over_without_word(const struct conversation *conversation, const struct server_response *response) {
  const struct run *run = &conversation->run;
  if ((response->flags & WITNESS_NOBODYS_MEMORY) != 0) return false;
  /* The newest is the first of the list. */
  for (const struct server_response *later = run->server.responses; later != response; later = later->next) {
    if ((later->flags & WITNESS_NOBODYS_MEMORY) == 0 && later->generation != GENERATION_LOST &&
        witness_has_audio(&conversation->witness, later))
      return true;
  }
  return false;
}

bool conversation_is_at_rest(const struct conversation *conversation) {
  const struct run *run = &conversation->run;
  const struct sink *sink = run->sink;
  const bool is_manual = conversation->scenario.config.sink == SINK_MANUAL;
  if (sink->is_paused || sink->is_muted || run->now_ms < sink->stalled_until_ms) return false;
  if (conversation->witness.texts_delivered < conversation->witness.texts_offered) return false;
  if (witness_waits_for_server(&conversation->witness)) return false;
  /* No line can finish a segment at a manual sink when its part has a newer one. */
  const struct witness_segment *segment = conversation->witness.segments;
  for (; is_manual && segment != NULL; segment = segment->next) {
    if (segment->sink == sink && segment->state != WITNESS_OVER) return false;
  }
  for (const struct server_response *response = run->server.responses; response != NULL;
       response = response->next) {
    if (response->generation == GENERATION_ACTIVE && !is_over_without_word(conversation, response)) return false;
  }
  return true;
}

void conversation_drain(struct conversation *conversation) {
  enum { LONGEST_MS = 8000 };
  const bool is_manual = conversation->scenario.config.sink == SINK_MANUAL;
  const int64_t until_ms = conversation->run.now_ms + LONGEST_MS;
  while (!is_manual && conversation_is_at_rest(conversation) && !conversation_has_failed(conversation) &&
         witness_unsettled(&conversation->witness) != NULL && conversation->run.now_ms < until_ms)
    conversation_say(conversation, "> advance 25");
}

/* What a far device has taken is of a message that begins when its delay has passed, and nobody hears of that behind a
 * close. Returns whether it is known what the listener heard. */
static bool lets_device_play(struct conversation *conversation) {
  const struct scenario_config *config = &conversation->scenario.config;
  char line[64];
  if (config->sink != SINK_PULLED) return true;
  /* The runner's device goes by what the server sent: it cannot tell what came too late and was dropped, nor how much
   * of what cannot be cleared, or of the host's own voice, still waits. */
  if (!config->can_clear || conversation->witness.had_late_audio || conversation->witness.had_host_voice ||
      conversation->witness.was_audio_off)
    return false;
  if (config->latency_ms == 0) return true;
  if (conversation->witness.is_closed) return false;
  snprintf(line, sizeof line, "> advance %u", config->latency_ms + 20);
  conversation_say(conversation, line);
  return true;
}

bool conversation_check(struct conversation *conversation, bool is_whole) {
  if (conversation_has_failed(conversation) || !is_whole) return false;
  conversation_drain(conversation);
  /* What a sink that cannot clear had when the audio went off counts as heard, and another sink may take its place. */
  const bool is_taken_for_heard =
      conversation->witness.was_audio_off && !conversation->scenario.config.can_clear;
  const bool is_known = !is_taken_for_heard && lets_device_play(conversation) && temper_is_honest(&conversation->temper) &&
                        witness_heard_all(&conversation->witness);
  witness_end(&conversation->witness, conversation_is_at_rest(conversation));
  if (conversation_has_failed(conversation) || !is_known) return false;
  conversation->tallies->checked += 1;
  verdict_check(&conversation->run);
  return true;
}

struct failure conversation_end(struct conversation *conversation) {
  struct run *run = &conversation->run;
  conversation->tallies->conversations += 1;
  conversation->tallies->virtual_ms += (uint64_t)run->now_ms;
  conversation->tallies->messages += conversation->witness.records;
  conversation->tallies->commands += conversation->witness.commands;
  const struct failure failure = run->failure;
  run_end(run);
  return failure.line != 0 ? failure : run->failure;
}

void conversation_free(struct conversation *conversation) { arena_free(&conversation->arena); }

static bool announces(const struct statement *statement) {
  const enum input_kind kind = statement->input.kind;
  return statement->kind == STATEMENT_INPUT && (kind == INPUT_RESPONSE || kind == INPUT_ITEM || kind == INPUT_MESSAGE);
}

/* Whether a new connection announces what an earlier one had announced under the same id (rule F8). */
static bool uses_ids_again(const struct scenario *scenario) {
  size_t connected = 0;
  for (size_t i = 0; i < scenario->count; i++) {
    const struct statement *statement = &scenario->statements[i];
    if (statement->kind == STATEMENT_INPUT && statement->input.kind == INPUT_RECONNECT) connected = i;
    for (size_t before = 0; announces(statement) && before < connected; before++) {
      const struct statement *earlier = &scenario->statements[before];
      if (announces(earlier) && slice_equal(earlier->input.id, statement->input.id)) return true;
    }
  }
  return false;
}

struct failure conversation_replay(const char *text, size_t size, bool has_temper, uint64_t seed,
                                   enum plant_kind plant, struct arena *sentences) {
  static struct tallies tallies;
  struct conversation conversation;
  conversation_start(&conversation, NULL, &tallies, plant);
  for (size_t start = 0; start < size;) {
    const char *newline = memchr(text + start, '\n', size - start);
    const size_t end = newline == NULL ? size : (size_t)(newline - text);
    read_line(&conversation, arena_copy(&conversation.arena, text + start, end - start).bytes);
    start = end + 1;
  }
  /* A file is known as a whole: whether packets are numbered depends on what comes later. */
  const size_t count = conversation.scenario.count;
  conversation_open(&conversation, has_temper, seed);
  conversation.witness.is_blind = uses_ids_again(&conversation.scenario);
  for (size_t i = 0; i < count; i++) run_statement(&conversation, i);
  conversation_check(&conversation, true);
  struct failure failure = conversation_end(&conversation);
  if (failure.line != 0)
    failure.sentence = arena_copy(sentences, failure.sentence, strlen(failure.sentence)).bytes;
  conversation_free(&conversation);
  return failure;
}
