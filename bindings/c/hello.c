/* hello.c - the smallest whole program: two messages, and a listener who interrupts the first after 400 ms.
 * It prints what to send to the server. The README shows this file; `make test` builds and runs it. */
#include <rtmulti.h>

#include <stdio.h>

#define TEXT(string) string, RTMULTI_NUL_TERMINATED /* strings go in as (pointer, size) */

static rtmulti_session *session;
static uint64_t playing;                    /* the segment that the sink plays */
static int64_t given_frames, played_frames; /* how much of it the sink got, and how much of that was heard so far */

static int32_t on_write(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  (void)user_data, (void)pcm; /* here your device gets the sound */
  playing = segment, given_frames += frames;
  return (int32_t)frames;
}

static int32_t on_clear(void *user_data, uint64_t segment) {
  (void)user_data; /* here your device falls silent; then say what was really heard */
  rtmulti_session_playback_finished(session, segment, played_frames, 1, RTMULTI_NOW);
  return 0;
}

static int32_t on_command(void *user_data, const rtmulti_command *command) {
  (void)user_data; /* here your connection sends it */
  printf("%s\n", command->json);
  return 0;
}

int main(void) {
  static const int16_t second_of_sound[24000];
  rtmulti_sink sink;
  rtmulti_handlers handlers;
  rtmulti_sink_init(&sink, sizeof sink);
  rtmulti_handlers_init(&handlers, sizeof handlers);
  sink.write = on_write;
  sink.clear = on_clear;
  handlers.on_command = on_command;
  if (rtmulti_session_create(NULL, &session) != RTMULTI_OK) return 1;
  rtmulti_session_set_sink(session, &sink);
  rtmulti_session_set_handlers(session, &handlers);

  /* The server speaks: two messages of one response, each of one second (PCM16, 24 kHz, mono). */
  rtmulti_session_response_created(session, TEXT("resp_1"), 0, TEXT(NULL));
  for (int i = 0; i < 2; i++) {
    const char *item = i == 0 ? "msg_A" : "msg_B";
    rtmulti_session_item_added(session, TEXT("resp_1"), TEXT(item), i, RTMULTI_ITEM_MESSAGE);
    rtmulti_session_part_added(session, TEXT("resp_1"), TEXT(item), 0, RTMULTI_PART_AUDIO, NULL);
    rtmulti_session_audio(session, TEXT("resp_1"), TEXT(item), 0, second_of_sound, sizeof second_of_sound);
    rtmulti_session_item_done(session, TEXT(item));
  }

  /* The device plays what it was given, and says so. When 400 ms were heard the listener speaks. */
  while (played_frames < 9600)
    rtmulti_session_playback_progress(session, playing, played_frames = given_frames, RTMULTI_NOW);
  rtmulti_session_interrupt(session, TEXT(NULL), RTMULTI_INTERRUPTED_BY_LISTENER);
  return rtmulti_session_destroy(session) == RTMULTI_OK ? 0 : 1;
}
