/*
** Follow: what comes after an activity has run, or has been brought to its end.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FOLLOW_H
#define TROUPE_SCRIPT_FOLLOW_H

#include <stdbool.h>

#include "script/body.h"
#include "script/run.h"

/* STEP_AGAIN: go on in this turn. */
enum step follow_run(struct body *body, enum run run);
/* Begins the activity, and what follows. */
enum step follow_begin(struct body *body, enum activity activity);

/* The visit in hand has failed, or is cut where it is suspended: its asker gets
** the error. */
enum step follow_fail_visit(struct body *body);

/* Whatever it is doing ends here: unwound, and the main thread idle. Nothing
** before its first turn. */
void follow_abandon(struct body *body);

static inline bool follow_is_ending(const struct body *body) {
  return body->activity == ACTIVITY_TERMINATE ||
         body->activity == ACTIVITY_LAST;
}

#endif
