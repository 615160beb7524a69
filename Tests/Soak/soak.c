/* Do thousands of sessions that talk for a day, or a week, stay as they were in the beginning? Calls come and go: a session is
 * closed after some minutes and another takes its place, but for every tenth, which lasts all day. Time is simulated,
 * each thread has its share of the sessions, and no two threads share one. At moments when nobody talks the memory is
 * looked at; what a session has to account for is talker.h's.
 *
 * usage: soak FIXTURES [SESSIONS HOURS [THREADS]]     (200 sessions, 1 hour, 2 threads) */
#define _DEFAULT_SOURCE /* for clock_gettime and barriers, which strict C11 hides */
#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include "../C/sanitized.h"
#include "talker.h"

enum { TICKS_A_SECOND = 50, QUIET_S = 20 * 60, HUSH_S = 70 /* no talk begins so shortly before a quiet moment */ };
enum { LEAST_GAP_S = 5 * 60, MOST_GAP_S = 15 * 60, LEAST_CALL_S = 10 * 60, MOST_CALL_S = 40 * 60 };
enum { LASTING = 10 /* every so manieth */, REMEMBERED = 1024 + 1, MAXIMUM_THREADS = 16, MAXIMUM_ACTIVE = 4096 };

/* How much more memory there may be at the end than at the moment with which it is compared. How long calls have lasted
 * is random, and with it how many messages their lists hold: with 200 sessions that alone is some per cent of so small
 * a heap. The holes between allocations come in the first hours of calls that come and go (of 300 sessions 96.9 MiB
 * were resident after 1 hour, 101.5 after 4, 101.7 after 24), so a run of a day and more is compared with its first
 * quarter, and closely; one of a week with its first day. */
enum { DAY_HOURS = 24, MOMENTS_AN_HOUR = 3600 / QUIET_S };
static const double heap_tolerance = 0.04, tolerance = 0.08, long_tolerance = 0.01;
static const double slack_mib = 1.0;
/* The memory of decoders and queues that the process keeps for sessions to come: the same after 40 and after a million. */
static const double spare_mib = 0.5;

static int session_count = 200, hours = 1, thread_count = 2;
static struct speech speech;
static pthread_barrier_t quiet;

struct seat {
  struct talker talker;
  int call_ends_s;
  int next; /* in the list of those who begin to talk in the same second */
};

struct house {
  struct seat *seats;
  int count, first_number;
  int *beginning; /* by second, the first seat of the list */
  uint64_t random;
  struct account account;
  int64_t sessions;
  pthread_t thread;
};

/* ---- opening ---- */

static int32_t remember_write(void *user_data, uint64_t segment, const int16_t *pcm, uint32_t frames) {
  (void)pcm;
  rtmulti_session_playback_finished(user_data, segment, frames, 0, RTMULTI_NOW);
  return (int32_t)frames;
}

static int32_t remember_flush(void *user_data, uint64_t segment) {
  return rtmulti_session_playback_finished(user_data, segment, 1, 0, RTMULTI_NOW) < 0 ? -1 : 0;
}

/* Fills the history of what was heard, which would grow for days in a session that lasts. */
static void fill_history(rtmulti_session *session) {
  rtmulti_sink sink;
  rtmulti_format format;
  rtmulti_sink_init(&sink, sizeof sink);
  rtmulti_format_init(&format, sizeof format);
  sink.write = remember_write, sink.flush = remember_flush, sink.user_data = session;
  require(rtmulti_session_set_sink(session, &sink) == RTMULTI_OK, "no sink");
  for (int i = 0; i < REMEMBERED; i++) {
    char response[ID_BYTES], item[ID_BYTES];
    snprintf(response, sizeof response, "resp_before_%d", i);
    snprintf(item, sizeof item, "item_before_%d", i);
    rtmulti_session_response_created(session, ID(response), 0, NULL, 0);
    rtmulti_session_part_added(session, ID(response), ID(item), 0, RTMULTI_PART_AUDIO, &format);
    rtmulti_session_text(session, ID(response), ID(item), 0, ID("It is sunny in Paris, with a light west wind."), -1, -1);
    rtmulti_session_audio(session, ID(response), ID(item), 0, "ab", 2);
    rtmulti_session_response_done(session, ID(response), RTMULTI_STATUS_COMPLETED, NULL, 0);
  }
  size_t count = 0;
  require(rtmulti_session_history_count(session, &count) == RTMULTI_OK && count == REMEMBERED - 1,
          "the history of what was heard is not full");
}

static void open_seat(struct house *house, int seat_number, bool lasts) {
  struct seat *seat = &house->seats[seat_number];
  const int number = house->first_number + seat_number;
  /* Any 90 neighbours are all that there can be of source, temper and driver, and any 15 have every temper among them. */
  const int fifteen = number / (DRIVER_COUNT * SOURCE_COUNT);
  open_talker(&seat->talker, &speech, random_bits(&house->random), number / DRIVER_COUNT % SOURCE_COUNT,
              (number + 2 * fifteen) % TEMPER_COUNT, (uint32_t)number % DRIVER_COUNT, lasts ? fill_history : NULL, &house->account);
  house->sessions += 1;
}

static void plan_talk(struct house *house, int seat_number, int second) {
  if (second % QUIET_S >= QUIET_S - HUSH_S) second = (second / QUIET_S + 1) * QUIET_S + random_from(&house->random, 0, 120);
  if (second >= hours * 3600) return;
  house->seats[seat_number].next = house->beginning[second];
  house->beginning[second] = seat_number;
}

/* ---- a day ---- */

static void begin_in_second(struct house *house, int second, int *active, int *active_count) {
  for (int seat = house->beginning[second], next; seat != NEVER; seat = next) {
    next = house->seats[seat].next;
    if (second >= house->seats[seat].call_ends_s) {
      close_talker(&house->seats[seat].talker);
      open_seat(house, seat, false);
      house->seats[seat].call_ends_s = second + random_from(&house->random, LEAST_CALL_S, MOST_CALL_S);
    }
    require(*active_count < MAXIMUM_ACTIVE, "too many talk at once");
    rtmulti_session_advance(house->seats[seat].talker.session, (int64_t)second * 1000000);
    begin_talk(&house->seats[seat].talker);
    active[(*active_count)++] = seat;
  }
}

static void *live(void *memory) {
  struct house *house = memory;
  int *active = malloc(sizeof(int) * MAXIMUM_ACTIVE);
  int active_count = 0;
  require(active != NULL, "no memory");
  for (int second = 0; second < hours * 3600; second++) {
    begin_in_second(house, second, active, &active_count);
    for (int tick = 1; tick <= TICKS_A_SECOND && active_count > 0; tick++) {
      const int64_t now_us = (int64_t)second * 1000000 + tick * TICK_MS * 1000;
      for (int i = 0; i < active_count; i++) {
        if (talk(&house->seats[active[i]].talker, now_us)) continue;
        plan_talk(house, active[i], second + random_from(&house->random, LEAST_GAP_S, MOST_GAP_S));
        active[i--] = active[--active_count];
      }
    }
    if ((second + 1) % QUIET_S != 0) continue;
    require(active_count == 0, "somebody talks at a quiet moment");
    pthread_barrier_wait(&quiet); /* now the memory is looked at */
    pthread_barrier_wait(&quiet);
  }
  free(active);
  return NULL;
}

static void open_house(struct house *house, int first_number, int count) {
  *house = (struct house){.count = count, .first_number = first_number, .random = 1000u + (uint64_t)first_number};
  house->seats = malloc(sizeof *house->seats * (size_t)count);
  house->beginning = malloc(sizeof(int) * (size_t)(hours * 3600));
  require(house->seats != NULL && house->beginning != NULL, "no memory");
  for (int second = 0; second < hours * 3600; second++) house->beginning[second] = NEVER;
  for (int i = 0; i < count; i++) {
    const bool lasts = i % LASTING == 0;
    open_seat(house, i, lasts);
    /* The first call of a seat is one that had begun before. */
    house->seats[i].call_ends_s = lasts ? INT32_MAX : random_from(&house->random, 0, MOST_CALL_S);
    plan_talk(house, i, random_from(&house->random, 0, MOST_GAP_S));
  }
}

static void close_house(struct house *house) {
  for (int i = 0; i < house->count; i++) close_talker(&house->seats[i].talker);
  free(house->seats);
  free(house->beginning);
}

/* ---- memory and money ---- */

/* What the program has allocated, what malloc has obtained of the system for it, and how much of all is in RAM. */
struct memory {
  double heap_mib, obtained_mib, resident_mib;
};

static struct memory look_at_memory(void) {
  const struct mallinfo2 info = mallinfo2();
  long pages = 0, resident = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  require(file != NULL && fscanf(file, "%ld %ld", &pages, &resident) == 2, "/proc/self/statm cannot be read");
  fclose(file);
  return (struct memory){(double)(info.uordblks + info.hblkhd) / (1 << 20),
                         (double)(info.arena + info.hblkhd) / (1 << 20),
                         (double)resident * (double)sysconf(_SC_PAGESIZE) / (1 << 20)};
}

static int failed, passed;

static void check(bool holds, const char *what) {
  passed += holds;
  failed += !holds;
  if (!holds) printf("FAIL soak: not true: %s\n", what);
}

static struct account add_up(struct house *houses, int64_t *sessions) {
  struct account sum = {0};
  for (int i = 0; i < thread_count; i++) {
    /* An account is nothing but int64_t. */
    const int64_t *from = (const int64_t *)&houses[i].account;
    int64_t *to = (int64_t *)&sum;
    for (size_t field = 0; field < sizeof sum / sizeof *to; field++) to[field] += from[field];
    *sessions += houses[i].sessions;
  }
  return sum;
}

static void print_account(const struct account *sum, int64_t sessions) {
  const struct {
    const char *name;
    int64_t count;
  } rows[] = {{"sessions", sessions}, {"responses", sum->talks}, {"messages", sum->messages}, {"full", sum->full},
              {"partial", sum->partial}, {"skipped", sum->skipped}, {"function calls", sum->calls},
              {"interrupts", sum->interrupts}, {"pauses", sum->pauses}, {"reconnects", sum->reconnects},
              {"stalls of a server", sum->stalls}, {"early ends", sum->early_ends},
              {"commands refused", sum->refusals}, {"truncate", sum->truncates}, {"delete", sum->deletes},
              {"cancel", sum->cancels}, {"late deltas dropped", sum->late_deltas}, {"Opus packets", sum->packets},
              {"packets and pages lost", sum->lost}, {"packets in wrong order", sum->reordered},
              {"seconds heard", sum->played_frames / RATE_HZ}, {"wrong accounts", sum->wrong}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) printf("  %-24s %12lld\n", rows[i].name, (long long)rows[i].count);
  for (int i = 0; i < DRIVER_COUNT; i++)
    printf("  messages, %-14s %12lld\n", driver_names[i], (long long)sum->of_driver[i]);
  for (int i = 0; i < SOURCE_COUNT; i++)
    printf("  messages, %-14s %12lld\n", source_names[i], (long long)sum->of_source[i]);
  for (int i = 0; i < TEMPER_COUNT; i++)
    printf("  messages, %-15s %11lld\n", temper_names[i], (long long)sum->of_temper[i]);
}

int main(int argc, char **argv) {
  require(argc >= 2, "usage: soak FIXTURES [SESSIONS HOURS [THREADS]]");
  if (argc > 3) session_count = atoi(argv[2]), hours = atoi(argv[3]);
  if (argc > 4) thread_count = atoi(argv[4]);
  require(session_count >= LASTING && hours > 0 && thread_count > 0 && thread_count <= MAXIMUM_THREADS,
          "at least 10 sessions, 1 hour, and 1 to 16 threads, please");
  /* Each byte that is allocated is written at once: memory that is first touched after hours would look like growth. */
  mallopt(M_PERTURB, 0x5a);
  load_speech(&speech, argv[1]);
  static struct house houses[MAXIMUM_THREADS];
  pthread_barrier_init(&quiet, NULL, (unsigned)thread_count + 1);
  const double start = (double)clock_ns() * 1e-9;
  const struct memory before = look_at_memory();
  for (int i = 0, first = 0; i < thread_count; i++) {
    const int count = session_count / thread_count + (i < session_count % thread_count);
    open_house(&houses[i], first, count);
    first += count;
  }
  printf("%d sessions, %d simulated hours, %d threads\n", session_count, hours, thread_count);
  printf("%10s %12s %12s %12s %10s\n", "simulated", "heap MiB", "obtained MiB", "resident MiB", "seconds");
  for (int i = 0; i < thread_count; i++) {
    require(pthread_create(&houses[i].thread, NULL, live, &houses[i]) == 0, "no thread");
  }
  /* The first hour, or two thirds of a single one: then as many calls have ended as begin. */
  const int moments = hours * 3600 / QUIET_S;
  const bool is_long = hours >= DAY_HOURS;
  const int day = DAY_HOURS * MOMENTS_AN_HOUR, quarter = moments / 4;
  const int first_moment = is_long ? (quarter < day ? quarter : day) : hours > 1 ? 3 : 2;
  const int shown_every = hours > DAY_HOURS ? 12 * MOMENTS_AN_HOUR : 2 * MOMENTS_AN_HOUR;
  struct memory first = {0, 0, 0}, now = {0, 0, 0};
  for (int moment = 1; moment <= moments; moment++) {
    pthread_barrier_wait(&quiet);
    now = look_at_memory();
    if (moment == first_moment) first = now;
    if (hours <= 2 || moment % shown_every == 0 || moment == 3 || moment == first_moment) {
      printf("%7d:%02d %12.1f %12.1f %12.1f %10.0f\n", moment / 3, moment % 3 * 20, now.heap_mib, now.obtained_mib,
             now.resident_mib, (double)clock_ns() * 1e-9 - start);
      fflush(stdout);
    }
    pthread_barrier_wait(&quiet);
  }
  for (int i = 0; i < thread_count; i++) pthread_join(houses[i].thread, NULL);
  for (int i = 0; i < thread_count; i++) close_house(&houses[i]);
  const struct memory after = look_at_memory();
  int64_t sessions = 0;
  const struct account sum = add_up(houses, &sessions);
  print_account(&sum, sessions);
  printf("  %-24s %12.2f MiB\n", "heap when all is over", after.heap_mib - before.heap_mib);
  check(sum.wrong == 0, "all accounts are exact");
  check(sum.messages == sum.full + sum.partial + sum.skipped, "each message is full, partial or skipped");
  check(sum.full > 0 && sum.partial > 0 && sum.skipped > 0 && sum.interrupts > 0 && sum.pauses > 0 && sum.reconnects > 0 &&
            sum.refusals > 0 && sum.late_deltas > 0 && sum.packets > 0 && sum.lost > 0 && sum.reordered > 0,
        "everything that can happen has happened");
  if (!IS_SANITIZED) { /* which keeps what was freed for a while, and looks for leaks itself */
    check(now.heap_mib <= first.heap_mib * (1 + heap_tolerance) + slack_mib, "the heap has not grown");
    const double most = 1 + (is_long ? long_tolerance : tolerance);
    check(now.obtained_mib <= first.obtained_mib * most + slack_mib, "malloc has obtained no more");
    check(now.resident_mib <= first.resident_mib * most + slack_mib, "the resident set has not grown");
    check(after.heap_mib - before.heap_mib < spare_mib, "what the sessions took was given back");
  }
  printf("soak: %d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
