/* The witness stands between the library and a scenario's run and holds every effect, every answer and every query
 * against docs/rules/RULES.md. It knows the server's model and the inputs; it changes nothing and makes nothing up.
 * What the listener heard in the end is the verdict's business, not its own. */
#ifndef SIMULATION_WITNESS_H
#define SIMULATION_WITNESS_H

#include "../Runner/run.h"

/* A text that grows. */
struct growing {
  char *bytes;
  size_t size;
  size_t capacity;
};

/* A piece of a text as it was sent. */
struct witness_span {
  size_t text_end;
  int64_t end_ms; /* NOT_GIVEN */
  struct witness_span *next;
};

/* A transcript of an item that nobody knows, in a response that has audio (rule A5). */
struct witness_waiting {
  struct slice item, text;
  int32_t content;
  const struct server_response *response;
  struct slice speaker; /* whose audio had come last */
  int known_count;      /* items of the response by then */
  bool is_given;
  struct witness_waiting *next;
};

struct witness_part {
  int32_t content;
  uint32_t truncations;
  int64_t truncated_ms; /* by the last of them */
  bool may_retry;       /* the server named its own length (rule F6) */
  bool was_flushed;     /* what still comes goes on in another segment (rule A1) */
  bool is_estimated;
  int64_t received_frames, heard_frames; /* as the query said last */
  struct growing sent, heard;            /* its text */
  struct witness_span *spans;            /* of the text that was sent, newest first */
  int64_t estimated_frames;              /* the furthest estimate that let go of text; 0: none did */
  struct witness_part *next;
};

struct witness_item {
  struct slice id;
  uint32_t records, deletions, calls;
  uint32_t differs; /* how often the host was told that the server's memory differs */
  bool was_dropped; /* the server dropped it by itself (rule F10) */
  rtmulti_outcome outcome;
  int64_t heard_ms, received_ms;
  struct slice text;
  struct witness_part *parts;
  struct witness_item *next;
};

/* What a server that plays by itself has said of a response (rule F4). */
enum said { SAID_NOTHING, SAID_STARTED, SAID_CLEARED };
/* What its newest word must make of it. */
enum expects { EXPECTS_NOTHING, EXPECTS_SPEAKING, EXPECTS_WHOLE, EXPECTS_CUT };

struct witness_response {
  struct slice id;
  uint32_t cancels, started, stopped, settled;
  uint32_t silenced;    /* by CLEAR_OUTPUT */
  bool is_done; /* a `response_done` line said so */
  bool is_missing_done; /* the library took it for ended (rule A6) */
  bool was_spared;      /* by an unnamed interrupt */
  bool was_asked_to_stop; /* by a `cancel` line, without a cut */
  struct slice speaker; /* whose audio came last */
  bool was_at_server;   /* cut, told or settled when nothing of it had come over our wire (rule F4) */
  enum said said;
  bool is_cut_by_name; /* the server has said where */
  bool was_cut_at_creation; /* for its expectation was interrupted (rule D12): nothing that the server says changes it */
  struct witness_response *next;
};

/* A CANCEL, TRUNC or DELETE, oldest first (rule F11). */
struct witness_command {
  rtmulti_command_kind kind;
  struct slice id;
  int32_t content;
  int64_t ms, sent_ms;
  int64_t answered_ms; /* NOT_GIVEN */
  bool is_of_lost;     /* of the lost session: not waited for any more */
  struct witness_command *next;
};

enum witness_segment_state { WITNESS_OPEN, WITNESS_FLUSHED, WITNESS_CLEARING, WITNESS_OVER };

struct witness_segment {
  uint64_t id;
  struct slice item;
  int32_t content;
  const struct sink *sink;
  enum witness_segment_state state;
  bool has_started;
  uint32_t rest_frames; /* offered last while the audio was off (rule B11); 0: nothing yet */
  struct witness_segment *next;
};

struct witness {
  struct run *run;
  struct witness_item *items;
  struct witness_response *responses;
  struct witness_segment *segments; /* newest first */
  struct witness_command *sent;
  struct witness_waiting *waiting; /* newest first */
  uint64_t sent_count, unanswered; /* and how many were told of as never answered */
  int64_t lost_ms;                 /* when the session was lost last */
  uint32_t server_always;     /* what the server could be told at all times: RTMULTI_SERVER_... */
  int64_t clear_timeout_ms;   /* as the host said it last */
  bool is_audio_off, was_audio_off; /* now, and ever (rule B11) */
  int64_t clear_ends_ms;      /* until then no write while a segment is WITNESS_CLEARING; NOT_GIVEN: no clear */
  struct slice finished_item; /* what the newest `finished` line is about */
  int32_t finished_content;
  bool is_closed, had_late_audio, had_host_voice;
  bool decodes_again;         /* a part went on in another segment */
  bool has_numbers;           /* packets may wait for those before them */
  bool ignores_counts;        /* a fault is planted that an engine would count as it does */
  bool has_failing_callbacks; /* an input may answer STOPPED */
  bool is_blind;              /* ids mean two things each, and a witness knows things by their ids */
  bool has_boasting_sink;     /* it may say that it has played what it has not */
  bool has_buffer_spoken;      /* a server has said anything of its output buffer */
  enum expects expects;
  const struct server_response *expected;
  uint64_t records, commands;
  uint64_t texts_offered, texts_delivered; /* by text_write, and by lines */
  rtmulti_stats stats;                     /* of the step before */
};

/* What a callback that fails returns. */
enum { WITNESS_FAILURE = -77 };

void witness_start(struct witness *witness, struct run *run);
/* Before an input runs. */
void witness_input(struct witness *witness, const struct input *input);
/* witness_effects.c: an effect, before it happens. */
void witness_effect(struct witness *witness, const rtmulti_effect *effect);
/* The answer to an input. */
void witness_took(struct witness *witness, const char *input, rtmulti_result result);
/* After an input and all that it caused: the queries. */
void witness_step(struct witness *witness, const struct input *input);
/* After the last input; `must_settle`: nothing is left that could hold a response up. */
void witness_end(struct witness *witness, bool must_settle);

/* Whether audio was sent for a response. */
bool witness_has_audio(const struct witness *witness, const struct server_response *response);
/* Whether the server plays a response by itself (rule F4): nothing of its audio was sent over our wire. */
bool witness_is_at_server(const struct witness *witness, const struct server_response *response);
/* From now on it stays so, whatever audio still comes: that is late. */
void witness_leave_at_server(struct witness *witness, const struct server_response *response);
/* The first response that was created and has not settled, NULL if there is none. */
const struct server_response *witness_unsettled(const struct witness *witness);

/* witness_texts.c: what was said of a text, before an input, with each piece that is released, and in its record */
void witness_texts_input(struct witness *witness, const struct input *input);
void witness_texts_heard(struct witness *witness, const struct witness_item *item, struct witness_part *part,
                         const rtmulti_event *event);
void witness_texts_recorded(struct witness *witness, const struct witness_item *item, bool is_at_server);

/* witness_buffer.c: a server that plays by itself, before and after an input, and before a DELETE */
void witness_buffer_input(struct witness *witness, const struct input *input);
void witness_buffer_step(struct witness *witness, const struct input *input);
void witness_buffer_deletes(struct witness *witness, const struct server_item *item);
/* Whether a response waits for a word of such a server. */
bool witness_waits_for_server(const struct witness *witness);

/* Whether the server has said all that it will say: before, a truncate may be owed that is told only then (rule A4). */
bool witness_heard_all(struct witness *witness);

/* witness_patience.c: commands that are never answered. */
void witness_sent(struct witness *witness, const rtmulti_command *command);
void witness_answers(struct witness *witness, const struct input *input);
void witness_check_patience(struct witness *witness, const struct input *input);

/* witness_queries.c: what the library answers when it is asked, against what it said before. */
void witness_ask(struct witness *witness, bool asks_all);

/* A rule was broken: the run fails with its number. */
void witness_breach(struct witness *witness, const char *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
struct witness_item *witness_item(struct witness *witness, struct slice id);
struct witness_part *witness_part(struct witness *witness, struct witness_item *item, int32_t content);
struct witness_response *witness_response(struct witness *witness, const char *id, size_t size);
/* NULL for a segment that was never seen. */
struct witness_segment *witness_segment(struct witness *witness, uint64_t id);
void witness_grow(struct witness *witness, struct growing *text, const char *bytes, size_t size);
/* Now, and at all times. */
bool witness_server_can(const struct witness *witness, uint32_t capability);
bool witness_server_could(const struct witness *witness, uint32_t capability);
/* Notes which segments the sink has answered for: an auto sink does it in its clear, a manual one when a line says so. */
void witness_note_answers(struct witness *witness, bool was_finished);

/* Responses with one of these are in no conversation of the server's. */
#define WITNESS_NOBODYS_MEMORY (RTMULTI_RESPONSE_LOCAL | RTMULTI_RESPONSE_OUT_OF_BAND)

#endif
