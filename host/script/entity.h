/*
** Entity addresses: who serves (module, key), started on first use.
**
** Its registry key is one that no script can write: a byte that begins no
** canonical key, the module's name, a zero, and the canonical form of the
** entity's own key.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_ENTITY_H
#define TROUPE_SCRIPT_ENTITY_H

#include <lua.h>
#include <stdbool.h>

#include "core/registry.h"
#include "script/value.h"

/* Pushes the entity's own key. */
void entity_push_key(lua_State *L, const struct address_value *address);
/* Is this registry key an entity's or a seat's? */
bool entity_owns(struct key key);

/* Pushes the address of a pool's seat; `pool` in canonical form. May raise. */
void entity_push_seat(lua_State *L, struct key pool, uint32_t seat);

/* core.entity(module, key, options): `options` a string of core.options */
int entity_lua_at(lua_State *L);
/* core.options(table) -> string: start options, checked and encoded */
int entity_lua_options(lua_State *L);
/* core.seat(pool, seat) -> address; seats count from 0 */
int entity_lua_seat(lua_State *L);

#endif
