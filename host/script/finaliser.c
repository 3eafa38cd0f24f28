/*
** An object that is to be finalised has an entry in a table with weak keys,
** whose value, the *sentinel*, is a userdata that has the object as its user
** value. When nothing but the table leads to the object, nothing leads to the
** sentinel either: the collector finds it dead, revives it and, by it, the
** object, and calls the sentinel's finaliser, which is C: it appends the
** sentinel to the queue, a list linked by their second user values, with its
** ends in the registry. Those places exist from the first sentinel on, so it
** takes no memory; what the call itself may take (a larger stack) the allocator
** does not refuse (alloc.c).
**
** The order is Lua's, as sentinels are made in the order in which objects are
** marked: within one cycle the youngest is first. At the end the table is
** dropped and a cycle run: then all are in the queue.
*/
#include "script/finaliser.h"

#include <lauxlib.h>
#include <limits.h>

#include "base/check.h"
#include "script/class.h"

enum { VALUE_OBJECT = 1, VALUE_NEXT, VALUES = VALUE_NEXT };

/* Keys in the registry. */
static const char table_key = 'g', events_key = 'e', copies_key = 'c';
static const char first_key = 'f', last_key = 'l'; /* false: empty */

/* --- The queue ------------------------------------------------------------ */

/* The collector calls it with a sentinel, or a state that is being closed:
** then nothing will run any more. */
static int append(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &last_key);
  lua_pushvalue(L, 1);
  if (lua_isuserdata(L, -2)) {
    lua_setiuservalue(L, -2, VALUE_NEXT);
  } else {
    lua_rawsetp(L, LUA_REGISTRYINDEX, &first_key);
  }
  lua_pushvalue(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &last_key);
  body_of(L)->finalisers++;
  return 0;
}

/* Pushes the first sentinel. */
static void push_first(lua_State *L) {
  struct body *body = body_of(L);
  bool more;
  ASSERT(body->finalisers > 0, "the queue is not empty");
  lua_rawgetp(L, LUA_REGISTRYINDEX, &first_key);
  more = lua_getiuservalue(L, -1, VALUE_NEXT) == LUA_TUSERDATA;
  ASSERT(more == (body->finalisers > 1), "the list is as long as it says");
  if (!more) {
    lua_pop(L, 1);
    lua_pushboolean(L, false);
    lua_pushboolean(L, false);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &last_key);
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, &first_key);
  body->finalisers--;
}

/* --- Marking -------------------------------------------------------------- */

static void push_false(lua_State *L, const void *key) {
  lua_pushboolean(L, false);
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

/* What all sentinels need, once. */
static void prepare(lua_State *L) {
  struct body *body = body_of(L);
  if (body->finalises) return;
  push_false(L, &first_key);
  push_false(L, &last_key);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, append);
  lua_setfield(L, -2, "__gc");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &events_key);
  class_push_weak(L, &table_key);
  lua_pop(L, 1);
  body->finalises = true;
}

/* Who has a sentinel already keeps its place in the order. */
static void mark(lua_State *L, int object) {
  int top = lua_gettop(L);
  prepare(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &table_key);
  lua_pushvalue(L, object);
  if (lua_rawget(L, top + 1) == LUA_TNIL) {
    lua_pushvalue(L, object);
    lua_newuserdatauv(L, 0, VALUES);
    lua_pushvalue(L, -1);
    lua_insert(L, -3);
    lua_rawset(L, top + 1);
    lua_pushvalue(L, object);
    lua_setiuservalue(L, -2, VALUE_OBJECT);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &events_key);
    lua_setmetatable(L, -2);
  }
  lua_settop(L, top);
}

/* The sentinel is about to do its work: from now on the object is as any. */
static void unmark(lua_State *L, int object) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &table_key) == LUA_TTABLE) {
    lua_pushvalue(L, object);
    lua_pushnil(L);
    lua_rawset(L, -3);
  }
  lua_pop(L, 1);
}

/* Stack: the metatable, its __gc, "__gc". Between hiding the field and putting
** it back nothing is allocated, so nothing can raise and no collector runs; and
** the write that puts it back makes Lua forget that it found none. */
static void set_hidden(lua_State *L, int index) {
  int meta = lua_gettop(L) - 2;
  lua_pushvalue(L, -1);
  lua_pushnil(L);
  lua_rawset(L, meta);
  lua_pushvalue(L, meta);
  lua_setmetatable(L, index);
  lua_pushvalue(L, -1);
  lua_pushvalue(L, -3);
  lua_rawset(L, meta);
  lua_settop(L, meta - 1);
}

bool finaliser_setmetatable(lua_State *L, int index) {
  index = lua_absindex(L, index);
  luaL_checkstack(L, 12, NULL);
  if (lua_istable(L, -1)) {
    lua_pushliteral(L, "__gc");
    if (unlikely(lua_rawget(L, -2) != LUA_TNIL)) {
      if (!body_of(L)->over) mark(L, index);
      lua_pushliteral(L, "__gc");
      set_hidden(L, index);
      return true;
    }
    lua_pop(L, 1);
  }
  lua_setmetatable(L, index);
  return false;
}

/* --- Running -------------------------------------------------------------- */

/* [sentinel] -> [finaliser, object], or nothing if it has none any more. */
static bool push_call(lua_State *L) {
  int sentinel = lua_gettop(L), object = sentinel + 1;
  lua_getiuservalue(L, sentinel, VALUE_OBJECT);
  lua_pushnil(L);
  lua_setiuservalue(L, sentinel, VALUE_NEXT);
  unmark(L, object);
  if (luaL_getmetafield(L, object, "__gc") == LUA_TNIL) {
    lua_settop(L, sentinel - 1);
    return false;
  }
  lua_insert(L, object);
  lua_remove(L, sentinel);
  return true;
}

/* The error on top, in the words of Lua. */
static void warn_error(lua_State *L) {
  const char *text = lua_type(L, -1) == LUA_TSTRING
                         ? lua_tostring(L, -1)
                         : "error object is not a string";
  lua_warning(L, "error in __gc (", 1);
  lua_warning(L, text, 1);
  lua_warning(L, ")", 0);
}

static int run_on(lua_State *L, int status, lua_KContext left);

static int run(lua_State *L, lua_KContext left) {
  struct body *body = body_of(L);
  for (; left > 0 && body->finalisers > 0 && !body->dying; left--) {
    int status;
    push_first(L);
    if (!push_call(L)) continue;
    body->finalising = L;
    status = lua_pcallk(L, 1, 0, 0, left - 1, run_on);
    if (status != LUA_OK) warn_error(L);
    lua_settop(L, 0);
  }
  body->finalising = NULL;
  return 0;
}

/* One has waited, or was preempted. */
static int run_on(lua_State *L, int status, lua_KContext left) {
  if (status != LUA_YIELD) warn_error(L);
  lua_settop(L, 0);
  return run(L, left);
}

int finaliser_run(lua_State *L) {
  lua_settop(L, 0);
  return run(L, body_of(L)->finalisers);
}

int finaliser_run_last(lua_State *L) {
  lua_settop(L, 0);
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &table_key);
  lua_gc(L, LUA_GCCOLLECT);
  return run(L, INT_MAX);
}

bool finaliser_remain(const struct body *body) {
  return body->finalises && !body->over && !body->killed && !body->dying;
}

/* --- Metatables of userdata ----------------------------------------------- */

void finaliser_push_copy(lua_State *L, int index) {
  int top = lua_gettop(L);
  if (!lua_getmetatable(L, index)) {
    lua_pushnil(L);
    return;
  }
  class_push_weak(L, &copies_key);
  lua_pushvalue(L, top + 1);
  if (lua_rawget(L, top + 2) == LUA_TNIL) {
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, top + 1); lua_pop(L, 1)) {
      lua_pushvalue(L, -2);
      lua_pushvalue(L, -2);
      lua_rawset(L, top + 4);
    }
    lua_pushvalue(L, top + 1);
    lua_pushvalue(L, top + 4);
    lua_rawset(L, top + 2);
  }
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
}
