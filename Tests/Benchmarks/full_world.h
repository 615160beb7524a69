/* A session that can be filled to its limits, and how one input of it is counted: where callgrind begins and ends, what the
 * input caused, and under which name the count is found again. What sessions are filled with is full_states.h's, which inputs
 * there are full_session.c's. */
#ifndef FULL_WORLD_H
#define FULL_WORLD_H

#include <rtmulti.h>
#include <stdarg.h>

#include "measure.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_TOGGLE_COLLECT
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(name) (void)(name)
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#endif

enum { NAME_BYTES = 1025, DELTA_FRAMES = 480, EVENT_BYTES = 1 << 16, SEGMENTS = 64 };

/* One session, and who in it is spoken of: a message that is being heard, one that waits in silence, one that settled. */
struct world {
  rtmulti_session *session;
  rtmulti_device *device; /* of a pulled sink, or NULL */
  const char *state;
  int is_full;
  int name_length; /* names are filled up to it; 0 leaves them short */
  char spoken_response[NAME_BYTES], spoken[NAME_BYTES];
  char silent_response[NAME_BYTES], silent[NAME_BYTES];
  char settled_response[NAME_BYTES], settled[NAME_BYTES];
  int names, pieces;                               /* how many were made: responses, items and parts are pieces */
  uint64_t segments[SEGMENTS];                     /* at the sink, the newest last */
  int64_t frames[SEGMENTS];
  int segment_count;
  char command[64]; /* the newest command's event id */
  int64_t now_us, effects, bytes; /* what was caused so far, and the bytes of text in it */
};

static int16_t silence[RTMULTI_TIMESTAMP_JUMP_MS * 48];

/* --- the sink and the handlers ------------------------------------------------------------------------- */

static int32_t take(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  (void)pcm;
  struct world *world = user_data;
  world->effects++;
  if (world->segment_count == 0 || world->segments[world->segment_count - 1] != segment) {
    if (world->segment_count == SEGMENTS) {
      memmove(world->segments, world->segments + 1, (SEGMENTS - 1) * sizeof *world->segments);
      memmove(world->frames, world->frames + 1, (SEGMENTS - 1) * sizeof *world->frames);
      world->segment_count--;
    }
    world->segments[world->segment_count] = segment, world->frames[world->segment_count++] = 0;
  }
  world->frames[world->segment_count - 1] += frames;
  return (int32_t)frames;
}

static int32_t see_segment(void *user_data, uint64_t segment) {
  (void)segment;
  ((struct world *)user_data)->effects++;
  return 0;
}

static int32_t see(void *user_data) {
  ((struct world *)user_data)->effects++;
  return 0;
}

static int32_t see_text(void *user_data, const char *item, size_t item_size, const char *text, size_t size) {
  (void)item, (void)item_size, (void)text;
  struct world *world = user_data;
  world->effects++, world->bytes += (int64_t)size;
  return 0;
}

static int32_t see_event(void *user_data, const rtmulti_event *event) {
  struct world *world = user_data;
  world->effects++;
  world->bytes += (int64_t)(event->text_size + event->arguments_size);
  if (event->message != NULL)
    world->bytes += (int64_t)(event->message->heard_text_size + event->message->generated_text_size);
  return 0;
}

static int32_t see_command(void *user_data, const rtmulti_command *command) {
  struct world *world = user_data;
  world->effects++, world->bytes += (int64_t)command->json_size;
  snprintf(world->command, sizeof world->command, "%s", command->event_id);
  return 0;
}

static int32_t see_diagnostic(void *user_data, const rtmulti_diagnostic *diagnostic) {
  struct world *world = user_data;
  world->effects++, world->bytes += (int64_t)diagnostic->message_size;
  return 0;
}

static int32_t see_heard_audio(void *user_data, const rtmulti_heard_audio *heard) {
  struct world *world = user_data;
  world->effects++, world->bytes += (int64_t)heard->frames * 2;
  return 0;
}

static inline rtmulti_sink sink_of(struct world *world, rtmulti_driver driver) {
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.driver = driver;
  sink.flags |= RTMULTI_SINK_GAPLESS;
  sink.write = take, sink.flush = see_segment, sink.clear = see_segment, sink.pause = see, sink.resume = see;
  sink.text_write = see_text;
  sink.user_data = world;
  return sink;
}

static inline void open_world(struct world *world, rtmulti_config config, rtmulti_driver driver) {
  require(rtmulti_session_create(&config, &world->session) == RTMULTI_OK, "a session could not be created");
  rtmulti_handlers handlers;
  rtmulti_handlers_init(&handlers, sizeof handlers);
  handlers.on_event = see_event, handlers.on_command = see_command, handlers.on_diagnostic = see_diagnostic;
  if (config.heard_audio) handlers.on_heard_audio = see_heard_audio;
  handlers.user_data = world;
  const rtmulti_sink sink = sink_of(world, driver);
  require(rtmulti_session_set_sink(world->session, &sink) == RTMULTI_OK, "the sink was refused");
  require(rtmulti_session_set_handlers(world->session, &handlers) == RTMULTI_OK, "the handlers were refused");
  if (driver == RTMULTI_DRIVER_PULLED)
    require(rtmulti_session_device(world->session, &world->device) == RTMULTI_OK, "there is no device");
}

/* --- counting ------------------------------------------------------------------------------------------ */

static struct {
  int64_t effects, bytes;
} before;

static inline void begin_count(const struct world *world) {
  before.effects = world->effects, before.bytes = world->bytes;
  CALLGRIND_ZERO_STATS;
  CALLGRIND_TOGGLE_COLLECT;
}

/* `bytes` are those of the input. What it answered is said, for an input that is refused in one of the two sessions is not
 * the same input. */
static inline void end_count(const struct world *world, const char *input, rtmulti_result result, size_t bytes) {
  CALLGRIND_TOGGLE_COLLECT;
  char name[128];
  snprintf(name, sizeof name, "%s|%s|%s", world->state, input, world->is_full ? "full" : "empty");
  CALLGRIND_DUMP_STATS_AT(name);
  printf("{\"name\": \"%s\", \"result\": %d, \"pieces\": %d, \"effects\": %lld, \"bytes\": %lld}\n", name, (int)result,
         world->pieces, (long long)(world->effects - before.effects), (long long)(world->bytes - before.bytes) + (long long)bytes);
}

#define COUNT(world, input, bytes, call)            \
  do {                                              \
    begin_count(world);                             \
    const rtmulti_result result_ = (call);          \
    end_count(world, input, result_, (size_t)(bytes)); \
  } while (0)

/* --- what a server says -------------------------------------------------------------------------------- */

#define ZERO RTMULTI_NUL_TERMINATED

static inline void make_name(struct world *world, const char *kind, char *name) {
  int size = snprintf(name, NAME_BYTES, "%s_%08d", kind, world->names++);
  while (size < world->name_length) name[size++] = 'x';
  name[size] = 0;
}

static inline void add_response(struct world *world, rtmulti_response_flags flags, char *name) {
  make_name(world, "resp", name);
  world->pieces++;
  require(rtmulti_session_response_created(world->session, name, ZERO, flags, NULL, 0) == RTMULTI_OK,
          "a response was refused");
}

static inline void add_item(struct world *world, const char *response, int32_t index, rtmulti_item_kind kind, char *name) {
  make_name(world, "item", name);
  world->pieces++;
  require(rtmulti_session_item_added(world->session, response, ZERO, name, ZERO, index, kind) == RTMULTI_OK,
          "an item was refused");
}

static inline void add_part(struct world *world, const char *response, const char *item, int index, rtmulti_part_kind kind) {
  world->pieces++;
  require(rtmulti_session_part_added(world->session, response, ZERO, item, ZERO, index, kind, NULL) == RTMULTI_OK,
          "a part was refused");
}

/* A message with one audio part. */
static inline void add_message(struct world *world, const char *response, int32_t index, char *name) {
  add_item(world, response, index, RTMULTI_ITEM_MESSAGE, name);
  add_part(world, response, name, 0, RTMULTI_PART_AUDIO);
}

static inline rtmulti_result say(struct world *world, const char *response, const char *item, int part, int frames) {
  return rtmulti_session_audio(world->session, response, ZERO, item, ZERO, part, silence, (size_t)frames * 2);
}

static inline rtmulti_result write_text(struct world *world, const char *response, const char *item, int part,
                                        const char *text, int64_t start_ms, int64_t end_ms) {
  return rtmulti_session_text(world->session, response, ZERO, item, ZERO, part, text, ZERO, start_ms, end_ms);
}

static inline void end_item(struct world *world, const char *item) {
  require(rtmulti_session_item_done(world->session, item, ZERO) >= 0, "the end of an item was refused");
}

static inline void end_response(struct world *world, const char *response) {
  require(rtmulti_session_response_done(world->session, response, ZERO, RTMULTI_STATUS_COMPLETED, NULL, 0) >= 0,
          "the end of a response was refused");
}

static inline void pass_ms(struct world *world, int64_t ms) {
  world->now_us += ms * 1000;
  require(rtmulti_session_advance(world->session, world->now_us) >= 0, "time was refused");
}

/* All that lies at the sink has been played. */
static inline void play_all(struct world *world) {
  for (int i = 0; i < world->segment_count; i++)
    (void)rtmulti_session_playback_finished(world->session, world->segments[i], world->frames[i], 0, RTMULTI_NOW);
  world->segment_count = 0;
}

#endif
