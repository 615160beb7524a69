/* The `config` lines: every key of the page, its values and its default. */
#include "grammar.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

void config_set_defaults(struct scenario_config *config) {
  *config = (struct scenario_config){
      .rate_hz = 24000,
      .codec = RTMULTI_CODEC_PCM16,
      .source_rate_hz = 24000,
      .sink = SINK_AUTO,
      .last_line = 1,
      .can_pause = true,
      .can_clear = true,
      .write_ahead_ms = RTMULTI_UNLIMITED,
      .server = RTMULTI_SERVER_TRUNCATES | RTMULTI_SERVER_DELETES,
      .clear_timeout_ms = 500,
      .turn_patience_ms = 200,
      .handover_ms = 100,
      .response_patience_ms = 2000,
      .command_patience_ms = 10000,
      .answers = true,
  };
}

static void take_yes_or_no(struct reader *reader, const char *key, bool *value) {
  static const char *const answers[] = {"no", "yes"};
  const int64_t answer = take_key_choice(reader, key, answers, COUNT(answers));
  if (answer != NOT_GIVEN) *value = answer == 1;
}

static void take_ms(struct reader *reader, const char *key, uint32_t *ms) {
  const int64_t number = take_key_number(reader, key, MAXIMUM_MS);
  if (number != NOT_GIVEN) *ms = (uint32_t)number;
}

static void take_rate(struct reader *reader, struct scenario_config *config) {
  static const char *const names[] = {"8000", "16000", "24000", "44100", "48000"};
  static const uint32_t rates_hz[] = {8000, 16000, 24000, 44100, 48000};
  const int64_t choice = take_key_choice(reader, "rate", names, COUNT(names));
  if (choice != NOT_GIVEN) config->rate_hz = rates_hz[choice];
}

/* Which rates there are depends on the codec, which may come later: scenario.c looks at the two together. */
static void take_source_rate(struct reader *reader, struct scenario_config *config, size_t line) {
  static const char *const names[] = {"8000",  "11025", "12000", "16000", "22050",
                                      "24000", "32000", "44100", "48000"};
  static const uint32_t rates_hz[] = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000};
  const int64_t choice = take_key_choice(reader, "source_rate", names, COUNT(names));
  if (choice == NOT_GIVEN) return;
  config->source_rate_hz = rates_hz[choice];
  config->source_rate_line = line;
}

static void take_codec(struct reader *reader, struct scenario_config *config) {
  static const char *const names[] = {"pcm16", "ulaw", "alaw", "opus"};
  static const rtmulti_codec codecs[] = {RTMULTI_CODEC_PCM16, RTMULTI_CODEC_ULAW, RTMULTI_CODEC_ALAW,
                                         RTMULTI_CODEC_OPUS};
  const int64_t choice = take_key_choice(reader, "codec", names, COUNT(names));
  if (choice != NOT_GIVEN) config->codec = codecs[choice];
}

static void take_sink(struct reader *reader, struct scenario_config *config) {
  static const char *const names[] = {"auto", "manual", "paced", "pulled", "host"};
  enum { HOST = 4 };
  const int64_t choice = take_key_choice(reader, "sink", names, COUNT(names));
  if (choice == NOT_GIVEN) return;
  config->host_plays = choice == HOST;
  config->sink = choice == HOST ? SINK_AUTO : (enum sink_kind)choice;
}

static void take_write_ahead(struct reader *reader, struct scenario_config *config) {
  const struct slice text = take_key(reader, "write_ahead");
  int64_t ms = 0;
  if (text.bytes == NULL) return;
  if (slice_is(text, "none")) {
    config->write_ahead_ms = RTMULTI_UNLIMITED;
  } else if (parse_number(text, MAXIMUM_MS, &ms)) {
    config->write_ahead_ms = (uint32_t)ms;
  } else {
    reader_refuse(reader, "write_ahead is a whole number of ms, or none");
  }
}

uint32_t read_capabilities(struct reader *reader, struct slice text) {
  static const char *const names[] = {"truncate",     "delete",  "sync", "interrupts",
                                      "owns_playout", "rewrite", "none"};
  static const uint32_t bits[] = {RTMULTI_SERVER_TRUNCATES,
                                  RTMULTI_SERVER_DELETES,
                                  RTMULTI_SERVER_SYNCS,
                                  RTMULTI_SERVER_INTERRUPTS,
                                  RTMULTI_SERVER_OWNS_PLAYOUT,
                                  RTMULTI_SERVER_REWRITES,
                                  0};
  uint32_t server = 0;
  size_t start = 0;
  for (size_t i = 0; reader->problem == NULL && i <= text.size; i++) {
    if (i < text.size && text.bytes[i] != ',') continue;
    const struct slice name = {text.bytes + start, i - start};
    server |= bits[choose(reader, "a capability of the server", name, names, COUNT(names))];
    if (slice_is(name, "none") && name.size != text.size) {
      reader_refuse(reader, "none stands alone: it means that the server can do nothing");
    }
    start = i + 1;
  }
  return server;
}

static void take_server(struct reader *reader, struct scenario_config *config) {
  const struct slice text = take_key(reader, "server");
  if (text.bytes != NULL) config->server = read_capabilities(reader, text);
}

static void take_speech(struct reader *reader, struct scenario_config *config) {
  static const char *const names[] = {"ignored", "interrupts", "session"};
  const int64_t choice = take_key_choice(reader, "speech", names, COUNT(names));
  if (choice != NOT_GIVEN) config->speech = (enum speech)choice;
}

void read_config(struct reader *reader, struct scenario_config *config, size_t line) {
  config->last_line = line;
  take_rate(reader, config);
  take_codec(reader, config);
  take_source_rate(reader, config, line);
  take_sink(reader, config);
  take_yes_or_no(reader, "gapless", &config->gapless);
  take_yes_or_no(reader, "can_pause", &config->can_pause);
  take_yes_or_no(reader, "can_clear", &config->can_clear);
  take_yes_or_no(reader, "text_sink", &config->text_sink);
  take_yes_or_no(reader, "estimate", &config->estimate);
  take_yes_or_no(reader, "starts_at_once", &config->starts_at_once);
  take_yes_or_no(reader, "answers", &config->answers);
  take_write_ahead(reader, config);
  take_ms(reader, "latency", &config->latency_ms);
  take_server(reader, config);
  take_ms(reader, "clear_timeout", &config->clear_timeout_ms);
  take_ms(reader, "turn_patience", &config->turn_patience_ms);
  take_ms(reader, "handover", &config->handover_ms);
  take_ms(reader, "response_patience", &config->response_patience_ms);
  take_ms(reader, "command_patience", &config->command_patience_ms);
  take_speech(reader, config);
  reader_end(reader);
}
