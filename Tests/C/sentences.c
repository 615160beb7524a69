/* Does each refusal say which argument is wrong, what came, what is allowed and what to do? Every function of the header
 * is called with each kind of wrong argument that it can get, and the sentence is compared. What the refusals change
 * (nothing) is misuse.c's; what a call is refused for that is right in itself is sentences_of_states.c's; the sentences
 * about events are held in Tests/RTMultiWireTests/EventFlawTests.swift, too. */
#include "refuses.h"

#define TOO_LONG 2000
#define ID_SIZE " bytes; an id or a name has at most 1024 bytes, and RTMULTI_NUL_TERMINATED stands for the size of a C string."
#define ID_NULL " is NULL; give it as the server named it, with its size or RTMULTI_NUL_TERMINATED."
#define NO_SESSION "session is NULL; make one with rtmulti_session_create and see what it returns."

static char too_long[TOO_LONG + 1];

/* ---- ids and texts ---- */

static void check_ids(void) {
  REFUSES(INVALID, rtmulti_session_item_done(session, NULL, 0), "item_id" ID_NULL);
  REFUSES(INVALID, rtmulti_session_item_done(session, too_long, TOO_LONG), "item_id has 2000" ID_SIZE);
  REFUSES(INVALID, rtmulti_session_item_done(session, TEXT(too_long)), "item_id has 2000" ID_SIZE);
  REFUSES(INVALID, rtmulti_session_item_done(session, "A", SIZE_MAX - 1), "item_id has more than 2^63" ID_SIZE);
  REFUSES(INVALID, rtmulti_session_item_done(session, TEXT("abc\xff")),
          "item_id is not UTF-8: byte 3 breaks it; convert it to UTF-8 before you give it.");
  REFUSES(INVALID, rtmulti_session_item_deleted(session, NULL, 0), "item_id" ID_NULL);
  REFUSES(INVALID, rtmulti_session_part_done(session, NULL, 0, 0), "item_id" ID_NULL);
  REFUSES(INVALID, rtmulti_session_part_done(session, TEXT(""), 0), "item_id is empty; give it as the server named it.");
  REFUSES(INVALID, rtmulti_session_part_truncated(session, NULL, 0, 0, 1), "item_id" ID_NULL);
  REFUSES(INVALID, rtmulti_session_text_delivered(session, NULL, 0), "item_id" ID_NULL);
  REFUSES(INVALID, rtmulti_session_set_phase(session, NULL, 0, TEXT("commentary")), "item_id" ID_NULL);
  REFUSES(INVALID, rtmulti_session_set_phase(session, TEXT("A"), too_long, 65),
          "phase has 65 bytes; at most 64 are allowed.");
  REFUSES(INVALID, rtmulti_session_response_created(session, NULL, 0, 0, NULL, 0), "response_id" ID_NULL);
  REFUSES(INVALID, rtmulti_session_response_created(session, TEXT(""), 0, NULL, 0),
          "response_id is empty; give it as the server named it.");
  REFUSES(INVALID, rtmulti_session_response_created(session, TEXT("r2"), 0, TEXT(too_long)),
          "token has 2000" ID_SIZE);
  REFUSES(INVALID, rtmulti_session_response_done(session, NULL, 0, RTMULTI_STATUS_COMPLETED, NULL, 0),
          "response_id" ID_NULL);
  REFUSES(INVALID, rtmulti_session_response_done(session, TEXT("r1"), RTMULTI_STATUS_COMPLETED, "x", 17 << 20),
          "reason has 17825792 bytes; at most 16777216 bytes are allowed.");
  static const char *const no_token = "token is NULL; give the word of your own that your request bears.";
  REFUSES(INVALID, rtmulti_session_expect_out_of_band(session, NULL, 0), no_token);
  REFUSES(INVALID, rtmulti_session_expect_response(session, TEXT("")),
          "token is empty; give the word of your own that your request bears.");
  REFUSES(INVALID, rtmulti_session_item_added(session, TEXT("r1"), NULL, 0, 0, RTMULTI_ITEM_MESSAGE),
          "item_id" ID_NULL);
  REFUSES(INVALID, rtmulti_session_item_added(session, TEXT(too_long), TEXT("B"), 0, RTMULTI_ITEM_MESSAGE),
          "response_id has 2000" ID_SIZE);
  REFUSES(INVALID, rtmulti_session_part_added(session, TEXT("r1"), NULL, 0, 0, RTMULTI_PART_AUDIO, NULL),
          "item_id" ID_NULL);
  REFUSES(INVALID, rtmulti_session_audio(session, TEXT("r1"), NULL, 0, 0, "ab", 2), "item_id" ID_NULL);
  REFUSES(INVALID, rtmulti_session_packet(session, TEXT("r1"), NULL, 0, 0, "ab", 2, 0, 0), "item_id" ID_NULL);
  REFUSES(INVALID, rtmulti_session_text(session, TEXT("r1"), NULL, 0, 0, TEXT("x"), -1, -1), "item_id" ID_NULL);
  REFUSES(INVALID, rtmulti_session_function_call(session, TEXT("r1"), NULL, 0, NULL, 0, NULL, 0, NULL, 0),
          "item_id" ID_NULL);
  REFUSES(INVALID, rtmulti_session_function_call(session, TEXT("r1"), TEXT(""), NULL, 0, NULL, 0, NULL, 0),
          "item_id is empty; give it as the server named it.");
  REFUSES(INVALID, rtmulti_session_function_call(session, TEXT("r1"), TEXT("F"), TEXT(too_long), NULL, 0, NULL, 0),
          "call_id has 2000" ID_SIZE);
  REFUSES(INVALID, rtmulti_session_function_call(session, TEXT("r1"), TEXT("F"), NULL, 0, TEXT(too_long), NULL, 0),
          "name has 2000" ID_SIZE);
  REFUSES(INVALID, rtmulti_session_function_call(session, TEXT("r1"), TEXT("F"), NULL, 0, NULL, 0, TEXT("\"\xc3")),
          "arguments is not UTF-8: byte 1 breaks it; convert it to UTF-8 before you give it.");
  REFUSES(INVALID, rtmulti_session_command_rejected(session, TEXT(too_long), NULL, 0, NULL, 0),
          "event_id has 2000" ID_SIZE);
  REFUSES(INVALID, rtmulti_session_command_rejected(session, NULL, 0, TEXT(too_long), NULL, 0),
          "code has 2000" ID_SIZE);
  REFUSES(INVALID, rtmulti_session_command_rejected(session, NULL, 0, NULL, 0, "x", 17 << 20),
          "message has 17825792 bytes; at most 16777216 bytes are allowed.");
  REFUSES(INVALID, rtmulti_session_interrupt(session, TEXT(""), RTMULTI_INTERRUPTED_BY_HOST),
          "response_id is empty; name a response, or give NULL for all that is unheard.");
  REFUSES(INVALID, rtmulti_session_playback_mark(session, NULL, 0, RTMULTI_NOW), "name" ID_NULL);
  REFUSES(INVALID, rtmulti_session_text(session, TEXT("r1"), TEXT("A"), 0, NULL, 0, -1, -1),
          "text is NULL; give the text and its size, or \"\" for none.");
  REFUSES(INVALID, rtmulti_session_receive_json(session, NULL, 0),
          "text is NULL; give the text and its size, or \"\" for none.");
  REFUSES(INVALID, rtmulti_session_receive_json(session, "{}", SIZE_MAX - 1),
          "text has more than 2^63 bytes; no memory has that, so see that the size is right; RTMULTI_NUL_TERMINATED "
          "stands for that of a C string.");
  REFUSES(INVALID, rtmulti_session_audio(session, TEXT("r1"), TEXT("A"), 0, NULL, 2),
          "bytes is NULL; bytes_size says how many there are, and 0 stands for none.");
  REFUSES(INVALID, rtmulti_session_audio(session, TEXT("r1"), TEXT("A"), 0, "ab", SIZE_MAX / 4),
          "bytes has 4611686018427387903 bytes; at most 2^40 can be given at once, so see that bytes_size is right.");
}

/* ---- numbers ---- */

static void check_numbers(void) {
  static const char *const content =
      "content_index is -2; it must be 0 to 65535, or -1 for the item's first audio part.";
  REFUSES(INVALID, rtmulti_session_audio(session, TEXT("r1"), TEXT("A"), -2, "ab", 2), content);
  REFUSES(INVALID, rtmulti_session_packet(session, TEXT("r1"), TEXT("A"), -2, "ab", 2, 0, 0), content);
  REFUSES(INVALID, rtmulti_session_text(session, TEXT("r1"), TEXT("A"), -2, TEXT("x"), -1, -1), content);
  REFUSES(INVALID, rtmulti_session_part_done(session, TEXT("A"), -2), content);
  REFUSES(INVALID, rtmulti_session_part_truncated(session, TEXT("A"), -2, 1), content);
  REFUSES(INVALID, rtmulti_session_audio(session, TEXT("r1"), TEXT("A"), 65536, "ab", 2),
          "content_index is 65536; it must be 0 to 65535, or -1 for the item's first audio part.");
  REFUSES(INVALID, rtmulti_session_audio(session, TEXT("r1"), TEXT("A"), INT32_MAX, "ab", 2),
          "content_index is 2147483647; it must be 0 to 65535, or -1 for the item's first audio part.");
  REFUSES(INVALID, rtmulti_session_part_added(session, TEXT("r1"), TEXT("A"), -1, RTMULTI_PART_AUDIO, NULL),
          "content_index is -1; it must be 0 to 65535.");
  REFUSES(INVALID, rtmulti_session_part_added(session, TEXT("r1"), TEXT("A"), 0, 9, NULL),
          "kind is 9; use RTMULTI_PART_AUDIO or RTMULTI_PART_TEXT.");
  REFUSES(INVALID, rtmulti_session_item_added(session, TEXT("r1"), TEXT("B"), 0, 9),
          "kind is 9; use RTMULTI_ITEM_MESSAGE, RTMULTI_ITEM_FUNCTION_CALL or RTMULTI_ITEM_OTHER.");
  REFUSES(INVALID, rtmulti_session_item_added(session, TEXT("r1"), TEXT("B"), -2, RTMULTI_ITEM_MESSAGE),
          "output_index is -2; it must be 0 or more, or -1 for the next.");
  REFUSES(INVALID, rtmulti_session_response_created(session, TEXT("r2"), 1u << 20, NULL, 0),
          "flags is 1048576; combine RTMULTI_RESPONSE_ bits.");
  REFUSES(INVALID, rtmulti_session_response_done(session, TEXT("r1"), 9, NULL, 0),
          "status is 9; use one of RTMULTI_STATUS_COMPLETED, CANCELLED, INCOMPLETE and FAILED.");
  REFUSES(INVALID, rtmulti_session_text(session, TEXT("r1"), TEXT("A"), 0, TEXT("x"), -2, -1),
          "start_ms is -2; it must be 0 or more, or -1 where the server said no time.");
  REFUSES(INVALID, rtmulti_session_text(session, TEXT("r1"), TEXT("A"), 0, TEXT("x"), 500, 400),
          "end_ms is 400; it must be start_ms or more, or -1 where the server said no time.");
  REFUSES(INVALID, rtmulti_session_part_truncated(session, TEXT("A"), 0, -1),
          "audio_end_ms is -1; it must be 0 or more.");
  REFUSES(INVALID, rtmulti_session_interrupt(session, NULL, 0, 9),
          "interrupter is 9; use RTMULTI_INTERRUPTED_BY_LISTENER or RTMULTI_INTERRUPTED_BY_HOST.");
  static const char *const frames = "frames is -5; it must be 0 or more, counted from the segment's beginning.";
  REFUSES(INVALID, rtmulti_session_playback_progress(session, 1, -5, RTMULTI_NOW), frames);
  REFUSES(INVALID, rtmulti_session_playback_finished(session, 1, -5, 0, RTMULTI_NOW), frames);
  REFUSES(INVALID, rtmulti_session_playback_queued(session, -5, RTMULTI_NOW),
          "frames is -5; it must be 0 or more: what waits in your queue.");
  REFUSES(UNSUPPORTED, rtmulti_session_playback_queued(session, 5, 7),
          "at_us is 7; give RTMULTI_NOW: what was written since then is not known to wait there.");
}

/* ---- where an answer is to be put ---- */

static void check_places(void) {
  rtmulti_position position = {.struct_size = 0};
  rtmulti_message message = {.struct_size = 5000};
  rtmulti_segment segment = {.struct_size = 7};
  rtmulti_stats stats = {.struct_size = 0};
  const char *text;
  size_t size;
  REFUSES(INVALID, rtmulti_session_position(session, TEXT("A"), 0, NULL),
          "position is NULL; fill it with rtmulti_position_init(&position, sizeof position).");
  REFUSES(INVALID, rtmulti_session_position(session, TEXT("A"), 0, &position),
          "position.struct_size is 0; fill it with rtmulti_position_init(&position, sizeof position).");
  rtmulti_position_init(&position, sizeof position);
  REFUSES(INVALID, rtmulti_session_position(session, NULL, 0, 0, &position), "item_id" ID_NULL);
  REFUSES(INVALID, rtmulti_session_position(session, TEXT("A"), -2, &position),
          "content_index is -2; it must be 0 or more, or -1 for the item's first audio part.");
  REFUSES(INVALID, rtmulti_session_message(session, TEXT("A"), &message),
          "message.struct_size is 5000; fill it with rtmulti_message_init(&message, sizeof message).");
  REFUSES(INVALID, rtmulti_session_history_at(session, 0, &message),
          "message.struct_size is 5000; fill it with rtmulti_message_init(&message, sizeof message).");
  REFUSES(INVALID, rtmulti_session_segment(session, 1, &segment),
          "segment.struct_size is 7; fill it with rtmulti_segment_init(&segment, sizeof segment).");
  REFUSES(INVALID, rtmulti_session_stats(session, &stats),
          "stats.struct_size is 0; fill it with rtmulti_stats_init(&stats, sizeof stats).");
  REFUSES(INVALID, rtmulti_session_stats(session, NULL),
          "stats is NULL; fill it with rtmulti_stats_init(&stats, sizeof stats).");
  REFUSES(INVALID, rtmulti_session_generated_text(session, TEXT("A"), NULL, &size),
          "text is NULL; say where the address of the text is to be put.");
  REFUSES(INVALID, rtmulti_session_heard_text(session, TEXT("A"), &text, NULL),
          "text_size is NULL; say where the size of the text is to be put.");
  REFUSES(INVALID, rtmulti_session_history_count(session, NULL), "count is NULL; say where the count is to be put.");
  REFUSES(INVALID, rtmulti_session_next_deadline(session, NULL),
          "deadline_us is NULL; say where the deadline is to be put.");
  REFUSES(INVALID, rtmulti_session_device(session, NULL), "device is NULL; say where the device is to be put.");
  rtmulti_device *device;
  REFUSES(UNSUPPORTED, rtmulti_session_device(session, &device),
          "This session has no device: set a sink with driver = RTMULTI_DRIVER_PULLED first.");
}

/* ---- formats, sinks, handlers, configs ---- */

static void check_formats(void) {
  rtmulti_format format;
  REFUSES(INVALID, rtmulti_session_set_format(session, NULL),
          "format is NULL; fill it with rtmulti_format_init(&format, sizeof format).");
  memset(&format, 0, sizeof format);
  REFUSES(INVALID, rtmulti_session_set_format(session, &format),
          "format.struct_size is 0; fill it with rtmulti_format_init(&format, sizeof format).");
  rtmulti_format_init(&format, sizeof format);
  format.sample_rate_hz = 96000;
  static const char *const rate =
      "format.sample_rate_hz is 96000; PCM16 is played at 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100 or 48000 "
      "Hz; ask the server for one of these, or resample it.";
  REFUSES(UNSUPPORTED, rtmulti_session_set_format(session, &format), rate);
  REFUSES(UNSUPPORTED, rtmulti_session_part_added(session, TEXT("r1"), TEXT("A"), 5, RTMULTI_PART_AUDIO, &format), rate);
  rtmulti_format_init(&format, sizeof format);
  format.channels = 6;
  REFUSES(UNSUPPORTED, rtmulti_session_set_format(session, &format),
          "format.channels is 6; it must be 1 or 2; mix more of them down before you give them.");
  format.codec = RTMULTI_CODEC_ULAW, format.channels = 2;
  REFUSES(UNSUPPORTED, rtmulti_session_set_format(session, &format),
          "format.channels is 2; G.711 is mono, so it must be 1.");
  format.codec = 99;
  REFUSES(UNSUPPORTED, rtmulti_session_set_format(session, &format),
          "format.codec is 99; it must be one of RTMULTI_CODEC_PCM16, ULAW, ALAW, OPUS and OGG_OPUS.");
}

static void check_sinks(struct conversation *conversation) {
  rtmulti_sink good = plain_sink(), sink;
  host_fill_sink(&conversation->host, &good);
#define SINK(field, value, result, sentence)                            \
  do {                                                                  \
    sink = good;                                                        \
    sink.field = (value);                                               \
    REFUSES(result, rtmulti_session_set_sink(session, &sink), sentence); \
  } while (0)
  SINK(struct_size, 0, INVALID, "sink.struct_size is 0; fill it with rtmulti_sink_init(&sink, sizeof sink).");
  SINK(write, NULL, INVALID,
       "sink.write is NULL; a sink without it takes no audio: set it, or choose RTMULTI_DRIVER_PULLED, "
       "RTMULTI_DRIVER_HOST or RTMULTI_DELIVER_BY_POLLING.");
  SINK(sample_rate_hz, 96000, INVALID,
       "sink.sample_rate_hz is 96000; 8000 to 48000 is allowed; let the device take 48000 and resample what it gets.");
  SINK(channels, 0, INVALID, "sink.channels is 0; it must be 1 or 2.");
  SINK(output_latency_ms, 5001, INVALID, "sink.output_latency_ms is 5001; 0 to 5000 is allowed.");
  SINK(frame_ms, 5, INVALID, "sink.frame_ms is 5; 10 to 60 is allowed.");
  SINK(lead_ms, 5, INVALID, "sink.lead_ms is 5; sink.frame_ms to 5000 is allowed.");
  SINK(prebuffer_ms, 2001, INVALID, "sink.prebuffer_ms is 2001; 0 to 2000 is allowed.");
  SINK(max_prebuffer_ms, 2001, INVALID, "sink.max_prebuffer_ms is 2001; 0 to 2000 is allowed.");
  SINK(pad_last_frame, 2, INVALID, "sink.pad_last_frame is 2; it must be 0 or 1.");
  SINK(fade_us, 20001, INVALID, "sink.fade_us is 20001; 0 to 20000 is allowed.");
  SINK(flags, 1u << 30, UNSUPPORTED,
       "sink.flags is 1073741824, which this version of the library does not have; combine RTMULTI_SINK_ bits.");
  SINK(driver, 9, UNSUPPORTED,
       "sink.driver is 9, which this version of the library does not have; use RTMULTI_DRIVER_REPORTED, "
       "RTMULTI_DRIVER_PACED, RTMULTI_DRIVER_PULLED or RTMULTI_DRIVER_HOST.");
#undef SINK
  rtmulti_handlers handlers = {.struct_size = 0};
  REFUSES(INVALID, rtmulti_session_set_handlers(session, &handlers),
          "handlers.struct_size is 0; fill it with rtmulti_handlers_init(&handlers, sizeof handlers).");
}

/* A newer header: bytes that this library does not know, and that are not 0. */
static void check_newer_structs(void) {
  struct {
    rtmulti_handlers known;
    uint64_t option;
  } newer = {.option = 1};
  newer.known.struct_size = sizeof newer;
  char sentence[200];
  snprintf(sentence, sizeof sentence,
           "handlers.struct_size is %d, and an option is set that this version of the library does not know; leave it at 0, "
           "or take a newer library.",
           (int)sizeof newer);
  REFUSES(UNSUPPORTED, rtmulti_session_set_handlers(session, &newer.known), sentence);
}

static void check_configs(void) {
  rtmulti_config config;
  rtmulti_session *made = NULL;
#define CONFIG(field, value, result, sentence)                         \
  do {                                                                 \
    rtmulti_config_init(&config, sizeof config);                       \
    config.field = (value);                                            \
    REFUSES(result, rtmulti_session_create(&config, &made), sentence); \
    CHECK(made == NULL);                                               \
  } while (0)
  session = NULL;
  CONFIG(struct_size, 0, INVALID, "config.struct_size is 0; fill it with rtmulti_config_init(&config, sizeof config).");
  CONFIG(write_ahead_ms, 0, INVALID,
         "config.write_ahead_ms is 0; it must be 1 or more, or RTMULTI_UNLIMITED for all that is there.");
  CONFIG(step_back_ms, 10001, INVALID, "config.step_back_ms is 10001; 0 to 10000 is allowed.");
  CONFIG(estimate, 2, INVALID, "config.estimate is 2; it must be 0 or 1.");
  CONFIG(heard_audio, 2, INVALID, "config.heard_audio is 2; it must be 0 or 1.");
  CONFIG(delivery, 9, UNSUPPORTED,
         "config.delivery is 9, which this version of the library does not have; use RTMULTI_DELIVER_BY_CALLBACK or "
         "_BY_POLLING.");
  CONFIG(wire, 9, UNSUPPORTED,
         "config.wire is 9, which this version of the library does not have; use RTMULTI_WIRE_GA or RTMULTI_WIRE_BETA.");
  CONFIG(server, 1u << 30, UNSUPPORTED,
         "config.server is 1073741824, which this version of the library does not have; combine RTMULTI_SERVER_ bits.");
  CONFIG(interrupts, 9, UNSUPPORTED,
         "config.interrupts is 9, which this version of the library does not have; use RTMULTI_NO, RTMULTI_YES or "
         "RTMULTI_AS_THE_SESSION_SAYS.");
  CONFIG(interrupt_on_speech, 9, UNSUPPORTED,
         "config.interrupt_on_speech is 9, which this version of the library does not have; use RTMULTI_NO, RTMULTI_YES "
         "or RTMULTI_AS_THE_SESSION_SAYS.");
#undef CONFIG
  REFUSES(INVALID, rtmulti_session_create(NULL, NULL), "session is NULL; say where the new session is to be put.");
  REFUSES(INVALID, rtmulti_config_init(NULL, sizeof config),
          "config is NULL; fill it with rtmulti_config_init(&config, sizeof config).");
  REFUSES(INVALID, rtmulti_config_init(&config, 7),
          "struct_size is 7; fill it with rtmulti_config_init(&config, sizeof config).");
  REFUSES(INVALID, rtmulti_session_advance(NULL, 1), NO_SESSION);
  REFUSES(INVALID, rtmulti_session_pause(NULL), NO_SESSION);
  size_t count;
  REFUSES(INVALID, rtmulti_session_history_count(NULL, &count), NO_SESSION);
  rtmulti_effect effect = {.struct_size = sizeof effect};
  REFUSES(INVALID, rtmulti_session_poll(NULL, &effect), NO_SESSION);
}

/* What is wrong with an event: the sentences themselves are the wire's tests'. */
static void check_events(void) {
  static const char start[] = "The event is not one JSON object: at byte 0";
  CHECK_EQUAL(RTMULTI_ERROR_INVALID, rtmulti_session_receive_json(session, TEXT("garbage")));
  CHECK(strncmp(rtmulti_session_last_error(session), start, sizeof start - 1) == 0);
  REFUSES(INVALID, rtmulti_session_receive_json(session, TEXT("{\"type\":\"conversation.item.deleted\"}")),
          "The event \"conversation.item.deleted\" has no \"item_id\", which an event of this type must have; give each "
          "event as the server sent it.");
  REFUSES(INVALID,
          rtmulti_session_receive_json(
              session, TEXT("{\"type\":\"response.audio.delta\",\"item_id\":\"A\",\"delta\":\"AAA*\"}")),
          "The event \"response.audio.delta\" has a \"delta\" that is not base64: byte 3 of it is \"*\"; give audio as "
          "the server sent it (RFC 4648, the alphabet with + and /, padded or not, no white space).");
}

int main(void) {
  memset(too_long, 'x', TOO_LONG);
  struct conversation conversation;
  converse_as(&conversation, NULL, NULL, plain_sink());
  session = conversation.session;
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r1"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r1", "A", 100 * FRAMES_PER_MS));
  check_ids();
  check_numbers();
  check_places();
  check_formats();
  check_sinks(&conversation);
  check_newer_structs();
  check_events();
  part(&conversation);
  check_configs();
  return check_end("sentences");
}
