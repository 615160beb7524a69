/*
 * portaudio_player.c - plays a response of three spoken messages on the default output device, through PortAudio. The
 * device takes its samples itself (driver PULLED): PortAudio's thread calls rtmulti_device_pull and nothing else, the
 * main thread does the rest. SECONDS after the second message began the listener interrupts. It prints what the server
 * is told and what was heard of each message.
 *
 * build: cc -std=c11 portaudio_player.c -o portaudio_player $(pkg-config --cflags --libs rtmulti portaudio-2.0)
 * usage: portaudio_player FIXTURES [SECONDS]        (FIXTURES: the folder Tests/Fixtures)
 */
#define _POSIX_C_SOURCE 200809L
#include <portaudio.h>
#include <rtmulti.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What a device has claimed before a cut is still heard, and PortAudio drops it from a device that is stopped. */
enum { RATE_HZ = 48000, BLOCK_FRAMES = RATE_HZ / 100, PLAY_OUT_MS = 200, MESSAGES = 3, INTERRUPTED = 1, CHANNELS = 1 };

/* Strings go in as (pointer, size). */
#define TEXT(string) string, RTMULTI_NUL_TERMINATED
#define RESPONSE TEXT("response")

static const struct { const char *id, *file; } messages[MESSAGES] = {
    {"A", "speech-a.opus"}, {"B", "speech-b.opus"}, {"C", "speech-c.opus"}};
static atomic_uint delay_frames; /* what lies between a block and the ear, as the device said last */
static int is_settled;
static int64_t interrupt_after_us, interrupt_at_us = INT64_MAX;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "portaudio_player: %s: %s\n", what, why);
  exit(1);
}
static void check(const rtmulti_session *session, rtmulti_result result, const char *what) {
  if (result < 0) fail(what, session ? rtmulti_session_last_error(session) : rtmulti_result_text(result));
}
static void check_device(PaError error) {
  if (error != paNoError) fail("the output device", Pa_GetErrorText(error));
}

/* The clock of the session: any that never runs backwards. */
static int64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * (int64_t)1000000 + now.tv_nsec / 1000;
}

/* On PortAudio's real-time thread: no lock, no allocation, no printf; pull does none of these either. */
static int on_block(const void *input, void *output, unsigned long frames, const PaStreamCallbackTimeInfo *time,
                    PaStreamCallbackFlags flags, void *user_data) {
  (void)input, (void)flags;
  double delay_s = time->outputBufferDacTime - time->currentTime;
  delay_frames = delay_s > 0 ? (uint32_t)(delay_s * RATE_HZ) : 0;
  rtmulti_device_pull(user_data, output, (uint32_t)frames, CHANNELS, delay_frames);
  return paContinue;
}

/* These run on the main thread, inside rtmulti_session_advance and rtmulti_session_interrupt. */
static int32_t on_event(void *user_data, const rtmulti_event *event) {
  (void)user_data;
  int begins = event->kind == RTMULTI_EVENT_PLAYBACK_STARTED && strcmp(event->item_id, messages[INTERRUPTED].id) == 0;
  if (begins && interrupt_after_us > 0) interrupt_at_us = event->at_us + interrupt_after_us;
  if (event->kind == RTMULTI_EVENT_SETTLED) is_settled = 1;
  return 0;
}
static int32_t on_command(void *user_data, const rtmulti_command *command) {
  (void)user_data;
  printf("to the server: %s\n", command->json);
  return 0;
}

static void receive_message(rtmulti_session *session, int i, const char *fixtures) {
  char path[1024], bytes[500];
  const char *id = messages[i].id;
  snprintf(path, sizeof path, "%s/%s", fixtures, messages[i].file);
  FILE *file = fopen(path, "rb");
  if (!file) fail(path, "cannot be read; is the first argument the folder Tests/Fixtures?");
  check(session, rtmulti_session_item_added(session, RESPONSE, TEXT(id), i, RTMULTI_ITEM_MESSAGE), "item_added");
  check(session, rtmulti_session_part_added(session, RESPONSE, TEXT(id), 0, RTMULTI_PART_AUDIO, NULL), "part_added");
  for (size_t size; (size = fread(bytes, 1, sizeof bytes, file)) > 0;)
    check(session, rtmulti_session_audio(session, RESPONSE, TEXT(id), 0, bytes, size), "audio");
  check(session, rtmulti_session_item_done(session, TEXT(id)), "item_done");
  fclose(file);
}

static rtmulti_session *new_session(void) {
  rtmulti_session *session;
  check(NULL, rtmulti_session_create(NULL, &session), "create");
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.driver = RTMULTI_DRIVER_PULLED, sink.flags |= RTMULTI_SINK_GAPLESS, sink.sample_rate_hz = RATE_HZ;
  check(session, rtmulti_session_set_sink(session, &sink), "set_sink");
  rtmulti_handlers handlers;
  rtmulti_handlers_init(&handlers, sizeof handlers);
  handlers.on_event = on_event, handlers.on_command = on_command;
  check(session, rtmulti_session_set_handlers(session, &handlers), "set_handlers");
  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  format.codec = RTMULTI_CODEC_OGG_OPUS;
  check(session, rtmulti_session_set_format(session, &format), "set_format");
  return session;
}

/* Keeps the session's time until everything is settled. */
static void play(rtmulti_session *session) {
  while (!is_settled) {
    check(session, rtmulti_session_advance(session, now_us()), "advance");
    if (now_us() >= interrupt_at_us) {
      interrupt_at_us = INT64_MAX;
      printf("interrupted at %lld us; the device is %u ms late\n", (long long)now_us(), delay_frames * 1000 / RATE_HZ);
      check(session, rtmulti_session_interrupt(session, TEXT(NULL), RTMULTI_INTERRUPTED_BY_LISTENER), "interrupt");
    }
    int64_t wake_us;
    if (rtmulti_session_next_deadline(session, &wake_us) != RTMULTI_OK) wake_us = now_us() + 10000;
    if (wake_us > interrupt_at_us) wake_us = interrupt_at_us;
    struct timespec wake = {wake_us / 1000000, wake_us % 1000000 * 1000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL);
  }
}

int main(int argc, char **argv) {
  if (argc != 2 && argc != 3) fail("usage", "portaudio_player FIXTURES [SECONDS]");
  if (argc == 3) interrupt_after_us = (int64_t)(atof(argv[2]) * 1e6);
  rtmulti_session *session = new_session();
  rtmulti_device *device;
  check(session, rtmulti_session_device(session, &device), "device");
  PaStream *stream;
  check_device(Pa_Initialize());
  PaStreamParameters output = {Pa_GetDefaultOutputDevice(), CHANNELS, paInt16, .suggestedLatency = 0.06};
  if (output.device == paNoDevice) fail("the output device", "there is none");
  check_device(Pa_OpenStream(&stream, NULL, &output, RATE_HZ, BLOCK_FRAMES, paNoFlag, on_block, device));
  check_device(Pa_StartStream(stream));

  check(session, rtmulti_session_response_created(session, RESPONSE, 0, TEXT(NULL)), "response_created");
  for (int i = 0; i < MESSAGES; i++) receive_message(session, i, argv[1]);
  check(session, rtmulti_session_response_done(session, RESPONSE, RTMULTI_STATUS_COMPLETED, TEXT(NULL)), "done");
  play(session);

  Pa_Sleep(PLAY_OUT_MS);
  check_device(Pa_StopStream(stream)); /* no pull comes after it */
  static const char *const outcomes[] = {"pending", "full", "partial", "skipped", "text"};
  printf("\n message     heard  outcome\n");
  for (int i = 0; i < MESSAGES; i++) {
    rtmulti_message record = {.struct_size = sizeof record};
    check(session, rtmulti_session_message(session, TEXT(messages[i].id), &record), "message");
    printf(" %-7s  %5lld ms  %s\n", messages[i].id, (long long)record.heard_ms, outcomes[record.outcome]);
  }
  check_device(Pa_Terminate());
  rtmulti_device_release(device);
  return rtmulti_session_destroy(session) == RTMULTI_OK ? 0 : 1;
}
