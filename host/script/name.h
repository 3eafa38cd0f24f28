/*
** Name: what becomes of who wants a name that another has.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_NAME_H
#define TROUPE_SCRIPT_NAME_H

#include <lua.h>
#include <stdint.h>

#include "core/registry.h"

/*
** Raises `exists`, with the holder. But one that is ending is no holder to
** anybody who asks: waits until it has ended, then runs `again` on the stack
** as it is now. The last statement of a binding.
*/
int name_taken(lua_State *L, struct key key, uint64_t holder,
               lua_CFunction again);

#endif
