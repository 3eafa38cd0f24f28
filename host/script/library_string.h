/*
** What the string functions of our own have in common: they may run for long,
** and make way meanwhile (script/pace.h). A search begins on the C stack and
** moves into a userdata when it must suspend: that is counted, and stays on
** top of the Lua stack until the search is over.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_LIBRARY_STRING_H
#define TROUPE_SCRIPT_LIBRARY_STRING_H

#include <lua.h>

#include "script/pattern.h"

/* Runs a search with what is left of its budget, and with new ones. Raises
** what is wrong. PATTERN_PAUSED: suspend now. */
enum pattern_result string_search(lua_State *L, struct pattern *match);
/* Pushes a copy of the search, as a userdata. May raise (memory). */
void string_keep(lua_State *L, const struct pattern *match);

/* Pushes a capture of a match, the whole match if index is 0 and there is
** none. Raises what is wrong. */
void string_push_capture(lua_State *L, const struct pattern *match, int index);
/* Pushes all; if there is none, the whole match. Returns how many. */
int string_push_captures(lua_State *L, const struct pattern *match);

#endif
