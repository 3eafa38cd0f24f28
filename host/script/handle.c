#include "script/handle.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/check.h"
#include "codec/format.h"
#include "script/binding.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/failure.h"
#include "script/script.h"

/* The registry's table of types: its address is the key. No script reaches it,
** so what it says of a metatable is true:
**
**   metatable -> type
**   type -> its handles: id -> userdata, weak; METATABLE -> metatable */
static const char types_key = 't';
#define METATABLE "metatable"

struct handle {
  uint64_t id;
};

const struct binding *handle_test(lua_State *L, int index, uint64_t *id) {
  const struct binding *type = NULL;
  if (lua_type(L, index) != LUA_TUSERDATA) return NULL;
  index = lua_absindex(L, index);
  if (!lua_getmetatable(L, index)) return NULL;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &types_key) == LUA_TTABLE) {
    lua_insert(L, -2);
    lua_rawget(L, -2);
    type = lua_touserdata(L, -1);
  }
  lua_pop(L, 2);
  if (type != NULL) *id = ((const struct handle *)lua_touserdata(L, index))->id;
  return type;
}

static int handle_tostring(lua_State *L) {
  uint64_t id;
  const struct binding *type = handle_test(L, 1, &id);
  bool there = true;
  char text[256] = "";
  if (type == NULL) return failure_expected(L, "handle", "a handle", 1);
  if (type->describe == NULL)
    snprintf(text, sizeof text, "%" PRIu64, id);
  else
    there = type->bindings->face->describe(type, id, text, sizeof text);
  if (there)
    lua_pushfstring(L, "%s %s", type->name, text);
  else
    lua_pushfstring(L, "%s (gone)", type->name);
  return 1;
}

/* --- Making them ---------------------------------------------------------- */

static void push_types(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &types_key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &types_key);
}

static void push_metatable(lua_State *L, const struct binding *type) {
  lua_createtable(L, 0, 4);
  binding_push(L, type);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, handle_tostring);
  lua_setfield(L, -2, "__tostring");
  lua_pushstring(L, type->name);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "__name");
  lua_setfield(L, -2, "__metatable");
}

/* [types] -> [types, the type's handles] */
static void push_new_handles(lua_State *L, const struct binding *type) {
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  push_metatable(L, type);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, METATABLE);
  lua_pushlightuserdata(L, (void *)(uintptr_t)type);
  lua_rawset(L, -4); /* the metatable stays: as a key, which is not weak */
  lua_pushvalue(L, -1);
  lua_rawsetp(L, -3, type);
}

void handle_push(lua_State *L, const struct binding *type, uint64_t id) {
  struct handle *handle;
  int top = lua_gettop(L) + 1;
  luaL_checkstack(L, 8, NULL);
  push_types(L);
  if (lua_rawgetp(L, -1, type) != LUA_TTABLE) {
    lua_pop(L, 1);
    push_new_handles(L, type);
  }
  if (lua_rawgeti(L, -1, (lua_Integer)id) != LUA_TUSERDATA) {
    lua_pop(L, 1);
    handle = lua_newuserdatauv(L, sizeof *handle, 0);
    handle->id = id;
    lua_getfield(L, -2, METATABLE);
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, (lua_Integer)id);
  }
  lua_replace(L, top);
  lua_settop(L, top);
}

/* --- Sending -------------------------------------------------------------- */

static bool pack(lua_State *L, int index, struct buffer *out) {
  uint64_t id;
  const struct binding *type = handle_test(L, index, &id);
  ASSERT(type != NULL, "the codec has found that it is a handle");
  return buffer_append(out, &id, sizeof id) &&
         buffer_append(out, type->name, strlen(type->name));
}

static void unpack(lua_State *L, const void *bytes, size_t size) {
  const struct bindings *bindings = body_of(L)->script->bindings;
  const struct binding *type;
  const char *name = (const char *)bytes + sizeof(uint64_t);
  uint64_t id;
  if (size <= sizeof id) luaL_error(L, "not an encoded handle");
  size -= sizeof id;
  memcpy(&id, bytes, sizeof id);
  type = bindings_find(bindings, BINDING_TYPE, name, size);
  if (type == NULL) {
    lua_pushlstring(L, name, size);
    failure_raise(L, FAILURE_BADARGUMENT, "this host knows no handles of "
                  "the type %s", lua_tostring(L, -1));
  }
  handle_push(L, type, id);
}

const struct codec_userdata handle_codec = {TAG_HANDLE, pack, unpack};
