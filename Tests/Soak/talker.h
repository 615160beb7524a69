/* One session that talks: a server with its messages, a listener who interrupts and pauses, and what everything must come
 * to. Time is whatever the caller says. How many there are, and what they cost, is soak.c's. */
#ifndef TALKER_H
#define TALKER_H

#include "sink.h"
#include "source.h"
#include "temper.h"

/* ---- what the session says ---- */

static inline int64_t heard_of(struct talker *talker, const rtmulti_message *message) {
  rtmulti_position position = {.struct_size = sizeof position};
  /* The items of a lost connection have no names any more. Here all that is heard is whole milliseconds. */
  if (talker->is_lost) return message->heard_ms * (RATE_HZ / 1000);
  if (rtmulti_session_position(talker->session, ID(message->item_id), 0, &position) != RTMULTI_OK) return 0;
  return position.heard_frames / (position.source_rate_hz / RATE_HZ);
}

static inline void note_message(struct talker *talker, const rtmulti_message *message) {
  talker->settled += 1;
  talker->outcomes[message->outcome] += 1;
  talker->heard_frames += heard_of(talker, message);
  if (talker->is_lost) return;
  for (int i = 0; i <= talker->sending && message->outcome == RTMULTI_OUTCOME_FULL; i++) {
    if (strcmp(message->item_id, talker->items[i]) != 0) continue;
    /* Cut where all that counts was heard, and a packet waited for one before it: that one is told as late (D6). */
    if (talker->source >= SOURCE_NUMBERED && message->interrupted &&
        message->received_ms < talker->message_ticks[i] * TICK_MS)
      talker->expected_truncates += 1;
    else
      must(talker, message->received_ms == talker->message_ticks[i] * TICK_MS, "a full message is as long as it was sent");
  }
  talker->expected_truncates += message->outcome == RTMULTI_OUTCOME_PARTIAL;
  talker->expected_deletes += message->outcome == RTMULTI_OUTCOME_SKIPPED;
}

static inline void talker_event(struct talker *talker, const rtmulti_event *event) {
  must(talker, strcmp(event->response_id, talker->response) == 0, "no event is about the past");
  if (strcmp(event->response_id, talker->response) != 0) return;
  if (event->kind == RTMULTI_EVENT_MESSAGE) note_message(talker, event->message);
  if (event->kind == RTMULTI_EVENT_SETTLED) talker->responses_settled += 1;
  if (event->kind == RTMULTI_EVENT_FUNCTION_CALL) talker->account->calls += 1;
}

static inline void talker_command(struct talker *talker, const rtmulti_command *command) {
  must(talker, !talker->is_lost, "no command is about a lost connection");
  talker->truncates += command->kind == RTMULTI_COMMAND_TRUNCATE;
  talker->deletes += command->kind == RTMULTI_COMMAND_DELETE;
  talker->cancels += command->kind == RTMULTI_COMMAND_CANCEL;
  if (talker->refused_count < WAITING_REFUSALS && temper_refuses(talker)) {
    snprintf(talker->refused[talker->refused_count++], sizeof talker->refused[0], "%s", command->event_id);
  }
}

static inline int32_t talker_takes(struct host *host, const rtmulti_effect *effect) {
  struct talker *talker = (struct talker *)host;
  switch (effect->kind) {
    case RTMULTI_EFFECT_WRITE: talker_write(talker, effect->segment, effect->frames); return (int32_t)effect->frames;
    case RTMULTI_EFFECT_FLUSH: talker->is_flushed |= effect->segment == talker->segment; break;
    case RTMULTI_EFFECT_CLEAR: talker_clear(talker, effect->segment); break;
    case RTMULTI_EFFECT_PAUSE:
    case RTMULTI_EFFECT_RESUME: talker->is_paused = effect->kind == RTMULTI_EFFECT_PAUSE; break;
    case RTMULTI_EFFECT_EVENT: talker_event(talker, effect->event); break;
    case RTMULTI_EFFECT_COMMAND: talker_command(talker, effect->command); break;
    case RTMULTI_EFFECT_HEARD_AUDIO: talker->heard_audio_frames += effect->heard_audio->frames; break;
    default: break;
  }
  return 0;
}

/* The server refuses what was sent a tick ago. */
static inline void refuse(struct talker *talker) {
  while (talker->refused_count > 0) {
    char json[256];
    snprintf(json, sizeof json,
             "{\"type\":\"error\",\"error\":{\"event_id\":\"%s\",\"code\":\"busy\",\"message\":\"Not now, please.\"}}",
             talker->refused[--talker->refused_count]);
    const rtmulti_result result = rtmulti_session_receive_json(talker->session, ID(json));
    must(talker, result == RTMULTI_OK, "a refusal is understood");
    talker->refusals += 1;
    talker->account->refusals += 1;
  }
}

/* ---- the server ---- */

static inline void announce(struct talker *talker, int message) {
  snprintf(talker->items[message], ID_BYTES, "item_%d_%d", talker->number, message);
  const rtmulti_result result = rtmulti_session_item_added(talker->session, ID(talker->response),
                                                           ID(talker->items[message]), message, RTMULTI_ITEM_MESSAGE);
  must(talker, result == RTMULTI_OK, "an item is taken");
  talker->announced += 1;
}

static inline void send_tick(struct talker *talker) {
  if (temper_stalls(talker)) return;
  for (int i = 0; i < temper_burst(talker) && talker->phase == PHASE_SENDING; i++) {
    const char *item = talker->items[talker->sending];
    if (talker->ticks_left == 0) {
      talker->is_early = talker->sending >= 0 && temper_ends_early(talker);
      if (talker->is_early) {
        talker->phase = PHASE_SENT;
        return;
      }
      if (talker->sending >= 0 && !talker->is_batched) rtmulti_session_item_done(talker->session, ID(item));
      if (++talker->sending == talker->message_count) {
        talker->phase = PHASE_SENT;
        return;
      }
      announce(talker, talker->sending);
      item = talker->items[talker->sending];
      rtmulti_session_text(talker->session, ID(talker->response), ID(item), 0,
                           ID("It is sunny in Paris, with a light west wind."), -1, -1);
      talker->ticks_left = random_from(&talker->random, 5, 75);
      talker->message_ticks[talker->sending] = 0;
    }
    talker->ticks_left -= 1;
    send_tick_of_audio(talker, item, talker->message_ticks[talker->sending]++);
  }
}

/* The server has heard of the cut: a few deltas were under way, and one more item. */
static inline void end_after_cut(struct talker *talker) {
  const bool is_sending = talker->phase == PHASE_SENDING && talker->ticks_left > 0;
  rtmulti_message message = {.struct_size = sizeof message};
  if (is_sending && rtmulti_session_message(talker->session, ID(talker->items[talker->sending]), &message) == RTMULTI_OK &&
      message.outcome != RTMULTI_OUTCOME_FULL) {
    const rtmulti_result late =
        send_audio(talker, talker->items[talker->sending], talker->message_ticks[talker->sending]);
    must(talker, late == RTMULTI_IGNORED, "late audio is dropped");
    talker->account->late_deltas += 1;
  }
  if (random_from(&talker->random, 0, 2) == 0) announce(talker, TALK_MESSAGES);
}

static inline void end_response(struct talker *talker, const char *status) {
  char json[200];
  snprintf(json, sizeof json, "{\"type\":\"response.done\",\"response\":{\"id\":\"%s\",\"status\":\"%s\"}}", talker->response, status);
  rtmulti_session_receive_json(talker->session, ID(json));
  talker->is_done = true;
  talker->phase = PHASE_OVER;
}

/* ---- a talk ---- */

static inline void begin_talk(struct talker *talker) {
  uint64_t *random = &talker->random;
  char json[128];
  talker->number += 1;
  talker->phase = PHASE_SENDING;
  talker->tick = talker->ticks_left = talker->announced = talker->settled = talker->responses_settled = 0;
  talker->message_count = random_from(random, 1, TALK_MESSAGES);
  talker->sending = -1;
  talker->is_batched = random_from(random, 0, 2) == 0;
  talker->interrupt_tick = random_from(random, 0, 9) < 4 ? random_from(random, 1, 150) : NEVER;
  talker->pause_tick = random_from(random, 0, 3) == 0 ? random_from(random, 1, 100) : NEVER;
  talker->resume_tick = talker->pause_tick + 25;
  talker->reconnect_tick = random_from(random, 1, temper_talks_a_loss(talker)) == 1 ? random_from(random, 1, 100) : NEVER;
  talker->is_lost = talker->is_cut = talker->is_done = talker->is_early = false;
  talker->stall_ticks = 0;
  memset(talker->outcomes, 0, sizeof talker->outcomes);
  talker->expected_truncates = talker->expected_deletes = talker->expected_cancels = 0;
  talker->truncates = talker->deletes = talker->cancels = 0;
  talker->lost_of_talk = 0;
  talker->has_sent_next = false;
  talker->heard_frames = talker->heard_audio_frames = talker->written_of_talk = talker->played_of_talk = 0;
  snprintf(talker->response, ID_BYTES, "resp_%d", talker->number);
  snprintf(json, sizeof json, "{\"type\":\"response.created\",\"response\":{\"id\":\"%s\"}}", talker->response);
  must(talker, rtmulti_session_receive_json(talker->session, ID(json)) == RTMULTI_OK, "a response is taken");
  if (random_from(random, 0, 3) == 0) {
    char call[ID_BYTES];
    snprintf(call, sizeof call, "call_%d", talker->number);
    rtmulti_session_function_call(talker->session, ID(talker->response), ID(call), ID("c"), ID("look_up"), ID("{}"));
  }
}

/* The accounts of a talk that is over. */
static inline void settle_talk(struct talker *talker) {
  rtmulti_stats stats = {.struct_size = sizeof stats};
  struct account *account = talker->account;
  must(talker, talker->settled == talker->announced, "every message settles exactly once");
  must(talker, talker->responses_settled == 1, "the response settles exactly once");
  must(talker, talker->truncates == talker->expected_truncates, "each partial message is truncated, once");
  must(talker, talker->deletes == talker->expected_deletes, "each skipped message is deleted, once");
  must(talker, talker->cancels == talker->expected_cancels, "what was generating is cancelled, once");
  if (talker->driver == RTMULTI_DRIVER_PACED) {
    must(talker, talker->heard_frames == talker->heard_audio_frames, "what was heard is what on_heard_audio got");
    must(talker, talker->heard_frames <= talker->written_of_talk, "nothing is heard that was not written");
    must(talker, talker->is_cut || talker->heard_frames == talker->written_of_talk, "all that was written is heard");
  } else {
    must(talker, talker->heard_frames == talker->played_of_talk, "what was heard is what the sink played");
  }
  must(talker, rtmulti_session_stats(talker->session, &stats) == RTMULTI_OK, "stats are told");
  must(talker, stats.packets_received == (uint64_t)talker->packets_sent, "each packet is counted");
  /* A device decodes what it has taken, and of what is cut then it is not known whether it did. */
  if (talker->driver != RTMULTI_DRIVER_PULLED)
    must(talker, stats.packets_received == stats.packets_decoded + stats.packets_never_decoded,
         "each packet was decoded or never decoded");
  const int64_t lost = (int64_t)stats.packets_lost - talker->lost_before;
  talker->lost_before = (int64_t)stats.packets_lost;
  must(talker, lost <= talker->lost_of_talk && (talker->is_cut || talker->is_lost || lost == talker->lost_of_talk),
       "each packet that was lost is counted");
  must(talker, stats.queued_bytes == 0 && stats.queued_ms == 0 && stats.waiting_effects == 0, "nothing waits");
  must(talker, stats.commands_refused == (uint64_t)talker->refusals, "each refusal is counted");
  account->talks += 1;
  account->messages += talker->settled;
  account->of_driver[talker->driver] += talker->settled;
  account->of_source[talker->source] += talker->settled;
  account->of_temper[talker->temper] += talker->settled;
  account->full += talker->outcomes[RTMULTI_OUTCOME_FULL];
  account->partial += talker->outcomes[RTMULTI_OUTCOME_PARTIAL];
  account->skipped += talker->outcomes[RTMULTI_OUTCOME_SKIPPED];
  account->truncates += talker->truncates;
  account->deletes += talker->deletes;
  account->cancels += talker->cancels;
  account->played_frames += talker->heard_frames;
}

static inline void listen_tick(struct talker *talker) {
  if (talker->tick == talker->pause_tick) {
    must(talker, rtmulti_session_pause(talker->session) == RTMULTI_OK, "a pause is taken");
    talker->account->pauses += 1;
  }
  if (talker->pause_tick != NEVER && talker->tick == talker->resume_tick) {
    must(talker, rtmulti_session_resume(talker->session) == RTMULTI_OK, "a resume is taken");
  }
  if (talker->tick == talker->reconnect_tick && !talker->is_done && !talker->is_cut) {
    talker->is_lost = talker->is_done = true;
    talker->phase = PHASE_OVER;
    talker->refused_count = 0; /* their server is gone */
    rtmulti_session_reconnect(talker->session);
    talker->account->reconnects += 1;
  }
  if (talker->tick != talker->interrupt_tick) return;
  const bool is_generating = !talker->is_done;
  if (rtmulti_session_interrupt(talker->session, NULL, 0, RTMULTI_INTERRUPTED_BY_LISTENER) == RTMULTI_OK) {
    talker->is_cut = true;
    talker->expected_cancels += is_generating;
    talker->account->interrupts += 1;
  }
}

/* 20 ms. Returns false when the talk is over. */
static inline bool talk(struct talker *talker, int64_t now_us) {
  rtmulti_session_advance(talker->session, now_us);
  talker->tick += 1;
  refuse(talker);
  play_tick(talker);
  listen_tick(talker);
  if (talker->is_cut && !talker->is_done) {
    end_after_cut(talker);
    end_response(talker, "cancelled");
  }
  if (talker->phase == PHASE_SENDING) send_tick(talker);
  else if (talker->phase == PHASE_SENT) end_response(talker, temper_status(talker, talker->is_early));
  const bool waits = talker->settled < talker->announced || talker->responses_settled == 0 || talker->is_playing ||
                     talker->refused_count > 0 ||
                     (talker->pause_tick != NEVER && talker->tick <= talker->resume_tick);
  must(talker, !waits || talker->tick < LONGEST_TALK_TICKS, "a talk comes to its end");
  if (waits && talker->tick < LONGEST_TALK_TICKS) return true;
  settle_talk(talker);
  return false;
}

/* ---- a session ---- */

/* `first` is done with it before it has its own sink; NULL is nothing. */
static inline void open_talker(struct talker *talker, const struct speech *speech, uint64_t seed, enum source source,
                               enum temper temper, uint32_t driver, void (*first)(rtmulti_session *), struct account *account) {
  *talker = (struct talker){.host.takes = talker_takes, .random = seed, .source = source, .driver = driver, .speech = speech};
  talker->temper = temper;
  talker->account = account;
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.heard_audio = driver == RTMULTI_DRIVER_PACED;
  require(rtmulti_session_create(&config, &talker->session) == RTMULTI_OK, "a session was not created");
  if (first != NULL) first(talker->session);
  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  if (is_opus(talker)) format.codec = RTMULTI_CODEC_OPUS, format.sample_rate_hz = 48000;
  if (source == SOURCE_OGG) format.codec = RTMULTI_CODEC_OGG_OPUS;
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.driver = driver;
  host_fill_sink(&talker->host, &sink);
  rtmulti_handlers handlers;
  host_fill_handlers(&talker->host, &handlers);
  require(rtmulti_session_set_format(talker->session, &format) == RTMULTI_OK &&
              rtmulti_session_set_sink(talker->session, &sink) == RTMULTI_OK &&
              rtmulti_session_set_handlers(talker->session, &handlers) == RTMULTI_OK,
          "a session was not set up");
}

static inline void close_talker(struct talker *talker) {
  talker->account->packets += talker->packets_sent;
  require(rtmulti_session_destroy(talker->session) == RTMULTI_OK, "a session was not destroyed");
}

#endif
