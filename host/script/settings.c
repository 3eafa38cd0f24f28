#include "script/settings.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/memory.h"
#include "base/tick.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/failure.h"
#include "script/module_load.h"
#include "script/module_store.h"
#include "script/script.h"
#include "script/seed.h"
#include "script/supply.h"

/* Of the main thread, which has done nothing else before. */
#define SETTINGS_CPU (2 * TICK_SECOND)

/* NULL: nobody has set it. */
static struct setting *find(const struct script *script, const char *name) {
  struct setting *setting = script->settings;
  while (setting != NULL && strcmp(setting->name, name) != 0)
    setting = setting->next;
  return setting;
}

static struct setting *find_or_add(struct script *script, const char *name) {
  struct setting *setting = find(script, name);
  if (setting != NULL) {
    buffer_clear(&setting->value);
    return setting;
  }
  setting = memory_zalloc(sizeof *setting);
  if (setting == NULL) return NULL;
  setting->name = memory_strdup(name);
  if (setting->name == NULL) {
    memory_free(setting);
    return NULL;
  }
  buffer_init(&setting->value);
  setting->next = script->settings;
  script->settings = setting;
  return setting;
}

void settings_free(struct script *script) {
  while (script->settings != NULL) {
    struct setting *setting = script->settings;
    script->settings = setting->next;
    buffer_deinit(&setting->value);
    memory_free(setting->name);
    memory_free(setting);
  }
}

/* [script, name, value] */
static int enter(lua_State *L) {
  struct script *script = lua_touserdata(L, 1);
  unsigned char flags = 0;
  struct setting *setting = find_or_add(script, luaL_checkstring(L, 2));
  if (setting == NULL) return luaL_error(L, "not enough memory");
  codec_encode(L, 3, lua_tostring(L, 2), &setting->value, &flags);
  if (flags & MESSAGE_TABLES)
    return luaL_error(L, "a setting holds no shared tables");
  return 0;
}

static bool enter_top(lua_State *L, struct script *script, const char *name) {
  lua_pushcfunction(L, enter);
  lua_insert(L, -2);
  lua_pushlightuserdata(L, script);
  lua_insert(L, -2);
  lua_pushstring(L, name);
  lua_insert(L, -2);
  return lua_pcall(L, 3, 0, 0) == LUA_OK;
}

/* A literal, by letting Lua read it in an empty environment. */
static void push_literal(lua_State *L, const char *text) {
  lua_pushfstring(L, "return %s", text);
  if (luaL_loadbufferx(L, lua_tostring(L, -1), lua_rawlen(L, -1), "=setting",
                       "t") == LUA_OK) {
    lua_newtable(L);
    lua_setupvalue(L, -2, 1);
    if (lua_pcall(L, 0, 1, 0) == LUA_OK && !lua_isnil(L, -1)) return;
  }
  lua_settop(L, 0);
  lua_pushstring(L, text);
}

bool settings_set(struct script *script, const char *assignment) {
  const char *equals = strchr(assignment, '=');
  char name[128];
  lua_State *L;
  bool done;
  if (equals == NULL || equals == assignment ||
      (size_t)(equals - assignment) >= sizeof name)
    return false;
  memcpy(name, assignment, (size_t)(equals - assignment));
  name[equals - assignment] = '\0';
  L = seed_new_state();
  if (L == NULL) return false;
  push_literal(L, equals + 1);
  done = enter_top(L, script, name);
  lua_close(L);
  return done;
}

static bool enter_all(lua_State *L, struct script *script) {
  lua_pushnil(L);
  while (lua_next(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING) {
      lua_pushfstring(L, "expected names of settings to be strings, got %s",
                      luaL_tolstring(L, -2, NULL));
      return false;
    }
    if (!enter_top(L, script, lua_tostring(L, -2))) return false;
  }
  return true;
}

static bool is_there(const struct modules *modules, const char *file) {
  struct archive_file found;
  if (supply_has(modules_supply(modules), file)) return true;
  return modules_owns(modules, file) ? modules_archived(modules, file, &found)
                                     : access(file, F_OK) == 0;
}

/* What is at the top; `where`: of what does not say it itself. Who has written
** the file knows of no kinds of errors. */
static void complain(lua_State *L, const char *where, char *why, size_t size) {
  static const char kind[] = "badargument: ";
  const char *text = luaL_tolstring(L, -1, NULL);
  if (where != NULL && strncmp(text, kind, sizeof kind - 1) == 0)
    text += sizeof kind - 1;
  snprintf(why, size, "%s%s%s", where != NULL ? where : "",
           where != NULL ? ": " : "", text);
}

/* There is no worker yet that could cut them short. Once they have had their
** time each instruction raises, whatever they catch. */
static void heed_time(lua_State *L, lua_Debug *frame) {
  if (tick_cpu() < SETTINGS_CPU) return;
  lua_sethook(L, heed_time, LUA_MASKCOUNT, 1);
  lua_getinfo(L, "S", frame);
  lua_pushfstring(L, "%s: did not end within %d s", frame->short_src,
                  (int)(SETTINGS_CPU / TICK_SECOND));
  lua_error(L);
}

bool settings_load(struct script *script, const char *file, char *why,
                   size_t why_size) {
  const char *where = NULL;
  lua_State *L;
  bool done = false;
  if (!is_there(script->modules, file)) return true;
  L = seed_new_state();
  if (L == NULL) {
    snprintf(why, why_size, "not enough memory");
    return false;
  }
  luaL_openlibs(L);
  lua_sethook(L, heed_time, LUA_MASKCOUNT, 100000);
  if (module_load_chunk(L, script->modules, file) == LUA_OK &&
      lua_pcall(L, 0, 1, 0) == LUA_OK) {
    where = file;
    lua_sethook(L, NULL, 0, 0);
    if (lua_type(L, -1) == LUA_TTABLE)
      done = enter_all(L, script);
    else
      lua_pushfstring(L, "expected a table of settings, got %s",
                      luaL_typename(L, -1));
  }
  if (!done) complain(L, where, why, why_size);
  lua_close(L);
  return done;
}

static void push(lua_State *L, const struct setting *setting) {
  codec_decode(L, buffer_bytes(&setting->value),
               buffer_size(&setting->value), 0);
}

/* --- Settings of settings ------------------------------------------------- */

static int count_dots(const char *text) {
  int dots = 0;
  for (; *text != '\0'; text++) dots += *text == '.';
  return dots;
}

/* [table] -> [the table at table[part], made if there is none]; false: there
** is something else, and nothing is pushed. */
static bool enter_part(lua_State *L, const char *part, size_t size) {
  lua_pushlstring(L, part, size);
  lua_pushvalue(L, -1);
  if (lua_rawget(L, -3) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_insert(L, -3);
    lua_rawset(L, -4);
    return true;
  }
  lua_remove(L, -2);
  if (lua_type(L, -1) == LUA_TTABLE) return true;
  lua_pop(L, 1);
  return false;
}

/* The setting is a field of the table at the top, or of tables in it, as
** `path` says. */
static void set_part(lua_State *L, const char *path,
                     const struct setting *setting) {
  int top = lua_gettop(L);
  const char *dot;
  luaL_checkstack(L, 8 + count_dots(path), NULL);
  while ((dot = strchr(path, '.')) != NULL &&
         enter_part(L, path, (size_t)(dot - path)))
    path = dot + 1;
  if (dot == NULL) {
    lua_pushstring(L, path);
    push(L, setting);
    lua_rawset(L, -3);
  }
  lua_settop(L, top);
}

/* Those with so many dots in what follows the name. True: there are others,
** with more. */
static bool set_parts(lua_State *L, const struct script *script,
                      const char *name, int dots) {
  const struct setting *setting = script->settings;
  size_t size = strlen(name);
  bool more = false;
  for (; setting != NULL; setting = setting->next) {
    const char *path = setting->name + size;
    if (strncmp(setting->name, name, size) != 0 || *path != '.') continue;
    if (count_dots(path + 1) > dots) more = true;
    if (count_dots(path + 1) != dots) continue;
    if (lua_isnil(L, -1)) {
      lua_pop(L, 1);
      lua_newtable(L);
    }
    if (lua_type(L, -1) == LUA_TTABLE) set_part(L, path + 1, setting);
  }
  return more;
}

void settings_push_all(lua_State *L, const struct script *script,
                       const char *name) {
  const struct setting *setting = find(script, name);
  luaL_checkstack(L, 4, NULL);
  if (setting != NULL)
    push(L, setting);
  else
    lua_pushnil(L);
  for (int dots = 0; set_parts(L, script, name, dots);) dots++;
}

int settings_lua_config(lua_State *L) {
  lua_settop(L, 2);
  if (lua_type(L, 1) != LUA_TSTRING)
    return failure_expected(L, "name", "the name of a setting", 1);
  settings_push_all(L, body_of(L)->script, lua_tostring(L, 1));
  if (lua_isnil(L, -1)) lua_pop(L, 1);
  return 1;
}
