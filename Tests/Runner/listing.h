/* What comes out of a session, one line for each effect, in the same words for a run that is traced, recorded or
 * replayed: two runs did the same when their lines are the same. Nothing here judges an effect. */
#ifndef RUNNER_LISTING_H
#define RUNNER_LISTING_H

#include <rtmulti.h>
#include <stdio.h>

#include "arena.h"

/* Where lines go; without a file they go nowhere. */
struct listing {
  FILE *file;
  struct arena arena;
};

void listing_end(struct listing *listing);

void list_event(struct listing *listing, const rtmulti_event *event);
void list_command(struct listing *listing, const rtmulti_command *command);
void list_diagnostic(struct listing *listing, const rtmulti_diagnostic *diagnostic);
void list_heard(struct listing *listing, const rtmulti_heard_audio *heard);
/* Samples are listed as a sum over all of them. */
void list_flush(struct listing *listing, uint64_t segment);
void list_clear(struct listing *listing, uint64_t segment);
void list_pause(struct listing *listing, bool is_paused);
void list_text_write(struct listing *listing, struct slice item, struct slice text);
/* Any of these, as polling hands it out, of a session whose sink has so many channels. */
void list_effect(struct listing *listing, const rtmulti_effect *effect, uint32_t channels);
/* What a device took; silence leaves no line. */
void list_pull(struct listing *listing, const int16_t *pcm, uint32_t taken, uint32_t channels);
void list_input(struct listing *listing, const char *input, rtmulti_result result);
/* What follows comes of this line of the scenario. */
void list_line(struct listing *listing, size_t line);

#endif
