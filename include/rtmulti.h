/**
 * rtmulti.h - plays the messages of a realtime speech model one after another, knows to the sample what
 * the listener heard of each, and says what the server must be told. This header is the manual of the
 * ABI: everything a C host or a binding may rely on stands here, and nothing else.
 *
 * THE THREE LAWS
 *
 * 1. Thread. A session belongs to one thread at a time; different sessions are independent. A second
 *    thread that enters a session while a call is running gets RTMULTI_ERROR_BUSY and changes nothing.
 *    After fork() the child may only destroy a session. The one exception is an rtmulti_device, a handle of
 *    its own, from which another, real-time thread may pull at any moment.
 *
 * 2. Callback. Callbacks run only inside a call of yours, on your thread, in the order in which their
 *    causes were born. From inside a callback an input answers RTMULTI_QUEUED and runs after the effects
 *    at hand (what goes wrong with it then arrives as a diagnostic); a query answers at once, from the
 *    engine's newest state, which may be ahead of effects still undelivered; destroy answers QUEUED and takes
 *    effect when the outer call returns; poll, trace, set_sink and set_handlers answer IN_CALLBACK.
 *
 *    A callback that failed returns a negative number, whichever: that stops the delivery, and the outer call, which
 *    was carried out, answers RTMULTI_STOPPED (or its own error). The effect counts as delivered, the rest waits for
 *    the next call. (A failed `write` is the exception: its audio is not lost, it is offered again after 10, 20, 40 ...
 *    at most 1000 ms, rule E10.) Return 0 otherwise: positive numbers, but those of `write`, are reserved.
 *
 *    A callback returns. No exception, panic or longjmp leaves it: catch all, keep it, and return a negative number.
 *    Where one leaves all the same, the session notices as soon as the same thread calls it again from no deeper in
 *    its stack than the call that was left; from then on every call answers RTMULTI_ERROR_ABANDONED, and destroy
 *    works. What cannot be noticed (another thread calls, or the same one from deeper, or from another stack as
 *    fibers have it) looks like a callback that is still running: BUSY to other threads, QUEUED to its own.
 *
 * 3. Memory. What the library hands out lives until the callback returns or, when polling, until the next
 *    call on that session; answers of queries live until the next call on that session. What you hand in
 *    is copied or consumed before the call returns. Nobody frees the other's memory.
 *
 *    Where the system has none left the process ends: no call answers that. What a session may hold at most follows
 *    from its rtmulti_config: 2 * max_queued_bytes + 2 * max_text_bytes (or 32 MiB, if that is more) + 128 MiB;
 *    68 MiB more while inputs are given from inside callbacks, and 16 times the size of the event that is taken, and
 *    1 MiB. SECURITY.md says what that is made of.
 *
 *    The functions that you set, and the user_data beside them, must live until `release` is called with that
 *    user_data. Each setter that answers OK or STOPPED owes one `release`, the same user_data set twice two of them; a
 *    setter that fails owes none. They come when that user_data is no longer the one that is set: replaced by another,
 *    taken away, or before a destroyed session's memory goes. Inside `release` every call of its session answers
 *    IN_CALLBACK, except that a destroy out of a setter's takes effect as in a callback.
 *
 * Unless a function says otherwise: Errors are INVALID (a NULL or senseless argument), BUSY (law 1), IN_CALLBACK and
 * ABANDONED (law 2), CLOSED (after rtmulti_session_close) and FORKED (law 1); Thread: the session's thread; In a
 * callback: an input is queued, a query is answered. No call changes anything when it returns an error.
 *
 * RULES. "rule A4" is docs/rules/RULES.md#A4 in the source tree, and `python -m rtmulti rules A4` prints it.
 *
 * UNITS. A frame is one sample for every channel. Reports of a sink count frames at the sink's rate
 * from the beginning of their segment; queries answer in frames of the source and in whole milliseconds,
 * rounded down. Times are microseconds of any clock of yours that never runs backwards.
 *
 * STRINGS. They are UTF-8. Going in, a string is (pointer, size in bytes) and a size of RTMULTI_NUL_TERMINATED
 * means "up to the NUL"; NULL means "not given". Ids, names and codes have at most 1024 bytes, arguments,
 * reasons and messages 16 MiB; what is longer or not UTF-8 is INVALID, also inside an event of the wire. Of a reason
 * 4096 bytes are kept. Coming out, a string has its size beside it and a NUL behind it.
 *
 * NUMBERS. The values of an rtmulti_x that is a number are in enum rtmulti_x_values, those of rtmulti_x_flags in enum
 * rtmulti_x_flag_bits. A function or field has the type of fixed width, never that of the enum.
 *
 * STRUCTS. Each begins with struct_size. Fill them with their *_init function, which returns INVALID for a NULL and for a
 * size that is none, and set what you need: fields that later versions add at the end then have their defaults. A size
 * below 8 or above 4096 is INVALID, whatever else is wrong. Coming out, a struct is zeroed up to struct_size, so that
 * fields of a newer header are 0. Going in, what this version does not know must be 0, reserved fields too; an option,
 * a bit or a kind that it does not have answers UNSUPPORTED. A struct is a multiple of 8 bytes, without padding.
 *
 * ANSWERS. An out parameter is NULL, 0 or INT64_MAX, and a struct is zeroed, when the answer is not OK.
 *
 * VERSIONS. Load librtmulti.so.0; it is new enough when rtmulti_abi() >= RTMULTI_ABI. It may be newer than this header:
 * ignore kinds, outcomes and positive answers that you do not know.
 */
#ifndef RTMULTI_H
#define RTMULTI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version of this header, and of the library that came with it. */
#define RTMULTI_VERSION "0.1.0"
/** Grows by one whenever something is added; programs built against an older number keep working. */
#define RTMULTI_ABI 1

/** The size of a string that goes in and ends with its NUL: for C, whose literals know no size. A binding says the
 * size, for its strings may hold a NUL. */
#define RTMULTI_NUL_TERMINATED SIZE_MAX
/** For write_ahead_ms: hand everything over as soon as it is there. */
#define RTMULTI_UNLIMITED UINT32_MAX

/** Yes or no: 1 or 0. */
typedef uint32_t rtmulti_bool;

/** Yes, no, or as the session with the server says (rule D14).
 * Rules: docs/rules/RULES.md#D14 */
typedef uint32_t rtmulti_choice;
enum rtmulti_choice_values {
  RTMULTI_NO = 0,
  RTMULTI_YES = 1,
  RTMULTI_AS_THE_SESSION_SAYS = 2
};

/** One conversation: the engine, its queues and its decoders. */
typedef struct rtmulti_session rtmulti_session;

/* ---------------------------------------------------------------------------------------------------
 * Results
 * ------------------------------------------------------------------------------------------------- */

/** 0 is success, a positive number is an answer, a negative one an error; -100 and below: this session can go on no
 * more and may only be destroyed. */
typedef int32_t rtmulti_result;
enum rtmulti_result_values {
  RTMULTI_OK = 0,
  RTMULTI_DONE = 1,    /**< poll: nothing is left */
  RTMULTI_IGNORED = 2, /**< understood, and nothing had to change (a late report, a second interrupt) */
  RTMULTI_QUEUED = 3,  /**< given from inside a callback: runs after the effects at hand */
  RTMULTI_STOPPED = 4, /**< carried out; a callback stopped the delivery, and the rest waits for the next call */
  RTMULTI_NONE = 5,    /**< queries: there is no such thing */

  RTMULTI_ERROR_INVALID = -1,        /**< an argument is NULL, too long, or outside its range */
  RTMULTI_ERROR_BUSY = -2,           /**< another call is running in this session */
  RTMULTI_ERROR_CLOSED = -3,         /**< the session was closed */
  RTMULTI_ERROR_FORKED = -4,         /**< the session belongs to the parent process */
  RTMULTI_ERROR_UNSUPPORTED = -5,    /**< this sink, this format or this version cannot do that */
  RTMULTI_ERROR_IN_CALLBACK = -8,    /**< never possible from inside a callback; do it when the outer call is back */
  RTMULTI_ERROR_LIMIT_AUDIO = -10,   /**< more audio in one response than max_response_ms */
  RTMULTI_ERROR_LIMIT_QUEUE = -11,   /**< more bytes waiting than max_queued_bytes, or twice that in memory */
  RTMULTI_ERROR_LIMIT_ITEMS = -12,   /**< more unsettled items than max_open_items, or past a limit of "what the
                                      * server says" */
  RTMULTI_ERROR_LIMIT_TEXT = -13,    /**< more text in one item than max_text_bytes, or 16 MiB in all of them */
  RTMULTI_ERROR_LIMIT_DEFERRED = -14, /**< more inputs from inside callbacks than 4096, or 64 MiB of them */
  RTMULTI_ERROR_LIMIT_EVENT = -15,    /**< an event longer than max_event_bytes */

  RTMULTI_ERROR_ABANDONED = -100     /**< a callback never returned (law 2) */
};

/** The name of a result, "RTMULTI_ERROR_BUSY" for example; "unknown result" for a number that is none. Never NULL,
 * lives for ever.
 * Thread: any.
 * In a callback: allowed. */
const char *rtmulti_result_name(rtmulti_result result);

/** One English sentence: what a result means and what to do about it, whichever call gave it. It keeps no state, so
 * that it is right for any thread, at any time, and also where there is no session. Never
 * NULL, lives for ever.
 * Thread: any.
 * In a callback: allowed. */
const char *rtmulti_result_text(rtmulti_result result);

/** One English sentence about the newest error of this session, which may say more than rtmulti_result_text: which
 * argument is wrong, what came, what is allowed and what to do; what is wrong with this event or this stream. "" if there
 * was none. For NULL it is about the newest call of this thread that had no session to keep it: a refused
 * rtmulti_session_create, an *_init function, a NULL in the place of the session.
 * Thread: that of the call that failed, before it calls again; a stranger that was told BUSY has rtmulti_result_text.
 * In a callback: allowed.
 * Memory: until the next call that fails. */
const char *rtmulti_session_last_error(const rtmulti_session *session);

/** The library's version, "0.1.0" for example.
 * Thread: any. */
const char *rtmulti_version(void);
/** The ABI number of the library that is loaded; compare with RTMULTI_ABI.
 * Thread: any. */
uint32_t rtmulti_abi(void);

/* ---------------------------------------------------------------------------------------------------
 * Formats
 * ------------------------------------------------------------------------------------------------- */

/** How the audio of a content part is encoded. */
typedef uint32_t rtmulti_codec;
enum rtmulti_codec_values {
  RTMULTI_CODEC_PCM16 = 1,   /**< signed 16 bit, little-endian, interleaved; 8000 to 48000 Hz */
  RTMULTI_CODEC_ULAW = 2,    /**< G.711 u-law, 8000 Hz, mono */
  RTMULTI_CODEC_ALAW = 3,    /**< G.711 A-law, 8000 Hz, mono */
  RTMULTI_CODEC_OPUS = 4,    /**< raw packets: one rtmulti_session_audio call is one packet */
  RTMULTI_CODEC_OGG_OPUS = 5 /**< an Ogg Opus stream of one or two channels, split at any byte; see
                              * rtmulti_session_audio */
};

/** How the audio of a content part arrives. sample_rate_hz is that of PCM16 (8000, 11025, 12000, 16000, 22050, 24000,
 * 32000, 44100 or 48000); G.711 is always 8000; the time of Opus is always counted at 48000. */
typedef struct rtmulti_format {
  uint32_t struct_size;
  rtmulti_codec codec;
  uint32_t sample_rate_hz;
  uint32_t channels; /**< 1 or 2 */
} rtmulti_format;

/** Fills `format` with PCM16, 24000 Hz, mono: what the OpenAI Realtime API sends when nothing is said. */
rtmulti_result rtmulti_format_init(rtmulti_format *format, size_t struct_size);

/* ---------------------------------------------------------------------------------------------------
 * Session
 * ------------------------------------------------------------------------------------------------- */

/** What a server does and can be told (docs/rules/RULES.md#F): a set of RTMULTI_SERVER_... bits. */
typedef uint32_t rtmulti_server_flags;
enum rtmulti_server_flag_bits {
  RTMULTI_SERVER_TRUNCATES = 1u << 0,    /**< obeys conversation.item.truncate */
  RTMULTI_SERVER_DELETES = 1u << 1,      /**< obeys conversation.item.delete */
  RTMULTI_SERVER_SYNCS = 1u << 2,        /**< its whole context can be replaced (command SYNC) */
  RTMULTI_SERVER_INTERRUPTS = 1u << 3,   /**< cancels by itself when the listener speaks (server VAD), unless
                                          * rtmulti_config.interrupts or the session says otherwise */
  RTMULTI_SERVER_OWNS_PLAYOUT = 1u << 4, /**< plays by itself and truncates by itself (WebRTC, SIP, a sideband): what
                                          * rtmulti_session_output_buffer says is the ear (rule F4) */
  RTMULTI_SERVER_REWRITES = 1u << 5      /**< a text item may be deleted and created again shorter (rule F9) */
};

/** How effects leave a session. */
typedef uint32_t rtmulti_delivery;
enum rtmulti_delivery_values {
  RTMULTI_DELIVER_BY_CALLBACK = 0, /**< effects arrive in the callbacks of the sink and the handlers */
  RTMULTI_DELIVER_BY_POLLING = 1   /**< effects wait for rtmulti_session_poll; no callback is called */
};

/** In which JSON commands leave. */
typedef uint32_t rtmulti_wire;
enum rtmulti_wire_values {
  RTMULTI_WIRE_GA = 0,  /**< the OpenAI Realtime API as it is generally available */
  RTMULTI_WIRE_BETA = 1 /**< as it was before */
};

/** How a session behaves. Behind each field its default. */
typedef struct rtmulti_config {
  uint32_t struct_size;
  rtmulti_delivery delivery;   /**< RTMULTI_DELIVER_...; by callback */
  rtmulti_wire wire;           /**< RTMULTI_WIRE_...: in which JSON commands leave; GA */
  rtmulti_server_flags server; /**< RTMULTI_SERVER_... bits; TRUNCATES | DELETES */
  rtmulti_choice interrupts;   /**< whether the server cancels by itself when the listener speaks (rules D13, D14);
                                * AS_THE_SESSION_SAYS, and before its session has said anything as the server flag
                                * INTERRUPTS has it */
  rtmulti_choice interrupt_on_speech; /**< whether the server's speech_started interrupts (receive_json only);
                                       * AS_THE_SESSION_SAYS, and before its session has said anything as the
                                       * server flag INTERRUPTS has it */
  rtmulti_bool estimate;         /**< between reports the position is estimated, and flagged so; 1 */
  rtmulti_bool heard_audio;      /**< on_heard_audio receives the PCM that was heard; 0 */
  uint32_t write_ahead_ms;       /**< how far writing runs ahead of the heard position, 1 or more, or UNLIMITED; 200 */
  uint32_t handover_ms;          /**< gapless sinks: how early the next message is handed over (rule A2); 100 */
  uint32_t step_back_ms;         /**< how far a resume may step back to the start of a word, at most 10000; 0 */
  uint32_t clear_timeout_ms;     /**< how long a sink may take to answer a clear (rule E2); 500 */
  uint32_t turn_patience_ms;     /**< how long a silent message holds up a ready one (rule A3); 200 */
  uint32_t response_patience_ms; /**< how long a response that has run dry in a part holds up a ready one, and how long
                                  * its end is waited for once a later one has audio (rule A6); 2000 */
  uint32_t command_patience_ms;  /**< how long the server may take to answer a CANCEL, TRUNCATE or DELETE before
                                  * command_unanswered says so, 0 for ever (rule F11); 10000 */
  uint32_t max_response_ms;      /**< audio in one response; 3600000 */
  uint32_t max_open_items;       /**< items not yet settled; 1024 */
  uint32_t max_text_bytes;       /**< text of one item; 1048576 */
  uint32_t max_event_bytes;      /**< one event for rtmulti_session_receive_json; 16777216 */
  uint32_t reserved;             /**< 0 */
  uint64_t max_queued_bytes;     /**< audio not yet heard, as it arrived; 67108864 */
} rtmulti_config;

/** Fills `config` with the defaults named above. */
rtmulti_result rtmulti_config_init(rtmulti_config *config, size_t struct_size);

/** Creates a session. `config` may be NULL for the defaults. Returns OK and sets *session, or an error and sets it to
 * NULL.
 * Errors: INVALID; UNSUPPORTED for an option of a later version.
 * Thread: any.
 * Memory: end it with rtmulti_session_destroy. */
rtmulti_result rtmulti_session_create(const rtmulti_config *config, rtmulti_session **session);

/** Ends a session: each `release` that is owed is called, then its memory goes (law 3). Nothing is settled or told any
 * more: call rtmulti_session_close first for that. NULL is allowed. Returns OK, or QUEUED from inside a callback, and
 * on another thread beside a call: then it takes effect when that call returns, and nothing but that call's own
 * callbacks may call the session any more.
 * Errors: IN_CALLBACK out of a `release` that it calls itself. */
rtmulti_result rtmulti_session_destroy(rtmulti_session *session);

/** Says how the audio of content parts arrives that are opened without a format of their own; parts that are open keep
 * theirs.
 * Errors: UNSUPPORTED when the codec, rate or channels are not ones named above. */
rtmulti_result rtmulti_session_set_format(rtmulti_session *session, const rtmulti_format *format);

/** Says that a session uses this user_data no more (law 3). It may call nothing of that session (IN_CALLBACK). */
typedef void (*rtmulti_release_fn)(void *user_data);

/** Takes the next piece of a trace; 0, or a negative number when it failed. */
typedef int32_t (*rtmulti_trace_write_fn)(void *user_data, const void *bytes, size_t bytes_size);

/** Traces every input of a session: from the trace `rtmulti-harness --replay` makes the same effects again, byte for
 * byte: the config and what is set already (sink, handlers, format), each input with its time, what callbacks answered
 * and what they said to the session, each poll, and what a device took. Queries are not traced. A TRACE HOLDS THE
 * AUDIO AND THE TEXT of the conversation as they came; docs/embedding.md says how large it gets.
 *
 * `write` gets the trace in pieces, to be put one behind the other; the library owns no file. It is called from inside
 * your calls, on your thread, and for each input before that input runs: the trace of a program that died holds what
 * it died of. When it fails the trace ends: it is called no more, and the session goes on. It may call nothing of this
 * session (IN_CALLBACK). NULL ends the trace with a mark that says so, as destroy does. However it ends, `release`,
 * which may be NULL, gives `user_data` back (law 3).
 *
 * What a device on another thread pulls is traced with the next call on the session's thread. A pull that falls into
 * such a call is marked: whether the call saw it already is not known, and a replay may be a block off there. The
 * trace ends when a device takes audio more than 4096 times while the session is not called.
 *
 * Errors: INVALID after the session's first input, while it is traced, and when `write` fails with the first piece.
 * Returns IGNORED for a NULL when nothing is traced (any more).
 * In a callback: IN_CALLBACK. */
rtmulti_result rtmulti_session_trace(rtmulti_session *session, rtmulti_trace_write_fn write,
                                     rtmulti_release_fn release, void *user_data);

/* ---------------------------------------------------------------------------------------------------
 * The sink: what plays
 * ------------------------------------------------------------------------------------------------- */

/** What a sink can do: a set of RTMULTI_SINK_... bits. */
typedef uint32_t rtmulti_sink_flags;
enum rtmulti_sink_flag_bits {
  RTMULTI_SINK_GAPLESS = 1u << 0,       /**< takes several segments and plays them without a gap */
  RTMULTI_SINK_CAN_PAUSE = 1u << 1,     /**< obeys pause and resume */
  RTMULTI_SINK_CAN_CLEAR = 1u << 2,     /**< obeys clear; without it all that was written counts as heard */
  RTMULTI_SINK_STARTS_AT_ONCE = 1u << 3, /**< plays what it is given at once, so that P may be estimated before its first
                                          * report (rule C8) */
  RTMULTI_SINK_FIXED_WRITES = 1u << 4    /**< REPORTED: each write is frame_ms long, as those of a PACED sink are */
};

/** Who knows what was heard. One contract, and a few ways to learn the position P. */
typedef uint32_t rtmulti_driver;
enum rtmulti_driver_values {
  /** The sink reports started, progress, marks and finished; between reports P is estimated. */
  RTMULTI_DRIVER_REPORTED = 0,
  /** The sink says nothing (a WebRTC track, a WebSocket, a file): the session writes blocks of frame_ms up to lead_ms
   * ahead of `now`, and P is what a clock that starts with the first write has passed: flagged estimated, and standing
   * still in an underrun. A report or a mark, where there is one, is a fact and wins. */
  RTMULTI_DRIVER_PACED = 1,
  /** A device takes its samples itself, from another thread: rtmulti_device_pull. P is what it took. Best with GAPLESS,
   * for between two messages it then has no block of silence. on_heard_audio has nothing for this driver. */
  RTMULTI_DRIVER_PULLED = 2,
  /** The host plays by itself, for it has the audio already (LiveKit beside this session): `write` gets a NULL for `pcm`
   * and is the right to play `frames` frames more of that segment, in order. It reports as a REPORTED sink does. */
  RTMULTI_DRIVER_HOST = 3
};

/** Takes up to `frames` frames of `pcm` (interleaved; NULL for a HOST sink) and returns how many it took. Fewer means
 * "full": the rest is offered again after the next report or rtmulti_session_sink_ready. More than `frames` counts as
 * `frames`, with one diagnostic STALE_REPORT for each segment. */
typedef int32_t (*rtmulti_sink_write_fn)(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames);
/** The same for a sink whose codec is G.711: `frames` codes, one for each frame, as G.711 has them (to the bit those of
 * ITU-T G.191). u-law that arrives as u-law at such a sink, or A-law as A-law, leaves as it came; only of the two zeros
 * of u-law the negative one becomes the positive. */
typedef int32_t (*rtmulti_sink_write_codes_fn)(void *user_data, uint64_t segment, const uint8_t *codes,
                                               uint32_t frames);
/** Says that no more frames will come for this segment; report it finished when it has been played out. */
typedef int32_t (*rtmulti_sink_flush_fn)(void *user_data, uint64_t segment);
/** Drops everything unheard, now. `segment` is the audible one. Answer with playback_finished, with the frames that
 * were really played, for each segment not finished yet. */
typedef int32_t (*rtmulti_sink_clear_fn)(void *user_data, uint64_t segment);
/** Stops playing without losing anything. */
typedef int32_t (*rtmulti_sink_pause_fn)(void *user_data);
/** Goes on where it stopped. */
typedef int32_t (*rtmulti_sink_resume_fn)(void *user_data);
/** Takes the text of a message without audio (rule B6), or whose audio is off (rule B11), in its turn; say
 * rtmulti_session_text_delivered when it has been shown.
 * Rules: docs/rules/RULES.md#B6 */
typedef int32_t (*rtmulti_sink_text_write_fn)(void *user_data, const char *item_id, size_t item_id_size,
                                              const char *text, size_t text_size);

/** A sink plays segments: the PCM of one audio part of one message each, under an id that is never used twice, never 0,
 * and below 2^53. For each segment it gets writes, then one flush; and it reports started, progress and finished with
 * the rtmulti_session_playback_... functions, from inside its callbacks or at any time later. Function pointers that a
 * sink does not need may be NULL, except `write` (or `write_codes`) when effects are delivered by callback; a pulled
 * sink needs none: it is never written to, and has flushed, cleared, paused or resumed already when it hears of it. Each
 * callback returns 0, or a negative number when it failed (law 2).
 *
 * PACED. Call rtmulti_session_advance at each rtmulti_session_next_deadline; that writes what is due. A write is
 * exactly frame_ms long, except the last one of a segment, which is as long as what is left of it. After a late
 * advance no more than lead_ms is written at once: what was missing is an underrun, not a burst. Clear needs no
 * answer. A segment that starts from silence waits until prebuffer_ms of it are there, or have passed, or it is
 * complete; and where audio came late before, longer (max_prebuffer_ms at most): the session remembers by how much the
 * audio of the last parts came late, and forgets an eighth of it with each part.
 *
 * FIXED_WRITES. For a REPORTED sink that takes blocks of one length (a codec, a queue of packets): a write is exactly
 * frame_ms long, except the last one of a segment, and what is left of a write that was not taken whole is filled up
 * again. What is less than frame_ms waits for more audio, or for the segment's end. pad_last_frame fills the last one with
 * silence: it is no audio of the message, and a report may count it or not. write_ahead_ms may be passed by less than
 * frame_ms.
 *
 * HOST. A write says: of this segment, whose message rtmulti_session_segment names, so many frames more may be played
 * now. Nothing is resampled or copied: of samples the session keeps only counts (it listens to them, because heard text
 * follows their pauses), packets wait until they may be played and are then decoded to be listened to. Take a segment
 * when you begin to play it: return 0 until then, and call rtmulti_session_sink_ready. A segment of which you have taken
 * nothing is over without a word of yours when it is cut, and no clear is called for it; of one that you have taken you
 * report and answer for a clear as any sink, with 0 frames if nothing of it was heard. A NULL for `write` takes
 * everything at once. write_ahead_ms holds here too: RTMULTI_UNLIMITED hands over all that is there. What only the host
 * has cannot be played by another sink: while such a message is unsettled, set_sink takes HOST sinks and NULL only. */
typedef struct rtmulti_sink {
  uint32_t struct_size;
  rtmulti_sink_flags flags;    /**< RTMULTI_SINK_... bits; CAN_PAUSE | CAN_CLEAR */
  rtmulti_driver driver;       /**< RTMULTI_DRIVER_...; REPORTED */
  uint32_t sample_rate_hz;     /**< 8000 to 48000; 24000 */
  uint32_t channels;           /**< 1 or 2; 1 */
  uint32_t output_latency_ms;  /**< how far the ear lags what the sink reports (rule C6), at most 5000; 0 */
  uint32_t frame_ms;           /**< PACED, FIXED_WRITES: the length of a write, 10 to 60; 20 */
  uint32_t lead_ms;            /**< PACED: how far writing runs ahead of the clock, frame_ms to 5000; 100 */
  uint32_t prebuffer_ms;       /**< PACED: how much is there before a start from silence, at most 2000; 0 */
  uint32_t max_prebuffer_ms;   /**< PACED: how far that may grow by itself where audio comes late, at most 2000; 200 */
  rtmulti_bool pad_last_frame; /**< PACED, FIXED_WRITES: silence fills the last write of a segment up to frame_ms; 0 */
  uint32_t fade_us;            /**< PULLED: how long the last sample before a cut, a pause or an underrun decays, at
                                * most 20000; 3000; 0 is hard */
  rtmulti_codec codec;         /**< how written frames come: PCM16, ULAW or ALAW (G.711, 8000 Hz, mono); PCM16 */
  uint32_t reserved;           /**< 0 */
  rtmulti_sink_write_fn write; /**< PCM16 */
  rtmulti_sink_write_codes_fn write_codes; /**< ULAW and ALAW */
  rtmulti_sink_flush_fn flush;
  rtmulti_sink_clear_fn clear;
  rtmulti_sink_pause_fn pause;
  rtmulti_sink_resume_fn resume;
  rtmulti_sink_text_write_fn text_write; /**< set it if the host shows text */
  rtmulti_release_fn release;            /**< the sink was replaced, or the session is being destroyed */
  void *user_data;
} rtmulti_sink;

/** Fills `sink` with the defaults named above and NULL callbacks. */
rtmulti_result rtmulti_sink_init(rtmulti_sink *sink, size_t struct_size);

/** Sets or replaces the sink (rule E5): what is unheard plays on the new one, under new segment ids, and reports about
 * the old one's segments are ignored from now on. NULL takes the sink away; audio then waits. `sink` is copied. The
 * old sink gets no clear; its `release` is called. After close a sink can only be taken away.
 * Errors: INVALID for a rate, channels, latency or flags that are none, and for a NULL `write` (`write_codes` of a G.711
 * sink); UNSUPPORTED for a codec that no sink has, for G.711 at a sink that is not written to (PULLED, HOST), and for
 * another driver while audio is unheard that only a HOST has; CLOSED.
 * In a callback: IN_CALLBACK, because the effect at hand belongs to the sink that is there.
 * Rules: docs/rules/RULES.md#E5 */
rtmulti_result rtmulti_session_set_sink(rtmulti_session *session, const rtmulti_sink *sink);

/** For `at_us` of a report: what it says holds now. Any other time is the one at which it held, in the same clock as
 * rtmulti_session_advance: a mark that was 60 ms on its way. Estimates go on from there (rule C8), and stand still where
 * the session knows that nothing played. What is later than now counts as now, and what is earlier than the sink was
 * written to as then; of a segment that is being cleared only the frames count.
 * Rules: docs/rules/RULES.md#C8 */
#define RTMULTI_NOW INT64_C(-1)

/** The sink began to play this segment: the first frame is about to be heard. Without it there are no speaking events;
 * the accounts do not need it (rule B8). Returns IGNORED for an unknown, finished or already started segment, with the
 * diagnostic stale_report.
 * Rules: docs/rules/RULES.md#B8 */
rtmulti_result rtmulti_session_playback_started(rtmulti_session *session, uint64_t segment, int64_t at_us);

/** The sink has played `frames` frames of this segment so far, at its own rate. More than was written counts as what
 * was written, and is told once for each segment with the diagnostic stale_report (rule E1): report what your device
 * has played of what it got. Returns IGNORED, with the same diagnostic, when the segment is unknown, finished or being
 * cleared, or when it had come further before.
 * Rules: docs/rules/RULES.md#E1 */
rtmulti_result rtmulti_session_playback_progress(rtmulti_session *session, uint64_t segment, int64_t frames,
                                                 int64_t at_us);

/** The sink is done with this segment after `frames` frames: played out, or dropped by a clear. Numbers beat flags
 * (rule B9): `interrupted` is only remembered for the record. Before the flush this counts as progress. Returns
 * IGNORED as playback_progress does.
 * Rules: docs/rules/RULES.md#B9 */
rtmulti_result rtmulti_session_playback_finished(rtmulti_session *session, uint64_t segment, int64_t frames,
                                                 rtmulti_bool interrupted, int64_t at_us);

/** Writes the name of a mark, at most 48 bytes with its NUL, for sinks that answer in marks (telephony, rule E6): send
 * it behind `frames` frames of the segment, and hand the name back when the far end returns it. Names are never used
 * twice for different places. Returns the size without the NUL, or 0 when `name` is NULL or too small, or the place
 * cannot be one.
 * Thread: any.
 * Rules: docs/rules/RULES.md#E6 */
size_t rtmulti_mark_name(uint64_t segment, int64_t frames, char *name, size_t capacity);

/** A mark came back: what lies before it has been played. One that lies at the end of a flushed segment finishes it.
 * Marks that come back because of a clear do not count (rule E6): answer the clear itself with playback_finished and
 * the frames you know of, 0 if none; what marks had acknowledged is kept. Returns IGNORED for a mark of an old sink or
 * of somebody else.
 * Rules: docs/rules/RULES.md#E6 */
rtmulti_result rtmulti_session_playback_mark(rtmulti_session *session, const char *name, size_t name_size,
                                             int64_t at_us);

/** The far end has `frames` frames left to play, at the sink's rate: all that was written but these has been played.
 * For paced sinks whose far end tells the length of its queue: it turns an estimate into a fact. `at_us` is RTMULTI_NOW.
 * Errors: UNSUPPORTED for any other time, for nobody knows how much of what was written since then waits there, too.
 * Returns IGNORED when nothing lies in the sink. */
rtmulti_result rtmulti_session_playback_queued(rtmulti_session *session, int64_t frames, int64_t at_us);

/** A device that takes its samples itself, from another, real-time thread: the exception to law 1. It keeps its rate
 * and its channels for ever. A sink that is set later is another device, and this one then gives silence; it gives
 * silence too when the session is paused, closed or gone. Nothing is forbidden while sinks change and sessions end.
 * Memory: it is counted. rtmulti_session_device counts you in, each rtmulti_device_retain once more, and each
 * rtmulti_device_release out. Any thread may release, also last and also the real-time thread, for a release frees
 * nothing: what nobody holds any more is freed by the next rtmulti_session_create, _set_sink, _device or _destroy of
 * any session, on that call's thread. So let go before you destroy the session, and nothing stays behind. */
typedef struct rtmulti_device rtmulti_device;

/** The device of the session's sink, whose driver must be PULLED; yours until you release it. Sets *device to NULL when
 * it returns an error.
 * Errors: UNSUPPORTED without such a sink. */
rtmulti_result rtmulti_session_device(const rtmulti_session *session, rtmulti_device **device);

/** Holds a device once more. NULL is allowed.
 * Thread: any that holds it. */
void rtmulti_device_retain(rtmulti_device *device);
/** Lets go of a device. NULL is allowed.
 * Thread: any that holds it, a real-time one included: frees nothing. */
void rtmulti_device_release(rtmulti_device *device);

/** The frames a second that a device takes: the sample_rate_hz of its sink; 0 for NULL.
 * Thread: any that holds it. */
uint32_t rtmulti_device_sample_rate_hz(const rtmulti_device *device);
/** The samples of each frame: the channels of its sink; 0 for NULL.
 * Thread: any that holds it. */
uint32_t rtmulti_device_channels(const rtmulti_device *device);

/** A device takes its next `frames` frames: fills `buffer` (interleaved, frames * channels samples) with what is to be
 * heard next and with silence behind it, and returns how many of the frames are audio of messages. They count as heard
 * from then on, `delay_frames` later (rule C6): those that lie between this call and the listener's ear. Channels that
 * are not the device's, and a NULL device, give zeros and 0; a NULL buffer gives 0.
 * Thread: one at a time for each device, which may be the session's own, in a callback too. It waits for nobody,
 * allocates nothing, makes no system call and calls nobody back; 128 KiB of stack are enough for it. Events that
 * follow from it come with the next call on the session's thread: call rtmulti_session_advance at its deadlines, at
 * most 10 ms apart while something plays. After a cut SETTLED comes at once, and what was taken is still on its way to
 * the ear: stop your hardware delay_frames later.
 * Rules: docs/rules/RULES.md#C6 */
uint32_t rtmulti_device_pull(rtmulti_device *device, int16_t *buffer, uint32_t frames, uint32_t channels,
                             uint32_t delay_frames);
/** The same in floating point, -1 to 1. */
uint32_t rtmulti_device_pull_f32(rtmulti_device *device, float *buffer, uint32_t frames, uint32_t channels,
                                 uint32_t delay_frames);

/** The sink can take more after it was full. */
rtmulti_result rtmulti_session_sink_ready(rtmulti_session *session);

/* ---------------------------------------------------------------------------------------------------
 * What comes out: events, commands, diagnostics
 * ------------------------------------------------------------------------------------------------- */

/** What became of a message, decided once and never revised (docs/rules/RULES.md#B). */
typedef uint32_t rtmulti_outcome;
enum rtmulti_outcome_values {
  RTMULTI_OUTCOME_PENDING = 0,   /**< not settled yet */
  RTMULTI_OUTCOME_FULL = 1,      /**< all of it was heard */
  RTMULTI_OUTCOME_PARTIAL = 2,   /**< some of it was heard */
  RTMULTI_OUTCOME_SKIPPED = 3,   /**< nothing of it was heard */
  RTMULTI_OUTCOME_TEXT_ONLY = 4  /**< delivered as text; heard_ms says what was heard of it besides */
};

/** How the server's generation of a response stands or ended. */
typedef uint32_t rtmulti_status;
enum rtmulti_status_values {
  RTMULTI_STATUS_IN_PROGRESS = 0,
  RTMULTI_STATUS_COMPLETED = 1,
  RTMULTI_STATUS_CANCELLED = 2,
  RTMULTI_STATUS_INCOMPLETE = 3,
  RTMULTI_STATUS_FAILED = 4
};

/** The server's word for a status, "in_progress" for example; "unknown" for a number that is none. Never NULL, lives
 * for ever.
 * Thread: any.
 * In a callback: allowed. */
const char *rtmulti_status_name(rtmulti_status status);

/** The record of a message: what became of it, and what was heard. It is told once, when the message settles, and may
 * be asked for at any time. */
typedef struct rtmulti_message {
  uint32_t struct_size;
  rtmulti_outcome outcome;
  const char *response_id;
  size_t response_id_size;
  const char *item_id;
  size_t item_id_size;
  int32_t output_index;
  rtmulti_status status;       /**< how the server's generation of its response stands or ended */
  const char *reason;          /**< the server's reason for that status, or "" */
  size_t reason_size;
  const char *phase;           /**< what rtmulti_session_set_phase or the wire said of it, or "" */
  size_t phase_size;
  rtmulti_bool interrupted;    /**< an interrupt or close ended this message, or its sink said so */
  rtmulti_bool estimated;      /**< the position is estimated */
  rtmulti_bool text_estimated; /**< where its heard text ends is an estimate; full and with spans it is exact */
  rtmulti_bool of_lost_session; /**< its connection was lost before it settled: a new session that was seeded meanwhile has
                                * all of it or none, and wants it written anew with heard_text, or deleted (rule F8) */
  int64_t heard_ms;            /**< P, the sum over the audio parts; of a message that the server played by itself (rule
                                * F4) where it has cut it, or its share of the time for which its response played */
  int64_t received_ms;         /**< R, the sum over the audio parts; 0 where the server played them by itself */
  int64_t started_us;          /**< when its first frame was heard, or -1 */
  int64_t stopped_us;          /**< when its last one was, or -1 */
  const char *heard_text;      /**< all text of it that was heard */
  size_t heard_text_size;
  const char *generated_text;  /**< all text that had come for it, heard or not (rule G5) */
  size_t generated_text_size;
} rtmulti_message;

/** Fills `message` with zeros and its size. */
rtmulti_result rtmulti_message_init(rtmulti_message *message, size_t struct_size);

/** What an event tells; behind each kind the fields that it names. */
typedef uint32_t rtmulti_event_kind;
enum rtmulti_event_kind_values {
  RTMULTI_EVENT_SPEAKING_STARTED = 1, /**< response_id, at_us: the first frame of a response is heard, or
                                       * the next one after another response was (rule A8) */
  RTMULTI_EVENT_SPEAKING_STOPPED = 2, /**< response_id, at_us: no more of it is heard, or another one is; once for each
                                       * SPEAKING_STARTED, before the next one and before its SETTLED */
  RTMULTI_EVENT_SETTLED = 3,          /**< response_id, interrupted, at_us: every message of it has its outcome, and the
                                       * commands that follow from that are out */
  RTMULTI_EVENT_PLAYBACK_STARTED = 4, /**< response_id, item_id, content_index, segment */
  RTMULTI_EVENT_HEARD_TEXT = 5,       /**< response_id, item_id, content_index, text (the new piece), estimated */
  RTMULTI_EVENT_MESSAGE = 6,          /**< response_id, item_id, output_index, message: the record of a message, also of
                                       * one that was skipped */
  RTMULTI_EVENT_FUNCTION_CALL = 7     /**< response_id, item_id, output_index, call_id, name, arguments */
};

/** One event. Fields that its kind does not name are 0, NULL or "". */
typedef struct rtmulti_event {
  uint32_t struct_size;
  rtmulti_event_kind kind;
  const char *response_id;
  size_t response_id_size;
  const char *item_id;
  size_t item_id_size;
  int32_t output_index;
  int32_t content_index;
  uint64_t segment;
  int64_t at_us;          /**< when it happened; of a response that was cut and settles, when it was cut */
  const char *text;       /**< the piece that was just heard */
  size_t text_size;
  rtmulti_bool estimated; /**< its place in the text is estimated */
  rtmulti_bool interrupted; /**< the response was cut: by an interrupt, by close, or by the server */
  const char *call_id;
  size_t call_id_size;
  const char *name;
  size_t name_size;
  const char *arguments;
  size_t arguments_size;
  const rtmulti_message *message;
} rtmulti_event;

/** Fills `event` with zeros and its size. */
rtmulti_result rtmulti_event_init(rtmulti_event *event, size_t struct_size);

/** What the server must be told; behind each kind the fields that it names. */
typedef uint32_t rtmulti_command_kind;
enum rtmulti_command_kind_values {
  RTMULTI_COMMAND_CANCEL = 1,      /**< response.cancel: response_id */
  RTMULTI_COMMAND_TRUNCATE = 2,    /**< conversation.item.truncate: item_id, content_index, audio_end_ms */
  RTMULTI_COMMAND_DELETE = 3,      /**< conversation.item.delete: item_id */
  RTMULTI_COMMAND_SYNC = 4,        /**< replace the context: kept and dropped (no OpenAI event does this) */
  RTMULTI_COMMAND_CREATE = 5,      /**< conversation.item.create: item_id again with heard_text (rule F9) */
  RTMULTI_COMMAND_CLEAR_OUTPUT = 6 /**< output_audio_buffer.clear: response_id, what it is about (rule F4) */
};

/** An item in a SYNC. */
typedef struct rtmulti_kept_item {
  uint32_t struct_size;
  uint32_t reserved;
  const char *item_id;
  size_t item_id_size;
  const char *heard_text; /**< what was heard of a partial message; NULL for an item kept whole, or dropped */
  size_t heard_text_size;
} rtmulti_kept_item;

/** Fills `item` with zeros and its size. */
rtmulti_result rtmulti_kept_item_init(rtmulti_kept_item *item, size_t struct_size);

/** Something the server must be told: send `json` as it is, or build your own from the fields. Fields that the kind
 * does not name are 0, NULL or "". */
typedef struct rtmulti_command {
  uint32_t struct_size;
  rtmulti_command_kind kind;
  const char *event_id; /**< unique in this session; rejections are correlated by it (rule F5) */
  size_t event_id_size;
  const char *response_id;
  size_t response_id_size;
  const char *item_id;
  size_t item_id_size;
  int32_t content_index;
  rtmulti_bool estimated; /**< audio_end_ms or heard_text rests on an estimated position */
  int64_t audio_end_ms;
  rtmulti_bool has_audio; /**< the item's modalities as the server announced them */
  rtmulti_bool has_text;
  const char *heard_text; /**< CREATE: what the listener heard of the item */
  size_t heard_text_size;
  const rtmulti_kept_item *const *kept; /**< SYNC: kept_count addresses of items, so that an item can grow */
  size_t kept_count;
  const rtmulti_kept_item *const *dropped;
  size_t dropped_count;
  const char *json; /**< one JSON object, ready to send; for SYNC of type "rtmulti.sync" */
  size_t json_size;
} rtmulti_command;

/** Fills `command` with zeros and its size. */
rtmulti_result rtmulti_command_init(rtmulti_command *command, size_t struct_size);

/** What a diagnostic is about. */
typedef uint32_t rtmulti_diagnostic_kind;
enum rtmulti_diagnostic_kind_values {
  RTMULTI_DIAGNOSTIC_LATE_AUDIO = 1, /**< audio for a message that is over; once per part (rule A4) */
  RTMULTI_DIAGNOSTIC_UNKNOWN_ITEM = 2, /**< an item that was never announced; once when it is opened (rule A5) */
  RTMULTI_DIAGNOSTIC_STALE_REPORT = 3, /**< a report that is late, repeated, backwards, unknown or too far, or a write that
                                        * took more than it was offered (rule E1) */
  RTMULTI_DIAGNOSTIC_CLEAR_TIMEOUT = 4, /**< the sink did not answer a clear in time (rule E2) */
  RTMULTI_DIAGNOSTIC_COMMAND_REJECTED = 5, /**< the server refused a command (rule F5) */
  RTMULTI_DIAGNOSTIC_MEMORY_DIFFERS = 6, /**< the server remembers something else than was heard (rules F1, F10) */
  RTMULTI_DIAGNOSTIC_CORRUPT_PACKET = 7, /**< a packet or Ogg page is damaged or missing; it is made up for (rule H3) */
  RTMULTI_DIAGNOSTIC_ODD_BYTE = 8, /**< half a sample or character at the end of a part (rule H5) */
  RTMULTI_DIAGNOSTIC_LIMIT = 9, /**< an input was refused because of a limit */
  RTMULTI_DIAGNOSTIC_REFUSED_PAUSE = 10, /**< this sink cannot pause (rule E4) */
  RTMULTI_DIAGNOSTIC_PROTOCOL = 11, /**< an event that makes no sense where it came */
  RTMULTI_DIAGNOSTIC_MISSING_DONE = 12, /**< a response was taken for ended, for its end never came; once (rule A6) */
  RTMULTI_DIAGNOSTIC_UNKNOWN_FORMAT = 13, /**< audio that is not played: its format or its event is unknown (rule C3) */
  RTMULTI_DIAGNOSTIC_SILENT_SINK = 14, /**< a reporting sink was written to and has never reported; once (rule E9) */
  RTMULTI_DIAGNOSTIC_COMMAND_UNANSWERED = 15, /**< no answer to a command in command_patience_ms (rule F11) */
  RTMULTI_DIAGNOSTIC_CALLBACK_FAILED = 16 /**< a callback failed; once for each callback (rule E10) */
};

/** The name of a diagnostic, "late_audio" for example; "unknown" for a number that is none.
 * Thread: any. */
const char *rtmulti_diagnostic_name(rtmulti_diagnostic_kind kind);

/** Something worth a line in a log. Nothing was lost that is not named here. */
typedef struct rtmulti_diagnostic {
  uint32_t struct_size;
  rtmulti_diagnostic_kind kind;
  rtmulti_result result; /**< the error, where an input from inside a callback or a limit caused it; else OK */
  uint32_t reserved;
  const char *message; /**< one English sentence */
  size_t message_size;
  const char *response_id;
  size_t response_id_size;
  const char *item_id;
  size_t item_id_size;
  uint64_t segment;
} rtmulti_diagnostic;

/** Fills `diagnostic` with zeros and its size. */
rtmulti_result rtmulti_diagnostic_init(rtmulti_diagnostic *diagnostic, size_t struct_size);

/** PCM that has been heard, at the sink's rate and channels, gapless over the life of a segment. For a G.711 sink it is
 * what was encoded. */
typedef struct rtmulti_heard_audio {
  uint32_t struct_size;
  uint32_t sample_rate_hz;
  uint32_t channels;
  uint32_t frames;
  const int16_t *pcm;
  uint64_t segment;
  const char *item_id;
  size_t item_id_size;
} rtmulti_heard_audio;

/** Fills `heard` with zeros and its size. */
rtmulti_result rtmulti_heard_audio_init(rtmulti_heard_audio *heard, size_t struct_size);

/** Takes an event. */
typedef int32_t (*rtmulti_on_event_fn)(void *user_data, const rtmulti_event *event);
/** Takes a command: send it to the server. */
typedef int32_t (*rtmulti_on_command_fn)(void *user_data, const rtmulti_command *command);
/** Takes a diagnostic. */
typedef int32_t (*rtmulti_on_diagnostic_fn)(void *user_data, const rtmulti_diagnostic *diagnostic);
/** Takes audio that was heard. */
typedef int32_t (*rtmulti_on_heard_audio_fn)(void *user_data, const rtmulti_heard_audio *heard);

/** Where events, commands, diagnostics and heard audio go. Any pointer may be NULL: that family is then dropped. Each
 * callback returns 0, or a negative number to stop the delivery (law 2). */
typedef struct rtmulti_handlers {
  uint32_t struct_size;
  uint32_t reserved; /**< 0 */
  rtmulti_on_event_fn on_event;
  rtmulti_on_command_fn on_command;
  rtmulti_on_diagnostic_fn on_diagnostic;
  rtmulti_on_heard_audio_fn on_heard_audio;
  rtmulti_release_fn release;
  void *user_data;
} rtmulti_handlers;

/** Fills `handlers` with NULL. */
rtmulti_result rtmulti_handlers_init(rtmulti_handlers *handlers, size_t struct_size);

/** Sets or replaces the handlers; `handlers` is copied, the old ones' `release` is called. NULL takes them away.
 * In a callback: IN_CALLBACK. */
rtmulti_result rtmulti_session_set_handlers(rtmulti_session *session, const rtmulti_handlers *handlers);

/** The kinds of polled effects; behind each the fields that it names. */
typedef uint32_t rtmulti_effect_kind;
enum rtmulti_effect_kind_values {
  RTMULTI_EFFECT_WRITE = 1,      /**< segment, pcm (NULL for a HOST sink) or codes (of a G.711 sink), frames, channels;
                                  * all of it counts as taken unless you say less */
  RTMULTI_EFFECT_FLUSH = 2,      /**< segment */
  RTMULTI_EFFECT_CLEAR = 3,      /**< segment */
  RTMULTI_EFFECT_PAUSE = 4,
  RTMULTI_EFFECT_RESUME = 5,
  RTMULTI_EFFECT_TEXT_WRITE = 6, /**< item_id, text */
  RTMULTI_EFFECT_EVENT = 7,      /**< event */
  RTMULTI_EFFECT_COMMAND = 8,    /**< command */
  RTMULTI_EFFECT_DIAGNOSTIC = 9, /**< diagnostic */
  RTMULTI_EFFECT_HEARD_AUDIO = 10 /**< heard_audio */
};

/** One effect, for hosts that poll. */
typedef struct rtmulti_effect {
  uint32_t struct_size;
  rtmulti_effect_kind kind;
  uint64_t segment;
  const int16_t *pcm; /**< interleaved, `frames` frames of `channels` channels */
  uint32_t frames;
  uint32_t channels;
  const char *item_id;
  size_t item_id_size;
  const char *text;
  size_t text_size;
  const rtmulti_event *event;
  const rtmulti_command *command;
  const rtmulti_diagnostic *diagnostic;
  const rtmulti_heard_audio *heard_audio;
  const uint8_t *codes; /**< `frames` codes of G.711 */
} rtmulti_effect;

/** Fills `effect` with zeros and its size. */
rtmulti_result rtmulti_effect_init(rtmulti_effect *effect, size_t struct_size);

/** Takes the next effect, in the order in which callbacks would have come. Set effect->struct_size first. Returns OK,
 * or DONE when nothing is left. POLL UNTIL DONE AFTER EACH INPUT: audio that still waits here was not written, and a
 * report of it counts for nothing (rule E1).
 * Errors: UNSUPPORTED when the session delivers by callback; IN_CALLBACK.
 * Memory: what the effect points to lives until the next call on this session.
 * Rules: docs/rules/RULES.md#E1 */
rtmulti_result rtmulti_session_poll(rtmulti_session *session, rtmulti_effect *effect);

/** After a polled WRITE: only `frames` of it were taken; the rest is offered again after the next report or
 * rtmulti_session_sink_ready.
 * Errors: INVALID unless the last call was the poll of a WRITE of at least as many frames. */
rtmulti_result rtmulti_session_poll_accept(rtmulti_session *session, uint32_t frames);

/* ---------------------------------------------------------------------------------------------------
 * What the server says
 *
 * A content_index of -1 means: the item's first audio part, else 0. A delta for an unknown item opens it
 * in the response that it names (else the newest); but a transcript in a response that has audio waits for audio of its
 * item, or for the message that spoke last to settle, which is then given it (rule A5). Repeated announcements change nothing and answer
 * IGNORED. For those with a response_id: it may be NULL where the protocol does not say it.
 *
 * What a server can make a session remember has an end. LIMIT_ITEMS answers the 257th response that waits for an
 * unsettled one, the 16385th item of a response, the 65th part of an item, and items and parts past 65536 in all;
 * LIMIT_TEXT text past 16 MiB in all, to which a piece with a span counts 32 bytes more. From half of the last two on,
 * settled responses are forgotten sooner than rule D11 says. Nothing is changed by what is refused, and there is room
 * again when responses have settled and a new one comes.
 *
 * But a limit never leaves a hole (rule A13). Audio that is refused by a LIMIT_... may be offered again, as it was, before
 * anything else of its part. When other audio of the part, its text or its end comes first, and at once where it came by
 * rtmulti_session_receive_json, the part ends where it is: what comes for it then is IGNORED, its message is partial, and
 * the server is told so when the part is done. A text that is refused ends the text of its item in the same way; the
 * message's audio goes on, and its record says text_estimated. A message that is refused with LIMIT_ITEMS may be offered
 * again until its item or its response is done; then, and at once where its audio or text came as JSON, the server is told
 * to delete it.
 * Each of these is told by one diagnostic LIMIT.
 * ------------------------------------------------------------------------------------------------- */

/** What is special about a response: a set of RTMULTI_RESPONSE_... bits. */
typedef uint32_t rtmulti_response_flags;
enum rtmulti_response_flag_bits {
  RTMULTI_RESPONSE_UNINTERRUPTIBLE = 1u << 0, /**< a listener cannot interrupt it (rule A10) */
  RTMULTI_RESPONSE_LOCAL = 1u << 1,           /**< the host's own audio: the server is never told (rule A11) */
  RTMULTI_RESPONSE_OUT_OF_BAND = 1u << 2,     /**< conversation "none": never truncated or deleted (rule A6) */
  RTMULTI_RESPONSE_TEXT = 1u << 3             /**< its modality is text (rule B6) */
};

/** Takes one event of the OpenAI Realtime API (GA or beta names) as it came: one JSON object, UTF-8. It does what the
 * functions below do, in their words: session.created and .updated (formats, modalities), response.created and .done,
 * response.output_item.added and .done, conversation.item.added, .created, .done, .deleted and .truncated,
 * response.content_part.added and .done, response.output_audio, .output_audio_transcript and .output_text .delta and
 * .done, response.function_call_arguments.done, input_audio_buffer.speech_started (an interrupt by the listener when
 * config.interrupt_on_speech is YES) and error. A response created with the metadata key "client_event_id" is the one
 * expected under that token, and an error about that token as the event id of a request ends the expectation (rule
 * D12). What other servers send in words of their own is listed in docs/wire.md. Other events and fields change
 * nothing: IGNORED, as is an event that is handed over twice (rule A12).
 * Errors: INVALID when the text is not one well-formed JSON object in UTF-8, or an event lacks a field that it must
 * have; UNSUPPORTED for audio of a format that nobody plays, with one diagnostic UNKNOWN_FORMAT (rule C3); LIMIT_EVENT
 * past max_event_bytes; those of the function that does the work. rtmulti_session_last_error says where the text
 * breaks, or which field of which event is wrong. No error changes anything, but for what a limit leaves
 * (rule A13).
 * In a callback: queued, and then unchecked until it runs.
 * Rules: docs/rules/RULES.md#A12, #C3, #D12 */
rtmulti_result rtmulti_session_receive_json(rtmulti_session *session, const char *text, size_t text_size);

/** A response of the conversation was asked for and is not created yet (rule D12). `token` is yours: name it again in
 * rtmulti_session_response_created. Until then an interrupt covers it: the response is then cancelled as soon as it is
 * created. Where the server gives no tokens back (nothing was ever created with one), the oldest expectation is that of
 * the next response of the conversation, except of one that answers the listener's own turn: the first behind a
 * speech_stopped or committed event.
 *
 * NULL stands for a response that cannot be named, because the client has no place for a token: the next one of the
 * conversation that comes without one, with the same exception. Each call expects one more.
 *
 * An expectation ends when its response is created, when it is withdrawn, when the server refuses the request (by JSON: an
 * error with the token as its event id, or one that says that a response is active already), at a reconnect, and, once it
 * was interrupted, after command_patience_ms.
 * Errors: LIMIT_ITEMS past 64 of both kinds. Returns IGNORED for a token that is expected already.
 * Rules: docs/rules/RULES.md#D12 */
rtmulti_result rtmulti_session_expect_response(rtmulti_session *session, const char *token, size_t token_size);

/** The same for a response outside of the conversation (`conversation: none`): only an interrupt that names the token
 * covers it, and the response is out-of-band even where the server's own words leave that out.
 * Errors: LIMIT_ITEMS past 64 of both kinds. Returns IGNORED for a token that is expected already.
 * Rules: docs/rules/RULES.md#D12, #A6 */
rtmulti_result rtmulti_session_expect_out_of_band(rtmulti_session *session, const char *token, size_t token_size);

/** The response is not expected any more, for it was not asked for after all, or refused in words that only you know: a
 * response that is created with this token later is one like any other. NULL withdraws the newest that was expected without
 * one. Returns IGNORED for what is not expected.
 * Rules: docs/rules/RULES.md#D12 */
rtmulti_result rtmulti_session_unexpect_response(rtmulti_session *session, const char *token, size_t token_size);

/** The server created a response; `flags` are RTMULTI_RESPONSE_... bits. `token` is that of
 * rtmulti_session_expect_response, or NULL.
 * Errors: LIMIT_ITEMS. */
rtmulti_result rtmulti_session_response_created(rtmulti_session *session, const char *response_id,
                                                size_t response_id_size, rtmulti_response_flags flags,
                                                const char *token, size_t token_size);

/** The server's generation of a response has ended; its items and parts are done with it. `reason` may be NULL. An end
 * other than COMPLETED is no interruption (rule F7).
 * Rules: docs/rules/RULES.md#F7 */
rtmulti_result rtmulti_session_response_done(rtmulti_session *session, const char *response_id,
                                             size_t response_id_size, rtmulti_status status, const char *reason,
                                             size_t reason_size);

/** What an output item is: a message speaks or shows text, the others are left alone. */
typedef uint32_t rtmulti_item_kind;
enum rtmulti_item_kind_values {
  RTMULTI_ITEM_MESSAGE = 1,
  RTMULTI_ITEM_FUNCTION_CALL = 2,
  RTMULTI_ITEM_OTHER = 3
};

/** The server announced an output item. `output_index` -1 means the highest so far + 1; a repeated index keeps the
 * order of announcement.
 * Errors: LIMIT_ITEMS. */
rtmulti_result rtmulti_session_item_added(rtmulti_session *session, const char *response_id,
                                          size_t response_id_size, const char *item_id, size_t item_id_size,
                                          int32_t output_index, rtmulti_item_kind kind);

/** Notes the phase that the server gave a message ("commentary", "final_answer" or whatever comes); it is passed
 * through to the message's record. At most 64 bytes. Returns IGNORED for an unknown item. */
rtmulti_result rtmulti_session_set_phase(rtmulti_session *session, const char *item_id, size_t item_id_size,
                                         const char *phase, size_t phase_size);

/** What a content part holds: audio and its transcript, or text that is not spoken. */
typedef uint32_t rtmulti_part_kind;
enum rtmulti_part_kind_values {
  RTMULTI_PART_AUDIO = 1,
  RTMULTI_PART_TEXT = 2
};

/** The server announced a content part. `format` may be NULL for that of rtmulti_session_set_format.
 * Errors: UNSUPPORTED for a format that is none; INVALID for a content_index not in 0...65535; LIMIT_ITEMS. */
rtmulti_result rtmulti_session_part_added(rtmulti_session *session, const char *response_id,
                                          size_t response_id_size, const char *item_id, size_t item_id_size,
                                          int32_t content_index, rtmulti_part_kind kind,
                                          const rtmulti_format *format);

/** Audio of a part arrived, in the part's format: any number of bytes for PCM16, G.711 and Ogg, exactly one packet for
 * raw Opus, in the order in which they play (for packets with numbers there is rtmulti_session_packet). Audio for a
 * text part is the host's own voice for it (rule F9).
 *
 * An Ogg Opus stream (RFC 7845) begins with its first page and has channel mapping family 0. Anything else (another
 * codec, more channels, the middle of a stream, no Ogg at all) is UNSUPPORTED in the call in which it shows, and the
 * bytes of that call count as never sent; rtmulti_session_last_error says which it is. Pre-skip, output gain and end
 * trim are obeyed to the sample; since the end may trim it, the newest packet counts as received when the page after
 * it comes, the part is done, or the stream of another part has begun. Other streams may follow in the same part; one of
 * them that cannot be played is left out, with the diagnostic CORRUPT_PACKET. How long a piece of a stream is shows only when it is taken apart: the call
 * that passes max_response_ms is taken whole, and the next one is LIMIT_AUDIO.
 *
 * Where pages are missing or damaged, the granule position of the next one says how much is missing, and that counts
 * as received: it is made up for as between two packets of rtmulti_session_packet, up to RTMULTI_TIMESTAMP_JUMP_MS;
 * with one diagnostic CORRUPT_PACKET. A page that comes twice or late is dropped. A jump of the granule position alone
 * is none: such a writer has only counted badly, and its packets follow each other.
 *
 * Errors: LIMIT_AUDIO, LIMIT_QUEUE and, when it opens an item or part, LIMIT_ITEMS; UNSUPPORTED for what is to be an
 * Ogg Opus stream and cannot be played. Returns IGNORED when nobody will hear it (rules A4, A13, D6).
 * Rules: docs/rules/RULES.md#A4, #A13, #D6, #F9 */
rtmulti_result rtmulti_session_audio(rtmulti_session *session, const char *response_id, size_t response_id_size,
                                     const char *item_id, size_t item_id_size, int32_t content_index,
                                     const void *bytes, size_t bytes_size);

/** An audio delta of the wire whose JSON somebody else has read (an SDK, a framework): its audio as the event has it, in
 * base64, which is decoded here. Just as the same event given to rtmulti_session_receive_json: one that comes twice with
 * its `event_id` (NULL where it has none) counts once (rule A12), and what is refused for a limit ends its part (A13).
 * Errors: those of rtmulti_session_audio; LIMIT_EVENT past max_event_bytes; INVALID for what is no base64.
 * Rules: docs/rules/RULES.md#A12, #A13 */
rtmulti_result rtmulti_session_audio_base64(rtmulti_session *session, const char *response_id, size_t response_id_size,
                                            const char *item_id, size_t item_id_size, int32_t content_index,
                                            const char *base64, size_t base64_size, const char *event_id,
                                            size_t event_id_size);

/* In what rtmulti_session_packet has patience. */
#define RTMULTI_SEQUENCE_WINDOW 4       /**< packets that may wait for one before them; with one more it is lost */
#define RTMULTI_SEQUENCE_PATIENCE_MS 60 /**< how long they wait for it while nothing comes in order */
#define RTMULTI_CONCEALMENT_MS 120      /**< how much of a loss is concealed in one piece; the rest is zeros */
#define RTMULTI_TIMESTAMP_JUMP_MS 2000  /**< a longer jump in time is no gap: the packet follows the one before it */

/** One raw Opus packet of a part arrived, with the sequence number and the 48 kHz timestamp of its sender, as RTP has
 * them: both begin anywhere and wrap. Packets play in the order of their numbers. One that comes early waits for those
 * before it: until they come, RTMULTI_SEQUENCE_WINDOW is exceeded, the patience ends (call rtmulti_session_advance at
 * the next deadline), or the part, its item or its response is done. What is missing then is made up for to the
 * sample, and counts as received: the piece before a packet from its in-band FEC where it has that, what is before it
 * by concealment. A jump in time without a missing number is a sender that was silent (DTX): comfort noise. A jump
 * that is too long, or backwards, is none; a packet 100 or more behind, or too far behind in time, begins a new count
 * if the one after it follows.
 *
 * The first packet that comes begins the part, and what was before it is late. Where you know that another was the
 * first, say so before: with its numbers and a size of 0. A part is fed by this function or by rtmulti_session_audio,
 * never by both.
 *
 * Errors: INVALID for a part that rtmulti_session_audio feeds (and there for one that this function does); UNSUPPORTED
 * when the part's codec is not OPUS; LIMIT_AUDIO, LIMIT_QUEUE and, when it opens an item or part, LIMIT_ITEMS. Returns
 * IGNORED for a packet that comes twice or late (rule H2), for a size of 0 once the part has begun, and when nobody
 * will hear it (rules A4, D6).
 * Rules: docs/rules/RULES.md#A4, #D6, #H2 */
rtmulti_result rtmulti_session_packet(rtmulti_session *session, const char *response_id, size_t response_id_size,
                                      const char *item_id, size_t item_id_size, int32_t content_index,
                                      const void *bytes, size_t bytes_size, uint16_t sequence, uint32_t timestamp);

/** Text of a part arrived: the transcript of an audio part or the text of a text part. start_ms and end_ms say when it
 * is spoken, in the part's own time; -1 when that is not known. A piece may end within a character: what has come of it
 * waits for the rest, with which the next piece must begin. Where the part ends before that comes it is dropped, with
 * the diagnostic odd_byte.
 * Errors: LIMIT_TEXT and, when it opens an item or part, LIMIT_ITEMS. Returns IGNORED behind either, and behind audio
 * that was refused (rule A13).
 * Rules: docs/rules/RULES.md#A13, #G2 */
rtmulti_result rtmulti_session_text(rtmulti_session *session, const char *response_id, size_t response_id_size,
                                    const char *item_id, size_t item_id_size, int32_t content_index,
                                    const char *text, size_t text_size, int64_t start_ms, int64_t end_ms);

/** No more will come for this part. */
rtmulti_result rtmulti_session_part_done(rtmulti_session *session, const char *item_id, size_t item_id_size,
                                         int32_t content_index);
/** No more will come for this item. */
rtmulti_result rtmulti_session_item_done(rtmulti_session *session, const char *item_id, size_t item_id_size);

/** The server has forgotten this item, unasked or because of a DELETE. Unasked it is a cut at 0: no command names the
 * item any more, and if anything of it was heard, or is heard yet, the diagnostic memory_differs says so when the item
 * has settled (rule F10). Returns IGNORED for an item that is unknown or forgotten already, and for an answer.
 * Rules: docs/rules/RULES.md#F10 */
rtmulti_result rtmulti_session_item_deleted(rtmulti_session *session, const char *item_id, size_t item_id_size);
/** The server has cut this part at `audio_end_ms`, because of a TRUNCATE at just this place or by itself. Its own cut stops
 * nothing that plays. When the item settles, a TRUNCATE says what was heard if that is less, nothing is said if it is as
 * much, and memory_differs if it is more; behind the settlement memory_differs comes at once (rule F10).
 * Errors: INVALID for a negative audio_end_ms. Returns IGNORED for a part that is unknown or cut as short already, and for
 * an answer.
 * Rules: docs/rules/RULES.md#F10 */
rtmulti_result rtmulti_session_part_truncated(rtmulti_session *session, const char *item_id, size_t item_id_size,
                                              int32_t content_index, int64_t audio_end_ms);

/** What a server that plays by itself says of its output buffer. */
typedef uint32_t rtmulti_buffer_word;
enum rtmulti_buffer_word_values {
  RTMULTI_BUFFER_STARTED = 1, /**< it plays this response; what it played before that was heard whole */
  RTMULTI_BUFFER_STOPPED = 2, /**< it has played all of this response */
  RTMULTI_BUFFER_CLEARED = 3  /**< it has dropped what was left; rtmulti_session_part_truncated says where */
};

/** A server that plays by itself (RTMULTI_SERVER_OWNS_PLAYOUT) speaks of its output buffer: of its responses whose audio
 * does not come over our wire this is the ear. SPEAKING_STARTED follows `started`; the records and SETTLED follow
 * `stopped`, or after `cleared` what rtmulti_session_part_truncated says, at the latest config.clear_timeout_ms later. A
 * NULL `response_id` is the newest response for `started`, and the one that plays for the others.
 * Errors: INVALID for a number that is none. Returns IGNORED for a word that changes nothing, and for any other server.
 * Rules: docs/rules/RULES.md#F4 */
rtmulti_result rtmulti_session_output_buffer(rtmulti_session *session, const char *response_id, size_t response_id_size,
                                             rtmulti_buffer_word word);

/** The arguments of a function call are complete: surfaced at once, once per item, also after a cut (rule A7).
 * `call_id`, `name` and `arguments` are passed on as they are; NULL reads as "". */
rtmulti_result rtmulti_session_function_call(rtmulti_session *session, const char *response_id,
                                             size_t response_id_size, const char *item_id, size_t item_id_size,
                                             const char *call_id, size_t call_id_size, const char *name,
                                             size_t name_size, const char *arguments, size_t arguments_size);

/** The server refused a command. `event_id` is that of the command, or NULL: then the newest command that names an item
 * or response found in `message` is meant. `code` and `message` are the server's own; NULL is allowed (rules F5, F6).
 * Never fatal.
 * Rules: docs/rules/RULES.md#F5, #F6 */
rtmulti_result rtmulti_session_command_rejected(rtmulti_session *session, const char *event_id,
                                                size_t event_id_size, const char *code, size_t code_size,
                                                const char *message, size_t message_size);

/** The connection was lost and a new session with the server begins (rule F8): open parts end where they are, what is
 * queued still plays, and no command ever names anything of the old session again. Interrupts and queries by its names
 * still mean what is left of it, until the new session uses the name. The history of rtmulti_session_history_at seeds the
 * new one.
 * Rules: docs/rules/RULES.md#F8 */
rtmulti_result rtmulti_session_reconnect(rtmulti_session *session);

/* ---------------------------------------------------------------------------------------------------
 * What the host wants
 * ------------------------------------------------------------------------------------------------- */

/** Who interrupts: it decides whether and when CANCEL is sent (rule D13). */
typedef uint32_t rtmulti_interrupter;
enum rtmulti_interrupter_values {
  RTMULTI_INTERRUPTED_BY_LISTENER = 1, /**< speech over ours; no CANCEL when the server interrupts by itself */
  RTMULTI_INTERRUPTED_BY_HOST = 2      /**< a stop button: CANCEL whenever the response is still generating */
};

/** The listener spoke over us, or the host wants silence. `response_id` (or an expected token) names one
 * response, NULL means everything that plays or waits. What comes, and when:
 *
 *   1. at once, if something unheard lies in the sink        sink.clear(the audible segment)
 *   2. at once, for each response still generating           on_command(CANCEL)       (rules D1, D13)
 *      ... the sink answers playback_finished for each segment, or clear_timeout_ms pass ...
 *   3. for the message that was being heard                  on_event(HEARD_TEXT), on_command(TRUNCATE)
 *   4. for each later message                                on_command(DELETE)
 *   5. for every message                                     on_event(MESSAGE: full, partial or skipped)
 *   6. for each response                                     on_event(SPEAKING_STOPPED, SETTLED)
 *
 * A sink that answers from inside its clear callback has all six before this call returns; without (1)
 * the rest comes at once. What the clear took from a response that is not interrupted, because the ear lags the sink
 * (output_latency_ms), is written again under new segments. Returns IGNORED when there was nothing to interrupt (rules
 * A10, D8, D9).
 *
 * Rules: docs/rules/RULES.md#D1, #D13 */
rtmulti_result rtmulti_session_interrupt(rtmulti_session *session, const char *response_id,
                                         size_t response_id_size, rtmulti_interrupter interrupter);

/** The server shall stop generating, and nothing is over for the listener: CANCEL for the response named, or with NULL
 * for each of the conversation that is being generated; what was received plays on and settles by itself (a tool's answer
 * is about to be asked for). An interrupt that follows sends no second one. Returns IGNORED when nothing was being
 * generated, or it was told already.
 * Rules: docs/rules/RULES.md#D15 */
rtmulti_result rtmulti_session_cancel(rtmulti_session *session, const char *response_id, size_t response_id_size);

/** What the server does and can be told from now on, as config.server said it before: a plugin that learns it late, or
 * a session that is handed to another model. What was told stays told. Returns IGNORED when it is so already.
 * Errors: UNSUPPORTED when RTMULTI_SERVER_OWNS_PLAYOUT is to change.
 * Rules: docs/rules/RULES.md#F1 */
rtmulti_result rtmulti_session_set_server(rtmulti_session *session, rtmulti_server_flags server);

/** How long the sink may take to answer a clear from now on, as config.clear_timeout_ms said it before (rule E2): for an
 * output that is changed for a faster or slower one. A clear that is out keeps its time. Returns IGNORED when it is so
 * already.
 * Rules: docs/rules/RULES.md#E2 */
rtmulti_result rtmulti_session_set_clear_timeout(rtmulti_session *session, uint32_t clear_timeout_ms);

/** Switches the host's audio off, or on again: what is unheard of messages is shown instead of spoken while it is off. The
 * sink is cleared and no more written to. The message that is being heard, and each later one in its turn, is TEXT_ONLY:
 * once its item is done its text goes to text_write (a sink without one shows it by itself), and the server is told nothing
 * of it, for the listener has read it. One that was cut before, or has no text, is what was heard of it. Switched on
 * again, what was not shown yet is spoken. What a server plays by itself is not this audio. Returns IGNORED when it is so
 * already.
 * Rules: docs/rules/RULES.md#B11 */
rtmulti_result rtmulti_session_set_audio_enabled(rtmulti_session *session, rtmulti_bool enabled);

/** Stops playing without losing anything (rule E3). Returns IGNORED if it is paused already; UNSUPPORTED, with the
 * diagnostic refused_pause, when the sink cannot pause, and while a server plays by itself (rules E4, F4).
 * Rules: docs/rules/RULES.md#E3 */
rtmulti_result rtmulti_session_pause(rtmulti_session *session);
/** Goes on where rtmulti_session_pause stopped, or, with config.step_back_ms, from the start of the word in which it
 * did: then the sink is cleared, and after its answer handed a new segment. The position never goes back for it, and
 * what is heard again counts once. Returns IGNORED if it is not paused. */
rtmulti_result rtmulti_session_resume(rtmulti_session *session);

/** The host showed the text that text_write handed over. Returns IGNORED for an item that waits for none. */
rtmulti_result rtmulti_session_text_delivered(rtmulti_session *session, const char *item_id,
                                              size_t item_id_size);

/** Ends the conversation in whatever state it is (rule B10): the sink is cleared, everything settles at the last known
 * position and what is generating is cancelled, all before this returns. Afterwards inputs answer CLOSED, reports
 * IGNORED, and queries still work.
 * Rules: docs/rules/RULES.md#B10 */
rtmulti_result rtmulti_session_close(rtmulti_session *session);

/* ---------------------------------------------------------------------------------------------------
 * Time
 * ------------------------------------------------------------------------------------------------- */

/** Tells the session that it is now `now_us`. Inputs are stamped with the last value. A step backwards changes nothing
 * and returns IGNORED (rule C7). Call it before inputs, and at the next deadline.
 * Rules: docs/rules/RULES.md#C7 */
rtmulti_result rtmulti_session_advance(rtmulti_session *session, int64_t now_us);

/** When rtmulti_session_advance must be called at the latest if nothing else happens. Returns OK and sets *deadline_us,
 * or NONE and INT64_MAX when nothing depends on time. */
rtmulti_result rtmulti_session_next_deadline(const rtmulti_session *session, int64_t *deadline_us);

/* ---------------------------------------------------------------------------------------------------
 * Queries
 * ------------------------------------------------------------------------------------------------- */

/** How much of an audio part was received and heard. */
typedef struct rtmulti_position {
  uint32_t struct_size;
  uint32_t source_rate_hz;
  int64_t received_frames; /**< R, at source_rate_hz */
  int64_t heard_frames;    /**< P, at source_rate_hz */
  int64_t received_ms;
  int64_t heard_ms;
  rtmulti_bool estimated;       /**< heard_frames is an estimate between two reports */
  rtmulti_bool done;            /**< the server has sent all of this part */
} rtmulti_position;

/** Fills `position` with zeros and its size. */
rtmulti_result rtmulti_position_init(rtmulti_position *position, size_t struct_size);

/** What a session has done so far. Times are microseconds, counts never go back. */
typedef struct rtmulti_stats {
  uint32_t struct_size;
  uint32_t responses_being_cut;   /**< responses that were interrupted and have not settled, because the sink has not
                                   * answered its clear (rule E2) or a server that plays has not said where it stopped
                                   * (rule F4): at 0 the commands of every interrupt are out */
  uint64_t responses_heard;       /**< responses of which something was heard */
  int64_t first_frame_us;         /**< the newest of them: from response_created to its first frame heard; -1 */
  int64_t first_frame_total_us;   /**< the sum over all of them */
  uint64_t gaps;                  /**< times that a message followed another of its response after silence */
  int64_t gap_us;                 /**< the newest such silence; -1 */
  int64_t gap_total_us;
  uint64_t underruns;             /**< times that a message was heard to the end of what had come */
  int64_t underrun_total_us;      /**< how long the listener waited in them */
  uint64_t packets_received;      /**< Opus packets */
  uint64_t packets_decoded;
  uint64_t packets_never_decoded; /**< dropped unheard: nothing was spent on them (rule H6) */
  uint64_t packets_lost;          /**< missing: by the numbers of rtmulti_session_packet, or with Ogg pages (as many
                                   * as their time holds) */
  uint64_t packets_rebuilt;       /**< lost, and decoded from the in-band FEC of the packet after them */
  uint64_t packets_concealed;     /**< damaged or lost, and made up for */
  uint64_t packets_late;          /**< dropped, for their time was over (rule H2) */
  uint64_t packets_duplicate;     /**< dropped, for they had come before */
  int64_t concealed_ms;           /**< audio handed to the sink that concealment has made up */
  int64_t silence_ms;             /**< zeros behind a long concealment, and the comfort noise of a silent sender */
  uint64_t commands_sent;         /**< commands handed to the host */
  uint64_t commands_refused;      /**< those that the server refused, benign refusals not counted (rule F5) */
  uint64_t queued_bytes;          /**< audio that waits, as it arrived */
  int64_t queued_ms;              /**< audio that waits to be handed to the sink */
  int64_t written_ahead_ms;       /**< audio that was handed over and not heard yet, taken by a device or not */
  uint32_t waiting_effects;       /**< effects that wait to be delivered */
  uint32_t waiting_inputs;        /**< inputs from inside callbacks that wait to run */
} rtmulti_stats;

/** Fills `stats` with zeros and its size. */
rtmulti_result rtmulti_stats_init(rtmulti_stats *stats, size_t struct_size);

/** Tells what the session has done so far. Set stats->struct_size first. */
rtmulti_result rtmulti_session_stats(const rtmulti_session *session, rtmulti_stats *stats);

/** How much of an audio part has been received and heard. Set position->struct_size first. Returns NONE if there is no
 * such part. */
rtmulti_result rtmulti_session_position(const rtmulti_session *session, const char *item_id,
                                        size_t item_id_size, int32_t content_index, rtmulti_position *position);

/** Whose frames a segment holds. */
typedef struct rtmulti_segment {
  uint32_t struct_size;
  int32_t content_index;
  const char *response_id;
  size_t response_id_size;
  const char *item_id;
  size_t item_id_size;
} rtmulti_segment;

/** Fills `segment` with zeros and its size. */
rtmulti_result rtmulti_segment_init(rtmulti_segment *segment, size_t struct_size);

/** Whose frames a segment holds: for sinks that want to know what they play. Set out->struct_size first. Returns NONE
 * if the segment is unknown or was settled. */
rtmulti_result rtmulti_session_segment(const rtmulti_session *session, uint64_t segment, rtmulti_segment *out);

/** The record of a message as it stands now: its outcome is PENDING until it settles. Set message->struct_size first.
 * Returns NONE if there is no such item. */
rtmulti_result rtmulti_session_message(const rtmulti_session *session, const char *item_id, size_t item_id_size,
                                       rtmulti_message *message);

/** The text of an item as it was generated (rule G5). Sets *text and *text_size. Returns NONE if there is no such item.
 * Memory: until the next call on this session.
 * Rules: docs/rules/RULES.md#G5 */
rtmulti_result rtmulti_session_generated_text(const rtmulti_session *session, const char *item_id,
                                              size_t item_id_size, const char **text, size_t *text_size);
/** The text of an item as it was heard so far (rule G5). Sets *text and *text_size. Returns NONE if there is no such
 * item.
 * Memory: until the next call on this session.
 * Rules: docs/rules/RULES.md#G5 */
rtmulti_result rtmulti_session_heard_text(const rtmulti_session *session, const char *item_id,
                                          size_t item_id_size, const char **text, size_t *text_size);

/** How many records the history of what was heard holds: full, partial and text_only messages in the order in which
 * they settled, the newest 1024 of them (at most 4 MiB of text), also across reconnects. Sets *count. */
rtmulti_result rtmulti_session_history_count(const rtmulti_session *session, size_t *count);
/** Record number `index` of that history, 0 being the oldest kept. Set message->struct_size first. Returns NONE past
 * the end. */
rtmulti_result rtmulti_session_history_at(const rtmulti_session *session, size_t index, rtmulti_message *message);

#ifdef __cplusplus
}
#endif
#endif /* RTMULTI_H */
