/* Does the header compile as strict C99, and can a C99 program use every struct and every name of a result?
 * Built with -std=c99 -pedantic -Wall -Wextra -Werror; what the functions do is asked elsewhere. */
#include <rtmulti.h>

#include <string.h>

#include "check.h"

/* Every transparent struct, initialised to zero as C99 does it. */
struct everything {
  rtmulti_format format;
  rtmulti_config config;
  rtmulti_sink sink;
  rtmulti_event event;
  rtmulti_kept_item kept_item;
  rtmulti_command command;
  rtmulti_diagnostic diagnostic;
  rtmulti_heard_audio heard_audio;
  rtmulti_handlers handlers;
  rtmulti_effect effect;
  rtmulti_position position;
  rtmulti_segment segment;
  rtmulti_stats stats;
};

static void check_defaults(void) {
  struct everything all;
  memset(&all, 0xff, sizeof all);

  rtmulti_format_init(&all.format, sizeof all.format);
  CHECK_EQUAL(sizeof all.format, all.format.struct_size);
  CHECK_EQUAL(RTMULTI_CODEC_PCM16, all.format.codec);
  CHECK_EQUAL(24000, all.format.sample_rate_hz);
  CHECK_EQUAL(1, all.format.channels);

  rtmulti_config_init(&all.config, sizeof all.config);
  CHECK_EQUAL(sizeof all.config, all.config.struct_size);
  CHECK_EQUAL(RTMULTI_DELIVER_BY_CALLBACK, all.config.delivery);
  CHECK_EQUAL(RTMULTI_SERVER_TRUNCATES | RTMULTI_SERVER_DELETES, all.config.server);
  CHECK_EQUAL(1, all.config.estimate);
  CHECK_EQUAL(200, all.config.write_ahead_ms);
  CHECK_EQUAL(500, all.config.clear_timeout_ms);
  CHECK_EQUAL(200, all.config.turn_patience_ms);
  CHECK_EQUAL(100, all.config.handover_ms);
  CHECK_EQUAL(0, all.config.heard_audio);
  CHECK_EQUAL(3600000, all.config.max_response_ms);
  CHECK_EQUAL(1024, all.config.max_open_items);
  CHECK_EQUAL(1048576, all.config.max_text_bytes);
  CHECK_EQUAL(67108864, all.config.max_queued_bytes);
  CHECK_EQUAL(RTMULTI_WIRE_GA, all.config.wire);
  CHECK_EQUAL(RTMULTI_AS_THE_SESSION_SAYS, all.config.interrupts);
  CHECK_EQUAL(RTMULTI_AS_THE_SESSION_SAYS, all.config.interrupt_on_speech);
  CHECK_EQUAL(2000, all.config.response_patience_ms);
  CHECK_EQUAL(10000, all.config.command_patience_ms);
  CHECK_EQUAL(0, all.config.reserved);
  CHECK_EQUAL(16777216, all.config.max_event_bytes);
  CHECK_EQUAL(0, all.config.step_back_ms);

  rtmulti_sink_init(&all.sink, sizeof all.sink);
  CHECK_EQUAL(sizeof all.sink, all.sink.struct_size);
  CHECK_EQUAL(RTMULTI_SINK_CAN_PAUSE | RTMULTI_SINK_CAN_CLEAR, all.sink.flags);
  CHECK_EQUAL(24000, all.sink.sample_rate_hz);
  CHECK_EQUAL(1, all.sink.channels);
  CHECK_EQUAL(0, all.sink.output_latency_ms);
  CHECK(all.sink.write == NULL && all.sink.flush == NULL && all.sink.clear == NULL);
  CHECK(all.sink.pause == NULL && all.sink.resume == NULL && all.sink.text_write == NULL);
  CHECK(all.sink.release == NULL && all.sink.user_data == NULL);
  CHECK_EQUAL(RTMULTI_DRIVER_REPORTED, all.sink.driver);
  CHECK_EQUAL(20, all.sink.frame_ms);
  CHECK_EQUAL(100, all.sink.lead_ms);
  CHECK_EQUAL(0, all.sink.prebuffer_ms);
  CHECK_EQUAL(200, all.sink.max_prebuffer_ms);
  CHECK_EQUAL(0, all.sink.pad_last_frame);
  CHECK_EQUAL(3000, all.sink.fade_us);

  rtmulti_handlers_init(&all.handlers, sizeof all.handlers);
  CHECK_EQUAL(sizeof all.handlers, all.handlers.struct_size);
  CHECK(all.handlers.on_event == NULL && all.handlers.on_command == NULL);
  CHECK(all.handlers.on_diagnostic == NULL && all.handlers.on_heard_audio == NULL);
  CHECK(all.handlers.release == NULL && all.handlers.user_data == NULL);
}

static void check_names(void) {
  CHECK(strcmp(RTMULTI_VERSION, rtmulti_version()) == 0);
  CHECK_EQUAL(RTMULTI_ABI, rtmulti_abi());
  CHECK(strcmp("RTMULTI_OK", rtmulti_result_name(RTMULTI_OK)) == 0);
  CHECK(strcmp("RTMULTI_DONE", rtmulti_result_name(RTMULTI_DONE)) == 0);
  CHECK(strcmp("RTMULTI_IGNORED", rtmulti_result_name(RTMULTI_IGNORED)) == 0);
  CHECK(strcmp("RTMULTI_QUEUED", rtmulti_result_name(RTMULTI_QUEUED)) == 0);
  CHECK(strcmp("RTMULTI_NONE", rtmulti_result_name(RTMULTI_NONE)) == 0);
  CHECK(strcmp("RTMULTI_ERROR_INVALID", rtmulti_result_name(RTMULTI_ERROR_INVALID)) == 0);
  CHECK(strcmp("RTMULTI_ERROR_BUSY", rtmulti_result_name(RTMULTI_ERROR_BUSY)) == 0);
  CHECK(strcmp("RTMULTI_ERROR_CLOSED", rtmulti_result_name(RTMULTI_ERROR_CLOSED)) == 0);
  CHECK(strcmp("RTMULTI_ERROR_FORKED", rtmulti_result_name(RTMULTI_ERROR_FORKED)) == 0);
  CHECK(strcmp("RTMULTI_ERROR_UNSUPPORTED", rtmulti_result_name(RTMULTI_ERROR_UNSUPPORTED)) == 0);
  CHECK(strcmp("RTMULTI_ERROR_LIMIT_AUDIO", rtmulti_result_name(RTMULTI_ERROR_LIMIT_AUDIO)) == 0);
  CHECK(strcmp("RTMULTI_ERROR_LIMIT_QUEUE", rtmulti_result_name(RTMULTI_ERROR_LIMIT_QUEUE)) == 0);
  CHECK(strcmp("RTMULTI_ERROR_LIMIT_ITEMS", rtmulti_result_name(RTMULTI_ERROR_LIMIT_ITEMS)) == 0);
  CHECK(strcmp("RTMULTI_ERROR_LIMIT_TEXT", rtmulti_result_name(RTMULTI_ERROR_LIMIT_TEXT)) == 0);
  CHECK(strcmp("RTMULTI_ERROR_LIMIT_DEFERRED", rtmulti_result_name(RTMULTI_ERROR_LIMIT_DEFERRED)) == 0);
  CHECK(strcmp("RTMULTI_ERROR_LIMIT_EVENT", rtmulti_result_name(RTMULTI_ERROR_LIMIT_EVENT)) == 0);
  CHECK(strcmp("RTMULTI_STOPPED", rtmulti_result_name(RTMULTI_STOPPED)) == 0);
  CHECK(strcmp("RTMULTI_ERROR_IN_CALLBACK", rtmulti_result_name(RTMULTI_ERROR_IN_CALLBACK)) == 0);
  CHECK(strcmp("RTMULTI_ERROR_ABANDONED", rtmulti_result_name(RTMULTI_ERROR_ABANDONED)) == 0);
  CHECK(strcmp("unknown result", rtmulti_result_name(12345)) == 0);
  CHECK(strcmp("unknown result", rtmulti_result_name(INT32_MIN)) == 0);
}

static void check_status_names(void) {
  static const char *const names[] = {"in_progress", "completed", "cancelled", "incomplete", "failed", "unknown"};
  uint32_t status;
  for (status = 0; status < sizeof names / sizeof names[0]; status++) {
    CHECK(strcmp(names[status], rtmulti_status_name(status)) == 0);
  }
  CHECK(strcmp("unknown", rtmulti_status_name(UINT32_MAX)) == 0);
}

static void check_diagnostic_names(void) {
  static const char *const names[] = {
      "unknown",          "late_audio",     "unknown_item",   "stale_report", "clear_timeout",
      "command_rejected", "memory_differs", "corrupt_packet", "odd_byte",     "limit",
      "refused_pause",    "protocol",       "missing_done",   "unknown_format",
      "silent_sink",      "command_unanswered", "callback_failed", "unknown",
  };
  uint32_t kind;
  for (kind = 0; kind < sizeof names / sizeof names[0]; kind++) {
    CHECK(strcmp(names[kind], rtmulti_diagnostic_name(kind)) == 0);
  }
  CHECK(strcmp("unknown", rtmulti_diagnostic_name(UINT32_MAX)) == 0);
}

int main(void) {
  check_defaults();
  check_names();
  check_status_names();
  check_diagnostic_names();
  return check_end("header_c99");
}
