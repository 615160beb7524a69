/* A program built against a newer header, each struct one field longer, on this library: what comes out is zeroed up to
 * its end, and an option that this library does not have is refused and not ignored. */
#include "../C/conversation.h"

/* The structs of a later version. */
#define LATER(name)                  \
  struct later_##name {              \
    rtmulti_##name known;            \
    uint64_t added;                  \
  }
LATER(stats);
LATER(message);
LATER(effect);
LATER(config);

static void *garbage(void *place, size_t size) { return memset(place, 0x55, size); }

int main(void) {
  struct later_config config;
  garbage(&config, sizeof config);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_config_init(&config.known, sizeof config));
  CHECK_EQUAL(0, config.added);
  config.known.delivery = RTMULTI_DELIVER_BY_POLLING;
  rtmulti_session *session = NULL;
  config.added = 1;
  CHECK_EQUAL(RTMULTI_ERROR_UNSUPPORTED, rtmulti_session_create(&config.known, &session));
  CHECK(session == NULL);
  config.added = 0;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(&config.known, &session));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_response_created(session, TEXT("r"), 0, NULL, 0));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_item_added(session, TEXT("r"), TEXT("A"), 0, RTMULTI_ITEM_MESSAGE));
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_audio(session, TEXT("r"), TEXT("A"), 0, "ab", 2));

  struct later_stats stats;
  garbage(&stats, sizeof stats);
  stats.known.struct_size = sizeof stats;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_stats(session, &stats.known));
  CHECK_EQUAL(0, stats.added);
  struct later_message message;
  garbage(&message, sizeof message);
  message.known.struct_size = sizeof message;
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_message(session, TEXT("A"), &message.known));
  CHECK_EQUAL(0, message.added);
  struct later_effect effect;
  garbage(&effect, sizeof effect);
  effect.known.struct_size = sizeof effect;
  rtmulti_session_poll(session, &effect.known);
  CHECK_EQUAL(0, effect.added);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session));
  return check_end("header-newer");
}
