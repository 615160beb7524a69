/* The witness of a server that plays by itself: what each word about its output buffer must make of the messages, and what
 * may be deleted (rule F4); see witness.h. */
#include "witness.h"

static bool has_audio_part(const struct server_item *item) {
  for (const struct server_part *part = item->parts; part != NULL; part = part->next) {
    if (part->kind == RTMULTI_PART_AUDIO) return true;
  }
  return false;
}

/* A response that is heard by the server's word alone, and not over. */
static struct witness_response *open_at_server(struct witness *witness, const struct server_response *known) {
  if (witness->is_closed || known == NULL || known->is_settled || !witness_is_at_server(witness, known)) return NULL;
  if (known->generation == GENERATION_LOST || known->generation == GENERATION_UNANNOUNCED) return NULL;
  struct witness_response *response = witness_response(witness, SLICE(known->id));
  return response->was_cut_at_creation ? NULL : response;
}

void witness_buffer_input(struct witness *witness, const struct input *input) {
  struct server *server = &witness->run->server;
  witness->expects = EXPECTS_NOTHING;
  if (!witness_server_can(witness, RTMULTI_SERVER_OWNS_PLAYOUT)) return;
  if (input->kind == INPUT_BUFFER) {
    const struct server_response *known = server_find_response(server, input->id);
    struct witness_response *response = open_at_server(witness, known);
    witness->has_buffer_spoken = true;
    witness->expected = known;
    if (response == NULL) return;
    if (input->buffer == BUFFER_STARTED && response->said == SAID_NOTHING) {
      response->said = SAID_STARTED;
      witness->expects = EXPECTS_SPEAKING;
    }
    if (input->buffer == BUFFER_STOPPED && response->said != SAID_CLEARED) witness->expects = EXPECTS_WHOLE;
    if (input->buffer == BUFFER_CLEARED) response->said = SAID_CLEARED;
  }
  if (input->kind == INPUT_TRUNCATED) {
    const struct server_item *item = server_find_item(server, input->id);
    const bool is_message = item != NULL && item->kind == RTMULTI_ITEM_MESSAGE;
    struct witness_response *response = is_message ? open_at_server(witness, item->response) : NULL;
    if (response == NULL) return;
    response->is_cut_by_name = true;
    witness->expected = item->response;
    /* An empty one may have settled in its turn before (rule B3). */
    witness->expects = witness_item(witness, input->id)->records == 0 ? EXPECTS_CUT : EXPECTS_NOTHING;
  }
}

/* What was interrupted with it may be at our own sink, whose answer is waited for (rules D1, E2). */
static bool is_clearing(const struct witness *witness) {
  for (const struct witness_segment *segment = witness->segments; segment != NULL; segment = segment->next) {
    if (segment->state == WITNESS_CLEARING && witness->clear_ends_ms > witness->run->now_ms) return true;
  }
  return false;
}

void witness_buffer_step(struct witness *witness, const struct input *input) {
  const struct server_response *known = witness->expected;
  if (input->kind == INPUT_RESPONSE) {
    struct witness_response *created = witness_response(witness, SLICE(input->id));
    created->was_cut_at_creation = created->cancels > 0;
  }
  if (witness->expects == EXPECTS_NOTHING) return;
  const struct witness_response *response = witness_response(witness, SLICE(known->id));
  /* What was interrupted behind a response that the server has cleared is silenced where the server plays it all the same. */
  const bool is_cut = response->cancels > 0 || response->silenced > 0;
  if (witness->expects == EXPECTS_SPEAKING && response->started == 0 && !is_cut)
    witness_breach(witness, "F4", "the server plays %s, and it does not speak", known->id.bytes);
  if (witness->expects == EXPECTS_CUT) {
    const struct witness_item *item = witness_item(witness, input->id);
    if (item->records == 1 && (item->outcome != RTMULTI_OUTCOME_PARTIAL || item->heard_ms < input->ms))
      witness_breach(witness, "F4", "the server cut %s at %lld ms, its record says %lld ms, outcome %u", item->id.bytes,
                     (long long)input->ms, (long long)item->heard_ms, item->outcome);
    if (response->settled == 0 && !is_clearing(witness))
      witness_breach(witness, "F4", "the server has cut %s, which goes on", known->id.bytes);
  }
  for (const struct server_item *item = witness->run->server.items; item != NULL; item = item->next) {
    if (witness->expects != EXPECTS_WHOLE || item->response != known || !has_audio_part(item)) continue;
    if (item->kind == RTMULTI_ITEM_MESSAGE && witness_item(witness, item->id)->outcome != RTMULTI_OUTCOME_FULL)
      witness_breach(witness, "F4", "the server has played all of %s, and %s is not full", known->id.bytes, item->id.bytes);
  }
}

void witness_buffer_deletes(struct witness *witness, const struct server_item *item) {
  if (item == NULL || !witness_is_at_server(witness, item->response)) return;
  if (witness_has_audio(witness, item->response)) return; /* it has come to be our sink's */
  const struct witness_response *response = witness_response(witness, SLICE(item->response->id));
  if (!response->is_cut_by_name && (response->said == SAID_STARTED || !witness->has_buffer_spoken))
    witness_breach(witness, "F4", "%s was deleted, and the server has not said that nobody heard it", item->id.bytes);
}

bool witness_waits_for_server(const struct witness *witness) {
  for (const struct server_response *response = witness->run->server.responses; response != NULL;
       response = response->next) {
    if (!response->is_settled && witness_is_at_server(witness, response)) return true;
  }
  return false;
}
