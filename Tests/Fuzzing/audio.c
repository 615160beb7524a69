/* The audio door: Ogg streams, raw Opus packets with and without numbers, and samples, played through a sink so that
 * all of it is decoded. What holds for every session is in laws.c; here, that neither the chunks in which bytes come
 * nor the pace at which a sink takes them changes a sample, and that what was played to its end is full.
 *
 * An input is two bytes that choose (see `read_choice`) and the audio. */
#include <stdlib.h>
#include <string.h>

#include "../C/pulled.h"
#include "laws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAY_AUDIO = MAY_INPUT | MAY_LIMITS | MAY(RTMULTI_ERROR_UNSUPPORTED), MAXIMUM_PACKETS = 8, LIMIT_MS = 500 };

/* Most of them are those to which libopus decodes by itself: a resampler costs many times as much as all the rest, so
 * that one input in eight may have one. */
static const uint32_t rates_hz[] = {48000, 24000, 16000, 8000, 12000, 48000, 24000, 44100};

struct choice {
  enum { OGG, PACKETS, NUMBERED, SAMPLES } kind;
  rtmulti_format format;
  uint32_t driver;
  uint32_t sink_rate_hz;
  uint32_t channels;
  bool polls, hears, is_interrupted;
  unsigned chunks; /* the seed of the second chunking */
  const uint8_t *bytes;
  size_t size;
};

static bool read_choice(struct choice *choice, const uint8_t *data, size_t size) {
  static const rtmulti_codec codecs[] = {RTMULTI_CODEC_OGG_OPUS, RTMULTI_CODEC_OPUS, RTMULTI_CODEC_OPUS,
                                         RTMULTI_CODEC_PCM16};
  if (size < 3) return false;
  memset(choice, 0, sizeof *choice);
  choice->kind = data[0] & 3;
  choice->polls = data[0] >> 2 & 1;
  choice->hears = data[0] >> 3 & 1;
  choice->driver = (data[0] >> 4 & 3) % 3;
  choice->channels = 1 + (data[0] >> 6 & 1);
  choice->is_interrupted = data[0] >> 7 & 1;
  choice->chunks = data[1] >> 3;
  const bool may_resample = choice->chunks % 8 == 7 && choice->kind != NUMBERED;
  choice->sink_rate_hz = may_resample ? rates_hz[data[1] & 7] : rates_hz[data[1] & 3];
  choice->bytes = data + 2;
  choice->size = size - 2;
  rtmulti_format_init(&choice->format, sizeof choice->format);
  choice->format.codec = codecs[choice->kind];
  if (choice->kind == SAMPLES) {
    const unsigned spelling = choice->chunks % 5;
    choice->format.codec = spelling == 3   ? RTMULTI_CODEC_ULAW
                           : spelling == 4 ? RTMULTI_CODEC_ALAW
                                           : RTMULTI_CODEC_PCM16;
    if (spelling >= 3 && !may_resample) choice->sink_rate_hz = 8000;
    choice->format.sample_rate_hz = spelling >= 3                 ? 8000
                                    : spelling == 1 && may_resample ? 12000
                                                                    : choice->sink_rate_hz;
    choice->format.channels = spelling == 2 ? 2 : 1;
  }
  return true;
}

/* What came of one playing. */
struct played_out {
  uint64_t pcm_sum;
  int64_t frames, received_frames;
  uint32_t source_rate_hz;
  bool is_refused;
  bool is_played_out;
};

struct player {
  struct watch watch;
  const struct choice *choice;
  int64_t now_us;
  bool is_refused;
  bool lacks_audio; /* some was refused for the limit of a response */
};

#define RESPONSE "r", 1
#define ITEM "a", 1

static rtmulti_result took(struct player *player, struct picture *before, const char *call, rtmulti_result result) {
  const rtmulti_result answer = watch_after(&player->watch, before, call, result, MAY_AUDIO);
  if (answer < 0 || answer == RTMULTI_IGNORED) player->is_refused = true;
  if (answer == RTMULTI_ERROR_LIMIT_AUDIO) player->lacks_audio = true;
  return answer;
}

/* The sink has played all that it was given, until it is given no more. */
static void play(struct player *player) {
  struct picture before;
  int64_t frames = -1;
  while (player->watch.segment != 0 && player->watch.frames != frames) {
    frames = player->watch.frames;
    watch_before(&player->watch, &before);
    watch_after(&player->watch, &before, "progress",
                rtmulti_session_playback_progress(player->watch.session, player->watch.segment,
                                                  watch_segment(&player->watch, player->watch.segment)->written_frames, RTMULTI_NOW),
                MAY_INPUT);
  }
}

static void advance(struct player *player, int64_t ms) {
  struct picture before;
  watch_before(&player->watch, &before);
  player->now_us += ms * 1000;
  watch_after(&player->watch, &before, "advance", rtmulti_session_advance(player->watch.session, player->now_us),
              MAY_INPUT);
}

/* A device takes 10 ms after 10 ms, until nothing comes any more. */
static void pull(struct player *player) {
  int16_t block[960];
  const uint32_t frames = player->choice->sink_rate_hz / 100;
  uint32_t taken = 1;
  for (int i = 0; i < LIMIT_MS / 10 + 20 && (taken > 0 || i < 12); i++) {
    memset(block, 0x55, sizeof block);
    taken = pull_now(player->watch.session, block, frames, player->choice->channels, 0);
    LAW(taken <= frames, "no more is pulled than there is room for");
    advance(player, 10);
  }
}

static void play_by_driver(struct player *player) {
  switch (player->choice->driver) {
    case RTMULTI_DRIVER_REPORTED: play(player); break;
    case RTMULTI_DRIVER_PACED:
      for (int i = 0; i < 8; i++) advance(player, 40);
      break;
    default: pull(player); break;
  }
}

static rtmulti_result give(struct player *player, const uint8_t *bytes, size_t size) {
  struct picture before;
  /* A copy of exactly this size, so that a byte too many is seen. */
  uint8_t *copy = malloc(size == 0 ? 1 : size);
  if (copy == NULL) abort();
  memcpy(copy, bytes, size);
  watch_before(&player->watch, &before);
  const rtmulti_result result = took(player, &before, "audio",
                                     rtmulti_session_audio(player->watch.session, RESPONSE, ITEM, 0, copy, size));
  free(copy);
  return result;
}

/* ---- the four ways in ---- */

static void give_stream(struct player *player, bool is_chunked) {
  const struct choice *choice = player->choice;
  uint32_t state = choice->chunks * 2654435761u + 1;
  for (size_t at = 0; at < choice->size && !player->is_refused;) {
    size_t size = choice->size - at;
    if (is_chunked) {
      state = state * 1664525u + 1013904223u;
      const size_t wanted = 1 + (state >> 24) % (choice->chunks < 4 ? 3 : 97);
      if (wanted < size) size = wanted;
    }
    give(player, choice->bytes + at, size);
    if (is_chunked) play(player);
    at += size;
  }
}

/* Each packet is a byte that says its size, and that many bytes, as far as there are any. */
static void give_packets(struct player *player, bool is_paced) {
  const struct choice *choice = player->choice;
  size_t at = 0;
  for (int i = 0; i < MAXIMUM_PACKETS && at < choice->size; i++) {
    size_t size = choice->bytes[at++];
    if (size > choice->size - at) size = choice->size - at;
    give(player, choice->bytes + at, size);
    if (is_paced) play(player);
    at += size;
  }
}

/* Each packet is four bytes (how far its number and its time are from those expected, how much time passes before
 * it, its size) and its own. */
static void give_numbered(struct player *player) {
  const struct choice *choice = player->choice;
  uint16_t sequence = 65530;
  uint32_t timestamp = 0u - 2000u;
  size_t at = 0;
  for (int i = 0; i < MAXIMUM_PACKETS && at + 4 <= choice->size; i++) {
    const uint8_t *head = choice->bytes + at;
    struct picture before;
    at += 4;
    size_t size = head[3] == 255 ? 0 : head[3];
    if (size > choice->size - at) size = choice->size - at;
    sequence = (uint16_t)(sequence + (head[0] == 127 ? 1000 : (int8_t)head[0]) + 1);
    timestamp += (uint32_t)((int8_t)head[1] + 1) * (head[1] == 127 ? 48000u : 960u);
    if (head[2] & 1) advance(player, head[2] >> 1);
    if (head[2] & 2) play_by_driver(player);
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL) abort();
    memcpy(copy, choice->bytes + at, size);
    watch_before(&player->watch, &before);
    took(player, &before, "packet",
         rtmulti_session_packet(player->watch.session, RESPONSE, ITEM, 0, copy, size, sequence, timestamp));
    free(copy);
    at += size;
  }
}

/* ---- one playing ---- */

static void begin(struct player *player, const struct choice *choice, bool is_chunked) {
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.delivery = choice->polls ? RTMULTI_DELIVER_BY_POLLING : RTMULTI_DELIVER_BY_CALLBACK;
  config.estimate = 0;
  config.heard_audio = choice->hears;
  config.write_ahead_ms = is_chunked ? 60 : RTMULTI_UNLIMITED;
  config.max_response_ms = LIMIT_MS;
  player->choice = choice;
  player->now_us = 0;
  player->is_refused = player->lacks_audio = false;
  LAW(watch_open(&player->watch, &config), "a good config is taken");
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.sample_rate_hz = choice->sink_rate_hz;
  sink.channels = choice->channels;
  sink.driver = choice->driver;
  LAW(watch_set_sink(&player->watch, &sink) == RTMULTI_OK, "a good sink is taken");
  LAW(rtmulti_session_set_format(player->watch.session, &choice->format) == RTMULTI_OK, "a good format is taken");
  LAW(rtmulti_session_response_created(player->watch.session, RESPONSE, 0, NULL, 0) == RTMULTI_OK,
      "a response is created");
  watch_created(&player->watch, RESPONSE);
  LAW(rtmulti_session_item_added(player->watch.session, RESPONSE, ITEM, -1, RTMULTI_ITEM_MESSAGE) == RTMULTI_OK,
      "an item is added");
  watch_name(&player->watch, false, ITEM);
}

static void finish(struct player *player) {
  rtmulti_session *session = player->watch.session;
  struct picture before;
  watch_before(&player->watch, &before);
  watch_after(&player->watch, &before, "part_done", rtmulti_session_part_done(session, ITEM, 0), MAY_INPUT);
  watch_before(&player->watch, &before);
  watch_after(&player->watch, &before, "item_done", rtmulti_session_item_done(session, ITEM), MAY_INPUT);
  if (player->choice->is_interrupted) {
    watch_before(&player->watch, &before);
    watch_after(&player->watch, &before, "interrupt",
                rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER), MAY_INPUT);
  }
  play_by_driver(player);
  if (player->choice->driver == RTMULTI_DRIVER_REPORTED && player->watch.segment != 0) {
    watch_before(&player->watch, &before);
    watch_after(&player->watch, &before, "finished",
                rtmulti_session_playback_finished(
                    session, player->watch.segment,
                    watch_segment(&player->watch, player->watch.segment)->written_frames, 0, RTMULTI_NOW),
                MAY_INPUT);
  }
  watch_before(&player->watch, &before);
  watch_after(&player->watch, &before, "response_done",
              rtmulti_session_response_done(session, RESPONSE, RTMULTI_STATUS_COMPLETED, NULL, 0), MAY_INPUT);
}

/* All of it was played by a sink that reports: then all of it was heard. */
static void check_played_out(struct player *player, struct played_out *out) {
  rtmulti_session *session = player->watch.session;
  rtmulti_position position = {.struct_size = sizeof position};
  rtmulti_message message = {.struct_size = sizeof message};
  if (rtmulti_session_position(session, ITEM, 0, &position) == RTMULTI_OK) {
    out->received_frames = position.received_frames;
    out->source_rate_hz = position.source_rate_hz;
  }
  if (!out->is_played_out) return;
  LAW(rtmulti_session_message(session, ITEM, &message) == RTMULTI_OK, "a message has a record");
  if (out->received_frames == 0) {
    LAW(message.outcome == RTMULTI_OUTCOME_SKIPPED, "a message without a frame is skipped");
    LAW(player->watch.frames == 0, "of nothing, nothing is written");
    return;
  }
  /* Rule A13: what was refused for a limit nobody heard, and the server has it. */
  LAW(message.outcome == (player->lacks_audio ? RTMULTI_OUTCOME_PARTIAL : RTMULTI_OUTCOME_FULL),
      "what was played to its end is full, unless some was refused");
  /* Rule C4: a resampler changes the count of frames, never their time. */
  const int64_t expected = out->received_frames * player->choice->sink_rate_hz / out->source_rate_hz;
  LAW(player->watch.frames >= expected - 1 && player->watch.frames <= expected + 1,
      "what is written lasts as long as what came");
}

static struct played_out play_out(const struct choice *choice, bool is_chunked) {
  static struct player player;
  struct played_out out = {0};
  begin(&player, choice, is_chunked);
  switch (choice->kind) {
    case OGG:
    case SAMPLES: give_stream(&player, is_chunked); break;
    case PACKETS: give_packets(&player, is_chunked); break;
    case NUMBERED: give_numbered(&player); break;
  }
  finish(&player);
  out.is_refused = player.is_refused;
  out.is_played_out = choice->driver == RTMULTI_DRIVER_REPORTED && !choice->is_interrupted;
  check_played_out(&player, &out);
  out.pcm_sum = player.watch.pcm_sum;
  out.frames = player.watch.frames;
  watch_end(&player.watch);
  return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  laws_begin(data, size);
  struct choice choice;
  if (!read_choice(&choice, data, size)) return 0;
  const struct played_out whole = play_out(&choice, false);
  if (choice.kind == NUMBERED || !whole.is_played_out) return 0;
  const struct played_out chunked = play_out(&choice, true);
  if (choice.kind != PACKETS && (whole.is_refused || chunked.is_refused)) return 0;
  LAW(whole.received_frames == chunked.received_frames, "chunks do not change how much came");
  LAW(whole.frames == chunked.frames, "chunks do not change how much is written");
  LAW(whole.pcm_sum == chunked.pcm_sum, "chunks do not change a sample");
  return 0;
}
