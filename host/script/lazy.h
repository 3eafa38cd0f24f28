/*
** Lazy tables: a library whose fields come into being when they are touched.
**
** A state with all libraries weighs 20 kB and takes 47 us to make; most
** scripts touch a dozen functions. So _G, package.loaded, and the libraries
** with many fields start empty, with a metatable whose __index looks the
** name up in a list in C and fills the field in. A script cannot tell: our
** rawget and rawset see to the field they are asked for; next, pairs and
** setmetatable first fill the table whole and take that metatable off
** (lazy_settle); getmetatable denies it.
**
** Threads  [owner] all functions
** Indices  Stack indices are absolute (positive), but for lazy_attach.
** Invariant
**   A field is filled in once, whoever touches it first. What a script has
**   assigned, nil included, is never filled over.
*/
#ifndef TROUPE_SCRIPT_LAZY_H
#define TROUPE_SCRIPT_LAZY_H

#include <lua.h>
#include <stdbool.h>

#define LAZY_LARGEST 256 /* fields of one table */

struct lazy_field {
  const char *name;       /* NULL ends the list */
  lua_CFunction function; /* NULL: `make` pushes the value */
  void (*make)(lua_State *L); /* finds the field's name on top of the stack */
};

struct lazy_table {
  const char *name; /* as in package.loaded */
  const struct lazy_field *fields;
};

/* Pushes a new lazy table. May raise (memory). */
void lazy_push(lua_State *L, const struct lazy_table *table);
/* Makes the table at `index` lazy; the fields it has stay. May raise. */
void lazy_attach(lua_State *L, int index, const struct lazy_table *table);

/* Is the value at `index` a lazy table that has not been settled? */
bool lazy_is(lua_State *L, int index);
/* If the value at `index` is a lazy table, fills it and makes it plain. */
void lazy_settle(lua_State *L, int index);
/* If it is one, fills in the field that the value at `key` names. */
void lazy_touch(lua_State *L, int index, int key);
/* If it is one, that field is the script's from now on. */
void lazy_claim(lua_State *L, int index, int key);
/* Sets a field of the table at `index` to the value on top, and pops it,
** unless the field has been touched or, in a plain table, is there. */
void lazy_offer(lua_State *L, int index, const char *name);

#endif
