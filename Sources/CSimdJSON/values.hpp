// JSON values into slots, by simdjson's on-demand parser in one forward pass. Which fields there are is in events.cpp;
// here is only how a string, a number or an object is read, and how everything else is walked through, so that all of
// a text is checked before anything happens.
#ifndef RTMULTI_CSIMDJSON_VALUES_H
#define RTMULTI_CSIMDJSON_VALUES_H

#include "include/CSimdJSON.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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
  rtmulti_json_event event;

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

// The first quote or backslash from here on. There is one, a closing quote, and behind the text there is padding.
inline const char *quoteOrBackslash(const char *next) {
#if defined(__SSE2__)
  for (;; next += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i *>(next));
    const __m128i found = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                                       _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
    const int places = _mm_movemask_epi8(found);
    if (places != 0) return next + __builtin_ctz(static_cast<unsigned>(places));
  }
#else
  while (*next != '"' && *next != '\\') next++;
  return next;
#endif
}

// The end of the string that begins behind this quote: for keys, of which only the beginning is known.
const char *closingQuote(const char *next) {
  for (next = quoteOrBackslash(next); *next != '"'; next = quoteOrBackslash(next + 2)) continue;
  return next;
}

// Escapes are taken out where they stand: the parser never looks at a string again.
error_code unescape(const char *bytes, size_t size, rtmulti_json_text &slot) {
  // The buffer is ours, and what is unescaped is never longer.
  char *const place = workspace.buffer.get() + (bytes - workspace.buffer.get());
  const ptrdiff_t plain = rtmulti_json_unescape(bytes, size, place);
  if (plain < 0) return simdjson::STRING_ERROR;
  slot = {place, static_cast<size_t>(plain)};
  return simdjson::SUCCESS;
}

error_code readString(ondemand::value value, rtmulti_json_text &slot) {
  const std::string_view characters = quoted(value);
  if (characters.data() == nullptr) return simdjson::INCORRECT_TYPE;
  TRY(takeAsItStands(value, characters, slot));
  const bool isPlain = std::memchr(characters.data(), '\\', characters.size()) == nullptr;
  return isPlain ? simdjson::SUCCESS : unescape(characters.data(), characters.size(), slot);
}

error_code unescapeKey(const char *raw, std::string_view &key) {
  rtmulti_json_text text;
  TRY(unescape(raw, static_cast<size_t>(closingQuote(raw) - raw), text));
  key = std::string_view(text.bytes, text.size);
  return simdjson::SUCCESS;
}

inline error_code readKey(const ondemand::field &entry, std::string_view &key) {
  const char *const raw = entry.key().raw();
  const char *const end = quoteOrBackslash(raw);
  if (*end != '"') return unescapeKey(raw, key);
  key = std::string_view(raw, static_cast<size_t>(end - raw));
  return simdjson::SUCCESS;
}

std::string_view word(const rtmulti_json_text &text) {
  return text.bytes ? std::string_view(text.bytes, text.size) : std::string_view();
}

// Takes a string; a value of another type counts as not given.
error_code text(ondemand::value value, rtmulti_json_text &slot, int depth) {
  ondemand::json_type type;
  TRY(value.type().get(type));
  if (type == ondemand::json_type::string) return readString(value, slot);
  return walk(value, depth);
}

// Rounded down, like every length (rule C1).
int64_t whole(double number) {
  if (number >= 9.2e18) return INT64_MAX;
  if (number <= -9.2e18) return INT64_MIN + 1;
  return static_cast<int64_t>(std::floor(number));
}

// Takes a number `scale` times; a value of another type counts as not given.
error_code number(ondemand::value value, int64_t &slot, int depth, int scale = 1) {
  ondemand::json_type type;
  TRY(value.type().get(type));
  if (type != ondemand::json_type::number) return walk(value, depth);
  ondemand::number read;
  TRY(value.get_number().get(read));
  const bool isExact = scale == 1 && read.is_int64();
  slot = isExact ? read.get_int64() : whole(read.as_double() * scale);
  return simdjson::SUCCESS;
}

// A rate or a number of channels: 24000.0 is 24000, and 0.5 is none that there is.
error_code count(ondemand::value value, int64_t &slot, int depth) {
  int64_t thousandths = RTMULTI_JSON_ABSENT;
  TRY(number(value, thousandths, depth, 1000));
  if (thousandths != RTMULTI_JSON_ABSENT) slot = thousandths % 1000 == 0 ? thousandths / 1000 : 0;
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
    TRY(readKey(entry, key));
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

error_code truth(ondemand::value value, int32_t &slot, int depth) {
  ondemand::json_type type;
  TRY(value.type().get(type));
  if (type != ondemand::json_type::boolean) return walk(value, depth);
  bool isTrue;
  TRY(value.get_bool().get(isTrue));
  slot = isTrue ? RTMULTI_JSON_TRUE : RTMULTI_JSON_FALSE;
  return simdjson::SUCCESS;
}

error_code whetherNull(ondemand::value &value, int32_t &slot) {
  ondemand::json_type type;
  TRY(value.type().get(type));
  slot = type == ondemand::json_type::null ? RTMULTI_JSON_NULL : RTMULTI_JSON_GIVEN;
  return simdjson::SUCCESS;
}

}  // namespace

#endif
