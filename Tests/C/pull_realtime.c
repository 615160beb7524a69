/* May a real-time thread call rtmulti_device_pull? It must not allocate, lock, write or make a system call, counted
 * from its first call on a fresh thread, in a library that was loaded with dlopen (Swift's own checks would ask for
 * memory there), while another thread feeds, interrupts and pauses the session.
 *
 * This program brings its own malloc, locks and write, which count and then do what glibc does. And while a thread
 * is watched the kernel ends it at any system call (seccomp's strict mode). Sanitizers need all of these for
 * themselves, so that under them only the storm is left. */
/* dlsym's RTLD_NEXT, syscall and threads are no part of C11. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/seccomp.h>
#include <opus.h>
#include <pthread.h>
#include <rtmulti.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "sanitized.h"

/* --- the watch ----------------------------------------------------------------------------------------- */

static _Thread_local int is_watched;
static int forbidden_calls;
static const char *forbidden_call = "none"; /* the last one */

#if !IS_SANITIZED
static void note_call(const char *name) {
  if (!is_watched) return;
  forbidden_calls += 1;
  forbidden_call = name;
}

#define WATCH(result, name, parameters, arguments)                     \
  result name parameters {                                             \
    static result(*next) parameters;                                   \
    if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, #name);       \
    note_call(#name);                                                  \
    return next arguments;                                             \
  }

WATCH(int, pthread_mutex_lock, (pthread_mutex_t *lock), (lock))
WATCH(int, pthread_mutex_trylock, (pthread_mutex_t *lock), (lock))
WATCH(int, pthread_mutex_unlock, (pthread_mutex_t *lock), (lock))
WATCH(int, pthread_rwlock_rdlock, (pthread_rwlock_t *lock), (lock))
WATCH(int, pthread_rwlock_wrlock, (pthread_rwlock_t *lock), (lock))
WATCH(int, pthread_cond_signal, (pthread_cond_t *condition), (condition))
WATCH(int, pthread_cond_wait, (pthread_cond_t *condition, pthread_mutex_t *lock), (condition, lock))
WATCH(int, pthread_once, (pthread_once_t *once, void (*run)(void)), (once, run))
WATCH(int, pthread_setspecific, (pthread_key_t key, const void *value), (key, value))
WATCH(int, sem_post, (sem_t *semaphore), (semaphore))
WATCH(int, sem_wait, (sem_t *semaphore), (semaphore))
WATCH(ssize_t, write, (int file, const void *bytes, size_t size), (file, bytes, size))

/* glibc's own, under the names that it exports for programs like this one. dlsym itself needs some of them. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

void *malloc(size_t size) {
  note_call("malloc");
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  note_call("calloc");
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  note_call("realloc");
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  note_call("memalign");
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  note_call("aligned_alloc");
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  note_call("posix_memalign");
  *memory = __libc_memalign(alignment, size);
  return *memory == NULL;
}

void free(void *memory) {
  note_call("free");
  __libc_free(memory);
}
#endif

/* From here on this thread is watched, and the kernel ends it at its next system call. 0 where it cannot. */
static int watch_this_thread(void) {
  if (IS_SANITIZED) return 0;
  const int is_strict = prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0;
  is_watched = 1;
  return is_strict;
}

/* How a watched thread ends: glibc's own way is full of system calls. */
static void end_this_thread(void) {
  is_watched = 0;
  if (!IS_SANITIZED) syscall(SYS_exit, 0);
}

/* --- the library, loaded late -------------------------------------------------------------------------- */

#define CALLS(each)                                                                                             \
  each(config_init) each(sink_init) each(format_init) each(session_create) each(session_destroy)                \
  each(session_set_sink) each(session_set_format) each(session_response_created) each(session_item_added)       \
  each(session_audio) each(session_item_done) each(session_response_done) each(session_interrupt)               \
  each(session_pause) each(session_resume) each(session_advance) each(session_device) each(device_pull)         \
  each(device_pull_f32) each(device_retain) each(device_release) each(session_stats)

#define DECLARE(name) static __typeof__(rtmulti_##name) *name;
CALLS(DECLARE)

static int load_library(void) {
  void *library = dlopen("librtmulti.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) library = dlopen("librtmulti.so", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return 0;
  int is_whole = 1;
#define LOAD(name)                                             \
  *(void **)&name = dlsym(library, "rtmulti_" #name);          \
  is_whole &= name != NULL;
  CALLS(LOAD)
  return is_whole;
}

/* --- the device's thread ------------------------------------------------------------------------------- */

enum { BLOCK_FRAMES = 441, CHANNELS = 2 };

struct device {
  rtmulti_session *session;
  rtmulti_device *handle;
  atomic_int is_over;
  /* Read when the thread has ended. */
  int64_t pulls, claimed_frames;
  int is_strict, has_ended;
};

static void *pull_until_over(void *memory) {
  struct device *device = memory;
  static int16_t integers[BLOCK_FRAMES * CHANNELS];
  static float floats[BLOCK_FRAMES * CHANNELS];
  device->is_strict = watch_this_thread();
  while (!atomic_load(&device->is_over)) {
    device->claimed_frames += device->pulls % 2 == 0
                                  ? device_pull(device->handle, integers, BLOCK_FRAMES, CHANNELS, 128)
                                  : device_pull_f32(device->handle, floats, BLOCK_FRAMES, CHANNELS, 128);
    device->pulls += 1;
    device_retain(device->handle);
    device_release(device->handle);
  }
  device_release(device->handle); /* the last one who holds it: the session has another sink */
  device->has_ended = 1;
  end_this_thread();
  return NULL;
}

/* --- the storm of the session's thread ----------------------------------------------------------------- */

enum { ROUNDS = 120, DELTAS = 6, MAXIMUM_DELTA_BYTES = 8192 };

struct delta {
  unsigned char bytes[MAXIMUM_DELTA_BYTES];
  size_t size;
};

struct storm {
  const char *name;
  rtmulti_format format;
  struct delta deltas[DELTAS];
};

#define TEXT(text) (text), RTMULTI_NUL_TERMINATED

static void run_storm(const struct storm *storm, uint32_t sample_rate_hz) {
  rtmulti_config config;
  config_init(&config, sizeof config);
  rtmulti_sink sink;
  sink_init(&sink, sizeof sink);
  sink.driver = RTMULTI_DRIVER_PULLED;
  sink.flags |= RTMULTI_SINK_GAPLESS;
  sink.sample_rate_hz = sample_rate_hz;
  sink.channels = CHANNELS;
  struct device device = {.session = NULL};
  CHECK_EQUAL(RTMULTI_OK, session_create(&config, &device.session));
  CHECK_EQUAL(RTMULTI_OK, session_set_sink(device.session, &sink));
  CHECK_EQUAL(RTMULTI_OK, session_set_format(device.session, &storm->format));
  CHECK_EQUAL(RTMULTI_OK, session_device(device.session, &device.handle));

  forbidden_calls = 0, forbidden_call = "none";
  pthread_t thread;
  if (!CHECK_EQUAL(0, pthread_create(&thread, NULL, pull_until_over, &device))) return;
  int64_t now_us = 1000;
  for (int round = 0; round < ROUNDS; round++) {
    char response[32], items[2][32];
    snprintf(response, sizeof response, "r%d", round);
    session_response_created(device.session, TEXT(response), 0, NULL, 0);
    for (int i = 0; i < 2; i++) {
      snprintf(items[i], sizeof items[i], "m%d-%d", round, i);
      session_item_added(device.session, TEXT(response), TEXT(items[i]), -1, RTMULTI_ITEM_MESSAGE);
      for (int delta = 0; delta < DELTAS; delta++)
        session_audio(device.session, TEXT(response), TEXT(items[i]), -1, storm->deltas[delta].bytes,
                      storm->deltas[delta].size);
      session_item_done(device.session, TEXT(items[i]));
    }
    session_response_done(device.session, TEXT(response), RTMULTI_STATUS_COMPLETED, NULL, 0);
    if (round % 4 == 1) session_pause(device.session);
    for (int i = 0; i < round % 11; i++) session_advance(device.session, now_us += 10000);
    if (round % 4 == 1) session_resume(device.session);
    if (round % 3 != 0) session_interrupt(device.session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER);
    usleep(500);
    session_advance(device.session, now_us += 10000);
  }
  rtmulti_stats stats = {.struct_size = sizeof stats};
  CHECK_EQUAL(RTMULTI_OK, session_stats(device.session, &stats));
  CHECK_EQUAL(RTMULTI_OK, session_set_sink(device.session, NULL));
  atomic_store(&device.is_over, 1);
  CHECK_EQUAL(0, pthread_join(thread, NULL));

  CHECK(device.has_ended); /* else the kernel has ended it: it made a system call */
  CHECK(device.claimed_frames > 0);
  CHECK(stats.responses_heard > 0);
  if (!CHECK_EQUAL(0, forbidden_calls))
    printf("  %s at %u Hz: %s was called\n", storm->name, sample_rate_hz, forbidden_call);
  CHECK_EQUAL(RTMULTI_OK, session_destroy(device.session));
}

static void fill_storm(struct storm *storm, rtmulti_codec codec, uint32_t sample_rate_hz) {
  format_init(&storm->format, sizeof storm->format);
  storm->format.codec = codec;
  storm->format.sample_rate_hz = sample_rate_hz;
  int16_t pcm[960];
  OpusEncoder *encoder = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, NULL);
  for (int i = 0; i < DELTAS; i++) {
    struct delta *delta = &storm->deltas[i];
    for (int sample = 0; sample < 960; sample++)
      pcm[sample] = (int16_t)((sample * (40 + i) % 400 - 200) * 50); /* a sawtooth */
    if (codec == RTMULTI_CODEC_OPUS) {
      delta->size = (size_t)opus_encode(encoder, pcm, 960, delta->bytes, sizeof delta->bytes);
    } else {
      delta->size = sizeof pcm;
      memcpy(delta->bytes, pcm, sizeof pcm);
    }
  }
  opus_encoder_destroy(encoder);
}

/* --- does the watch see anything? ---------------------------------------------------------------------- */

static void *misbehave(void *memory) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  is_watched = 1;
  void *volatile kept = malloc(*(size_t *)memory); /* volatile: else the compiler leaves both calls out */
  free(kept);
  pthread_mutex_lock(&lock);
  pthread_mutex_unlock(&lock);
  is_watched = 0;
  return NULL;
}

static void *call_the_system(void *memory) {
  struct device *device = memory;
  device->is_strict = watch_this_thread();
  if (device->is_strict) syscall(SYS_getpid);
  device->has_ended = 1;
  end_this_thread();
  return NULL;
}

static void check_watch(void) {
  pthread_t thread;
  size_t size = 100;
  if (IS_SANITIZED) return;
  CHECK_EQUAL(0, pthread_create(&thread, NULL, misbehave, &size));
  CHECK_EQUAL(0, pthread_join(thread, NULL));
  CHECK_EQUAL(4, forbidden_calls);
  struct device device = {.session = NULL};
  CHECK_EQUAL(0, pthread_create(&thread, NULL, call_the_system, &device));
  CHECK_EQUAL(0, pthread_join(thread, NULL));
  CHECK_EQUAL(!device.is_strict, device.has_ended);
  if (!device.is_strict) printf("pull_realtime: this kernel has no seccomp; system calls are not watched\n");
}

int main(void) {
  static struct storm storms[] = {{.name = "PCM16 at 48 kHz"}, {.name = "PCM16 at 24 kHz"}, {.name = "G.711"},
                                  {.name = "Opus"}};
  if (!CHECK(load_library())) return check_end("pull_realtime");
  fill_storm(&storms[0], RTMULTI_CODEC_PCM16, 48000);
  fill_storm(&storms[1], RTMULTI_CODEC_PCM16, 24000);
  fill_storm(&storms[2], RTMULTI_CODEC_ULAW, 8000);
  fill_storm(&storms[3], RTMULTI_CODEC_OPUS, 48000);
  check_watch();
  for (size_t i = 0; i < sizeof storms / sizeof *storms; i++) {
    run_storm(&storms[i], 48000);
    run_storm(&storms[i], 44100);
  }
  return check_end("pull_realtime");
}
