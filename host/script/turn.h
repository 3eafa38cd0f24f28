/*
** Turn: how a Lua actor handles its messages. See turn.c for the essay.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_TURN_H
#define TROUPE_SCRIPT_TURN_H

#include "core/actor.h"

extern const struct actor_type turn_type; /* type of every Lua actor */

#endif
