/*
** What lua/troupe/pool.lua is made of: seats, leases, choosing.
**
** The seat i of pool P has the registry key { "troupe.pool", P..., i }.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FACE_LEASE_H
#define TROUPE_SCRIPT_FACE_LEASE_H

#include <lua.h>

#include "core/scheduler.h"

/* struct scheduler's `settle`. */
void lease_settle(struct scheduler *scheduler, struct key pool, uint32_t seat);

int lease_lua_open(lua_State *L);       /* open_pool(name, size) */
int lease_lua_close(lua_State *L);      /* close_pool(name) */
int lease_lua_size(lua_State *L);       /* pool_size(name) -> integer or nil */
int lease_lua_occupied(lua_State *L);   /* occupied(name, seat) */
int lease_lua_vacated(lua_State *L);    /* vacated(name, seat) */
int lease_lua_least_busy(lua_State *L); /* least_busy(name) -> seat */
int lease_lua_hash(lua_State *L);       /* hash(key, size) -> seat */
int lease_lua_checkout(lua_State *L);   /* checkout(name, fn) */

#endif
