#include "script/defaults.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "base/tick.h"
#include "script/failure.h"
#include "script/limits.h"
#include "script/option.h"
#include "script/script.h"
#include "script/settings.h"

#define PREFIX "limits."
#define MAILBOX "mailbox."

/* --- One table of all settings -------------------------------------------- */

static void check_table(lua_State *L, int index, const char *name) {
  if (lua_type(L, index) != LUA_TTABLE)
    failure_expected(L, name, "a table", index);
}

/* [the limits] -> [the limits, their mailbox], made if there is none. */
static void push_mailbox(lua_State *L) {
  if (lua_getfield(L, 1, "mailbox") == LUA_TNIL) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, 1, "mailbox");
  }
  check_table(L, 2, "limits.mailbox");
}

/* A setting whose name begins with PREFIX, into the limits at index 1. */
static void apply(lua_State *L, const struct setting *setting) {
  const char *name = setting->name + strlen(PREFIX);
  if (strncmp(name, MAILBOX, strlen(MAILBOX)) == 0) {
    push_mailbox(L);
    name += strlen(MAILBOX);
  }
  settings_push(L, setting);
  lua_setfield(L, -2, name);
  lua_settop(L, 1);
}

static void push_all(lua_State *L, const struct script *script) {
  const struct setting *setting = settings_find(script, "limits");
  if (setting != NULL)
    settings_push(L, setting);
  else
    lua_newtable(L);
  check_table(L, 1, "limits");
  for (setting = script->settings; setting != NULL; setting = setting->next)
    if (strncmp(setting->name, PREFIX, strlen(PREFIX)) == 0)
      apply(L, setting);
}

/* --- Reading it ----------------------------------------------------------- */

/* [script] */
static int read_all(lua_State *L) {
  static const char *const names[] = {"memory", "cpu", "mailbox", NULL};
  struct script *script = lua_touserdata(L, 1);
  struct limits *limits = &script->limits;
  double cpu;
  lua_settop(L, 0);
  push_all(L, script);
  option_check_names(L, 1, names);
  limits->memory = option_bytes(L, 1, "memory", limits->memory);
  cpu = option_number(L, 1, "cpu", 0);
  if (cpu > 0) limits->cpu_ns = tick_from_seconds(cpu);
  option_mailbox(L, 1, &limits->mailbox);
  return 0;
}

bool defaults_read(struct script *script, char *why, size_t why_size) {
  lua_State *L = luaL_newstate();
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
