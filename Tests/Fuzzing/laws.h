/* The laws that hold for any input, and a session that is held to them: every effect that comes out of a watched
 * session is looked at, by callback or by polling. What a target feeds to it is not known here. */
#ifndef FUZZING_LAWS_H
#define FUZZING_LAWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../C/host.h"

/* A law that does not hold ends the process, with the law and the place: libFuzzer keeps the input as a crash, and
 * the replay counts it as failed. */
void law_broken(const char *law, const char *file, int line, const char *detail) __attribute__((noreturn));
#define LAW(holds, law) LAW_OF(holds, law, "")
#define LAW_OF(holds, law, detail) \
  do {                             \
    if (!(holds)) law_broken(law, __FILE__, __LINE__, detail); \
  } while (0)

/* With FUZZ_TRACE in the environment every call and effect is a line on stderr. */
void law_trace(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A fuzzer's time is short: of four inputs it takes pictures in one, and it leaves out what lasts long. The replay sets
 * this, and has all of it. */
extern bool laws_take_their_time;
/* Says which input comes, before anything else: that decides about its pictures. */
void laws_begin(const uint8_t *data, size_t size);

enum { MAXIMUM_KNOWN = 512 };

/* A name that came up: of a response or of an item. */
struct known {
  uint64_t hash;
  bool is_response;
  bool is_created;  /* a response of which a call said OK: it must settle */
  bool has_started; /* speaking_started came */
  bool has_stopped;
  unsigned settled; /* settled, or the message's record came */
  size_t size;
  char name[40]; /* longer ones are known by their hash alone */
};

/* A segment that was written to, flushed or cleared. */
struct played {
  uint64_t segment;
  int64_t written_frames; /* accepted */
  int64_t heard_frames;   /* that on_heard_audio was given */
  bool is_over;           /* flushed, or dropped by a clear */
};

struct watch {
  struct host host;
  rtmulti_session *session;
  bool polls;
  bool is_inside;     /* a callback is running, or a polled effect is at hand */
  bool names_may_recur; /* a lost connection or a forgotten response lets go of its names (rules F8, D11) */
  bool was_stopped;   /* a callback failed in the last call: effects may be waiting */
  uint64_t newest_speaker; /* the hash of the response that started to speak last */
  bool has_refused;   /* something was refused for a limit */
  bool had_refused;   /* the same before the call at hand */
  bool is_closed;
  bool is_closing;    /* a close from inside a callback was queued */
  bool is_pulled;     /* the sink is */
  bool is_played_by_host;
  bool takes_codes; /* a G.711 sink */
  bool server_plays;  /* its server plays by itself (rule F4) */
  bool was_called;    /* a callback has called back since the last picture */
  bool was_answered;  /* polling: a call from `inside` took the write at hand whole */
  int expected_releases;
  uint32_t channels;
  uint64_t last_event_number; /* of a command */

  struct known known[MAXIMUM_KNOWN];
  size_t known_count;
  struct played played[MAXIMUM_KNOWN];
  size_t played_count;
  uint64_t segment; /* the newest that was written to, 0 before */

  /* What the target is told. */
  uint64_t pcm_sum;   /* of every sample that was written */
  int64_t frames;     /* written and accepted */
  unsigned writes, clears, flushes, events, commands, diagnostics;
  unsigned corrupt_packets;

  /* What a target wants to be done or said inside a callback; NULL when nothing. `kind` is the effect's; of a write
   * the answer is how many frames are taken, of the others 0 or a failure below 0. */
  int32_t (*inside)(struct watch *watch, uint32_t kind, uint32_t frames);
  void *memory;
};

/* What a failing callback returns: no error of the library, so that the two are told apart. */
enum { CALLBACK_FAILED = -77 };

/* Opens a session with handlers. Returns false when the config was refused, which must be with INVALID. */
bool watch_open(struct watch *watch, const rtmulti_config *config);
/* Gives it a sink of this description, with callbacks of ours. Returns what set_sink did. */
rtmulti_result watch_set_sink(struct watch *watch, const rtmulti_sink *described);
/* Takes the handlers away and gives them again. */
rtmulti_result watch_set_handlers(struct watch *watch);
/* Closes if it is open, holds the laws of the end, and destroys. */
void watch_end(struct watch *watch);
/* Destroys at once, in whatever state it is. */
void watch_destroy(struct watch *watch);

/* Results that a call may have, as bits; those that any call may have need not be named. */
#define MAY(result) (1u << ((result) + 20))
enum {
  MAY_ANSWER = 1u << (RTMULTI_OK + 20) | 1u << (RTMULTI_IGNORED + 20),
  MAY_INPUT = MAY_ANSWER | 1u << (RTMULTI_ERROR_INVALID + 20),
  MAY_LIMITS = 1u << (RTMULTI_ERROR_LIMIT_AUDIO + 20) | 1u << (RTMULTI_ERROR_LIMIT_QUEUE + 20) |
               1u << (RTMULTI_ERROR_LIMIT_ITEMS + 20) | 1u << (RTMULTI_ERROR_LIMIT_TEXT + 20)
};

/* What a session is known to be at a moment: for the law that an error changes nothing. */
struct picture {
  rtmulti_stats stats;
  size_t history_count;
  uint64_t items; /* the sum over the records and positions of the known items */
  size_t known_count;
};
/* Before an input: polls what is waiting and takes a picture. */
void watch_before(struct watch *watch, struct picture *picture);
/* After it: the result must be one of `may`, and an error must have changed nothing. Polls. Returns `result`. */
rtmulti_result watch_after(struct watch *watch, struct picture *picture, const char *call,
                           rtmulti_result result, uint32_t may);

/* After a question, which delivers nothing and changes nothing. */
void watch_asked(struct watch *watch, const char *call, rtmulti_result result, uint32_t may);

/* Takes whatever is waiting; nothing when effects come by callback. */
void watch_poll(struct watch *watch);

/* Notes a name that a target gave, so that the pictures and the end look at it. */
struct known *watch_name(struct watch *watch, bool is_response, const char *name, size_t size);
void watch_created(struct watch *watch, const char *name, size_t size);

struct played *watch_segment(struct watch *watch, uint64_t segment);

/* json_text.c: whether the text is one JSON object as RFC 8259 has it, in UTF-8. */
bool json_is_object(const char *text, size_t size);

#endif
