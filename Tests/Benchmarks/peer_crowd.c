/* rtmulti from C in a process of many: how long after an interrupt the TRUNCATE comes while others talk, how late the latest
 * audio is when all are paced in real time, and what a session holds that has 10 s to play. `make bench-peers` asks, with the
 * peers beside it.
 *
 * usage: peer_crowd interrupts OTHERS | paced SESSIONS SECONDS | queued SESSIONS | queued-opus SESSIONS FIXTURES */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include <malloc.h>
#include <unistd.h>

#include "peer_events.h"
#include "speech.h"

enum { MAXIMUM_SESSIONS = 200000, INTERRUPTS = 300, HEARD_FRAMES = RATE_HZ / 1000 * 400 };
enum { MESSAGE_DELTAS = 100, EVENT_MS = 100, QUEUED_MS = 10000, BEFORE_IT_COUNTS_MS = 300 };

static struct delta_events events;
static struct conversation *crowd;
static int crowd_size;

static void open_crowd(int count, enum hearing hearing, rtmulti_codec codec) {
  require(count >= 0 && count <= MAXIMUM_SESSIONS, "there are 0 to 200,000 sessions");
  crowd_size = count;
  crowd = calloc((size_t)count + 1, sizeof *crowd);
  require(crowd != NULL, "no memory for the crowd");
  for (int i = 0; i < count; i++) {
    open_conversation(&crowd[i], hearing);
    set_format(&crowd[i], codec, codec == RTMULTI_CODEC_OPUS ? 48000 : RATE_HZ);
    begin_response(&crowd[i]);
    begin_message(&crowd[i]);
  }
}

static void print_list(const char *key, const double *values, int count) {
  printf("{\"%s\": [", key);
  for (int i = 0; i < count; i++) printf("%s%.4f", i ? ", " : "", values[i]);
  printf("]}\n");
}

/* --- interrupts ---------------------------------------------------------------------------------------- */

static double interrupt_us(struct conversation *conversation, int64_t now_us) {
  rtmulti_session_advance(conversation->session, now_us);
  begin_response(conversation);
  for (int message = 0; message < 2; message++) {
    begin_message(conversation);
    send_transcript(conversation, "It is sunny in Paris, with a light west wind, and it will stay so.");
    for (int i = 0; i < MESSAGE_DELTAS; i++) send_audio(conversation, pcm_delta(), DELTA_BYTES);
    end_message(conversation);
  }
  conversation->played_frames = HEARD_FRAMES;
  rtmulti_session_playback_started(conversation->session, conversation->segment, RTMULTI_NOW);
  rtmulti_session_playback_progress(conversation->session, conversation->segment, HEARD_FRAMES / 2, RTMULTI_NOW);
  rtmulti_session_playback_progress(conversation->session, conversation->segment, HEARD_FRAMES, RTMULTI_NOW);
  /* The others have their 20 ms last, so that the interrupt finds the caches full of them. */
  for (int i = 0; i < crowd_size; i++) send_audio(&crowd[i], pcm_delta(), DELTA_BYTES);
  const int64_t truncations = conversation->truncations, start = clock_ns();
  require(rtmulti_session_interrupt(conversation->session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST) == RTMULTI_OK &&
              conversation->truncations == truncations + 1,
          "an interrupt did not truncate");
  end_response(conversation, RTMULTI_STATUS_CANCELLED);
  return (double)(conversation->truncated_ns - start) / 1000;
}

static void measure_interrupts(int others) {
  static struct conversation one;
  static double us[INTERRUPTS];
  open_crowd(others, HEARS_AT_ONCE, RTMULTI_CODEC_PCM16);
  open_conversation(&one, HEARS_NOTHING);
  for (int i = 0; i < WARM_UP_RUNS; i++) interrupt_us(&one, (i + 1) * 1000000);
  for (int i = 0; i < INTERRUPTS; i++) us[i] = interrupt_us(&one, (WARM_UP_RUNS + i + 1) * 1000000LL);
  print_list("us", us, INTERRUPTS);
}

/* --- in real time -------------------------------------------------------------------------------------- */

static void wait_until(int64_t due_ns) {
  const int64_t left_ns = due_ns - clock_ns();
  if (left_ns <= 0) return;
  const struct timespec left = {.tv_sec = left_ns / 1000000000, .tv_nsec = left_ns % 1000000000};
  nanosleep(&left, NULL);
}

/* Each session has an event of 100 ms ten times a second, at a moment of its own. */
static void measure_paced(int count, int seconds) {
  static char text[LONGEST_EVENT];
  open_crowd(count, HEARS_AT_ONCE, RTMULTI_CODEC_PCM16);
  require(count > 0, "there is at least one session");
  const int64_t begin_ns = clock_ns(), event_ns = EVENT_MS * 1000000LL;
  int64_t latest_ns = 0;
  for (int number = 0; number * EVENT_MS < seconds * 1000 + BEFORE_IT_COUNTS_MS; number++) {
    /* The same bytes for all: each has an event of this number. */
    const size_t text_size = make_event(&events, &crowd[0], "output_audio_transcript", number, "sunny ");
    memcpy(text, events.event, text_size);
    const size_t size = make_event(&events, &crowd[0], "output_audio", number, events.base64);
    for (int i = 0; i < count; i++) {
      const int64_t due_ns = begin_ns + number * event_ns + event_ns * i / count;
      wait_until(due_ns);
      if (has_word(&events, number)) receive(&crowd[i], text, text_size);
      receive(&crowd[i], events.event, size);
      const int64_t late_ns = clock_ns() - due_ns;
      if (number * EVENT_MS >= BEFORE_IT_COUNTS_MS && late_ns > latest_ns) latest_ns = late_ns;
    }
  }
  printf("{\"ms\": %.3f}\n", (double)latest_ns / 1e6);
}

/* --- memory -------------------------------------------------------------------------------------------- */

static double resident_kib(void) {
  long total_pages = 0, resident_pages = 0;
  malloc_trim(0);
  FILE *file = fopen("/proc/self/statm", "r");
  require(file != NULL && fscanf(file, "%ld %ld", &total_pages, &resident_pages) == 2, "/proc/self/statm is missing");
  fclose(file);
  return (double)resident_pages * (double)sysconf(_SC_PAGESIZE) / 1024;
}

static void queue(struct conversation *conversation, const struct speech *speech) {
  for (int i = 0; i < QUEUED_MS / DELTA_MS; i++) {
    const struct packet *packet = &speech->packets[speech->count > 0 ? i % speech->count : 0];
    if (speech->count > 0) send_audio(conversation, packet->bytes, packet->size);
    else send_audio(conversation, pcm_delta(), DELTA_BYTES);
  }
}

static void measure_queued(int count, const struct speech *speech) {
  require(count > 1, "there are at least two sessions");
  const rtmulti_codec codec = speech->count > 0 ? RTMULTI_CODEC_OPUS : RTMULTI_CODEC_PCM16;
  open_crowd(1, HEARS_NOTHING, codec);
  queue(&crowd[0], speech); /* the first session brings in what all share */
  const double before_kib = resident_kib();
  open_crowd(count, HEARS_NOTHING, codec);
  for (int i = 0; i < count; i++) queue(&crowd[i], speech);
  printf("{\"kib\": %.1f}\n", (resident_kib() - before_kib) / count);
}

int main(int argc, char **argv) {
  static const char *usage =
      "usage: peer_crowd interrupts OTHERS | paced SESSIONS SECONDS | queued SESSIONS | queued-opus SESSIONS FIXTURES";
  static struct speech speech;
  require(argc >= 3, usage);
  make_pcm(&events, EVENT_MS);
  if (strcmp(argv[1], "interrupts") == 0) {
    measure_interrupts(atoi(argv[2]));
  } else if (strcmp(argv[1], "paced") == 0 && argc == 4) {
    measure_paced(atoi(argv[2]), atoi(argv[3]));
  } else if (strcmp(argv[1], "queued") == 0) {
    measure_queued(atoi(argv[2]), &speech);
  } else {
    require(strcmp(argv[1], "queued-opus") == 0 && argc == 4, usage);
    load_speech(&speech, argv[3]);
    measure_queued(atoi(argv[2]), &speech);
  }
  return 0;
}
