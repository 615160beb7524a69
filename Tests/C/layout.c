/* Are the structs laid out as every binding believes (x86-64 and other LP64 machines), and does struct_size do
 * what the header promises to programs built against a smaller struct? The numbers were counted by hand: a
 * changed one breaks programs that exist. */
#include <rtmulti.h>
#include <string.h>

#include "check.h"

#define AT(type, field, offset) CHECK_EQUAL(offset, offsetof(type, field))

static void check_what_goes_in(void) {
  CHECK_EQUAL(16, sizeof(rtmulti_format));
  AT(rtmulti_format, struct_size, 0);
  AT(rtmulti_format, codec, 4);
  AT(rtmulti_format, sample_rate_hz, 8);
  AT(rtmulti_format, channels, 12);

  CHECK_EQUAL(72, sizeof(rtmulti_config));
  AT(rtmulti_config, struct_size, 0);
  AT(rtmulti_config, delivery, 4);
  AT(rtmulti_config, server, 8);
  AT(rtmulti_config, estimate, 12);
  AT(rtmulti_config, write_ahead_ms, 16);
  AT(rtmulti_config, clear_timeout_ms, 20);
  AT(rtmulti_config, turn_patience_ms, 24);
  AT(rtmulti_config, handover_ms, 28);
  AT(rtmulti_config, heard_audio, 32);
  AT(rtmulti_config, max_response_ms, 36);
  AT(rtmulti_config, max_open_items, 40);
  AT(rtmulti_config, max_text_bytes, 44);
  AT(rtmulti_config, max_queued_bytes, 48);
  AT(rtmulti_config, wire, 56);
  AT(rtmulti_config, interrupt_on_speech, 60);
  AT(rtmulti_config, max_event_bytes, 64);
  AT(rtmulti_config, step_back_ms, 68);

  CHECK_EQUAL(120, sizeof(rtmulti_sink));
  AT(rtmulti_sink, struct_size, 0);
  AT(rtmulti_sink, flags, 4);
  AT(rtmulti_sink, sample_rate_hz, 8);
  AT(rtmulti_sink, channels, 12);
  AT(rtmulti_sink, output_latency_ms, 16);
  AT(rtmulti_sink, reserved, 20);
  AT(rtmulti_sink, write, 24);
  AT(rtmulti_sink, flush, 32);
  AT(rtmulti_sink, clear, 40);
  AT(rtmulti_sink, pause, 48);
  AT(rtmulti_sink, resume, 56);
  AT(rtmulti_sink, text_write, 64);
  AT(rtmulti_sink, release, 72);
  AT(rtmulti_sink, user_data, 80);
  AT(rtmulti_sink, driver, 88);
  AT(rtmulti_sink, frame_ms, 92);
  AT(rtmulti_sink, lead_ms, 96);
  AT(rtmulti_sink, prebuffer_ms, 100);
  AT(rtmulti_sink, max_prebuffer_ms, 104);
  AT(rtmulti_sink, pad_last_frame, 108);
  AT(rtmulti_sink, fade_us, 112);
  AT(rtmulti_sink, reserved2, 116);

  CHECK_EQUAL(56, sizeof(rtmulti_handlers));
  AT(rtmulti_handlers, struct_size, 0);
  AT(rtmulti_handlers, reserved, 4);
  AT(rtmulti_handlers, on_event, 8);
  AT(rtmulti_handlers, on_command, 16);
  AT(rtmulti_handlers, on_diagnostic, 24);
  AT(rtmulti_handlers, on_heard, 32);
  AT(rtmulti_handlers, release, 40);
  AT(rtmulti_handlers, user_data, 48);
}

static void check_event(void) {
  CHECK_EQUAL(232, sizeof(rtmulti_event));
  AT(rtmulti_event, struct_size, 0);
  AT(rtmulti_event, kind, 4);
  AT(rtmulti_event, response_id, 8);
  AT(rtmulti_event, response_id_size, 16);
  AT(rtmulti_event, item_id, 24);
  AT(rtmulti_event, item_id_size, 32);
  AT(rtmulti_event, content_index, 40);
  AT(rtmulti_event, output_index, 44);
  AT(rtmulti_event, segment, 48);
  AT(rtmulti_event, text, 56);
  AT(rtmulti_event, text_size, 64);
  AT(rtmulti_event, outcome, 72);
  AT(rtmulti_event, interrupted, 76);
  AT(rtmulti_event, estimated, 80);
  AT(rtmulti_event, text_estimated, 84);
  AT(rtmulti_event, heard_ms, 88);
  AT(rtmulti_event, received_ms, 96);
  AT(rtmulti_event, status, 104);
  AT(rtmulti_event, status_size, 112);
  AT(rtmulti_event, reason, 120);
  AT(rtmulti_event, reason_size, 128);
  AT(rtmulti_event, started_us, 136);
  AT(rtmulti_event, stopped_us, 144);
  AT(rtmulti_event, call_id, 152);
  AT(rtmulti_event, call_id_size, 160);
  AT(rtmulti_event, name, 168);
  AT(rtmulti_event, name_size, 176);
  AT(rtmulti_event, arguments, 184);
  AT(rtmulti_event, arguments_size, 192);
  AT(rtmulti_event, phase, 200);
  AT(rtmulti_event, phase_size, 208);
  AT(rtmulti_event, generated_text, 216);
  AT(rtmulti_event, generated_text_size, 224);
}

static void check_command(void) {
  CHECK_EQUAL(32, sizeof(rtmulti_kept_item));
  AT(rtmulti_kept_item, item_id, 0);
  AT(rtmulti_kept_item, item_id_size, 8);
  AT(rtmulti_kept_item, heard_text, 16);
  AT(rtmulti_kept_item, heard_text_size, 24);

  CHECK_EQUAL(144, sizeof(rtmulti_command));
  AT(rtmulti_command, struct_size, 0);
  AT(rtmulti_command, kind, 4);
  AT(rtmulti_command, event_id, 8);
  AT(rtmulti_command, event_id_size, 16);
  AT(rtmulti_command, response_id, 24);
  AT(rtmulti_command, response_id_size, 32);
  AT(rtmulti_command, item_id, 40);
  AT(rtmulti_command, item_id_size, 48);
  AT(rtmulti_command, content_index, 56);
  AT(rtmulti_command, estimated, 60);
  AT(rtmulti_command, audio_end_ms, 64);
  AT(rtmulti_command, heard_text, 72);
  AT(rtmulti_command, heard_text_size, 80);
  AT(rtmulti_command, has_audio, 88);
  AT(rtmulti_command, has_text, 92);
  AT(rtmulti_command, kept, 96);
  AT(rtmulti_command, kept_count, 104);
  AT(rtmulti_command, dropped, 112);
  AT(rtmulti_command, dropped_count, 120);
  AT(rtmulti_command, json, 128);
  AT(rtmulti_command, json_size, 136);
}

static void check_what_else_comes_out(void) {
  CHECK_EQUAL(72, sizeof(rtmulti_diagnostic));
  AT(rtmulti_diagnostic, struct_size, 0);
  AT(rtmulti_diagnostic, kind, 4);
  AT(rtmulti_diagnostic, message, 8);
  AT(rtmulti_diagnostic, message_size, 16);
  AT(rtmulti_diagnostic, response_id, 24);
  AT(rtmulti_diagnostic, response_id_size, 32);
  AT(rtmulti_diagnostic, item_id, 40);
  AT(rtmulti_diagnostic, item_id_size, 48);
  AT(rtmulti_diagnostic, segment, 56);
  AT(rtmulti_diagnostic, result, 64);
  AT(rtmulti_diagnostic, reserved, 68);

  CHECK_EQUAL(48, sizeof(rtmulti_heard_audio));
  AT(rtmulti_heard_audio, struct_size, 0);
  AT(rtmulti_heard_audio, frames, 4);
  AT(rtmulti_heard_audio, pcm, 8);
  AT(rtmulti_heard_audio, segment, 16);
  AT(rtmulti_heard_audio, item_id, 24);
  AT(rtmulti_heard_audio, item_id_size, 32);
  AT(rtmulti_heard_audio, sample_rate_hz, 40);
  AT(rtmulti_heard_audio, channels, 44);

  CHECK_EQUAL(96, sizeof(rtmulti_effect));
  AT(rtmulti_effect, struct_size, 0);
  AT(rtmulti_effect, kind, 4);
  AT(rtmulti_effect, segment, 8);
  AT(rtmulti_effect, pcm, 16);
  AT(rtmulti_effect, frames, 24);
  AT(rtmulti_effect, reserved, 28);
  AT(rtmulti_effect, item_id, 32);
  AT(rtmulti_effect, item_id_size, 40);
  AT(rtmulti_effect, text, 48);
  AT(rtmulti_effect, text_size, 56);
  AT(rtmulti_effect, event, 64);
  AT(rtmulti_effect, command, 72);
  AT(rtmulti_effect, diagnostic, 80);
  AT(rtmulti_effect, heard, 88);

  CHECK_EQUAL(48, sizeof(rtmulti_position));
  AT(rtmulti_position, struct_size, 0);
  AT(rtmulti_position, source_rate_hz, 4);
  AT(rtmulti_position, received_frames, 8);
  AT(rtmulti_position, heard_frames, 16);
  AT(rtmulti_position, received_ms, 24);
  AT(rtmulti_position, heard_ms, 32);
  AT(rtmulti_position, estimated, 40);
  AT(rtmulti_position, done, 44);

  CHECK_EQUAL(40, sizeof(rtmulti_segment));
  AT(rtmulti_segment, struct_size, 0);
  AT(rtmulti_segment, content_index, 4);
  AT(rtmulti_segment, response_id, 8);
  AT(rtmulti_segment, response_id_size, 16);
  AT(rtmulti_segment, item_id, 24);
  AT(rtmulti_segment, item_id_size, 32);

  CHECK_EQUAL(200, sizeof(rtmulti_stats));
  AT(rtmulti_stats, struct_size, 0);
  AT(rtmulti_stats, reserved, 4);
  AT(rtmulti_stats, responses_heard, 8);
  AT(rtmulti_stats, first_frame_us, 16);
  AT(rtmulti_stats, first_frame_total_us, 24);
  AT(rtmulti_stats, gaps, 32);
  AT(rtmulti_stats, gap_us, 40);
  AT(rtmulti_stats, gap_total_us, 48);
  AT(rtmulti_stats, underruns, 56);
  AT(rtmulti_stats, underrun_total_us, 64);
  AT(rtmulti_stats, packets_received, 72);
  AT(rtmulti_stats, packets_decoded, 80);
  AT(rtmulti_stats, packets_concealed, 88);
  AT(rtmulti_stats, packets_never_decoded, 96);
  AT(rtmulti_stats, commands_sent, 104);
  AT(rtmulti_stats, commands_refused, 112);
  AT(rtmulti_stats, queued_bytes, 120);
  AT(rtmulti_stats, queued_ms, 128);
  AT(rtmulti_stats, written_ahead_ms, 136);
  AT(rtmulti_stats, waiting_effects, 144);
  AT(rtmulti_stats, waiting_inputs, 148);
  AT(rtmulti_stats, packets_lost, 152);
  AT(rtmulti_stats, packets_rebuilt, 160);
  AT(rtmulti_stats, packets_late, 168);
  AT(rtmulti_stats, packets_duplicate, 176);
  AT(rtmulti_stats, concealed_ms, 184);
  AT(rtmulti_stats, silence_ms, 192);
}

enum { ROOM = 256, UNTOUCHED = 0xa5 };

/* Whether nothing was written from `size` on. */
static int is_untouched(const unsigned char *memory, size_t size) {
  for (size_t i = size; i < ROOM; i++) {
    if (memory[i] != UNTOUCHED) return 0;
  }
  return 1;
}

static void init_format(void *memory, size_t size) { rtmulti_format_init(memory, size); }
static void init_config(void *memory, size_t size) { rtmulti_config_init(memory, size); }
static void init_sink(void *memory, size_t size) { rtmulti_sink_init(memory, size); }
static void init_handlers(void *memory, size_t size) { rtmulti_handlers_init(memory, size); }

/* An init function never writes behind the size that it is given, and notes that size. */
static void check_smaller_structs(void) {
  static const struct {
    void (*init)(void *memory, size_t size);
    size_t size;
  } inits[] = {
      {init_format, sizeof(rtmulti_format)},
      {init_config, sizeof(rtmulti_config)},
      {init_sink, sizeof(rtmulti_sink)},
      {init_handlers, sizeof(rtmulti_handlers)},
  };
  for (size_t i = 0; i < sizeof inits / sizeof inits[0]; i++) {
    for (size_t size = 0; size <= inits[i].size; size += 4) {
      _Alignas(16) unsigned char memory[ROOM];
      memset(memory, UNTOUCHED, sizeof memory);
      inits[i].init(memory, size);
      uint32_t noted = 0;
      memcpy(&noted, memory, sizeof noted);
      CHECK(is_untouched(memory, size));
      if (size >= 4) CHECK_EQUAL(size, noted);
    }
    inits[i].init(NULL, inits[i].size);
  }
}

/* A config that ends before the limits is that of an older program: the limits then have their defaults. */
static void check_older_config(void) {
  rtmulti_config config;
  rtmulti_session *session = NULL;
  const uint32_t older = (uint32_t)offsetof(rtmulti_config, max_response_ms);
  memset(&config, 0, sizeof config);
  rtmulti_config_init(&config, older);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(&config, &session));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_response_created(session, "r1", 2, 0, NULL, 0));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_item_added(session, "r1", 2, "A", 1, -1, RTMULTI_ITEM_MESSAGE));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_audio(session, "r1", 2, "A", 1, -1, "\1\2\3\4", 4));

  /* What comes out is cut to the caller's size as well. */
  _Alignas(16) unsigned char memory[ROOM];
  memset(memory, UNTOUCHED, sizeof memory);
  rtmulti_position *position = (rtmulti_position *)memory;
  position->struct_size = (uint32_t)offsetof(rtmulti_position, heard_frames);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_position(session, "A", 1, 0, position));
  CHECK_EQUAL(2, position->received_frames);
  CHECK(is_untouched(memory, offsetof(rtmulti_position, heard_frames)));

  memset(memory, UNTOUCHED, sizeof memory);
  rtmulti_event *message = (rtmulti_event *)memory;
  message->struct_size = (uint32_t)offsetof(rtmulti_event, text);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_message(session, "A", 1, message));
  CHECK_EQUAL(1, message->item_id_size);
  CHECK(is_untouched(memory, offsetof(rtmulti_event, text)));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
}

int main(void) {
  check_what_goes_in();
  check_event();
  check_command();
  check_what_else_comes_out();
  check_smaller_structs();
  check_older_config();
  return check_end("layout");
}
