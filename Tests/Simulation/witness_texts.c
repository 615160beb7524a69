/* The witness follows texts: what was sent of each part, what was released of it, and what its record may say of that
 * (rules A5, G1, G2); see witness.h. */
#include <string.h>

#include "witness.h"

/* ---- what was sent ---- */

static void send(struct witness *witness, struct witness_part *part, struct slice text, int64_t end_ms) {
  witness_grow(witness, &part->sent, text.bytes, text.size);
  if (text.size == 0) return;
  struct witness_span *span = arena_take(witness->run->arena, sizeof *span);
  *span = (struct witness_span){part->sent.size, end_ms, part->spans};
  part->spans = span;
}

static int count_items(const struct witness *witness, const struct server_response *response) {
  int count = 0;
  for (const struct server_item *item = witness->run->server.items; item != NULL; item = item->next) {
    if (item->response == response && item->has_come) count += 1;
  }
  return count;
}

static void keep(struct witness *witness, const struct input *input) {
  const struct server_response *newest = witness->run->server.responses;
  struct witness_waiting *waiting = arena_take(witness->run->arena, sizeof *waiting);
  *waiting = (struct witness_waiting){.item = input->id,
                                      .text = input->text,
                                      .content = input->content == NOT_GIVEN ? 0 : input->content,
                                      .response = newest,
                                      .speaker = witness_response(witness, SLICE(newest->id))->speaker,
                                      .known_count = count_items(witness, newest),
                                      .next = witness->waiting};
  witness->waiting = waiting;
}

/* The oldest that waits for this item, or (`speaks`) behind the audio of this one; NULL if there is none. */
static struct witness_waiting *oldest(struct witness *witness, struct slice item, bool speaks) {
  struct witness_waiting *found = NULL;
  for (struct witness_waiting *waiting = witness->waiting; waiting != NULL; waiting = waiting->next) {
    if (!waiting->is_given && slice_equal(speaks ? waiting->speaker : waiting->item, item)) found = waiting;
  }
  return found;
}

/* An item is there that texts have waited for. */
static void give_to_item(struct witness *witness, struct slice id) {
  for (struct witness_waiting *waiting; (waiting = oldest(witness, id, false)) != NULL; waiting->is_given = true)
    send(witness, witness_part(witness, witness_item(witness, id), waiting->content), waiting->text, NOT_GIVEN);
}

void witness_texts_input(struct witness *witness, const struct input *input) {
  struct server *server = &witness->run->server;
  const struct server_item *known = server_find_item(server, input->id);
  const bool is_message = input->kind == INPUT_MESSAGE;
  /* Of what is lost on the way nobody knows; a page is what its packet is. */
  const bool is_lost = input->kind == INPUT_AUDIO && stream_is_lost(witness->run, input);
  const bool is_audio = (is_message && input->ms != NOT_GIVEN) || (input->kind == INPUT_AUDIO && !is_lost);
  const bool is_announced = input->kind == INPUT_ITEM && input->item_kind == RTMULTI_ITEM_MESSAGE;
  if (is_message || is_audio || is_announced || input->kind == INPUT_PART) give_to_item(witness, input->id);
  if (is_audio) {
    const struct server_response *response = known != NULL ? known->response : server->responses;
    if (is_message && input->response.bytes != NULL) response = server_find_response(server, input->response);
    if (response != NULL) witness_response(witness, SLICE(response->id))->speaker = input->id;
  }
  if (input->kind == INPUT_TEXT && server_knows_no_item(server, input->id)) {
    keep(witness, input);
  } else if (input->kind == INPUT_TEXT || (is_message && input->text.bytes != NULL)) {
    const int32_t content = is_message                    ? 0
                            : known != NULL               ? server_audio_content(known, input->content)
                            : input->content == NOT_GIVEN ? 0
                                                          : input->content;
    send(witness, witness_part(witness, witness_item(witness, input->id), content), input->text,
         is_message ? NOT_GIVEN : input->end_ms);
  }
}

/* ---- what was released ---- */

static rtmulti_position position_of(const struct witness *witness, struct slice item, int32_t content) {
  rtmulti_position position = {.struct_size = sizeof position};
  if (rtmulti_session_position(witness->run->session, SLICE(item), content, &position) != RTMULTI_OK)
    position = (rtmulti_position){.struct_size = sizeof position};
  return position;
}

void witness_texts_heard(struct witness *witness, const struct witness_item *item, struct witness_part *part,
                         const rtmulti_event *event) {
  const rtmulti_position position = position_of(witness, item->id, part->content);
  if (event->estimated && position.estimated && position.heard_frames > part->estimated_frames)
    part->estimated_frames = position.heard_frames;
  witness_grow(witness, &part->heard, event->text, event->text_size);
  /* With its last words come those of nobody that were said behind its audio (rule A5). */
  for (struct witness_waiting *waiting; part->heard.size > part->sent.size; waiting->is_given = true) {
    waiting = oldest(witness, item->id, true);
    if (waiting == NULL || waiting->known_count != count_items(witness, waiting->response)) break;
    send(witness, part, waiting->text, NOT_GIVEN);
  }
  if (part->heard.size > part->sent.size || memcmp(part->heard.bytes, part->sent.bytes, part->heard.size) != 0)
    witness_breach(witness, "G2", "the heard text of %s is no beginning of \"%.*s\"", item->id.bytes,
                   (int)part->sent.size, part->sent.size == 0 ? "" : part->sent.bytes);
}

/* ---- what is recorded ---- */

/* A report has taken back an estimate that had let go of text: of that text the record has what was heard at the final P,
 * to the piece where the pieces have spans. Without such a report the record has all that was released. */
static bool may_be(const struct witness *witness, struct slice item, const struct witness_part *part, size_t size) {
  const rtmulti_position position = position_of(witness, item, part->content);
  if (size == part->heard.size) return true;
  if (part->estimated_frames <= position.heard_frames) return false;
  for (const struct witness_span *span = part->spans; span != NULL; span = span->next) {
    if (span->end_ms == NOT_GIVEN) return true;
    const bool is_inside = span->text_end <= size;
    if (is_inside && span->end_ms > position.heard_ms) return false;
    if (!is_inside && span->end_ms <= position.heard_ms) return false;
  }
  return true;
}

/* Whether a text is what may be left of these parts, one behind the other. */
static bool is_left_of(const struct witness *witness, struct slice item, const struct witness_part *part, struct slice text) {
  if (part == NULL) return text.size == 0;
  for (size_t size = 0; size <= part->heard.size && size <= text.size; size++) {
    if (size > 0 && text.bytes[size - 1] != part->heard.bytes[size - 1]) return false;
    const struct slice rest = {text.bytes + size, text.size - size};
    if (may_be(witness, item, part, size) && is_left_of(witness, item, part->next, rest)) return true;
  }
  return false;
}

void witness_texts_recorded(struct witness *witness, const struct witness_item *item, bool is_at_server) {
  struct growing heard = {NULL, 0, 0};
  for (const struct witness_part *part = item->parts; part != NULL; part = part->next)
    witness_grow(witness, &heard, part->heard.bytes, part->heard.size);
  /* Where a server says that it has cut, the record ends there; what was released for an estimate stays (rules G2, F4). */
  const bool is_beginning =
      is_at_server && item->text.size <= heard.size && memcmp(item->text.bytes, heard.bytes, item->text.size) == 0;
  if (!is_beginning && !is_left_of(witness, item->id, item->parts, item->text))
    witness_breach(witness, "G1", "the record of %s says \"%s\", its text events said \"%.*s\"", item->id.bytes,
                   item->text.bytes, (int)heard.size, heard.size == 0 ? "" : heard.bytes);
}
