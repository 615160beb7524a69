/* Memory of one scenario and strings of known size; see arena.h. */
#include "arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024 };

struct arena_block {
  struct arena_block *older;
  size_t used;
  size_t capacity;
  max_align_t memory[];
};

static struct arena_block *new_block(struct arena_block *older, size_t capacity) {
  struct arena_block *block = calloc(1, sizeof *block + capacity);
  if (block == NULL) {
    fprintf(stderr, "There is not enough memory for this scenario (%zu more bytes were needed).\n", capacity);
    exit(2);
  }
  block->older = older;
  block->capacity = capacity;
  return block;
}

void *arena_take(struct arena *arena, size_t size) {
  const size_t alignment = sizeof(max_align_t);
  const size_t needed = (size + alignment - 1) / alignment * alignment;
  struct arena_block *block = arena->newest;
  if (block == NULL || block->capacity - block->used < needed) {
    block = new_block(arena->newest, needed > BLOCK_BYTES ? needed : BLOCK_BYTES);
    arena->newest = block;
  }
  void *memory = (char *)block->memory + block->used;
  block->used += needed;
  return memory;
}

struct slice arena_copy(struct arena *arena, const char *bytes, size_t size) {
  char *copy = arena_take(arena, size + 1);
  if (size > 0) memcpy(copy, bytes, size);
  return (struct slice){copy, size};
}

char *arena_print(struct arena *arena, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int size = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  char *text = arena_take(arena, (size_t)size + 1);
  va_start(arguments, format);
  vsnprintf(text, (size_t)size + 1, format, arguments);
  va_end(arguments);
  return text;
}

void arena_free(struct arena *arena) {
  while (arena->newest != NULL) {
    struct arena_block *older = arena->newest->older;
    free(arena->newest);
    arena->newest = older;
  }
}

void *arena_grow(struct arena *arena, void *list, size_t count, size_t *capacity, size_t element_size) {
  if (count < *capacity) return list;
  *capacity = *capacity == 0 ? 16 : *capacity * 2;
  void *larger = arena_take(arena, *capacity * element_size);
  if (count > 0) memcpy(larger, list, count * element_size);
  return larger;
}

struct slice slice_of(const char *text) { return (struct slice){text, text == NULL ? 0 : strlen(text)}; }

bool slice_is(struct slice slice, const char *text) { return slice_equal(slice, slice_of(text)); }

bool slice_equal(struct slice a, struct slice b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.bytes, b.bytes, a.size) == 0);
}

struct slice slice_trimmed(struct slice slice) {
  /* White space outside ASCII, in UTF-8; a host's language strips it too, so both runners agree. */
  static const char *const wide[] = {
      "\xc2\x85", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
      "\u2007",   "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000",
  };
  for (;;) {
    const size_t before = slice.size;
    if (slice.size > 0 && strchr(" \t\n\v\f\r", slice.bytes[slice.size - 1]) != NULL &&
        slice.bytes[slice.size - 1] != '\0') {
      slice.size -= 1;
    }
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
      const size_t size = strlen(wide[i]);
      if (slice.size >= size && memcmp(slice.bytes + slice.size - size, wide[i], size) == 0) slice.size -= size;
    }
    if (slice.size == before) return slice;
  }
}

const char *slice_escaped(struct arena *arena, struct slice slice) {
  char *text = arena_take(arena, slice.size * 6 + 1); /* \u{1f} is the longest escape */
  size_t size = 0;
  for (size_t i = 0; i < slice.size; i++) {
    const unsigned char c = (unsigned char)slice.bytes[i];
    if (c == '"' || c == '\\') {
      size += (size_t)sprintf(text + size, "\\%c", c);
    } else if (c == '\n') {
      size += (size_t)sprintf(text + size, "\\n");
    } else if (c < ' ' || c == 0x7f) {
      size += (size_t)sprintf(text + size, "\\u{%x}", c);
    } else {
      text[size++] = (char)c;
    }
  }
  return text;
}
