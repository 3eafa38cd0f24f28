/*
** Field: one field of the table at the top of the stack. Each may raise
** (memory).
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FIELD_H
#define TROUPE_SCRIPT_FIELD_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "script/value.h"

/* None for NULL. */
static inline void field_text(lua_State *L, const char *name,
                              const char *text) {
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

static inline void field_integer(lua_State *L, const char *name,
                                 uint64_t value) {
  lua_pushinteger(L, (lua_Integer)value);
  lua_setfield(L, -2, name);
}

static inline void field_number(lua_State *L, const char *name, double value) {
  lua_pushnumber(L, value);
  lua_setfield(L, -2, name);
}

static inline void field_boolean(lua_State *L, const char *name, bool value) {
  lua_pushboolean(L, value);
  lua_setfield(L, -2, name);
}

/* None for ID_NONE. */
static inline void field_pid(lua_State *L, const char *name, uint64_t pid) {
  value_push_pid(L, pid);
  lua_setfield(L, -2, name);
}

#endif
