/* Does an input cost more because the session is full? Counts every input of the header and every event of the wire in a
 * session that is full to its limits, and in one that is empty. What it is full of is full_states.h's, and what is made of the
 * counts full_session.py's, which starts this under callgrind.
 *
 * usage: full_session STATE      prints a line for each input: its name, which is that of its count, and what it caused
 *        full_session            prints the names of the states */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include "full_states.h"

/* --- events of the wire -------------------------------------------------------------------------------- */

static void receive(struct world *world, const char *input, const char *format, ...) {
  static char text[EVENT_BYTES];
  va_list arguments;
  va_start(arguments, format);
  const int size = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  require(size > 0 && (size_t)size < sizeof text, "an event is too long");
  COUNT(world, input, size, rtmulti_session_receive_json(world->session, text, (size_t)size));
}

/* Names that fit in nobody's, one part longer than all, and letters without a space. */
static const char *unknown_letters(void) {
  static char letters[4001];
  memset(letters, 'q', sizeof letters - 1);
  return letters;
}

static void receive_deltas(struct world *world) {
  static char base64[1281];
  memset(base64, 'A', sizeof base64 - 1);
  const struct {
    const char *input, *words, *response, *item;
  } places[] = {{"json audio, spoken", "json transcript, spoken", world->spoken_response, world->spoken},
                {"json audio, silent", "json transcript, silent", world->silent_response, world->silent},
                {"json audio, settled", "json transcript, settled", world->settled_response, world->settled}};
  for (size_t i = 0; i < 3; i++)
    receive(world, places[i].input,
            "{\"type\":\"response.output_audio.delta\",\"response_id\":\"%s\",\"item_id\":\"%s\",\"content_index\":0,"
            "\"delta\":\"%s\"}",
            places[i].response, places[i].item, base64);
  for (size_t i = 0; i < 3; i++)
    receive(world, places[i].words, "{\"type\":\"response.output_audio_transcript.delta\",\"response_id\":\"%s\","
            "\"item_id\":\"%s\",\"content_index\":0,\"delta\":\"and warm \"}",
            places[i].response, places[i].item);
}

static void receive_all(struct world *world) {
  receive_deltas(world);
  receive(world, "json audio, no item", "{\"type\":\"response.output_audio.delta\",\"delta\":\"AAAA\"}");
  receive(world, "json transcript, unknown item",
          "{\"type\":\"response.output_audio_transcript.delta\",\"response_id\":\"%s\",\"item_id\":\"nobody\","
          "\"content_index\":0,\"delta\":\"and warm \"}", world->spoken_response);
  receive(world, "json transcript done",
          "{\"type\":\"response.output_audio_transcript.done\",\"response_id\":\"%s\",\"item_id\":\"%s\","
          "\"content_index\":0,\"transcript\":\"and warm \"}", world->settled_response, world->settled);
  receive(world, "json text, silent",
          "{\"type\":\"response.output_text.delta\",\"response_id\":\"%s\",\"item_id\":\"%s\",\"content_index\":1,"
          "\"delta\":\"and warm \"}", world->silent_response, world->silent);
  receive(world, "json word time",
          "{\"type\":\"response.audio_timestamp.delta\",\"response_id\":\"%s\",\"item_id\":\"%s\",\"content_index\":0,"
          "\"audio_offset_ms\":10,\"audio_duration_ms\":100,\"text\":\"It\"}", world->spoken_response, world->spoken);
  char name[NAME_BYTES];
  make_name(world, "item", name);
  receive(world, "json item added",
          "{\"type\":\"response.output_item.added\",\"response_id\":\"%s\",\"output_index\":3,\"item\":{\"id\":\"%s\","
          "\"type\":\"message\"}}", world->silent_response, name);
  receive(world, "json item added again",
          "{\"type\":\"response.output_item.added\",\"response_id\":\"%s\",\"item\":{\"id\":\"%s\",\"type\":\"message\"}}",
          world->silent_response, name);
  receive(world, "json part added",
          "{\"type\":\"response.content_part.added\",\"response_id\":\"%s\",\"item_id\":\"%s\",\"content_index\":0,"
          "\"part\":{\"type\":\"audio\"}}", world->silent_response, name);
  receive(world, "json part done",
          "{\"type\":\"response.content_part.done\",\"response_id\":\"%s\",\"item_id\":\"%s\",\"content_index\":0}",
          world->silent_response, name);
  receive(world, "json item done",
          "{\"type\":\"response.output_item.done\",\"response_id\":\"%s\",\"item\":{\"id\":\"%s\",\"type\":\"message\"}}",
          world->silent_response, name);
  receive(world, "json conversation item done", "{\"type\":\"conversation.item.done\",\"item\":{\"id\":\"%s\"}}",
          world->settled);
  receive(world, "json deleted, unknown", "{\"type\":\"conversation.item.deleted\",\"item_id\":\"nobody\"}");
  receive(world, "json deleted, settled", "{\"type\":\"conversation.item.deleted\",\"item_id\":\"%s\"}", world->settled);
  receive(world, "json truncated",
          "{\"type\":\"conversation.item.truncated\",\"item_id\":\"%s\",\"content_index\":0,\"audio_end_ms\":90000}",
          world->spoken);
  make_name(world, "item", name);
  receive(world, "json call",
          "{\"type\":\"response.function_call_arguments.done\",\"response_id\":\"%s\",\"item_id\":\"%s\","
          "\"call_id\":\"call\",\"name\":\"look\",\"arguments\":\"{}\"}", world->silent_response, name);
  receive(world, "json speech stopped", "{\"type\":\"input_audio_buffer.speech_stopped\"}");
  receive(world, "json other", "{\"type\":\"rate_limits.updated\"}");
  receive(world, "json session updated",
          "{\"type\":\"session.updated\",\"session\":{\"output_audio_format\":\"pcm16\",\"turn_detection\":null}}");
  receive(world, "json error of nothing", "{\"type\":\"error\",\"error\":{\"code\":\"invalid_value\",\"message\":\"no\"}}");
  receive(world, "json error, one long word",
          "{\"type\":\"error\",\"error\":{\"code\":\"invalid_value\",\"message\":\"%s\"}}", unknown_letters());
  receive(world, "json error of an item",
          "{\"type\":\"error\",\"error\":{\"code\":\"item_truncate_invalid\",\"message\":\"Item %s at 300 is bad\"}}",
          world->settled);
  receive(world, "json error of a command",
          "{\"type\":\"error\",\"error\":{\"event_id\":\"%s\",\"code\":\"invalid_value\",\"message\":\"no\"}}",
          world->command);
  receive(world, "json error of an active response",
          "{\"type\":\"error\",\"error\":{\"code\":\"conversation_already_has_active_response\",\"message\":\"%s\"}}",
          world->spoken_response);
  receive(world, "json error of an unknown token",
          "{\"type\":\"error\",\"error\":{\"event_id\":\"nobody\",\"code\":\"invalid_value\",\"message\":\"no\"}}");
  make_name(world, "resp", name);
  receive(world, "json response created", "{\"type\":\"response.created\",\"response\":{\"id\":\"%s\"}}", name);
  receive(world, "json response done",
          "{\"type\":\"response.done\",\"response\":{\"id\":\"%s\",\"status\":\"completed\"}}", name);
  receive(world, "json response done, unknown",
          "{\"type\":\"response.done\",\"response\":{\"id\":\"nobody\",\"status\":\"completed\"}}");
  receive(world, "json buffer started", "{\"type\":\"output_audio_buffer.started\",\"response_id\":\"%s\"}", name);
}

/* --- typed inputs -------------------------------------------------------------------------------------- */

static void call_server_doors(struct world *world) {
  rtmulti_session *session = world->session;
  char name[NAME_BYTES], response[NAME_BYTES];
  COUNT(world, "audio, spoken", 960, say(world, world->spoken_response, world->spoken, 0, DELTA_FRAMES));
  COUNT(world, "audio, silent", 960, say(world, world->silent_response, world->silent, 0, DELTA_FRAMES));
  COUNT(world, "audio, settled", 960, say(world, world->settled_response, world->settled, 0, DELTA_FRAMES));
  COUNT(world, "text, spoken", 9, write_text(world, world->spoken_response, world->spoken, 0, "and warm ", -1, -1));
  COUNT(world, "text with span", 9, write_text(world, world->spoken_response, world->spoken, 0, "and warm ", 500, 900));
  COUNT(world, "text, silent", 9, write_text(world, world->silent_response, world->silent, 0, "and warm ", -1, -1));
  COUNT(world, "text, unknown item", 9, write_text(world, world->spoken_response, "nobody else", 0, "and warm ", -1, -1));
  make_name(world, "item", name);
  COUNT(world, "item added", strlen(name),
        rtmulti_session_item_added(session, world->silent_response, ZERO, name, ZERO, -1, RTMULTI_ITEM_MESSAGE));
  COUNT(world, "part added", strlen(name),
        rtmulti_session_part_added(session, world->silent_response, ZERO, name, ZERO, 0, RTMULTI_PART_AUDIO, NULL));
  COUNT(world, "phase", strlen(name), rtmulti_session_set_phase(session, name, ZERO, "commentary", ZERO));
  COUNT(world, "part done", strlen(name), rtmulti_session_part_done(session, name, ZERO, 0));
  COUNT(world, "item done", strlen(name), rtmulti_session_item_done(session, name, ZERO));
  make_name(world, "item", name);
  COUNT(world, "item added before all", strlen(name),
        rtmulti_session_item_added(session, world->silent_response, ZERO, name, ZERO, 0, RTMULTI_ITEM_FUNCTION_CALL));
  make_name(world, "item", name);
  COUNT(world, "item added in the middle", strlen(name),
        rtmulti_session_item_added(session, world->silent_response, ZERO, name, ZERO, 7001, RTMULTI_ITEM_FUNCTION_CALL));
  make_name(world, "item", name);
  COUNT(world, "audio of an unknown item", 960, say(world, world->silent_response, name, 0, DELTA_FRAMES));
  COUNT(world, "item deleted, unknown", 6, rtmulti_session_item_deleted(session, "nobody", ZERO));
  COUNT(world, "item deleted", strlen(name), rtmulti_session_item_deleted(session, name, ZERO));
  COUNT(world, "part truncated", 0, rtmulti_session_part_truncated(session, world->spoken, ZERO, 0, 80000));
  COUNT(world, "function call", strlen(name),
        rtmulti_session_function_call(session, world->silent_response, ZERO, "call item", ZERO, "call", ZERO, "look", ZERO,
                                      "{}", ZERO));
  COUNT(world, "rejected, nothing named", 60,
        rtmulti_session_command_rejected(session, NULL, 0, "invalid_value", ZERO, "It names nothing that there is.", ZERO));
  COUNT(world, "rejected, item named", 60 + strlen(world->settled),
        rtmulti_session_command_rejected(session, NULL, 0, "invalid_value", ZERO, world->settled, ZERO));
  COUNT(world, "rejected, long word", 4000,
        rtmulti_session_command_rejected(session, NULL, 0, "invalid_value", ZERO, unknown_letters(), ZERO));
  make_name(world, "token", name);
  COUNT(world, "expect", strlen(name), rtmulti_session_expect_response(session, name, ZERO));
  COUNT(world, "expect again", strlen(name), rtmulti_session_expect_response(session, name, ZERO));
  COUNT(world, "unexpect", strlen(name), rtmulti_session_unexpect_response(session, name, ZERO));
  make_name(world, "resp", response);
  COUNT(world, "response created", strlen(response),
        rtmulti_session_response_created(session, response, ZERO, 0, NULL, 0));
  COUNT(world, "response created again", strlen(response),
        rtmulti_session_response_created(session, response, ZERO, 0, NULL, 0));
  add_message(world, response, -1, name);
  COUNT(world, "audio of the newest response", 960, say(world, response, name, 0, DELTA_FRAMES));
  COUNT(world, "cancel, named", strlen(response), rtmulti_session_cancel(session, response, ZERO));
  COUNT(world, "interrupt, named", strlen(response),
        rtmulti_session_interrupt(session, response, ZERO, RTMULTI_INTERRUPTED_BY_HOST));
  COUNT(world, "response done", strlen(response),
        rtmulti_session_response_done(session, response, ZERO, RTMULTI_STATUS_CANCELLED, NULL, 0));
  COUNT(world, "buffer word", 0,
        rtmulti_session_output_buffer(session, world->spoken_response, ZERO, RTMULTI_BUFFER_STARTED));
  COUNT(world, "buffer word of the next", 0,
        rtmulti_session_output_buffer(session, world->silent_response, ZERO, RTMULTI_BUFFER_STARTED));
}

static void call_host_doors(struct world *world) {
  rtmulti_session *session = world->session;
  int64_t deadline_us;
  COUNT(world, "interrupt, unknown", 6, rtmulti_session_interrupt(session, "nobody", ZERO, RTMULTI_INTERRUPTED_BY_HOST));
  COUNT(world, "interrupt, settled", 6,
        rtmulti_session_interrupt(session, world->settled_response, ZERO, RTMULTI_INTERRUPTED_BY_HOST));
  COUNT(world, "cancel, unknown", 6, rtmulti_session_cancel(session, "nobody", ZERO));
  COUNT(world, "text delivered, none", 6, rtmulti_session_text_delivered(session, world->spoken, ZERO));
  COUNT(world, "set clear timeout", 0, rtmulti_session_set_clear_timeout(session, 400));
  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  COUNT(world, "set format", 0, rtmulti_session_set_format(session, &format));
  for (int i = 0; i < 3; i++) {
    world->now_us += 1000;
    COUNT(world, "advance 1 ms", 0, rtmulti_session_advance(session, world->now_us));
    COUNT(world, "next deadline", 0, rtmulti_session_next_deadline(session, &deadline_us));
  }
  if (world->device != NULL) {
    static int16_t block[240];
    COUNT(world, "pull 5 ms", sizeof block, (rtmulti_result)rtmulti_device_pull(world->device, block, 120, 1, 0));
    world->now_us += 5000;
    COUNT(world, "advance 5 ms", 0, rtmulti_session_advance(session, world->now_us));
  }
  COUNT(world, "sink ready", 0, rtmulti_session_sink_ready(session));
}

static void report(struct world *world) {
  rtmulti_session *session = world->session;
  const uint64_t segment = world->segment_count > 0 ? world->segments[0] : 1;
  COUNT(world, "started", 0, rtmulti_session_playback_started(session, segment, RTMULTI_NOW));
  COUNT(world, "progress", 0, rtmulti_session_playback_progress(session, segment, 60, RTMULTI_NOW));
  COUNT(world, "progress, same", 0, rtmulti_session_playback_progress(session, segment, 60, RTMULTI_NOW));
  COUNT(world, "progress, unknown", 0, rtmulti_session_playback_progress(session, 1 << 30, 60, RTMULTI_NOW));
  char mark[48];
  const size_t size = rtmulti_mark_name(segment, 90, mark, sizeof mark);
  COUNT(world, "mark", size, rtmulti_session_playback_mark(session, mark, size, RTMULTI_NOW));
  COUNT(world, "queued", 0, rtmulti_session_playback_queued(session, 100000, RTMULTI_NOW));
  COUNT(world, "finished, first", 0,
        rtmulti_session_playback_finished(session, segment, world->frames[0], 0, RTMULTI_NOW));
}

static void ask(struct world *world) {
  rtmulti_session *session = world->session;
  rtmulti_stats stats;
  rtmulti_stats_init(&stats, sizeof stats);
  COUNT(world, "stats", 0, rtmulti_session_stats(session, &stats));
  rtmulti_position position;
  rtmulti_position_init(&position, sizeof position);
  COUNT(world, "position, spoken", 0, rtmulti_session_position(session, world->spoken, ZERO, 0, &position));
  COUNT(world, "position, silent", 0, rtmulti_session_position(session, world->silent, ZERO, 0, &position));
  rtmulti_segment segment;
  rtmulti_segment_init(&segment, sizeof segment);
  COUNT(world, "segment", 0, rtmulti_session_segment(session, world->segments[0], &segment));
  rtmulti_message message;
  const char *names[] = {world->spoken, world->silent, world->settled, "nobody"};
  const char *inputs[] = {"message, spoken", "message, silent", "message, settled", "message, unknown"};
  for (size_t i = 0; i < 4; i++) {
    rtmulti_message_init(&message, sizeof message);
    begin_count(world);
    const rtmulti_result result = rtmulti_session_message(session, names[i], ZERO, &message);
    end_count(world, inputs[i], result, message.heard_text_size + message.generated_text_size);
  }
  const char *text;
  size_t size = 0;
  begin_count(world);
  rtmulti_result result = rtmulti_session_generated_text(session, world->spoken, ZERO, &text, &size);
  end_count(world, "generated text", result, size);
  begin_count(world);
  result = rtmulti_session_heard_text(session, world->spoken, ZERO, &text, &size);
  end_count(world, "heard text", result, size);
  COUNT(world, "history count", 0, rtmulti_session_history_count(session, &size));
  rtmulti_message_init(&message, sizeof message);
  COUNT(world, "history at", 0, rtmulti_session_history_at(session, 0, &message));
}

/* --- inputs after which a session is not full any more -------------------------------------------------- */

static void change(struct world *world) {
  rtmulti_session *session = world->session;
  COUNT(world, "pause", 0, rtmulti_session_pause(session));
  COUNT(world, "resume", 0, rtmulti_session_resume(session));
  COUNT(world, "set server", 0, rtmulti_session_set_server(session, 1));
  const rtmulti_sink sink = sink_of(world, world->device != NULL ? RTMULTI_DRIVER_PULLED : RTMULTI_DRIVER_PACED);
  COUNT(world, "set sink", 0, rtmulti_session_set_sink(session, &sink));
  COUNT(world, "audio off", 0, rtmulti_session_set_audio_enabled(session, 0));
  COUNT(world, "audio on", 0, rtmulti_session_set_audio_enabled(session, 1));
  world->now_us += 600000;
  COUNT(world, "advance 600 ms", 0, rtmulti_session_advance(session, world->now_us));
  COUNT(world, "spoken response done", 0,
        rtmulti_session_response_done(session, world->spoken_response, ZERO, RTMULTI_STATUS_COMPLETED, NULL, 0));
  world->now_us += 70000000;
  COUNT(world, "advance 70 s", 0, rtmulti_session_advance(session, world->now_us));
  char name[NAME_BYTES];
  make_name(world, "resp", name);
  COUNT(world, "response created, others forgotten", 0,
        rtmulti_session_response_created(session, name, ZERO, 0, NULL, 0));
}

static void interrupt(struct world *world) {
  rtmulti_session *session = world->session;
  COUNT(world, "interrupt by the listener", 0,
        rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER));
  COUNT(world, "interrupt by the host", 0, rtmulti_session_interrupt(session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST));
  world->now_us += 600000;
  COUNT(world, "clear timeout", 0, rtmulti_session_advance(session, world->now_us));
  COUNT(world, "reconnect behind a cut", 0, rtmulti_session_reconnect(session));
  char name[NAME_BYTES];
  make_name(world, "resp", name);
  COUNT(world, "response created behind a cut", 0, rtmulti_session_response_created(session, name, ZERO, 0, NULL, 0));
}

static void end(struct world *world) {
  COUNT(world, "reconnect", 0, rtmulti_session_reconnect(world->session));
  COUNT(world, "close", 0, rtmulti_session_close(world->session));
}

static void do_small_inputs(struct world *world) {
  call_host_doors(world);
  ask(world);
  call_server_doors(world);
  receive_all(world);
  report(world);
  change(world);
}

/* --- the program --------------------------------------------------------------------------------------- */

static void fill(struct world *world, const struct state *state, int is_full) {
  world->state = state->name, world->is_full = is_full;
  world->name_length = state->name_length;
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.server = state->server;
  config.write_ahead_ms = RTMULTI_UNLIMITED;
  config.max_open_items = 20000; /* what does not speak counts until its response is done */
  open_world(world, config, state->driver);
  if ((state->server & RTMULTI_SERVER_OWNS_PLAYOUT) == 0) settle_one(world);
  state->fill(world);
}

/* An empty and a full session for each group of inputs. All are filled before callgrind begins to look, for what it looks at
 * it translates anew. */
static void count(const struct state *state) {
  void (*const inputs[])(struct world *world) = {do_small_inputs, interrupt, end};
  enum { GROUPS = sizeof inputs / sizeof *inputs };
  static struct world worlds[GROUPS][2];
  memset(worlds, 0, sizeof worlds);
  for (int group = 0; group < GROUPS; group++)
    for (int is_full = 0; is_full < 2; is_full++) fill(&worlds[group][is_full], state, is_full);
  CALLGRIND_START_INSTRUMENTATION;
  for (int group = 0; group < GROUPS; group++)
    for (int is_full = 0; is_full < 2; is_full++) inputs[group](&worlds[group][is_full]);
  CALLGRIND_STOP_INSTRUMENTATION;
  for (int group = 0; group < GROUPS; group++)
    for (int is_full = 0; is_full < 2; is_full++) {
      rtmulti_device_release(worlds[group][is_full].device);
      require(rtmulti_session_destroy(worlds[group][is_full].session) == RTMULTI_OK, "a session could not be destroyed");
    }
}

int main(int argc, char **argv) {
  int counted = 0;
  for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
    if (argc < 2) puts(states[i].name);
    if (argc < 2 || strcmp(argv[1], states[i].name) != 0) continue;
    count(&states[i]);
    counted = 1;
  }
  require(argc < 2 || counted, "there is no such state");
}
