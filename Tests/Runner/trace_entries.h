/* Every entry of a trace, once: its number, its NAME, the word for it, and of which fields it consists; and for an
 * input the call that gives it to a session. Who reads traces, plays them again, prints them or makes random ones takes
 * all that from here; the tests hold it to Sources/RTMulti/SessionInput.swift, which describes the same inputs for the
 * library. A field is a letter:
 *
 *   p  a place: a response, an item and a content index      r  a response      i  an item
 *   t  words      a  audio, x  text, j  an event: what is longer than the session's limit is left out
 *   g  a segment      d  frames      u  a time
 *   f  a format, or that none was given: codec, rate and channels
 *   n  a number      s  a number that may be negative; -1: not given      l  numbers behind their count
 *
 * The calls are made of macros that trace_inputs.c defines: the nth text, the nth number. */
#ifndef RUNNER_TRACE_ENTRIES_H
#define RUNNER_TRACE_ENTRIES_H

/* What a host can say to a session, from inside a callback too. */
#define TRACE_INPUTS(INPUT)                                                                                            \
  INPUT(1, SET_FORMAT, "set_format", "f", rtmulti_session_set_format(session, FORMAT(0)))                              \
  INPUT(4, EXPECT, "expect_response", "t", rtmulti_session_expect_response(session, TEXT_OR_NONE(0)))                          \
  INPUT(5, RESPONSE_CREATED, "response_created", "rnt",                                                                \
        rtmulti_session_response_created(session, RESPONSE, NUMBER(uint32_t, 0), TEXT(0)))                             \
  INPUT(6, RESPONSE_DONE, "response_done", "rnt",                                                                      \
        rtmulti_session_response_done(session, RESPONSE, NUMBER(rtmulti_status, 0), TEXT(0)))                          \
  INPUT(7, ITEM_ADDED, "item_added", "risn",                                                                           \
        rtmulti_session_item_added(session, RESPONSE, ITEM, NUMBER(int32_t, 0), NUMBER(rtmulti_item_kind, 1)))         \
  INPUT(8, PHASE, "set_phase", "it", rtmulti_session_set_phase(session, ITEM, TEXT(0)))                                \
  INPUT(9, PART_ADDED, "part_added", "pnf",                                                                            \
        rtmulti_session_part_added(session, RESPONSE, ITEM, CONTENT, NUMBER(rtmulti_part_kind, 0), FORMAT(1)))         \
  INPUT(10, AUDIO, "audio", "pa", rtmulti_session_audio(session, RESPONSE, ITEM, CONTENT, TEXT(0)))                    \
  INPUT(11, PACKET, "packet", "pann",                                                                                  \
        rtmulti_session_packet(session, RESPONSE, ITEM, CONTENT, TEXT(0), NUMBER(uint16_t, 0), NUMBER(uint32_t, 1)))   \
  INPUT(12, TEXT, "text", "pxss",                                                                                      \
        rtmulti_session_text(session, RESPONSE, ITEM, CONTENT, TEXT(0), NUMBER(int64_t, 0), NUMBER(int64_t, 1)))       \
  INPUT(13, PART_DONE, "part_done", "p", rtmulti_session_part_done(session, ITEM, CONTENT))                            \
  INPUT(14, ITEM_DONE, "item_done", "i", rtmulti_session_item_done(session, ITEM))                                     \
  INPUT(15, FUNCTION_CALL, "function_call", "rittt",                                                                   \
        rtmulti_session_function_call(session, RESPONSE, ITEM, TEXT(0), TEXT(1), TEXT(2)))                             \
  INPUT(16, COMMAND_REJECTED, "command_rejected", "ttt",                                                               \
        rtmulti_session_command_rejected(session, TEXT(0), TEXT(1), TEXT(2)))                                          \
  INPUT(17, RECONNECT, "reconnect", "", rtmulti_session_reconnect(session))                                            \
  INPUT(18, RECEIVE_JSON, "receive_json", "j", rtmulti_session_receive_json(session, TEXT(0)))                         \
  INPUT(19, INTERRUPT, "interrupt", "rn",                                                                              \
        rtmulti_session_interrupt(session, RESPONSE_OR_ALL, NUMBER(rtmulti_interrupter, 0)))                           \
  INPUT(20, PAUSE, "pause", "", rtmulti_session_pause(session))                                                        \
  INPUT(21, RESUME, "resume", "", rtmulti_session_resume(session))                                                     \
  INPUT(22, TEXT_DELIVERED, "text_delivered", "i", rtmulti_session_text_delivered(session, ITEM))                      \
  INPUT(23, CLOSE, "close", "", rtmulti_session_close(session))                                                        \
  INPUT(24, ADVANCE, "advance", "u", rtmulti_session_advance(session, NUMBER(int64_t, 0)))                             \
  INPUT(25, STARTED, "playback_started", "gs",                                                                         \
        rtmulti_session_playback_started(session, NUMBER(uint64_t, 0), NUMBER(int64_t, 1)))                            \
  INPUT(26, PROGRESS, "playback_progress", "gds",                                                                      \
        rtmulti_session_playback_progress(session, NUMBER(uint64_t, 0), NUMBER(int64_t, 1), NUMBER(int64_t, 2)))       \
  INPUT(27, FINISHED, "playback_finished", "gdns",                                                                     \
        rtmulti_session_playback_finished(session, NUMBER(uint64_t, 0), NUMBER(int64_t, 1), NUMBER(rtmulti_bool, 2),   \
                                          NUMBER(int64_t, 3)))                                                         \
  INPUT(28, MARK, "playback_mark", "gds",                                                                              \
        rtmulti_session_playback_mark(session, MARK_NAME(0, 1), NUMBER(int64_t, 2)))                                   \
  INPUT(29, QUEUED, "playback_queued", "d", rtmulti_session_playback_queued(session, NUMBER(int64_t, 0), RTMULTI_NOW)) \
  INPUT(30, SINK_READY, "sink_ready", "", rtmulti_session_sink_ready(session))                                         \
  INPUT(39, ITEM_DELETED, "item_deleted", "i", rtmulti_session_item_deleted(session, ITEM))                            \
  INPUT(40, PART_TRUNCATED, "part_truncated", "ps",                                                                    \
        rtmulti_session_part_truncated(session, ITEM, CONTENT, NUMBER(int64_t, 0)))                                    \
  INPUT(41, EXPECT_OUT_OF_BAND, "expect_out_of_band", "t", rtmulti_session_expect_out_of_band(session, TEXT(0)))       \
  INPUT(42, UNEXPECT, "unexpect_response", "t", rtmulti_session_unexpect_response(session, TEXT_OR_NONE(0)))         \
  INPUT(43, OUTPUT_BUFFER, "output_buffer", "rn",                                                                      \
        rtmulti_session_output_buffer(session, RESPONSE, NUMBER(rtmulti_buffer_word, 0)))                              \
  INPUT(44, AUDIO_BASE64, "audio_base64", "pjt",                                                                       \
        rtmulti_session_audio_base64(session, RESPONSE, ITEM, CONTENT, TEXT(0), TEXT(1)))                              \
  INPUT(45, CANCEL, "cancel", "r", rtmulti_session_cancel(session, RESPONSE_OR_ALL))                                   \
  INPUT(46, SET_SERVER, "set_server", "n", rtmulti_session_set_server(session, NUMBER(rtmulti_server_flags, 0)))       \
  INPUT(47, SET_CLEAR_TIMEOUT, "set_clear_timeout", "n",                                                               \
        rtmulti_session_set_clear_timeout(session, NUMBER(uint32_t, 0)))                                               \
  INPUT(48, SET_AUDIO_ENABLED, "set_audio_enabled", "n",                                                               \
        rtmulti_session_set_audio_enabled(session, NUMBER(rtmulti_bool, 0)))

/* What a recording holds besides: the wiring, what is refused from inside a callback, and what callbacks did. */
#define TRACE_NOTES(NOTE)                                                                                              \
  NOTE(2, SET_SINK, "set_sink", "l")                                                                                   \
  NOTE(3, SET_HANDLERS, "set_handlers", "n")                                                                           \
  NOTE(31, POLL, "poll", "")                                                                                           \
  NOTE(32, POLL_ACCEPT, "poll_accept", "n")                                                                            \
  NOTE(33, DELIVER, "deliver", "")                                                                                     \
  NOTE(34, PULL, "pull", "nn")                                                                                         \
  NOTE(35, PULL_MEANWHILE, "pull_meanwhile", "nn")                                                                     \
  NOTE(36, CALLBACK, "callback", "n")                                                                                  \
  NOTE(37, RETURNED, "returned", "s")                                                                                  \
  NOTE(38, END, "end", "n")

#endif
