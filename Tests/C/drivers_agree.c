/* Do the three drivers agree? The same random conversation is played to a sink that reports exactly, to a paced
 * one that says nothing, and to a pulled one, in virtual time. They must come to the same outcomes, events and
 * commands in the same order, and to positions that differ by no more than a block of 20 ms.
 *
 * An interrupt within a block of an outcome's boundary (a message's first or last moment) may rightly end in two
 * ways. So the exact sink's run comes first, puts off each interrupt until the position is two blocks away from such
 * a boundary, or nothing has played or come for as long, and writes down when it gave it; the others get it at that
 * moment.
 *
 * usage: drivers_agree [FIRST-SEED [COUNT]] */
#include <stdio.h>
#include <string.h>

#include "host.h"
#include "pulled.h"
#include "random_traffic.h"

enum {
  FRAMES_PER_MS = 24,
  BLOCK_MS = 20,
  DEVICE_MS = 10,
  LEAD_MS = 100,
  MAXIMUM_SEGMENTS = 4 * MAXIMUM_ITEMS,
  MAXIMUM_NOTES = 64,
  LEVEL = 1000, /* every sample of item N is (N + 1) times this: a sample says whose it is */
  LONGEST_MS = 60000
};

struct segment {
  uint64_t id;
  int item;
  int64_t written, played; /* frames */
  bool is_started, is_flushed, is_over;
};

/* Something that came out and must be the same for all: an event or a command. */
struct note {
  const char *what;
  char id[8];
  int64_t ms; /* -1: none */
};

struct notes {
  struct note list[MAXIMUM_NOTES];
  int count;
};

struct player {
  struct host host;
  uint32_t driver;
  rtmulti_session *session;
  struct segment segments[MAXIMUM_SEGMENTS];
  int segment_count;
  int64_t waiting; /* frames that were written and not played */
  bool is_paused;
  int sent_ms[MAXIMUM_ITEMS];
  int64_t ear[MAXIMUM_ITEMS]; /* frames really played */
  int64_t record_ms[MAXIMUM_ITEMS];
  int idle_ms; /* for how long nothing has played, and nothing has come */
  int settled;
  struct notes commands, records, states;
  const char *problem; /* what broke a promise while it ran */
};

static void note(struct notes *notes, const char *what, const char *id, int64_t ms) {
  if (notes->count == MAXIMUM_NOTES) abort();
  struct note *noted = &notes->list[notes->count++];
  noted->what = what;
  noted->ms = ms;
  snprintf(noted->id, sizeof noted->id, "%s", id);
}

/* ---- what a session says ---- */

static void take_event(struct player *player, const rtmulti_event *event) {
  static const char *const outcomes[] = {"pending", "full", "partial", "skipped", "text_only"};
  switch (event->kind) {
    case RTMULTI_EVENT_SPEAKING_STARTED: note(&player->states, "started", event->response_id, -1); break;
    case RTMULTI_EVENT_SPEAKING_STOPPED: note(&player->states, "stopped", event->response_id, -1); break;
    case RTMULTI_EVENT_SETTLED:
      note(&player->states, "settled", event->response_id, -1);
      player->settled += 1;
      break;
    case RTMULTI_EVENT_MESSAGE:
      note(&player->records, outcomes[event->message->outcome], event->item_id, event->message->heard_ms);
      player->record_ms[event->item_id[0] - 'A'] = event->message->heard_ms;
      break;
    default: break;
  }
}

static void take_command(struct player *player, const rtmulti_command *command) {
  switch (command->kind) {
    case RTMULTI_COMMAND_CANCEL: note(&player->commands, "cancel", command->response_id, -1); break;
    case RTMULTI_COMMAND_TRUNCATE:
      note(&player->commands, "truncate", command->item_id, command->audio_end_ms);
      break;
    default: note(&player->commands, "delete", command->item_id, -1); break;
  }
}

/* ---- the far end of a sink that is written to ---- */

static struct segment *segment_of(struct player *player, uint64_t id) {
  for (int i = 0; i < player->segment_count; i++) {
    if (player->segments[i].id == id) return &player->segments[i];
  }
  return NULL;
}

static void take_write(struct player *player, uint64_t id, const int16_t *pcm, uint32_t frames) {
  struct segment *segment = segment_of(player, id);
  if (segment == NULL) {
    if (player->segment_count == MAXIMUM_SEGMENTS) abort();
    segment = &player->segments[player->segment_count++];
    *segment = (struct segment){.id = id, .item = pcm[0] / LEVEL - 1};
  }
  for (uint32_t i = 0; i < frames; i++) {
    if (pcm[i] != (segment->item + 1) * LEVEL) player->problem = "a sample in a segment of another message";
  }
  if (segment->is_flushed || segment->is_over) player->problem = "a write behind a flush or a clear";
  segment->written += frames;
  player->waiting += frames;
  if (player->driver == RTMULTI_DRIVER_PACED) {
    if (frames > BLOCK_MS * FRAMES_PER_MS) player->problem = "a write that is longer than a block";
    if (player->waiting > LEAD_MS * FRAMES_PER_MS) player->problem = "more written than the lead";
  }
}

static void take_flush(struct player *player, uint64_t id) {
  struct segment *segment = segment_of(player, id);
  if (segment != NULL) segment->is_flushed = true;
}

static void take_clear(struct player *player) {
  player->waiting = 0;
  for (int i = 0; i < player->segment_count; i++) {
    struct segment *segment = &player->segments[i];
    if (segment->is_over) continue;
    segment->is_over = true;
    if (player->driver == RTMULTI_DRIVER_REPORTED)
      rtmulti_session_playback_finished(player->session, segment->id, segment->played, 1, RTMULTI_NOW);
  }
}

static int32_t take(struct host *host, const rtmulti_effect *effect) {
  struct player *player = (struct player *)host;
  switch (effect->kind) {
    case RTMULTI_EFFECT_WRITE:
      take_write(player, effect->segment, effect->pcm, effect->frames);
      return (int32_t)effect->frames;
    case RTMULTI_EFFECT_FLUSH: take_flush(player, effect->segment); break;
    case RTMULTI_EFFECT_CLEAR: take_clear(player); break;
    case RTMULTI_EFFECT_EVENT: take_event(player, effect->event); break;
    case RTMULTI_EFFECT_COMMAND: take_command(player, effect->command); break;
    case RTMULTI_EFFECT_DIAGNOSTIC: player->problem = rtmulti_diagnostic_name(effect->diagnostic->kind); break;
    default: break;
  }
  return 0;
}

/* The first segment with something to play, NULL if there is none. */
static struct segment *playable(struct player *player) {
  for (int i = 0; i < player->segment_count; i++) {
    struct segment *segment = &player->segments[i];
    if (!segment->is_over && segment->played < segment->written) return segment;
  }
  return NULL;
}

static void play_ms(struct player *player) {
  int64_t left = player->is_paused ? 0 : FRAMES_PER_MS;
  for (struct segment *segment = playable(player); segment != NULL && left > 0; segment = playable(player)) {
    const int64_t waiting = segment->written - segment->played;
    const int64_t played = waiting < left ? waiting : left;
    segment->played += played;
    player->ear[segment->item] += played;
    player->waiting -= played;
    left -= played;
  }
  if (playable(player) != NULL) player->idle_ms = 0;
  if (!player->is_paused) player->idle_ms += 1;
}

/* What a sink says that reports: everything, at once. */
static void report(struct player *player) {
  for (int i = 0; i < player->segment_count; i++) {
    struct segment *segment = &player->segments[i];
    if (segment->is_over) continue;
    if (segment->played > 0 && !segment->is_started) {
      segment->is_started = true;
      rtmulti_session_playback_started(player->session, segment->id, RTMULTI_NOW);
    }
    if (segment->is_flushed && segment->played == segment->written) {
      segment->is_over = true;
      rtmulti_session_playback_finished(player->session, segment->id, segment->played, 0, RTMULTI_NOW);
    } else if (segment->played > 0) {
      rtmulti_session_playback_progress(player->session, segment->id, segment->played, RTMULTI_NOW);
    }
  }
}

/* ---- the device of a sink that is pulled ---- */

static void pull(struct player *player) {
  int16_t block[DEVICE_MS * FRAMES_PER_MS];
  const uint32_t taken = pull_now(player->session, block, DEVICE_MS * FRAMES_PER_MS, 1, 0);
  for (uint32_t i = 0; i < taken && i < DEVICE_MS * FRAMES_PER_MS; i++) {
    const int item = block[i] / LEVEL - 1;
    if (block[i] % LEVEL != 0 || item < 0 || item >= MAXIMUM_ITEMS) {
      player->problem = "the device took a sample that is of no message";
      return;
    }
    player->ear[item] += 1;
  }
}

/* ---- one run ---- */

static void start(struct player *player, const struct traffic *traffic, uint32_t driver) {
  *player = (struct player){.host.takes = take, .driver = driver};
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.estimate = 0;
  config.write_ahead_ms = traffic->write_ahead_ms;
  if (rtmulti_session_create(&config, &player->session) != RTMULTI_OK) abort();
  rtmulti_handlers handlers;
  host_fill_handlers(&player->host, &handlers);
  rtmulti_session_set_handlers(player->session, &handlers);
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.driver = driver;
  if (traffic->is_gapless) sink.flags |= RTMULTI_SINK_GAPLESS;
  /* A start that waits for more than is there is no disagreement, but it is later. */
  sink.max_prebuffer_ms = 0;
  sink.fade_us = 0;
  host_fill_sink(&player->host, &sink);
  if (rtmulti_session_set_sink(player->session, &sink) != RTMULTI_OK) abort();
}

static void say_audio(struct player *player, const char *response, const char *item, int number, int ms) {
  unsigned char bytes[700 * FRAMES_PER_MS * 2];
  const int level = (number + 1) * LEVEL;
  for (int i = 0; i < ms * FRAMES_PER_MS; i++) {
    bytes[2 * i] = (unsigned char)(level & 0xff);
    bytes[2 * i + 1] = (unsigned char)(level >> 8);
  }
  const size_t size = (size_t)ms * FRAMES_PER_MS * 2;
  rtmulti_session_audio(player->session, response, 2, item, 1, 0, bytes, size);
  player->sent_ms[number] += ms;
}

static void act(struct player *player, const struct action *action) {
  rtmulti_session *session = player->session;
  /* What is less than a block waits at a paced sink for more, or for the end. */
  if (action->kind == ACTION_AUDIO || action->kind == ACTION_DONE) player->idle_ms = 0;
  const char response[] = {'r', (char)('1' + action->response), '\0'};
  const char item[] = {(char)('A' + action->item), '\0'};
  switch (action->kind) {
    case ACTION_RESPONSE: rtmulti_session_response_created(session, response, 2, 0, NULL, 0); break;
    case ACTION_ITEM:
      rtmulti_session_item_added(session, response, 2, item, 1, -1, RTMULTI_ITEM_MESSAGE);
      rtmulti_session_part_added(session, response, 2, item, 1, 0, RTMULTI_PART_AUDIO, NULL);
      break;
    case ACTION_AUDIO: say_audio(player, response, item, action->item, action->ms); break;
    case ACTION_DONE:
      rtmulti_session_part_done(session, item, 1, 0);
      rtmulti_session_item_done(session, item, 1);
      break;
    case ACTION_RESPONSE_DONE:
      rtmulti_session_response_done(session, response, 2, RTMULTI_STATUS_COMPLETED, NULL, 0);
      break;
    case ACTION_PAUSE:
    case ACTION_RESUME:
      player->is_paused = action->kind == ACTION_PAUSE;
      player->is_paused ? rtmulti_session_pause(session) : rtmulti_session_resume(session);
      break;
    case ACTION_INTERRUPT:
      rtmulti_session_interrupt(session, action->response == EVERYTHING ? NULL : response, 2,
                                RTMULTI_INTERRUPTED_BY_LISTENER);
      break;
  }
}

/* Whether every driver must see an interrupt in the same state: two blocks away from where the state changes. */
static bool is_clear_cut(struct player *player) {
  const struct segment *playing = playable(player);
  if (playing == NULL) return player->idle_ms > 2 * BLOCK_MS;
  const int64_t heard = player->ear[playing->item];
  const int64_t left = (int64_t)player->sent_ms[playing->item] * FRAMES_PER_MS - heard;
  return heard >= 2 * BLOCK_MS * FRAMES_PER_MS && left >= 2 * BLOCK_MS * FRAMES_PER_MS;
}

static void pass_ms(struct player *player, int now_ms) {
  if (player->driver == RTMULTI_DRIVER_PULLED) {
    if (now_ms % DEVICE_MS == 0) pull(player);
  } else {
    play_ms(player);
  }
  rtmulti_session_advance(player->session, (int64_t)now_ms * 1000);
  if (player->driver == RTMULTI_DRIVER_REPORTED) report(player);
}

/* Plays the whole conversation. The exact sink's run decides when the interrupts are, the others keep to it. */
static void play(struct player *player, struct traffic *traffic, uint32_t driver) {
  start(player, traffic, driver);
  int next = 0;
  for (int now_ms = 1; now_ms < LONGEST_MS; now_ms++) {
    pass_ms(player, now_ms);
    while (next < traffic->count && traffic->actions[next].at_ms <= now_ms) {
      struct action *action = &traffic->actions[next];
      const bool may_wait = driver == RTMULTI_DRIVER_REPORTED && action->kind == ACTION_INTERRUPT;
      if (may_wait && !is_clear_cut(player)) {
        struct action put_off = *action;
        put_off.at_ms = now_ms + 1;
        traffic->count -= 1;
        memmove(action, action + 1, (size_t)(traffic->count - next) * sizeof *action);
        add_action(traffic, put_off);
        continue;
      }
      act(player, action);
      if (driver == RTMULTI_DRIVER_REPORTED) report(player);
      next += 1;
    }
    if (next == traffic->count && player->settled == traffic->response_count) break;
  }
  if (player->settled < traffic->response_count) player->problem = "a response that never settled";
  rtmulti_session_destroy(player->session);
}

/* ---- the comparison ---- */

static bool complain(const struct traffic *traffic, const struct player *player, const char *sentence) {
  static const char *const drivers[] = {"reported", "paced", "pulled"};
  printf("FAIL seed %llu, %s%s: %s\n", (unsigned long long)traffic->seed, drivers[player->driver],
         traffic->is_gapless ? " gapless" : "", sentence);
  return false;
}

static bool is_same(const struct traffic *traffic, const struct player *player, const struct notes *expected,
                    const struct notes *came) {
  char sentence[160];
  for (int i = 0; i < expected->count || i < came->count; i++) {
    static const struct note nothing = {"nothing", "", -1};
    const struct note *wanted = i < expected->count ? &expected->list[i] : &nothing;
    const struct note *got = i < came->count ? &came->list[i] : &nothing;
    const int64_t off = wanted->ms > got->ms ? wanted->ms - got->ms : got->ms - wanted->ms;
    if (strcmp(wanted->what, got->what) == 0 && strcmp(wanted->id, got->id) == 0 && off <= BLOCK_MS) continue;
    snprintf(sentence, sizeof sentence, "reported says `%s %s %lld`, came `%s %s %lld`", wanted->what, wanted->id,
             (long long)wanted->ms, got->what, got->id, (long long)got->ms);
    return complain(traffic, player, sentence);
  }
  return true;
}

/* What a record says was heard, against what was really played. Only a paced sink has to guess. */
static bool is_true(const struct traffic *traffic, const struct player *player) {
  const int64_t around_ms = player->driver == RTMULTI_DRIVER_PACED ? BLOCK_MS : 0;
  char sentence[160];
  for (int item = 0; item < traffic->item_count; item++) {
    const int64_t off = player->record_ms[item] - player->ear[item] / FRAMES_PER_MS;
    if (off <= around_ms && -off <= around_ms) continue;
    snprintf(sentence, sizeof sentence, "%lld ms of %c were played, its record says %lld",
             (long long)(player->ear[item] / FRAMES_PER_MS), 'A' + item, (long long)player->record_ms[item]);
    return complain(traffic, player, sentence);
  }
  return player->problem == NULL || complain(traffic, player, player->problem);
}

static bool agree(uint64_t seed) {
  static struct traffic traffic;
  static struct player exact, other;
  make_traffic(&traffic, seed);
  play(&exact, &traffic, RTMULTI_DRIVER_REPORTED);
  if (!is_true(&traffic, &exact)) return false;
  for (uint32_t driver = RTMULTI_DRIVER_PACED; driver <= RTMULTI_DRIVER_PULLED; driver++) {
    play(&other, &traffic, driver);
    if (!is_true(&traffic, &other) || !is_same(&traffic, &other, &exact.records, &other.records) ||
        !is_same(&traffic, &other, &exact.commands, &other.commands) ||
        !is_same(&traffic, &other, &exact.states, &other.states))
      return false;
  }
  return true;
}

int main(int argument_count, char **arguments) {
  const uint64_t first = argument_count > 1 ? strtoull(arguments[1], NULL, 10) : 1;
  const uint64_t count = argument_count > 2 ? strtoull(arguments[2], NULL, 10) : argument_count > 1 ? 1 : 2000;
  uint64_t passed = 0;
  for (uint64_t seed = first; seed < first + count; seed++) passed += agree(seed) ? 1 : 0;
  printf("drivers_agree: %llu passed, %llu failed\n", (unsigned long long)passed,
         (unsigned long long)(count - passed));
  return passed == count ? 0 : 1;
}
