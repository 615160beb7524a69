/* Is every frame either heard and counted, or silence? A device pulls without a break while the session's thread
 * speaks, pauses and interrupts. Each message has a sample value of its own, so that the device can count what it
 * played of each: it must be, to the frame, the position P at which the engine settled that message. */
/* usleep is no part of C11. */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "conversation.h"

enum { ROUNDS = 1000, MESSAGES = 2 * ROUNDS, BLOCK_FRAMES = 240, LONGEST_MS = 60, NAME_BYTES = 16 };

struct device {
  rtmulti_device *handle;
  atomic_int is_over;
  /* Read when the thread has ended. */
  int64_t played[MESSAGES]; /* frames of each message */
  int64_t claimed, strangers, noise;
};

static void *pull_until_over(void *memory) {
  struct device *device = memory;
  int16_t block[BLOCK_FRAMES];
  for (uint32_t round = 0; !atomic_load(&device->is_over); round++) {
    const uint32_t frames = 1 + round * 53 % BLOCK_FRAMES;
    const uint32_t claimed = rtmulti_device_pull(device->handle, block, frames, 1, round % 2 ? 24 : 0);
    /* Hurried and calm by turns: the one finds races, the other lets an interrupt find something to cut. */
    if (round % 64 < 32) usleep(20);
    device->claimed += claimed;
    for (uint32_t i = 0; i < frames; i++) {
      if (i >= claimed)
        device->noise += block[i] != 0;
      else if (block[i] < 1 || block[i] > MESSAGES)
        device->strangers += 1;
      else
        device->played[block[i] - 1] += 1;
    }
  }
  return NULL;
}

/* What the engine says of each message when it settles it; -1 before. */
static int64_t settled_at[MESSAGES];

static int32_t note_settled(struct conversation *conversation, const rtmulti_effect *effect) {
  if (effect->kind != RTMULTI_EFFECT_EVENT || effect->event->kind != RTMULTI_EVENT_MESSAGE) return 0;
  const rtmulti_event *event = effect->event;
  rtmulti_position position = {.struct_size = sizeof position};
  const int message = atoi(event->item_id + 1);
  if (CHECK_EQUAL(RTMULTI_OK, rtmulti_session_position(conversation->session, event->item_id, event->item_id_size,
                                                       0, &position)))
    settled_at[message] = position.heard_frames;
  CHECK(!position.estimated);
  return 0;
}

static void speak(struct conversation *conversation, const char *response, int message, int ms) {
  static int16_t pcm[LONGEST_MS * FRAMES_PER_MS];
  char item[NAME_BYTES];
  snprintf(item, sizeof item, "m%d", message);
  for (int i = 0; i < ms * FRAMES_PER_MS; i++) pcm[i] = (int16_t)(message + 1);
  say_item(conversation, response, item);
  rtmulti_session_audio(conversation->session, TEXT(response), TEXT(item), -1, pcm,
                        (size_t)(ms * FRAMES_PER_MS) * sizeof *pcm);
  say_item_done(conversation, item);
}

int main(void) {
  const rtmulti_config config = plain_config();
  struct conversation conversation;
  rtmulti_sink sink = plain_sink();
  sink.driver = RTMULTI_DRIVER_PULLED;
  sink.flags |= RTMULTI_SINK_GAPLESS;
  sink.fade_us = 0;
  converse_as(&conversation, &config, NULL, sink);
  conversation.inside = note_settled;

  static struct device device;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_device(conversation.session, &device.handle));
  for (int i = 0; i < MESSAGES; i++) settled_at[i] = -1;
  pthread_t thread;
  if (!CHECK_EQUAL(0, pthread_create(&thread, NULL, pull_until_over, &device))) return check_end("pull_claims");
  int64_t now_us = 1000;
  for (int round = 0; round < ROUNDS; round++) {
    char response[NAME_BYTES];
    snprintf(response, sizeof response, "r%d", round);
    say_response(&conversation, response);
    speak(&conversation, response, 2 * round, 1 + round * 7 % LONGEST_MS);
    speak(&conversation, response, 2 * round + 1, 1 + round * 11 % LONGEST_MS);
    say_response_done(&conversation, response);
    if (round % 5 == 1) rtmulti_session_pause(conversation.session);
    for (int i = 0; i < round % 7; i++) rtmulti_session_advance(conversation.session, now_us += 10000);
    if (round % 5 == 1) rtmulti_session_resume(conversation.session);
    if (round % 2 == 0) usleep((useconds_t)(round * 97 % 1500));
    if (round % 3 != 0) rtmulti_session_interrupt(conversation.session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER);
  }
  /* The device needs no more than a moment for what is left; whoever waits for ever has lost something. */
  for (int i = 0; i < 5000 && settled_at[MESSAGES - 1] < 0; i++) {
    usleep(1000);
    rtmulti_session_advance(conversation.session, now_us += 10000);
  }
  atomic_store(&device.is_over, 1);
  CHECK_EQUAL(0, pthread_join(thread, NULL));

  int64_t heard = 0, partly = 0;
  for (int i = 0; i < MESSAGES; i++) {
    const int ms = 1 + i / 2 * (i % 2 ? 11 : 7) % LONGEST_MS;
    CHECK_EQUAL(device.played[i], settled_at[i]);
    heard += settled_at[i];
    partly += settled_at[i] > 0 && settled_at[i] < ms * FRAMES_PER_MS;
  }
  CHECK_EQUAL(device.claimed, heard);
  CHECK_EQUAL(0, device.strangers);
  CHECK_EQUAL(0, device.noise);
  CHECK(heard > 0);
  CHECK(partly > 0);
  printf("pull_claims: %lld of %d messages were cut in the middle\n", (long long)partly, MESSAGES);
  rtmulti_device_release(device.handle);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(conversation.session));
  return check_end("pull_claims");
}
