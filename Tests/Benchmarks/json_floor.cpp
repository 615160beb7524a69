// The floor under json_event.c: one copy of the text in front of the padding that simdjson wants, its on-demand parser
// over all fields in one forward pass, and the vectorised base64 straight into place. No session, no account, no sink.

#include "json_floor.h"

#include <cstring>
#include <string_view>

#include "../../Sources/CBase64/include/CBase64.h"

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

namespace ondemand = simdjson::ondemand;

size_t json_floor(const char *text, size_t size, uint8_t *audio) {
  static ondemand::parser parser;
  static char buffer[64 * 1024];
  if (size + simdjson::SIMDJSON_PADDING > sizeof buffer) return 0;
  std::memcpy(buffer, text, size);
  std::memset(buffer + size, 0, simdjson::SIMDJSON_PADDING);
  ondemand::document document;
  const simdjson::padded_string_view padded(buffer, size, sizeof buffer);
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return 0;
  ondemand::object fields;
  if (document.get_object().get(fields) != simdjson::SUCCESS) return 0;
  std::string_view type, response, item, delta;
  int64_t content_index = -1;
  for (auto result : fields) {
    ondemand::field field;
    std::string_view key;
    if (std::move(result).get(field) != simdjson::SUCCESS) return 0;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) return 0;
    simdjson::error_code error = simdjson::SUCCESS;
    if (key == "type") error = field.value().get_string().get(type);
    else if (key == "response_id") error = field.value().get_string().get(response);
    else if (key == "item_id") error = field.value().get_string().get(item);
    else if (key == "content_index") error = field.value().get_int64().get(content_index);
    else if (key == "delta") {
      delta = field.value().raw_json_token();
      while (!delta.empty() && delta.back() != '"') delta.remove_suffix(1);
    }
    if (error != simdjson::SUCCESS) return 0;
  }
  const bool is_delta = type == "response.output_audio.delta" && !response.empty() && !item.empty();
  if (!is_delta || content_index < 0 || delta.size() < 2) return 0;
  const ptrdiff_t bytes = rtmulti_base64_decode(delta.data() + 1, delta.size() - 2, audio);
  return bytes < 0 ? 0 : static_cast<size_t>(bytes);
}
