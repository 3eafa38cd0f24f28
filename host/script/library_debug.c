/*
** What `debug` may not do here. Whatever a script does in Lua must end at
** most its own actor, and the process would go with a script that could
** exchange what C code trusts: a userdata's metatable and user values, a C
** closure's upvalues, the stack of a C function that is running (a buffer of
** gsub, say), and the unnamed registers of a Lua function (the counter of a
** `for`, a table that is being constructed), whose types the virtual machine
** takes for granted. Everything that has a name stays open.
*/
#include <lauxlib.h>
#include <string.h>

#include "script/body.h"
#include "script/finaliser.h"
#include "script/hook.h"
#include "script/lazy.h"
#include "script/library.h"
#include "script/script.h"
#include "script/stock.h"

int debug_getmetatable(lua_State *L) {
  luaL_checkany(L, 1);
  library_settle_strings(L, 1);
  if (lua_type(L, 1) == LUA_TUSERDATA)
    finaliser_push_copy(L, 1);
  else if (lazy_is(L, 1) || !lua_getmetatable(L, 1))
    lua_pushnil(L);
  return 1;
}

int debug_setmetatable(lua_State *L) {
  int type = lua_type(L, 2);
  luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2,
                   "nil or table");
  if (lua_isuserdata(L, 1))
    return luaL_error(L, "cannot change the metatable of a userdata");
  lua_settop(L, 2);
  library_settle_strings(L, 1);
  lazy_settle(L, 1);
  if (lua_istable(L, 1))
    finaliser_setmetatable(L, 1);
  else
    lua_setmetatable(L, 1);
  return 1;
}

int debug_setuservalue(lua_State *L) {
  luaL_checktype(L, 1, LUA_TUSERDATA);
  return luaL_error(L, "cannot change the values of a userdata");
}

int debug_setupvalue(lua_State *L) {
  const char *name;
  int number;
  luaL_checkany(L, 3);
  number = (int)luaL_checkinteger(L, 2);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  if (lua_iscfunction(L, 1))
    return luaL_error(L, "cannot change the values of a C function");
  lua_settop(L, 3);
  name = lua_setupvalue(L, 1, number);
  if (!name) return 0;
  lua_pushstring(L, name);
  return 1;
}

/* --- Hooks ---------------------------------------------------------------- */

/* A thread may stand before the other arguments; else it is this one, and is
** put there. */
static void settle_thread(lua_State *L) {
  if (lua_isthread(L, 1)) return;
  lua_pushthread(L);
  lua_insert(L, 1);
}

static int read_mask(const char *text, int count) {
  return (strchr(text, 'c') != NULL ? LUA_MASKCALL : 0) |
         (strchr(text, 'r') != NULL ? LUA_MASKRET : 0) |
         (strchr(text, 'l') != NULL ? LUA_MASKLINE : 0) |
         (count > 0 ? LUA_MASKCOUNT : 0);
}

/* A hook tells each call: a touch of a lazy field must not be one. */
int debug_sethook(lua_State *L) {
  int shift = lua_isthread(L, 1), mask = 0, count = 0;
  if (!lua_isnoneornil(L, shift + 1)) {
    const char *text = luaL_checkstring(L, shift + 2);
    luaL_checktype(L, shift + 1, LUA_TFUNCTION);
    count = (int)luaL_optinteger(L, shift + 3, 0);
    mask = read_mask(text, count);
  }
  library_settle(L);
  settle_thread(L);
  lua_settop(L, 2);
  hook_set(L, 1, mask, count);
  return 0;
}

int debug_gethook(lua_State *L) {
  char text[4], *end = text;
  int mask, count;
  settle_thread(L);
  if (!hook_get(L, 1, &mask, &count)) {
    luaL_pushfail(L);
    return 1;
  }
  if (mask & LUA_MASKCALL) *end++ = 'c';
  if (mask & LUA_MASKRET) *end++ = 'r';
  if (mask & LUA_MASKLINE) *end++ = 'l';
  lua_pushlstring(L, text, (size_t)(end - text));
  lua_pushinteger(L, count);
  return 3;
}

/* --- Locals --------------------------------------------------------------- */

/* A thread may stand before the other arguments: *first is the index behind
** it. There will be room for one more value on that thread's stack. */
static lua_State *thread_argument(lua_State *L, int *first) {
  lua_State *thread = lua_tothread(L, 1);
  *first = thread ? 2 : 1;
  if (!thread) return L;
  if (thread != L && !lua_checkstack(thread, 1))
    luaL_error(L, "stack overflow");
  return thread;
}

/* `level` was the argument at `index`. */
static void find_level(lua_State *L, lua_State *thread, int level, int index,
                       lua_Debug *info) {
  if (!lua_getstack(thread, level, info))
    luaL_argerror(L, index, "level out of range");
  lua_getinfo(thread, "S", info);
}

/* The temporaries of a C function are not shown: as if it had none. */
int debug_getlocal(lua_State *L) {
  lua_Debug info;
  const char *name;
  int first, level;
  lua_State *thread = thread_argument(L, &first);
  int number = (int)luaL_checkinteger(L, first + 1);
  if (lua_isfunction(L, first)) {
    lua_pushvalue(L, first);
    lua_pushstring(L, lua_getlocal(L, NULL, number));
    return 1;
  }
  level = (int)luaL_checkinteger(L, first);
  find_level(L, thread, level, first, &info);
  name = info.what[0] == 'C' ? NULL : lua_getlocal(thread, &info, number);
  if (!name) {
    luaL_pushfail(L);
    return 1;
  }
  lua_xmove(thread, L, 1);
  lua_pushstring(L, name);
  lua_insert(L, -2);
  return 2;
}

/* Variables that have a name, and the values of `...`. */
static bool may_set(lua_State *thread, lua_Debug *info, int number) {
  const char *name;
  if (info->what[0] == 'C') return false;
  name = lua_getlocal(thread, info, number);
  if (!name) return true;
  lua_pop(thread, 1);
  return name[0] != '(' || number < 0;
}

int debug_setlocal(lua_State *L) {
  lua_Debug info;
  const char *name;
  int first;
  lua_State *thread = thread_argument(L, &first);
  int level = (int)luaL_checkinteger(L, first);
  int number = (int)luaL_checkinteger(L, first + 1);
  find_level(L, thread, level, first, &info);
  luaL_checkany(L, first + 2);
  lua_settop(L, first + 2);
  if (!may_set(thread, &info, number))
    return luaL_error(L, "cannot change a value that has no name");
  lua_xmove(L, thread, 1);
  name = lua_setlocal(thread, &info, number);
  if (!name) lua_pop(thread, 1);
  lua_pushstring(L, name);
  return 1;
}
