#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

#include "script/binding.h"
#include "script/body.h"
#include "script/coroutine.h"
#include "script/gate.h"
#include "script/library.h"
#include "script/module.h"
#include "script/module_load.h"
#include "script/natives.h"
#include "script/script.h"
#include "script/searcher.h"
#include "script/state.h"

/* Where the registry keeps the `package` table, from when it is opened. */
static const char package_key = 'p';

static bool push_package(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &package_key) == LUA_TTABLE)
    return true;
  lua_pop(L, 1);
  return false;
}

/* --- Modules without a file ----------------------------------------------- */

static int open_state_module(lua_State *L) {
  const struct state_module *module = lua_touserdata(L, lua_upvalueindex(1));
  module->open(L);
  return 1;
}

static int open_binding(lua_State *L) {
  binding_push(L, lua_touserdata(L, lua_upvalueindex(1)));
  return 1;
}

/* What the program that embeds the host has. */
static bool push_binding(lua_State *L, const char *name) {
  const struct binding *binding =
      bindings_find(body_of(L)->script->bindings, BINDING_MODULE, name,
                    strlen(name));
  if (binding == NULL) return false;
  lua_pushlightuserdata(L, (void *)(uintptr_t)binding);
  lua_pushcclosure(L, open_binding, 1);
  lua_pushliteral(L, ":preload:");
  return true;
}

/* Pushes a loader and its data, as a searcher does. */
static bool push_state_module(lua_State *L, const char *name) {
  const struct state_module *module = state_modules;
  while (module->name && strcmp(module->name, name) != 0) module++;
  if (!module->name) return push_binding(L, name);
  lua_pushlightuserdata(L, (void *)(uintptr_t)module);
  lua_pushcclosure(L, open_state_module, 1);
  lua_pushliteral(L, ":preload:");
  return true;
}

/* --- Searchers ------------------------------------------------------------ */

static int search_preload(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  lua_getfield(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  if (lua_getfield(L, -1, name) != LUA_TNIL) {
    lua_pushliteral(L, ":preload:");
    return 2;
  }
  if (push_state_module(L, name)) return 2;
  lua_pushfstring(L, "no field package.preload['%s']", name);
  return 1;
}

static int search_store(lua_State *L);

static int search_again(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  lua_settop(L, 1);
  return search_store(L);
}

static int search_store(lua_State *L) {
  const char *name = luaL_checkstring(L, 1), *path;
  push_package(L);
  lua_getfield(L, -1, "path");
  path = lua_tostring(L, -1);
  if (!path) return luaL_error(L, "'package.path' must be a string");
  switch (gate_find(L, name, path)) {
  case MODULE_FOUND:
    return 2;
  case MODULE_ABSENT:
    return 1;
  case MODULE_CLOSED:
    return coroutine_wait(L, HOST_WAIT, 0, search_again);
  default:
    return lua_error(L);
  }
}

/* --- package -------------------------------------------------------------- */

/* Stock puts its own `require` into _G when it opens `package`. */
static void open_stock_package(lua_State *L) {
  lua_pushglobaltable(L);
  lua_pushliteral(L, "require");
  lua_getfield(L, -2, "require");
  lua_pushcfunction(L, luaopen_package);
  lua_pushliteral(L, LUA_LOADLIBNAME);
  lua_call(L, 1, 1);
  lua_insert(L, -4);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

int module_open_package(lua_State *L) {
  const struct path *path = body_of(L)->path;
  open_stock_package(L);
  lua_pushstring(L, path_lua(path));
  lua_setfield(L, -2, "path");
  lua_pushstring(L, path_c(path));
  lua_setfield(L, -2, "cpath");
  lua_getfield(L, -1, "searchers");
  lua_pushcfunction(L, search_preload);
  lua_rawseti(L, -2, 1);
  lua_pushcfunction(L, search_store);
  lua_rawseti(L, -2, 2);
  lua_pop(L, 1);
  searcher_install(L);
  library_expose_loaded(L);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &package_key);
  return 1;
}

struct path *module_path(lua_State *L) {
  struct body *body = body_of(L);
  const char *path, *cpath;
  if (!push_package(L)) return path_share(body->path);
  lua_getfield(L, -1, "path");
  lua_getfield(L, -2, "cpath");
  path = lua_tostring(L, -2);
  cpath = lua_tostring(L, -1);
  if (!path) path = path_lua(body->path);
  if (!cpath) cpath = path_c(body->path);
  if (strcmp(path, path_lua(body->path)) != 0 ||
      strcmp(cpath, path_c(body->path)) != 0) {
    struct path *changed = path_new(path, cpath);
    if (!changed) luaL_error(L, "not enough memory");
    path_drop(body->path);
    body->path = changed;
  }
  lua_pop(L, 3);
  return path_share(body->path);
}

/* --- require -------------------------------------------------------------- */

/* Stack of module_require: until a loader has been found, and after. */
enum { NAME = 1, LOADED, SEARCHERS, SAID };
enum { DATA = LOADED + 1, LOADER };

static int call_loader(lua_State *L);

/* What a searcher has returned is on top. True: a loader and its data. Else
** what it has to say is added to what others said. */
static bool is_found(lua_State *L) {
  if (lua_isfunction(L, -2)) return true;
  lua_pop(L, 1);
  if (!lua_isstring(L, -1)) {
    lua_pop(L, 1);
    return false;
  }
  lua_pushliteral(L, "\n\t");
  lua_insert(L, -2);
  lua_concat(L, 3);
  return false;
}

/* For a script that looks at it, what stock says; for a behaviour, whose
** starter has made a mistake, no more than he needs to see. */
static int raise_absent(lua_State *L, const char *said) {
  const char *name = lua_tostring(L, NAME);
  if (natives_find(body_of(L)->script, name) != NULL)
    return luaL_error(L, "module '%s' is a native behaviour: its actors can "
                         "be started, but it cannot be required", name);
  if (!lua_toboolean(L, lua_upvalueindex(1)))
    return luaL_error(L, "module '%s' not found:%s", name, said);
  module_push_absent(L, name, path_lua(body_of(L)->path));
  return lua_error(L);
}

static int walk_told(lua_State *L, int status, lua_KContext i);

/* From searcher `i` on. */
static int walk_from(lua_State *L, lua_KContext i) {
  for (; lua_rawgeti(L, SEARCHERS, i) != LUA_TNIL; i++) {
    lua_pushvalue(L, NAME);
    lua_callk(L, 1, 2, i, walk_told);
    if (is_found(L)) return call_loader(L);
  }
  return raise_absent(L, lua_tostring(L, SAID));
}

static int walk_told(lua_State *L, int status, lua_KContext i) {
  (void)status;
  if (is_found(L)) return call_loader(L);
  return walk_from(L, i + 1);
}

/* Walks package.searchers; `package` is on top. */
static int walk(lua_State *L) {
  if (lua_getfield(L, -1, "searchers") != LUA_TTABLE)
    return luaL_error(L, "'package.searchers' must be a table");
  lua_replace(L, SEARCHERS);
  lua_pushliteral(L, ""); /* what all of them say who find nothing */
  return walk_from(L, 1);
}

static int search(lua_State *L, const char *name);

/* The module that it waited for is open again, or it may take it. */
static int opened(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  lua_settop(L, LOADED);
  return search(L, lua_tostring(L, NAME));
}

static int search(lua_State *L, const char *name) {
  struct body *body = body_of(L);
  if (push_package(L)) return walk(L);
  if (push_state_module(L, name)) return call_loader(L);
  switch (gate_find(L, name, path_lua(body->path))) {
  case MODULE_FOUND:
    return call_loader(L);
  case MODULE_CLOSED:
    return coroutine_wait(L, HOST_WAIT, 0, opened);
  case MODULE_BROKEN:
    return lua_error(L);
  case MODULE_ABSENT: /* it may be a C module, or the message is wanted */
    break;
  }
  if (!library_push(L, LUA_LOADLIBNAME))
    return raise_absent(L, lua_pushfstring(L, "\n\t%s", lua_tostring(L, -1)));
  lua_remove(L, -2);
  return walk(L);
}

/* The loader has returned; its value is on top. */
static int loader_done(lua_State *L, int status, lua_KContext context) {
  const char *name = lua_tostring(L, NAME);
  (void)status, (void)context;
  if (lua_isnil(L, -1))
    lua_pop(L, 1);
  else
    lua_setfield(L, LOADED, name);
  if (lua_getfield(L, LOADED, name) == LUA_TNIL) {
    lua_pushboolean(L, 1);
    lua_copy(L, -1, -2);
    lua_setfield(L, LOADED, name);
  }
  lua_pushvalue(L, DATA);
  return 2;
}

/* A loader and its data are on top. */
static int call_loader(lua_State *L) {
  lua_insert(L, DATA);
  lua_insert(L, LOADER);
  lua_settop(L, LOADER);
  lua_pushvalue(L, NAME);
  lua_pushvalue(L, DATA);
  lua_callk(L, 2, 1, 0, loader_done);
  return loader_done(L, LUA_OK, 0);
}

int module_require(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  lua_settop(L, NAME);
  library_push_loaded(L);
  lua_getfield(L, LOADED, name);
  if (lua_toboolean(L, -1)) return 1;
  lua_settop(L, LOADED);
  if (!push_package(L) && library_push(L, name)) return 1;
  lua_settop(L, LOADED);
  return search(L, name);
}

void module_push_require(lua_State *L) {
  lua_pushboolean(L, true);
  lua_pushcclosure(L, module_require, 1);
}
