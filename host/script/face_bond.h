/*
** Who belongs to whom, as a script may list it.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FACE_BOND_H
#define TROUPE_SCRIPT_FACE_BOND_H

#include <lua.h>

/*
** core.bonds(limit[, others]) -> a list, and how many there are in all: the
** actors that end with who started them, or, with `others`, the rest, but for
** the host's own, as their slots tell it, in no order. An entry: pid, starter,
** bond ("child" or "task"), behaviour, restarts, and `name`, a key that it is
** registered under, as text.
*/
int bond_lua_bonds(lua_State *L);
/* core.name(pid) -> that text, or nil */
int bond_lua_name(lua_State *L);

#endif
