/* What the server remembers at the far end: what it has sent when it sent it, and commands when they arrive. The runner's
 * own model obeys at once and knows only what has arrived; in the end both must hold what was heard. */
#include "world.h"

void far_memory_start(struct world *world) {
  server_start(&world->memory, &world->conversation.arena, &world->conversation.scenario.config);
  world->said = scenario_start(&world->said_lines, "far end");
}

/* Frames of the part's audio so far, as traffic.c counts them. */
static void remember_audio(struct world *world, const struct input *input) {
  struct server *memory = &world->memory;
  struct server_part *part =
      server_part_for_audio(memory, server_item_for_delta(memory, input->id), input->content);
  const struct voice *voice = &world->conversation.run.voice;
  const int64_t frame_bytes = voice->codec == RTMULTI_CODEC_PCM16 ? 2 : 1;
  if (input->bytes != NOT_GIVEN) {
    server_audio_sent(memory, part, input->bytes, 0);
    return;
  }
  const int64_t end_ms = part->asked_ms + input->ms;
  const int64_t frames = voice_frames(voice, end_ms) - voice_frames(voice, part->asked_ms);
  part->asked_ms = end_ms;
  server_audio_sent(memory, part, frames * frame_bytes, 0);
}

void far_memory_sends(struct world *world, const char *line) {
  struct arena *arena = &world->conversation.arena;
  struct server *memory = &world->memory;
  const char *said = world_print(world, "> %s", line);
  if (scenario_read_line(arena, &world->said, slice_of(said)) != NULL) return;
  const struct input *input = &world->said_lines.statements[world->said_lines.count - 1].input;
  switch (input->kind) {
    case INPUT_RESPONSE: server_response_created(memory, input->id, input->response_flags); break;
    case INPUT_ITEM: server_item_added(memory, input->response, input->id, input->item_kind); break;
    case INPUT_PART:
      server_part_added(memory, server_item_for_delta(memory, input->id), input->content, input->part_kind);
      break;
    case INPUT_AUDIO: remember_audio(world, input); break;
    /* What was announced, and the announcement lost, is there with its first word. */
    case INPUT_TEXT: server_part_for_audio(memory, server_item_for_delta(memory, input->id), input->content); break;
    case INPUT_RESPONSE_DONE: server_response_done(memory, input->id); break;
    default: break; /* calls and dones change nothing of what is compared */
  }
}

/* What the host says of the server is no news to that: it obeys what was told before, too. */
void far_memory_can(struct world *world, uint32_t capabilities) { world->memory.capabilities |= capabilities; }

void far_memory_obeys(struct world *world, const rtmulti_command *command) {
  server_told(&world->memory, command, "", 0, false);
}

/* An item that is left out here is left out there, and so is one that was never announced and belongs to another response
 * here, because that was the newest when it arrived (rule A5). */
static void copy_settlements(struct world *world) {
  struct server *near = &world->conversation.run.server;
  for (struct server_response *far = world->memory.responses; far != NULL; far = far->next) {
    const struct server_response *known = server_find_response(near, far->id);
    far->is_settled = known != NULL && known->is_settled;
  }
  for (struct server_item *far = world->memory.items; far != NULL; far = far->next) {
    const struct server_item *known = server_find_item(near, far->id);
    const bool is_same = known != NULL && known->response != NULL && far->response != NULL &&
                         slice_equal(known->response->id, far->response->id);
    far->is_left_out = !is_same || known->is_left_out;
    far->was_shown = is_same && known->was_shown;
  }
}

void far_memory_check(struct world *world) {
  struct run *run = &world->conversation.run;
  /* Which lost packets a server counts as sent depends on what came behind them: the runner's business. */
  if (run->scenario->config.codec == RTMULTI_CODEC_OPUS || world->conversation.witness.is_closed) return;
  if (world->connection > 0 || conversation_has_failed(&world->conversation)) return;
  copy_settlements(world);
  /* A cancel that comes too late is refused, and that is well (rule F5). */
  world->memory.commands = NULL;
  const struct server near = run->server;
  run->server = world->memory;
  verdict_check(run);
  run->server = near;
  own_cuts_check(world);
  if (run->failure.line == 0) return;
  run->failure.sentence = arena_print(run->arena, "with the network's delay, %s", run->failure.sentence);
}
