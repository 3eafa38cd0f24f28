/*
** Probe: the module `probe`, in test builds only: what a spec may know of the
** host, and how it makes allocations fail.
*/
#ifndef TROUPE_SCRIPT_PROBE_H
#define TROUPE_SCRIPT_PROBE_H

#include <lua.h>

/* Pushes the module. */
void probe_open(lua_State *L);

#endif
