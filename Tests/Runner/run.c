/* One run of one scenario, from the session's birth to its end: statements in file order, blocks of
 * expectations where they stand, the verdict behind the last line. */
#include "run.h"

void run_fail(struct run *run, size_t line, const char *sentence) {
  if (run->failure.line == 0) run->failure = (struct failure){line, sentence};
}

void run_start(struct run *run) {
  const struct scenario_config *config = &run->scenario->config;
  server_start(&run->server, run->arena, config);
  run->calls = run->options.calls == NULL ? &typed_calls : run->options.calls;
  voice_start(&run->voice, config);
  run->voice.is_paged = run->options.has_pages && config->codec == RTMULTI_CODEC_OPUS;
  run->sink = sink_new(run);
  run->line = 1;
  door_open(run);
  if (run->failure.line != 0) return;
  const rtmulti_format format = voice_format(&run->voice);
  const rtmulti_result formatted =
      door_took(run, "set_format", rtmulti_session_set_format(run->session, &format));
  const rtmulti_result plugged = door_set_sink(run);
  if (formatted == RTMULTI_OK && plugged == RTMULTI_OK) return;
  run_fail(run, config->last_line,
           arena_print(run->arena, "the config lines were expected to suit the library, came %s: %s",
                       rtmulti_result_name(formatted == RTMULTI_OK ? plugged : formatted),
                       rtmulti_session_last_error(run->session)));
}

/* How many statements from `first` on are expectations. */
static size_t block_size(const struct scenario *scenario, size_t first) {
  size_t end = first;
  while (end < scenario->count && scenario->statements[end].kind == STATEMENT_EXPECTATION) end += 1;
  return end - first;
}

void run_input(struct run *run, const struct statement *statement) {
  run->line = statement->line;
  if (run->options.lists_inputs) list_line(&run->listing, run->line);
  traffic_run(run, &statement->input);
  sink_report(run->sink);
}

static void play_statements(struct run *run) {
  const struct scenario *scenario = run->scenario;
  for (size_t i = 0; i < scenario->count && run->failure.line == 0;) {
    const struct statement *statement = &scenario->statements[i];
    if (statement->kind == STATEMENT_INPUT) {
      run_input(run, statement);
      i += 1;
      continue;
    }
    run->line = statement->line;
    const size_t count = block_size(scenario, i);
    expectations_check(run, statement, count);
    i += count;
  }
}

void run_end(struct run *run) {
  if (run->session != NULL) door_close(run);
  voice_end(&run->voice);
  listing_end(&run->listing);
}

void run_whole(struct run *run) {
  run->listing.file = run->options.effects;
  run_start(run);
  if (run->failure.line == 0) play_statements(run);
  if (run->failure.line == 0) verdict_check(run);
  run_end(run);
}

struct failure run_scenario(struct arena *arena, const struct scenario *scenario, struct options options) {
  struct run run = {.scenario = scenario, .options = options, .arena = arena};
  run_whole(&run);
  return run.failure;
}
