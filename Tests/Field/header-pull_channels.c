/* A device's thread that was opened for mono, while the session's thread sets a stereo sink between two pulls: its buffer
 * has room for mono, whatever the session plays on now. */
#include "../C/conversation.h"
#include "../C/pulled.h"

int main(void) {
  rtmulti_session *session;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(NULL, &session));
  rtmulti_sink sink = plain_sink();
  sink.driver = RTMULTI_DRIVER_PULLED;
  sink.flags |= RTMULTI_SINK_GAPLESS;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, &sink));
  rtmulti_device *mono = device_of(session);
  int16_t *block = malloc(480 * sizeof *block); /* so that a tool sees what is written past it */
  if (block == NULL) return 1;
  CHECK_EQUAL(0, rtmulti_device_pull(mono, block, 480, 1, 0));
  sink.channels = 2;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, &sink));
  CHECK_EQUAL(0, rtmulti_device_pull(mono, block, 480, 1, 0));
  rtmulti_device *stereo = device_of(session);
  CHECK_EQUAL(0, rtmulti_device_pull(stereo, block, 240, 1, 0)); /* other channels than its own */
  free(block);

  int16_t silence[9];
  memset(silence, 0x55, sizeof silence);
  CHECK_EQUAL(0, rtmulti_device_pull(NULL, silence, 4, 2, 0));
  for (int i = 0; i < 8; i++) CHECK_EQUAL(0, silence[i]);
  CHECK_EQUAL(0x5555, silence[8]);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_sink(session, NULL));
  memset(silence, 0x55, sizeof silence);
  CHECK_EQUAL(0, rtmulti_device_pull(stereo, silence, 4, 2, 0));
  for (int i = 0; i < 8; i++) CHECK_EQUAL(0, silence[i]);
  rtmulti_device_release(mono);
  rtmulti_device_release(stereo);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
  return check_end("header-pull_channels");
}
