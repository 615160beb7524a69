/* The sessions of one conversation in lock step; see doors.h. How an op is given to one of them is giving.c's. */
#include "doors.h"

#include <stdlib.h>
#include <string.h>

#include "giving.h"
#include "laying.h"
#include "plant.h"
#include "talk.h"

static const char *lane_name(const struct lane *lane) {
  return lane->is_json      ? lane->is_polling ? "JSON and polling" : "JSON and callbacks"
         : lane->is_polling ? "typed and polling"
                            : "typed and callbacks";
}

/* ---- the journal of one step ---- */

static struct entry *journal_add(struct journal *journal, size_t most) {
  if (journal->size + most > journal->capacity) {
    journal->capacity = (journal->size + most) * 2;
    journal->bytes = realloc(journal->bytes, journal->capacity);
  }
  if (journal->count == journal->entry_capacity) {
    journal->entry_capacity = journal->entry_capacity * 2 + 64;
    journal->entries = realloc(journal->entries, journal->entry_capacity * sizeof *journal->entries);
  }
  if (journal->bytes == NULL || journal->entries == NULL) abort();
  struct entry *entry = &journal->entries[journal->count++];
  entry->at = journal->size;
  entry->size = 0;
  entry->answer.returned = 0;
  entry->answer.reaction_count = 0;
  return entry;
}

enum { MOST_BYTES = 64 * 1024 };
static unsigned char scratch[MOST_BYTES];

/* What came out of the leader is kept; what comes out of another must be the same. NULL when it is not. */
static struct entry *settle_entry(struct lane *lane, const struct laid *laid, const rtmulti_effect *effect,
                                  const char *what) {
  struct talk *talk = lane->talk;
  struct journal *journal = &talk->doors.journal;
  char line[2048];
  if (lane->number == 0) {
    struct entry *entry = journal_add(journal, laid->size + sizeof line);
    memcpy(journal->bytes + journal->size, laid->bytes, laid->size);
    entry->size = laid->size;
    journal->size += laid->size;
    if (talk->has_log) {
      if (effect != NULL)
        effect_print(effect, line, sizeof line);
      else
        snprintf(line, sizeof line, "%s", what);
      if (!talk->is_quiet) printf("    %s\n", line);
      entry->line = journal->size;
      memcpy(journal->bytes + journal->size, line, strlen(line) + 1);
      journal->size += strlen(line) + 1;
    }
    return entry;
  }
  if (effect != NULL)
    effect_print(effect, line, sizeof line < 400 ? sizeof line : 400);
  else
    snprintf(line, sizeof line, "%s", what);
  if (lane->next >= journal->count) {
    talk_wrong(talk, "%s: says more than %s: %s", lane_name(lane), lane_name(&talk->doors.lanes[0]), line);
    return NULL;
  }
  struct entry *entry = &journal->entries[lane->next++];
  if (entry->size == laid->size && memcmp(journal->bytes + entry->at, laid->bytes, laid->size) == 0) return entry;
  talk_wrong(talk, "%s: says `%s` where %s says `%s`", lane_name(lane), line, lane_name(&talk->doors.lanes[0]),
             talk->has_log ? (const char *)journal->bytes + entry->line : "something else (see --log)");
  return NULL;
}

/* ---- effects ---- */

static void react(struct lane *lane, const struct answer *answer) {
  for (int i = 0; i < answer->reaction_count; i++) {
    if (lane->is_polling) {
      if (lane->deferred_count == sizeof lane->deferred / sizeof lane->deferred[0]) return;
      lane->deferred[(lane->deferred_first + lane->deferred_count++) % 64] = answer->reactions[i];
      continue;
    }
    const rtmulti_result result = lane_call(lane, &answer->reactions[i]);
    if (result != RTMULTI_QUEUED)
      talk_wrong(lane->talk, "%s: %s from inside a callback answers %s", lane_name(lane),
                 op_name(answer->reactions[i].kind), rtmulti_result_name(result));
  }
}

static int32_t heed(struct lane *lane, const rtmulti_effect *effect) {
  struct talk *talk = lane->talk;
  struct laid laid = {scratch, 0, MOST_BYTES};
  laid.size = effect_write(effect, talk->ear.channels, scratch, MOST_BYTES);
  struct entry *entry = settle_entry(lane, &laid, effect, NULL);
  if (entry == NULL) return 0;
  if (lane->number == 0) {
    talk->tallies->effects += 1;
    struct answer answer = {.returned = 0};
    talk_heed(talk, effect, &answer);
    if (talk->is_wrong) return 0;
    if (talk->has_log && !talk->is_quiet && effect->kind == RTMULTI_EFFECT_WRITE &&
        answer.returned != (int32_t)effect->frames)
      printf("      takes %d\n", (int)answer.returned);
    entry->answer = answer;
  }
  const struct answer answer = entry->answer;
  react(lane, &answer);
  return answer.returned;
}

int32_t lane_take(struct lane *lane, const rtmulti_effect *effect) {
  struct talk *talk = lane->talk;
  if (lane->trace != NULL) list_effect(&lane->listing, effect, talk->ear.channels);
  if (talk->is_wrong) return 0;
  lane->line += 1;
  if (!lane->is_polling && lane->line % 32 == 0 && !lane->is_delivering &&
      rtmulti_session_set_handlers(lane->session, NULL) != RTMULTI_ERROR_IN_CALLBACK)
    talk_wrong(talk, "%s: handlers can be set from inside a callback", lane_name(lane));
  if (talk->plant == 0) return heed(lane, effect);
  struct planted planted;
  plant_alter(talk, lane, effect, &planted);
  int32_t returned = effect->kind == RTMULTI_EFFECT_WRITE ? (int32_t)effect->frames : 0;
  for (int i = 0; i < planted.count && !talk->is_wrong; i++) returned = heed(lane, &planted.effects[i]);
  return returned;
}

static void poll_all(struct lane *lane) {
  for (;;) {
    rtmulti_effect effect = {.struct_size = sizeof effect};
    const rtmulti_result result = rtmulti_session_poll(lane->session, &effect);
    if (result == RTMULTI_DONE) {
      if (lane->deferred_count == 0 || lane->talk->is_wrong) return;
      const struct op op = lane->deferred[lane->deferred_first];
      lane->deferred_first = (lane->deferred_first + 1) % 64;
      lane->deferred_count -= 1;
      lane_call(lane, &op);
      continue;
    }
    if (result != RTMULTI_OK) {
      talk_wrong(lane->talk, "%s: poll answers %s", lane_name(lane), rtmulti_result_name(result));
      return;
    }
    const int32_t taken = lane_take(lane, &effect);
    if (effect.kind == RTMULTI_EFFECT_WRITE && taken >= 0 && (uint32_t)taken < effect.frames) {
      const rtmulti_result accepted = rtmulti_session_poll_accept(lane->session, (uint32_t)taken);
      if (accepted != RTMULTI_OK)
        talk_wrong(lane->talk, "%s: poll_accept answers %s", lane_name(lane), rtmulti_result_name(accepted));
    }
  }
}

/* ---- ops ---- */

static void settle_result(struct lane *lane, const struct op *op, rtmulti_result result) {
  char what[200];
  snprintf(what, sizeof what, "%s answers %s", op_name(op->kind), rtmulti_result_name(result));
  struct laid laid = {scratch, 0, MOST_BYTES};
  lay_number(&laid, result);
  settle_entry(lane, &laid, NULL, what);
}

static void settle_pull(struct lane *lane, const struct op *op) {
  static int16_t pcm[8192 * 2];
  const uint32_t frames = op->frames > 8192 ? 8192 : (uint32_t)op->frames;
  const uint32_t taken = rtmulti_device_pull(lane->device, pcm, frames, lane->talk->ear.channels, op->number);
  if (lane->trace != NULL) list_pull(&lane->listing, pcm, taken, lane->talk->ear.channels);
  char what[100];
  snprintf(what, sizeof what, "pulls %u frames", taken);
  struct laid laid = {scratch, 0, MOST_BYTES};
  lay_number(&laid, taken);
  lay_bytes(&laid, pcm, (size_t)frames * lane->talk->ear.channels * 2);
  if (settle_entry(lane, &laid, NULL, what) != NULL && lane->number == 0) ear_pulled(lane->talk, pcm, taken);
}

static rtmulti_result step(struct lane *lane, const struct op *op) {
  lane->next = 0;
  if (op->kind == OP_PULL) {
    settle_pull(lane, op);
    return RTMULTI_OK;
  }
  if (plant_swallows(lane->talk, lane, op)) return RTMULTI_OK;
  const rtmulti_result result = lane_call(lane, op);
  if (lane->is_polling) poll_all(lane);
  if (lane->talk->is_wrong) return result;
  settle_result(lane, op, result);
  return result;
}

rtmulti_result doors_give(struct talk *talk, const struct op *op) {
  struct doors *doors = &talk->doors;
  doors->journal.size = doors->journal.count = 0;
  if (talk->is_wrong) return RTMULTI_ERROR_INVALID;
  if (talk->has_log && !talk->is_quiet) {
    char line[400];
    op_print(op, line, sizeof line);
    printf("%8.3f ms  %s\n", (double)talk->now_us / 1000, line);
    if (op->kind == OP_SINK && op->bytes != NULL) sink_print(op->bytes);
  }
  rtmulti_result first = RTMULTI_OK;
  for (int i = 0; i < doors->count && !talk->is_wrong; i++) {
    struct lane *lane = &doors->lanes[i];
    const rtmulti_result result = step(lane, op);
    if (i == 0)
      first = result;
    else if (!talk->is_wrong && lane->next != doors->journal.count)
      talk_wrong(talk, "%s: says less than %s: without `%s`", lane_name(lane), lane_name(&doors->lanes[0]),
                 talk->has_log ? (const char *)doors->journal.bytes + doors->journal.entries[lane->next].line
                               : "something (see --log)");
  }
  return first;
}

/* ---- queries ---- */

static bool settle_answers(struct lane *lane, struct laid *laid, const char *what) {
  const bool is_same = settle_entry(lane, laid, NULL, what) != NULL;
  laid->size = 0;
  return is_same;
}

static void ask_of_item(struct lane *lane, const char *item, int32_t content) {
  struct laid laid = {scratch, 0, MOST_BYTES};
  const rtmulti_session *session = lane->session;
  rtmulti_position position = {.struct_size = sizeof position};
  rtmulti_message message = {.struct_size = sizeof message};
  char what[200];
  lay_number(&laid, rtmulti_session_position(session, item, RTMULTI_NUL_TERMINATED, content, &position));
  lay_bytes(&laid, &position, sizeof position);
  const bool is_known = (lane->talk->plan.config.server & RTMULTI_SERVER_OWNS_PLAYOUT) == 0;
  if ((is_known && position.heard_frames > position.received_frames) || position.heard_frames < 0)
    talk_wrong(lane->talk, "%s: of part %d of %s %lld frames were heard and %lld received", lane_name(lane),
               (int)content, item, (long long)position.heard_frames, (long long)position.received_frames);
  snprintf(what, sizeof what, "%s part %d: %lld of %lld frames%s%s", item, (int)content,
           (long long)position.heard_frames, (long long)position.received_frames,
           position.estimated ? " estimated" : "", position.done ? " done" : "");
  if (!settle_answers(lane, &laid, what)) return;
  const char *text;
  size_t size;
  const rtmulti_result result = rtmulti_session_message(session, item, RTMULTI_NUL_TERMINATED, &message);
  lay_number(&laid, result);
  if (result == RTMULTI_OK) lay_message(&laid, &message);
  if (!settle_answers(lane, &laid, "the record of an item")) return;
  lay_number(&laid, rtmulti_session_generated_text(session, item, RTMULTI_NUL_TERMINATED, &text, &size));
  lay_text(&laid, text, size);
  lay_number(&laid, rtmulti_session_heard_text(session, item, RTMULTI_NUL_TERMINATED, &text, &size));
  lay_text(&laid, text, size);
  settle_answers(lane, &laid, "the texts of an item");
}

static void print_stats(char *what, size_t size, const rtmulti_stats *s, int64_t deadline) {
  snprintf(
      what, size,
      "deadline %lld, being cut %u, heard %llu, gaps %llu, underruns %llu, %lld us, packets %llu/%llu/%llu/%llu/%llu, "
      "concealed %lld, commands %llu/%llu, queued %llu bytes %lld ms, ahead %lld ms, waiting %u/%u",
      (long long)deadline, (unsigned)s->responses_being_cut, (unsigned long long)s->responses_heard,
      (unsigned long long)s->gaps, (unsigned long long)s->underruns, (long long)s->underrun_total_us,
      (unsigned long long)s->packets_received, (unsigned long long)s->packets_decoded,
      (unsigned long long)s->packets_never_decoded, (unsigned long long)s->packets_lost,
      (unsigned long long)s->packets_late, (long long)s->concealed_ms, (unsigned long long)s->commands_sent,
      (unsigned long long)s->commands_refused, (unsigned long long)s->queued_bytes, (long long)s->queued_ms,
      (long long)s->written_ahead_ms, (unsigned)s->waiting_effects, (unsigned)s->waiting_inputs);
}

/* What is due at the latest is equal, but for memory that each session gives back 20 ms later when it has too much of
 * it. */
static void compare_deadlines(struct lane *lane, int64_t deadline_us) {
  struct talk *talk = lane->talk;
  if (lane->number == 0) talk->doors.deadline_us = deadline_us;
  const int64_t first_us = talk->doors.deadline_us;
  const int64_t sooner_us = first_us < deadline_us ? first_us : deadline_us;
  if (first_us != deadline_us && sooner_us != talk->told_us + 20000)
    talk_wrong(talk, "%s: is next due at %lld us, %s at %lld", lane_name(lane), (long long)deadline_us,
               lane_name(&talk->doors.lanes[0]), (long long)first_us);
}

static void ask(struct lane *lane, const char *item, int32_t content, uint64_t segment) {
  struct laid laid = {scratch, 0, MOST_BYTES};
  const rtmulti_session *session = lane->session;
  rtmulti_stats stats = {.struct_size = sizeof stats};
  rtmulti_message message = {.struct_size = sizeof message};
  rtmulti_segment whose = {.struct_size = sizeof whose};
  int64_t deadline = 0;
  char what[600] = "statistics";
  rtmulti_session_next_deadline(session, &deadline);
  compare_deadlines(lane, deadline);
  lay_number(&laid, rtmulti_session_stats(session, &stats));
  if (plant_lies(lane->talk, lane)) stats.queued_ms += 1;
  lay_bytes(&laid, &stats, sizeof stats);
  if (lane->talk->has_log) print_stats(what, sizeof what, &stats, deadline);
  if (!settle_answers(lane, &laid, what)) return;
  if (item[0] != 0) ask_of_item(lane, item, content);
  const rtmulti_result known = rtmulti_session_segment(session, segment, &whose);
  lay_number(&laid, known);
  if (known == RTMULTI_OK) lay_text(&laid, whose.item_id, whose.item_id_size);
  size_t count = 0;
  lay_number(&laid, rtmulti_session_history_count(session, &count));
  lay_number(&laid, (int64_t)count);
  if (count > 0 && rtmulti_session_history_at(session, count - 1, &message) == RTMULTI_OK) lay_message(&laid, &message);
  if (!lane->talk->is_wrong) settle_answers(lane, &laid, "the segment and the history");
}

void doors_ask(struct talk *talk, const char *item, int32_t content, uint64_t segment) {
  talk->doors.journal.size = talk->doors.journal.count = 0;
  for (int i = 0; i < talk->doors.count && !talk->is_wrong; i++) {
    talk->doors.lanes[i].next = 0;
    ask(&talk->doors.lanes[i], item, content, segment);
  }
}

/* ---- the beginning and the end ---- */

bool doors_open(struct talk *talk, unsigned mask, int leader, const rtmulti_config *config, bool is_traced) {
  struct doors *doors = &talk->doors;
  doors->count = 0;
  doors->is_traced = is_traced;
  for (int i = 0; i < LANE_COUNT; i++) {
    const int which = (i + leader) % LANE_COUNT;
    if ((mask >> which & 1) == 0) continue;
    struct lane *lane = &doors->lanes[doors->count];
    memset(lane, 0, sizeof *lane);
    lane->talk = talk;
    lane->number = doors->count++;
    lane->is_json = which >= 2;
    lane->is_polling = which & 1;
    lane_create(lane, config, is_traced);
    if (talk->is_wrong) return false;
  }
  return true;
}

void doors_close(struct talk *talk) {
  struct doors *doors = &talk->doors;
  for (int i = 0; i < doors->count; i++) {
    struct lane *lane = &doors->lanes[i];
    lane_destroy(lane);
    char sentence[512];
    if (lane->trace != NULL) {
      const char *problem = replay_of(lane, sentence, sizeof sentence);
      if (problem != NULL && !talk->is_wrong) talk_wrong(talk, "%s: %s", lane_name(lane), problem);
      talk->tallies->replays += 1;
    }
    if (lane->releases_owed != 0 && !talk->is_wrong)
      talk_wrong(talk, "%s: %d releases are owed at the end", lane_name(lane), lane->releases_owed);
  }
}
