/* A hostile server: long ids, and an error with a long message that may be about any of them. What is looked for in the
 * message must not cost more where more commands stand out, and no more a byte where there are more bytes. */
/* clock_gettime is no part of C11. */
#define _POSIX_C_SOURCE 200809L
#include <time.h>

#include "../C/conversation.h"

enum { ID_BYTES = 1024 };

static double cpu_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* An id as long as ids may be. */
static const char *long_id(char letter, int number) {
  static char ids[2][ID_BYTES + 1];
  char *id = ids[letter == 'a'], digits[16];
  memset(id, letter, ID_BYTES);
  const int size = snprintf(digits, sizeof digits, "%08d", number);
  memcpy(id + ID_BYTES - size, digits, (size_t)size);
  return id;
}

/* What one such error costs with so many commands out, two for each interrupt: the cheapest of three. */
static double cost_ns(size_t size, int interrupts) {
  enum { TIMES = 3 };
  static const char head[] = "{\"type\":\"error\",\"error\":{\"code\":\"x\",\"message\":\"", tail[] = "\"}}";
  double least_ns = 0;
  char *event = malloc(sizeof head + size + sizeof tail);
  if (!CHECK(event != NULL)) return 0;
  memcpy(event, head, sizeof head);
  memset(event + sizeof head - 1, 'a', size);
  memcpy(event + sizeof head - 1 + size, tail, sizeof tail);
  for (int time = 0; time < TIMES; time++) {
    struct conversation conversation;
    const rtmulti_config config = plain_config();
    converse(&conversation, &config);
    for (int i = 0; i < interrupts; i++) {
      const char *response = long_id('r', i), *item = long_id('a', i);
      say_response(&conversation, response);
      say_audio(&conversation, response, item, 100 * FRAMES_PER_MS);
      rtmulti_session_interrupt(conversation.session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST);
      rtmulti_session_playback_finished(conversation.session, conversation.segment, 0, 1, RTMULTI_NOW);
    }
    CHECK_EQUAL(2 * interrupts, conversation.calls[RTMULTI_EFFECT_COMMAND]);
    const double start_ns = cpu_ns();
    CHECK(rtmulti_session_receive_json(conversation.session, event, strlen(event)) >= 0);
    const double ns = cpu_ns() - start_ns;
    if (time == 0 || ns < least_ns) least_ns = ns;
    part(&conversation);
  }
  free(event);
  printf("%.1f ms for %zu KiB and %d commands\n", least_ns / 1e6, size >> 10, 2 * interrupts);
  return least_ns;
}

int main(void) {
  const double ns = cost_ns(256 << 10, 16);
  CHECK(ns <= 3 * cost_ns(256 << 10, 2));
  CHECK(cost_ns(512 << 10, 16) <= 4 * ns);
  return check_end("attack-refusal");
}
