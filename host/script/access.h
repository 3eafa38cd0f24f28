/*
** Access: what t[i], #t and a < b do, for our functions of C that may wait.
**
** lua_geti and its kin call a metamethod in a way that it cannot yield from:
** neither could it make a call, nor could the actor be preempted as long as it
** runs. These call it by lua_callk. When a metamethod has waited, the function
** goes on in `k`, with `context`, and the stack as if the access had returned.
** Whatever is wrong raises what Lua raises.
**
** Threads  [owner] all functions
** Indices  Stack indices are absolute (positive). A few free slots, below
**          LUA_MINSTACK, are expected.
*/
#ifndef TROUPE_SCRIPT_ACCESS_H
#define TROUPE_SCRIPT_ACCESS_H

#include <lua.h>
#include <stdbool.h>

#include "base/check.h"

/* What an argument that is not a table must have a metamethod for. */
enum {
  ACCESS_GET = 1,
  ACCESS_SET = 2,
  ACCESS_LENGTH = 4,
  ACCESS_LIST = ACCESS_GET | ACCESS_SET | ACCESS_LENGTH
};

/* Pops a metatable; false: it has one of these. */
bool access_metatable_is_plain(lua_State *L, int needs);

/* Raises an argument error unless the value can be used so. */
void access_check(lua_State *L, int index, int needs);

/* A table that has no metamethods for these: what is done with it may be done
** by lua_geti and lua_seti. */
static inline bool access_is_plain(lua_State *L, int index, int needs) {
  if (lua_type(L, index) != LUA_TTABLE) return false;
  if (likely(!lua_getmetatable(L, index))) return true;
  return access_metatable_is_plain(L, needs);
}

/* Pushes the element `key` of the value at `index`. */
void access_get(lua_State *L, int index, lua_Integer key,
                lua_KContext context, lua_KFunction k);
/* Sets it to the value on top, and pops that. */
void access_set(lua_State *L, int index, lua_Integer key,
                lua_KContext context, lua_KFunction k);
/* Copies an element over another. False, and nothing done: one of them is not
** there, and a metamethod may have to be asked. */
bool access_copy(lua_State *L, int source, lua_Integer from, int target,
                 lua_Integer to);
/* Pushes the length, to be made an integer by access_pop_length: as the
** first thing in the continuation, too. */
void access_length(lua_State *L, int index, lua_KContext context,
                   lua_KFunction k);
lua_Integer access_pop_length(lua_State *L);
/* Pushes a value that is true if that at `left` is less than that at `right`,
** or if they are equal. */
void access_less(lua_State *L, int left, int right, lua_KContext context,
                 lua_KFunction k);
void access_equal(lua_State *L, int left, int right, lua_KContext context,
                  lua_KFunction k);

#endif
