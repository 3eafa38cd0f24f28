/*
** The new version is loaded beside the old one, with a table of its own, and
** upgrades a copy of the state. If all goes well everywhere the old table gets
** what is in the new one: whoever has it in a local or an upvalue has the new
** version. So that nobody goes on with the new table, which would be another
** one, what the new version knows of itself is exchanged for the old table when
** it is prepared: its functions' upvalues, and what `upgrade` made.
*/
#include "script/version.h"

#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "script/copy.h"
#include "script/dispatch.h"
#include "script/failure.h"
#include "script/finaliser.h"
#include "script/library.h"
#include "script/module_load.h"
#include "script/reload.h"
#include "script/script.h"

/* In the registry: what has been prepared, a list with a record for each name,
** {old, new, state, name}. Which has a state is noted elsewhere, as it may be
** nil: only the one that the actor runs on. */
static const char prepared_key = 'u';
enum { PREPARED_OLD = 1, PREPARED_NEW, PREPARED_STATE, PREPARED_NAME };

/* --- Preparing ------------------------------------------------------------ */

/* Stack of prepare. */
enum { OLD = 1, NEW, STATE };

bool version_is_own(const struct body *body, const char *name) {
  if (!body->has_behaviour) return false;
  if (*name == '\0') return body->start.kind == START_FILE;
  return body->behaviour != NULL && strcmp(body->behaviour, name) == 0;
}

static void push_loaded(lua_State *L, const char *name) {
  library_push_loaded(L);
  lua_getfield(L, -1, name);
  lua_remove(L, -2);
}

static void push_old(lua_State *L, const struct body *body) {
  if (version_is_own(body, body->upgrade->name))
    dispatch_push_behaviour(L);
  else
    push_loaded(L, body->upgrade->name);
}

/* The version's own word for itself, or the host's. */
static void push_version(lua_State *L, int module, uint32_t number) {
  lua_pushliteral(L, "version");
  lua_rawget(L, module);
  if (!lua_isnil(L, -1)) return;
  lua_pop(L, 1);
  lua_pushinteger(L, number);
}

static int after_exchange(lua_State *L, int status, lua_KContext upgraded) {
  struct upgrade *upgrade = body_of(L)->upgrade;
  (void)status;
  lua_createtable(L, 4, 0);
  lua_pushvalue(L, OLD);
  lua_rawseti(L, -2, PREPARED_OLD);
  lua_pushvalue(L, NEW);
  lua_rawseti(L, -2, PREPARED_NEW);
  if (upgraded) {
    lua_pushvalue(L, STATE);
    lua_rawseti(L, -2, PREPARED_STATE);
  }
  lua_pushlightuserdata(L, (void *)upgrade->name);
  lua_rawseti(L, -2, PREPARED_NAME);
  upgrade->upgraded = upgrade->upgraded || upgraded;
  return 1;
}

/* `upgraded`: the new state is at STATE. */
static int keep(lua_State *L, bool upgraded) {
  if (!lua_istable(L, OLD) || !lua_istable(L, NEW))
    return after_exchange(L, LUA_OK, upgraded);
  lua_pushcfunction(L, copy_exchange);
  lua_pushvalue(L, NEW);
  lua_pushvalue(L, OLD);
  lua_pushvalue(L, NEW);
  if (upgraded) lua_pushvalue(L, STATE);
  lua_callk(L, upgraded ? 4 : 3, 0, upgraded, after_exchange);
  return after_exchange(L, LUA_OK, upgraded);
}

static int after_upgrade(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  if (lua_isnil(L, -1))
    return failure_raise(L, FAILURE_BADARGUMENT,
                         "expected %s.upgrade to return the state, got nil",
                         body_of(L)->upgrade->name);
  return keep(L, true);
}

/* The copy is on top. */
static int after_copy(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  push_version(L, OLD, body_of(L)->version);
  lua_callk(L, 2, 1, 0, after_upgrade);
  return after_upgrade(L, LUA_OK, 0);
}

static int run_upgrade(lua_State *L) {
  lua_pushcfunction(L, copy_run);
  dispatch_push_state(L);
  lua_callk(L, 1, 1, 0, after_copy);
  return after_copy(L, LUA_OK, 0);
}

/* The module has returned; its value is on top. */
static int after_chunk(lua_State *L, int status, lua_KContext context) {
  struct body *body = body_of(L);
  const char *name = body->upgrade->name;
  (void)status, (void)context;
  if (lua_isnil(L, NEW)) {
    lua_pushboolean(L, true);
    lua_replace(L, NEW);
  }
  if (!version_is_own(body, name)) return keep(L, false);
  if (*name == '\0') name = "the script";
  if (!lua_istable(L, NEW))
    return failure_raise(L, FAILURE_BADARGUMENT,
                         "expected %s to return a table (a behaviour), got %s",
                         name, failure_describe(L, NEW));
  dispatch_check(L, NEW, name);
  if (lua_getfield(L, NEW, "upgrade") == LUA_TNIL) return keep(L, false);
  return run_upgrade(L);
}

/* A script's arguments; returns how many. */
static int push_arguments(lua_State *L) {
  int count = 0;
  if (lua_getglobal(L, "arg") != LUA_TTABLE) {
    lua_pop(L, 1);
    return 0;
  }
  luaL_checkstack(L, 250, NULL);
  while (count < 200 && lua_rawgeti(L, -1 - count, count + 1) != LUA_TNIL)
    count++;
  if (count < 200) lua_pop(L, 1);
  lua_remove(L, -1 - count);
  return count;
}

static int prepare(lua_State *L) {
  struct body *body = body_of(L);
  bool script = *body->upgrade->name == '\0';
  struct source *source;
  struct unit *unit;
  int arguments = 2;
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  push_old(L, body);
  lua_pushstring(L, body->upgrade->name);
  unit = reload_unit(body->script, body->upgrade->number, &source);
  if (unit == NULL || lua_isnil(L, OLD)) { /* over, or it is not in use here */
    unit_drop(unit);
    return 0;
  }
  body->upgrade->version = unit->version;
  module_push_unit(L, source, unit);
  lua_rotate(L, NEW, -1); /* chunk, file, name */
  lua_insert(L, -2);
  if (script) {
    lua_settop(L, NEW);
    arguments = push_arguments(L);
  }
  lua_callk(L, arguments, 1, 0, after_chunk);
  return after_chunk(L, LUA_OK, 0);
}

/* [list, record, or nil: it is not in use under that name] */
static int prepare_others(lua_State *L, int status, lua_KContext context) {
  struct body *body = body_of(L);
  struct upgrade *upgrade = body->upgrade;
  const char *name;
  (void)status, (void)context;
  for (;;) {
    if (lua_istable(L, 2)) lua_rawseti(L, 1, (lua_Integer)lua_rawlen(L, 1) + 1);
    lua_settop(L, 1);
    name = reload_other_name(body->script, upgrade->number, upgrade->index,
                             &upgrade->place);
    if (name == NULL) break;
    upgrade->name = name;
    lua_pushcfunction(L, prepare);
    lua_callk(L, 0, 1, 0, prepare_others);
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, &prepared_key);
  return 0;
}

int version_prepare(lua_State *L) {
  struct upgrade *upgrade = body_of(L)->upgrade;
  upgrade->place = 0;
  upgrade->upgraded = false;
  lua_settop(L, 0);
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  lua_newtable(L);
  lua_pushcfunction(L, prepare);
  lua_callk(L, 0, 1, 0, prepare_others);
  return prepare_others(L, LUA_OK, 0);
}

/* --- Installing ----------------------------------------------------------- */

/* The table at `old` gets the fields and the metatable of the one at `new`. */
static void replace_contents(lua_State *L, int old, int new) {
  for (lua_pushnil(L); lua_next(L, old);) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_pushnil(L);
    lua_rawset(L, old);
  }
  for (lua_pushnil(L); lua_next(L, new);) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, old);
  }
  if (!lua_getmetatable(L, new)) lua_pushnil(L);
  finaliser_setmetatable(L, old);
}

static void set_loaded(lua_State *L, const char *name, int value) {
  library_push_loaded(L);
  lua_pushvalue(L, value);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}

static void adopt(lua_State *L, struct body *body) {
  bool upgraded = body->upgrade->upgraded;
  if (!upgraded) {
    dispatch_push_state(L);
    lua_replace(L, STATE);
  }
  dispatch_adopt(L, OLD);
  dispatch_set_state(L, STATE);
}

/* Stack: the record; then OLD, NEW and STATE. */
static int install(lua_State *L) {
  struct body *body = body_of(L);
  const char *name;
  int value = NEW;
  lua_rawgeti(L, 1, PREPARED_NAME);
  name = lua_touserdata(L, -1);
  lua_pop(L, 1);
  for (int i = PREPARED_OLD; i <= PREPARED_STATE; i++) lua_rawgeti(L, 1, i);
  lua_remove(L, 1);
  if (lua_istable(L, OLD) && lua_istable(L, NEW)) {
    replace_contents(L, OLD, NEW);
    value = OLD;
  }
  if (*name != '\0') set_loaded(L, name, value);
  if (!version_is_own(body, name)) return 0;
  body->version = body->upgrade->version;
  adopt(L, body);
  return 0;
}

/* The switch has been made, so this must not fail: it may go beyond the limit
** of its memory. */
int version_install(lua_State *L) {
  struct body *body = body_of(L);
  size_t limit = body->memory_limit;
  lua_settop(L, 0);
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  body->memory_limit = SIZE_MAX;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &prepared_key) == LUA_TTABLE)
    for (lua_Integer i = 1; lua_rawgeti(L, 1, i) == LUA_TTABLE; i++) {
      lua_pushcfunction(L, install);
      lua_insert(L, -2);
      lua_call(L, 1, 0);
    }
  body->memory_limit = limit;
  return 0;
}

void version_drop(lua_State *L) {
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &prepared_key);
}
