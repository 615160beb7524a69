/* The real library in a small world: its session, and a sink that plays 20 ms at a time and reports them at
 * once. What comes out becomes an account; what should have come out is not known here. */
#include "player.h"

#include <string.h>

#include "../C/host.h"

enum { SAMPLE_RATE_HZ = 8000, FRAMES_PER_MS = SAMPLE_RATE_HZ / 1000, SEGMENT_LIMIT = 32, NOT_REPORTED = -1 };

static const char *const item_ids[ITEM_COUNT] = {"A", "B", "C"};
static const char *const response_ids[RESPONSE_COUNT] = {"r1", "r2"};
static const unsigned char audio[AUDIO_MS * FRAMES_PER_MS * 2];

enum segment_state { SEGMENT_OPEN, SEGMENT_FLUSHED, SEGMENT_FINISHED };

struct segment {
  uint64_t id;
  int item;
  int sink; /* the how manieth sink */
  enum segment_state state;
  int written_ms, played_ms, reported_ms;
};

struct player {
  struct host host;
  const struct world *world;
  struct account *account;
  rtmulti_session *session;
  int step;
  int64_t now_ms;
  int sink;
  bool is_paused; /* the sink in use */
  bool is_closed;
  struct segment segments[SEGMENT_LIMIT];
  int segment_count;
  bool is_announced[ITEM_COUNT];
  int response_of_item[ITEM_COUNT];
  bool has_second_response;
  char *sentence;
  size_t sentence_size;
  bool has_failed;
};

static void fail(struct player *player, const char *what, const char *detail) {
  if (player->has_failed) return;
  player->has_failed = true;
  snprintf(player->sentence, player->sentence_size, "%s%s, at event %d (%c)", what, detail, player->step + 1,
           player->world->events[player->step]);
}

static void tell(struct player *player, struct told told) {
  told.step = player->step;
  account_tell(player->account, told);
}

/* The ids of these worlds differ in one letter. */
static int item_of(const char *id) { return id[0] - 'A'; }
static int response_of(const char *id) { return id[1] - '1'; }

/* ---- the sink ---- */

static struct segment *segment_of(struct player *player, uint64_t id) {
  for (int i = 0; i < player->segment_count; i++) {
    if (player->segments[i].id == id) return &player->segments[i];
  }
  if (player->segment_count == SEGMENT_LIMIT) {
    fail(player, "the library used more segments than a small world has use for", "");
    return &player->segments[0];
  }
  struct segment *segment = &player->segments[player->segment_count++];
  *segment = (struct segment){.id = id, .sink = player->sink, .reported_ms = NOT_REPORTED};
  rtmulti_segment known = {.struct_size = sizeof known};
  if (rtmulti_session_segment(player->session, id, &known) == RTMULTI_OK) {
    segment->item = item_of(known.item_id);
  } else {
    fail(player, "the library does not know the segment that it writes to", "");
  }
  return segment;
}

static bool is_unfinished(const struct player *player, const struct segment *segment) {
  return segment->sink == player->sink && segment->state != SEGMENT_FINISHED;
}

/* Reports what was not reported yet: segments end in their order. */
static void report(struct player *player) {
  bool is_first = true;
  for (int i = 0; i < player->segment_count; i++) {
    struct segment *segment = &player->segments[i];
    if (!is_unfinished(player, segment)) continue;
    if (segment->played_ms > 0 && segment->reported_ms == NOT_REPORTED) {
      segment->reported_ms = 0;
      rtmulti_session_playback_started(player->session, segment->id, RTMULTI_NOW);
    }
    if (segment->played_ms > 0 && segment->played_ms > segment->reported_ms) {
      segment->reported_ms = segment->played_ms;
      rtmulti_session_playback_progress(player->session, segment->id,
                                        (int64_t)segment->played_ms * FRAMES_PER_MS, RTMULTI_NOW);
    }
    if (is_first && segment->state == SEGMENT_FLUSHED && segment->played_ms == segment->written_ms) {
      segment->state = SEGMENT_FINISHED;
      rtmulti_session_playback_finished(player->session, segment->id,
                                        (int64_t)segment->played_ms * FRAMES_PER_MS, 0, RTMULTI_NOW);
      continue;
    }
    is_first = false;
  }
}

static void take_write(struct player *player, uint64_t id, uint32_t frames) {
  struct segment *segment = segment_of(player, id);
  if (segment->state != SEGMENT_OPEN)
    fail(player, "the library wrote to a segment after its flush or clear", "");
  segment->written_ms += (int)frames / FRAMES_PER_MS;
  if (frames % FRAMES_PER_MS != 0) fail(player, "the library wrote a part of a millisecond", "");
}

static void take_flush(struct player *player, uint64_t id) {
  struct segment *segment = segment_of(player, id);
  if (segment->state == SEGMENT_FLUSHED) fail(player, "the library flushed a segment twice", "");
  if (segment->state == SEGMENT_OPEN) segment->state = SEGMENT_FLUSHED;
  report(player);
}

static void take_clear(struct player *player, uint64_t id) {
  tell(player, (struct told){.kind = TOLD_CLEAR, .subject = segment_of(player, id)->item});
  for (int i = 0; i < player->segment_count; i++) {
    struct segment *segment = &player->segments[i];
    if (!is_unfinished(player, segment)) continue;
    segment->state = SEGMENT_FINISHED;
    rtmulti_session_playback_finished(player->session, segment->id, (int64_t)segment->played_ms * FRAMES_PER_MS,
                                      1, RTMULTI_NOW);
  }
}

static void play_tick(struct player *player) {
  for (int i = 0; i < player->segment_count && !player->is_paused; i++) {
    struct segment *segment = &player->segments[i];
    if (!is_unfinished(player, segment) || segment->played_ms == segment->written_ms) continue;
    segment->played_ms += TICK_MS;
    return;
  }
}

static void set_sink(struct player *player) {
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.flags |= player->world->is_gapless ? RTMULTI_SINK_GAPLESS : 0;
  sink.sample_rate_hz = SAMPLE_RATE_HZ;
  host_fill_sink(&player->host, &sink);
  /* What lies in the old one is gone, and a new one is not paused until it is told so. */
  player->sink += 1;
  player->is_paused = false;
  if (rtmulti_session_set_sink(player->session, &sink) != RTMULTI_OK)
    fail(player, "the library refused a sink", "");
}

/* ---- the handlers ---- */

/* Only the text of a full record is certain to the letter; that of a partial one is an estimate (G2). */
static int texts_of(const rtmulti_message *message) {
  const size_t piece = sizeof WORLD_TEXT - 1;
  if (message->outcome != RTMULTI_OUTCOME_FULL) return 0;
  return (int)((message->heard_text_size + piece - 1) / piece);
}

static void take_event(struct player *player, const rtmulti_event *event) {
  switch (event->kind) {
    case RTMULTI_EVENT_SPEAKING_STARTED:
      tell(player, (struct told){.kind = TOLD_STARTED, .subject = response_of(event->response_id)});
      break;
    case RTMULTI_EVENT_SPEAKING_STOPPED:
      tell(player, (struct told){.kind = TOLD_STOPPED, .subject = response_of(event->response_id)});
      break;
    case RTMULTI_EVENT_SETTLED:
      tell(player, (struct told){.kind = TOLD_SETTLED, .subject = response_of(event->response_id)});
      break;
    case RTMULTI_EVENT_MESSAGE:
      tell(player, (struct told){.kind = TOLD_MESSAGE,
                                 .subject = item_of(event->item_id),
                                 .outcome = (int)event->message->outcome,
                                 .ms = (int)event->message->heard_ms,
                                 .texts = texts_of(event->message)});
      break;
    default: break;
  }
}

static void copy_ids(char *letters, const rtmulti_kept_item *const *items, size_t count) {
  for (size_t i = 0; i < count && i < ITEM_COUNT; i++) letters[i] = items[i]->item_id[0];
}

static void take_command(struct player *player, const rtmulti_command *command) {
  struct told told = {.subject = 0};
  switch (command->kind) {
    case RTMULTI_COMMAND_CANCEL:
      told.kind = TOLD_CANCEL;
      told.subject = response_of(command->response_id);
      break;
    case RTMULTI_COMMAND_CLEAR_OUTPUT:
      told.kind = TOLD_CLEAR_OUTPUT;
      told.subject = response_of(command->response_id);
      break;
    case RTMULTI_COMMAND_TRUNCATE:
      told.kind = TOLD_TRUNCATE;
      told.subject = item_of(command->item_id);
      told.ms = (int)command->audio_end_ms;
      if (command->content_index != 0)
        fail(player, "the wrong content part was truncated of ", command->item_id);
      break;
    case RTMULTI_COMMAND_DELETE:
      told.kind = TOLD_DELETE;
      told.subject = item_of(command->item_id);
      break;
    case RTMULTI_COMMAND_SYNC:
      told.kind = TOLD_SYNC;
      copy_ids(told.kept, command->kept, command->kept_count);
      copy_ids(told.dropped, command->dropped, command->dropped_count);
      break;
    default: fail(player, "a command came that has no place in a small world", ""); return;
  }
  tell(player, told);
}

static void take_diagnostic(struct player *player, const rtmulti_diagnostic *diagnostic) {
  if (diagnostic->kind == RTMULTI_DIAGNOSTIC_MEMORY_DIFFERS) {
    tell(player, (struct told){.kind = TOLD_DIFFERS, .subject = item_of(diagnostic->item_id)});
  }
  if (diagnostic->kind == RTMULTI_DIAGNOSTIC_MISSING_DONE) {
    tell(player, (struct told){.kind = TOLD_MISSING_DONE, .subject = response_of(diagnostic->response_id)});
  }
}

static int32_t take(struct host *host, const rtmulti_effect *effect) {
  struct player *player = (struct player *)host;
  switch (effect->kind) {
    case RTMULTI_EFFECT_WRITE: take_write(player, effect->segment, effect->frames); return (int32_t)effect->frames;
    case RTMULTI_EFFECT_FLUSH: take_flush(player, effect->segment); break;
    case RTMULTI_EFFECT_CLEAR: take_clear(player, effect->segment); break;
    case RTMULTI_EFFECT_PAUSE:
    case RTMULTI_EFFECT_RESUME: player->is_paused = effect->kind == RTMULTI_EFFECT_PAUSE; break;
    case RTMULTI_EFFECT_EVENT: take_event(player, effect->event); break;
    case RTMULTI_EFFECT_COMMAND: take_command(player, effect->command); break;
    case RTMULTI_EFFECT_DIAGNOSTIC: take_diagnostic(player, effect->diagnostic); break;
    default: break;
  }
  return 0;
}

/* ---- events ---- */

#define ID(text) (text), RTMULTI_NUL_TERMINATED

/* The response that the server announces an item in. One that nobody announced is in the newest. */
static const char *response_for(struct player *player, int item, bool is_named) {
  if (!player->is_announced[item]) {
    player->is_announced[item] = true;
    player->response_of_item[item] = player->has_second_response && (item > 0 || !is_named) ? 1 : 0;
  }
  return response_ids[player->response_of_item[item]];
}

static rtmulti_result send_item(struct player *player, int item) {
  const char *response = response_for(player, item, true);
  const rtmulti_result result =
      rtmulti_session_item_added(player->session, ID(response), ID(item_ids[item]), item, RTMULTI_ITEM_MESSAGE);
  if (result < 0) return result;
  return rtmulti_session_part_added(player->session, ID(response), ID(item_ids[item]), 0, RTMULTI_PART_AUDIO,
                                    NULL);
}

static rtmulti_result send_delta(struct player *player, int item, bool is_audio) {
  const bool was_announced = player->is_announced[item];
  const char *response = response_for(player, item, false);
  if (!was_announced) response = NULL; /* A5: the library has to find it itself */
  const size_t size = response == NULL ? 0 : RTMULTI_NUL_TERMINATED;
  if (!is_audio) {
    return rtmulti_session_text(player->session, response, size, ID(item_ids[item]), -1, ID(WORLD_TEXT), -1,
                                -1);
  }
  return rtmulti_session_audio(player->session, response, size, ID(item_ids[item]), -1, audio, sizeof audio);
}

static rtmulti_result send_done(struct player *player, int item) {
  const rtmulti_result result = rtmulti_session_part_done(player->session, ID(item_ids[item]), 0);
  return result < 0 ? result : rtmulti_session_item_done(player->session, ID(item_ids[item]));
}

static rtmulti_result create_response(struct player *player, int response) {
  if (response == 1) player->has_second_response = true;
  return rtmulti_session_response_created(player->session, ID(response_ids[response]), 0, NULL, 0);
}

static rtmulti_result end_response(struct player *player, int response, rtmulti_status status) {
  return rtmulti_session_response_done(player->session, ID(response_ids[response]), status, NULL, 0);
}

static rtmulti_result interrupt(struct player *player, const char *named, rtmulti_interrupter interrupter) {
  return rtmulti_session_interrupt(player->session, named, named == NULL ? 0 : RTMULTI_NUL_TERMINATED,
                                   interrupter);
}

static rtmulti_result pass_time(struct player *player, int ms) {
  rtmulti_result result = RTMULTI_OK;
  for (int passed_ms = 0; passed_ms < ms && result >= 0; passed_ms += TICK_MS) {
    player->now_ms += TICK_MS;
    play_tick(player);
    result = rtmulti_session_advance(player->session, player->now_ms * 1000);
    report(player);
  }
  return result;
}

/* F10: unasked. What the server does not hold it neither cuts nor drops, and it says nothing then. */
static rtmulti_result change_by_itself(struct player *player) {
  const int cut = world_cut_by_server(player->world, player->step);
  const int dropped = world_dropped_by_server(player->world, player->step);
  if (cut >= 0) return rtmulti_session_part_truncated(player->session, ID(item_ids[cut]), 0, SERVER_CUT_MS);
  if (dropped >= 0) return rtmulti_session_item_deleted(player->session, ID(item_ids[dropped]));
  return player->is_closed ? RTMULTI_ERROR_CLOSED : RTMULTI_OK;
}

static rtmulti_result happen(struct player *player, char letter) {
  if (letter >= 'a' && letter <= 'c') return send_item(player, letter - 'a');
  if (letter >= 'A' && letter <= 'C') return send_delta(player, letter - 'A', true);
  if (letter >= 'x' && letter <= 'z') return send_delta(player, letter - 'x', false);
  if (letter >= 'p' && letter <= 'r') return send_done(player, letter - 'p');
  switch (letter) {
    case 'E': return end_response(player, 0, RTMULTI_STATUS_COMPLETED);
    case 'K': return end_response(player, 0, RTMULTI_STATUS_CANCELLED);
    case 'F': return end_response(player, 1, RTMULTI_STATUS_COMPLETED);
    case 'N': return create_response(player, 1);
    case 'T':
    case 'W': return pass_time(player, world_time_ms(letter));
    case 'I': return interrupt(player, NULL, RTMULTI_INTERRUPTED_BY_LISTENER);
    case 'H': return interrupt(player, NULL, RTMULTI_INTERRUPTED_BY_HOST);
    case 'J': return interrupt(player, response_ids[0], RTMULTI_INTERRUPTED_BY_LISTENER);
    case 'L': return interrupt(player, response_ids[1], RTMULTI_INTERRUPTED_BY_LISTENER);
    case 'P': return rtmulti_session_pause(player->session);
    case 'R': return rtmulti_session_resume(player->session);
    case 'S': set_sink(player); return RTMULTI_OK;
    case 'Q': return rtmulti_session_close(player->session);
    case 'k':
    case 'l':
    case 'd':
    case 'e': return change_by_itself(player);
    default: return RTMULTI_ERROR_INVALID;
  }
}

static void live(struct player *player) {
  for (; player->world->events[player->step] != '\0'; player->step++) {
    const char letter = player->world->events[player->step];
    /* What is said to a session that was closed reaches nobody; it has to say so itself. */
    if (player->is_closed && letter == 'S') continue;
    const rtmulti_result result = happen(player, letter);
    report(player);
    if (player->is_closed) {
      /* Time may go on for a host whose clock is not stopped yet. */
      const bool is_quiet = world_time_ms(letter) > 0 && result == RTMULTI_IGNORED;
      if (result != RTMULTI_ERROR_CLOSED && !is_quiet)
        fail(player, "CLOSED was expected, came ", rtmulti_result_name(result));
    } else if (result < 0 || result == RTMULTI_QUEUED) {
      fail(player, "the library refused it: ", rtmulti_result_name(result));
    }
    if (letter == 'Q') player->is_closed = true;
  }
  player->step -= 1;
}

bool player_live(const struct world *world, struct account *account, char *sentence, size_t size) {
  struct player player = {.host.takes = take, .world = world, .account = account, .sentence = sentence, .sentence_size = size};
  memset(account, 0, sizeof *account);
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.server = world->server;
  config.estimate = 0;
  config.write_ahead_ms = RTMULTI_UNLIMITED;
  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  format.sample_rate_hz = SAMPLE_RATE_HZ;
  rtmulti_handlers handlers;
  host_fill_handlers(&player.host, &handlers);
  const rtmulti_result created = rtmulti_session_create(&config, &player.session);
  if (created != RTMULTI_OK) {
    snprintf(sentence, size, "a session could not be created: %s", rtmulti_result_text(created));
    return false;
  }
  rtmulti_session_set_handlers(player.session, &handlers);
  rtmulti_session_set_format(player.session, &format);
  set_sink(&player);
  if (create_response(&player, 0) != RTMULTI_OK) fail(&player, "the library refused the response", "");
  live(&player);
  for (int i = 0; i < player.segment_count; i++) {
    account->heard_ms[player.segments[i].item] += player.segments[i].played_ms;
  }
  if (rtmulti_session_destroy(player.session) != RTMULTI_OK)
    fail(&player, "the session could not be destroyed", "");
  return !player.has_failed;
}
