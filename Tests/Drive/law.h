/* The law, as this driver has written it from docs/rules/RULES.md: what each event must say where it comes, and what
 * must be so when all is over. */
#ifndef DRIVE_LAW_H
#define DRIVE_LAW_H

#include "talk.h"

void law_event(struct talk *talk, const rtmulti_event *event);
void law_diagnostic(struct talk *talk, const rtmulti_diagnostic *diagnostic);
void law_heard_audio(struct talk *talk, const rtmulti_heard_audio *heard);
/* The conversation is closed, and nothing waits any more. */
void law_end(struct talk *talk);

#endif
