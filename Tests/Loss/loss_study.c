/* The loss study: what lost packets cost, measured as the signal-to-noise ratio of what is heard against the decode of
 * the same stream without loss. Prints one line of CSV for each combination of losses, stream and listener, with the
 * median and the quartiles over SEEDS draws of the losses; docs/loss.md tells what they mean.
 *
 * It also holds librtmulti to libopus: without loss, and where no burst is longer than what is concealed, both must
 * give the same samples. Exit status 1 when they do not.
 *
 * usage: build/loss-study Tests/Fixtures [LOSS_PERCENT:PROTECTION...]      (all of them) */
#define _DEFAULT_SOURCE /* for clock_gettime, which strict C11 hides */
#include <math.h>

#include "listener.h"

enum { SEEDS = 21, LONGEST_CONCEALED_PACKETS = RTMULTI_CONCEALMENT_MS / PACKET_MS };

static const char *const pattern_names[PATTERNS] = {"random", "bursty"};
static const char *const protection_names[PROTECTIONS] = {"none", "fec", "wideband_fec"};
static const char *const listener_names[LISTENERS] = {"silence", "concealment", "next_fec", "rtmulti"};

static struct stream stream;
static int16_t speech[MAXIMUM_STREAM_PACKETS * FRAME_FRAMES];
static int16_t whole[MAXIMUM_STREAM_PACKETS * FRAME_FRAMES]; /* the stream without loss */
static int16_t heard[LISTENERS][MAXIMUM_STREAM_PACKETS * FRAME_FRAMES];

/* --- signal to noise ------------------------------------------------------------------------------------- */

struct energy {
  double signal, noise;
};

static struct energy energy_of(const int16_t *expected, const int16_t *came, int frames) {
  struct energy energy = {0, 0};
  for (int i = 0; i < frames; i++) {
    const double difference = (double)expected[i] - came[i];
    energy.signal += (double)expected[i] * expected[i];
    energy.noise += difference * difference;
  }
  return energy;
}

/* Where there is no noise, as if one sample were wrong by one. */
static double decibels(struct energy energy) { return 10 * log10(energy.signal / fmax(energy.noise, 1)); }

static double snr_db(const int16_t *came, int count) { return decibels(energy_of(whole, came, count * FRAME_FRAMES)); }

/* The mean over the frames in which somebody speaks, each held to -10 to 35 dB, as is the custom: a loud vowel then
 * counts no more than a soft consonant. */
static double segmental_snr_db(const int16_t *came, int count) {
  const double quietest = 32768.0 * 32768.0 * 1e-5 * FRAME_FRAMES; /* -50 dBFS */
  double sum = 0;
  int spoken = 0;
  for (int i = 0; i < count; i++) {
    const struct energy energy = energy_of(whole + i * FRAME_FRAMES, came + i * FRAME_FRAMES, FRAME_FRAMES);
    if (energy.signal < quietest) continue;
    sum += fmin(fmax(decibels(energy), -10), 35);
    spoken += 1;
  }
  require(spoken > count / 2, "the fixtures are mostly silence");
  return sum / spoken;
}

/* --- one cell ------------------------------------------------------------------------------------------ */

static void require_same(const int16_t *expected, const int16_t *came, const char *sentence) {
  require(memcmp(expected, came, (size_t)(stream.count * FRAME_FRAMES) * sizeof *expected) == 0, sentence);
}

static void print_spread(double *values) {
  printf(",%.2f", median(values, SEEDS));
  printf(",%.2f", percentile(values, SEEDS, 0.25));
  printf(",%.2f", percentile(values, SEEDS, 0.75));
}

/* One stream and one kind of loss, for all listeners. */
static void study(enum pattern pattern, int loss_percent, enum protection protection) {
  static struct losses losses;
  double snr[LISTENERS][SEEDS], segmental[LISTENERS][SEEDS], rebuilt_percent[SEEDS];
  for (int seed = 0; seed < SEEDS; seed++) {
    draw_losses(&losses, (uint64_t)seed, stream.count, pattern, loss_percent);
    for (enum listener listener = HEARS_SILENCE; listener < HEARS_RTMULTI; listener++)
      hear_libopus(&stream, &losses, listener, heard[listener]);
    rebuilt_percent[seed] = 100.0 * hear_rtmulti(&stream, &losses, heard[HEARS_RTMULTI]) / losses.count;
    if (losses.longest_burst <= LONGEST_CONCEALED_PACKETS)
      require_same(heard[HEARS_NEXT_FEC], heard[HEARS_RTMULTI], "rtmulti does not hear a loss as libopus does");
    for (int listener = 0; listener < LISTENERS; listener++) {
      snr[listener][seed] = snr_db(heard[listener], stream.count);
      segmental[listener][seed] = segmental_snr_db(heard[listener], stream.count);
    }
  }
  for (int listener = 0; listener < LISTENERS; listener++) {
    printf("%s,%d,%s,%s", pattern_names[pattern], loss_percent, protection_names[protection], listener_names[listener]);
    print_spread(snr[listener]);
    print_spread(segmental[listener]);
    printf(",%.1f,%.1f,%.1f,%.1f\n", median(rebuilt_percent, SEEDS),
           100.0 * stream.rebuilding_packets / stream.count, 100.0 * stream.wider_packets / stream.count,
           (double)stream.total_bytes * 8 / (stream.count * PACKET_MS));
  }
  fflush(stdout);
}

static void study_stream(int loss_percent, enum protection protection, int count) {
  encode_stream(&stream, speech, count, protection, loss_percent);
  hear_libopus(&stream, NULL, HEARS_CONCEALMENT, whole);
  hear_rtmulti(&stream, NULL, heard[HEARS_RTMULTI]);
  require_same(whole, heard[HEARS_RTMULTI], "rtmulti does not hear a stream without loss as libopus does");
  for (enum pattern pattern = RANDOM_LOSS; pattern < PATTERNS; pattern++) study(pattern, loss_percent, protection);
}

/* "10:fec" for example. */
static void study_named_stream(const char *name, int count) {
  char *rest;
  const long loss_percent = strtol(name, &rest, 10);
  enum protection protection = WITHOUT_FEC;
  while (protection < PROTECTIONS && strcmp(rest + (*rest == ':'), protection_names[protection]) != 0) protection++;
  require(loss_percent >= 1 && loss_percent <= 50 && protection < PROTECTIONS,
          "a stream is named by a loss from 1 to 50 %, a colon, and none, fec or wideband_fec: 10:fec");
  study_stream((int)loss_percent, protection, count);
}

int main(int argc, char **argv) {
  static const int losses_percent[] = {1, 5, 10, 20};
  require(argc >= 2, "usage: loss-study Tests/Fixtures [LOSS_PERCENT:PROTECTION...]");
  const int count = decode_speech(argv[1], speech);
  printf("# %s, %d seeds, %d packets, mean burst %d packets\n", opus_get_version_string(), SEEDS, count,
         MEAN_BURST_PACKETS);
  puts("pattern,loss_percent,protection,listener,snr_db,snr_low_db,snr_high_db,"
       "segmental_db,segmental_low_db,segmental_high_db,rebuilt_percent,fec_percent,wider_percent,kbit_per_s");
  for (int i = 2; i < argc; i++) study_named_stream(argv[i], count);
  for (size_t i = 0; argc == 2 && i < sizeof losses_percent / sizeof *losses_percent; i++) {
    for (enum protection protection = WITHOUT_FEC; protection < PROTECTIONS; protection++)
      study_stream(losses_percent[i], protection, count);
  }
  return 0;
}
