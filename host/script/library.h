/*
** Library: the standard libraries of an actor, and what of them is our own.
**
** Stock functions are used as they are; there is no copy of them here. Most
** of them have no names that C could use, so they are read once per host out
** of a state made for that (script/stock.h), and put into an actor's lazy
** tables one by one. `io` and `package` are opened whole. What replaces a
** stock function:
**
**   getmetatable next pairs rawget rawset setmetatable, debug.getmetatable
**   debug.setmetatable     know lazy tables and finalisers
**   collectgarbage         runs finalisers (script/finaliser.h)
**   load loadfile dofile   take text only: forged bytecode crashes Lua
**   coroutine.*            script/coroutine.h
**   require                script/module.h
**   os.exit                face_exit; os.setlocale only asks
**   os.time os.date        the host's clock
**   io.popen os.execute    children can be interrupted
**   string.find gmatch gsub match rep
**                          can be stopped half-way; what gsub calls may wait
**   table.concat insert move remove sort unpack
**                          make way when a slice is over; what they call may
**                          wait, and a comparator that lies does no harm
**   debug.sethook          makes all lazy tables plain
**   debug.*                no getregistry; nothing that reaches into the C
**                          functions and userdata of the host
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_LIBRARY_H
#define TROUPE_SCRIPT_LIBRARY_H

#include <lua.h>
#include <stdbool.h>

#include "script/body.h"
#include "script/lazy.h"

/* The stock functions that the states of a host are made of, read once. NULL:
** no memory; free takes NULL. [any thread] */
struct stock;
struct stock *library_new_stock(void);
void library_free_stock(struct stock *stock);

/* Sets up the globals, package.loaded and the metatable of strings of a new
** state. May raise (memory). */
void library_install(lua_State *L);

/* The bit in body->libraries of a standard library, or of "load"; 0: there is
** none of that name. */
uint32_t library_bit(const char *name);

/* The names that library_bit knows, from 0; NULL past the last one. */
const char *library_name(uint32_t number);

/* Pushes package.loaded. */
void library_push_loaded(lua_State *L);
/* From here on package.loaded is within reach of the script: it becomes a
** lazy table. Once per state. May raise (memory). */
void library_expose_loaded(lua_State *L);
/* Opens the standard library `name` and pushes it; false, with nothing pushed,
** if there is none, or the actor was not given it. For as long as
** package.loaded has not been exposed: what is absent there has not been
** opened. May raise. */
bool library_push(lua_State *L, const char *name);

/* If the value at `index` is a string, sees to it that the metatable of
** strings has the string library behind it. */
void library_settle_strings(lua_State *L, int index);

/* Opens all libraries and makes them, _G and package.loaded plain tables. From
** then on no touch of a field calls anything: a hook would see it. May raise.*/
void library_settle(lua_State *L);

/* For the lists of script/stock.c: what is in _G beside the base library; and
** fields that are no plain functions. */
extern const struct lazy_field library_globals[];
void library_make_globals(lua_State *L);
void library_make_version(lua_State *L);
void library_make_math(lua_State *L);
void library_make_utf8(lua_State *L);

/* script/library_base.c */
int base_collectgarbage(lua_State *L);
int base_dofile(lua_State *L);
int base_getmetatable(lua_State *L);
int base_load(lua_State *L);
int base_loadfile(lua_State *L);
int base_next(lua_State *L);
int base_pairs(lua_State *L);
int base_rawget(lua_State *L);
int base_rawset(lua_State *L);
int base_setmetatable(lua_State *L);

/* script/library_string.c, script/library_gsub.c */
int string_find(lua_State *L);
int string_gmatch(lua_State *L);
int string_gsub(lua_State *L);
int string_match(lua_State *L);
int string_rep(lua_State *L);

/* script/library_os.c */
int os_date(lua_State *L);
int os_exit(lua_State *L);
int os_setlocale(lua_State *L);
int os_time(lua_State *L);

/* script/library_process.c */
int os_execute(lua_State *L);
int io_popen(lua_State *L);

/* script/library_table.c, library_sort.c */
int table_concat(lua_State *L);
int table_insert(lua_State *L);
int table_move(lua_State *L);
int table_remove(lua_State *L);
int table_sort(lua_State *L);
int table_unpack(lua_State *L);

/* script/library_debug.c */
int debug_getlocal(lua_State *L);
int debug_getmetatable(lua_State *L);
int debug_gethook(lua_State *L);
int debug_sethook(lua_State *L);
int debug_setlocal(lua_State *L);
int debug_setmetatable(lua_State *L);
int debug_setupvalue(lua_State *L);
int debug_setuservalue(lua_State *L);

#endif
