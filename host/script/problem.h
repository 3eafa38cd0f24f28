/*
** Problem: how a script hears of an I/O error.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_PROBLEM_H
#define TROUPE_SCRIPT_PROBLEM_H

#include <lua.h>

/* Pushes nil, "ECONNRESET: connection reset by peer", "ECONNRESET" for a
** negative error code of the io layer; returns 3. */
int problem_push(lua_State *L, int error);

#endif
