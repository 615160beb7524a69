/* What a session can be full of: each state fills one to what its limits allow, less what the inputs need that are counted
 * there, and in the empty session leaves out everything but the three messages that the inputs speak of. */
#ifndef FULL_STATES_H
#define FULL_STATES_H

#include "full_world.h"

enum { FEW_PARTS = 4, MANY_PARTS = 20, MANY_MESSAGES = 900, MANY_ITEMS = 15000, MANY_RESPONSES = 240, LONG_NAME = 1000 };

/* How many of something there are: none in the empty session. */
static inline int many(const struct world *world, int count) { return world->is_full ? count : 0; }

static inline void settle_one(struct world *world) {
  add_response(world, 0, world->settled_response);
  add_message(world, world->settled_response, -1, world->settled);
  require(say(world, world->settled_response, world->settled, 0, DELTA_FRAMES) == RTMULTI_OK, "a delta was refused");
  (void)write_text(world, world->settled_response, world->settled, 0, "It is sunny. ", -1, -1);
  end_item(world, world->settled), end_response(world, world->settled_response);
  pass_ms(world, 60);
  if (world->device != NULL) (void)rtmulti_device_pull(world->device, (int16_t *)silence + DELTA_FRAMES, 960, 1, 0);
  pass_ms(world, 60);
  play_all(world);
  pass_ms(world, 20);
}

static inline void begin_silent(struct world *world, const char *response) {
  strcpy(world->silent_response, response);
  add_message(world, response, -1, world->silent);
}

/* The message that is being heard, of which half a second is there. */
static inline void begin_spoken(struct world *world, const char *response) {
  strcpy(world->spoken_response, response);
  add_message(world, response, -1, world->spoken);
  require(say(world, response, world->spoken, 0, 12000) == RTMULTI_OK, "a delta was refused");
  (void)write_text(world, response, world->spoken, 0, "It is sunny in Paris today, ", -1, -1);
}

static inline void add_silent_messages(struct world *world, const char *response, int count, int parts) {
  char name[NAME_BYTES];
  for (int i = 0; i < many(world, count); i++) {
    add_item(world, response, -1, RTMULTI_ITEM_MESSAGE, name);
    for (int part = 0; part < parts; part++) add_part(world, response, name, part, RTMULTI_PART_AUDIO);
  }
}

static inline void add_ready_messages(struct world *world, const char *response, int count, int is_done) {
  char name[NAME_BYTES];
  for (int i = 0; i < many(world, count); i++) {
    add_message(world, response, -1, name);
    require(say(world, response, name, 0, 120) == RTMULTI_OK, "a delta was refused");
    (void)write_text(world, response, name, 0, "Yes, of course. ", -1, -1);
    if (is_done) end_item(world, name);
  }
}

/* --- the states ---------------------------------------------------------------------------------------- */

static void fill_nothing(struct world *world) {
  char response[NAME_BYTES];
  add_response(world, 0, response);
  begin_spoken(world, response), begin_silent(world, response);
}

/* Messages of many parts that are silent stand before the one that is ready, and hold it up. */
static void fill_silent_before(struct world *world) {
  char response[NAME_BYTES];
  add_response(world, 0, response);
  add_silent_messages(world, response, MANY_MESSAGES, MANY_PARTS);
  begin_silent(world, response), begin_spoken(world, response);
}

/* The same, and they were passed over. */
static void fill_silent_passed(struct world *world) {
  fill_silent_before(world);
  pass_ms(world, 300);
}

static void fill_silent_behind(struct world *world) {
  char response[NAME_BYTES];
  add_response(world, 0, response);
  begin_spoken(world, response);
  add_silent_messages(world, response, MANY_MESSAGES, MANY_PARTS);
  begin_silent(world, response);
}

/* The spoken one has many parts itself, and all others have audio in their last part alone. */
static void fill_many_parts(struct world *world) {
  char response[NAME_BYTES], name[NAME_BYTES];
  add_response(world, 0, response);
  begin_spoken(world, response);
  for (int part = 1; part < many(world, MANY_PARTS); part++)
    add_part(world, response, world->spoken, part, RTMULTI_PART_AUDIO);
  for (int i = 0; i < many(world, MANY_MESSAGES); i++) {
    add_item(world, response, -1, RTMULTI_ITEM_MESSAGE, name);
    for (int part = 0; part < MANY_PARTS; part++) add_part(world, response, name, part, RTMULTI_PART_AUDIO);
    require(say(world, response, name, MANY_PARTS - 1, 120) == RTMULTI_OK, "a delta was refused");
  }
  begin_silent(world, response);
}

static void fill_texts_before(struct world *world) {
  char response[NAME_BYTES], name[NAME_BYTES];
  add_response(world, 0, response);
  for (int i = 0; i < many(world, MANY_MESSAGES); i++) {
    add_item(world, response, -1, RTMULTI_ITEM_MESSAGE, name);
    for (int part = 0; part < FEW_PARTS; part++) {
      add_part(world, response, name, part, RTMULTI_PART_TEXT);
      (void)write_text(world, response, name, part, "Shown. ", -1, -1);
    }
    end_item(world, name);
  }
  begin_silent(world, response), begin_spoken(world, response);
  pass_ms(world, 300);
}

/* Items of no voice, each announced before all that came before it. */
static void fill_backwards(struct world *world) {
  char response[NAME_BYTES], name[NAME_BYTES];
  add_response(world, 0, response);
  for (int i = 0; i < many(world, MANY_ITEMS); i++) {
    add_item(world, response, MANY_ITEMS - i, RTMULTI_ITEM_FUNCTION_CALL, name);
    end_item(world, name);
  }
  begin_spoken(world, response), begin_silent(world, response);
}

static void fill_ready_behind(struct world *world) {
  char response[NAME_BYTES];
  add_response(world, 0, response);
  begin_spoken(world, response);
  add_ready_messages(world, response, MANY_MESSAGES, 0);
  begin_silent(world, response);
}

/* Short messages that are done, as many of them at the sink as it takes. */
static void fill_sink(struct world *world) {
  char response[NAME_BYTES];
  add_response(world, 0, response);
  add_ready_messages(world, response, MANY_MESSAGES, 1);
  begin_spoken(world, response), begin_silent(world, response);
}

static void add_responses(struct world *world, int count, rtmulti_response_flags flags, int messages) {
  char response[NAME_BYTES];
  for (int i = 0; i < many(world, count); i++) {
    add_response(world, flags, response);
    add_ready_messages(world, response, messages, 0);
  }
}

static void fill_responses_behind(struct world *world) {
  fill_nothing(world);
  add_responses(world, MANY_RESPONSES, 0, 3);
}

static void fill_empty_responses_before(struct world *world) {
  add_responses(world, MANY_RESPONSES, 0, 0);
  fill_nothing(world);
  pass_ms(world, 300);
}

static void fill_local_responses(struct world *world) {
  fill_nothing(world);
  add_responses(world, MANY_RESPONSES / 2, RTMULTI_RESPONSE_LOCAL, 2);
  add_responses(world, MANY_RESPONSES / 2, RTMULTI_RESPONSE_OUT_OF_BAND, 2);
}

/* Long names, commands that nobody answers, and responses that were asked for and do not come. */
static void fill_commands(struct world *world) {
  char name[NAME_BYTES];
  for (int i = 0; i < many(world, 100); i++) {
    add_response(world, 0, name);
    (void)rtmulti_session_cancel(world->session, name, ZERO);
  }
  add_response(world, 0, name);
  add_ready_messages(world, name, 30, 0);
  (void)rtmulti_session_interrupt(world->session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST);
  play_all(world);
  for (int i = 0; i < many(world, 60); i++) {
    make_name(world, "token", name);
    (void)rtmulti_session_expect_out_of_band(world->session, name, ZERO);
  }
  fill_nothing(world);
  pass_ms(world, 300);
}

/* The spoken message has 1 MiB of text without a space, and so have others. */
static void fill_text(struct world *world) {
  static char text[(1 << 20) - 4096];
  memset(text, 'x', sizeof text);
  fill_nothing(world);
  for (int i = 0; i < many(world, 14); i++) {
    char name[NAME_BYTES];
    if (i > 0) add_message(world, world->spoken_response, -1, name);
    require(rtmulti_session_text(world->session, world->spoken_response, ZERO, i > 0 ? name : world->spoken, ZERO, 0, text,
                                 sizeof text, -1, -1) == RTMULTI_OK,
            "a text was refused");
  }
}

/* The spoken message's text came in as many pieces as there may be, each with a span. */
static void fill_spans(struct world *world) {
  fill_nothing(world);
  for (int i = 0; i < many(world, 20000); i++)
    require(write_text(world, world->spoken_response, world->spoken, 0, "a", i, i + 1) == RTMULTI_OK, "a text was refused");
}

/* As many small deltas wait as memory may be spent on. */
static void fill_queue(struct world *world) {
  fill_nothing(world);
  for (int i = 0; i < many(world, 50000); i++)
    require(say(world, world->spoken_response, world->spoken, 0, 24) == RTMULTI_OK, "a delta was refused");
}

/* A history, and responses that are remembered though they are over. */
static void fill_settled(struct world *world) {
  char response[NAME_BYTES], name[NAME_BYTES];
  for (int i = 0; i < many(world, 40); i++) {
    add_response(world, 0, response);
    add_ready_messages(world, response, 10, 1);
    for (int item = 0; item < 150; item++)
      add_item(world, response, -1, RTMULTI_ITEM_FUNCTION_CALL, name), end_item(world, name);
    for (int round = 0; round < 4; round++) play_all(world), pass_ms(world, 1);
    end_response(world, response);
    play_all(world);
  }
  fill_nothing(world);
}

/* A response was cut, is not done, and its messages are remembered with all of their parts. */
static void fill_cut(struct world *world) {
  char response[NAME_BYTES];
  add_response(world, 0, response);
  add_silent_messages(world, response, MANY_MESSAGES, MANY_PARTS);
  begin_silent(world, response);
  (void)rtmulti_session_interrupt(world->session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST);
  add_response(world, 0, response);
  begin_spoken(world, response);
}

/* A sink that does not answer a clear, so that a cut is still to be told. */
static void fill_clearing(struct world *world) {
  fill_ready_behind(world);
  (void)rtmulti_session_interrupt(world->session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST);
}

/* Transcripts for items that were never announced wait for their audio. */
static void fill_waiting_texts(struct world *world) {
  fill_nothing(world);
  char name[NAME_BYTES];
  for (int i = 0; i < many(world, 2000); i++) {
    make_name(world, "item", name);
    (void)write_text(world, world->spoken_response, name, 0, "Unannounced. ", -1, -1);
    world->pieces++;
  }
}

/* The connection was lost with all this open. */
static void fill_lost(struct world *world) {
  fill_responses_behind(world);
  char response[NAME_BYTES], spoken[NAME_BYTES];
  strcpy(response, world->spoken_response), strcpy(spoken, world->spoken);
  require(rtmulti_session_reconnect(world->session) == RTMULTI_OK, "a reconnect was refused");
  add_response(world, 0, world->silent_response);
  add_message(world, world->silent_response, -1, world->silent);
  (void)say(world, world->silent_response, world->silent, 0, 2400);
  strcpy(world->spoken_response, world->silent_response), strcpy(world->spoken, world->silent);
}

/* The server plays by itself: words and no audio. */
static void fill_buffer(struct world *world) {
  char response[NAME_BYTES], name[NAME_BYTES];
  add_response(world, 0, world->spoken_response);
  add_message(world, world->spoken_response, -1, world->spoken);
  (void)write_text(world, world->spoken_response, world->spoken, 0, "It is sunny in Paris today, ", -1, -1);
  for (int i = 0; i < many(world, 300); i++) add_message(world, world->spoken_response, -1, name);
  begin_silent(world, world->spoken_response);
  (void)rtmulti_session_output_buffer(world->session, world->spoken_response, ZERO, RTMULTI_BUFFER_STARTED);
  for (int i = 0; i < many(world, MANY_RESPONSES); i++) {
    add_response(world, 0, response);
    add_message(world, response, -1, name);
    (void)write_text(world, response, name, 0, "Yes, of course. ", -1, -1);
  }
}

static const struct state {
  const char *name;
  void (*fill)(struct world *world);
  rtmulti_driver driver;
  rtmulti_server_flags server;
  int name_length;
} states[] = {
    {"silent_before", fill_silent_before, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"silent_passed", fill_silent_passed, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"silent_behind", fill_silent_behind, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"many_parts", fill_many_parts, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"texts_before", fill_texts_before, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"backwards", fill_backwards, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"ready_behind", fill_ready_behind, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"ready_behind_sync", fill_ready_behind, RTMULTI_DRIVER_REPORTED, RTMULTI_SERVER_SYNCS, 0},
    {"sink", fill_sink, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"sink_pulled", fill_sink, RTMULTI_DRIVER_PULLED, 3, 0},
    {"responses_behind", fill_responses_behind, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"empty_responses_before", fill_empty_responses_before, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"local_responses", fill_local_responses, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"commands", fill_commands, RTMULTI_DRIVER_REPORTED, 3, LONG_NAME},
    {"text", fill_text, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"spans", fill_spans, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"queue", fill_queue, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"settled", fill_settled, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"cut", fill_cut, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"clearing", fill_clearing, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"waiting_texts", fill_waiting_texts, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"lost", fill_lost, RTMULTI_DRIVER_REPORTED, 3, 0},
    {"buffer", fill_buffer, RTMULTI_DRIVER_REPORTED, 3 | RTMULTI_SERVER_OWNS_PLAYOUT, 0},
};

#endif
