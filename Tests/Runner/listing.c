/* What comes out of a session, one line for each effect; see listing.h. */
#include "listing.h"

static const char *quoted(struct listing *listing, const char *bytes, size_t size) {
  return slice_escaped(&listing->arena, (struct slice){bytes, bytes == NULL ? 0 : size});
}

/* FNV-1a over the samples. */
static uint32_t sum_of(const int16_t *pcm, uint32_t frames, uint32_t channels) {
  uint32_t sum = 2166136261u;
  if (pcm == NULL) return sum; /* the host plays by itself */
  for (size_t i = 0; i < (size_t)frames * channels; i++) sum = (sum ^ (uint16_t)pcm[i]) * 16777619u;
  return sum;
}

static uint32_t sum_of_codes(const uint8_t *codes, uint32_t frames) {
  uint32_t sum = 2166136261u;
  for (uint32_t i = 0; i < frames; i++) sum = (sum ^ codes[i]) * 16777619u;
  return sum;
}

void listing_end(struct listing *listing) { arena_free(&listing->arena); }

/* What only the record of a message has. */
static void list_message(struct listing *listing, const rtmulti_message *message) {
  fprintf(listing->file,
          " outcome=%u heard_ms=%lld received_ms=%lld started_us=%lld stopped_us=%lld interrupted=%d estimated=%d "
          "text_estimated=%d lost=%d status=%s reason=\"%s\" phase=\"%s\" heard=\"%s\" generated=\"%s\"",
          message->outcome, (long long)message->heard_ms, (long long)message->received_ms,
          (long long)message->started_us, (long long)message->stopped_us, (int)message->interrupted,
          (int)message->estimated, (int)message->text_estimated, (int)message->of_lost_session, rtmulti_status_name(message->status),
          quoted(listing, message->reason, message->reason_size),
          quoted(listing, message->phase, message->phase_size),
          quoted(listing, message->heard_text, message->heard_text_size),
          quoted(listing, message->generated_text, message->generated_text_size));
}

void list_event(struct listing *listing, const rtmulti_event *event) {
  if (listing->file == NULL) return;
  fprintf(listing->file,
          "event %u response=\"%s\" item=\"%s\" content=%d output=%d segment=%llu at_us=%lld text=\"%s\" estimated=%d "
          "interrupted=%d call=\"%s\" name=\"%s\" arguments=\"%s\"",
          event->kind, quoted(listing, event->response_id, event->response_id_size),
          quoted(listing, event->item_id, event->item_id_size), (int)event->content_index,
          (int)event->output_index, (unsigned long long)event->segment,
          (long long)event->at_us, quoted(listing, event->text, event->text_size), (int)event->estimated,
          (int)event->interrupted, quoted(listing, event->call_id, event->call_id_size), quoted(listing, event->name, event->name_size),
          quoted(listing, event->arguments, event->arguments_size));
  if (event->message != NULL) list_message(listing, event->message);
  fputc('\n', listing->file);
}

static void list_kept(struct listing *listing, const char *name, const rtmulti_kept_item *const *items, size_t count) {
  fprintf(listing->file, "%s=[", name);
  for (size_t i = 0; i < count; i++) {
    fprintf(listing->file, "%s\"%s\"", i == 0 ? "" : " ", quoted(listing, items[i]->item_id, items[i]->item_id_size));
    if (items[i]->heard_text != NULL)
      fprintf(listing->file, ":\"%s\"", quoted(listing, items[i]->heard_text, items[i]->heard_text_size));
  }
  fprintf(listing->file, "] ");
}

void list_command(struct listing *listing, const rtmulti_command *command) {
  if (listing->file == NULL) return;
  fprintf(listing->file,
          "command %u event_id=\"%s\" response=\"%s\" item=\"%s\" content=%d ms=%lld heard=\"%s\" audio=%d "
          "text=%d estimated=%d ",
          command->kind, quoted(listing, command->event_id, command->event_id_size),
          quoted(listing, command->response_id, command->response_id_size),
          quoted(listing, command->item_id, command->item_id_size), (int)command->content_index,
          (long long)command->audio_end_ms, quoted(listing, command->heard_text, command->heard_text_size),
          (int)command->has_audio, (int)command->has_text, (int)command->estimated);
  list_kept(listing, "kept", command->kept, command->kept_count);
  list_kept(listing, "dropped", command->dropped, command->dropped_count);
  fprintf(listing->file, "json=%s\n", command->json);
}

void list_diagnostic(struct listing *listing, const rtmulti_diagnostic *diagnostic) {
  if (listing->file == NULL) return;
  fprintf(listing->file, "diagnostic %s response=\"%s\" item=\"%s\" segment=%llu result=%s: %s\n",
          rtmulti_diagnostic_name(diagnostic->kind),
          quoted(listing, diagnostic->response_id, diagnostic->response_id_size),
          quoted(listing, diagnostic->item_id, diagnostic->item_id_size),
          (unsigned long long)diagnostic->segment, rtmulti_result_name(diagnostic->result),
          quoted(listing, diagnostic->message, diagnostic->message_size));
}

void list_heard(struct listing *listing, const rtmulti_heard_audio *heard) {
  if (listing->file == NULL) return;
  fprintf(listing->file, "heard item=\"%s\" segment=%llu frames=%u sum=%08x\n",
          quoted(listing, heard->item_id, heard->item_id_size), (unsigned long long)heard->segment, heard->frames,
          sum_of(heard->pcm, heard->frames, heard->channels));
}

static void list_write(struct listing *listing, const rtmulti_effect *write, uint32_t channels) {
  /* Also where nobody lists it: memory checkers see a wild sample. */
  const uint32_t sum =
      write->codes == NULL ? sum_of(write->pcm, write->frames, channels) : sum_of_codes(write->codes, write->frames);
  if (listing->file == NULL) return;
  fprintf(listing->file, "write segment=%llu frames=%u sum=%08x\n", (unsigned long long)write->segment, write->frames, sum);
}

void list_flush(struct listing *listing, uint64_t segment) {
  if (listing->file == NULL) return;
  fprintf(listing->file, "flush segment=%llu\n", (unsigned long long)segment);
}

void list_clear(struct listing *listing, uint64_t segment) {
  if (listing->file == NULL) return;
  fprintf(listing->file, "clear segment=%llu\n", (unsigned long long)segment);
}

void list_pause(struct listing *listing, bool is_paused) {
  if (listing->file == NULL) return;
  fprintf(listing->file, "%s\n", is_paused ? "pause" : "resume");
}

void list_text_write(struct listing *listing, struct slice item, struct slice text) {
  if (listing->file == NULL) return;
  fprintf(listing->file, "text_write item=\"%s\" text=\"%s\"\n", quoted(listing, item.bytes, item.size),
          quoted(listing, text.bytes, text.size));
}

void list_effect(struct listing *listing, const rtmulti_effect *effect, uint32_t channels) {
  switch (effect->kind) {
    case RTMULTI_EFFECT_WRITE:
      list_write(listing, effect, channels);
      break;
    case RTMULTI_EFFECT_FLUSH: list_flush(listing, effect->segment); break;
    case RTMULTI_EFFECT_CLEAR: list_clear(listing, effect->segment); break;
    case RTMULTI_EFFECT_PAUSE: list_pause(listing, true); break;
    case RTMULTI_EFFECT_RESUME: list_pause(listing, false); break;
    case RTMULTI_EFFECT_TEXT_WRITE:
      list_text_write(listing, (struct slice){effect->item_id, effect->item_id_size},
                      (struct slice){effect->text, effect->text_size});
      break;
    case RTMULTI_EFFECT_EVENT: list_event(listing, effect->event); break;
    case RTMULTI_EFFECT_COMMAND: list_command(listing, effect->command); break;
    case RTMULTI_EFFECT_DIAGNOSTIC: list_diagnostic(listing, effect->diagnostic); break;
    case RTMULTI_EFFECT_HEARD_AUDIO: list_heard(listing, effect->heard_audio); break;
    default:
      if (listing->file != NULL) fprintf(listing->file, "effect %u of an unknown kind\n", effect->kind);
      break;
  }
}

void list_pull(struct listing *listing, const int16_t *pcm, uint32_t taken, uint32_t channels) {
  if (listing->file == NULL || taken == 0) return;
  fprintf(listing->file, "pull frames=%u sum=%08x\n", taken, sum_of(pcm, taken, channels));
}

void list_input(struct listing *listing, const char *input, rtmulti_result result) {
  if (listing->file == NULL) return;
  fprintf(listing->file, "input %s %s\n", input, rtmulti_result_name(result));
}

void list_line(struct listing *listing, size_t line) {
  if (listing->file != NULL) fprintf(listing->file, "line %zu\n", line);
}
