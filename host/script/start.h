/*
** Start: an actor's first turn, and what is settled when its init has
** returned.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_START_H
#define TROUPE_SCRIPT_START_H

#include <stdbool.h>

#include "core/actor.h"
#include "script/body.h"

/* First turn: makes the state. False: no memory; the reason is set. */
bool start_state(struct body *body);
/* ACTIVITY_START is over. */
enum step start_finished(struct body *body);
/* init raised, or there was no getting there: body->reason says why. */
enum step start_failed(struct body *body);

#endif
