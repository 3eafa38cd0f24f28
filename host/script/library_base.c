/*
** The base functions that are not stock. Each does what the stock function
** of its name does, messages included, but for lazy tables and bytecode.
*/
#include <lauxlib.h>
#include <string.h>

#include "script/body.h"
#include "script/finaliser.h"
#include "script/lazy.h"
#include "script/library.h"
#include "script/pace.h"
#include "script/script.h"
#include "script/stock.h"


static const struct stock *stock_of(lua_State *L) {
  return body_of(L)->script->stock;
}

/* --- Lazy tables ---------------------------------------------------------- */

int base_next(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  lazy_settle(L, 1);
  if (lua_next(L, 1)) return 2;
  lua_pushnil(L);
  return 1;
}

static int pairs_made(lua_State *L, int status, lua_KContext context) {
  (void)L, (void)status, (void)context;
  return 3;
}

int base_pairs(lua_State *L) {
  luaL_checkany(L, 1);
  lazy_settle(L, 1);
  if (luaL_getmetafield(L, 1, "__pairs") == LUA_TNIL) {
    lua_pushcfunction(L, base_next);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
  }
  lua_pushvalue(L, 1);
  lua_callk(L, 1, 3, 0, pairs_made);
  return pairs_made(L, LUA_OK, 0);
}

int base_rawget(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkany(L, 2);
  lua_settop(L, 2);
  lazy_touch(L, 1, 2);
  lua_rawget(L, 1);
  return 1;
}

int base_rawset(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkany(L, 2);
  luaL_checkany(L, 3);
  lua_settop(L, 3);
  lazy_claim(L, 1, 2);
  lua_rawset(L, 1);
  return 1;
}

int base_getmetatable(lua_State *L) {
  luaL_checkany(L, 1);
  library_settle_strings(L, 1);
  if (lazy_is(L, 1) || !lua_getmetatable(L, 1)) {
    lua_pushnil(L);
    return 1;
  }
  if (luaL_getmetafield(L, 1, "__metatable") == LUA_TNIL &&
      lua_type(L, 1) == LUA_TUSERDATA)
    finaliser_push_copy(L, 1);
  return 1;
}

#define COLLECTING 4 /* options of collectgarbage */
#define INSTRUCTIONS_OF_KIB 64 /* they take as long as to collect it */

/* --- Finalisers ----------------------------------------------------------- */

static int finalisers_ran(lua_State *L, int status, lua_KContext results) {
  (void)L, (void)status;
  return (int)results;
}

/* Those that are due; then returns what is on top. */
static int run_finalisers(lua_State *L, int results) {
  if (finaliser_due(body_of(L))) {
    lua_pushcfunction(L, finaliser_run);
    lua_callk(L, 0, 0, results, finalisers_ran);
  }
  return results;
}

static int collected(lua_State *L, int status, lua_KContext results) {
  (void)status;
  return run_finalisers(L, (int)results);
}

/* In a finaliser all options are invalid, as in stock Lua. */
int base_collectgarbage(lua_State *L) {
  static const char *const options[] = {
      "collect", "step",     "generational", "incremental", /* COLLECTING */
      "stop",    "restart",  "count",        "setpause",
      "setstepmul", "isrunning", NULL};
  int option = luaL_checkoption(L, 1, "collect", options), results;
  if (body_of(L)->finalising != NULL) {
    luaL_pushfail(L);
    return 1;
  }
  results = stock_of(L)->collectgarbage(L);
  if (option < COLLECTING &&
      pace_passed(L, (unsigned)lua_gc(L, LUA_GCCOUNT) * INSTRUCTIONS_OF_KIB))
    return coroutine_wait(L, HOST_PREEMPT, results, collected);
  return run_finalisers(L, results);
}

int base_setmetatable(lua_State *L) {
  int type = lua_type(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2,
                   "nil or table");
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
    return luaL_error(L, "cannot change a protected metatable");
  lua_settop(L, 2);
  lazy_settle(L, 1);
  if (finaliser_setmetatable(L, 1)) return run_finalisers(L, 1);
  return 1;
}

/* --- Text only ------------------------------------------------------------ */

/* Makes the `mode` at stack index `index` one that allows no bytecode. A mode
** that asks for bytecode alone becomes `none`. */
static void forbid_bytecode(lua_State *L, int index, const char *none) {
  const char *mode = luaL_optstring(L, index, "t");
  lua_settop(L, lua_gettop(L) < index ? index : lua_gettop(L));
  lua_pushstring(L, strchr(mode, 't') ? "t" : none);
  lua_replace(L, index);
}

/* The stock function runs in place, in our frame, so that an argument error
** names `load`. A text under mode "b" is refused with the script's own mode in
** the message, as far as that is safe. */
int base_load(lua_State *L) {
  const char *text = lua_tostring(L, 1);
  bool bytecode = !text || text[0] == LUA_SIGNATURE[0];
  if (!lua_isnone(L, 1))
    forbid_bytecode(L, 3, !bytecode ? "b" : text ? "t" : "");
  return stock_of(L)->load(L);
}

int base_loadfile(lua_State *L) {
  forbid_bytecode(L, 2, "");
  return stock_of(L)->loadfile(L);
}

static int file_done(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  return lua_gettop(L) - 1;
}

int base_dofile(lua_State *L) {
  const char *file = luaL_optstring(L, 1, NULL);
  lua_settop(L, 1);
  if (luaL_loadfilex(L, file, "t") != LUA_OK) return lua_error(L);
  lua_callk(L, 0, LUA_MULTRET, 0, file_done);
  return file_done(L, LUA_OK, 0);
}
