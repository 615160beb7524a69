/* Every limit, reached by each door, at each moment, with each thing behind it (rule A13): whatever was refused, what the
 * listener heard of a message is one piece from its beginning, it is what the server remembers, there is one record and one
 * diagnostic. A small server of our own keeps what it has sent and what it was told. */
#include "check.h"

#include <rtmulti.h>
#include <string.h>

enum { FRAMES_PER_MS = 24, LONGEST_MS = 2000, ITEMS = 3, DELTA_MS = 100 };

enum limit { OF_AUDIO, OF_QUEUE, OF_ITEMS, OF_TEXT, LIMITS };
enum door { TYPED, JSON, BASE64, DOORS };
/* How far the listener is when the limit is reached. */
enum moment { BEFORE_IT_PLAYS, WHILE_IT_PLAYS, WHEN_ALL_WAS_HEARD, IN_A_PAUSE, MOMENTS };
/* What comes behind it. */
enum behind { AGAIN, AGAIN_LATER, SHORTER, WORDS, PART_DONE, ITEM_DONE, NEXT_MESSAGE, INTERRUPT, INTERRUPT_THEN_REST, NEW_SINK,
              RECONNECT, CLOSE, BEHINDS };
/* Where the message is: alone, with an open response behind it, or in the second one itself. */
enum place { ALONE, BEFORE_ANOTHER, BEHIND_ANOTHER, PLACES };

static const char *const limit_names[] = {"audio", "queue", "items", "text"};
static const char *const door_names[] = {"typed", "JSON", "base64"};
static const char *const moment_names[] = {"before it plays", "while it plays", "when all was heard", "in a pause"};
static const char *const behind_names[] = {"again",     "again later",  "shorter",   "words",
                                           "part done", "item done",    "next",      "interrupt",
                                           "interrupt, then the rest", "new sink", "reconnect", "close"};
static const char *const place_names[] = {"alone", "before another", "behind another"};

struct item {
  char name[2];
  const char *response;
  int64_t sent, heard; /* frames that the server has sent, and that were played */
  int64_t truncated_ms; /* -1: never */
  int is_deleted, records, has_hole, is_lost;
  rtmulti_outcome outcome;
  int64_t heard_ms;
};

static struct {
  rtmulti_session *session;
  struct item items[ITEMS];
  uint64_t segment;
  int64_t written, reported;
  int limits_told, plays;
  enum door door;
} now;

static int16_t said[LONGEST_MS * FRAMES_PER_MS];

static struct item *item_named(const char *name) { return &now.items[name[0] - 'A']; }

/* --- the sink ------------------------------------------------------------------------------------------ */

/* The samples count up, so that a hole shows. What is written again on another sink begins where the listener is. */
static int32_t on_write(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  (void)user_data;
  rtmulti_segment whose;
  rtmulti_segment_init(&whose, sizeof whose);
  rtmulti_session_segment(now.session, segment, &whose);
  if (segment != now.segment) now.segment = segment, now.written = now.reported = 0;
  if (whose.item_id != NULL) {
    struct item *item = item_named(whose.item_id);
    const int64_t at = item->heard + now.written - now.reported;
    if (memcmp(pcm, said + at, frames * sizeof *pcm) != 0) item->has_hole = 1;
  }
  now.written += frames;
  return (int32_t)frames;
}

static int32_t on_segment(void *user_data, uint64_t segment) { (void)user_data, (void)segment; return 0; }
static int32_t on_turn(void *user_data) { (void)user_data; return 0; }

static int32_t on_clear(void *user_data, uint64_t segment) {
  (void)user_data;
  return rtmulti_session_playback_finished(now.session, segment, now.reported, 1, RTMULTI_NOW) < 0 ? -1 : 0;
}

/* The listener hears so much more of what lies at the sink; `all`: to its end. */
static void hear(int64_t ms, int all) {
  rtmulti_segment whose;
  rtmulti_segment_init(&whose, sizeof whose);
  if (now.segment == 0 || rtmulti_session_segment(now.session, now.segment, &whose) != RTMULTI_OK) return;
  struct item *item = item_named(whose.item_id);
  int64_t frames = now.reported + ms * FRAMES_PER_MS;
  if (all || frames > now.written) frames = now.written;
  item->heard += frames - now.reported;
  now.reported = frames;
  const uint64_t segment = now.segment;
  if (all) rtmulti_session_playback_finished(now.session, segment, frames, 0, RTMULTI_NOW);
  else rtmulti_session_playback_progress(now.session, segment, frames, RTMULTI_NOW);
}

static void hear_all(void) {
  for (int i = 0; i < 8; i++) hear(0, 1);
}

/* --- what the session says ----------------------------------------------------------------------------- */

static int32_t on_event(void *user_data, const rtmulti_event *event) {
  (void)user_data;
  if (event->kind != RTMULTI_EVENT_MESSAGE) return 0;
  struct item *item = item_named(event->item_id);
  item->records++;
  item->outcome = event->message->outcome;
  item->heard_ms = event->message->heard_ms;
  return 0;
}

static int32_t on_command(void *user_data, const rtmulti_command *command) {
  (void)user_data;
  if (command->kind == RTMULTI_COMMAND_TRUNCATE) {
    CHECK_EQUAL(-1, item_named(command->item_id)->truncated_ms);
    item_named(command->item_id)->truncated_ms = command->audio_end_ms;
  }
  if (command->kind == RTMULTI_COMMAND_DELETE) item_named(command->item_id)->is_deleted++;
  return 0;
}

static int32_t on_diagnostic(void *user_data, const rtmulti_diagnostic *diagnostic) {
  (void)user_data;
  if (diagnostic->kind == RTMULTI_DIAGNOSTIC_LIMIT) now.limits_told++;
  return 0;
}

static rtmulti_sink a_sink(void) {
  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.write = on_write, sink.flush = on_segment, sink.clear = on_clear, sink.pause = on_turn, sink.resume = on_turn;
  return sink;
}

/* --- what the server says ------------------------------------------------------------------------------ */

#define ALL RTMULTI_NUL_TERMINATED

static void encode(const uint8_t *bytes, size_t size, char *text) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i + 3 <= size; i += 3) { /* 20 ms are a whole number of threes */
    const uint32_t three = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) *text++ = letters[three >> shift & 63];
  }
  *text = 0;
}

static rtmulti_result say_event(const char *type, const char *response, const char *item, const char *rest) {
  static char event[LONGEST_MS * FRAMES_PER_MS * 4];
  const int size = snprintf(event, sizeof event, "{\"type\":\"%s\",\"response_id\":\"%s\",\"item_id\":\"%s\",%s}", type,
                            response, item, rest);
  return rtmulti_session_receive_json(now.session, event, (size_t)size);
}

static rtmulti_result offer(const char *name, int64_t from, int64_t to) {
  static char base64[LONGEST_MS * FRAMES_PER_MS * 3], delta[sizeof base64 + 64];
  const struct item *item = item_named(name);
  const size_t size = (size_t)(to - from) * sizeof *said;
  if (now.door == TYPED)
    return rtmulti_session_audio(now.session, item->response, ALL, name, ALL, 0, said + from, size);
  encode((const uint8_t *)(said + from), size, base64);
  if (now.door == BASE64)
    return rtmulti_session_audio_base64(now.session, item->response, ALL, name, ALL, 0, base64, ALL, NULL, 0);
  snprintf(delta, sizeof delta, "\"content_index\":0,\"delta\":\"%s\"", base64);
  return say_event("response.output_audio.delta", item->response, name, delta);
}

/* The server sends so much more of an item. */
static rtmulti_result send_ms(const char *name, int ms) {
  struct item *item = item_named(name);
  const int64_t from = item->sent;
  item->sent += (int64_t)ms * FRAMES_PER_MS;
  return offer(name, from, item->sent);
}

static rtmulti_result send_words(const char *name, const char *words) {
  const struct item *item = item_named(name);
  if (now.door == TYPED)
    return rtmulti_session_text(now.session, item->response, ALL, name, ALL, 0, words, ALL, -1, -1);
  char rest[256];
  snprintf(rest, sizeof rest, "\"content_index\":0,\"delta\":\"%s\"", words);
  return say_event("response.output_audio_transcript.delta", item->response, name, rest);
}

static rtmulti_result announce(const char *name, const char *response) {
  item_named(name)->response = response;
  item_named(name)->name[0] = name[0];
  if (now.door == TYPED)
    return rtmulti_session_item_added(now.session, response, ALL, name, ALL, -1, RTMULTI_ITEM_MESSAGE);
  char event[256];
  const int size = snprintf(event, sizeof event,
                            "{\"type\":\"response.output_item.added\",\"response_id\":\"%s\",\"item\":{\"id\":\"%s\","
                            "\"type\":\"message\"}}", response, name);
  return rtmulti_session_receive_json(now.session, event, (size_t)size);
}

/* --- one conversation ---------------------------------------------------------------------------------- */

struct conversation {
  enum limit limit;
  enum door door;
  enum moment moment;
  enum behind behind;
  enum place place;
};

static void begin(const struct conversation *conversation) {
  memset(&now, 0, sizeof now);
  for (int i = 0; i < ITEMS; i++) now.items[i].truncated_ms = -1;
  now.door = conversation->door;
  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.write_ahead_ms = RTMULTI_UNLIMITED;
  config.estimate = 0;
  if (conversation->limit == OF_AUDIO) config.max_response_ms = 1000;
  if (conversation->limit == OF_QUEUE) config.max_queued_bytes = 1000 * FRAMES_PER_MS * 2;
  if (conversation->limit == OF_ITEMS) config.max_open_items = conversation->place == ALONE ? 1 : 2;
  if (conversation->limit == OF_TEXT) config.max_text_bytes = 16;
  rtmulti_session_create(&config, &now.session);
  rtmulti_handlers handlers;
  rtmulti_handlers_init(&handlers, sizeof handlers);
  handlers.on_event = on_event, handlers.on_command = on_command, handlers.on_diagnostic = on_diagnostic;
  rtmulti_session_set_handlers(now.session, &handlers);
  const rtmulti_sink sink = a_sink();
  rtmulti_session_set_sink(now.session, &sink);
}

/* What passes the limit, and what is offered when it is offered again. Returns the message that it is of. */
static const char *reach(const struct conversation *conversation, rtmulti_result *answer) {
  switch (conversation->limit) {
    case OF_AUDIO:
    case OF_QUEUE: *answer = send_ms("A", 500); return "A";
    case OF_TEXT: *answer = send_words("A", "more than sixteen bytes"); return "A";
    default: *answer = announce("B", item_named("A")->response); return "B";
  }
}

static void end_part(const char *name) { rtmulti_session_part_done(now.session, name, ALL, 0); }
static void end_item(const char *name) { rtmulti_session_item_done(now.session, name, ALL); }

static void go_on(const struct conversation *conversation, const char *name, rtmulti_result answer) {
  const int is_message = conversation->limit == OF_ITEMS, is_text = conversation->limit == OF_TEXT;
  struct item *item = item_named(name);
  const int64_t from = item->sent - 500 * FRAMES_PER_MS;
  switch (conversation->behind) {
    case AGAIN:
    case AGAIN_LATER:
      if (conversation->behind == AGAIN_LATER) hear_all();
      if (is_message) (void)announce(name, item->response);
      else if (!is_text && answer < 0) (void)offer(name, from, item->sent);
      if (is_message || !is_text) (void)send_ms(name, 40);
      break;
    case SHORTER: (void)send_ms(name, 20); break;
    case WORDS: (void)send_words(name, "yes"); break;
    case PART_DONE: end_part(name); break;
    case ITEM_DONE: end_item(name); break;
    case NEXT_MESSAGE:
      if (announce("C", item->response) >= 0) (void)send_ms("C", 40);
      else if (send_ms("C", 40) >= 0) item_named("C")->response = item->response;
      break;
    case INTERRUPT:
    case INTERRUPT_THEN_REST:
      (void)rtmulti_session_interrupt(now.session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST);
      if (conversation->behind == INTERRUPT_THEN_REST) (void)send_ms(name, 40);
      break;
    case NEW_SINK: {
      const rtmulti_sink sink = a_sink();
      now.segment = 0, now.written = now.reported = 0;
      (void)rtmulti_session_set_sink(now.session, &sink);
      break;
    }
    case RECONNECT:
      for (int i = 0; i < ITEMS; i++) now.items[i].is_lost = 1;
      (void)rtmulti_session_reconnect(now.session);
      break;
    default: (void)rtmulti_session_close(now.session); break;
  }
}

/* What the server remembers is what the listener heard. */
static int is_right(const struct item *item) {
  if (item->response == NULL) return 1;
  const int64_t remembered_ms = item->is_deleted ? 0
                                : item->truncated_ms >= 0 ? item->truncated_ms : item->sent / FRAMES_PER_MS;
  const int is_told = item->is_lost || remembered_ms == item->heard / FRAMES_PER_MS;
  const int is_recorded = item->records == 1 ? item->heard_ms == item->heard / FRAMES_PER_MS
                                             : item->records == 0 && (item->is_deleted == 1 || item->is_lost);
  return is_told && is_recorded && !item->has_hole && item->is_deleted <= 1;
}

static void say_what_is_wrong(const struct conversation *conversation) {
  printf("  limit of %s, by %s, %s, behind it %s, %s; told %d times\n", limit_names[conversation->limit],
         door_names[conversation->door], moment_names[conversation->moment], behind_names[conversation->behind],
         place_names[conversation->place], now.limits_told);
  for (int i = 0; i < ITEMS; i++) {
    const struct item *item = &now.items[i];
    if (item->response == NULL) continue;
    printf("    %s: sent %lld ms, heard %lld, recorded %lld as %u in %d records, truncated %lld, deleted %d%s\n", item->name,
           (long long)item->sent / FRAMES_PER_MS, (long long)item->heard / FRAMES_PER_MS, (long long)item->heard_ms,
           item->outcome, item->records, (long long)item->truncated_ms, item->is_deleted, item->has_hole ? ", a hole" : "");
  }
}

static void converse(const struct conversation *conversation) {
  begin(conversation);
  rtmulti_session *session = now.session;
  const char *response = conversation->place == BEHIND_ANOTHER ? "r2" : "r1";
  (void)rtmulti_session_response_created(session, "r1", ALL, 0, NULL, 0);
  if (conversation->place == BEHIND_ANOTHER) {
    CHECK(announce("C", "r1") >= 0 && send_ms("C", 40) >= 0);
    end_item("C");
    (void)rtmulti_session_response_done(session, "r1", ALL, RTMULTI_STATUS_COMPLETED, NULL, 0);
    (void)rtmulti_session_response_created(session, "r2", ALL, 0, NULL, 0);
    if (conversation->moment != BEFORE_IT_PLAYS) hear_all();
  }
  CHECK(announce("A", response) >= 0);
  for (int sent = 0; sent < 900; sent += DELTA_MS) CHECK(send_ms("A", DELTA_MS) >= 0);
  CHECK(send_words("A", "It is") >= 0);
  if (conversation->place == BEFORE_ANOTHER) {
    (void)rtmulti_session_response_created(session, "r2", ALL, 0, NULL, 0);
    if (conversation->behind != NEXT_MESSAGE) CHECK(announce("C", "r2") >= 0);
  }
  if (conversation->moment == WHILE_IT_PLAYS) hear(60, 0);
  if (conversation->moment == WHEN_ALL_WAS_HEARD) hear(LONGEST_MS, 0);
  if (conversation->moment == IN_A_PAUSE) (void)rtmulti_session_pause(session);

  rtmulti_result answer;
  const char *name = reach(conversation, &answer);
  const int is_refused = answer < 0;
  const char *second = conversation->behind == NEXT_MESSAGE || conversation->place == ALONE ? NULL : "C";
  go_on(conversation, name, answer);
  if (conversation->moment == IN_A_PAUSE) (void)rtmulti_session_resume(session);
  if (conversation->behind != CLOSE) {
    if (conversation->limit == OF_ITEMS && conversation->behind < NEXT_MESSAGE) (void)send_ms("B", 20);
    if (second != NULL && conversation->place == BEFORE_ANOTHER) end_item(second);
    for (int i = 0; i < ITEMS; i++)
      if (now.items[i].response != NULL) end_item(now.items[i].name);
    (void)rtmulti_session_response_done(session, "r1", ALL, RTMULTI_STATUS_COMPLETED, NULL, 0);
    (void)rtmulti_session_response_done(session, "r2", ALL, RTMULTI_STATUS_COMPLETED, NULL, 0);
    hear_all();
    (void)rtmulti_session_advance(session, 5000000);
    hear_all();
    (void)rtmulti_session_close(session);
  }
  int holds = 1;
  for (int i = 0; i < ITEMS; i++) holds = holds && is_right(&now.items[i]);
  /* Once for what was refused; another message, or what is sent behind it, may be refused for itself. */
  const int others = conversation->behind == NEXT_MESSAGE || conversation->behind <= SHORTER;
  holds = holds && now.limits_told >= is_refused && now.limits_told <= 1 + others;
  if (!CHECK(holds)) say_what_is_wrong(conversation);
  (void)rtmulti_session_destroy(session);
}

int main(void) {
  for (int i = 0; i < LONGEST_MS * FRAMES_PER_MS; i++) said[i] = (int16_t)(i % 32749 + 1);
  for (int limit = 0; limit < LIMITS; limit++)
    for (int door = 0; door < DOORS; door++)
      for (int moment = 0; moment < MOMENTS; moment++)
        for (int behind = 0; behind < BEHINDS; behind++)
          for (int place = 0; place < PLACES; place++)
            converse(&(struct conversation){(enum limit)limit, (enum door)door, (enum moment)moment, (enum behind)behind,
                                            (enum place)place});
  return check_end("limits_matrix");
}
