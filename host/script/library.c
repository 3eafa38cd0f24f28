#include "script/library.h"

#include <lauxlib.h>
#include <locale.h>
#include <lualib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "script/coroutine.h"
#include "script/face.h"
#include "script/lazy.h"
#include "script/module.h"
#include "script/script.h"

/* --- Stock functions of the base library --------------------------------- */

#define STOCK_LIST(X)                                                      \
  X(assert) X(collectgarbage) X(error) X(ipairs) X(load) X(loadfile)       \
  X(pcall) X(print) X(rawequal) X(rawlen) X(select) X(tonumber) X(tostring) \
  X(type) X(warn) X(xpcall)

static const char *const stock_names[] = {
#define STOCK_NAME(name) #name,
    STOCK_LIST(STOCK_NAME)
#undef STOCK_NAME
};

#define STOCK_COUNT (sizeof stock_names / sizeof *stock_names)

struct stock {
  lua_CFunction functions[STOCK_COUNT];
};

static int harvest(lua_State *L) {
  struct stock *stock = lua_touserdata(L, 1);
  size_t i;
  luaL_requiref(L, LUA_GNAME, luaopen_base, 0);
  for (i = 0; i < STOCK_COUNT; i++) {
    lua_getfield(L, -1, stock_names[i]);
    stock->functions[i] = lua_tocfunction(L, -1);
    CHECK(stock->functions[i] && !lua_getupvalue(L, -1, 1),
          "a stock function is a plain C function");
    lua_pop(L, 1);
  }
  return 0;
}

struct stock *stock_new(void) {
  struct stock *stock = memory_alloc(sizeof *stock);
  lua_State *L = stock ? luaL_newstate() : NULL;
  if (!L) {
    memory_free(stock);
    return NULL;
  }
  lua_pushcfunction(L, harvest);
  lua_pushlightuserdata(L, stock);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
    memory_free(stock);
    stock = NULL;
  }
  lua_close(L);
  return stock;
}

void stock_free(struct stock *stock) { memory_free(stock); }

lua_CFunction library_stock(lua_State *L, const char *name) {
  const struct stock *stock = modules_stock(body_of(L)->script->modules);
  size_t i;
  for (i = 0; i < STOCK_COUNT; i++)
    if (strcmp(stock_names[i], name) == 0) return stock->functions[i];
  CHECK(false, "the name is in the list");
  return NULL;
}

/* --- Whole libraries ------------------------------------------------------ */

/* Without an argument or with the locale in force, says which that is; any
** other is refused, as stock does for one that does not exist: the locale
** belongs to the process. */
static int os_setlocale(lua_State *L) {
  static const int categories[] = {LC_ALL,      LC_COLLATE, LC_CTYPE,
                                   LC_MONETARY, LC_NUMERIC, LC_TIME};
  static const char *const names[] = {"all",      "collate", "ctype",
                                      "monetary", "numeric", "time",
                                      NULL};
  const char *wanted = luaL_optstring(L, 1, NULL);
  int category = categories[luaL_checkoption(L, 2, "all", names)];
  const char *current = setlocale(category, NULL);
  if (!wanted || (current && strcmp(wanted, current) == 0))
    lua_pushstring(L, current);
  else
    luaL_pushfail(L);
  return 1;
}

static void os_amend(lua_State *L) {
  lua_pushcfunction(L, face_exit);
  lua_setfield(L, -2, "exit");
  lua_pushcfunction(L, os_setlocale);
  lua_setfield(L, -2, "setlocale");
}

static int open_coroutine(lua_State *L) {
  lazy_push(L, &coroutine_library);
  return 1;
}

struct library {
  const char *name;
  lua_CFunction open;
  void (*amend)(lua_State *L); /* the library is on top; or NULL */
};

static const struct library libraries[] = {
    {LUA_COLIBNAME, open_coroutine, NULL},
    {LUA_DBLIBNAME, luaopen_debug, debug_amend},
    {LUA_IOLIBNAME, luaopen_io, NULL},
    {LUA_MATHLIBNAME, luaopen_math, NULL},
    {LUA_OSLIBNAME, luaopen_os, os_amend},
    {LUA_LOADLIBNAME, module_open_package, NULL},
    {LUA_STRLIBNAME, luaopen_string, NULL},
    {LUA_TABLIBNAME, luaopen_table, NULL},
    {LUA_UTF8LIBNAME, luaopen_utf8, NULL},
    {NULL, NULL, NULL}};

/* Opens a library, once per state, and puts it in _G and in package.loaded
** unless the script has set those fields already. Pushes it. */
static void open(lua_State *L, const struct library *library) {
  int top = lua_gettop(L);
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  lua_pushcfunction(L, library->open);
  lua_pushstring(L, library->name);
  lua_call(L, 1, 1);
  if (library->amend) library->amend(L);
  library_push_loaded(L);
  lua_pushvalue(L, top + 1);
  lazy_offer(L, top + 2, library->name);
  lua_pop(L, 1);
  lua_pushglobaltable(L);
  lua_pushvalue(L, top + 1);
  lazy_offer(L, top + 2, library->name);
  lua_pop(L, 1);
}

static const struct library *find(const char *name) {
  const struct library *library = libraries;
  while (library->name && strcmp(library->name, name) != 0) library++;
  return library->name ? library : NULL;
}

static void make_library(lua_State *L) {
  open(L, find(lua_tostring(L, -1)));
}

/* --- Strings --------------------------------------------------------------- */

/*
** ("x"):upper() and "10" + 1 work by the metatable of strings, which the
** string library sets when it is opened. Until then strings have one of ours,
** with the same events; the first that happens opens the library, which puts
** its own metatable in place, and then runs the function found there.
*/
static void open_strings(lua_State *L) {
  open(L, find(LUA_STRLIBNAME));
  lua_pop(L, 1);
}

static int string_index(lua_State *L) {
  luaL_checktype(L, 1, LUA_TSTRING);
  lua_settop(L, 2);
  open_strings(L);
  lua_gettable(L, 1);
  return 1;
}

/* Calls the stock function in place, not through Lua: it reports errors at
** level 1, which must be the script's function. */
static int string_event(lua_State *L, const char *event) {
  lua_CFunction function;
  open_strings(L);
  lua_pushliteral(L, "");
  luaL_getmetafield(L, -1, event);
  function = lua_tocfunction(L, -1);
  CHECK(function, "the string library has this event");
  lua_pop(L, 2);
  return function(L);
}

#define STRING_EVENT_LIST(X) \
  X(add) X(sub) X(mul) X(mod) X(pow) X(div) X(idiv) X(unm)

#define STRING_EVENT(name) \
  static int string_##name(lua_State *L) { return string_event(L, "__" #name); }
STRING_EVENT_LIST(STRING_EVENT)
#undef STRING_EVENT

static const luaL_Reg string_events[] = {
    {"__index", string_index},
#define STRING_EVENT(name) {"__" #name, string_##name},
    STRING_EVENT_LIST(STRING_EVENT)
#undef STRING_EVENT
    {NULL, NULL}};

static void install_strings(lua_State *L) {
  lua_pushliteral(L, "");
  luaL_newlib(L, string_events);
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}

void library_settle_strings(lua_State *L, int index) {
  lua_CFunction function;
  if (lua_type(L, index) != LUA_TSTRING) return;
  if (luaL_getmetafield(L, index, "__index") == LUA_TNIL) return;
  function = lua_tocfunction(L, -1);
  lua_pop(L, 1);
  if (function == string_index) open_strings(L);
}

/* --- Globals ---------------------------------------------------------------- */

static void make_globals(lua_State *L) { lua_pushglobaltable(L); }

static void make_version(lua_State *L) { lua_pushliteral(L, LUA_VERSION); }

static void make_stock(lua_State *L) {
  lua_pushcfunction(L, library_stock(L, lua_tostring(L, -1)));
}

#define LIBRARY_FIELDS                       \
  {LUA_COLIBNAME, NULL, make_library},       \
      {LUA_DBLIBNAME, NULL, make_library},   \
      {LUA_IOLIBNAME, NULL, make_library},   \
      {LUA_MATHLIBNAME, NULL, make_library}, \
      {LUA_OSLIBNAME, NULL, make_library},   \
      {LUA_LOADLIBNAME, NULL, make_library}, \
      {LUA_STRLIBNAME, NULL, make_library},  \
      {LUA_TABLIBNAME, NULL, make_library},  \
      {LUA_UTF8LIBNAME, NULL, make_library}

static const struct lazy_field global_fields[] = {
    {"assert", NULL, make_stock},
    {"collectgarbage", NULL, make_stock},
    {"dofile", base_dofile, NULL},
    {"error", NULL, make_stock},
    {"getmetatable", base_getmetatable, NULL},
    {"ipairs", NULL, make_stock},
    {"load", base_load, NULL},
    {"loadfile", base_loadfile, NULL},
    {"next", base_next, NULL},
    {"pairs", base_pairs, NULL},
    {"pcall", NULL, make_stock},
    {"print", NULL, make_stock},
    {"rawequal", NULL, make_stock},
    {"rawget", base_rawget, NULL},
    {"rawlen", NULL, make_stock},
    {"rawset", base_rawset, NULL},
    {"require", module_require, NULL},
    {"select", NULL, make_stock},
    {"setmetatable", base_setmetatable, NULL},
    {"tonumber", NULL, make_stock},
    {"tostring", NULL, make_stock},
    {"type", NULL, make_stock},
    {"warn", NULL, make_stock},
    {"xpcall", NULL, make_stock},
    LIBRARY_FIELDS,
    {LUA_GNAME, NULL, make_globals},
    {"_VERSION", NULL, make_version},
    {NULL, NULL, NULL}};

static const struct lazy_table globals = {LUA_GNAME, global_fields};

static const struct lazy_field loaded_fields[] = {
    LIBRARY_FIELDS, {LUA_GNAME, NULL, make_globals}, {NULL, NULL, NULL}};

static const struct lazy_table loaded = {"package.loaded", loaded_fields};

void library_push_loaded(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
}

void library_expose_loaded(lua_State *L) {
  library_push_loaded(L);
  ASSERT(!lazy_is(L, lua_gettop(L)), "exposed once");
  lazy_attach(L, -1, &loaded);
  lua_pop(L, 1);
}

bool library_push(lua_State *L, const char *name) {
  const struct library *library = find(name);
  if (library) open(L, library);
  return library != NULL;
}

/* _G stands in package.loaded from the start: Lua looks there for the names
** of global functions when it writes a stack or an argument error. */
void library_install(lua_State *L) {
  lua_pushglobaltable(L);
  lua_createtable(L, 0, 1);
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, LUA_GNAME);
  lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lazy_attach(L, -1, &globals);
  lua_pop(L, 1);
  install_strings(L);
}
