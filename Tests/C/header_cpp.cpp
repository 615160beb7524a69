// Does the header compile as C++, link with C names, and can every struct be a C++ value? What the functions
// do is asked elsewhere.
#include <rtmulti.h>

#include <cstring>
#include <type_traits>

#include "check.h"

static_assert(std::is_trivially_copyable<rtmulti_format>::value, "rtmulti_format is plain data");
static_assert(std::is_trivially_copyable<rtmulti_config>::value, "rtmulti_config is plain data");
static_assert(std::is_trivially_copyable<rtmulti_sink>::value, "rtmulti_sink is plain data");
static_assert(std::is_trivially_copyable<rtmulti_message>::value, "rtmulti_message is plain data");
static_assert(std::is_trivially_copyable<rtmulti_event>::value, "rtmulti_event is plain data");
static_assert(std::is_trivially_copyable<rtmulti_kept_item>::value, "rtmulti_kept_item is plain data");
static_assert(std::is_trivially_copyable<rtmulti_command>::value, "rtmulti_command is plain data");
static_assert(std::is_trivially_copyable<rtmulti_diagnostic>::value, "rtmulti_diagnostic is plain data");
static_assert(std::is_trivially_copyable<rtmulti_heard_audio>::value, "rtmulti_heard_audio is plain data");
static_assert(std::is_trivially_copyable<rtmulti_handlers>::value, "rtmulti_handlers is plain data");
static_assert(std::is_trivially_copyable<rtmulti_effect>::value, "rtmulti_effect is plain data");
static_assert(std::is_trivially_copyable<rtmulti_position>::value, "rtmulti_position is plain data");
static_assert(std::is_trivially_copyable<rtmulti_segment>::value, "rtmulti_segment is plain data");
static_assert(std::is_trivially_copyable<rtmulti_stats>::value, "rtmulti_stats is plain data");

// A C++ host owns its session in a class and gives the library static members to call.
class Host {
 public:
  Host() {
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_create(nullptr, &session_));
    CHECK(session_ != nullptr);
    rtmulti_handlers handlers{};
    rtmulti_handlers_init(&handlers, sizeof handlers);
    handlers.on_event = [](void *user_data, const rtmulti_event *event) -> int32_t {
      auto *host = static_cast<Host *>(user_data);
      if (event->kind == RTMULTI_EVENT_SETTLED && std::strcmp(event->response_id, "r1") == 0)
        host->settled_ += 1;
      return 0;
    };
    handlers.user_data = this;
    CHECK_EQUAL(RTMULTI_OK, rtmulti_session_set_handlers(session_, &handlers));
  }
  ~Host() { CHECK_EQUAL(RTMULTI_OK, rtmulti_session_destroy(session_)); }
  Host(const Host &) = delete;
  Host &operator=(const Host &) = delete;

  void play_nothing() {
    CHECK_EQUAL(RTMULTI_OK,
                rtmulti_session_response_created(session_, "r1", RTMULTI_NUL_TERMINATED, 0, nullptr, 0));
    CHECK_EQUAL(RTMULTI_OK,
                rtmulti_session_response_done(session_, "r1", 2, RTMULTI_STATUS_COMPLETED, nullptr, 0));
    CHECK_EQUAL(1, settled_);
  }

 private:
  rtmulti_session *session_ = nullptr;
  int settled_ = 0;
};

int main() {
  CHECK_EQUAL(RTMULTI_ABI, rtmulti_abi());
  Host host;
  host.play_nothing();
  return check_end("header_cpp");
}
