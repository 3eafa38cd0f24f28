/*
** Visit: a function of the host runs inside another actor's Lua state, for an
** actor that asks.
**
** What may be asked is a fixed table (script/visit_table.h), in two sorts. One
** runs *now*, wherever the actor is suspended: idle, inside a wait, preempted,
** in a finaliser. It cannot wait, has 100 ms of CPU time, and disturbs nothing:
** it has a thread of its own. The other runs at the next *boundary*, between
** two messages or while a script receives, as an activity like a handler: it
** may wait, is preempted, and has the budgets of a message. Of an actor that
** handles several messages at a time it is one more of them.
**
** An error in it is the asker's, not the actor's. Whoever has given up by the
** time it would begin is not visited for.
**
** Threads
**   [owner]  all functions: of the asker, or of the actor that is visited
*/
#ifndef TROUPE_SCRIPT_VISIT_H
#define TROUPE_SCRIPT_VISIT_H

#include <lua.h>
#include <stdbool.h>

#include "script/body.h"
#include "script/script.h"

/* core.visit(target, name, ...) -> what the function returns. Raises what it
** raises, with a hop for it; noactor; timeout; deadlock for one that waits for
** a boundary that would wait for us. */
int visit_lua_visit(lua_State *L);

/* A VISIT has come to this actor, which is suspended or idle; taken. */
void visit_arrived(struct body *body, struct message *message);

/* Is one to begin at this boundary? */
static inline bool visit_due(const struct body *body) {
  return body->visits.first != NULL && body->started;
}

/* For an entry that runs code of a script: while it waits for something, say,
** the actor has in hand what a handler of its own would spoil. From here on it
** has nothing, until the visit is over. Now only. */
void visit_free_hands(struct body *body);

/* The actor has ended: those that wait for a boundary are told so. */
void visit_refuse_all(struct body *body);

#endif
