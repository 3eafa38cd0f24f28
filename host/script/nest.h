/*
** Nest: hooks that work inside of a hook function.
**
** While a thread runs a hook function Lua calls no hook on it: a script's own
** (debug.sethook) that loops could be neither interrupted nor ended. The flag
** that says so has no name in Lua's interface, but a fixed place in all of 5.4.
** Nobody takes that on trust: a host tries it once, and does without it if it
** is not as expected.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_NEST_H
#define TROUPE_SCRIPT_NEST_H

#include <lua.h>
#include <stdbool.h>

/* Is the flag where it is expected? On a thread without a hook. May raise. */
bool nest_works(lua_State *L);

/* From inside a hook function of L: hooks fire again on it, until the function
** returns. Only where nest_works. */
void nest_allow(lua_State *L);

#endif
