/* A program as somebody built it against a header of the past, of today or of the future: it goes through every struct
 * that crosses the border, and prints what it was told. run.sh builds it three times and compares; so it may name only
 * what the oldest header has.
 *
 * BYTES_BEHIND is what a newer header would have at the ends of its structs; these bytes are counted in struct_size.
 * What lies behind a struct must not be touched. */
#include <rtmulti.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD_BYTES = 64, GUARD = 0x5a, UNKNOWN = 0xc3, FRAMES_PER_MS = 24 };

#define TEXT(text) (text), RTMULTI_NUL_TERMINATED

/* A struct of the header, what a newer caller has behind it, and what is nobody's. */
#define CALLERS(type)                               \
  struct {                                          \
    type known;                                     \
    unsigned char unknown[BYTES_BEHIND + GUARD_BYTES]; \
  }
#define SIZE(box) ((uint32_t)(sizeof(box).known + BYTES_BEHIND))

static void require(int holds, const char *what) {
  if (holds) return;
  printf("not true: %s\n", what);
  exit(1);
}

static void surround(unsigned char *unknown) {
  for (int i = 0; i < BYTES_BEHIND; i++) unknown[i] = UNKNOWN;
  memset(unknown + BYTES_BEHIND, GUARD, GUARD_BYTES);
}

static void require_guard(const unsigned char *unknown) {
  for (int i = 0; i < GUARD_BYTES; i++) require(unknown[BYTES_BEHIND + i] == GUARD, "nothing is written behind a struct");
}

/* An init function fills what it knows, and what it does not know with zeros: a caller sets none of that. */
#define INIT(box, init)                                                                        \
  do {                                                                                         \
    surround((box).unknown);                                                                   \
    init(&(box).known, SIZE(box));                                                             \
    require((box).known.struct_size == SIZE(box), #init " notes the caller's size");           \
    for (int i = 0; i < BYTES_BEHIND; i++) require((box).unknown[i] == 0, #init " fills with zeros"); \
    require_guard((box).unknown);                                                              \
  } while (0)

/* A struct that the library fills: the caller's size stays, and what the library does not know is zeroed. */
#define ASK(box, call)                                                                          \
  do {                                                                                          \
    surround((box).unknown);                                                                    \
    memset(&(box).known, UNKNOWN, sizeof(box).known);                                           \
    (box).known.struct_size = SIZE(box);                                                        \
    require((call) == RTMULTI_OK, #call " answers");                                            \
    require((box).known.struct_size == SIZE(box), #call " leaves the caller's size");           \
    for (int i = 0; i < BYTES_BEHIND; i++) require((box).unknown[i] == 0, #call " zeroes the unknown"); \
    require_guard((box).unknown);                                                               \
  } while (0)

static void print_message(const rtmulti_message *message) {
  printf("message %s %s %d '%s' outcome %u interrupted %d estimated %d heard %lld received %lld %u '%s' %lld %lld\n",
         message->response_id, message->item_id, message->output_index, message->heard_text, message->outcome,
         message->interrupted, message->estimated, (long long)message->heard_ms, (long long)message->received_ms,
         message->status, message->reason, (long long)message->started_us, (long long)message->stopped_us);
}

static void print_event(const rtmulti_event *event) {
  printf("event %u %s %s %d %d segment %llu %lld '%s' estimated %d call '%s' '%s' '%s'\n", event->kind,
         event->response_id, event->item_id, event->content_index, event->output_index,
         (unsigned long long)event->segment, (long long)event->at_us, event->text, event->estimated, event->call_id,
         event->name, event->arguments);
  if (event->message != NULL) print_message(event->message);
}

static void print_command(const rtmulti_command *command) {
  printf("command %u %s %s %s %d estimated %d %lld '%s' %d %d kept %zu dropped %zu %s\n", command->kind,
         command->event_id, command->response_id, command->item_id, command->content_index, command->estimated,
         (long long)command->audio_end_ms, command->heard_text, command->has_audio, command->has_text,
         command->kept_count, command->dropped_count, command->json);
}

static void print_diagnostic(const rtmulti_diagnostic *diagnostic) {
  printf("diagnostic %u %s %s segment %llu result %d\n", diagnostic->kind, diagnostic->response_id, diagnostic->item_id,
         (unsigned long long)diagnostic->segment, diagnostic->result);
}

static void print_heard(const rtmulti_heard_audio *heard) {
  printf("heard %u of segment %llu %s at %u x %u\n", heard->frames, (unsigned long long)heard->segment, heard->item_id,
         heard->sample_rate_hz, heard->channels);
}

/* ---- by callback ---- */

static int32_t on_event(void *user_data, const rtmulti_event *event) { return (void)user_data, print_event(event), 0; }
static int32_t on_command(void *user_data, const rtmulti_command *command) {
  return (void)user_data, print_command(command), 0;
}
static int32_t on_diagnostic(void *user_data, const rtmulti_diagnostic *diagnostic) {
  return (void)user_data, print_diagnostic(diagnostic), 0;
}
static int32_t on_heard_audio(void *user_data, const rtmulti_heard_audio *heard) { return (void)user_data, print_heard(heard), 0; }

static uint64_t playing;

static int32_t on_write(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  (void)user_data, (void)pcm;
  playing = segment;
  return printf("write %u\n", frames), (int32_t)frames;
}
static int32_t on_flush(void *user_data, uint64_t segment) {
  return (void)user_data, printf("flush %llu\n", (unsigned long long)segment), 0;
}
static int32_t on_clear(void *user_data, uint64_t segment) {
  return (void)user_data, printf("clear %llu\n", (unsigned long long)segment), 0;
}
static int32_t on_pause(void *user_data) { return (void)user_data, printf("pause\n"), 0; }
static int32_t on_resume(void *user_data) { return (void)user_data, printf("resume\n"), 0; }
static void on_release(void *user_data) { *(int *)user_data += 1; }

/* ---- the conversation ---- */

static void drain(rtmulti_session *session, uint32_t delivery) {
  CALLERS(rtmulti_effect) effect;
  if (delivery != RTMULTI_DELIVER_BY_POLLING) return;
  for (;;) {
    surround(effect.unknown);
    effect.known.struct_size = SIZE(effect);
    if (rtmulti_session_poll(session, &effect.known) != RTMULTI_OK) return;
    require(effect.known.struct_size == SIZE(effect), "poll leaves the caller's size");
    require_guard(effect.unknown);
    switch (effect.known.kind) {
      case RTMULTI_EFFECT_WRITE: on_write(NULL, effect.known.segment, effect.known.pcm, effect.known.frames); break;
      case RTMULTI_EFFECT_EVENT: print_event(effect.known.event); break;
      case RTMULTI_EFFECT_COMMAND: print_command(effect.known.command); break;
      case RTMULTI_EFFECT_DIAGNOSTIC: print_diagnostic(effect.known.diagnostic); break;
      case RTMULTI_EFFECT_HEARD_AUDIO: print_heard(effect.known.heard_audio); break;
      default: printf("effect %u %llu\n", effect.known.kind, (unsigned long long)effect.known.segment);
    }
  }
}

static void ask(rtmulti_session *session) {
  CALLERS(rtmulti_position) position;
  CALLERS(rtmulti_segment) segment;
  CALLERS(rtmulti_message) message;
  CALLERS(rtmulti_stats) stats;
  ASK(position, rtmulti_session_position(session, TEXT("A"), 0, &position.known));
  printf("position %u %lld %lld %lld %lld %d %d\n", position.known.source_rate_hz,
         (long long)position.known.received_frames, (long long)position.known.heard_frames,
         (long long)position.known.received_ms, (long long)position.known.heard_ms, position.known.estimated,
         position.known.done);
  ASK(segment, rtmulti_session_segment(session, playing, &segment.known));
  printf("segment %d %s %s\n", segment.known.content_index, segment.known.response_id, segment.known.item_id);
  ASK(message, rtmulti_session_message(session, TEXT("A"), &message.known));
  print_message(&message.known);
  ASK(stats, rtmulti_session_stats(session, &stats.known));
  printf("stats %llu %lld %llu commands %llu queued %llu %lld packets %llu %llu\n",
         (unsigned long long)stats.known.responses_heard, (long long)stats.known.first_frame_us,
         (unsigned long long)stats.known.underruns, (unsigned long long)stats.known.commands_sent,
         (unsigned long long)stats.known.queued_bytes, (long long)stats.known.queued_ms,
         (unsigned long long)stats.known.packets_received, (unsigned long long)stats.known.packets_decoded);
}

static void converse(uint32_t delivery) {
  CALLERS(rtmulti_config) config;
  CALLERS(rtmulti_sink) sink;
  CALLERS(rtmulti_handlers) handlers;
  CALLERS(rtmulti_format) format;
  CALLERS(rtmulti_message) message;
  static const int16_t pcm[500 * FRAMES_PER_MS];
  rtmulti_session *session = NULL;
  int releases = 0;
  INIT(config, rtmulti_config_init);
  config.known.delivery = delivery;
  config.known.heard_audio = 1;
  config.known.estimate = 0;
  require(rtmulti_session_create(&config.known, &session) == RTMULTI_OK, "a session is created");
  INIT(format, rtmulti_format_init);
  require(rtmulti_session_set_format(session, &format.known) == RTMULTI_OK, "the format is taken");
  INIT(sink, rtmulti_sink_init);
  sink.known.write = on_write, sink.known.flush = on_flush, sink.known.clear = on_clear;
  sink.known.pause = on_pause, sink.known.resume = on_resume;
  sink.known.release = on_release, sink.known.user_data = &releases;
  require(rtmulti_session_set_sink(session, &sink.known) == RTMULTI_OK, "the sink is taken");
  INIT(handlers, rtmulti_handlers_init);
  handlers.known.on_event = on_event, handlers.known.on_command = on_command;
  handlers.known.on_diagnostic = on_diagnostic, handlers.known.on_heard_audio = on_heard_audio;
  handlers.known.release = on_release, handlers.known.user_data = &releases;
  require(rtmulti_session_set_handlers(session, &handlers.known) == RTMULTI_OK, "the handlers are taken");

  rtmulti_session_advance(session, 1000);
  rtmulti_session_response_created(session, TEXT("r"), 0, NULL, 0);
  rtmulti_session_item_added(session, TEXT("r"), TEXT("A"), 0, RTMULTI_ITEM_MESSAGE);
  INIT(format, rtmulti_format_init);
  rtmulti_session_part_added(session, TEXT("r"), TEXT("A"), 0, RTMULTI_PART_AUDIO, &format.known);
  rtmulti_session_text(session, TEXT("r"), TEXT("A"), 0, TEXT("It is sunny in Paris."), -1, -1);
  rtmulti_session_audio(session, TEXT("r"), TEXT("A"), 0, pcm, sizeof pcm);
  rtmulti_session_item_added(session, TEXT("r"), TEXT("B"), 1, RTMULTI_ITEM_MESSAGE);
  rtmulti_session_audio(session, TEXT("r"), TEXT("B"), 0, pcm, sizeof pcm);
  rtmulti_session_function_call(session, TEXT("r"), TEXT("F"), TEXT("call_1"), TEXT("look_up"), TEXT("{}"));
  drain(session, delivery);
  rtmulti_session_playback_started(session, playing, RTMULTI_NOW);
  rtmulti_session_playback_progress(session, playing, 100 * FRAMES_PER_MS, RTMULTI_NOW);
  drain(session, delivery);
  rtmulti_session_pause(session);
  drain(session, delivery);
  rtmulti_session_resume(session);
  rtmulti_session_playback_progress(session, playing, 300 * FRAMES_PER_MS, RTMULTI_NOW);
  drain(session, delivery);
  ask(session);
  rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER);
  drain(session, delivery);
  rtmulti_session_playback_finished(session, playing, 320 * FRAMES_PER_MS, 1, RTMULTI_NOW);
  drain(session, delivery);
  rtmulti_session_item_done(session, TEXT("nobody"));
  drain(session, delivery);
  size_t count = 0;
  require(rtmulti_session_history_count(session, &count) == RTMULTI_OK && count == 1, "one message was heard");
  ASK(message, rtmulti_session_history_at(session, 0, &message.known));
  print_message(&message.known);
  require(rtmulti_session_destroy(session) == RTMULTI_OK && releases == 2, "everything is released");
}

int main(void) {
  converse(RTMULTI_DELIVER_BY_CALLBACK);
  converse(RTMULTI_DELIVER_BY_POLLING);
  require(rtmulti_abi() >= RTMULTI_ABI, "the library is as new as the header, or newer");
  return 0;
}
