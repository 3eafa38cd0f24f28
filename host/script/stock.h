/*
** Stock: the functions of Lua's own libraries, read once per host.
**
** Threads    [any thread] all functions; a struct stock does not change
** Ownership  Names belong to a Lua state that lives as long as the stock.
*/
#ifndef TROUPE_SCRIPT_STOCK_H
#define TROUPE_SCRIPT_STOCK_H

#include <lauxlib.h>
#include <lua.h>

#include "script/lazy.h"

enum stock_library {
  STOCK_BASE,
  STOCK_DEBUG,
  STOCK_MATH,
  STOCK_OS,
  STOCK_STRING,
  STOCK_TABLE,
  STOCK_UTF8,
  STOCK_LIBRARIES
};

#define STOCK_FIELDS 256
#define STOCK_EVENTS 16

struct stock {
  /* Each library as an actor's lazy table, with our replacements in it. */
  struct lazy_table tables[STOCK_LIBRARIES];
  /* The metatable of strings, without __index; ends with a NULL name. */
  luaL_Reg events[STOCK_EVENTS];
  lua_CFunction load, loadfile, collectgarbage, date, time; /* stock ones */
  bool nests; /* script/nest.h: nest_works */

  struct lazy_field fields[STOCK_FIELDS]; /* of all the tables */
  int used;                               /* of `fields` */
  lua_State *owner;                       /* of the names */
};


#endif
