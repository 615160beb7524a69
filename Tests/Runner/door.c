/* The session as the runner sees it: its effects, by callback or by polling, become entries of the log, orders
 * for the sink and commands for the server. Both ways end in the same functions. */
#include <stdio.h>

#include "run.h"

/* ---- what comes out ---- */

/* Copies a string that the library handed out, and holds it to its promise: a NUL stands behind it. */
static struct slice taken(struct run *run, const char *bytes, size_t size) {
  if (bytes == NULL && size > 0)
    run_fail(run, run->line, "the library handed out a string of no bytes with a size");
  if (bytes == NULL) return slice_of("");
  if (bytes[size] != '\0') run_fail(run, run->line, "the library handed out a string without a NUL behind it");
  return arena_copy(run->arena, bytes, size);
}

static void add(struct run *run, struct effect effect) { effects_add(&run->effects, run->arena, effect); }

static void deliver_message(struct run *run, const rtmulti_message *message) {
  static const char *const names[] = {"pending", "full", "partial", "skipped", "text_only"};
  const bool is_known = message->outcome < sizeof names / sizeof names[0];
  taken(run, message->response_id, message->response_id_size);
  taken(run, message->reason, message->reason_size);
  taken(run, message->phase, message->phase_size);
  taken(run, message->generated_text, message->generated_text_size);
  add(run, (struct effect){
               .kind = message->outcome == RTMULTI_OUTCOME_SKIPPED ? EFFECT_SKIPPED : EFFECT_MESSAGE,
               .id = taken(run, message->item_id, message->item_id_size),
               .outcome = slice_of(is_known ? names[message->outcome] : "unknown"),
               .text = taken(run, message->heard_text, message->heard_text_size),
               .status = slice_of(rtmulti_status_name(message->status)),
               .ms = message->heard_ms,
               .of_lost_session = message->of_lost_session,
           });
  if (message->outcome == RTMULTI_OUTCOME_TEXT_ONLY && !message->of_lost_session)
    server_item_shown(&run->server, (struct slice){message->item_id, message->item_id_size});
}

static void deliver_event(struct run *run, const rtmulti_event *event) {
  const struct slice response = taken(run, event->response_id, event->response_id_size);
  const struct slice item = taken(run, event->item_id, event->item_id_size);
  taken(run, event->text, event->text_size);
  switch (event->kind) {
    case RTMULTI_EVENT_SPEAKING_STARTED:
      add(run, (struct effect){.kind = EFFECT_SPEAKING_STARTED, .id = response});
      break;
    case RTMULTI_EVENT_SPEAKING_STOPPED:
      add(run, (struct effect){.kind = EFFECT_SPEAKING_STOPPED, .id = response});
      break;
    case RTMULTI_EVENT_SETTLED:
      add(run, (struct effect){.kind = EFFECT_SETTLED,
                               .id = response,
                               .interrupted = event->interrupted != 0,
                               .ms = event->at_us / 1000});
      server_response_settled(&run->server, response);
      break;
    case RTMULTI_EVENT_HEARD_TEXT:
      add(run,
          (struct effect){.kind = EFFECT_TEXT, .id = item, .text = taken(run, event->text, event->text_size)});
      break;
    case RTMULTI_EVENT_MESSAGE:
      deliver_message(run, event->message);
      device_settled(run, item);
      break;
    case RTMULTI_EVENT_FUNCTION_CALL: add(run, (struct effect){.kind = EFFECT_CALL, .id = item}); break;
    case RTMULTI_EVENT_PLAYBACK_STARTED: /* the page has no line for it */
      device_started(run, event->segment, item, event->content_index);
      break;
    default: run_fail(run, run->line, "the library sent an event of an unknown kind"); break;
  }
}

/* The ids of a SYNC, with a space between. */
static struct slice id_list(struct run *run, const rtmulti_kept_item *const *items, size_t count) {
  const char *list = "";
  for (size_t i = 0; i < count; i++) {
    list = arena_print(run->arena, "%s%s%s", list, i == 0 ? "" : " ",
                       taken(run, items[i]->item_id, items[i]->item_id_size).bytes);
  }
  return slice_of(list);
}

/* Whether a later line has the server refuse this command: the newest one before that line. */
static bool is_refused_later(const struct run *run, const rtmulti_command *command) {
  const bool is_cancel = command->kind == RTMULTI_COMMAND_CANCEL;
  const struct slice id = is_cancel ? (struct slice){command->response_id, command->response_id_size}
                                    : (struct slice){command->item_id, command->item_id_size};
  for (size_t i = 0; i < run->scenario->count; i++) {
    const struct statement *statement = &run->scenario->statements[i];
    const struct input *input = &statement->input;
    if (statement->line > run->line && statement->kind == STATEMENT_INPUT && input->kind == INPUT_REJECT &&
        input->command == command->kind && slice_equal(input->id, id))
      return true;
  }
  return false;
}

/* The server hears of it, and says in the same instant what it has done. */
static void tell_server(struct run *run, const rtmulti_command *command, const char *shown) {
  server_told(&run->server, command, shown, run->line, is_refused_later(run, command));
  if (!run->scenario->config.answers || run->server.is_closed) return;
  for (struct server_command *owed = server_owed_answer(&run->server); owed != NULL;
       owed = server_owed_answer(&run->server)) {
    owed->is_answered = true;
    if (owed->kind == RTMULTI_COMMAND_TRUNCATE)
      door_report(run, (struct report){
                           .kind = ANSWER_TRUNCATED, .item = owed->id, .content = owed->content, .ms = owed->ms});
    if (owed->kind == RTMULTI_COMMAND_DELETE)
      door_report(run, (struct report){.kind = ANSWER_DELETED, .item = owed->id});
  }
}

static void deliver_command(struct run *run, const rtmulti_command *command) {
  struct effect effect = {.id = taken(run, command->item_id, command->item_id_size)};
  taken(run, command->event_id, command->event_id_size);
  taken(run, command->json, command->json_size);
  switch (command->kind) {
    case RTMULTI_COMMAND_CANCEL:
      effect.kind = EFFECT_CANCEL;
      effect.id = taken(run, command->response_id, command->response_id_size);
      break;
    case RTMULTI_COMMAND_CLEAR_OUTPUT:
      effect.kind = EFFECT_CLEAR_OUTPUT;
      effect.id = taken(run, command->response_id, command->response_id_size);
      break;
    case RTMULTI_COMMAND_TRUNCATE:
      effect.kind = EFFECT_TRUNCATE;
      effect.content = command->content_index;
      effect.ms = command->audio_end_ms;
      break;
    case RTMULTI_COMMAND_DELETE: effect.kind = EFFECT_DELETE; break;
    case RTMULTI_COMMAND_SYNC:
      effect.kind = EFFECT_SYNC;
      effect.kept = id_list(run, command->kept, command->kept_count);
      effect.dropped = id_list(run, command->dropped, command->dropped_count);
      break;
    case RTMULTI_COMMAND_CREATE: /* the page has no line for it, but the server obeys it */
      tell_server(run, command, arena_print(run->arena, "create %s", effect.id.bytes));
      return;
    default: run_fail(run, run->line, "the library sent a command of an unknown kind"); return;
  }
  add(run, effect);
  tell_server(run, command, effect_line(run->arena, &effect));
}

static void deliver_diagnostic(struct run *run, const rtmulti_diagnostic *diagnostic) {
  const struct slice message = taken(run, diagnostic->message, diagnostic->message_size);
  if (message.size == 0) run_fail(run, run->line, "the library sent a diagnostic without a sentence");
  add(run,
      (struct effect){.kind = EFFECT_DIAGNOSTIC, .id = slice_of(rtmulti_diagnostic_name(diagnostic->kind))});
}

void door_deliver(struct run *run, const rtmulti_effect *effect) {
  list_effect(&run->listing, effect, 1);
  switch (effect->kind) {
    case RTMULTI_EFFECT_WRITE:
      if ((effect->pcm == NULL) != run->scenario->config.host_plays)
        run_fail(run, run->line, "samples are written, unless the host plays by itself");
      sink_write(run->sink, effect->segment, effect->frames);
      break;
    case RTMULTI_EFFECT_FLUSH: sink_flush(run->sink, effect->segment); break;
    case RTMULTI_EFFECT_CLEAR: sink_clear(run->sink, effect->segment); break;
    case RTMULTI_EFFECT_PAUSE: sink_pause(run->sink, true); break;
    case RTMULTI_EFFECT_RESUME: sink_pause(run->sink, false); break;
    case RTMULTI_EFFECT_TEXT_WRITE:
      /* The page has no line for it. */
      taken(run, effect->item_id, effect->item_id_size);
      taken(run, effect->text, effect->text_size);
      break;
    case RTMULTI_EFFECT_EVENT: deliver_event(run, effect->event); break;
    case RTMULTI_EFFECT_COMMAND: deliver_command(run, effect->command); break;
    case RTMULTI_EFFECT_DIAGNOSTIC: deliver_diagnostic(run, effect->diagnostic); break;
    default: run_fail(run, run->line, "the library handed out an effect of an unknown kind"); break;
  }
}

/* Returns what a callback returns: of a write how many frames were taken, else 0, or negative when it failed. */
static int32_t pass_on(struct run *run, const rtmulti_effect *effect) {
  if (run->options.tap != NULL) return run->options.tap->effect(run, run->options.tap->context, effect);
  door_deliver(run, effect);
  return effect->kind == RTMULTI_EFFECT_WRITE ? (int32_t)effect->frames : 0;
}

/* ---- by callback ---- */

/* What the handlers hear of. */
static int32_t takes_news(struct host *host, const rtmulti_effect *effect) {
  return pass_on((struct run *)host, effect);
}

/* Polled sessions call nobody, and a sink that was released is never called again. */
static int32_t takes_order(struct host *host, const rtmulti_effect *effect) {
  const struct sink *sink = (struct sink *)host;
  if (sink->run->options.polls)
    run_fail(sink->run, sink->run->line, "a session that is polled called its sink");
  if (sink->state == SINK_REPLACED || host->releases > 0)
    run_fail(sink->run, sink->run->line, "a sink was called after it was replaced");
  return pass_on(sink->run, effect);
}

/* ---- by polling ---- */

static rtmulti_result give_report(struct run *run, struct report report) {
  const int64_t at_us = report.ago_ms == 0 ? RTMULTI_NOW : (run->now_ms - report.ago_ms) * 1000;
  switch (report.kind) {
    case REPORT_STARTED: return rtmulti_session_playback_started(run->session, report.segment, at_us);
    case REPORT_PROGRESS:
      return rtmulti_session_playback_progress(run->session, report.segment, report.frames, at_us);
    case REPORT_FINISHED:
      return rtmulti_session_playback_finished(run->session, report.segment, report.frames, report.interrupted, at_us);
    case ANSWER_TRUNCATED:
      return run->calls->part_truncated(run->session, SLICE(report.item), report.content, report.ms);
    default: return run->calls->item_deleted(run->session, SLICE(report.item));
  }
}

/* One effect is at hand: what a callback would answer is said to the session, where it can be said. */
static void take_polled(struct run *run, const rtmulti_effect *effect) {
  run->is_delivering = true;
  const int32_t answer = pass_on(run, effect);
  run->is_delivering = false;
  if (effect->kind != RTMULTI_EFFECT_WRITE || answer == (int32_t)effect->frames) return;
  if (rtmulti_session_poll_accept(run->session, answer < 0 ? 0 : (uint32_t)answer) != RTMULTI_OK)
    run_fail(run, run->line, "the library did not let a sink take less than it was offered");
}

/* Takes every effect, then gives the reports that waited, until both are at rest: as callbacks do it. */
static void poll_all(struct run *run) {
  size_t given = 0;
  for (;;) {
    rtmulti_effect effect = {.struct_size = sizeof effect};
    const rtmulti_result result = rtmulti_session_poll(run->session, &effect);
    if (result == RTMULTI_OK) {
      take_polled(run, &effect);
      continue;
    }
    if (result != RTMULTI_DONE) {
      run_fail(run, run->line,
               arena_print(run->arena, "polling was expected to end with DONE, came %s",
                           rtmulti_result_name(result)));
      break;
    }
    if (given == run->waiting_count) break;
    give_report(run, run->waiting[given++]);
  }
  run->waiting_count = 0;
}

/* ---- inputs ---- */

rtmulti_result door_took(struct run *run, const char *input, rtmulti_result result) {
  const bool is_fatal = result <= -100;
  if (is_fatal || result == RTMULTI_ERROR_BUSY || result == RTMULTI_ERROR_IN_CALLBACK ||
      result == RTMULTI_ERROR_FORKED || result == RTMULTI_QUEUED || result == RTMULTI_ERROR_LIMIT_DEFERRED) {
    run_fail(run, run->line,
             arena_print(run->arena, "the library was expected to take `%s`, came %s: %s", input,
                         rtmulti_result_name(result), rtmulti_session_last_error(run->session)));
  }
  if (run->options.polls) poll_all(run);
  if (run->options.lists_inputs) list_input(&run->listing, input, result);
  if (run->options.tap != NULL) run->options.tap->took(run, run->options.tap->context, input, result);
  return result;
}

rtmulti_result door_report(struct run *run, struct report report) {
  static const char *const names[] = {"started", "progress", "finished", "truncated", "deleted"};
  if (run->is_delivering) {
    run->waiting =
        arena_grow(run->arena, run->waiting, run->waiting_count, &run->waiting_capacity, sizeof report);
    run->waiting[run->waiting_count++] = report;
    return RTMULTI_QUEUED;
  }
  const rtmulti_result result = give_report(run, report);
  /* Inside a callback it is queued, and the input that is running ends with door_took itself. */
  return result == RTMULTI_QUEUED ? result : door_took(run, names[report.kind], result);
}

/* ---- the session ---- */

static int32_t write_trace(void *user_data, const void *bytes, size_t size) {
  return fwrite(bytes, 1, size, user_data) == size ? 0 : -1;
}

void door_open(struct run *run) {
  const struct scenario_config *config = &run->scenario->config;
  rtmulti_config wanted;
  rtmulti_config_init(&wanted, sizeof wanted);
  wanted.delivery = run->options.polls ? RTMULTI_DELIVER_BY_POLLING : RTMULTI_DELIVER_BY_CALLBACK;
  wanted.server = config->server;
  wanted.estimate = config->estimate ? 1 : 0;
  wanted.write_ahead_ms = config->write_ahead_ms;
  wanted.clear_timeout_ms = config->clear_timeout_ms;
  wanted.turn_patience_ms = config->turn_patience_ms;
  wanted.handover_ms = config->handover_ms;
  wanted.response_patience_ms = config->response_patience_ms;
  wanted.command_patience_ms = config->command_patience_ms;
  wanted.interrupts = config->speech == SPEECH_AS_THE_SESSION_SAYS           ? RTMULTI_AS_THE_SESSION_SAYS
                      : (config->server & RTMULTI_SERVER_INTERRUPTS) != 0 ? RTMULTI_YES
                                                                           : RTMULTI_NO;
  wanted.interrupt_on_speech = config->speech == SPEECH_AS_THE_SESSION_SAYS ? RTMULTI_AS_THE_SESSION_SAYS
                               : config->speech == SPEECH_INTERRUPTS       ? RTMULTI_YES
                                                                           : RTMULTI_NO;
  const rtmulti_result created = rtmulti_session_create(&wanted, &run->session);
  if (created != RTMULTI_OK) {
    run_fail(run, config->last_line,
             arena_print(run->arena, "a session was expected, came %s: %s", rtmulti_result_name(created),
                         rtmulti_result_text(created)));
    return;
  }
  if (run->options.trace != NULL)
    door_took(run, "record", rtmulti_session_trace(run->session, write_trace, NULL, run->options.trace));
  rtmulti_handlers handlers;
  run->host.takes = takes_news;
  host_fill_handlers(&run->host, &handlers);
  handlers.on_heard_audio = NULL; /* the page has no line for it */
  door_took(run, "set_handlers", rtmulti_session_set_handlers(run->session, &handlers));
}

rtmulti_result door_set_sink(struct run *run) {
  rtmulti_sink described;
  sink_describe(&run->scenario->config, &described);
  run->sink->host.takes = takes_order;
  host_fill_sink(&run->sink->host, &described);
  if (run->scenario->config.text_sink) described.text_write = host_text_write;
  return door_took(run, "set_sink", rtmulti_session_set_sink(run->session, &described));
}

void door_close(struct run *run) {
  const rtmulti_result destroyed = rtmulti_session_destroy(run->session);
  run->session = NULL;
  if (destroyed != RTMULTI_OK)
    run_fail(run, run->line, "the session could not be destroyed after the last line");
  if (run->sink->host.releases != 1) run_fail(run, run->line, "the sink was not released with its session");
}
