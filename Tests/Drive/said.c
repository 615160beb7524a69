/* What a server says next, drawn: responses, items, parts, audio and text, mostly as a server would, sometimes in
 * another order; late words, ends, cuts of its own, and answers to what it was told. */
#include <string.h>

#include "talk.h"

static struct op event_of(const struct talk *talk, enum op_kind kind, const struct item *item) {
  struct op op = {.kind = kind, .content = -1, .output = -1, .ms = kind == OP_TEXT ? -1 : 0, .end_ms = -1};
  if (item == NULL) return op;
  memcpy(op.item, item->id, NAME_SIZE);
  op.output = item->output;
  if (item->response >= 0) memcpy(op.response, talk->server.responses[item->response].id, NAME_SIZE);
  return op;
}

static bool is_wild(struct talk *talk, uint32_t percent) {
  return talk->plan.wild_order && random_chance(&talk->random, percent);
}

/* ---- audio and text ---- */

static unsigned char bytes[32 * 1024];

static void say_samples(struct talk *talk, struct op *op, const struct part *part) {
  const bool is_pcm = talk->plan.material == MATERIAL_PCM16;
  const int64_t ms =
      random_chance(&talk->random, 20) ? random_between(&talk->random, 1, 9) : random_between(&talk->random, 10, 160);
  int64_t size = ms * talk->plan.source_rate_hz / 1000 * (is_pcm ? 2 : 1);
  if (is_pcm && talk->plan.splits_samples && random_chance(&talk->random, 40)) size += 1;
  for (int64_t i = 0; i < size; i++) {
    const int64_t at = part->sent_bytes + i;
    bytes[i] = is_pcm ? (unsigned char)((uint16_t)pcm_sample(part->number, at / 2) >> (at % 2 * 8))
                      : code_at(part->number, at);
  }
  op->bytes = bytes;
  op->size = (size_t)size;
}

static void say_audio(struct talk *talk, struct item *item, struct part *part) {
  struct op op = event_of(talk, OP_AUDIO, item);
  op.content = part->content;
  if (is_wild(talk, 10) && part->content == 0) op.content = -1;
  switch (talk->plan.material) {
    case MATERIAL_OPUS:
      op.bytes = packets[part->packets % PACKET_COUNT].bytes;
      op.size = packets[part->packets % PACKET_COUNT].size;
      part->packets += 1;
      break;
    case MATERIAL_PACKETS: {
      op.kind = OP_PACKET;
      int which = part->packets;
      if (random_chance(&talk->random, 6) && which > 0) which += 1; /* the one before it is lost, or comes late */
      if (random_chance(&talk->random, 4) && which > 0) which -= 1;
      if (which >= part->packets) part->packets = which + 1;
      op.bytes = packets[which % PACKET_COUNT].bytes;
      op.size = packets[which % PACKET_COUNT].size;
      op.number = (uint32_t)(which + 65530) & 0xffff;
      op.frames = (int64_t)which * PACKET_FRAMES;
      break;
    }
    case MATERIAL_OGG: {
      const int64_t left = (int64_t)ogg_size - part->sent_bytes;
      int64_t size =
          part->sent_bytes == 0 ? random_between(&talk->random, 60, 400) : random_between(&talk->random, 20, 600);
      if (size > left) size = left;
      if (size <= 0) return;
      op.bytes = ogg_bytes + part->sent_bytes;
      op.size = (size_t)size;
      break;
    }
    default: say_samples(talk, &op, part); break;
  }
  talk_say(talk, &op);
}

static void say_text(struct talk *talk, struct item *item, struct part *part) {
  static const char *const pieces[] = {" Hello",
                                       " there,",
                                       " how",
                                       " are you?",
                                       " Sch\xc3\xb6n",
                                       "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x80\x82",
                                       " \xf0\x9f\x91\x8b\xf0\x9f\x8f\xbd",
                                       ".",
                                       " \"so\\",
                                       "",
                                       " a longer piece of what is said, with several words in it"};
  struct op op = event_of(talk, OP_TEXT, item);
  op.content = part->content;
  op.number = part->kind;
  op.bytes = pieces[random_below(&talk->random, sizeof pieces / sizeof pieces[0])];
  if (talk->plan.has_spans && part->kind == RTMULTI_PART_AUDIO) {
    op.ms = part->span_ms;
    op.end_ms = part->span_ms += random_between(&talk->random, 10, 200);
  }
  talk_say(talk, &op);
}

/* ---- one item ---- */

static struct part *new_part(struct talk *talk, struct item *item) {
  struct op op = event_of(talk, OP_PART, item);
  const bool shows = talk->server.responses[item->response].flags & RTMULTI_RESPONSE_TEXT;
  op.content = item->part_count;
  op.number = shows || random_chance(&talk->random, 10) ? RTMULTI_PART_TEXT : RTMULTI_PART_AUDIO;
  talk_say(talk, &op);
  return item_part(item, op.content);
}

static void end_item(struct talk *talk, struct item *item) {
  for (int i = 0; i < item->part_count; i++) {
    if (item->parts[i].is_done || random_chance(&talk->random, 30)) continue;
    struct op op = event_of(talk, OP_PART_DONE, item);
    op.content = item->parts[i].content;
    op.number = item->parts[i].kind;
    talk_say(talk, &op);
  }
  struct op op = event_of(talk, OP_ITEM_DONE, item);
  op.number = item->kind;
  talk_say(talk, &op);
}

static void go_on(struct talk *talk, struct item *item) {
  struct random *random = &talk->random;
  if (item->kind == RTMULTI_ITEM_FUNCTION_CALL && item->calls_said == 0) {
    struct op op = event_of(talk, OP_CALL, item);
    talk_say(talk, &op);
    return;
  }
  if (item->kind != RTMULTI_ITEM_MESSAGE) {
    end_item(talk, item);
    return;
  }
  struct part *part = item->part_count == 0 ? NULL : &item->parts[item->part_count - 1];
  if (part != NULL && is_wild(talk, 15)) part = &item->parts[random_below(random, (uint32_t)item->part_count)];
  if (part == NULL || (part->is_done && item->part_count < MOST_PARTS && random_chance(random, 40))) {
    part = new_part(talk, item);
    if (part == NULL) return;
  }
  if (part->is_done && !is_wild(talk, 20)) {
    end_item(talk, item);
    return;
  }
  const uint32_t what = random_below(random, 100);
  const bool has_voice = part->kind == RTMULTI_PART_AUDIO || !talk->plan.voices_no_text;
  if (what < 55 && has_voice) {
    for (int64_t i = random_between(random, 1, 4); i > 0 && !talk->is_wrong; i--) say_audio(talk, item, part);
  } else if (what < 80) {
    say_text(talk, item, part);
  } else if (what < 90) {
    struct op op = event_of(talk, OP_PART_DONE, item);
    op.content = part->content;
    op.number = part->kind;
    talk_say(talk, &op);
  } else {
    end_item(talk, item);
  }
}

/* ---- responses ---- */

static void new_item(struct talk *talk, const struct response *response) {
  struct server *server = &talk->server;
  if (server->item_count == MOST_ITEMS) return;
  struct op op = event_of(talk, OP_ITEM, NULL);
  snprintf(op.item, NAME_SIZE, "item_%d", server->item_count + 1);
  memcpy(op.response, response->id, NAME_SIZE);
  const uint32_t what = random_below(&talk->random, 100);
  op.number = what < 84 ? RTMULTI_ITEM_MESSAGE : what < 95 ? RTMULTI_ITEM_FUNCTION_CALL : RTMULTI_ITEM_OTHER;
  int highest = -1;
  for (int i = 0; i < server->item_count; i++)
    if (server->items[i].response == (int)(response - server->responses) && server->items[i].output > highest)
      highest = server->items[i].output;
  op.output = highest + 1;
  talk_say(talk, &op);
  struct item *item = server_item(server, op.item);
  if (item != NULL) item->output = op.output;
  if (is_wild(talk, 10)) talk_say(talk, &op); /* a repeated announcement changes nothing (rule A5) */
}

static void end_response(struct talk *talk, const struct response *response) {
  struct op op = event_of(talk, OP_RESPONSE_DONE, NULL);
  memcpy(op.response, response->id, NAME_SIZE);
  op.number = response->wants_end                ? RTMULTI_STATUS_CANCELLED
              : random_chance(&talk->random, 90) ? RTMULTI_STATUS_COMPLETED
                                                 : RANDOM_ONE(&talk->random, RTMULTI_STATUS_CANCELLED,
                                                              RTMULTI_STATUS_INCOMPLETE, RTMULTI_STATUS_FAILED);
  if (op.number != RTMULTI_STATUS_COMPLETED)
    op.bytes = op.number == RTMULTI_STATUS_CANCELLED ? "client_cancelled" : "max_output_tokens";
  talk_say(talk, &op);
}

static void new_response(struct talk *talk) {
  struct server *server = &talk->server;
  struct random *random = &talk->random;
  if (server->response_count == MOST_RESPONSES) return;
  struct op op = event_of(talk, OP_CREATED, NULL);
  snprintf(op.response, NAME_SIZE, "resp_%d", server->response_count + 1);
  if (random_chance(random, 8))
    op.number |= RTMULTI_RESPONSE_LOCAL;
  else if (random_chance(random, 8))
    op.number |= RTMULTI_RESPONSE_OUT_OF_BAND;
  if (random_chance(random, 8)) op.number |= RTMULTI_RESPONSE_UNINTERRUPTIBLE;
  if (random_chance(random, 6)) op.number |= RTMULTI_RESPONSE_TEXT;
  if (server->token[0] != 0 && random_chance(random, 70)) {
    memcpy(op.token, server->token, NAME_SIZE);
    server->token[0] = 0;
    if (server->token_is_apart) op.number |= RTMULTI_RESPONSE_OUT_OF_BAND;
  }
  talk_say(talk, &op);
}

/* A cut or a deletion that nobody asked for (rule F10). */
static void cut_by_itself(struct talk *talk) {
  struct server *server = &talk->server;
  if (server->item_count == 0) return;
  struct item *item = &server->items[random_below(&talk->random, (uint32_t)server->item_count)];
  if (item->kind != RTMULTI_ITEM_MESSAGE || item->is_deleted || item->part_count == 0) return;
  const bool deletes = random_chance(&talk->random, 40);
  struct op op = event_of(talk, deletes ? OP_DELETED : OP_TRUNCATED, item);
  struct part *part = &item->parts[random_below(&talk->random, (uint32_t)item->part_count)];
  if (!deletes && part->kind != RTMULTI_PART_AUDIO) return;
  op.content = deletes ? -1 : part->content;
  op.ms = deletes ? 0 : random_between(&talk->random, 0, part_ms(talk, part));
  item->has_own_cut = true;
  if (deletes)
    item->is_deleted = true;
  else if (part->kept_ms < 0 || op.ms < part->kept_ms)
    part->kept_ms = op.ms;
  talk_say(talk, &op);
}

static void speak_of_buffer(struct talk *talk) {
  struct server *server = &talk->server;
  if (server->response_count == 0) return;
  struct op op = event_of(talk, OP_BUFFER, NULL);
  op.number = RANDOM_ONE(&talk->random, RTMULTI_BUFFER_STARTED, RTMULTI_BUFFER_STARTED, RTMULTI_BUFFER_STOPPED,
                         RTMULTI_BUFFER_CLEARED);
  memcpy(op.response, server->responses[random_below(&talk->random, (uint32_t)server->response_count)].id, NAME_SIZE);
  talk_say(talk, &op);
}

void server_speaks(struct talk *talk) {
  struct server *server = &talk->server;
  struct random *random = &talk->random;
  if (talk->plan.config.server & RTMULTI_SERVER_OWNS_PLAYOUT && random_chance(random, 15)) speak_of_buffer(talk);
  if (talk->plan.has_own_cuts && random_chance(random, 6)) cut_by_itself(talk);
  if (random_chance(random, 4)) {
    struct op op = event_of(talk, OP_SPEECH, NULL);
    op.ms = talk->now_us / 1000;
    talk_say(talk, &op);
    return;
  }
  struct op answer;
  if (random_chance(random, 25) && server_answer(talk, &answer)) {
    talk_say(talk, &answer);
    return;
  }
  int which = -1;
  for (int i = server->response_count - 1; i >= 0; i--) {
    if (!server->responses[i].is_generating) continue;
    which = i;
    if (!random_chance(random, 20)) break;
  }
  if (which < 0 || random_chance(random, 5)) {
    /* Late words for what is over are rare, but they come. */
    if (server->item_count > 0 && is_wild(talk, 30)) {
      struct item *item = &server->items[random_below(random, (uint32_t)server->item_count)];
      if (item->response >= 0 && !server->responses[item->response].is_lost && item->kind == RTMULTI_ITEM_MESSAGE &&
          server->responses[item->response].is_generating)
        go_on(talk, item);
      return;
    }
    new_response(talk);
    return;
  }
  struct response *response = &server->responses[which];
  if (response->wants_end && random_chance(random, 50)) {
    end_response(talk, response);
    return;
  }
  int open = -1, count = 0;
  for (int i = 0; i < server->item_count; i++) {
    if (server->items[i].response != which) continue;
    count += 1;
    if (!server->items[i].is_done && (open < 0 || random_chance(random, 85))) open = i;
  }
  if (open >= 0 && !(count < 4 && random_chance(random, 8)))
    go_on(talk, &server->items[open]);
  else if (count < 4 && (count == 0 || random_chance(random, 55)))
    new_item(talk, response);
  else
    end_response(talk, response);
}
