/* A small model of the server's conversation; see server.h. */
#include "server.h"

void server_start(struct server *server, struct arena *arena, const struct scenario_config *config) {
  *server = (struct server){
      .arena = arena,
      .capabilities = config->server,
      .interrupts_by_itself = (config->server & RTMULTI_SERVER_INTERRUPTS) != 0,
      .hears_turns = (config->server & RTMULTI_SERVER_INTERRUPTS) != 0,
      .codec = config->codec,
      .source_rate_hz = config->codec == RTMULTI_CODEC_PCM16  ? config->source_rate_hz
                        : config->codec == RTMULTI_CODEC_OPUS ? 48000
                                                              : 8000,
  };
}

void server_can(struct server *server, uint32_t capabilities) {
  const bool interrupts = (capabilities & RTMULTI_SERVER_INTERRUPTS) != 0;
  if (interrupts != ((server->capabilities & RTMULTI_SERVER_INTERRUPTS) != 0))
    server->interrupts_by_itself = server->hears_turns = interrupts;
  server->capabilities = capabilities;
}

/* ---- responses and items ---- */

struct server_response *server_find_response(struct server *server, struct slice id) {
  struct server_response *response = server->responses;
  while (response != NULL && !slice_equal(response->id, id)) response = response->next;
  return response;
}

static struct server_response *new_response(struct server *server, struct slice id) {
  struct server_response *response = arena_take(server->arena, sizeof *response);
  response->id = id;
  response->next = server->responses;
  server->responses = response;
  return response;
}

static struct server_response *response_named(struct server *server, struct slice id) {
  struct server_response *response = server_find_response(server, id);
  return response != NULL ? response : new_response(server, id);
}

void server_response_created(struct server *server, struct slice id, uint32_t flags) {
  struct server_response *response = response_named(server, id);
  if (response->generation == GENERATION_LOST && !server->is_closed) response = new_response(server, id);
  if (response->generation != GENERATION_UNANNOUNCED) return; /* a repeated announcement changes nothing */
  response->generation = GENERATION_ACTIVE;
  response->flags = flags;
}

void server_response_done(struct server *server, struct slice id) {
  struct server_response *response = server_find_response(server, id);
  if (response != NULL && response->generation == GENERATION_ACTIVE) response->generation = GENERATION_ENDED;
}

void server_response_settled(struct server *server, struct slice id) {
  struct server_response *response = server_find_response(server, id);
  if (response != NULL) response->is_settled = true;
}

void server_item_shown(struct server *server, struct slice id) {
  struct server_item *item = server_find_item(server, id);
  if (item != NULL) item->was_shown = true;
}

bool server_has_audio(const struct server *server, const struct server_response *response) {
  for (const struct server_item *item = server->items; item != NULL; item = item->next) {
    for (const struct server_part *part = item->parts; part != NULL && item->response == response; part = part->next) {
      if (part->received_bytes > 0 || part->received_frames > 0) return true;
    }
  }
  return false;
}

bool server_knows_no_item(struct server *server, struct slice id) {
  const struct server_response *newest = server->responses;
  if (server_find_item(server, id) != NULL || newest == NULL || newest->generation == GENERATION_LOST) return false;
  return (newest->flags & RTMULTI_RESPONSE_TEXT) == 0 && server_has_audio(server, newest);
}

struct slice server_newest_response(const struct server *server) {
  return server->responses == NULL ? (struct slice){NULL, 0} : server->responses->id;
}

struct server_item *server_find_item(struct server *server, struct slice id) {
  struct server_item *item = server->items;
  while (item != NULL && !slice_equal(item->id, id)) item = item->next;
  return item;
}

void server_item_comes(struct server *server, struct slice id) {
  struct server_item *item = server_find_item(server, id);
  if (item != NULL) item->has_come = true;
}

/* Where an item is that is announced in this response. */
static enum presence presence_in(const struct server *server, const struct server_response *response) {
  if (server->is_closed || (response != NULL && response->generation == GENERATION_LOST)) return ITEM_LOST;
  const uint32_t elsewhere = RTMULTI_RESPONSE_LOCAL | RTMULTI_RESPONSE_OUT_OF_BAND;
  return response != NULL && (response->flags & elsewhere) != 0 ? ITEM_ELSEWHERE : ITEM_HELD;
}

struct server_item *server_item_added(struct server *server, struct slice response_id, struct slice id,
                                      rtmulti_item_kind kind) {
  struct server_item *known = server_find_item(server, id);
  if (known != NULL && known->presence != ITEM_LOST) return known;
  struct server_response *response =
      response_id.bytes != NULL ? response_named(server, response_id) : server->responses;
  const enum presence presence = presence_in(server, response);
  if (known != NULL && presence == ITEM_LOST) return known;
  struct server_item *item = arena_take(server->arena, sizeof *item);
  item->id = id;
  item->kind = kind;
  item->response = response;
  item->presence = presence;
  item->announcement = known == NULL ? 0 : known->announcement + 1;
  item->next = server->items;
  server->items = item;
  return item;
}

struct server_item *server_item_for_delta(struct server *server, struct slice id) {
  struct server_item *known = server_find_item(server, id);
  return known != NULL ? known : server_item_added(server, (struct slice){NULL, 0}, id, RTMULTI_ITEM_MESSAGE);
}

void server_reconnected(struct server *server) {
  for (struct server_response *response = server->responses; response != NULL; response = response->next) {
    response->generation = GENERATION_LOST;
  }
  for (struct server_item *item = server->items; item != NULL; item = item->next) {
    if (item->presence != ITEM_ELSEWHERE) item->presence = ITEM_LOST;
  }
}

void server_closed(struct server *server) { server->is_closed = true; }

void server_heard_listener(struct server *server, struct slice response_id) {
  /* Whoever makes a response uninterruptible tells the server so too; what is no part of the conversation goes on. */
  const uint32_t spared = RTMULTI_RESPONSE_UNINTERRUPTIBLE | RTMULTI_RESPONSE_LOCAL | RTMULTI_RESPONSE_OUT_OF_BAND;
  if (!server->interrupts_by_itself) return;
  for (struct server_response *response = server->responses; response != NULL; response = response->next) {
    const bool is_meant = response_id.bytes == NULL || slice_equal(response->id, response_id);
    if (is_meant && (response->flags & spared) == 0 && response->generation == GENERATION_ACTIVE)
      response->generation = GENERATION_INTERRUPTED;
  }
}

/* ---- parts and their audio ---- */

static struct server_part *find_part(struct server_item *item, int32_t content) {
  struct server_part *part = item->parts;
  while (part != NULL && part->content != content) part = part->next;
  return part;
}

void server_part_added(struct server *server, struct server_item *item, int32_t content,
                       rtmulti_part_kind kind) {
  if (find_part(item, content) != NULL) return;
  struct server_part *part = arena_take(server->arena, sizeof *part);
  part->content = content;
  part->kind = kind;
  part->truncated_ms = NOT_GIVEN;
  part->next = item->parts;
  item->parts = part;
}

int32_t server_audio_content(const struct server_item *item, int32_t content) {
  int32_t first = NOT_GIVEN;
  if (content != NOT_GIVEN) return content;
  for (const struct server_part *part = item->parts; part != NULL; part = part->next) {
    if (part->kind == RTMULTI_PART_AUDIO && (first == NOT_GIVEN || part->content < first))
      first = part->content;
  }
  return first == NOT_GIVEN ? 0 : first;
}

struct server_part *server_part_for_audio(struct server *server, struct server_item *item, int32_t content) {
  content = server_audio_content(item, content);
  server_part_added(server, item, content, RTMULTI_PART_AUDIO);
  return find_part(item, content);
}

void server_audio_sent(const struct server *server, struct server_part *part, int64_t bytes, int64_t frames) {
  if (server->is_closed) return;
  part->received_bytes += bytes;
  part->received_frames += frames;
}

int64_t server_received_us(const struct server *server, const struct server_part *part) {
  const int64_t frames = server->codec == RTMULTI_CODEC_OPUS    ? part->received_frames
                         : server->codec == RTMULTI_CODEC_PCM16 ? part->received_bytes / 2
                                                                : part->received_bytes;
  return part->kind == RTMULTI_PART_AUDIO ? frames * 1000000 / server->source_rate_hz : 0;
}

int64_t server_held_us(const struct server *server, const struct server_part *part) {
  return part->truncated_ms == NOT_GIVEN ? server_received_us(server, part) : part->truncated_ms * 1000;
}

/* ---- commands ---- */

static const char *truncate_item(struct server *server, struct server_command *command) {
  if ((server->capabilities & RTMULTI_SERVER_TRUNCATES) == 0) return "this server cannot truncate";
  if (command->item == NULL || command->item->presence != ITEM_HELD) return "it holds no such item";
  struct server_part *part = find_part(command->item, command->content);
  int64_t received_us = 0;
  for (const struct server_part *any = command->item->parts; any != NULL; any = any->next) {
    received_us += server_received_us(server, any);
  }
  if (received_us == 0 || part == NULL || part->kind != RTMULTI_PART_AUDIO) return "there is no audio in it";
  const int64_t held_ms = server_held_us(server, part) / 1000;
  if (command->ms < 0 || command->ms > held_ms) {
    return arena_print(server->arena, "it holds only %lld ms of it", (long long)held_ms);
  }
  command->part = part;
  command->truncated_ms_before = part->truncated_ms;
  part->truncated_ms = command->ms;
  return NULL;
}

static const char *delete_item(struct server *server, struct server_command *command) {
  if ((server->capabilities & RTMULTI_SERVER_DELETES) == 0) return "this server cannot delete";
  if (command->item == NULL || command->item->presence != ITEM_HELD) return "it holds no such item";
  command->presence_before = command->item->presence;
  command->item->presence = ITEM_DELETED;
  return NULL;
}

static const char *cancel_response(struct server_command *command) {
  const struct server_response *response = command->response;
  if (response != NULL && response->generation == GENERATION_INTERRUPTED) {
    command->generation_before = GENERATION_INTERRUPTED;
    return NULL;
  }
  const uint32_t local = RTMULTI_RESPONSE_LOCAL;
  if (response == NULL || response->generation != GENERATION_ACTIVE || (response->flags & local) != 0) {
    return "no such response is active";
  }
  command->generation_before = command->response->generation;
  command->response->generation = GENERATION_ENDED;
  return NULL;
}

static const char *replace_context(struct server *server, const rtmulti_command *sync) {
  if ((server->capabilities & RTMULTI_SERVER_SYNCS) == 0) return "its context cannot be replaced";
  for (size_t i = 0; i < sync->dropped_count; i++) {
    const struct slice id = {sync->dropped[i]->item_id, sync->dropped[i]->item_id_size};
    struct server_item *item = server_find_item(server, id);
    if (item != NULL && item->presence == ITEM_HELD) item->presence = ITEM_DELETED;
  }
  return NULL;
}

static const char *create_item(struct server *server, struct server_command *command) {
  if ((server->capabilities & RTMULTI_SERVER_REWRITES) == 0) return "this server cannot have items rewritten";
  if (command->item == NULL || command->item->presence != ITEM_DELETED)
    return "the item was not deleted before";
  command->item->presence = ITEM_REWRITTEN;
  return NULL;
}

static const char *clear_output(const struct server *server) {
  return (server->capabilities & RTMULTI_SERVER_OWNS_PLAYOUT) != 0 ? NULL : "this server plays nothing itself";
}

/* `sync`: the command itself, of which an entry keeps no lists. */
static void obey(struct server *server, struct server_command *entry, const rtmulti_command *sync) {
  switch (entry->kind) {
    case RTMULTI_COMMAND_CANCEL: entry->refusal = cancel_response(entry); break;
    case RTMULTI_COMMAND_TRUNCATE: entry->refusal = truncate_item(server, entry); break;
    case RTMULTI_COMMAND_DELETE: entry->refusal = delete_item(server, entry); break;
    case RTMULTI_COMMAND_SYNC: entry->refusal = replace_context(server, sync); break;
    case RTMULTI_COMMAND_CREATE: entry->refusal = create_item(server, entry); break;
    case RTMULTI_COMMAND_CLEAR_OUTPUT: entry->refusal = clear_output(server); break;
    default: entry->refusal = "it does not know this command"; break;
  }
  entry->state = entry->refusal == NULL ? COMMAND_OBEYED : COMMAND_REFUSED;
}

void server_told(struct server *server, const rtmulti_command *command, const char *shown, size_t line, bool is_held) {
  const bool is_of_response =
      command->kind == RTMULTI_COMMAND_CANCEL || command->kind == RTMULTI_COMMAND_CLEAR_OUTPUT;
  const struct slice id = is_of_response ? (struct slice){command->response_id, command->response_id_size}
                                    : (struct slice){command->item_id, command->item_id_size};
  struct server_command *before = server_newest_command(server, command->kind, id);
  if (before != NULL && before->state == COMMAND_HELD) obey(server, before, NULL);
  struct server_command *entry = arena_take(server->arena, sizeof *entry);
  entry->kind = command->kind;
  entry->id = arena_copy(server->arena, id.bytes, id.size);
  entry->event_id = arena_copy(server->arena, command->event_id, command->event_id_size);
  entry->content = command->content_index;
  entry->ms = command->audio_end_ms;
  entry->shown = shown;
  entry->line = line;
  if (is_of_response) entry->response = server_find_response(server, entry->id);
  if (!is_of_response) entry->item = server_find_item(server, entry->id);
  if (!is_held) obey(server, entry, command);
  entry->older = server->commands;
  server->commands = entry;
}

struct server_command *server_owed_answer(struct server *server) {
  struct server_command *owed = NULL;
  for (struct server_command *command = server->commands; command != NULL; command = command->older) {
    if (command->state == COMMAND_OBEYED && !command->is_answered) owed = command;
  }
  return owed;
}

void server_truncated(struct server_item *item, int32_t content, int64_t ms) {
  struct server_part *part = find_part(item, content);
  if (part != NULL) part->truncated_ms = ms;
  item->is_left_out = item->was_changed_unasked = true;
}

void server_deleted(struct server_item *item) {
  if (item->presence == ITEM_HELD) item->presence = ITEM_DELETED;
  item->is_left_out = item->was_changed_unasked = true;
}

struct server_command *server_newest_command(struct server *server, rtmulti_command_kind kind,
                                             struct slice id) {
  struct server_command *command = server->commands;
  while (command != NULL && (command->kind != kind || !slice_equal(command->id, id))) command = command->older;
  return command;
}

void server_reject(struct server_command *command) {
  if (command->item != NULL) command->item->is_left_out = true;
  if (command->state == COMMAND_OBEYED) {
    if (command->kind == RTMULTI_COMMAND_CANCEL) command->response->generation = command->generation_before;
    if (command->kind == RTMULTI_COMMAND_TRUNCATE) command->part->truncated_ms = command->truncated_ms_before;
    if (command->kind == RTMULTI_COMMAND_DELETE) command->item->presence = command->presence_before;
  }
  command->state = COMMAND_REJECTED;
}
