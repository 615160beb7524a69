/* A small model of the server's conversation: what was announced, how much audio of it was sent, and what the
 * commands made of it. It refuses what a real server refuses. What the listener heard is not known here.
 *
 * This is the one memory of a server in C: the runner has it, and the simulation at both ends of its network. The other
 * one, written from the rules alone so that the two can disagree, is in Tests/SmallWorlds/truth.h. */
#ifndef RUNNER_SERVER_H
#define RUNNER_SERVER_H

#include "scenario.h"

enum generation {
  GENERATION_UNANNOUNCED, /* an item named it before it was created */
  GENERATION_ACTIVE,      /* created, and neither done nor cancelled */
  GENERATION_ENDED,
  GENERATION_INTERRUPTED, /* by the server itself, for the listener spoke: its CANCEL is no refusal (rule D13) */
  GENERATION_LOST /* the connection it belonged to is gone */
};

struct server_response {
  struct slice id;
  enum generation generation;
  uint32_t flags;  /* RTMULTI_RESPONSE_... */
  bool is_settled; /* the engine said so */
  struct server_response *next;
};

/* Where an item is now, seen from the server's conversation. */
enum presence {
  ITEM_HELD,
  ITEM_DELETED,
  ITEM_REWRITTEN, /* deleted and created again as text */
  ITEM_LOST,      /* by a reconnect, or announced after the host had closed */
  ITEM_ELSEWHERE  /* local or out of band: never in the conversation */
};

struct server_part {
  int32_t content;
  rtmulti_part_kind kind;
  int64_t asked_ms;           /* what the `audio` lines asked for so far, so that rounding does not add up */
  int64_t received_bytes;     /* PCM16 and G.711 */
  int64_t received_frames;    /* Opus, at 48 kHz */
  int64_t last_packet_frames; /* Opus: what a damaged packet counts for */
  int64_t packets, frames;    /* Opus: made so far, lost ones included: what they are numbered by */
  int64_t lost_frames;        /* Opus: lost since the last packet that came */
  int64_t truncated_ms;       /* NOT_GIVEN while it is whole */
  struct server_part *next;
};

struct server_item {
  struct slice id;
  struct server_response *response; /* NULL: announced when there was none */
  rtmulti_item_kind kind;
  enum presence presence;
  bool is_left_out; /* at the end: a line said what became of it */
  bool was_shown;   /* the engine said that it was text_only: the listener has read it */
  bool was_changed_unasked; /* by a `truncated` or `deleted` line: the server knows, and need not be told */
  bool has_come; /* anything of it: what is lost on the way nobody can know of */
  int announcement; /* how many items had this id before it: after a reconnect ids begin anew (rule F8) */
  struct server_part *parts;
  struct server_item *next;
};

enum command_state {
  COMMAND_HELD, /* a later line refuses it, so that it is neither obeyed nor answered */
  COMMAND_OBEYED,
  COMMAND_REFUSED, /* by the model: no real server would have obeyed */
  COMMAND_REJECTED /* by a line */
};

/* One command that arrived, with what is needed to undo it. */
struct server_command {
  rtmulti_command_kind kind;
  struct slice id; /* of the item, or of the response for a cancel */
  struct slice event_id;
  const char *shown; /* the command as a line, for people */
  size_t line;       /* the statement during which it came */
  enum command_state state;
  bool is_answered;
  const char *refusal;
  int32_t content; /* truncate */
  int64_t ms;      /* truncate */
  struct server_item *item;
  struct server_part *part;
  struct server_response *response;
  enum presence presence_before;
  int64_t truncated_ms_before;
  enum generation generation_before;
  struct server_command *older;
};

struct server {
  struct arena *arena;
  uint32_t capabilities; /* RTMULTI_SERVER_... */
  rtmulti_codec codec;
  uint32_t source_rate_hz;
  struct server_response *responses; /* newest first */
  struct server_item *items;         /* newest first */
  struct server_command *commands;   /* newest first */
  bool hears_turns;                  /* its speech_started interrupts, as its session says */
  bool interrupts_by_itself;         /* it ends its responses when the listener speaks */
  bool is_closed;                    /* the host hung up: what is said now reaches nobody */
};

void server_start(struct server *server, struct arena *arena, const struct scenario_config *config);

/* What it can be told from now on. */
void server_can(struct server *server, uint32_t capabilities);
void server_response_created(struct server *server, struct slice id, uint32_t flags);
void server_response_done(struct server *server, struct slice id);
void server_response_settled(struct server *server, struct slice id);
/* The listener has read it, whatever he heard of it. */
void server_item_shown(struct server *server, struct slice id);
struct server_response *server_find_response(struct server *server, struct slice id);
/* Whether audio of it was sent, what was lost on the way not counted. */
bool server_has_audio(const struct server *server, const struct server_response *response);
/* Whether a transcript for this item says nothing of an item: nobody knows it, and the newest response has audio (rule A5). */
bool server_knows_no_item(struct server *server, struct slice id);
/* The id of the newest response, NULL bytes if there is none. */
struct slice server_newest_response(const struct server *server);

/* An item was announced, in the response named or else (NULL bytes) in the newest. */
struct server_item *server_item_added(struct server *server, struct slice response_id, struct slice id,
                                      rtmulti_item_kind kind);
struct server_item *server_find_item(struct server *server, struct slice id);
/* Something of this item comes now, if it is known. */
void server_item_comes(struct server *server, struct slice id);
/* The item that a delta is for; one that was never announced belongs to the newest response. */
struct server_item *server_item_for_delta(struct server *server, struct slice id);
void server_part_added(struct server *server, struct server_item *item, int32_t content,
                       rtmulti_part_kind kind);
/* The part that audio is for; `content` NOT_GIVEN is the item's first audio part, else 0. */
struct server_part *server_part_for_audio(struct server *server, struct server_item *item, int32_t content);
int32_t server_audio_content(const struct server_item *item, int32_t content);
/* What the server sent; after a truncation of the part it adds nothing. `frames`: Opus only. */
void server_audio_sent(const struct server *server, struct server_part *part, int64_t bytes, int64_t frames);
int64_t server_received_us(const struct server *server, const struct server_part *part);
/* What the server's conversation holds of this part. */
int64_t server_held_us(const struct server *server, const struct server_part *part);

/* The listener spoke: a server that interrupts ends what is named (NULL bytes: everything). */
void server_heard_listener(struct server *server, struct slice response_id);
void server_reconnected(struct server *server);
void server_closed(struct server *server);

/* What the server did unasked (rule F10); the item is left out at the end. */
void server_truncated(struct server_item *item, int32_t content, int64_t ms);
void server_deleted(struct server_item *item);

/* A command came, and is obeyed, or refused, or held because a later line refuses it. If the one like it that came
 * before was held, that line does not mean it: then it is obeyed now. */
void server_told(struct server *server, const rtmulti_command *command, const char *shown, size_t line, bool is_held);
/* A command that was obeyed and is not answered yet: the oldest; NULL if there is none. */
struct server_command *server_owed_answer(struct server *server);
struct server_command *server_newest_command(struct server *server, rtmulti_command_kind kind, struct slice id);
/* A `reject` line: the command is undone, and its item is left out at the end. */
void server_reject(struct server_command *command);

#endif
