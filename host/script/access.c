#include "script/access.h"

#include <lauxlib.h>

/* A chain of __index or __newindex that is longer is left to Lua. */
#define CHAIN_LARGEST 1000

static bool has_field(lua_State *L, const char *event) {
  bool found;
  lua_pushstring(L, event);
  found = lua_rawget(L, -2) != LUA_TNIL;
  lua_pop(L, 1);
  return found;
}

bool access_metatable_is_plain(lua_State *L, int needs) {
  bool has = (needs & ACCESS_LENGTH && has_field(L, "__len")) ||
             (needs & ACCESS_SET && has_field(L, "__newindex")) ||
             (needs & ACCESS_GET && has_field(L, "__index"));
  lua_pop(L, 1);
  return !has;
}

void access_check(lua_State *L, int index, int needs) {
  bool usable;
  if (lua_type(L, index) == LUA_TTABLE) return;
  usable = lua_getmetatable(L, index);
  if (usable) {
    usable = (!(needs & ACCESS_GET) || has_field(L, "__index")) &&
             (!(needs & ACCESS_SET) || has_field(L, "__newindex")) &&
             (!(needs & ACCESS_LENGTH) || has_field(L, "__len"));
    lua_pop(L, 1);
  }
  if (!usable) luaL_checktype(L, index, LUA_TTABLE);
}

/* Pushes the element, if it is there, so that no metamethod is asked. */
static bool get_raw(lua_State *L, int index, lua_Integer key) {
  if (lua_type(L, index) != LUA_TTABLE) return false;
  if (lua_rawgeti(L, index, key) != LUA_TNIL) return true;
  lua_pop(L, 1);
  return false;
}

/* Sets it to the value on top, if it is there. */
static bool set_raw(lua_State *L, int index, lua_Integer key) {
  if (!get_raw(L, index, key)) return false;
  lua_pop(L, 1);
  lua_rawseti(L, index, key);
  return true;
}

bool access_copy(lua_State *L, int source, lua_Integer from, int target,
                 lua_Integer to) {
  if (!get_raw(L, source, from)) return false;
  if (set_raw(L, target, to)) return true;
  lua_pop(L, 1);
  return false;
}

/*
** With the value to be indexed on top: follows its metamethods, which put one
** value after another in its place. True: it has come to a function, pushed.
** False: an access to what is on top now calls none (or raises).
*/
static bool follow(lua_State *L, lua_Integer key, const char *event) {
  int links;
  for (links = 0; links < CHAIN_LARGEST; links++) {
    int type;
    if (get_raw(L, -1, key)) {
      lua_pop(L, 1);
      return false;
    }
    type = luaL_getmetafield(L, -1, event);
    if (type == LUA_TNIL) return false;
    if (type == LUA_TFUNCTION) return true;
    lua_remove(L, -2);
  }
  return false;
}

void access_get(lua_State *L, int index, lua_Integer key,
                lua_KContext context, lua_KFunction k) {
  if (get_raw(L, index, key)) return;
  lua_pushvalue(L, index);
  if (follow(L, key, "__index")) {
    lua_insert(L, -2);
    lua_pushinteger(L, key);
    lua_callk(L, 2, 1, context, k);
  } else {
    lua_geti(L, -1, key);
    lua_remove(L, -2);
  }
}

void access_set(lua_State *L, int index, lua_Integer key,
                lua_KContext context, lua_KFunction k) {
  int value = lua_gettop(L);
  if (set_raw(L, index, key)) return;
  lua_pushvalue(L, index);
  if (follow(L, key, "__newindex")) {
    lua_insert(L, value);
    lua_insert(L, value + 1);
    lua_pushinteger(L, key);
    lua_insert(L, value + 2);
    lua_callk(L, 3, 0, context, k);
  } else {
    lua_insert(L, value);
    lua_seti(L, value, key);
    lua_pop(L, 1);
  }
}

void access_length(lua_State *L, int index, lua_KContext context,
                   lua_KFunction k) {
  if (lua_type(L, index) == LUA_TSTRING ||
      luaL_getmetafield(L, index, "__len") == LUA_TNIL) {
    lua_len(L, index);
    return;
  }
  lua_pushvalue(L, index);
  lua_pushvalue(L, index);
  lua_callk(L, 2, 1, context, k);
}

lua_Integer access_pop_length(lua_State *L) {
  int integral;
  lua_Integer length = lua_tointegerx(L, -1, &integral);
  if (!integral) luaL_error(L, "object length is not an integer");
  lua_pop(L, 1);
  return length;
}

/* Calls the metamethod of either; false: they have none. */
static bool call_either(lua_State *L, int left, int right, const char *event,
                        lua_KContext context, lua_KFunction k) {
  if (luaL_getmetafield(L, left, event) == LUA_TNIL &&
      luaL_getmetafield(L, right, event) == LUA_TNIL)
    return false;
  lua_pushvalue(L, left);
  lua_pushvalue(L, right);
  lua_callk(L, 2, 1, context, k);
  return true;
}

static bool are_both(lua_State *L, int left, int right, int type) {
  return lua_type(L, left) == type && lua_type(L, right) == type;
}

void access_less(lua_State *L, int left, int right, lua_KContext context,
                 lua_KFunction k) {
  bool basic = are_both(L, left, right, LUA_TNUMBER) ||
               are_both(L, left, right, LUA_TSTRING);
  if (basic || !call_either(L, left, right, "__lt", context, k))
    lua_pushboolean(L, lua_compare(L, left, right, LUA_OPLT));
}

void access_equal(lua_State *L, int left, int right, lua_KContext context,
                  lua_KFunction k) {
  bool asked = are_both(L, left, right, LUA_TTABLE) ||
               are_both(L, left, right, LUA_TUSERDATA);
  if (!asked || lua_rawequal(L, left, right) ||
      !call_either(L, left, right, "__eq", context, k))
    lua_pushboolean(L, lua_rawequal(L, left, right));
}
