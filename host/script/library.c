#include "script/library.h"

#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

#include "base/check.h"
#include "script/body.h"
#include "script/coroutine.h"
#include "script/lazy.h"
#include "script/module.h"
#include "script/outlet.h"
#include "script/script.h"
#include "script/seed.h"
#include "script/stock.h"

static const struct stock *stock_of(lua_State *L) {
  return body_of(L)->script->stock;
}

/* --- Opening -------------------------------------------------------------- */

static int open_io(lua_State *L) {
  luaopen_io(L);
  outlet_open(L);
  lua_pushcfunction(L, io_popen);
  lua_setfield(L, -2, "popen");
  return 1;
}

struct library {
  const char *name;
  lua_CFunction open;            /* NULL: a lazy table */
  const struct lazy_table *own;  /* NULL: the stock one */
  enum stock_library stock;
};

static const struct library libraries[] = {
    {LUA_COLIBNAME, NULL, &coroutine_library, 0},
    {LUA_DBLIBNAME, NULL, NULL, STOCK_DEBUG},
    {LUA_IOLIBNAME, open_io, NULL, 0},
    {LUA_LOADLIBNAME, module_open_package, NULL, 0},
    {LUA_MATHLIBNAME, NULL, NULL, STOCK_MATH},
    {LUA_OSLIBNAME, NULL, NULL, STOCK_OS},
    {LUA_STRLIBNAME, NULL, NULL, STOCK_STRING},
    {LUA_TABLIBNAME, NULL, NULL, STOCK_TABLE},
    {LUA_UTF8LIBNAME, NULL, NULL, STOCK_UTF8},
    {NULL, NULL, NULL, 0}};

/* --- What an actor has ---------------------------------------------------- */

/* Not a library, but given and kept like one. */
static const char load_name[] = "load";
#define LOAD_BIT (sizeof libraries / sizeof *libraries)

static bool allows(lua_State *L, size_t number) {
  return body_of(L)->libraries >> number & 1;
}

uint32_t library_bit(const char *name) {
  size_t number = 0;
  if (strcmp(name, load_name) == 0) return UINT32_C(1) << LOAD_BIT;
  while (libraries[number].name && strcmp(libraries[number].name, name) != 0)
    number++;
  return libraries[number].name ? UINT32_C(1) << number : 0;
}

const char *library_name(uint32_t number) {
  if (number >= LOAD_BIT) return NULL;
  return libraries[number].name ? libraries[number].name : load_name;
}

static const struct library *find(const char *name) {
  const struct library *library = libraries;
  while (library->name && strcmp(library->name, name) != 0) library++;
  return library->name ? library : NULL;
}

static void push_new(lua_State *L, const struct library *library) {
  if (library->open) {
    lua_pushcfunction(L, library->open);
    lua_pushstring(L, library->name);
    lua_call(L, 1, 1);
  } else if (library->own) {
    lazy_push(L, library->own);
  } else {
    lazy_push(L, &stock_of(L)->tables[library->stock]);
  }
}

/* With the string library on top. */
static void put_behind_strings(lua_State *L) {
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 2);
}

/* Opens a library, once per state, and puts it in _G and in package.loaded
** unless the script has set those fields already. Pushes it. */
static void open(lua_State *L, const struct library *library) {
  int top = lua_gettop(L);
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  push_new(L, library);
  if (library->stock == STOCK_STRING) put_behind_strings(L);
  library_push_loaded(L);
  lua_pushvalue(L, top + 1);
  lazy_offer(L, top + 2, library->name);
  lua_pop(L, 1);
  lua_pushglobaltable(L);
  lua_pushvalue(L, top + 1);
  lazy_offer(L, top + 2, library->name);
  lua_pop(L, 1);
}

bool library_push(lua_State *L, const char *name) {
  const struct library *library = find(name);
  if (!library || !allows(L, (size_t)(library - libraries))) return false;
  open(L, library);
  return true;
}

static void make_library(lua_State *L) {
  if (!library_push(L, lua_tostring(L, -1))) lua_pushnil(L);
}

/* --- Strings -------------------------------------------------------------- */

/*
** "10" + 1 and ("x"):upper() work by the metatable of strings. Its arithmetic
** is stock and there from the start; its __index is this function, until the
** string library is opened and takes the place.
*/
static int string_index(lua_State *L) {
  luaL_checktype(L, 1, LUA_TSTRING);
  lua_settop(L, 2);
  library_push(L, LUA_STRLIBNAME);
  lua_insert(L, 2);
  lua_gettable(L, 2);
  return 1;
}

static void install_strings(lua_State *L) {
  const struct stock *stock = stock_of(L);
  lua_pushliteral(L, "");
  lua_createtable(L, 0, STOCK_EVENTS);
  luaL_setfuncs(L, stock->events, 0);
  if (body_of(L)->libraries & library_bit(LUA_STRLIBNAME)) {
    lua_pushcfunction(L, string_index);
    lua_setfield(L, -2, "__index");
  }
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}

void library_settle_strings(lua_State *L, int index) {
  lua_CFunction function;
  if (lua_type(L, index) != LUA_TSTRING) return;
  if (luaL_getmetafield(L, index, "__index") == LUA_TNIL) return;
  function = lua_tocfunction(L, -1);
  lua_pop(L, 1);
  if (function == string_index && library_push(L, LUA_STRLIBNAME))
    lua_pop(L, 1);
}

/* --- Fields that are no plain functions ----------------------------------- */

void library_make_globals(lua_State *L) { lua_pushglobaltable(L); }

void library_make_version(lua_State *L) { lua_pushliteral(L, LUA_VERSION); }

/* Copies what is no plain function from the table on top to the one below it,
** and pops the former. */
static void keep_rest(lua_State *L) {
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    if (lua_iscfunction(L, -1)) {
      if (!lua_getupvalue(L, -1, 1)) continue;
      lua_pop(L, 1);
    }
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, -6);
  }
  lua_pop(L, 1);
}

/* Pushes that field, named on top, of the stock library. The library is opened
** once: math.random and math.randomseed have a common upvalue. */
static void make_rest(lua_State *L, const char *library,
                      lua_CFunction open_it) {
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, library) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushcfunction(L, open_it);
    lua_call(L, 0, 1);
    if (open_it == luaopen_math) seed_settle_math(L);
    keep_rest(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, library);
  }
  lua_pushvalue(L, -2);
  lua_rawget(L, -2);
  lua_remove(L, -2);
}

void library_make_math(lua_State *L) {
  static const char key[] = LUA_MATHLIBNAME;
  make_rest(L, key, luaopen_math);
}

void library_make_utf8(lua_State *L) {
  static const char key[] = LUA_UTF8LIBNAME;
  make_rest(L, key, luaopen_utf8);
}

/* --- _G and package.loaded ------------------------------------------------ */

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

const struct lazy_field library_globals[] = {
    LIBRARY_FIELDS, {"require", module_require, NULL}, {NULL, NULL, NULL}};

static const struct lazy_field loaded_fields[] = {
    LIBRARY_FIELDS,
    {LUA_GNAME, NULL, library_make_globals},
    {NULL, NULL, NULL}};

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

static void settle_values(lua_State *L, int index) {
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
    lazy_settle(L, lua_gettop(L));
}

/* All of _G and package.loaded first: what fills them opens libraries, which
** sets fields in both. */
void library_settle(lua_State *L) {
  int top = lua_gettop(L);
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  lua_pushglobaltable(L);
  lazy_settle(L, top + 1);
  library_push_loaded(L);
  lazy_settle(L, top + 2);
  settle_values(L, top + 1);
  settle_values(L, top + 2);
  lua_settop(L, top);
}

/* With _G on top: a global that is not there. */
static void withhold(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lazy_claim(L, lua_gettop(L) - 1, lua_gettop(L));
  lua_pop(L, 1);
}

/* With _G on top: code from elsewhere needs `load`, from a file `io` too. */
static void withhold_loaders(lua_State *L) {
  bool files = body_of(L)->libraries & library_bit(LUA_IOLIBNAME);
  bool load = allows(L, LOAD_BIT);
  if (!load) withhold(L, "load");
  if (load && files) return;
  withhold(L, "loadfile");
  withhold(L, "dofile");
}

/* _G stands in package.loaded from the start: Lua looks there for the names
** of global functions when it writes a stack or an argument error. */
void library_install(lua_State *L) {
  lua_pushglobaltable(L);
  lua_createtable(L, 0, 1);
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, LUA_GNAME);
  lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lazy_attach(L, -1, &stock_of(L)->tables[STOCK_BASE]);
  withhold_loaders(L);
  lua_pop(L, 1);
  install_strings(L);
}
