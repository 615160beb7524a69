/* How time passes: one millisecond after the other, or from one moment to the next at which somebody must be called.
 * Whoever is called at a moment stands here; what they do then does not. */
#include "run.h"

/* The session learns the time; then the sink says what it has to say of its own accord. */
static void wake(struct run *run) {
  door_took(run, "advance", rtmulti_session_advance(run->session, run->now_ms * 1000));
  sink_report(run->sink);
}

/* The first whole millisecond at which the session wants to be called. One that it does not want at all is far off. */
static int64_t deadline_ms(struct run *run) {
  int64_t deadline_us = 0;
  const rtmulti_result result = rtmulti_session_next_deadline(run->session, &deadline_us);
  return result == RTMULTI_OK ? (deadline_us + 999) / 1000 : INT64_MAX;
}

/* A session that has just been called and wants to be called at once again would keep its host busy for ever. */
static int64_t next_deadline_ms(struct run *run) {
  if (deadline_ms(run) <= run->now_ms) wake(run);
  const int64_t next_ms = deadline_ms(run);
  if (next_ms <= run->now_ms && run->failure.line == 0)
    run_fail(run, run->line,
             arena_print(run->arena,
                         "a deadline was expected behind %lld ms, where the session was called, came %lld ms",
                         (long long)run->now_ms, (long long)next_ms));
  return next_ms;
}

void clock_advance(struct run *run, int64_t ms) {
  const int64_t end_ms = run->now_ms + ms;
  const bool sleeps = run->options.waking == WAKE_AT_DEADLINES;
  int64_t next_ms = sleeps ? next_deadline_ms(run) : run->now_ms;
  while (run->now_ms < end_ms && run->failure.line == 0) {
    run->now_ms += 1;
    run->effects.now_ms = run->now_ms;
    sink_play_ms(run->sink);
    device_pull(run);
    if (sleeps && run->now_ms < next_ms && run->now_ms < end_ms && !sink_wants_to_report(run->sink)) continue;
    wake(run);
    if (sleeps && run->now_ms < end_ms) next_ms = next_deadline_ms(run);
  }
  sink_report_position(run->sink);
}
