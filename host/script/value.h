/*
** Value: the values of our own that scripts hold: pids, froms, addresses.
**
** A pid is a light userdata whose bits are the pid (core/id.h), so equal pids
** are == and the same table key, and cost nothing. The metatable of light
** userdata, set once per state, gives it __tostring ("<0.17.3>") and __name
** "pid"; any other light userdata prints as stock does.
*/
#ifndef TROUPE_SCRIPT_VALUE_H
#define TROUPE_SCRIPT_VALUE_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/actor.h"

struct codec_userdata; /* script/codec.h */

void value_push_pid(lua_State *L, uint64_t pid); /* ID_NONE pushes nil */
bool value_is_pid(lua_State *L, int index);
uint64_t value_pid(lua_State *L, int index); /* ID_NONE if it is none */

/* `from`: who waits for a reply (epoch 0: a cast's sender). A userdata with
** one field, `.pid`; __eq by value; can be sent. */
void value_push_from(lua_State *L, struct waiter from);
bool value_from(lua_State *L, int index, struct waiter *from);

/*
** An address: whoever serves a registry key, started on demand (an entity) or
** a seat of a pool. Immutable userdata: three strings. __eq and __tostring
** ("entity account 17", "pool rates 2"); can be sent.
*/
enum address_kind { ADDRESS_ENTITY, ADDRESS_SEAT };
struct address_value {
  enum address_kind kind;
  const unsigned char *key; /* canonical registry key, codec_key */
  size_t key_size;
  const char *module;       /* ENTITY: module to start; NUL-terminated */
  size_t module_size;
  const unsigned char *start; /* ENTITY: encoded { args..., options } */
  size_t start_size;
};
/* The strings are copied. */
void value_push_address(lua_State *L, const struct address_value *address);
/* False if it is none; the pointers live as long as the value. */
bool value_address(lua_State *L, int index, struct address_value *address);

/* How they travel: for the codec. */
extern const struct codec_userdata value_from_codec, value_address_codec;

/* The metatable of light userdata; once per state, by state.c. */
void value_install(lua_State *L);

#endif
