/* Effects, and answers to queries, as bytes that are equal when they are; and as lines for people. Nothing here judges.
 */
#include <inttypes.h>
#include <string.h>

#include "doors.h"
#include "laying.h"

void lay_number(struct laid *laid, int64_t number) {
  if (laid->size + sizeof number > laid->capacity) return;
  memcpy(laid->bytes + laid->size, &number, sizeof number);
  laid->size += sizeof number;
}

void lay_text(struct laid *laid, const char *text, size_t size) {
  lay_number(laid, text == NULL ? -1 : (int64_t)size);
  if (text == NULL || laid->size + size + 1 > laid->capacity) return;
  /* With the NUL behind it, which the header promises. */
  memcpy(laid->bytes + laid->size, text, size + 1);
  laid->size += size + 1;
}

void lay_bytes(struct laid *laid, const void *bytes, size_t size) {
  const unsigned char *at = bytes;
  uint64_t sum = UINT64_C(0xcbf29ce484222325) + size;
  for (; size >= 8; size -= 8, at += 8) {
    uint64_t eight;
    memcpy(&eight, at, 8);
    sum = (sum ^ eight) * UINT64_C(0x9e3779b97f4a7c15);
    sum ^= sum >> 29;
  }
  for (; size > 0; size--, at++) sum = (sum ^ *at) * UINT64_C(0x100000001b3);
  lay_number(laid, (int64_t)sum);
}

#define TEXT(what) what, what##_size

void lay_message(struct laid *laid, const rtmulti_message *m) {
  lay_number(laid, m->outcome);
  lay_text(laid, TEXT(m->response_id));
  lay_text(laid, TEXT(m->item_id));
  lay_number(laid, m->output_index);
  lay_number(laid, m->status);
  lay_text(laid, TEXT(m->reason));
  lay_text(laid, TEXT(m->phase));
  lay_number(laid, m->interrupted | m->estimated << 1 | m->text_estimated << 2 | m->of_lost_session << 3);
  lay_number(laid, m->heard_ms);
  lay_number(laid, m->received_ms);
  lay_number(laid, m->started_us);
  lay_number(laid, m->stopped_us);
  lay_text(laid, TEXT(m->heard_text));
  lay_text(laid, TEXT(m->generated_text));
}

static void lay_event(struct laid *laid, const rtmulti_event *e) {
  lay_number(laid, e->kind);
  lay_text(laid, TEXT(e->response_id));
  lay_text(laid, TEXT(e->item_id));
  lay_number(laid, e->output_index);
  lay_number(laid, e->content_index);
  lay_number(laid, (int64_t)e->segment);
  lay_number(laid, e->at_us);
  lay_text(laid, TEXT(e->text));
  lay_number(laid, e->estimated | e->interrupted << 1);
  lay_text(laid, TEXT(e->call_id));
  lay_text(laid, TEXT(e->name));
  lay_text(laid, TEXT(e->arguments));
  if (e->message != NULL) lay_message(laid, e->message);
}

static void lay_items(struct laid *laid, const rtmulti_kept_item *const *items, size_t count) {
  lay_number(laid, (int64_t)count);
  for (size_t i = 0; i < count; i++) {
    lay_text(laid, TEXT(items[i]->item_id));
    lay_text(laid, TEXT(items[i]->heard_text));
  }
}

static void lay_command(struct laid *laid, const rtmulti_command *c) {
  lay_number(laid, c->kind);
  lay_text(laid, TEXT(c->event_id));
  lay_text(laid, TEXT(c->response_id));
  lay_text(laid, TEXT(c->item_id));
  lay_number(laid, c->content_index);
  lay_number(laid, c->audio_end_ms);
  lay_number(laid, c->estimated | c->has_audio << 1 | c->has_text << 2);
  lay_text(laid, TEXT(c->heard_text));
  lay_items(laid, c->kept, c->kept_count);
  lay_items(laid, c->dropped, c->dropped_count);
  lay_text(laid, TEXT(c->json));
}

size_t effect_write(const rtmulti_effect *effect, uint32_t channels, unsigned char *bytes, size_t capacity) {
  struct laid laid = {bytes, 0, capacity};
  lay_number(&laid, effect->kind);
  switch (effect->kind) {
    case RTMULTI_EFFECT_WRITE:
      lay_number(&laid, (int64_t)effect->segment);
      lay_number(&laid, effect->frames);
      if (effect->pcm != NULL) lay_bytes(&laid, effect->pcm, (size_t)effect->frames * channels * 2);
      if (effect->codes != NULL) lay_bytes(&laid, effect->codes, effect->frames);
      break;
    case RTMULTI_EFFECT_FLUSH:
    case RTMULTI_EFFECT_CLEAR: lay_number(&laid, (int64_t)effect->segment); break;
    case RTMULTI_EFFECT_TEXT_WRITE:
      lay_text(&laid, TEXT(effect->item_id));
      lay_text(&laid, TEXT(effect->text));
      break;
    case RTMULTI_EFFECT_EVENT: lay_event(&laid, effect->event); break;
    case RTMULTI_EFFECT_COMMAND: lay_command(&laid, effect->command); break;
    case RTMULTI_EFFECT_DIAGNOSTIC: {
      const rtmulti_diagnostic *d = effect->diagnostic;
      lay_number(&laid, d->kind);
      lay_number(&laid, d->result);
      lay_text(&laid, TEXT(d->message));
      lay_text(&laid, TEXT(d->response_id));
      lay_text(&laid, TEXT(d->item_id));
      lay_number(&laid, (int64_t)d->segment);
      break;
    }
    case RTMULTI_EFFECT_HEARD_AUDIO: {
      const rtmulti_heard_audio *h = effect->heard_audio;
      lay_number(&laid, h->sample_rate_hz);
      lay_number(&laid, h->channels);
      lay_number(&laid, h->frames);
      lay_bytes(&laid, h->pcm, (size_t)h->frames * h->channels * 2);
      lay_number(&laid, (int64_t)h->segment);
      lay_text(&laid, TEXT(h->item_id));
      break;
    }
    default: break;
  }
  return laid.size;
}

static void print_event(const rtmulti_event *e, char *line, size_t size) {
  static const char *const names[] = {"?",       "speaking started", "speaking stopped",
                                      "settled", "playback started", "heard text",
                                      "message", "function call"};
  static const char *const outcomes[] = {"pending", "full", "partial", "skipped", "text_only"};
  int at = snprintf(line, size, "event %s %s %s at %" PRId64 " us", names[e->kind <= 7 ? e->kind : 0],
                    e->response_id == NULL ? "" : e->response_id, e->item_id == NULL ? "" : e->item_id, e->at_us);
  const rtmulti_message *m = e->message;
  const size_t left = (size_t)at < size ? size - (size_t)at : 0;
  if (m != NULL)
    snprintf(line + at, left, " %s %" PRId64 " of %" PRId64 " ms%s%s%s%s \"%s\"",
             outcomes[m->outcome <= 4 ? m->outcome : 0], m->heard_ms, m->received_ms,
             m->interrupted ? " interrupted" : "", m->estimated ? " estimated" : "",
             m->text_estimated ? " text-estimated" : "", m->of_lost_session ? " lost" : "", m->heard_text);
  else if (e->kind == RTMULTI_EVENT_HEARD_TEXT)
    snprintf(line + at, left, " \"%s\"%s", e->text, e->estimated ? " ~" : "");
  else if (e->kind == RTMULTI_EVENT_PLAYBACK_STARTED)
    snprintf(line + at, left, " segment %" PRIu64, e->segment);
  else if (e->interrupted)
    snprintf(line + at, left, " interrupted");
}

void effect_print(const rtmulti_effect *effect, char *line, size_t size) {
  switch (effect->kind) {
    case RTMULTI_EFFECT_WRITE:
      snprintf(line, size, "write segment %" PRIu64 " %u frames", effect->segment, effect->frames);
      break;
    case RTMULTI_EFFECT_FLUSH: snprintf(line, size, "flush segment %" PRIu64, effect->segment); break;
    case RTMULTI_EFFECT_CLEAR: snprintf(line, size, "clear segment %" PRIu64, effect->segment); break;
    case RTMULTI_EFFECT_PAUSE: snprintf(line, size, "pause"); break;
    case RTMULTI_EFFECT_RESUME: snprintf(line, size, "resume"); break;
    case RTMULTI_EFFECT_TEXT_WRITE: snprintf(line, size, "text %s \"%s\"", effect->item_id, effect->text); break;
    case RTMULTI_EFFECT_EVENT: print_event(effect->event, line, size); break;
    case RTMULTI_EFFECT_COMMAND: snprintf(line, size, "command %s", effect->command->json); break;
    case RTMULTI_EFFECT_DIAGNOSTIC:
      snprintf(line, size, "diagnostic %s %s: %s", rtmulti_diagnostic_name(effect->diagnostic->kind),
               effect->diagnostic->item_id == NULL ? "" : effect->diagnostic->item_id, effect->diagnostic->message);
      break;
    case RTMULTI_EFFECT_HEARD_AUDIO:
      snprintf(line, size, "heard audio %s segment %" PRIu64 " %u frames", effect->heard_audio->item_id,
               effect->heard_audio->segment, effect->heard_audio->frames);
      break;
    default: snprintf(line, size, "effect of kind %u", effect->kind); break;
  }
}
