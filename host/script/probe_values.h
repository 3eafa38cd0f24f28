/*
** Probe, values: what a host writes and reads (troupe.h), beside what Lua's
** codec makes of it. Test builds only.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_PROBE_VALUES_H
#define TROUPE_SCRIPT_PROBE_VALUES_H

#ifdef TROUPE_ASSERTS

#include <lua.h>

/* ({{"table", 1, 0}, {"integer", 7}, ...}, read) -> the values that arrive when
** these are written, or nil and why they are refused; if `read`, as a reader
** sees them. {"copy", value, key, ...} copies what a reader finds there.
** {"reset"} begins anew. */
int probe_values_write(lua_State *L);
/* (...) -> what a reader sees of them. */
int probe_values_read(lua_State *L);
/* (value, key, ...) -> what it sees there, and how many it says are left. */
int probe_values_field(lua_State *L);
/* (...) -> their bytes. */
int probe_values_bytes(lua_State *L);
/* (bytes, count) -> how much a reader found in what may be no encoding. */
int probe_values_look(lua_State *L);

#endif

#endif
