/* Does it matter how the audio of one instant is cut into deltas (rule A2)? The same random conversation is said three
 * times to the same kind of sink: as it came, with every piece of audio cut into others at random, and sample by sample
 * where a piece is short. All that comes out must be the same, with the WRITEs of a segment added up: for a sink that
 * reports, a paced one, a pulled one and a host that plays by itself, gapless or not.
 *
 * usage: cut_of_deltas [FIRST-SEED [COUNT]] */
#include <stdarg.h>
#include <stdbool.h>

#include "conversation.h"
#include "pulled.h"
#include "random.h"

enum { STEPS = 60, LOG_BYTES = 1 << 16, LONGEST_MS = 400, SEEDS = 400, SEGMENTS = 256 };

/* Where a sink that bounds what is written ahead has room for less than 10 ms, a piece that is shorter is written and the
 * beginning of a longer one waits: what was written when an interrupt comes may differ by so much, and what was heard not. */
enum { GRAIN = 10 * FRAMES_PER_MS };

/* What came out, a line each but for WRITEs; and the frames of each segment. */
struct log {
  char text[LOG_BYTES];
  size_t size;
  int64_t written[SEGMENTS];
};

static struct log *log_at_hand;

static void line(const char *format, ...) {
  struct log *log = log_at_hand;
  va_list values;
  va_start(values, format);
  const int size = vsnprintf(log->text + log->size, sizeof log->text - log->size, format, values);
  va_end(values);
  if (size < 0 || (size_t)size >= sizeof log->text - log->size) abort();
  log->size += (size_t)size;
}

static int32_t note(struct conversation *conversation, const rtmulti_effect *effect) {
  (void)conversation;
  if (effect->kind == RTMULTI_EFFECT_WRITE) {
    if (effect->segment >= SEGMENTS) abort();
    log_at_hand->written[effect->segment] += effect->frames;
    return 0;
  }
  switch (effect->kind) {
    case RTMULTI_EFFECT_EVENT:
      line("event %u %s %s", effect->event->kind, effect->event->response_id, effect->event->item_id);
      if (effect->event->kind == RTMULTI_EVENT_MESSAGE)
        line(" %u %lld of %lld", effect->event->message->outcome, (long long)effect->event->message->heard_ms,
             (long long)effect->event->message->received_ms);
      line("\n");
      break;
    case RTMULTI_EFFECT_COMMAND:
      line("command %u %s %s %lld\n", effect->command->kind, effect->command->response_id, effect->command->item_id,
           (long long)effect->command->audio_end_ms);
      break;
    case RTMULTI_EFFECT_DIAGNOSTIC: line("diagnostic %u\n", effect->diagnostic->kind); break;
    default: line("effect %u %llu\n", effect->kind, (unsigned long long)effect->segment); break;
  }
  return 0;
}

/* ---- one conversation ---- */

static int random_below(uint64_t *state, int end) { return random_from(state, 0, end - 1); }

struct play {
  struct conversation conversation;
  uint32_t driver;
  int way; /* how audio is cut: 0 as it came, 1 at random, 2 in single samples where it is short */
  uint64_t cuts;
  rtmulti_device *device;
  int64_t now_ms, played;
};

static void say_cut(struct play *play, const char *response, const char *item, int32_t content, int frames) {
  static const int16_t pcm[LONGEST_MS * FRAMES_PER_MS];
  int from = 0;
  while (from < frames) {
    int piece = frames - from;
    if (play->way == 1) piece = 1 + random_below(&play->cuts, piece < 2000 ? piece : 2000);
    if (play->way == 2 && frames <= 240) piece = 1;
    rtmulti_session_audio(play->conversation.session, TEXT(response), TEXT(item), content, pcm + from, (size_t)piece * 2);
    from += piece;
  }
}

static void pass(struct play *play, int ms) {
  struct conversation *conversation = &play->conversation;
  for (int i = 0; i < ms; i += 10) {
    play->now_ms += 10;
    rtmulti_session_advance(conversation->session, play->now_ms * 1000);
    if (play->driver == RTMULTI_DRIVER_PULLED) {
      int16_t block[10 * FRAMES_PER_MS];
      rtmulti_device_pull(play->device, block, 10 * FRAMES_PER_MS, 1, 0);
    } else if (play->driver != RTMULTI_DRIVER_PACED && conversation->segment != 0 && i % 30 == 0) {
      play->played += 30 * FRAMES_PER_MS;
      rtmulti_session_playback_progress(conversation->session, conversation->segment, play->played % (500 * FRAMES_PER_MS),
                                        RTMULTI_NOW);
    }
  }
}

static void talk(struct play *play, uint64_t seed, struct log *log) {
  uint64_t dice = seed;
  play->cuts = seed + 1000003u * (uint64_t)play->way;
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  rtmulti_sink sink = plain_sink();
  sink.driver = play->driver;
  sink.flags = RTMULTI_SINK_CAN_CLEAR | RTMULTI_SINK_CAN_PAUSE;
  if (random_below(&dice, 2) == 0) sink.flags |= RTMULTI_SINK_GAPLESS;
  log_at_hand = log;
  memset(log, 0, sizeof *log);
  converse_as(&play->conversation, &config, NULL, sink);
  struct conversation *conversation = &play->conversation;
  rtmulti_session *session = conversation->session;
  conversation->inside = note;
  play->device = play->driver == RTMULTI_DRIVER_PULLED ? device_of(session) : NULL;
  play->now_ms = 0;
  play->played = 0;
  rtmulti_session_advance(session, 0);
  int responses = 0, items = 0;
  bool is_over = false; /* the newest response */
  bool is_done[STEPS + 1] = {false}; /* items: audio behind a done is a segment of its own (rule A1), however it is cut */
  for (int step = 0; step < STEPS; step++) {
    char response[16], item[16];
    const int what = random_below(&dice, 16);
    snprintf(response, sizeof response, "r%d", responses);
    const int number = items - (items > 1 && random_below(&dice, 4) == 0);
    snprintf(item, sizeof item, "i%d", number);
    if (responses == 0 || what == 0 || is_over) {
      is_over = false;
      snprintf(response, sizeof response, "r%d", ++responses);
      say_response(conversation, response);
    } else if (items == 0 || what < 3) {
      snprintf(item, sizeof item, "i%d", ++items);
      say_item(conversation, response, item);
    } else if (what < 9) {
      const int ms = random_below(&dice, 8) == 0 ? random_below(&dice, 10) : random_below(&dice, LONGEST_MS);
      if (!is_done[number]) say_cut(play, response, item, (int32_t)(random_below(&dice, 8) == 0), ms * FRAMES_PER_MS);
    } else if (what < 13) {
      pass(play, 10 * random_below(&dice, 30));
    } else if (what == 13) {
      say_item_done(conversation, item);
      is_done[number] = true;
    } else if (what == 14) {
      say_response_done(conversation, response);
      for (int i = 0; i <= items; i++) is_done[i] = true;
      is_over = true;
    } else if (random_below(&dice, 3) == 0) {
      rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER);
    }
  }
  pass(play, 3000);
  rtmulti_session_close(session);
  rtmulti_device_release(play->device);
  part(conversation);
}

static void compare(uint64_t seed, uint32_t driver) {
  static struct log logs[3];
  for (int way = 0; way < 3; way++) {
    struct play play = {.driver = driver, .way = way};
    talk(&play, seed, &logs[way]);
  }
  for (int way = 1; way < 3; way++) {
    bool same_writes = true;
    for (int i = 0; i < SEGMENTS; i++) {
      const int64_t off = logs[0].written[i] - logs[way].written[i];
      same_writes = same_writes && off < GRAIN && off > -GRAIN;
    }
    const bool same_text =
        logs[0].size == logs[way].size && memcmp(logs[0].text, logs[way].text, logs[0].size) == 0;
    if (CHECK(same_writes) & CHECK(same_text)) continue;
    size_t at = 0;
    while (at < logs[0].size && logs[0].text[at] == logs[way].text[at]) at += 1;
    while (at > 0 && logs[0].text[at - 1] != '\n') at -= 1;
    printf("seed %llu, driver %u, cut %d: %.60s | came | %.60s\n", (unsigned long long)seed, driver, way,
           logs[0].text + at, logs[way].text + at);
  }
}

int main(int count, char **arguments) {
  const uint64_t first = count > 1 ? strtoull(arguments[1], NULL, 10) : 1;
  const uint64_t seeds = count > 2 ? strtoull(arguments[2], NULL, 10) : SEEDS;
  for (uint64_t seed = first; seed < first + seeds; seed++) {
    compare(seed, RTMULTI_DRIVER_REPORTED);
    compare(seed, RTMULTI_DRIVER_PACED);
    compare(seed, RTMULTI_DRIVER_PULLED);
    compare(seed, RTMULTI_DRIVER_HOST);
  }
  return check_end("cut_of_deltas");
}
