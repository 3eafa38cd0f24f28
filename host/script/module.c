#include "script/module.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "script/module_load.h"
#include "script/module_store.h"

/* --- From the store into a state ------------------------------------------ */

/* A chunk from the store cannot fail to load but for want of memory. This is
** the only place where bytecode is taken: it is our own. */
static void push_unit(lua_State *L, const struct unit *unit) {
  if (luaL_loadbufferx(L, unit->code, unit->size, unit->chunk, "b") != LUA_OK)
    lua_error(L);
  lua_pushstring(L, unit->chunk + 1);
}

static int append(lua_State *L, const void *bytes, size_t size, void *code) {
  (void)L;
  return buffer_append(code, bytes, size) ? 0 : 1;
}

/* Stores the function on top, with all its debug information. Whether it is
** stored or not, for want of memory, it can be called. */
static const struct unit *keep(lua_State *L, struct modules *modules,
                               const char *chunk) {
  const struct unit *unit = NULL;
  struct buffer code;
  buffer_init(&code);
  if (lua_dump(L, append, &code, 0) == 0)
    unit = modules_keep(modules, chunk, &code);
  buffer_deinit(&code);
  return unit;
}

/* The result of a luaL_load* on top. True if it is a function. */
static bool loaded(lua_State *L, int status) {
  if (status == LUA_ERRMEM) lua_error(L);
  return status == LUA_OK;
}

/* Pushes function and name, or just a message; *unit where it is stored, or
** NULL. */
static bool push_file(lua_State *L, struct modules *modules, const char *file,
                      const struct unit **unit) {
  const char *chunk = lua_pushfstring(L, "@%s", file);
  *unit = modules_unit(modules, chunk);
  if (*unit) {
    push_unit(L, *unit);
  } else if (loaded(L, luaL_loadfilex(L, file, "t"))) {
    *unit = keep(L, modules, chunk);
    lua_pushstring(L, file);
  } else {
    lua_replace(L, -2);
    return false;
  }
  lua_remove(L, -3);
  return true;
}

static bool push_embedded(lua_State *L, struct modules *modules,
                          const struct embedded *embedded) {
  const char *chunk, *name = luaL_gsub(L, embedded->name, ".", LUA_DIRSEP);
  const struct unit *unit;
  chunk = lua_pushfstring(L, "=%s.lua", name);
  lua_replace(L, -2);
  unit = modules_unit(modules, chunk);
  if (unit) {
    push_unit(L, unit);
  } else if (loaded(L, luaL_loadbufferx(L, embedded->source, embedded->size,
                                        chunk, "t"))) {
    keep(L, modules, chunk);
    lua_pushstring(L, chunk + 1);
  } else {
    lua_replace(L, -2);
    return false;
  }
  lua_remove(L, -3);
  return true;
}

/* --- Search --------------------------------------------------------------- */

static bool readable(const char *file) {
  FILE *stream = fopen(file, "r");
  if (stream) fclose(stream);
  return stream != NULL;
}

/* Pushes the name of the first file that can be read, or the message that
** tells them all. */
static bool search(lua_State *L, const char *name, const char *path) {
  const char *file, *end, *at;
  int top = lua_gettop(L);
  name = luaL_gsub(L, name, ".", LUA_DIRSEP);
  path = luaL_gsub(L, path, LUA_PATH_MARK, name);
  for (at = path; *at; at = *end ? end + 1 : end) {
    end = strchr(at, LUA_PATH_SEP[0]);
    if (!end) end = at + strlen(at);
    file = lua_pushlstring(L, at, (size_t)(end - at));
    if (readable(file)) {
      lua_replace(L, top + 1);
      lua_settop(L, top + 1);
      return true;
    }
    lua_pop(L, 1);
  }
  path = luaL_gsub(L, path, LUA_PATH_SEP, "'\n\tno file '");
  lua_pushfstring(L, "no file '%s'", path);
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
  return false;
}

enum module_found module_find(lua_State *L, struct modules *modules,
                              const char *name, const char *path) {
  const struct embedded *embedded = modules_embedded(modules, name);
  const struct unit *unit;
  const char *file;
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  if (embedded)
    return push_embedded(L, modules, embedded) ? MODULE_FOUND : MODULE_BROKEN;
  unit = modules_found(modules, path, name);
  if (unit) {
    push_unit(L, unit);
    return MODULE_FOUND;
  }
  if (!search(L, name, path)) return MODULE_ABSENT;
  file = lua_tostring(L, -1);
  if (!push_file(L, modules, file, &unit)) {
    lua_pushfstring(L, "error loading module '%s' from file '%s':\n\t%s", name,
                    file, lua_tostring(L, -1));
    lua_replace(L, -3);
    lua_pop(L, 1);
    return MODULE_BROKEN;
  }
  lua_remove(L, -3);
  if (unit) modules_remember(modules, path, name, unit);
  return MODULE_FOUND;
}

void module_push_absent(lua_State *L, const char *name, const char *path) {
  const char *file = luaL_gsub(L, name, ".", LUA_DIRSEP);
  lua_pushfstring(L, "module '%s' not found: no file %s.lua on package.path\n"
                  "\t%s", name, file, path);
  lua_remove(L, -2);
}

int module_load(lua_State *L, struct modules *modules, const char *name,
                const struct path *path) {
  switch (module_find(L, modules, name, path_lua(path))) {
  case MODULE_FOUND:
    return 2;
  case MODULE_ABSENT:
    lua_pop(L, 1);
    module_push_absent(L, name, path_lua(path));
    break;
  case MODULE_BROKEN:
    break;
  }
  lua_pushnil(L);
  lua_insert(L, -2);
  return 2;
}

int module_load_file(lua_State *L, struct modules *modules, const char *file) {
  const struct unit *unit;
  bool found;
  if (strcmp(file, "-") == 0) {
    found = loaded(L, luaL_loadfilex(L, NULL, "t"));
    if (found) lua_pushstring(L, file);
  } else {
    found = push_file(L, modules, file, &unit);
  }
  if (found) return 2;
  lua_pushnil(L);
  lua_insert(L, -2);
  return 2;
}
