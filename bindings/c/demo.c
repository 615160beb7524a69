/*
 * demo.c - one response of three spoken messages, played once to the end and once with a listener who
 * interrupts the second message. It shows what the listener heard of each and what the server is told, and
 * writes the sound that was heard. Time is virtual, so it takes a moment instead of ten seconds. Only
 * rtmulti.h is used; a real host gets the messages from its connection and plays them on its device.
 *
 * usage: demo FIXTURES OUTPUT        (`make demo` runs: build/demo Tests/Fixtures build)
 */
#include <rtmulti.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 24000, STEP_MS = 10, STEP_FRAMES = RATE_HZ / 1000 * STEP_MS, MESSAGES = 3 };

/* Strings go in as (pointer, size). */
#define TEXT(string) string, RTMULTI_NUL_TERMINATED
#define RESPONSE TEXT("response")

static const struct { const char *id, *file, *text; } messages[MESSAGES] = {
    {"A", "speech-a.opus", "Let me check."},
    {"B", "speech-b.opus", "It is sunny in Paris, with a light west wind."},
    {"C", "speech-c.opus", "Tomorrow it will rain."},
};

/* One run: a session, the sink that plays it, and what it said. */
struct run {
  rtmulti_session *session;
  /* The sink: the segment that it plays, how much it was given, how much it has played. */
  uint64_t segment;
  int64_t written_frames, played_frames;
  int flushed;
  /* What came out. */
  char told[MESSAGES][40];
  int is_settled;
  FILE *wav;
  uint32_t wav_frames;
};

static void fail(const char *what, const char *why) {
  fprintf(stderr, "demo: %s: %s\n", what, why);
  exit(1);
}

static void check(const struct run *run, rtmulti_result result, const char *what) {
  const rtmulti_session *session = run->session;
  if (result < 0) fail(what, session ? rtmulti_session_last_error(session) : rtmulti_result_text(result));
}

/* --- the sink: rtmulti calls these, and the sink reports how far it has played ------------------------ */

static void open_segment(struct run *run, uint64_t segment) {
  if (run->segment == segment) return;
  run->segment = segment;
  run->written_frames = run->played_frames = 0;
  run->flushed = 0;
}

static int32_t sink_write(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  struct run *run = user_data;
  (void)pcm; /* a real sink gives it to its device */
  open_segment(run, segment);
  run->written_frames += frames;
  return (int32_t)frames;
}

static int32_t sink_flush(void *user_data, uint64_t segment) {
  struct run *run = user_data;
  open_segment(run, segment);
  run->flushed = 1;
  return 0;
}

static int32_t sink_clear(void *user_data, uint64_t segment) {
  struct run *run = user_data;
  (void)segment; /* a sink that is not gapless holds only one */
  check(run, rtmulti_session_playback_finished(run->session, run->segment, run->played_frames, 1, RTMULTI_NOW), "finished");
  return 0;
}

/* STEP_MS of time pass, and the sink plays that long if it has something to play. */
static void play_step(struct run *run) {
  rtmulti_session *session = run->session;
  int64_t left = run->written_frames - run->played_frames;
  if (left > 0) {
    if (run->played_frames == 0) check(run, rtmulti_session_playback_started(session, run->segment, RTMULTI_NOW), "started");
    run->played_frames += left < STEP_FRAMES ? left : STEP_FRAMES;
    check(run, rtmulti_session_playback_progress(session, run->segment, run->played_frames, RTMULTI_NOW), "progress");
  }
  if (run->flushed && run->played_frames == run->written_frames) {
    run->flushed = 0;
    check(run, rtmulti_session_playback_finished(session, run->segment, run->played_frames, 0, RTMULTI_NOW), "finished");
  }
}

/* --- what rtmulti says -------------------------------------------------------------------------------- */

static int32_t on_command(void *user_data, const rtmulti_command *command) {
  struct run *run = user_data; /* a real host sends command->json to the server as it is */
  for (int i = 0; i < MESSAGES; i++) {
    if (strcmp(command->item_id, messages[i].id) != 0) continue;
    if (command->kind == RTMULTI_COMMAND_TRUNCATE)
      snprintf(run->told[i], sizeof run->told[i], "truncate at %lld ms", (long long)command->audio_end_ms);
    if (command->kind == RTMULTI_COMMAND_DELETE) snprintf(run->told[i], sizeof run->told[i], "delete");
  }
  return 0;
}

static int32_t on_event(void *user_data, const rtmulti_event *event) {
  struct run *run = user_data;
  if (event->kind == RTMULTI_EVENT_SETTLED) run->is_settled = 1;
  return 0;
}

static int32_t on_heard_audio(void *user_data, const rtmulti_heard_audio *heard) {
  struct run *run = user_data;
  run->wav_frames += heard->frames;
  return fwrite(heard->pcm, 2, heard->frames, run->wav) == heard->frames ? 0 : -1;
}

/* --- one run ------------------------------------------------------------------------------------------ */

/* 44 bytes: PCM, 16 bit, mono. Numbers are little-endian, as on the machines that rtmulti runs on. */
static void write_wav_header(FILE *wav, uint32_t frames) {
  uint32_t bytes = frames * 2, size = 36 + bytes;
  uint32_t words[] = {16, 1 | 1 << 16, RATE_HZ, RATE_HZ * 2, 2 | 16 << 16};
  rewind(wav);
  fwrite("RIFF", 1, 4, wav), fwrite(&size, 4, 1, wav), fwrite("WAVEfmt ", 1, 8, wav);
  fwrite(words, 4, 5, wav), fwrite("data", 1, 4, wav), fwrite(&bytes, 4, 1, wav);
}

/* The server sends a message, faster than it can be spoken: the bytes of a stream, cut anywhere. */
static void receive_message(const struct run *run, int i, const char *fixtures) {
  char path[1024], bytes[500];
  snprintf(path, sizeof path, "%s/%s", fixtures, messages[i].file);
  FILE *file = fopen(path, "rb");
  if (!file) fail(path, "cannot be read; is the first argument the folder Tests/Fixtures?");
  rtmulti_session *session = run->session;
  const char *id = messages[i].id, *text = messages[i].text;
  check(run, rtmulti_session_item_added(session, RESPONSE, TEXT(id), i, RTMULTI_ITEM_MESSAGE), "item_added");
  check(run, rtmulti_session_part_added(session, RESPONSE, TEXT(id), 0, RTMULTI_PART_AUDIO, NULL), "part");
  check(run, rtmulti_session_text(session, RESPONSE, TEXT(id), 0, TEXT(text), -1, -1), "text");
  for (size_t size; (size = fread(bytes, 1, sizeof bytes, file)) > 0;)
    check(run, rtmulti_session_audio(session, RESPONSE, TEXT(id), 0, bytes, size), "audio");
  check(run, rtmulti_session_item_done(session, TEXT(id)), "item_done");
  fclose(file);
}

static void print_table(const struct run *run, const char *title) {
  static const char *const outcomes[] = {"pending", "full", "partial", "skipped", "text"};
  printf("%s\n\n message  received     heard  outcome  %-45s  the server was told\n", title, "heard text");
  for (int i = 0; i < MESSAGES; i++) {
    rtmulti_message record = {.struct_size = sizeof record};
    check(run, rtmulti_session_message(run->session, TEXT(messages[i].id), &record), "message");
    const char *text = record.heard_text_size ? record.heard_text : "-";
    printf(" %-7s  %5lld ms  %5lld ms  %-7s  %-45s  %s\n", messages[i].id, (long long)record.received_ms,
           (long long)record.heard_ms, outcomes[record.outcome], text, run->told[i]);
  }
  printf("\n");
}

/* Plays the response; interrupts when `interrupt_at_ms` of message B were heard, never if that is 0. */
static void play(const char *title, int64_t interrupt_at_ms, const char *fixtures, const char *wav_path) {
  struct run run = {.told = {"nothing", "nothing", "nothing"}, .wav = fopen(wav_path, "wb")};
  if (!run.wav) fail(wav_path, "cannot be written; does the output folder exist?");
  write_wav_header(run.wav, 0);

  rtmulti_config config;
  rtmulti_config_init(&config, sizeof config);
  config.heard_audio = 1;
  check(&run, rtmulti_session_create(&config, &run.session), "create");
  rtmulti_session *session = run.session;

  rtmulti_sink sink;
  rtmulti_sink_init(&sink, sizeof sink);
  sink.sample_rate_hz = RATE_HZ;
  sink.write = sink_write, sink.flush = sink_flush, sink.clear = sink_clear, sink.user_data = &run;
  check(&run, rtmulti_session_set_sink(session, &sink), "set_sink");

  rtmulti_handlers handlers;
  rtmulti_handlers_init(&handlers, sizeof handlers);
  handlers.on_event = on_event, handlers.on_command = on_command, handlers.on_heard_audio = on_heard_audio;
  handlers.user_data = &run;
  check(&run, rtmulti_session_set_handlers(session, &handlers), "set_handlers");

  rtmulti_format format;
  rtmulti_format_init(&format, sizeof format);
  format.codec = RTMULTI_CODEC_OGG_OPUS;
  check(&run, rtmulti_session_set_format(session, &format), "set_format");

  check(&run, rtmulti_session_response_created(session, RESPONSE, 0, TEXT(NULL)), "created");
  for (int i = 0; i < MESSAGES; i++) receive_message(&run, i, fixtures);
  check(&run, rtmulti_session_response_done(session, RESPONSE, RTMULTI_STATUS_COMPLETED, TEXT(NULL)), "end");

  for (int64_t now_us = 0; !run.is_settled && now_us < 60000000; now_us += STEP_MS * 1000) {
    check(&run, rtmulti_session_advance(session, now_us), "advance");
    play_step(&run);
    rtmulti_position position = {.struct_size = sizeof position};
    check(&run, rtmulti_session_position(session, TEXT("B"), 0, &position), "position");
    if (interrupt_at_ms > 0 && position.heard_ms >= interrupt_at_ms && !run.is_settled)
      check(&run, rtmulti_session_interrupt(session, TEXT(NULL), RTMULTI_INTERRUPTED_BY_LISTENER), "interrupt");
  }
  if (!run.is_settled) fail(title, "the response did not settle within a minute");

  print_table(&run, title);
  write_wav_header(run.wav, run.wav_frames);
  if (fclose(run.wav) != 0) fail(wav_path, "could not be written to its end; is the disk full?");
  printf("Saved %s: %.2f s, exactly what the listener heard.\n\n", wav_path, (double)run.wav_frames / RATE_HZ);
  rtmulti_session_destroy(session);
}

int main(int argc, char **argv) {
  if (argc != 3) fail("usage", "demo FIXTURES OUTPUT, for example: build/demo Tests/Fixtures build");
  char heard_full[1024], heard[1024];
  snprintf(heard_full, sizeof heard_full, "%s/heard-full.wav", argv[2]);
  snprintf(heard, sizeof heard, "%s/heard.wav", argv[2]);
  play("A response of three messages, played to its end:", 0, argv[1], heard_full);
  play("The same response; the listener interrupts 1.2 s into the second message:", 1200, argv[1], heard);
  return 0;
}
