/*
** Library: the standard libraries of an actor, and what of them is our own.
**
** Stock functions are used as they are; there is no copy of them here. The
** functions of the base library have no names that C could use, so they are
** read once per host out of a state that is thrown away (struct stock).
** What replaces a stock function:
**
**   getmetatable next pairs rawget rawset setmetatable, debug.getmetatable
**   debug.setmetatable     know lazy tables
**   load loadfile dofile   take text only: forged bytecode crashes Lua
**   coroutine.*            script/coroutine.h
**   require                script/module.h
**   os.exit                face_exit; os.setlocale only asks
**   debug.*                no getregistry; nothing that reaches into the C
**                          functions and userdata of the host
*/
#ifndef TROUPE_SCRIPT_LIBRARY_H
#define TROUPE_SCRIPT_LIBRARY_H

#include <lua.h>
#include <stdbool.h>

#include "script/body.h"

struct stock;
struct stock *stock_new(void); /* NULL: no memory. [any thread] */
void stock_free(struct stock *stock); /* takes NULL. [any thread] */

/* Sets up the globals, package.loaded and the metatable of strings of a new
** state. May raise (memory). */
void library_install(lua_State *L);

/* The stock function of that name of the base library. */
lua_CFunction library_stock(lua_State *L, const char *name);

/* Pushes package.loaded. */
void library_push_loaded(lua_State *L);
/* From here on package.loaded is within reach of the script: it becomes a
** lazy table. Once per state. May raise (memory). */
void library_expose_loaded(lua_State *L);
/* Opens the standard library `name` and pushes it; false, with nothing pushed,
** if there is none. For as long as package.loaded has not been exposed: what
** is absent there has not been opened. May raise. */
bool library_push(lua_State *L, const char *name);

/* If the value at `index` is a string, sees to it that the metatable of
** strings is the stock one, with the string library behind it. */
void library_settle_strings(lua_State *L, int index);

/* script/library_base.c: our functions, for the list in library.c. */
int base_dofile(lua_State *L);
int base_getmetatable(lua_State *L);
int base_load(lua_State *L);
int base_loadfile(lua_State *L);
int base_next(lua_State *L);
int base_pairs(lua_State *L);
int base_rawget(lua_State *L);
int base_rawset(lua_State *L);
int base_setmetatable(lua_State *L);

/* script/library_debug.c: makes the `debug` table on top of the stack ours. */
void debug_amend(lua_State *L);

#endif
