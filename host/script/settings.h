/*
** Settings: troupe.config. Read once, before the first actor starts; then
** constant, so any thread may read.
*/
#ifndef TROUPE_SCRIPT_SETTINGS_H
#define TROUPE_SCRIPT_SETTINGS_H

#include <lua.h>
#include <stdbool.h>

#include "script/script.h"

struct setting {
  struct setting *next;
  char *name;
  struct buffer value; /* one encoded value */
};

/* `name=value`: the value is a Lua literal, else the text itself. A name that
** is there already is replaced. False: not of that form, or no memory.
** [main] */
bool settings_set(struct script *script, const char *assignment);
/* Every field of the table that the Lua file returns; in a release, a file of
** that. False: `why` says what is wrong with it, be it that it does not end
** within two seconds of this thread's CPU time. A file that is not there is no
** settings. [main] */
bool settings_load(struct script *script, const char *file, char *why,
                   size_t why_size);
void settings_free(struct script *script);

/* Pushes its value, with the settings NAME.FIELD, NAME.FIELD.FIELD put in where
** it is a table, or is not set; nil if there is none. May raise (memory). */
void settings_push_all(lua_State *L, const struct script *script,
                       const char *name);

/* troupe.config(name, default) */
int settings_lua_config(lua_State *L);

#endif
