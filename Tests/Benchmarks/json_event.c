/* What does one audio delta event of 100 ms (PCM16, 24 kHz: 6.6 kB of JSON) cost as it came from the server, over the
 * least that it can cost (json_floor.cpp)?
 *
 * One run is 60 s of one message, as 600 events. "Taken" is the event alone: its audio waits in the session, because
 * the sink's 200 ms are written. "Taken and heard" also writes it to a sink that hears at once and settles the
 * response. What both decode is compared first.
 *
 * usage: json_event */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include <malloc.h>

#include "../../Sources/CBase64/include/CBase64.h"
#include "conversation.h"
#include "json_floor.h"

enum { EVENT_MS = 100, EVENT_FRAMES = RATE_HZ / 1000 * EVENT_MS, EVENT_BYTES = EVENT_FRAMES * 2, EVENTS = 600 };

struct work {
  struct conversation conversation;
  int16_t pcm[EVENT_FRAMES];
  char event[8192];
  size_t event_size;
  char *event_number; /* the end of its id: each event has its own, or it would be a repetition (rule A12) */
  unsigned events;
  uint8_t *kept; /* the floor keeps its audio, too: all 60 s of it */
};

static void make_pcm(int16_t *pcm) {
  uint32_t noise = 2463534242u; /* base64 of anything else than noise would be kind to branch predictors */
  for (int i = 0; i < EVENT_FRAMES; i++) {
    noise ^= noise << 13, noise ^= noise >> 17, noise ^= noise << 5;
    pcm[i] = (int16_t)noise;
  }
}

static size_t encode(const uint8_t *bytes, size_t size, char *text) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t length = 0;
  for (size_t i = 0; i + 2 < size; i += 3) { /* EVENT_BYTES is divisible by three */
    const uint32_t three = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) text[length++] = letters[three >> shift & 63];
  }
  text[length] = 0;
  return length;
}

/* The event as OpenAI sends it, in the response and message at hand. */
static void make_event(struct work *work) {
  static char base64[EVENT_BYTES / 3 * 4 + 1];
  encode((const uint8_t *)work->pcm, EVENT_BYTES, base64);
  const int size = snprintf(work->event, sizeof work->event,
                            "{\"type\":\"response.output_audio.delta\",\"event_id\":\"event_BzGdkWpCPsRtmQxv4UwJ2\","
                            "\"response_id\":\"%s\",\"item_id\":\"%s\",\"output_index\":0,\"content_index\":0,"
                            "\"delta\":\"%s\"}",
                            work->conversation.response.text, work->conversation.item.text, base64);
  require(size > 0 && (size_t)size < sizeof work->event, "the event is too long");
  work->event_size = (size_t)size;
  work->event_number = strstr(work->event, "UwJ2\"");
}

static void receive(struct work *work) {
  work->events++;
  for (int i = 0; i < 4; i++) work->event_number[i] = (char)('A' + (work->events >> 4 * i & 15));
  require(rtmulti_session_receive_json(work->conversation.session, work->event, work->event_size) == RTMULTI_OK,
          "an event was refused");
}

static void begin(struct work *work) {
  begin_response(&work->conversation);
  begin_message(&work->conversation);
  make_event(work);
}

static void see_that_both_make_the_same_bytes(struct work *work) {
  static int16_t heard[EVENT_FRAMES];
  begin(work);
  require(json_floor(work->event, work->event_size, work->kept) == EVENT_BYTES, "the floor cannot read the event");
  work->conversation.copy = heard;
  receive(work);
  work->conversation.copy = NULL;
  require(memcmp(heard, work->kept, EVENT_BYTES) == 0 && memcmp(heard, work->pcm, EVENT_BYTES) == 0,
          "the session's samples are not those of the event");
  end_response(&work->conversation, RTMULTI_STATUS_COMPLETED);
}

static double floor_run(void *memory) {
  struct work *work = memory;
  const int64_t start = clock_ns();
  for (int i = 0; i < EVENTS; i++)
    require(json_floor(work->event, work->event_size, work->kept + i * EVENT_BYTES) == EVENT_BYTES,
            "an event was not read");
  return (double)(clock_ns() - start) / EVENTS;
}

/* What no reader of events can be cheaper than: the base64 of the event decoded, and its samples copied once. */
static double bare_run(void *memory) {
  struct work *work = memory;
  const char *base64 = strstr(work->event, "\"delta\":\"") + 9;
  static uint8_t decoded[EVENT_BYTES + 64];
  const int64_t start = clock_ns();
  for (int i = 0; i < EVENTS; i++) {
    require(rtmulti_base64_decode(base64, EVENT_BYTES / 3 * 4, decoded) == EVENT_BYTES, "base64 was not decoded");
    memcpy(work->kept + i * EVENT_BYTES, decoded, EVENT_BYTES);
  }
  return (double)(clock_ns() - start) / EVENTS;
}

static double taken_run(void *memory) {
  struct work *work = memory;
  struct conversation *conversation = &work->conversation;
  begin(work);
  for (int i = 0; i < 2; i++) receive(work); /* the 200 ms that are written ahead */
  const int64_t before = conversation->heard_frames, start = clock_ns();
  for (int i = 0; i < EVENTS; i++) receive(work);
  const int64_t end = clock_ns();
  require(conversation->heard_frames == before, "an event was written, though the sink had its share");
  conversation->played_frames = 0;
  require(rtmulti_session_interrupt(conversation->session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST) == RTMULTI_OK,
          "an interrupt was refused");
  end_response(conversation, RTMULTI_STATUS_CANCELLED);
  return (double)(end - start) / EVENTS;
}

static double heard_run(void *memory) {
  struct work *work = memory;
  struct conversation *conversation = &work->conversation;
  const int64_t before = conversation->heard_frames;
  begin(work);
  const int64_t start = clock_ns();
  for (int i = 0; i < EVENTS; i++) receive(work);
  const int64_t end = clock_ns();
  require(conversation->heard_frames - before == (int64_t)EVENTS * EVENT_FRAMES, "an event was not heard at once");
  end_message(conversation);
  end_response(conversation, RTMULTI_STATUS_COMPLETED);
  return (double)(end - start) / EVENTS;
}

int main(int argc, char **argv) {
  static struct work hearing, waiting;
  const struct count_request request = count_request(&argc, &argv);
  require(argc == 1, "usage: json_event");
  /* What an interrupt frees stays with the process, as the floor's memory does: else each run of 60 s would begin with
   * 700 page faults, which cost as much as all its events, or with none, as the heap happens to lie. */
  require(mallopt(M_TRIM_THRESHOLD, 256 << 20) == 1, "the allocator cannot be told to keep its memory");
  make_pcm(hearing.pcm), make_pcm(waiting.pcm);
  hearing.kept = malloc((size_t)EVENTS * EVENT_BYTES + 64);
  require(hearing.kept != NULL, "no memory for the floor's audio");
  open_conversation(&hearing.conversation, HEARS_AT_ONCE);
  open_conversation(&waiting.conversation, HEARS_NOTHING);
  see_that_both_make_the_same_bytes(&hearing);

  if (request.what != NULL) {
    timed_run *run = strcmp(request.what, "floor") == 0   ? floor_run
                     : strcmp(request.what, "bare") == 0  ? bare_run
                     : strcmp(request.what, "taken") == 0 ? taken_run
                                                          : heard_run;
    for (int i = 0; i < request.rounds; i++) run(run == taken_run ? &waiting : &hearing);
    print_units((int64_t)request.rounds * EVENTS);
  } else {
    const struct pairs taken = measure_pairs(floor_run, &hearing, taken_run, &waiting);
    const struct pairs bare = measure_pairs(bare_run, &hearing, taken_run, &waiting);
    const struct pairs heard = measure_pairs(floor_run, &hearing, heard_run, &hearing);
    print_figure((struct figure){.name = "100 ms event taken, over the floor", .unit = "ratio", .value = taken.ratio,
                                 .at_most = 1.1, .same_again = taken.same_again});
    print_figure((struct figure){.name = "taken and heard, over the floor", .unit = "ratio", .value = heard.ratio,
                                 .at_most = 1.2, .same_again = heard.same_again});
    print_figure((struct figure){.name = "taken, over base64 and memcpy alone", .unit = "ratio", .value = bare.ratio,
                                 .same_again = bare.same_again});
    print_figure((struct figure){.name = "the floor", .unit = "ns", .value = taken.reference_ns,
                                 .same_again = taken.same_again});
    print_figure((struct figure){.name = "taken", .unit = "ns", .value = taken.subject_ns,
                                 .same_again = taken.same_again});
    print_figure((struct figure){.name = "taken and heard", .unit = "ns", .value = heard.subject_ns,
                                 .same_again = heard.same_again});
  }
  close_conversation(&hearing.conversation);
  close_conversation(&waiting.conversation);
  free(hearing.kept);
  return 0;
}
