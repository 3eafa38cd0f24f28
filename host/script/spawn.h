/*
** Spawn: troupe.start, and get-or-start.
**
** Threads  [owner] all functions: of the starter
*/
#ifndef TROUPE_SCRIPT_SPAWN_H
#define TROUPE_SCRIPT_SPAWN_H

#include <lua.h>

#include "core/actor.h"
#include "core/registry.h"

/*
** Get-or-start: one round. STATUS_OK: *pid is live. STATUS_WAIT: a wait is
** open; suspend, then call spawn_sought (which raises what went wrong) and
** go another round. `make` makes an actor and its START message when there
** is none; it may raise. May itself raise.
*/
typedef struct actor *spawn_make(lua_State *L, struct message **message);
enum status spawn_seek(lua_State *L, struct key key, spawn_make *make,
                       uint64_t *pid);
void spawn_sought(lua_State *L, struct key key);
/* For the address at index 1. */
struct actor *spawn_entity(lua_State *L, struct message **message);

/* troupe.start(module, args, options) */
int spawn_lua_start(lua_State *L);
/* core.start(module, args, options, restarts): the same, but the new actor ends
** with its starter whatever trap says. Without the option link its own end does
** not reach the starter. It is told how many were there before it. */
int spawn_lua_bound(lua_State *L);
/* As core.start, on the private worker, where there is one. */
int spawn_lua_private(lua_State *L);
/* registry.ensure(key, module, args, options) */
int spawn_lua_ensure(lua_State *L);

#endif
