/*
** Wait: what all bindings that wait have in common.
**
**   epoch = wait_open(L, WAIT_CALL, pid, true);
**   ... make it known: push a message, queue as a waiter ...
**   return coroutine_wait(L, HOST_WAIT, 0, continuation);
**
** and in the continuation wait_outcome(L) says how it ended.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_WAIT_H
#define TROUPE_SCRIPT_WAIT_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/actor.h"
#include "core/message.h"
#include "script/body.h"
#include "script/doing.h"

#define WAIT_DEFAULT (UINT64_C(5) * 1000000000) /* nanoseconds */

/* Raises an error if this thread cannot wait here. */
void wait_check(lua_State *L);

/*
** Opens a wait and returns its epoch. The deadline is that of the scope;
** `bounded`: 5 s where there is none. Raises `timeout` if it has passed
** already. The caller has checked that it can wait.
*/
uint64_t wait_open(lua_State *L, enum wait_kind kind, uint64_t target,
                   bool bounded);
/* The deadline that it would have; raises as it does. */
uint64_t wait_deadline(lua_State *L, bool bounded);
/* The same, ending at `until` at the latest; *capped: the scope's deadline is
** earlier and will raise. */
uint64_t wait_open_until(lua_State *L, enum wait_kind kind, uint64_t target,
                         uint64_t until, bool *capped);
/* The wait has not been made known to anybody: takes it back. */
void wait_cancel(lua_State *L);

/* The outcome message of the wait that has just ended; stays the body's. */
struct message *wait_outcome(lua_State *L);

/* Raises what the outcome says, unless it is a reply or a retry: then it just
** returns. A timeout asks others first, so it may suspend the actor before it
** raises: the binding's stack stays, its continuation does not come back.
** `what` is what was waited for, for the text: it names the value at
** stack index `index` ("reply to", 2). */
void wait_raise(lua_State *L, uint64_t target, const char *what, int index);

/* Adds this actor's hop to the error object at the top and raises it. */
static inline int wait_throw(lua_State *L) { return doing_throw(L); }

/* troupe.timeout, troupe.shield, troupe.sleep */
int wait_lua_timeout(lua_State *L);
int wait_lua_shield(lua_State *L);
int wait_lua_sleep(lua_State *L);

#endif
