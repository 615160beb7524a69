// Takes one event apart in one forward pass: known fields into slots, everything else walked through, so that
// all of the text is checked before anything happens. No meaning is given to a field here.

#include "include/CSimdJSON.h"

#include <cstring>
#include <memory>
#include <new>
#include <string_view>

// Errors are values here; without this some conversions would throw them.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

namespace {

using simdjson::error_code;
namespace ondemand = simdjson::ondemand;

// simdjson counts depth in its own way; this bounds our recursion on what we walk through.
constexpr int deepest = 64;
// Parsers keep memory in proportion to the longest text; past this they are made anew.
constexpr size_t keptCapacity = 256 * 1024;

// simdjson loads 32 or 64 bytes at a time; where those cross cache lines, its first pass takes a third longer.
constexpr std::align_val_t alignment{64};

struct AlignedDelete {
  void operator()(char *bytes) const { ::operator delete[](bytes, alignment); }
};

// One workspace serves all sessions of a thread: an event is consumed before anything else happens.
struct Workspace {
  std::unique_ptr<char[], AlignedDelete> buffer;
  size_t capacity = 0;
  std::unique_ptr<ondemand::parser> parser;

  // Copies the text in front of the padding that simdjson reads beyond its end.
  bool take(const char *text, size_t size) {
    const size_t needed = size + simdjson::SIMDJSON_PADDING;
    if (needed > capacity || (capacity > keptCapacity && needed <= keptCapacity)) {
      const size_t wanted = needed < 16384 ? 16384 : needed;
      buffer.reset(static_cast<char *>(::operator new[](wanted, alignment, std::nothrow)));
      capacity = buffer ? wanted : 0;
      if (!buffer) return false;
    }
    std::memcpy(buffer.get(), text, size);
    std::memset(buffer.get() + size, 0, simdjson::SIMDJSON_PADDING);
    if (!parser || (parser->capacity() > keptCapacity && size <= keptCapacity)) {
      parser.reset(new (std::nothrow) ondemand::parser());
    }
    return parser != nullptr;
  }

  // Whether these bytes stand in the text itself, and were not unescaped.
  bool holds(const char *bytes) const { return bytes >= buffer.get() && bytes < buffer.get() + capacity; }
};

thread_local Workspace workspace;

#define TRY(expression)                                \
  do {                                                 \
    const error_code failed = (expression);            \
    if (failed != simdjson::SUCCESS) return failed;    \
  } while (0)

error_code walk(ondemand::value value, int depth);

// The characters between the quotes, as they stand.
std::string_view quoted(ondemand::value &value) {
  std::string_view token = value.raw_json_token();
  while (!token.empty() && token.back() != '"') token.remove_suffix(1);
  const bool isQuoted = token.size() >= 2 && token.front() == '"';
  return isQuoted ? token.substr(1, token.size() - 2) : std::string_view();
}

error_code takeAsItStands(ondemand::value &value, std::string_view characters, rtmulti_json_text &slot) {
  ondemand::raw_json_string consumed;
  TRY(value.get_raw_json_string().get(consumed));
  slot = {characters.data(), characters.size()};
  return simdjson::SUCCESS;
}

// A string without escapes is used where it stands; one with escapes is unescaped into the parser.
error_code readString(ondemand::value value, rtmulti_json_text &slot) {
  const std::string_view characters = quoted(value);
  if (characters.data() == nullptr) return simdjson::INCORRECT_TYPE;
  if (std::memchr(characters.data(), '\\', characters.size()) == nullptr) return takeAsItStands(value, characters, slot);
  std::string_view text;
  TRY(value.get_string().get(text));
  slot = {text.data(), text.size()};
  return simdjson::SUCCESS;
}

bool isAudioDelta(const rtmulti_json_text &type) {
  constexpr std::string_view ending = "audio.delta";
  return type.size >= ending.size() &&
         std::memcmp(type.bytes + type.size - ending.size(), ending.data(), ending.size()) == 0;
}

// Takes a string; a value of another type counts as not given.
error_code text(ondemand::value value, rtmulti_json_text &slot, int depth) {
  ondemand::json_type type;
  TRY(value.type().get(type));
  if (type == ondemand::json_type::string) return readString(value, slot);
  return walk(value, depth);
}

// A delta that was left as it stands is looked at by its decoder alone. Where none comes (the event turned out to be none
// of audio, or has a second delta), an escape in it may be a broken one.
bool mayBeBroken(const rtmulti_json_text &delta) {
  return delta.size > 0 && workspace.holds(delta.bytes) && std::memchr(delta.bytes, '\\', delta.size) != nullptr;
}

bool isForDecoder(const rtmulti_json_text &type) {
  const std::string_view word(type.bytes ? type.bytes : "", type.size);
  return word == "response.output_audio.delta" || word == "response.audio.delta";
}

// Base64 needs no escapes, and to look for them takes a twentieth of a long delta's whole time: where the type is known
// already, the delta is left as it stands, and its decoder stops at an escape.
error_code delta(ondemand::value value, rtmulti_json_event &event) {
  if (mayBeBroken(event.delta)) return simdjson::STRING_ERROR;
  if (!isAudioDelta(event.type)) return text(value, event.delta, 1);
  const std::string_view characters = quoted(value);
  return characters.data() == nullptr ? walk(value, 1) : takeAsItStands(value, characters, event.delta);
}

error_code number(ondemand::value value, int64_t &slot, int depth) {
  ondemand::json_type type;
  TRY(value.type().get(type));
  if (type != ondemand::json_type::number) return walk(value, depth);
  ondemand::number read;
  TRY(value.get_number().get(read));
  if (read.is_int64()) slot = read.get_int64();
  return simdjson::SUCCESS;
}

// Calls `field(key, value)` for each field of an object; another type is walked through.
template <typename Field>
error_code object(ondemand::value value, int depth, Field field) {
  if (depth > deepest) return simdjson::DEPTH_ERROR;
  ondemand::json_type type;
  TRY(value.type().get(type));
  if (type != ondemand::json_type::object) return walk(value, depth);
  ondemand::object fields;
  TRY(value.get_object().get(fields));
  for (auto result : fields) {
    ondemand::field entry;
    TRY(std::move(result).get(entry));
    std::string_view key;
    TRY(entry.unescaped_key().get(key));
    TRY(field(key, entry.value()));
  }
  return simdjson::SUCCESS;
}

error_code null(ondemand::value value) {
  bool isNull = false;
  TRY(value.is_null().get(isNull));
  return isNull ? simdjson::SUCCESS : simdjson::N_ATOM_ERROR;
}

// Reads a value for its form alone.
error_code walk(ondemand::value value, int depth) {
  if (depth > deepest) return simdjson::DEPTH_ERROR;
  ondemand::json_type type;
  TRY(value.type().get(type));
  switch (type) {
    case ondemand::json_type::object:
      return object(value, depth, [depth](std::string_view, ondemand::value inner) {
        return walk(inner, depth + 1);
      });
    case ondemand::json_type::array: {
      ondemand::array elements;
      TRY(value.get_array().get(elements));
      for (auto result : elements) {
        ondemand::value element;
        TRY(std::move(result).get(element));
        TRY(walk(element, depth + 1));
      }
      return simdjson::SUCCESS;
    }
    case ondemand::json_type::string: {
      rtmulti_json_text unused;
      return readString(value, unused);
    }
    case ondemand::json_type::number: {
      ondemand::number unused;
      return value.get_number().get(unused);
    }
    case ondemand::json_type::boolean: {
      bool unused;
      return value.get_bool().get(unused);
    }
    case ondemand::json_type::null:
      return null(value);
  }
  return simdjson::INCORRECT_TYPE;
}

error_code modalities(ondemand::value value, uint32_t &bits, int depth) {
  ondemand::json_type type;
  TRY(value.type().get(type));
  if (type != ondemand::json_type::array) return walk(value, depth);
  ondemand::array elements;
  TRY(value.get_array().get(elements));
  for (auto result : elements) {
    ondemand::value element;
    TRY(std::move(result).get(element));
    rtmulti_json_text name = {nullptr, 0};
    TRY(text(element, name, depth + 1));
    const std::string_view word(name.bytes ? name.bytes : "", name.size);
    if (word == "text") bits |= 1;
    if (word == "audio") bits |= 2;
  }
  return simdjson::SUCCESS;
}

error_code statusDetails(ondemand::value value, rtmulti_json_event &event) {
  ondemand::json_type type;
  TRY(value.type().get(type));
  if (type == ondemand::json_type::string) return readString(value, event.status_reason);
  return object(value, 2, [&event](std::string_view key, ondemand::value inner) {
    if (key == "reason") return text(inner, event.status_reason, 3);
    if (key != "error") return walk(inner, 3);
    return object(inner, 3, [&event](std::string_view name, ondemand::value word) {
      if (name == "code") return text(word, event.status_error, 4);
      if (name == "type" && event.status_error.bytes == nullptr) return text(word, event.status_error, 4);
      return walk(word, 4);
    });
  });
}

error_code response(ondemand::value value, rtmulti_json_event &event) {
  return object(value, 1, [&event](std::string_view key, ondemand::value inner) -> error_code {
    if (key == "id") return text(inner, event.response_object_id, 2);
    if (key == "status") return text(inner, event.response_status, 2);
    if (key == "status_details") return statusDetails(inner, event);
    if (key == "output_modalities" || key == "modalities") return modalities(inner, event.modalities, 2);
    if (key == "conversation") return text(inner, event.conversation, 2);
    if (key == "conversation_id") {
      ondemand::json_type type;
      TRY(inner.type().get(type));
      event.conversation_id = type == ondemand::json_type::null ? RTMULTI_JSON_NULL : RTMULTI_JSON_GIVEN;
      return walk(inner, 2);
    }
    if (key == "metadata") {
      return object(inner, 2, [&event](std::string_view name, ondemand::value word) {
        return name == "client_event_id" ? text(word, event.client_event_id, 3) : walk(word, 3);
      });
    }
    return walk(inner, 2);
  });
}

error_code item(ondemand::value value, rtmulti_json_event &event) {
  return object(value, 1, [&event](std::string_view key, ondemand::value inner) {
    if (key == "id") return text(inner, event.item_object_id, 2);
    if (key == "type") return text(inner, event.item_type, 2);
    if (key == "phase") return text(inner, event.item_phase, 2);
    if (key == "call_id") return text(inner, event.item_call_id, 2);
    if (key == "name") return text(inner, event.item_name, 2);
    if (key == "arguments") return text(inner, event.item_arguments, 2);
    return walk(inner, 2);
  });
}

error_code format(ondemand::value value, rtmulti_json_event &event, int depth) {
  ondemand::json_type type;
  TRY(value.type().get(type));
  if (type == ondemand::json_type::string) return readString(value, event.format_type);
  return object(value, depth, [&event, depth](std::string_view key, ondemand::value inner) {
    if (key == "type") return text(inner, event.format_type, depth + 1);
    if (key == "rate") return number(inner, event.format_rate, depth + 1);
    return walk(inner, depth + 1);
  });
}

error_code session(ondemand::value value, rtmulti_json_event &event) {
  return object(value, 1, [&event](std::string_view key, ondemand::value inner) {
    if (key == "output_audio_format") return format(inner, event, 2);
    if (key != "audio") return walk(inner, 2);
    return object(inner, 2, [&event](std::string_view side, ondemand::value audio) {
      if (side != "output") return walk(audio, 3);
      return object(audio, 3, [&event](std::string_view name, ondemand::value word) {
        return name == "format" ? format(word, event, 4) : walk(word, 4);
      });
    });
  });
}

error_code failure(ondemand::value value, rtmulti_json_event &event) {
  return object(value, 1, [&event](std::string_view key, ondemand::value inner) {
    if (key == "code") return text(inner, event.error_code, 2);
    if (key == "message") return text(inner, event.error_message, 2);
    if (key == "event_id") return text(inner, event.error_event_id, 2);
    return walk(inner, 2);
  });
}

error_code field(std::string_view key, ondemand::value value, rtmulti_json_event &event) {
  if (key == "type") return text(value, event.type, 1);
  if (key == "delta") return delta(value, event);
  if (key == "response_id") return text(value, event.response_id, 1);
  if (key == "item_id") return text(value, event.item_id, 1);
  if (key == "output_index") return number(value, event.output_index, 1);
  if (key == "content_index") return number(value, event.content_index, 1);
  if (key == "transcript") return text(value, event.transcript, 1);
  if (key == "text") return text(value, event.text, 1);
  if (key == "call_id") return text(value, event.call_id, 1);
  if (key == "name") return text(value, event.name, 1);
  if (key == "arguments") return text(value, event.arguments, 1);
  if (key == "response") return response(value, event);
  if (key == "item") return item(value, event);
  if (key == "part") {
    return object(value, 1, [&event](std::string_view name, ondemand::value word) {
      return name == "type" ? text(word, event.part_type, 2) : walk(word, 2);
    });
  }
  if (key == "session") return session(value, event);
  if (key == "error") return failure(value, event);
  return walk(value, 1);
}

error_code read(const char *bytes, size_t size, rtmulti_json_event &event) {
  if (!workspace.take(bytes, size)) return simdjson::MEMALLOC;
  ondemand::document document;
  const simdjson::padded_string_view padded(workspace.buffer.get(), size, size + simdjson::SIMDJSON_PADDING);
  TRY(workspace.parser->iterate(padded).get(document));
  ondemand::object fields;
  TRY(document.get_object().get(fields));
  for (auto result : fields) {
    ondemand::field entry;
    TRY(std::move(result).get(entry));
    std::string_view key;
    TRY(entry.unescaped_key().get(key));
    TRY(field(key, entry.value(), event));
  }
  if (!isForDecoder(event.type) && mayBeBroken(event.delta)) return simdjson::STRING_ERROR;
  // Behind the object there is nothing: the parser stands out of bounds.
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS ? simdjson::SUCCESS
                                                                          : simdjson::TRAILING_CONTENT;
}

}  // namespace

extern "C" int rtmulti_json_read(const char *text, size_t size, rtmulti_json_event *event) {
  std::memset(event, 0, sizeof *event);
  event->output_index = RTMULTI_JSON_ABSENT;
  event->content_index = RTMULTI_JSON_ABSENT;
  event->format_rate = RTMULTI_JSON_ABSENT;
  return read(text, size, *event) == simdjson::SUCCESS ? 1 : 0;
}

extern "C" ptrdiff_t rtmulti_json_unescape(const char *text, size_t size, char *out) {
  const size_t needed = size + 2 + simdjson::SIMDJSON_PADDING;
  const std::unique_ptr<char[]> quoted(new (std::nothrow) char[needed]());
  if (!quoted) return -1;
  quoted[0] = quoted[size + 1] = '"';
  std::memcpy(quoted.get() + 1, text, size);
  ondemand::parser parser;
  ondemand::document document;
  const simdjson::padded_string_view padded(quoted.get(), size + 2, needed);
  std::string_view plain;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return -1;
  if (document.get_string().get(plain) != simdjson::SUCCESS) return -1;
  std::memcpy(out, plain.data(), plain.size());
  return static_cast<ptrdiff_t>(plain.size());
}
