/* A device on the session's own thread, for tests in which no second thread is wanted: it asks for the sink's device
 * each time, so that it never pulls from that of an old sink. */
#ifndef RTMULTI_TEST_PULLED_H
#define RTMULTI_TEST_PULLED_H

#include <rtmulti.h>
#include <stddef.h>

/* Takes frames as rtmulti_device_pull does; zeros and 0 where the sink is no pulled one. */
static inline uint32_t pull_now(rtmulti_session *session, int16_t *buffer, uint32_t frames, uint32_t channels,
                                uint32_t delay_frames) {
  rtmulti_device *device = NULL;
  rtmulti_session_device(session, &device);
  const uint32_t taken = rtmulti_device_pull(device, buffer, frames, channels, delay_frames);
  rtmulti_device_release(device);
  return taken;
}

/* The device of a session whose sink is a pulled one; NULL where it is none. To be released. */
static inline rtmulti_device *device_of(rtmulti_session *session) {
  rtmulti_device *device = NULL;
  rtmulti_session_device(session, &device);
  return device;
}

#endif
