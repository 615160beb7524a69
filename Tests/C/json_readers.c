/* Does the short way through an audio delta read what simdjson reads, over a million events that were changed at random?
 * The readers themselves are called, not the library: what the short way takes, the whole way must take with the same
 * fields, or its base64 must be none, for that is the only thing that the short way leaves to somebody else.
 *
 * usage: json_readers [EVENTS] */
#include <stdlib.h>
#include <string.h>

#include "../../Sources/CBase64/include/CBase64.h"
#include "../../Sources/CSimdJSON/include/CSimdJSON.h"
#include "check.h"
#include "random.h"

enum { MAX_BYTES = 1024 };

static const char *const events[] = {
    ("{\"type\":\"response.output_audio.delta\",\"event_id\":\"event_1\",\"response_id\":\"resp_1\",\"item_id\":\"item_1\","
     "\"output_index\":0,\"content_index\":0,\"delta\":\"AQID+/8BAgMEBQYHCAkK\"}"),
    "{ \"type\" : \"response.audio.delta\" , \"delta\" : \"AAAA\" , \"item_id\" : \"item_22\" , \"content_index\" : 12 }\n",
    "{\"event_id\":\"event_1\",\"type\":\"response.output_audio.delta\",\"item_id\":\"i\",\"delta\":\"AQID\\/\\/8=\"}",
    "{\"delta\":\"AQID\",\"item_id\":\"item_1\",\"type\":\"response.output_audio.delta\",\"content_index\":0}",
    "{\"type\":\"response.output_audio_transcript.delta\",\"item_id\":\"item_1\",\"content_index\":0,\"delta\":\"Hi.\"}",
    "{\"type\":\"response.output_audio.delta\",\"item_id\":\"item_1\",\"content_index\":0,\"delta\":\"\"}",
};

/* What mutations put in: all that JSON knows, and some that it does not. */
static const char *const pieces[] = {
    "\"", "\\", "\\\"", "\\/", "\\u0041", "\\x", "{", "}", "[", "]", ":", ",", " ", "\n", "\t", "\x01", "\x7f", "\x80",
    "\xc3\xa9", "\xff", "0", "00", "-1", "1e3", "0.5", "1234567890", "99999999999999999999", "null", "true", "=", "A",
    "\"delta\":\"AAAA\"", ",\"item_id\":\"x\"", "\"type\":\"response.audio.delta\",", "\"sample_rate\":8000,", "{}",
};
enum { EVENTS = sizeof events / sizeof *events, PIECES = sizeof pieces / sizeof *pieces };

static size_t put(char *text, size_t size, size_t at, size_t taken, const char *piece) {
  const size_t length = strlen(piece);
  if (size - taken + length > MAX_BYTES) return size;
  memmove(text + at + length, text + at + taken, size - at - taken);
  memcpy(text + at, piece, length);
  return size - taken + length;
}

static size_t mutate(char *text, size_t size, uint64_t *state) {
  for (int changes = random_from(state, 0, 3); changes > 0 && size > 0; changes--) {
    const size_t at = (size_t)random_from(state, 0, (int)size - 1);
    const size_t left = size - at, taken = (size_t)random_from(state, 0, left < 4 ? (int)left : 4);
    switch (random_from(state, 0, 3)) {
      case 0: text[at] ^= (char)(1 << random_from(state, 0, 7)); break;
      case 1: size = put(text, size, at, taken, ""); break;
      case 2: size = random_from(state, 0, 9) == 0 ? at : size; break;
      default: size = put(text, size, at, taken, pieces[random_from(state, 0, PIECES - 1)]);
    }
  }
  return size;
}

static int same(rtmulti_json_text a, rtmulti_json_text b) {
  return (a.bytes == NULL) == (b.bytes == NULL) && a.size == b.size && (a.size == 0 || memcmp(a.bytes, b.bytes, a.size) == 0);
}

/* As RTMultiWire's Base64Buffer decodes: escapes are looked for only where there is no base64 without. */
static ptrdiff_t decode(rtmulti_json_text text, uint8_t *bytes) {
  static char plain[MAX_BYTES];
  const ptrdiff_t count = rtmulti_base64_decode(text.bytes, text.size, bytes);
  if (count >= 0 || memchr(text.bytes, '\\', text.size) == NULL) return count;
  const ptrdiff_t size = rtmulti_json_unescape(text.bytes, text.size, plain);
  return size < 0 ? -1 : rtmulti_base64_decode(plain, (size_t)size, bytes);
}

static int agree(const rtmulti_json_audio_delta *delta, const rtmulti_json_event *event) {
  static uint8_t here[MAX_BYTES], there[MAX_BYTES];
  const ptrdiff_t count = decode(delta->base64, here);
  if (event == NULL) return count < 0;
  return same(delta->type, event->type) && same(delta->event_id, event->event_id) &&
         same(delta->response_id, event->response_id) && same(delta->item_id, event->item_id) &&
         delta->content_index == event->content_index && event->own_format.name.bytes == NULL &&
         event->own_format.rate == RTMULTI_JSON_ABSENT && event->own_format.channels == RTMULTI_JSON_ABSENT &&
         event->phase.bytes == NULL && event->item_phase.bytes == NULL && event->part_phase.bytes == NULL &&
         event->delta.bytes != NULL && count == decode(event->delta, there) &&
         (count <= 0 || memcmp(here, there, (size_t)count) == 0);
}

int main(int argc, char **argv) {
  const long wanted = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000;
  uint64_t state = 20;
  long taken = 0, refused = 0, differing = 0;
  for (long i = 0; i < wanted; i++) {
    char text[MAX_BYTES + 1];
    const char *event = events[random_from(&state, 0, EVENTS - 1)];
    size_t size = strlen(event);
    memcpy(text, event, size);
    size = mutate(text, size, &state);
    /* In memory of just its size, so that a sanitizer sees a step beyond it. */
    char *exact = malloc(size + 1);
    if (exact == NULL) return 1;
    memcpy(exact, text, size);
    rtmulti_json_audio_delta delta;
    if (rtmulti_json_read_audio_delta(exact, size, &delta)) {
      const rtmulti_json_event *whole = rtmulti_json_read(exact, size);
      taken++;
      if (whole == NULL) refused++;
      if (!agree(&delta, whole)) {
        if (differing++ < 10) printf("FAIL the readers differ on %.*s\n", (int)size, exact);
      }
    }
    free(exact);
  }
  printf("%ld of %ld events went the short way, %ld of them with no base64 and no JSON\n", taken, wanted, refused);
  CHECK_EQUAL(0, differing);
  CHECK(taken > wanted / 20);
  CHECK(taken < wanted);
  CHECK(refused > 0);
  return check_end("json_readers");
}
