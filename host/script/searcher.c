#include "script/searcher.h"

#include <dlfcn.h>
#include <lauxlib.h>
#include <string.h>

#include "base/archive.h"
#include "base/flavour.h"
#include "base/native.h"
#include "script/body.h"
#include "script/module_load.h"
#include "script/module_store.h"
#include "script/script.h"
#include "script/supply.h"

/* Upvalues of the searchers: the table `package`, and its loadlib, which loads
** what is on the machine. */
enum { PACKAGE = 1, LOADLIB };

static const struct script *script_of(lua_State *L) {
  return body_of(L)->script;
}

/* --- One function of a library -------------------------------------------- */

/* Pushes the function, or why there is none. */
static bool push_archived(lua_State *L, const char *file, const char *name) {
  char why[512];
  void *address, *handle = native_open(script_of(L)->native, file, why,
                                       sizeof why);
  lua_CFunction function;
  if (handle == NULL) {
    lua_pushstring(L, why);
    return false;
  }
  address = dlsym(handle, name);
  if (address == NULL) {
    lua_pushfstring(L, "no function %s in it", name);
    return false;
  }
  memcpy(&function, &address, sizeof function);
  lua_pushcfunction(L, function);
  return true;
}

static bool push_function(lua_State *L, const char *file, const char *name) {
  struct archive_file found;
  if (modules_archived(script_of(L)->modules, file, &found))
    return push_archived(L, file, name);
  lua_pushvalue(L, lua_upvalueindex(LOADLIB));
  lua_pushstring(L, file);
  lua_pushstring(L, name);
  lua_call(L, 2, 2);
  if (lua_isnil(L, -2)) {
    lua_remove(L, -2);
    return false;
  }
  lua_pop(L, 1);
  return true;
}

/* By the rules of stock Lua: dots are underscores; of a name with a hyphen the
** part in front of it names the function, or else what is behind. */
static bool push_opener(lua_State *L, const char *file, const char *module) {
  const char *name = luaL_gsub(L, module, ".", "_");
  const char *hyphen = strchr(name, '-');
  int top = lua_gettop(L) - 1;
  bool found = false;
  if (hyphen != NULL) {
    lua_pushlstring(L, name, (size_t)(hyphen - name));
    lua_pushfstring(L, "luaopen_%s", lua_tostring(L, -1));
    found = push_function(L, file, lua_tostring(L, -1));
    name = hyphen + 1;
  }
  if (!found) {
    lua_pushfstring(L, "luaopen_%s", name);
    found = push_function(L, file, lua_tostring(L, -1));
  }
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
  return found;
}

/* --- Searchers ------------------------------------------------------------ */

/* Pushes the file, or where was looked. */
static bool find(lua_State *L, const char *module) {
  const char *path;
  bool found;
  lua_getfield(L, lua_upvalueindex(PACKAGE), "cpath");
  path = lua_tostring(L, -1);
  if (path == NULL) return luaL_error(L, "'package.cpath' must be a string");
  found = module_search(L, script_of(L)->modules, module, path);
  lua_remove(L, -2);
  return found;
}

static int search_native(lua_State *L) {
  const char *module = luaL_checkstring(L, 1);
  if (!find(L, module)) return 1;
  if (push_opener(L, lua_tostring(L, -1), module)) {
    lua_insert(L, -2);
    return 2;
  }
  return luaL_error(L, "error loading module '%s' from file '%s':\n\t%s",
                    module, lua_tostring(L, -2), lua_tostring(L, -1));
}

/* A library that has the parts of a module, too: that it has not this one is no
** mistake. */
static int search_whole(lua_State *L) {
  const char *module = luaL_checkstring(L, 1), *dot = strchr(module, '.');
  if (dot == NULL) return 0;
  lua_pushlstring(L, module, (size_t)(dot - module));
  if (!find(L, lua_tostring(L, -1))) return 1;
  if (push_opener(L, lua_tostring(L, -1), module)) {
    lua_insert(L, -2);
    return 2;
  }
  lua_pushfstring(L, "no module '%s' in file '%s': %s", module,
                  lua_tostring(L, -2), lua_tostring(L, -1));
  return 1;
}

/* In an engine: it would bind to a Lua that is not ours, if it finds one. */
static int search_refused(lua_State *L) {
  lua_pushfstring(L, "no C module '%s': libtroupe loads none; the engine can "
                     "give functions of its own (troupe.h)",
                  luaL_checkstring(L, 1));
  return 1;
}

/* --- package.searchpath --------------------------------------------------- */

static int search_path(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  const char *path = luaL_checkstring(L, 2);
  const char *mark = luaL_optstring(L, 3, ".");
  const char *separator = luaL_optstring(L, 4, LUA_DIRSEP);
  if (*mark != '\0') name = luaL_gsub(L, name, mark, separator);
  if (module_search_file(L, script_of(L)->modules, name, path)) return 1;
  lua_pushnil(L);
  lua_insert(L, -2);
  return 2;
}

/* --- Both ----------------------------------------------------------------- */

/* [package, searchers]: the number-th is this. */
static void put(lua_State *L, lua_CFunction searcher, lua_Integer number) {
  lua_pushvalue(L, -2);
  lua_getfield(L, -3, "loadlib");
  lua_pushcclosure(L, searcher, LOADLIB);
  lua_rawseti(L, -2, number);
}

/* With `package` on top: nothing of C. */
static void refuse_native(lua_State *L) {
  lua_getfield(L, -1, "searchers");
  lua_pushcfunction(L, search_refused);
  lua_rawseti(L, -2, 3);
  lua_pushnil(L);
  lua_rawseti(L, -2, 4);
  lua_pop(L, 1);
  lua_pushnil(L);
  lua_setfield(L, -2, "loadlib");
}

static void find_archived(lua_State *L) {
  lua_getfield(L, -1, "searchers");
  put(L, search_native, 3);
  put(L, search_whole, 4);
  lua_pop(L, 1);
}

void searcher_install(lua_State *L) {
  struct modules *modules = script_of(L)->modules;
  bool archived = modules_archive(modules) != NULL;
  if (flavour_is_library())
    refuse_native(L);
  else if (archived)
    find_archived(L);
  if (!archived && !supply_has_hook(modules_supply(modules))) return;
  lua_pushcfunction(L, search_path);
  lua_setfield(L, -2, "searchpath");
}
