/* How often does the library ask for memory: for each delta in the steady state, for each message, and for an
 * interrupt? Nothing is timed here.
 *
 * This program brings its own malloc and its kin, which count and then do what glibc does; the library's calls
 * end here because a program's symbols come first. That they do is checked.
 *
 * usage: allocations FIXTURES */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include <errno.h>

#include "conversation.h"
#include "speech.h"

/* --- the counting allocator ---------------------------------------------------------------------------- */

static int64_t allocations;

/* glibc's own, under the names that it exports for programs like this one. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
  allocations += 1;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  allocations += 1;
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  allocations += 1;
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  allocations += 1;
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  allocations += 1;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  allocations += 1;
  *memory = __libc_memalign(alignment, size);
  return *memory == NULL ? ENOMEM : 0;
}

/* --- what is counted ----------------------------------------------------------------------------------- */

enum { DELTAS = 500, WARM_UP_MESSAGES = 50, MESSAGES = 200, INTERRUPTS = 200, WAITING_DELTAS = 100 };

struct format {
  const char *delta_name, *message_name;
  rtmulti_codec codec;
  uint32_t sample_rate_hz;
  size_t delta_bytes; /* 0: packets of speech */
  int is_numbered;    /* they bear numbers, and every tenth is lost */
  const char *text;   /* the transcript, or NULL */
  int is_recorded;
};

static const struct format formats[] = {
    {"Opus packet", "Opus message", RTMULTI_CODEC_OPUS, 48000, 0, 0, NULL, 0},
    {"Opus packet by number, every tenth lost", "Opus message by number", RTMULTI_CODEC_OPUS, 48000, 0, 1, NULL, 0},
    {"PCM16 delta", "PCM16 message", RTMULTI_CODEC_PCM16, RATE_HZ, DELTA_BYTES, 0, NULL, 0},
    {"PCM16 delta, with its transcript", "PCM16 message, with its transcript", RTMULTI_CODEC_PCM16, RATE_HZ,
     DELTA_BYTES, 0, "It is sunny in Paris, with a light west wind, and it will stay so until the evening.", 0},
    {"u-law delta, resampled", "u-law message, resampled", RTMULTI_CODEC_ULAW, 8000, 160, 0, NULL, 0},
    {"PCM16 delta, recorded", "PCM16 message, recorded", RTMULTI_CODEC_PCM16, RATE_HZ, DELTA_BYTES, 0, NULL, 1},
};

static struct speech speech;

static void send_delta(struct conversation *conversation, const struct format *format, int i) {
  const struct packet *packet = &speech.packets[i % speech.count];
  if (format->is_numbered && i % 10 == 9) return;
  if (format->is_numbered) send_packet(conversation, packet->bytes, packet->size, i);
  else if (format->delta_bytes == 0) send_audio(conversation, packet->bytes, packet->size);
  else send_audio(conversation, pcm_delta(), format->delta_bytes);
}

/* One message, heard to its end; returns the allocations of its deltas without the first, which opens decoder
 * and queue. */
static int64_t play_message(struct conversation *conversation, const struct format *format) {
  begin_response(conversation);
  begin_message(conversation);
  if (format->text != NULL) send_transcript(conversation, format->text);
  send_delta(conversation, format, 0);
  const int64_t before = allocations;
  for (int i = 1; i <= DELTAS; i++) send_delta(conversation, format, i);
  const int64_t during = allocations - before;
  end_message(conversation);
  end_response(conversation, RTMULTI_STATUS_COMPLETED);
  require(conversation->settled == conversation->responses, "a message was not heard to its end");
  return during;
}

static int64_t recorded_bytes;

static int32_t count_bytes(void *user_data, const void *bytes, size_t size) {
  (void)user_data, (void)bytes;
  recorded_bytes += (int64_t)size;
  return 0;
}

static void count_deltas(const struct format *format) {
  struct conversation conversation;
  open_conversation(&conversation, HEARS_AT_ONCE);
  if (format->is_recorded)
    require(rtmulti_session_trace(conversation.session, count_bytes, NULL, NULL) == RTMULTI_OK, "nothing was recorded");
  set_format(&conversation, format->codec, format->sample_rate_hz);
  for (int i = 0; i < WARM_UP_MESSAGES; i++) play_message(&conversation, format);
  const int64_t before = allocations;
  int64_t for_deltas = 0;
  for (int i = 0; i < MESSAGES; i++) for_deltas += play_message(&conversation, format);
  const int64_t for_all = allocations - before;
  require(!format->is_recorded || recorded_bytes > MESSAGES * DELTAS * DELTA_BYTES, "not all was recorded");
  close_conversation(&conversation);
  print_figure((struct figure){.name = format->delta_name, .unit = "allocations", .is_none_allowed = 1,
                               .value = (double)for_deltas / (MESSAGES * DELTAS)});
  print_figure((struct figure){.name = format->message_name, .unit = "allocations",
                               .value = (double)(for_all - for_deltas) / MESSAGES});
}

/* Two messages wait behind one that was heard for 100 ms. */
static void count_interrupts(const struct format *format, const char *name) {
  struct conversation conversation;
  open_conversation(&conversation, HEARS_NOTHING);
  set_format(&conversation, format->codec, format->sample_rate_hz);
  int64_t during = 0;
  for (int i = 0; i < WARM_UP_MESSAGES + INTERRUPTS; i++) {
    begin_response(&conversation);
    for (int message = 0; message < 3; message++) {
      begin_message(&conversation);
      if (format->text != NULL) send_transcript(&conversation, format->text);
      for (int delta = 0; delta < WAITING_DELTAS; delta++) send_delta(&conversation, format, delta);
      end_message(&conversation);
    }
    conversation.played_frames = RATE_HZ / 10;
    rtmulti_session_playback_progress(conversation.session, conversation.segment, conversation.played_frames, RTMULTI_NOW);
    const int64_t before = allocations;
    rtmulti_session_interrupt(conversation.session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER);
    if (i >= WARM_UP_MESSAGES) during += allocations - before;
    end_response(&conversation, RTMULTI_STATUS_CANCELLED);
    require(conversation.truncations == i + 1, "an interrupt did not truncate the message that was heard");
  }
  close_conversation(&conversation);
  print_figure((struct figure){.name = name, .unit = "allocations", .value = (double)during / INTERRUPTS});
}

int main(int argc, char **argv) {
  require(argc == 2, "usage: allocations FIXTURES");
  load_speech(&speech, argv[1]);

  const int64_t before = allocations;
  rtmulti_session *session;
  require(rtmulti_session_create(NULL, &session) == RTMULTI_OK, "a session could not be created");
  require(allocations > before, "the library's allocations are not seen by this program");
  rtmulti_session_destroy(session);

  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) count_deltas(&formats[i]);
  count_interrupts(&formats[0], "interrupt, Opus, two messages waiting");
  count_interrupts(&formats[3], "interrupt, PCM16 with transcripts, two messages waiting");
  return 0;
}
