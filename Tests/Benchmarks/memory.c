/* How much memory does a session hold: new, between two turns, and with 10 seconds of Opus waiting?
 *
 * Many sessions are made and the process is asked how much larger it became, by the kernel (resident pages) and
 * by glibc (bytes given out by malloc). One case for each start of the program: what one case gave back
 * would hide what the next one takes.
 *
 * usage: memory new|after_opus|after_pcm|waiting FIXTURES */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include <malloc.h>
#include <unistd.h>

#include "conversation.h"
#include "speech.h"

enum { MAXIMUM_SESSIONS = 1000, TEN_SECONDS = 10000 / DELTA_MS };

static struct speech speech;
static struct conversation conversations[MAXIMUM_SESSIONS];

static void send_ten_seconds(struct conversation *conversation, rtmulti_codec codec) {
  set_format(conversation, codec, codec == RTMULTI_CODEC_OPUS ? 48000 : RATE_HZ);
  begin_response(conversation);
  begin_message(conversation);
  for (int i = 0; i < TEN_SECONDS; i++) {
    const struct packet *packet = &speech.packets[i % speech.count];
    if (codec == RTMULTI_CODEC_OPUS) send_audio(conversation, packet->bytes, packet->size);
    else send_audio(conversation, pcm_delta(), DELTA_BYTES);
  }
}

/* A message that came faster than it was heard, and was then heard to its end. */
static void hear_ten_seconds(struct conversation *conversation, rtmulti_codec codec) {
  send_ten_seconds(conversation, codec);
  end_message(conversation);
  end_response(conversation, RTMULTI_STATUS_COMPLETED);
  conversation->hearing = HEARS_AT_ONCE;
  rtmulti_session_playback_progress(conversation->session, conversation->segment, conversation->segment_frames, RTMULTI_NOW);
  require(conversation->settled == 1 && conversation->heard_frames == TEN_SECONDS * DELTA_FRAMES,
          "a message was not heard to its end");
  keep_deadlines(conversation);
}

static void make_new(struct conversation *conversation) { (void)conversation; }
static void make_after_opus(struct conversation *conversation) { hear_ten_seconds(conversation, RTMULTI_CODEC_OPUS); }
static void make_after_pcm(struct conversation *conversation) { hear_ten_seconds(conversation, RTMULTI_CODEC_PCM16); }
static void make_waiting(struct conversation *conversation) { send_ten_seconds(conversation, RTMULTI_CODEC_OPUS); }

static const struct memory_case {
  const char *word, *resident_name, *given_out_name;
  double at_most_kib;
  int sessions; /* fewer where each has to decode */
  void (*make)(struct conversation *conversation);
} cases[] = {
    {"new", "idle, new: resident", "idle, new: from malloc", 5, MAXIMUM_SESSIONS, make_new},
    {"after_opus", "idle, after 10 s of Opus: resident", "idle, after 10 s of Opus: from malloc", 16, 100,
     make_after_opus},
    {"after_pcm", "idle, after 10 s of PCM16: resident", "idle, after 10 s of PCM16: from malloc", 12,
     MAXIMUM_SESSIONS, make_after_pcm},
    {"waiting", "10 s of Opus waiting: resident", "10 s of Opus waiting: from malloc", 128, MAXIMUM_SESSIONS,
     make_waiting},
};

static double resident_bytes(void) {
  long total_pages = 0, resident_pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  require(file != NULL && fscanf(file, "%ld %ld", &total_pages, &resident_pages) == 2, "/proc/self/statm is missing");
  fclose(file);
  return (double)resident_pages * (double)sysconf(_SC_PAGESIZE);
}

static double given_out_bytes(void) {
  const struct mallinfo2 info = mallinfo2();
  return (double)info.uordblks + (double)info.hblkhd;
}

static void measure(const struct memory_case *which) {
  /* The first session brings in what all share. */
  struct conversation first;
  open_conversation(&first, HEARS_NOTHING);
  which->make(&first);
  memset(conversations, 0, sizeof conversations);

  const double resident_before = resident_bytes(), given_out_before = given_out_bytes();
  for (int i = 0; i < which->sessions; i++) {
    open_conversation(&conversations[i], HEARS_NOTHING);
    which->make(&conversations[i]);
  }
  const double resident = resident_bytes() - resident_before, given_out = given_out_bytes() - given_out_before;
  for (int i = 0; i < which->sessions; i++) close_conversation(&conversations[i]);
  close_conversation(&first);
  const double unit = 1024.0 * which->sessions;
  print_figure((struct figure){.name = which->resident_name, .unit = "KiB", .value = resident / unit,
                               .at_most = which->at_most_kib});
  print_figure((struct figure){.name = which->given_out_name, .unit = "KiB", .value = given_out / unit,
                               .at_most = which->at_most_kib});
}

int main(int argc, char **argv) {
  require(argc == 3, "usage: memory new|after_opus|after_pcm|waiting FIXTURES");
  load_speech(&speech, argv[2]);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if (strcmp(cases[i].word, argv[1]) != 0) continue;
    measure(&cases[i]);
    return 0;
  }
  require(0, "usage: memory new|after_opus|after_pcm|waiting FIXTURES");
}
