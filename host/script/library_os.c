#include <lauxlib.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "script/body.h"
#include "script/library.h"
#include "script/script.h"
#include "script/stock.h"

/* Without an argument or with the locale in force, says which that is; any
** other is refused, as stock does for one that does not exist: the locale
** belongs to the process. */
int os_setlocale(lua_State *L) {
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

/* What it does depends on who calls: a script ends the host, an actor only
** itself. */
int os_exit(lua_State *L) { return body_of(L)->script->exit(L); }

static const struct clock *clock_of(lua_State *L) {
  return &body_of(L)->script->scheduler->clock;
}

static void push_time(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)floor(clock_utc(clock_of(L))));
}

/* Stock, to the last detail, as long as the host's clock is the system's. */
int os_time(lua_State *L) {
  if (!lua_isnoneornil(L, 1) || clock_is_system(clock_of(L)))
    return body_of(L)->script->stock->time(L);
  push_time(L);
  return 1;
}

int os_date(lua_State *L) {
  if (lua_isnoneornil(L, 2) && !clock_is_system(clock_of(L))) {
    lua_settop(L, 1);
    push_time(L);
  }
  return body_of(L)->script->stock->date(L);
}
