/*
** Coroutine: the coroutine library of an actor, through which a wait passes.
**
** A call made inside a coroutine, ten pcalls deep, suspends the whole actor,
** not the coroutine: the thread yields to us with body->yielded set, our
** resume sees that and yields on outwards, up to the lua_resume in turn.c;
** when the wait has ended everything is resumed the same way, inwards. The
** script sees none of it.
*/
#ifndef TROUPE_SCRIPT_COROUTINE_H
#define TROUPE_SCRIPT_COROUTINE_H

#include <lua.h>
#include <stdbool.h>

#include "script/body.h"

extern const struct lazy_table coroutine_library;

/* May this thread wait now? False inside a C call that Lua cannot yield over
** (a reader of load, a __tostring), or on a thread that the host did not
** resume. */
bool coroutine_can_wait(lua_State *L);

/*
** Suspends the actor: the last statement of a binding, on whatever thread it
** runs. `k` is called when the actor is resumed, on the same thread, with its
** stack as it was. coroutine_can_wait must hold.
**
** Before it resumes the main thread, the first time and after this, the host
** sets body->yielded to HOST_NONE and body->running to body->L. A hook that
** preempts asks coroutine_can_wait too, sets body->yielded to HOST_PREEMPT and
** yields without values.
*/
int coroutine_wait(lua_State *L, enum host_yield why, lua_KContext context,
                   lua_KFunction k);

/* core.evaluate(number, fn, ...) -> true, its results; or false, what it has
** raised, the stack's text. Meanwhile core.interrupt(self, number) ends it:
** then what it has raised is `interrupted` (script/interrupt.h). */
int coroutine_lua_evaluate(lua_State *L);

/* The coroutine that this thread is resuming, or had resumed when the actor
** was suspended; NULL: none. For who looks at an actor from outside or from a
** hook: not on the thread that is running. Does not raise. */
lua_State *coroutine_inner(lua_State *thread);

/* The main thread, suspended by a wait, will not be resumed: closes the
** coroutines that it has resumed, the innermost first. */
void coroutine_unwind(lua_State *L);

#endif
