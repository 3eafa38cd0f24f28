/*
** Target: whom a script means by a pid, a key or an address.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_TARGET_H
#define TROUPE_SCRIPT_TARGET_H

#include <lua.h>
#include <stdint.h>

#include "core/registry.h"
#include "script/body.h"
#include "script/value.h"

/* The target at `index` as a pid: a pid itself, or whoever holds the key or
** serves the address now; ID_NONE: nobody. Raises for no target at all. */
uint64_t target_pid(lua_State *L, int index);

/* Pushes how the target at `index` reads: {"room", 7}, pool rates 2. May
** raise. */
const char *target_describe(lua_State *L, int index);

/* Pushes the error that there is none: of the target at index 1, which was
** `pid`, or ID_NONE. Nothing of the request has begun. May raise (memory). */
void target_push_absent(lua_State *L, uint64_t pid);

struct key target_key(const struct address_value *address);
/* Who is found in the registry under the key, or ID_NONE. */
uint64_t target_find(struct body *body, struct key key);

#endif
