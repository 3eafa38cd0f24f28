
#include <lualib.h>
#include <string.h>

#include "base/check.h"
#include "base/flavour.h"
#include "base/memory.h"
#include "script/lazy.h"
#include "script/library.h"
#include "script/nest.h"
#include "script/outlet.h"
#include "script/seed.h"
#include "script/stock.h"

struct source {
  const char *name;
  lua_CFunction open;
  void (*make)(lua_State *L); /* pushes what is no plain function */
};

static const struct source sources[STOCK_LIBRARIES] = {
    [STOCK_BASE] = {LUA_GNAME, luaopen_base, NULL},
    [STOCK_DEBUG] = {LUA_DBLIBNAME, luaopen_debug, NULL},
    [STOCK_MATH] = {LUA_MATHLIBNAME, luaopen_math, library_make_math},
    [STOCK_OS] = {LUA_OSLIBNAME, luaopen_os, NULL},
    [STOCK_STRING] = {LUA_STRLIBNAME, luaopen_string, NULL},
    [STOCK_TABLE] = {LUA_TABLIBNAME, luaopen_table, NULL},
    [STOCK_UTF8] = {LUA_UTF8LIBNAME, luaopen_utf8, library_make_utf8}};

/* What stands for a stock field in an engine's process. */
static const struct lazy_field foreign_print = {"print", outlet_print, NULL};

/* What stands for a stock field, or is not there at all: neither function nor
** `make`. */
static const struct replacement {
  enum stock_library library;
  struct lazy_field field;
} replacements[] = {
    {STOCK_BASE, {"_G", NULL, library_make_globals}},
    {STOCK_BASE, {"_VERSION", NULL, library_make_version}},
    {STOCK_BASE, {"collectgarbage", base_collectgarbage, NULL}},
    {STOCK_BASE, {"dofile", base_dofile, NULL}},
    {STOCK_BASE, {"getmetatable", base_getmetatable, NULL}},
    {STOCK_BASE, {"load", base_load, NULL}},
    {STOCK_BASE, {"loadfile", base_loadfile, NULL}},
    {STOCK_BASE, {"next", base_next, NULL}},
    {STOCK_BASE, {"pairs", base_pairs, NULL}},
    {STOCK_BASE, {"rawget", base_rawget, NULL}},
    {STOCK_BASE, {"rawset", base_rawset, NULL}},
    {STOCK_BASE, {"setmetatable", base_setmetatable, NULL}},
    {STOCK_DEBUG, {"gethook", debug_gethook, NULL}},
    {STOCK_DEBUG, {"getlocal", debug_getlocal, NULL}},
    {STOCK_DEBUG, {"getmetatable", debug_getmetatable, NULL}},
    {STOCK_DEBUG, {"getregistry", NULL, NULL}},
    {STOCK_DEBUG, {"sethook", debug_sethook, NULL}},
    {STOCK_DEBUG, {"setlocal", debug_setlocal, NULL}},
    {STOCK_DEBUG, {"setmetatable", debug_setmetatable, NULL}},
    {STOCK_DEBUG, {"setupvalue", debug_setupvalue, NULL}},
    {STOCK_DEBUG, {"setuservalue", debug_setuservalue, NULL}},
    {STOCK_STRING, {"find", string_find, NULL}},
    {STOCK_STRING, {"gmatch", string_gmatch, NULL}},
    {STOCK_STRING, {"gsub", string_gsub, NULL}},
    {STOCK_STRING, {"match", string_match, NULL}},
    {STOCK_STRING, {"rep", string_rep, NULL}},
    {STOCK_OS, {"date", os_date, NULL}},
    {STOCK_OS, {"exit", os_exit, NULL}},
    {STOCK_OS, {"setlocale", os_setlocale, NULL}},
    {STOCK_OS, {"execute", os_execute, NULL}},
    {STOCK_OS, {"time", os_time, NULL}},
    {STOCK_TABLE, {"concat", table_concat, NULL}},
    {STOCK_TABLE, {"insert", table_insert, NULL}},
    {STOCK_TABLE, {"move", table_move, NULL}},
    {STOCK_TABLE, {"remove", table_remove, NULL}},
    {STOCK_TABLE, {"sort", table_sort, NULL}},
    {STOCK_TABLE, {"unpack", table_unpack, NULL}}};

static const struct lazy_field *find_replacement(enum stock_library library,
                                                 const char *name) {
  size_t i;
  if (flavour_is_library() && library == STOCK_BASE &&
      strcmp(name, foreign_print.name) == 0)
    return &foreign_print;
  for (i = 0; i < sizeof replacements / sizeof *replacements; i++)
    if (replacements[i].library == library &&
        strcmp(replacements[i].field.name, name) == 0)
      return &replacements[i].field;
  return NULL;
}

static void add(struct stock *stock, struct lazy_field field) {
  CHECK(stock->used < STOCK_FIELDS, "there is room for every field");
  stock->fields[stock->used++] = field;
}

/* The field that an actor gets for name and value on top of the stack. */
static struct lazy_field convert(lua_State *L, enum stock_library library) {
  const char *name = lua_tostring(L, -2);
  const struct lazy_field *ours = find_replacement(library, name);
  struct lazy_field field = {.name = name};
  if (ours) return *ours;
  field.function = lua_tocfunction(L, -1);
  if (!field.function || lua_getupvalue(L, -1, 1)) {
    if (field.function) lua_pop(L, 1);
    field.function = NULL;
    field.make = sources[library].make;
    CHECK(field.make, "somebody makes what is no plain function");
  }
  return field;
}

static void read_library(lua_State *L, struct stock *stock,
                         enum stock_library library) {
  struct lazy_table *table = &stock->tables[library];
  luaL_requiref(L, sources[library].name, sources[library].open, 1);
  table->name = sources[library].name;
  table->fields = &stock->fields[stock->used];
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    struct lazy_field field = convert(L, library);
    if (field.function || field.make) add(stock, field);
  }
  lua_pop(L, 1);
}

/* Functions that every actor has in _G beside those of the base library. */
static void add_globals(struct stock *stock) {
  const struct lazy_field *field = library_globals;
  for (; field->name; field++) add(stock, *field);
}

static void read_events(lua_State *L, struct stock *stock) {
  luaL_Reg *event = stock->events;
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    if (!lua_iscfunction(L, -1)) continue; /* __index */
    CHECK(event < &stock->events[STOCK_EVENTS - 1], "there is room");
    event->name = lua_tostring(L, -2);
    event->func = lua_tocfunction(L, -1);
    event++;
  }
  lua_pop(L, 2);
}

static int read_all(lua_State *L) {
  struct stock *stock = lua_touserdata(L, 1);
  int library;
  for (library = 0; library < STOCK_LIBRARIES; library++) {
    read_library(L, stock, (enum stock_library)library);
    if (library == STOCK_BASE) add_globals(stock);
    add(stock, (struct lazy_field){.name = NULL});
  }
  read_events(L, stock);
  lua_getglobal(L, "load");
  stock->load = lua_tocfunction(L, -1);
  lua_getglobal(L, "loadfile");
  stock->loadfile = lua_tocfunction(L, -1);
  lua_getglobal(L, "collectgarbage");
  stock->collectgarbage = lua_tocfunction(L, -1);
  lua_getglobal(L, "os");
  lua_getfield(L, -1, "date");
  stock->date = lua_tocfunction(L, -1);
  lua_getfield(L, -2, "time");
  stock->time = lua_tocfunction(L, -1);
  stock->nests = nest_works(L);
  return 0;
}

struct stock *library_new_stock(void) {
  struct stock *stock = memory_zalloc(sizeof *stock);
  if (!stock) return NULL;
  stock->owner = seed_new_state();
  if (!stock->owner) goto fail;
  lua_pushcfunction(stock->owner, read_all);
  lua_pushlightuserdata(stock->owner, stock);
  if (lua_pcall(stock->owner, 1, 0, 0) != LUA_OK) goto fail;
  return stock;
fail:
  library_free_stock(stock);
  return NULL;
}

void library_free_stock(struct stock *stock) {
  if (!stock) return;
  if (stock->owner) lua_close(stock->owner);
  memory_free(stock);
}
