/*
** Dossier: all that an actor can tell of itself, as notes that become a table
** at who asks (script/report.h). Made without touching the actor's Lua state,
** but for reading its stacks.
**
** Threads  [owner] all functions, each of the actor that it is about
*/
#ifndef TROUPE_SCRIPT_DOSSIER_H
#define TROUPE_SCRIPT_DOSSIER_H

#include <lua.h>
#include <stdbool.h>

#include "core/message.h"
#include "script/body.h"

/*
** The answer, an OUTCOME whose value is a table: pid, behaviour, doing,
** request, where, waits, target, since, stacks (of each coroutine, the
** innermost first, as text); or, if several handlers are in flight, `handlers`,
** a list of such. `all`: with what it has, owes and may use, and without the
** stacks. `running`: as of doing_stack.
*/
struct message *dossier_outcome(struct body *body, lua_State *running,
                                bool all);

#endif
