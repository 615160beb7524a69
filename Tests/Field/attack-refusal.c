/* A hostile server: long ids, and an error with a long message that may be about any of them. What is looked for in the
 * message must not cost more where more commands stand out: at most 50 ns a byte, 13 ms for 256 KiB.
 *
 * usage: attack-refusal [KIB of the message = 256] [INTERRUPTS, of two commands each = 16] */
/* clock_gettime is no part of C11. */
#define _POSIX_C_SOURCE 200809L
#include <time.h>

#include "../C/conversation.h"
#include "../C/sanitized.h"

enum { ID_BYTES = 1024, NS_PER_BYTE = 50 };

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

int main(int count, char **arguments) {
  const size_t size = (size_t)(count > 1 ? atoi(arguments[1]) : 256) << 10;
  const int interrupts = count > 2 ? atoi(arguments[2]) : 16;
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

  static const char head[] = "{\"type\":\"error\",\"error\":{\"code\":\"x\",\"message\":\"", tail[] = "\"}}";
  char *event = malloc(sizeof head + size + sizeof tail);
  if (event == NULL) return 1;
  memcpy(event, head, sizeof head);
  memset(event + sizeof head - 1, 'a', size);
  memcpy(event + sizeof head - 1 + size, tail, sizeof tail);
  const double start = cpu_ns();
  CHECK(rtmulti_session_receive_json(conversation.session, event, strlen(event)) >= 0);
  const double ns = cpu_ns() - start;
  printf("%.1f ms for %zu KiB and %d commands\n", ns / 1e6, size >> 10, 2 * interrupts);
  if (!IS_SANITIZED) CHECK(ns <= (double)size * NS_PER_BYTE);
  free(event);
  part(&conversation);
  return check_end("attack-refusal");
}
