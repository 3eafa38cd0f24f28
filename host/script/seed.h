/*
** Seeds: what Lua begins its hashes of strings and its math.random with.
**
** By itself it takes the time and some addresses, so that nobody outside can
** know them; and whatever goes through a table with pairs goes by those hashes.
** A host whose scheduler is `seeded` does the same each time: there they come
** of that seed. math.random's is another one for each actor.
**
** The linker leads here (--wrap, in the Makefile and scripts/build/piece.sh)
** the one call of luaS_hash that is not made where that is defined: it is what
** a new state's seed is made with.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_SCRIPT_SEED_H
#define TROUPE_SCRIPT_SEED_H

#include <lua.h>
#include <stddef.h>

/* luaL_newstate, for what is no actor's: it has the same hashes everywhere,
** since whoever starts a host chooses what comes into it. NULL: no memory. */
lua_State *seed_new_state(void);

/* With the math library on top, just opened. May raise. [owner] */
void seed_settle_math(lua_State *L);

unsigned __real_luaS_hash(const char *text, size_t size, unsigned seed);
unsigned __wrap_luaS_hash(const char *text, size_t size, unsigned seed);

#endif
