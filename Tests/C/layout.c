/* Are the structs laid out as every binding believes (x86-64 and other LP64 machines)? The numbers were counted once: a
 * changed one breaks programs that exist. What struct_size does is struct_size.c's. */
#include <rtmulti.h>
#include <stddef.h>

#include "check.h"

/* Each field stands at its number and directly behind the one before it, and a struct ends with its last field: there
 * is no padding that an older and a newer program could take for something. */
static size_t behind;

#define BEGIN(type) behind = 0
#define AT(type, field, offset)                  \
  CHECK_EQUAL(offset, offsetof(type, field));    \
  CHECK_EQUAL(behind, offsetof(type, field));    \
  behind = offsetof(type, field) + sizeof ((type *)0)->field
#define END(type, size)           \
  CHECK_EQUAL(size, sizeof(type)); \
  CHECK_EQUAL(behind, sizeof(type)); \
  CHECK_EQUAL(0, sizeof(type) % 8)

static void check_what_goes_in(void) {
  BEGIN(rtmulti_format);
  AT(rtmulti_format, struct_size, 0);
  AT(rtmulti_format, codec, 4);
  AT(rtmulti_format, sample_rate_hz, 8);
  AT(rtmulti_format, channels, 12);
  END(rtmulti_format, 16);

  BEGIN(rtmulti_config);
  AT(rtmulti_config, struct_size, 0);
  AT(rtmulti_config, delivery, 4);
  AT(rtmulti_config, wire, 8);
  AT(rtmulti_config, server, 12);
  AT(rtmulti_config, interrupts, 16);
  AT(rtmulti_config, interrupt_on_speech, 20);
  AT(rtmulti_config, estimate, 24);
  AT(rtmulti_config, heard_audio, 28);
  AT(rtmulti_config, write_ahead_ms, 32);
  AT(rtmulti_config, handover_ms, 36);
  AT(rtmulti_config, step_back_ms, 40);
  AT(rtmulti_config, clear_timeout_ms, 44);
  AT(rtmulti_config, turn_patience_ms, 48);
  AT(rtmulti_config, response_patience_ms, 52);
  AT(rtmulti_config, command_patience_ms, 56);
  AT(rtmulti_config, max_response_ms, 60);
  AT(rtmulti_config, max_open_items, 64);
  AT(rtmulti_config, max_text_bytes, 68);
  AT(rtmulti_config, max_event_bytes, 72);
  AT(rtmulti_config, reserved, 76);
  AT(rtmulti_config, max_queued_bytes, 80);
  END(rtmulti_config, 88);

  BEGIN(rtmulti_sink);
  AT(rtmulti_sink, struct_size, 0);
  AT(rtmulti_sink, flags, 4);
  AT(rtmulti_sink, driver, 8);
  AT(rtmulti_sink, sample_rate_hz, 12);
  AT(rtmulti_sink, channels, 16);
  AT(rtmulti_sink, output_latency_ms, 20);
  AT(rtmulti_sink, frame_ms, 24);
  AT(rtmulti_sink, lead_ms, 28);
  AT(rtmulti_sink, prebuffer_ms, 32);
  AT(rtmulti_sink, max_prebuffer_ms, 36);
  AT(rtmulti_sink, pad_last_frame, 40);
  AT(rtmulti_sink, fade_us, 44);
  AT(rtmulti_sink, codec, 48);
  AT(rtmulti_sink, reserved, 52);
  AT(rtmulti_sink, write, 56);
  AT(rtmulti_sink, write_codes, 64);
  AT(rtmulti_sink, flush, 72);
  AT(rtmulti_sink, clear, 80);
  AT(rtmulti_sink, pause, 88);
  AT(rtmulti_sink, resume, 96);
  AT(rtmulti_sink, text_write, 104);
  AT(rtmulti_sink, release, 112);
  AT(rtmulti_sink, user_data, 120);
  END(rtmulti_sink, 128);

  BEGIN(rtmulti_handlers);
  AT(rtmulti_handlers, struct_size, 0);
  AT(rtmulti_handlers, reserved, 4);
  AT(rtmulti_handlers, on_event, 8);
  AT(rtmulti_handlers, on_command, 16);
  AT(rtmulti_handlers, on_diagnostic, 24);
  AT(rtmulti_handlers, on_heard_audio, 32);
  AT(rtmulti_handlers, release, 40);
  AT(rtmulti_handlers, user_data, 48);
  END(rtmulti_handlers, 56);
}

static void check_events_and_records(void) {
  BEGIN(rtmulti_event);
  AT(rtmulti_event, struct_size, 0);
  AT(rtmulti_event, kind, 4);
  AT(rtmulti_event, response_id, 8);
  AT(rtmulti_event, response_id_size, 16);
  AT(rtmulti_event, item_id, 24);
  AT(rtmulti_event, item_id_size, 32);
  AT(rtmulti_event, output_index, 40);
  AT(rtmulti_event, content_index, 44);
  AT(rtmulti_event, segment, 48);
  AT(rtmulti_event, at_us, 56);
  AT(rtmulti_event, text, 64);
  AT(rtmulti_event, text_size, 72);
  AT(rtmulti_event, estimated, 80);
  AT(rtmulti_event, interrupted, 84);
  AT(rtmulti_event, call_id, 88);
  AT(rtmulti_event, call_id_size, 96);
  AT(rtmulti_event, name, 104);
  AT(rtmulti_event, name_size, 112);
  AT(rtmulti_event, arguments, 120);
  AT(rtmulti_event, arguments_size, 128);
  AT(rtmulti_event, message, 136);
  END(rtmulti_event, 144);

  BEGIN(rtmulti_message);
  AT(rtmulti_message, struct_size, 0);
  AT(rtmulti_message, outcome, 4);
  AT(rtmulti_message, response_id, 8);
  AT(rtmulti_message, response_id_size, 16);
  AT(rtmulti_message, item_id, 24);
  AT(rtmulti_message, item_id_size, 32);
  AT(rtmulti_message, output_index, 40);
  AT(rtmulti_message, status, 44);
  AT(rtmulti_message, reason, 48);
  AT(rtmulti_message, reason_size, 56);
  AT(rtmulti_message, phase, 64);
  AT(rtmulti_message, phase_size, 72);
  AT(rtmulti_message, interrupted, 80);
  AT(rtmulti_message, estimated, 84);
  AT(rtmulti_message, text_estimated, 88);
  AT(rtmulti_message, of_lost_session, 92);
  AT(rtmulti_message, heard_ms, 96);
  AT(rtmulti_message, received_ms, 104);
  AT(rtmulti_message, started_us, 112);
  AT(rtmulti_message, stopped_us, 120);
  AT(rtmulti_message, heard_text, 128);
  AT(rtmulti_message, heard_text_size, 136);
  AT(rtmulti_message, generated_text, 144);
  AT(rtmulti_message, generated_text_size, 152);
  END(rtmulti_message, 160);
}

static void check_commands(void) {
  BEGIN(rtmulti_kept_item);
  AT(rtmulti_kept_item, struct_size, 0);
  AT(rtmulti_kept_item, reserved, 4);
  AT(rtmulti_kept_item, item_id, 8);
  AT(rtmulti_kept_item, item_id_size, 16);
  AT(rtmulti_kept_item, heard_text, 24);
  AT(rtmulti_kept_item, heard_text_size, 32);
  END(rtmulti_kept_item, 40);

  BEGIN(rtmulti_command);
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
  AT(rtmulti_command, has_audio, 72);
  AT(rtmulti_command, has_text, 76);
  AT(rtmulti_command, heard_text, 80);
  AT(rtmulti_command, heard_text_size, 88);
  AT(rtmulti_command, kept, 96);
  AT(rtmulti_command, kept_count, 104);
  AT(rtmulti_command, dropped, 112);
  AT(rtmulti_command, dropped_count, 120);
  AT(rtmulti_command, json, 128);
  AT(rtmulti_command, json_size, 136);
  END(rtmulti_command, 144);
}

static void check_what_else_comes_out(void) {
  BEGIN(rtmulti_diagnostic);
  AT(rtmulti_diagnostic, struct_size, 0);
  AT(rtmulti_diagnostic, kind, 4);
  AT(rtmulti_diagnostic, result, 8);
  AT(rtmulti_diagnostic, reserved, 12);
  AT(rtmulti_diagnostic, message, 16);
  AT(rtmulti_diagnostic, message_size, 24);
  AT(rtmulti_diagnostic, response_id, 32);
  AT(rtmulti_diagnostic, response_id_size, 40);
  AT(rtmulti_diagnostic, item_id, 48);
  AT(rtmulti_diagnostic, item_id_size, 56);
  AT(rtmulti_diagnostic, segment, 64);
  END(rtmulti_diagnostic, 72);

  BEGIN(rtmulti_heard_audio);
  AT(rtmulti_heard_audio, struct_size, 0);
  AT(rtmulti_heard_audio, sample_rate_hz, 4);
  AT(rtmulti_heard_audio, channels, 8);
  AT(rtmulti_heard_audio, frames, 12);
  AT(rtmulti_heard_audio, pcm, 16);
  AT(rtmulti_heard_audio, segment, 24);
  AT(rtmulti_heard_audio, item_id, 32);
  AT(rtmulti_heard_audio, item_id_size, 40);
  END(rtmulti_heard_audio, 48);

  BEGIN(rtmulti_effect);
  AT(rtmulti_effect, struct_size, 0);
  AT(rtmulti_effect, kind, 4);
  AT(rtmulti_effect, segment, 8);
  AT(rtmulti_effect, pcm, 16);
  AT(rtmulti_effect, frames, 24);
  AT(rtmulti_effect, channels, 28);
  AT(rtmulti_effect, item_id, 32);
  AT(rtmulti_effect, item_id_size, 40);
  AT(rtmulti_effect, text, 48);
  AT(rtmulti_effect, text_size, 56);
  AT(rtmulti_effect, event, 64);
  AT(rtmulti_effect, command, 72);
  AT(rtmulti_effect, diagnostic, 80);
  AT(rtmulti_effect, heard_audio, 88);
  AT(rtmulti_effect, codes, 96);
  END(rtmulti_effect, 104);
}

static void check_answers(void) {
  BEGIN(rtmulti_position);
  AT(rtmulti_position, struct_size, 0);
  AT(rtmulti_position, source_rate_hz, 4);
  AT(rtmulti_position, received_frames, 8);
  AT(rtmulti_position, heard_frames, 16);
  AT(rtmulti_position, received_ms, 24);
  AT(rtmulti_position, heard_ms, 32);
  AT(rtmulti_position, estimated, 40);
  AT(rtmulti_position, done, 44);
  END(rtmulti_position, 48);

  BEGIN(rtmulti_segment);
  AT(rtmulti_segment, struct_size, 0);
  AT(rtmulti_segment, content_index, 4);
  AT(rtmulti_segment, response_id, 8);
  AT(rtmulti_segment, response_id_size, 16);
  AT(rtmulti_segment, item_id, 24);
  AT(rtmulti_segment, item_id_size, 32);
  END(rtmulti_segment, 40);

  BEGIN(rtmulti_stats);
  AT(rtmulti_stats, struct_size, 0);
  AT(rtmulti_stats, responses_being_cut, 4);
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
  AT(rtmulti_stats, packets_never_decoded, 88);
  AT(rtmulti_stats, packets_lost, 96);
  AT(rtmulti_stats, packets_rebuilt, 104);
  AT(rtmulti_stats, packets_concealed, 112);
  AT(rtmulti_stats, packets_late, 120);
  AT(rtmulti_stats, packets_duplicate, 128);
  AT(rtmulti_stats, concealed_ms, 136);
  AT(rtmulti_stats, silence_ms, 144);
  AT(rtmulti_stats, commands_sent, 152);
  AT(rtmulti_stats, commands_refused, 160);
  AT(rtmulti_stats, queued_bytes, 168);
  AT(rtmulti_stats, queued_ms, 176);
  AT(rtmulti_stats, written_ahead_ms, 184);
  AT(rtmulti_stats, waiting_effects, 192);
  AT(rtmulti_stats, waiting_inputs, 196);
  END(rtmulti_stats, 200);
}

int main(void) {
  check_what_goes_in();
  check_events_and_records();
  check_commands();
  check_what_else_comes_out();
  check_answers();
  return check_end("layout");
}
