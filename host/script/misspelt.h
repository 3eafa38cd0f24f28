/*
** Misspelt: fields of a behaviour that look like others which it does not have:
** `cal`, `int`, `termiante`. Any field may be a client function of its own, so
** this is worth a line on the log, not an error.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_MISSPELT_H
#define TROUPE_SCRIPT_MISSPELT_H

#include <lua.h>

/* Warns of each in the behaviour at `index`. */
void misspelt_warn(lua_State *L, int index);

#endif
