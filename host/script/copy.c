/*
** Both walk with a list of what is still to be looked at, not by recursion, so
** that no data is too deep for them and they can stop anywhere. What they keep
** is in Lua tables, within the memory of the actor, and goes with the call.
*/
#include "script/copy.h"

#include <lauxlib.h>

#include "base/check.h"
#include "script/finaliser.h"
#include "script/lazy.h"
#include "script/library.h"
#include "script/pace.h"

/* Stack of copy_run; between tables SOURCE is the top. */
enum { VALUE = 1, SEEN, LIST, SOURCE, TARGET, FIELD };

/* --- What is no data ------------------------------------------------------ */

/* Notes in SEEN that the value on top is its own copy. */
static void note(lua_State *L, int seen) {
  lua_pushvalue(L, -1);
  lua_rawset(L, seen);
}

static void note_top_levels(lua_State *L, int seen) {
  int loaded;
  lua_pushglobaltable(L);
  note(L, seen);
  library_push_loaded(L);
  loaded = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, loaded);) {
    lua_pushvalue(L, -1);
    if (lua_istable(L, -1))
      note(L, seen);
    else
      lua_pop(L, 1);
    lua_pop(L, 1);
  }
  note(L, seen);
}

static bool has_finaliser(lua_State *L, int index) {
  bool has;
  if (!lua_getmetatable(L, index)) return false;
  lua_pushliteral(L, "__gc");
  has = lua_rawget(L, -2) != LUA_TNIL;
  lua_pop(L, 2);
  return has;
}

static void append(lua_State *L, int list, int index) {
  lua_pushvalue(L, index);
  lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
}

/* --- Copying -------------------------------------------------------------- */

/* Replaces the value on top by its copy, which may still have to be filled. */
static void exchange_top(lua_State *L) {
  int value = lua_gettop(L);
  if (lua_type(L, value) != LUA_TTABLE) return;
  lua_pushvalue(L, value);
  if (lua_rawget(L, SEEN) == LUA_TNIL) {
    if (lazy_is(L, value) || has_finaliser(L, value)) {
      lua_settop(L, value);
      return;
    }
    lua_pop(L, 1);
    lua_createtable(L, (int)(lua_rawlen(L, value) & 0xFFFFFF), 0);
    lua_pushvalue(L, value);
    lua_pushvalue(L, -2);
    lua_rawset(L, SEEN);
    append(L, LIST, value);
  }
  lua_replace(L, value);
}

static int fill_on(lua_State *L, int status, lua_KContext at);

/* The field whose key is on top and what follows it; false: make way first. */
static bool fill(lua_State *L) {
  int steps = pace_steps(L);
  while (lua_next(L, SOURCE)) {
    lua_pushvalue(L, FIELD);
    exchange_top(L);
    lua_insert(L, -2);
    exchange_top(L);
    lua_rawset(L, TARGET);
    if (--steps > 0) continue;
    if (pace_over(L)) return false;
    steps = pace_steps(L);
  }
  return true;
}

/* Pushes the table `at` of the list, its copy, and the key to begin with. */
static void begin(lua_State *L, lua_KContext at) {
  lua_rawgeti(L, LIST, at);
  lua_pushvalue(L, SOURCE);
  lua_rawget(L, SEEN);
  if (lua_getmetatable(L, SOURCE)) lua_setmetatable(L, TARGET);
  lua_pushnil(L);
}

static int fill_all(lua_State *L, lua_KContext at) {
  while (fill(L)) {
    lua_settop(L, LIST);
    if (at++ == (lua_KContext)lua_rawlen(L, LIST)) {
      lua_settop(L, VALUE);
      return 1;
    }
    begin(L, at);
  }
  return coroutine_wait(L, HOST_PREEMPT, at, fill_on);
}

static int fill_on(lua_State *L, int status, lua_KContext at) {
  (void)status;
  return fill_all(L, at);
}

int copy_run(lua_State *L) {
  lua_settop(L, VALUE);
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  lua_newtable(L);
  lua_newtable(L);
  note_top_levels(L, SEEN);
  lua_pushvalue(L, VALUE);
  exchange_top(L);
  lua_replace(L, VALUE);
  lua_settop(L, LIST);
  if (lua_rawlen(L, LIST) == 0) {
    lua_settop(L, VALUE);
    return 1;
  }
  begin(L, 1);
  return fill_all(L, 1);
}

/* --- Exchanging ----------------------------------------------------------- */

/* Stack of copy_exchange; between things MET is the top. */
enum { FROM = 1, TO, NOTED, MET, THING, KEY };

/* Takes the value on top: it is to be looked at, unless it has been. */
static void meet(lua_State *L) {
  int value = lua_gettop(L);
  int type = lua_type(L, value);
  if (type == LUA_TTABLE || type == LUA_TFUNCTION) {
    lua_pushvalue(L, value);
    if (lua_rawget(L, NOTED) == LUA_TNIL) {
      append(L, MET, value);
      lua_pushvalue(L, value);
      note(L, NOTED);
    }
  }
  lua_settop(L, value - 1);
}

static void exchange_metatable(lua_State *L) {
  if (!lua_getmetatable(L, THING)) return;
  if (lua_rawequal(L, -1, FROM)) {
    lua_pop(L, 1);
    lua_pushvalue(L, TO);
    finaliser_setmetatable(L, THING);
  } else {
    meet(L);
  }
}

static void exchange_upvalues(lua_State *L) {
  for (int i = 1; lua_getupvalue(L, THING, i) != NULL; i++) {
    if (lua_rawequal(L, -1, FROM)) {
      lua_pop(L, 1);
      lua_pushvalue(L, TO);
      lua_setupvalue(L, THING, i);
    } else {
      meet(L);
    }
  }
}

/* As fill. */
static bool exchange_fields(lua_State *L) {
  int steps = pace_steps(L);
  while (lua_next(L, THING)) {
    if (lua_rawequal(L, -1, FROM)) {
      lua_pop(L, 1);
      lua_pushvalue(L, KEY);
      lua_pushvalue(L, TO);
      lua_rawset(L, THING);
    } else {
      meet(L);
    }
    lua_pushvalue(L, KEY);
    meet(L);
    if (--steps > 0) continue;
    if (pace_over(L)) return false;
    steps = pace_steps(L);
  }
  return true;
}

static int exchange_on(lua_State *L, int status, lua_KContext at);

/* From the thing `at` of the list on; the key to go on with is on top, if it is
** a table that has been begun. */
static int exchange_all(lua_State *L, lua_KContext at) {
  for (;;) {
    if (lua_gettop(L) == KEY && !exchange_fields(L))
      return coroutine_wait(L, HOST_PREEMPT, at, exchange_on);
    lua_settop(L, MET);
    if (at++ == (lua_KContext)lua_rawlen(L, MET)) return 0;
    lua_rawgeti(L, MET, at);
    if (lua_isfunction(L, THING)) {
      exchange_upvalues(L);
      continue;
    }
    exchange_metatable(L);
    lua_pushnil(L);
  }
}

static int exchange_on(lua_State *L, int status, lua_KContext at) {
  (void)status;
  return exchange_all(L, at);
}

int copy_exchange(lua_State *L) {
  int roots = lua_gettop(L) - TO;
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  lua_newtable(L);
  lua_insert(L, NOTED);
  lua_newtable(L);
  lua_insert(L, MET);
  note_top_levels(L, NOTED);
  while (roots-- > 0) meet(L);
  return exchange_all(L, 0);
}
