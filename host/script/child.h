/*
** Child: an actor that another one is to start, native or of Lua.
**
** Threads  [owner] all functions: of the starter
*/
#ifndef TROUPE_SCRIPT_CHILD_H
#define TROUPE_SCRIPT_CHILD_H

#include <lua.h>

#include "core/actor.h"
#include "script/option.h"

/* An actor, found by nobody yet, of the behaviour whose name is at `module`:
** native, or else of Lua; its options are not applied. Raises if it cannot be
** had, or cannot have these options. */
struct actor *child_new(lua_State *L, int module,
                        const struct option_start *options);

#endif
