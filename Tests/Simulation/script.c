/* What the server is going to say in one response: messages, calls and empty items, with everything that real servers
 * do to their order. Nothing is sent here. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

enum { MAXIMUM_STREAMS = 5 };

void script_add(struct world *world, struct script *script, int gap_ms, const char *format, ...) {
  char line[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  struct arena *arena = &world->conversation.arena;
  script->lines = arena_grow(arena, script->lines, script->count, &script->capacity, sizeof *script->lines);
  script->lines[script->count++] = (struct script_line){gap_ms, arena_copy(arena, line, strlen(line)).bytes};
}

/* How the audio of a message comes. */
enum pace { PACE_BURST, PACE_REAL_TIME, PACE_SLOW, PACE_PIECES };

static const char *const words[] = {
    "Let me check. ",
    "It is ",
    "sunny in Paris. ",
    "Ja, ",
    "na\u00efve caf\u00e9 ",
    "\u4eca\u65e5\u306f\u6674\u308c\u3002",
    "\U0001f44d\U0001f3fd ",
    "... ",
    "One, two, three. ",
    "a",
    " ",
    "",
};

static const char *word(struct world *world) { return words[world_draw(world, 0, 11)]; }

static void add_text(struct world *world, struct script *stream, const char *item, int content) {
  script_add(world, stream, 0, "text %s \"%s\" content=%d", item, word(world), content);
}

static int length_ms(struct world *world, int least, int most) {
  const int ms = world_draw(world, least, most);
  const bool is_whole = world->conversation.scenario.config.codec == RTMULTI_CODEC_OPUS ||
                        world->conversation.scenario.config.sink == SINK_MANUAL || world_once_in(world, 2);
  return is_whole ? (ms + 9) / 10 * 10 : ms;
}

static void add_packet_fault(struct world *world, struct script *stream, const char *item) {
  if (world_once_in(world, 6)) {
    const int lost = world_draw(world, 1, 4);
    world->conversation.tallies->faults[FAULT_LOST_PACKET] += (uint64_t)lost;
    script_add(world, stream, 0, "lost %s %d", item, lost);
  }
  if (!world_once_in(world, 6)) return;
  world_fault(world, FAULT_DAMAGED_PACKET);
  script_add(world, stream, 0, "corrupt %s", item);
}

/* One audio part: its audio, and its transcript before, between, behind, with spans or not at all. */
static void add_audio_part(struct world *world, struct script *stream, const char *item, int content,
                           bool has_packet_faults) {
  enum { NO_TEXT, EARLY, BETWEEN, LATE, SPANS } text = world_draw(world, NO_TEXT, SPANS);
  const enum pace pace = world_draw(world, PACE_BURST, PACE_PIECES);
  int total_ms = world_once_in(world, 4) ? length_ms(world, 10, 60) : length_ms(world, 20, 700);
  /* How long a damaged packet was nobody knows, unless all are of one length; and the last faults of a part may fall on
   * the next part's packets. */
  if (has_packet_faults) total_ms = (total_ms + 19) / 20 * 20;
  if (!world_once_in(world, 12)) script_add(world, stream, 0, "part %s content=%d type=audio", item, content);
  /* The packets of an item bear numbers from the first one on, or never. */
  if (has_packet_faults) script_add(world, stream, 0, "lost %s 0", item);
  if (text == EARLY) add_text(world, stream, item, content);
  const int pieces = world_draw(world, 1, 4);
  for (int i = 0; text == SPANS && i < pieces; i++) {
    script_add(world, stream, 0, "text %s \"%s\" content=%d start=%d end=%d", item, word(world), content,
               total_ms * i / pieces, total_ms * (i + 1) / pieces);
  }
  for (int left_ms = total_ms; left_ms > 0;) {
    int piece_ms = pace == PACE_BURST       ? left_ms
                   : pace == PACE_REAL_TIME ? 20
                                            : length_ms(world, 10, pace == PACE_SLOW ? 40 : 250);
    if (has_packet_faults) piece_ms = (piece_ms + 19) / 20 * 20;
    if (piece_ms > left_ms) piece_ms = left_ms;
    if (has_packet_faults) add_packet_fault(world, stream, item);
    const int gap_ms = pace == PACE_REAL_TIME ? piece_ms
                       : pace == PACE_SLOW    ? piece_ms + world_draw(world, 0, 80)
                       : pace == PACE_PIECES  ? world_draw(world, 0, 120)
                                              : 0;
    script_add(world, stream, gap_ms, "audio %s %d content=%d", item, piece_ms, content);
    left_ms -= piece_ms;
    if (text == BETWEEN) add_text(world, stream, item, content);
  }
  if (world->conversation.scenario.config.codec == RTMULTI_CODEC_PCM16 && world_once_in(world, 30))
    script_add(world, stream, 0, "audio %s bytes=%d content=%d", item, world_draw(world, 1, 999), content);
  if (text == LATE) add_text(world, stream, item, content);
}

static void add_dones(struct world *world, struct script *stream, const char *item, int parts) {
  if (world_once_in(world, 25)) {
    world_fault(world, FAULT_MISSING_DONES);
    return;
  }
  for (int content = 0; content < parts; content++)
    script_add(world, stream, world_once_in(world, 4) ? world_draw(world, 0, 150) : 0,
               "part_done %s content=%d", item, content);
  script_add(world, stream, world_once_in(world, 4) ? world_draw(world, 0, 250) : 0, "item_done %s", item);
}

static void announce(struct world *world, struct script *stream, const char *response, const char *item,
                     int index, const char *type) {
  if (type[0] == '\0' && world_once_in(world, 40)) {
    world_fault(world, FAULT_MISSING_ANNOUNCEMENT);
    return;
  }
  const int copies = world_once_in(world, 20) ? 2 : 1;
  if (copies == 2) world_fault(world, FAULT_REPEATED_ANNOUNCEMENT);
  for (int i = 0; i < copies; i++)
    script_add(world, stream, i == 0 ? world_draw(world, 0, 30) : 0, "item %s %s index=%d%s", response, item,
               index, type);
}

/* Everything about one item; its dones go to `dones`, which may be the same stream. */
static void write_item(struct world *world, struct script *stream, struct script *dones, const char *response,
                       int index, bool speaks) {
  const char *item = world_print(world, "%c%d", 'A' + world->item_count % 26, world->item_count / 26 + 1);
  world->item_count += 1;
  enum { SPOKEN, TWO_PARTS, TEXT_AND_AUDIO, TEXT, EMPTY, CALL, OTHER, VOICED_TEXT } kind = SPOKEN;
  const int drawn = world_draw(world, 0, 99);
  if (drawn >= 70)
    kind = drawn < 76   ? TWO_PARTS
           : drawn < 81 ? TEXT_AND_AUDIO
           : drawn < 86 ? TEXT
           : drawn < 90 ? EMPTY
           : drawn < 96 ? CALL
           : drawn < 98 ? OTHER
                        : VOICED_TEXT;
  if (!speaks && kind < TEXT) kind = TEXT;
  if (kind == CALL) {
    script_add(world, stream, world_draw(world, 0, 30), "call %s weather arguments=\"{}\"", item);
    return;
  }
  const bool has_packet_faults =
      world->conversation.scenario.config.codec == RTMULTI_CODEC_OPUS && world_once_in(world, 3);
  announce(world, stream, response, item, index, kind == OTHER ? " type=other" : "");
  switch (kind) {
    case SPOKEN: add_audio_part(world, stream, item, 0, has_packet_faults); break;
    case TWO_PARTS:
      add_audio_part(world, stream, item, 0, has_packet_faults);
      if (world_once_in(world, 2)) script_add(world, stream, 0, "part_done %s content=0", item);
      add_audio_part(world, stream, item, 1, has_packet_faults);
      break;
    case TEXT_AND_AUDIO:
      script_add(world, stream, 0, "part %s content=0 type=text", item);
      script_add(world, stream, 0, "text %s \"A note. \" content=0", item);
      script_add(world, stream, 0, "part %s content=1 type=audio", item);
      add_audio_part(world, stream, item, 1, has_packet_faults);
      break;
    case TEXT:
    case VOICED_TEXT:
      script_add(world, stream, 0, "part %s content=0 type=text", item);
      script_add(world, stream, 0, "text %s \"Read this. \" content=0", item);
      if (kind == VOICED_TEXT && !world->owns_playout)
        script_add(world, stream, 10, "audio %s %d content=0", item, length_ms(world, 20, 300));
      break;
    default: break;
  }
  add_dones(world, dones, item,
            kind == TWO_PARTS || kind == TEXT_AND_AUDIO ? 2
            : kind >= EMPTY && kind != VOICED_TEXT      ? 0
                                                        : 1);
}

static void move_line(struct world *world, struct script *to, struct script *from, size_t count) {
  for (; count > 0 && from->next < from->count; count--) {
    const struct script_line *line = &from->lines[from->next++];
    script_add(world, to, line->gap_ms, "%s", line->line);
  }
}

/* The streams one after another, or each a little at a time. */
static void merge(struct world *world, struct script *script, struct script streams[], int count,
                  bool interleaves) {
  for (int left = count; left > 0;) {
    int at = 0;
    if (interleaves) at = world_draw(world, 0, count - 1);
    while (streams[at].next == streams[at].count) at = (at + 1) % count;
    move_line(world, script, &streams[at], interleaves ? (size_t)world_draw(world, 1, 4) : streams[at].count);
    if (streams[at].next == streams[at].count) left -= 1;
  }
}

static void end_early(struct world *world, struct script *script) {
  static const char *const ends[] = {"cancelled reason=turn_detected", "incomplete reason=max_output_tokens",
                                     "failed reason=server_error", "cancelled"};
  world_fault(world, FAULT_EARLY_END);
  script->count = (size_t)world_draw(world, 0, (int)script->count);
  script_add(world, script, world_draw(world, 0, 60), "response_done %s status=%s", script->id,
             ends[world_draw(world, 0, 3)]);
}

void script_write(struct world *world, struct script *script, const char *flags) {
  struct script streams[MAXIMUM_STREAMS] = {{NULL, SCRIPT_RUNS, NULL, 0, 0, 0}};
  struct script dones = {.lines = NULL};
  const int count = world_draw(world, world_once_in(world, 12) ? 0 : 1, MAXIMUM_STREAMS - 1);
  const bool is_batched = world_once_in(world, 4);
  const bool interleaves = count > 1 && world_once_in(world, 4);
  const bool is_shuffled = count > 1 && world_once_in(world, 10);
  script_add(world, script, 0, "response %s%s", script->id, flags);
  for (int i = 0; i < count; i++) {
    const int index = is_shuffled ? (i + 1) % count : i;
    write_item(world, &streams[i], is_batched ? &dones : &streams[i], script->id, index,
               strstr(flags, "modality") == NULL);
  }
  /* A stream without a line would never be used up. */
  int used = 0;
  for (int i = 0; i < count; i++) {
    if (streams[i].count > 0) streams[used++] = streams[i];
  }
  merge(world, script, streams, used, interleaves);
  if (interleaves) world_fault(world, FAULT_INTERLEAVED_ITEMS);
  if (is_batched) {
    world_fault(world, FAULT_BATCHED_DONES);
    if (dones.count > 0) dones.lines[0].gap_ms = world_draw(world, 0, 400);
    move_line(world, script, &dones, dones.count);
  }
  if (script->count > 1 && world_once_in(world, 5)) {
    world_fault(world, FAULT_STALLED_SERVER);
    script->lines[world_draw(world, 1, (int)script->count - 1)].gap_ms += world_draw(world, 150, 900);
  }
  const bool is_silent = strstr(flags, "conversation=none modality=text") != NULL;
  if (is_silent && world_once_in(world, 2)) {
    world_fault(world, FAULT_SILENT_RESPONSE);
  } else if (world_once_in(world, 15)) {
    world_fault(world, FAULT_LOST_RESPONSE_DONE);
  } else if (world_once_in(world, 7)) {
    end_early(world, script);
  } else {
    script_add(world, script, world_draw(world, 0, 100), "response_done %s", script->id);
  }
}
