/* A scenario as it was read: its configuration and its statements in file order. Nothing here runs. */
#ifndef RUNNER_SCENARIO_H
#define RUNNER_SCENARIO_H

#include <rtmulti.h>

#include "effects.h"

/* What the server's speech_started means. */
enum speech { SPEECH_IGNORED, SPEECH_INTERRUPTS, SPEECH_AS_THE_SESSION_SAYS };

enum sink_kind { SINK_AUTO, SINK_MANUAL, SINK_PACED, SINK_PULLED };

/* The keys of the config lines, with the page's defaults. */
struct scenario_config {
  uint32_t rate_hz;
  rtmulti_codec codec;
  uint32_t source_rate_hz; /* as written; G.711 is 8000 whatever stands here */
  enum sink_kind sink;
  bool host_plays; /* an auto or manual sink that is handed the right to play, and no samples */
  size_t source_rate_line;
  size_t last_line; /* of the config lines; the first of the file when there is none */
  bool gapless, can_pause, can_clear, text_sink, estimate, starts_at_once;
  uint32_t write_ahead_ms; /* RTMULTI_UNLIMITED for none */
  uint32_t latency_ms;
  uint32_t server; /* RTMULTI_SERVER_... */
  uint32_t clear_timeout_ms, turn_patience_ms, handover_ms, response_patience_ms, command_patience_ms;
  bool answers; /* the server says when it has truncated or deleted what it was told to */
  enum speech speech;
};

enum input_kind {
  INPUT_EXPECT,
  INPUT_RESPONSE,
  INPUT_ITEM,
  INPUT_PART,
  INPUT_AUDIO,
  INPUT_TEXT,
  INPUT_PART_DONE,
  INPUT_ITEM_DONE,
  INPUT_MESSAGE,
  INPUT_CALL,
  INPUT_RESPONSE_DONE,
  INPUT_ADVANCE,
  INPUT_INTERRUPT,
  INPUT_PAUSE,
  INPUT_RESUME,
  INPUT_CLOSE,
  INPUT_RECONNECT,
  INPUT_SWAP_SINK,
  INPUT_TEXT_DELIVERED,
  INPUT_REJECT,
  INPUT_STARTED,
  INPUT_PROGRESS,
  INPUT_FINISHED,
  INPUT_STALL,
  INPUT_MUTE_REPORTS,
  INPUT_LOST,
  INPUT_CORRUPT,
  INPUT_UNEXPECT,
  INPUT_CANCEL,
  INPUT_BUFFER,
  INPUT_TRUNCATED,
  INPUT_DELETED,
  INPUT_SPEECH_STARTED,
  INPUT_SPEECH_STOPPED,
  INPUT_SESSION,
  INPUT_SET_SERVER,
  INPUT_SET_CLEAR_TIMEOUT,
  INPUT_SET_AUDIO_ENABLED,
  INPUT_KIND_COUNT
};

/* What a `buffer` line says. */
enum buffer { BUFFER_STARTED, BUFFER_STOPPED, BUFFER_CLEARED };

/* What a `session` line says of the server's turn detection. */
enum turn_detection { TURNS_NOT_DETECTED, TURNS_INTERRUPT, TURNS_ARE_IGNORED };

/* For a number that was not written. */
enum { NOT_GIVEN = -1 };

/* One `>` line. Which fields a kind uses is what its row on the page shows; the others are 0, empty or
 * NOT_GIVEN. A slice that was not written has NULL bytes. */
struct input {
  enum input_kind kind;
  struct slice id;       /* item, response or token: the word the line is about */
  struct slice response; /* item: R; message: response= */
  struct slice token;    /* response: expected= */
  struct slice name;     /* call */
  struct slice text;     /* text and message; call: arguments= */
  struct slice reason;   /* response_done */
  struct slice code;     /* reject */
  struct slice message;  /* reject */
  int64_t ms;            /* message: audio=; lost: N */
  int64_t ago_ms; /* of a report: how long ago it was so */
  int64_t bytes, delta_ms;
  int64_t start_ms, end_ms;
  int32_t content, index;
  uint32_t response_flags; /* RTMULTI_RESPONSE_... */
  rtmulti_item_kind item_kind;
  rtmulti_part_kind part_kind;
  rtmulti_status status;
  rtmulti_command_kind command; /* reject */
  rtmulti_interrupter interrupter;
  int32_t interrupted; /* finished */
  bool is_unnamed;     /* reject: without saying which command it is */
  enum buffer buffer;
  enum turn_detection turn_detection;
  uint32_t server; /* set_server: RTMULTI_SERVER_... */
  bool enabled;    /* set_audio_enabled */
};

enum expectation_shape {
  EXPECT_EFFECT,  /* this effect */
  EXPECT_SILENCE, /* no effect of this family */
  EXPECT_NOTHING  /* no command, record or state */
};

/* One `<` line. */
struct expectation {
  enum expectation_shape shape;
  enum family family;   /* of an effect or a silence */
  struct effect effect; /* text, status: NULL bytes when not written; ms: NOT_GIVEN */
  int64_t tolerance_ms;
};

enum statement_kind { STATEMENT_INPUT, STATEMENT_EXPECTATION };

struct statement {
  size_t line;
  struct slice text; /* as it was written, without its > or < */
  enum statement_kind kind;
  struct input input;
  struct expectation expectation;
};

struct scenario {
  const char *path;
  struct scenario_config config;
  struct statement *statements;
  size_t count;
  size_t last_line;
};

/* Where and why a file could not be read; line 0 when it could not be opened at all. */
struct scenario_error {
  size_t line;
  const char *sentence;
};

/* Reads a scenario; `path` only names it for people. Everything but `text` lives in `arena`. Returns false and fills
 * `error` if the text breaks the grammar. */
bool scenario_read(struct arena *arena, const char *path, struct slice text, struct scenario *scenario,
                   struct scenario_error *error);

/* The same with a whole file, which may be one that cannot be opened. */
bool scenario_load(struct arena *arena, const char *path, struct scenario *scenario,
                   struct scenario_error *error);

/* What has been read so far, and what the block of expectations at hand says of each family. */
struct scenario_reader {
  struct scenario *scenario;
  size_t capacity;
  bool had_input;
  enum { UNMENTIONED, SHOWN, SILENT } block[FAMILY_COUNT];
};

/* The same line by line, for scenarios that are made up. `text` is one line without its newline and must live as
 * long as the arena. scenario_read_line returns NULL, or a sentence about what is wrong with the line. */
struct scenario_reader scenario_start(struct scenario *scenario, const char *path);
const char *scenario_read_line(struct arena *arena, struct scenario_reader *reader, struct slice text);

#endif
