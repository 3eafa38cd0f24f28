/*
** Failure: error objects.
**
** A table { kind, message, trace, begun, reason, pid } with a metatable whose
** __tostring prints every hop. `trace` is a list of hops, the one where it
** happened first: { pid, behaviour, name, request, stack }; `name` is a key
** that the actor is registered under, as text. `begun` is a boolean
** where a request was involved, else nil. Error objects can be sent. A timeout
** also has `waited` and often `culprit`, `position`, `queued` (culprit.h), a
** deadlock `circle` (deadlock.h); their stacks are printed, too.
**
**   exit: account.lua:12: boom
**     in <0.17.3> account, call "withdraw"
**       account.lua:12: in field 'withdraw'
**     called by <0.9.1> teller, call "pay"
**       teller.lua:8: in field 'pay'
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FAILURE_H
#define TROUPE_SCRIPT_FAILURE_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

#define FAILURE_LIST(X) \
  X(EXIT, "exit")       \
  X(NOACTOR, "noactor") \
  X(TIMEOUT, "timeout") \
  X(DEADLOCK, "deadlock") \
  X(OVERLOAD, "overload") \
  X(BADREQUEST, "badrequest") \
  X(BADARGUMENT, "badargument") \
  X(EXISTS, "exists") \
  X(INTERRUPTED, "interrupted") \
  X(CANCELLED, "cancelled")

struct class; /* script/class.h */

enum failure {
#define FAILURE_NAME(name, text) FAILURE_##name,
  FAILURE_LIST(FAILURE_NAME)
#undef FAILURE_NAME
};

/* Pushes an error object without a trace; message by lua_pushfstring rules
** (%s %d %I %f %p %c %U %%). May raise (memory). */
void failure_push(lua_State *L, enum failure kind, const char *format, ...);
/* Pushes it with the position of the caller in front of the message, or of
** who called that if it is of lua/troupe, and raises.
** For `return failure_raise(...)`. */
int failure_raise(lua_State *L, enum failure kind, const char *format, ...);
/* "expected timeout to be a number, got "5s"": the value at `index`. `type`
** brings its article ("a number"). Raises badargument. */
int failure_expected(lua_State *L, const char *what, const char *type,
                     int index);

/* The userdata of this class at `index`; raises "expected WHAT to be a ..." if
** it is none. */
void *failure_check(lua_State *L, int index, const struct class *class,
                    const char *what);

bool failure_is(lua_State *L, int index);
enum failure failure_kind(lua_State *L, int index); /* failure_is holds */
void failure_set_begun(lua_State *L, int index, bool begun);

/*
** Makes the value at the top, whatever it is, an error object: one that is an
** object already stays; else kind `exit`, message its text, reason the value
** itself if it can be sent. A value's own __tostring is asked, so this may
** run script code, and raise what that raises, or for memory.
*/
void failure_from(lua_State *L);

/* Adds a hop to the object at `index`: this actor, the request in hand as it
** is to be printed (`call "withdraw"`, or NULL), and `stack`. May raise
** (memory). */
void failure_add_hop(lua_State *L, int index, const char *request,
                     const char *stack, size_t size);

/* Is the last hop of the object at `index` this actor's? May raise (memory). */
bool failure_is_own(lua_State *L, int index);

/*
** The Lua stack of thread L from `level`, innermost first, one line a
** function: "file.lua:12: in field 'withdraw'", C functions as "[C]: in ...";
** at most 22 lines, the middle cut as luaL_traceback does. The C function of
** the host at the bottom is left out, and functions of lua/troupe there, below
** a script's own. Never raises and allocates nothing in
** the state. False: no memory for the text.
*/
bool failure_stack(lua_State *L, int level, struct buffer *out);

/* Sets the field `name` of the table at the top, which is about this actor. May
** raise (memory). */
void failure_set_name(lua_State *L, uint64_t pid);

/* Text of the value at `index` for a message: strings in quotes, long ones cut
** at 60 bytes, tables as "table". Pushes a string. May raise (memory). */
const char *failure_describe(lua_State *L, int index);

/* The __tostring of error objects, a lua_CFunction. */
int failure_tostring(lua_State *L);

/* Pushes the shared metatable of error objects. */
void failure_metatable(lua_State *L);

#endif
