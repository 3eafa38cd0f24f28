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
#include "script/body.h"

/* struct scheduler's `settle`: the seat has been given back while its worker
** was busy; `lease` as lease_give said. */
void lease_settle(struct scheduler *scheduler, struct key pool, uint32_t seat,
                  uint64_t lease);
/* A SENTINEL has come to the seat's worker. Takes the message. */
void lease_sentinel(struct scheduler *scheduler, struct message *message);

struct notes; /* script/notes.h */

/* The actor has ended: so do its pools. */
void lease_close_all(struct body *body);
/* Writes down, as lists, the pools that are its own, and which workers of
** others' it has checked out: { pool, seat }. */
void lease_note(const struct body *body, struct notes *notes);

int lease_lua_open(lua_State *L);       /* open_pool(name, size): caller's */
int lease_lua_close(lua_State *L);      /* close_pool(name) */
int lease_lua_occupied(lua_State *L);   /* occupied(name, seat) */
int lease_lua_vacated(lua_State *L);    /* vacated(name, seat) */
int lease_lua_least_busy(lua_State *L); /* least_busy(name) -> seat */
int lease_lua_hash(lua_State *L);       /* hash(key, size) -> seat */
int lease_lua_checkout(lua_State *L);   /* checkout(name, fn) */

#endif
