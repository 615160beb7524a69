/* The server at the far end, as this driver has written it from docs/rules/RULES.md: what it has said, and what it
 * remembers after the commands that it was sent. What the listener heard of a message is noted beside it by the ear,
 * what the session says of it by the law; they are compared at the end. */
#ifndef DRIVE_SERVER_H
#define DRIVE_SERVER_H

#include "op.h"

struct talk;

enum { MOST_RESPONSES = 10, MOST_ITEMS = 40, MOST_PARTS = 3, MOST_OUTSTANDING = 16, TEXT_SIZE = 1200 };

struct part {
  int32_t content;
  uint32_t kind;   /* RTMULTI_PART_... */
  uint32_t number; /* of all parts of the conversation; samples say it */
  bool is_done;
  bool is_ended; /* by its own done, its item's or its response's, or because its end was lost */
  int64_t sent_bytes;
  int64_t sent_frames;   /* R, at the source's rate */
  int64_t kept_ms;       /* where the server has cut it; -1: nowhere */
  int packets;           /* which of the material comes next */
  int64_t span_ms;       /* where the next piece of text begins */
  double heard_frames;   /* P at the source's rate, as the ear has counted it */
  int64_t placed_frames; /* how much of it lies in segments that were not dropped */
  char text[TEXT_SIZE];
  size_t text_size;
};

struct item {
  char id[NAME_SIZE];
  int response;  /* its place in the list */
  uint32_t kind; /* RTMULTI_ITEM_... */
  int32_t output;
  bool is_done, is_deleted, is_announced_late, has_own_cut, is_excused, has_been_lost, has_late_audio,
      is_voiced; /* the host's own voice for its text (rule F9): the server has none of that audio */
  struct part parts[MOST_PARTS];
  int part_count;
  int truncates, deletes, calls_said, calls_told, records;
  /* Its record. */
  rtmulti_outcome outcome;
  int64_t heard_ms;
  char told_text[MOST_PARTS * TEXT_SIZE]; /* all HEARD_TEXT pieces */
  size_t told_size;
  int64_t heard_audio_frames;
};

struct response {
  char id[NAME_SIZE];
  uint32_t flags;
  bool is_generating, is_cut, is_lost, wants_end, is_speaking, may_be_cut, is_given_up;
  int cancels, settled, started, stopped;
};

/* A command that the server has not answered. */
struct outstanding {
  uint32_t kind;
  char event[NAME_SIZE], response[NAME_SIZE], item[NAME_SIZE];
  int32_t content;
  int64_t ms;
};

struct server {
  struct response responses[MOST_RESPONSES];
  int response_count;
  struct item items[MOST_ITEMS];
  int item_count;
  uint32_t part_count;
  struct outstanding outstanding[MOST_OUTSTANDING];
  int outstanding_count;
  uint32_t can; /* RTMULTI_SERVER_... */
  uint64_t commands;
  uint32_t tokens;
  char token[NAME_SIZE];
  bool token_is_apart;
};

struct item *server_item(struct server *server, const char *id);
struct response *server_response(struct server *server, const char *id);
struct part *item_part(struct item *item, int32_t content);
int64_t part_ms(const struct talk *talk, const struct part *part);
/* What the server remembers of an item, in milliseconds. */
int64_t server_remembers_ms(const struct talk *talk, const struct item *item);
/* What the server has sent of it. */
int64_t server_sent_ms(const struct talk *talk, const struct item *item);

/* The parts of a response that are open end where they are. */
void server_ends_parts(struct talk *talk, const struct response *response);
/* An op that is about to be said: what follows for the server's own world. */
void server_says(struct talk *talk, const struct op *op);
/* A command came: it must make sense, and is obeyed. */
void server_told(struct talk *talk, const rtmulti_command *command);
/* An answer to the oldest command; false when there is none. */
bool server_answer(struct talk *talk, struct op *op);

#endif
