/*
** Life: makes and frees the bodies of Lua actors, with their actors.
**
** Threads  [owner] all functions; life_new: who starts it
*/
#ifndef TROUPE_SCRIPT_LIFE_H
#define TROUPE_SCRIPT_LIFE_H

#include "core/actor.h"
#include "script/body.h"
#include "script/script.h"

/* A body and its actor, found by nobody yet. Takes `path`. NULL: no memory. */
struct actor *life_new(struct script *script, struct path *path,
                       uint64_t starter);
/* The project's limits are not for this one, which has not begun: one of the
** console's. */
void life_exempt(struct actor *actor);
/* Undoes it, before the actor has been launched. */
void life_discard(struct script *script, struct actor *actor);
/* Frees the body of an actor that is no longer, and its state if it has one.*/
void life_free(struct body *body);

#endif
