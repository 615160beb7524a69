/* The witness asks: positions, records, texts and statistics, against what the library said before and against each
 * other; see witness.h. */
#include <string.h>

#include "witness.h"

/* 0 <= P <= R; R never falls, and P only from an estimate (rule C1; a report always wins). */
static void ask_position(struct witness *witness, const struct witness_item *item, struct witness_part *part) {
  struct run *run = witness->run;
  rtmulti_position position = {.struct_size = sizeof position};
  if (rtmulti_session_position(run->session, SLICE(item->id), part->content, &position) != RTMULTI_OK) return;
  const struct server_item *known = server_find_item(&run->server, item->id);
  const bool is_at_server = known != NULL && witness_is_at_server(witness, known->response); /* R is not known (rule F4) */
  if (position.heard_frames < 0 || (!is_at_server && position.heard_frames > position.received_frames))
    witness_breach(witness, "C1", "%lld of %lld frames of %s were heard", (long long)position.heard_frames,
                   (long long)position.received_frames, item->id.bytes);
  if (position.received_frames < part->received_frames)
    witness_breach(witness, "C1", "R of %s fell from %lld to %lld frames", item->id.bytes,
                   (long long)part->received_frames, (long long)position.received_frames);
  if (position.heard_frames < part->heard_frames && !part->is_estimated)
    witness_breach(witness, "C1", "P of %s fell from %lld to %lld frames", item->id.bytes,
                   (long long)part->heard_frames, (long long)position.heard_frames);
  part->received_frames = position.received_frames;
  part->heard_frames = position.heard_frames;
  part->is_estimated = position.estimated != 0;
  const struct server_part *sent = known == NULL ? NULL : known->parts;
  while (sent != NULL && sent->content != part->content) sent = sent->next;
  if (sent == NULL || sent->kind != RTMULTI_PART_AUDIO) return;
  if (position.received_ms > server_received_us(&run->server, sent) / 1000)
    witness_breach(witness, "C3", "%lld ms of %s were received, %lld were sent",
                   (long long)position.received_ms, item->id.bytes,
                   (long long)(server_received_us(&run->server, sent) / 1000));
}

/* The record as it stands is the one that was told, or none was told yet. */
static void ask_record(struct witness *witness, const struct witness_item *item) {
  rtmulti_message record = {.struct_size = sizeof record};
  if (rtmulti_session_message(witness->run->session, SLICE(item->id), &record) != RTMULTI_OK) {
    return; /* an item that speaks of nothing, or one that was forgotten */
  }
  if (item->records == 0 && record.outcome != RTMULTI_OUTCOME_PENDING)
    witness_breach(witness, "B", "%s has outcome %u and no record was told", item->id.bytes, record.outcome);
  if (item->records == 0) return;
  if (record.outcome != item->outcome || record.heard_ms != item->heard_ms)
    witness_breach(witness, "B", "the record of %s was revised from outcome %u, %lld ms to %u, %lld ms",
                   item->id.bytes, item->outcome, (long long)item->heard_ms, record.outcome,
                   (long long)record.heard_ms);
  if (!slice_equal(item->text, (struct slice){record.heard_text, record.heard_text_size}))
    witness_breach(witness, "B", "the heard text of %s was revised", item->id.bytes);
}

/* The heard text is what the events said. */
static void ask_text(struct witness *witness, const struct witness_item *item) {
  struct run *run = witness->run;
  const char *heard = NULL;
  size_t heard_size = 0;
  if (rtmulti_session_heard_text(run->session, SLICE(item->id), &heard, &heard_size) != RTMULTI_OK) return;
  if (item->outcome == RTMULTI_OUTCOME_TEXT_ONLY) {
    if (!slice_equal(item->text, (struct slice){heard, heard_size}))
      witness_breach(witness, "B6", "the text of %s was revised", item->id.bytes);
    return;
  }
  /* Once there is a record, that is what was heard: a report may have taken an estimate back (rule G2). */
  if (item->records > 0) {
    if (!slice_equal(item->text, (struct slice){heard, heard_size}))
      witness_breach(witness, "G2", "asked for the heard text of %s, the library says \"%.*s\", its record \"%s\"",
                     item->id.bytes, (int)heard_size, heard, item->text.bytes);
    return;
  }
  size_t at = 0;
  for (const struct witness_part *part = item->parts; part != NULL; part = part->next) {
    const size_t size = part->heard.size;
    if (size > heard_size - at ||
        memcmp(heard + at, part->heard.bytes == NULL ? "" : part->heard.bytes, size) != 0) {
      witness_breach(witness, "G1", "asked for the heard text of %s, the library says \"%.*s\"", item->id.bytes,
                     (int)heard_size, heard);
      return;
    }
    at += size;
  }
  if (at != heard_size)
    witness_breach(witness, "G1", "the heard text of %s has %zu bytes, its events had %zu", item->id.bytes,
                   heard_size, at);
}

static void ask_stats(struct witness *witness) {
  rtmulti_stats stats = {.struct_size = sizeof stats};
  const rtmulti_stats *before = &witness->stats;
  if (rtmulti_session_stats(witness->run->session, &stats) != RTMULTI_OK)
    witness_breach(witness, "the header", "the statistics were not told");
  if (stats.waiting_effects != 0 || stats.waiting_inputs != 0)
    witness_breach(witness, "the header", "%u effects and %u inputs wait after an input", stats.waiting_effects,
                   stats.waiting_inputs);
  if (stats.commands_sent != witness->commands && !witness->ignores_counts)
    witness_breach(witness, "the header", "%llu commands are counted, %llu came",
                   (unsigned long long)stats.commands_sent, (unsigned long long)witness->commands);
  if (stats.packets_received < before->packets_received || stats.packets_decoded < before->packets_decoded ||
      stats.packets_never_decoded < before->packets_never_decoded || stats.gaps < before->gaps ||
      stats.packets_concealed < before->packets_concealed || stats.underruns < before->underruns ||
      stats.responses_heard < before->responses_heard)
    witness_breach(witness, "the header", "a count of the statistics went back");
  if (stats.packets_never_decoded > stats.packets_received)
    witness_breach(witness, "H6", "%llu packets came, and %llu were dropped",
                   (unsigned long long)stats.packets_received, (unsigned long long)stats.packets_never_decoded);
  /* Of what was cut a device may have taken packets that it has not decoded; and what goes on in a new segment, or on
   * a new sink, is decoded once more. */
  if (!witness->decodes_again && stats.packets_decoded + stats.packets_never_decoded > stats.packets_received)
    witness_breach(witness, "H6", "%llu packets came, %llu were decoded and %llu dropped",
                   (unsigned long long)stats.packets_received, (unsigned long long)stats.packets_decoded,
                   (unsigned long long)stats.packets_never_decoded);
  if (stats.queued_ms < 0 || stats.written_ahead_ms < 0)
    witness_breach(witness, "the header", "%lld ms wait and %lld lie in the sink", (long long)stats.queued_ms,
                   (long long)stats.written_ahead_ms);
  witness->stats = stats;
}

void witness_ask(struct witness *witness, bool asks_all) {
  ask_stats(witness);
  for (struct witness_item *item = witness->items; item != NULL; item = item->next) {
    /* What has settled is asked for again at the end: a revision would stay. */
    if (item->records > 0 && !asks_all) continue;
    for (struct witness_part *part = item->parts; part != NULL; part = part->next) {
      ask_position(witness, item, part);
    }
    ask_record(witness, item);
    ask_text(witness, item);
  }
}
