// The fields of an event and the slots that they go into. How values are read is in values.hpp; no meaning is given to a
// field here.

#include "values.hpp"

namespace {

bool isAudioDelta(const rtmulti_json_text &type) {
  constexpr std::string_view ending = "audio.delta";
  return type.size >= ending.size() &&
         std::memcmp(type.bytes + type.size - ending.size(), ending.data(), ending.size()) == 0;
}

// A delta that was left as it stands is looked at by its decoder alone. Where none comes (the event turned out to be none
// of audio, or has a second delta), an escape in it may be a broken one.
bool mayBeBroken(const rtmulti_json_event &event) {
  return event.delta_is_raw && std::memchr(event.delta.bytes, '\\', event.delta.size) != nullptr;
}

// The audio deltas that are decoded: see ServerEvent.
bool isForDecoder(const rtmulti_json_text &type) {
  return word(type) == "response.output_audio.delta" || word(type) == "response.audio.delta" ||
         word(type) == "session.output_audio.delta";
}

// Base64 needs no escapes, and to look for them takes a twentieth of a long delta's whole time: where the type is known
// already, the delta is left as it stands, and its decoder stops at an escape.
error_code delta(ondemand::value value, rtmulti_json_event &event) {
  if (mayBeBroken(event)) return simdjson::STRING_ERROR;
  event.delta_is_raw = 0;
  if (!isAudioDelta(event.type)) return text(value, event.delta, 1);
  const std::string_view characters = quoted(value);
  if (characters.data() == nullptr) return walk(value, 1);
  event.delta_is_raw = 1;
  return takeAsItStands(value, characters, event.delta);
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
    if (word(name) == "text") bits |= 1;
    if (word(name) == "audio") bits |= 2;
  }
  return simdjson::SUCCESS;
}

// {"type": ..., "rate": ...}, or the name alone.
error_code format(ondemand::value value, rtmulti_json_format &slot, int depth) {
  ondemand::json_type type;
  TRY(value.type().get(type));
  if (type == ondemand::json_type::string) return readString(value, slot.name);
  return object(value, depth, [&slot, depth](std::string_view key, ondemand::value inner) {
    if (key == "type") return text(inner, slot.name, depth + 1);
    if (key == "rate") return count(inner, slot.rate, depth + 1);
    if (key == "channels") return count(inner, slot.channels, depth + 1);
    return walk(inner, depth + 1);
  });
}

template <typename TurnDetection>
error_code turnDetection(ondemand::value value, TurnDetection &slot, int depth) {
  TRY(whetherNull(value, slot.is_given));
  return object(value, depth, [&slot, depth](std::string_view key, ondemand::value inner) -> error_code {
    if (key == "interrupt_response") return truth(inner, slot.interrupts, depth + 1);
    if (key != "type") return walk(inner, depth + 1);
    TRY(whetherNull(inner, slot.has_type));
    return text(inner, slot.type, depth + 1);
  });
}

// The `audio` of a session or a response: {"input": ..., "output": ...}, or a format for both.
error_code audio(ondemand::value value, rtmulti_json_event &event) {
  return object(value, 2, [&event](std::string_view side, ondemand::value inner) {
    if (side == "format") return format(inner, event.format, 3);
    if (side == "output") {
      return object(inner, 3, [&event](std::string_view name, ondemand::value part) {
        return name == "format" ? format(part, event.format, 4) : walk(part, 4);
      });
    }
    if (side == "input") {
      return object(inner, 3, [&event](std::string_view name, ondemand::value part) {
        return name == "turn_detection" ? turnDetection(part, event.turn_detection, 4) : walk(part, 4);
      });
    }
    return walk(inner, 3);
  });
}

error_code statusDetails(ondemand::value value, rtmulti_json_event &event) {
  ondemand::json_type type;
  TRY(value.type().get(type));
  if (type == ondemand::json_type::string) return readString(value, event.status_reason);
  return object(value, 2, [&event](std::string_view key, ondemand::value inner) {
    if (key == "reason") return text(inner, event.status_reason, 3);
    if (key != "error") return walk(inner, 3);
    return object(inner, 3, [&event](std::string_view name, ondemand::value part) {
      if (name == "code") return text(part, event.status_error, 4);
      if (name == "type" && event.status_error.bytes == nullptr) return text(part, event.status_error, 4);
      return walk(part, 4);
    });
  });
}

// What a response and a session say alike.
bool isShared(std::string_view key) {
  return key == "audio" || key == "output_audio_format" || key == "output_modalities" || key == "modalities";
}

error_code shared(std::string_view key, ondemand::value value, rtmulti_json_event &event) {
  if (key == "audio") return audio(value, event);
  if (key == "output_audio_format") return format(value, event.older_format, 2);
  return modalities(value, key == "modalities" ? event.older_modalities : event.modalities, 2);
}

error_code response(ondemand::value value, rtmulti_json_event &event) {
  return object(value, 1, [&event](std::string_view key, ondemand::value inner) -> error_code {
    if (key == "id") return text(inner, event.response_object_id, 2);
    if (key == "status") return text(inner, event.response_status, 2);
    if (key == "status_details") return statusDetails(inner, event);
    if (isShared(key)) return shared(key, inner, event);
    if (key == "conversation") return text(inner, event.conversation, 2);
    if (key == "conversation_id") {
      TRY(whetherNull(inner, event.conversation_id));
      return walk(inner, 2);
    }
    if (key == "metadata") {
      return object(inner, 2, [&event](std::string_view name, ondemand::value part) {
        return name == "client_event_id" ? text(part, event.client_event_id, 3) : walk(part, 3);
      });
    }
    return walk(inner, 2);
  });
}

error_code session(ondemand::value value, rtmulti_json_event &event) {
  return object(value, 1, [&event](std::string_view key, ondemand::value inner) {
    if (isShared(key)) return shared(key, inner, event);
    return key == "turn_detection" ? turnDetection(inner, event.older_turn_detection, 2) : walk(inner, 2);
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

error_code part(ondemand::value value, rtmulti_json_event &event) {
  return object(value, 1, [&event](std::string_view key, ondemand::value inner) {
    if (key == "type") return text(inner, event.part_type, 2);
    if (key == "phase") return text(inner, event.part_phase, 2);
    return walk(inner, 2);
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

// Fields that few events have.
error_code rareField(std::string_view key, ondemand::value value, rtmulti_json_event &event) {
  if (key == "transcript") return text(value, event.transcript, 1);
  if (key == "text") return text(value, event.text, 1);
  if (key == "call_id") return text(value, event.call_id, 1);
  if (key == "name") return text(value, event.name, 1);
  if (key == "arguments") return text(value, event.arguments, 1);
  if (key == "phase") return text(value, event.phase, 1);
  if (key == "response") return response(value, event);
  if (key == "item") return item(value, event);
  if (key == "part") return part(value, event);
  if (key == "session") return session(value, event);
  if (key == "error") return failure(value, event);
  if (key == "format") return format(value, event.own_format, 1);
  if (key == "sample_rate" || key == "sample_rate_hz") return count(value, event.own_format.rate, 1);
  if (key == "channels") return count(value, event.own_format.channels, 1);
  if (key == "audio_end_ms") return number(value, event.audio_end_ms, 1);
  if (key == "start_ms" || key == "audio_offset_ms") return number(value, event.start_ms, 1);
  if (key == "end_ms") return number(value, event.end_ms, 1);
  if (key == "start_time") return number(value, event.start_ms, 1, 1000);
  if (key == "end_time") return number(value, event.end_ms, 1, 1000);
  if (key == "audio_duration_ms") return number(value, event.duration_ms, 1);
  if (key == "elapsed_ms") return number(value, event.elapsed_ms, 1);
  return walk(value, 1);
}

error_code field(std::string_view key, ondemand::value value, rtmulti_json_event &event) {
  if (key == "type") return text(value, event.type, 1);
  if (key == "event_id") return text(value, event.event_id, 1);
  if (key == "response_id") return text(value, event.response_id, 1);
  if (key == "item_id") return text(value, event.item_id, 1);
  if (key == "output_index") return number(value, event.output_index, 1);
  if (key == "content_index") return number(value, event.content_index, 1);
  if (key == "delta") return delta(value, event);
  return rareField(key, value, event);
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
    TRY(readKey(entry, key));
    TRY(field(key, entry.value(), event));
  }
  if (!isForDecoder(event.type) && mayBeBroken(event)) return simdjson::STRING_ERROR;
  // Behind the object there is nothing: the parser stands out of bounds.
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS ? simdjson::SUCCESS
                                                                          : simdjson::TRAILING_CONTENT;
}

}  // namespace

extern "C" const rtmulti_json_event *rtmulti_json_read(const char *text, size_t size) {
  rtmulti_json_event &event = workspace.event;
  std::memset(&event, 0, sizeof event);
  for (int64_t *slot : {&event.output_index, &event.content_index, &event.audio_end_ms, &event.start_ms, &event.end_ms,
                        &event.duration_ms, &event.elapsed_ms, &event.format.rate, &event.format.channels,
                        &event.older_format.rate, &event.older_format.channels, &event.own_format.rate,
                        &event.own_format.channels}) {
    *slot = RTMULTI_JSON_ABSENT;
  }
  return read(text, size, event) == simdjson::SUCCESS ? &event : nullptr;
}
