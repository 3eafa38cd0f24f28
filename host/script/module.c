#include "script/module.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "base/archive.h"
#include "base/buffer.h"
#include "script/body.h"
#include "script/module_load.h"
#include "script/script.h"
#include "script/seed.h"
#include "script/supply.h"

/* --- From the store into a state ------------------------------------------ */

/* A chunk from the store cannot fail to load but for want of memory. Bytecode
** is taken only here and from a release, where it has been made by the same
** executable, and been summed up since: it is our own. */
void module_push_unit(lua_State *L, const struct source *source,
                      struct unit *unit) {
  int status =
      luaL_loadbufferx(L, unit->code, unit->size, source->chunk, "b");
  unit_drop(unit);
  if (status != LUA_OK) lua_error(L);
  lua_pushstring(L, source->chunk + 1);
}

static int append(lua_State *L, const void *bytes, size_t size, void *code) {
  (void)L;
  return buffer_append(code, bytes, size) ? 0 : 1;
}

/* Stores the function on top, with all its debug information. Whether it is
** stored or not, for want of memory, it can be called. */
static struct source *keep(lua_State *L, struct modules *modules,
                           const char *chunk) {
  struct source *source = NULL;
  struct buffer code;
  buffer_init(&code);
  if (lua_dump(L, append, &code, 0) == 0)
    source = modules_keep(modules, chunk, &code);
  buffer_deinit(&code);
  return source;
}

/* The result of a luaL_load* on top. True if it is a function. */
static bool loaded(lua_State *L, int status) {
  if (status == LUA_ERRMEM) lua_error(L);
  return status == LUA_OK;
}

struct unit *module_compile(lua_State *L, const struct modules *modules,
                            const struct source *source) {
  struct unit *unit = NULL;
  struct buffer code;
  if (!loaded(L, module_load_chunk(L, modules, source->chunk + 1)))
    return NULL;
  buffer_init(&code);
  if (lua_dump(L, append, &code, 0) == 0) unit = unit_new(&code);
  buffer_deinit(&code);
  if (unit == NULL) luaL_error(L, "not enough memory");
  lua_pop(L, 1);
  return unit;
}

int module_load_chunk(lua_State *L, const struct modules *modules,
                      const char *file) {
  const char *chunk = lua_pushfstring(L, "@%s", file);
  struct archive_file found;
  struct supplied supplied;
  int status;
  if (supply_read(modules_supply(modules), file, &supplied)) {
    status = luaL_loadbufferx(L, supplied.bytes, supplied.size, chunk, "bt");
    supply_release(&supplied);
  } else if (modules_archived(modules, file, &found)) {
    status = luaL_loadbufferx(L, found.bytes, found.size, chunk, "b");
  } else {
    status = luaL_loadfilex(L, file, "t");
  }
  lua_remove(L, -2);
  return status;
}

bool module_check(const char *chunk, const char *bytes, size_t size, char *why,
                  size_t why_size) {
  lua_State *L = seed_new_state();
  bool good = L != NULL &&
              luaL_loadbufferx(L, bytes, size, chunk, "bt") == LUA_OK;
  if (!good)
    snprintf(why, why_size, "%s",
             L != NULL ? lua_tostring(L, -1) : "not enough memory");
  if (L != NULL) lua_close(L);
  return good;
}

bool module_supply_name(const char *module, char *file, size_t size) {
  int length = snprintf(file, size, "%s", module);
  for (char *at = strchr(file, '.'); at != NULL; at = strchr(at, '.'))
    *at = LUA_DIRSEP[0];
  if (length < 0 || (size_t)length + sizeof ".lua" > size) return false;
  memcpy(file + length, ".lua", sizeof ".lua");
  return true;
}

/* Pushes function and name, or just a message; *source where it is stored, or
** NULL. */
static bool push_file(lua_State *L, struct modules *modules, const char *file,
                      struct source **source) {
  const char *chunk = lua_pushfstring(L, "@%s", file);
  if (!loaded(L, module_load_chunk(L, modules, file))) {
    lua_replace(L, -2);
    return false;
  }
  *source = keep(L, modules, chunk);
  lua_pushstring(L, file);
  lua_remove(L, -3);
  return true;
}

/* The unit as it is, for nobody in particular. */
static void push_source(lua_State *L, struct modules *modules,
                        struct source *source) {
  struct taking nobody = {.pid = ID_NONE};
  struct unit *unit;
  modules_take_source(modules, source, &nobody, &unit);
  module_push_unit(L, source, unit);
}

static bool push_embedded(lua_State *L, struct modules *modules,
                          const struct embedded *embedded) {
  const char *chunk, *name = luaL_gsub(L, embedded->name, ".", LUA_DIRSEP);
  struct source *source;
  chunk = lua_pushfstring(L, "=%s.lua", name);
  lua_replace(L, -2);
  source = modules_source(modules, chunk);
  if (source) {
    push_source(L, modules, source);
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

static bool readable(const struct modules *modules, const char *file) {
  struct archive_file found;
  FILE *stream;
  if (supply_has(modules_supply(modules), file)) return true;
  if (modules_owns(modules, file))
    return modules_archived(modules, file, &found);
  stream = fopen(file, "r");
  if (stream) fclose(stream);
  return stream != NULL;
}

bool module_search(lua_State *L, const struct modules *modules,
                   const char *name, const char *path) {
  bool found;
  name = luaL_gsub(L, name, ".", LUA_DIRSEP);
  found = module_search_file(L, modules, name, path);
  lua_remove(L, -2);
  return found;
}

bool module_search_lua(lua_State *L, const struct modules *modules,
                       const char *name, const char *path) {
  char file[MODULE_SUPPLY_NAME];
  if (!module_supply_name(name, file, sizeof file) ||
      supply_count(modules_supply(modules), file) == 0)
    return module_search(L, modules, name, path);
  lua_pushstring(L, file);
  return true;
}

/* "no file 'a'\n\tno file 'b'", as stock Lua has it, so that a path of no bytes
** is a file without a name; that of a release should not sound as if the
** working directory had been looked at. */
static void push_misses(lua_State *L, const struct modules *modules,
                        const char *path) {
  luaL_Buffer misses;
  const char *end;
  luaL_buffinit(L, &misses);
  for (;; path = end + 1) {
    end = strchr(path, LUA_PATH_SEP[0]);
    if (!end) end = path + strlen(path);
    luaL_addstring(&misses, "no file '");
    luaL_addlstring(&misses, path, (size_t)(end - path));
    luaL_addstring(&misses, modules_owns(modules, path) ? "' in this release"
                                                        : "'");
    if (!*end) break;
    luaL_addstring(&misses, "\n\t");
  }
  luaL_pushresult(&misses);
}

bool module_search_file(lua_State *L, const struct modules *modules,
                        const char *name, const char *path) {
  const char *file, *end, *at;
  int top = lua_gettop(L);
  path = luaL_gsub(L, path, LUA_PATH_MARK, name);
  for (at = path; *at; at = *end ? end + 1 : end) {
    end = strchr(at, LUA_PATH_SEP[0]);
    if (!end) end = at + strlen(at);
    file = lua_pushlstring(L, at, (size_t)(end - at));
    if (readable(modules, file)) {
      lua_replace(L, top + 1);
      lua_settop(L, top + 1);
      return true;
    }
    lua_pop(L, 1);
  }
  push_misses(L, modules, path);
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
  return false;
}

/* Pushes the unit of a name that has been found before. */
static enum status push_found(lua_State *L, struct modules *modules,
                              const char *name, const char *path,
                              struct taking *taking,
                              struct source **source) {
  struct unit *unit;
  enum status status =
      modules_take(modules, path, name, taking, source, &unit);
  if (status == STATUS_NOMEM) luaL_error(L, "not enough memory");
  if (status == STATUS_OK) module_push_unit(L, *source, unit);
  return status;
}

/* The file's name is on top; replaced by function and name, or the message. */
static bool compile_file(lua_State *L, struct modules *modules,
                         const char *name, struct source **source) {
  const char *file = lua_tostring(L, -1);
  if (push_file(L, modules, file, source)) {
    lua_remove(L, -3);
    return true;
  }
  lua_pushfstring(L, "error loading module '%s' from file '%s':\n\t%s", name,
                  file, lua_tostring(L, -1));
  lua_replace(L, -3);
  lua_pop(L, 1);
  return false;
}

/* The name of the file that was found is on top. */
static enum module_found load_found(lua_State *L, struct modules *modules,
                                    const char *name, const char *path,
                                    struct taking *taking,
                                    struct source **closed) {
  const char *chunk = lua_pushfstring(L, "@%s", lua_tostring(L, -1));
  struct source *source = modules_source(modules, chunk);
  int top = lua_gettop(L) - 2;
  lua_pop(L, 1);
  if (source == NULL && !compile_file(L, modules, name, &source))
    return MODULE_BROKEN;
  if (source == NULL) return MODULE_FOUND; /* there is no room for it */
  modules_remember(modules, path, name, source);
  lua_settop(L, top);
  switch (push_found(L, modules, name, path, taking, closed)) {
  case STATUS_OK:
    return MODULE_FOUND;
  case STATUS_WAIT:
    return MODULE_CLOSED;
  default: /* it could not be remembered */
    push_source(L, modules, source);
    return MODULE_FOUND;
  }
}

enum module_found module_find(lua_State *L, struct modules *modules,
                              const char *name, const char *path,
                              struct taking *taking,
                              struct source **closed) {
  const struct embedded *embedded = modules_embedded(modules, name);
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  if (embedded)
    return push_embedded(L, modules, embedded) ? MODULE_FOUND : MODULE_BROKEN;
  switch (push_found(L, modules, name, path, taking, closed)) {
  case STATUS_OK:
    return MODULE_FOUND;
  case STATUS_WAIT:
    return MODULE_CLOSED;
  default:
    if (!module_search_lua(L, modules, name, path)) return MODULE_ABSENT;
    return load_found(L, modules, name, path, taking, closed);
  }
}

void module_push_absent(lua_State *L, const char *name, const char *path) {
  const char *file = luaL_gsub(L, name, ".", LUA_DIRSEP);
  lua_pushfstring(L, "module '%s' not found: no file %s.lua on package.path\n"
                  "\t%s", name, file, path);
  lua_remove(L, -2);
}

int module_load(lua_State *L, struct modules *modules, const char *name,
                const struct path *path) {
  struct taking nobody = {.pid = ID_NONE};
  struct source *closed;
  switch (module_find(L, modules, name, path_lua(path), &nobody, &closed)) {
  case MODULE_FOUND:
    return 2;
  case MODULE_ABSENT:
    lua_pop(L, 1);
    module_push_absent(L, name, path_lua(path));
    break;
  case MODULE_BROKEN:
  case MODULE_CLOSED: /* not for nobody */
    break;
  }
  lua_pushnil(L);
  lua_insert(L, -2);
  return 2;
}

/* A script of this file, noted as its user; pushes function and name. */
static bool push_script(lua_State *L, struct modules *modules,
                        const char *file) {
  struct body *body = body_of(L);
  struct taking taking = {body_pid(body), body->script->scheduler->directory,
                          true, 0};
  const char *chunk = lua_pushfstring(L, "@%s", file);
  struct source *source = modules_source(modules, chunk);
  struct unit *unit;
  int top = lua_gettop(L) - 1;
  lua_pop(L, 1);
  if (source == NULL && !push_file(L, modules, file, &source)) return false;
  if (source == NULL) return true;
  lua_settop(L, top);
  if (modules_take_source(modules, source, &taking, &unit) != STATUS_OK)
    luaL_error(L, "not enough memory");
  body->version = taking.version;
  module_push_unit(L, source, unit);
  return true;
}

int module_load_file(lua_State *L, struct modules *modules, const char *file) {
  bool found;
  if (strcmp(file, "-") == 0) {
    found = loaded(L, luaL_loadfilex(L, NULL, "t"));
    if (found) lua_pushstring(L, file);
  } else {
    found = push_script(L, modules, file);
  }
  if (found) return 2;
  lua_pushnil(L);
  lua_insert(L, -2);
  return 2;
}
