/*
** Turn: how a Lua actor handles its messages. See turn.c for the essay.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_TURN_H
#define TROUPE_SCRIPT_TURN_H

#include <stdbool.h>

#include "core/actor.h"
#include "script/body.h"

extern const struct actor_type turn_type; /* type of every Lua actor */

/* A call is there: it is in hand from now on, and `serving` its caller. False:
** who called has given up, or is about to; it is to be skipped before its
** handler runs. */
bool turn_accept(struct body *body, struct message *message);

#endif
