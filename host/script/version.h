/*
** Version: another version of a module in the state of one actor.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_VERSION_H
#define TROUPE_SCRIPT_VERSION_H

#include <lua.h>
#include <stdbool.h>

#include "script/body.h"

/* Both are lua_CFunctions without arguments and results, for the reload that
** body->upgrade tells of. The first loads the version beside the old one and,
** if the actor runs on the module and that has an `upgrade`, upgrades a copy of
** its state; it may wait. The second puts in place what the first has made. */
int version_prepare(lua_State *L);
int version_install(lua_State *L);
/* Forgets what has been made. Does not raise. */
void version_drop(lua_State *L);

/* Does this actor run on the module of this name or, for "", is it a script
** that has become a behaviour? */
bool version_is_own(const struct body *body, const char *name);

#endif
