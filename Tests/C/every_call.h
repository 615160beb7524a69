/* Every function that takes a session, called once with arguments that are good enough, but for destroy and the one that
 * answers no result (last_error). exports.sh sees that none is missing. */
#ifndef EVERY_CALL_H
#define EVERY_CALL_H

#include <rtmulti.h>
#include <string.h>

/* What every one of them has to answer. */
static inline void every_call_answers(rtmulti_session *session, rtmulti_result expected) {
  static const unsigned char bytes[4] = {1, 2, 3, 4};
  /* None of these on the stack: a session that was left is noticed by calls that come from no deeper. */
  static const char *text;
  static size_t text_size, count;
  static int64_t deadline_us;
  static rtmulti_device *device;
  static rtmulti_sink sink;
  static rtmulti_handlers handlers;
  static rtmulti_format format;
  static rtmulti_effect effect = {.struct_size = sizeof effect};
  static rtmulti_position position = {.struct_size = sizeof position};
  static rtmulti_stats stats = {.struct_size = sizeof stats};
  static rtmulti_segment segment = {.struct_size = sizeof segment};
  static rtmulti_message message = {.struct_size = sizeof message};
  rtmulti_sink_init(&sink, sizeof sink);
  sink.driver = RTMULTI_DRIVER_PULLED;
  rtmulti_handlers_init(&handlers, sizeof handlers);
  rtmulti_format_init(&format, sizeof format);
#define ID(name) name, 1
#define ANSWERS(call, ...)                                                                                     \
  if (!CHECK_EQUAL(expected, rtmulti_session_##call(__VA_ARGS__))) printf("  the answer of %s\n", #call)
  ANSWERS(set_format, session, &format);
  ANSWERS(trace, session, NULL, NULL, NULL);
  ANSWERS(set_sink, session, &sink);
  ANSWERS(set_handlers, session, &handlers);
  ANSWERS(playback_started, session, 1, RTMULTI_NOW);
  ANSWERS(playback_progress, session, 1, 0, RTMULTI_NOW);
  ANSWERS(playback_finished, session, 1, 0, 0, RTMULTI_NOW);
  ANSWERS(playback_mark, session, ID("m"), RTMULTI_NOW);
  ANSWERS(playback_queued, session, 0, RTMULTI_NOW);
  ANSWERS(device, session, &device);
  ANSWERS(sink_ready, session);
  ANSWERS(poll, session, &effect);
  ANSWERS(poll_accept, session, 0);
  ANSWERS(receive_json, session, "{}", 2);
  ANSWERS(expect_response, session, ID("t"));
  ANSWERS(expect_out_of_band, session, ID("t"));
  ANSWERS(unexpect_response, session, ID("t"));
  ANSWERS(response_created, session, ID("r"), 0, NULL, 0);
  ANSWERS(response_done, session, ID("r"), RTMULTI_STATUS_COMPLETED, NULL, 0);
  ANSWERS(item_added, session, ID("r"), ID("A"), -1, RTMULTI_ITEM_MESSAGE);
  ANSWERS(set_phase, session, ID("A"), ID("p"));
  ANSWERS(part_added, session, ID("r"), ID("A"), 0, RTMULTI_PART_AUDIO, NULL);
  ANSWERS(cancel, session, NULL, 0);
  ANSWERS(set_server, session, RTMULTI_SERVER_TRUNCATES | RTMULTI_SERVER_DELETES);
  ANSWERS(set_clear_timeout, session, 500);
  ANSWERS(set_audio_enabled, session, 1);
  ANSWERS(audio, session, ID("r"), ID("A"), 0, bytes, sizeof bytes);
  ANSWERS(audio_base64, session, ID("r"), ID("A"), 0, ID("AAAA"), NULL, 0);
  ANSWERS(packet, session, ID("r"), ID("A"), 0, bytes, sizeof bytes, 1, 1);
  ANSWERS(text, session, ID("r"), ID("A"), 0, ID("t"), -1, -1);
  ANSWERS(part_done, session, ID("A"), 0);
  ANSWERS(item_done, session, ID("A"));
  ANSWERS(item_deleted, session, ID("A"));
  ANSWERS(part_truncated, session, ID("A"), 0, 0);
  ANSWERS(output_buffer, session, ID("r"), RTMULTI_BUFFER_STARTED);
  ANSWERS(function_call, session, ID("r"), ID("F"), ID("c"), ID("n"), ID("a"));
  ANSWERS(command_rejected, session, NULL, 0, ID("c"), ID("m"));
  ANSWERS(reconnect, session);
  ANSWERS(interrupt, session, NULL, 0, RTMULTI_INTERRUPTED_BY_HOST);
  ANSWERS(pause, session);
  ANSWERS(resume, session);
  ANSWERS(text_delivered, session, ID("A"));
  ANSWERS(close, session);
  ANSWERS(advance, session, 1);
  ANSWERS(next_deadline, session, &deadline_us);
  ANSWERS(stats, session, &stats);
  ANSWERS(position, session, ID("A"), 0, &position);
  ANSWERS(segment, session, 1, &segment);
  ANSWERS(message, session, ID("A"), &message);
  ANSWERS(generated_text, session, ID("A"), &text, &text_size);
  ANSWERS(heard_text, session, ID("A"), &text, &text_size);
  ANSWERS(history_count, session, &count);
  ANSWERS(history_at, session, 0, &message);
#undef ANSWERS
#undef ID
}

#endif
