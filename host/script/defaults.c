#include "script/defaults.h"

#include <lauxlib.h>
#include <stdio.h>

#include "base/tick.h"
#include "script/failure.h"
#include "script/limits.h"
#include "script/option.h"
#include "script/script.h"
#include "script/seed.h"
#include "script/settings.h"

/* [script] */
static int read_all(lua_State *L) {
  static const char *const names[] = {"memory", "cpu", "mailbox", NULL};
  struct script *script = lua_touserdata(L, 1);
  struct limits *limits = &script->limits;
  double cpu;
  lua_settop(L, 0);
  settings_push_all(L, script, "limits");
  if (lua_isnil(L, 1)) return 0;
  if (lua_type(L, 1) != LUA_TTABLE)
    return failure_expected(L, "limits", "a table", 1);
  option_check_names(L, 1, names);
  limits->memory = option_bytes(L, 1, "memory", limits->memory);
  cpu = option_number(L, 1, "cpu", 0);
  if (cpu > 0) limits->cpu_ns = tick_from_seconds(cpu);
  option_mailbox(L, 1, &limits->mailbox);
  return 0;
}

bool defaults_read(struct script *script, char *why, size_t why_size) {
  lua_State *L = seed_new_state();
  bool done = false;
  if (L != NULL) {
    lua_pushcfunction(L, read_all);
    lua_pushlightuserdata(L, script);
    done = lua_pcall(L, 1, 0, 0) == LUA_OK;
    if (!done && failure_is(L, -1)) lua_getfield(L, -1, "message");
  }
  if (!done)
    snprintf(why, why_size, "in the setting 'limits': %s",
             L != NULL && lua_isstring(L, -1) ? lua_tostring(L, -1)
                                              : "not enough memory");
  if (L != NULL) lua_close(L);
  return done;
}
