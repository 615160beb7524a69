/* The server's world; see server.h. What it says next is drawn in said.c. */
#include "server.h"

#include <stdio.h>
#include <string.h>

#include "talk.h"

struct item *server_item(struct server *server, const char *id) {
  for (int i = server->item_count - 1; i >= 0 && id != NULL; i--)
    if (strcmp(server->items[i].id, id) == 0) return &server->items[i];
  return NULL;
}

struct response *server_response(struct server *server, const char *id) {
  for (int i = server->response_count - 1; i >= 0 && id != NULL; i--)
    if (strcmp(server->responses[i].id, id) == 0) return &server->responses[i];
  return NULL;
}

struct part *item_part(struct item *item, int32_t content) {
  for (int i = 0; i < item->part_count; i++)
    if (item->parts[i].content == content) return &item->parts[i];
  return NULL;
}

int64_t part_ms(const struct talk *talk, const struct part *part) {
  return part->sent_frames * 1000 / talk->plan.source_rate_hz;
}

int64_t server_sent_ms(const struct talk *talk, const struct item *item) {
  int64_t ms = 0;
  for (int i = 0; i < item->part_count; i++) ms += part_ms(talk, &item->parts[i]);
  return ms;
}

int64_t server_remembers_ms(const struct talk *talk, const struct item *item) {
  int64_t ms = 0;
  if (item->is_deleted) return 0;
  for (int i = 0; i < item->part_count; i++) {
    const int64_t all = part_ms(talk, &item->parts[i]), kept = item->parts[i].kept_ms;
    ms += kept >= 0 && kept < all ? kept : all;
  }
  return ms;
}

/* ---- what it has said ---- */

static struct item *item_of(struct talk *talk, const struct op *op) {
  struct server *server = &talk->server;
  struct item *item = server_item(server, op->item);
  if (item != NULL || server->item_count == MOST_ITEMS || op->item[0] == 0) return item;
  item = &server->items[server->item_count++];
  memset(item, 0, sizeof *item);
  snprintf(item->id, sizeof item->id, "%s", op->item);
  const struct response *response =
      op->response[0] != 0 ? server_response(server, op->response) : &server->responses[server->response_count - 1];
  item->response = response == NULL ? -1 : (int)(response - server->responses);
  item->kind = op->kind == OP_ITEM   ? op->number
               : op->kind == OP_CALL ? RTMULTI_ITEM_FUNCTION_CALL
                                     : RTMULTI_ITEM_MESSAGE;
  item->is_announced_late = response == NULL || response->is_cut || response->may_be_cut || response->settled > 0 ||
                            response->is_lost || !response->is_generating;
  return item;
}

static struct part *part_of(struct talk *talk, struct item *item, const struct op *op, uint32_t kind) {
  const int32_t content = op->content < 0 ? 0 : op->content;
  struct part *part = item_part(item, content);
  if (part != NULL || item->part_count == MOST_PARTS) return part;
  part = &item->parts[item->part_count++];
  memset(part, 0, sizeof *part);
  part->content = content;
  part->kind = kind;
  part->number = talk->server.part_count++;
  part->kept_ms = -1;
  return part;
}

static void said_audio(struct talk *talk, struct item *item, struct part *part, const struct op *op) {
  if (item->records > 0) item->has_late_audio = true;
  if (part->kind == RTMULTI_PART_TEXT) item->is_voiced = true;
  part->sent_bytes += (int64_t)op->size;
  switch (talk->plan.material) {
    case MATERIAL_PCM16: part->sent_frames = part->sent_bytes / 2; break;
    case MATERIAL_ULAW:
    case MATERIAL_ALAW: part->sent_frames = part->sent_bytes; break;
    case MATERIAL_OPUS: part->sent_frames += PACKET_FRAMES; break;
    case MATERIAL_PACKETS: {
      const int64_t end = op->frames + PACKET_FRAMES;
      if (end > part->sent_frames) part->sent_frames = end;
      break;
    }
    default: part->sent_frames = ogg_frames(part->sent_bytes); break;
  }
}

/* Half a sample at the end of a part is dropped (rule H5): what comes behind it begins anew. */
static void end_part(const struct talk *talk, struct part *part) {
  if (!part->is_ended && talk->plan.material == MATERIAL_PCM16) part->sent_bytes &= ~INT64_C(1);
  part->is_ended = true;
}

void server_ends_parts(struct talk *talk, const struct response *response) {
  for (int i = 0; i < talk->server.item_count; i++) {
    struct item *item = &talk->server.items[i];
    if (item->response != (int)(response - talk->server.responses)) continue;
    for (int j = 0; j < item->part_count; j++) end_part(talk, &item->parts[j]);
  }
}

static void end_response(struct talk *talk, struct response *response) {
  server_ends_parts(talk, response);
  response->is_generating = false;
  response->wants_end = false;
}

void server_says(struct talk *talk, const struct op *op) {
  struct server *server = &talk->server;
  struct response *response = server_response(server, op->response);
  struct item *item = NULL;
  struct part *part = NULL;
  switch (op->kind) {
    case OP_CREATED:
      if (response != NULL || server->response_count == MOST_RESPONSES) return;
      response = &server->responses[server->response_count++];
      memset(response, 0, sizeof *response);
      snprintf(response->id, sizeof response->id, "%s", op->response);
      response->flags = op->number;
      response->is_generating = true;
      response->may_be_cut = op->token[0] != 0;
      talk->tallies->responses += 1;
      return;
    case OP_RESPONSE_DONE:
      if (response != NULL) end_response(talk, response);
      return;
    case OP_ITEM:
    case OP_CALL:
      item = item_of(talk, op);
      if (item != NULL && op->kind == OP_CALL) item->calls_said += 1;
      return;
    case OP_PART:
    case OP_AUDIO:
    case OP_PACKET:
    case OP_TEXT:
      item = item_of(talk, op);
      if (item == NULL) return;
      part = part_of(talk, item, op, op->kind == OP_AUDIO || op->kind == OP_PACKET ? RTMULTI_PART_AUDIO : op->number);
      if (part == NULL) return;
      if (op->kind == OP_AUDIO || op->kind == OP_PACKET) said_audio(talk, item, part, op);
      if (op->kind == OP_TEXT && part->text_size + strlen(op->bytes) < TEXT_SIZE) {
        strcpy(part->text + part->text_size, op->bytes);
        part->text_size += strlen(op->bytes);
      }
      return;
    case OP_PART_DONE:
    case OP_ITEM_DONE:
      item = server_item(server, op->item);
      if (item == NULL) return;
      part = op->kind == OP_PART_DONE ? item_part(item, op->content) : NULL;
      if (part != NULL) part->is_done = true, end_part(talk, part);
      if (op->kind != OP_ITEM_DONE) return;
      item->is_done = true;
      for (int i = 0; i < item->part_count; i++) end_part(talk, &item->parts[i]);
      return;
    case OP_RECONNECT:
      for (int i = 0; i < server->response_count; i++) {
        server->responses[i].is_lost = true;
        if ((server->responses[i].flags & RTMULTI_RESPONSE_LOCAL) == 0) end_response(talk, &server->responses[i]);
      }
      for (int i = 0; i < server->item_count; i++) server->items[i].has_been_lost = server->items[i].records == 0;
      server->outstanding_count = 0;
      server->token[0] = 0;
      talk->tallies->reconnects += 1;
      return;
    case OP_SERVER: server->can = op->number; return;
    default: return;
  }
}

/* ---- what it is told ---- */

static void remember_to_answer(struct talk *talk, const rtmulti_command *command) {
  struct server *server = &talk->server;
  if (!talk->plan.answers || server->outstanding_count == MOST_OUTSTANDING) return;
  struct outstanding *outstanding = &server->outstanding[server->outstanding_count++];
  memset(outstanding, 0, sizeof *outstanding);
  outstanding->kind = command->kind;
  snprintf(outstanding->event, NAME_SIZE, "%s", command->event_id);
  snprintf(outstanding->response, NAME_SIZE, "%s", command->response_id == NULL ? "" : command->response_id);
  snprintf(outstanding->item, NAME_SIZE, "%s", command->item_id == NULL ? "" : command->item_id);
  outstanding->content = command->content_index;
  outstanding->ms = command->audio_end_ms;
}

/* Rules A6, A7, A11, F2, F3, F8: of which items a command may speak at all. */
static struct item *named_item(struct talk *talk, const rtmulti_command *command) {
  struct item *item = server_item(&talk->server, command->item_id);
  const char *problem = NULL;
  if (item == NULL)
    problem = "that was never announced";
  else if (item->kind != RTMULTI_ITEM_MESSAGE)
    problem = "that is no message";
  else if (item->response < 0)
    problem = "of no response";
  else if (talk->server.responses[item->response].is_lost && !talk->plan.fails)
    problem = "of a lost session";
  else if (talk->server.responses[item->response].flags & (RTMULTI_RESPONSE_LOCAL | RTMULTI_RESPONSE_OUT_OF_BAND))
    problem = "of a local or out-of-band response";
  else if (item->is_deleted)
    problem = "that the server has not any more";
  if (problem == NULL) return item;
  talk_wrong(talk, "the server is told of an item %s: %s", problem, command->json);
  return NULL;
}

static void told_cancel(struct talk *talk, const rtmulti_command *command) {
  struct response *response = server_response(&talk->server, command->response_id);
  if (response == NULL)
    talk_wrong(talk, "CANCEL of an unknown response: %s", command->json);
  else if (response->flags & RTMULTI_RESPONSE_LOCAL ||
           ((response->is_lost || !response->is_generating) && !talk->plan.fails))
    talk_wrong(talk, "CANCEL of a response that is not generated (rules A11, D1, F8): %s", command->json);
  else if (response->cancels > 0 && !talk->plan.refuses)
    talk_wrong(talk, "a second CANCEL (rules D8, D15): %s", command->json);
  else
    response->wants_end = true, response->cancels += 1;
}

static void told_truncate(struct talk *talk, const rtmulti_command *command) {
  struct item *item = named_item(talk, command);
  if (item == NULL) return;
  struct part *part = item_part(item, command->content_index);
  if (part == NULL || part->kind != RTMULTI_PART_AUDIO ||
      (part->sent_frames == 0 && talk->plan.material != MATERIAL_OGG))
    talk_wrong(talk, "TRUNC of a part without audio (rule F2): %s", command->json);
  else if (command->audio_end_ms < 0 || command->audio_end_ms > part_ms(talk, part))
    talk_wrong(talk, "TRUNC beyond the %lld ms that were sent (rule C1): %s", (long long)part_ms(talk, part),
               command->json);
  else if ((talk->server.can & RTMULTI_SERVER_TRUNCATES) == 0)
    talk_wrong(talk, "TRUNC at a server that cannot (rule F1): %s", command->json);
  else {
    if (part->kept_ms < 0 || command->audio_end_ms < part->kept_ms) part->kept_ms = command->audio_end_ms;
    item->truncates += 1;
  }
}

static void told_delete(struct talk *talk, const rtmulti_command *command) {
  struct item *item = named_item(talk, command);
  if (item == NULL) return;
  if ((talk->server.can & RTMULTI_SERVER_DELETES) == 0)
    talk_wrong(talk, "DELETE at a server that cannot (rule F1): %s", command->json);
  if (item->truncates > 0 && !item->has_own_cut && (talk->server.can & RTMULTI_SERVER_REWRITES) == 0)
    talk_wrong(talk, "DELETE of an item that was truncated: %s", command->json);
  item->is_deleted = true;
  item->deletes += 1;
}

/* The context is replaced: items that were dropped are gone, those with heard text are as short as they were heard. */
static void told_sync(struct talk *talk, const rtmulti_command *command) {
  for (size_t i = 0; i < command->dropped_count; i++) {
    struct item *item = server_item(&talk->server, command->dropped[i]->item_id);
    if (item == NULL || item->kind != RTMULTI_ITEM_MESSAGE)
      talk_wrong(talk, "SYNC drops what is no message: %s", command->json);
    else
      item->is_deleted = true;
  }
  for (size_t i = 0; i < command->kept_count; i++) {
    struct item *item = server_item(&talk->server, command->kept[i]->item_id);
    if (item == NULL || item->is_deleted)
      talk_wrong(talk, "SYNC keeps what is not there: %s", command->json);
    else if (command->kept[i]->heard_text != NULL)
      item->is_excused = true;
  }
}

void server_told(struct talk *talk, const rtmulti_command *command) {
  talk->tallies->commands += 1;
  talk->server.commands += 1;
  if (command->json == NULL || command->json_size != strlen(command->json) || command->event_id == NULL)
    talk_wrong(talk, "a command without its JSON or event id");
  switch (command->kind) {
    case RTMULTI_COMMAND_CANCEL: told_cancel(talk, command); break;
    case RTMULTI_COMMAND_TRUNCATE: told_truncate(talk, command); break;
    case RTMULTI_COMMAND_DELETE: told_delete(talk, command); break;
    case RTMULTI_COMMAND_SYNC: told_sync(talk, command); break;
    case RTMULTI_COMMAND_CREATE: break;
    case RTMULTI_COMMAND_CLEAR_OUTPUT: break;
    default: talk_wrong(talk, "an unknown command: %s", command->json); break;
  }
  if (!talk->is_wrong) remember_to_answer(talk, command);
}

bool server_answer(struct talk *talk, struct op *op) {
  struct server *server = &talk->server;
  if (server->outstanding_count == 0) return false;
  const struct outstanding oldest = server->outstanding[0];
  server->outstanding_count -= 1;
  memmove(server->outstanding, server->outstanding + 1, (size_t)server->outstanding_count * sizeof oldest);
  struct item *item = server_item(server, oldest.item);
  memset(op, 0, sizeof *op);
  op->content = oldest.content;
  op->output = -1;
  memcpy(op->item, oldest.item, NAME_SIZE);
  if (talk->plan.refuses && random_chance(&talk->random, 30)) {
    op->kind = OP_REJECTED;
    op->item[0] = 0;
    memcpy(op->token, oldest.event, NAME_SIZE);
    op->bytes = oldest.kind == RTMULTI_COMMAND_CANCEL ? "Cancellation failed: no active response found"
                                                      : "The server is not in the mood";
    if (item != NULL) item->is_excused = true;
    return true;
  }
  switch (oldest.kind) {
    case RTMULTI_COMMAND_TRUNCATE:
      op->kind = OP_TRUNCATED;
      op->ms = oldest.ms;
      return true;
    case RTMULTI_COMMAND_DELETE: op->kind = OP_DELETED; return true;
    case RTMULTI_COMMAND_CANCEL: {
      struct response *response = server_response(server, oldest.response);
      if (response == NULL || !response->is_generating) return false;
      op->kind = OP_RESPONSE_DONE;
      memcpy(op->response, oldest.response, NAME_SIZE);
      op->number = RTMULTI_STATUS_CANCELLED;
      op->bytes = "client_cancelled";
      return true;
    }
    default: return false;
  }
}
