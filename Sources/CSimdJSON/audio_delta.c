/* Audio deltas, nearly all of what a server sends, read where they stand: without a copy of the text and without an index
 * of its structure. What is read here is a flat object of strings of printable ASCII without escapes and of short whole
 * numbers, with the fields that an audio delta has, each once, its type before its delta. Whatever else a text is, it is
 * left to simdjson (events.cpp), which must read the same in all that is read here: EventReaderTests and the fuzz target
 * json hold both against each other. */
#include "CSimdJSON.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

struct text {
  const char *place, *end;
};

static void skip_space(struct text *text) {
  while (text->place < text->end &&
         (*text->place == ' ' || *text->place == '\n' || *text->place == '\r' || *text->place == '\t'))
    text->place++;
}

static int take(struct text *text, char character) {
  if (text->place < text->end && *text->place > ' ' && *text->place != character) return 0;
  skip_space(text);
  if (text->place == text->end || *text->place != character) return 0;
  text->place++;
  return 1;
}

/* The first quote, backslash, control character or byte past ASCII. */
static const char *end_of_plain(const char *place, const char *end) {
#if defined(__SSE2__)
  for (; end - place >= 16; place += 16) {
    const __m128i block = _mm_loadu_si128((const __m128i *)(const void *)place);
    /* Bytes past ASCII are negative, so they are less than a space too. */
    const __m128i stops = _mm_or_si128(
        _mm_cmplt_epi8(block, _mm_set1_epi8(' ')),
        _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')), _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))));
    const int places = _mm_movemask_epi8(stops);
    if (places != 0) return place + __builtin_ctz((unsigned)places);
  }
#endif
  while (place < end && *place != '"' && *place != '\\' && (signed char)*place >= ' ') place++;
  return place;
}

static int read_string(struct text *text, rtmulti_json_text *slot) {
  if (slot->bytes != NULL || !take(text, '"')) return 0;
  const char *const end = end_of_plain(text->place, text->end);
  if (end == text->end || *end != '"') return 0;
  *slot = (rtmulti_json_text){text->place, (size_t)(end - text->place)};
  text->place = end + 1;
  return 1;
}

/* Up to the next quote, whatever stands before it: the decoder of base64 looks at every character. */
static int read_delta(struct text *text, rtmulti_json_text *slot) {
  if (slot->bytes != NULL || !take(text, '"')) return 0;
  const char *const end = memchr(text->place, '"', (size_t)(text->end - text->place));
  if (end == NULL || end[-1] == '\\') return 0;
  *slot = (rtmulti_json_text){text->place, (size_t)(end - text->place)};
  text->place = end + 1;
  return 1;
}

static int read_number(struct text *text, int64_t *slot) {
  if (*slot != RTMULTI_JSON_ABSENT) return 0;
  skip_space(text);
  const char *const start = text->place;
  int64_t value = 0;
  while (text->place < text->end && text->place - start < 9 && *text->place >= '0' && *text->place <= '9')
    value = value * 10 + (*text->place++ - '0');
  const ptrdiff_t digits = text->place - start;
  if (digits == 0 || (*start == '0' && digits > 1) || text->place == text->end) return 0;
  *slot = value;
  return *text->place == ',' || *text->place == '}' || *text->place == ' ';
}

static int is(const rtmulti_json_text *text, const char *word, size_t size) {
  return text->size == size && memcmp(text->bytes, word, size) == 0;
}
#define IS(text, word) is(text, word, sizeof word - 1)

static int is_audio_delta(const rtmulti_json_text *type) {
  return type->bytes != NULL && (IS(type, "response.output_audio.delta") || IS(type, "response.audio.delta"));
}

static int read_field(struct text *text, rtmulti_json_audio_delta *delta, int64_t *output_index) {
  rtmulti_json_text key = {NULL, 0};
  if (!read_string(text, &key) || !take(text, ':')) return 0;
  switch (key.size) {
    case 4: return IS(&key, "type") && read_string(text, &delta->type) && is_audio_delta(&delta->type);
    case 5: return IS(&key, "delta") && is_audio_delta(&delta->type) && read_delta(text, &delta->base64);
    case 7: return IS(&key, "item_id") && read_string(text, &delta->item_id);
    case 8: return IS(&key, "event_id") && read_string(text, &delta->event_id);
    case 11: return IS(&key, "response_id") && read_string(text, &delta->response_id);
    case 12: return IS(&key, "output_index") && read_number(text, output_index);
    case 13: return IS(&key, "content_index") && read_number(text, &delta->content_index);
    default: return 0;
  }
}

int rtmulti_json_read_audio_delta(const char *bytes, size_t size, rtmulti_json_audio_delta *delta) {
  struct text text = {bytes, bytes + size};
  int64_t output_index = RTMULTI_JSON_ABSENT;
  memset(delta, 0, sizeof *delta);
  delta->content_index = RTMULTI_JSON_ABSENT;
  if (!take(&text, '{')) return 0;
  do {
    if (!read_field(&text, delta, &output_index)) return 0;
  } while (take(&text, ','));
  if (!take(&text, '}')) return 0;
  skip_space(&text);
  return text.place == text.end && delta->base64.bytes != NULL;
}
